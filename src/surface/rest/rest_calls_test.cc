// SPDX-License-Identifier: Apache-2.0
// What the behaviour cases of calls do not reach: time that passes, inputs that no request can
// hold, rows that both sides of a call fight for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "call/code_handlers.h"
#include "surface/rest/test_door.h"

namespace servanda {
namespace {

using test::Door;
using ::testing::HasSubstr;

constexpr std::string_view kContract = R"(
openapi: 3.1.0
info: {title: Calls, version: 1.0.0}
x-servanda: {services: {a: {calls: [b]}, b: {}}}
paths:
  /run:
    post:
      operationId: run
      x-servanda: {service: a, handler: code, timeout: 1s}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
  /echo/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    post:
      operationId: echo
      x-servanda: {service: b, handler: code, timeout: 250ms, idempotency: off, expose: []}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
  /count/{id}:
    x-servanda: {resource: Counter}
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: count
      x-servanda: {handler: code, expose: []}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}
components:
  schemas:
    Counter:
      type: object
      additionalProperties: false
      required: [id, n]
      x-servanda: {resource: {service: a}}
      properties: {id: {type: string}, n: {type: integer}}
)";

struct ServiceA {};
struct Counter {
  std::string id;
  int64_t n = 0;
};
constexpr std::string_view resource_name(const Counter*) {
  return "Counter";
}
constexpr ServiceA owner_of(const Counter*) {
  return {};
}
bool read(JsonValue value, Counter& out, ReadError& error) {
  return read(value.find("id"), out.id, error) && read(value.find("n"), out.n, error);
}
void write(const Counter& value, JsonWriter& writer) {
  writer.begin_object();
  writer.key("id");
  writer.string(value.id);
  writer.key("n");
  writer.integer(value.n);
  writer.end_object();
}

// The caller's side of an operation, as generated code has it.
template <const auto& kName>
struct TypedOperation {
  static constexpr std::string_view kId = kName;
  static std::string_view contract_hash() { return hash; }
  static inline std::string_view hash;
  struct In {
    std::string id;
    std::string refusal;
  };
  struct Ok200 {
    std::string body;
  };
  using Out = std::variant<Ok200>;
};
constexpr char kEcho[] = "echo";
constexpr char kCount[] = "count";
using Echo = TypedOperation<kEcho>;
using Count = TypedOperation<kCount>;

void write_request(std::string_view method, std::string_view prefix, const std::string& id,
                   const std::string& refusal, Outgoing& out) {
  begin_request(out, method);
  out.path = std::string(prefix) + percent_encode(id);
  out.refusal = refusal;
}
void write(const Echo::In& in, Outgoing& out) {
  write_request("POST", "/echo/", in.id, in.refusal, out);
}
void write(const Count::In& in, Outgoing& out) {
  write_request("GET", "/count/", in.id, in.refusal, out);
}
template <typename Out>
bool read_body_text(const Incoming& answer, Out& out, ReadError& error) {
  if (answer.status != 200) return error.fail("status", "is not declared");
  std::get<0>(out).body = answer.body_text;
  return true;
}
bool read(const Incoming& answer, Echo::Out& out, ReadError& error) {
  return read_body_text(answer, out, error);
}
bool read(const Incoming& answer, Count::Out& out, ReadError& error) {
  return read_body_text(answer, out, error);
}

using OwnCtx = ServiceCtx<ServiceA>;
using HandlerRun = Task<Result<CodeAnswer>>(OwnCtx&, const Input&);

class FunctionHandler final : public CodeHandler {
 public:
  FunctionHandler(std::string id, HandlerRun* run) : id_(std::move(id)), run_(run) {}
  [[nodiscard]] std::string_view operation_id() const override { return id_; }
  [[nodiscard]] std::string_view contract_hash() const override { return {}; }
  Task<Result<CodeAnswer>> handle(Ctx& ctx, const Input& input) const override {
    OwnCtx own = in_service<ServiceA>(ctx);
    Task<Result<CodeAnswer>> running = run_(own, input);
    Result<CodeAnswer> answer = co_await running;
    co_return std::move(answer);
  }

