// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which names of tables, columns and indexes the store takes, and which columns may be keys.

#include <span>
#include <vector>

#include "contract/plan/resource.h"
#include "store/sqlite/schema_changes.h"

namespace servanda::internal {

// Names that SQLite would take for one another, names that are reserved, tables that are too wide
// and keys without an exact order are refused here, before any SQL is made of them.
[[nodiscard]] std::vector<SchemaRefusal> check_names(std::span<const Resource> resources);

}  // namespace servanda::internal
