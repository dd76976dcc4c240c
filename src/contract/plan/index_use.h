// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which index of a resource serves a list, by the one rule of base/index_rule.h: for the compiler
// (which indexes are wanted, which filters go together), for the handler (which requests are
// refused, with what explanation) and for the stores (which index a statement is pinned to).

#include <cstddef>
#include <optional>
#include <span>

#include "base/index_rule.h"
#include "contract/plan/resource.h"

namespace servanda {

// How an index of a resource serves a list.
struct IndexUse : IndexWay {
  const Index* index = nullptr;  // Null: the table itself, which is in the order of its key.
};

// The best index for these tests in this order, or nothing: see IndexRule.
// Requires: `order` ends with the resource's key.
[[nodiscard]] std::optional<IndexUse> find_index(const Resource& resource,
                                                 std::span<const AskedTest> tests,
                                                 std::span<const IndexKey> order,
                                                 RowScope rows = RowScope::kLive);

// The same where only the number of rows is wanted, in no order.
[[nodiscard]] std::optional<IndexUse> find_count_index(const Resource& resource,
                                                       std::span<const AskedTest> tests,
                                                       RowScope rows = RowScope::kLive);

// Bounds of what a start-up proof tries for one list operation.
inline constexpr size_t kFilterSetsMax = 512;

}  // namespace servanda
