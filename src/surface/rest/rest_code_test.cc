// SPDX-License-Identifier: Apache-2.0
// Handlers in C++ through the whole door: answers, rows, conflicts, failures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

#include "call/code_handlers.h"
#include "call/resource_handler.h"
#include "surface/rest/test_door.h"

namespace servanda {
namespace {

using test::Door;
using test::Reply;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kContract = R"(
openapi: 3.1.0
info: {title: Counting, version: 1.0.0}
x-servanda: {services: {counting: {}, billing: {}}}
paths:
  /run/{id}:
    x-servanda: {resource: Counter}
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    post:
      operationId: run
      x-servanda: {handler: code}
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: object, required: [n], properties: {n: {type: integer}}}}}}
        '204': {description: nothing}
        '404': {description: none}
        '409': {description: no, content: {application/json: {schema: {type: object, required: [why], properties: {why: {type: string}}}}}}
components:
  schemas:
    Counter:
      type: object
      additionalProperties: false
      required: [id, n]
      x-servanda: {resource: {service: counting, indexes: [[n, id]]}}
      properties:
        id: {type: string}
        n: {type: integer, format: int64, minimum: 0}
        state: {type: string, readOnly: true, maxLength: 10}
        origin: {type: string, x-servanda: {immutable: true}}
        data: {type: object}
        version: {type: integer, readOnly: true, x-servanda: {generated: counter}}
    Invoice:
      type: object
      required: [id]
      x-servanda: {resource: {service: billing}}
      properties: {id: {type: string}}
)";

// The rows are asked for as Counting's, Invoice's too: the engine refuses those all the same.
struct Counting {};
struct Counter {
  std::string id;
  int64_t n = 0;
  std::optional<std::string> state;
  std::optional<std::string> origin;
  std::optional<Json> data;
  std::optional<int64_t> version;
};
constexpr std::string_view resource_name(const Counter*) {
  return "Counter";
}
constexpr Counting owner_of(const Counter*) {
  return {};
}
constexpr auto table_of(const Counter*)
    -> RowTable<0, -1, Columns<&Counter::id, &Counter::n, &Counter::state, &Counter::origin>,
                IndexOn<RowScope::kAll, 1, 0>> {
  return {};
}
// Says of Counter what its contract does not.
struct Liar {
  std::string id;
  std::string n;
  std::string state;
  std::string data;
  std::string size;
};
constexpr std::string_view resource_name(const Liar*) {
  return "Counter";
}
constexpr Counting owner_of(const Liar*) {
  return {};
}
constexpr auto table_of(const Liar*) -> RowTable<
    0, -1, Columns<&Liar::id, &Liar::n, &Liar::state, nullptr, &Liar::data, nullptr, &Liar::size>,
    IndexOn<RowScope::kAll, 1, 0>, IndexOn<RowScope::kAll, 2, 0>, IndexOn<RowScope::kAll, 4, 0>,
    IndexOn<RowScope::kAll, 6, 0>> {
  return {};
}
struct Invoice {
  std::string id;
};
constexpr std::string_view resource_name(const Invoice*) {
  return "Invoice";
}
constexpr Counting owner_of(const Invoice*) {
  return {};
}

template <typename T>
bool read_if_there(JsonValue object, std::string_view key, T& out, ReadError& error) {
  const JsonValue value = object.find(key);
  return !value.exists() || read(value, out, error);
}
bool read(JsonValue value, Counter& out, ReadError& error) {
  return read_if_there(value, "id", out.id, error) && read_if_there(value, "n", out.n, error) &&
         read_if_there(value, "state", out.state, error) &&
         read_if_there(value, "origin", out.origin, error) &&
         read_if_there(value, "data", out.data, error) &&
         read_if_there(value, "version", out.version, error);
}
void write(const Counter& value, JsonWriter& writer) {
  writer.begin_object();
  writer.key("id");
  writer.string(value.id);
  writer.key("n");
  writer.integer(value.n);
  for (const auto& [key, text] : {std::pair("state", value.state), {"origin", value.origin}}) {
    if (!text) continue;
    writer.key(key);
    writer.string(*text);
  }
  if (value.data) {
    writer.key("data");
    writer.value(value.data->view());
  }
  writer.end_object();
}
bool read(JsonValue value, Liar& out, ReadError& error) {
  return read_if_there(value, "id", out.id, error);
}
bool read(JsonValue value, Invoice& out, ReadError& error) {
  return read_if_there(value, "id", out.id, error);
}

