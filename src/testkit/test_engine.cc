// SPDX-License-Identifier: Apache-2.0
#include "testkit/test_engine.h"

#include <algorithm>
#include <utility>

#include "app/contract_files.h"
#include "base/arena.h"
#include "call/resource_rows.h"
#include "call/row_nodes.h"
#include "contract/check/report.h"
#include "contract/plan/load.h"
#include "store/unit_of_work.h"
#include "testkit/wire_client.h"

namespace servanda::internal {
namespace {

constexpr uint32_t kPageRows = 1'000;
// Rows of one resource, as one document.
constexpr JsonLimits kRowsLimits = {.depth_max = kJsonDepthMax, .nodes_max = 500'000'000};

Environment environment_of(TestOptions::Environment environment) {
  switch (environment) {
    case TestOptions::Environment::kDevelopment:
      return Environment::kDevelopment;
    case TestOptions::Environment::kStaging:
      return Environment::kStaging;
    case TestOptions::Environment::kProduction:
      break;
  }
  return Environment::kProduction;
}

Result<std::shared_ptr<const Plan>> compile(const CodeHandlers& handlers,
                                            const TestOptions& options) {
  ContractFiles files(options.contract);
  std::vector<std::string> overlays;
  for (const std::string& overlay : options.overlays) overlays.push_back(files.add(overlay));
  LoadOptions load;
  load.compile.environment = environment_of(options.environment);
  load.compile.authenticated.emplace();
  handlers.describe(load.compile);
  CompiledContract compiled = compile_contract(files, files.entry(), overlays, load);
  if (compiled.plan) return std::move(compiled.plan);
  Diagnostics errors;
  std::vector<SourcePlace> places;
  for (size_t i = 0; i < compiled.diagnostics.all().size(); ++i) {
    const Diagnostic& found = compiled.diagnostics.all()[i];
    if (found.severity != Severity::kError) continue;
    errors.add(found.rule, found.severity, found.place, found.message, found.fix);
    places.push_back(compiled.places[i]);
  }
  return fail(Code::kInvalidArgument, report(ReportFormat::kText, options.contract, errors, places),
              "contract");
}

// Appends one row as JSON text.
Result<void> append_row_text(std::string& out, const Resource& resource, const Row& row,
                             Timestamp now, Arena& arena) {
  JsonBuilder builder;
  std::vector<JsonDocument> documents;
  if (Result<void> built = build_row(builder, resource, row, now, arena, documents); !built) {
    return pass(built);
  }
  JsonWriter(out).value(builder.root());
  return {};
}

// What a task that reads rows leaves behind.
struct RowsRead {
  std::string text;
  Result<void> result;
  bool done = false;
};

Task<void> read_pages(Session& session, const Resource& resource, Timestamp now, RowsRead& out) {
  const IndexKey order[] = {{.property = resource.key}};
  Arena arena;
  UnitOfWork unit(session, arena);
  ListQuery query{.resource = &resource, .order = order, .limit = kPageRows};
  Value after;
  out.text = "[";
  for (bool more = true; more;) {
    Task<Result<Page>> listing = unit.list(query);
    Result<Page> page = co_await listing;
    if (!page) {
      out.result = pass(page);
      break;
    }
    for (const Row& row : page->rows) {
      if (out.text.size() > 1) out.text += ',';
      out.result = append_row_text(out.text, resource, row, now, arena);
      if (!out.result) break;
    }
    more = out.result && page->more;
    if (!more) break;
    after = page->rows.back().values[resource.key];
    query.after = {&after, 1};
  }
  out.text += ']';
  out.done = true;
}

Task<void> read_one(Session& session, const Resource& resource, std::string key, Timestamp now,
                    RowsRead& out) {
  Arena arena;
  UnitOfWork unit(session, arena);
  out.text = "null";
  const std::optional<Value> value =
      value_from_text(resource.properties[resource.key].type, key, arena);
  if (value) {
    Task<Result<std::optional<Row>>> getting = unit.get(resource, *value);
    Result<std::optional<Row>> row = co_await getting;
    if (!row) {
      out.result = pass(row);
    } else if (*row) {
      out.text.clear();
      out.result = append_row_text(out.text, resource, **row, now, arena);
    }
  }
  out.done = true;
}

Result<JsonDocument> document_of(RowsRead& read) {
  if (!read.done) return fail(Code::kInternal, "The store does not answer at this instant.");
  if (!read.result) return pass(read.result);
  return JsonDocument::parse(read.text, kRowsLimits);
}

}  // namespace

Result<std::shared_ptr<TestEngine>> TestEngine::open(std::shared_ptr<const CodeHandlers> handlers,
                                                     const TestOptions& options) {
  Result<std::shared_ptr<const Plan>> plan = compile(*handlers, options);
  if (!plan) return pass(plan);
  std::optional<TemporaryDirectory> folder;
  if (options.data.empty()) {
    Result<TemporaryDirectory> made = TemporaryDirectory::create("servanda-test");
    if (!made) return pass(made);
    folder.emplace(std::move(*made));
  }
  std::shared_ptr<TestEngine> engine(
      new TestEngine(std::move(handlers), options, std::move(folder), std::move(*plan)));
  if (Result<void> started = engine->start(); !started) return pass(started);
  return engine;
}

TestEngine::TestEngine(std::shared_ptr<const CodeHandlers> handlers, const TestOptions& options,
                       std::optional<TemporaryDirectory> folder, std::shared_ptr<const Plan> plan)
    : handlers_(std::move(handlers)),
      stand_ins_(std::make_shared<StandIns>()),
      folder_(std::move(folder)),
      plan_(std::move(plan)),
      platform_(make_simulated_platform(options.seed)) {
  platform_->set_wall(options.now);
  config_.environment = environment_of(options.environment);
  config_.listen = "127.0.0.1:0";
  config_.admin = "127.0.0.1:0";
  config_.workers = 1;
  config_.data = folder_ ? folder_->path() : options.data;
}

TestEngine::~TestEngine() {
  stop(Stop::kOrderly);
}

Result<void> TestEngine::start() {
  control_ = platform_->make_loop();
  Result<std::unique_ptr<Backend>> backend =
      Backend::create(*platform_, *control_, plan_, config_, log_, handlers_, stand_ins_);
  if (!backend) return pass(backend);
  backend_ = std::move(*backend);
  session_ = backend_->store().open_session(*control_);
  platform_->run_ready();
  return {};
}

Task<void> TestEngine::drain(Backend& backend, Instant deadline, bool& done) {
  const size_t cut = co_await backend.drain(deadline);
  (void)cut;
  done = true;
}

void TestEngine::stop(Stop how) {
  connections_.clear();
  if (backend_ && how == Stop::kOrderly) {
    bool done = false;
    spawn(drain(*backend_, platform_->clock().now(), done));
    platform_->run_ready();
    // Connections that are closing may still have a while.
    if (!done) platform_->run_until([&done] { return done; }, Duration::seconds(60));
  }
  session_.reset();
  backend_.reset();
  control_.reset();
  platform_->run_ready();
}

Result<void> TestEngine::start_again(Stop how) {
  stop(how);
  return start();
}

Result<uint64_t> TestEngine::send(std::string_view bytes, std::string_view method) {
  if (!backend_) return fail(Code::kUnavailable, "The server did not start again.");
  auto at = std::ranges::find_if(connections_, [](const Connection& connection) {
    return connection.call == 0 && !connection.peer->ended();
  });
  if (at == connections_.end()) {
    std::erase_if(connections_, [](const Connection& one) { return one.call == 0; });
    Connection made{platform_->connect_peer(backend_->public_address())};
    if (!made.peer) return fail(Code::kUnavailable, "The server does not listen.");
    connections_.push_back(std::move(made));
    at = connections_.end() - 1;
  }
  at->call = ++calls_;
  at->to_head = method == "HEAD";
  at->peer->send(bytes);
  return at->call;
}

Result<TestAnswer> TestEngine::take(uint64_t call) {
  const auto at = std::ranges::find(connections_, call, &Connection::call);
  if (call == 0 || at == connections_.end()) {
    return fail(Code::kInvalidArgument,
                "This call was answered before, or the server was started again since.");
  }
  platform_->run_ready();
  Result<std::optional<wire::WireAnswer>> read =
      wire::read_answer(at->peer->received(), at->peer->ended(), at->to_head);
  if (!read) return pass(read);
  if (!*read && at->peer->ended()) {
    at->call = 0;
    return fail(Code::kUnavailable, "The server closed the connection without an answer.");
  }
  if (!*read) {
    return fail(Code::kDeadlineExceeded,
                "There is no answer at this instant: the call waits for time to pass. Start it, "
                "advance() the clock, and finish it then.");
  }
  at->call = 0;
  at->peer->clear_received();
  TestAnswer answer;
  answer.status = (*read)->status;
  answer.headers = std::move((*read)->headers);
  answer.body = std::move((*read)->body);
  return answer;
}

Result<const Resource*> TestEngine::find_resource(std::string_view name) const {
  const auto at = std::ranges::find(plan_->resources, name, &Resource::name);
  if (at != plan_->resources.end()) return &*at;
  return fail(Code::kNotFound, "The contract has no resource \"" + std::string(name) + "\".");
}

Result<JsonDocument> TestEngine::read_rows(std::string_view name) {
  if (!backend_) return fail(Code::kUnavailable, "The server did not start again.");
  Result<const Resource*> resource = find_resource(name);
  if (!resource) return pass(resource);
  platform_->run_ready();
  RowsRead read;
  spawn(read_pages(*session_, **resource, now(), read));
  platform_->run_ready();
  return document_of(read);
}

Result<JsonDocument> TestEngine::read_row(std::string_view name, const std::string& key) {
  if (!backend_) return fail(Code::kUnavailable, "The server did not start again.");
  Result<const Resource*> resource = find_resource(name);
  if (!resource) return pass(resource);
  platform_->run_ready();
  RowsRead read;
  spawn(read_one(*session_, **resource, key, now(), read));
  platform_->run_ready();
  return document_of(read);
}

const std::string& TestEngine::log() {
  platform_->run_ready();
  if (backend_) backend_->flush_logs();
  return log_.text();
}

}  // namespace servanda::internal
