// SPDX-License-Identifier: Apache-2.0
// Any bytes into a server: no crash, no leak, and the same answers whether they come whole or one
// by one.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/server_harness.h"

namespace {

using servanda::Duration;
using servanda::WireOptions;
using servanda::internal::ServerHarness;

std::string answers_to(std::string_view bytes, WireOptions::Chunks reads) {
  servanda::ServerLimits limits;
  limits.request_line_bytes_max = 256;
  limits.head_bytes_max = 1024;
  limits.header_count_max = 16;
  limits.body_bytes_max = 4096;
  limits.output_buffer_bytes_max = 16 * 1024;
  ServerHarness harness(limits, 1);
  WireOptions options;
  options.reads = reads;
  harness.platform->set_wire_options(options);
  const auto peer = harness.open();
  peer->send(bytes);
  peer->end();
  harness.platform->advance(Duration::seconds(30));
  return peer->received();
}

// Dates move with the time that handlers sleep, which does not depend on the split; ids are drawn
// in the order of refusals, of which a connection has at most one.
void compare(const std::string& whole, const std::string& split) {
  if (whole == split) return;
  std::fprintf(stderr, "whole:\n%s\n\nsplit:\n%s\n", whole.c_str(), split.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 8192) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  compare(answers_to(bytes, WireOptions::Chunks::kWhole),
          answers_to(bytes, WireOptions::Chunks::kSingleByte));
  return 0;
}