using OwnCtx = ServiceCtx<Counting>;
using HandlerRun = Task<Result<CodeAnswer>>(OwnCtx&, const Input&);

class FunctionHandler final : public CodeHandler {
 public:
  explicit FunctionHandler(HandlerRun* run, std::string id = "run", std::string hash = {})
      : run_(run), id_(std::move(id)), hash_(std::move(hash)) {}
  [[nodiscard]] std::string_view operation_id() const override { return id_; }
  [[nodiscard]] std::string_view contract_hash() const override { return hash_; }
  Task<Result<CodeAnswer>> handle(Ctx& ctx, const Input& input) const override {
    OwnCtx own = in_service<Counting>(ctx);
    Task<Result<CodeAnswer>> running = run_(own, input);
    Result<CodeAnswer> answer = co_await running;
    co_return std::move(answer);
  }

 private:
  HandlerRun* run_;
  std::string id_;
  std::string hash_;
};

CodeAnswer answer(int status, std::string body = {}) {
  CodeAnswer made;
  made.status = status;
  made.content_type = body.empty() ? "" : "application/json";
  made.has_body = !body.empty();
  made.body = std::move(body);
  return made;
}
CodeAnswer number(int64_t n) {
  return answer(200, "{\"n\":" + std::to_string(n) + "}");
}

std::string id_of(const Input& input) {
  return std::string(input.parameters[0].text());
}

// Reads, adds one, writes; makes the row when there is none.
Task<Result<CodeAnswer>> increment(OwnCtx& c, const Input& input) {
  std::optional<Counter> counter = co_await c.db().get<Counter>(id_of(input));
  if (!counter) {
    counter = Counter{.id = id_of(input), .n = 1};
    *counter = co_await c.db().insert(*counter);
    co_return number(counter->n);
  }
  ++counter->n;
  Counter stored = co_await c.db().update(*counter);
  co_return number(stored.n);
}

CallOptions options_of(HandlerRun* run, Environment environment = Environment::kDevelopment) {
  auto handlers = std::make_shared<CodeHandlers>();
  handlers->add(std::make_unique<FunctionHandler>(run));
  CallOptions options;
  options.environment = environment;
  options.handlers = std::move(handlers);
  return options;
}

// A door whose operation "run" is the function.
struct CodeDoor : Door {
  explicit CodeDoor(HandlerRun* run, Environment environment = Environment::kDevelopment)
      : Door(test::compile_text(kContract), options_of(run, environment)) {}

  Reply post(const std::string& id, test::Headers headers = {}) {
    return send("POST", "/run/" + id, std::move(headers));
  }
  uint64_t reruns() {
    OperationCounters::Values values;
    for (const OperationCounters* one : metrics.operations()) one->add_to(values);
    return values.reruns;
  }
  void fail_commits(size_t count, const std::string& reason) {
    for (size_t i = 0; i < count; ++i) {
      session.commit_failures.push_back({Code::kConflict, "It moved.", reason, {}});
    }
  }
  std::string events() {
    std::string lines;
    log.drain(lines);
    return lines;
  }
};

TEST(RestCode, AHandlerReadsAndWritesRows) {
  CodeDoor door(increment);
  EXPECT_EQ(door.post("a").body, R"({"n":1})");
  EXPECT_EQ(door.post("a").body, R"({"n":2})");
  EXPECT_EQ(door.post("b").body, R"({"n":1})");
  EXPECT_EQ(door.session.row_count("Counter"), 2u);
}

TEST(RestCode, AThousandIncrementsAtOnceLoseNone) {
  CodeDoor door(increment);
  EXPECT_EQ(door.post("a").status, 200);
  door.session.commit_time = Duration::milliseconds(1);
  std::vector<std::unique_ptr<test::MemoryExchange>> exchanges;
  for (int i = 0; i < 1000; ++i) exchanges.push_back(door.start("POST", "/run/a"));
  for (int i = 0; i < 3000; ++i) door.loop.advance(Duration::milliseconds(1));
  std::set<std::string> bodies;
  for (const auto& exchange : exchanges) {
    ASSERT_TRUE(exchange->answered);
    ASSERT_EQ(exchange->reply.status, 200) << exchange->reply.body;
    bodies.insert(exchange->reply.body);
  }
  EXPECT_EQ(bodies.size(), 1000u);
  EXPECT_EQ(door.post("a").body, R"({"n":1002})");
  EXPECT_EQ(door.reruns(), 999u);
  EXPECT_EQ(door.worker.rerun_lanes().waiting(), 0u);
}

