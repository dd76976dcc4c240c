// SPDX-License-Identifier: Apache-2.0
#pragma once
// One running backend: workers with their doors, the store, telemetry, the admin door.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "app/config.h"
#include "base/result.h"
#include "base/task.h"
#include "call/code_handlers.h"
#include "contract/plan/plan.h"
#include "io/loop.h"
#include "store/store.h"
#include "telemetry/log_sink.h"

namespace servanda {

class ServingWorker;
class StandIns;

// Composes everything and owns it. The same on real and on simulated io: it starts no thread
// itself; whoever creates it runs the loops.
//
// Threads: created, reloaded, drained and destroyed on the thread of the control loop; destroyed
// only when no worker's loop runs any more.
class Backend {
 public:
  // Opens the store, listens on both doors, and is ready to serve as soon as the loops run. Errors
  // are sentences for the operator: address in use, data folder locked, store does not fit.
  // The admin door and everything that is not a worker's runs on `control`, which outlives the
  // backend. `handlers` may be null: there are none then. They have to fit the plan, and every plan
  // of a reload, see check_code_handlers(). `stand_ins` is for tests, see CallOptions::stand_ins.
  [[nodiscard]] static Result<std::unique_ptr<Backend>> create(
      Platform& platform, Loop& control, std::shared_ptr<const Plan> plan, const Config& config,
      LogSink& logs, std::shared_ptr<const CodeHandlers> handlers = nullptr,
      std::shared_ptr<const StandIns> stand_ins = nullptr);
  ~Backend();

  // The bound addresses, with real ports.
  [[nodiscard]] const std::string& public_address() const;
  [[nodiscard]] const std::string& admin_address() const;

  // Swaps the plan: the store is prepared first, then every worker takes the new plan in its own
  // turn; calls in flight finish on the old one. On error nothing changed.
  [[nodiscard]] Result<void> reload(std::shared_ptr<const Plan> plan);
  [[nodiscard]] std::shared_ptr<const Plan> plan() const;
  // A contract that was offered for a reload did not compile: for metrics.
  void count_failed_reload();

  // Readiness goes down at once, listeners close, calls in flight finish or are cut at `deadline`.
  // Ends when every worker is empty; returns how many calls were cut.
  Task<size_t> drain(Instant deadline);

  // The store, for tools that look at rows from the control loop. Lives as long as the backend.
  // Requires: a service runs here.
  [[nodiscard]] Store& store();
  // Writes what was logged so far. Requires: no loop runs meanwhile, as on simulated io.
  void flush_logs();

  // The loops that serve the public door, each to be run by a thread of its own.
  [[nodiscard]] std::vector<Loop*> worker_loops();

 private:
  struct State;
  explicit Backend(std::unique_ptr<State> state);
  static Task<void> drain_worker(State& state, ServingWorker& worker, Instant deadline);
  std::unique_ptr<State> state_;
};

}  // namespace servanda
