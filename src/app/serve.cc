// SPDX-License-Identifier: Apache-2.0
#include "app/serve.h"

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "app/backend.h"
#include "app/contract_files.h"
#include "contract/check/report.h"
#include "contract/plan/load.h"
#include "io/file.h"
#include "io/platform.h"
#include "io/process.h"

namespace servanda {
namespace {

constexpr Duration kDrainTime = Duration::seconds(30);  // For calls in flight after SIGTERM.
constexpr Duration kWatchInterval = Duration::milliseconds(300);

// Standard output, whole lines at a time. A reader that has gone costs the lines.
class StdoutSink : public LogSink {
 public:
  void write(std::string_view lines) override {
    std::fwrite(lines.data(), 1, lines.size(), stdout);
    std::fflush(stdout);
  }
};

class NoSink : public LogSink {
 public:
  void write(std::string_view) override {}
};

void say(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fputc('\n', stderr);
}

// A compiled contract and the files it was read from.
struct Compilation {
  CompiledContract compiled;
  std::vector<std::string> files;
};

Compilation compile(const ServeOptions& options) {
  ContractFiles files(options.contract);
  std::vector<std::string> overlays;
  for (const std::string& overlay : options.overlays) overlays.push_back(files.add(overlay));
  LoadOptions load;
  load.compile.environment = options.config.environment;
  load.compile.authenticated.emplace();
  if (options.handlers) options.handlers->describe(load.compile);
  load.compile.placement = placement_of(options.config);
  Compilation result{compile_contract(files, files.entry(), overlays, load), {}};
  result.files = files.touched();
  return result;
}

// Errors and warnings; notices are what `servanda check` is for.
void print_findings(const ServeOptions& options, const CompiledContract& compiled) {
  Diagnostics shown;
  std::vector<SourcePlace> places;
  for (size_t i = 0; i < compiled.diagnostics.all().size(); ++i) {
    const Diagnostic& found = compiled.diagnostics.all()[i];
    if (found.severity == Severity::kNotice) continue;
    shown.add(found.rule, found.severity, found.place, found.message, found.fix);
    places.push_back(compiled.places[i]);
  }
  if (shown.all().empty()) return;
  say(report(ReportFormat::kText, options.contract, shown, places));
}

// The running process: the backend, its threads, the watcher.
class Process {
 public:
  // Signals are watched from here on: before any thread is started, so that all inherit it.
  Process(const ServeOptions& options, Platform& platform)
      : options_(options),
        platform_(platform),
        control_(platform.make_loop()),
        signals_(*control_, {SIGTERM, SIGINT}, [this](int) { stop(); }) {}

  Result<void> start(std::shared_ptr<const Plan> plan, std::vector<std::string> files,
                     LogSink& sink) {
    Result<std::unique_ptr<Backend>> backend = Backend::create(
        platform_, *control_, std::move(plan), options_.config, sink, options_.handlers);
    if (!backend) return pass(backend);
    backend_ = std::move(*backend);
    if (options_.config.environment == Environment::kDevelopment) {
      compiler_ = platform_.make_executor("compile");
      watch_.emplace(*control_, std::move(files), kWatchInterval,
                     [this](const std::vector<std::string>&) { recompile(); });
    }
    return {};
  }

  // Requires: start() succeeded.
  void run() {
    std::vector<std::thread> threads;
    for (Loop* loop : backend_->worker_loops()) {
      threads.emplace_back([loop] { loop->run(); });
    }
    control_->run();
    watch_.reset();
    compiler_.reset();
    for (Loop* loop : backend_->worker_loops()) loop->stop();
    for (std::thread& thread : threads) thread.join();
    backend_.reset();
  }

  [[nodiscard]] const Backend& backend() const { return *backend_; }

 private:
  void stop() {
    if (std::exchange(stopping_, true) || !backend_) {
      control_->stop();  // Asked twice: now.
      return;
    }
    spawn(drain());
  }

  Task<void> drain() {
    const size_t cut = co_await backend_->drain(control_->now() + kDrainTime);
    if (cut > 0) say("servanda: stopped; " + std::to_string(cut) + " calls were cut off");
    control_->stop();
  }

  // Compiles beside the control loop, which goes on answering health and metrics.
  void recompile() {
    compiler_->post([this] {
      auto result = std::make_unique<Compilation>(compile(options_));
      control_->post([this, result = std::move(result)] { take(std::move(*result)); });
    });
  }

  void take(Compilation result) {
    if (stopping_) return;
    watch_->set_paths(std::move(result.files));
    print_findings(options_, result.compiled);
    if (!result.compiled.plan) {
      backend_->count_failed_reload();
      say("servanda: the contract has errors; the one before is still served");
    } else if (result.compiled.plan->hash == backend_->plan()->hash) {
      say("servanda: the contract is unchanged in meaning");
    } else if (Result<void> swapped = backend_->reload(result.compiled.plan); !swapped) {
      say("servanda: " + swapped.error().message + " The contract before is still served.");
    } else {
      say("servanda: serving the changed contract, " +
          std::to_string(result.compiled.plan->operations.size()) + " operations");
    }
  }

  const ServeOptions& options_;
  Platform& platform_;
  std::unique_ptr<Loop> control_;
  SignalWatch signals_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Executor> compiler_;
  std::optional<FileWatch> watch_;
  bool stopping_ = false;
};

}  // namespace

int serve(const ServeOptions& options) {
  ignore_broken_pipes();
  raise_descriptor_limit();
  std::unique_ptr<Platform> platform = make_real_platform();
  const Instant started = platform->clock().now();

  Compilation result = compile(options);
  print_findings(options, result.compiled);
  if (!result.compiled.plan) return 1;
  StdoutSink to_stdout;
  NoSink to_nowhere;
  LogSink& sink = options.config.logs == LogTarget::kOff ? static_cast<LogSink&>(to_nowhere)
                                                         : static_cast<LogSink&>(to_stdout);
  std::shared_ptr<const Plan> plan = std::move(result.compiled.plan);
  const size_t operations = plan->operations.size();
  Process process(options, *platform);
  if (Result<void> begun = process.start(std::move(plan), std::move(result.files), sink); !begun) {
    say("servanda: " + begun.error().message);
    return 1;
  }
  std::string running;
  for (const std::string& name : options.config.run.value_or(std::vector<std::string>{})) {
    running += (running.empty() ? ", running " : ", ") + name;
  }
  if (options.config.run && options.config.run->empty()) running = ", a gateway";
  const Duration took = platform->clock().now() - started;
  say("servanda: ready in " + std::to_string(took.ns / 1'000'000) + " ms: " +
      std::to_string(operations) + " operations at http://" + process.backend().public_address() +
      ", admin http://" + process.backend().admin_address() + running);
  process.run();
  return 0;
}

}  // namespace servanda
