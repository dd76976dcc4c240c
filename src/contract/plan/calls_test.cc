// SPDX-License-Identifier: Apache-2.0
// Calls between services as the contract declares them, and operations at no door.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/plan/call_graph.h"
#include "contract/plan/path_values.h"
#include "contract/plan/test_plan.h"

namespace servanda {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

ServiceDeclaration service(std::string name, std::vector<std::string> calls) {
  return {std::move(name), {}, std::move(calls)};
}

TEST(CallGraph, FollowsTheLongestChainAndCountsEveryEdge) {
  const std::vector<ServiceDeclaration> services = {
      service("a", {"d", "b", "c"}), service("b", {"c"}), service("c", {"d"}), service("d", {})};
  const std::vector<ServiceReach> reaches = reaches_of(services);
  EXPECT_THAT(reaches[0].chain, ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(reaches[0].depth(), 3u);
  // a-d, a-b, b-c, c-d, a-c, c-d.
  EXPECT_EQ(reaches[0].calls, 6u);
  EXPECT_THAT(reaches[3].chain, ElementsAre("d"));
  EXPECT_EQ(reaches[3].calls, 0u);
  EXPECT_THAT(find_cycles(services), IsEmpty());
}

TEST(CallGraph, StopsCountingAtManyInAGraphThatDoublesAHundredTimes) {
  std::vector<ServiceDeclaration> services;
  for (int i = 0; i < 100; ++i) {
    std::vector<std::string> calls;
    if (i + 1 < 100) calls.push_back("s" + std::to_string(i + 1));
    if (i + 2 < 100) calls.push_back("s" + std::to_string(i + 2));
    services.push_back(service("s" + std::to_string(i), calls));
  }
  const std::vector<ServiceReach> reaches = reaches_of(services);
  EXPECT_EQ(reaches[0].calls, ServiceReach::kMany);
  EXPECT_EQ(reaches[0].depth(), 99u);
}

TEST(CallGraph, NamesTheCallThatClosesEachCycle) {
  const std::vector<ServiceDeclaration> services = {service("a", {"b"}), service("b", {"c"}),
                                                    service("c", {"c", "a"})};
  const std::vector<CallCycle> cycles = find_cycles(services);
  ASSERT_EQ(cycles.size(), 2u);
  EXPECT_THAT(cycles[0].chain, ElementsAre("c", "c"));
  EXPECT_THAT(cycles[1].chain, ElementsAre("a", "b", "c", "a"));
  EXPECT_EQ(cycles[1].service, 2u);
  EXPECT_EQ(cycles[1].call, 1u);
}

std::string contract(const std::string& root) {
  return "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nx-servanda: " + root + R"(
paths:
  /a:
    get: {operationId: getA, x-servanda: {service: a}, responses: {'200': {description: ok}}}
    post: {operationId: makeA, x-servanda: {service: a, expose: []}, responses: {'200': {description: ok}}}
  /b/{id}:
    x-servanda: {service: b, expose: []}
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: getB, responses: {'200': {description: ok}}}
    put: {operationId: putB, x-servanda: {expose: [rest]}, responses: {'200': {description: ok}}}
)";
}

TEST(Calls, AreKnownToThePlanWithItsBudget) {
  const PlanText text(
      contract("{services: {a: {calls: [b]}, b: {}}, budget: {depth: 1, calls: 9}}"));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  EXPECT_THAT(text.plan()->services[0].calls, ElementsAre("b"));
  EXPECT_TRUE(may_call(*text.plan(), "a", "b"));
  EXPECT_TRUE(may_call(*text.plan(), "b", "b"));
  EXPECT_FALSE(may_call(*text.plan(), "b", "a"));
  EXPECT_EQ(text.plan()->budget.depth, 1u);
  EXPECT_EQ(text.plan()->budget.calls, 9u);
  EXPECT_EQ(worst_calls_text(*text.plan()),
            "Longest chain of calls: a -> b (depth 1, budget 1).\n"
            "Most calls over declared edges: 1, from a (budget 9, kept while serving).\n");
}

TEST(Calls, AreWithoutABudgetUnlessItIsDeclared) {
  const PlanText text(contract("{services: {a: {calls: [b]}, b: {}}}"));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  EXPECT_EQ(text.plan()->budget.calls, std::nullopt);
  EXPECT_THAT(worst_calls_text(*text.plan()), HasSubstr("(depth 1, no budget)"));
  const PlanText none(contract("{services: {a: {}, b: {}}}"));
  EXPECT_EQ(worst_calls_text(*none.plan()), "");
}

