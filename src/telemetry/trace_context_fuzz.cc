// SPDX-License-Identifier: Apache-2.0
// Trace headers from outside: the first line is a traceparent, the rest a tracestate.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "telemetry/trace_context.h"

namespace {

class CountingRng : public servanda::Rng {
 public:
  uint64_t next() override { return ++count_; }

 private:
  uint64_t count_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const size_t end = text.find('\n');
  const std::string_view parent = text.substr(0, end);
  const std::string_view state = end == std::string_view::npos ? "" : text.substr(end + 1);
  CountingRng rng;
  const servanda::TraceContext trace = servanda::begin_trace(parent, state, rng);
  servanda::TraceparentText buffer;
  const auto again = servanda::parse_traceparent(servanda::traceparent_text(trace, buffer));
  if (!again || again->trace_id != trace.trace_id || again->parent_id != trace.span_id ||
      again->flags != trace.flags) {
    std::abort();
  }
  if (trace.has_parent() != servanda::parse_traceparent(parent).has_value()) std::abort();
  if (!trace.state.empty() && (trace.state != state || !servanda::is_valid_tracestate(state))) {
    std::abort();
  }
  return 0;
}