 private:
  std::string id_;
  HandlerRun* run_;
};

CodeAnswer told(std::string_view text, int status = 200) {
  CodeAnswer made;
  made.status = status;
  made.content_type = "application/json";
  made.has_body = true;
  JsonWriter writer(made.body);
  writer.begin_object();
  writer.key("told");
  writer.string(text);
  writer.end_object();
  return made;
}

Task<Result<CodeAnswer>> echo(OwnCtx& c, const Input& input) {
  co_return told(std::string(input.parameters[0].text()) + " " +
                 std::to_string(c.remaining().ns / 1'000'000));
}

// What the call of Op came to.
template <typename Op>
Task<Result<CodeAnswer>> call_and_tell(OwnCtx& c, typename Op::In in) {
  Reply<Op> reply = co_await c.call<Op>(in);
  if (!reply) {
    co_return told(std::to_string(reply.problem().status) + " " + reply.problem().reason + " " +
                   reply.problem().message);
  }
  co_return told(std::get<0>(reply.value()).body);
}

CallOptions options_of(HandlerRun* run, HandlerRun* echo_run, HandlerRun* count_run) {
  auto handlers = std::make_shared<CodeHandlers>();
  handlers->add(std::make_unique<FunctionHandler>("run", run));
  handlers->add(std::make_unique<FunctionHandler>("echo", echo_run));
  handlers->add(std::make_unique<FunctionHandler>("count", count_run));
  CallOptions options;
  options.handlers = std::move(handlers);
  return options;
}

struct CallsDoor : Door {
  explicit CallsDoor(HandlerRun* run, HandlerRun* echo_run = echo, HandlerRun* count_run = echo)
      : Door(test::compile_text(kContract), options_of(run, echo_run, count_run)) {}
  std::string run() { return send("POST", "/run").body; }
};

Task<Result<CodeAnswer>> call_echo(OwnCtx& c, const Input&) {
  Task<Result<CodeAnswer>> telling = call_and_tell<Echo>(c, {.id = "a/b %"});
  Result<CodeAnswer> answer = co_await telling;
  co_return answer;
}

TEST(RestCalls, ACalleeHasNoMoreTimeThanItsOwnTimeout) {
  CallsDoor door(call_echo);
  EXPECT_THAT(door.run(), HasSubstr("a/b % 250"));
}

Completion<bool>* waited_for = nullptr;

Task<Result<CodeAnswer>> wait_and_call(OwnCtx& c, const Input& input) {
  Completion<bool> done;
  waited_for = &done;
  const bool set = co_await done;
  (void)set;
  Task<Result<CodeAnswer>> calling = call_echo(c, input);
  Result<CodeAnswer> answer = co_await calling;
  co_return answer;
}

std::string told_after(CallsDoor& door, Duration wait) {
  auto exchange = door.start("POST", "/run");
  door.loop.advance(wait);
  waited_for->set(true);
  return exchange->reply.body;
}

TEST(RestCalls, ACalleeHasTheRestOfItsCallersTime) {
  CallsDoor door(wait_and_call);
  EXPECT_THAT(told_after(door, Duration::milliseconds(900)), HasSubstr("a/b % 100"));
}

TEST(RestCalls, ACallAfterTheDeadlineIsNotMade) {
  CallsDoor door(wait_and_call);
  EXPECT_THAT(told_after(door, Duration::milliseconds(999)), HasSubstr("a/b % 1"));
  EXPECT_THAT(told_after(door, Duration::milliseconds(1000)), HasSubstr("504"));
}

Task<Result<CodeAnswer>> call_without_id(OwnCtx& c, const Input&) {
  Task<Result<CodeAnswer>> telling = call_and_tell<Echo>(c, {});
  Result<CodeAnswer> answer = co_await telling;
  co_return answer;
}

TEST(RestCalls, AnEmptyValueInThePathIsNotFound) {
  CallsDoor door(call_without_id);
  EXPECT_THAT(door.run(), HasSubstr("404 no-such-path"));
}

