// SPDX-License-Identifier: Apache-2.0
#pragma once
// Character classes of HTTP and URIs (RFC 9110 section 5.6, RFC 3986 section 2), as one table.

#include <array>
#include <cstdint>
#include <string_view>

namespace servanda::internal {

enum : uint8_t {
  kTokenChar = 1,  // RFC 9110 tchar.
  kValueChar = 2,  // Field content: tab, space, visible and high bytes.
  kPathChar = 4,   // pchar without '%', and '/'.
  kQueryChar = 8,  // kPathChar, '?', and the delimiters "[]|" that deep objects are sent with.
  kHostChar = 16,  // Registered names and IPv4 addresses.
  kHexChar = 32,
  kUnreserved = 64,  // RFC 3986 unreserved.
};

constexpr std::array<uint8_t, 256> make_char_classes() {
  std::array<uint8_t, 256> table{};
  const auto mark = [&](std::string_view chars, int classes) {
    for (const char c : chars) {
      table[static_cast<uint8_t>(c)] =
          static_cast<uint8_t>(table[static_cast<uint8_t>(c)] | classes);
    }
  };
  mark("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
       kTokenChar | kPathChar | kQueryChar | kHostChar | kUnreserved);
  mark("0123456789abcdefABCDEF", kHexChar);
  mark("!#$%&'*+-.^_`|~", kTokenChar);
  mark("-._~", kPathChar | kQueryChar | kHostChar | kUnreserved);
  mark("!$&'()*+,;=:@/", kPathChar | kQueryChar);
  mark("?[]|", kQueryChar);
  for (int c = 0; c < 256; ++c) {
    if (c == '\t' || (c >= 0x20 && c != 0x7f)) {
      table[static_cast<size_t>(c)] =
          static_cast<uint8_t>(table[static_cast<size_t>(c)] | kValueChar);
    }
  }
  return table;
}

inline constexpr std::array<uint8_t, 256> kCharClasses = make_char_classes();

[[nodiscard]] constexpr bool is_char(char c, uint8_t char_class) {
  return (kCharClasses[static_cast<uint8_t>(c)] & char_class) != 0;
}

// Whether every character belongs to the class. True for empty text.
[[nodiscard]] constexpr bool all_chars(std::string_view text, uint8_t char_class) {
  uint8_t common = char_class;
  for (const char c : text) common &= kCharClasses[static_cast<uint8_t>(c)];
  return common == char_class;
}

[[nodiscard]] constexpr bool is_token(std::string_view text) {
  return !text.empty() && all_chars(text, kTokenChar);
}

// Value of a hexadecimal digit. Requires: is_char(c, kHexChar).
[[nodiscard]] constexpr int hex_value(char c) {
  return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

[[nodiscard]] constexpr std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace servanda::internal
