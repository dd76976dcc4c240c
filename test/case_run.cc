// SPDX-License-Identifier: Apache-2.0
#include "case_run.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>
#include <vector>

#include "app/backend.h"
#include "base/gzip.h"
#include "base/text.h"
#include "case_match.h"
#include "contract/plan/load.h"
#include "doors.h"
#include "faults.h"
#include "front.h"
#include "handlers.h"
#include "io/simulation.h"
#include "mail.h"
#include "testkit/kept_log.h"
#include "testkit/wire_client.h"

namespace servanda::cases {
namespace {

using wire::read_answer;
using wire::request_bytes;
using wire::WireAnswer;

constexpr Duration kPatience = Duration::seconds(120);  // Simulated: for one answer.

// The project's files, and what a case has inline.
class CaseFiles : public FileSource {
 public:
  explicit CaseFiles(std::string folder) : folder_(std::move(folder)) {}
  void add(std::string name, std::string text) { inline_[std::move(name)] = std::move(text); }
  Result<std::string> read(std::string_view path) override {
    if (const auto found = inline_.find(std::string(path)); found != inline_.end()) {
      return found->second;
    }
    std::ifstream file(folder_ + "/" + std::string(path), std::ios::binary);
    if (!file) return fail(Code::kNotFound, "There is no file " + std::string(path) + ".");
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
  }

 private:
  std::string folder_;
  std::map<std::string, std::string> inline_;
};

// One connection and what has not been consumed of it.
struct Connection {
  std::unique_ptr<SimulatedPeer> peer;
  size_t consumed = 0;
};

// One process of the backend.
struct Process {
  Config config;
  std::unique_ptr<Loop> control = nullptr;
  std::unique_ptr<Backend> backend = nullptr;
  Connection admin = {};
  Connection door = {};  // For requests that are sent to it by name.
};

// What `handlers:` may name.
constexpr std::pair<std::string_view, void (*)(App&)> kPrograms[] = {
    {"orders", orders::add_handlers}, {"doors", doors::add_handlers},
    {"front", front::add_handlers},   {"faults", faults::add_handlers},
    {"mail", mail::add_handlers},
};

class Run {
 public:
  Run(const CaseFile& file, Shape shape, std::string project, std::string data)
      : file_(file), shape_(shape), project_(std::move(project)), data_(std::move(data)) {
    for (const auto& [name, add_handlers] : kPrograms) {
      if (name != file_.handlers) continue;
      add_handlers(app_);
      has_handlers_ = true;
    }
  }

