// SPDX-License-Identifier: Apache-2.0
// The case runner's own parts: a case that is wrong must not pass.

#include <gtest/gtest.h>

#include "case_file.h"
#include "case_match.h"

namespace servanda::cases {
namespace {

constexpr std::string_view kSmall =
    "# Shows a thing.\n"
    "contract: shop.yaml\n"
    "seed: 7\n"
    "\n"
    "> POST /v1/products\n"
    "> content-type: application/json\n"
    ">\n"
    "> {\"name\": \"Lamp\"}\n"
    "< 201\n"
    "< ETag: \"1\"\n"
    "< !content-encoding\n"
    "<\n"
    "< {\"id\": \"{id}\"}\n"
    "\n"
    "advance: 10s\n"
    "restart\n"
    "> admin GET /metrics\n"
    "< 200\n"
    "<\n"
    "< ~ http_server\n";

TEST(CaseFile, ReadsSettingsRequestsAndAnswers) {
  Result<CaseFile> file = parse_case(kSmall);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->title, "Shows a thing.");
  EXPECT_EQ(file->contract, "shop.yaml");
  EXPECT_EQ(file->seed, 7u);
  ASSERT_EQ(file->steps.size(), 4u);
  EXPECT_EQ(file->steps[0].request,
            "POST /v1/products\ncontent-type: application/json\n\n{\"name\": \"Lamp\"}");
  ASSERT_EQ(file->steps[0].answers.size(), 1u);
  const Expectation& answer = file->steps[0].answers[0];
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.headers.at(0), (std::pair<std::string, std::string>("etag", "\"1\"")));
  EXPECT_EQ(answer.absent_headers.at(0), "content-encoding");
  EXPECT_EQ(answer.body, "{\"id\": \"{id}\"}");
  EXPECT_EQ(file->steps[1].advance_ns, 10'000'000'000);
  EXPECT_EQ(file->steps[2].kind, Step::Kind::kRestart);
  EXPECT_TRUE(file->steps[3].admin);
  EXPECT_EQ(file->steps[3].answers[0].contains.at(0), "http_server");
  EXPECT_FALSE(file->steps[3].answers[0].body);
}

TEST(CaseFile, ReadsAnInlineContract) {
  Result<CaseFile> file =
      parse_case("# t\ncontract: |\n  openapi: 3.1.0\n  info: {}\n> GET /\n< 404\n");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->contract_text, "openapi: 3.1.0\ninfo: {}\n");
}

TEST(CaseFile, ReadsSeveralAnswersToRawBytes) {
  Result<CaseFile> file =
      parse_case("# t\nraw: GET / HTTP/1.1\\r\\n\\r\\n\n< 400\n< closed\n\n< closed\n");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->steps[0].text, "GET / HTTP/1.1\r\n\r\n");
  ASSERT_EQ(file->steps[0].answers.size(), 2u);
  EXPECT_TRUE(file->steps[0].answers[0].closed);
}

TEST(CaseFile, RefusesARequestWithoutAnAnswer) {
  EXPECT_FALSE(parse_case("# t\n> GET /\n"));
  EXPECT_FALSE(parse_case("# t\n> GET /\n\n< 200\n"));
}

TEST(CaseFile, RefusesAnUnknownWord) {
  Result<CaseFile> file = parse_case("# t\nwait: 3s\n");
  ASSERT_FALSE(file);
  EXPECT_TRUE(file.error().message.starts_with("line 2: "));
}

TEST(CaseMatch, BindsANameOnceAndHoldsItAfterwards) {
  Captures captures;
  EXPECT_FALSE(match_text("/v1/{id}/x", "/v1/7/x", captures));
  EXPECT_EQ(captures.at("id"), "7");
  EXPECT_TRUE(match_text("{id}", "8", captures));
  EXPECT_EQ(substitute("a{id}b{free}", captures), "a7b{free}");
}

TEST(CaseMatch, TextMustFitToItsEnd) {
  Captures captures;
  EXPECT_TRUE(match_text("abc", "abcd", captures));
  EXPECT_TRUE(match_text("abcd", "abc", captures));
  EXPECT_FALSE(match_text("*", "anything", captures));
}

TEST(CaseMatch, JsonComparesByValueAndNamesTheDifference) {
  Captures captures;
  EXPECT_FALSE(match_json(R"({"a":1,"b":"*"})", R"({"b":[],"a":1.0})", captures));
  EXPECT_TRUE(match_json(R"({"a":1})", R"({"a":1,"b":2})", captures));
  EXPECT_FALSE(match_json(R"({"a":1,"...":true})", R"({"a":1,"b":2})", captures));
  EXPECT_TRUE(match_json(R"({"a":"1"})", R"({"a":1})", captures));
  EXPECT_TRUE(match_json(R"([1])", R"([1,2])", captures));
  EXPECT_FALSE(match_json(R"({"a":"{n}"})", R"({"a":5})", captures));
  EXPECT_EQ(captures.at("n"), "5");
  const auto problem = match_json(R"({"a":[{"b":1}]})", R"({"a":[{"b":2}]})", captures);
  ASSERT_TRUE(problem);
  EXPECT_NE(problem->find("/a/0/b"), std::string::npos);
}

}  // namespace
}  // namespace servanda::cases
