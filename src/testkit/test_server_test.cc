// SPDX-License-Identifier: Apache-2.0
// The test kit itself: what it refuses, its clock, its rows, its connections.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/calendar.h"
#include "io/temporary_directory.h"
#include "servanda/test.h"

namespace servanda {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kContract = R"(openapi: 3.1.0
info: {title: Kit, version: '1'}
x-servanda: {services: {kit: {}}}
paths:
  /v1/items:
    x-servanda: {resource: Item}
    post:
      operationId: createItem
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}}
      responses:
        '201': {description: It., content: {application/json: {schema: {$ref: '#/components/schemas/Item'}}}}
  /v1/items/{id}:
    x-servanda: {resource: Item}
    parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
    delete:
      operationId: deleteItem
      responses: {'204': {description: Gone.}}
  /v1/ping:
    get:
      operationId: ping
      x-servanda: {handler: code, emits: [pinged, other]}
      parameters: [{name: n, in: query, schema: {type: integer}}]
      responses:
        '200': {description: The time., content: {application/json: {schema: {type: string}}}}
webhooks:
  pinged: {post: {requestBody: {content: {application/json: {schema: {type: integer}}}}, responses: {'204': {description: ok}}}}
  other: {post: {requestBody: {content: {application/json: {schema: {type: integer}}}}, responses: {'204': {description: ok}}}}
components:
  schemas:
    Item:
      type: object
      additionalProperties: false
      required: [id, name]
      x-servanda: {resource: {}}
      properties:
        id: {type: string, format: uuid, readOnly: true}
        name: {type: string, maxLength: 5}
)";

// What a generated resource has.
struct Item {
  std::string id;
  std::string name;
};
constexpr std::string_view resource_name(const Item*) {
  return "Item";
}
bool read(JsonValue value, Item& out, ReadError&) {
  out = {std::string(value.find("id").text()), std::string(value.find("name").text())};
  return true;
}
struct Stranger {};
constexpr std::string_view resource_name(const Stranger*) {
  return "Stranger";
}
bool read(JsonValue, Stranger&, ReadError&) {
  return true;
}

// What a generated operation has.
struct Main {};
struct Ping {
  using Service = Main;
  static constexpr std::string_view kId = "ping";
  static std::string_view contract_hash() { return ""; }
  struct In {
    std::optional<int64_t> n;
  };
  struct Ok200 {
    static constexpr int kFirstStatus = 200;
    static constexpr int kLastStatus = 200;
    static constexpr BodyKind kBody = BodyKind::kStructured;
    static constexpr std::string_view kMediaType = "application/json";
    static constexpr std::string_view kMediaTypes[] = {"application/json"};
    std::string body;
  };
  using Out = std::variant<Ok200>;
};
constexpr ParameterName kPingParameters[] = {{"query", "n"}};
bool read(const Input& input, Ping::In& out, ReadError& error) {
  return read_parameter(input, kPingParameters, 0, Presence::kOptional, out.n, error);
}
void write(const Ping::In& in, Outgoing& out) {
  begin_request(out, "GET");
  out.path = "/v1/ping";
  put_parameter(out, kPingParameters[0], {}, in.n);
}
bool read(JsonValue value, Ping::Ok200& out, ReadError& error) {
  return read(value, out.body, error);
}
void write(const Ping::Ok200& value, JsonWriter& writer) {
  write(value.body, writer);
}
void append_headers(const Ping::Ok200&, std::vector<HeaderValue>&) {}
bool read_headers(const Incoming&, Ping::Ok200&, ReadError&) {
  return true;
}
bool read(const Incoming& answer, Ping::Out& out, ReadError& error) {
  return read_answer<BodyPresence::kDeclared, Ping::Ok200>(answer, out, error);
}

struct DeleteItem {
  using Service = Main;
  static constexpr std::string_view kId = "deleteItem";
  static std::string_view contract_hash() { return ""; }
  struct In {
    std::string id;
  };
  struct NoContent204 {
    static constexpr int kFirstStatus = 204;
    static constexpr int kLastStatus = 204;
    static constexpr BodyKind kBody = BodyKind::kNone;
    static constexpr std::string_view kMediaType = "";
  };
  using Out = std::variant<NoContent204>;
};
constexpr ParameterName kDeleteParameters[] = {{"path", "id"}};
bool read(const Input& input, DeleteItem::In& out, ReadError& error) {
  return read_parameter(input, kDeleteParameters, 0, Presence::kRequired, out.id, error);
}
void write(const DeleteItem::In& in, Outgoing& out) {
  begin_request(out, "DELETE");
  out.path = "/v1/items/" + in.id;
}
void append_headers(const DeleteItem::NoContent204&, std::vector<HeaderValue>&) {}
bool read_headers(const Incoming&, DeleteItem::NoContent204&, ReadError&) {
  return true;
}
bool read(const Incoming& answer, DeleteItem::Out& out, ReadError& error) {
  return read_answer<BodyPresence::kDeclared, DeleteItem::NoContent204>(answer, out, error);
}

