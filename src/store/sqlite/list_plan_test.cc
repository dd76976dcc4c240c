// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/list_plan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/sqlite/fixture_for_test.h"

namespace servanda::internal {
namespace {

using Beyond = ListRange::Beyond;

Resource goods() {
  Resource resource = test_resource(
      "goods", ColumnType::kInteger,
      {required_property("kind", ColumnType::kText), test_property("price", ColumnType::kDecimal),
       test_property("tags", ColumnType::kJson)});
  resource.indexes = {test_index(resource, {"price", "id"}),
                      test_index(resource, {"kind", "-price", "id"})};
  return resource;
}

// Property indexes of goods().
constexpr uint16_t kId = 0;
constexpr uint16_t kKind = 1;
constexpr uint16_t kPrice = 2;
constexpr uint16_t kTags = 3;

class ListPlanTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(fixture.prepare({&resource, 1})); }

  // A row; no price for "".
  void add(int64_t id, std::string_view kind, std::string_view price) {
    const Value values[] = {Value::of_integer(id), Value::of_text(kind),
                            price.empty() ? Value::null() : Value::of_text(price), Value::null()};
    const Write write{Write::Kind::kInsert, &resource, values[0], values, 0};
    ASSERT_TRUE(fixture.commit({&write, 1}));
  }
  // The ids of the page, then "+" when more follows.
  std::string ids(const ListQuery& query) {
    const Result<Page> page = fixture.list(query);
    if (!page) return page.error().reason;
    std::string text;
    for (const Row& row : page->rows) text += std::to_string(row.values[0].integer) + " ";
    return text + (page->more ? "+" : "");
  }
  // All pages of `limit`, joined with "| ", each begun behind the last row of the one before.
  std::string pages(ListQuery query) {
    std::string text;
    std::vector<Value> after;
    for (int guard = 0; guard < 100; ++guard) {
      const Result<Page> page = fixture.list(query);
      if (!page) return page.error().reason;
      for (const Row& row : page->rows) text += std::to_string(row.values[0].integer) + " ";
      if (!page->more) return text;
      text += "| ";
      after.clear();
      for (const IndexKey& key : query.order) {
        after.push_back(page->rows.back().values[key.property]);
      }
      query.after = after;
    }
    return "the list does not end";
  }
  ListQuery query(std::span<const IndexKey> order, uint32_t limit = 50) {
    ListQuery made;
    made.resource = &resource;
    made.order = order;
    made.limit = limit;
    return made;
  }
  // How SQLite runs each range of the query.
  std::string explain(const ListQuery& query) {
    ShapeRegistry registry;
    const auto shape = registry.shape_of(resource);
    const ListRanges split = split_list(query);
    std::string text;
    for (size_t i = 0; i < split.count; ++i) {
      text += fixture.explain(range_sql(*shape, query, split.ranges[i]));
    }
    return text;
  }

  Resource resource = goods();
  StoreFixture fixture;
};

TEST_F(ListPlanTest, ListsByKeyInBothDirectionsAndTellsWhetherMoreFollows) {
  for (int i = 1; i <= 5; ++i) add(i, "a", "1");
  const IndexKey up[] = {{kId, false}};
  const IndexKey down[] = {{kId, true}};
  EXPECT_EQ(ids(query(up, 5)), "1 2 3 4 5 ");
  EXPECT_EQ(ids(query(up, 4)), "1 2 3 4 +");
  EXPECT_EQ(pages(query(up, 2)), "1 2 | 3 4 | 5 ");
  EXPECT_EQ(pages(query(down, 2)), "5 4 | 3 2 | 1 ");
}

TEST_F(ListPlanTest, SortsDecimalsByNumber) {
  const char* prices[] = {"10", "9", "-1.5", "100.01", "0.5", "-10"};
  for (int i = 0; i < 6; ++i) add(i, "a", prices[i]);
  const IndexKey up[] = {{kPrice, false}, {kId, false}};
  EXPECT_EQ(ids(query(up)), "5 2 4 1 0 3 ");
  const Condition nine[] = {{kPrice, Value::of_text("9")}};
  ListQuery filtered = query(up);
  filtered.conditions = nine;
  EXPECT_EQ(ids(filtered), "1 ");
}

