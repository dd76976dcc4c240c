// SPDX-License-Identifier: Apache-2.0
#pragma once
// What makes a database file a whole store.

#include <string>

#include "base/result.h"
#include "store/sqlite/backup.h"
#include "store/sqlite/database.h"

namespace servanda::internal {

// The file opened for reading only. kNotFound when it is not there or empty.
[[nodiscard]] Result<Database> open_to_read(const std::string& path, const std::string& vfs);

// Looks through the whole database in one read transaction. Damage and everything else that makes
// it no whole store are findings; only a failing disk is an error.
[[nodiscard]] Result<StoreFindings> verify_database(Database& database);

// As verify_database(), of a file. One that SQLite cannot open because it is damaged is a finding.
[[nodiscard]] Result<StoreFindings> verify_file(const std::string& path, const std::string& vfs);

}  // namespace servanda::internal
