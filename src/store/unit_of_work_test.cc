// SPDX-License-Identifier: Apache-2.0
#include "store/unit_of_work.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace servanda {
namespace {

// Rows in a map by integer key; remembers what was committed.
class MapSession final : public Session {
 public:
  std::map<int64_t, Row> rows;
  int reads = 0;
  int lists = 0;
  uint16_t each_property = 0;
  Page pages[2];
  std::vector<Write> committed;
  const IdempotencyRecord* record = nullptr;
  std::vector<std::string> events;
  int commits = 0;

  Task<Result<std::optional<Row>>> get(const Resource&, Value key, Arena&) override {
    ++reads;
    const auto found = rows.find(key.integer);
    if (found == rows.end()) co_return Result<std::optional<Row>>(std::nullopt);
    co_return Result<std::optional<Row>>(found->second);
  }
  Task<Result<Page>> list(ListQuery, Arena&) override {
    ++lists;
    co_return Page{};
  }
  Task<Result<std::span<const Page>>> list_each(ListQuery, uint16_t property,
                                                std::span<const Value> values, Arena&) override {
    ++lists;
    each_property = property;
    co_return std::span<const Page>(pages, values.size());
  }
  Task<Result<uint64_t>> count(ListQuery, uint64_t count_max) override {
    ++lists;
    co_return count_max;
  }
  Task<Result<std::optional<StoredAnswer>>> find_answer(IdempotencyScope, Arena&) override {
    co_return Result<std::optional<StoredAnswer>>(std::nullopt);
  }
  Task<Result<void>> commit(CommitBatch batch, Instant) override {
    ++commits;
    committed.assign(batch.writes.begin(), batch.writes.end());
    record = batch.idempotency;
    for (const OutboxEvent& event : batch.events) events.emplace_back(event.payload);
    co_return fail(Code::kConflict, "Another row has the same values.", "unique");
  }
};

template <typename T>
Task<void> keep(Task<T> task, std::optional<T>& into) {
  T result = co_await task;
  into.emplace(std::move(result));
}

// For tasks that never wait for anything outside.
template <typename T>
T finish(Task<T> task) {
  std::optional<T> result;
  spawn(keep(std::move(task), result));
  return std::move(*result);
}

class UnitOfWorkTest : public ::testing::Test {
 protected:
  UnitOfWorkTest() : unit(session, arena) { session.rows[7] = {stored, 4}; }
  std::optional<Row> get(int64_t key) {
    return *finish(unit.get(resource, Value::of_integer(key)));
  }
  MapSession session;
  Arena arena;
  Resource resource;
  Resource other;
  UnitOfWork unit;
  const Value stored[1] = {Value::of_text("stored")};
  const Value first[1] = {Value::of_text("first")};
  const Value second[1] = {Value::of_text("second")};
  const Value key = Value::of_integer(7);
};

TEST_F(UnitOfWorkTest, ReadsTheStoredRowWhenItHasWrittenNothing) {
  EXPECT_EQ(get(7)->version, 4);
  EXPECT_EQ(get(7)->values[0].text, "stored");
  EXPECT_FALSE(get(8));
  EXPECT_FALSE(unit.has_writes());
}

TEST_F(UnitOfWorkTest, ReadsItsOwnInsertWithoutAskingTheStore) {
  unit.insert(resource, Value::of_integer(8), first);
  EXPECT_TRUE(unit.has_writes());
  EXPECT_EQ(get(8)->version, 1);
  EXPECT_EQ(get(8)->values[0].text, "first");
  EXPECT_EQ(session.reads, 0);
}

TEST_F(UnitOfWorkTest, ReadsItsOwnUpdateWithTheVersionThatItWillHave) {
  unit.update(resource, key, first, 4);
  EXPECT_EQ(get(7)->version, 5);
  unit.update(resource, key, second, 5);
  EXPECT_EQ(get(7)->version, 6);
  EXPECT_EQ(get(7)->values[0].text, "second");
  EXPECT_EQ(session.reads, 0);
}

TEST_F(UnitOfWorkTest, CountsUpdatesOfAnyVersionFromTheStoredOne) {
  unit.update(resource, key, first, 0);
  unit.update(resource, key, second, 0);
  EXPECT_EQ(get(7)->version, 6);
  EXPECT_EQ(get(7)->values[0].text, "second");
  unit.update(resource, Value::of_integer(8), first, 0);
  EXPECT_FALSE(get(8)) << "an update makes no row";
}

TEST_F(UnitOfWorkTest, ReadsNothingAfterItsOwnRemoveAndTheNewRowAfterAnInsert) {
  unit.remove(resource, key, 4);
  EXPECT_FALSE(get(7));
  unit.insert(resource, key, second);
  EXPECT_EQ(get(7)->version, 1);
  unit.update(resource, key, first, 0);
  EXPECT_EQ(get(7)->version, 2);
}

TEST_F(UnitOfWorkTest, CommitsEventsInOrderAlsoByThemselves) {
  EXPECT_TRUE(finish(unit.commit(nullptr, Instant::never())));
  EXPECT_EQ(session.commits, 0) << "nothing to commit";
  UnitOfWork emitting(session, arena);
  emitting.emit({.name = "a", .payload = "1"});
  emitting.emit({.name = "b", .payload = "2"});
  EXPECT_EQ(emitting.event_count(), 2u);
  EXPECT_FALSE(emitting.has_writes()) << "lists may still follow";
  EXPECT_FALSE(finish(emitting.commit(nullptr, Instant::never())));
  EXPECT_EQ(session.events, (std::vector<std::string>{"1", "2"}));
}

TEST_F(UnitOfWorkTest, HidesDeletedRowsUnlessTheyAreAskedFor) {
  const auto get_any = [&](int64_t id) {
    return *finish(unit.get_any(resource, Value::of_integer(id)));
  };
  const Value deleted[] = {Value::of_integer(1'000)};
  const Value live[] = {Value::null()};
  session.rows[7] = {deleted, 4};
  EXPECT_EQ(get(7)->version, 4) << "a value says nothing without soft delete";
  resource.soft_delete = {0, {}, Duration::seconds(1)};
  EXPECT_FALSE(get(7));
  EXPECT_EQ(get_any(7)->version, 4);
  unit.update(resource, key, live, 0);
  EXPECT_EQ(get(7)->version, 5) << "restored";
  unit.update(resource, key, deleted, 5);
  EXPECT_FALSE(get(7));
  EXPECT_EQ(get_any(7)->version, 6);
}

TEST_F(UnitOfWorkTest, KeepsRowsOfDifferentResourcesApart) {
  unit.update(other, key, first, 4);
  EXPECT_EQ(get(7)->values[0].text, "stored");
}

TEST_F(UnitOfWorkTest, PassesListsAndCountsOnBeforeTheFirstWrite) {
  EXPECT_TRUE(finish(unit.list({})));
  EXPECT_EQ(session.lists, 1);
  const Value values[] = {key, key};
  EXPECT_EQ(finish(unit.list_each({}, 3, values))->size(), 2u);
  EXPECT_EQ(session.each_property, 3);
  EXPECT_EQ(finish(unit.count({}, 100)).value(), 100u);
  EXPECT_EQ(session.lists, 3);
}

TEST_F(UnitOfWorkTest, RefusesListsAndCountsAfterAWriteAsBugs) {
  unit.remove(resource, key, 0);
#ifdef NDEBUG
  EXPECT_EQ(finish(unit.list({})).error().code, Code::kInternal);
  EXPECT_EQ(finish(unit.list_each({}, 0, {})).error().code, Code::kInternal);
  EXPECT_EQ(finish(unit.count({}, 1)).error().code, Code::kInternal);
#else
  EXPECT_DEATH((void)finish(unit.list({})), "list or count after a write");
  EXPECT_DEATH((void)finish(unit.list_each({}, 0, {})), "list or count after a write");
  EXPECT_DEATH((void)finish(unit.count({}, 1)), "list or count after a write");
#endif
  EXPECT_EQ(session.lists, 0);
}

TEST_F(UnitOfWorkTest, KeepsTheLastWriteWhenTheTextsItWasGivenGo) {
  std::string text = "a text of some length";
  std::string name = "key";
  const Value values[] = {Value::of_text(name), Value::of_text(text), Value::null(),
                          Value::of_integer(3)};
  unit.update(resource, key, first, 4);
  unit.insert(resource, values[0], values);
  EXPECT_EQ(unit.write_count(), 2u);
  unit.keep_last_write();
  text.assign(text.size(), 'x');
  name.assign(name.size(), 'y');
  const std::optional<Row> row = *finish(unit.get(resource, Value::of_text("key")));
  ASSERT_TRUE(row);
  EXPECT_EQ(row->values[0].text, "key");
  EXPECT_EQ(row->values[1].text, "a text of some length");
  EXPECT_TRUE(row->values[2].is_null());
  EXPECT_EQ(row->values[3].integer, 3);
  EXPECT_EQ(get(7)->values.data(), first) << "earlier writes stay as they are";
}

TEST_F(UnitOfWorkTest, CommitsItsWritesInOrderWithTheRecordAndReturnsTheError) {
  unit.insert(resource, Value::of_integer(8), first);
  unit.remove(resource, key, 4);
  const IdempotencyRecord record;
  const Result<void> done = finish(unit.commit(&record, Instant::never()));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "unique");
  ASSERT_EQ(session.committed.size(), 2u);
  EXPECT_EQ(session.committed[0].kind, Write::Kind::kInsert);
  EXPECT_EQ(session.committed[1].kind, Write::Kind::kRemove);
  EXPECT_EQ(session.committed[1].expected_version, 4);
  EXPECT_EQ(session.record, &record);
}

TEST_F(UnitOfWorkTest, CommitsARecordWithoutWritesAndNothingAtAllWithoutTheStore) {
  EXPECT_TRUE(finish(unit.commit(nullptr, Instant::never())));
  EXPECT_EQ(session.commits, 0);
  UnitOfWork recording(session, arena);
  const IdempotencyRecord record;
  EXPECT_FALSE(finish(recording.commit(&record, Instant::never())));
  EXPECT_EQ(session.commits, 1);
}

TEST_F(UnitOfWorkTest, RefusesASecondCommitAsABug) {
  EXPECT_TRUE(finish(unit.commit(nullptr, Instant::never())));
#ifdef NDEBUG
  EXPECT_EQ(finish(unit.commit(nullptr, Instant::never())).error().code, Code::kInternal);
#else
  EXPECT_DEATH((void)finish(unit.commit(nullptr, Instant::never())), "committed twice");
#endif
}

}  // namespace
}  // namespace servanda
