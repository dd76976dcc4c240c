// SPDX-License-Identifier: Apache-2.0
// Every acknowledged commit is there afterwards, with its idempotency record: after kill -9 of the
// process and after a power loss that takes whatever was not synced.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/digest.h"
#include "io/platform.h"
#include "store/sqlite/fault_files_for_test.h"
#include "store/sqlite/fixture_for_test.h"

namespace servanda::internal {
namespace {

Resource entries() {
  return test_resource("entries", ColumnType::kInteger, {test_property("text", ColumnType::kText)});
}

IdempotencyRecord record_of(int64_t id, Timestamp completed) {
  IdempotencyRecord record;
  record.scope = sha256("entry " + std::to_string(id));
  record.answer.status = 201;
  record.answer.completed_at = completed;
  return record;
}

// Commits entry after entry, telling each acknowledged id to the pipe.
Task<void> write_for_ever(Session* session, const Resource* resource, Loop* loop, int64_t first,
                          int64_t stride, int pipe) {
  const std::string text(300, 'x');
  for (int64_t id = first;; id += stride) {
    const Value values[] = {Value::of_integer(id), Value::of_text(text)};
    const Write insert{Write::Kind::kInsert, resource, values[0], values, 0};
    const IdempotencyRecord record = record_of(id, loop->wall());
    Task<Result<void>> committing = session->commit({{&insert, 1}, &record}, Instant::never());
    Result<void> done = co_await committing;
    if (!done) _exit(3);
    if (write(pipe, &id, sizeof id) != sizeof id) _exit(4);
  }
}

[[noreturn]] void run_writing_child(const std::string& directory, int64_t first_id, int pipe) {
  const Resource resource = entries();
  const auto platform = make_real_platform();
  SqliteOptions options;
  options.checkpoint_bytes = 200'000;  // So that checkpoints are cut short as well.
  auto store = open_sqlite_store(directory, *platform, options);
  if (!store) _exit(1);
  auto* concrete = static_cast<SqliteStore*>(store->get());
  if (!concrete->prepare_resources(std::make_shared<int>(0), {&resource, 1}, "hash")) _exit(2);
  const auto loop = platform->make_loop();
  const auto session = (*store)->open_session(*loop);
  constexpr int kWriters = 8;
  for (int i = 0; i < kWriters; ++i) {
    spawn(write_for_ever(session.get(), &resource, loop.get(), first_id + i, kWriters, pipe));
  }
  loop->run();
  _exit(5);
}

// Everything that the store holds must be whole, and everything acknowledged must be there.
void expect_whole(StoreFixture& fixture, const Resource& resource,
                  const std::set<int64_t>& acknowledged) {
  for (const int64_t id : acknowledged) {
    fixture.arena.reset();
    EXPECT_TRUE(fixture.get(resource, Value::of_integer(id)).value()) << id;
    const auto answer = run(*fixture.platform,
                            fixture.session->find_answer(record_of(id, {}).scope, fixture.arena));
    EXPECT_TRUE(answer.value()) << id;
  }
  EXPECT_EQ(fixture.look("SELECT count(*) FROM entries"),
            fixture.look("SELECT count(*) FROM _servanda_idempotency"))
      << "a row without its record or a record without its row";
  EXPECT_EQ(fixture.look("PRAGMA integrity_check"), "ok");
}

TEST(Durability, NothingAcknowledgedIsLostWhenTheProcessIsKilled) {
  const Resource resource = entries();
  StoreFixture fixture;
  fixture.close();
  std::mt19937_64 random(1);
  int64_t next_id = 1;
  for (int cycle = 0; cycle < 30; ++cycle) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      close(ends[0]);
      run_writing_child(fixture.directory.file("data"), next_id, ends[1]);
    }
    close(ends[1]);
    std::set<int64_t> acknowledged;
    int64_t id = 0;
    // The number of acknowledgements is the clock: it needs no sleep and lands anywhere in a group.
    const size_t enough = random() % 300;
    while (acknowledged.size() <= enough && read(ends[0], &id, sizeof id) == sizeof id) {
      acknowledged.insert(id);
    }
    kill(child, SIGKILL);
    while (read(ends[0], &id, sizeof id) == sizeof id) acknowledged.insert(id);
    close(ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
    ASSERT_GT(acknowledged.size(), enough);
    fixture.open();
    ASSERT_TRUE(fixture.prepare({&resource, 1}));
    expect_whole(fixture, resource, acknowledged);
    fixture.close();
    next_id = *acknowledged.rbegin() + 1000;
  }
}

// A store on simulated time over the files that the power loss before it left.
class Life {
 public:
  Life(const std::string& directory, uint64_t seed, const SqliteOptions& options)
      : platform(make_simulated_platform(seed)) {
    Result<std::unique_ptr<Store>> opened = open_sqlite_store(directory, *platform, options);
    EXPECT_TRUE(opened) << opened.error().message;
    if (!opened) return;
    store.reset(static_cast<SqliteStore*>(opened->release()));
    loop = platform->make_loop();
    session = store->open_session(*loop);
  }
  ~Life() {
    session.reset();
    loop.reset();
    store.reset();
  }
  std::unique_ptr<SimulatedPlatform> platform;
  std::unique_ptr<SqliteStore> store;
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Session> session;
};

// Clients that each do one operation after the other and try it again, under the same
// Idempotency-Key, until they know that it took effect. An operation inserts an entry under a key
// of its own per attempt, so that an operation done twice shows as two entries, and counts in the
// client's account, whose version it expects.
class Ledger {
 public:
  static constexpr size_t kClients = 4;

