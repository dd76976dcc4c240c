// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/reader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "store/sqlite/fixture_for_test.h"

namespace {
// Counts allocations of this thread through operator new while it is switched on.
thread_local bool counting = false;
thread_local int allocations = 0;

void* counted(size_t size) {
  if (counting) ++allocations;
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (!memory) std::abort();
  return memory;
}
}  // namespace

void* operator new(size_t size) {
  return counted(size);
}
void* operator new[](size_t size) {
  return counted(size);
}
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return counted(size);
}
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, size_t) noexcept {
  std::free(memory);
}

namespace servanda::internal {
namespace {

Resource words() {
  return test_resource("words", ColumnType::kInteger, {test_property("text", ColumnType::kText)});
}

class ReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(fixture.prepare({&resource, 1}));
    ASSERT_TRUE(write(1, "first"));
    Result<std::unique_ptr<Reader>> opened =
        Reader::open(fixture.directory.file("data/store.db"), SqliteOptions(), commits);
    ASSERT_TRUE(opened) << opened.error().message;
    reader = std::move(*opened);
    shape = ShapeRegistry().shape_of(resource);
  }
  Result<void> write(int64_t id, std::string_view text) {
    const Value values[] = {Value::of_integer(id), Value::of_text(text)};
    const Write insert{Write::Kind::kInsert, &resource, values[0], values, 0};
    return fixture.commit({&insert, 1});
  }
  bool has(int64_t id) { return reader->get(*shape, Value::of_integer(id), arena)->has_value(); }

  Resource resource = words();
  StoreFixture fixture;
  std::atomic<uint64_t> commits{0};  // What the reader is told; the writer has its own.
  std::shared_ptr<const TableShape> shape;
  std::unique_ptr<Reader> reader;
  Arena arena;
};

TEST_F(ReaderTest, SharesOneSnapshotBetweenTheReadsOfATurn) {
  EXPECT_FALSE(reader->in_turn());
  EXPECT_TRUE(has(1));
  EXPECT_TRUE(reader->in_turn());
  ASSERT_TRUE(write(2, "second"));
  EXPECT_FALSE(has(2)) << "nobody told the reader of this commit";
  reader->end_turn();
  EXPECT_FALSE(reader->in_turn());
  EXPECT_TRUE(has(2));
}

TEST_F(ReaderTest, SeesACommitThatWasCountedInTheSameTurn) {
  EXPECT_FALSE(has(2));
  ASSERT_TRUE(write(2, "second"));
  commits.fetch_add(1);
  EXPECT_TRUE(has(2));
  EXPECT_TRUE(reader->in_turn());
}

// A loop whose turn lasts until the test ends it.
class LongTurnLoop final : public Loop {
 public:
  explicit LongTurnLoop(Loop& inner) : inner_(inner) {}
  void end_turn() {
    for (Work& work : std::exchange(ending_, {})) work();
  }
  [[nodiscard]] size_t asked() const { return ending_.size(); }
  void at_turn_end(Work work) override { ending_.push_back(std::move(work)); }
  Instant now() const override { return inner_.now(); }
  Timestamp wall() const override { return inner_.wall(); }
  void post(Work work) override { inner_.post(std::move(work)); }
  TimerId at(Instant when, Work work) override { return inner_.at(when, std::move(work)); }
  void cancel(TimerId id) override { inner_.cancel(id); }
  Result<std::unique_ptr<Listener>> listen(std::string_view address) override {
    return inner_.listen(address);
  }
  Task<Result<std::unique_ptr<Stream>>> connect(std::string_view address,
                                                Instant deadline) override {
    return inner_.connect(address, deadline);
  }
  Rng& rng() override { return inner_.rng(); }
  Duration busy() const override { return inner_.busy(); }
  void run() override { inner_.run(); }
  void stop() override { inner_.stop(); }

 private:
  Loop& inner_;
  std::vector<Work> ending_;
};

