// SPDX-License-Identifier: Apache-2.0
#include "io/loop.h"

namespace servanda {
namespace {

// Cancels its timer when the waiting coroutine is destroyed before the moment has come.
class TimerWait {
 public:
  TimerWait(Loop& loop, Instant when) : loop_(&loop), when_(when) {}
  TimerWait(const TimerWait&) = delete;
  TimerWait& operator=(const TimerWait&) = delete;
  ~TimerWait() {
    if (pending_) loop_->cancel(id_);
  }
  bool await_ready() const { return loop_->now() >= when_; }
  void await_suspend(std::coroutine_handle<> waiter) {
    pending_ = true;
    id_ = loop_->at(when_, [this, waiter] {
      pending_ = false;
      waiter.resume();
    });
  }
  void await_resume() const {}

 private:
  Loop* loop_;
  Instant when_;
  Loop::TimerId id_ = 0;
  bool pending_ = false;
};

}  // namespace

Task<void> Loop::sleep_until(Instant when) {
  TimerWait wait(*this, when);
  co_await wait;
}

}  // namespace servanda
