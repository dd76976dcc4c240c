// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "store/sqlite/fixture_for_test.h"

namespace servanda::internal {
namespace {

using Values = std::vector<Value>;

Resource users() {
  Resource resource = test_resource(
      "users", ColumnType::kInteger,
      {required_property("name", ColumnType::kText), test_property("team", ColumnType::kText),
       test_property("score", ColumnType::kDecimal), test_property("a/b~c", ColumnType::kText)});
  resource.indexes = {unique_index(resource, {"name"}), unique_index(resource, {"team", "score"}),
                      unique_index(resource, {"a/b~c"})};
  return resource;
}

Values user(int64_t id, std::string_view name, Value team = {}, Value score = {}) {
  return {Value::of_integer(id), Value::of_text(name), team, score, Value::null()};
}

Write insert(const Resource& resource, const Values& values) {
  return {Write::Kind::kInsert, &resource, values[0], values, 0};
}
Write update(const Resource& resource, const Values& values, int64_t version) {
  return {Write::Kind::kUpdate, &resource, values[0], values, version};
}
Write removal(const Resource& resource, int64_t id, int64_t version) {
  return {Write::Kind::kRemove, &resource, Value::of_integer(id), {}, version};
}

IdempotencyRecord record_of(uint8_t scope, Timestamp completed, std::string_view body = "body") {
  IdempotencyRecord record;
  record.scope.fill(scope);
  record.answer.fingerprint.fill(0xab);
  record.answer.status = 201;
  record.answer.fields = "location: /users/1\r\n";
  record.answer.body = body;
  record.answer.completed_at = completed;
  return record;
}

class SqliteStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(fixture.prepare({&resource, 1})); }
  std::string commit(std::vector<Write> writes, const IdempotencyRecord* record = nullptr) {
    return outcome(fixture.commit(writes, record));
  }
  std::optional<Row> get(int64_t id) {
    return fixture.get(resource, Value::of_integer(id)).value();
  }
  std::optional<StoredAnswer> find(uint8_t scope) {
    IdempotencyScope wanted;
    wanted.fill(scope);
    return run(*fixture.platform, fixture.session->find_answer(wanted, fixture.arena)).value();
  }
  Resource resource = users();  // Before the fixture: it outlives the store.
  StoreFixture fixture;
};

TEST_F(SqliteStoreTest, KeepsARowThroughInsertUpdateAndRemove) {
  EXPECT_FALSE(get(1));
  EXPECT_EQ(commit({insert(resource, user(1, "ann"))}), "ok");
  ASSERT_TRUE(get(1));
  EXPECT_EQ(get(1)->version, 1);
  EXPECT_EQ(get(1)->values[1], Value::of_text("ann"));
  EXPECT_TRUE(get(1)->values[2].is_null());
  EXPECT_EQ(commit({update(resource, user(1, "anna", Value::of_text("red")), 1)}), "ok");
  EXPECT_EQ(get(1)->version, 2);
  EXPECT_EQ(get(1)->values[2], Value::of_text("red"));
  EXPECT_EQ(commit({update(resource, user(1, "annie"), 0)}), "ok");
  EXPECT_EQ(get(1)->version, 3);
  EXPECT_EQ(commit({removal(resource, 1, 3)}), "ok");
  EXPECT_FALSE(get(1));
}

TEST_F(SqliteStoreTest, KeepsRowsOverAReopening) {
  EXPECT_EQ(commit({insert(resource, user(1, "ann"))}), "ok");
  fixture.close();
  fixture.open();
  ASSERT_TRUE(fixture.prepare({&resource, 1}));
  EXPECT_EQ(get(1)->values[1], Value::of_text("ann"));
}

TEST_F(SqliteStoreTest, RefusesAVersionThatHasMovedOrARowThatIsGone) {
  EXPECT_EQ(commit({insert(resource, user(1, "ann"))}), "ok");
  EXPECT_EQ(commit({update(resource, user(1, "b"), 2)}), "version-moved");
  EXPECT_EQ(commit({removal(resource, 1, 2)}), "version-moved");
  EXPECT_EQ(commit({update(resource, user(2, "b"), 1)}), "version-moved");
  EXPECT_EQ(commit({update(resource, user(2, "b"), 0)}), "version-moved");
  EXPECT_EQ(commit({removal(resource, 2, 0)}), "version-moved");
  EXPECT_EQ(get(1)->version, 1);
  EXPECT_EQ(commit({removal(resource, 1, 0)}), "ok");
}

