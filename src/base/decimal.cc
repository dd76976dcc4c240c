// SPDX-License-Identifier: Apache-2.0
#include "base/decimal.h"

#include <algorithm>
#include <vector>

#include "base/check.h"

namespace servanda {
namespace {

constexpr size_t kDigitsMax = 1000;
// Of scientific notation; what is written may be more, as in 0.0001e1000000004.
constexpr int64_t kExponentMax = 1'000'000'000;
constexpr int64_t kWrittenExponentMax = 1'000'000'000'000'000;
// Ten times a number of so many digits still fits 64 bits.
constexpr size_t kWordDigits = 18;
// Beyond this product of digit counts a long division is not begun.
constexpr size_t kDivisionMax = 10'000'000;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view without_leading_zeros(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

std::string_view without_trailing_zeros(std::string_view digits) {
  return digits.substr(0, digits.find_last_not_of('0') + 1);
}

int64_t exponent_of(std::string_view text) {
  if (text.empty()) return 0;
  const bool negative = text.front() == '-';
  int64_t value = 0;
  for (const char c : text) {
    if (is_digit(c)) value = std::min(value * 10 + (c - '0'), kWrittenExponentMax);
  }
  return negative ? -value : value;
}

// a x 10^zeros mod b for a b of at most 18 digits.
uint64_t remainder_of(const internal::NumberParts& a, size_t zeros, uint64_t divisor) {
  uint64_t remainder = 0;
  const auto append = [&](uint64_t digit) { remainder = (remainder * 10 + digit) % divisor; };
  for (size_t i = 0; i < a.digit_count(); ++i) append(static_cast<uint64_t>(a.digit(i) - '0'));
  for (size_t i = 0; i < zeros; ++i) append(0);
  return remainder;
}

// Long division for divisors that fit no word: limbs of nine digits, least significant first.
class WideRemainder {
 public:
  explicit WideRemainder(const internal::NumberParts& divisor)
      : divisor_(divisor.digit_count() / 9 + 2), remainder_(divisor_.size()) {
    for (size_t i = 0; i < divisor.digit_count(); ++i) {
      times_ten_plus(divisor_, static_cast<uint32_t>(divisor.digit(i) - '0'));
    }
  }

  void append(uint32_t digit) {
    times_ten_plus(remainder_, digit);
    // The remainder was below the divisor, so at most nine rounds.
    while (!std::lexicographical_compare(remainder_.rbegin(), remainder_.rend(), divisor_.rbegin(),
                                         divisor_.rend())) {
      subtract();
    }
  }

  [[nodiscard]] bool is_zero() const {
    return std::ranges::all_of(remainder_, [](uint32_t limb) { return limb == 0; });
  }

 private:
  using Limbs = std::vector<uint32_t>;
  static constexpr uint32_t kBase = 1'000'000'000;

  static void times_ten_plus(Limbs& number, uint32_t carry) {
    for (uint32_t& limb : number) {
      const uint64_t product = uint64_t{limb} * 10 + carry;
      limb = static_cast<uint32_t>(product % kBase);
      carry = static_cast<uint32_t>(product / kBase);
    }
  }

  void subtract() {
    uint32_t borrow = 0;
    for (size_t i = 0; i < remainder_.size(); ++i) {
      const uint32_t take = divisor_[i] + borrow;
      borrow = remainder_[i] < take ? 1 : 0;
      remainder_[i] = remainder_[i] + (borrow != 0 ? kBase : 0) - take;
    }
  }

  Limbs divisor_;
  Limbs remainder_;
};

}  // namespace

internal::NumberParts internal::split_number(std::string_view token) {
  NumberParts parts;
  parts.negative = token.starts_with('-');
  if (parts.negative) token.remove_prefix(1);
  const size_t exponent_at = token.find_first_of("eE");
  int64_t exponent = 0;
  if (exponent_at != std::string_view::npos) {
    exponent = exponent_of(token.substr(exponent_at + 1));
    token = token.substr(0, exponent_at);
  }
  const size_t point = token.find('.');
  parts.integer = without_leading_zeros(token.substr(0, point));
  if (point != std::string_view::npos) {
    parts.fraction = without_trailing_zeros(token.substr(point + 1));
  }
  parts.magnitude = exponent + static_cast<int64_t>(parts.integer.size());
  if (parts.integer.empty()) {
    const std::string_view cut = without_leading_zeros(parts.fraction);
    parts.magnitude -= static_cast<int64_t>(parts.fraction.size() - cut.size());
    parts.fraction = cut;
  } else if (parts.fraction.empty()) {
    parts.integer = without_trailing_zeros(parts.integer);
  }
  if (parts.is_zero()) return {};
  // The first digit stands behind the point, so the magnitude is one more than the exponent.
  parts.magnitude = std::clamp(parts.magnitude, 1 - kExponentMax, 1 + kExponentMax);
  return parts;
}

std::optional<std::string> canonical_decimal(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const size_t point = text.find('.');
  std::string_view integer = text.substr(0, point);
  std::string_view fraction;
  if (point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    if (fraction.empty()) return std::nullopt;
  }
  if (integer.empty() || integer.size() + fraction.size() > kDigitsMax) return std::nullopt;
  if (!std::ranges::all_of(integer, is_digit) || !std::ranges::all_of(fraction, is_digit)) {
    return std::nullopt;
  }
  integer = without_leading_zeros(integer);
  fraction = without_trailing_zeros(fraction);
  if (integer.empty() && fraction.empty()) return "0";
  std::string canonical(negative ? "-" : "");
  canonical += integer.empty() ? "0" : integer;
  if (!fraction.empty()) {
    canonical += '.';
    canonical += fraction;
  }
  return canonical;
}

// Sign, then magnitude, then digits two to a byte. Negative numbers have every byte behind the sign
// inverted and an end mark, so that of two where one continues the other the longer comes first.
std::string decimal_sort_key(std::string_view canonical) {
  const internal::NumberParts parts = internal::split_number(canonical);
  if (parts.is_zero()) return "\x02";
  std::string key(1, parts.negative ? '\x01' : '\x03');
  const auto magnitude = static_cast<uint16_t>(parts.magnitude + 0x8000);
  key += static_cast<char>(magnitude >> 8);
  key += static_cast<char>(magnitude & 0xFF);
  for (size_t i = 0; i < parts.digit_count(); i += 2) {
    const int high = parts.digit(i) - '0';
    const int low = i + 1 < parts.digit_count() ? parts.digit(i + 1) - '0' : 0;
    key += static_cast<char>(high * 10 + low + 1);
  }
  if (parts.negative) {
    for (size_t i = 1; i < key.size(); ++i) key[i] = static_cast<char>(~key[i]);
    key += '\xFF';
  }
  return key;
}

int compare_number_tokens(std::string_view a, std::string_view b) {
  const internal::NumberParts x = internal::split_number(a);
  const internal::NumberParts y = internal::split_number(b);
  const auto sign = [](const internal::NumberParts& parts) {
    if (parts.is_zero()) return 0;
    return parts.negative ? -1 : 1;
  };
  if (sign(x) != sign(y)) return sign(x) < sign(y) ? -1 : 1;
  if (x.is_zero()) return 0;
  const int larger = sign(x);
  if (x.magnitude != y.magnitude) return x.magnitude > y.magnitude ? larger : -larger;
  const size_t common = std::min(x.digit_count(), y.digit_count());
  for (size_t i = 0; i < common; ++i) {
    if (x.digit(i) != y.digit(i)) return x.digit(i) > y.digit(i) ? larger : -larger;
  }
  if (x.digit_count() == y.digit_count()) return 0;
  return x.digit_count() > y.digit_count() ? larger : -larger;
}

bool is_integral_token(std::string_view token) {
  const internal::NumberParts parts = internal::split_number(token);
  return parts.magnitude >= static_cast<int64_t>(parts.digit_count());
}

bool is_multiple_of(std::string_view a, std::string_view b) {
  const internal::NumberParts x = internal::split_number(a);
  const internal::NumberParts y = internal::split_number(b);
  SERVANDA_CHECK(!y.is_zero() && !y.negative, "divisor " + std::string(b.substr(0, 40)));
  if (x.is_zero()) return true;
  // x / y = digits(x) x 10^shift / digits(y), both whole numbers that no ten divides.
  const int64_t shift = (x.magnitude - static_cast<int64_t>(x.digit_count())) -
                        (y.magnitude - static_cast<int64_t>(y.digit_count()));
  if (shift < 0) return false;
  // Zeros bring only twos and fives; digits(y) holds fewer of each than 4 per decimal digit.
  const size_t zeros =
      static_cast<size_t>(std::min(shift, static_cast<int64_t>(4 * y.digit_count())));
  if (y.digit_count() <= kWordDigits) {
    uint64_t divisor = 0;
    for (size_t i = 0; i < y.digit_count(); ++i) {
      divisor = divisor * 10 + static_cast<uint64_t>(y.digit(i) - '0');
    }
    return remainder_of(x, zeros, divisor) == 0;
  }
  if ((x.digit_count() + zeros) > kDivisionMax / y.digit_count()) return false;
  WideRemainder remainder(y);
  for (size_t i = 0; i < x.digit_count(); ++i) {
    remainder.append(static_cast<uint32_t>(x.digit(i) - '0'));
  }
  for (size_t i = 0; i < zeros; ++i) remainder.append(0);
  return remainder.is_zero();
}

}  // namespace servanda
