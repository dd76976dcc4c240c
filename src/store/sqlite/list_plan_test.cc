// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/list_plan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/sqlite/fixture_for_test.h"
#include "store/sqlite/list_search.h"

namespace servanda::internal {
namespace {

using Beyond = ListRange::Beyond;

Resource goods() {
  Resource resource = test_resource(
      "goods", ColumnType::kInteger,
      {required_property("kind", ColumnType::kText), test_property("price", ColumnType::kDecimal),
       test_property("tags", ColumnType::kJson)});
  resource.indexes = {test_index(resource, {"price", "id"}), test_index(resource, {"price", "-id"}),
                      test_index(resource, {"kind", "id"}),
                      test_index(resource, {"kind", "-price", "id"}),
                      test_index(resource, {"-kind", "-price", "id"})};
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
  // Runs `work(plan)` with the way that the query takes.
  template <typename Work>
  void with_plan(const ListQuery& query, const Work& work) {
    ShapeRegistry registry;
    const auto shape = registry.shape_of(resource);
    Arena arena;
    const Result<ListPlan> plan = plan_list(*shape, query, ListPurpose::kPage, arena);
    ASSERT_TRUE(plan) << plan.error().message;
    work(*plan);
  }
  // The statements of the query's ranges, and how SQLite runs each.
  std::string sql(const ListQuery& query) {
    std::string text;
    with_plan(query, [&](const ListPlan& plan) {
      for_each_search(plan, [&](const std::string& sql) { text += sql + "; "; });
    });
    return text;
  }
  std::string explain(const ListQuery& query) {
    std::string text;
    with_plan(query, [&](const ListPlan& plan) {
      for_each_search(plan, [&](const std::string& sql) { text += fixture.explain(sql); });
    });
    return text;
  }
  template <typename Work>
  static void for_each_search(const ListPlan& plan, const Work& work) {
    const ListRanges split = split_list(plan, nullptr);
    Search search;
    for (size_t i = 0; i < split.count; ++i) {
      if (make_search(search, plan, split.ranges[i], nullptr)) {
        work(search_sql(*plan.shape, search));
      }
    }
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
  const Condition nine[] = {{kPrice, FilterTest::kEqual, Value::of_text("9"), {}}};
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
  const Condition a[] = {{kKind, FilterTest::kEqual, Value::of_text("a"), {}}};
  const Condition none[] = {{kPrice, FilterTest::kNull, {}, {}}};
  const Condition both[] = {a[0], {kPrice, FilterTest::kEqual, Value::of_text("5"), {}}};
  ListQuery filtered = query(order);
  filtered.conditions = a;
  EXPECT_EQ(ids(filtered), "1 3 ");
  filtered.conditions = none;
  EXPECT_EQ(ids(filtered), "1 ");
  filtered.conditions = both;
  EXPECT_EQ(ids(filtered), "3 ");
}

TEST_F(ListPlanTest, ReadsEveryRangeOfADeepPageFromTheIndexInOrder) {
  const Condition kind[] = {{kKind, FilterTest::kEqual, Value::of_text("a"), {}}};
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
  with_plan(deep, [](const ListPlan& plan) { EXPECT_EQ(split_list(plan, nullptr).count, 1u); });
  deep.after = after;
  with_plan(deep, [](const ListPlan& plan) {
    const ListRanges split = split_list(plan, nullptr);
    ASSERT_EQ(split.count, 4u) << "a required property has no range of NULLs";
    EXPECT_EQ(split.ranges[0].equal, 2);
    EXPECT_EQ(split.ranges[0].beyond, Beyond::kGreater);
    EXPECT_EQ(split.ranges[1].equal, 1);
    EXPECT_EQ(split.ranges[1].beyond, Beyond::kLess);
    EXPECT_EQ(split.ranges[2].equal, 1);
    EXPECT_EQ(split.ranges[2].beyond, Beyond::kNull);
    EXPECT_EQ(split.ranges[3].equal, 0);
    EXPECT_EQ(split.ranges[3].beyond, Beyond::kLess);
  });
}

// What follows the names of table and index in the statements.
std::string tail(const std::string& sql) {
  std::string text;
  for (size_t at = sql.find(" WHERE "); at != std::string::npos; at = sql.find(" WHERE ", at + 1)) {
    text += sql.substr(at, sql.find(';', at) + 1 - at);
  }
  return text;
}

TEST_F(ListPlanTest, SearchesByBareColumnsAndAsksTheRestBehindAPlus) {
  const Condition conditions[] = {
      {kPrice, FilterTest::kNotEqual, Value::of_text("5"), {}},
      {kKind, FilterTest::kEqual, Value::of_text("a"), {}},
  };
  const IndexKey order[] = {{kId, false}};
  ListQuery one = query(order);
  one.conditions = conditions;
  EXPECT_EQ(tail(sql(one)),
            R"( WHERE "kind" = ? AND +"price#order" IS NOT ? ORDER BY "id" LIMIT ?;)");
}

TEST_F(ListPlanTest, PassesOverAHeldKeyBetweenThoseOfTheOrder) {
  const Condition conditions[] = {
      {kKind, FilterTest::kAtLeast, Value::of_text("a"), {}},
      {kPrice, FilterTest::kEqual, Value::of_text("5"), {}},
  };
  const IndexKey order[] = {{kKind, true}, {kId, false}};
  const Value after[] = {Value::of_text("c"), Value::of_integer(2)};
  ListQuery deep = query(order, 2);
  deep.conditions = conditions;
  deep.after = after;
  EXPECT_EQ(tail(sql(deep)),
            R"( WHERE "price#order" = ? AND "kind" = ? AND "id" > ? ORDER BY "id" LIMIT ?;)"
            R"( WHERE +"price#order" = ? AND "kind" >= ? AND "kind" < ?)"
            R"( ORDER BY "kind" DESC, "price#order" DESC, "id" LIMIT ?;)");
  const std::string plan = explain(deep);
  EXPECT_EQ(plan.find("SCAN"), std::string::npos) << plan;
  EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;

  for (int64_t id = 1; id <= 12; ++id) {
    add(id, id % 3 == 0 ? "a" : id % 3 == 1 ? "b" : "c", id % 2 == 0 ? "5" : "6");
  }
  deep.after = {};
  EXPECT_EQ(pages(deep), "2 8 | 4 10 | 6 12 ");
}

TEST_F(ListPlanTest, WritesOnlyTheTightestBoundsOfAPropertyTogetherWithTheKeysets) {
  const Condition conditions[] = {
      {kPrice, FilterTest::kAtLeast, Value::of_text("1"), {}},
      {kPrice, FilterTest::kGreater, Value::of_text("1"), {}},
      {kPrice, FilterTest::kNotNull, {}, {}},
      {kPrice, FilterTest::kLess, Value::of_text("10"), {}},
      {kPrice, FilterTest::kAtMost, Value::of_text("10"), {}},
  };
  const IndexKey order[] = {{kPrice, false}, {kId, false}};
  ListQuery one = query(order);
  one.conditions = conditions;
  const std::string bounds = R"( WHERE "price#order" > ? AND "price#order" < ?)"
                             R"( ORDER BY "price#order", "id" LIMIT ?;)";
  EXPECT_EQ(tail(sql(one)), bounds);
  const Value inside[] = {Value::of_text("5"), Value::of_integer(2)};
  one.after = inside;
  EXPECT_EQ(tail(sql(one)),
            R"( WHERE "price#order" = ? AND "id" > ? ORDER BY "id" LIMIT ?;)" + bounds);
  const Value below[] = {Value::of_text("-5"), Value::of_integer(2)};
  one.after = below;
  EXPECT_EQ(tail(sql(one)), bounds) << "no row with the price of the last row meets the bounds";
}

TEST_F(ListPlanTest, LeavesOutRangesThatAConditionEmpties) {
  const IndexKey order[] = {{kPrice, true}, {kId, false}};
  const Value after[] = {Value::of_text("5"), Value::of_integer(2)};
  ListQuery one = query(order);
  one.after = after;
  const Condition some[] = {{kPrice, FilterTest::kNotNull, {}, {}}};
  one.conditions = some;
  EXPECT_EQ(tail(sql(one)),
            R"( WHERE "price#order" = ? AND "id" > ? ORDER BY "id" LIMIT ?;)"
            R"( WHERE "price#order" < ? ORDER BY "price#order" DESC, "id" LIMIT ?;)");
  one.after = {};
  EXPECT_EQ(tail(sql(one)),
            R"( WHERE "price#order" >= x'' ORDER BY "price#order" DESC, "id" LIMIT ?;)");
  const Condition other[] = {{kPrice, FilterTest::kEqual, Value::of_text("7"), {}}};
  one.conditions = other;
  one.after = after;
  EXPECT_EQ(sql(one), "") << "downwards behind 5 there is no 7";
}

TEST_F(ListPlanTest, GoesOnForAnOlderPlanWhenANewerOneHasDroppedItsIndex) {
  for (int i = 1; i <= 4; ++i) add(i, i % 2 == 0 ? "a" : "b", "1");
  const IndexKey order[] = {{kKind, false}, {kPrice, true}, {kId, false}};
  const Value kinds[] = {Value::of_text("a"), Value::of_text("b")};
  const Condition either[] = {{kKind, FilterTest::kIn, {}, kinds}};
  ListQuery merged = query(order);
  merged.conditions = either;
  EXPECT_EQ(pages(query(order, 3)), "2 4 1 | 3 ");
  Resource next = goods();
  next.indexes.clear();
  ASSERT_TRUE(fixture.prepare({&next, 1}));
  EXPECT_EQ(pages(query(order, 3)), "2 4 1 | 3 ") << "compiled before";
  EXPECT_EQ(pages(query(order, 2)), "2 4 | 1 3 ") << "compiled after";
  EXPECT_EQ(ids(merged), "2 4 1 3 ");
  EXPECT_EQ(fixture.count(merged, 9).value(), 4u);
  fixture.close();  // `next` goes before the fixture.
}

TEST_F(ListPlanTest, TakesTheResourcesKeyForAbsentAsNoRowAtAll) {
  add(1, "a", "1");
  const IndexKey order[] = {{kId, false}};
  const Condition none[] = {{kId, FilterTest::kNull, {}, {}}};
  ListQuery one = query(order);
  one.conditions = none;
  EXPECT_EQ(ids(one), "");
  EXPECT_EQ(fixture.count(one, 10).value(), 0u);
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
  const Condition tags[] = {{kTags, FilterTest::kEqual, Value::of_text("[]"), {}}};
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
  const std::vector<Condition> conditions(kConditionsMax + 1,
                                          {kKind, FilterTest::kEqual, Value::of_text("a"), {}});
  ListQuery filtered = query(by_id);
  filtered.conditions = std::span(conditions).first(kConditionsMax);
  EXPECT_EQ(ids(filtered), "");
  EXPECT_TRUE(fixture.count(filtered, 1));
  filtered.conditions = conditions;
  EXPECT_EQ(ids(filtered), "list-query");
  EXPECT_EQ(outcome(fixture.count(filtered, 1)), "list-query");
}

TEST_F(ListPlanTest, TakesUpToAHundredValuesAndRefusesNoneOrOneMore) {
  const IndexKey by_id[] = {{kId, false}};
  const std::vector<Value> values(kInValuesMax + 1, Value::of_text("a"));
  add(1, "a", "");
  const auto outcome_of = [&](FilterTest test, size_t count) {
    const Condition conditions[] = {{kKind, FilterTest::kIn, {}, {values.data(), 1}},
                                    {kKind, test, {}, {values.data(), count}}};
    ListQuery filtered = query(by_id);
    filtered.conditions = conditions;
    return ids(filtered);
  };
  EXPECT_EQ(outcome_of(FilterTest::kIn, kInValuesMax), "1 ");
  EXPECT_EQ(outcome_of(FilterTest::kIn, kInValuesMax + 1), "list-query");
  EXPECT_EQ(outcome_of(FilterTest::kIn, 0), "list-query");
  EXPECT_EQ(outcome_of(FilterTest::kNotIn, kInValuesMax), "");
  EXPECT_EQ(outcome_of(FilterTest::kNotIn, kInValuesMax + 1), "list-query");
  EXPECT_EQ(outcome_of(FilterTest::kNotIn, 0), "list-query");
}

TEST_F(ListPlanTest, RefusesValuesThatThePropertyCannotHave) {
  const IndexKey by_id[] = {{kId, false}};
  const auto outcome_of = [&](uint16_t property, FilterTest test, Value value) {
    const Condition conditions[] = {{kKind, FilterTest::kEqual, Value::of_text("a"), {}},
                                    {property, test, value, {&value, 1}}};
    ListQuery filtered = query(by_id);
    filtered.conditions = conditions;
    return ids(filtered);
  };
  for (const FilterTest test :
       {FilterTest::kEqual, FilterTest::kNotEqual, FilterTest::kLess, FilterTest::kAtMost,
        FilterTest::kGreater, FilterTest::kAtLeast, FilterTest::kIn, FilterTest::kNotIn}) {
    EXPECT_EQ(outcome_of(kPrice, test, Value::of_text("1.5")), "");
    EXPECT_EQ(outcome_of(kPrice, test, Value::of_text("1.50")), "list-query") << "not canonical";
    EXPECT_EQ(outcome_of(kPrice, test, Value::of_text("x")), "list-query");
    EXPECT_EQ(outcome_of(kPrice, test, Value::of_integer(1)), "list-query");
    EXPECT_EQ(outcome_of(kPrice, test, Value::null()), "list-query");
    EXPECT_EQ(outcome_of(kKind, test, Value::of_bytes("a")), "list-query");
    EXPECT_EQ(outcome_of(kId, test, Value::of_number(1)), "list-query");
  }
  EXPECT_EQ(outcome_of(kKind, FilterTest::kPrefix, Value::of_text("a")), "");
  EXPECT_EQ(outcome_of(kPrice, FilterTest::kPrefix, Value::of_text("1")), "list-query");
  EXPECT_EQ(outcome_of(kId, FilterTest::kPrefix, Value::of_integer(1)), "list-query");
}

TEST_F(ListPlanTest, RefusesAPlaceThatDoesNotFitOrComesWithAnOffset) {
  const IndexKey order[] = {{kPrice, false}, {kId, false}};
  const auto outcome_of = [&](Value price, Value id, uint32_t offset = 0) {
    const Value after[] = {price, id};
    ListQuery deep = query(order);
    deep.after = after;
    deep.offset = offset;
    return ids(deep);
  };
  EXPECT_EQ(outcome_of(Value::of_text("1"), Value::of_integer(1)), "");
  EXPECT_EQ(outcome_of(Value::null(), Value::of_integer(1)), "");
  EXPECT_EQ(outcome_of(Value::of_integer(1), Value::of_integer(1)), "list-query");
  EXPECT_EQ(outcome_of(Value::of_text("1"), Value::null()), "list-query");
  EXPECT_EQ(outcome_of(Value::of_text("1"), Value::of_integer(1), 1), "list-query");
}

TEST_F(ListPlanTest, PassesOverRowsAndBoundsHowManyWhereValuesAreMerged) {
  for (int i = 1; i <= 6; ++i) add(i, i % 2 == 0 ? "a" : "b", "1");
  const IndexKey by_id[] = {{kId, true}};
  ListQuery some = query(by_id, 2);
  some.offset = 1;
  EXPECT_EQ(ids(some), "5 4 +");
  some.offset = 4;
  EXPECT_EQ(ids(some), "2 1 ");
  some.offset = 4'000'000'000;
  EXPECT_EQ(ids(some), "");
  const Value kinds[] = {Value::of_text("b"), Value::of_text("a"), Value::of_text("b")};
  const Condition either[] = {{kKind, FilterTest::kIn, {}, kinds}};
  some.conditions = either;
  some.offset = 1;
  EXPECT_EQ(ids(some), "5 4 +");
  some.offset = 5;
  EXPECT_EQ(ids(some), "1 ");
  some.offset = kMergedOffsetMax;
  EXPECT_EQ(ids(some), "");
  some.offset = kMergedOffsetMax + 1;
  EXPECT_EQ(ids(some), "list-query");
}

TEST_F(ListPlanTest, ListsForEachValueUpToItsBounds) {
  add(1, "a", "1");
  add(2, "b", "1");
  add(3, "a", "2");
  const IndexKey by_id[] = {{kId, false}};
  const auto each = [&](const ListQuery& query, uint16_t property, std::span<const Value> values) {
    const auto pages = fixture.list_each(query, property, values);
    if (!pages) return pages.error().reason;
    std::string text;
    for (const Page& page : *pages) {
      for (const Row& row : page.rows) text += std::to_string(row.values[0].integer) + " ";
      text += page.more ? "+| " : "| ";
    }
    return text;
  };
  const Value kinds[] = {Value::of_text("b"), Value::of_text("none"), Value::of_text("a"),
                         Value::of_text("b")};
  EXPECT_EQ(each(query(by_id), kKind, kinds), "2 | | 1 3 | 2 | ");
  EXPECT_EQ(each(query(by_id, 1), kKind, kinds), "2 | | 1 +| 2 | ");
  EXPECT_EQ(each(query(by_id), kKind, {}), "");
  const Value ones[] = {Value::of_text("1")};
  EXPECT_EQ(each(query(by_id), kPrice, ones), "1 2 | ");
  const Value keys[] = {Value::of_integer(3), Value::of_integer(9)};
  EXPECT_EQ(each(query(by_id), kId, keys), "3 | | ");
  const Value after[] = {Value::of_integer(1)};
  ListQuery unused = query(by_id);
  unused.after = after;
  unused.offset = 7;
  EXPECT_EQ(each(unused, kKind, kinds), "2 | | 1 3 | 2 | ");
  const Value nulls[] = {Value::null()};
  EXPECT_EQ(each(query(by_id), kKind, nulls), "list-query");
  EXPECT_EQ(each(query(by_id), kTags, ones), "list-query");
  EXPECT_EQ(each(query(by_id), 9, ones), "list-query");
  const std::vector<Value> many(kEachValuesMax + 1, Value::of_integer(8));
  EXPECT_EQ(each(query(by_id), kId, many), "list-query");
  EXPECT_EQ(each(query(by_id), kId, std::span(many).first(kEachValuesMax)).size(),
            2 * kEachValuesMax);
  const std::vector<Condition> conditions(kConditionsMax,
                                          {kKind, FilterTest::kEqual, Value::of_text("a"), {}});
  ListQuery filtered = query(by_id);
  filtered.conditions = std::span(conditions).first(kConditionsMax - 1);
  EXPECT_EQ(each(filtered, kKind, kinds), "| | 1 3 | | ");
  filtered.conditions = conditions;
  EXPECT_EQ(each(filtered, kKind, kinds), "list-query");
}

TEST_F(ListPlanTest, CountsNoFurtherThanAsked) {
  for (int i = 1; i <= 6; ++i) add(i, i % 2 == 0 ? "a" : "b", i % 3 == 0 ? "" : "1");
  const IndexKey by_id[] = {{kId, false}};
  ListQuery all = query(by_id);
  EXPECT_EQ(fixture.count(all, 100).value(), 6u);
  EXPECT_EQ(fixture.count(all, 6).value(), 6u);
  EXPECT_EQ(fixture.count(all, 5).value(), 5u);
  EXPECT_EQ(fixture.count(all, 0).value(), 0u);
  EXPECT_EQ(fixture.count(all, UINT64_MAX).value(), 6u);
  const Value kinds[] = {Value::of_text("a"), Value::of_text("a"), Value::of_text("c")};
  const Condition some[] = {{kKind, FilterTest::kIn, {}, kinds},
                            {kPrice, FilterTest::kNotNull, {}, {}}};
  all.conditions = some;
  EXPECT_EQ(fixture.count(all, 100).value(), 2u);
  const Condition unserved[] = {{kPrice, FilterTest::kNotEqual, Value::of_text("1"), {}}};
  all.conditions = unserved;
  EXPECT_EQ(outcome(fixture.count(all, 100)), "list-query");
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

TEST(ListBounds, RefusesPagesThatAreTooLargeTogether) {
  Resource resource = goods();
  StoreFixture fixture(1, {.page_bytes_max = 10'000, .pages_bytes_max = 10'000});
  ASSERT_TRUE(fixture.prepare({&resource, 1}));
  const std::string kind(4000, 'x');
  for (int i = 0; i < 3; ++i) {
    const Value values[] = {Value::of_integer(i), Value::of_text(kind), Value::null(),
                            Value::null()};
    const Write write{Write::Kind::kInsert, &resource, values[0], values, 0};
    ASSERT_TRUE(fixture.commit({&write, 1}));
  }
  const IndexKey order[] = {{kId, false}};
  ListQuery query;
  query.resource = &resource;
  query.order = order;
  const Value keys[] = {Value::of_integer(0), Value::of_integer(1), Value::of_integer(2)};
  EXPECT_EQ(outcome(fixture.list_each(query, kId, std::span(keys).first(2))), "ok");
  const auto all = fixture.list_each(query, kId, keys);
  EXPECT_EQ(outcome(all), "pages-too-large");
  EXPECT_EQ(all.error().code, Code::kTooLarge);
  fixture.close();  // `resource` goes before the fixture.
}

TEST(ListBounds, EndsAMergedPageEarlyWhenItsOrderTakesTooManyBytes) {
  Resource resource = goods();
  resource.indexes.push_back(test_index(resource, {"price", "kind", "id"}));
  StoreFixture fixture(1, {.page_bytes_max = 10'000});
  ASSERT_TRUE(fixture.prepare({&resource, 1}));
  for (int i = 0; i < 6; ++i) {
    const std::string kind = std::to_string(i) + std::string(4000, 'x');
    const Value values[] = {Value::of_integer(i), Value::of_text(kind),
                            Value::of_text(i % 2 == 0 ? "1" : "2"), Value::null()};
    const Write write{Write::Kind::kInsert, &resource, values[0], values, 0};
    ASSERT_TRUE(fixture.commit({&write, 1}));
  }
  const IndexKey order[] = {{kKind, false}, {kId, false}};
  const Value prices[] = {Value::of_text("2"), Value::of_text("1")};
  const Condition either[] = {{kPrice, FilterTest::kIn, {}, prices}};
  ListQuery query;
  query.resource = &resource;
  query.conditions = either;
  query.order = order;
  std::string seen;
  std::vector<Value> after;
  for (;;) {
    const Result<Page> page = fixture.list(query);
    ASSERT_TRUE(page) << page.error().message;
    ASSERT_FALSE(page->rows.empty());
    for (const Row& row : page->rows) seen += std::to_string(row.values[0].integer) + " ";
    if (!page->more) break;
    seen += "| ";
    after = {page->rows.back().values[kKind], page->rows.back().values[kId]};
    query.after = after;
  }
  EXPECT_EQ(seen, "0 1 | 2 3 | 4 5 ");
  query.after = {};
  query.offset = 3;
  EXPECT_EQ(outcome(fixture.list(query)), "page-too-large");
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
  const IndexKey by_id[] = {{kId, false}};
  const Condition costly[] = {{kKind, FilterTest::kEqual, Value::of_text("x"), {}},
                              {kPrice, FilterTest::kEqual, Value::of_text("1"), {}}};
  const IndexKey by_kind[] = {{kKind, false}, {kId, false}};
  ListQuery query;
  query.resource = &resource;
  query.order = by_kind;
  const Condition wide[] = {{kKind, FilterTest::kAtLeast, Value::of_text("a"), {}},
                            {kPrice, FilterTest::kNotNull, {}, {}}};
  query.conditions = wide;  // Each row of the range is read and thrown away.
  const Result<Page> page = fixture.list(query);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, Code::kDeadlineExceeded);
  EXPECT_EQ(page.error().reason, "query-too-costly");
  const Result<uint64_t> count = fixture.count(query, 10'000);
  EXPECT_EQ(outcome(count), "ok") << "the count goes by the price";
  const Value kinds[] = {Value::of_text("a"), Value::of_text("x")};
  query.conditions = std::span(wide).subspan(1);
  query.order = by_id;
  EXPECT_EQ(outcome(fixture.list_each(query, kKind, kinds)), "query-too-costly");
  query.conditions = costly;
  EXPECT_TRUE(fixture.list(query)) << "the price alone finds that there is none";
  query.conditions = {};
  EXPECT_TRUE(fixture.list(query)) << "the bound is per list";
  fixture.close();  // `resource` goes before the fixture.
}

}  // namespace
}  // namespace servanda::internal