TEST(RestCode, ARowThatMovedRunsTheHandlerAgainUpToTheBound) {
  CodeDoor door(increment);
  door.post("a");
  door.fail_commits(1, "version-moved");
  EXPECT_EQ(door.post("a").body, R"({"n":2})");
  EXPECT_EQ(door.reruns(), 1u);
  door.fail_commits(kWriteAttemptsMax - 1, "version-moved");
  EXPECT_EQ(door.post("a").status, 200);
  door.fail_commits(kWriteAttemptsMax, "version-moved");
  const Reply refused = door.post("a");
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("version-moved"));
}

TEST(RestCode, ARaceToInsertIsRunAgainWhereTheHandlerHadLooked) {
  CodeDoor looks(increment);
  looks.fail_commits(1, "key-exists");
  EXPECT_EQ(looks.post("a").status, 200);
  EXPECT_EQ(looks.reruns(), 1u);

  CodeDoor blind([](OwnCtx& c, const Input& input) -> Task<Result<CodeAnswer>> {
    Counter row{.id = id_of(input), .n = 7};
    row = co_await c.db().insert(row);
    co_return number(row.n);
  });
  EXPECT_EQ(blind.post("a").status, 200);
  const Reply second = blind.post("a");
  EXPECT_EQ(second.status, 409);
  EXPECT_THAT(second.body, HasSubstr("key-exists"));
  EXPECT_EQ(blind.reruns(), 0u);
}

Task<Result<CodeAnswer>> write_and_refuse(OwnCtx& c, const Input& input) {
  Counter made{.id = id_of(input), .n = 1};
  made = co_await c.db().insert(made);
  if (c.header("X-Throw")) throw std::runtime_error("the secret " + made.id);
  if (c.header("x-throw-number")) throw 7;
  if (c.header("x-fail")) throw Failure(Code::kConflict, "Not today.", "closed");
  if (c.header("x-field")) {
    throw Failure(Error{Code::kUnprocessable, "No.", "no", {{"body", "/n", "odd", "It is odd."}}});
  }
  if (c.header("x-none")) co_return answer(404);
  co_return answer(409, R"({"why":"no"})");
}

TEST(RestCode, ARefusalDiscardsWhatWasWritten) {
  CodeDoor door(write_and_refuse);
  const Reply refused = door.post("a");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.body, R"({"why":"no"})");
  const Reply failed = door.post("a", {{"x-fail", "1"}});
  EXPECT_EQ(failed.status, 409);
  EXPECT_THAT(failed.body, HasSubstr("closed"));
  const Reply named = door.post("a", {{"x-field", "1"}});
  EXPECT_EQ(named.status, 422);
  EXPECT_THAT(named.body, HasSubstr("It is odd."));
  EXPECT_EQ(door.session.row_count("Counter"), 0u);
  EXPECT_EQ(door.session.commits, 0u);
}

TEST(RestCode, WhatAHandlerThrowsIsLoggedAndToldInDevelopmentOnly) {
  CodeDoor develops(write_and_refuse);
  const Reply told = develops.post("a", {{"x-throw", "1"}});
  EXPECT_EQ(told.status, 500);
  EXPECT_THAT(told.body, HasSubstr("the secret a"));
  EXPECT_EQ(develops.post("a", {{"x-throw-number", "1"}}).status, 500);

  CodeDoor produces(write_and_refuse, Environment::kProduction);
  const Reply hidden = produces.post("a", {{"x-throw", "1"}});
  EXPECT_EQ(hidden.status, 500);
  EXPECT_THAT(hidden.body, Not(HasSubstr("secret")));
  EXPECT_THAT(hidden.body, HasSubstr("handler-failed"));
  const std::string events = produces.events();
  EXPECT_THAT(events, HasSubstr("the secret a"));
  EXPECT_THAT(events, HasSubstr("\"operation\":\"run\""));
  EXPECT_EQ(produces.session.row_count("Counter"), 0u);
}

