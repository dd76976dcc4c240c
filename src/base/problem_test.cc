// SPDX-License-Identifier: Apache-2.0
#include "base/problem.h"

#include <gtest/gtest.h>

#include <set>

#include "base/json.h"

namespace servanda {
namespace {

TEST(CodeFacts, AreUniqueWordsWithErrorStatuses) {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Code::kStorageFull); ++i) {
    const CodeFacts& facts = facts_of(static_cast<Code>(i));
    EXPECT_GE(facts.http_status, 400);
    EXPECT_LE(facts.http_status, 599);
    EXPECT_TRUE(words.insert(facts.word).second) << facts.word;
    EXPECT_FALSE(facts.title.empty());
    EXPECT_FALSE(status_phrase(facts.http_status).empty());
  }
}

TEST(CodeFacts, MapEachCodeToItsStatus) {
  const auto status = [](Code code) { return facts_of(code).http_status; };
  EXPECT_EQ(status(Code::kInvalidArgument), 400);
  EXPECT_EQ(status(Code::kUnauthenticated), 401);
  EXPECT_EQ(status(Code::kPermissionDenied), 403);
  EXPECT_EQ(status(Code::kNotFound), 404);
  EXPECT_EQ(status(Code::kMethodNotAllowed), 405);
  EXPECT_EQ(status(Code::kNotAcceptable), 406);
  EXPECT_EQ(status(Code::kRequestTimeout), 408);
  EXPECT_EQ(status(Code::kConflict), 409);
  EXPECT_EQ(status(Code::kPreconditionFailed), 412);
  EXPECT_EQ(status(Code::kTooLarge), 413);
  EXPECT_EQ(status(Code::kTargetTooLong), 414);
  EXPECT_EQ(status(Code::kUnsupportedMediaType), 415);
  EXPECT_EQ(status(Code::kExpectationFailed), 417);
  EXPECT_EQ(status(Code::kMisdirected), 421);
  EXPECT_EQ(status(Code::kUnprocessable), 422);
  EXPECT_EQ(status(Code::kPreconditionRequired), 428);
  EXPECT_EQ(status(Code::kTooManyRequests), 429);
  EXPECT_EQ(status(Code::kHeadersTooLarge), 431);
  EXPECT_EQ(status(Code::kCancelled), 499);
  EXPECT_EQ(status(Code::kInternal), 500);
  EXPECT_EQ(status(Code::kUnimplemented), 501);
  EXPECT_EQ(status(Code::kBadGateway), 502);
  EXPECT_EQ(status(Code::kUnavailable), 503);
  EXPECT_EQ(status(Code::kDeadlineExceeded), 504);
  EXPECT_EQ(status(Code::kStorageFull), 507);
}

TEST(CodeFacts, SayWhereARetryCanHelp) {
  for (const Code code : {Code::kRequestTimeout, Code::kTooManyRequests, Code::kBadGateway,
                          Code::kUnavailable, Code::kDeadlineExceeded}) {
    EXPECT_TRUE(facts_of(code).retryable);
  }
  for (const Code code : {Code::kInvalidArgument, Code::kConflict, Code::kInternal}) {
    EXPECT_FALSE(facts_of(code).retryable);
  }
}

TEST(CodeFacts, ARequestThatOnlyMetOthersMayBeRepeated) {
  EXPECT_FALSE(is_retryable({Code::kConflict, "", "unique", {}}));
  EXPECT_TRUE(is_retryable({Code::kConflict, "", "version-moved", {}}));
  EXPECT_TRUE(is_retryable({Code::kConflict, "", "idempotency-in-progress", {}}));
  EXPECT_TRUE(is_retryable({Code::kUnavailable, "", "", {}}));
}

TEST(StatusPhrase, IsEmptyForUnknownStatuses) {
  EXPECT_EQ(status_phrase(200), "OK");
  EXPECT_EQ(status_phrase(404), "Not Found");
  EXPECT_EQ(status_phrase(299), "");
  EXPECT_EQ(status_phrase(0), "");
}

TEST(ProblemBody, NamesEveryFailingField) {
  Error error{Code::kUnprocessable,
              "Two fields do not match.",
              "",
              {{"body", "/items/0/a b~1c", "maxLength", "It has 9 characters, at most 5."},
               {"query", "limit", "type", "It is not an integer."}}};
  EXPECT_EQ(problem_body(error, "0af7651916cd43dd8448eb211c80319c"),
            R"({"type":"https://servanda.dev/problems/unprocessable",)"
            R"("title":"The content does not match the contract","status":422,)"
            R"("detail":"Two fields do not match.","code":"unprocessable","errors":[)"
            R"({"pointer":"#/items/0/a%20b~1c","code":"maxLength",)"
            R"("detail":"It has 9 characters, at most 5."},)"
            R"({"in":"query","name":"limit","code":"type","detail":"It is not an integer."}],)"
            R"("request_id":"0af7651916cd43dd8448eb211c80319c","retryable":false})");
}

TEST(ProblemBody, PrefersTheFinerWordAndTheGivenStatus) {
  const Error error{Code::kConflict, "A product has this name.", "unique", {}};
  EXPECT_EQ(problem_body(error, "", 400),
            R"({"type":"https://servanda.dev/problems/conflict",)"
            R"("title":"Conflict with the current state","status":400,)"
            R"("detail":"A product has this name.","code":"unique","retryable":false})");
}

TEST(ProblemBody, IsValidJsonWhateverTheTexts) {
  const Error error{Code::kInvalidArgument,
                    "quote \" and \x01 and \xFF",
                    "a\"b",
                    {{"body", "", "required", ""}, {"header", "x\ny", "c", "d"}}};
  JsonParser parser;
  const std::string body = problem_body(error, "t");
  const Result<JsonValue> value = parser.parse(body);
  ASSERT_TRUE(value) << body;
  EXPECT_EQ((*value->find("errors").items().begin()).find("pointer").text(), "#");
}

}  // namespace
}  // namespace servanda
