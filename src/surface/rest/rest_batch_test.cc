// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "call/batch_items.h"
#include "call/resource_handler.h"
#include "surface/rest/test_batches.h"

namespace servanda {
namespace {

using test::batches_plan;
using test::Door;
using test::member;
using test::Reply;
using testing::HasSubstr;

// Creates of books with codes from `first` on.
std::string creates(size_t count, const std::string& mode = "", size_t first = 0) {
  std::string body = "{" + mode + R"("items":[)";
  for (size_t i = 0; i < count; ++i) {
    if (i > 0) body += ',';
    body += R"({"action":"create","resource":"Book","value":{"code":)" + std::to_string(first + i) +
            R"(,"title":"T"}})";
  }
  return body + "]}";
}

Error moved_at(std::optional<uint32_t> index) {
  return Error{Code::kConflict, "moved", "version-moved", {}, index};
}

class RestBatch : public testing::Test {
 protected:
  RestBatch() : door(batches_plan()) {}
  Reply send(const std::string& items, test::Headers headers = {}) {
    return door.send_json("POST", "/batch", R"({"items":[)" + items + "]}", std::move(headers));
  }
  Reply send_partial(const std::string& items) {
    return door.send_json("POST", "/batch", R"({"atomic":false,"items":[)" + items + "]}");
  }
  // "201 404 422": the statuses of the results, in order.
  static std::string statuses(const Reply& reply) {
    const Result<JsonDocument> document = JsonDocument::parse(reply.body);
    std::string text;
    for (const JsonValue item : document->root().find("items").items()) {
      if (!text.empty()) text += ' ';
      text += std::to_string(item.find("status").integer());
    }
    return text;
  }
  Door door;
};

TEST_F(RestBatch, TakesAHundredItemsAndRefusesOneMore) {
  const Reply most = door.send_json("POST", "/batch", creates(kBatchItemsMax));
  EXPECT_EQ(most.status, 200) << most.body;
  EXPECT_EQ(door.session.row_count("Book"), 100u);
  EXPECT_EQ(door.session.commits, 1u);
  const Reply more = door.send_json("POST", "/batch", creates(kBatchItemsMax + 1, "", 1000));
  EXPECT_EQ(more.status, 422);
  EXPECT_THAT(more.body, HasSubstr("at most 100 items; this one has 101"));
  EXPECT_EQ(door.session.row_count("Book"), 100u);
}

TEST_F(RestBatch, LetsAHundredItemsChangeOneRowAndCountsEveryVersion) {
  std::string items = R"({"action":"create","resource":"Book","value":{"code":1,"title":"0"}})";
  for (int i = 1; i < 100; ++i) {
    items += R"(,{"action":"update","resource":"Book","id":1,"if_match":"\")" + std::to_string(i) +
             R"(\"","value":{"title":")" + std::to_string(i) + R"(","data":{"n":)" +
             std::to_string(i) + "}}}";
  }
  const Reply reply = send(items);
  EXPECT_EQ(reply.status, 200) << reply.body;
  const Reply row = door.get("/books/1");
  EXPECT_EQ(row.header("etag"), "\"100\"");
  EXPECT_EQ(row.body, R"({"code":1,"title":"99","data":{"n":99},"version":100})");
}

TEST_F(RestBatch, TriesAgainAsAWholeWhenARowMovedUnderIt) {
  ASSERT_EQ(door.send_json("POST", "/batch", creates(2)).status, 200);
  door.session.before_commit = [&] { door.session.bump_versions("Book"); };
  const Reply reply = send(R"({"action":"update","resource":"Book","id":0,"value":{"title":"A"}},)"
                           R"({"action":"create","resource":"Author","value":{"name":"N"}})");
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(door.get("/books/0").header("etag"), "\"3\"");
  EXPECT_EQ(door.session.row_count("Author"), 1u);

  door.session.before_commit = [&] { door.session.bump_versions("Book"); };
  const Reply stale = send(
      R"({"action":"create","resource":"Author","value":{"name":"M"}},)"
      R"({"action":"update","resource":"Book","id":0,"if_match":"\"3\"","value":{"title":"B"}})");
  EXPECT_EQ(stale.status, 412) << stale.body;
  EXPECT_THAT(stale.body, HasSubstr("Item 1: The condition does not hold"));
  EXPECT_EQ(door.session.row_count("Author"), 1u);
}

TEST_F(RestBatch, GivesUpAfterAHundredTriesWith409) {
  ASSERT_EQ(door.send_json("POST", "/batch", creates(1)).status, 200);
  const std::string update =
      R"({"action":"update","resource":"Book","id":0,"value":{"title":"A"}})";
  door.session.commit_failures.assign(kWriteAttemptsMax - 1, moved_at(0));
  EXPECT_EQ(send(update).status, 200);
  door.session.commit_failures.assign(kWriteAttemptsMax, moved_at(0));
  const Reply reply = send(update);
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(member(reply.body, "code"), "version-moved");
  EXPECT_EQ(member(reply.body, "detail"), "Item 0: The Book kept changing: read it and try again.");
  EXPECT_TRUE(door.session.commit_failures.empty());

  door.session.commit_failures.assign(kWriteAttemptsMax, moved_at(1));
  const Reply partial =
      send_partial(R"({"action":"create","resource":"Author","value":{"name":"N"}},)" + update);
  EXPECT_EQ(partial.status, 207);
  EXPECT_EQ(statuses(partial), "201 409");
  EXPECT_EQ(door.session.row_count("Author"), 1u);
}

TEST_F(RestBatch, TakesOutWhatTheCommitRefusesOneByOne) {
  ASSERT_EQ(send(R"({"action":"create","resource":"Author","value":{"name":"taken"}})").status,
            200);
  std::string items;
  for (int i = 0; i < 100; ++i) {
    if (i > 0) items += ',';
    items += R"({"action":"create","resource":"Author","value":{"name":")" +
             (i % 2 == 0 ? "taken" : std::to_string(i)) + R"("}})";
  }
  const Reply reply = send_partial(items);
  EXPECT_EQ(reply.status, 207);
  EXPECT_EQ(statuses(reply).substr(0, 15), "409 201 409 201");
  EXPECT_EQ(door.session.row_count("Author"), 51u);
  EXPECT_EQ(door.session.commits, 2u);
  EXPECT_THAT(reply.body, HasSubstr("#/items/98/value/name"));
}

