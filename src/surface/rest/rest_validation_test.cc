// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "base/gzip.h"
#include "surface/rest/test_shop.h"

namespace servanda {
namespace {

using test::Door;
using test::Headers;
using test::member;
using test::Reply;
using test::shop_plan;

constexpr char kLamp[] = R"({"name":"Lamp","price":"1"})";

TEST(RestValidation, TellsUnreadableBodiesFromWrongOnes) {
  Door door(shop_plan());
  const auto status = [&](const std::string& body) {
    return door.send_json("POST", "/v1/products", body).status;
  };
  EXPECT_EQ(status("{"), 400);
  EXPECT_EQ(status(R"({"name":"a","name":"b","price":"1"})"), 400);
  EXPECT_EQ(status(std::string(kLamp) + " x"), 400);
  EXPECT_EQ(status("\xef\xbb\xbf" + std::string(kLamp)), 400);
  EXPECT_EQ(status("\"\xff\""), 400);
  EXPECT_EQ(status(R"({"name":NaN,"price":"1"})"), 400);
  EXPECT_EQ(status("[]"), 422);
  EXPECT_EQ(status(R"({"name":"123456789012345678901","price":"1"})"), 422);
  EXPECT_EQ(status(R"({"name":"12345678901234567890","price":"1"})"), 201);
}

TEST(RestValidation, BoundsTheDepthOfJson) {
  Door door(shop_plan());
  const auto nested = [](int depth) {
    return R"({"name":"a","price":"1","details":{"a":)" + std::string(depth, '[') +
           std::string(depth, ']') + "}}";
  };
  EXPECT_EQ(door.send_json("POST", "/v1/products", nested(62)).status, 201);
  EXPECT_EQ(door.send_json("POST", "/v1/products", nested(63)).status, 400);
}

TEST(RestValidation, BoundsTheBody) {
  CallOptions options;
  options.limits.body_bytes_max = 100;
  Door door(shop_plan(), options);
  const std::string exact = std::string(kLamp) + std::string(100 - sizeof kLamp + 1, ' ');
  EXPECT_EQ(exact.size(), 100u);
  EXPECT_EQ(door.send_json("POST", "/v1/products", exact).status, 201);
  EXPECT_EQ(door.send_json("POST", "/v1/products", exact + " ").status, 413);
}

TEST(RestValidation, DecodesGzipWithinTheLimits) {
  CallOptions options;
  options.limits.body_bytes_max = 200'000;
  Door door(shop_plan(), options);
  const auto send = [&](const std::string& body, const std::string& coding) {
    return door.send("POST", "/v1/products",
                     {{"Content-Type", "application/json"}, {"Content-Encoding", coding}}, body);
  };
  std::string packed;
  gzip_append(packed, kLamp);
  EXPECT_EQ(send(packed, "gzip").status, 201);
  EXPECT_EQ(send(packed.substr(0, packed.size() - 3), "gzip").status, 400);
  EXPECT_EQ(send(kLamp, "identity").status, 201);
  std::string bomb;
  gzip_append(bomb, std::string(200'001, ' '));
  EXPECT_EQ(send(bomb, "gzip").status, 413);
  const Reply unknown = send(kLamp, "br");
  EXPECT_EQ(unknown.status, 415);
  EXPECT_EQ(unknown.header("accept-encoding"), "gzip");
}

TEST(RestValidation, SelectsTheMediaTypeAndNamesWhatItTakes) {
  Door door(shop_plan());
  const auto send = [&](const std::string& type) {
    Headers headers;
    if (!type.empty()) headers.emplace_back("Content-Type", type);
    return door.send("POST", "/v1/products", headers, kLamp);
  };
  EXPECT_EQ(send("application/json; charset=UTF-8").status, 201);
  EXPECT_EQ(send("APPLICATION/JSON").status, 201);
  EXPECT_EQ(send("application/json; charset=latin1").status, 415);
  EXPECT_EQ(send("application/*").status, 415);
  EXPECT_EQ(send("").status, 415);
  const Reply other = send("text/plain");
  EXPECT_EQ(other.status, 415);
  EXPECT_EQ(other.header("accept-post"), "application/json");
}

TEST(RestValidation, WantsABodyWhereOneIsRequiredAndNoneWhereNoneIsDeclared) {
  Door door(shop_plan());
  EXPECT_EQ(door.send("POST", "/v1/products").status, 400);
  const Reply extra = door.send_json("GET", "/v1/hello", "{}");
  EXPECT_EQ(extra.status, 400);
  EXPECT_EQ(member(extra.body, "code"), "unexpected-body");
}

TEST(RestValidation, LeavesTheBodyUnreadWhenTheHeadAloneIsWrong) {
  Door door(shop_plan());
  auto exchange =
      door.start("PUT", "/v1/products/not-a-uuid", {{"Content-Type", "application/json"}}, kLamp);
  ASSERT_TRUE(exchange->answered);
  EXPECT_EQ(exchange->reply.status, 400);
  EXPECT_EQ(exchange->body_bytes_read(), 0u);
}

TEST(RestValidation, ReadsFormsByTheSameSchema) {
  Door door(shop_plan());
  const auto send = [&](const std::string& body) {
    return door.send("POST", "/v1/pay",
                     {{"X-Api-Key", "k"},
                      {"Idempotency-Key", "a"},
                      {"Content-Type", "application/x-www-form-urlencoded"}},
                     body);
  };
  EXPECT_EQ(send("amount=12").status, 202) << send("amount=12").body;
  EXPECT_EQ(send("amount=x").status, 422) << send("amount=x").body;
  EXPECT_EQ(send("").status, 400);
}

TEST(RestValidation, ChecksTheDeadlineBeforeWork) {
  Door door(shop_plan());
  auto exchange = std::make_unique<test::MemoryExchange>(
      door.loop, "POST", "/v1/products", Headers{{"Content-Type", "application/json"}}, kLamp);
  door.loop.advance(Duration::seconds(10));
  spawn(door.surface.handle(*exchange));
  EXPECT_EQ(exchange->reply.status, 504);
  EXPECT_EQ(door.session.row_count("Product"), 0u);
}

}  // namespace
}  // namespace servanda
