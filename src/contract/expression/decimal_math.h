// SPDX-License-Identifier: Apache-2.0
#pragma once
// Exact arithmetic on decimals in canonical form (base/decimal.h).

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/arena.h"

namespace servanda {

// A decimal has at most so many digits, as canonical_decimal() has it.
inline constexpr size_t kDecimalDigitsMax = 1000;

enum class DecimalOp : uint8_t { kAdd, kSubtract, kMultiply };

// The exact result in canonical form; nothing when it has more than kDecimalDigitsMax digits.
// Everything lives in `arena`. Requires: both are canonical.
[[nodiscard]] std::optional<std::string_view> compute_decimal(DecimalOp op, std::string_view a,
                                                              std::string_view b, Arena& arena);
// The integer as a decimal.
[[nodiscard]] std::string_view decimal_of_integer(int64_t value, Arena& arena);
// The value of a JSON number token, exponent and all; nothing when it has too many digits.
[[nodiscard]] std::optional<std::string_view> decimal_of_token(std::string_view token,
                                                               Arena& arena);

}  // namespace servanda
