// SPDX-License-Identifier: Apache-2.0
#include "surface/rest/rest_surface.h"

#include <gtest/gtest.h>

#include "surface/rest/test_shop.h"

namespace servanda {
namespace {

using test::Door;
using test::Headers;
using test::make_product;
using test::member;
using test::Reply;
using test::shop_plan;

TEST(RestSurface, TellsUnknownPathsFromUnknownMethods) {
  Door door(shop_plan());
  EXPECT_EQ(door.get("/v1/nothing").status, 404);
  const Reply reply = door.send("DELETE", "/v1/hello");
  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.header("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(door.send("BREW", "/v1/hello").status, 501);
  EXPECT_EQ(door.send("get", "/v1/hello").status, 501);
}

TEST(RestSurface, RefusesAmbiguousPaths) {
  Door door(shop_plan());
  EXPECT_EQ(door.get("/v1//hello").status, 400);
  EXPECT_EQ(door.get("/v1/%2e%2e/hello").status, 400);
  EXPECT_EQ(door.get("/v1/x/../hello").status, 200);
  EXPECT_EQ(door.get("/v1/%68ello").status, 200);
}

TEST(RestSurface, AnswersOptionsWithTheMethodsOfThePath) {
  Door door(shop_plan());
  const Reply reply = door.send("OPTIONS", "/v1/products");
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.header("allow"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(door.send("OPTIONS", "*").status, 204);
  EXPECT_EQ(door.send("OPTIONS", "/nothing").status, 404);
}

TEST(RestSurface, LetsAnyOriginInDuringDevelopment) {
  RestOptions rest;
  rest.cors = CorsPolicy::default_for(Environment::kDevelopment);
  Door door(shop_plan(), {}, rest);
  const Reply plain = door.get("/v1/hello", {{"Origin", "http://x.test"}});
  EXPECT_EQ(plain.header("access-control-allow-origin"), "*");
  EXPECT_FALSE(plain.has("access-control-allow-credentials"));
  EXPECT_FALSE(door.get("/v1/hello").has("access-control-allow-origin"));
  const Reply preflight =
      door.send("OPTIONS", "/v1/products",
                {{"Origin", "http://x.test"},
                 {"Access-Control-Request-Method", "POST"},
                 {"Access-Control-Request-Headers", "content-type, bad name, idempotency-key"}});
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.header("access-control-allow-methods"), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(preflight.header("access-control-allow-headers"), "content-type, idempotency-key");
  EXPECT_EQ(preflight.header("access-control-max-age"), "600");
}

TEST(RestSurface, KeepsOtherOriginsOutInProduction) {
  RestOptions rest;
  rest.cors = CorsPolicy::default_for(Environment::kProduction);
  Door door(shop_plan(), {}, rest);
  const Headers origin = {{"Origin", "http://x.test"}, {"Access-Control-Request-Method", "GET"}};
  EXPECT_FALSE(door.get("/v1/hello", origin).has("access-control-allow-origin"));
  EXPECT_FALSE(door.send("OPTIONS", "/v1/hello", origin).has("access-control-allow-origin"));
}

TEST(RestSurface, AnswersListedOriginsOnly) {
  RestOptions rest;
  rest.cors.origins = CorsPolicy::Origins::kListed;
  rest.cors.listed = {"https://shop.test"};
  Door door(shop_plan(), {}, rest);
  const Reply listed = door.get("/v1/hello", {{"Origin", "https://shop.test"}});
  EXPECT_EQ(listed.header("access-control-allow-origin"), "https://shop.test");
  EXPECT_EQ(listed.header("vary"), "origin");
  const Reply other = door.get("/v1/hello", {{"Origin", "https://shop.test.evil"}});
  EXPECT_FALSE(other.has("access-control-allow-origin"));
  EXPECT_EQ(other.header("vary"), "origin");
}

TEST(RestSurface, PublishesTheContract) {
  Door door(shop_plan());
  const Reply json = door.get("/openapi.json");
  EXPECT_EQ(json.status, 200);
  EXPECT_EQ(json.header("content-type"), "application/json");
  EXPECT_EQ(json.body.find("x-servanda"), std::string::npos);
  const Reply packed = door.get("/openapi.json", {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(packed.header("content-encoding"), "gzip");
  EXPECT_LT(packed.body.size(), json.body.size());
  EXPECT_NE(packed.header("etag"), json.header("etag"));
  for (const std::string& tag : {packed.header("etag"), json.header("etag")}) {
    EXPECT_EQ(door.get("/openapi.json", {{"If-None-Match", tag}}).status, 304);
  }
  EXPECT_EQ(door.get("/openapi.yaml").header("content-type"), "application/yaml");
  EXPECT_EQ(door.send("POST", "/openapi.json").status, 405);
  EXPECT_EQ(door.send("OPTIONS", "/openapi.json").header("allow"), "GET, HEAD, OPTIONS");
}

TEST(RestSurface, LeavesADeclaredDocumentPathToTheContract) {
  Door door(test::compile_text(R"(
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /openapi.json:
    get:
      operationId: own
      responses: {'200': {description: d, content: {application/json: {example: [1]}}}}
)"));
  EXPECT_EQ(door.get("/openapi.json").body, "[1]");
}

TEST(RestSurface, CompressesAnswersFrom1KiBOn) {
  Door door(shop_plan());
  const auto path_of_size = [&](size_t details) {
    return "/v1/products/" + make_product(door, R"({"name":"a","price":"1","details":{"t":")" +
                                                    std::string(details, 'x') + "\"}}");
  };
  const size_t rest = door.get(path_of_size(0)).body.size();
  const std::string below = path_of_size(1023 - rest);
  const std::string at = path_of_size(1024 - rest);
  EXPECT_FALSE(door.get(below, {{"Accept-Encoding", "gzip"}}).has("content-encoding"));
  EXPECT_FALSE(door.get(below).has("vary"));
  const Reply packed = door.get(at, {{"Accept-Encoding", "gzip"}});
  EXPECT_EQ(packed.header("content-encoding"), "gzip");
  EXPECT_EQ(packed.header("etag"), "\"1-gzip\"");
  EXPECT_EQ(packed.header("vary"), "accept-encoding");
  const Reply plain = door.get(at);
  EXPECT_EQ(plain.body.size(), 1024u);
  EXPECT_EQ(plain.header("vary"), "accept-encoding");
  EXPECT_FALSE(door.get(at, {{"Accept-Encoding", "gzip;q=0"}}).has("content-encoding"));
}

TEST(RestSurface, ContinuesTheCallersTrace) {
  Door door(shop_plan());
  const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const Reply reply =
      door.get("/v1/nothing", {{"traceparent", "00-" + trace + "-00f067aa0ba902b7-01"}});
  EXPECT_EQ(reply.header("traceresponse").substr(3, 32), trace);
  EXPECT_NE(reply.body.find(trace), std::string::npos) << reply.body;
  const Reply invalid = door.get(
      "/v1/hello", {{"traceparent", "00-" + std::string(32, '0') + "-00f067aa0ba902b7-01"}});
  EXPECT_NE(invalid.header("traceresponse").substr(3, 32), std::string(32, '0'));
}

TEST(RestSurface, LogsAndCountsEveryRequest) {
  Door door(shop_plan());
  door.get("/v1/hello");
  door.get("/v1/hello?token=secret");
  door.get("/v1/nothing\x1b[31m");
  const std::string lines = door.access_lines();
  EXPECT_NE(lines.find("/v1/hello"), std::string::npos) << lines;
  EXPECT_NE(lines.find("hello"), std::string::npos);
  EXPECT_EQ(lines.find("secret"), std::string::npos) << lines;
  EXPECT_EQ(lines.find('\x1b'), std::string::npos);
  WorkerMetrics::Values values;
  door.metrics.add_to(values);
  EXPECT_EQ(values.answers[200 - WorkerMetrics::kStatusFirst], 1u);
  for (const OperationCounters* operation : door.metrics.operations()) {
    OperationCounters::Values counted;
    operation->add_to(counted);
    EXPECT_EQ(counted.in_flight, 0u) << operation->label().operation;
  }
}

TEST(RestSurface, DropsFieldsThatOnlyProxiesMaySet) {
  Door door(test::compile_text(R"(
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /a:
    get:
      operationId: a
      parameters:
        - {name: X-User, in: header, schema: {type: integer}}
        - {name: X-Count, in: header, schema: {type: integer}}
      responses: {'204': {description: d}}
)"));
  EXPECT_EQ(door.get("/a", {{"X-User", "root"}}).status, 204);  // Not read, so not refused.
  EXPECT_EQ(door.get("/a", {{"X_User", "root"}}).status, 204);
  EXPECT_EQ(door.get("/a", {{"X-Count", "many"}}).status, 400);
}

TEST(RestSurface, AnswersWith500InDevelopmentWhenAnAnswerBreaksTheContract) {
  const auto plan = test::compile_text(R"(
openapi: 3.1.0
info: {title: t, version: '1'}
paths:
  /a:
    get:
      operationId: a
      responses:
        '200':
          description: d
          content: {application/json: {schema: {type: integer}, examples: {bad: {value: {x: 1}}}}}
)");
  Door door(plan);
  const Reply reply = door.get("/a", {{"Prefer", "example=bad"}});
  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(member(reply.body, "code"), "answer-breaks-contract");
  std::string lines;
  door.log.drain(lines);
  EXPECT_NE(lines.find("does not conform"), std::string::npos) << lines;
  EXPECT_EQ(door.get("/a").status, 200);
  CallOptions options;
  options.environment = Environment::kProduction;
  Door production(plan, options);
  EXPECT_EQ(production.get("/a", {{"Prefer", "example=bad"}}).status, 200);
}

TEST(RestSurface, FinishesCallsInFlightOnTheOldPlan) {
  Door door(shop_plan());
  door.session.commit_time = Duration::milliseconds(100);
  auto exchange = door.start("POST", "/v1/products", {{"Content-Type", "application/json"}},
                             R"({"name":"a","price":"1"})");
  door.worker.serve(test::compile_text(
      "{openapi: 3.1.0, info: {title: t, version: '2'}, paths: {/b: {get: {operationId: b, "
      "responses: {'204': {description: d}}}}}}"));
  EXPECT_EQ(door.get("/b").status, 204);
  EXPECT_EQ(door.get("/v1/hello").status, 404);
  door.loop.advance(Duration::milliseconds(200));
  EXPECT_EQ(exchange->reply.status, 201);
}

}  // namespace
}  // namespace servanda
