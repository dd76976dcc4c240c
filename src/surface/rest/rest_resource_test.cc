// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "call/resource_handler.h"
#include "surface/rest/test_shop.h"

namespace servanda {
namespace {

using test::Door;
using test::make_product;
using test::member;
using test::Reply;
using test::shop_plan;

constexpr char kLamp[] = R"({"name":"Lamp","price":"39.90"})";

TEST(RestResource, CreatesARowWithKeyTimesDefaultsLocationAndTag) {
  Door door(shop_plan());
  const Reply reply = door.send_json("POST", "/v1/products", kLamp);
  EXPECT_EQ(reply.status, 201) << reply.body;
  EXPECT_EQ(reply.header("etag"), "\"1\"");
  EXPECT_EQ(reply.header("location"), "/v1/products/" + member(reply.body, "id"));
  EXPECT_EQ(reply.header("content-type"), "application/json");
  EXPECT_EQ(reply.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(member(reply.body, "price"), "39.9");
  EXPECT_EQ(member(reply.body, "category"), "general");
  EXPECT_EQ(member(reply.body, "createdAt"), "2026-05-01T12:00:00Z");
  EXPECT_EQ(member(reply.body, "id")[14], '7');  // A UUIDv7.
  EXPECT_EQ(door.session.row_count("Product"), 1u);
}

TEST(RestResource, ReadsBackExactlyWhatWasWritten) {
  Door door(shop_plan());
  const std::string id = make_product(
      door, R"({"name":"L\u00e4mp \"x\"","price":"-0.100","stock":9007199254740993,"weight":0.1,)"
            R"("supplier":"0197A000-0000-7000-8000-000000000001","availableOn":"2024-02-29",)"
            R"("details":{"a":[1,2.50,{"b":null}]},"secret":"s3"})");
  const Reply reply = door.get("/v1/products/" + id);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(member(reply.body, "name"), "L\u00e4mp \"x\"");
  EXPECT_EQ(member(reply.body, "price"), "-0.1");
  EXPECT_EQ(member(reply.body, "stock"), "9007199254740993");
  EXPECT_EQ(member(reply.body, "weight"), "0.1");
  EXPECT_EQ(member(reply.body, "supplier"), "0197a000-0000-7000-8000-000000000001");
  EXPECT_EQ(member(reply.body, "availableOn"), "2024-02-29");
  EXPECT_EQ(member(reply.body, "details"), R"({"a":[1,2.50,{"b":null}]})");
  EXPECT_EQ(member(reply.body, "secret"), "(absent)");  // writeOnly.
  EXPECT_EQ(member(reply.body, "origin"), "(absent)");
}

TEST(RestResource, RefusesReadOnlyAndUnknownPropertiesOnCreate) {
  Door door(shop_plan());
  const Reply reply = door.send_json(
      "POST", "/v1/products",
      R"({"name":"Lamp","price":"1","id":"0197a000-0000-7000-8000-000000000001","nmae":"x"})");
  EXPECT_EQ(reply.status, 422);
  EXPECT_EQ(reply.header("content-type"), "application/problem+json");
  EXPECT_NE(reply.body.find("#/id"), std::string::npos) << reply.body;
  EXPECT_NE(reply.body.find("readOnly"), std::string::npos);
  EXPECT_NE(reply.body.find("did you mean \\\"name\\\"?"), std::string::npos);
  EXPECT_EQ(door.session.row_count("Product"), 0u);
}

TEST(RestResource, ReportsSchemaAndReadOnlyFailuresAtOnce) {
  Door door(shop_plan());
  const Reply reply = door.send_json("POST", "/v1/products",
                                     R"({"name":"","price":7,"createdAt":"2026-05-01T12:00:00Z"})");
  EXPECT_EQ(reply.status, 422);
  for (const char* place : {"#/name", "#/price", "#/createdAt"}) {
    EXPECT_NE(reply.body.find(place), std::string::npos) << place << " in " << reply.body;
  }
}

TEST(RestResource, RefusesAnIntegerBeyond64BitsInsteadOfRounding) {
  Door door(shop_plan());
  const Reply largest = door.send_json("POST", "/v1/products",
                                       R"({"name":"a","price":"1","stock":9223372036854775807})");
  EXPECT_EQ(largest.status, 201);
  EXPECT_EQ(member(largest.body, "stock"), "9223372036854775807");
  const Reply beyond = door.send_json("POST", "/v1/products",
                                      R"({"name":"a","price":"1","stock":9223372036854775808})");
  EXPECT_EQ(beyond.status, 422);
  EXPECT_NE(beyond.body.find("#/stock"), std::string::npos);
}

TEST(RestResource, SaysThatARowIsMissingTheSameWayForEveryMethod) {
  Door door(shop_plan());
  const std::string path = "/v1/products/0197a000-0000-7000-8000-000000000009";
  EXPECT_EQ(door.get(path).status, 404);
  EXPECT_EQ(door.send_json("PUT", path, kLamp).status, 404);
  EXPECT_EQ(door.send_json("PATCH", path, "{}").status, 404);
  EXPECT_EQ(door.send("DELETE", path).status, 404);
}

TEST(RestResource, ReplacesAndKeepsWhatOnlyTheServerOrTheCreatorSets) {
  Door door(shop_plan());
  const std::string id =
      make_product(door, R"({"name":"Lamp","price":"1","origin":"DE","stock":3,"secret":"s"})");
  door.loop.set_wall(Timestamp{1'777'636'801'500'000});
  const Reply reply = door.send_json("PUT", "/v1/products/" + id, R"({"name":"Desk","price":"2"})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.header("etag"), "\"2\"");
  EXPECT_EQ(member(reply.body, "id"), id);
  EXPECT_EQ(member(reply.body, "name"), "Desk");
  EXPECT_EQ(member(reply.body, "origin"), "DE");
  EXPECT_EQ(member(reply.body, "stock"), "(absent)");
  EXPECT_EQ(member(reply.body, "category"), "general");
  EXPECT_EQ(member(reply.body, "createdAt"), "2026-05-01T12:00:00Z");
  EXPECT_EQ(member(reply.body, "updatedAt"), "2026-05-01T12:00:01.500Z");
}

TEST(RestResource, AcceptsInAReplaceWhatWasReadAndRefusesChangesToIt) {
  Door door(shop_plan());
  const std::string id = make_product(door, R"({"name":"Lamp","price":"1","origin":"DE"})");
  const std::string path = "/v1/products/" + id;
  const std::string read = door.get(path).body;
  EXPECT_EQ(door.send_json("PUT", path, read).status, 200);
  const Reply other = door.send_json(
      "PUT", path,
      R"({"name":"Lamp","price":"1","origin":"FR","createdAt":"2020-01-01T00:00:00Z"})");
  EXPECT_EQ(other.status, 422);
  EXPECT_NE(other.body.find("#/origin"), std::string::npos);
  EXPECT_NE(other.body.find("#/createdAt"), std::string::npos);
}

TEST(RestResource, MergesAPatchAndValidatesTheResult) {
  Door door(shop_plan());
  const std::string id =
      make_product(door, R"({"name":"Lamp","price":"1","stock":3,"details":{"a":1,"b":{"c":2}}})");
  const std::string path = "/v1/products/" + id;
  const Reply reply = door.send("PATCH", path, {{"Content-Type", "application/merge-patch+json"}},
                                R"({"stock":null,"details":{"b":{"c":null,"d":5}}})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(member(reply.body, "stock"), "(absent)");
  EXPECT_EQ(member(reply.body, "details"), R"({"a":1,"b":{"d":5}})");
  const Reply removed = door.send_json("PATCH", path, R"({"name":null})");
  EXPECT_EQ(removed.status, 422);
  EXPECT_NE(removed.body.find("required"), std::string::npos) << removed.body;
  const Reply fixed = door.send_json("PATCH", path, R"({"id":null,"nope":1})");
  EXPECT_EQ(fixed.status, 422);
  EXPECT_NE(fixed.body.find("#/id"), std::string::npos) << fixed.body;
  EXPECT_NE(fixed.body.find("#/nope"), std::string::npos);
  EXPECT_EQ(door.send_json("PATCH", path, "[1]").status, 422);
  EXPECT_EQ(
      door.send("PATCH", path, {{"Content-Type", "application/json-patch+json"}}, "[]").status,
      415);
}

TEST(RestResource, DeletesOnce) {
  Door door(shop_plan());
  const std::string path = "/v1/products/" + make_product(door, kLamp);
  const Reply gone = door.send("DELETE", path);
  EXPECT_EQ(gone.status, 204);
  EXPECT_EQ(gone.body, "");
  EXPECT_FALSE(gone.has("content-type"));
  EXPECT_EQ(door.send("DELETE", path).status, 404);
}

TEST(RestResource, NamesTheFieldsOfAUniqueConflict) {
  Door door(shop_plan());
  make_product(door, R"({"name":"Lamp","price":"1","sku":"L1"})");
  const Reply reply =
      door.send_json("POST", "/v1/products", R"({"name":"Desk","price":"1","sku":"L1"})");
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(member(reply.body, "code"), "unique");
  EXPECT_NE(reply.body.find("#/sku"), std::string::npos) << reply.body;
}

TEST(RestResource, HonoursPreferReturnMinimal) {
  Door door(shop_plan());
  const Reply made = door.send_json("POST", "/v1/products", kLamp, {{"Prefer", "return=minimal"}});
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.body, "");
  EXPECT_EQ(made.header("preference-applied"), "return=minimal");
  EXPECT_NE(made.header("location"), "");
  const Reply changed = door.send_json("PATCH", made.header("location"), R"({"stock":1})",
                                       {{"Prefer", "return=minimal"}});
  EXPECT_EQ(changed.status, 204);
  EXPECT_EQ(changed.header("etag"), "\"2\"");
}

TEST(RestResource, CreatesByPutOnlyWhereTheContractDeclaresIt) {
  Door door(shop_plan());
  const Reply made = door.send_json("PUT", "/v1/tags/a%2Fb", R"({"name":"a/b","note":"n"})",
                                    {{"If-None-Match", "*"}});
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.header("location"), "/v1/tags/a%2Fb");
  EXPECT_EQ(door.get("/v1/tags/a%2Fb").status, 200);
  const Reply again =
      door.send_json("PUT", "/v1/tags/a%2Fb", R"({"name":"a/b"})", {{"If-None-Match", "*"}});
  EXPECT_EQ(again.status, 412);
  const Reply other =
      door.send_json("PUT", "/v1/tags/c", R"({"name":"d"})", {{"If-None-Match", "*"}});
  EXPECT_EQ(other.status, 422);
}

TEST(RestResource, TriesAgainWhenTheRowMovedUnderAnUnconditionalWrite) {
  Door door(shop_plan());
  const std::string path = "/v1/products/" + make_product(door, kLamp);
  door.session.before_commit = [&] { door.session.bump_versions("Product"); };
  const Reply reply = door.send_json("PATCH", path, R"({"stock":4})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(reply.header("etag"), "\"3\"");
}

TEST(RestResource, GivesUpAfterAHundredTriesWith409) {
  Door door(shop_plan());
  const std::string path = "/v1/products/" + make_product(door, kLamp);
  const Error moved{Code::kConflict, "moved", "version-moved", {}};
  door.session.commit_failures.assign(kWriteAttemptsMax - 1, moved);
  EXPECT_EQ(door.send_json("PATCH", path, R"({"stock":4})").status, 200);
  door.session.commit_failures.assign(kWriteAttemptsMax, moved);
  const Reply reply = door.send_json("PATCH", path, R"({"stock":5})");
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(member(reply.body, "code"), "version-moved");
  EXPECT_TRUE(door.session.commit_failures.empty());
}

TEST(RestResource, TellsStoreFailuresApart) {
  Door door(shop_plan());
  door.session.commit_failures = {{Code::kStorageFull, "The disk is full.", "", {}}};
  EXPECT_EQ(door.send_json("POST", "/v1/products", kLamp).status, 507);
  door.session.commit_failures = {{Code::kUnavailable, "Busy.", "", {}}};
  const Reply busy = door.send_json("POST", "/v1/products", kLamp);
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(busy.header("retry-after"), "1");
  EXPECT_EQ(door.session.row_count("Product"), 0u);
}

TEST(RestResource, AnswersHeadLikeGet) {
  Door door(shop_plan());
  const std::string path = "/v1/products/" + make_product(door, kLamp);
  const Reply reply = door.send("HEAD", path);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("etag"), "\"1\"");
}

}  // namespace
}  // namespace servanda