TEST_F(ListPlanTest, PagesThroughNullsInEveryMixOfDirections) {
  add(1, "a", "");
  add(2, "a", "5");
  add(3, "b", "");
  add(4, "b", "5");
  add(5, "a", "7");
  add(6, "b", "");
  const struct {
    bool price_down;
    bool id_down;
    const char* expected;
  } cases[] = {{false, false, "1 3 6 2 4 5 "},
               {false, true, "6 3 1 4 2 5 "},
               {true, false, "5 2 4 1 3 6 "},
               {true, true, "5 4 2 6 3 1 "}};
  for (const auto& c : cases) {
    const IndexKey order[] = {{kPrice, c.price_down}, {kId, c.id_down}};
    EXPECT_EQ(ids(query(order)), c.expected);
    for (uint32_t limit = 1; limit <= 6; ++limit) {
      std::string joined = pages(query(order, limit));
      std::erase(joined, '|');
      std::string single;
      for (const char ch : joined) {
        if (ch != ' ' || (!single.empty() && single.back() != ' ')) single += ch;
      }
      EXPECT_EQ(single, c.expected) << "limit " << limit;
    }
  }
}

TEST_F(ListPlanTest, FiltersByEqualityAndByNull) {
  add(1, "a", "");
  add(2, "b", "5");
  add(3, "a", "5");
  const IndexKey order[] = {{kId, false}};
  const Condition a[] = {{kKind, Value::of_text("a")}};
  const Condition none[] = {{kPrice, Value::null()}};
  const Condition both[] = {a[0], {kPrice, Value::of_text("5")}};
  ListQuery filtered = query(order);
  filtered.conditions = a;
  EXPECT_EQ(ids(filtered), "1 3 ");
  filtered.conditions = none;
  EXPECT_EQ(ids(filtered), "1 ");
  filtered.conditions = both;
  EXPECT_EQ(ids(filtered), "3 ");
}

