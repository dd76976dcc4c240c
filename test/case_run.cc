// SPDX-License-Identifier: Apache-2.0
#include "case_run.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "app/backend.h"
#include "base/gzip.h"
#include "base/text.h"
#include "case_match.h"
#include "contract/plan/load.h"
#include "doors.h"
#include "front.h"
#include "handlers.h"
#include "io/simulation.h"
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

// What `handlers:` may name.
constexpr std::pair<std::string_view, void (*)(App&)> kPrograms[] = {
    {"orders", orders::add_handlers},
    {"doors", doors::add_handlers},
    {"front", front::add_handlers},
};

class Run {
 public:
  Run(const CaseFile& file, std::string project, std::string data)
      : file_(file), project_(std::move(project)), data_(std::move(data)) {
    for (const auto& [name, add_handlers] : kPrograms) {
      if (name != file_.handlers) continue;
      add_handlers(app_);
      has_handlers_ = true;
    }
  }

  Outcome run() {
    if (!file_.handlers.empty() && !has_handlers_) {
      return failed("there are no handlers of \"" + file_.handlers + "\"");
    }
    if (!file_.contract.empty() && !std::filesystem::exists(contract_path(file_.contract))) {
      return {Outcome::Kind::kSkipped, file_.contract + " is not here"};
    }
    CompiledContract compiled = compile(file_.contract);
    if (auto problem = check_diagnostics(compiled)) return failed(*problem);
    if (!compiled.plan) {
      if (!file_.diagnostics.empty() && file_.steps.empty()) return {};
      return failed("the contract does not compile: " + listing(compiled));
    }
    plan_ = compiled.plan;
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

  CompiledContract compile(const std::string& name) {
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

  Problem start() {
    control_ = platform_->make_loop();
    Config config;
    config.environment = environment();
    config.listen = "127.0.0.1:0";
    config.admin = "127.0.0.1:0";
    config.workers = file_.workers;
    config.data = data_;
    Result<std::unique_ptr<Backend>> backend = Backend::create(
        *platform_, *control_, plan_, config, logs_, has_handlers() ? app_.handlers() : nullptr);
    if (!backend) return "the backend does not start: " + backend.error().message;
    backend_ = std::move(*backend);
    platform_->run_ready();
    return std::nullopt;
  }

  static Task<void> drain_and_tell(Backend& backend, Instant deadline, bool& done) {
    const size_t cut = co_await backend.drain(deadline);
    (void)cut;
    done = true;
  }

  void stop() {
    public_ = {};
    admin_ = {};
    if (!backend_) return;
    bool done = false;
    spawn(drain_and_tell(*backend_, platform_->clock().now() + Duration::seconds(5), done));
    platform_->run_until([&done] { return done; }, Duration::seconds(10));
    backend_.reset();
    control_.reset();
    platform_->run_ready();
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
        public_ = {};
        admin_ = {};
        backend_.reset();
        control_.reset();
        platform_->run_ready();
        return start();
      case Step::Kind::kReload:
        return run_reload(step.text);
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
    CompiledContract compiled = compile(name);
    if (!compiled.plan) return std::nullopt;  // As in development: the old plan goes on.
    if (Result<void> done = backend_->reload(compiled.plan); !done) return done.error().message;
    plan_ = compiled.plan;
    platform_->run_ready();
    return std::nullopt;
  }

  Connection& connection(bool admin) {
    Connection& slot = admin ? admin_ : public_;
    if (!slot.peer || slot.peer->ended()) {
      slot.peer =
          platform_->connect_peer(admin ? backend_->admin_address() : backend_->public_address());
      slot.consumed = 0;
    }
    return slot;
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
    if (!backend_) return "the backend is not running";
    Connection& to = connection(step.admin);
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
    to.peer = platform_->connect_peer(backend_->public_address());
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
    to.peer = platform_->connect_peer(backend_->public_address());
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

  Problem check_metric(const std::string& text) {
    const size_t space = text.rfind(' ');
    if (space == std::string::npos) return "write metric: name{labels} value";
    Connection& to = connection(true);
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
  std::string project_;
  std::string data_;
  App app_;
  bool has_handlers_ = false;
  std::shared_ptr<const Plan> plan_;
  std::unique_ptr<SimulatedPlatform> platform_;
  KeptLog logs_;  // For `log:` steps.
  std::unique_ptr<Loop> control_;
  std::unique_ptr<Backend> backend_;
  Connection public_;
  Connection admin_;
  Captures captures_;
  bool pipelining_ = false;
  std::vector<const Step*> pipelined_;
  int problem_line_ = 0;
};

}  // namespace

Outcome run_case(const CaseFile& file, const std::string& project, const std::string& data) {
  return Run(file, project, data).run();
}

}  // namespace servanda::cases
