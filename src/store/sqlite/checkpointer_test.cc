// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/checkpointer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "store/sqlite/fault_files_for_test.h"
#include "store/sqlite/fixture_for_test.h"

namespace servanda::internal {
namespace {

constexpr uint64_t kBound = 400 * kLogFrameBytes;  // Steps of 12 pages, 10 of which are little.

// A store whose log has this bound; each commit puts about five pages into it.
class CheckpointerTest : public ::testing::Test {
 protected:
  explicit CheckpointerTest(uint64_t log_bytes_max = 16 * kBound)
      : resource(test_resource("notes", ColumnType::kInteger,
                               {test_property("text", ColumnType::kText)})) {
    files.syncs = FaultFiles::Syncs::kInModelOnly;
    SqliteOptions options;
    options.checkpoint_bytes = kBound;
    options.log_bytes_max = log_bytes_max;
    options.busy_timeout = {};
    options.vfs = files.name();
    fixture.emplace(1, options);
    EXPECT_TRUE(fixture->prepare({&resource, 1}));
  }
  std::string insert() {
    const std::string text(12'000, 'x');
    const Value values[] = {Value::of_integer(next_id++), Value::of_text(text)};
    const Write write{Write::Kind::kInsert, &resource, values[0], values, 0};
    return outcome(fixture->commit({&write, 1}));
  }
  [[nodiscard]] Result<Database> open_reader() const {
    Database::Options options;
    options.mode = Database::Options::Mode::kReadOnly;
    options.value_bytes_max = 1 << 20;
    options.vfs = files.name();
    return Database::open(fixture->directory.file("data/store.db"), options);
  }
  [[nodiscard]] uint64_t log_bytes() const {
    return std::filesystem::file_size(fixture->directory.file("data/store.db-wal"));
  }
  [[nodiscard]] std::string rows() { return fixture->look("SELECT count(*) FROM notes"); }

  FaultFiles files;
  Resource resource;
  std::optional<StoreFixture> fixture;
  int64_t next_id = 0;
};

TEST_F(CheckpointerTest, CopiesALittleAtATimeAndBeginsTheLogAnew) {
  uint64_t most = 0;
  uint64_t all = 0;
  for (int i = 0; i < 1000; ++i) {
    const uint64_t before = files.database_writes;
    ASSERT_EQ(insert(), "ok");
    most = std::max(most, files.database_writes - before);
    all += files.database_writes - before;
  }
  EXPECT_GT(all, 3000u) << "pages were moved";
  EXPECT_LE(most, 50u) << "pages, where the whole log has 400";
  EXPECT_LT(log_bytes(), 2 * kBound);
  EXPECT_EQ(rows(), "1000");
  EXPECT_EQ(fixture->look("PRAGMA integrity_check"), "ok");
}

TEST_F(CheckpointerTest, SyncsTheDatabaseFromTheLogsBoundOnAndNotBefore) {
  ASSERT_EQ(insert(), "ok");
  const uint64_t syncs = files.database_syncs;
  uint64_t below = 0;
  while (files.database_syncs == syncs && next_id < 1000) {
    below = log_bytes();
    ASSERT_EQ(insert(), "ok");
  }
  constexpr uint64_t kStepAndCommit = (12 + 6) * kLogFrameBytes;
  EXPECT_GE(log_bytes(), kBound);
  EXPECT_LT(below, kBound + kStepAndCommit);
}

TEST_F(CheckpointerTest, LeavesTheLogToWhoReadsForLongAndGoesOnAfterwards) {
  ASSERT_EQ(insert(), "ok");
  Result<Database> reader = open_reader();
  ASSERT_TRUE(reader->execute("BEGIN; SELECT count(*) FROM notes"));
  for (int i = 0; i < 300; ++i) ASSERT_EQ(insert(), "ok");
  EXPECT_EQ(reader->query_integer("SELECT count(*) FROM notes").value_or(-1), 1);
  const uint64_t grown = log_bytes();
  EXPECT_GT(grown, 2 * kBound);
  ASSERT_TRUE(reader->execute("COMMIT"));
  for (int i = 0; i < 300; ++i) ASSERT_EQ(insert(), "ok");
  EXPECT_LT(log_bytes(), grown + kBound / 2) << "it was begun anew";
  EXPECT_EQ(rows(), "601");
}

TEST_F(CheckpointerTest, AFailedSyncBesideTheWriterIsSettledBeforeTheNextCommit) {
  files.database_sync_code = SQLITE_IOERR_FSYNC;
  int acknowledged = 0;
  while (acknowledged < 1000 && insert() == "ok") ++acknowledged;
  EXPECT_GT(acknowledged, 60) << "the log reached its bound first";
  EXPECT_LT(acknowledged, 1000);
  EXPECT_EQ(fixture->store->health().error().reason, "io-error");
  files.database_sync_code = SQLITE_OK;
  ASSERT_EQ(insert(), "ok");
  EXPECT_TRUE(fixture->store->health());
  EXPECT_EQ(rows(), std::to_string(acknowledged + 1));
  for (int i = 0; i < 300; ++i) ASSERT_EQ(insert(), "ok");
  EXPECT_LT(log_bytes(), 2 * kBound) << "and the log is moved again";
}

TEST_F(CheckpointerTest, LeavesNoLogBehindWhenTheStoreIsClosed) {
  for (int i = 0; i < 20; ++i) ASSERT_EQ(insert(), "ok");
  fixture->close();
  EXPECT_FALSE(std::filesystem::exists(fixture->directory.file("data/store.db-wal")));
}

// From this size of its log on the writer waits for who reads, as long as it waits for any lock.
class FullLog : public CheckpointerTest {
 protected:
  FullLog() : CheckpointerTest(2 * kBound) {}
};

TEST_F(FullLog, GoesOnTakingCommitsWhileSomebodyReads) {
  Result<Database> reader = open_reader();
  ASSERT_TRUE(reader->execute("BEGIN; SELECT count(*) FROM notes"));
  for (int i = 0; i < 300; ++i) ASSERT_EQ(insert(), "ok");
  EXPECT_GT(log_bytes(), 2 * kBound);
  ASSERT_TRUE(reader->execute("COMMIT"));
  for (int i = 0; i < 4; ++i) ASSERT_EQ(insert(), "ok");
  EXPECT_LT(log_bytes(), kBound) << "it was emptied";
  EXPECT_EQ(rows(), "304");
}

// Does what was posted when it is told to.
class HeldExecutor final : public Executor {
 public:
  void post(Loop::Work work) override { held_.push_back(std::move(work)); }
  void run() {
    for (Loop::Work& work : std::exchange(held_, {})) work();
  }