TEST(RestCode, AnIdempotencyKeyHasOneEffectAndOneAnswer) {
  CodeDoor door(increment);
  const test::Headers key = {{"Idempotency-Key", "k1"}};
  EXPECT_EQ(door.post("a", key).body, R"({"n":1})");
  const Reply again = door.post("a", key);
  EXPECT_EQ(again.body, R"({"n":1})");
  EXPECT_EQ(again.header("idempotent-replayed"), "true");
  EXPECT_EQ(door.post("a").body, R"({"n":2})");
}

TEST(RestCode, ARefusalIsKeptForItsKeyWithoutTheRows) {
  CodeDoor door(write_and_refuse);
  const test::Headers key = {{"Idempotency-Key", "k1"}};
  EXPECT_EQ(door.post("a", key).status, 409);
  EXPECT_EQ(door.post("a", key).header("idempotent-replayed"), "true");
  const test::Headers thrown = {{"Idempotency-Key", "k2"}, {"x-throw", "1"}};
  EXPECT_EQ(door.post("a", thrown).status, 500);
  EXPECT_FALSE(door.post("a", thrown).has("idempotent-replayed"));
  EXPECT_EQ(door.session.row_count("Counter"), 0u);
}

TEST(RestCode, AnswersAreCheckedInDevelopmentBeforeTheirEffect) {
  HandlerRun* const undeclared = [](OwnCtx& c, const Input& input) -> Task<Result<CodeAnswer>> {
    const Counter row{.id = id_of(input), .n = 1};
    co_await c.db().insert(row);
    co_return answer(c.header("x-status") ? 202 : 200, R"({"m":1})");
  };
  CodeDoor develops(undeclared);
  EXPECT_THAT(develops.post("a").body, HasSubstr("answer-breaks-contract"));
  EXPECT_THAT(develops.post("a", {{"x-status", "1"}}).body, HasSubstr("status 202"));
  EXPECT_EQ(develops.session.row_count("Counter"), 0u);
  CodeDoor produces(undeclared, Environment::kProduction);
  EXPECT_EQ(produces.post("a").status, 200);
}

Task<Result<CodeAnswer>> large(OwnCtx& c, const Input&) {
  const size_t size = static_cast<size_t>(std::stoul(std::string(*c.header("x-size"))));
  std::string body = R"({"n":1,"pad":")";
  body.append(size - body.size() - 2, 'x');
  co_return answer(200, body + "\"}");
}

TEST(RestCode, AnAnswerForAKeyIsBounded) {
  CodeDoor door(large);
  const std::string most = std::to_string(kStoredBodyBytesMax);
  const std::string more = std::to_string(kStoredBodyBytesMax + 1);
  EXPECT_EQ(door.post("a", {{"x-size", most}, {"Idempotency-Key", "k1"}}).status, 200);
  const Reply refused = door.post("a", {{"x-size", more}, {"Idempotency-Key", "k2"}});
  EXPECT_EQ(refused.status, 500);
  EXPECT_THAT(refused.body, HasSubstr("answer-too-large"));
  EXPECT_EQ(door.post("a", {{"x-size", more}}).status, 200);
}

TEST(RestCode, HeadersOfAnAnswerAreSentUnlessTheyAreTheEnginesOrBreakTheMessage) {
  CodeDoor door([](OwnCtx& c, const Input&) -> Task<Result<CodeAnswer>> {
    CodeAnswer made = answer(204);
    made.headers = {
        {"X-Left", "3"}, {"Content-Length", "9"}, {"Location", "/run/b"}, {"ETag", "v"}};
    if (c.header("x-split")) made.headers.push_back({"X-Right", "a\r\nset-cookie: b"});
    co_return made;
  });
  const Reply reply = door.post("a", {{"Idempotency-Key", "k"}});
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.header("x-left"), "3");
  EXPECT_EQ(reply.header("location"), "/run/b");
  EXPECT_EQ(reply.header("etag"), "\"v\"");
  EXPECT_NE(reply.header("content-length"), "9");
  const Reply again = door.post("a", {{"Idempotency-Key", "k"}});
  EXPECT_EQ(again.header("etag"), "\"v\"");
  EXPECT_EQ(again.header("x-left"), "3");
  const Reply split = door.post("a", {{"x-split", "1"}});
  EXPECT_EQ(split.status, 500);
  EXPECT_FALSE(split.has("set-cookie"));
}

uint32_t size_asked(const Ctx& c) {
  return static_cast<uint32_t>(std::stoul(std::string(*c.header("x-size"))));
}