TEST_F(SqliteStoreTest, RefusesAKeyThatIsThere) {
  EXPECT_EQ(commit({insert(resource, user(1, "ann"))}), "ok");
  const Result<void> done = fixture.commit(std::vector{insert(resource, user(1, "ann"))});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kConflict);
  EXPECT_EQ(done.error().reason, "key-exists") << "also when unique values collide";
}

TEST_F(SqliteStoreTest, NamesThePropertiesOfEveryUniqueIndexThatRefuses) {
  const Value red = Value::of_text("red");
  const Value score = Value::of_text("1.5");
  Values ann = user(1, "ann", red, score);
  ann[4] = Value::of_text("odd");
  EXPECT_EQ(commit({insert(resource, ann)}), "ok");
  Values copy = ann;
  copy[0] = Value::of_integer(2);
  const Result<void> done = fixture.commit(std::vector{insert(resource, copy)});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kConflict);
  EXPECT_EQ(done.error().reason, "unique");
  std::string pointers;
  for (const FieldError& field : done.error().fields) {
    EXPECT_EQ(field.in, "body");
    EXPECT_EQ(field.code, "unique");
    pointers += field.pointer + " ";
  }
  EXPECT_EQ(pointers, "/name /team /score /a~1b~0c ");
  EXPECT_EQ(done.error().message.find("users"), std::string::npos) << "no table names";
}

TEST_F(SqliteStoreTest, RefusesAnUpdateIntoAnotherRowsValuesButNotIntoItsOwn) {
  EXPECT_EQ(commit({insert(resource, user(1, "ann")), insert(resource, user(2, "bob"))}), "ok");
  EXPECT_EQ(commit({update(resource, user(2, "ann"), 1)}), "unique");
  EXPECT_EQ(commit({update(resource, user(2, "bob"), 1)}), "ok");
}

TEST_F(SqliteStoreTest, TakesNullsAsDifferentInUniqueIndexes) {
  const Value red = Value::of_text("red");
  EXPECT_EQ(commit({insert(resource, user(1, "ann", red)), insert(resource, user(2, "bob", red))}),
            "ok");
}

TEST_F(SqliteStoreTest, AppliesAllWritesOfABatchOrNone) {
  EXPECT_EQ(commit({insert(resource, user(1, "ann"))}), "ok");
  EXPECT_EQ(commit({insert(resource, user(2, "bob")), removal(resource, 1, 1),
                    insert(resource, user(3, "bob"))}),
            "unique");
  EXPECT_TRUE(get(1));
  EXPECT_FALSE(get(2));
  EXPECT_EQ(commit({removal(resource, 1, 1), insert(resource, user(1, "new"))}), "ok");
  EXPECT_EQ(get(1)->version, 1);
}

TEST_F(SqliteStoreTest, KeepsARecordExactlyWithItsRows) {
  const Timestamp now = fixture.platform->clock().wall();
  const IdempotencyRecord record = record_of(1, now);
  EXPECT_FALSE(find(1));
  EXPECT_EQ(commit({insert(resource, user(1, "ann"))}, &record), "ok");
  const std::optional<StoredAnswer> answer = find(1);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->fingerprint, record.answer.fingerprint);
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->fields, record.answer.fields);
  EXPECT_EQ(answer->body, "body");
  EXPECT_EQ(answer->completed_at, now);
  const IdempotencyRecord refused = record_of(2, now);
  EXPECT_EQ(commit({insert(resource, user(1, "ann"))}, &refused), "key-exists");
  EXPECT_FALSE(find(2)) << "no record without its rows";
}

TEST_F(SqliteStoreTest, TellsARetryThatItsKeyWasUsedBeforeAnythingElse) {
  const IdempotencyRecord record = record_of(1, fixture.platform->clock().wall());
  EXPECT_EQ(commit({insert(resource, user(1, "ann"))}, &record), "ok");
  EXPECT_EQ(commit({insert(resource, user(1, "ann"))}, &record), "idempotency-key-used");
  EXPECT_EQ(commit({insert(resource, user(2, "bob"))}, &record), "idempotency-key-used");
  EXPECT_FALSE(get(2)) << "no rows without their record";
}

