// SPDX-License-Identifier: Apache-2.0
#pragma once
// Moves what the workers logged to its sink, away from every worker.

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "io/loop.h"
#include "telemetry/access_log.h"
#include "telemetry/log.h"
#include "telemetry/log_sink.h"

namespace servanda {

// Empties all logs every few milliseconds on a thread of its own, which alone waits for the sink.
// A sink that stands still costs lost records, which are counted, and nothing else.
//
// Threads: the control loop's, except dropped_approx(). Lifetime: finish() comes before the access
// logs end.
class LogWriter {
 public:
  // Longest time a record waits while the sink keeps up.
  static constexpr Duration kInterval = Duration::milliseconds(20);

  LogWriter(Platform& platform, Loop& control, LogSink& sink, Log& log);
  ~LogWriter();
  // Begins with these access logs as well as the event log. Requires: called once at most.
  void start(std::vector<AccessLog*> access_logs);
  // Ends the drain under way and writes what was logged last. Nothing is read afterwards. Requires:
  // no loop that logs is running any more.
  void finish();
  // Writes what was logged so far, now. Requires: as finish(), and no drain under way.
  void flush();
  [[nodiscard]] uint64_t dropped_approx() const;

 private:
  void arm();

  Loop& control_;
  LogSink& sink_;
  Log& log_;
  std::optional<LogDrain> drain_;
  std::atomic<bool> running_ = false;  // Whether a drain is under way or queued.
  std::unique_ptr<Executor> executor_;
  Loop::TimerId timer_ = 0;
};

}  // namespace servanda
