// SPDX-License-Identifier: Apache-2.0
#include "app/backend.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "app/cursor_key.h"
#include "app/handler_watchdog.h"
#include "app/log_writer.h"
#include "app/serving_worker.h"
#include "app/version.h"
#include "base/check.h"
#include "call/blocking_pool.h"
#include "io/process.h"
#include "store/sqlite/sqlite_store.h"
#include "surface/admin/admin_surface.h"
#include "telemetry/prometheus.h"

namespace servanda {
namespace {

// The admin door is for a few operators' tools.
ServerLimits admin_limits() {
  ServerLimits limits;
  limits.connections_max = 100;
  limits.body_bytes_max = 0;
  return limits;
}

// What happens on the admin door concerns no metric of the public one.
class QuietEvents : public ServerEvents {
 public:
  void on_connection_opened() override {}
  void on_connection_closed() override {}
  void on_refused(int, std::string_view, std::string_view, std::string_view) override {}
};

}  // namespace

// In the order of construction; destroyed from the bottom up.
struct Backend::State {
  State(Platform& io, Loop& control_loop, std::shared_ptr<const Plan> first_plan,
        const Config& configuration, LogSink& sink,
        std::shared_ptr<const CodeHandlers> code_handlers)
      : platform(io),
        config(configuration),
        handlers(std::move(code_handlers)),
        plan(std::move(first_plan)),
        log(io.clock()),
        control(control_loop),
        log_writer(io, control, sink, log),
        blocking(io) {}

  Result<void> open();
  Result<void> open_store();
  Result<void> add_worker(const CallOptions& options);
  Result<void> open_admin();
  std::string name_of(const HandlerWatch::Stretch& stretch) const;
  Scrape::Store store_figures() const;
  std::string metrics(MetricsFormat format);
  Result<void> readiness() const;

  Platform& platform;
  const Config config;
  const std::shared_ptr<const CodeHandlers> handlers;
  std::shared_ptr<const StandIns> stand_ins;
  std::shared_ptr<const Plan> plan;
  Log log;
  Loop& control;
  LogWriter log_writer;
  KeysInProgress keys;
  BlockingPool blocking;
  std::unique_ptr<Store> store;  // Null in a gateway, which runs no service.
  std::vector<std::unique_ptr<ServingWorker>> workers;
  std::optional<HandlerWatchdog> watchdog;
  std::string public_address;

  MetricsExporter exporter;
  QuietEvents admin_events;
  std::unique_ptr<AdminSurface> admin_surface;
  std::unique_ptr<Server> admin_server;
  std::string admin_address;

