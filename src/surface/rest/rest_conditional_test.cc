// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "surface/rest/test_shop.h"

namespace servanda {
namespace {

using test::Door;
using test::make_product;
using test::member;
using test::Reply;
using test::shop_plan;

class RestConditional : public testing::Test {
 protected:
  RestConditional() : door_(shop_plan()) {
    path_ = "/v1/products/" + make_product(door_, R"({"name":"Lamp","price":"1"})");
  }
  Reply patch(const std::string& condition) {
    return door_.send_json("PATCH", path_, R"({"stock":1})", {{"If-Match", condition}});
  }
  Door door_;
  std::string path_;
};

TEST_F(RestConditional, AnswersNotModifiedForTheTagThatTheClientHas) {
  for (const char* list : {"\"1\"", "W/\"1\"", "\"7\", \"1\"", "*", "\"1-gzip\""}) {
    const Reply reply = door_.get(path_, {{"If-None-Match", list}});
    EXPECT_EQ(reply.status, 304) << list;
    EXPECT_EQ(reply.header("etag"), "\"1\"");
    EXPECT_EQ(reply.body, "");
  }
  EXPECT_EQ(door_.get(path_, {{"If-None-Match", "\"2\""}}).status, 200);
}

TEST_F(RestConditional, RefusesAStaleIfMatchAndNamesTheCurrentVersion) {
  EXPECT_EQ(patch("\"1\"").status, 200);
  const Reply stale = patch("\"1\"");
  EXPECT_EQ(stale.status, 412);
  EXPECT_NE(stale.body.find("current version is \\\"2\\\""), std::string::npos) << stale.body;
  EXPECT_EQ(patch("\"2-gzip\"").status, 200);
}

TEST_F(RestConditional, ComparesIfMatchStrongly) {
  EXPECT_EQ(patch("W/\"1\"").status, 412);
}

TEST_F(RestConditional, TakesTheStarForWhateverIsThere) {
  EXPECT_EQ(patch("*").status, 200);
}

TEST_F(RestConditional, RefusesAConditionThatItCannotRead) {
  EXPECT_EQ(patch("1").status, 400);
  EXPECT_EQ(door_.get(path_, {{"If-None-Match", "\"1"}}).status, 400);
}

TEST_F(RestConditional, RefusesAConditionalWriteWhenTheRowMovesBeforeTheCommit) {
  door_.session.before_commit = [this] { door_.session.bump_versions("Product"); };
  EXPECT_EQ(patch("\"1\"").status, 412);
}

TEST_F(RestConditional, DeletesUnderACondition) {
  EXPECT_EQ(door_.send("DELETE", path_, {{"If-Match", "\"9\""}}).status, 412);
  EXPECT_EQ(door_.send("DELETE", path_, {{"If-Match", "\"1\""}}).status, 204);
}

TEST_F(RestConditional, WantsAConditionWhereTheContractRequiresOne) {
  const std::string body = R"({"name":"x"})";
  const Reply missing = door_.send_json("PUT", "/v1/tags/x", body);
  EXPECT_EQ(missing.status, 428);
  EXPECT_EQ(door_.send_json("PUT", "/v1/tags/x", body, {{"If-Match", "*"}}).status, 412);
  EXPECT_EQ(door_.send_json("PUT", "/v1/tags/x", body, {{"If-None-Match", "*"}}).status, 201);
  EXPECT_EQ(door_.send_json("PUT", "/v1/tags/x", body, {{"If-Match", "\"1\""}}).status, 200);
}

TEST_F(RestConditional, JoinsRepeatedConditions) {
  const Reply reply = door_.get(path_, {{"If-None-Match", "\"8\""}, {"If-None-Match", "\"1\""}});
  EXPECT_EQ(reply.status, 304);
}

}  // namespace
}  // namespace servanda
