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

class RestList : public testing::Test {
 protected:
  RestList() : door_(shop_plan()) {
    for (int i = 0; i < 7; ++i) {
      make_product(door_, R"({"name":"p)" + std::to_string(6 - i) +
                              R"(","price":"1","category":")" + (i % 2 == 0 ? "even" : "odd") +
                              "\"}");
    }
  }
  // The names on a page, and its cursor.
  static std::string names(const Reply& reply) {
    const Result<JsonDocument> document = JsonDocument::parse(reply.body);
    if (!document) return reply.body;
    std::string text;
    for (const JsonValue item : document->root().find("items").items()) {
      text += std::string(item.find("name").text()) + " ";
    }
    return text;
  }
  static std::string link_target(const Reply& reply) {
    const std::string link = reply.header("link");
    const size_t end = link.find(">; rel=\"next\"");
    return end == std::string::npos ? "" : link.substr(1, end - 1);
  }
  Door door_;
};

TEST_F(RestList, PagesThroughEverythingOnceInTheDeclaredOrder) {
  std::string all;
  std::string target = "/v1/products?sort=name&limit=3";
  for (int pages = 0; !target.empty() && pages < 10; ++pages) {
    const Reply reply = door_.get(target);
    ASSERT_EQ(reply.status, 200) << reply.body;
    all += names(reply);
    target = link_target(reply);
    EXPECT_EQ(target.empty(), member(reply.body, "next") == "(absent)");
  }
  EXPECT_EQ(all, "p0 p1 p2 p3 p4 p5 p6 ");
}

TEST_F(RestList, LinksToTheNextPageByAnAbsolutePath) {
  const Reply reply = door_.get("/v1/products?limit=2&category=even");
  const std::string cursor = member(reply.body, "next");
  EXPECT_EQ(reply.header("link"),
            "</v1/products?limit=2&category=even&cursor=" + cursor + ">; rel=\"next\"");
}

TEST_F(RestList, FiltersByEquality) {
  EXPECT_EQ(names(door_.get("/v1/products?sort=name&category=odd")), "p1 p3 p5 ");
  EXPECT_EQ(names(door_.get("/v1/products?category=none")), "");
  EXPECT_EQ(door_.get("/v1/products?supplier=not-a-uuid").status, 400);
}

TEST_F(RestList, LowersOrDefaultsTheLimit) {
  EXPECT_EQ(door_.get("/v1/products?limit=500").status, 200);
  EXPECT_EQ(door_.get("/v1/products?limit=501").status, 400);  // The schema's own maximum.
  EXPECT_EQ(names(door_.get("/v1/products?limit=0&sort=name")), "p0 p1 p2 p3 p4 p5 p6 ");
  EXPECT_EQ(door_.get("/v1/products?limit=-1").status, 400);
  EXPECT_EQ(door_.get("/v1/products?limit=two").status, 400);
}

TEST_F(RestList, RefusesUnknownSortsAndParameters) {
  EXPECT_EQ(door_.get("/v1/products?sort=price").status, 400);
  const Reply reply = door_.get("/v1/products?catgory=odd");
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.body.find("category"), std::string::npos) << reply.body;
}

TEST_F(RestList, RefusesATamperedCursor) {
  const std::string cursor = member(door_.get("/v1/products?limit=2").body, "next");
  EXPECT_EQ(door_.get("/v1/products?limit=3&cursor=" + cursor).status, 200);
  for (size_t i = 0; i < cursor.size(); ++i) {
    std::string bad = cursor;
    bad[i] = bad[i] == 'A' ? 'B' : 'A';
    const Reply reply = door_.get("/v1/products?limit=2&cursor=" + bad);
    ASSERT_EQ(reply.status, 400) << i;
    EXPECT_NE(reply.body.find("cursor-invalid"), std::string::npos) << reply.body;
  }
  EXPECT_EQ(door_.get("/v1/products?cursor=").status, 400);
}

TEST_F(RestList, RefusesACursorOfAnotherFilterOrSort) {
  const std::string cursor = member(door_.get("/v1/products?limit=2").body, "next");
  for (const char* change : {"&sort=name", "&category=odd"}) {
    const Reply reply = door_.get("/v1/products?limit=2&cursor=" + cursor + change);
    EXPECT_EQ(reply.status, 400);
    EXPECT_NE(reply.body.find("cursor-mismatch"), std::string::npos) << reply.body;
  }
}

TEST_F(RestList, NeverAnswersWriteOnlyProperties) {
  make_product(door_, R"({"name":"s","price":"1","secret":"hidden"})");
  EXPECT_EQ(door_.get("/v1/products").body.find("hidden"), std::string::npos);
}

}  // namespace
}  // namespace servanda
