// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/writer.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "store/sqlite/fault_files_for_test.h"
#include "store/sqlite/fixture_for_test.h"

namespace servanda::internal {
namespace {

Resource notes() {
  return test_resource("notes", ColumnType::kInteger, {test_property("text", ColumnType::kText)});
}

// Inserts of notes into a store with the given options.
class Notes {
 public:
  explicit Notes(SqliteOptions options = {}) : fixture(1, options) {
    EXPECT_TRUE(fixture.prepare({&resource, 1}));
  }
  // Starts without letting anything run. Values live in the arena until the fixture ends.
  std::shared_ptr<std::optional<Result<void>>> begin(int64_t id, std::string_view text = "note",
                                                     Instant deadline = Instant::never()) {
    return begin_all({id}, text, deadline);
  }
  std::shared_ptr<std::optional<Result<void>>> begin_all(std::vector<int64_t> ids,
                                                         std::string_view text = "note",
                                                         Instant deadline = Instant::never()) {
    Write* writes = values_.array<Write>(ids.size());
    for (size_t i = 0; i < ids.size(); ++i) {
      Value* values = values_.array<Value>(2);
      values[0] = Value::of_integer(ids[i]);
      values[1] = Value::of_text(text);
      writes[i] = {Write::Kind::kInsert, &resource, values[0], {values, 2}, 0};
    }
    return launch(fixture.session->commit({{writes, ids.size()}, nullptr}, deadline));
  }
  std::string insert(int64_t id, std::string_view text = "note") {
    const auto done = begin(id, text);
    fixture.platform->run_ready();
    return outcome(**done);
  }
  bool has(int64_t id) { return fixture.get(resource, Value::of_integer(id)).value().has_value(); }
  StoreStats stats() { return fixture.store->stats_approx(); }

  Resource resource = notes();
  StoreFixture fixture;

