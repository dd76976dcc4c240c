// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tables and indexes: made from a plan's resources, compared with what the file holds.
//
// System tables, all STRICT, names that no resource can take (resources begin with a letter):
//   _servanda              name, value: "format" (kStoreFormat), "created" (us), "contract" (hash
//                          of the plan applied last).
//   _servanda_columns      table_name, column_name, type (type_word()), role. SQLite's own types
//                          cannot tell a date from an integer; this table can. Roles: "key";
//                          "required": no row has NULL here; "optional"; "retired": no property has
//                          this column any more, and no row had a value when that was found.
//   _servanda_idempotency  scope (BLOB, unique), fingerprint, status, fields, body, completed_at
//                          (us; indexed, for the sweep).
// Property columns carry no NOT NULL, because SQLite could not take it back when the contract makes
// a property optional; the role carries it.

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "contract/plan/resource.h"
#include "store/sqlite/database.h"

namespace servanda::internal {

inline constexpr int64_t kStoreFormat = 1;

// Makes the system tables of a new file, or checks those of an old one. kConflict when the file is
// another program's ("not-a-store") or of a newer format ("store-format"); nothing is changed then.
[[nodiscard]] Result<void> open_schema(Database& database, Timestamp now);

// Brings tables and indexes to what `resources` say, in one transaction. Applied: new tables; new
// columns, if no row needs a value in them; required becoming optional, and optional becoming
// required where every row has a value; properties that go and left no value behind; every change
// of indexes, if a unique one finds no duplicates. Anything else is kConflict (reason "migration")
// with a sentence that names table, column and what to do, and nothing is changed.
// Time: a new index or order column reads its whole table.
[[nodiscard]] Result<void> apply_schema(Database& database, std::span<const Resource> resources,
                                        std::string_view contract_hash);

}  // namespace servanda::internal