 private:
  std::vector<Loop::Work> held_;
};

TEST(Checkpointer, BeginsTheLogAnewThoughEachSyncEndsWhileAStepIsCopied) {
  TestDirectory directory;
  FaultFiles files;
  files.syncs = FaultFiles::Syncs::kInModelOnly;
  const std::string path = directory.file("store.db");
  SqliteOptions options;
  options.checkpoint_bytes = kBound;
  options.vfs = files.name();
  Database::Options writing;
  writing.value_bytes_max = 1 << 20;
  writing.vfs = files.name();
  Result<Database> writer = Database::open(path, writing);
  ASSERT_TRUE(writer) << writer.error().message;
  ASSERT_TRUE(writer->execute("PRAGMA journal_mode=WAL; CREATE TABLE notes (text TEXT)"));
  HeldExecutor syncer;
  Checkpointer checkpointer(path, options, syncer);
  for (int i = 0; i < 200; ++i) {
    // More than is little, so that the rounds go on to the last.
    ASSERT_TRUE(writer->execute("INSERT INTO notes VALUES (randomblob(60000))"));
    files.before_change = [&] { syncer.run(); };
    ASSERT_TRUE(checkpointer.after_commit(*writer));
    files.before_change = nullptr;
  }
  EXPECT_LT(std::filesystem::file_size(path + "-wal"), 2 * kBound);
}

}  // namespace
}  // namespace servanda::internal
