// SPDX-License-Identifier: Apache-2.0
#pragma once
// Decimal numbers of any length as canonical text: never through binary floating point.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace servanda {

// Canonical form of a decimal numeral ("-", digits, optional fraction; no exponent): no leading
// zeros beyond one, no trailing fraction zeros, "-0" is "0". Nothing when the text is no numeral or
// has over 1000 digits. "39.90" becomes "39.9".
[[nodiscard]] std::optional<std::string> canonical_decimal(std::string_view text);

// A byte string whose memcmp order is the numeric order. Requires: canonical input.
[[nodiscard]] std::string decimal_sort_key(std::string_view canonical);

// Exact arithmetic on JSON number tokens (with exponents), for the validator.
// -1, 0, 1. Exponents beyond +/- 1e9 (in scientific notation) are treated as that bound.
[[nodiscard]] int compare_number_tokens(std::string_view a, std::string_view b);
[[nodiscard]] bool is_integral_token(std::string_view token);
// Whether a / b is an integer, exactly, with a bounded number of steps. Requires: b > 0. False when
// b has over 18 significant digits and the digits of a and b multiply to over ten million.
[[nodiscard]] bool is_multiple_of(std::string_view a, std::string_view b);

namespace internal {
// A JSON number token taken apart: 0.d1 d2 d3 ... x 10^magnitude, where d1 is not 0 and the last
// digit is not 0. Tokens of equal value have equal parts.
//
// Lifetime: the views point into the token.
struct NumberParts {
  bool negative = false;      // Never for zero.
  std::string_view integer;   // Digits before the point, then
  std::string_view fraction;  // digits behind it; both cut so that no outer zeros are left.
  int64_t magnitude = 0;      // 0 for zero.
  [[nodiscard]] size_t digit_count() const { return integer.size() + fraction.size(); }
  // Requires: i < digit_count().
  [[nodiscard]] char digit(size_t i) const {
    return i < integer.size() ? integer[i] : fraction[i - integer.size()];
  }
  [[nodiscard]] bool is_zero() const { return digit_count() == 0; }
};
// Requires: is_json_number(token).
[[nodiscard]] NumberParts split_number(std::string_view token);
}  // namespace internal

}  // namespace servanda
