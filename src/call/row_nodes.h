// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rows as JSON values, without the way over text.

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/json.h"
#include "base/time.h"
#include "contract/plan/resource.h"
#include "store/value.h"

namespace servanda {

// Appends the row as an object with all that its schema declares, writeOnly and computed properties
// included (but for those that C++ makes); `now` is for the latter. The nodes point into the row,
// `arena` and `documents`, which gets one document for each property that is stored as JSON.
// kInternal when one of those cannot be read.
[[nodiscard]] Result<void> build_row(JsonBuilder& builder, const Resource& resource, const Row& row,
                                     Timestamp now, Arena& arena,
                                     std::vector<JsonDocument>& documents);

namespace internal {

// One member of a row as it is shown.
struct MemberValue {
  std::string_view name;
  ColumnType type = ColumnType::kText;
  bool nullable = false;  // Null is shown as null; else the member is left out.
  Value value;
};
// `member` as for_each_member() counts them. Computed values live in `arena`.
[[nodiscard]] MemberValue member_value(const Resource& resource, const Row& row, size_t member,
                                       Timestamp now, Arena& arena);

// Appends a value that is not stored as JSON; what is made for it lives in `arena`.
void build_value(JsonBuilder& builder, ColumnType type, const Value& value, Arena& arena);

}  // namespace internal
}  // namespace servanda
