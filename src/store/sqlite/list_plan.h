// SPDX-License-Identifier: Apache-2.0
#pragma once
// How one page of a list is read: as a few ranges of an index, one after the other.
//
// A keyset page starts behind the last row seen. With order keys (a, b, key) and that row's values
// (x, y, z), the rows behind it are, in this order:
//     a = x, b = y, key behind z;    then a = x, b behind y;    then a behind x.
// Each of them is one range of the index that serves the order, read forwards or backwards, so the
// first row costs one search however deep the page lies. That holds for mixed directions and for
// NULL, which SQLite sorts first: behind x downwards come the smaller values and then, as a range
// of its own, NULL. One statement with row values cannot express either, and with the conditions
// joined by OR the planner gives up the order of the index. The price is at most two statements per
// order key, and the first range usually fills the page.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/sqlite/table.h"
#include "store/store.h"

namespace servanda::internal {

inline constexpr size_t kOrderKeysMax = 8;
inline constexpr size_t kConditionsMax = 32;

// One range: the first `equal` order keys have the values of the last row, the next one lies
// `beyond`.
struct ListRange {
  enum class Beyond : uint8_t {
    kAnything,  // No bound: the whole list.
    kGreater,
    kLess,
    kNotNull,  // Upwards behind NULL.
    kNull,     // Downwards behind every value.
  };
  uint8_t equal = 0;
  Beyond beyond = Beyond::kAnything;
};

// The ranges of one page, in order; at most 2 * kOrderKeysMax.
struct ListRanges {
  ListRange ranges[2 * kOrderKeysMax];
  size_t count = 0;
};

// kInvalidArgument (reason "list-query") for a query that is not within the bounds, has no order
// that ends with the key, or has values that do not fit it.
[[nodiscard]] Result<void> check_list(const TableShape& shape, const ListQuery& query,
                                      uint32_t rows_max);
// Requires: check_list() is content.
[[nodiscard]] ListRanges split_list(const ListQuery& query);

// Appends what tells the statement of this range from every other one.
void append_range_key(std::string& key, const TableShape& shape, const ListQuery& query,
                      ListRange range);
// The statement. Parameters: the conditions that are not null, the equal order keys that are not
// null, the value behind which (kGreater, kLess), the number of rows.
[[nodiscard]] std::string range_sql(const TableShape& shape, const ListQuery& query,
                                    ListRange range);

}  // namespace servanda::internal
