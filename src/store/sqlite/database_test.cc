// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/database.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>

#include "store/sqlite/fixture_for_test.h"

namespace servanda::internal {
namespace {

Database::Options small_options() {
  Database::Options options;
  options.value_bytes_max = 10'000;
  options.cache_bytes = 1 << 20;
  return options;
}

class DatabaseTest : public ::testing::Test {
 protected:
  DatabaseTest() : opened(Database::open(directory.file("test.db"), small_options())) {}
  void SetUp() override { ASSERT_TRUE(opened) << opened.error().message; }
  Database& database() { return *opened; }
  std::string setting(const std::string& name) {
    Statement statement = std::move(*database().prepare("PRAGMA " + name));
    EXPECT_EQ(statement.step(), Step::kRow);
    return std::string(statement.text(0));
  }
  TestDirectory directory;
  Result<Database> opened;
};

TEST_F(DatabaseTest, IsDurableAndDistrustsTheFile) {
  EXPECT_EQ(setting("journal_mode"), "wal");
  EXPECT_EQ(setting("synchronous"), "2");
  EXPECT_EQ(setting("trusted_schema"), "0");
  EXPECT_EQ(setting("wal_autocheckpoint"), "0");
  EXPECT_EQ(setting("foreign_keys"), "0");
  EXPECT_EQ(setting("mmap_size"), "0");
  EXPECT_FALSE(database().execute("SELECT \"no such column\"")) << "a name is never a string";
}

TEST_F(DatabaseTest, KeepsEveryKindOfValueExactly) {
  ASSERT_TRUE(database().execute("CREATE TABLE t (a ANY, b ANY, c ANY, d ANY, e ANY) STRICT"));
  Statement insert = std::move(*database().prepare("INSERT INTO t VALUES (?, ?, ?, ?, ?)"));
  const std::string text("a\0b", 3);
  insert.bind(1, Value::null());
  insert.bind(2, Value::of_integer(INT64_MIN));
  insert.bind(3, Value::of_number(0.1));
  insert.bind(4, Value::of_text(text));
  insert.bind(5, Value::of_bytes(std::string_view("\xff\0\xfe", 3)));
  EXPECT_EQ(insert.run(), Step::kDone);
  EXPECT_EQ(database().changes(), 1);
  Statement read = std::move(*database().prepare("SELECT a, b, c, d, e FROM t"));
  ASSERT_EQ(read.step(), Step::kRow);
  EXPECT_TRUE(read.is_null(0));
  EXPECT_EQ(read.integer(1), INT64_MIN);
  EXPECT_EQ(read.number(2), 0.1);
  EXPECT_EQ(read.text(3), text);
  EXPECT_EQ(read.bytes(4), std::string_view("\xff\0\xfe", 3));
}

TEST_F(DatabaseTest, BindsAnEmptyViewAsEmptyAndNotAsNull) {
  Statement statement = std::move(*database().prepare("SELECT ?1 IS NULL, ?2 IS NULL"));
  statement.bind_text(1, {});
  statement.bind_bytes(2, {});
  ASSERT_EQ(statement.step(), Step::kRow);
  EXPECT_EQ(statement.integer(0), 0);
  EXPECT_EQ(statement.integer(1), 0);
}

TEST_F(DatabaseTest, TakesAValueAtTheLimitAndRefusesOneAbove) {
  const std::string above(10'001, 'x');
  const std::string_view at_limit = std::string_view(above).substr(1);
  Statement statement = std::move(*database().prepare("SELECT length(?1), ?2"));
  statement.bind_text(1, at_limit);
  statement.bind_integer(2, 1);
  EXPECT_EQ(statement.run(), Step::kRow);
  statement.bind_text(1, above);
  statement.bind_integer(2, 1);
  EXPECT_EQ(statement.run(), Step::kFailed);
  EXPECT_EQ(database().failure(), DatabaseFailure::kTooLarge);
  EXPECT_EQ(database().error("testing").code, Code::kTooLarge);
  statement.bind_text(1, "small");
  statement.bind_integer(2, 1);
  EXPECT_EQ(statement.run(), Step::kRow) << "the statement works on";
}

TEST_F(DatabaseTest, RefusesToWriteWhenOpenedForReading) {
  ASSERT_TRUE(database().execute("CREATE TABLE t (a)"));
  Database::Options options = small_options();
  options.mode = Database::Options::Mode::kReadOnly;
  Result<Database> reader = Database::open(directory.file("test.db"), options);
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_FALSE(reader->execute("INSERT INTO t VALUES (1)"));
  EXPECT_TRUE(reader->query_integer("SELECT count(*) FROM t"));
}

TEST_F(DatabaseTest, ReportsAFileThatIsNotADatabaseAsDamaged) {
  const std::string path = directory.file("other.db");
  ASSERT_TRUE(write_file_atomically(path, std::string(8192, 'x')));
  const Result<Database> opened = Database::open(path, small_options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "store-corrupt");
}

TEST_F(DatabaseTest, ReportsADirectoryThatIsNotThere) {
  const Result<Database> opened = Database::open(directory.file("no/test.db"), small_options());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kUnavailable);
}

TEST_F(DatabaseTest, NeverShowsSqlInAnError) {
  const Result<void> done = database().execute("SELECT secret FROM nowhere");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::kInternal);
  EXPECT_EQ(done.error().message.find("secret"), std::string::npos);
  EXPECT_EQ(done.error().message.find("nowhere"), std::string::npos);
}

TEST_F(DatabaseTest, EndsAStatementAboveTheStepBoundAndOnlyThere) {
  const char* count =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) "
      "SELECT count(*) FROM n";
  database().set_step_bound(20'000);
  EXPECT_FALSE(database().query_integer(count));
  EXPECT_EQ(database().failure(), DatabaseFailure::kInterrupted);
  EXPECT_EQ(database().error("testing").code, Code::kDeadlineExceeded);
  database().set_step_bound(100'000'000);
  EXPECT_EQ(database().query_integer(count).value_or(0), 100'000);
  database().set_step_bound(0);
  EXPECT_EQ(database().query_integer(count).value_or(0), 100'000);
}

TEST_F(DatabaseTest, CountsThePagesOfItsLogAndEmptiesIt) {
  ASSERT_TRUE(database().execute("CREATE TABLE t (a)"));
  EXPECT_GT(database().wal_pages(), 0);
  EXPECT_EQ(database().checkpoint(Database::Checkpoint::kPassive).value_or(-1), 0);
  EXPECT_EQ(database().checkpoint(Database::Checkpoint::kTruncate).value_or(-1), 0);
}

TEST_F(DatabaseTest, CachesAsManyStatementsAsAskedAndDropsTheOneUnusedLongest) {
  StatementCache cache(database(), 2);
  int compiled = 0;
  const auto sql = [&compiled] {
    ++compiled;
    return std::string("SELECT 1");
  };
  Statement* first = cache.get("a", sql);
  ASSERT_TRUE(first);
  ASSERT_TRUE(cache.get("b", sql));
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_EQ(cache.get("a", sql), first);
  EXPECT_EQ(compiled, 2);
  ASSERT_TRUE(cache.get("c", sql));
  EXPECT_EQ(cache.size(), 2u);
  EXPECT_EQ(cache.get("a", sql), first) << "the one used last stays";
  EXPECT_EQ(compiled, 3);
  ASSERT_TRUE(cache.get("b", sql));
  EXPECT_EQ(compiled, 4) << "the one unused longest was dropped";
}

TEST_F(DatabaseTest, CachesNothingThatDoesNotCompile) {
  StatementCache cache(database(), 2);
  EXPECT_FALSE(cache.get("a", [] { return std::string("SELEKT"); }));
  EXPECT_EQ(cache.size(), 0u);
}

}  // namespace
}  // namespace servanda::internal