  Outcome run() {
    if (file_.in_services_only && shape_ != Shape::kServices) {
      return {Outcome::Kind::kSkipped, "it is about several processes: run it with --services"};
    }
    if (!file_.handlers.empty() && !has_handlers_) {
      return failed("there are no handlers of \"" + file_.handlers + "\"");
    }
    if (!file_.contract.empty() && !std::filesystem::exists(contract_path(file_.contract))) {
      return {Outcome::Kind::kSkipped, file_.contract + " is not here"};
    }
    CompiledContract compiled = compile(file_.contract, {});
    if (auto problem = check_diagnostics(compiled)) return failed(*problem);
    if (!compiled.plan) {
      if (!file_.diagnostics.empty() && file_.steps.empty()) return {};
      return failed("the contract does not compile: " + listing(compiled));
    }
    lay_out(*compiled.plan);
    platform_ = make_simulated_platform(file_.seed);
    platform_->set_wall(Timestamp{1'767'225'600'000'000});  // 2026-01-01T00:00:00Z.
    if (auto problem = start()) return failed(*problem);
    for (const Step& step : file_.steps) {
      if (auto problem = run_step(step)) {
        stop();
        return failed("line " + std::to_string(problem_line_ ? problem_line_ : step.line) + ": " +
                      *problem);
      }
    }
    stop();
    return {};
  }

 private:
  using Problem = std::optional<std::string>;

  static Outcome failed(std::string message) {
    return {Outcome::Kind::kFailed, std::move(message)};
  }

  std::string contract_path(const std::string& name) const {
    if (name.starts_with("examples/") || name.starts_with("../")) return project_ + "/" + name;
    return project_ + "/test/contracts/" + name;
  }

  CompiledContract compile(const std::string& name, const ServicePlacement& placement) {
    const std::string path = contract_path(name.empty() ? "inline.yaml" : name);
    const std::filesystem::path full(path);
    CaseFiles files(full.parent_path());
    if (name.empty()) files.add("inline.yaml", file_.contract_text);
    std::vector<std::string> overlays;
    for (const auto& [overlay, text] : file_.overlays) {
      if (!text.empty()) files.add(overlay, text);
      overlays.push_back(overlay);
    }
    LoadOptions options;
    options.compile.environment = environment();
    options.compile.authenticated.emplace();
    if (has_handlers()) app_.handlers()->describe(options.compile);
    options.compile.placement = placement;
    return compile_contract(files, full.filename().string(), overlays, options);
  }

  bool has_handlers() const { return has_handlers_; }

  Environment environment() const {
    if (file_.environment == "production") return Environment::kProduction;
    if (file_.environment == "staging") return Environment::kStaging;
    return Environment::kDevelopment;
  }

  static std::string_view severity_word(Severity severity) {
    switch (severity) {
      case Severity::kError:
        return "error";
      case Severity::kWarning:
        return "warning";
      case Severity::kNotice:
        return "notice";
    }
    return "";
  }

  static std::string listing(const CompiledContract& compiled) {
    std::string text;
    for (size_t i = 0; i < compiled.diagnostics.all().size(); ++i) {
      const Diagnostic& found = compiled.diagnostics.all()[i];
      text += "\n  " + std::string(severity_word(found.severity)) + " " + std::string(found.rule) +
              " " + compiled.places[i].text() + ": " + found.message;
    }
    return text;
  }

  Problem check_diagnostics(const CompiledContract& compiled) const {
    for (const ExpectedDiagnostic& expected : file_.diagnostics) {
      bool found = false;
      for (size_t i = 0; i < compiled.diagnostics.all().size(); ++i) {
        const Diagnostic& actual = compiled.diagnostics.all()[i];
        found |= actual.rule == expected.rule &&
                 (!expected.wanted || severity_word(actual.severity) == expected.severity) &&
                 (expected.place.empty() || compiled.places[i].text() == expected.place);
      }
      if (found != expected.wanted) {
        return "line " + std::to_string(expected.line) + ": " +
               (found ? "unexpected " : "missing ") + expected.rule + listing(compiled);
      }
    }
    return std::nullopt;
  }

  // The processes of the shape. The last one has the door.
  void lay_out(const Plan& plan) {
    Config config;
    config.environment = environment();
    config.listen = config.admin = "127.0.0.1:0";
    config.workers = file_.workers;
    config.data = data_;
    if (shape_ == Shape::kSerialised) config.inner_answers = InnerAnswers::kSerialised;
    if (shape_ != Shape::kServices) {
      processes_.push_back({config});
      return;
    }
    config.peers.secret = "what the processes of a case share, and nobody else";
    for (const ServiceDeclaration& service : plan.services) {
      const std::string address =
          "127.0.0.1:" + std::to_string(7'001 + config.peers.services.size());
      config.peers.services.push_back({service.name, {address}});
    }
    for (const PeerOptions::Service& service : config.peers.services) {
      Config own = config;
      own.run = {service.name};
      own.listen = service.addresses.front();
      own.data = data_ + "/" + service.name;
      processes_.push_back({own});
    }
    config.run.emplace();
    processes_.push_back({config});
  }

  Problem start() {
    for (Process& process : processes_) {
      if (Problem problem = start(process)) return problem;
    }
    return std::nullopt;
  }

  Problem start(Process& process) {
    CompiledContract compiled = compile(contract_, placement_of(process.config));
    if (!compiled.plan) return "the contract does not compile: " + listing(compiled);
    process.control = platform_->make_loop();
    Result<std::unique_ptr<Backend>> backend =
        Backend::create(*platform_, *process.control, compiled.plan, process.config, logs_,
                        has_handlers() ? app_.handlers() : nullptr);
    if (!backend) return "the backend does not start: " + backend.error().message;
    process.backend = std::move(*backend);
    platform_->run_ready();
    return std::nullopt;
  }

  // The process that runs the service, or null.
  Process* process_of(const std::string& service) {
    for (Process& process : processes_) {
      if (process.config.run == std::vector<std::string>{service}) return &process;
    }
    return nullptr;
  }

  // Ends the process of the service as a crash would, or starts it again.
  Problem turn(const std::string& service, bool on) {
    Process* const process = process_of(service);
    if (process == nullptr) return "no process runs " + service;
    if (on) return start(*process);
    end(*process);
    platform_->run_ready();
    return std::nullopt;
  }

  static Task<void> drain_and_tell(Backend& backend, Instant deadline, bool& done) {
    const size_t cut = co_await backend.drain(deadline);
    (void)cut;
    done = true;
  }

  // The door first, so that nobody asks processes that have gone.
  void stop() {
    public_ = {};
    for (auto process = processes_.rbegin(); process != processes_.rend(); ++process) {
      process->admin = {};
      process->door = {};
      if (!process->backend) continue;
      bool done = false;
      spawn(
          drain_and_tell(*process->backend, platform_->clock().now() + Duration::seconds(5), done));
      platform_->run_until([&done] { return done; }, Duration::seconds(10));
    }
    end();
  }

  void end() {
    public_ = {};
    for (Process& process : processes_) end(process);
    platform_->run_ready();
  }

  static void end(Process& process) {
    process.admin = {};
    process.door = {};
    process.backend.reset();
    process.control.reset();
  }

  Problem run_step(const Step& step) {
    problem_line_ = 0;
    switch (step.kind) {
      case Step::Kind::kRequest:
        return run_request(step);
      case Step::Kind::kRaw:
        return run_raw(step);
      case Step::Kind::kPipelineStart:
        pipelining_ = true;
        return std::nullopt;
      case Step::Kind::kPipelineEnd:
        return run_pipeline();
      case Step::Kind::kAdvance:
        platform_->advance(Duration::nanoseconds(step.advance_ns));
        return std::nullopt;
      case Step::Kind::kRestart:
        stop();
        return start();
      case Step::Kind::kCrash:
        end();
        return start();
      case Step::Kind::kReload:
        return run_reload(step.text);
      case Step::Kind::kDown:
        return turn(step.text, false);
      case Step::Kind::kUp:
        return turn(step.text, true);
      case Step::Kind::kMetric:
        return check_metric(step.text);
      case Step::Kind::kLog:
        platform_->advance(Duration::seconds(1));
        if (logs_.text().find(step.text) != std::string::npos) return std::nullopt;
        return "no log line contains \"" + step.text + "\":\n" + logs_.text();
    }
    return "unknown step";
  }

  Problem run_reload(const std::string& name) {
    for (Process& process : processes_) {
      CompiledContract compiled = compile(name, placement_of(process.config));
      if (!compiled.plan) return std::nullopt;  // As in development: the old plan goes on.
      Result<void> done = process.backend->reload(compiled.plan);
      if (!done) return done.error().message;
    }
    contract_ = name;
    platform_->run_ready();
    return std::nullopt;
  }

  Backend& door() { return *processes_.back().backend; }

  Connection& connect(Connection& slot, const std::string& address) {
    if (!slot.peer || slot.peer->ended()) {
      slot.peer = platform_->connect_peer(address);
      slot.consumed = 0;
    }
    return slot;
  }

  Connection& connection(bool admin) {
    return admin ? connect(processes_.back().admin, door().admin_address())
                 : connect(public_, door().public_address());
  }

  // Waits for the next whole answer on a connection.
  Result<WireAnswer> next_answer(Connection& from, bool to_head) {
    std::optional<WireAnswer> answer;
    std::string broken;
    const auto arrived = [&] {
      Result<std::optional<WireAnswer>> read =
          read_answer(std::string_view(from.peer->received()).substr(from.consumed),
                      from.peer->ended(), to_head);
      if (!read) {
        broken = read.error().message;
        return true;
      }
      answer = std::move(*read);
      return answer.has_value() || from.peer->ended();
    };
    if (!arrived()) platform_->run_until(arrived, kPatience);
    if (!broken.empty()) return fail(Code::kInvalidArgument, broken);
    if (!answer) return fail(Code::kDeadlineExceeded, "no answer came");
    from.consumed += answer->length;
    return std::move(*answer);
  }

  Problem run_request(const Step& step) {
    if (pipelining_) {
      pipelined_.push_back(&step);
      return std::nullopt;
    }
    Process* const named = process_of(step.at);
    if (!step.at.empty() && (named == nullptr || !named->backend)) return "nothing runs " + step.at;
    Connection& to = named == nullptr ? connection(step.admin)
                                      : connect(named->door, named->backend->public_address());
    if (!to.peer) return "nothing listens";
    const std::string text = substitute(step.request, captures_);
    to.peer->send(request_bytes(text));
    Result<WireAnswer> answer = next_answer(to, text.starts_with("HEAD "));
    if (!answer) return answer.error().message;
    return check(step.answers[0], *answer);
  }

  Problem run_pipeline() {
    pipelining_ = false;
    Connection to;
    to.peer = platform_->connect_peer(door().public_address());
    std::string bytes;
    for (const Step* step : pipelined_)
      bytes += request_bytes(substitute(step->request, captures_));
    to.peer->send(bytes);
    for (const Step* step : pipelined_) {
      problem_line_ = step->line;
      Result<WireAnswer> answer = next_answer(to, step->request.starts_with("HEAD "));
      if (!answer) return answer.error().message;
      if (auto problem = check(step->answers[0], *answer)) return problem;
    }
    pipelined_.clear();
    problem_line_ = 0;
    return std::nullopt;
  }

  Problem run_raw(const Step& step) {
    Connection to;
    to.peer = platform_->connect_peer(door().public_address());
    if (!to.peer) return "nothing listens";
    to.peer->send(step.text);
    for (const Expectation& expected : step.answers) {
      problem_line_ = expected.line;
      if (expected.status != 0) {
        Result<WireAnswer> answer = next_answer(to, step.text.starts_with("HEAD "));
        if (!answer) return answer.error().message;
        if (auto problem = check(expected, *answer)) return problem;
      }
      if (expected.closed) {
        platform_->run_until([&to] { return to.peer->ended(); }, kPatience);
        if (!to.peer->ended()) return "the connection stays open";
        if (to.peer->received().size() != to.consumed) {
          return "more came before the end: " + to.peer->received().substr(to.consumed);
        }
      }
    }
    problem_line_ = 0;
    return std::nullopt;
  }

  Problem check(const Expectation& expected, const WireAnswer& answer) {
    problem_line_ = expected.line;
    std::string body = answer.body;
    if (answer.header("content-encoding") == "gzip") {
      Result<std::string> plain = gzip_decode(body, 64u << 20);
      if (!plain) return "the gzip body is broken: " + plain.error().message;
      body = std::move(*plain);
    }
    if (answer.status != expected.status) {
      return "expected " + std::to_string(expected.status) + ", got " +
             std::to_string(answer.status) + ": " + body;
    }
    for (const auto& [name, pattern] : expected.headers) {
      const std::optional<std::string> value = answer.header(name);
      if (!value) return "no header \"" + name + "\"";
      if (auto problem = match_text(pattern, *value, captures_)) return name + ": " + *problem;
    }
    for (const std::string& name : expected.absent_headers) {
      if (const auto value = answer.header(name)) return name + " is there: " + *value;
    }
    for (const std::string& text : expected.contains) {
      const std::string wanted = substitute(text, captures_);
      if (body.find(wanted) == std::string::npos) return "no \"" + wanted + "\" in: " + body;
    }
    for (const std::string& text : expected.not_contains) {
      if (body.find(text) != std::string::npos) return "\"" + text + "\" is in: " + body;
    }
    if (auto problem = check_body(expected, body)) return problem;
    problem_line_ = 0;
    return std::nullopt;
  }

  Problem check_body(const Expectation& expected, const std::string& body) {
    if (!expected.body) return std::nullopt;
    if (expected.body->starts_with('{') || expected.body->starts_with('[')) {
      return match_json(*expected.body, body, captures_);
    }
    return match_text(*expected.body, body, captures_);
  }

  // Counted where it happens: in some process of the shape.
  Problem check_metric(const std::string& text) {
    Problem problem;
    for (Process& process : processes_) {
      problem = check_metric_of(process, text);
      if (!problem) return std::nullopt;
    }
    return problem;
  }

  Problem check_metric_of(Process& process, const std::string& text) {
    const size_t space = text.rfind(' ');
    if (space == std::string::npos) return "write metric: name{labels} value";
    Connection& to = connect(process.admin, process.backend->admin_address());
    to.peer->send("GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n");
    Result<WireAnswer> answer = next_answer(to, false);
    if (!answer) return answer.error().message;
    const std::string series = text.substr(0, space + 1);
    for (std::string_view line : split(answer->body, '\n')) {
      if (!line.starts_with(series)) continue;
      if (line.substr(series.size()) == text.substr(space + 1)) return std::nullopt;
      return "the metric is " + std::string(line);
    }
    return "there is no series " + series + "in:\n" + answer->body;
  }

  const CaseFile& file_;
  const Shape shape_;
  std::string project_;
  std::string data_;
  App app_;
  bool has_handlers_ = false;
  std::string contract_ = file_.contract;  // What is served; "": the inline one.
  std::unique_ptr<SimulatedPlatform> platform_;
  KeptLog logs_;  // For `log:` steps.
  std::vector<Process> processes_;
  Connection public_;
  Captures captures_;
  bool pipelining_ = false;
  std::vector<const Step*> pipelined_;
  int problem_line_ = 0;
};

}  // namespace

Outcome run_case(const CaseFile& file, Shape shape, const std::string& project,
                 const std::string& data) {
  return Run(file, shape, project, data).run();
}

}  // namespace servanda::cases
