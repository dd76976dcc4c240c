// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/migration.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "store/sqlite/fault_files_for_test.h"
#include "store/sqlite/fixture_for_test.h"
#include "store/sqlite/schema.h"

namespace servanda::internal {
namespace {

namespace fs = std::filesystem;

Resource items() {
  Resource resource = test_resource(
      "items", ColumnType::kInteger,
      {required_property("name", ColumnType::kText), test_property("note", ColumnType::kText)});
  resource.indexes = {test_index(resource, {"name", "id"})};
  return resource;
}

// Everything that is done without being asked: a table, columns, roles, indexes made and dropped.
std::vector<Resource> next_contract() {
  Resource changed = items();
  changed.properties.pop_back();
  changed.properties[1].required = false;
  changed.properties.push_back(test_property("price", ColumnType::kDecimal));
  changed.indexes = {unique_index(changed, {"name"}), test_index(changed, {"-price", "id"})};
  Resource fresh = test_resource("notes", ColumnType::kUuid, {});
  return {changed, fresh};
}

Result<Database> open_database(const std::string& path, const std::string& vfs = "") {
  Database::Options options;
  options.value_bytes_max = 1 << 20;
  options.vfs = vfs;
  return Database::open(path, options);
}

std::string everything(Database& database) {
  std::string text;
  for (const char* sql : {"SELECT name || coalesce(sql, '') FROM sqlite_schema ORDER BY name",
                          "SELECT table_name || column_name || type || role "
                          "FROM _servanda_columns ORDER BY 1",
                          "SELECT name || value FROM _servanda ORDER BY 1",
                          "SELECT id || name FROM items ORDER BY id", "PRAGMA integrity_check"}) {
    Statement rows = std::move(*database.prepare(sql));
    while (rows.step() == Step::kRow) text += std::string(rows.text(0)) + "\n";
  }
  return text;
}

std::string everything_in(const std::string& path) {
  Result<Database> database = open_database(path);
  EXPECT_TRUE(database) << database.error().message;
  return everything(*database);
}

class MigrationTest : public ::testing::Test {
 protected:
  MigrationTest() {
    fs::create_directory(directory.file("data"));
    Result<Database> database = open_database(path());
    EXPECT_TRUE(open_schema(*database, {1'000}));
    EXPECT_TRUE(apply_schema(*database, first, "first"));
    std::string rows;
    for (int i = 0; i < 300; ++i) {
      rows += (i ? ", (" : "(") + std::to_string(i) + ", 'name " + std::to_string(i) + "', 1)";
    }
    EXPECT_TRUE(database->execute("INSERT INTO items (id, name, _version) VALUES " + rows));
  }
  std::string path() { return directory.file("data/store.db"); }
  Result<SchemaChanges> plan(const std::vector<Resource>& resources) {
    return plan_migration(directory.file("data"), resources);
  }

  TestDirectory directory;
  const std::vector<Resource> first = {items()};
  const std::vector<Resource> next = next_contract();
};

TEST_F(MigrationTest, ListsEveryStepWithWhatItCostsAndChangesNothing) {
  const std::string before = everything_in(path());
  const Result<SchemaChanges> changes = plan(next);
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_TRUE(changes->refusals.empty());
  std::string text;
  for (const SchemaStep& step : changes->steps) {
    text += step.text + (step.reads == SchemaStep::Reads::kWholeTable ? " reads\n" : "\n");
  }
  EXPECT_EQ(text,
            "Drop index \"items_name_id\" of table \"items\".\n"
            "Make table \"notes\" for resource \"notes\", 1 columns.\n"
            "Add column \"price\" (decimal) to table \"items\"; rows that are there have no value "
            "in it.\n"
            "Column \"name\" of table \"items\" becomes optional.\n"
            "Column \"note\" of table \"items\" is given up: no property has it and no row has a "
            "value in it. It stays in the file. reads\n"
            "Make unique index \"items_name\" on table \"items\" over \"name\". reads\n"
            "Make index \"items_price_desc_id\" on table \"items\" over \"price\" descending, "
            "\"id\". reads\n");
  EXPECT_EQ(everything_in(path()), before);
}

TEST_F(MigrationTest, PlansNothingOnceTheChangesAreApplied) {
  {
    Result<Database> database = open_database(path());
    ASSERT_TRUE(apply_schema(*database, next, "next"));
  }
  const Result<SchemaChanges> changes = plan(next);
  ASSERT_TRUE(changes);
  EXPECT_TRUE(changes->steps.empty());
  EXPECT_TRUE(changes->refusals.empty());
}

TEST_F(MigrationTest, PlansBesideAServerThatHoldsTheStore) {
  const auto platform = make_simulated_platform(1);
  const auto store = open_sqlite_store(directory.file("data"), *platform);
  ASSERT_TRUE(store) << store.error().message;
  const Result<SchemaChanges> changes = plan(next);
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_EQ(changes->steps.size(), 7u);
}

TEST_F(MigrationTest, PlansAStoreThatIsNotThereYet) {
  for (const char* name : {"none", "empty"}) {
    if (std::string(name) == "empty") {
      fs::create_directory(directory.file(name));
      ASSERT_TRUE(write_file_atomically(directory.file("empty/store.db"), ""));
    }
    const Result<SchemaChanges> changes = plan_migration(directory.file(name), first);
    ASSERT_TRUE(changes) << changes.error().message;
    ASSERT_EQ(changes->steps.size(), 2u);
    EXPECT_EQ(changes->steps[0].kind, SchemaStep::Kind::kCreateTable);
    EXPECT_EQ(changes->steps[1].kind, SchemaStep::Kind::kCreateIndex);
    EXPECT_EQ(changes->steps[1].reads, SchemaStep::Reads::kNothing);
  }
  EXPECT_FALSE(fs::exists(directory.file("none")));
}

TEST_F(MigrationTest, RefusesToPlanANewerStore) {
  {
    Result<Database> database = open_database(path());
    ASSERT_TRUE(database->execute("UPDATE _servanda SET value = 2 WHERE name = 'format'"));
  }
  EXPECT_EQ(outcome(plan(next)), "store-format");
}

TEST_F(MigrationTest, ListsEveryRefusalAtOnceWithItsWay) {
  {
    Result<Database> database = open_database(path());
    ASSERT_TRUE(database->execute("UPDATE items SET note = 'x', name = 'same'"));
  }
  Resource changed = items();
  changed.properties[1].type = ColumnType::kInteger;                         // name
  changed.properties[2] = required_property("weight", ColumnType::kNumber);  // and no note
  changed.properties.push_back(test_property("NAME2", ColumnType::kText));
  changed.indexes.clear();
  const Result<SchemaChanges> changes = plan({changed});
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->refusals.size(), 3u);
  for (const SchemaRefusal& refusal : changes->refusals) {
    EXPECT_EQ(refusal.table, "items");
    ASSERT_EQ(refusal.way.size(), 4u) << refusal.reason;
    EXPECT_EQ(refusal.way[0].find("Expand: "), 0u);
    EXPECT_EQ(refusal.way[1].find("Backfill: "), 0u);
    EXPECT_EQ(refusal.way[2].find("Switch: "), 0u);
    EXPECT_EQ(refusal.way[3].find("Contract: "), 0u);
  }
  EXPECT_EQ(changes->refusals[0].subject, "name");
  EXPECT_NE(changes->refusals[0].way[0].find("\"nameNew\""), std::string::npos);
  EXPECT_NE(changes->refusals[0].way[3].find("column: {name: name_new}"), std::string::npos);
  EXPECT_EQ(changes->refusals[1].subject, "weight");
  EXPECT_EQ(changes->refusals[2].subject, "note");
  // The same texts reach whoever starts a server on it, and nothing is changed.
  Result<Database> database = open_database(path());
  const std::string before = everything(*database);
  const Result<void> applied = apply_schema(*database, {&changed, 1}, "next");
  ASSERT_FALSE(applied);
  for (const SchemaRefusal& refusal : changes->refusals) {
    EXPECT_NE(applied.error().message.find(refusal.text()), std::string::npos);
  }
  EXPECT_EQ(everything(*database), before);
}

TEST_F(MigrationTest, FollowsTheWayForAnotherTypeToItsEnd) {
  Result<Database> database = open_database(path());
  ASSERT_TRUE(database->execute("UPDATE items SET note = '12'"));
  Resource switched = items();
  switched.properties[2].type = ColumnType::kInteger;
  ASSERT_FALSE(apply_schema(*database, {&switched, 1}, ""));
  Resource expanded = items();
  expanded.properties.push_back(test_property("noteNew", ColumnType::kInteger));
  expanded.properties.back().column = "note_new";
  ASSERT_TRUE(apply_schema(*database, {&expanded, 1}, ""));
  ASSERT_TRUE(database->execute("UPDATE items SET note_new = note, note = NULL"));
  Resource contracted = expanded;
  contracted.properties.erase(contracted.properties.begin() + 2);
  contracted.properties.back().name = "note";
  ASSERT_TRUE(apply_schema(*database, {&contracted, 1}, ""));
  EXPECT_EQ(database->query_integer("SELECT sum(note_new) FROM items").value_or(0), 300 * 12);
}

TEST_F(MigrationTest, FindsColumnsThatDifferOnlyInTheirLetters) {
  Resource changed = items();
  changed.properties.push_back(test_property("more", ColumnType::kText));
  changed.properties.back().column = "Note";
  changed.properties.erase(changed.properties.begin() + 2);
  const Result<SchemaChanges> changes = plan({changed});
  ASSERT_TRUE(changes);
  ASSERT_EQ(changes->refusals.size(), 1u);
  EXPECT_EQ(changes->refusals[0].subject, "Note");
}

TEST_F(MigrationTest, MovesAnIndexNameFromOneTableToAnother) {
  Resource changed = items();
  changed.indexes.clear();
  Resource fresh = test_resource("another", ColumnType::kUuid, {});
  fresh.indexes = {test_index(fresh, {"id"})};
  fresh.indexes[0].name = "items_name_id";
  Result<Database> database = open_database(path());
  const Resource both[] = {fresh, changed};
  const Result<void> applied = apply_schema(*database, both, "next");
  EXPECT_TRUE(applied) << applied.error().message;
}

// The disk dies, or the power goes, at one change of the files after the other.
TEST_F(MigrationTest, IsDoneWhollyOrNotAtAllWhereverItIsCut) {
  const std::string before = everything_in(path());
  std::mt19937_64 random(1);
  std::string after;
  int cut = 0;
  int kept_old = 0;
  std::vector<std::string> told_late;
  for (int at = 1; after.empty(); ++at) {
    TestDirectory life;
    TestDirectory left;
    fs::copy(path(), life.file("store.db"));
    FaultFiles files;
    files.syncs = FaultFiles::Syncs::kInModelOnly;
    Result<void> applied;
    {
      Result<Database> database = open_database(life.file("store.db"), files.name());
      ASSERT_TRUE(database) << database.error().message;
      int changes = 0;
      files.before_change = [&] {
        if (++changes < at) return;
        if (changes == at) files.lose_power(left.path(), random);
        files.write_code = SQLITE_IOERR_WRITE;
        files.sync_code = SQLITE_IOERR_FSYNC;
      };
      applied = apply_schema(*database, next, "next");
      files.before_change = nullptr;
      if (applied) after = everything(*database);
      cut += applied ? 0 : 1;
    }
    files.write_code = files.sync_code = SQLITE_OK;
    if (!after.empty()) break;
    const std::string after_a_kill = everything_in(life.file("store.db"));
    const std::string after_power_loss = everything_in(left.file("store.db"));
    // After the last write the new schema may be there without having been told; nothing between.
    for (const std::string& found : {after_a_kill, after_power_loss}) {
      if (found == before) {
        ++kept_old;
      } else {
        told_late.push_back(found);
      }
    }
  }
  for (const std::string& found : told_late) EXPECT_EQ(found, after);
  EXPECT_GT(cut, 10);
  EXPECT_GT(kept_old, 10);
  EXPECT_NE(after, before);
}

TEST_F(MigrationTest, RollsBackOnAFullDiskAndWorksWhenThereIsRoom) {
  FaultFiles files;
  Result<Database> database = open_database(path(), files.name());
  const std::string before = everything(*database);
  files.write_code = SQLITE_FULL;
  const Result<void> full = apply_schema(*database, next, "next");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::kStorageFull);
  EXPECT_EQ(everything(*database), before);
  files.write_code = SQLITE_OK;
  EXPECT_TRUE(apply_schema(*database, next, "next"));
}

}  // namespace
}  // namespace servanda::internal
