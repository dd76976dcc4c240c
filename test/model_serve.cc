// SPDX-License-Identifier: Apache-2.0
#include "model_serve.h"

#include <optional>
#include <utility>

#include "contract/plan/load.h"

namespace servanda::model {
namespace {

constexpr Duration kPatience = Duration::seconds(120);  // Simulated: for one answer.

class OneFile : public FileSource {
 public:
  explicit OneFile(std::string text) : text_(std::move(text)) {}
  Result<std::string> read(std::string_view /*path*/) override { return text_; }

 private:
  std::string text_;
};

Task<void> drain_and_tell(Backend& backend, Instant deadline, bool& done) {
  const size_t cut = co_await backend.drain(deadline);
  (void)cut;
  done = true;
}

}  // namespace

Served::Served(std::string yaml, std::string folder)
    : yaml_(std::move(yaml)), folder_(std::move(folder)) {}

Served::~Served() {
  stop();
}

Result<void> Served::start() {
  OneFile file(yaml_);
  LoadOptions options;
  options.compile.environment = Environment::kDevelopment;
  CompiledContract compiled = compile_contract(file, "random.yaml", {}, options);
  if (!compiled.plan) {
    std::string text = "the contract is refused:";
    for (const Diagnostic& one : compiled.diagnostics.all()) {
      if (one.severity == Severity::kError)
        text += " " + std::string(one.rule) + ": " + one.message;
    }
    return fail(Code::kInvalidArgument, text);
  }
  plan_ = compiled.plan;
  platform_ = make_simulated_platform(1);
  platform_->set_wall(Timestamp{1'767'225'600'000'000});  // 2026-01-01T00:00:00Z.
  return start_backend();
}

Result<void> Served::restart() {
  stop();
  return start_backend();
}

Result<void> Served::start_backend() {
  control_ = platform_->make_loop();
  Config config;
  config.environment = Environment::kDevelopment;
  config.listen = "127.0.0.1:0";
  config.admin = "127.0.0.1:0";
  config.workers = 1;
  config.data = folder_;
  Result<std::unique_ptr<Backend>> backend =
      Backend::create(*platform_, *control_, plan_, config, logs_);
  if (!backend)
    return fail(Code::kInternal, "the backend does not start: " + backend.error().message);
  backend_ = std::move(*backend);
  platform_->run_ready();
  return {};
}

void Served::stop() {
  peer_.reset();
  if (!backend_) return;
  bool done = false;
  spawn(drain_and_tell(*backend_, platform_->clock().now() + Duration::seconds(5), done));
  platform_->run_until([&done] { return done; }, Duration::seconds(10));
  backend_.reset();
  control_.reset();
  platform_->run_ready();
}

Result<wire::WireAnswer> Served::ask(std::string_view text) {
  const bool to_head = text.starts_with("HEAD ");
  if (!peer_ || peer_->ended()) {
    peer_ = platform_->connect_peer(backend_->public_address());
    consumed_ = 0;
  }
  if (!peer_) return fail(Code::kInternal, "nothing listens");
  peer_->send(wire::request_bytes(text));
  std::optional<wire::WireAnswer> answer;
  std::string broken;
  const auto arrived = [&] {
    Result<std::optional<wire::WireAnswer>> read = wire::read_answer(
        std::string_view(peer_->received()).substr(consumed_), peer_->ended(), to_head);
    if (!read) {
      broken = read.error().message;
      return true;
    }
    answer = std::move(*read);
    return answer.has_value() || peer_->ended();
  };
  if (!arrived()) platform_->run_until(arrived, kPatience);
  if (!broken.empty()) return fail(Code::kInternal, broken);
  if (!answer) return fail(Code::kInternal, "no answer came");
  consumed_ += answer->length;
  return std::move(*answer);
}

}  // namespace servanda::model
