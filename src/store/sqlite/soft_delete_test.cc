// SPDX-License-Identifier: Apache-2.0
// Deleted rows in the store: keys and unique values, what is gone, the sweep, migrations.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/sqlite/backup_verify.h"
#include "store/sqlite/fixture_for_test.h"
#include "store/sqlite/migration.h"
#include "store/sqlite/schema.h"

namespace servanda::internal {
namespace {

enum : uint16_t { kId, kSku, kDeletedAt };
constexpr int64_t kSecond = 1'000'000;

Resource plain_items(std::string table = "items") {
  Resource resource = test_resource(std::move(table), ColumnType::kInteger,
                                    {test_property("sku", ColumnType::kText)});
  resource.indexes = {unique_index(resource, {"sku"})};
  return resource;
}

Resource soft_items(std::string table = "items", std::string column = "deleted_at") {
  Resource resource = plain_items(std::move(table));
  resource.properties.push_back(test_property(column, ColumnType::kTimestamp));
  resource.soft_delete = {kDeletedAt, {}, Duration::seconds(60)};
  resource.indexes[0].rows = RowScope::kLive;
  resource.indexes.push_back(test_index(resource, {"id"}));
  resource.indexes.back().rows = RowScope::kLive;
  resource.indexes.push_back(test_index(resource, {column}));
  resource.indexes.back().rows = RowScope::kDeleted;
  return resource;
}

// A store whose rows are inserted and updated as they are given.
class SoftDeleteTest : public ::testing::Test {
 protected:
  void serve(std::vector<Resource> served) {
    resources.push_back(std::make_unique<std::vector<Resource>>(std::move(served)));
    const Result<void> prepared = fixture.prepare(*resources.back());
    ASSERT_TRUE(prepared) << prepared.error().message;
  }
  const Resource& resource(size_t index = 0) { return resources.back()->at(index); }
  int64_t now() { return fixture.platform->clock().wall().us; }

  std::string write(Write::Kind kind, int64_t id, const char* sku, Value deleted,
                    size_t index = 0) {
    const Value values[] = {Value::of_integer(id), sku ? Value::of_text(sku) : Value::null(),
                            deleted};
    const Write one{kind, &resource(index), values[0], values, 0};
    return outcome(fixture.commit({&one, 1}));
  }
  std::string insert(int64_t id, const char* sku = nullptr, Value deleted = Value::null()) {
    return write(Write::Kind::kInsert, id, sku, deleted);
  }
  std::string update(int64_t id, const char* sku, Value deleted) {
    return write(Write::Kind::kUpdate, id, sku, deleted);
  }
  Value ago(int64_t seconds) { return Value::of_integer(now() - seconds * kSecond); }
  std::string rows(const std::string& table = "items") {
    return fixture.look("SELECT count(*) || '' FROM " + table);
  }

