// SPDX-License-Identifier: Apache-2.0
// What pages cost: the steps of SQLite's virtual machine, which no machine's speed changes.

#include "store/sqlite/list_read.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "store/sqlite/fixture_for_test.h"

namespace servanda::internal {
namespace {

constexpr int kRows = 20'000;
enum : uint16_t { kId, kKind, kPrice, kName };

Resource goods() {
  Resource resource = test_resource(
      "goods", ColumnType::kInteger,
      {required_property("kind", ColumnType::kText), test_property("price", ColumnType::kDecimal),
       test_property("name", ColumnType::kText)});
  resource.indexes = {test_index(resource, {"kind", "id"}), test_index(resource, {"price", "id"}),
                      test_index(resource, {"kind", "price", "id"}),
                      test_index(resource, {"-name", "id"})};
  return resource;
}

// kRows rows: 10 kinds, 50 prices and none, names of which every second is none.
class ListCostTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    resource_ = new Resource(goods());
    fixture_ = new StoreFixture(1, {.batch_writes_max = kRows});
    ASSERT_TRUE(fixture_->prepare({resource_, 1}));
    Arena arena;
    std::vector<Write> writes;
    for (int i = 0; i < kRows; ++i) {
      Value* values = arena.array<Value>(4);
      values[kId] = Value::of_integer(i);
      values[kKind] = Value::of_text(arena.copy("k" + std::to_string(i % 10)));
      const int price = i / 10 % 51;
      values[kPrice] =
          price == 50 ? Value::null() : Value::of_text(arena.copy(std::to_string(price)));
      values[kName] = i % 2 == 0 ? Value::null() : Value::of_text(arena.copy(std::to_string(i)));
      writes.push_back({Write::Kind::kInsert, resource_, values[kId], {values, 4}, 0});
    }
    ASSERT_TRUE(fixture_->commit(writes));
  }
  static void TearDownTestSuite() {
    delete fixture_;
    delete resource_;
  }
  void SetUp() override {
    Database::Options options;
    options.mode = Database::Options::Mode::kReadOnly;
    options.value_bytes_max = 1 << 20;
    database.emplace(
        std::move(*Database::open(fixture_->directory.file("data/store.db"), options)));
    statements.emplace(*database, 100);
    lists.emplace(*database, *statements, 8 << 20);
    shape = registry.shape_of(*resource_);
  }

  // The steps of the dearest page of the whole list, and how many rows it has.
  struct Cost {
    uint64_t first = 0;
    uint64_t dearest = 0;
    uint64_t rows = 0;
  };
  Cost read_all(std::span<const Condition> conditions, std::span<const IndexKey> order) {
    Cost cost;
    ListQuery query;
    query.resource = resource_;
    query.conditions = conditions;
    query.order = order;
    std::vector<Value> after;
    Arena arena;
    for (;;) {
      Arena next;  // `after` points into the last page's.
      const Result<ListPlan> plan = plan_list(*shape, query, ListPurpose::kPage, next);
      EXPECT_TRUE(plan);
      const Result<Page> page = lists->page(*plan, 50, 0, next);
      EXPECT_TRUE(page);
      if (cost.rows == 0) cost.first = lists->steps();
      cost.dearest = std::max(cost.dearest, lists->steps());
      cost.rows += page->rows.size();
      if (!page->more) return cost;
      after.clear();
      for (const IndexKey& key : order) after.push_back(page->rows.back().values[key.property]);
      query.after = after;
      arena = std::move(next);
    }
  }
  // No page costs more than the first one, but for the searches of further ranges.
  void expect_flat(const Cost& cost, uint64_t rows) {
    EXPECT_EQ(cost.rows, rows);
    EXPECT_GT(cost.first, 0u);
    EXPECT_LE(cost.dearest, cost.first + 200);
    EXPECT_LE(cost.dearest, 2500u);
  }

