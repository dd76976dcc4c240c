// SPDX-License-Identifier: Apache-2.0
// Every acknowledged commit is there afterwards, with its idempotency record: after kill -9 of the
// process and after a power loss that takes whatever was not synced.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

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

// One life of a store on a disk that loses power at a random change of its files.
void lose_power_once(uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const Resource resource = entries();
  FaultFiles files;
  SqliteOptions options;
  options.vfs = files.name();
  options.checkpoint_bytes = 30'000;
  StoreFixture fixture(seed, options);
  ASSERT_TRUE(fixture.prepare({&resource, 1}));
  TestDirectory left;
  std::filesystem::create_directory(left.file("data"));
  std::set<int64_t> acknowledged;
  std::set<int64_t> acknowledged_then;
  uint64_t changes_left = 1 + random() % 120;
  files.before_change = [&] {
    if (changes_left == 0 || --changes_left > 0) return;
    files.lose_power(left.file("data"), random);
    acknowledged_then = acknowledged;
  };
  for (int64_t id = 1; changes_left > 0;) {
    std::vector<std::shared_ptr<std::optional<Result<void>>>> running;
    const std::string text(100 + random() % 4000, 'x');
    const int64_t first = id;
    Arena arena;
    for (uint64_t i = 0; i <= random() % 4; ++i, ++id) {
      Value* values = arena.array<Value>(2);
      values[0] = Value::of_integer(id);
      values[1] = Value::of_text(text);
      const Write* insert =
          arena.make<Write>(Write{Write::Kind::kInsert, &resource, values[0], {values, 2}, 0});
      const auto* record = arena.make<IdempotencyRecord>(record_of(id, fixture.loop->wall()));
      running.push_back(launch(fixture.session->commit({{insert, 1}, record}, Instant::never())));
    }
    fixture.platform->run_ready();
    for (size_t i = 0; i < running.size(); ++i) {
      ASSERT_EQ(outcome(**running[i]), "ok");
      acknowledged.insert(first + static_cast<int64_t>(i));
    }
  }
  files.before_change = nullptr;
  StoreFixture after;
  after.close();
  std::filesystem::remove_all(after.directory.file("data"));
  std::filesystem::copy(left.file("data"), after.directory.file("data"));
  after.open();
  ASSERT_TRUE(after.prepare({&resource, 1}));
  expect_whole(after, resource, acknowledged_then);
  after.close();
  fixture.close();  // `resource` goes before the fixtures.
}

TEST(Durability, NothingAcknowledgedIsLostWhenPowerGoes) {
  for (uint64_t seed = 1; seed <= 60 && !::testing::Test::HasFailure(); ++seed) {
    lose_power_once(seed);
  }
}

}  // namespace
}  // namespace servanda::internal
