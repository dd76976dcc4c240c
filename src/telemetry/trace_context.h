// SPDX-License-Identifier: Apache-2.0
#pragma once
// W3C Trace Context: which trace a call belongs to, and how that travels in headers.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace servanda {

// The place of one call in its trace. A value; all zero before begin_trace().
//
// Lifetime: `state` points to the text that begin_trace() got.
struct TraceContext {
  static constexpr uint8_t kSampled = 0x01;
  static constexpr uint8_t kRandomId = 0x02;  // The last 7 bytes of the trace id are random.

  std::array<uint8_t, 16> trace_id{};
  std::array<uint8_t, 8> span_id{};    // Of this call.
  std::array<uint8_t, 8> parent_id{};  // The caller's span; all zero when the trace begins here.
  uint8_t flags = 0;
  std::string_view state;  // The caller's tracestate, to be handed on as it is; may be empty.

  [[nodiscard]] bool sampled() const { return (flags & kSampled) != 0; }
  [[nodiscard]] bool has_parent() const { return parent_id != std::array<uint8_t, 8>{}; }
};

// What a traceparent header says.
struct TraceParent {
  std::array<uint8_t, 16> trace_id{};
  std::array<uint8_t, 8> parent_id{};
  uint8_t flags = 0;  // Only the flags above; others are dropped.
};

// Reads one header value strictly: lower-case hex, no all-zero ids, version ff refused, of higher
// versions only the first 55 characters.
[[nodiscard]] std::optional<TraceParent> parse_traceparent(std::string_view text);

// Longest tracestate that is handed on, in bytes; longer ones are dropped whole.
inline constexpr size_t kTracestateMax = 4096;
// Most members of a tracestate.
inline constexpr size_t kTracestateMembersMax = 32;

// Whether a tracestate (several headers joined by commas) may be handed on: the grammar of keys and
// values, and both limits. Empty members are fine.
[[nodiscard]] bool is_valid_tracestate(std::string_view text);

// Continues the caller's trace with a new span, or begins a sampled one when `traceparent` is empty
// or invalid; `tracestate` counts only beside a valid traceparent. Pass an empty traceparent when a
// request has several.
[[nodiscard]] TraceContext begin_trace(std::string_view traceparent, std::string_view tracestate,
                                       Rng& rng);
// A new span of the same trace whose parent is `trace.span_id`: what goes out with a call to
// another service.
[[nodiscard]] TraceContext child_span(const TraceContext& trace, Rng& rng);

using TraceparentText = std::array<char, 55>;
using TraceIdText = std::array<char, 32>;
using SpanIdText = std::array<char, 16>;

// The header value that names this call's span as the parent.
[[nodiscard]] std::string_view traceparent_text(const TraceContext& trace, TraceparentText& buffer);
// 32 lower-case hex digits.
[[nodiscard]] std::string_view trace_id_text(const TraceContext& trace, TraceIdText& buffer);
// 16 lower-case hex digits.
[[nodiscard]] std::string_view span_id_text(const TraceContext& trace, SpanIdText& buffer);

}  // namespace servanda