  // The rows with these keys, "3 7 end", or "more" where the page ends before.
  std::string read_named(const std::vector<Value>& ids, bool down, uint32_t limit) {
    const Condition conditions[] = {{kId, FilterTest::kIn, {}, ids}};
    const IndexKey order[] = {{kId, down}};
    ListQuery query;
    query.resource = resource_;
    query.conditions = conditions;
    query.order = order;
    Arena arena;
    const Result<ListPlan> plan = plan_list(*shape, query, ListPurpose::kPage, arena);
    const Result<Page> page = lists->page(*plan, limit, 0, arena);
    std::string text;
    for (const Row& row : page->rows) text += std::to_string(row.values[kId].integer) + " ";
    return text + (page->more ? "more" : "end");
  }

  static inline Resource* resource_ = nullptr;
  static inline StoreFixture* fixture_ = nullptr;
  ShapeRegistry registry;
  std::shared_ptr<const TableShape> shape;
  std::optional<Database> database;
  std::optional<StatementCache> statements;
  std::optional<ListReader> lists;
};

TEST_F(ListCostTest, IsTheSameAtEveryDepth) {
  const IndexKey by_id[] = {{kId, true}};
  const IndexKey by_price[] = {{kPrice, false}, {kId, false}};
  const IndexKey by_price_down[] = {{kPrice, true}, {kId, true}};
  const IndexKey by_name[] = {{kName, true}, {kId, false}};
  expect_flat(read_all({}, by_id), kRows);
  expect_flat(read_all({}, by_price), kRows);
  expect_flat(read_all({}, by_price_down), kRows);
  expect_flat(read_all({}, by_name), kRows);
}

TEST_F(ListCostTest, IsTheSameAtEveryDepthBelowFiltersAndBounds) {
  const Condition kind[] = {{kKind, FilterTest::kEqual, Value::of_text("k3"), {}}};
  const Condition range[] = {{kPrice, FilterTest::kAtLeast, Value::of_text("10"), {}},
                             {kPrice, FilterTest::kLess, Value::of_text("30"), {}}};
  const Condition both[] = {kind[0], range[0], range[1]};
  const Condition null[] = {{kPrice, FilterTest::kNull, {}, {}}};
  const IndexKey by_id[] = {{kId, false}};
  const IndexKey by_price[] = {{kPrice, false}, {kId, false}};
  const IndexKey by_price_down[] = {{kPrice, true}, {kId, true}};
  const IndexKey by_kind[] = {{kKind, true}, {kPrice, false}, {kId, false}};
  expect_flat(read_all(kind, by_id), kRows / 10);
  expect_flat(read_all(kind, by_kind), kRows / 10);
  expect_flat(read_all(range, by_price), 7810);
  expect_flat(read_all(range, by_price_down), 7810);
  expect_flat(read_all(both, by_price), 781);
  expect_flat(read_all(both, by_price_down), 781);
  expect_flat(read_all(null, by_id), 390);
}

TEST_F(ListCostTest, OfAMergeGrowsWithItsValuesAndNotWithItsDepth) {
  std::vector<Value> kinds;
  for (const char* kind : {"k1", "k4", "k5", "k9"}) kinds.push_back(Value::of_text(kind));
  const Condition four[] = {{kKind, FilterTest::kIn, {}, kinds}};
  const Condition two[] = {{kKind, FilterTest::kIn, {}, {kinds.data(), 2}}};
  const IndexKey by_id[] = {{kId, false}};
  const IndexKey by_price[] = {{kPrice, true}, {kId, true}};
  for (const std::span<const IndexKey> order :
       {std::span<const IndexKey>(by_id), std::span<const IndexKey>(by_price)}) {
    const Cost by_four = read_all(four, order);
    const Cost by_two = read_all(two, order);
    EXPECT_EQ(by_four.rows, 4u * kRows / 10);
    EXPECT_EQ(by_two.rows, 2u * kRows / 10);
    EXPECT_LE(by_four.dearest, 4500u);
    EXPECT_LE(by_four.dearest, by_four.first * 3 / 2 + 400);
    EXPECT_LE(by_two.dearest, by_two.first * 3 / 2 + 400);
  }
}