// What generated events have.
struct Pinged {
  static constexpr std::string_view kName = "pinged";
  static std::string_view contract_hash() { return ""; }
  using Body = int64_t;
};
struct Other : Pinged {
  static constexpr std::string_view kName = "other";
};
// Of another contract.
struct Stray : Pinged {
  static constexpr std::string_view kName = "pingd";
};
struct OldPinged : Pinged {
  static std::string_view contract_hash() { return "0123"; }
};
struct OldDelete : DeleteItem {
  using Service = Main;
  static std::string_view contract_hash() { return "0123"; }
};
struct NoSuchDelete : DeleteItem {
  using Service = Main;
  static constexpr std::string_view kId = "removeItem";
};

// What a ping is asked to do.
constexpr int64_t kFail = 1;
constexpr int64_t kWait = 2;
constexpr int64_t kRelease = 3;
constexpr int64_t kAskPing = 4;    // Another ping.
constexpr int64_t kAskDelete = 5;  // That an item be deleted.
constexpr int64_t kAskBadly = 6;   // For what the contract does not admit.
constexpr int64_t kEmit = 100;     // That and all above: to emit twice.

constexpr std::string_view kSomeId = "0190a5b0-7c1d-7000-8000-000000000001";

template <typename Op>
Task<std::string> ask(Ctx& c, typename Op::In in) {
  Reply<Op> reply = co_await c.call<Op>(in);
  co_return reply ? "done" : reply.problem().reason + ": " + reply.problem().message;
}

Task<std::string> begin_asking(Ctx& c, int64_t what) {
  if (what == kAskPing) return ask<Ping>(c, {.n = kFail});
  return ask<DeleteItem>(c, {what == kAskDelete ? std::string(kSomeId) : "no-uuid"});
}

struct PingHandler {
  Completion<int>* gate;
  Task<Ping::Out> operator()(Ctx& c, Ping::In in) const { return answer(gate, c, in); }
  static Task<Ping::Out> answer(Completion<int>* gate, Ctx& c, Ping::In in) {
    if (in.n == kFail) throw Failure(Code::kInternal, "The ping broke.");
    if (in.n == kWait) {
      const int released = co_await *gate;
      (void)released;
    }
    if (in.n == kRelease) gate->set(1);
    std::string text = timestamp_text(c.now());
    if (in.n >= kAskPing && in.n <= kAskBadly) {
      Task<std::string> asking = begin_asking(c, *in.n);
      text = co_await asking;
    }
    if (in.n >= kEmit) {
      c.emit<Pinged>(*in.n);
      c.emit<Other>(-*in.n);
    }
    c.log("ping");
    co_return Ping::Ok200{text};
  }
};

