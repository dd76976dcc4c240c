// SPDX-License-Identifier: Apache-2.0
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

constexpr char kLamp[] = R"({"name":"Lamp","price":"39.90","sku":"L"})";

Headers keyed(const std::string& key) {
  return {{"Idempotency-Key", key}};
}

TEST(RestIdempotency, RepeatsTheAnswerWithoutASecondEffect) {
  Door door(shop_plan());
  const Reply first = door.send_json("POST", "/v1/products", kLamp, keyed("\"k-1\""));
  const Reply second = door.send_json("POST", "/v1/products", kLamp, keyed("k-1"));
  EXPECT_EQ(first.status, 201);
  EXPECT_FALSE(first.has("idempotent-replayed"));
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.header("idempotent-replayed"), "true");
  EXPECT_EQ(second.body, first.body);
  for (const char* name : {"etag", "location", "content-type"}) {
    EXPECT_EQ(second.header(name), first.header(name)) << name;
  }
  EXPECT_EQ(door.session.row_count("Product"), 1u);
  EXPECT_EQ(door.keys.size_approx(), 0u);
}

TEST(RestIdempotency, SeesThroughSpellingOfTheSameBody) {
  Door door(shop_plan());
  door.send_json("POST", "/v1/products", kLamp, keyed("k"));
  const Reply second = door.send_json(
      "POST", "/v1/products", R"({ "sku":"L", "price":"39.90", "name":"\u004camp" })", keyed("k"));
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.header("idempotent-replayed"), "true");
}

TEST(RestIdempotency, RefusesTheSameKeyForAnotherRequest) {
  Door door(shop_plan());
  door.send_json("POST", "/v1/products", kLamp, keyed("k"));
  const Reply other =
      door.send_json("POST", "/v1/products", R"({"name":"Desk","price":"1"})", keyed("k"));
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(member(other.body, "code"), "idempotency-key-reused");
  EXPECT_EQ(door.session.row_count("Product"), 1u);
}

TEST(RestIdempotency, KeepsKeysOfDifferentOperationsApart) {
  Door door(shop_plan());
  const Reply made = door.send_json("POST", "/v1/products", kLamp, keyed("k"));
  const Reply changed =
      door.send_json("PATCH", made.header("location"), R"({"stock":1})", keyed("k"));
  EXPECT_EQ(changed.status, 200) << changed.body;
}

TEST(RestIdempotency, TakesKeysUpTo255Characters) {
  Door door(shop_plan());
  EXPECT_EQ(door.send_json("POST", "/v1/products", kLamp, keyed(std::string(255, 'a'))).status,
            201);
  EXPECT_EQ(door.send_json("POST", "/v1/products", kLamp, keyed(std::string(256, 'a'))).status,
            400);
  EXPECT_EQ(door.send_json("POST", "/v1/products", kLamp, keyed("")).status, 400);
  EXPECT_EQ(door.send_json("POST", "/v1/products", kLamp, keyed("\"a")).status, 400);
  const Headers twice = {{"Idempotency-Key", "a"}, {"Idempotency-Key", "a"}};
  EXPECT_EQ(door.send_json("POST", "/v1/products", kLamp, twice).status, 400);
}

TEST(RestIdempotency, RefusesAnotherRequestWhileTheFirstIsRunning) {
  Door door(shop_plan());
  door.session.commit_time = Duration::seconds(5);
  const Headers headers = {{"Idempotency-Key", "k"}, {"Content-Type", "application/json"}};
  auto first = door.start("POST", "/v1/products", headers, kLamp);
  auto second = door.start("POST", "/v1/products", headers, kLamp);
  auto other = door.start("POST", "/v1/products", headers, R"({"name":"D","price":"1"})");
  EXPECT_TRUE(other->answered);
  EXPECT_EQ(other->reply.status, 422);
  door.loop.advance(Duration::milliseconds(900));
  EXPECT_FALSE(second->answered);
  door.loop.advance(Duration::milliseconds(110));
  ASSERT_TRUE(second->answered);
  EXPECT_EQ(second->reply.status, 409);
  EXPECT_EQ(second->reply.header("retry-after"), "1");
  EXPECT_FALSE(first->answered);
  door.loop.advance(Duration::seconds(5));
  EXPECT_EQ(first->reply.status, 201);
  EXPECT_EQ(door.session.row_count("Product"), 1u);
}

TEST(RestIdempotency, HandsTheAnswerToARequestThatWaitedForTheFirst) {
  Door door(shop_plan());
  door.session.commit_time = Duration::milliseconds(200);
  const Headers headers = {{"Idempotency-Key", "k"}, {"Content-Type", "application/json"}};
  auto first = door.start("POST", "/v1/products", headers, kLamp);
  auto second = door.start("POST", "/v1/products", headers, kLamp);
  door.loop.advance(Duration::milliseconds(500));
  EXPECT_EQ(first->reply.status, 201);
  EXPECT_EQ(second->reply.status, 201);
  EXPECT_EQ(second->reply.header("idempotent-replayed"), "true");
  EXPECT_EQ(second->reply.body, first->reply.body);
}

