// SPDX-License-Identifier: Apache-2.0
#pragma once
// Values as columns compare them, so that what SQLite need not be asked is decided beforehand.

#include <optional>
#include <string_view>

#include "base/arena.h"
#include "contract/plan/resource.h"
#include "store/store.h"
#include "store/value.h"

namespace servanda::internal {

// The value that the property's comparison column holds: of a decimal its sort key, in `arena`.
// Requires: decimals are canonical.
[[nodiscard]] Value compared_value(ColumnType type, const Value& value, Arena& arena);

// -1, 0 or 1 as SQLite orders two values of one column: NULL first, text by its bytes.
// Requires: both are compared values of one property.
[[nodiscard]] int compare_values(const Value& a, const Value& b);

// Whether `value` meets the condition, whose values are compared values too.
[[nodiscard]] bool meets(const Condition& condition, const Value& value);

// Whether the test is a bound of the property's order: everything between two values.
[[nodiscard]] bool is_bound(FilterTest test);

// The least text behind all that begin with `prefix`, in `arena`; nothing when no text is.
[[nodiscard]] std::optional<std::string_view> end_of_prefix(std::string_view prefix, Arena& arena);

// Whether a value of this kind can stand in a column of this type: not NULL, not NaN, decimals
// canonical.
[[nodiscard]] bool fits_type(ColumnType type, const Value& value);

}  // namespace servanda::internal
