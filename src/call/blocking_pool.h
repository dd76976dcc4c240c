// SPDX-License-Identifier: Apache-2.0
#pragma once
// Threads for work of handlers that would block a worker's loop.

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "io/loop.h"

namespace servanda {

// A few threads, begun when they are first needed, and a bounded queue before them.
//
// Threads: post() from any thread.
class BlockingPool {
 public:
  static constexpr size_t kThreads = 8;
  static constexpr size_t kWaitingMax = 256;  // Beside what runs.

  explicit BlockingPool(Platform& platform) : platform_(platform) {}
  BlockingPool(const BlockingPool&) = delete;
  BlockingPool& operator=(const BlockingPool&) = delete;
  ~BlockingPool() { finish(); }

  // Runs `work` on one of the threads. False, and the work is dropped, when too much waits.
  [[nodiscard]] bool post(Loop::Work work);
  // Runs what was posted, then ends the threads. Requires: nothing is posted any more.
  void finish();

 private:
  // Runs what waits, on the thread of this number, until nothing does.
  void run(size_t thread);

  Platform& platform_;
  std::mutex mutex_;
  // Guarded by mutex_, but for what an Executor does itself.
  std::vector<std::unique_ptr<Executor>> threads_;
  std::vector<size_t> idle_;
  std::deque<Loop::Work> waiting_;
};

}  // namespace servanda
