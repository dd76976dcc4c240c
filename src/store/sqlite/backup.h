// SPDX-License-Identifier: Apache-2.0
#pragma once
// Backup of a store while it is served, restore into a new directory, verification.
//
// Messages are for operators and name files and tables.

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace servanda {

// What a database file holds.
struct StoreContents {
  struct Table {
    std::string name;
    int64_t rows = 0;
  };
  uint64_t bytes = 0;
  std::vector<Table> tables;  // Of resources, then of the system, each by name.
};

// What a verification found.
struct StoreFindings {
  static constexpr size_t kMax = 100;  // Further ones are not looked for.
  std::vector<std::string> sentences;  // Empty when the store is whole.
  StoreContents contents;              // Of what could be read.
};

// Copies the store in `directory` into the new file `target` (mode 0600), which is one snapshot:
// all of every commit acknowledged before the call, all or nothing of those made meanwhile. The
// copy is made beside the target, verified, synced and only then given its name, so that a file
// with that name is a good backup whenever the process ends. Works while a server holds the store,
// and without one. The list cursors' key is not part of it.
//
// Errors: kConflict when the target exists, another backup writes it, or the directory holds
// something else or something newer; kNotFound without a store; kInternal "store-corrupt" when the
// store is damaged, with what was found; kStorageFull; kUnavailable when a disk fails.
// Cost: reads the database once, writes the copy once and reads it once. The server's log is not
// begun anew meanwhile: it grows by what is written.
[[nodiscard]] Result<StoreContents> backup_store(const std::string& directory,
                                                 const std::string& target,
                                                 const std::string& vfs = {});

// Makes a store in `directory` from the backup `source`: copied beside, verified, synced, named.
// Holds the directory's lock meanwhile.
//
// Errors as for backup_store(); kConflict also when the directory holds a store or a log already,
// or is being served from. The directory is as before then, or new and empty but for its lock.
[[nodiscard]] Result<StoreContents> restore_store(const std::string& source,
                                                  const std::string& directory,
                                                  const std::string& vfs = {});

// Reads all of the store in `directory`: SQLite's own integrity check; the format; the system's
// tables and indexes; every table and column that the store remembers. Changes nothing and works
// while a server holds the store.
//
// Errors: kNotFound without a store; kUnavailable when the disk fails. Damage is no error but a
// finding.
[[nodiscard]] Result<StoreFindings> verify_store(const std::string& directory,
                                                 const std::string& vfs = {});

}  // namespace servanda
