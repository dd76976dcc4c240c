// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tests of handlers: the whole server in the test's own process, without sockets, threads and
// waiting. Works with every test framework; docs/testing.md is the way in.

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"
#include "servanda/db.h"
#include "servanda/handler.h"
#include "servanda/json.h"
#include "servanda/outgoing.h"
#include "servanda/servanda.h"
#include "servanda/types.h"

namespace servanda {

// How a TestServer is set up.
struct TestOptions {
  std::string contract{};               // Its file, from the working directory.
  std::vector<std::string> overlays{};  // Files.
  // As `servanda serve` is told. In development answers are checked against the contract.
  enum class Environment : uint8_t { kDevelopment, kStaging, kProduction };
  Environment environment = Environment::kDevelopment;
  uint64_t seed = 1;  // Of keys and all else that is random: the same seed, the same run.
  Timestamp now{1'767'225'600'000'000};  // 2026-01-01T00:00:00Z: the calendar's time at the start.
  // Folder of the store. "": a new one, removed at the end.
  std::string data{};
};

// Names and values of header fields.
using TestHeaders = std::vector<std::pair<std::string, std::string>>;

// An answer as it came over HTTP.
struct TestAnswer {
  int status = 0;
  TestHeaders headers;  // Names in lower case, in order.
  std::string body;

  // The values of a header field joined with ", "; nothing when it is absent.
  [[nodiscard]] std::optional<std::string> header(std::string_view lower_case_name) const;
};

// An answer that is a problem (application/problem+json).
struct TestProblem {
  int status = 0;
  std::string code;     // Stable word: "out-of-stock", "version-moved".
  std::string message;  // The sentence: its `detail`, or its `title` without one.
  std::vector<FieldError> fields;
  std::string request_id;
  bool retryable = false;
};

// The answer to a typed call.
template <typename Op>
struct TestReply {
  TestAnswer answer;
  // The declared response; nothing when none fits, and then `mismatch` says why.
  std::optional<typename Op::Out> out;
  std::string mismatch;
  // When the answer is a problem, declared or not.
  std::optional<TestProblem> problem;

  [[nodiscard]] int status() const { return answer.status; }
  // Whether the answer is the response R.
  template <typename R>
  [[nodiscard]] bool is() const {
    return out && std::holds_alternative<R>(*out);
  }
  // The response R. Throws std::runtime_error that quotes the answer when it is another one: a call
  // on its own is a check.
  template <typename R>
  const R& as() const {
    if (!is<R>()) {
      throw std::runtime_error(std::string(Op::kId) +
                               " was answered otherwise: " + std::to_string(answer.status) + " " +
                               answer.body + (mismatch.empty() ? "" : " (" + mismatch + ")"));
    }
    return std::get<R>(*out);
  }
};

namespace internal {
class TestEngine;

template <typename T>
T value_or_throw(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
}  // namespace internal

// A request on its way.
struct TestCall {
  uint64_t id = 0;
};
template <typename Op>
struct TypedTestCall {
  TestCall call;
};

// One service with its handlers, its store and a clock that stands still.
//
//   servanda::App app;
//   orders::add_handlers(app);
//   servanda::TestServer server(app, {.contract = "orders.yaml"});
//   auto placed = server.call<op::PlaceOrder>({.body = {.product_id = id, .quantity = 2}});
//   EXPECT_EQ(placed.as<op::PlaceOrder::Created201>().body.quantity, 2);
//
// Every request is real HTTP/1.1 and passes the same stages as in `servanda serve`. Time moves in
// advance() alone, so runs repeat exactly. Everything that cannot be done throws std::runtime_error
// with a sentence.
//
// Threads: one. Several servers may stand beside each other.
class TestServer {
 public:
  // Throws with all findings when the contract does not load, and with what does not fit when the
  // handlers do not. Requires: the app has all its handlers; it may go away afterwards.
  TestServer(const App& app, const TestOptions& options)
      : engine_(internal::value_or_throw(open(app, options))) {}
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  // Calls an operation. `headers` are those that no parameter of it declares: Idempotency-Key,
  // If-Match.
  template <typename Op>
  TestReply<Op> call(const typename Op::In& in, const TestHeaders& headers = {}) {
    return finish(start<Op>(in, headers));
  }
  // Many calls at once, each on a connection of its own. Replies stand in the order of `inputs`.
  template <typename Op>
  std::vector<TestReply<Op>> call_all(const std::vector<typename Op::In>& inputs,
                                      const TestHeaders& headers = {}) {
    std::vector<TypedTestCall<Op>> calls;
    for (const typename Op::In& in : inputs) calls.push_back(start<Op>(in, headers));
    std::vector<TestReply<Op>> replies;
    for (const TypedTestCall<Op>& one : calls) replies.push_back(finish(one));
    return replies;
  }
  // Sends a call and does not wait: nothing runs before the next function that lets it.
  template <typename Op>
  [[nodiscard]] TypedTestCall<Op> start(const typename Op::In& in,
                                        const TestHeaders& headers = {}) {
    Outgoing request;
    write(in, request);
    if (!request.refusal.empty()) throw std::runtime_error(request.refusal);
    return {internal::value_or_throw(send(request, headers))};
  }
  // The reply to a started call, once. Throws when it would come only after an advance().
  template <typename Op>
  TestReply<Op> finish(TypedTestCall<Op> started) {
    TestReply<Op> reply;
    reply.answer = internal::value_or_throw(take(started.call));
    reply.problem = problem_of(reply.answer);
    read_reply(reply);
    return reply;
  }

