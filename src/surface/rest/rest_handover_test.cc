// SPDX-License-Identifier: Apache-2.0
// How a handler gets the answer of another: as the struct that it is, or as text. It is the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "call/code_handlers.h"
#include "surface/rest/test_door.h"

namespace servanda {
namespace {

using test::Door;
using ::testing::HasSubstr;

constexpr std::string_view kContract = R"(
openapi: 3.1.0
info: {title: Handover, version: 1.0.0}
x-servanda: {services: {a: {}}}
paths:
  /ask:
    post:
      operationId: ask
      x-servanda: {handler: code}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: string}}}}}
  /weigh/{what}:
    parameters: [{name: what, in: path, required: true, schema: {type: string, maxLength: 8}}]
    get:
      operationId: weigh
      x-servanda: {handler: code, expose: []}
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: integer, maximum: 100}}}}
        '201':
          description: tagged
          headers: {ETag: {schema: {type: string}}}
          content: {application/json: {schema: {type: integer}}}
        '404': {description: nothing}
        default: {description: other, content: {application/json: {schema: {type: integer}}}}
)";

int written = 0;    // Bodies of weigh as text.
int read_back = 0;  // And from it.

struct ServiceA {};

// What is generated for an operation; two of them have the same id.
template <int kCopy>
struct Weigh {
  using Service = ServiceA;
  static constexpr std::string_view kId = "weigh";
  static std::string_view contract_hash() { return {}; }
  struct In {
    std::string what;
  };
  template <int kFirst, int kLast, BodyKind kKind>
  struct Response {
    static constexpr int kFirstStatus = kFirst;
    static constexpr int kLastStatus = kLast;
    static constexpr BodyKind kBody = kKind;
    static constexpr std::string_view kMediaType =
        kKind == BodyKind::kNone ? "" : "application/json";
    static constexpr std::string_view kMediaTypes[] = {"application/json"};
  };
  struct Ok200 : Response<200, 200, BodyKind::kStructured> {
    int64_t body = 0;
  };
  struct Tagged201 : Response<201, 201, BodyKind::kStructured> {
    int64_t body = 0;
    std::string etag;
  };
  struct NotFound404 : Response<404, 404, BodyKind::kNone> {};
  struct Default : Response<0, 0, BodyKind::kStructured> {
    int status = 200;
    int64_t body = 0;
  };
  using Out = std::variant<Ok200, Tagged201, NotFound404, Default>;

  friend bool read(const Input& input, In& out, ReadError& error) {
    return read(input.parameters[0], out.what, error);
  }
  friend void write(const In& in, Outgoing& out) {
    begin_request(out, "GET");
    out.path = "/weigh/" + percent_encode(in.what);
  }
  friend bool read(const Incoming& answer, Out& out, ReadError& error) {
    return read_answer<BodyPresence::kDeclared, Ok200, Tagged201, NotFound404, Default>(answer, out,
                                                                                        error);
  }
};

template <typename R>
concept Weight = requires(R& response) { response.body += 1; };
template <Weight R>
void write(const R& response, JsonWriter& writer) {
  ++written;
  writer.integer(response.body);
}
template <Weight R>
bool read(JsonValue value, R& out, ReadError& error) {
  ++read_back;
  return read(value, out.body, error);
}
template <typename R>
  requires requires { R::kBody; }
void append_headers(const R& response, std::vector<HeaderValue>& headers) {
  if constexpr (requires { response.etag; }) headers.push_back({"ETag", response.etag});
}
template <typename R>
  requires requires { R::kBody; }
bool read_headers(const Incoming& answer, R& out, ReadError& error) {
  if constexpr (!requires { out.etag; }) {
    return true;
  } else {
    return read_header(answer, "ETag", Presence::kRequired, out.etag, error);
  }
}

using Callee = Weigh<0>;

Task<Callee::Out> weigh(Ctx&, Callee::In in) {
  if (in.what == "feather") co_return Callee::Ok200{{}, 1};
  if (in.what == "tagged") co_return Callee::Tagged201{{}, 2, "x"};
  if (in.what == "air") co_return Callee::NotFound404{};
  if (in.what == "other") co_return Callee::Default{{}, 202, 3};
  if (in.what == "heavy") co_return Callee::Ok200{{}, 101};
  throw Failure(Code::kConflict, "It is stuck.", "stuck");
}