TEST_F(SqliteStoreTest, KeepsARecordThatComesWithoutRows) {
  const IdempotencyRecord record = record_of(1, fixture.platform->clock().wall(), "");
  EXPECT_EQ(commit({}, &record), "ok");
  ASSERT_TRUE(find(1));
  EXPECT_EQ(find(1)->body, "");
}

TEST_F(SqliteStoreTest, ForgetsARecordWhenItsTimeIsUp) {
  const IdempotencyRecord record = record_of(1, fixture.platform->clock().wall());
  EXPECT_EQ(commit({}, &record), "ok");
  fixture.platform->advance(Duration::seconds(24 * 3600) - Duration::milliseconds(1));
  EXPECT_TRUE(find(1));
  fixture.platform->advance(Duration::milliseconds(1));
  EXPECT_FALSE(find(1));
  const IdempotencyRecord again = record_of(1, fixture.platform->clock().wall(), "again");
  EXPECT_EQ(commit({insert(resource, user(1, "ann"))}, &again), "ok") << "the key is free again";
  EXPECT_EQ(find(1)->body, "again");
}

TEST_F(SqliteStoreTest, TakesAnAnswerAtTheLimitAndRefusesOneAbove) {
  const Timestamp now = fixture.platform->clock().wall();
  const std::string body(kStoredAnswerBytesMax + 1, 'x');
  const IdempotencyRecord at = record_of(1, now, std::string_view(body).substr(1));
  EXPECT_EQ(commit({}, &at), "ok");
  EXPECT_EQ(find(1)->body.size(), body.size() - 1);
  const IdempotencyRecord above = record_of(2, now, body);
  EXPECT_EQ(commit({}, &above), "answer-too-large");
  EXPECT_FALSE(find(2));
}

TEST_F(SqliteStoreTest, GivesBackEveryTypeExactly) {
  Resource all = test_resource(
      "all_types", ColumnType::kUuid,
      {test_property("text", ColumnType::kText), test_property("uuid", ColumnType::kUuid),
       test_property("time", ColumnType::kTimestamp), test_property("date", ColumnType::kDate),
       test_property("decimal", ColumnType::kDecimal), test_property("int", ColumnType::kInteger),
       test_property("number", ColumnType::kNumber), test_property("bool", ColumnType::kBoolean),
       test_property("json", ColumnType::kJson)});
  ASSERT_TRUE(fixture.prepare({&all, 1}));
  const std::string key = test_uuid(1);
  const std::string other = test_uuid(UINT64_MAX);
  const std::string text("nul \0 and \xc3\xa9", 12);
  const Values values = {
      Value::of_bytes(key),         Value::of_text(text),
      Value::of_bytes(other),       Value::of_integer(-62'135'596'800'000'000),
      Value::of_integer(-1),        Value::of_text("-123456789012345678901234567890.5"),
      Value::of_integer(INT64_MAX), Value::of_number(3.0),
      Value::of_integer(1),         Value::of_text(R"({"a":[1,2.50]})")};
  const Write write{Write::Kind::kInsert, &all, values[0], values, 0};
  ASSERT_TRUE(fixture.commit({&write, 1}));
  const std::optional<Row> row = fixture.get(all, values[0]).value();
  ASSERT_TRUE(row);
  ASSERT_EQ(row->values.size(), values.size());
  for (size_t i = 0; i < values.size(); ++i) EXPECT_EQ(row->values[i], values[i]) << i;
  fixture.close();  // `all` goes before the fixture.
}

TEST_F(SqliteStoreTest, RefusesAValueThatTheColumnDoesNotTakeAndGoesOn) {
  Values wrong = user(1, "ann");
  wrong[1] = Value::of_bytes("\xff");
  const Result<void> done = fixture.commit(std::vector{insert(resource, wrong)});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kInternal);
  EXPECT_EQ(commit({insert(resource, user(1, "ann"))}), "ok");
}

TEST_F(SqliteStoreTest, KeepsTwoProcessesOutOfOneDirectory) {
  const Result<std::unique_ptr<Store>> second = fixture.try_open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kConflict);
  EXPECT_NE(second.error().message.find("another process"), std::string::npos);
  EXPECT_NE(second.error().message.find(fixture.directory.path()), std::string::npos);
  fixture.close();
  EXPECT_TRUE(fixture.try_open());
}