  explicit Ledger(uint64_t seed) : random(seed) {
    for (int64_t i = 0; i < int64_t{kClients}; ++i) operation_of_[i] = next_operation_++;
  }

  // One attempt of each client, all on their way at once. False when an outcome is none of those
  // that a client can live with.
  bool attempt(Life& life) {
    arena_.reset();
    std::vector<std::shared_ptr<std::optional<Result<void>>>> running;
    std::vector<Result<std::optional<Row>>> accounts;
    for (size_t client = 0; client < kClients; ++client) {
      accounts.push_back(
          run(*life.platform, life.session->get(resources[1], key_of(client), arena_)));
    }
    for (size_t client = 0; client < kClients; ++client) {
      running.push_back(begin(life, client, accounts[client]));
    }
    life.platform->run_ready();
    bool livable = true;
    for (size_t client = 0; client < kClients; ++client) {
      if (!running[client]) continue;
      const std::string result = outcome(**running[client]);
      if (result == "ok" || result == "idempotency-key-used") {
        acknowledged.insert(operation_of_[client]);
        operation_of_[client] = next_operation_++;
      } else if (result != "outcome-unknown" && result != "io-error" && result != "storage-full") {
        ADD_FAILURE() << "unexpected outcome " << result;
        livable = false;
      }
    }
    return livable;
  }

  // What the files hold is whole: every operation acknowledged before they were left is there, none
  // is there twice, and accounts, events and records say the same as the entries.
  void expect_whole(const std::string& path, const std::string& vfs,
                    const std::set<int64_t>& promised) const {
    Database::Options options;
    options.value_bytes_max = 1 << 20;
    options.vfs = vfs;
    Result<Database> database = Database::open(path, options);
    ASSERT_TRUE(database) << database.error().message;
    Result<Statement> rows = database->prepare("SELECT operation FROM entries");
    ASSERT_TRUE(rows) << rows.error().message;
    std::multiset<int64_t> found;
    while (rows->step() == Step::kRow) found.insert(rows->integer(0));
    rows->reset();
    for (const int64_t operation : promised) {
      EXPECT_EQ(found.count(operation), 1u) << "operation " << operation;
    }
    for (const int64_t operation : found) {
      EXPECT_EQ(found.count(operation), 1u) << "operation " << operation;
      EXPECT_LT(operation, next_operation_);
    }
    const auto size = static_cast<int64_t>(found.size());
    EXPECT_EQ(database->query_integer("SELECT sum(done) FROM accounts").value_or(-1), size);
    EXPECT_EQ(database->query_integer("SELECT sum(_version) FROM accounts").value_or(-1), size);
    EXPECT_EQ(database->query_integer("SELECT count(*) FROM _servanda_idempotency").value_or(-1),
              size);
    EXPECT_EQ(database->query_integer("SELECT count(*) FROM _servanda_outbox").value_or(-1), size);
    EXPECT_EQ(database
                  ->query_integer("SELECT count(*) FROM _servanda_outbox JOIN entries ON operation "
                                  "= CAST(CAST(payload AS TEXT) AS INTEGER)")
                  .value_or(-1),
              size)
        << "an event without its row or a row without its event";
    Statement check = std::move(*database->prepare("PRAGMA integrity_check"));
    ASSERT_EQ(check.step(), Step::kRow);
    EXPECT_EQ(check.text(0), "ok");
  }

