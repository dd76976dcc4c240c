// SPDX-License-Identifier: Apache-2.0
#include "call/blocking_pool.h"

#include <utility>

namespace servanda {

bool BlockingPool::post(Loop::Work work) {
  const std::lock_guard lock(mutex_);
  if (idle_.empty() && threads_.size() < kThreads) {
    idle_.push_back(threads_.size());
    threads_.push_back(platform_.make_executor("blocking"));
  }
  if (idle_.empty() && waiting_.size() >= kWaitingMax) return false;
  waiting_.push_back(std::move(work));
  if (idle_.empty()) return true;
  const size_t thread = idle_.back();
  idle_.pop_back();
  threads_[thread]->post([this, thread] { run(thread); });
  return true;
}

void BlockingPool::run(size_t thread) {
  for (;;) {
    Loop::Work work;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) {
        idle_.push_back(thread);
        return;
      }
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work();
  }
}

void BlockingPool::finish() {
  std::vector<std::unique_ptr<Executor>> threads;
  {
    const std::lock_guard lock(mutex_);
    threads = std::exchange(threads_, {});
    idle_.clear();
  }
  threads.clear();
}

}  // namespace servanda
