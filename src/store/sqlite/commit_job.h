// SPDX-License-Identifier: Apache-2.0
#pragma once
// One commit batch on its way to the writer and back.

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/arena.h"
#include "base/result.h"
#include "base/time.h"
#include "io/loop.h"
#include "store/sqlite/table.h"
#include "store/store.h"

namespace servanda::internal {

class CommitPort;

// One write with its values as the statement takes them: in property order, then sort keys.
struct JobWrite {
  Write::Kind kind = Write::Kind::kInsert;
  std::shared_ptr<const TableShape> shape;
  Value key;
  uint32_t first_value = 0;  // In CommitJob::values.
  uint32_t value_count = 0;
  int64_t expected_version = 0;
};

// One event as its row holds it.
struct JobEvent {
  Uuid id;
  std::string_view topic;
  std::string_view key;
  std::string_view fields;
  std::string_view payload;
  Timestamp time;
};

// A batch with copies of everything it needs, so that a caller that goes away while the writer
// works leaves nothing dangling. Recycled, so that a steady rate of commits allocates nothing.
//
// Threads: handed over as a whole: the session's worker, the writer, the worker again.
struct CommitJob {
  Arena arena;  // What the values point to.
  std::vector<JobWrite> writes;
  std::vector<Value> values;
  std::vector<JobEvent> events;
  const IdempotencyRecord* record = nullptr;  // In the arena.
  size_t bytes = 0;                           // Of values, events and record.
  Instant deadline = Instant::never();
  Result<void> outcome;
  std::shared_ptr<CommitPort> port;  // Set while on its way.
  std::coroutine_handle<> waiter;    // The worker's only; null when nobody waits any more.

  void add_write(const Write& write, std::shared_ptr<const TableShape> shape);
  void add_event(const OutboxEvent& event);
  void set_record(const IdempotencyRecord& given);
  void clear();
};

// Where jobs of one session come back to. Outlives the session as long as jobs are on their way.
//
// Threads: deliver() on the writer; everything else on the session's worker.
class CommitPort : public std::enable_shared_from_this<CommitPort> {
 public:
  explicit CommitPort(Loop& loop) : loop_(&loop) {}

  // An empty job.
  [[nodiscard]] std::unique_ptr<CommitJob> take();
  void give(std::unique_ptr<CommitJob> job);
  // Hands over finished jobs with one post to the loop, however many they are. Takes those at
  // [first, last) of `jobs`, whose order it keeps.
  void deliver(std::unique_ptr<CommitJob>* first, std::unique_ptr<CommitJob>* last);
  // From here on the loop is not touched; jobs that come back wait here until the port goes.
  void detach();

 private:
  static constexpr size_t kSpareJobsMax = 64;
  static constexpr size_t kSpareArenaMax = 64 * 1024;  // Larger arenas are not kept.
  void resume_waiters();

  std::vector<std::unique_ptr<CommitJob>> spare_;
  std::vector<std::unique_ptr<CommitJob>> resuming_;
  std::mutex mutex_;
  Loop* loop_;                                    // Guarded by mutex_.
  std::vector<std::unique_ptr<CommitJob>> done_;  // Guarded by mutex_.
};

// Awaits a job that was handed to the writer and gives its outcome. May be destroyed early: the
// commit then happens or not without anyone being told.
class CommitWait {
 public:
  CommitWait(CommitJob& job, std::shared_ptr<CommitPort> port)
      : job_(&job), port_(std::move(port)) {}
  CommitWait(const CommitWait&) = delete;
  CommitWait& operator=(const CommitWait&) = delete;
  ~CommitWait() {
    if (!resumed_) job_->waiter = nullptr;
  }
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) noexcept { job_->waiter = waiter; }
  Result<void> await_resume() {
    resumed_ = true;
    return std::move(job_->outcome);
  }

 private:
  CommitJob* job_;  // Lives at least as long as the port, or until the waiter was resumed.
  std::shared_ptr<CommitPort> port_;
  bool resumed_ = false;
};

}  // namespace servanda::internal
