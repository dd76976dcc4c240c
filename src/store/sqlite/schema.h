// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tables and indexes: made from a plan's resources, compared with what the file holds.
//
// System tables, all STRICT, names that no resource can take (resources begin with a letter):
//   _servanda              name, value: "format" (kStoreFormat), "created" (us), "contract" (hash
//                          of the plan applied last), "proven" (what prove_lists() has passed: that
//                          hash, the proof's revision and SQLite's release); once audit rows are
//                          swept, "audit-swept-sequence" and "audit-swept-hash" of the newest one
//                          removed.
//   _servanda_columns      table_name, column_name, type (type_word()), role. SQLite's own types
//                          cannot tell a date from an integer; this table can. Roles: "key";
//                          "required": no row has NULL here; "optional"; "deleted": when the row
//                          was deleted, of a resource with soft delete; "retired": no property has
//                          this column any more, and no row had a value when that was found.
//   _servanda_idempotency  scope (BLOB, unique), fingerprint, status, fields, body, completed_at
//                          (us; indexed, for the sweep).
//   _servanda_outbox       events on their way out, in the order of their commits. `sequence` is
//                          never used twice, also after rows have gone, because followers resume
//                          from it. A row is delivered when `delivered_at` (us) is set; until then
//                          `next_attempt_at` (us) says when it is due, and rows of one topic and
//                          key go out in the order of their sequence. Indexed by due time, by topic
//                          and key, and by delivery, for the sweep. `topic` is the event's name,
//                          `key` the caller's tenant, `fields` what outbox.h says, `payload` JSON.
//   _servanda_audit        who did what, hash-chained: `hash` covers `previous_hash` and `record`
//                          (canonical JSON); values that may have to be erased are in `erasable`
//                          and in `record` only as hashes. Without gaps in `sequence`, because a
//                          rolled back insert takes its number back. Indexed by time (what happened
//                          when), by actor and by object. Swept from the oldest on, so that what
//                          stays is one chain, which begins at "audit-swept-hash".
// Nothing delivers outbox rows or writes audit rows yet; the columns and tables are there so that a
// store made now needs no migration when something does, and so that retention holds from the first
// row.
//
// Property columns carry no NOT NULL, because SQLite could not take it back when the contract makes
// a property optional; the role carries it.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "contract/plan/resource.h"
#include "store/sqlite/database.h"
#include "store/sqlite/schema_changes.h"

namespace servanda::internal {

inline constexpr int64_t kStoreFormat = 1;

inline constexpr std::string_view kRoleKey = "key";
inline constexpr std::string_view kRoleRequired = "required";
inline constexpr std::string_view kRoleOptional = "optional";
inline constexpr std::string_view kRoleDeleted = "deleted";
inline constexpr std::string_view kRoleRetired = "retired";

// Makes the system tables of a new file, or checks those of an old one and adds the ones that a
// store of the same format may lack (outbox and audit). kConflict as from check_format(); nothing
// is changed then.
[[nodiscard]] Result<void> open_schema(Database& database, Timestamp now);

// Reads only. kConflict when the file is another program's ("not-a-store") or of a newer format
// ("store-format").
[[nodiscard]] Result<void> check_format(Database& database);

// The tables and indexes of the system that the file lacks, by name; empty when it is whole.
[[nodiscard]] Result<std::vector<std::string>> missing_system_parts(Database& database);

// Brings tables and indexes to what `resources` say: plans the changes and executes them in one
// transaction, so that a process killed at any point leaves all of them or none. Executed: new
// tables; new columns, if no row needs a value in them; required becoming optional, and optional
// becoming required where every row has a value; properties that go and left no value behind; soft
// delete coming, and going where no row is deleted; every change of indexes, if a unique one finds
// no duplicates. Anything else is kConflict (reason
// "migration") with the text of every refusal, and nothing is changed.
// Time: a new index reads its whole table.
[[nodiscard]] Result<void> apply_schema(Database& database, std::span<const Resource> resources,
                                        std::string_view contract_hash);

}  // namespace servanda::internal
