// SPDX-License-Identifier: Apache-2.0
// Canonical JSON text (RFC 8785).

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/decimal.h"
#include "base/json.h"

namespace servanda {
namespace {

constexpr int64_t kExactMax = int64_t{1} << 53;

// A decimal number as its significant digits and 0.digits x 10^magnitude.
struct Digits {
  bool negative = false;
  std::string digits;  // No zeros at either end; empty for zero.
  int64_t magnitude = 0;
};

Digits digits_of_parts(const internal::NumberParts& parts) {
  Digits result{parts.negative, std::string(parts.integer), parts.magnitude};
  result.digits += parts.fraction;
  return result;
}

// The shortest digits that read back as the same double, which is what RFC 8785 asks for.
Digits digits_of_double(double value) {
  std::array<char, 32> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                    std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<size_t>(result.ptr - buffer.data()));
  return digits_of_parts(internal::split_number(text));
}

// ECMAScript's Number::toString, on any number of digits.
void append_number(std::string& out, const Digits& number) {
  const std::string& digits = number.digits;
  if (digits.empty()) {
    out += '0';
    return;
  }
  if (number.negative) out += '-';
  const auto count = static_cast<int64_t>(digits.size());
  const int64_t point = number.magnitude;
  if (count <= point && point <= 21) {
    out += digits;
    out.append(static_cast<size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    out += digits.substr(0, static_cast<size_t>(point)) + "." +
           digits.substr(static_cast<size_t>(point));
  } else if (-6 < point && point <= 0) {
    out += "0." + std::string(static_cast<size_t>(-point), '0') + digits;
  } else {
    out += digits.substr(0, 1);
    if (count > 1) out += "." + digits.substr(1);
    out += point > 0 ? "e+" : "e";
    out += std::to_string(point - 1);
  }
}

void append_canonical(std::string& out, JsonValue value);

// Order of UTF-16 code units without converting: UTF-8 order is code point order, which differs
// only in that surrogate pairs (lead bytes F0 to F4) come before U+E000 .. U+FFFF (EE and EF).
bool utf16_less(std::string_view a, std::string_view b) {
  const auto [x, y] = std::ranges::mismatch(a, b);
  if (x == a.end() || y == b.end()) return x == a.end() && y != b.end();
  const auto rank = [](char byte) {
    const auto lead = static_cast<unsigned char>(byte);
    return lead == 0xEE || lead == 0xEF ? lead + 0x10 : static_cast<int>(lead);
  };
  return rank(*x) < rank(*y);
}

void append_object(std::string& out, JsonValue object) {
  std::vector<JsonMember> members;
  members.reserve(object.size());
  for (const JsonMember member : object.members()) members.push_back(member);
  std::ranges::sort(members, utf16_less, &JsonMember::key);
  out += '{';
  for (size_t i = 0; i < members.size(); ++i) {
    if (i > 0) out += ',';
    json_append_string(out, members[i].key);
    out += ':';
    append_canonical(out, members[i].value);
  }
  out += '}';
}

void append_array(std::string& out, JsonValue array) {
  char before = '[';
  for (const JsonValue item : array.items()) {
    out += before;
    append_canonical(out, item);
    before = ',';
  }
  if (array.size() == 0) out += '[';
  out += ']';
}

void append_canonical(std::string& out, JsonValue value) {
  switch (value.kind()) {
    case JsonKind::kObject:
      return append_object(out, value);
    case JsonKind::kArray:
      return append_array(out, value);
    case JsonKind::kInteger:
      out += std::to_string(value.integer());
      return;
    case JsonKind::kNumber: {
      const double nearest = value.to_double();
      const bool rounds = std::abs(nearest) < static_cast<double>(kExactMax);
      append_number(out, rounds ? digits_of_double(nearest)
                                : digits_of_parts(internal::split_number(value.text())));
      return;
    }
    default:
      JsonWriter(out).value(value);
  }
}

}  // namespace

std::string json_canonical(JsonValue value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

}  // namespace servanda