Task<Result<CodeAnswer>> call_unwritable(OwnCtx& c, const Input&) {
  Task<Result<CodeAnswer>> telling =
      call_and_tell<Echo>(c, {.id = "x", .refusal = "It has a bell."});
  Result<CodeAnswer> answer = co_await telling;
  co_return answer;
}

TEST(RestCalls, AnInputThatNoRequestCanHoldIsABugOfTheCaller) {
  CallsDoor door(call_unwritable);
  const test::Reply reply = door.send("POST", "/run");
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, HasSubstr("call-input"));
  EXPECT_THAT(reply.body, HasSubstr("It has a bell."));
}

TEST(RestCalls, TypesOfAnotherContractAreABugOfTheCaller) {
  CallsDoor door(call_echo);
  Echo::hash = "0123";
  const test::Reply reply = door.send("POST", "/run");
  Echo::hash = door.worker.engine()->plan().hash;
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, HasSubstr("another contract"));
  EXPECT_THAT(door.run(), HasSubstr("a/b %"));
  Echo::hash = {};
}

Task<Result<CodeAnswer>> call_with_key(OwnCtx& c, const Input&) {
  Echo::In in{.id = "x", .refusal = ""};
  CallWith with;
  with.idempotency_key("k");
  Reply<Echo> reply = co_await c.call<Echo>(in, with);
  co_return told(reply ? "called" : "refused");
}

TEST(RestCalls, AKeyForAnOperationThatTakesNoneIsABugOfTheCaller) {
  CallsDoor door(call_with_key);
  const test::Reply reply = door.send("POST", "/run");
  EXPECT_EQ(reply.status, 500);
  EXPECT_THAT(reply.body, HasSubstr("takes no Idempotency-Key"));
}

Task<Result<CodeAnswer>> break_contract(OwnCtx&, const Input&) {
  co_return told("odd", 299);
}

TEST(RestCalls, AnAnswerThatIsNotDeclaredIsAProblem) {
  CallsDoor door(call_echo, break_contract);
  EXPECT_THAT(door.run(), HasSubstr("500 answer-breaks-contract"));
}

Task<Counter> add_one(OwnCtx& c) {
  std::optional<Counter> counter = co_await c.db().get<Counter>(std::string("x"));
  Counter next{.id = "x", .n = counter ? counter->n + 1 : 1};
  if (counter) {
    next = co_await c.db().update(next);
  } else {
    next = co_await c.db().insert(next);
  }
  co_return next;
}

// Runs three times more, each time for the same row that its callee meets others at.
Task<Result<CodeAnswer>> add_after_calls(OwnCtx& c, const Input&) {
  Counter counter = co_await add_one(c);
  if (c.attempt() > 3) co_return told(std::to_string(counter.n));
  Count::In in{.id = "x", .refusal = ""};
  Reply<Count> reply = co_await c.call<Count>(in);
  if (!reply) co_return told(reply.problem().message);
  throw Failure(Code::kConflict, "Once more.", "version-moved");
}

int count_runs = 0;

Task<Result<CodeAnswer>> add_at_second_try(OwnCtx& c, const Input&) {
  Counter counter = co_await add_one(c);
  if (++count_runs % 2 == 1) throw Failure(Code::kConflict, "It moved.", "version-moved");
  co_return told(std::to_string(counter.n));
}

TEST(RestCalls, ACalleeThatRunsAgainDoesNotWaitForItsCallersTurn) {
  count_runs = 0;
  CallsDoor door(add_after_calls, echo, add_at_second_try);
  EXPECT_THAT(door.run(), HasSubstr("\"4\""));
  EXPECT_EQ(count_runs, 6);
}

TEST(RestCalls, AreCountedInTheLogAsCallsOfTheirOwn) {
  CallsDoor door(call_echo);
  (void)door.run();
  const std::string lines = door.access_lines();
  EXPECT_THAT(lines, HasSubstr("\"operation\":\"echo\""));
  EXPECT_THAT(lines, HasSubstr("\"operation\":\"run\""));
  WorkerMetrics::Values values;
  door.metrics.add_to(values);
  EXPECT_EQ(values.answers[200 - WorkerMetrics::kStatusFirst], 1u);
}

}  // namespace
}  // namespace servanda