TEST_F(RestBatch, MeetsARaceOfTwoCreatingPutsLikeASinglePut) {
  const Error exists{Code::kConflict, "exists", "key-exists", {}, 0};
  door.session.commit_failures = {exists};
  const Reply reply =
      send(R"({"action":"replace","resource":"Book","id":5,"value":{"code":5,"title":"T"}})");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(statuses(reply), "201");
  EXPECT_THAT(reply.body, HasSubstr(R"("id":5,"etag":"\"1\"","location":"/books/5")"));
}

TEST_F(RestBatch, TellsFailuresOfTheStoreApartFromThoseOfItems) {
  for (const char* mode : {"", R"("atomic":false,)"}) {
    door.session.commit_failures = {{Code::kStorageFull, "The disk is full.", "", {}, {}}};
    EXPECT_EQ(door.send_json("POST", "/batch", creates(1, mode)).status, 507);
    door.session.commit_failures = {{Code::kUnavailable, "Busy.", "", {}, {}}};
    const Reply busy = door.send_json("POST", "/batch", creates(1, mode));
    EXPECT_EQ(busy.status, 503);
    EXPECT_EQ(busy.header("retry-after"), "1");
  }
  EXPECT_EQ(door.session.row_count("Book"), 0u);
}

TEST_F(RestBatch, RepeatsItsAnswerUnderItsKey) {
  const std::string items = R"({"action":"create","resource":"Author","value":{"name":"N"}})";
  const Reply first = send(items, {{"Idempotency-Key", "k"}});
  ASSERT_EQ(first.status, 200);
  const Reply again = send(items, {{"Idempotency-Key", "k"}});
  EXPECT_EQ(again.header("idempotent-replayed"), "true");
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(door.session.answer_count(), 1u);
  // Another worker's request with the same key has committed meanwhile.
  const Error used{Code::kConflict, "used", "idempotency-key-used", {}, {}};
  door.session.commit_failures = {used};
  door.session.before_commit = [&] { EXPECT_EQ(door.session.row_count("Author"), 1u); };
  const Reply raced = send(items, {{"Idempotency-Key", "other"}});
  EXPECT_EQ(raced.status, 409);
  EXPECT_EQ(member(raced.body, "code"), "idempotency-in-progress");
}

TEST_F(RestBatch, KeepsLargeAnswersWholeUpToTheBoundAndRefusesOneByteMore) {
  constexpr size_t kBound = kStoredAnswerBytesMax;
  const std::string head =
      R"({"items":[{"status":201,"id":1,"etag":"\"1\"","location":"/books/1","value":{"code":1,"title":")";
  const std::string tail = R"(","version":1}}]})";
  const auto with = [&](size_t answer_bytes, const std::string& key, int code) {
    const std::string title(answer_bytes - head.size() - tail.size(), 'x');
    return send(R"({"action":"create","resource":"Book","value":{"code":)" + std::to_string(code) +
                    R"(,"title":")" + title + R"("}})",
                {{"Idempotency-Key", key}});
  };
  const Reply at = with(kBound, "a", 1);
  EXPECT_EQ(at.status, 200);
  EXPECT_EQ(at.body.size(), kBound);
  const Reply again = with(kBound, "a", 1);
  EXPECT_EQ(again.header("idempotent-replayed"), "true");
  EXPECT_TRUE(again.body == at.body);
  const Reply above = with(kBound + 1, "b", 2);
  EXPECT_EQ(above.status, 413);
  EXPECT_EQ(member(above.body, "code"), "batch-too-large");
  EXPECT_THAT(above.body, HasSubstr("return=minimal"));
  EXPECT_EQ(door.session.row_count("Book"), 1u);
}

