// SPDX-License-Identifier: Apache-2.0
#include "telemetry/trace_context.h"

#include <algorithm>
#include <cstring>
#include <span>

namespace servanda {
namespace {

constexpr size_t kParentSize = 55;
constexpr size_t kTraceAt = 3;
constexpr size_t kSpanAt = 36;
constexpr size_t kFlagsAt = 53;
constexpr uint8_t kKnownFlags = TraceContext::kSampled | TraceContext::kRandomId;
constexpr size_t kStateKeyMax = 256;
constexpr size_t kStateValueMax = 256;

// -1 for capitals too: the standard wants lower case.
constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// False when a digit is no lower-case hex.
bool read_hex(std::string_view text, std::span<uint8_t> out) {
  int seen = 0;
  for (size_t i = 0; i < out.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    seen |= high | low;
    out[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return seen >= 0;
}

bool all_zero(std::span<const uint8_t> bytes) {
  return std::ranges::all_of(bytes, [](uint8_t byte) { return byte == 0; });
}

char* write_hex(char* out, std::span<const uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const uint8_t byte : bytes) {
    *out++ = kDigits[byte >> 4];
    *out++ = kDigits[byte & 0xF];
  }
  return out;
}

template <size_t Size>
void fill_random(std::array<uint8_t, Size>& id, Rng& rng) {
  do {
    for (size_t i = 0; i < Size; i += 8) {
      const uint64_t word = rng.next();
      std::memcpy(id.data() + i, &word, 8);
    }
  } while (all_zero(id));
}

bool is_key_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '*' ||
         c == '/' || c == '@';
}

bool is_valid_member(std::string_view member) {
  const size_t equals = member.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view key = member.substr(0, equals);
  const std::string_view value = member.substr(equals + 1);
  if (key.empty() || key.size() > kStateKeyMax || value.empty() || value.size() > kStateValueMax) {
    return false;
  }
  const bool begins_well = (key[0] >= 'a' && key[0] <= 'z') || (key[0] >= '0' && key[0] <= '9');
  return begins_well && std::ranges::all_of(key, is_key_char) &&
         std::ranges::all_of(value,
                             [](char c) { return c >= 0x20 && c <= 0x7E && c != ',' && c != '='; });
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::optional<TraceParent> parse_traceparent(std::string_view text) {
  if (text.size() < kParentSize) return std::nullopt;
  if (text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  std::array<uint8_t, 1> version;
  std::array<uint8_t, 1> flags;
  TraceParent parent;
  const bool readable =
      read_hex(text, version) && read_hex(text.substr(kTraceAt), parent.trace_id) &&
      read_hex(text.substr(kSpanAt), parent.parent_id) && read_hex(text.substr(kFlagsAt), flags);
  if (!readable || version[0] == 0xFF) return std::nullopt;
  // Version 00 ends here; later versions may go on behind a dash.
  if (text.size() > kParentSize && (version[0] == 0 || text[kParentSize] != '-')) {
    return std::nullopt;
  }
  if (all_zero(parent.trace_id) || all_zero(parent.parent_id)) return std::nullopt;
  parent.flags = flags[0] & kKnownFlags;
  return parent;
}

bool is_valid_tracestate(std::string_view text) {
  if (text.size() > kTracestateMax) return false;
  size_t members = 0;
  for (;;) {
    const size_t comma = text.find(',');
    const std::string_view member = trimmed(text.substr(0, comma));
    if (!member.empty()) {
      if (++members > kTracestateMembersMax || !is_valid_member(member)) return false;
    }
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

TraceContext begin_trace(std::string_view traceparent, std::string_view tracestate, Rng& rng) {
  TraceContext trace;
  if (const std::optional<TraceParent> parent = parse_traceparent(traceparent)) {
    trace.trace_id = parent->trace_id;
    trace.parent_id = parent->parent_id;
    trace.flags = parent->flags;
    if (!tracestate.empty() && is_valid_tracestate(tracestate)) trace.state = tracestate;
  } else {
    fill_random(trace.trace_id, rng);
    trace.flags = kKnownFlags;
  }
  fill_random(trace.span_id, rng);
  return trace;
}

TraceContext child_span(const TraceContext& trace, Rng& rng) {
  TraceContext child = trace;
  child.parent_id = trace.span_id;
  fill_random(child.span_id, rng);
  return child;
}

std::string_view traceparent_text(const TraceContext& trace, TraceparentText& buffer) {
  char* out = buffer.data();
  *out++ = '0';
  *out++ = '0';
  *out++ = '-';
  out = write_hex(out, trace.trace_id);
  *out++ = '-';
  out = write_hex(out, trace.span_id);
  *out++ = '-';
  write_hex(out, std::array<uint8_t, 1>{static_cast<uint8_t>(trace.flags & kKnownFlags)});
  return {buffer.data(), buffer.size()};
}

std::string_view trace_id_text(const TraceContext& trace, TraceIdText& buffer) {
  write_hex(buffer.data(), trace.trace_id);
  return {buffer.data(), buffer.size()};
}

std::string_view span_id_text(const TraceContext& trace, SpanIdText& buffer) {
  write_hex(buffer.data(), trace.span_id);
  return {buffer.data(), buffer.size()};
}

}  // namespace servanda