  std::vector<std::unique_ptr<std::vector<Resource>>> resources;
  StoreFixture fixture;
};

TEST_F(SoftDeleteTest, LetsOnlyRowsThatAreNotDeletedCompeteForUniqueValues) {
  serve({soft_items()});
  EXPECT_EQ(insert(1, "a"), "ok");
  EXPECT_EQ(insert(2, "a"), "unique");
  EXPECT_EQ(update(1, "a", ago(0)), "ok");
  EXPECT_EQ(insert(2, "a"), "ok");
  const Value values[] = {Value::of_integer(1), Value::of_text("a"), Value::null()};
  const Write back{Write::Kind::kUpdate, &resource(), values[0], values, 2};
  const Result<void> refused = fixture.commit({&back, 1});
  EXPECT_EQ(outcome(refused), "unique");
  ASSERT_EQ(refused.error().fields.size(), 1u);
  EXPECT_EQ(refused.error().fields[0].pointer, "/sku");
  EXPECT_EQ(update(2, "b", Value::null()), "ok");
  EXPECT_EQ(outcome(fixture.commit({&back, 1})), "ok");
}

TEST_F(SoftDeleteTest, KeepsTheKeyUntilTheRowIsGone) {
  serve({soft_items()});
  EXPECT_EQ(insert(1, "a", ago(59)), "ok");
  EXPECT_EQ(insert(1, "b"), "key-deleted");
  EXPECT_EQ(insert(2, "c"), "ok");
  EXPECT_EQ(insert(2, "d"), "key-exists");
  fixture.platform->advance(Duration::milliseconds(999));
  EXPECT_EQ(insert(1, "b"), "key-deleted");
  fixture.platform->advance(Duration::milliseconds(1));
  EXPECT_EQ(insert(1, "b"), "ok");
  const Row row = **fixture.get(resource(), Value::of_integer(1));
  EXPECT_EQ(row.version, 1);
  EXPECT_EQ(row.values[kSku].text, "b");
  EXPECT_TRUE(row.values[kDeletedAt].is_null());
}

TEST_F(SoftDeleteTest, TakesThePlaceOfARowThatIsGoneOnlyWithTheWholeBatch) {
  serve({soft_items()});
  EXPECT_EQ(insert(1, "a"), "ok");
  EXPECT_EQ(insert(2, "old", ago(60)), "ok");
  const Value two[] = {Value::of_integer(2), Value::of_text("new"), Value::null()};
  const Value one[] = {Value::of_integer(1), Value::of_text("again"), Value::null()};
  const Write writes[] = {{Write::Kind::kInsert, &resource(), two[0], two, 0},
                          {Write::Kind::kInsert, &resource(), one[0], one, 0}};
  EXPECT_EQ(outcome(fixture.commit(writes)), "key-exists");
  EXPECT_EQ(fixture.look("SELECT sku FROM items WHERE id = 2"), "old");
  EXPECT_EQ(outcome(fixture.commit({writes, 1})), "ok");
  EXPECT_EQ(fixture.look("SELECT sku FROM items WHERE id = 2"), "new");
}

TEST_F(SoftDeleteTest, AConflictOfAnotherPropertyLeavesNothingOfARowThatIsGone) {
  serve({soft_items()});
  EXPECT_EQ(insert(1, "a"), "ok");
  EXPECT_EQ(insert(2, "old", ago(60)), "ok");
  EXPECT_EQ(insert(2, "a"), "unique");
  EXPECT_EQ(insert(2, "b"), "ok");
}

TEST_F(SoftDeleteTest, SweepsRowsThatAreGoneInBoundedSteps) {
  serve({soft_items()});
  std::vector<Value> values;
  std::vector<Write> writes;
  values.reserve(600);
  for (int64_t i = 0; i < 140; ++i) {
    const Value deleted = i < 130 ? ago(60) : i < 135 ? ago(59) : Value::null();
    values.insert(values.end(), {Value::of_integer(i), Value::null(), deleted});
    writes.push_back({Write::Kind::kInsert, &resource(), Value::of_integer(i),
                      std::span<const Value>(values).last(3), 0});
  }
  ASSERT_EQ(outcome(fixture.commit(writes)), "ok");
  EXPECT_EQ(rows(), "140") << "the group that swept began before there was anything";
  fixture.platform->advance(Duration::milliseconds(500));
  EXPECT_EQ(insert(1000), "ok");
  EXPECT_EQ(rows(), "141") << "the next sweep is not due yet";
  fixture.platform->advance(Duration::seconds(60));
  for (const char* left : {"78", "15", "9"}) {
    EXPECT_EQ(insert(1000 + std::stoi(left)), "ok");
    EXPECT_EQ(rows(), left);
  }
}

TEST_F(SoftDeleteTest, SweepsManyTablesSomeAtATime) {
  std::vector<Resource> many;
  for (int i = 0; i < 20; ++i) many.push_back(soft_items("t" + std::to_string(i)));
  for (Resource& one : many) one.name = one.table;
  serve(std::move(many));
  for (size_t i = 0; i < 20; ++i) {
    ASSERT_EQ(write(Write::Kind::kInsert, 1, nullptr, ago(60), i), "ok");
  }
  fixture.platform->advance(Duration::seconds(61));
  const auto left = [&] {
    int count = 0;
    for (int i = 0; i < 20; ++i) count += std::stoi(rows("t" + std::to_string(i)));
    return count;
  };
  const int before = left();
  EXPECT_EQ(insert(2), "ok");
  EXPECT_EQ(left(), before + 1 - 16) << "tables of one group";
  EXPECT_EQ(insert(3), "ok");
  EXPECT_EQ(left(), 2);
}

TEST_F(SoftDeleteTest, FindsWhatToSweepByItsIndex) {
  serve({soft_items()});
  ShapeRegistry registry;
  const auto shape = registry.shape_of(resource());
  EXPECT_NE(fixture.explain(shape->sweep_sql).find("USING COVERING INDEX items_deleted_at"),
            std::string::npos)
      << fixture.explain(shape->sweep_sql);
}

class SoftDeleteMigrationTest : public SoftDeleteTest {
 protected:
  SchemaChanges plan(const Resource& wanted) {
    Result<SchemaChanges> changes = plan_migration(fixture.directory.file("data"), {&wanted, 1});
    EXPECT_TRUE(changes) << changes.error().message;
    return std::move(*changes);
  }
  std::string only_refusal(const Resource& wanted) {
    const SchemaChanges changes = plan(wanted);
    EXPECT_EQ(changes.refusals.size(), 1u);
    return changes.refusals.empty() ? "" : changes.refusals[0].text();
  }
};

TEST_F(SoftDeleteMigrationTest, AddsSoftDeleteToATableWithRows) {
  serve({plain_items()});
  const Value values[] = {Value::of_integer(1), Value::of_text("a")};
  const Write first{Write::Kind::kInsert, &resource(), values[0], values, 0};
  ASSERT_EQ(outcome(fixture.commit({&first, 1})), "ok");
  std::string text;
  for (const SchemaStep& step : plan(soft_items()).steps) text += step.text + "\n";
  EXPECT_EQ(text,
            "Drop index \"items_sku\" of table \"items\".\n"
            "Add column \"deleted_at\" (timestamp) to table \"items\"; rows that are there have no "
            "value in it.\n"
            "Make unique index \"items_sku\" on table \"items\" over \"sku\", without deleted "
            "rows.\n"
            "Make index \"items_id\" on table \"items\" over \"id\", without deleted rows.\n"
            "Make index \"items_deleted_at\" on table \"items\" over \"deleted_at\", of deleted "
            "rows.\n");
  serve({soft_items()});
  EXPECT_TRUE(plan(soft_items()).steps.empty());
  EXPECT_EQ(insert(2, "a"), "unique");
  EXPECT_EQ(fixture.look("SELECT role FROM _servanda_columns WHERE column_name = 'deleted_at'"),
            "deleted");
  Result<StoreFindings> findings = verify_file(fixture.directory.file("data/store.db"), "");
  ASSERT_TRUE(findings);
  EXPECT_TRUE(findings->sentences.empty()) << findings->sentences[0];
}

TEST_F(SoftDeleteMigrationTest, GivesSoftDeleteUpOnceNoRowIsDeleted) {
  serve({soft_items()});
  ASSERT_EQ(insert(1, "a", ago(60)), "ok");
  const std::string refusal = only_refusal(plain_items());
  EXPECT_NE(
      refusal.find("Column \"deleted_at\" of table \"items\" says which rows are deleted, and "
                   "resource \"items\" has no softDelete any more: they would be back."),
      std::string::npos)
      << refusal;
  EXPECT_NE(refusal.find("3. Switch: write \"softDelete: {restore: 1s}\""), std::string::npos);
  Resource kept = plain_items();
  kept.properties.push_back(test_property("deleted_at", ColumnType::kTimestamp));
  EXPECT_EQ(only_refusal(kept), refusal) << "an ordinary property would bring them back as well";
  EXPECT_EQ(outcome(fixture.prepare({&kept, 1})), "migration");
  fixture.platform->advance(Duration::seconds(61));
  ASSERT_EQ(insert(2, "a"), "ok");
  EXPECT_EQ(rows(), "1");
  EXPECT_TRUE(plan(plain_items()).refusals.empty());
  EXPECT_TRUE(plan(kept).refusals.empty());
  serve({plain_items()});
  EXPECT_EQ(fixture.look("SELECT role FROM _servanda_columns WHERE column_name = 'deleted_at'"),
            "retired");
}

TEST_F(SoftDeleteMigrationTest, KeepsTheColumnThatSaysWhichRowsAreDeleted) {
  serve({soft_items("items", "servanda_deleted_at")});
  ASSERT_EQ(insert(1, "a", ago(1)), "ok");
  const Resource moved = soft_items();
  const std::string refusal = only_refusal(moved);
  EXPECT_NE(refusal.find("another column is to say it now"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("{generated: deleted, column: {name: servanda_deleted_at}}"),
            std::string::npos);
  Resource taken = moved;
  taken.properties[kDeletedAt].column = "servanda_deleted_at";
  EXPECT_TRUE(plan(taken).refusals.empty());
}

TEST_F(SoftDeleteMigrationTest, DeletesNoRowBecauseItHasAValue) {
  Resource before = plain_items();
  before.properties.push_back(test_property("deleted_at", ColumnType::kTimestamp));
  serve({before});
  EXPECT_TRUE(plan(soft_items()).refusals.empty()) << "no row has a value";
  ASSERT_EQ(insert(1, "a", ago(1)), "ok");
  const std::string refusal = only_refusal(soft_items());
  EXPECT_NE(refusal.find("has values, and \"generated: deleted\" would delete the rows that have"),
            std::string::npos)
      << refusal;
  ASSERT_EQ(update(1, "a", Value::null()), "ok");
  serve({soft_items()});
  EXPECT_EQ(insert(2, "b", ago(1)), "ok");
}

TEST_F(SoftDeleteMigrationTest, ComparesForUniqueOnlyWhatIsNotDeleted) {
  Resource loose = soft_items();
  loose.indexes.erase(loose.indexes.begin());
  serve({loose});
  ASSERT_EQ(insert(1, "a", ago(1)), "ok");
  ASSERT_EQ(insert(2, "a"), "ok");
  EXPECT_TRUE(plan(soft_items()).refusals.empty());
  ASSERT_EQ(insert(3, "a"), "ok");
  EXPECT_NE(only_refusal(soft_items()).find("declares unique"), std::string::npos);
}

}  // namespace
}  // namespace servanda::internal
