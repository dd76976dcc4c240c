// SPDX-License-Identifier: Apache-2.0
// Hooks of built-in writes under contention: what follows a row follows every row, once.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "call/code_handlers.h"
#include "call/resource_handler.h"
#include "surface/rest/test_door.h"

namespace servanda {
namespace {

using test::Door;

constexpr std::string_view kContract = R"(
openapi: 3.1.0
info: {title: Sums, version: 1.0.0}
paths:
  /parts/{id}:
    x-servanda: {resource: Part}
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: get, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Part'}}}}, default: {description: no}}}
    put:
      operationId: put
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Part'}}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Part'}}}}
        '201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Part'}}}}
        default: {description: no}
components:
  schemas:
    Part:
      type: object
      required: [id, n]
      x-servanda: {resource: {}}
      properties: {id: {type: string}, n: {type: integer}}
)";

struct Main {};
struct Part {
  std::string id;
  int64_t n = 0;
};
constexpr std::string_view resource_name(const Part*) {
  return "Part";
}
constexpr Main owner_of(const Part*) {
  return {};
}
bool read(JsonValue value, Part& out, ReadError& error) {
  return read(value.find("id"), out.id, error) && read(value.find("n"), out.n, error);
}
void write(const Part& value, JsonWriter& writer) {
  writer.begin_object();
  writer.key("id");
  writer.string(value.id);
  writer.key("n");
  writer.integer(value.n);
  writer.end_object();
}

struct Put {
  using Service = Main;
  static constexpr std::string_view kId = "put";
  static std::string_view contract_hash() { return ""; }
};

// "sum" holds the sum of all others.
Task<void> add_to_sum(ServiceCtx<Main>& c, Change<Part>& change) {
  std::optional<Part> sum = co_await c.db().get<Part>("sum");
  const int64_t more = change.next->n - (change.stored ? change.stored->n : 0);
  if (!sum) {
    const Part made{.id = "sum", .n = more};
    co_await c.db().insert(made);
    co_return;
  }
  sum->n += more;
  co_await c.db().update(*sum);
}

CallOptions options_with_hook() {
  auto handlers = std::make_shared<CodeHandlers>();
  handlers->add(make_hook<Put, Part>(HookTime::kAfter, add_to_sum));
  CallOptions options;
  options.handlers = std::move(handlers);
  return options;
}

struct HookDoor : Door {
  HookDoor() : Door(test::compile_text(kContract), options_with_hook()) {}
  std::unique_ptr<test::MemoryExchange> begin(const std::string& id, int64_t n) {
    return start("PUT", "/parts/" + id, {{"content-type", "application/json"}}, body(id, n));
  }
  int put(const std::string& id, int64_t n) {
    return send_json("PUT", "/parts/" + id, body(id, n)).status;
  }
  std::string sum() { return get("/parts/sum").body; }
  static std::string body(const std::string& id, int64_t n) {
    return R"({"id":")" + id + R"(","n":)" + std::to_string(n) + "}";
  }
};

TEST(RestHooks, WhatFollowsARowFollowsEveryRowOnce) {
  HookDoor door;
  EXPECT_EQ(door.put("first", 1), 201);
  door.session.commit_time = Duration::milliseconds(1);
  std::vector<std::unique_ptr<test::MemoryExchange>> exchanges;
  for (int i = 0; i < 500; ++i) {
    exchanges.push_back(door.begin("made" + std::to_string(i), 10));
    exchanges.push_back(door.begin("same", i));
  }
  for (int i = 0; i < 4000; ++i) door.loop.advance(Duration::milliseconds(1));
  for (const auto& exchange : exchanges) {
    ASSERT_TRUE(exchange->answered);
    ASSERT_LT(exchange->reply.status, 300) << exchange->reply.body;
  }
  door.session.commit_time = {};
  EXPECT_EQ(door.put("same", 0), 200) << "whichever came last is taken back";
  EXPECT_EQ(door.sum(), R"({"id":"sum","n":5001})");
  EXPECT_EQ(door.session.row_count("Part"), 503u);
  EXPECT_EQ(door.worker.rerun_lanes().waiting(), 0u);
}

TEST(RestHooks, RunAgainUpToTheBound) {
  HookDoor door;
  const auto fail_commits = [&](size_t count) {
    for (size_t i = 0; i < count; ++i) {
      door.session.commit_failures.push_back({Code::kConflict, "It moved.", "version-moved", {}});
    }
  };
  EXPECT_EQ(door.put("a", 1), 201);
  fail_commits(kWriteAttemptsMax - 1);
  EXPECT_EQ(door.put("a", 2), 200);
  fail_commits(kWriteAttemptsMax);
  EXPECT_EQ(door.put("a", 3), 409);
  EXPECT_EQ(door.sum(), R"({"id":"sum","n":2})");
}

}  // namespace
}  // namespace servanda
