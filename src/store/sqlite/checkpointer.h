// SPDX-License-Identifier: Apache-2.0
#pragma once
// Moves the write-ahead log into the database in small steps, between commits.
//
// One checkpoint of a whole log copies thousands of pages and waits until the disk has them all,
// and every commit waits with it. So:
//
// 1. Each time the log has grown by a step, so little that groups of commits under load write more,
//    the pages of the step before are copied. A connection of its own reads the state at the end of
//    that step meanwhile: SQLite then copies no further, does not sync the database and cannot
//    begin the log anew. What was copied stays in the log, so that a power loss takes nothing.
// 2. When the log has reached its bound, another thread syncs the database while commits go on,
//    again until only little was copied since. Pages that were copied several times are written to
//    the disk once.
// 3. Then SQLite's own checkpoint copies and syncs the little that is left, and the next commit
//    begins the log anew.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "io/loop.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite_store.h"

namespace servanda::internal {

// Threads: that of the writer, whose connection is its own. Lifetime: ends before that connection;
// `syncer` outlives it.
class Checkpointer {
 public:
  Checkpointer(std::string path, const SqliteOptions& options, Executor& syncer);
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;
  ~Checkpointer();

  // What is due after a commit of `writer`. An error loses nothing, since the log stays:
  // "store-busy" and "storage-full" pass by themselves, after "io-error" the connection has to be
  // opened anew.
  [[nodiscard]] Result<void> after_commit(Database& writer);

 private:
  struct Sync;
  // Copies what was pinned by the step before, and pins what is there now.
  Result<void> copy_step(Database& writer);
  // Copies everything, and syncs it.
  Result<void> finish(Database& writer, Database::Checkpoint kind);
  Result<void> pin();
  Result<void> unpin();
  Result<void> start_sync();
  // Whether a round of syncing has ended and left little to do.
  [[nodiscard]] bool is_little_left() const;

  const std::string path_;
  const SqliteOptions options_;
  Executor& syncer_;
  const int64_t bound_pages_;
  const int64_t step_pages_;
  const int64_t little_pages_;
  const int64_t full_pages_;  // Then the writer waits for readers, each wait_pages_.
  const int64_t wait_pages_;

  std::optional<Database> pin_;  // Reads while pinned_ > 0.
  // Pages of the log: all of them at the last step, those that may be copied, those that were, and
  // those that were copied when the last sync began.
  int64_t stepped_ = 0;
  int64_t pinned_ = 0;
  int64_t copied_ = 0;
  int64_t synced_ = 0;
  int rounds_ = 0;              // Of syncing this log.
  std::shared_ptr<Sync> sync_;  // The last one; shared with the executor until it is done.
};

}  // namespace servanda::internal
