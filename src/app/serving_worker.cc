// SPDX-License-Identifier: Apache-2.0
#include "app/serving_worker.h"

#include <utility>

#include "call/peer_claims.h"
#include "call/peers.h"

namespace servanda {
namespace {

constexpr Duration kBusyInterval = Duration::seconds(1);

// What a gateway takes and hands on, with what it says besides, finds room in a service's process.
ServerLimits limits_of(const CallOptions& options) {
  ServerLimits limits;
  if (options.peers == nullptr) return limits;
  limits.head_bytes_max += kClaimsBytesMax + kPeerFieldBytesMax;
  limits.header_count_max += kPeerFieldsMax;
  return limits;
}

}  // namespace

ServingWorker::ServingWorker(std::unique_ptr<Loop> loop, SharedParts shared,
                             const CallOptions& options, AccessLogging logging,
                             std::shared_ptr<const Plan> plan)
    : loop_(std::move(loop)),
      shared_(shared),
      access_log_(logging == AccessLogging::kOn ? kAccessLogBytes : 0),
      session_(shared.store == nullptr ? nullptr : shared.store->open_session(*loop_)),
      context_(WorkerParts{.loop = *loop_,
                           .rng = loop_->rng(),
                           .session = session_.get(),
                           .keys = shared.keys,
                           .metrics = &metrics_,
                           .access_log = logging == AccessLogging::kOn ? &access_log_ : nullptr,
                           .log = &shared.log,
                           .blocking = &shared.blocking},
               options, std::move(plan)),
      surface_(context_, RestOptions{CorsPolicy::default_for(options.environment)}),
      server_(*loop_, shared.store == nullptr ? ServerLimits{} : limits_of(options), surface_,
              *this) {
  observe_busy();
}

ServingWorker::~ServingWorker() {
  // Calls that wait for other processes end here, while all that they use is there.
  if (Peers* const peers = context_.peers()) peers->close();
  loop_->cancel(busy_timer_);
}

Result<std::string> ServingWorker::listen(std::string_view address) {
  Result<std::unique_ptr<Listener>> listener = loop_->listen(address);
  if (!listener) return pass(listener);
  std::string bound = (*listener)->address();
  server_.start(std::move(*listener));
  return bound;
}

Task<size_t> ServingWorker::drain(Instant deadline) {
  const size_t cut = co_await server_.drain(deadline);
  co_return cut;
}

void ServingWorker::on_refused(int status, std::string_view reason, std::string_view peer,
                               std::string_view trace_id) {
  metrics_.on_protocol_error(status);
  shared_.log.write(
      LogLevel::kWarn, "A request was refused before it reached an operation.",
      {{"status", status}, {"reason", reason}, {"peer", peer}, {"trace_id", trace_id}});
}

void ServingWorker::observe_busy() {
  const Instant now = loop_->now();
  metrics_.on_busy(loop_->busy(), now);
  busy_timer_ = loop_->at(now + kBusyInterval, [this] { observe_busy(); });
}

}  // namespace servanda
