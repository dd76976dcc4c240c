// SPDX-License-Identifier: Apache-2.0
#pragma once
// The kernel-backed loop: epoll, a timer queue, and work posted by other threads.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "io/loop.h"
#include "io/real_clock.h"
#include "io/ref.h"
#include "io/socket.h"
#include "io/timer_queue.h"

namespace servanda::internal {

class RealLoop;
class Resolver;

// A descriptor that a loop watches, with the callbacks that wait for it. Known to the loop from
// RealLoop::watch() until leave().
class Watched : public Counted {
 public:
  explicit Watched(RealLoop& loop) : loop_(loop) {}
  ~Watched() override;  // Requires: not watched any more.
  // What epoll reported (EPOLLIN, ...), or 0 when the turn was asked for by run_again().
  virtual void on_ready(uint32_t events) = 0;
  // Closes, and drops the callbacks that still wait: the loop is going.
  virtual void abandon() = 0;

 protected:
  [[nodiscard]] RealLoop& loop() const { return loop_; }
  // Ends the watch; close the descriptor afterwards. Events of this turn may still be on the way,
  // so the loop holds the object until the turn's end.
  void leave();
  // The same for a descriptor that stays open.
  void leave_open(int descriptor);

 private:
  friend class RealLoop;
  RealLoop& loop_;
  bool watched_ = false;
  Watched* next_ = nullptr;
  Watched* previous_ = nullptr;
};

// Own code and not a library's reactor: those try a read before they wait, which is one system call
// per request for nothing (0.3 us of 7), and lock where one thread runs.
//
// A turn: descriptors that are ready, then what asked to run again, posted work, timers that are
// due, and the work for the turn's end.
class RealLoop final : public Loop {
 public:
  RealLoop();
  ~RealLoop() override;
  RealLoop(const RealLoop&) = delete;
  RealLoop& operator=(const RealLoop&) = delete;

  Instant now() const override { return clock_.now(); }
  Timestamp wall() const override { return clock_.wall(); }
  void post(Work work) override;
  void at_turn_end(Work work) override { turn_end_.push_back(std::move(work)); }
  TimerId at(Instant when, Work work) override;
  void cancel(TimerId id) override { timers_.cancel(id); }
  Result<std::unique_ptr<Listener>> listen(std::string_view address) override;
  Task<Result<std::unique_ptr<Stream>>> connect(std::string_view address,
                                                Instant deadline) override;
  Rng& rng() override { return rng_; }
  Duration busy() const override;
  void run() override;
  void stop() override;

  // Reports `events` of a descriptor to `watched` until it leaves. Errors: kUnavailable with the
  // system's reason.
  Result<void> watch(Watched& watched, int descriptor, uint32_t events);
  // Calls on_ready(0) in the next turn, or later in this one.
  void run_again(Watched& watched) { again_.emplace_back(&watched); }

 private:
  friend class Watched;
  void turn(int timeout_ms);
  void wait_for_events(int timeout_ms);
  void run_posted();
  void run_due();
  void end_turn();
  void wake();
  [[nodiscard]] int timeout_ms() const;

  RealClock clock_;
  KernelRng rng_;
  Descriptor epoll_;
  Descriptor wake_;  // An eventfd; written by other threads.
  Watched* first_watched_ = nullptr;
  std::vector<Ref<Watched>> again_;
  std::vector<Ref<Watched>> running_again_;
  std::vector<Ref<Watched>> left_;
  TimerQueue timers_;
  std::unique_ptr<Resolver> resolver_;  // Once a name was connected to.
  std::vector<Work> turn_end_;
  bool in_turn_ = false;
  Instant turn_began_;
  Duration busy_;

  std::atomic<bool> stopping_ = false;
  std::atomic<std::thread::id> runner_;
  std::atomic<bool> has_posted_ = false;  // Set and cleared under posted_mutex_.
  std::mutex posted_mutex_;
  std::vector<Work> posted_;  // Guarded by posted_mutex_.
  std::vector<Work> running_;
};

// Watches a connected socket and makes a stream of it; null when the kernel refuses to.
[[nodiscard]] std::unique_ptr<Stream> adopt_stream(RealLoop& loop, Descriptor socket,
                                                   std::string peer);

// A listener over a listening socket.
[[nodiscard]] std::unique_ptr<Listener> adopt_listener(RealLoop& loop, Descriptor socket);

}  // namespace servanda::internal