// What Db answers, by the header x-do.
Task<Result<CodeAnswer>> work(OwnCtx& c, const Input& input) {
  const std::string_view what = c.header("x-do").value_or("");
  Db<Counting>& db = c.db();
  if (what == "foreign") co_await db.get<Invoice>("a");
  Counter row{.id = "a", .n = 1};
  if (what == "negative") row.n = -1;
  if (what == "too-long") row.state = "eleven chars";
  if (what == "no-key" || what == "many") row.id = "";
  if (what == "missing") co_await db.update(row);
  if (what == "unserved") co_await db.list(from<Liar>().where<&Liar::state>("x"));
  if (what == "uncounted") co_await db.count(from<Liar>().where<&Liar::state>("x"));
  if (what == "no-property") co_await db.list(from<Liar>().where<&Liar::size>("x"));
  if (what == "no-order") co_await db.list(from<Liar>().sort<&Liar::size>());
  if (what == "json") co_await db.list(from<Liar>().where<&Liar::data, Is::kNull>());
  if (what == "no-value") co_await db.list(from<Liar>().where<&Liar::n>("x"));
  if (what == "limit") co_await db.list(from<Counter>().limit(size_asked(c)));
  if (what == "offset") co_await db.list(from<Counter>().offset(size_asked(c)));
  if (what == "values") {
    const std::vector<std::string> ids(size_asked(c), "a");
    co_await db.list(from<Counter>().where<&Counter::id, Is::kIn>(ids));
    co_return answer(204);
  }
  for (uint32_t i = 0; what == "many" && i < size_asked(c); ++i) {
    row.id = "c" + std::to_string(i);
    co_await db.insert(row);
  }
  if (what == "limit" || what == "offset" || what == "many") co_return answer(204);
  co_await db.insert(row);
  if (what == "list-after-write") co_await db.list(from<Counter>());
  (void)input;
  co_return answer(204);
}

TEST(RestCode, BugsOfAHandlerAreNamedInDevelopment) {
  CodeDoor door(work);
  const auto says = [&](const char* what) { return door.post("a", {{"x-do", what}}).body; };
  EXPECT_THAT(says("foreign"), HasSubstr("not-owned"));
  EXPECT_THAT(says("foreign"), HasSubstr("which service \\\"billing\\\" owns"));
  EXPECT_THAT(says("negative"), HasSubstr("#/n minimum"));
  EXPECT_THAT(says("too-long"), HasSubstr("#/state maxLength"));
  EXPECT_THAT(says("no-key"), HasSubstr("missing or cannot stand in a path"));
  EXPECT_THAT(says("unserved"), HasSubstr("indexes: [[state, id]]"));
  EXPECT_THAT(says("unserved"), HasSubstr("not-indexed"));
  EXPECT_THAT(says("uncounted"), HasSubstr("not-indexed"));
  EXPECT_THAT(says("no-property"), HasSubstr("no property 6"));
  EXPECT_THAT(says("no-order"), HasSubstr("no property 6"));
  EXPECT_THAT(says("json"), HasSubstr("no property 4"));
  EXPECT_THAT(says("no-value"), HasSubstr("\\\"n\\\" of Counter cannot be compared"));
  EXPECT_THAT(says("list-after-write"), HasSubstr("list first, then write"));
  EXPECT_EQ(door.post("a", {{"x-do", "missing"}}).status, 404);
  EXPECT_EQ(door.session.row_count("Counter"), 0u);
}

