// SPDX-License-Identifier: Apache-2.0
#pragma once
// What of a worker's time goes to code of handlers at one stretch: those that block are found out.

#include <atomic>
#include <cstdint>
#include <optional>

#include "base/time.h"

namespace servanda {

// Of one worker.
//
// Threads: begin() and end() on the worker, now_running() from any thread.
class HandlerWatch {
 public:
  // A handler's code that has the loop to itself.
  struct Stretch {
    uint32_t operation = 0;  // Operation::index in the plan that the worker serves.
    Instant since;           // To the millisecond.
    bool operator==(const Stretch&) const = default;
  };

  explicit HandlerWatch(const Clock& clock) : clock_(clock) {}
  void begin(uint32_t operation) {
    const auto milliseconds = static_cast<uint64_t>(clock_.now().ns / 1'000'000);
    now_.store((uint64_t{operation} + 1) << kTimeBits | (milliseconds & kTimeMask),
               std::memory_order_relaxed);
  }
  void end() { now_.store(0, std::memory_order_relaxed); }

  [[nodiscard]] std::optional<Stretch> now_running() const {
    const uint64_t now = now_.load(std::memory_order_relaxed);
    if (now == 0) return std::nullopt;
    return Stretch{static_cast<uint32_t>((now >> kTimeBits) - 1),
                   Instant{static_cast<int64_t>(now & kTimeMask) * 1'000'000}};
  }

 private:
  static constexpr int kTimeBits = 40;  // 34 years of milliseconds.
  static constexpr uint64_t kTimeMask = (uint64_t{1} << kTimeBits) - 1;
  const Clock& clock_;
  std::atomic<uint64_t> now_{0};
};

// While this lives the handler's code runs.
class RunningHandler {
 public:
  RunningHandler(HandlerWatch& watch, uint32_t operation) : watch_(watch) {
    watch_.begin(operation);
  }
  RunningHandler(const RunningHandler&) = delete;
  RunningHandler& operator=(const RunningHandler&) = delete;
  ~RunningHandler() { watch_.end(); }

 private:
  HandlerWatch& watch_;
};

// While this lives the handler waits for the engine.
class WaitingHandler {
 public:
  WaitingHandler(HandlerWatch& watch, uint32_t operation) : watch_(watch), operation_(operation) {
    watch_.end();
  }
  WaitingHandler(const WaitingHandler&) = delete;
  WaitingHandler& operator=(const WaitingHandler&) = delete;
  ~WaitingHandler() { watch_.begin(operation_); }

 private:
  HandlerWatch& watch_;
  const uint32_t operation_;
};

}  // namespace servanda