TEST(Calls, MayBeAsDeepAndAsManyAsTheBudgetAndNoMore) {
  const std::string services = "{services: {a: {calls: [b]}, b: {calls: [c]}, c: {}}, budget: ";
  EXPECT_NE(PlanText(contract(services + "{depth: 2}}")).plan(), nullptr);
  EXPECT_NE(PlanText(contract(services + "{calls: 2}}")).plan(), nullptr);
  const PlanText deep(contract(services + "{depth: 1}}"));
  ASSERT_NE(deep.find("budget-exceeded"), nullptr);
  EXPECT_THAT(deep.find("budget-exceeded")->message, HasSubstr("a -> b -> c"));
  const PlanText many(contract(services + "{calls: 1}}"));
  ASSERT_NE(many.find("budget-exceeded"), nullptr);
  EXPECT_THAT(many.find("budget-exceeded")->message, HasSubstr("makes 2 calls"));
}

TEST(Expose, TakesOperationsOffTheRoutesMostSpecificFirst) {
  const PlanText text(contract("{services: {a: {}, b: {}}}"));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  const RouteTable& routes = text.plan()->routes;
  EXPECT_NE(routes.match(Method::kGet, "/a").operation, nullptr);
  const RouteMatch post = routes.match(Method::kPost, "/a");
  EXPECT_EQ(post.operation, nullptr);
  EXPECT_EQ(post.allowed, 1u << static_cast<unsigned>(Method::kGet));
  EXPECT_EQ(routes.match(Method::kGet, "/b/1").operation, nullptr);
  EXPECT_NE(routes.match(Method::kPut, "/b/1").operation, nullptr);
}

TEST(Expose, HoldsForAllUnlessAnOperationSaysOtherwise) {
  const PlanText text(contract("{services: {a: {}, b: {}}, policies: {expose: []}}"));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  EXPECT_FALSE(text.plan()->routes.match(Method::kGet, "/a").path_exists);
  EXPECT_NE(text.plan()->routes.match(Method::kPut, "/b/1").operation, nullptr);
}

TEST(Expose, StillRefusesTwoOperationsOnOnePath) {
  const PlanText text(
      "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nx-servanda: {policies: {expose: []}}\n"
      "paths:\n  /a/{x}: {get: {operationId: a, parameters: [{name: x, in: path, required: true, "
      "schema: {type: string}}], responses: {'200': {description: ok}}}}\n"
      "  /a/{y}: {get: {operationId: b, parameters: [{name: y, in: path, required: true, "
      "schema: {type: string}}], responses: {'200': {description: ok}}}}\n");
  EXPECT_TRUE(text.has("path-duplicate")) << text.findings();
}

std::vector<std::string> split(std::string_view path_template, std::string_view path) {
  const auto parsed = make_path_template(path_template);
  PathValues values;
  if (parsed == nullptr || !split_path(*parsed, path, values)) return {"(does not fit)"};
  return {values.values.begin(), values.values.begin() + values.count};
}

TEST(PathValues, AreTakenFromAPathByItsTemplate) {
  EXPECT_THAT(split("/", "/"), IsEmpty());
  EXPECT_THAT(split("/a/b", "/a/b"), IsEmpty());
  EXPECT_THAT(split("/a/{x}", "/a/1%2F2"), ElementsAre("1%2F2"));
  EXPECT_THAT(split("/a/{x}/c/{y}", "/a/1/c/.."), ElementsAre("1", ".."));
  EXPECT_THAT(split("/r/{id}.{format}", "/r/a.b.c"), ElementsAre("a", "b.c"));
  EXPECT_THAT(split("/caf%C3%A9/{x}", "/caf%c3%a9/1"), ElementsAre("1"));
  for (const auto& [path_template, path] : {std::pair("/a/{x}", "/a/"),
                                            {"/a/{x}", "/a"},
                                            {"/a/{x}", "/a/1/2"},
                                            {"/a/{x}", "/b/1"},
                                            {"/a/{x}/", "/a/1"},
                                            {"/a", "a"},
                                            {"/r/{id}.{format}", "/r/a"}}) {
    EXPECT_THAT(split(path_template, path), ElementsAre("(does not fit)")) << path;
  }
}

}  // namespace
}  // namespace servanda