TEST(RestIdempotency, KeepsRefusalsThatFollowFromStoredState) {
  Door door(shop_plan());
  make_product(door, kLamp);
  const Reply conflict = door.send_json("POST", "/v1/products", kLamp, keyed("k"));
  EXPECT_EQ(conflict.status, 409);
  door.session.forget_rows("Product");
  const Reply again = door.send_json("POST", "/v1/products", kLamp, keyed("k"));
  EXPECT_EQ(again.status, 409);
  EXPECT_EQ(again.header("idempotent-replayed"), "true");
  EXPECT_EQ(again.body, conflict.body);
}

TEST(RestIdempotency, ForgetsFailedValidationAndStoreFailures) {
  Door door(shop_plan());
  EXPECT_EQ(door.send_json("POST", "/v1/products", R"({"name":1})", keyed("k")).status, 422);
  EXPECT_EQ(
      door.send_json("POST", "/v1/products", R"({"name":"a","price":"1","id":"x"})", keyed("k"))
          .status,
      422);
  door.session.commit_failures = {{Code::kUnavailable, "Busy.", "", {}}};
  EXPECT_EQ(door.send_json("POST", "/v1/products", kLamp, keyed("k")).status, 503);
  EXPECT_EQ(door.session.answer_count(), 0u);
  EXPECT_EQ(door.send_json("POST", "/v1/products", kLamp, keyed("k")).status, 201);
}

TEST(RestIdempotency, ReplaysWhenAnotherProcessCommittedTheKeyFirst) {
  Door door(shop_plan());
  const Reply first = door.send_json("POST", "/v1/products", kLamp, keyed("k"));
  door.session.commit_failures = {{Code::kConflict, "used", "idempotency-key-used", {}}};
  const Reply other =
      door.send_json("POST", "/v1/products", R"({"name":"a","price":"1"})", keyed("other"));
  EXPECT_EQ(other.status, 409);  // The key is used, yet nothing is stored: an honest "try again".
  EXPECT_EQ(other.header("retry-after"), "1");
  EXPECT_EQ(first.status, 201);
}

TEST(RestIdempotency, KeepsAnAnswerTooLargeByReference) {
  Door door(shop_plan());
  const std::string big(kStoredBodyBytesMax, 'x');
  const std::string body = R"({"name":"Lamp","price":"1","details":{"t":")" + big + "\"}}";
  const Reply first = door.send_json("POST", "/v1/products", body, keyed("k"));
  ASSERT_EQ(first.status, 201);
  const Reply second = door.send_json("POST", "/v1/products", body, keyed("k"));
  EXPECT_EQ(second.status, 201);
  EXPECT_EQ(second.header("idempotent-replayed"), "true");
  EXPECT_FALSE(second.has("servanda-row"));
  EXPECT_EQ(second.body, first.body);
  door.session.forget_rows("Product");
  const Reply third = door.send_json("POST", "/v1/products", body, keyed("k"));
  EXPECT_EQ(third.status, 201);
  EXPECT_EQ(third.body, "");
}

TEST(RestIdempotency, WantsAKeyWhereTheContractRequiresOne) {
  Door door(shop_plan());
  const Headers key = {{"X-Api-Key", "k"}};
  const Reply missing = door.send_json("POST", "/v1/pay", R"({"amount":1})", key);
  EXPECT_EQ(missing.status, 400);
  EXPECT_EQ(member(missing.body, "code"), "idempotency-key-missing");
  const Headers both = {{"X-Api-Key", "k"}, {"Idempotency-Key", "a"}};
  EXPECT_EQ(door.send_json("POST", "/v1/pay", R"({"amount":1})", both).status, 202);
}

TEST(KeysInProgress, HoldsNoMoreKeysThanItsBound) {
  KeysInProgress keys(16);  // One for each of its parts.
  IdempotencyScope scope{};
  const Sha256 fingerprint{};
  EXPECT_EQ(keys.claim(scope, fingerprint), KeysInProgress::Outcome::kClaimed);
  EXPECT_EQ(keys.claim(scope, fingerprint), KeysInProgress::Outcome::kRunning);
  IdempotencyScope other = scope;
  other[0] = 1;
  EXPECT_EQ(keys.claim(other, fingerprint), KeysInProgress::Outcome::kFull);
  keys.release(scope);
  EXPECT_EQ(keys.claim(other, fingerprint), KeysInProgress::Outcome::kClaimed);
  Sha256 changed = fingerprint;
  changed[3] = 9;
  EXPECT_EQ(keys.claim(other, changed), KeysInProgress::Outcome::kOtherRequest);
}

}  // namespace
}  // namespace servanda
