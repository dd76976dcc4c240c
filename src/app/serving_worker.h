// SPDX-License-Identifier: Apache-2.0
#pragma once
// One worker of the public door, with everything that belongs to its loop.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "call/blocking_pool.h"
#include "call/idempotency.h"
#include "call/worker.h"
#include "contract/plan/plan.h"
#include "http/server.h"
#include "io/loop.h"
#include "store/store.h"
#include "surface/rest/rest_surface.h"
#include "telemetry/access_log.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace servanda {

// What all workers of a backend share. Outlives them.
struct SharedParts {
  Store* store;  // Null where no service runs.
  KeysInProgress& keys;
  Log& log;
  BlockingPool& blocking;
};

// Composes loop, store session, call context, REST surface and server, in an order that their
// lifetimes ask for.
//
// Threads: made and destroyed while its loop is not running, otherwise the loop's own; metrics()
// and access_log() may be read anywhere.
class ServingWorker : private ServerEvents {
 public:
  static constexpr size_t kAccessLogBytes = size_t{2} << 20;

  // Whether requests are logged one by one.
  enum class AccessLogging : uint8_t { kOff, kOn };

  ServingWorker(std::unique_ptr<Loop> loop, SharedParts shared, const CallOptions& options,
                AccessLogging logging, std::shared_ptr<const Plan> plan);
  ~ServingWorker() override;

  // Listens on `address`; serves as soon as the loop runs. Returns the bound address.
  [[nodiscard]] Result<std::string> listen(std::string_view address);
  // Serves `plan` from the next call on.
  void serve(std::shared_ptr<const Plan> plan) { context_.serve(std::move(plan)); }
  // See Server::drain().
  Task<size_t> drain(Instant deadline);

  [[nodiscard]] Loop& loop() { return *loop_; }
  [[nodiscard]] const WorkerMetrics& metrics() const { return metrics_; }
  // May be looked at from any thread.
  [[nodiscard]] const HandlerWatch& handler_watch() { return context_.handler_watch(); }
  [[nodiscard]] AccessLog& access_log() { return access_log_; }

 private:
  void on_connection_opened() override { metrics_.on_connection_opened(); }
  void on_connection_closed() override { metrics_.on_connection_closed(); }
  void on_refused(int status, std::string_view reason, std::string_view peer,
                  std::string_view trace_id) override;
  void observe_busy();

  std::unique_ptr<Loop> loop_;
  SharedParts shared_;
  WorkerMetrics metrics_;
  AccessLog access_log_;
  std::unique_ptr<Session> session_;
  WorkerContext context_;
  RestSurface surface_;
  Server server_;
  Loop::TimerId busy_timer_ = 0;
};

}  // namespace servanda