TEST_F(ListCostTest, OfValuesThatFollowEachOtherIsThatOfTheirRows) {
  std::vector<Value> kinds;
  for (const char* kind : {"k9", "k4", "k1", "k4"}) kinds.push_back(Value::of_text(kind));
  const Condition in[] = {{kKind, FilterTest::kIn, {}, kinds}};
  const Condition equal[] = {{kKind, FilterTest::kEqual, Value::of_text("k1"), {}}};
  for (const bool down : {false, true}) {
    const IndexKey order[] = {{kKind, down}, {kId, down}};
    const Cost by_value = read_all(equal, order);
    const Cost by_values = read_all(in, order);
    EXPECT_EQ(by_values.rows, 3u * kRows / 10);
    EXPECT_LE(by_values.dearest, by_value.dearest + 200);
  }
}

TEST_F(ListCostTest, OfRowsNamedByTheirKeysIsOneSearchEach) {
  std::vector<Value> ids;
  for (const int id : {7, 3, 7, kRows, 12}) ids.push_back(Value::of_integer(id));
  EXPECT_EQ(read_named(ids, false, 3), "3 7 12 end");
  EXPECT_LE(lists->steps(), 60u);
  EXPECT_EQ(read_named(ids, false, 2), "3 7 more");
  EXPECT_EQ(read_named(ids, true, 4), "12 7 3 end");
}

// Many keys are looked for some at once: where those begin and end must not show.
TEST_F(ListCostTest, OfRowsNamedByManyKeysIsOneSearchEachToo) {
  for (const int count : {7, 8, 15, 16, 17, 23, 24, 40}) {
    std::vector<Value> ids;
    std::string up;
    std::string down;
    for (int i = 0; i < count; ++i) {
      const bool missing = i % 5 == 3;
      ids.push_back(Value::of_integer(missing ? kRows + i : 100 + i));
      if (!missing) up += std::to_string(100 + i) + " ";
      if (!missing) down = std::to_string(100 + i) + " " + down;
    }
    EXPECT_EQ(read_named(ids, false, 100), up + "end");
    EXPECT_LE(lists->steps(), 200u + 20u * static_cast<unsigned>(count));
    EXPECT_EQ(read_named(ids, true, 100), down + "end");
    EXPECT_EQ(read_named(ids, false, 3), "100 101 102 more");
    const IndexKey order[] = {{kId, false}};
    const Condition one[] = {{kId, FilterTest::kEqual, ids[0], {}}};
    ListQuery query;
    query.resource = resource_;
    query.conditions = one;
    query.order = order;
    Arena arena;
    const Result<ListPlan> plan = plan_list(*shape, query, ListPurpose::kPage, arena);
    ASSERT_TRUE(plan && ListReader::names_key(*plan));
    std::ranges::reverse(ids);
    ids.push_back(ids.front());
    const auto pages = lists->pages_of_keys(*plan, ids, 1 << 20, arena);
    ASSERT_TRUE(pages);
    for (size_t i = 0; i < ids.size(); ++i) {
      const bool missing = ids[i].integer >= kRows;
      ASSERT_EQ((*pages)[i].rows.size(), missing ? 0u : 1u);
      if (missing) continue;
      EXPECT_EQ((*pages)[i].rows[0].values[kId], ids[i]);
    }
  }
}

TEST_F(ListCostTest, OfCountingAllIsThatOfPagesWhereFewNumbersAreUnused) {
  ListQuery query;
  query.resource = resource_;
  const auto count = [&](uint64_t count_max) {
    Arena arena;
    const Result<ListPlan> plan = plan_list(*shape, query, ListPurpose::kCount, arena);
    return lists->count(*plan, count_max).value_or(0);
  };
  EXPECT_EQ(count(kRows + 1), uint64_t{kRows});
  EXPECT_EQ(count(kRows), uint64_t{kRows});
  EXPECT_LE(lists->steps(), 60u);
  EXPECT_EQ(count(kRows / 4), uint64_t{kRows / 4});
  EXPECT_LE(lists->steps(), 60u);
  EXPECT_EQ(count(kRows / 4 - 1), uint64_t{kRows / 4 - 1});
  EXPECT_GE(lists->steps(), uint64_t{kRows / 4 - 1});
}

}  // namespace
}  // namespace servanda::internal
