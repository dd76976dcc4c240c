// SPDX-License-Identifier: Apache-2.0
// Events that handlers and hooks emit: with the effect or not at all, within their bounds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "call/code_handlers.h"
#include "surface/rest/test_door.h"

namespace servanda {
namespace {

using test::Door;
using test::Reply;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kContract = R"(
openapi: 3.1.0
info: {title: Events, version: 1.0.0}
x-servanda: {services: {noting: {}}}
paths:
  /emit:
    post:
      operationId: emit
      x-servanda: {handler: code, emits: [noted]}
      responses: {'200': {description: ok}, '409': {description: no}}
  /notes/{id}:
    x-servanda: {resource: Note, emits: [noted]}
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: getNote, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}}}
    put:
      operationId: putNote
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
        '201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
        default: {description: no}
webhooks:
  noted:
    post:
      requestBody: {content: {application/json: {schema: {type: string, minLength: 1}}}}
      responses: {'204': {description: ok}}
  forgotten:
    post:
      requestBody: {content: {application/json: {schema: {type: string}}}}
      responses: {'204': {description: ok}}
components:
  schemas:
    Note:
      type: object
      additionalProperties: false
      required: [id]
      x-servanda: {resource: {}}
      properties: {id: {type: string}}
)";

// What is generated for events.
struct Noted {
  static constexpr std::string_view kName = "noted";
  static std::string_view contract_hash() { return ""; }
  using Body = std::string;
};
struct Forgotten {
  static constexpr std::string_view kName = "forgotten";
  static std::string_view contract_hash() { return ""; }
  using Body = std::string;
};
struct Foreign {
  static constexpr std::string_view kName = "noted";
  static std::string_view contract_hash() { return "0123"; }
  using Body = std::string;
};

struct Note {
  std::string id;
};
constexpr std::string_view resource_name(const Note*) {
  return "Note";
}
struct Main {};
constexpr Main owner_of(const Note*) {
  return {};
}
using OwnCtx = ServiceCtx<Main>;
bool read(JsonValue value, Note& out, ReadError& error) {
  return read(value.find("id"), out.id, error);
}
void write(const Note& value, JsonWriter& writer) {
  writer.begin_object();
  writer.key("id");
  writer.string(value.id);
  writer.end_object();
}
struct PutNote {
  using Service = Main;
  static constexpr std::string_view kId = "putNote";
  static std::string_view contract_hash() { return ""; }
};

using Emission = Task<int>(OwnCtx&);

// Serves "emit" with the function, whose result is the status.
class Emitter final : public CodeHandler {
 public:
  explicit Emitter(Emission* run) : run_(run) {}
  [[nodiscard]] std::string_view operation_id() const override { return "emit"; }
  [[nodiscard]] std::string_view contract_hash() const override { return ""; }
  Task<Result<CodeAnswer>> handle(Ctx& ctx, const Input&) const override {
    OwnCtx own = in_service<Main>(ctx);
    Task<int> running = run_(own);
    CodeAnswer answer;
    answer.status = co_await running;
    co_return std::move(answer);
  }

 private:
  Emission* run_;
};

CallOptions options_of(Emission* run, Environment environment, HookTime time,
                       Task<void> (*hook)(OwnCtx&, Change<Note>&)) {
  auto handlers = std::make_shared<CodeHandlers>();
  handlers->add(std::make_unique<Emitter>(run));
  if (hook != nullptr) handlers->add(make_hook<PutNote, Note>(time, hook));
  CallOptions options;
  options.environment = environment;
  options.handlers = std::move(handlers);
  return options;
}

Task<int> emit_nothing(OwnCtx&) {
  co_return 200;
}

