// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/log_layer.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "store/sqlite/database.h"
#include "store/sqlite/fault_files_for_test.h"
#include "store/sqlite/fixture_for_test.h"

namespace servanda::internal {
namespace {

// A writer through the layer and a reader beside it.
class LogLayerTest : public ::testing::Test {
 protected:
  LogLayerTest() : layer(files.name()) {
    files.syncs = FaultFiles::Syncs::kInModelOnly;
    reopen();
    EXPECT_TRUE(writer->execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)"));
  }
  void reopen() {
    writer.reset();
    Database::Options options;
    options.value_bytes_max = 16 << 20;
    options.cache_bytes = 64 * 1024;  // So that large transactions write frames before they end.
    options.vfs = layer.name();
    Result<Database> opened = Database::open(directory.file("t.db"), options);
    ASSERT_TRUE(opened) << opened.error().message;
    writer.emplace(std::move(*opened));
  }
  Result<void> insert(int64_t id, size_t bytes) {
    return writer->execute("INSERT INTO t VALUES (" + std::to_string(id) + ", '" +
                           std::string(bytes, 'x') + "')");
  }
  // As another connection sees it.
  std::string seen(const std::string& sql) {
    Database::Options options;
    options.mode = Database::Options::Mode::kReadOnly;
    options.value_bytes_max = 16 << 20;
    options.vfs = files.name();
    Result<Database> reader = Database::open(directory.file("t.db"), options);
    EXPECT_TRUE(reader) << reader.error().message;
    Statement statement = std::move(*reader->prepare(sql));
    EXPECT_EQ(statement.step(), Step::kRow) << reader->error("reading").message;
    return std::string(statement.text(0));
  }

  TestDirectory directory;
  FaultFiles files;
  LogLayer layer;
  std::optional<Database> writer;
};

TEST_F(LogLayerTest, WritesTheFramesOfACommitAtOnce) {
  ASSERT_TRUE(insert(1, 10));
  const uint64_t writes = files.log_writes;
  const uint64_t syncs = files.log_syncs;
  ASSERT_TRUE(insert(2, 40'000));  // Eleven pages, so 22 writes of SQLite.
  EXPECT_EQ(seen("SELECT count(*) FROM t"), "2");
  EXPECT_LE(files.log_writes - writes, 2u) << "one for each 64 KiB";
  EXPECT_EQ(files.log_syncs - syncs, 1u);
}

TEST_F(LogLayerTest, SyncsNothingTwice) {
  ASSERT_TRUE(insert(1, 10'000));
  const uint64_t syncs = files.log_syncs;
  EXPECT_EQ(writer->checkpoint(Database::Checkpoint::kPassive).value_or(-1), 0);
  EXPECT_EQ(files.log_syncs, syncs) << "the commit has synced the log";
}

TEST_F(LogLayerTest, TakesTransactionsLargerThanWhatItKeeps) {
  ASSERT_TRUE(writer->execute("BEGIN"));
  for (int id = 0; id < 30; ++id) ASSERT_TRUE(insert(id, LogLayer::kKeptBytes / 20 + 1));
  EXPECT_EQ(seen("SELECT count(*) FROM t"), "0");
  ASSERT_TRUE(writer->execute("COMMIT"));
  EXPECT_EQ(seen("SELECT sum(length(text)) FROM t"),
            std::to_string(30 * (LogLayer::kKeptBytes / 20 + 1)));
  EXPECT_EQ(writer->checkpoint(Database::Checkpoint::kTruncate).value_or(-1), 0);
  EXPECT_EQ(seen("PRAGMA integrity_check"), "ok");
}

// Rollbacks, logs begun anew, checkpoints, frames written again within one transaction: whatever
// happens, others see what was committed.
TEST_F(LogLayerTest, ShowsOthersWhatWasCommittedWhateverHappens) {
  std::mt19937_64 random(7);
  std::vector<int64_t> committed(40, 0);
  for (int turn = 0; turn < 300; ++turn) {
    std::vector<int64_t> now = committed;
    ASSERT_TRUE(writer->execute("BEGIN"));
    for (size_t change = 1 + random() % 20; change > 0; --change) {
      const size_t id = random() % now.size();
      const int64_t bytes = static_cast<int64_t>(random() % (random() % 10 == 0 ? 200'000 : 2000));
      ASSERT_TRUE(writer->execute("REPLACE INTO t VALUES (" + std::to_string(id) + ", '" +
                                  std::string(static_cast<size_t>(bytes), 'y') + "')"));
      now[id] = bytes;
    }
    const bool keeps = random() % 4 > 0;
    ASSERT_TRUE(writer->execute(keeps ? "COMMIT" : "ROLLBACK"));
    if (keeps) committed = now;
    int64_t bytes = 0;
    for (const int64_t one : committed) bytes += one;
    ASSERT_EQ(seen("SELECT coalesce(sum(length(text)), 0) FROM t"), std::to_string(bytes)) << turn;
    if (random() % 20 == 0) {
      const auto kind =
          random() % 2 == 0 ? Database::Checkpoint::kPassive : Database::Checkpoint::kTruncate;
      ASSERT_TRUE(writer->checkpoint(kind));
    }
    if (random() % 50 == 0) reopen();
  }
  EXPECT_EQ(seen("PRAGMA integrity_check"), "ok");
}

TEST_F(LogLayerTest, TellsOfAFailedWriteWithTheCommitAndGoesOn) {
  ASSERT_TRUE(insert(1, 10'000));
  files.write_code = SQLITE_FULL;
  EXPECT_FALSE(insert(2, 20'000));
  EXPECT_EQ(writer->failure(), DatabaseFailure::kFull);
  files.write_code = SQLITE_OK;
  EXPECT_EQ(seen("SELECT count(*) FROM t"), "1");
  ASSERT_TRUE(insert(3, 5'000));
  EXPECT_EQ(seen("SELECT group_concat(id) FROM t"), "1,3");
  reopen();
  EXPECT_EQ(seen("SELECT group_concat(id) FROM t"), "1,3");
  EXPECT_EQ(seen("PRAGMA integrity_check"), "ok");
}

TEST(LogLayer, WithoutALayerBelowOpensNothing) {
  TestDirectory directory;
  const LogLayer layer("no such layer");
  Database::Options options;
  options.value_bytes_max = 1 << 20;
  options.vfs = layer.name();
  EXPECT_FALSE(Database::open(directory.file("t.db"), options));
}

}  // namespace
}  // namespace servanda::internal