// Whether a batch that changes a row of 40,000 bytes three times is taken under this bound.
bool takes_three_changes(size_t batch_bytes_max) {
  CallOptions options;
  options.limits.batch_bytes_max = batch_bytes_max;
  Door door(batches_plan(), options);
  const std::string title(40'000, 'x');
  EXPECT_EQ(door.send_json("POST", "/books", R"({"code":1,"title":")" + title + R"("})").status,
            201);
  std::string items;
  for (int i = 0; i < 3; ++i) {
    if (i > 0) items += ',';
    items += R"({"action":"update","resource":"Book","id":1,"value":{"isbn":")" +
             std::to_string(i) + R"("}})";
  }
  const Reply reply = door.send_json("POST", "/batch", R"({"items":[)" + items + "]}");
  const std::string tag = door.get("/books/1").header("etag");
  if (reply.status == 200) {
    EXPECT_EQ(tag, "\"4\"");
    return true;
  }
  EXPECT_EQ(reply.status, 413);
  EXPECT_EQ(member(reply.body, "code"), "batch-too-large");
  EXPECT_EQ(tag, "\"1\"");
  return false;
}

TEST(RestBatchLimits, BoundWhatABatchReadsAndWrites) {
  size_t refused = 0;
  size_t taken = 8u << 20;
  ASSERT_TRUE(takes_three_changes(taken));
  while (refused + 1 < taken) {
    const size_t middle = (refused + taken) / 2;
    (takes_three_changes(middle) ? taken : refused) = middle;
  }
  // One read and three copies of the row, in an arena's blocks.
  EXPECT_GE(taken, 4u * 40'000);
  EXPECT_LE(taken, 16u * 40'000);
}

TEST_F(RestBatch, EndsWithItsDeadlineAndWritesNothing) {
  door.session.commit_time = Duration::seconds(4);
  door.session.commit_failures.assign(10, moved_at(0));
  auto exchange = door.start("POST", "/batch", {{"Content-Type", "application/json"}}, creates(1));
  for (int i = 0; i < 100 && !exchange->answered; ++i) door.loop.advance(Duration::seconds(1));
  EXPECT_EQ(exchange->reply.status, 504);
  EXPECT_EQ(door.session.row_count("Book"), 0u);
}

TEST_F(RestBatch, AnswersInvalidItemsAsTheirOperationsDeclare) {
  const std::string item = R"({"action":"replace","resource":"Book","id":5,"value":{"code":5}})";
  EXPECT_EQ(send(item).status, 400) << "putBook declares 400 and no 422";
  EXPECT_EQ(send(R"({"action":"fly","resource":"Book"},)" + item).status, 422);
  EXPECT_EQ(statuses(send_partial(item + R"(,{"action":"delete","resource":"Book","id":1})")),
            "400 428");
}

TEST_F(RestBatch, KeepsWhatAPatchDoesNotTouch) {
  ASSERT_EQ(
      send(R"({"action":"create","resource":"Book","value":{"code":1,"title":"T","secret":"s",)"
           R"("data":{"a":[1,2.50]}}})")
          .status,
      200);
  // Many rows read into the same scratch memory between patch and commit.
  std::string items = R"({"action":"update","resource":"Book","id":1,"value":{"isbn":"i"}})";
  for (int i = 2; i < 40; ++i) {
    items += R"(,{"action":"replace","resource":"Book","id":)" + std::to_string(i) +
             R"(,"value":{"code":)" + std::to_string(i) + R"(,"title":"other title"}})";
    items += R"(,{"action":"update","resource":"Book","id":)" + std::to_string(i) +
             R"(,"value":{"data":{"b":"longer than what was there before"}}})";
  }
  ASSERT_EQ(send(items).status, 200);
  EXPECT_EQ(door.get("/books/1").body,
            R"({"code":1,"title":"T","isbn":"i","data":{"a":[1,2.50]},"version":2})");
}

TEST_F(RestBatch, FollowsAChainOfReferencesThroughAllItems) {
  std::string items = R"({"action":"create","resource":"Author","value":{"name":"0"}})";
  for (int i = 1; i < 100; ++i) {
    items += R"(,{"action":"create","resource":"Author","value":{"mentor":{"$item":)" +
             std::to_string(i - 1) + R"(},"name":")" + std::to_string(i) + R"("}})";
  }
  const Reply reply = send(items);
  ASSERT_EQ(reply.status, 200) << reply.body;
  const Result<JsonDocument> document = JsonDocument::parse(reply.body);
  std::string_view before;
  for (const JsonValue item : document->root().find("items").items()) {
    const JsonValue mentor = item.find("value").find("mentor");
    EXPECT_EQ(mentor.exists() ? mentor.text() : std::string_view(), before);
    before = item.find("id").text();
  }
}

TEST_F(RestBatch, NeedsABodyThatIsABatch) {
  EXPECT_EQ(door.send("POST", "/batch").status, 422);
  EXPECT_EQ(door.send("POST", "/batch", {{"Content-Type", "text/plain"}}, "x").status, 415);
  EXPECT_EQ(door.send_json("POST", "/batch", "{\"items\":").status, 400);
}

TEST_F(RestBatch, CountsAndLogsOneRequest) {
  ASSERT_EQ(door.send_json("POST", "/batch", creates(3)).status, 200);
  const std::string lines = door.access_lines();
  EXPECT_EQ(std::ranges::count(lines, '\n'), 1) << lines;
  EXPECT_THAT(lines, HasSubstr("writeAll"));
}

}  // namespace
}  // namespace servanda