 private:
  Arena values_;
};

TEST(Writer, MakesOneGroupOfWhatIsWaiting) {
  Notes notes;
  std::vector<std::shared_ptr<std::optional<Result<void>>>> all;
  for (int i = 0; i < 64; ++i) all.push_back(notes.begin(i));
  EXPECT_EQ(notes.stats().queue_length, 64u);
  notes.fixture.platform->run_ready();
  for (const auto& done : all) EXPECT_EQ(outcome(**done), "ok");
  EXPECT_EQ(notes.stats().commits, 64u);
  EXPECT_EQ(notes.stats().groups, 1u);
  EXPECT_EQ(notes.stats().queue_length, 0u);
  EXPECT_GT(notes.stats().bytes_on_disk, 0u);
}

TEST(Writer, TakesAtMostAGroupAtOnce) {
  Notes notes({.group_max = 8});
  for (int i = 0; i < 8; ++i) (void)notes.begin(i);
  notes.fixture.platform->run_ready();
  EXPECT_EQ(notes.stats().groups, 1u);
  for (int i = 8; i < 17; ++i) (void)notes.begin(i);
  notes.fixture.platform->run_ready();
  EXPECT_EQ(notes.stats().groups, 3u);
  EXPECT_EQ(notes.stats().commits, 17u);
}

TEST(Writer, FailsABatchWithoutItsNeighbours) {
  Notes notes;
  const auto first = notes.begin(1);
  const auto twice = notes.begin_all({2, 1});
  const auto third = notes.begin(3);
  notes.fixture.platform->run_ready();
  EXPECT_EQ(outcome(**first), "ok");
  EXPECT_EQ(outcome(**twice), "key-exists");
  EXPECT_EQ(outcome(**third), "ok");
  EXPECT_FALSE(notes.has(2));
  EXPECT_TRUE(notes.has(3));
  EXPECT_EQ(notes.stats().groups, 1u);
  EXPECT_EQ(notes.stats().commits, 2u);
}

// Writes of one batch, each as the store meets it.
class OneBatch : public testing::Test {
 protected:
  void write(Write::Kind kind, int64_t id, std::string_view text, int64_t expected = 0) {
    Value* values = arena.array<Value>(2);
    values[0] = Value::of_integer(id);
    values[1] = Value::of_text(text);
    const bool removes = kind == Write::Kind::kRemove;
    writes.push_back({kind, &notes.resource, values[0], {values, removes ? 0u : 2u}, expected});
  }
  Result<void> commit() { return notes.fixture.commit(writes); }
  std::optional<Row> row(int64_t id) {
    return notes.fixture.get(notes.resource, Value::of_integer(id)).value();
  }
  Notes notes;
  Arena arena;
  std::vector<Write> writes;
};

TEST_F(OneBatch, AppliesWritesOfOneRowInOrderAndCountsItsVersion) {
  write(Write::Kind::kInsert, 1, "a");
  write(Write::Kind::kUpdate, 1, "b", 1);
  write(Write::Kind::kUpdate, 1, "c", 2);
  write(Write::Kind::kInsert, 2, "d");
  write(Write::Kind::kRemove, 2, "", 1);
  write(Write::Kind::kInsert, 2, "e");
  ASSERT_TRUE(commit());
  EXPECT_EQ(row(1)->version, 3);
  EXPECT_EQ(row(1)->values[1].text, "c");
  EXPECT_EQ(row(2)->version, 1);
  EXPECT_EQ(row(2)->values[1].text, "e");
}

TEST_F(OneBatch, NamesTheWriteThatFailedAndKeepsNothing) {
  ASSERT_EQ(notes.insert(7), "ok");
  write(Write::Kind::kInsert, 1, "a");
  write(Write::Kind::kUpdate, 1, "b", 1);
  write(Write::Kind::kInsert, 7, "c");
  const Result<void> exists = commit();
  ASSERT_FALSE(exists);
  EXPECT_EQ(exists.error().reason, "key-exists");
  EXPECT_EQ(exists.error().index, 2u);
  EXPECT_FALSE(row(1));
  writes.clear();
  write(Write::Kind::kUpdate, 7, "x", 2);
  const Result<void> moved = commit();
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().reason, "version-moved");
  EXPECT_EQ(moved.error().index, 0u);
  EXPECT_EQ(row(7)->values[1].text, "note");
}

TEST(Writer, QueuesUpToItsBoundAndRefusesOneMore) {
  Notes notes({.queue_max = 3});
  for (int i = 0; i < 3; ++i) (void)notes.begin(i);
  const auto refused = notes.begin(3);
  ASSERT_TRUE(refused->has_value()) << "refused at once";
  EXPECT_EQ((*refused)->error().code, Code::kUnavailable);
  EXPECT_EQ(outcome(**refused), "queue-full");
  notes.fixture.platform->run_ready();
  EXPECT_EQ(notes.insert(3), "ok") << "there is room again";
}

TEST(Writer, BoundsTheBytesThatWait) {
  const std::string text(10'000, 'x');
  Notes notes({.queue_bytes_max = 20'500});
  (void)notes.begin(1, text);
  (void)notes.begin(2, text);
  EXPECT_EQ(outcome(**notes.begin(3, text)), "queue-full");
  notes.fixture.platform->run_ready();
  EXPECT_EQ(notes.insert(3, text), "ok");
}

TEST(Writer, BoundsTheWritesOfABatch) {
  Notes notes({.batch_writes_max = 3});
  const auto above = notes.begin_all({1, 2, 3, 4});
  ASSERT_TRUE(above->has_value());
  EXPECT_EQ((*above)->error().code, Code::kTooLarge);
  const auto at = notes.begin_all({1, 2, 3});
  notes.fixture.platform->run_ready();
  EXPECT_EQ(outcome(**at), "ok");
}

TEST(Writer, BoundsTheBytesOfABatch) {
  const std::string text(1001, 'x');
  Notes notes({.batch_bytes_max = 1000});
  EXPECT_EQ(notes.insert(1, std::string_view(text).substr(1)), "ok");
  EXPECT_EQ(notes.insert(2, text), "batch-too-large");
}

TEST(Writer, RefusesAValueAboveTheLimitAndKeepsItsNeighbours) {
  Notes notes({.value_bytes_max = 4096});
  const std::string large(4097, 'x');
  const auto before = notes.begin(1);
  const auto refused = notes.begin(2, large);
  const auto after = notes.begin(3);
  notes.fixture.platform->run_ready();
  EXPECT_EQ(outcome(**before), "ok");
  EXPECT_EQ(outcome(**refused), "value-too-large");
  EXPECT_EQ((*refused)->error().code, Code::kTooLarge);
  EXPECT_EQ(outcome(**after), "ok");
  EXPECT_EQ(notes.insert(4, std::string(3000, 'x')), "ok");
}

TEST(Writer, RefusesACommitWhoseDeadlineHasCome) {
  Notes notes;
  const Instant now = notes.fixture.platform->clock().now();
  const auto late = notes.begin(1, "note", now);
  ASSERT_TRUE(late->has_value());
  EXPECT_EQ((*late)->error().code, Code::kDeadlineExceeded);
  const auto in_time = notes.begin(1, "note", now + Duration::nanoseconds(1));
  notes.fixture.platform->run_ready();
  EXPECT_EQ(outcome(**in_time), "ok");
}

// A clock of its own for the writer, so that time passes while a batch waits.
class ShiftedPlatform final : public Platform, private Clock {
 public:
  explicit ShiftedPlatform(Platform& inner) : inner_(inner) {}
  std::unique_ptr<Loop> make_loop() override { return inner_.make_loop(); }
  std::unique_ptr<Executor> make_executor(std::string_view name) override {
    return inner_.make_executor(name);
  }
  const Clock& clock() const override { return *this; }
  Instant now() const override { return inner_.clock().now() + shift; }
  Timestamp wall() const override { return inner_.clock().wall(); }
  Duration shift;

 private:
  Platform& inner_;
};

Task<void> watch(CommitJob* job, std::shared_ptr<CommitPort> port, std::string* into) {
  CommitWait wait(*job, std::move(port));
  Result<void> result = co_await wait;
  *into = outcome(result);
}

TEST(Writer, DoesNotBeginABatchWhoseDeadlinePassedInTheQueue) {
  TestDirectory directory;
  const auto simulation = make_simulated_platform(1);
  ShiftedPlatform platform(*simulation);
  auto writer = std::move(*Writer::open(directory.file("store.db"), platform, SqliteOptions()));
  const auto loop = simulation->make_loop();
  const auto port = std::make_shared<CommitPort>(*loop);
  const auto submit = [&](Instant deadline) {
    auto job = port->take();
    job->port = port;
    job->deadline = deadline;
    CommitJob& waited = *job;
    EXPECT_TRUE(writer->submit(job));
    return &waited;
  };
  const Instant start = platform.now();
  CommitJob* late = submit(start + Duration::seconds(1));
  CommitJob* in_time = submit(start + Duration::seconds(1) + Duration::nanoseconds(1));
  std::string late_outcome;
  std::string in_time_outcome;
  spawn(watch(late, port, &late_outcome));
  spawn(watch(in_time, port, &in_time_outcome));
  platform.shift = Duration::seconds(1);
  simulation->run_ready();
  EXPECT_EQ(late_outcome, "deadline");
  EXPECT_EQ(in_time_outcome, "ok");
  writer.reset();
}

TEST(Writer, FinishesWhatWasQueuedWhenTheStoreCloses) {
  Notes notes({.group_max = 2});
  std::vector<std::shared_ptr<std::optional<Result<void>>>> all;
  for (int i = 0; i < 5; ++i) all.push_back(notes.begin(i));
  notes.fixture.store.reset();
  notes.fixture.platform->run_ready();
  for (const auto& done : all) EXPECT_EQ(outcome(**done), "ok");
  notes.fixture.close();
  notes.fixture.open();
  ASSERT_TRUE(notes.fixture.prepare({&notes.resource, 1}));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(notes.has(i));
}

TEST(Writer, CommitsForACallerThatHasGone) {
  Notes notes;
  const Value values[2] = {Value::of_integer(1), Value::of_text("note")};
  const Write write{Write::Kind::kInsert, &notes.resource, values[0], values, 0};
  {
    Task<Result<void>> task = notes.fixture.session->commit({{&write, 1}, nullptr}, {INT64_MAX});
    EXPECT_TRUE(task.await_suspend(std::noop_coroutine())) << "it waits for the writer";
  }
  notes.fixture.platform->run_ready();
  EXPECT_TRUE(notes.has(1));
}

TEST(Writer, SurvivesASessionThatGoesWhileItsCommitIsOnItsWay) {
  Notes notes;
  const Value values[2] = {Value::of_integer(1), Value::of_text("note")};
  const Write write{Write::Kind::kInsert, &notes.resource, values[0], values, 0};
  std::unique_ptr<Session> second = notes.fixture.store->open_session(*notes.fixture.loop);
  {
    Task<Result<void>> task = second->commit({{&write, 1}, nullptr}, {INT64_MAX});
    EXPECT_TRUE(task.await_suspend(std::noop_coroutine())) << "it waits for the writer";
    second.reset();
  }
  notes.fixture.platform->run_ready();
  EXPECT_TRUE(notes.has(1));
}

TEST(Writer, MovesItsLogIntoTheFileAtItsBound) {
  Notes notes({.checkpoint_bytes = 100'000});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(notes.insert(i, std::string(3000, 'x')), "ok");
  const auto size = [&](const std::string& name) {
    return std::filesystem::file_size(notes.fixture.directory.file("data/" + name));
  };
  EXPECT_GT(size("store.db"), 100'000u);
  EXPECT_LT(size("store.db-wal"), 200'000u) << "the log was begun anew";
}

TEST(Writer, SweepsExpiredRecordsWithTheNextGroups) {
  Notes notes;
  const Timestamp now = notes.fixture.platform->clock().wall();
  IdempotencyRecord record;
  for (int i = 0; i < 100; ++i) {
    record.scope.fill(static_cast<uint8_t>(i));
    record.answer.completed_at = now;
    ASSERT_TRUE(notes.fixture.commit({}, &record));
  }
  const char* count = "SELECT count(*) FROM _servanda_idempotency";
  notes.fixture.platform->advance(Duration::seconds(24 * 3600 - 1));
  EXPECT_EQ(notes.insert(1), "ok");
  EXPECT_EQ(notes.fixture.look(count), "100");
  notes.fixture.platform->advance(Duration::seconds(60));
  EXPECT_EQ(notes.insert(2), "ok");
  EXPECT_EQ(notes.fixture.look(count), "36") << "one bounded step";
  EXPECT_EQ(notes.insert(3), "ok");
  EXPECT_EQ(notes.fixture.look(count), "0");
}

TEST(Writer, SweepsDeliveredEventsAndKeepsTheOthers) {
  Notes notes({.outbox_ttl = Duration::seconds(3600)});
  const int64_t now = notes.fixture.platform->clock().wall().us;
  for (const char* delivered : {"NULL", "0", "1800000000", "NULL"}) {
    notes.fixture.look(
        "INSERT INTO _servanda_outbox (event_id, topic, key, fields, payload, created_at, "
        "next_attempt_at, delivered_at) VALUES (x'01', 't', x'', '', x'', 0, 0, " +
        std::to_string(now) + " + " + delivered + ")");
  }
  notes.fixture.platform->advance(Duration::seconds(3599));
  EXPECT_EQ(notes.insert(1), "ok");
  EXPECT_EQ(notes.fixture.look("SELECT count(*) FROM _servanda_outbox"), "4");
  notes.fixture.platform->advance(Duration::seconds(61));
  EXPECT_EQ(notes.insert(2), "ok");
  EXPECT_EQ(notes.fixture.look("SELECT group_concat(sequence) FROM _servanda_outbox"), "1,3,4");
}

TEST(Writer, SweepsAuditEntriesFromTheOldestOnAndKeepsTheEndOfWhatWent) {
  Notes notes({.audit_ttl = Duration::seconds(3600)});
  const int64_t now = notes.fixture.platform->clock().wall().us;
  // The third was made by a clock that went ahead; the fourth is old enough and must wait for it.
  for (const char* age : {"0", "1", "9000000000", "2"}) {
    notes.fixture.look(
        "INSERT INTO _servanda_audit (occurred_at, actor, operation, decision, record, "
        "previous_hash, hash) VALUES (" +
        std::to_string(now) + " + " + age + ", 'a', 'o', 'allowed', x'', x'', CAST('hash " + age +
        "' AS BLOB))");
  }
  const char* left =
      "SELECT group_concat(sequence) FROM (SELECT sequence FROM _servanda_audit ORDER BY 1)";
  const char* end =
      "SELECT CAST(group_concat(value, ' ') AS TEXT) FROM (SELECT CAST(value AS TEXT) "
      "AS value FROM _servanda WHERE name LIKE 'audit-%' ORDER BY name DESC)";
  notes.fixture.platform->advance(Duration::seconds(3599));
  EXPECT_EQ(notes.insert(1), "ok");
  EXPECT_EQ(notes.fixture.look(left), "1,2,3,4");
  notes.fixture.platform->advance(Duration::seconds(61));
  EXPECT_EQ(notes.insert(2), "ok");
  EXPECT_EQ(notes.fixture.look(left), "3,4");
  EXPECT_EQ(notes.fixture.look(end), "2 hash 1");
  notes.fixture.platform->advance(Duration::seconds(9000));
  EXPECT_EQ(notes.insert(3), "ok");
  EXPECT_EQ(notes.fixture.look("SELECT count(*) FROM _servanda_audit"), "0");
  EXPECT_EQ(notes.fixture.look(end), "4 hash 2");
  notes.fixture.look(
      "INSERT INTO _servanda_audit (occurred_at, actor, operation, decision, record, "
      "previous_hash, hash) VALUES (0, 'a', 'o', 'allowed', x'', x'', x'')");
  EXPECT_EQ(notes.fixture.look(left), "5") << "numbers are never used twice";
}

TEST(Writer, SweepsAuditEntriesInBoundedSteps) {
  Notes notes;
  notes.fixture.look(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100) "
      "INSERT INTO _servanda_audit (occurred_at, actor, operation, decision, record, "
      "previous_hash, hash) SELECT 0, 'a', 'o', 'allowed', x'', x'', x'' FROM n");
  const char* count = "SELECT count(*) FROM _servanda_audit";
  notes.fixture.platform->set_wall({Duration::seconds(400 * 24 * 3600).ns / 1000});
  EXPECT_EQ(notes.insert(1), "ok");
  EXPECT_EQ(notes.fixture.look(count), "36");
  EXPECT_EQ(notes.insert(2), "ok");
  EXPECT_EQ(notes.fixture.look(count), "0");
}

class WriterFaults : public ::testing::Test {
 protected:
  FaultFiles files;
  Notes notes{SqliteOptions{.vfs = files.name()}};
  Result<void> health() { return notes.fixture.store->health(); }
};

TEST_F(WriterFaults, AFullDiskFailsTheWriteAndNothingElse) {
  EXPECT_EQ(notes.insert(1), "ok");
  files.write_code = SQLITE_FULL;
  const auto first = notes.begin(2);
  const auto second = notes.begin(1);
  notes.fixture.platform->run_ready();
  EXPECT_EQ((*first)->error().code, Code::kStorageFull);
  EXPECT_EQ((*second)->error().code, Code::kStorageFull) << "no verdict against what was undone";
  EXPECT_EQ(health().error().code, Code::kStorageFull);
  EXPECT_TRUE(notes.has(1)) << "reads go on";
  EXPECT_FALSE(notes.has(2));
  files.write_code = SQLITE_OK;
  EXPECT_EQ(notes.insert(2), "ok") << "it recovers by itself when there is space";
  EXPECT_TRUE(health());
  EXPECT_TRUE(notes.has(2));
  EXPECT_EQ(notes.stats().failures, 2u);
}

TEST_F(WriterFaults, AFailedSyncLeavesTheOutcomeOpenAndTheFileIsReopened) {
  EXPECT_EQ(notes.insert(1), "ok");
  files.sync_code = SQLITE_IOERR_FSYNC;
  const auto failed = notes.begin(2);
  notes.fixture.platform->run_ready();
  EXPECT_EQ((*failed)->error().code, Code::kUnavailable);
  EXPECT_EQ(outcome(**failed), "outcome-unknown");
  EXPECT_FALSE(health());
  EXPECT_EQ(notes.insert(3), "io-error") << "no acknowledgement while the file cannot be synced";
  EXPECT_TRUE(notes.has(1)) << "reads go on";
  files.sync_code = SQLITE_OK;
  EXPECT_EQ(notes.insert(4), "ok");
  EXPECT_TRUE(health());
  EXPECT_TRUE(notes.has(1));
  EXPECT_FALSE(notes.has(3));
  EXPECT_TRUE(notes.has(4));
}

TEST_F(WriterFaults, AFailedWriteIsAnErrorAndRecovers) {
  EXPECT_EQ(notes.insert(1), "ok");
  files.write_code = SQLITE_IOERR_WRITE;
  const auto failed = notes.begin(2);
  notes.fixture.platform->run_ready();
  EXPECT_EQ((*failed)->error().code, Code::kUnavailable);
  files.write_code = SQLITE_OK;
  EXPECT_EQ(notes.insert(3), "ok");
  EXPECT_TRUE(notes.has(3));
}

TEST_F(WriterFaults, AFileThatCannotBeReopenedIsTriedAgainWithTheNextGroup) {
  EXPECT_EQ(notes.insert(1), "ok");
  files.sync_code = SQLITE_IOERR_FSYNC;
  EXPECT_EQ(notes.insert(2), "outcome-unknown");
  files.open_code = SQLITE_CANTOPEN;
  EXPECT_EQ(notes.insert(3), "io-error");
  EXPECT_FALSE(notes.fixture.prepare({&notes.resource, 1}));
  files.open_code = SQLITE_OK;
  files.sync_code = SQLITE_OK;
  EXPECT_EQ(notes.insert(4), "ok");
}

TEST_F(WriterFaults, AFailedReadIsAnErrorOfThatReadOnly) {
  const std::string text(2000, 'x');
  for (int i = 0; i < 50; ++i) EXPECT_EQ(notes.insert(i, text), "ok");
  const auto second = notes.fixture.store->open_session(*notes.fixture.loop);
  files.read_code = SQLITE_IOERR_READ;
  Arena arena;
  const auto failed =
      run(*notes.fixture.platform, second->get(notes.resource, Value::of_integer(1), arena));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kUnavailable);
  files.read_code = SQLITE_OK;
  const auto found =
      run(*notes.fixture.platform, second->get(notes.resource, Value::of_integer(1), arena));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(found->has_value());
}

TEST_F(WriterFaults, AFailedCheckpointLosesNothing) {
  Notes small({.checkpoint_bytes = 20'000, .vfs = files.name()});
  const std::string text(3000, 'x');
  files.database_sync_code = SQLITE_IOERR_FSYNC;
  int acknowledged = 0;
  while (acknowledged < 100 && small.insert(acknowledged, text) == "ok") ++acknowledged;
  EXPECT_GE(acknowledged, 1);
  EXPECT_LT(acknowledged, 100) << "after a failed checkpoint the file is opened anew first";
  EXPECT_FALSE(small.fixture.store->health());
  files.database_sync_code = SQLITE_OK;
  EXPECT_EQ(small.insert(1000, text), "ok");
  for (int i = 0; i < acknowledged; ++i) EXPECT_TRUE(small.has(i)) << i;
}

TEST_F(WriterFaults, ADiskThatIsFullForTheFileOnlyStopsTheLogFromMovingAndNothingElse) {
  Notes small({.checkpoint_bytes = 20'000, .vfs = files.name()});
  const std::string text(3000, 'x');
  files.database_write_code = SQLITE_FULL;
  for (int i = 0; i < 30; ++i) EXPECT_EQ(small.insert(i, text), "ok") << i;
  EXPECT_EQ(small.fixture.store->health().error().code, Code::kStorageFull);
  files.database_write_code = SQLITE_OK;
  EXPECT_EQ(small.insert(30, text), "ok");
  EXPECT_TRUE(small.fixture.store->health());
  for (int i = 0; i <= 30; ++i) EXPECT_TRUE(small.has(i)) << i;
}

TEST_F(WriterFaults, AFailedDiskRecoversWhileSomebodyReadsForLong) {
  EXPECT_EQ(notes.insert(1), "ok");
  Database::Options options;
  options.mode = Database::Options::Mode::kReadOnly;
  options.value_bytes_max = 1 << 20;
  Result<Database> reader = Database::open(notes.fixture.directory.file("data/store.db"), options);
  ASSERT_TRUE(reader->execute("BEGIN; SELECT count(*) FROM notes"));
  files.sync_code = SQLITE_IOERR_FSYNC;
  EXPECT_EQ(notes.insert(2), "outcome-unknown");
  files.sync_code = SQLITE_OK;
  EXPECT_EQ(notes.insert(3), "ok");
  EXPECT_EQ(reader->query_integer("SELECT count(*) FROM notes").value_or(-1), 1);
  EXPECT_TRUE(notes.has(3));
}

TEST(WriterFaultsFound, ADamagedPageIsAnErrorThatNamesTheWayOutAndStopsWritesThatMeetIt) {
  Notes notes({.check_bytes_max = 4096});
  for (int i = 0; i < 200; ++i) EXPECT_EQ(notes.insert(i, std::string(500, 'x')), "ok");
  notes.fixture.close();
  {
    std::fstream file(notes.fixture.directory.file("data/store.db"),
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(0, std::ios::end);
    const int pages = static_cast<int>(file.tellp() / 4096);
    for (int page = pages - 4; page < pages; ++page) {
      file.seekp(page * 4096);
      file << std::string(200, '\x5a');
    }
  }
  notes.fixture.open();
  ASSERT_TRUE(notes.fixture.prepare({&notes.resource, 1}));
  const auto damaged = notes.fixture.get(notes.resource, Value::of_integer(198));
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, Code::kInternal);
  EXPECT_EQ(damaged.error().reason, "store-corrupt");
  EXPECT_NE(damaged.error().message.find("servanda verify"), std::string::npos);
  EXPECT_NE(damaged.error().message.find("servanda restore"), std::string::npos);
  EXPECT_TRUE(notes.has(1)) << "what is whole is read";
  EXPECT_EQ(notes.insert(200), "store-corrupt");
  EXPECT_EQ(notes.insert(-1), "store-corrupt") << "nothing more is written to such a file";
  EXPECT_EQ(notes.fixture.store->health().error().reason, "store-corrupt");
}

TEST(WriterStart, RefusesADamagedFileByName) {
  Notes notes;
  for (int i = 0; i < 200; ++i) EXPECT_EQ(notes.insert(i, std::string(500, 'x')), "ok");
  notes.fixture.close();
  const std::string path = notes.fixture.directory.file("data/store.db");
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    for (int page = 6; page < 20; ++page) {
      file.seekp(page * 4096);
      file << std::string(200, '\x5a');
    }
  }
  const Result<std::unique_ptr<Store>> opened = notes.fixture.try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "store-corrupt");
  EXPECT_NE(opened.error().message.find(notes.fixture.directory.path()), std::string::npos);
}

TEST(WriterStart, LooksThroughFilesUpToItsBoundOnly) {
  Notes notes({.check_bytes_max = 4096});
  for (int i = 0; i < 200; ++i) EXPECT_EQ(notes.insert(i, std::string(500, 'x')), "ok");
  notes.fixture.close();
  {
    std::fstream file(notes.fixture.directory.file("data/store.db"),
                      std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(19 * 4096);
    file << std::string(200, '\x5a');
  }
  EXPECT_TRUE(notes.fixture.try_open()) << "damage is met where it is read";
}

}  // namespace
}  // namespace servanda::internal
