// SPDX-License-Identifier: Apache-2.0
#pragma once
// What to do about a difference that the store does not bridge by itself: which, and then the way
// in the order expand (old and new side by side), backfill (fill the new), switch (use the new),
// contract (let the old go), with the names of the case at hand.

#include <string>
#include <string_view>

#include "contract/plan/resource.h"
#include "store/sqlite/schema_changes.h"

namespace servanda::internal {

// `Column "c" of table "t"`.
[[nodiscard]] std::string column_text(const Resource& resource, std::string_view column);

// A new column is required, and there are rows.
[[nodiscard]] SchemaRefusal refuse_required_column(const Resource& resource,
                                                   const Property& property);
// A column becomes required, and rows have no value in it.
[[nodiscard]] SchemaRefusal refuse_gaps(const Resource& resource, const Property& property);
// A column of another type.
[[nodiscard]] SchemaRefusal refuse_other_type(const Resource& resource, const Property& property,
                                              std::string_view stored_type);
// An unused column of another type.
[[nodiscard]] SchemaRefusal refuse_reuse(const Resource& resource, const Property& property,
                                         std::string_view stored_type);
// A new column whose name, or whose order column's name, SQLite takes for one that is there.
[[nodiscard]] SchemaRefusal refuse_taken_column(const Resource& resource, const Property& property);
[[nodiscard]] SchemaRefusal refuse_new_key(const Resource& resource, const Property& property);
[[nodiscard]] SchemaRefusal refuse_lost_key(const Resource& resource, const Property& property);
// A column that holds values and has no property any more.
[[nodiscard]] SchemaRefusal refuse_forgotten_column(const Resource& resource,
                                                    std::string_view column);
// The column that says which rows are deleted would no longer be looked at.
[[nodiscard]] SchemaRefusal refuse_lost_deletions(const Resource& resource,
                                                  std::string_view column);
// A column with values would come to say which rows are deleted.
[[nodiscard]] SchemaRefusal refuse_values_as_deletions(const Resource& resource,
                                                       const Property& property);
// A unique index over rows with equal values.
[[nodiscard]] SchemaRefusal refuse_duplicates(const Resource& resource, const Index& index);

}  // namespace servanda::internal
