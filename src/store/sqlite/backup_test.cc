// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/backup.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/digest.h"
#include "io/file.h"
#include "store/sqlite/backup_verify.h"
#include "store/sqlite/fault_files_for_test.h"
#include "store/sqlite/fixture_for_test.h"

namespace servanda::internal {
namespace {

namespace fs = std::filesystem;

Resource accounts() {
  Resource resource = test_resource(
      "accounts", ColumnType::kInteger,
      {required_property("amount", ColumnType::kInteger), test_property("note", ColumnType::kText),
       test_property("rate", ColumnType::kDecimal)});
  resource.indexes = {test_index(resource, {"note", "id"})};
  return resource;
}

// A store of accounts whose amounts add up to the same sum after every commit.
class Bank {
 public:
  static constexpr int64_t kAccounts = 300;
  static constexpr int64_t kAmount = 1000;

  explicit Bank(SqliteOptions options = {}) : fixture(1, options) {
    EXPECT_TRUE(fixture.prepare({&resource, 1}));
    std::vector<std::array<Value, 4>> values;
    for (int64_t id = 0; id < kAccounts; ++id) values.push_back(values_of(id, kAmount));
    std::vector<Write> writes;
    for (const auto& row : values) {
      writes.push_back({Write::Kind::kInsert, &resource, row[0], row, 0});
    }
    EXPECT_EQ(outcome(fixture.commit(writes)), "ok");
  }
  // Moves an amount between two accounts in one commit.
  void transfer(int64_t from, int64_t to, int64_t amount) {
    const Value keys[2] = {Value::of_integer(from), Value::of_integer(to)};
    Write writes[2];
    std::array<Value, 4> values[2];
    for (int i = 0; i < 2; ++i) {
      fixture.arena.reset();
      const auto row = fixture.get(resource, keys[i]).value();
      values[i] = values_of(keys[i].integer, row->values[1].integer + (i == 0 ? -amount : amount));
      writes[i] = {Write::Kind::kUpdate, &resource, keys[i], values[i], 0};
    }
    EXPECT_EQ(outcome(fixture.commit(writes)), "ok");
  }
  std::string insert(int64_t id, const IdempotencyRecord* record = nullptr) {
    const std::array<Value, 4> values = values_of(id, 7);
    const Write write{Write::Kind::kInsert, &resource, values[0], values, 0};
    return outcome(fixture.commit({&write, 1}, record));
  }
  [[nodiscard]] std::string data() const { return fixture.directory.file("data"); }
  [[nodiscard]] std::string file(std::string_view name) const {
    return fixture.directory.file(name);
  }

  Resource resource = accounts();
  StoreFixture fixture;

