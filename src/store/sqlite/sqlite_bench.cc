// SPDX-License-Identifier: Apache-2.0
// Point reads, lists and durable commits at 1,000,000 rows with 16-byte time-ordered keys.

#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/ids.h"
#include "io/platform.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/store_core.h"

namespace servanda::internal {
namespace {

constexpr int kRows = 1'000'000;
constexpr int kHotRows = 1000;

Property property_of(const char* name, ColumnType type, bool required = false) {
  Property property;
  property.name = name;
  property.column = name;
  property.type = type;
  property.required = required;
  return property;
}

Resource products() {
  Resource resource;
  resource.name = "Product";
  resource.table = "products";
  resource.properties = {property_of("id", ColumnType::kUuid, true),
                         property_of("name", ColumnType::kText, true),
                         property_of("category", ColumnType::kText),
                         property_of("price", ColumnType::kDecimal),
                         property_of("created_at", ColumnType::kTimestamp),
                         property_of("updated_at", ColumnType::kTimestamp),
                         property_of("description", ColumnType::kText)};
  resource.indexes = {{"products_category_id", {{2, false}, {0, false}}, false},
                      {"products_price_id", {{3, false}, {0, false}}, false}};
  return resource;
}

// Runs one loop until `task` has ended.
Task<void> then_stop(Task<void> task, Loop* loop) {
  co_await task;
  loop->stop();
}
void run(Loop& loop, Task<void> task) {
  spawn(then_stop(std::move(task), &loop));
  loop.run();
}

// A store of kRows products in a directory of its own, made once for all benchmarks.
class Shop {
 public:
  Shop() {
    std::string name = (std::filesystem::temp_directory_path() / "servanda-bench-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    platform = make_real_platform();
    auto opened = open_sqlite_store(directory_ + "/data", *platform);
    store.reset(static_cast<SqliteStore*>(opened->release()));
    loop = platform->make_loop();
    if (!store->prepare_resources(owner_, {&resource, 1}, "bench")) std::abort();
    session = store->open_session(*loop);
    run(*loop, fill());
  }
  ~Shop() {
    session.reset();
    loop.reset();
    store.reset();
    std::filesystem::remove_all(directory_);
  }
  [[nodiscard]] std::string file() const { return directory_ + "/data/store.db"; }

  Task<void> fill() {
    UuidGenerator ids(platform->clock(), loop->rng());
    const std::string description(120, 'd');
    constexpr int kBatch = 1000;
    for (int done = 0; done < kRows; done += kBatch) {
      Arena arena;
      std::vector<Write> writes;
      for (int i = 0; i < kBatch; ++i) {
        const Uuid id = ids.next();
        keys.emplace_back(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
        writes.push_back(insert(arena, keys.back(), done + i, description));
      }
      Task<Result<void>> committing = session->commit({writes, nullptr}, Instant::never());
      Result<void> committed = co_await committing;
      if (!committed) std::abort();
    }
  }
  Write insert(Arena& arena, std::string_view key, int number, std::string_view description) {
    Value* values = arena.array<Value>(7);
    values[0] = Value::of_bytes(arena.copy(key));
    values[1] = Value::of_text("some product name");
    values[2] = Value::of_text(arena.copy("category " + std::to_string(number % 100)));
    values[3] = Value::of_text(arena.copy(std::to_string(number % 997) + ".5"));
    values[4] = Value::of_integer(1'700'000'000'000'000 + number);
    values[5] = values[4];
    values[6] = Value::of_text(arena.copy(description));
    return {Write::Kind::kInsert, &resource, values[0], {values, 7}, 0};
  }

  Resource resource = products();
  std::vector<std::string> keys;
  std::unique_ptr<Platform> platform;
  std::unique_ptr<SqliteStore> store;
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Session> session;

 private:
  std::string directory_;
  std::shared_ptr<int> owner_ = std::make_shared<int>(0);
};

Shop& shop() {
  static Shop made;
  return made;
}

// One worker's reader without the session around it.
struct BenchReader {
  explicit BenchReader(uint64_t mmap_bytes = 0, uint64_t cache_bytes = 64ull << 20) {
    SqliteOptions options;
    options.mmap_bytes = mmap_bytes;
    options.reader_cache_bytes = cache_bytes;
    reader = std::move(*Reader::open(shop().file(), options, commits));
    shape = registry.shape_of(shop().resource);
  }
  bool read(const std::string& key) {
    arena.reset();
    return reader->get(*shape, Value::of_bytes(key), arena)->has_value();
  }
  std::atomic<uint64_t> commits{0};
  ShapeRegistry registry;
  std::shared_ptr<const TableShape> shape;
  std::unique_ptr<Reader> reader;
  Arena arena;
};

enum class Turns { kOne, kEach };

void read_points(benchmark::State& state, int rows, Turns turns, uint64_t mmap_bytes = 0,
                 uint64_t cache_bytes = 64ull << 20) {
  BenchReader bench(mmap_bytes, cache_bytes);
  std::mt19937_64 random(1);
  for (int i = 0; i < 200'000; ++i) bench.read(shop().keys[random() % rows]);
  for (auto _ : state) {
    benchmark::DoNotOptimize(bench.read(shop().keys[random() % rows]));
    if (turns == Turns::kEach) bench.reader->end_turn();
  }
}

void BM_PointReadHotInOneTurn(benchmark::State& state) {
  read_points(state, kHotRows, Turns::kOne);
}
void BM_PointReadHotInATurnOfItsOwn(benchmark::State& state) {
  read_points(state, kHotRows, Turns::kEach);
}
void BM_PointReadRandomInOneTurn(benchmark::State& state) {
  read_points(state, kRows, Turns::kOne);
}
void BM_PointReadRandomInATurnOfItsOwn(benchmark::State& state) {
  read_points(state, kRows, Turns::kEach);
}
void BM_PointReadRandomInOneTurnMapped(benchmark::State& state) {
  read_points(state, kRows, Turns::kOne, 4ull << 30);
}
void BM_PointReadRandomInOneTurnWholeFileCached(benchmark::State& state) {
  read_points(state, kRows, Turns::kOne, 0, 1ull << 30);
}
BENCHMARK(BM_PointReadHotInOneTurn);
BENCHMARK(BM_PointReadHotInATurnOfItsOwn);
BENCHMARK(BM_PointReadRandomInOneTurn);
BENCHMARK(BM_PointReadRandomInATurnOfItsOwn);
BENCHMARK(BM_PointReadRandomInOneTurnMapped);
BENCHMARK(BM_PointReadRandomInOneTurnWholeFileCached);

// The same through the session's coroutine, as a handler reads.
Task<void> read_once(Session* session, const Resource* resource, std::string_view key,
                     Arena* arena) {
  Task<Result<std::optional<Row>>> reading = session->get(*resource, Value::of_bytes(key), *arena);
  Result<std::optional<Row>> row = co_await reading;
  benchmark::DoNotOptimize(row);
}
void BM_PointReadHotThroughTheSession(benchmark::State& state) {
  Arena arena;
  std::mt19937_64 random(1);
  for (auto _ : state) {
    arena.reset();
    spawn(read_once(shop().session.get(), &shop().resource, shop().keys[random() % kHotRows],
                    &arena));
  }
}
BENCHMARK(BM_PointReadHotThroughTheSession);

void BM_ListOfFiftyWithFilterAndSort(benchmark::State& state) {
  BenchReader bench;
  const Condition filter[] = {{2, FilterTest::kEqual, Value::of_text("category 7"), {}}};
  const IndexKey order[] = {{0, false}};
  ListQuery query;
  query.resource = &shop().resource;
  query.conditions = filter;
  query.order = order;
  for (auto _ : state) {
    bench.arena.reset();
    benchmark::DoNotOptimize(bench.reader->list(*bench.shape, query, bench.arena)->rows.size());
  }
}
BENCHMARK(BM_ListOfFiftyWithFilterAndSort);

// The values of one `in` test, merged by key.
void BM_ListOfFiftyOverFiveValues(benchmark::State& state) {
  BenchReader bench;
  const Value kinds[] = {Value::of_text("category 7"), Value::of_text("category 17"),
                         Value::of_text("category 27"), Value::of_text("category 37"),
                         Value::of_text("category 47")};
  const Condition filter[] = {{2, FilterTest::kIn, {}, kinds}};
  const IndexKey order[] = {{0, false}};
  ListQuery query;
  query.resource = &shop().resource;
  query.conditions = filter;
  query.order = order;
  for (auto _ : state) {
    bench.arena.reset();
    benchmark::DoNotOptimize(bench.reader->list(*bench.shape, query, bench.arena)->rows.size());
  }
}
BENCHMARK(BM_ListOfFiftyOverFiveValues);

void BM_DeepPageOfFiftyWithinARangeSortedByPrice(benchmark::State& state) {
  BenchReader bench;
  const Condition filter[] = {{3, FilterTest::kAtLeast, Value::of_text("100"), {}},
                              {3, FilterTest::kLess, Value::of_text("900"), {}}};
  const IndexKey order[] = {{3, true}, {0, true}};
  const Value after[] = {Value::of_text("500.5"), Value::of_bytes(shop().keys[kRows / 2])};
  ListQuery query;
  query.resource = &shop().resource;
  query.conditions = filter;
  query.order = order;
  query.after = after;
  for (auto _ : state) {
    bench.arena.reset();
    benchmark::DoNotOptimize(bench.reader->list(*bench.shape, query, bench.arena)->rows.size());
  }
}
BENCHMARK(BM_DeepPageOfFiftyWithinARangeSortedByPrice);

// What expands one relation of a page of fifty: to one, by key.
void BM_ListEachOfFiftyKeys(benchmark::State& state) {
  BenchReader bench;
  std::mt19937_64 random(1);
  const IndexKey order[] = {{0, false}};
  ListQuery query;
  query.resource = &shop().resource;
  query.order = order;
  query.limit = 1;
  std::vector<Value> keys(50);
  for (auto _ : state) {
    bench.arena.reset();
    for (Value& key : keys) key = Value::of_bytes(shop().keys[random() % kHotRows]);
    benchmark::DoNotOptimize(
        bench.reader->list_each(*bench.shape, query, 0, keys, bench.arena)->size());
  }
}
BENCHMARK(BM_ListEachOfFiftyKeys);

// To many: twenty rows of each of fifty owners.
void BM_ListEachOfTwentyRowsForFiftyValues(benchmark::State& state) {
  BenchReader bench;
  const IndexKey order[] = {{0, false}};
  ListQuery query;
  query.resource = &shop().resource;
  query.order = order;
  query.limit = 20;
  std::vector<std::string> texts;
  for (int i = 0; i < 50; ++i) texts.push_back("category " + std::to_string(i));
  std::vector<Value> values;
  for (const std::string& text : texts) values.push_back(Value::of_text(text));
  for (auto _ : state) {
    bench.arena.reset();
    benchmark::DoNotOptimize(
        bench.reader->list_each(*bench.shape, query, 2, values, bench.arena)->size());
  }
}
BENCHMARK(BM_ListEachOfTwentyRowsForFiftyValues);

void BM_CountOfOneValueUpToTenThousand(benchmark::State& state) {
  BenchReader bench;
  const Condition filter[] = {{2, FilterTest::kEqual, Value::of_text("category 7"), {}}};
  ListQuery query;
  query.resource = &shop().resource;
  query.conditions = filter;
  for (auto _ : state) {
    benchmark::DoNotOptimize(bench.reader->count(*bench.shape, query, 10'000).value());
  }
}
BENCHMARK(BM_CountOfOneValueUpToTenThousand);

void BM_DeepPageOfFiftySortedByPrice(benchmark::State& state) {
  BenchReader bench;
  const IndexKey order[] = {{3, true}, {0, true}};
  const Value after[] = {Value::of_text("500.5"), Value::of_bytes(shop().keys[kRows / 2])};
  ListQuery query;
  query.resource = &shop().resource;
  query.order = order;
  query.after = after;
  for (auto _ : state) {
    bench.arena.reset();
    benchmark::DoNotOptimize(bench.reader->list(*bench.shape, query, bench.arena)->rows.size());
  }
}
BENCHMARK(BM_DeepPageOfFiftySortedByPrice);

// Many callers, each with one batch of one row and its idempotency record under way.
Task<void> commit_until(int* left, int* running, Loop* loop, UuidGenerator* ids) {
  Shop& s = shop();
  const std::string description(120, 'd');
  while (--*left >= 0) {
    Arena arena;
    const Uuid id = ids->next();
    const std::string_view key(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
    const Write write = s.insert(arena, key, *left, description);
    IdempotencyRecord record;
    std::copy(id.bytes.begin(), id.bytes.end(), record.scope.begin());
    record.answer.body = description;
    record.answer.completed_at = loop->wall();
    Task<Result<void>> committing = s.session->commit({{&write, 1}, &record}, Instant::never());
    Result<void> committed = co_await committing;
    if (!committed) std::abort();
  }
  if (--*running == 0) loop->stop();
}

void BM_DurableCommit(benchmark::State& state) {
  Shop& s = shop();
  UuidGenerator ids(s.platform->clock(), s.loop->rng());
  const StoreStats before = s.store->stats_approx();
  int64_t commits = 0;
  for (auto _ : state) {
    int left = static_cast<int>(std::min<int64_t>(20'000, 300 * state.range(0)));
    int running = static_cast<int>(state.range(0));
    commits += left;
    for (int i = 0; i < state.range(0); ++i) {
      spawn(commit_until(&left, &running, s.loop.get(), &ids));
    }
    s.loop->run();
  }
  const StoreStats after = s.store->stats_approx();
  state.SetItemsProcessed(commits);
  state.counters["group"] = static_cast<double>(after.commits - before.commits) /
                            static_cast<double>(after.groups - before.groups);
  state.counters["writer_us"] = static_cast<double>((after.writer_busy - before.writer_busy).ns) /
                                1000.0 / static_cast<double>(commits);
}
BENCHMARK(BM_DurableCommit)
    ->Arg(1)
    ->Arg(16)
    ->Arg(64)
    ->Arg(256)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1)
    ->UseRealTime();

}  // namespace
}  // namespace servanda::internal
