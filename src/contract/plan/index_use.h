// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which index serves a list. One rule for the compiler (which indexes are wanted, which filters go
// together), for the handler (which requests are refused, with what explanation) and for the stores
// (which index a statement is pinned to): what it finds, SQLite is asked to confirm at start-up.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "contract/plan/resource.h"

namespace servanda {

// A test that a list makes of one property. Values play no part in the choice of an index.
struct AskedTest {
  uint16_t property = 0;
  FilterTest test = FilterTest::kEqual;
};

// How an index serves a list: rows come in the list's order, found by search. Tests that the index
// does not take part in are made of each row found.
struct IndexUse {
  const Index* index = nullptr;  // Null: the table itself, which is in the order of its key.
  uint8_t equal = 0;             // Leading keys of the index that are held by equality.
  bool range = false;            // The key behind those is bounded by a test.
  bool at_most_one = false;      // All keys of a unique index are held: no order matters.
  bool single = false;  // Each search finds at most one row: also one for each merged value.
  // The property of an `in` test whose values are searched one by one and merged; counted in
  // `equal`.
  std::optional<uint16_t> merged;
};

// The best index for these tests in this order, or nothing when rows would have to be sorted, or
// read and thrown away without bound. Without tests, every order that an index has is served.
// Best is, in this order: at most one row; at most one row for each merged value; more keys held by
// one value; a merge; a range; a shorter index; the one declared first.
// Of a resource with soft delete, an index serves the rows that it holds: one of kAll may be used
// for kLive only where it finds single rows, because it could lead through any number of deleted
// ones. Others ignore `rows`.
// Requires: `order` ends with the resource's key.
[[nodiscard]] std::optional<IndexUse> find_index(const Resource& resource,
                                                 std::span<const AskedTest> tests,
                                                 std::span<const IndexKey> order,
                                                 RowScope rows = RowScope::kLive);

// The same where only the number of rows is wanted, in no order: a range may bound whatever key
// stands behind the equal ones.
[[nodiscard]] std::optional<IndexUse> find_count_index(const Resource& resource,
                                                       std::span<const AskedTest> tests,
                                                       RowScope rows = RowScope::kLive);

// Bounds of what a start-up proof tries for one list operation.
inline constexpr size_t kFilterSetsMax = 512;

}  // namespace servanda