 private:
  [[nodiscard]] std::array<Value, 4> values_of(int64_t id, int64_t amount) const {
    return {Value::of_integer(id), Value::of_integer(amount), Value::of_text(note_),
            Value::of_text("1.5")};
  }
  const std::string note_ = std::string(500, 'n');
};

int64_t ask(const std::string& path, const std::string& sql) {
  Result<Database> database = open_to_read(path, "");
  EXPECT_TRUE(database) << database.error().message;
  return database->query_integer(sql).value_or(-1);
}

// Overwrites bytes in the middle of the pages [first, last).
void damage(const std::string& path, int first, int last) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  for (int page = first; page < last; ++page) {
    file.seekp(page * 4096);
    file << std::string(300, '\x5a');
  }
}

std::string reasons_of(const StoreFindings& findings) {
  std::string text;
  for (const std::string& sentence : findings.sentences) text += sentence + "\n";
  return text;
}

size_t files_in(const std::string& directory, std::string_view part) {
  size_t count = 0;
  for (const auto& entry : fs::directory_iterator(directory)) {
    count += entry.path().filename().string().find(part) != std::string::npos ? 1 : 0;
  }
  return count;
}

TEST(Backup, IsAWholeStoreInOneFileThatNobodyElseReads) {
  Bank bank;
  const Result<StoreContents> made = backup_store(bank.data(), bank.file("b"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->bytes, fs::file_size(bank.file("b")));
  ASSERT_EQ(made->tables.size(), 4u);
  EXPECT_EQ(made->tables[0].name, "accounts");
  EXPECT_EQ(made->tables[0].rows, Bank::kAccounts);
  EXPECT_EQ(files_in(bank.fixture.directory.path(), "b."), 0u) << "nothing is left beside it";
  EXPECT_EQ(files_in(bank.fixture.directory.path(), "b-"), 0u);
  struct stat status {};
  ASSERT_EQ(::stat(bank.file("b").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST(Backup, IsOneSnapshotWhileWritesGoOn) {
  FaultFiles files;
  Bank bank({.checkpoint_bytes = 100'000, .vfs = files.name()});
  int64_t transfers = 0;
  bool writing = false;
  // Every page that the copy writes is followed by commits, some of which move the log.
  files.before_change = [&] {
    if (std::exchange(writing, true)) return;
    for (int i = 0; i < 3; ++i, ++transfers) {
      const int64_t from = transfers * 7 % (Bank::kAccounts - 1);
      bank.transfer(from, from + 1, 1);
    }
    writing = false;
  };
  const Result<StoreContents> made = backup_store(bank.data(), bank.file("b"), files.name());
  files.before_change = nullptr;
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_GT(transfers, 100) << "writes went on meanwhile";
  EXPECT_EQ(ask(bank.file("b"), "SELECT sum(amount) FROM accounts"),
            Bank::kAccounts * Bank::kAmount);
  EXPECT_EQ(ask(bank.file("b"), "SELECT max(_version) FROM accounts"), 1)
      << "what was committed after the beginning is not in it";
  const Result<StoreContents> later = backup_store(bank.data(), bank.file("later"), files.name());
  ASSERT_TRUE(later);
  EXPECT_EQ(ask(bank.file("later"), "SELECT sum(amount) FROM accounts"),
            Bank::kAccounts * Bank::kAmount);
  EXPECT_GT(ask(bank.file("later"), "SELECT max(_version) FROM accounts"), 1);
}

TEST(Backup, RefusesAFileThatIsThere) {
  Bank bank;
  ASSERT_TRUE(write_file_atomically(bank.file("b"), "precious"));
  const Result<StoreContents> made = backup_store(bank.data(), bank.file("b"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().reason, "file-exists");
  EXPECT_EQ(read_file(bank.file("b"), 100).value(), "precious");
}

TEST(Backup, RefusesToWriteWhatAnotherBackupWrites) {
  Bank bank;
  {
    const Result<FileLock> other = FileLock::acquire(bank.file("b.partial"));
    EXPECT_EQ(outcome(backup_store(bank.data(), bank.file("b"))), "locked");
    EXPECT_TRUE(fs::exists(bank.file("b.partial"))) << "it belongs to the other one";
  }
  EXPECT_EQ(outcome(backup_store(bank.data(), bank.file("b"))), "ok");
}

TEST(Backup, NeedsAStoreAndAPlaceToWriteTo) {
  Bank bank;
  EXPECT_EQ(outcome(backup_store(bank.file("nowhere"), bank.file("b"))), "no-store");
  EXPECT_FALSE(backup_store(bank.data(), bank.file("nowhere/b")));
  EXPECT_EQ(files_in(bank.fixture.directory.path(), "b"), 0u);
}

TEST(Backup, RefusesADamagedStoreAndKeepsNoCopyOfIt) {
  Bank bank;
  bank.fixture.close();
  damage(bank.data() + "/store.db", 20, 40);
  const Result<StoreContents> made = backup_store(bank.data(), bank.file("b"));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().reason, "store-corrupt");
  EXPECT_EQ(files_in(bank.fixture.directory.path(), "b"), 0u);
}

TEST(Backup, LeavesNoFileWhenAWriteOrASyncFails) {
  FaultFiles files;
  Bank bank;
  bank.fixture.close();
  const struct {
    int* code;
    int value;
    Code expected;
  } faults[] = {{&files.write_code, SQLITE_FULL, Code::kStorageFull},
                {&files.write_code, SQLITE_IOERR_WRITE, Code::kUnavailable},
                {&files.sync_code, SQLITE_IOERR_FSYNC, Code::kUnavailable}};
  for (const auto& fault : faults) {
    int made = 0;
    for (int at = 1; made == 0; at += 9) {
      int changes = 0;
      files.before_change = [&] {
        if (++changes >= at) *fault.code = fault.value;
      };
      const Result<StoreContents> copied = backup_store(bank.data(), bank.file("b"), files.name());
      files.before_change = nullptr;
      const bool failed = *fault.code != SQLITE_OK && !copied;
      *fault.code = SQLITE_OK;
      if (failed) {
        EXPECT_EQ(copied.error().code, fault.expected) << copied.error().message;
        EXPECT_EQ(files_in(bank.fixture.directory.path(), "b"), 0u) << "change " << at;
      } else {
        ASSERT_TRUE(copied) << copied.error().message;
        ++made;
        fs::remove(bank.file("b"));
      }
      ASSERT_LT(at, 2000);
    }
  }
}

TEST(Backup, LeavesNoFileWhenItIsKilled) {
  Bank bank;
  bank.fixture.close();
  int finished = 0;
  int killed = 0;
  for (int at = 1; finished == 0; at += 13) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      FaultFiles files;
      int changes = 0;
      files.before_change = [&] {
        if (++changes == at) kill(getpid(), SIGKILL);
      };
      _exit(backup_store(bank.data(), bank.file("b"), files.name()) ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
      ++killed;
      EXPECT_FALSE(fs::exists(bank.file("b"))) << "change " << at;
    } else {
      EXPECT_EQ(WEXITSTATUS(status), 0) << "what the killed ones left is no hindrance";
      ++finished;
    }
  }
  EXPECT_GT(killed, 3);
  EXPECT_EQ(ask(bank.file("b"), "SELECT count(*) FROM accounts"), Bank::kAccounts);
  EXPECT_EQ(files_in(bank.fixture.directory.path(), "b."), 0u);
}

TEST(Restore, BringsBackRowsAndIdempotencyRecords) {
  Bank bank;
  IdempotencyRecord record;
  record.scope = sha256("one");
  record.answer.body = "answer";
  record.answer.completed_at = bank.fixture.loop->wall();
  ASSERT_EQ(bank.insert(1000, &record), "ok");
  ASSERT_TRUE(backup_store(bank.data(), bank.file("b")));
  StoreFixture other;
  other.close();
  fs::remove_all(other.directory.file("data"));
  const Result<StoreContents> restored =
      restore_store(bank.file("b"), other.directory.file("data"));
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(restored->tables[0].rows, Bank::kAccounts + 1);
  other.open();
  ASSERT_TRUE(other.prepare({&bank.resource, 1}));
  EXPECT_TRUE(other.get(bank.resource, Value::of_integer(1000)).value());
  const auto answer =
      run(*other.platform, other.session->find_answer(record.scope, other.arena)).value();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "answer");
  other.close();
}

TEST(Restore, RefusesADirectoryThatHoldsAStoreOrALogOrIsServed) {
  Bank bank;
  ASSERT_TRUE(backup_store(bank.data(), bank.file("b")));
  EXPECT_EQ(outcome(restore_store(bank.file("b"), bank.data())), "locked");
  bank.fixture.close();
  EXPECT_EQ(outcome(restore_store(bank.file("b"), bank.data())), "store-exists");
  EXPECT_EQ(ask(bank.data() + "/store.db", "SELECT count(*) FROM accounts"), Bank::kAccounts);
  fs::create_directory(bank.file("other"));
  ASSERT_TRUE(write_file_atomically(bank.file("other/store.db-wal"), "a log of something else"));
  EXPECT_EQ(outcome(restore_store(bank.file("b"), bank.file("other"))), "store-exists");
  EXPECT_FALSE(fs::exists(bank.file("other/store.db")));
}

TEST(Restore, RefusesADamagedBackupAndMakesNoStore) {
  Bank bank;
  ASSERT_TRUE(backup_store(bank.data(), bank.file("b")));
  ASSERT_TRUE(write_file_atomically(bank.file("text"), std::string(9000, 'x')));
  fs::copy(bank.file("b"), bank.file("torn"));
  damage(bank.file("torn"), 20, 40);
  fs::copy(bank.file("b"), bank.file("short"));
  fs::resize_file(bank.file("short"), fs::file_size(bank.file("short")) / 2 / 4096 * 4096);
  for (const char* name : {"text", "torn", "short"}) {
    const Result<StoreContents> restored = restore_store(bank.file(name), bank.file("new"));
    ASSERT_FALSE(restored) << name;
    EXPECT_EQ(restored.error().reason, "store-corrupt") << name;
    EXPECT_EQ(files_in(bank.file("new"), "store.db"), 0u) << name;
  }
  EXPECT_EQ(outcome(restore_store(bank.file("absent"), bank.file("new"))), "no-store");
  EXPECT_EQ(outcome(restore_store(bank.file("b"), bank.file("new"))), "ok");
}

class Verify : public ::testing::Test {
 protected:
  // What is found after a change behind the store's back; the store is as before afterwards.
  std::string found_after(const std::string& sql) {
    TestDirectory copy;
    fs::copy(bank.data() + "/store.db", copy.file("store.db"));
    Database::Options options;
    options.value_bytes_max = 1 << 20;
    {
      Result<Database> database = Database::open(copy.file("store.db"), options);
      const Result<void> done = database->execute(sql);
      EXPECT_TRUE(done) << done.error().message;
    }
    const Result<StoreFindings> found = verify_store(copy.path());
    return found ? reasons_of(*found) : found.error().message;
  }
  void SetUp() override { bank.fixture.close(); }
  Bank bank;
};

TEST_F(Verify, IsContentWithAStoreAlsoWhileItIsServed) {
  const Result<StoreFindings> closed = verify_store(bank.data());
  ASSERT_TRUE(closed) << closed.error().message;
  EXPECT_EQ(reasons_of(*closed), "");
  EXPECT_EQ(closed->contents.tables[0].rows, Bank::kAccounts);
  bank.fixture.open();
  ASSERT_TRUE(bank.fixture.prepare({&bank.resource, 1}));
  ASSERT_EQ(bank.insert(1000), "ok");
  const Result<StoreFindings> served = verify_store(bank.data());
  ASSERT_TRUE(served);
  EXPECT_EQ(reasons_of(*served), "");
  EXPECT_EQ(served->contents.tables[0].rows, Bank::kAccounts + 1);
}

TEST_F(Verify, FindsDamagedPages) {
  damage(bank.data() + "/store.db", 20, 40);
  const Result<StoreFindings> found = verify_store(bank.data());
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_NE(reasons_of(*found), "");
  damage(bank.data() + "/store.db", 0, 1);
  const Result<StoreFindings> none = verify_store(bank.data());
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_NE(reasons_of(*none).find("damaged"), std::string::npos);
}

TEST_F(Verify, NamesEveryTableColumnAndIndexThatIsMissing) {
  EXPECT_EQ(found_after("SELECT 1"), "");
  EXPECT_NE(found_after("DROP TABLE accounts").find("Table \"accounts\" is missing"),
            std::string::npos);
  const std::string columns = found_after(
      "DROP INDEX accounts_note_id; ALTER TABLE accounts DROP COLUMN note; "
      "ALTER TABLE accounts DROP COLUMN \"rate#order\"");
  EXPECT_NE(columns.find("Column \"note\" of table \"accounts\" is missing"), std::string::npos);
  EXPECT_NE(columns.find("Column \"rate#order\""), std::string::npos);
  EXPECT_NE(found_after("DROP INDEX _servanda_idempotency_completed")
                .find("\"_servanda_idempotency_completed\""),
            std::string::npos);
  EXPECT_NE(found_after("DROP INDEX _servanda_audit_actor").find("\"_servanda_audit_actor\""),
            std::string::npos);
  EXPECT_NE(found_after("UPDATE accounts SET amount = NULL WHERE id = 3").find("\"amount\""),
            std::string::npos);
  EXPECT_NE(found_after("DELETE FROM _servanda_columns WHERE role = 'key'").find("no key"),
            std::string::npos);
}

TEST_F(Verify, KnowsAStoreThatHasNotGotItsEventTablesYet) {
  EXPECT_EQ(found_after("DROP TABLE _servanda_outbox; DROP TABLE _servanda_audit"), "");
}

TEST_F(Verify, NamesANewerFormatAndAnotherProgramsFile) {
  EXPECT_NE(found_after("UPDATE _servanda SET value = 2 WHERE name = 'format'").find("format 2"),
            std::string::npos);
  EXPECT_NE(found_after("DELETE FROM _servanda WHERE name = 'format'").find("format is missing"),
            std::string::npos);
  EXPECT_NE(found_after("DROP TABLE _servanda").find("another program"), std::string::npos);
}

TEST_F(Verify, ReportsAStoreThatIsNotThere) {
  EXPECT_EQ(outcome(verify_store(bank.file("nowhere"))), "no-store");
}

}  // namespace
}  // namespace servanda::internal
