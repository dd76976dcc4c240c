// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and benchmarks: the REST door with everything behind it but the network and the disk.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "call/idempotency.h"
#include "call/test_loop.h"
#include "call/test_plans.h"
#include "call/test_store.h"
#include "call/worker.h"
#include "http/server.h"
#include "surface/rest/rest_surface.h"
#include "telemetry/access_log.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace servanda::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

// One answer as it came over the wire.
struct Reply {
  int status = 0;
  Headers headers;
  std::string body;

  // The first field with this name; empty when there is none.
  [[nodiscard]] std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (equals_ignoring_case(key, name)) return value;
    }
    return {};
  }
  [[nodiscard]] bool has(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (equals_ignoring_case(key, name)) return true;
    }
    return false;
  }
};

// One request in memory. The answer is there once `answered`.
class MemoryExchange final : public Exchange {
 public:
  MemoryExchange(VirtualLoop& loop, std::string method, std::string target, Headers headers,
                 std::string body)
      : method_(std::move(method)),
        target_(std::move(target)),
        headers_(std::move(headers)),
        body_(std::move(body)) {
    for (const auto& [name, value] : headers_) fields_.push_back({name, value});
    const size_t question = target_.find('?');
    head_.method = method_;
    head_.target = target_;
    head_.path = std::string_view(target_).substr(0, question);
    if (question != std::string::npos) head_.query = std::string_view(target_).substr(question + 1);
    head_.host = "test";
    head_.fields = fields_;
    if (!body_.empty()) head_.body = RequestHead::BodyKind::kSized;
    head_.content_length = body_.size();
    head_.received_at = loop.now();
  }

  [[nodiscard]] const RequestHead& head() const override { return head_; }
  [[nodiscard]] Arena& arena() override { return arena_; }
  [[nodiscard]] std::string_view peer_address() const override { return "192.0.2.1:4711"; }
  [[nodiscard]] bool client_gone() const override { return false; }
  Task<Result<std::string_view>> read_body(size_t bytes_max) override {
    if (body_.size() > bytes_max) co_return fail(Code::kTooLarge, "The body is too large.");
    bytes_read_ = body_.size();
    co_return std::string_view(body_);
  }
  [[nodiscard]] uint64_t body_bytes_read() const override { return bytes_read_; }
  void answer(int status, std::span<const HeaderField> fields, std::string_view body) override {
    answered = true;
    reply.status = status;
    reply.headers.clear();
    for (const HeaderField& field : fields) {
      reply.headers.emplace_back(std::string(field.name), std::string(field.value));
    }
    reply.body = body;
  }
  void start_answer(int, std::span<const HeaderField>) override {}
  Task<Result<void>> write(std::string_view) override { co_return Result<void>(); }
  void end_answer() override {}
  [[nodiscard]] uint64_t answer_bytes() const override { return reply.body.size(); }

  void set_chunked() { head_.body = RequestHead::BodyKind::kChunked; }

  bool answered = false;
  Reply reply;

 private:
  std::string method_;
  std::string target_;
  Headers headers_;
  std::string body_;
  std::vector<HeaderField> fields_;
  RequestHead head_;
  Arena arena_;
  uint64_t bytes_read_ = 0;
};

// One worker serving one plan.
class Door {
 public:
  explicit Door(std::shared_ptr<const Plan> plan, CallOptions options = {}, RestOptions rest = {})
      : session(loop),
        log(loop),
        worker(WorkerParts{loop, loop.rng(), &session, keys, &metrics, &access_log, &log},
               with_key(std::move(options)), std::move(plan)),
        surface(worker, std::move(rest)) {}

  // Starts a request without waiting for its answer.
  std::unique_ptr<MemoryExchange> start(std::string method, std::string target,
                                        Headers headers = {}, std::string body = {}) {
    auto exchange = std::make_unique<MemoryExchange>(loop, std::move(method), std::move(target),
                                                     std::move(headers), std::move(body));
    spawn(surface.handle(*exchange));
    return exchange;
  }
  Reply send(std::string method, std::string target, Headers headers = {}, std::string body = {}) {
    auto exchange =
        start(std::move(method), std::move(target), std::move(headers), std::move(body));
    for (int i = 0; i < 1000 && !exchange->answered; ++i) loop.advance(Duration::milliseconds(5));
    return std::move(exchange->reply);
  }
  Reply get(std::string target, Headers headers = {}) {
    return send("GET", std::move(target), std::move(headers));
  }
  Reply send_json(std::string method, std::string target, std::string body, Headers headers = {}) {
    headers.emplace_back("Content-Type", "application/json");
    return send(std::move(method), std::move(target), std::move(headers), std::move(body));
  }
  // Everything in the access log so far.
  std::string access_lines() {
    std::string lines;
    access_log.drain(lines);
    return lines;
  }

  VirtualLoop loop;
  MapSession session;
  KeysInProgress keys;
  WorkerMetrics metrics;
  AccessLog access_log;
  Log log;
  WorkerContext worker;
  RestSurface surface;

 private:
  static CallOptions with_key(CallOptions options) {
    if (options.cursor_key.empty()) options.cursor_key = "a key of at least sixteen bytes";
    return options;
  }
};

}  // namespace servanda::test
