// SPDX-License-Identifier: Apache-2.0
#pragma once
// The process as the system sees it, and the signals it gets.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/time.h"
#include "io/loop.h"

namespace servanda {

// What the process uses, for metrics. A value that the system does not tell is 0.
struct ProcessUsage {
  uint64_t resident_bytes = 0;
  uint64_t virtual_bytes = 0;
  Duration cpu;  // User and system time since the start.
  uint64_t open_descriptors = 0;
  uint64_t descriptors_max = 0;  // The soft limit.
  Timestamp started_at;
};

// Reads /proc: some 50 us with few descriptors open, so once per scrape and not per request.
[[nodiscard]] ProcessUsage process_usage();

// Raises the soft limit of open descriptors to the hard one; returns the limit that holds.
uint64_t raise_descriptor_limit();

// Processors this process may run on, at least 1.
[[nodiscard]] unsigned available_processors();

// Writing to a closed pipe or socket becomes an error instead of the process's end.
void ignore_broken_pipes();

// Hands signals to a loop, as long as it lives.
//
// Threads: create it on the main thread before any other thread starts, because it blocks the
// signals for the calling thread and those that it starts. `on_signal` runs on the loop.
class SignalWatch {
 public:
  using OnSignal = std::function<void(int signal)>;
  // `signals` such as {SIGTERM, SIGINT}.
  SignalWatch(Loop& loop, const std::vector<int>& signals, OnSignal on_signal);
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  // Gives the signals back to the calling thread. What was posted already still runs.
  ~SignalWatch();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace servanda
