// SPDX-License-Identifier: Apache-2.0
#include "app/handler_watchdog.h"

#include <utility>

namespace servanda {

HandlerWatchdog::HandlerWatchdog(Loop& loop, Log& log, NameSource name,
                                 std::vector<const HandlerWatch*> workers)
    : loop_(loop), log_(log), name_(std::move(name)) {
  for (const HandlerWatch* const watch : workers) workers_.push_back({watch, std::nullopt});
  timer_ = loop_.at(loop_.now() + kInterval, [this] { look(); });
}

HandlerWatchdog::~HandlerWatchdog() {
  loop_.cancel(timer_);
}

void HandlerWatchdog::look() {
  const Instant now = loop_.now();
  for (Watched& worker : workers_) {
    const std::optional<HandlerWatch::Stretch> stretch = worker.watch->now_running();
    if (!stretch || now - stretch->since < kBlockedAfter || worker.reported == stretch) continue;
    worker.reported = stretch;
    report(*stretch, now);
  }
  timer_ = loop_.at(now + kInterval, [this] { look(); });
}

void HandlerWatchdog::report(const HandlerWatch::Stretch& stretch, Instant now) {
  log_.write(
      LogLevel::kWarn, "A handler blocks its worker: move what takes so long into c.blocking().",
      {{"operation", name_(stretch)}, {"milliseconds", (now - stretch.since).ns / 1'000'000}});
}

}  // namespace servanda
