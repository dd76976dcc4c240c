// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/schema.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/sqlite/fixture_for_test.h"
#include "store/sqlite/table.h"

namespace servanda::internal {
namespace {

using ::testing::Test;

Resource items() {
  Resource resource = test_resource(
      "items", ColumnType::kUuid,
      {required_property("name", ColumnType::kText), test_property("price", ColumnType::kDecimal),
       test_property("note", ColumnType::kText)});
  resource.indexes = {unique_index(resource, {"name"}), test_index(resource, {"-price", "id"})};
  return resource;
}

class SchemaTest : public Test {
 protected:
  SchemaTest() {
    Database::Options options;
    options.value_bytes_max = 1 << 20;
    Result<Database> opened = Database::open(directory.file("test.db"), options);
    database = std::make_unique<Database>(std::move(*opened));
  }
  void SetUp() override { ASSERT_TRUE(open_schema(*database, {1'000})); }

  Result<void> apply(const std::vector<Resource>& resources) {
    return apply_schema(*database, resources, "hash");
  }
  // Whether the refusal names what it is about; and that nothing has changed.
  void expect_refused(const Resource& resource, const std::vector<std::string>& named) {
    const std::string before = everything();
    const Result<void> done = apply({resource});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::kConflict);
    EXPECT_EQ(done.error().reason, "migration");
    for (const std::string& name : named) {
      EXPECT_NE(done.error().message.find(name), std::string::npos) << done.error().message;
    }
    EXPECT_EQ(everything(), before);
    EXPECT_FALSE(database->in_transaction());
  }
  std::string everything() {
    std::string text;
    for (const char* sql : {"SELECT name || coalesce(sql, '') FROM sqlite_schema ORDER BY name",
                            "SELECT table_name || column_name || type || role "
                            "FROM _servanda_columns ORDER BY 1"}) {
      Statement rows = std::move(*database->prepare(sql));
      while (rows.step() == Step::kRow) text += std::string(rows.text(0)) + "\n";
    }
    return text;
  }
  int64_t number(const std::string& sql) { return database->query_integer(sql).value_or(-1); }
  void insert_row(const std::string& columns, const std::string& values) {
    const Result<void> done =
        database->execute("INSERT INTO items (id, " + columns +
                          ", _version) VALUES (randomblob(16), " + values + ", 1)");
    ASSERT_TRUE(done) << done.error().message;
  }

  TestDirectory directory;
  std::unique_ptr<Database> database;
};

TEST_F(SchemaTest, MakesStrictTablesWithTheStoredFormOfEachType) {
  std::vector<Property> properties;
  const ColumnType types[] = {ColumnType::kText,   ColumnType::kUuid,    ColumnType::kTimestamp,
                              ColumnType::kDate,   ColumnType::kDecimal, ColumnType::kInteger,
                              ColumnType::kNumber, ColumnType::kBoolean, ColumnType::kJson};
  for (const ColumnType type : types) {
    properties.push_back(test_property("a_" + std::string(type_word(type)), type));
  }
  ASSERT_TRUE(apply({test_resource("things", ColumnType::kUuid, properties)}));
  Statement sql =
      std::move(*database->prepare("SELECT sql FROM sqlite_schema WHERE name = 'things'"));
  ASSERT_EQ(sql.step(), Step::kRow);
  EXPECT_EQ(sql.text(0),
            "CREATE TABLE \"things\" (\"id\" BLOB NOT NULL PRIMARY KEY, \"a_text\" TEXT, "
            "\"a_uuid\" BLOB, \"a_timestamp\" INTEGER, \"a_date\" INTEGER, \"a_decimal\" TEXT, "
            "\"a_integer\" INTEGER, \"a_number\" REAL, \"a_boolean\" INTEGER, \"a_json\" TEXT, "
            "\"a_decimal#order\" BLOB, \"_version\" INTEGER NOT NULL) STRICT");
}

TEST_F(SchemaTest, MakesIndexesOverOrderColumnsInTheirDirections) {
  ASSERT_TRUE(apply({items()}));
  const std::string text = everything();
  EXPECT_NE(text.find("CREATE UNIQUE INDEX \"items_name\" ON \"items\" (\"name\")"),
            std::string::npos);
  EXPECT_NE(text.find("ON \"items\" (\"price#order\" DESC, \"id\")"), std::string::npos);
}

TEST_F(SchemaTest, ChangesNothingWhenAppliedAgain) {
  ASSERT_TRUE(apply({items()}));
  const int64_t version = number("PRAGMA schema_version");
  ASSERT_TRUE(apply({items()}));
  EXPECT_EQ(number("PRAGMA schema_version"), version);
}

TEST_F(SchemaTest, RemembersWhichContractWasAppliedLast) {
  ASSERT_TRUE(apply({items()}));
  EXPECT_EQ(number("SELECT count(*) FROM _servanda WHERE name = 'contract' AND value = 'hash'"), 1);
  EXPECT_EQ(number("SELECT value FROM _servanda WHERE name = 'created'"), 1'000);
  EXPECT_EQ(number("SELECT value FROM _servanda WHERE name = 'format'"), kStoreFormat);
}

TEST_F(SchemaTest, QuotesNamesSoThatTheyCannotEndAnIdentifier) {
  Resource odd = test_resource("order\"; DROP TABLE _servanda; --", ColumnType::kText,
                               {test_property("select \"x", ColumnType::kText)});
  odd.indexes = {test_index(odd, {"select \"x"})};
  ASSERT_TRUE(apply({odd}));
  EXPECT_EQ(number("SELECT count(*) FROM _servanda"), 3);
}

TEST_F(SchemaTest, AddsColumnsThatRowsNeedNotHave) {
  ASSERT_TRUE(apply({items()}));
  insert_row("name", "'a'");
  Resource more = items();
  more.properties.push_back(test_property("weight", ColumnType::kNumber));
  more.properties.push_back(test_property("cost", ColumnType::kDecimal));
  Property nullable = required_property("size", ColumnType::kInteger);
  nullable.nullable = true;
  more.properties.push_back(nullable);
  more.indexes.push_back(test_index(more, {"cost", "id"}));
  const Result<void> done = apply({more});
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(number("SELECT count(*) FROM items WHERE weight IS NULL AND \"cost#order\" IS NULL"),
            1);
}

TEST_F(SchemaTest, AddsARequiredColumnWhileThereAreNoRows) {
  ASSERT_TRUE(apply({items()}));
  Resource more = items();
  more.properties.push_back(required_property("weight", ColumnType::kNumber));
  EXPECT_TRUE(apply({more}));
}

TEST_F(SchemaTest, RefusesARequiredColumnThatRowsLack) {
  ASSERT_TRUE(apply({items()}));
  insert_row("name", "'a'");
  Resource more = items();
  more.properties.push_back(required_property("weight", ColumnType::kNumber));
  expect_refused(more, {"\"weight\"", "\"items\"", "optional"});
}

TEST_F(SchemaTest, RefusesAnotherTypeEvenWithTheSameStorage) {
  ASSERT_TRUE(apply({items()}));
  Resource other = items();
  other.properties[3].type = ColumnType::kDecimal;
  expect_refused(other, {"\"note\"", "\"items\"", "text", "decimal", "column: {name:"});
}

TEST_F(SchemaTest, MakesAPropertyRequiredOnceEveryRowHasIt) {
  ASSERT_TRUE(apply({items()}));
  insert_row("name", "'a'");
  Resource strict = items();
  strict.properties[3].required = true;
  expect_refused(strict, {"\"note\"", "\"items\"", "required"});
  ASSERT_TRUE(database->execute("UPDATE items SET note = 'x'"));
  EXPECT_TRUE(apply({strict}));
  EXPECT_TRUE(apply({items()})) << "and optional again";
}

TEST_F(SchemaTest, RefusesToForgetAColumnThatHoldsValues) {
  ASSERT_TRUE(apply({items()}));
  insert_row("name, note", "'a', 'x'");
  Resource less = items();
  less.properties.pop_back();
  expect_refused(less, {"\"note\"", "\"items\"", "renamed", "column: {name: note}"});
  ASSERT_TRUE(database->execute("UPDATE items SET note = NULL"));
  EXPECT_TRUE(apply({less}));
  EXPECT_TRUE(apply({less}));
  EXPECT_TRUE(apply({items()})) << "the column is taken up again";
}

TEST_F(SchemaTest, KeepsTheColumnOfARenamedPropertyThatNamesIt) {
  ASSERT_TRUE(apply({items()}));
  insert_row("name, note", "'a', 'x'");
  Resource renamed = items();
  renamed.properties[3].name = "remark";
  EXPECT_TRUE(apply({renamed}));
}

TEST_F(SchemaTest, RefusesAnotherKey) {
  ASSERT_TRUE(apply({items()}));
  Resource other = items();
  other.key = 1;
  expect_refused(other, {"\"items\"", "key"});
  Resource replaced = items();
  replaced.properties[0].column = "code";
  expect_refused(replaced, {"\"items\"", "\"code\"", "key"});
}

TEST_F(SchemaTest, BringsIndexesToWhatThePlanSays) {
  ASSERT_TRUE(apply({items()}));
  Resource other = items();
  other.indexes = {test_index(other, {"note", "id"})};
  other.indexes.push_back(test_index(other, {"price", "id"}));
  other.indexes[1].name = "items_price_desc_id";  // The name that another order had.
  ASSERT_TRUE(apply({other}));
  EXPECT_EQ(number("SELECT count(*) FROM sqlite_schema WHERE type = 'index' "
                   "AND tbl_name = 'items' AND sql IS NOT NULL"),
            2);
  ASSERT_TRUE(apply({items()}));
  EXPECT_EQ(number("SELECT count(*) FROM sqlite_schema WHERE name = 'items_note_id'"), 0);
}

TEST_F(SchemaTest, RefusesAUniqueIndexOverDuplicates) {
  Resource loose = items();
  loose.indexes.clear();
  ASSERT_TRUE(apply({loose}));
  insert_row("name", "'a'");
  insert_row("name", "'a'");
  expect_refused(items(), {"\"items\"", "\"name\"", "unique"});
}

TEST_F(SchemaTest, LeavesTablesThatNoPlanNamesAlone) {
  ASSERT_TRUE(apply({items()}));
  insert_row("name", "'a'");
  ASSERT_TRUE(apply({}));
  EXPECT_EQ(number("SELECT count(*) FROM items"), 1);
}

TEST_F(SchemaTest, RefusesNamesThatCollideOrAreReserved) {
  Resource system = items();
  system.table = "_servanda";
  expect_refused(system, {"\"_servanda\"", "reserved"});
  Resource sqlite = items();
  sqlite.table = "SQLITE_x";
  expect_refused(sqlite, {"\"SQLITE_x\""});
  Resource version = items();
  version.properties[3].column = "_VERSION";
  expect_refused(version, {"\"_VERSION\""});
  Resource doubled = items();
  doubled.properties[3].column = "NAME";
  expect_refused(doubled, {"\"NAME\"", "note"});
  Resource shadow = items();
  shadow.properties[3].column = "price#order";
  expect_refused(shadow, {"\"price#order\""});
  Resource index = items();
  index.indexes[0].name = "items";
  expect_refused(index, {"\"items\""});
}

TEST_F(SchemaTest, RefusesTwoTablesOfOneName) {
  Resource other = items();
  other.table = "ITEMS";
  EXPECT_FALSE(apply({items(), other}));
}

TEST_F(SchemaTest, RefusesKeysThatHaveNoExactOrder) {
  for (const ColumnType type : {ColumnType::kJson, ColumnType::kNumber, ColumnType::kDecimal}) {
    expect_refused(test_resource("odd", type, {}), {"\"id\"", "key"});
  }
}

TEST_F(SchemaTest, TakesAsManyColumnsAsTheLimitAndRefusesOneMore) {
  std::vector<Property> properties;
  for (size_t i = 0; i < kTableColumnsMax - 2; ++i) {  // With the key and the version.
    properties.push_back(test_property("p" + std::to_string(i), ColumnType::kInteger));
  }
  EXPECT_TRUE(apply({test_resource("wide", ColumnType::kUuid, properties)}));
  properties.push_back(test_property("one_more", ColumnType::kInteger));
  expect_refused(test_resource("wider", ColumnType::kUuid, properties), {"\"wider\"", "1001"});
}

TEST_F(SchemaTest, ReportsATableThatSomethingElseMade) {
  ASSERT_TRUE(database->execute("CREATE TABLE items (x)"));
  expect_refused(items(), {"\"items\"", "something else"});
}

TEST_F(SchemaTest, GivesAnOlderStoreTheTablesOfEventsOnceAndOthersNothing) {
  const std::string whole = everything();
  ASSERT_TRUE(open_schema(*database, {}));
  EXPECT_EQ(everything(), whole);
  ASSERT_TRUE(database->execute("DROP TABLE _servanda_outbox; DROP TABLE _servanda_audit"));
  EXPECT_EQ(missing_system_parts(*database).value().size(), 8u);
  ASSERT_TRUE(open_schema(*database, {}));
  EXPECT_EQ(everything(), whole);
  EXPECT_TRUE(missing_system_parts(*database).value().empty());
}

TEST_F(SchemaTest, ReadsOutboxAndAuditThroughTheirIndexes) {
  const struct {
    const char* sql;
    const char* index;
  } queries[] = {
      {"SELECT sequence FROM _servanda_outbox WHERE delivered_at IS NULL AND next_attempt_at <= 5 "
       "ORDER BY next_attempt_at",
       "_servanda_outbox_due"},
      {"SELECT min(sequence) FROM _servanda_outbox WHERE delivered_at IS NULL AND topic = 't' AND "
       "key = x'01'",
       "_servanda_outbox_order"},
      {"SELECT sequence FROM _servanda_outbox WHERE delivered_at <= 5 LIMIT 64",
       "_servanda_outbox_delivered"},
      {"SELECT sequence FROM _servanda_audit WHERE occurred_at >= 5", "_servanda_audit_occurred"},
      {"SELECT sequence FROM _servanda_audit WHERE actor = 'a' ORDER BY sequence DESC",
       "_servanda_audit_actor"},
      {"SELECT sequence FROM _servanda_audit WHERE resource = 'r' AND resource_key = x'01' "
       "ORDER BY sequence",
       "_servanda_audit_object"}};
  for (const auto& query : queries) {
    Statement plan = std::move(*database->prepare(std::string("EXPLAIN QUERY PLAN ") + query.sql));
    std::string text;
    while (plan.step() == Step::kRow) text += std::string(plan.text(3)) + ";";
    EXPECT_NE(text.find(query.index), std::string::npos) << text;
    EXPECT_EQ(text.find("TEMP B-TREE"), std::string::npos) << text;
  }
}

TEST_F(SchemaTest, RefusesAStoreOfANewerFormat) {
  ASSERT_TRUE(database->execute("UPDATE _servanda SET value = 2 WHERE name = 'format'"));
  const Result<void> opened = open_schema(*database, {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "store-format");
  EXPECT_NE(opened.error().message.find("format 2"), std::string::npos);
  ASSERT_TRUE(database->execute("UPDATE _servanda SET value = 1 WHERE name = 'format'"));
  EXPECT_TRUE(open_schema(*database, {}));
}

TEST_F(SchemaTest, RefusesTheDatabaseOfAnotherProgram) {
  Database::Options options;
  options.value_bytes_max = 1 << 20;
  Result<Database> other = Database::open(directory.file("other.db"), options);
  ASSERT_TRUE(other->execute("CREATE TABLE theirs (x)"));
  const Result<void> opened = open_schema(*other, {});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "not-a-store");
}

}  // namespace
}  // namespace servanda::internal