  uint64_t reloads = 0;
  uint64_t reload_failures = 0;
  Instant reloaded_at;
  bool draining = false;
  size_t workers_draining = 0;
  size_t calls_cut = 0;
  Completion<size_t> drained;
};

Result<void> Backend::State::open() {
  if (Result<void> placed = check_placement(config, *plan); !placed) return placed;
  if (Result<void> fit = check_code_handlers(*plan, handlers.get()); !fit) return fit;
  CallOptions options;
  options.environment = config.environment;
  options.handlers = handlers;
  const bool is_gateway = config.run && config.run->empty();
  if (!is_gateway) {
    if (Result<void> opened = open_store(); !opened) return opened;
    Result<std::string> cursor_key = load_cursor_key(config.data, control.rng());
    if (!cursor_key) return pass(cursor_key);
    options.cursor_key = std::move(*cursor_key);
  }
  if (!config.peers.secret.empty()) options.peers = std::make_shared<PeerOptions>(config.peers);
  options.stand_ins = stand_ins;
  options.inner_answers = config.inner_answers;
  const uint32_t count = config.workers > 0 ? config.workers : available_processors();
  for (uint32_t i = 0; i < count; ++i) {
    if (Result<void> added = add_worker(options); !added) return added;
  }
  std::vector<AccessLog*> logs;
  for (const auto& worker : workers) logs.push_back(&worker->access_log());
  log_writer.start(std::move(logs));
  if (handlers != nullptr) {
    std::vector<const HandlerWatch*> watches;
    for (const auto& worker : workers) watches.push_back(&worker->handler_watch());
    watchdog.emplace(
        control, log, [this](const HandlerWatch::Stretch& stretch) { return name_of(stretch); },
        std::move(watches));
  }
  return open_admin();
}

Result<void> Backend::State::open_store() {
  Result<std::unique_ptr<Store>> opened = open_sqlite_store(config.data, platform);
  if (!opened) return pass(opened);
  store = std::move(*opened);
  return store->prepare(plan);
}

Result<void> Backend::State::add_worker(const CallOptions& options) {
  auto worker = std::make_unique<ServingWorker>(
      platform.make_loop(), SharedParts{store.get(), keys, log, blocking}, options,
      config.logs == LogTarget::kOff ? ServingWorker::AccessLogging::kOff
                                     : ServingWorker::AccessLogging::kOn,
      plan);
  // The first worker settles port 0; the others share its port.
  Result<std::string> bound =
      worker->listen(public_address.empty() ? config.listen : public_address);
  if (!bound) return pass(bound);
  public_address = std::move(*bound);
  workers.push_back(std::move(worker));
  return {};
}

Result<void> Backend::State::open_admin() {
  Result<std::unique_ptr<Listener>> listener = control.listen(config.admin);
  if (!listener) return pass(listener);
  admin_address = (*listener)->address();
  AdminSources sources;
  sources.metrics = [this](MetricsFormat format) { return metrics(format); };
  sources.plan = [this] { return plan; };
  sources.readiness = [this] { return readiness(); };
  sources.public_url = [this] { return "http://" + public_address; };
  admin_surface = std::make_unique<AdminSurface>(std::move(sources));
  admin_server = std::make_unique<Server>(control, admin_limits(), *admin_surface, admin_events);
  admin_server->start(std::move(*listener));
  return {};
}

Scrape::Store Backend::State::store_figures() const {
  const StoreStats stats = store->stats_approx();
  return {.commits = stats.commits,
          .groups = stats.groups,
          .failures = stats.failures,
          .queue_length = stats.queue_length,
          .queue_length_max = 0,
          .writer_busy = stats.writer_busy,
          .bytes_on_disk = stats.bytes_on_disk};
}

std::string Backend::State::metrics(MetricsFormat format) {
  std::vector<const WorkerMetrics*> all;
  for (const auto& worker : workers) all.push_back(&worker->metrics());
  const ProcessUsage usage = process_usage();
  Scrape scrape;
  scrape.workers = all;
  scrape.now = control.now();
  scrape.process = Scrape::Process{.resident_bytes = usage.resident_bytes,
                                   .virtual_bytes = usage.virtual_bytes,
                                   .cpu = usage.cpu,
                                   .open_descriptors = usage.open_descriptors,
                                   .descriptors_max = usage.descriptors_max,
                                   .started_at = usage.started_at};
  if (store != nullptr) scrape.store = store_figures();
  scrape.log_records_dropped = log_writer.dropped_approx();
  scrape.bugs = bugs_total_approx();
  scrape.plan_reloads = reloads;
  scrape.plan_reload_failures = reload_failures;
  scrape.version = kVersion;
  scrape.contract_hash = plan->hash;
  return exporter.render(scrape, format);
}

// A worker that is blocked has not taken the plan of a reload meanwhile.
std::string Backend::State::name_of(const HandlerWatch::Stretch& stretch) const {
  const bool is_of_plan =
      stretch.since >= reloaded_at && stretch.operation < plan->operations.size();
  return is_of_plan ? plan->operations[stretch.operation].id : std::string();
}

Result<void> Backend::State::readiness() const {
  if (draining) return fail(Code::kUnavailable, "The process is stopping.", "draining");
  return store == nullptr ? Result<void>() : store->health();
}

Backend::Backend(std::unique_ptr<State> state) : state_(std::move(state)) {}
Backend::~Backend() {
  // What blocks ends while the calls that it works for are still there.
  state_->blocking.finish();
  // The last lines are read from the workers' logs before the workers go.
  state_->log_writer.finish();
}

Result<std::unique_ptr<Backend>> Backend::create(Platform& platform, Loop& control,
                                                 std::shared_ptr<const Plan> plan,
                                                 const Config& config, LogSink& logs,
                                                 std::shared_ptr<const CodeHandlers> handlers,
                                                 std::shared_ptr<const StandIns> stand_ins) {
  auto state = std::make_unique<State>(platform, control, std::move(plan), config, logs,
                                       std::move(handlers));
  state->stand_ins = std::move(stand_ins);
  if (Result<void> opened = state->open(); !opened) return pass(opened);
  return std::unique_ptr<Backend>(new Backend(std::move(state)));
}

const std::string& Backend::public_address() const {
  return state_->public_address;
}
const std::string& Backend::admin_address() const {
  return state_->admin_address;
}
std::shared_ptr<const Plan> Backend::plan() const {
  return state_->plan;
}

Store& Backend::store() {
  return *state_->store;
}
void Backend::flush_logs() {
  state_->log_writer.flush();
}

std::vector<Loop*> Backend::worker_loops() {
  std::vector<Loop*> loops;
  for (const auto& worker : state_->workers) loops.push_back(&worker->loop());
  return loops;
}

Result<void> Backend::reload(std::shared_ptr<const Plan> plan) {
  Result<void> fit = check_placement(state_->config, *plan);
  if (fit) fit = check_code_handlers(*plan, state_->handlers.get());
  if (fit && state_->store != nullptr) fit = state_->store->prepare(plan);
  if (!fit) {
    ++state_->reload_failures;
    return fit;
  }
  state_->plan = plan;
  state_->reloaded_at = state_->control.now();
  ++state_->reloads;
  for (const auto& worker : state_->workers) {
    worker->loop().post([worker = worker.get(), plan] { worker->serve(plan); });
  }
  state_->log.write(LogLevel::kInfo, "The contract was reloaded.",
                    {{"contract_version", plan->version}, {"contract_hash", plan->hash}});
  return {};
}

void Backend::count_failed_reload() {
  ++state_->reload_failures;
}

Task<void> Backend::drain_worker(State& state, ServingWorker& worker, Instant deadline) {
  const size_t cut = co_await worker.drain(deadline);
  state.control.post([&state, cut] {
    state.calls_cut += cut;
    if (--state.workers_draining == 0) state.drained.set(state.calls_cut);
  });
}

Task<size_t> Backend::drain(Instant deadline) {
  State& state = *state_;
  state.draining = true;
  state.log.write(LogLevel::kInfo, "The process is stopping; calls in flight finish first.");
  state.workers_draining = state.workers.size();
  for (const auto& worker : state.workers) {
    worker->loop().post(
        [&state, &worker = *worker, deadline] { spawn(drain_worker(state, worker, deadline)); });
  }
  const size_t cut = co_await state.drained;
  const size_t admin_cut = co_await state.admin_server->drain(state.control.now());
  (void)admin_cut;  // A scrape or a page that is cut off loses nothing.
  co_return cut;
}

}  // namespace servanda
