// SPDX-License-Identifier: Apache-2.0
#pragma once
// What must change in a store so that it fits a plan's resources, as a value: it can be shown
// before anything is touched, and is then executed as it stands.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "contract/plan/resource.h"

namespace servanda {

// One change of the schema. Steps are executed in the order of their kinds.
struct SchemaStep {
  enum class Kind : uint8_t {
    kDropIndex,
    kCreateTable,
    kAddColumn,
    kSetRole,  // A column becomes required, optional or unused; no row changes.
    kCreateIndex,
  };
  // What the step costs: kNothing takes the same time at any size.
  enum class Reads : uint8_t { kNothing, kWholeTable };
  // A row of _servanda_columns.
  struct ColumnRecord {
    std::string column;
    std::string type;
    std::string role;
  };

  Kind kind = Kind::kCreateTable;
  Reads reads = Reads::kNothing;
  std::string table;
  std::string subject;  // The column or the index; "" when the step is about the table.
  std::string text;     // A sentence for the operator.
  std::string sql;      // "" when only records change.
  std::vector<ColumnRecord> records;
};

// A difference that the store does not bridge by itself.
struct SchemaRefusal {
  std::string table;
  std::string subject;           // The column or the index; "" when it is about the table.
  std::string reason;            // A sentence that names table and column.
  std::vector<std::string> way;  // What to do, in order; empty when `reason` says it.

  // The sentence, then one numbered line for each part of the way.
  [[nodiscard]] std::string text() const;
};

// With refusals nothing is executed, not even the steps.
struct SchemaChanges {
  std::vector<SchemaStep> steps;
  std::vector<SchemaRefusal> refusals;
};

namespace internal {

class Database;

// Reads only. Every refusal is listed, not just the first; refusals of names stand alone, because
// nothing else can be planned with names that collide.
// Requires: open_schema() or check_format() was content with the database.
// Time: looking for duplicates under a new unique index and for rows without a value reads tables.
[[nodiscard]] Result<SchemaChanges> plan_schema(Database& database,
                                                std::span<const Resource> resources);

// The same for a store that does not exist yet.
[[nodiscard]] Result<SchemaChanges> plan_new_schema(std::span<const Resource> resources);

}  // namespace internal
}  // namespace servanda