  std::mt19937_64 random;
  std::set<int64_t> acknowledged;
  const std::vector<Resource> resources = {
      test_resource("entries", ColumnType::kInteger,
                    {test_property("operation", ColumnType::kInteger),
                     test_property("text", ColumnType::kText)}),
      test_resource("accounts", ColumnType::kInteger,
                    {test_property("done", ColumnType::kInteger)})};

 private:
  static Value key_of(size_t client) { return Value::of_integer(static_cast<int64_t>(client)); }

  std::shared_ptr<std::optional<Result<void>>> begin(Life& life, size_t client,
                                                     const Result<std::optional<Row>>& account) {
    if (!account) return nullptr;  // The disk fails; the client waits.
    const Value account_key = key_of(client);
    const bool there = account->has_value();
    const int64_t done = there ? (*account)->values[1].integer : 0;
    const int64_t operation = operation_of_[client];
    const std::string text(random() % 3000, 'x');
    const int64_t key = static_cast<int64_t>(random() >> 1);
    Value* entry = arena_.array<Value>(3);
    entry[0] = Value::of_integer(key);
    entry[1] = Value::of_integer(operation);
    entry[2] = Value::of_text(arena_.copy(text));
    Value* counted = arena_.array<Value>(2);
    counted[0] = account_key;
    counted[1] = Value::of_integer(done + 1);
    Write* writes = arena_.array<Write>(2);
    writes[0] = {Write::Kind::kInsert, &resources[0], entry[0], {entry, 3}, 0};
    writes[1] = {there ? Write::Kind::kUpdate : Write::Kind::kInsert,
                 &resources[1],
                 account_key,
                 {counted, 2},
                 there ? (*account)->version : 0};
    const auto* record = arena_.make<IdempotencyRecord>(record_of(operation, life.loop->wall()));
    OutboxEvent* event = arena_.make<OutboxEvent>();
    event->name = "done";
    event->payload = arena_.copy(std::to_string(operation));
    return launch(life.session->commit({{writes, 2}, record, {event, 1}}, Instant::never()));
  }

  int64_t operation_of_[kClients];
  int64_t next_operation_ = 1;
  Arena arena_;
};

enum class DiskFaults { kNone, kNowAndThen };

// Runs the ledger on the files in `from` until the power goes at a random change of them, also
// while the store opens. What is left goes to `to`. Returns what had been acknowledged by then.
std::set<int64_t> live_until_power_loss(Ledger& ledger, const std::string& from,
                                        const std::string& to, DiskFaults faults) {
  FaultFiles files;
  files.syncs = FaultFiles::Syncs::kInModelOnly;
  SqliteOptions options;
  options.vfs = files.name();
  options.busy_timeout = {};  // Whoever would let go runs on this thread.
  options.checkpoint_bytes = 30'000 + ledger.random() % 60'000;
  std::set<int64_t> acknowledged_then;
  uint64_t changes_left = 1 + ledger.random() % 100;
  uint64_t fault_left = 0;
  bool faults_on = false;
  files.before_change = [&] {
    if (changes_left > 0 && --changes_left == 0) {
      files.lose_power(to, ledger.random);
      acknowledged_then = ledger.acknowledged;
    }
    if (fault_left > 0 && --fault_left == 0) files.write_code = files.sync_code = SQLITE_OK;
    if (!faults_on || fault_left > 0 || ledger.random() % 25 > 0) return;
    fault_left = 1 + ledger.random() % 4;
    switch (ledger.random() % 4) {
      case 0:
        files.write_code = SQLITE_FULL;
        break;
      case 1:
        files.write_code = SQLITE_IOERR_WRITE;
        break;
      default:
        files.sync_code = SQLITE_IOERR_FSYNC;
    }
  };
  {
    Life life(from, ledger.random(), options);
    if (!life.store) return {};
    const Result<void> prepared =
        life.store->prepare_resources(std::make_shared<int>(0), ledger.resources, "hash");
    EXPECT_TRUE(prepared) << prepared.error().message;
    faults_on = faults == DiskFaults::kNowAndThen;
    while (changes_left > 0 && ledger.attempt(life)) {
    }
    faults_on = false;
    files.write_code = files.sync_code = SQLITE_OK;
    files.before_change = nullptr;
  }
  EXPECT_EQ(changes_left, 0u);
  return acknowledged_then;
}

// One store through many power losses, each life going on with what the one before left.
void lose_power_again_and_again(uint64_t seed, int lives, DiskFaults faults) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Ledger ledger(seed);
  TestDirectory directory;
  FaultFiles files;  // Without faults and without the time that real syncs take.
  files.syncs = FaultFiles::Syncs::kInModelOnly;
  SqliteOptions options;
  options.vfs = files.name();
  std::string from = directory.file("0");
  std::filesystem::create_directory(from);
  for (int life = 1; life <= lives; ++life) {
    SCOPED_TRACE("life " + std::to_string(life));
    const std::string to = directory.file(std::to_string(life));
    std::filesystem::create_directory(to);
    const std::set<int64_t> promised = live_until_power_loss(ledger, from, to, faults);
    std::filesystem::remove_all(from);
    from = to;
    // From here on the clients know only what they were told before.
    ledger.acknowledged = promised;
    {
      // Opened as the next life will: what the first life was cut in may not have tables yet.
      Life next(from, seed, options);
      if (!next.store) return;
      ASSERT_TRUE(
          next.store->prepare_resources(std::make_shared<int>(0), ledger.resources, "hash"));
    }
    ledger.expect_whole(from + "/store.db", files.name(), promised);
    if (::testing::Test::HasFailure()) return;
  }
}