TEST_F(ListPlanTest, ReadsEveryRangeOfADeepPageFromTheIndexInOrder) {
  const Condition kind[] = {{kKind, Value::of_text("a")}};
  const IndexKey order[] = {{kPrice, true}, {kId, false}};
  const Value after[] = {Value::of_text("5"), Value::of_integer(2)};
  const Value after_null[] = {Value::null(), Value::of_integer(2)};
  ListQuery deep = query(order);
  deep.conditions = kind;
  for (const std::span<const Value> place :
       {std::span<const Value>(), std::span<const Value>(after),
        std::span<const Value>(after_null)}) {
    deep.after = place;
    const std::string plan = explain(deep);
    EXPECT_EQ(plan.find("SCAN"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
    EXPECT_NE(plan.find("goods_kind_price_desc_id"), std::string::npos) << plan;
  }
}

TEST_F(ListPlanTest, SplitsAPageIntoTheRangesBehindTheLastRow) {
  const IndexKey order[] = {{kKind, true}, {kPrice, true}, {kId, false}};
  const Value after[] = {Value::of_text("a"), Value::of_text("5"), Value::of_integer(2)};
  ListQuery deep = query(order);
  EXPECT_EQ(split_list(deep).count, 1u);
  deep.after = after;
  const ListRanges split = split_list(deep);
  ASSERT_EQ(split.count, 4u) << "a required property has no range of NULLs";
  EXPECT_EQ(split.ranges[0].equal, 2);
  EXPECT_EQ(split.ranges[0].beyond, Beyond::kGreater);
  EXPECT_EQ(split.ranges[1].equal, 1);
  EXPECT_EQ(split.ranges[1].beyond, Beyond::kLess);
  EXPECT_EQ(split.ranges[2].equal, 1);
  EXPECT_EQ(split.ranges[2].beyond, Beyond::kNull);
  EXPECT_EQ(split.ranges[3].equal, 0);
  EXPECT_EQ(split.ranges[3].beyond, Beyond::kLess);
}

TEST_F(ListPlanTest, RefusesWhatHasNoTotalOrderOrDoesNotFit) {
  const IndexKey by_id[] = {{kId, false}};
  const IndexKey by_price[] = {{kPrice, false}};
  const IndexKey by_tags[] = {{kTags, false}, {kId, false}};
  const IndexKey unknown[] = {{9, false}, {kId, false}};
  EXPECT_EQ(ids(query({})), "list-query");
  EXPECT_EQ(ids(query(by_price)), "list-query");
  EXPECT_EQ(ids(query(by_tags)), "list-query");
  EXPECT_EQ(ids(query(unknown)), "list-query");
  const Condition tags[] = {{kTags, Value::of_text("[]")}};
  ListQuery filtered = query(by_id);
  filtered.conditions = tags;
  EXPECT_EQ(ids(filtered), "list-query");
  const Value two[] = {Value::of_integer(1), Value::of_integer(2)};
  ListQuery misplaced = query(by_id);
  misplaced.after = two;
  EXPECT_EQ(ids(misplaced), "list-query");
}

TEST_F(ListPlanTest, TakesEachBoundAndRefusesOneMore) {
  const IndexKey by_id[] = {{kId, false}};
  EXPECT_EQ(ids(query(by_id, 1000)), "");
  EXPECT_EQ(ids(query(by_id, 1001)), "list-query");
  EXPECT_EQ(ids(query(by_id, 1)), "");
  EXPECT_EQ(ids(query(by_id, 0)), "list-query");
  const std::vector<IndexKey> keys(kOrderKeysMax + 1, {kId, false});
  EXPECT_EQ(ids(query(std::span(keys).first(kOrderKeysMax))), "");
  EXPECT_EQ(ids(query(keys)), "list-query");
  const std::vector<Condition> conditions(kConditionsMax + 1, {kKind, Value::of_text("a")});
  ListQuery filtered = query(by_id);
  filtered.conditions = std::span(conditions).first(kConditionsMax);
  EXPECT_EQ(ids(filtered), "");
  filtered.conditions = conditions;
  EXPECT_EQ(ids(filtered), "list-query");
}

TEST(ListBounds, EndsAPageEarlyAboveItsBytes) {
  Resource resource = goods();
  StoreFixture fixture(1, {.page_bytes_max = 10'000});
  ASSERT_TRUE(fixture.prepare({&resource, 1}));
  const std::string kind(4000, 'x');
  for (int i = 0; i < 5; ++i) {
    const Value values[] = {Value::of_integer(i), Value::of_text(kind), Value::null(),
                            Value::null()};
    const Write write{Write::Kind::kInsert, &resource, values[0], values, 0};
    ASSERT_TRUE(fixture.commit({&write, 1}));
  }
  const IndexKey order[] = {{kId, false}};
  ListQuery query;
  query.resource = &resource;
  query.order = order;
  const Result<Page> page = fixture.list(query);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->rows.size(), 3u);
  EXPECT_TRUE(page->more);
  fixture.close();  // `resource` goes before the fixture.
}

TEST(ListBounds, EndsAListThatTakesTooManySteps) {
  Resource resource = goods();
  StoreFixture fixture(1, {.batch_writes_max = 5000, .list_steps_max = 10'000});
  ASSERT_TRUE(fixture.prepare({&resource, 1}));
  std::vector<std::array<Value, 4>> values;
  std::vector<Write> writes;
  for (int i = 0; i < 5000; ++i) {
    values.push_back({Value::of_integer(i), Value::of_text("x"), Value::null(), Value::null()});
  }
  for (const auto& row : values) {
    writes.push_back({Write::Kind::kInsert, &resource, row[0], row, 0});
  }
  ASSERT_TRUE(fixture.commit(writes));
  const IndexKey order[] = {{kKind, false}, {kId, false}};
  ListQuery query;
  query.resource = &resource;
  query.order = order;  // No index serves it.
  const Result<Page> page = fixture.list(query);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, Code::kDeadlineExceeded);
  EXPECT_EQ(page.error().reason, "query-too-costly");
  const IndexKey by_id[] = {{kId, false}};
  query.order = by_id;
  EXPECT_TRUE(fixture.list(query)) << "the bound is per list";
  fixture.close();  // `resource` goes before the fixture.
}

}  // namespace
}  // namespace servanda::internal