TEST_F(SqliteStoreTest, MakesFilesThatNobodyElseReads) {
  EXPECT_EQ(commit({insert(resource, user(1, "ann"))}), "ok");
  using std::filesystem::perms;
  const auto access = [&](const std::string& name) {
    return std::filesystem::status(fixture.directory.file(name)).permissions();
  };
  EXPECT_EQ(access("data"), perms::owner_all);
  for (const char* name : {"data/store.db", "data/store.db-wal", "data/store.db-shm"}) {
    EXPECT_EQ(access(name) & (perms::group_all | perms::others_all), perms::none) << name;
  }
}

TEST_F(SqliteStoreTest, ChangesNothingWhenAPlanIsRefused) {
  EXPECT_EQ(commit({insert(resource, user(1, "ann"))}), "ok");
  Resource narrowed = users();
  narrowed.properties[1].type = ColumnType::kInteger;
  const Result<void> done = fixture.prepare({&narrowed, 1});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kConflict);
  EXPECT_EQ(commit({insert(resource, user(2, "bob"))}), "ok") << "the old plan serves on";
}

TEST_F(SqliteStoreTest, ServesTwoPlansAtOnceWhileOneReplacesTheOther) {
  EXPECT_EQ(commit({insert(resource, user(1, "ann"))}), "ok");
  Resource wider = users();
  wider.properties.push_back(test_property("extra", ColumnType::kText));
  ASSERT_TRUE(fixture.prepare({&wider, 1}));
  Values values = user(1, "anna");
  values.push_back(Value::of_text("more"));
  EXPECT_EQ(commit({update(wider, values, 1)}), "ok");
  EXPECT_EQ(get(1)->values.size(), 5u);
  EXPECT_EQ(fixture.get(wider, Value::of_integer(1)).value()->values[5], Value::of_text("more"));
  EXPECT_EQ(commit({update(resource, user(1, "annie"), 2)}), "ok");
  EXPECT_EQ(fixture.get(wider, Value::of_integer(1)).value()->values[5], Value::of_text("more"))
      << "the older plan does not touch what it does not know";
  fixture.close();  // `wider` goes before the fixture.
}

TEST_F(SqliteStoreTest, RefusesAResourceThatItWasNotPreparedFor) {
  const Resource unknown = users();
  const auto ask = [&] { return fixture.get(unknown, Value::of_integer(1)).error().reason; };
#ifdef NDEBUG
  EXPECT_EQ(ask(), "unknown-resource");
#else
  EXPECT_DEATH((void)ask(), "not prepared");
#endif
}

TEST(SqliteStore, RefusesOptionsOutsideTheirRange) {
  const auto outcome_of = [](SqliteOptions options) {
    TestDirectory directory;
    const auto platform = make_simulated_platform(1);
    return open_sqlite_store(directory.file("data"), *platform, options).has_value();
  };
  EXPECT_TRUE(outcome_of({}));
  EXPECT_FALSE(outcome_of({.queue_max = 0}));
  EXPECT_FALSE(outcome_of({.value_bytes_max = 4095}));
  EXPECT_TRUE(outcome_of({.value_bytes_max = 4096}));
  EXPECT_TRUE(outcome_of({.value_bytes_max = 1'000'000'000}));
  EXPECT_FALSE(outcome_of({.value_bytes_max = 1'000'000'001}));
  EXPECT_FALSE(outcome_of({.group_max = 0}));
  EXPECT_TRUE(outcome_of({.statements_max = 16}));
  EXPECT_FALSE(outcome_of({.statements_max = 15}));
}

TEST(KnownPlans, DropsAPlanThatNobodyHoldsWhenTheNextOneComes) {
  KnownPlans plans;
  const Resource first = users();
  const Resource second = users();
  auto owner = std::make_shared<int>(1);
  plans.add(owner, {&first, 1});
  const auto shape = plans.sets()->at(0).shapes[0];
  const uint64_t generation = plans.generation();
  auto next = std::make_shared<int>(2);
  plans.add(next, {&second, 1});
  EXPECT_NE(plans.generation(), generation);
  ASSERT_EQ(plans.sets()->size(), 2u);
  EXPECT_EQ(plans.sets()->at(0).shapes[0], shape) << "the same layout has the same shape";
  owner.reset();
  plans.add(next, {&second, 1});
  EXPECT_EQ(plans.sets()->size(), 1u);
}

}  // namespace
}  // namespace servanda::internal
