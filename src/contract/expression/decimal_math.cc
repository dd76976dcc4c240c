// SPDX-License-Identifier: Apache-2.0
#include "contract/expression/decimal_math.h"

#include <algorithm>
#include <charconv>
#include <span>

#include "base/decimal.h"

namespace servanda {
namespace {

constexpr uint32_t kBase = 1'000'000'000;
constexpr size_t kLimbDigits = 9;
constexpr uint32_t kPowers[kLimbDigits] = {1,      10,      100,      1000,     10000,
                                           100000, 1000000, 10000000, 100000000};

// A whole number: limbs of nine digits, least significant first; the value of a decimal is that
// number divided by ten to the power of its scale.
using Limbs = std::span<uint32_t>;

struct Decimal {
  bool negative = false;
  std::string_view integer;
  std::string_view fraction;
};

Decimal split_decimal(std::string_view text) {
  Decimal decimal;
  decimal.negative = text.starts_with('-');
  if (decimal.negative) text.remove_prefix(1);
  const size_t point = text.find('.');
  decimal.integer = text.substr(0, point);
  if (point != std::string_view::npos) decimal.fraction = text.substr(point + 1);
  return decimal;
}

Limbs make_limbs(size_t count, Arena& arena) {
  uint32_t* const limbs = arena.array<uint32_t>(count);
  std::fill_n(limbs, count, 0);
  return {limbs, count};
}

// The digits of the decimal times ten to the power of `scale`, which is at least its own.
Limbs limbs_of(const Decimal& decimal, size_t scale, Arena& arena) {
  const size_t digits = decimal.integer.size() + scale;
  const Limbs limbs = make_limbs(digits / kLimbDigits + 1, arena);
  for (size_t i = 0; i < digits; ++i) {
    // Digit i from the right.
    const size_t place = digits - 1 - i;
    char digit = '0';
    if (place < decimal.integer.size()) {
      digit = decimal.integer[place];
    } else if (place - decimal.integer.size() < decimal.fraction.size()) {
      digit = decimal.fraction[place - decimal.integer.size()];
    }
    limbs[i / kLimbDigits] += static_cast<uint32_t>(digit - '0') * kPowers[i % kLimbDigits];
  }
  return limbs;
}

uint32_t limb(Limbs limbs, size_t index) {
  return index < limbs.size() ? limbs[index] : 0;
}

bool is_less(Limbs a, Limbs b) {
  for (size_t i = std::max(a.size(), b.size()); i > 0; --i) {
    if (limb(a, i - 1) != limb(b, i - 1)) return limb(a, i - 1) < limb(b, i - 1);
  }
  return false;
}

Limbs sum(Limbs a, Limbs b, Arena& arena) {
  const Limbs result = make_limbs(std::max(a.size(), b.size()) + 1, arena);
  uint32_t carry = 0;
  for (size_t i = 0; i < result.size(); ++i) {
    const uint32_t total = limb(a, i) + limb(b, i) + carry;
    result[i] = total % kBase;
    carry = total / kBase;
  }
  return result;
}

// Requires: a >= b.
Limbs difference(Limbs a, Limbs b, Arena& arena) {
  const Limbs result = make_limbs(a.size(), arena);
  uint32_t borrow = 0;
  for (size_t i = 0; i < result.size(); ++i) {
    const uint32_t take = limb(b, i) + borrow;
    borrow = a[i] < take ? 1 : 0;
    result[i] = a[i] + (borrow != 0 ? kBase : 0) - take;
  }
  return result;
}

Limbs product(Limbs a, Limbs b, Arena& arena) {
  const Limbs result = make_limbs(a.size() + b.size(), arena);
  for (size_t i = 0; i < a.size(); ++i) {
    uint64_t carry = 0;
    for (size_t j = 0; j < b.size(); ++j) {
      const uint64_t total = uint64_t{a[i]} * b[j] + result[i + j] + carry;
      result[i + j] = static_cast<uint32_t>(total % kBase);
      carry = total / kBase;
    }
    result[i + b.size()] = static_cast<uint32_t>(carry);
  }
  return result;
}

// The number as text with a point before its last `scale` digits.
std::optional<std::string_view> canonical_text(bool negative, Limbs limbs, size_t scale,
                                               Arena& arena) {
  const size_t count = std::max(limbs.size() * kLimbDigits, scale + 1);
  char* const digits = arena.array<char>(count);
  for (size_t i = 0; i < count; ++i) {
    const uint32_t part = limb(limbs, i / kLimbDigits) / kPowers[i % kLimbDigits];
    digits[count - 1 - i] = static_cast<char>('0' + part % 10);
  }
  std::string_view integer(digits, count - scale);
  std::string_view fraction(digits + (count - scale), scale);
  integer.remove_prefix(std::min(integer.find_first_not_of('0'), integer.size() - 1));
  fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
  if (integer.size() + fraction.size() > kDecimalDigitsMax) return std::nullopt;
  const bool zero = integer == "0" && fraction.empty();
  char* const text = arena.array<char>(integer.size() + fraction.size() + 2);
  char* at = text;
  if (negative && !zero) *at++ = '-';
  at = std::copy(integer.begin(), integer.end(), at);
  if (!fraction.empty()) {
    *at++ = '.';
    at = std::copy(fraction.begin(), fraction.end(), at);
  }
  return std::string_view(text, static_cast<size_t>(at - text));
}

}  // namespace

std::optional<std::string_view> compute_decimal(DecimalOp op, std::string_view a,
                                                std::string_view b, Arena& arena) {
  const Decimal x = split_decimal(a);
  Decimal y = split_decimal(b);
  if (op == DecimalOp::kMultiply) {
    const Limbs result = product(limbs_of(x, x.fraction.size(), arena),
                                 limbs_of(y, y.fraction.size(), arena), arena);
    return canonical_text(x.negative != y.negative, result, x.fraction.size() + y.fraction.size(),
                          arena);
  }
  if (op == DecimalOp::kSubtract) y.negative = !y.negative;
  const size_t scale = std::max(x.fraction.size(), y.fraction.size());
  const Limbs left = limbs_of(x, scale, arena);
  const Limbs right = limbs_of(y, scale, arena);
  if (x.negative == y.negative) {
    return canonical_text(x.negative, sum(left, right, arena), scale, arena);
  }
  if (is_less(left, right)) {
    return canonical_text(y.negative, difference(right, left, arena), scale, arena);
  }
  return canonical_text(x.negative, difference(left, right, arena), scale, arena);
}

std::string_view decimal_of_integer(int64_t value, Arena& arena) {
  char text[24];
  const auto [end, failure] = std::to_chars(text, text + sizeof text, value);
  return arena.copy({text, static_cast<size_t>(end - text)});
}

std::optional<std::string_view> decimal_of_token(std::string_view token, Arena& arena) {
  const internal::NumberParts parts = internal::split_number(token);
  if (parts.is_zero()) return "0";
  const auto digits = static_cast<int64_t>(parts.digit_count());
  constexpr auto kMax = static_cast<int64_t>(kDecimalDigitsMax);
  if (parts.magnitude > kMax || parts.magnitude - digits < -kMax) return std::nullopt;
  const int64_t integer = std::max<int64_t>(parts.magnitude, 1);
  const int64_t fraction = std::max<int64_t>(digits - parts.magnitude, 0);
  if (integer + fraction > kMax) return std::nullopt;
  char* const text = arena.array<char>(static_cast<size_t>(integer + fraction + 2));
  char* at = text;
  if (parts.negative) *at++ = '-';
  if (parts.magnitude <= 0) {
    *at++ = '0';
    *at++ = '.';
    at = std::fill_n(at, -parts.magnitude, '0');
  }
  for (int64_t place = 0; place < std::max(digits, parts.magnitude); ++place) {
    if (place == parts.magnitude && place > 0) *at++ = '.';
    *at++ = place < digits ? parts.digit(static_cast<size_t>(place)) : '0';
  }
  return std::string_view(text, static_cast<size_t>(at - text));
}

}  // namespace servanda