TEST_F(ReaderTest, SeesWhatOtherWorkersCommittedWithinItsTurn) {
  LongTurnLoop loop(*fixture.loop);
  const auto session = fixture.store->open_session(loop);
  const auto sees = [&](int64_t id) {
    const auto read = launch(session->get(resource, Value::of_integer(id), arena));
    return (*read)->value().has_value();
  };
  EXPECT_FALSE(sees(2));
  EXPECT_EQ(loop.asked(), 1u);
  ASSERT_TRUE(write(2, "second"));
  EXPECT_TRUE(sees(2));
  EXPECT_EQ(loop.asked(), 1u) << "one turn is ended once";
  ASSERT_TRUE(write(3, "third"));
  EXPECT_TRUE(sees(3));
  loop.end_turn();
  EXPECT_TRUE(sees(1));
  EXPECT_EQ(loop.asked(), 1u);
  loop.end_turn();
}

TEST_F(ReaderTest, EndsItsTransactionWithTheLoopsTurn) {
  ASSERT_TRUE(fixture.get(resource, Value::of_integer(1)));
  // A reader in a transaction would keep the log from being emptied.
  Database::Options options;
  options.value_bytes_max = 1 << 20;
  options.busy_timeout = {};
  Database other = std::move(*Database::open(fixture.directory.file("data/store.db"), options));
  EXPECT_EQ(other.checkpoint(Database::Checkpoint::kTruncate).value_or(-1), 0);
  EXPECT_TRUE(has(1));
  EXPECT_TRUE(other.execute("CREATE TABLE extra (x)"));
  EXPECT_FALSE(other.checkpoint(Database::Checkpoint::kTruncate)) << "this one is in its turn";
  reader->end_turn();
  EXPECT_TRUE(other.checkpoint(Database::Checkpoint::kTruncate));
}

TEST_F(ReaderTest, SurvivesASessionThatGoesBeforeItsTurnEnds) {
  auto session = fixture.store->open_session(*fixture.loop);
  const auto read = launch(session->get(resource, Value::of_integer(1), arena));
  EXPECT_TRUE((*read)->value());
  session.reset();
  fixture.platform->run_ready();
}

TEST_F(ReaderTest, AllocatesNothingInAWarmPointRead) {
  const auto session = fixture.store->open_session(*fixture.loop);
  const auto read_through = [&] {
    arena.reset();
    std::optional<bool> found;
    const auto task = [](Session* s, const Resource* r, Arena* a,
                         std::optional<bool>* into) -> Task<void> {
      Task<Result<std::optional<Row>>> reading = s->get(*r, Value::of_integer(1), *a);
      Result<std::optional<Row>> row = co_await reading;
      *into = row && *row && (**row).values[1].text == "first";
    };
    spawn(task(session.get(), &resource, &arena, &found));
    return found.value_or(false);
  };
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(read_through());
  allocations = 0;
  counting = true;
  const bool found = read_through();
  counting = false;
  EXPECT_TRUE(found);
  EXPECT_EQ(allocations, 0);
}

TEST_F(ReaderTest, KeepsReadingWhenATableGainsColumnsInItsTurn) {
  EXPECT_TRUE(has(1));
  Resource wider = words();
  wider.properties.push_back(test_property("more", ColumnType::kText));
  ASSERT_TRUE(fixture.prepare({&wider, 1}));
  commits.fetch_add(1);
  EXPECT_TRUE(has(1));
  const auto wide_shape = ShapeRegistry().shape_of(wider);
  TableShape other = *wide_shape;
  other.id = 2;
  const auto row = reader->get(other, Value::of_integer(1), arena);
  ASSERT_TRUE(row) << row.error().message;
  EXPECT_TRUE((*row)->values[2].is_null());
  fixture.close();  // `wider` goes before the fixture.
}

}  // namespace
}  // namespace servanda::internal
