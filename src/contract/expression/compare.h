// SPDX-License-Identifier: Apache-2.0
#pragma once
// How values of expressions are compared.

#include <optional>

#include "contract/expression/evaluate.h"

namespace servanda::internal {

// Whether two values are the same: a boolean value, or an error where that cannot be said. Null is
// the same as null alone.
[[nodiscard]] ExpressionValue equality(const ExpressionValue& a, const ExpressionValue& b,
                                       Arena& arena);
// -1, 0 or 1; nothing when the two have no common order. Requires: neither is null or an error.
[[nodiscard]] std::optional<int> order_of(const ExpressionValue& a, const ExpressionValue& b,
                                          Arena& arena);

}  // namespace servanda::internal
