// SPDX-License-Identifier: Apache-2.0
#pragma once
// Looks ahead at what a contract would change in a store.

#include <span>
#include <string>

#include "base/result.h"
#include "contract/plan/resource.h"
#include "store/sqlite/schema_changes.h"

namespace servanda {

// What Store::prepare() would do for these resources to the store in `directory`, or to a new one
// when there is none. Changes nothing, works in one snapshot and while a server holds the store.
//
// Errors: kConflict when the directory holds something else or something newer; kInternal
// "store-corrupt"; kUnavailable when the disk fails.
[[nodiscard]] Result<SchemaChanges> plan_migration(const std::string& directory,
                                                   std::span<const Resource> resources,
                                                   const std::string& vfs = {});

}  // namespace servanda