  // Any request. `target` is path and query as they stand in it; content-length is added.
  TestAnswer request(std::string_view method, std::string_view target, std::string_view body = {},
                     const TestHeaders& headers = {}) {
    const TestCall call = internal::value_or_throw(send_raw(method, target, body, headers));
    return internal::value_or_throw(take(call));
  }

  // The calendar's time.
  [[nodiscard]] Timestamp now() const;
  // Moves time; whatever falls due on the way, such as a deadline, happens at its own instant.
  void advance(Duration span);

  // All rows that are committed and not deleted, in the order of their keys.
  template <ResourceStruct T>
  [[nodiscard]] std::vector<T> rows() {
    const JsonDocument found =
        internal::value_or_throw(read_rows(resource_name(static_cast<const T*>(nullptr))));
    std::vector<T> rows;
    for (const JsonValue row : found.root().items()) {
      rows.push_back(internal::value_or_throw(from_json<T>(row)));
    }
    return rows;
  }
  // One of them, or nothing.
  template <ResourceStruct T, typename K>
  [[nodiscard]] std::optional<T> row(const K& key) {
    const JsonDocument found = internal::value_or_throw(
        read_row(resource_name(static_cast<const T*>(nullptr)), internal::key_text(key)));
    if (found.root().is_null()) return std::nullopt;
    return internal::value_or_throw(from_json<T>(found.root()));
  }

  // The bodies of all events E that are committed, in the order of their commits.
  template <typename E>
  [[nodiscard]] std::vector<typename E::Body> events() {
    const JsonDocument found = internal::value_or_throw(read_events(E::kName, E::contract_hash()));
    std::vector<typename E::Body> bodies;
    for (const JsonValue body : found.root().items()) {
      bodies.push_back(internal::value_or_throw(from_json<typename E::Body>(body)));
    }
    return bodies;
  }
  // How many events of whatever name are committed.
  [[nodiscard]] size_t event_count() { return internal::value_or_throw(count_events()); }

  // From here on calls that handlers make to Op, of whatever service, are answered by `function`, a
  // handler of Op (see make_code_handler()), and not by what serves it: C++, a resource, the mock.
  // Everything else about such a call stays, from the check of its input to its own commit.
  // Requests of the test are not concerned. Holds over restart() and crash(), until unfake() or
  // another fake; calls under way end as they began.
  template <typename Op, typename F>
  void fake(F function) {
    internal::value_or_throw(set_fake(make_code_handler<Op>(std::move(function))));
  }
  // Throws when there is no fake.
  template <typename Op>
  void unfake() {
    internal::value_or_throw(remove_fake(Op::kId));
  }

  // Every problem answered so far, in order.
  [[nodiscard]] const std::vector<TestProblem>& problems() const;
  // The lines logged so far: one JSON object each, of requests and of events.
  [[nodiscard]] std::string log();

  // Stops the server as SIGTERM does, but without waiting for calls under way, and starts it on the
  // same store.
  void restart() { internal::value_or_throw(start_again(Stop::kOrderly)); }
  // The same without any orderly stop.
  void crash() { internal::value_or_throw(start_again(Stop::kCrash)); }

 private:
  enum class Stop : uint8_t { kOrderly, kCrash };

  [[nodiscard]] static Result<std::shared_ptr<internal::TestEngine>> open(
      const App& app, const TestOptions& options);
  [[nodiscard]] Result<TestCall> send(const Outgoing& request, const TestHeaders& headers);
  [[nodiscard]] Result<TestCall> send_raw(std::string_view method, std::string_view target,
                                          std::string_view body, const TestHeaders& headers);
  [[nodiscard]] Result<TestAnswer> take(TestCall call);
  [[nodiscard]] static std::optional<TestProblem> problem_of(const TestAnswer& answer);
  [[nodiscard]] Result<JsonDocument> read_rows(std::string_view resource);
  // Null when there is none.
  [[nodiscard]] Result<JsonDocument> read_row(std::string_view resource, std::string key);
  [[nodiscard]] Result<void> start_again(Stop how);
  // An array of bodies.
  [[nodiscard]] Result<JsonDocument> read_events(std::string_view name,
                                                 std::string_view contract_hash);
  [[nodiscard]] Result<size_t> count_events();
  [[nodiscard]] Result<void> set_fake(std::unique_ptr<const CodeHandler> fake);
  [[nodiscard]] Result<void> remove_fake(std::string_view operation_id);

  template <typename Op>
  static void read_reply(TestReply<Op>& reply) {
    const std::optional<std::string> media_type = reply.answer.header("content-type");
    std::vector<HeaderValue> headers;
    for (const auto& [name, value] : reply.answer.headers) headers.push_back({name, value});
    Incoming incoming{reply.answer.status,
                      media_type ? std::string_view(*media_type) : "",
                      reply.answer.body,
                      {},
                      headers};
    std::optional<JsonDocument> document;
    if (is_json_media(incoming.media_type) && !reply.answer.body.empty()) {
      document = internal::value_or_throw(JsonDocument::parse(reply.answer.body));
      incoming.body = document->root();
    }
    typename Op::Out out;
    ReadError error;
    if (read(incoming, out, error)) {
      reply.out = std::move(out);
    } else {
      reply.mismatch = error.to_error().message;
    }
  }

  std::shared_ptr<internal::TestEngine> engine_;
};

}  // namespace servanda
