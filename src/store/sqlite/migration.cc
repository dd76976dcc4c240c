// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/migration.h"

#include <utility>

#include "store/sqlite/backup_verify.h"
#include "store/sqlite/schema.h"

namespace servanda {

Result<SchemaChanges> plan_migration(const std::string& directory,
                                     std::span<const Resource> resources, const std::string& vfs) {
  Result<internal::Database> database = internal::open_to_read(directory + "/store.db", vfs);
  if (!database) {
    if (database.error().code == Code::kNotFound) return internal::plan_new_schema(resources);
    return pass(database);
  }
  Result<void> begun = database->execute("BEGIN");
  if (!begun) return pass(begun);
  Result<int64_t> tables = database->query_integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return pass(tables);
  if (*tables == 0) return internal::plan_new_schema(resources);
  Result<void> ours = internal::check_format(*database);
  if (!ours) return pass(ours);
  return internal::plan_schema(*database, resources);
}

}  // namespace servanda
