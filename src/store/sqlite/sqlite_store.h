// SPDX-License-Identifier: Apache-2.0
#pragma once
// The embedded store: one directory, one SQLite database, one writer, one reader per worker.
//
// Files. DIR is made with mode 0700 when missing, and everything in it belongs to the store:
//   DIR/lock          held exclusively while the store is open, so that two processes cannot share
//                     a directory
//   DIR/store.db      the database (mode 0600)
//   DIR/store.db-wal  its write-ahead log: committed changes not yet moved into store.db. Part of
//                     the data: a copy of store.db alone is not a backup
//   DIR/store.db-shm  the log's index, rebuilt when missing
// Other programs may read the database while it is served (sqlite3 -readonly); one that writes or
// checkpoints breaks the rule that this process is the only writer, on which SQLite before 3.51.3
// relies for the safety of its log.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "io/loop.h"
#include "store/store.h"

namespace servanda {

// Bounds and sizes. Every bound refuses what is above it with an error of its own.
struct SqliteOptions {
  // Behaviour.
  Duration idempotency_ttl = Duration::seconds(24 * 3600);  // From StoredAnswer::completed_at.
  Duration outbox_ttl = Duration::seconds(7 * 24 * 3600);   // Of events, from their delivery.
  Duration audit_ttl = Duration::seconds(400 * 24 * 3600);  // Of audit entries, from their making.
  Duration busy_timeout = Duration::seconds(1);             // Wait for locks of other processes.
  // Files up to this size have their structure looked through when they are opened; the pages of
  // larger ones are checked as they are read.
  uint64_t check_bytes_max = 64ull << 20;

  // Bounds.
  size_t queue_max = 4096;                            // Batches waiting for the writer.
  uint64_t queue_bytes_max = 64ull << 20;             // Their size.
  size_t batch_writes_max = 1000;                     // Writes of one batch.
  size_t batch_events_max = 1000;                     // Events of one batch.
  uint64_t batch_bytes_max = 32ull << 20;             // Values and payloads of one batch.
  uint64_t value_bytes_max = 16ull << 20;             // One value, and one row.
  uint64_t answer_bytes_max = kStoredAnswerBytesMax;  // StoredAnswer::body, and ::fields.
  uint32_t list_rows_max = 1000;                      // ListQuery::limit.
  uint64_t page_bytes_max = 8ull << 20;               // A page ends early, with `more`, above this.
  uint64_t pages_bytes_max = 32ull << 20;  // The pages of one list_each(); kTooLarge above.
  uint64_t list_steps_max = 20'000'000;    // SQLite steps of one list() or list_each() or
                                           // count(), about 1 s: one whose filters throw away
                                           // too many rows ends with kDeadlineExceeded.

  // Performance.
  size_t group_max = 256;                     // Batches of one durable transaction.
  uint64_t checkpoint_bytes = 256ull << 20;   // Log size from which it is moved into the database.
  uint64_t log_bytes_max = 1024ull << 20;     // Log size from which the writer waits for readers.
  size_t statements_max = 512;                // Compiled statements kept per connection.
  uint64_t reader_cache_bytes = 64ull << 20;  // Per reader; filled as pages are used.
  uint64_t writer_cache_bytes = 16ull << 20;
  // Reading through memory maps saves about 2 us on a random read of a large database, and turns a
  // failing disk from an error into SIGBUS, which ends the process.
  uint64_t mmap_bytes = 0;

  std::string vfs;  // SQLite's file layer by name; "" is the system's.
};

// Opens or makes the store in `directory`. Errors, for the operator (they name the directory):
// kConflict when another process holds it, or it holds something else ("not-a-store"), or something
// newer ("store-format"); kInternal when the file is damaged ("store-corrupt"); kUnavailable when
// the disk fails.
//
// Errors of commits besides those of Session: kUnavailable with reason "outcome-unknown" when the
// disk failed while the transaction was being made durable. The database is then closed, opened
// again and checked before the next commit is taken; what became of the batch is settled by its
// idempotency record. kInternal "store-corrupt", of reads too, when a damaged page is met; once the
// writer has met one, every write is refused and reads of what is whole go on. kTooLarge above the
// bounds, kUnavailable "queue-full" when the writer is behind.
//
// The store does not check that rows named by Property::references exist.
//
// Threads: see Store. Lifetime: `platform` outlives the store; a session ends after its calls and
// before its loop, and is not asked for anything once the store has gone. Destroying the store ends
// everything that was queued first and hands the outcomes over.
[[nodiscard]] Result<std::unique_ptr<Store>> open_sqlite_store(std::string directory,
                                                               Platform& platform,
                                                               SqliteOptions options = {});

// What Store::prepare() proves, in a database in memory made for the plan alone: that every list is
// searched and not sorted. Errors: kInternal with the statement and SQLite's plan for it; kConflict
// for resources that the store cannot take.
[[nodiscard]] Result<void> prove_in_memory(const Plan& plan);

}  // namespace servanda