template <typename Op>
std::string text_of(typename Op::Out& out) {
  if (auto* const ok = std::get_if<typename Op::Ok200>(&out)) return std::to_string(ok->body);
  if (auto* const tagged = std::get_if<typename Op::Tagged201>(&out)) {
    return std::to_string(tagged->body) + " " + tagged->etag;
  }
  if (auto* const other = std::get_if<typename Op::Default>(&out)) {
    return std::to_string(other->status) + " " + std::to_string(other->body);
  }
  return "nothing";
}

std::string asked;  // What to weigh.

// The caller, with types of its own or those of the callee.
template <typename Op>
class Ask final : public CodeHandler {
 public:
  [[nodiscard]] std::string_view operation_id() const override { return "ask"; }
  [[nodiscard]] std::string_view contract_hash() const override { return {}; }
  Task<Result<CodeAnswer>> handle(Ctx& ctx, const Input&) const override {
    const typename Op::In in{asked};
    Reply<Op> reply = co_await ctx.call<Op>(in);
    CodeAnswer answer;
    answer.status = 200;
    answer.has_body = true;
    JsonWriter writer(answer.body);
    if (reply) {
      writer.string(text_of<Op>(reply.value()));
    } else {
      writer.string(std::to_string(reply.problem().status) + " " + reply.problem().reason);
    }
    co_return std::move(answer);
  }
};

struct Ran {
  std::string body;
  int written = 0;
  int read_back = 0;
  std::string log;
};

template <typename Op = Callee>
Ran run(std::string what, Environment environment, InnerAnswers inner_answers) {
  auto handlers = std::make_shared<CodeHandlers>();
  handlers->add(make_code_handler<Callee>(weigh));
  handlers->add(std::make_unique<Ask<Op>>());
  CallOptions options;
  options.environment = environment;
  options.inner_answers = inner_answers;
  options.handlers = std::move(handlers);
  Door door(test::compile_text(kContract), options);
  asked = std::move(what);
  written = read_back = 0;
  const std::string body = door.send("POST", "/ask").body;
  return {body, written, read_back, door.access_lines()};
}

constexpr InnerAnswers kHandedOver = InnerAnswers::kHandedOver;
constexpr InnerAnswers kSerialised = InnerAnswers::kSerialised;

TEST(RestHandover, AnAnswerIsTheSameAsAStructAndAsText) {
  const std::pair<const char*, const char*> answers[] = {
      {"feather", "\"1\""},       {"tagged", R"("2 \"x\"")"},
      {"air", "\"nothing\""},     {"other", "\"202 3\""},
      {"stuck", "\"409 stuck\""}, {"too long!", "\"400 invalid-parameter\""},
  };
  for (const auto& [what, body] : answers) {
    for (const Environment environment : {Environment::kProduction, Environment::kDevelopment}) {
      EXPECT_EQ(run(what, environment, kHandedOver).body, body) << what;
      EXPECT_EQ(run(what, environment, kSerialised).body, body) << what;
    }
  }
}

TEST(RestHandover, NoTextIsMadeWhereNobodyLooksAtIt) {
  const Ran ran = run("feather", Environment::kProduction, kHandedOver);
  EXPECT_EQ(ran.written, 0);
  EXPECT_EQ(ran.read_back, 0);
  EXPECT_THAT(ran.log, HasSubstr("\"operation\":\"weigh\""));
}

TEST(RestHandover, DevelopmentLooksAtTheTextOfEveryAnswer) {
  const Ran ran = run("feather", Environment::kDevelopment, kHandedOver);
  EXPECT_EQ(ran.written, 1);
  EXPECT_EQ(ran.read_back, 0);
  EXPECT_EQ(run("heavy", Environment::kDevelopment, kHandedOver).body,
            "\"500 answer-breaks-contract\"");
  EXPECT_EQ(run("heavy", Environment::kProduction, kHandedOver).body, "\"101\"");
}

TEST(RestHandover, TextIsReadWhereItSaysMoreThanTheStruct) {
  for (const char* what : {"tagged", "other"}) {
    const Ran ran = run(what, Environment::kProduction, kHandedOver);
    EXPECT_EQ(ran.written, 1) << what;
    EXPECT_EQ(ran.read_back, 1) << what;
  }
  const Ran forced = run("feather", Environment::kProduction, kSerialised);
  EXPECT_EQ(forced.written, 1);
  EXPECT_EQ(forced.read_back, 1);
}

TEST(RestHandover, OtherTypesOfTheSameOperationReadText) {
  const Ran ran = run<Weigh<1>>("feather", Environment::kProduction, kHandedOver);
  EXPECT_EQ(ran.body, "\"1\"");
  EXPECT_EQ(ran.written, 1);
  EXPECT_EQ(ran.read_back, 1);
}

}  // namespace
}  // namespace servanda