// The power goes while the store settles what a failed sync left, at one change of the files after
// the other. Nobody reads, so the log is read anew and all of what the kernel still shows counts.
// False once there are fewer changes than `at`.
bool lose_power_after_a_failed_sync(uint64_t seed, int at) {
  SCOPED_TRACE("seed " + std::to_string(seed) + ", change " + std::to_string(at));
  std::mt19937_64 random(seed);
  const Resource resource = entries();
  TestDirectory directory;
  std::filesystem::create_directory(directory.file("then"));
  std::filesystem::create_directory(directory.file("left"));
  FaultFiles files;
  files.syncs = FaultFiles::Syncs::kInModelOnly;
  SqliteOptions options;
  options.vfs = files.name();
  // The large commit is moved into the file with the small ones behind it, the last one is not: so
  // the log has begun, and most pages that the failed commit changes have no older frames in it
  // that would mend them.
  options.checkpoint_bytes = 60'000;
  int changes = 0;
  {
    Life life(directory.file("then"), seed, options);
    EXPECT_TRUE(life.store->prepare_resources(std::make_shared<int>(0), {&resource, 1}, "hash"));
    const auto commit = [&](int64_t first, int64_t count) {
      const std::string text(700, 'x');
      std::vector<std::array<Value, 2>> values;
      std::vector<Write> writes;
      for (int64_t i = 0; i < count; ++i) {
        values.push_back({Value::of_integer(first + i), Value::of_text(text)});
      }
      for (const auto& row : values) {
        writes.push_back({Write::Kind::kInsert, &resource, row[0], row, 0});
      }
      return outcome(
          run(*life.platform, life.session->commit({writes, nullptr}, Instant::never())));
    };
    EXPECT_EQ(commit(0, 97), "ok");
    EXPECT_EQ(commit(97, 1), "ok");
    EXPECT_EQ(commit(98, 1), "ok");
    EXPECT_EQ(commit(99, 1), "ok");
    files.sync_code = SQLITE_IOERR_FSYNC;
    EXPECT_EQ(commit(1000, 100), "outcome-unknown");
    // The connection is closed while the disk still fails, so that its log stays.
    EXPECT_EQ(commit(3000, 1), "io-error");
    files.sync_code = SQLITE_OK;
    files.before_change = [&] {
      if (++changes == at) files.lose_power(directory.file("left"), random);
    };
    EXPECT_EQ(commit(2000, 1), "ok");
    files.before_change = nullptr;
  }
  if (changes < at) return false;
  Life after(directory.file("left"), seed, SqliteOptions());
  if (!after.store) return false;
  Result<Database> database = Database::open(directory.file("left/store.db"),
                                             {.busy_timeout = {}, .value_bytes_max = 1 << 20});
  const auto count = [&](const char* condition) {
    return database->query_integer(std::string("SELECT count(*) FROM entries WHERE ") + condition)
        .value_or(-1);
  };
  EXPECT_EQ(count("id < 1000"), 100);
  const int64_t unknown = count("id BETWEEN 1000 AND 1999");
  EXPECT_TRUE(unknown == 0 || unknown == 100) << unknown << " rows of one commit";
  Statement check = std::move(*database->prepare("PRAGMA integrity_check"));
  EXPECT_EQ(check.step(), Step::kRow);
  EXPECT_EQ(check.text(0), "ok");
  return true;
}

