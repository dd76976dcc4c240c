// SPDX-License-Identifier: Apache-2.0
// What operations may emit, as the contract declares it. Misuse: test/golden/vocabulary/emits-*.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/plan/test_plan.h"

namespace servanda {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kContract = R"(openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a:
    x-servanda: {emits: [second, first]}
    get: {operationId: getA, responses: {'200': {description: ok}}}
    post: {operationId: mockA, x-servanda: {handler: mock}, responses: {'200': {description: ok}}}
    put: {operationId: putA, x-servanda: {handler: code, emits: [first]}, responses: {'200': {description: ok}}}
    patch: {operationId: patchA, x-servanda: {handler: code, emits: null}, responses: {'200': {description: ok}}}
    delete: {operationId: deleteA, x-servanda: {emits: []}, responses: {'200': {description: ok}}}
webhooks:
  silent: {get: {responses: {'204': {description: ok}}}}
  first: {$ref: '#/components/pathItems/First'}
  second:
    post:
      requestBody: {$ref: '#/components/requestBodies/Second'}
      responses: {'204': {description: ok}}
components:
  pathItems:
    First:
      post:
        requestBody: {content: {text/plain: {schema: {type: string}}, 'application/json; charset=utf-8': {schema: {type: integer}}}}
        responses: {'204': {description: ok}}
  requestBodies:
    Second: {content: {application/json: {schema: {type: object, required: [a, b], properties: {a: {readOnly: true}, b: {writeOnly: true}}}}}}
)";

std::vector<std::string> emitted(const Plan& plan, size_t operation) {
  std::vector<std::string> names;
  for (const uint32_t index : plan.operations[operation].emits) {
    names.push_back(plan.events[index].name);
  }
  return names;
}

bool accepts(const Schema& schema, std::string_view json) {
  ValidationContext context;
  const JsonDocument document = *JsonDocument::parse(json);
  return schema.accepts(document.root(), Direction::kResponse, context);
}

TEST(Events, AreThoseOfThePathItemUnlessTheOperationSaysMore) {
  const PlanText text(kContract);
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  const Plan& plan = *text.plan();
  EXPECT_THAT(emitted(plan, 0), ElementsAre("second", "first"));
  EXPECT_THAT(emitted(plan, 1), IsEmpty()) << "the mock emits nothing";
  EXPECT_THAT(emitted(plan, 2), ElementsAre("first"));
  EXPECT_THAT(emitted(plan, 3), IsEmpty());
  EXPECT_THAT(emitted(plan, 4), IsEmpty());
  ASSERT_EQ(plan.events.size(), 2u) << "a webhook that nothing emits is no event";
  EXPECT_EQ(plan.events[0].name, "second");
}

TEST(Events, HaveTheSchemaOfTheirJsonBody) {
  const PlanText text(kContract);
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  const auto& events = text.plan()->events;
  EXPECT_TRUE(accepts(events[1].schema, "7"));
  EXPECT_FALSE(accepts(events[1].schema, "\"7\""));
  EXPECT_TRUE(accepts(events[0].schema, "{\"a\":1}")) << "told as clients are: writeOnly may miss";
  EXPECT_FALSE(accepts(events[0].schema, "{\"b\":1}"));
}

TEST(Events, AreShownByThePlan) {
  const PlanText text(kContract);
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  const std::string json = plan_json(*text.plan());
  EXPECT_THAT(json, HasSubstr(R"("events":["second","first"])"));
  EXPECT_THAT(json, HasSubstr(R"("emits":["first"])"));
  const PlanText none(one_operation("/a", "[]"));
  EXPECT_THAT(plan_json(*none.plan()), Not(HasSubstr("events")));
}

TEST(Events, ThatAPathItemGetsWrongAreReportedOnce) {
  std::string wrong = kContract;
  wrong.replace(wrong.find("[second, first]"), 15, "[secund]");
  const PlanText text(wrong);
  EXPECT_EQ(text.plan(), nullptr);
  EXPECT_EQ(text.compiled.diagnostics.all().size(), 1u) << text.findings();
  ASSERT_TRUE(text.has("event-unknown"));
  EXPECT_THAT(text.find("event-unknown")->fix, HasSubstr("Did you mean \"second\"?"));
}

}  // namespace
}  // namespace servanda
