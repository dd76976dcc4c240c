// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "call/mock_handler.h"
#include "surface/rest/test_shop.h"

namespace servanda {
namespace {

using test::Door;
using test::Headers;
using test::member;
using test::Reply;
using test::shop_plan;

TEST(RestMock, AnswersTheLowestSuccessWithItsExample) {
  Door door(shop_plan());
  for (int i = 0; i < 2; ++i) {  // Made, then remembered.
    const Reply reply = door.get("/v1/hello");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, R"({"message":"hello"})");
    EXPECT_EQ(reply.header("content-type"), "application/json");
  }
}

TEST(RestMock, LetsPreferChooseCodeAndExample) {
  Door door(shop_plan());
  const Reply first = door.get("/v1/hello", {{"Prefer", "code=404"}});
  EXPECT_EQ(first.status, 404);
  EXPECT_EQ(first.body, R"({"a":1})");
  EXPECT_EQ(first.header("content-type"), "application/json");
  const Reply named = door.get("/v1/hello", {{"Prefer", "code=404, example=long"}});
  EXPECT_EQ(named.body, R"({"a":1,"b":2})");
  EXPECT_EQ(door.get("/v1/hello", {{"Prefer", "code=418"}}).status, 404);
  EXPECT_EQ(door.get("/v1/hello", {{"Prefer", "example=nope"}}).status, 404);
  EXPECT_EQ(door.get("/v1/hello", {{"Prefer", "code=404, example=nope"}}).status, 404);
}

TEST(RestMock, MakesRandomAnswersThatConform) {
  Door door(shop_plan());
  const Reply reply = door.get("/v1/hello", {{"Prefer", "dynamic=true"}});
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_NE(member(reply.body, "message"), "(absent)");
}

TEST(RestMock, UsesNoExampleThatBreaksItsOwnSchema) {
  Door door(shop_plan());
  const Reply reply = door.get("/v1/report", {{"Accept", "application/json"}});
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_GE(std::stoi(member(reply.body, "n")), 3);
}

TEST(RestMock, NegotiatesTheMediaType) {
  Door door(shop_plan());
  const Reply text = door.get("/v1/report");
  EXPECT_EQ(text.header("content-type"), "text/csv");
  EXPECT_EQ(text.body, "a,b");
  EXPECT_EQ(text.header("vary"), "accept");
  const Reply json = door.get("/v1/report", {{"Accept", "text/csv;q=0.1, application/json"}});
  EXPECT_EQ(json.header("content-type"), "application/json");
  const Reply none = door.get("/v1/report", {{"Accept", "image/png"}});
  EXPECT_EQ(none.status, 406);
  EXPECT_NE(none.body.find("text/csv, application/json"), std::string::npos);
  EXPECT_EQ(door.get("/v1/hello", {{"Accept", "image/png"}}).status, 406);
  EXPECT_EQ(door.get("/v1/hello", {{"Accept", "application/*;q=0.5"}}).status, 200);
}

TEST(RestMock, SendsDeclaredHeadersAndDeprecation) {
  Door door(shop_plan());
  const Reply reply = door.get("/v1/report");
  EXPECT_EQ(reply.header("x-total"), "7");
  EXPECT_EQ(reply.header("deprecation"), "@0");
  EXPECT_FALSE(door.get("/v1/hello").has("deprecation"));
}

TEST(RestMock, WantsCredentialsToBeThere) {
  Door door(shop_plan());
  const Reply reply = door.send_json("POST", "/v1/pay", "{}", {{"Idempotency-Key", "a"}});
  EXPECT_EQ(reply.status, 401);
  EXPECT_EQ(reply.header("www-authenticate"), "ApiKey name=\"X-Api-Key\"");
}

TEST(RestMock, ValidatesWhatItIsSent) {
  Door door(shop_plan());
  const Headers headers = {{"X-Api-Key", "k"}, {"Idempotency-Key", "a"}};
  EXPECT_EQ(door.send_json("POST", "/v1/pay", R"({"amount":1001})", headers).status, 422);
  EXPECT_EQ(door.send_json("POST", "/v1/pay", R"({"amount":1000})", headers).status, 202);
}

TEST(RestMock, KeepsNoMoreAnswersThanItsBound) {
  const auto plan = test::compile_text(R"(
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /a:
    get:
      operationId: a
      responses: {default: {description: d, content: {application/json: {schema: {type: integer, const: 5}}}}}
)");
  Door door(plan);
  const OperationState& state = door.worker.engine()->state(plan->operations[0]);
  for (int code = 400; code < 400 + static_cast<int>(kMockAnswersMax) + 1; ++code) {
    const Reply reply = door.get("/a", {{"Prefer", "code=" + std::to_string(code)}});
    ASSERT_EQ(reply.status, code);
    ASSERT_EQ(reply.body, "5");
    ASSERT_NE(state.mock, nullptr);
  }
  EXPECT_EQ(state.mock->made.size(), kMockAnswersMax);
}

TEST(RestMock, Is501WhereNothingImplementsTheOperation) {
  Door door(test::compile_text(test::kShop, Environment::kProduction));
  EXPECT_EQ(door.get("/v1/hello").status, 501);
}

}  // namespace
}  // namespace servanda
