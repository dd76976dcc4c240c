// SPDX-License-Identifier: Apache-2.0
// UTF-8: validation, counting, encoding.

#include <cstring>

#include "base/check.h"
#include "base/text.h"

namespace servanda {
namespace {

constexpr uint64_t kHighBits = 0x8080808080808080;

constexpr bool is_continuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

// Bytes of the well-formed multi-byte sequence at `at` (Unicode 15, table 3-7), or 0.
size_t sequence_size(const unsigned char* at, size_t left) {
  const unsigned char lead = at[0];
  if (lead < 0xC2 || lead > 0xF4 || left < 2) return 0;
  if (lead < 0xE0) return is_continuation(at[1]) ? 2 : 0;
  // The second byte's range rules out overlong forms, surrogates and what lies above U+10FFFF.
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead == 0xE0) low = 0xA0;
  if (lead == 0xED) high = 0x9F;
  if (lead == 0xF0) low = 0x90;
  if (lead == 0xF4) high = 0x8F;
  if (at[1] < low || at[1] > high) return 0;
  if (left < 3 || !is_continuation(at[2])) return 0;
  if (lead < 0xF0) return 3;
  return left >= 4 && is_continuation(at[3]) ? 4 : 0;
}

}  // namespace

size_t valid_utf8_prefix(std::string_view text) {
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= 8) {
      uint64_t word;
      std::memcpy(&word, bytes + at, 8);
      if ((word & kHighBits) == 0) {
        at += 8;
        continue;
      }
    }
    if (bytes[at] < 0x80) {
      ++at;
      continue;
    }
    const size_t size = sequence_size(bytes + at, text.size() - at);
    if (size == 0) return at;
    at += size;
  }
  return at;
}

bool is_valid_utf8(std::string_view text) {
  return valid_utf8_prefix(text) == text.size();
}

size_t count_code_points(std::string_view text) {
  size_t count = 0;
  for (const char c : text) count += is_continuation(static_cast<unsigned char>(c)) ? 0 : 1;
  return count;
}

void append_utf8(std::string& out, char32_t code_point) {
  SERVANDA_CHECK(code_point <= 0x10FFFF && (code_point < 0xD800 || code_point > 0xDFFF),
                 std::to_string(static_cast<uint32_t>(code_point)));
  if (code_point < 0x80) {
    out += static_cast<char>(code_point);
    return;
  }
  if (code_point < 0x800) {
    out += static_cast<char>(0xC0 | (code_point >> 6));
  } else {
    if (code_point < 0x10000) {
      out += static_cast<char>(0xE0 | (code_point >> 12));
    } else {
      out += static_cast<char>(0xF0 | (code_point >> 18));
      out += static_cast<char>(0x80 | ((code_point >> 12) & 0x3F));
    }
    out += static_cast<char>(0x80 | ((code_point >> 6) & 0x3F));
  }
  out += static_cast<char>(0x80 | (code_point & 0x3F));
}

}  // namespace servanda
