// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstring>

namespace servanda {
namespace {

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The bytes of `word` in parallel: the high bit of each byte of the result tells of that byte. A
// byte above one that is marked may be marked wrongly, so only zero and not zero mean something.
constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighBits = 0x8080808080808080;
constexpr uint64_t bytes_below(uint64_t word, uint8_t limit) {
  return (word - kOnes * limit) & ~word & kHighBits;
}
constexpr uint64_t bytes_equal(uint64_t word, char c) {
  return bytes_below(word ^ kOnes * static_cast<uint8_t>(c), 1);
}
constexpr uint64_t bytes_not_plain(uint64_t word) {
  return (word & kHighBits) | bytes_below(word, 0x20) | bytes_equal(word, 0x7f) |
         bytes_equal(word, '"') | bytes_equal(word, '\\');
}

size_t skip_digits(std::string_view text, size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

bool is_plain_ascii(std::string_view text) {
  uint64_t found = 0;
  uint64_t word = 0;
  while (text.size() >= sizeof word) {
    std::memcpy(&word, text.data(), sizeof word);
    found |= bytes_not_plain(word);
    text.remove_prefix(sizeof word);
  }
  word = kOnes * ' ';
  if (!text.empty()) std::memcpy(&word, text.data(), text.size());
  return (found | bytes_not_plain(word)) == 0;
}

std::string to_lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower(c);
  return result;
}

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return text.substr(text.size());
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<int64_t> parse_integer(std::string_view text) {
  const size_t first = text.starts_with('-') ? 1 : 0;
  if (first == text.size() || !is_digit(text[first])) return std::nullopt;
  if (text[first] == '0' && text.size() > 1) return std::nullopt;
  int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [behind, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || behind != end) return std::nullopt;
  return value;
}

bool is_json_number(std::string_view text) {
  size_t at = text.starts_with('-') ? 1 : 0;
  const size_t integer_end = skip_digits(text, at);
  if (integer_end == at || (text[at] == '0' && integer_end > at + 1)) return false;
  at = integer_end;
  if (at < text.size() && text[at] == '.') {
    const size_t fraction_end = skip_digits(text, at + 1);
    if (fraction_end == at + 1) return false;
    at = fraction_end;
  }
  if (at < text.size() && lower(text[at]) == 'e') {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const size_t exponent_end = skip_digits(text, at);
    if (exponent_end == at) return false;
    at = exponent_end;
  }
  return at == text.size();
}

std::string in_quotes(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  out += text;
  out += '"';
  return out;
}

std::string bytes_text(uint64_t bytes) {
  constexpr std::array<const char*, 7> kUnits = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
  size_t unit = 1;
  double value = static_cast<double>(bytes) / 1024;
  // 1023.95 would be printed as "1024.0", so the next unit begins there.
  while (value >= 1023.95 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.1f", value);
  std::string text(buffer.data());
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text + " " + kUnits[unit];
}

}  // namespace servanda
