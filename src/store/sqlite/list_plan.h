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
//
// Conditions meet those ranges so that no range reads what it throws away, as far as the index
// reaches: a property held by equality is left out of the order, what is known of a range (a value
// that a condition refuses, a bound that another one makes needless) is decided before SQLite is
// asked, and of several bounds of one property only the tightest two are written.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/arena.h"
#include "base/result.h"
#include "contract/plan/index_use.h"
#include "store/sqlite/table.h"
#include "store/store.h"

namespace servanda::internal {

inline constexpr size_t kOrderKeysMax = 8;
inline constexpr size_t kConditionsMax = 32;
inline constexpr size_t kInValuesMax = 100;
inline constexpr size_t kEachValuesMax = 10'000;
// Rows passed over where the values of an `in` test are merged: all of them are held at once.
inline constexpr uint32_t kMergedOffsetMax = 10'000;

// What a plan is for.
enum class ListPurpose : uint8_t {
  kPage,
  kCount,  // The order is of no matter, and the place to go on from is not used.
};

// One condition, its values as columns compare them.
struct PlannedCondition {
  Condition condition;
  std::optional<Value> end;  // kPrefix: the least value behind all that begin so.
  bool holds_value = false;  // The first of its property that is kEqual or kNull.
};

// One order key that is neither a repetition nor behind the resource's key.
struct PlannedKey {
  IndexKey key;
  Value after;               // Of the last row seen.
  std::optional<size_t> by;  // The condition that holds its value.
};

// A query with its way into the table. Everything is a compared value (list_value.h) from here on.
//
// Lifetime: as the query, its resource, the shape and the arena it was made with.
struct ListPlan {
  const TableShape* shape = nullptr;
  const Resource* resource = nullptr;
  ListPurpose purpose = ListPurpose::kPage;
  IndexUse use;
  // With soft delete and RowScope::kLive the first one is the plan's own: the row is not deleted.
  std::span<PlannedCondition> conditions;
  size_t own_conditions = 0;
  // With soft delete and RowScope::kAll: rows deleted at this time or before are not seen.
  std::optional<Value> gone;
  std::span<const Value> merged;  // Values of the merged property, ascending, each once.
  bool begins = true;             // No row was seen yet.
  PlannedKey keys[kOrderKeysMax];
  size_t key_count = 0;
  // Those of `keys` that are neither held nor merged: what an index runs by behind its held keys.
  // For kCount the key that a range bounds, if any.
  PlannedKey rest[kOrderKeysMax];
  size_t rest_count = 0;

  // The property of the index's key at `i`. Requires: i < use.equal.
  [[nodiscard]] uint16_t held(size_t i) const {
    return use.index ? use.index->keys[i].property : resource->key;
  }
  [[nodiscard]] bool is_held(uint16_t property) const;
  // The first key of the order that is not held, where it is the merged property: then the rows of
  // one merged value lie before all those of the next. Else null.
  [[nodiscard]] const PlannedKey* key_of_merged() const;
};

// One range: the first `equal` keys of ListPlan::rest have the values of the last row, the next one
// lies `beyond`.
struct ListRange {
  enum class Beyond : uint8_t {
    kAnything,  // No bound but those of conditions.
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
// The same for a list of each of `values`.
[[nodiscard]] Result<void> check_list_each(const TableShape& shape, const ListQuery& query,
                                           uint32_t rows_max, uint16_t property,
                                           std::span<const Value> values);
// The same for a count: only the conditions matter.
[[nodiscard]] Result<void> check_count(const TableShape& shape, const ListQuery& query);

// Chooses the way. kInvalidArgument (reason "list-query") when no index serves the query.
// Requires: the check for the purpose is content.
[[nodiscard]] Result<ListPlan> plan_list(const TableShape& shape, const ListQuery& query,
                                         ListPurpose purpose, Arena& arena);

// The ranges of one page. `merged` is the value that the merged property has in them, null when
// there is none.
[[nodiscard]] ListRanges split_list(const ListPlan& plan, const Value* merged);

}  // namespace servanda::internal