TEST(Durability, AFailedSyncIsSettledSoThatPowerMayGoMeanwhile) {
  for (uint64_t seed = 1; seed <= 2; ++seed) {
    int at = 1;
    while (!::testing::Test::HasFailure() && lose_power_after_a_failed_sync(seed, at)) ++at;
    EXPECT_GT(at, 20);
  }
}

// While somebody reads, a checkpoint moves what it can without a sync; the sync that fails is the
// one of a later checkpoint, and takes those pages with it.
TEST(Durability, AFailedSyncOfTheFileTakesNothingThatWasMovedIntoItEarlier) {
  const Resource resource = entries();
  TestDirectory directory;
  std::filesystem::create_directory(directory.file("left"));
  FaultFiles files;
  files.syncs = FaultFiles::Syncs::kInModelOnly;
  SqliteOptions options;
  options.vfs = files.name();
  options.busy_timeout = {};
  options.checkpoint_bytes = 1;
  std::mt19937_64 random(1);
  {
    Life life(directory.file("then"), 1, options);
    ASSERT_TRUE(life.store->prepare_resources(std::make_shared<int>(0), {&resource, 1}, "hash"));
    const std::string text(3000, 'x');
    const auto commit = [&](int64_t id) {
      const Value values[] = {Value::of_integer(id), Value::of_text(text)};
      const Write insert{Write::Kind::kInsert, &resource, values[0], values, 0};
      return outcome(
          run(*life.platform, life.session->commit({{&insert, 1}, nullptr}, Instant::never())));
    };
    Result<Database> reader =
        Database::open(directory.file("then/store.db"), {.mode = Database::Options::Mode::kReadOnly,
                                                         .busy_timeout = {},
                                                         .value_bytes_max = 1 << 20,
                                                         .vfs = files.name()});
    ASSERT_TRUE(reader->execute("BEGIN; SELECT count(*) FROM entries"));
    EXPECT_EQ(commit(1), "ok");
    ASSERT_TRUE(reader->execute("COMMIT; BEGIN; SELECT count(*) FROM entries"));
    EXPECT_EQ(commit(2), "ok") << "its checkpoint moves the first commit and goes no further";
    ASSERT_TRUE(reader->execute("COMMIT"));
    files.database_sync_code = SQLITE_IOERR_FSYNC;
    EXPECT_EQ(commit(3), "ok") << "its checkpoint fails";
    files.database_sync_code = SQLITE_OK;
    EXPECT_EQ(commit(4), "ok") << "the log has been emptied before it";
    files.lose_power(directory.file("left"), random);
  }
  Result<Database> database =
      Database::open(directory.file("left/store.db"), {.value_bytes_max = 1 << 20});
  ASSERT_TRUE(database) << database.error().message;
  EXPECT_EQ(database->query_integer("SELECT count(*) FROM entries").value_or(-1), 4);
  Statement check = std::move(*database->prepare("PRAGMA integrity_check"));
  ASSERT_EQ(check.step(), Step::kRow);
  EXPECT_EQ(check.text(0), "ok");
}

// Together a thousand power losses.
TEST(Durability, NothingAcknowledgedIsLostOrDoubledWhenPowerGoes) {
  for (uint64_t seed = 1; seed <= 25 && !::testing::Test::HasFailure(); ++seed) {
    lose_power_again_and_again(seed, 20, DiskFaults::kNone);
  }
}

TEST(Durability, NothingAcknowledgedIsLostOrDoubledWhenPowerGoesFromAFailingDisk) {
  for (uint64_t seed = 1001; seed <= 1025 && !::testing::Test::HasFailure(); ++seed) {
    lose_power_again_and_again(seed, 20, DiskFaults::kNowAndThen);
  }
}

}  // namespace
}  // namespace servanda::internal
