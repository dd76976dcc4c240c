// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "io/platform.h"
#include "io/real_clock.h"
#include "io/real_loop.h"

namespace servanda {
namespace {

class ThreadExecutor final : public Executor {
 public:
  explicit ThreadExecutor(std::string_view name) : thread_([this] { run(); }) {
    constexpr size_t kThreadNameMax = 15;  // The kernel's limit.
    pthread_setname_np(thread_.native_handle(),
                       std::string(name.substr(0, kThreadNameMax)).c_str());
  }
  ThreadExecutor(const ThreadExecutor&) = delete;
  ThreadExecutor& operator=(const ThreadExecutor&) = delete;
  ~ThreadExecutor() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  void post(Loop::Work work) override {
    bool was_empty = false;
    {
      const std::lock_guard lock(mutex_);
      was_empty = queue_.empty();
      queue_.push_back(std::move(work));
    }
    if (was_empty) changed_.notify_one();
  }

 private:
  void run() {
    std::vector<Loop::Work> batch;
    for (;;) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
        if (queue_.empty()) return;
        batch.swap(queue_);
      }
      for (Loop::Work& work : batch) work();
      batch.clear();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Loop::Work> queue_;  // Guarded by mutex_.
  bool ending_ = false;            // Guarded by mutex_.
  std::thread thread_;             // Last, so that it starts when the rest is there.
};

class RealPlatform final : public Platform {
 public:
  std::unique_ptr<Loop> make_loop() override { return std::make_unique<internal::RealLoop>(); }
  std::unique_ptr<Executor> make_executor(std::string_view name) override {
    return std::make_unique<ThreadExecutor>(name);
  }
  const Clock& clock() const override { return clock_; }

 private:
  internal::RealClock clock_;
};

}  // namespace

std::unique_ptr<Platform> make_real_platform() {
  return std::make_unique<RealPlatform>();
}

}  // namespace servanda