TEST(RestCode, ListsAndWritesAreBounded) {
  CodeDoor door(work);
  const auto status = [&](const char* what, uint64_t size) {
    return door.post("a", {{"x-do", what}, {"x-size", std::to_string(size)}}).status;
  };
  EXPECT_EQ(status("limit", 0), 500);
  EXPECT_EQ(status("limit", QueryLimits::kLimitMax), 204);
  EXPECT_EQ(status("limit", QueryLimits::kLimitMax + 1), 500);
  EXPECT_EQ(status("offset", QueryLimits::kOffsetMax), 204);
  EXPECT_EQ(status("offset", QueryLimits::kOffsetMax + 1), 500);
  EXPECT_EQ(status("values", 0), 500);
  EXPECT_EQ(status("values", QueryLimits::kValuesMax), 204);
  EXPECT_EQ(status("values", QueryLimits::kValuesMax + 1), 500);
  EXPECT_EQ(status("values", 1'000), 500);
  EXPECT_EQ(status("many", DbLimits::kWritesMax + 1), 500);
  EXPECT_EQ(door.session.row_count("Counter"), 0u);
  EXPECT_EQ(status("many", DbLimits::kWritesMax), 204);
  EXPECT_EQ(door.session.row_count("Counter"), 1000u);
}

Task<Result<CodeAnswer>> sees_own_writes(OwnCtx& c, const Input& input) {
  Db<Counting>& db = c.db();
  Counter made{.id = "a", .n = 3, .state = "new", .origin = "here"};
  made.data = *Json::parse(id_of(input) == "array" ? "[1]" : R"({"x":[1]})");
  made = co_await db.insert(made);
  if (made.version != 1 || made.state != "new") co_return answer(409, R"({"why":"insert"})");
  std::optional<Counter> seen = co_await db.get<Counter>("a");
  if (!seen || seen->n != 3 || seen->data->text() != R"({"x":[1]})") {
    co_return answer(409, R"({"why":"get"})");
  }
  const bool removed = co_await db.remove<Counter>("old");
  const bool again = co_await db.remove<Counter>("old");
  std::optional<Counter> gone = co_await db.get<Counter>("old");
  if (!removed || again || gone) co_return answer(409, R"({"why":"remove"})");
  co_return answer(204);
}
Task<Result<CodeAnswer>> sees_or_counts(OwnCtx& c, const Input& input) {
  Task<Result<CodeAnswer>> running =
      id_of(input) == "old" ? increment(c, input) : sees_own_writes(c, input);
  Result<CodeAnswer> done = co_await running;
  co_return std::move(done);
}

TEST(RestCode, ReadsSeeTheRunsOwnWrites) {
  CodeDoor door(sees_or_counts);
  door.post("old");
  EXPECT_EQ(door.post("a").body, "");
  EXPECT_EQ(door.session.row_count("Counter"), 1u);
  EXPECT_THAT(door.post("array").body, HasSubstr("#/data type"));
}

Task<Result<CodeAnswer>> change(OwnCtx& c, const Input&) {
  std::optional<Counter> row = co_await c.db().get<Counter>("a");
  if (!row) {
    row = Counter{.id = "a", .n = 1, .state = "one", .origin = "here"};
    co_await c.db().insert(*row);
    co_return answer(204);
  }
  row->state = "two";
  row->origin = std::string(c.header("x-origin").value_or("here"));
  row->version = 77;
  const Counter stored = co_await c.db().update(*row);
  co_return number(*stored.version * 10 + (stored.state == "two" ? 1 : 0));
}

TEST(RestCode, HandlersSetReadOnlyPropertiesButNoImmutableOrGeneratedOnes) {
  CodeDoor door(change);
  EXPECT_EQ(door.post("a").status, 204);
  EXPECT_EQ(door.post("a").body, R"({"n":21})");
  EXPECT_THAT(door.post("a", {{"x-origin", "there"}}).body, HasSubstr("#/origin immutable"));
}

Task<Result<CodeAnswer>> query(OwnCtx& c, const Input& input) {
  if (id_of(input) != "list") {
    Task<Result<CodeAnswer>> incrementing = increment(c, input);
    Result<CodeAnswer> incremented = co_await incrementing;
    co_return std::move(incremented);
  }
  std::vector<Counter> rows = co_await c.db().list(from<Counter>()
                                                       .where<&Counter::n, Is::kAtLeast>(2)
                                                       .sort<&Counter::n, Direct::kDescending>()
                                                       .limit(10));
  int64_t n = 0;
  for (const Counter& row : rows) n = n * 10 + row.n;
  const auto all = from<Counter>().where<&Counter::n, Is::kAtLeast>(2).limit(1).offset(1);
  rows = co_await c.db().list(Query(all).sort<&Counter::n>());
  for (const Counter& row : rows) n = n * 10 + row.n;
  const std::uint64_t counted = co_await c.db().count(all);
  const std::uint64_t bounded = co_await c.db().count(all, 1);
  co_return number(n * 100 + static_cast<int64_t>(counted * 10 + bounded));
}

TEST(RestCode, ListsKeepWhatIsAskedInTheOrderAsked) {
  CodeDoor door(query);
  for (const char* id : {"a", "b", "b", "c", "c", "c"}) door.post(id);
  EXPECT_EQ(door.post("list").body, R"({"n":32321})")
      << "3 and 2 in order, 3 behind the first of the other order, 2 in all, 1 where no more is "
         "counted";
}

std::string misfit(std::vector<std::unique_ptr<const CodeHandler>> all, std::string_view contract) {
  CodeHandlers handlers;
  for (auto& one : all) handlers.add(std::move(one));
  const auto plan = test::compile_text(contract);
  const Result<void> fit = check_code_handlers(*plan, &handlers);
  return fit ? "" : fit.error().message;
}

TEST(RestCode, HandlersThatDoNotFitAreNamedTogether) {
  std::vector<std::unique_ptr<const CodeHandler>> all;
  EXPECT_THAT(misfit({}, kContract), HasSubstr("\"run\" says \"handler: code\", but"));
  all.push_back(std::make_unique<FunctionHandler>(increment, "run", "abc"));
  all.push_back(std::make_unique<FunctionHandler>(increment, "run"));
  all.push_back(std::make_unique<FunctionHandler>(increment, "ran"));
  const std::string said = misfit(std::move(all), kContract);
  EXPECT_THAT(said, HasSubstr("\"run\" has two handlers"));
  EXPECT_THAT(said, HasSubstr("\"ran\" has a handler, but the contract has no such operation (did "
                              "you mean \"run\"?)"));
  EXPECT_THAT(said, HasSubstr("generated from another contract (abc, this one is "));

  const auto plan = test::compile_text(kContract);
  std::vector<std::unique_ptr<const CodeHandler>> one;
  one.push_back(std::make_unique<FunctionHandler>(increment, "run", plan->hash));
  EXPECT_EQ(misfit(std::move(one), kContract), "");
}

TEST(RestCode, OnlyWhatNothingElseServesIsForAHandler) {
  constexpr std::string_view kOthers = R"(
openapi: 3.1.0
info: {title: Others, version: 1.0.0}
paths:
  /mocked: {get: {operationId: mocked, x-servanda: {handler: mock}, responses: {'204': {description: ok}}}}
  /free: {get: {operationId: free, responses: {'204': {description: ok}}}}
  /rows/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
    get: {operationId: getRow, x-servanda: {resource: Row}, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Row'}}}}}}
components:
  schemas:
    Row: {type: object, x-servanda: {resource: {}}, properties: {id: {type: string, format: uuid, readOnly: true}}}
)";
  std::vector<std::unique_ptr<const CodeHandler>> all;
  all.push_back(std::make_unique<FunctionHandler>(increment, "mocked"));
  all.push_back(std::make_unique<FunctionHandler>(increment, "getRow"));
  const std::string said = misfit(std::move(all), kOthers);
  EXPECT_THAT(said, HasSubstr("\"mocked\" has a handler, but the contract has it mocked"));
  EXPECT_THAT(said, HasSubstr("\"getRow\" has a handler, but is served from the resource \"Row\""));

  Diagnostics diagnostics;
  test::PlanFiles files{std::string(kOthers)};
  CompileOptions options;
  options.coded = {"free", "mocked", "getRow"};
  const auto plan =
      compile_plan(load_contract(files, "contract.yaml", {}, diagnostics), options, diagnostics);
  ASSERT_NE(plan, nullptr);
  for (const Operation& operation : plan->operations) {
    EXPECT_EQ(operation.handler == HandlerKind::kCode, operation.id == "free") << operation.id;
  }
}

Task<void> take_turn(RerunLanes& lanes, std::string& order, char name) {
  const bool in_lane = co_await lanes.enter(5);
  order += in_lane ? name : '-';
}

TEST(RerunLanes, GiveTurnsInOrderAndBoundWhoWaits) {
  test::VirtualLoop loop;
  RerunLanes lanes(loop, 2);
  std::string order;
  for (const char name : {'a', 'b', 'c', 'd'}) spawn(take_turn(lanes, order, name));
  EXPECT_EQ(order, "a-");
  EXPECT_EQ(lanes.waiting(), 2u);
  for (int i = 0; i < 3; ++i) {
    lanes.leave(5);
    loop.run_ready();
  }
  EXPECT_EQ(order, "a-bc");
  spawn(take_turn(lanes, order, 'e'));
  EXPECT_EQ(order, "a-bce");
}

}  // namespace
}  // namespace servanda
