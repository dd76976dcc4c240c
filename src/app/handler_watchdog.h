// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tells which C++ handlers block the loop of their worker, while they do.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "call/handler_watch.h"
#include "io/loop.h"
#include "telemetry/log.h"

namespace servanda {

// Looks at all workers ten times a second and writes one warning for each stretch that has lasted
// kBlockedAfter.
//
// Threads: of its loop.
class HandlerWatchdog {
 public:
  static constexpr Duration kInterval = Duration::milliseconds(100);
  static constexpr Duration kBlockedAfter = Duration::milliseconds(250);

  // The id of the operation that runs; "" when that cannot be known.
  using NameSource = std::function<std::string(const HandlerWatch::Stretch&)>;
  // Everything outlives the watchdog.
  HandlerWatchdog(Loop& loop, Log& log, NameSource name, std::vector<const HandlerWatch*> workers);
  HandlerWatchdog(const HandlerWatchdog&) = delete;
  HandlerWatchdog& operator=(const HandlerWatchdog&) = delete;
  ~HandlerWatchdog();

 private:
  struct Watched {
    const HandlerWatch* watch = nullptr;
    std::optional<HandlerWatch::Stretch> reported;
  };

  void look();
  void report(const HandlerWatch::Stretch& stretch, Instant now);

  Loop& loop_;
  Log& log_;
  NameSource name_;
  std::vector<Watched> workers_;
  Loop::TimerId timer_ = 0;
};

}  // namespace servanda
