// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one writer: owns all commits and all checkpoints of a database.
//
// It takes whatever is queued (up to a bound) as one group, applies each batch on its own, makes
// the group durable with one commit and one fsync, then tells each worker with one post. While it
// waits for the disk the next group gathers, so groups grow with the load and a lone batch does not
// wait for company. Nothing of a group is told before the whole of it is durable, not even a
// conflict: it may be a conflict with a neighbour that was then rolled back.
//
// Failures (reliability.md): a full disk rolls the group back, which had no effect, and the next
// group tries again. An I/O error while the group is being made durable leaves its outcome unknown:
// its frames may be in the log or not. The connection is then closed, the log written again and
// synced, the database opened again, the log moved into the file and the file checked, before
// another group is taken; nothing is ever retried on the connection that failed, because the kernel
// reports a failed fsync once and then calls the same pages clean.

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "io/loop.h"
#include "store/sqlite/batch_apply.h"
#include "store/sqlite/checkpointer.h"
#include "store/sqlite/commit_job.h"
#include "store/sqlite/database.h"
#include "store/sqlite/log_layer.h"
#include "store/sqlite/sqlite_store.h"
#include "store/store.h"

namespace servanda::internal {

// Threads: submit(), stats_approx(), health(), commits() anywhere; exclusively() and sweep_tables()
// anywhere, they wait for the group at work. Destroying it ends what was queued first.
class Writer {
 public:
  static Result<std::unique_ptr<Writer>> open(std::string path, Platform& platform,
                                              const SqliteOptions& options);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();

  // Queues the job; its port gets it back when it is done. kUnavailable "queue-full" gives it back
  // at once.
  [[nodiscard]] Result<void> submit(std::unique_ptr<CommitJob>& job);

  // Runs `work(Database&)` between groups.
  template <typename Work>
  Result<void> exclusively(const Work& work) {
    const std::lock_guard lock(connection_mutex_);
    Result<void> ready = make_ready();
    if (!ready) return pass(ready);
    Result<void> worked = work(*database_);
    if (!worked) note(worked.error());
    // Readers look at the database afresh, as after any commit.
    commits_.fetch_add(1, std::memory_order_release);
    return worked;
  }

  // From here on deleted rows of these tables that are gone are removed, a bounded number with
  // each group. Requires: each has soft delete.
  void sweep_tables(std::vector<std::shared_ptr<const TableShape>> tables);

  // Counts up before a commit is acknowledged.
  [[nodiscard]] const std::atomic<uint64_t>& commits() const { return commits_; }
  [[nodiscard]] StoreStats stats_approx() const;
  [[nodiscard]] Result<void> health() const;

 private:
  // kFull: the last group met a full disk. kFailed: the connection must be replaced. kCorrupt: the
  // file is damaged, and nothing is written to it any more.
  enum class State : uint8_t { kReady, kFull, kFailed, kCorrupt };
  Writer(std::string path, const Clock& clock, const SqliteOptions& options);

  void close_database();
  Result<void> open_database();
  Result<void> check_structure();
  // Replaces a failed connection.
  Result<void> make_ready();
  // What follows from an error for the state.
  void note(const Error& error);
  void count_pages();
  void publish_size();
  [[nodiscard]] Timestamp expired(Duration kept) const;

  void run();
  // False when there is nothing to do.
  bool take_group();
  void work_on_group();
  Result<void> commit_group();
  Result<void> apply_group();
  Result<void> sweep_if_due();
  // Whether something may be left to remove.
  Result<bool> sweep_deleted(Timestamp now);
  void move_log();
  void deliver_group();
  void count_commits(uint64_t batches);

  const std::string path_;
  const Clock& clock_;
  const SqliteOptions options_;
  const LogLayer log_layer_;

  std::mutex connection_mutex_;
  // Guarded by connection_mutex_.
  std::optional<Database> database_;
  std::unique_ptr<BatchApplier> applier_;
  std::optional<Checkpointer> checkpointer_;  // Behind database_, which is to be closed last.
  std::vector<std::unique_ptr<CommitJob>> group_;
  Instant next_sweep_;
  std::vector<std::shared_ptr<const TableShape>> swept_tables_;
  size_t next_table_ = 0;  // Of swept_tables_, where the sweep goes on.
  int64_t file_pages_ = 0;

  mutable std::mutex queue_mutex_;
  // Guarded by queue_mutex_.
  std::deque<std::unique_ptr<CommitJob>> queue_;
  uint64_t queue_bytes_ = 0;
  bool scheduled_ = false;
  bool closing_ = false;

  std::atomic<uint64_t> commits_{0};
  std::atomic<State> state_{State::kReady};
  std::atomic<uint64_t> batches_done_{0};
  std::atomic<uint64_t> groups_done_{0};
  std::atomic<uint64_t> failures_{0};
  std::atomic<int64_t> busy_ns_{0};
  std::atomic<uint64_t> bytes_on_disk_{0};

  // Last, so that they end before what they use.
  std::unique_ptr<Executor> syncer_;
  std::unique_ptr<Executor> executor_;
};

}  // namespace servanda::internal