class Kit : public testing::Test {
 protected:
  Kit() {
    std::ofstream(path("kit.yaml")) << kContract;
    app.handle<Ping>(PingHandler{&gate});
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return folder.path() + "/" + name;
  }
  [[nodiscard]] TestOptions options() const { return {.contract = path("kit.yaml")}; }
  static std::string create(TestServer& server, const std::string& name) {
    const TestAnswer answer = server.request("POST", "/v1/items", "{\"name\":\"" + name + "\"}",
                                             {{"content-type", "application/json"}});
    EXPECT_EQ(answer.status, 201) << answer.body;
    return from_json_text<Item>(answer.body)->id;
  }
  std::string refusal(const TestOptions& with) {
    try {
      const TestServer server(app, with);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }
  template <typename F>
  static std::string thrown(F function) {
    try {
      function();
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }

  TemporaryDirectory folder = *TemporaryDirectory::create("servanda-kit");
  Completion<int> gate;
  App app;
};

TEST_F(Kit, SaysWhyTheContractDoesNotLoad) {
  EXPECT_EQ(refusal(options()), "");
  EXPECT_THAT(refusal({.contract = path("none.yaml")}), HasSubstr("none.yaml"));
  std::string text(kContract);
  text.replace(text.find("#/components/schemas/Item'"), 25, "#/components/schemas/Itme");
  std::ofstream(path("broken.yaml")) << text;
  const std::string found = refusal({.contract = path("broken.yaml")});
  EXPECT_THAT(found, HasSubstr("broken.yaml:9:"));
  EXPECT_THAT(found, HasSubstr("ref-unresolved"));
  std::ofstream(path("overlay.yaml")) << "nonsense: true\n";
  EXPECT_NE(refusal({.contract = path("kit.yaml"), .overlays = {path("overlay.yaml")}}), "");
}

TEST_F(Kit, SaysWhichHandlersDoNotFit) {
  const App none;
  EXPECT_THAT(thrown([&] { const TestServer server(none, options()); }), HasSubstr("ping"));
}

TEST_F(Kit, HasAClockThatStandsStill) {
  TestServer server(app, options());
  EXPECT_EQ(timestamp_text(server.now()), "2026-01-01T00:00:00Z");
  EXPECT_EQ(server.call<Ping>({}).as<Ping::Ok200>().body, "2026-01-01T00:00:00Z");
  server.advance(Duration::milliseconds(1'500));
  EXPECT_EQ(server.call<Ping>({}).as<Ping::Ok200>().body, "2026-01-01T00:00:01.500Z");
  server.restart();
  EXPECT_EQ(timestamp_text(server.now()), "2026-01-01T00:00:01.500Z");
  server.crash();
  EXPECT_EQ(timestamp_text(server.now()), "2026-01-01T00:00:01.500Z");
}

TEST_F(Kit, FinishesACallWhenItsAnswerIsThere) {
  TestServer server(app, options());
  const auto waiting = server.start<Ping>({.n = kWait});
  EXPECT_THAT(thrown([&] { server.finish(waiting); }),
              HasSubstr("There is no answer at this instant"));
  // Others are served meanwhile.
  server.call<Ping>({.n = kRelease}).as<Ping::Ok200>();
  server.finish(waiting).as<Ping::Ok200>();
  EXPECT_THAT(thrown([&] { server.finish(waiting); }), HasSubstr("answered before"));
}

TEST_F(Kit, ForgetsCallsWhenItStartsAgain) {
  TestServer server(app, options());
  const auto sent = server.start<Ping>({});
  server.restart();
  EXPECT_THAT(thrown([&] { server.finish(sent); }), HasSubstr("started again since"));
  server.call<Ping>({}).as<Ping::Ok200>();
}

TEST_F(Kit, OpensConnectionsAgainThatTheServerClosed) {
  TestServer server(app, options());
  server.call<Ping>({}).as<Ping::Ok200>();
  server.advance(Duration::seconds(120));
  server.call<Ping>({}).as<Ping::Ok200>();
  const TestAnswer closed = server.request("GET", "/v1/ping", {}, {{"connection", "close"}});
  EXPECT_EQ(closed.status, 200);
  server.call<Ping>({}).as<Ping::Ok200>();
}

TEST_F(Kit, TellsProblems) {
  TestServer server(app, options());
  EXPECT_TRUE(server.problems().empty());
  const auto broken = server.call<Ping>({.n = kFail});
  EXPECT_EQ(broken.status(), 500);
  EXPECT_FALSE(broken.out);
  EXPECT_THAT(broken.mismatch, HasSubstr("status 500 and application/problem+json"));
  ASSERT_TRUE(broken.problem);
  EXPECT_EQ(broken.problem->code, "handler-failed");
  EXPECT_EQ(broken.problem->request_id.size(), 32u);
  EXPECT_THAT(thrown([&] { broken.as<Ping::Ok200>(); }),
              HasSubstr("ping was answered otherwise: 500 {"));
  server.request("GET", "/v1/ping?n=x");
  server.request("POST", "/v1/items", "{\"name\":\"too long\"}",
                 {{"content-type", "application/json"}});
  server.request("HEAD", "/v1/nowhere");
  ASSERT_EQ(server.problems().size(), 4u);
  EXPECT_EQ(server.problems()[1].fields.at(0).in + server.problems()[1].fields.at(0).pointer,
            "queryn");
  EXPECT_EQ(server.problems()[2].fields.at(0).in + server.problems()[2].fields.at(0).pointer,
            "body/name");
  EXPECT_EQ(server.problems()[2].fields.at(0).code, "maxLength");
  EXPECT_EQ(server.problems()[3].status, 404);
}

TEST_F(Kit, HidesMessagesInProduction) {
  TestOptions production = options();
  production.environment = TestOptions::Environment::kProduction;
  TestServer server(app, production);
  const auto broken = server.call<Ping>({.n = kFail});
  EXPECT_THAT(broken.answer.body, testing::Not(HasSubstr("The ping broke")));
  EXPECT_THAT(server.log(), HasSubstr("The ping broke"));
}

TEST_F(Kit, RefusesRequestsThatBreakHttp) {
  TestServer server(app, options());
  EXPECT_THAT(thrown([&] { server.request("GET", "v1/ping"); }), HasSubstr("is no request"));
  EXPECT_THAT(thrown([&] { server.request("GET", "/v1/ ping"); }), HasSubstr("is no request"));
  EXPECT_THAT(thrown([&] { server.request("", "/v1/ping"); }), HasSubstr("is no request"));
  EXPECT_THAT(thrown([&] {
                server.request("GET", "/", {}, {{"x", "a\r\nb: c"}});
              }),
              HasSubstr("The header field \"x\" cannot be sent"));
  EXPECT_THAT(thrown([&] {
                server.request("GET", "/", {}, {{"x:", "a"}});
              }),
              HasSubstr("cannot be sent"));
  server.call<Ping>({}).as<Ping::Ok200>();
}

TEST_F(Kit, ShowsRowsThatAreCommitted) {
  TestServer server(app, options());
  EXPECT_TRUE(server.rows<Item>().empty());
  const std::string id = create(server, "one");
  EXPECT_EQ(server.row<Item>(id)->name, "one");
  EXPECT_FALSE(server.row<Item>("no key"));
  EXPECT_EQ(server.request("DELETE", "/v1/items/" + id).status, 204);
  EXPECT_FALSE(server.row<Item>(id));
  EXPECT_EQ(thrown([&] { (void)server.rows<Stranger>(); }),
            "The contract has no resource \"Stranger\".");
}

TEST_F(Kit, ShowsAllRowsInTheOrderOfTheirKeys) {
  TestServer server(app, options());
  for (int i = 0; i < 1'000; ++i) create(server, "x");
  EXPECT_EQ(server.rows<Item>().size(), 1'000u);
  create(server, "y");
  const std::vector<Item> rows = server.rows<Item>();
  EXPECT_EQ(rows.size(), 1'001u);
  EXPECT_TRUE(std::ranges::is_sorted(rows, {}, &Item::id));
}

TEST_F(Kit, ShowsEventsThatAreCommitted) {
  TestServer server(app, options());
  EXPECT_EQ(server.event_count(), 0u);
  EXPECT_TRUE(server.events<Pinged>().empty());
  for (int64_t i = 0; i < 501; ++i) server.call<Ping>({.n = kEmit + i}).as<Ping::Ok200>();
  EXPECT_EQ(server.event_count(), 1'002u) << "more than the store hands out at once";
  const std::vector<int64_t> pinged = server.events<Pinged>();
  ASSERT_EQ(pinged.size(), 501u);
  EXPECT_EQ(pinged.front(), kEmit);
  EXPECT_EQ(pinged.back(), kEmit + 500);
  server.crash();
  EXPECT_EQ(server.events<Other>().back(), -kEmit - 500);
  EXPECT_THAT(thrown([&] { (void)server.events<Stray>(); }),
              HasSubstr("emits an event \"pingd\" (did you mean \"pinged\"?)"));
  EXPECT_THAT(thrown([&] { (void)server.events<OldPinged>(); }),
              HasSubstr("generated from another contract"));
}

// Answers pings in their own name.
struct FakePing {
  const int* asked;
  Task<Ping::Out> operator()(Ctx&, Ping::In in) const { return answer(asked, in); }
  static Task<Ping::Out> answer(const int* asked, Ping::In in) {
    if (in.n != kFail) throw Failure(Code::kInternal, "It was not handed over.");
    if (*asked > 1) throw Failure(Code::kConflict, "Not twice.", "faked");
    co_return Ping::Ok200{"fake"};
  }
};

TEST_F(Kit, AnswersWhatHandlersCallWithFakes) {
  TestServer server(app, options());
  const auto ask = [&](int64_t n) { return server.call<Ping>({.n = n}).as<Ping::Ok200>().body; };
  EXPECT_THAT(ask(kAskPing), HasSubstr("The ping broke"));
  int asked = 1;
  server.fake<Ping>(FakePing{&asked});
  EXPECT_EQ(ask(kAskPing), "done") << "and the request itself was answered as ever";
  // Nor are requests that come to the memory of the call that was faked.
  const auto waiting = server.start<Ping>({.n = kWait});
  EXPECT_THAT(thrown([&] { server.finish(waiting); }), HasSubstr("no answer at this instant"));
  EXPECT_EQ(ask(0), "2026-01-01T00:00:00Z");
  EXPECT_EQ(ask(kRelease), "2026-01-01T00:00:00Z");
  server.finish(waiting).as<Ping::Ok200>();
  asked = 2;
  EXPECT_EQ(ask(kAskPing), "faked: Not twice.");
  server.restart();
  EXPECT_EQ(ask(kAskPing), "faked: Not twice.");
  server.unfake<Ping>();
  EXPECT_THAT(ask(kAskPing), HasSubstr("The ping broke"));
}

Task<DeleteItem::Out> delete_nothing(Ctx& c, DeleteItem::In in) {
  if (in.id != kSomeId) throw Failure(Code::kInternal, "It was not checked.");
  c.log("faked");
  co_return DeleteItem::NoContent204{};
}

TEST_F(Kit, FakesWhatAResourceServesBehindItsValidation) {
  TestServer server(app, options());
  const auto ask = [&](int64_t n) { return server.call<Ping>({.n = n}).as<Ping::Ok200>().body; };
  const std::string refused = ask(kAskBadly);
  EXPECT_THAT(ask(kAskDelete), HasSubstr("There is no such"));
  server.fake<DeleteItem>(delete_nothing);
  EXPECT_EQ(ask(kAskDelete), "done");
  EXPECT_EQ(ask(kAskBadly), refused);
  EXPECT_EQ(server.request("DELETE", "/v1/items/" + std::string(kSomeId)).status, 404)
      << "no fake for requests";
  EXPECT_THAT(thrown([&] { server.fake<OldDelete>(delete_nothing); }),
              HasSubstr("generated from another contract"));
  EXPECT_THAT(thrown([&] { server.fake<NoSuchDelete>(delete_nothing); }),
              HasSubstr("no operation \"removeItem\""));
  EXPECT_THAT(thrown([&] { server.unfake<Ping>(); }), HasSubstr("\"ping\" has no fake"));
}

// Waits like a ping, though one that goes on.
struct WaitingFake {
  Completion<int>* gate;
  std::string text;
  Task<Ping::Out> operator()(Ctx&, Ping::In) const { return answer(gate, text); }
  static Task<Ping::Out> answer(Completion<int>* gate, const std::string& text) {
    const int released = co_await *gate;
    (void)released;
    co_return Ping::Ok200{text};
  }
};

TEST_F(Kit, KeepsAFakeForTheCallsThatBeganWithIt) {
  TestServer server(app, options());
  server.fake<Ping>(WaitingFake{&gate, "a text that is too long to lie in place"});
  const auto waiting = server.start<Ping>({.n = kAskPing});
  EXPECT_THAT(thrown([&] { server.finish(waiting); }), HasSubstr("no answer at this instant"));
  server.unfake<Ping>();
  server.call<Ping>({.n = kRelease}).as<Ping::Ok200>();
  EXPECT_EQ(server.finish(waiting).as<Ping::Ok200>().body, "done");
}

TEST_F(Kit, RepeatsExactly) {
  const auto run = [this](uint64_t seed) {
    TestOptions seeded = options();
    seeded.seed = seed;
    TestServer server(app, seeded);
    const std::string id = create(server, "a");
    server.call<Ping>({.n = kFail});
    return id + server.log();
  };
  EXPECT_EQ(run(7), run(7));
  EXPECT_NE(run(7), run(8));
}

TEST_F(Kit, KeepsAFolderThatItWasGiven) {
  TestOptions kept = options();
  kept.data = path("data");
  std::string id;
  {
    TestServer server(app, kept);
    id = create(server, "a");
    EXPECT_THAT(refusal(kept), HasSubstr("data"));  // Two servers, one folder.
  }
  TestServer server(app, kept);
  EXPECT_EQ(server.row<Item>(id)->name, "a");
}

TEST(TemporaryDirectory, IsRemovedWithWhatIsInIt) {
  std::string path;
  {
    TemporaryDirectory first = *TemporaryDirectory::create("servanda-kit");
    path = first.path();
    const TemporaryDirectory second = std::move(first);
    EXPECT_EQ(second.path(), path);
    EXPECT_NE(TemporaryDirectory::create("servanda-kit")->path(), path);
    std::filesystem::create_directories(path + "/a/b");
    std::ofstream(path + "/a/b/c") << "x";
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(TemporaryDirectory::create("no/such/folder"));
}

}  // namespace
}  // namespace servanda
