// SPDX-License-Identifier: Apache-2.0
#include "http/path.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "http/syntax.h"

namespace servanda {
namespace {

using internal::hex_value;
using internal::is_char;

std::unexpected<Error> refuse(const char* message) {
  return fail(Code::kInvalidArgument, message, "path");
}

// The byte of the triplet at `at`, or nothing when there is none.
std::optional<unsigned char> triplet_at(std::string_view text, size_t at) {
  if (at + 2 >= text.size() || text[at] != '%') return {};
  if (!is_char(text[at + 1], internal::kHexChar) || !is_char(text[at + 2], internal::kHexChar)) {
    return {};
  }
  return static_cast<unsigned char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]));
}

bool is_control(unsigned char c) {
  return c < 0x20 || c == 0x7f;
}

// Whether a byte, if a second decoding made it appear, would change what the path means.
bool is_dangerous_twice(unsigned char c) {
  return c == '.' || c == '/' || c == '\\' || c == '%' || is_control(c);
}

// Appends the normal form of one segment, which is never longer.
Result<void> append_segment(std::string_view segment, char*& out) {
  for (size_t at = 0; at < segment.size(); ++at) {
    const char c = segment[at];
    if (c != '%') {
      if (!is_char(c, internal::kPathChar)) {
        return refuse("The path holds a character that must be percent-encoded.");
      }
      *out++ = c;
      continue;
    }
    const std::optional<unsigned char> byte = triplet_at(segment, at);
    if (!byte) return refuse("The path holds a broken percent-encoding.");
    if (is_control(*byte)) return refuse("The path holds an encoded control character.");
    if (*byte == '\\') return refuse("The path holds an encoded backslash.");
    at += 2;
    if (is_char(static_cast<char>(*byte), internal::kUnreserved)) {
      *out++ = static_cast<char>(*byte);
      continue;
    }
    constexpr char kDigits[] = "0123456789ABCDEF";
    *out++ = '%';
    *out++ = kDigits[*byte >> 4];
    *out++ = kDigits[*byte & 15];
  }
  return {};
}

bool is_dots(std::string_view text) {
  return text == "." || text == "..";
}

// Whether the normal segment would change its meaning if it were decoded twice, or its encoded
// slashes once.
bool is_ambiguous(std::string_view segment) {
  if (is_dots(segment.substr(0, segment.find(';')))) return true;
  for (size_t at = segment.find("%25"); at != std::string_view::npos;
       at = segment.find("%25", at + 3)) {
    if (at + 4 >= segment.size()) break;
    const char again[3] = {'%', segment[at + 3], segment[at + 4]};
    const std::optional<unsigned char> twice = triplet_at({again, 3}, 0);
    if (twice && is_dangerous_twice(*twice)) return true;
  }
  for (size_t slash = segment.find("%2F"); slash != std::string_view::npos;
       slash = segment.find("%2F")) {
    if (is_dots(segment.substr(0, slash))) return true;
    segment.remove_prefix(slash + 3);
    if (is_dots(segment)) return true;
  }
  return false;
}

// Removes what a dot segment stands for. False when it would go above the root. `out` points behind
// the slash that comes before the segment.
bool climb(const char* begin, char*& out) {
  if (out - begin <= 1) return false;
  --out;
  while (out[-1] != '/') --out;
  return true;
}

bool needs_work(std::string_view raw) {
  for (size_t at = 0; at < raw.size(); ++at) {
    const char c = raw[at];
    if (c == '%' || !is_char(c, internal::kPathChar)) return true;
    if (c == '/' && at + 1 < raw.size() && (raw[at + 1] == '/' || raw[at + 1] == '.')) return true;
  }
  return false;
}

// Whether the bytes that the triplets stand for are UTF-8 together with the rest.
bool decodes_to_utf8(std::string_view normal, Arena& arena) {
  if (normal.find('%') == std::string_view::npos) return true;
  char* const decoded = arena.array<char>(normal.size());
  size_t size = 0;
  for (size_t at = 0; at < normal.size(); ++at) {
    const std::optional<unsigned char> byte = triplet_at(normal, at);
    decoded[size++] = byte ? static_cast<char>(*byte) : normal[at];
    if (byte) at += 2;
  }
  return is_valid_utf8({decoded, size});
}

}  // namespace

Result<std::string_view> normalize_path(std::string_view raw, Arena& arena) {
  if (raw.empty() || raw.front() != '/') return refuse("The path does not begin with a slash.");
  if (!needs_work(raw)) return raw;
  char* const begin = arena.array<char>(raw.size());
  char* out = begin;
  *out++ = '/';
  for (size_t start = 1; start <= raw.size();) {
    const size_t end = std::min(raw.find('/', start), raw.size());
    const bool is_last = end == raw.size();
    const std::string_view segment = raw.substr(start, end - start);
    start = end + 1;
    if (segment.empty()) {
      if (!is_last) return refuse("The path has an empty segment.");
      break;
    }
    if (is_dots(segment)) {
      if (segment == ".." && !climb(begin, out)) return refuse("The path leads above the root.");
      continue;
    }
    char* const segment_out = out;
    Result<void> appended = append_segment(segment, out);
    if (!appended) return pass(appended);
    const std::string_view normal(segment_out, static_cast<size_t>(out - segment_out));
    if (is_ambiguous(normal)) return refuse("The path has a disguised dot or slash.");
    if (!is_last) *out++ = '/';
  }
  const std::string_view normal(begin, static_cast<size_t>(out - begin));
  if (!decodes_to_utf8(normal, arena)) return refuse("The path is not UTF-8.");
  return normal;
}

}  // namespace servanda