struct EventDoor : Door {
  explicit EventDoor(Emission* run, Environment environment = Environment::kDevelopment)
      : Door(test::compile_text(kContract), options_of(run, environment, {}, nullptr)) {}
  explicit EventDoor(HookTime time, Task<void> (*hook)(OwnCtx&, Change<Note>&))
      : Door(test::compile_text(kContract),
             options_of(emit_nothing, Environment::kDevelopment, time, hook)) {}
  Reply emit(test::Headers headers = {}) { return send("POST", "/emit", std::move(headers)); }
  Reply put(const std::string& id) {
    return send_json("PUT", "/notes/" + id, R"({"id":")" + id + R"("})");
  }
  std::string log_lines() {
    std::string lines;
    log.drain(lines);
    return lines;
  }
};

Task<int> emit_two(OwnCtx& c) {
  c.emit<Noted>("attempt " + std::to_string(c.attempt()));
  c.emit<Noted>("and \"again\"");
  co_return c.header("x-refuse") ? 409 : 200;
}

TEST(RestEvents, AreCommittedWithoutAnyRow) {
  EventDoor door(emit_two);
  EXPECT_EQ(door.emit().status, 200);
  EXPECT_THAT(door.session.events, ElementsAre("noted by / of noting: \"attempt 1\"",
                                               R"(noted by / of noting: "and \"again\"")"));
  EXPECT_EQ(door.session.commits, 1u);
}

TEST(RestEvents, OfARunThatDidNotCountAreDiscarded) {
  EventDoor door(emit_two);
  EXPECT_EQ(door.emit({{"x-refuse", "1"}}).status, 409);
  EXPECT_EQ(door.session.commits, 0u);
  door.session.commit_failures.push_back({Code::kConflict, "It moved.", "version-moved", {}});
  EXPECT_EQ(door.emit().status, 200);
  EXPECT_THAT(door.session.events,
              ElementsAre("noted by / of noting: \"attempt 2\"", HasSubstr("again")));
}

TEST(RestEvents, AreWrittenOnceUnderAnIdempotencyKey) {
  EventDoor door(emit_two);
  const test::Headers key = {{"Idempotency-Key", "k1"}};
  EXPECT_EQ(door.emit(key).status, 200);
  EXPECT_EQ(door.emit(key).header("idempotent-replayed"), "true");
  EXPECT_EQ(door.session.events.size(), 2u);
  const test::Headers refused = {{"Idempotency-Key", "k2"}, {"x-refuse", "1"}};
  EXPECT_EQ(door.emit(refused).status, 409);
  EXPECT_EQ(door.session.events.size(), 2u) << "a refusal is kept without what was emitted";
  EXPECT_EQ(door.session.answer_count(), 2u);
}

Task<int> emit_forgotten(OwnCtx& c) {
  c.emit<Forgotten>("never");
  co_return 200;
}

TEST(RestEvents, ThatAreNotListedAreRefusedWithTheLineToAdd) {
  EventDoor door(emit_forgotten);
  const Reply refused = door.emit();
  EXPECT_EQ(refused.status, 500);
  EXPECT_THAT(refused.body, HasSubstr("\"code\":\"undeclared-event\""));
  EXPECT_THAT(refused.body,
              HasSubstr("list it there, as in \\\"x-servanda: {emits: [noted, forgotten]}\\\"."));
  EXPECT_THAT(door.log_lines(), HasSubstr("undeclared-event"));
  EXPECT_THAT(door.session.events, IsEmpty());
}

Task<int> emit_empty(OwnCtx& c) {
  c.emit<Noted>("good");
  c.emit<Noted>("");
  co_return 200;
}

TEST(RestEvents, AreCheckedAgainstTheirSchemaInDevelopmentOnly) {
  EventDoor develops(emit_empty);
  const Reply refused = develops.emit();
  EXPECT_EQ(refused.status, 500);
  EXPECT_THAT(refused.body, HasSubstr("event-breaks-contract"));
  EXPECT_THAT(refused.body, HasSubstr("minLength"));
  EXPECT_THAT(develops.log_lines(), HasSubstr("event-breaks-contract"));
  EXPECT_THAT(develops.session.events, IsEmpty()) << "nothing of the run is committed";
  EventDoor produces(emit_empty, Environment::kProduction);
  EXPECT_EQ(produces.emit().status, 200);
  EXPECT_EQ(produces.session.events.size(), 2u);
}

// A list in a list in a list.
struct Nested {
  uint32_t levels = 0;
};
void write(const Nested& value, JsonWriter& writer) {
  for (uint32_t i = 0; i < value.levels; ++i) writer.begin_array();
  for (uint32_t i = 0; i < value.levels; ++i) writer.end_array();
}
struct NotedDeeply : Noted {
  using Body = Nested;
};

Task<int> emit_deep(OwnCtx& c) {
  c.emit<NotedDeeply>({.levels = kJsonDepthMax + (c.header("x-more") ? 1u : 0u)});
  co_return 200;
}
Task<int> emit_foreign(OwnCtx& c) {
  c.emit<Foreign>("x");
  co_return 200;
}

TEST(RestEvents, ThatNobodyCouldReadAreRefusedEverywhere) {
  EventDoor door(emit_deep, Environment::kProduction);
  const Reply refused = door.emit({{"x-more", "1"}});
  EXPECT_EQ(refused.status, 500);
  EXPECT_THAT(refused.body, Not(HasSubstr("noted")));
  EXPECT_THAT(door.log_lines(), HasSubstr("cannot be sent as JSON"));
  EXPECT_THAT(door.session.events, IsEmpty());
  EXPECT_EQ(door.emit().status, 200);
  EXPECT_EQ(door.session.events.size(), 1u);
  EventDoor foreign(emit_foreign);
  EXPECT_THAT(foreign.emit().body, HasSubstr("generated from another contract"));
}

Task<int> emit_many(OwnCtx& c) {
  const size_t more = c.header("x-more") ? 1 : 0;
  for (size_t i = 0; i < Ctx::kEventsMax + more; ++i) c.emit<Noted>("x");
  co_return 200;
}
Task<int> emit_much(OwnCtx& c) {
  const size_t more = c.header("x-more") ? 1 : 0;
  // Two quotes each.
  c.emit<Noted>(std::string(Ctx::kEventBytesMax - 5, 'x'));
  c.emit<Noted>(std::string(1 + more, 'y'));
  co_return 200;
}

TEST(RestEvents, OfOneRunAreBounded) {
  for (Emission* const run : {emit_many, emit_much}) {
    EventDoor door(run);
    const Reply refused = door.emit({{"x-more", "1"}});
    EXPECT_EQ(refused.status, 500);
    EXPECT_THAT(refused.body, HasSubstr("\"code\":\"event-limit\""));
    EXPECT_THAT(door.session.events, IsEmpty());
    EXPECT_EQ(door.emit().status, 200);
    EXPECT_EQ(door.session.events.size(), run == emit_many ? Ctx::kEventsMax : 2);
  }
}

Task<void> tell_of_note(OwnCtx& c, Change<Note>& change) {
  c.emit<Noted>(change.next->id);
  if (change.next->id == "bad") throw Failure(Code::kConflict, "Not this one.", "bad");
  co_return;
}

TEST(RestEvents, OfHooksAreCommittedWithTheRow) {
  for (const HookTime time : {HookTime::kBefore, HookTime::kAfter}) {
    EventDoor door(time, tell_of_note);
    EXPECT_EQ(door.put("a").status, 201);
    EXPECT_THAT(door.session.events, ElementsAre("noted by / of noting: \"a\""));
    EXPECT_EQ(door.put("bad").status, 409);
    EXPECT_EQ(door.session.events.size(), 1u);
    EXPECT_EQ(door.session.row_count("Note"), 1u);
    door.session.commit_failures.push_back({Code::kConflict, "It moved.", "version-moved", {}});
    EXPECT_EQ(door.put("a").status, 200);
    EXPECT_EQ(door.session.events.size(), 2u) << "once for both tries";
  }
}

}  // namespace
}  // namespace servanda
