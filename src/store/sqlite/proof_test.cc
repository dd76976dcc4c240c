// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/proof.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "contract/document/test_files.h"
#include "contract/plan/test_plan.h"
#include "store/sqlite/fixture_for_test.h"
#include "store/sqlite/schema.h"

namespace servanda::internal {
namespace {

// A plan without a contract: one list operation of one resource, made by hand.
class HandMade {
 public:
  HandMade()
      : text_(one_operation("/x", "[]")),
        plan(std::make_shared<Plan>(SchemaSet(*text_.compiled.contract.documents))) {
    plan->hash = "hash";
  }
  // The operation lists `resource`; each filter has a parameter of its own.
  void set(Resource resource, std::vector<AskedTest> filters,
           std::vector<std::vector<IndexKey>> orders) {
    plan->resources.assign(1, std::move(resource));
    Operation operation;
    operation.id = "listGoods";
    operation.handler = HandlerKind::kResource;
    operation.resource.emplace();
    operation.resource->action = Action::kList;
    ListProfile& list = operation.resource->list;
    for (const AskedTest& asked : filters) {
      list.filters.push_back(
          {static_cast<uint16_t>(operation.parameters.size()), "", asked.property, asked.test});
      operation.parameters.emplace_back();
    }
    list.default_sort = orders.at(0);
    for (std::vector<IndexKey>& order : orders) list.sorts.push_back({"", std::move(order)});
    plan->operations.clear();
    plan->operations.push_back(std::move(operation));
  }
  Operation& operation() { return plan->operations[0]; }

 private:
  PlanText text_;  // First: documents for the schema set.

 public:
  std::shared_ptr<Plan> plan;
};

enum : uint16_t { kId, kKind, kPrice, kDay };

Resource goods(ColumnType key = ColumnType::kUuid) {
  Resource resource = test_resource(
      "goods", key,
      {required_property("kind", ColumnType::kText), test_property("price", ColumnType::kDecimal),
       test_property("day", ColumnType::kDate)});
  resource.indexes = {test_index(resource, {"kind", "-price", "id"}),
                      test_index(resource, {"price", "id"}), test_index(resource, {"kind", "id"}),
                      unique_index(resource, {"day"})};
  return resource;
}

const std::vector<AskedTest> kFilters = {
    {kKind, FilterTest::kEqual}, {kKind, FilterTest::kIn},    {kPrice, FilterTest::kAtLeast},
    {kPrice, FilterTest::kLess}, {kPrice, FilterTest::kNull}, {kDay, FilterTest::kEqual},
    {kDay, FilterTest::kNotIn},  {kKind, FilterTest::kPrefix}};
const std::vector<std::vector<IndexKey>> kOrders = {
    {{kId, false}},
    {{kId, true}},
    {{kPrice, false}, {kId, false}},
    {{kPrice, true}, {kId, true}},
    {{kPrice, true}, {kId, false}},
    {{kKind, false}, {kPrice, true}, {kId, false}},
};

Database memory() {
  Database::Options options;
  options.mode = Database::Options::Mode::kMemory;
  options.value_bytes_max = 1 << 20;
  return std::move(*Database::open("", options));
}

TEST(ListProof, HoldsForUuidAndIntegerKeys) {
  for (const ColumnType key : {ColumnType::kUuid, ColumnType::kInteger, ColumnType::kText}) {
    HandMade made;
    made.set(goods(key), kFilters, kOrders);
    const Result<void> proven = prove_in_memory(*made.plan);
    EXPECT_TRUE(proven) << proven.error().message;
  }
}

TEST(ListProof, FailsWithStatementAndPlanWhenAnIndexIsMissing) {
  HandMade made;
  made.set(goods(), kFilters, kOrders);
  Database database = memory();
  ASSERT_TRUE(open_schema(database, {}));
  ASSERT_TRUE(apply_schema(database, made.plan->resources, "hash"));
  ASSERT_TRUE(prove_lists(database, *made.plan));
  for (const Index& index : made.plan->resources[0].indexes) {
    ASSERT_TRUE(database.execute("BEGIN; DROP INDEX " + index.name));
    const Result<void> proven = prove_lists(database, *made.plan);
    ASSERT_FALSE(proven) << index.name;
    EXPECT_EQ(proven.error().code, Code::kInternal);
    EXPECT_EQ(proven.error().reason, "list-proof");
    EXPECT_NE(proven.error().message.find("listGoods"), std::string::npos);
    EXPECT_NE(proven.error().message.find("SQLite refuses SELECT "), std::string::npos)
        << proven.error().message;
    ASSERT_TRUE(database.execute("ROLLBACK"));
  }
  EXPECT_TRUE(prove_lists(database, *made.plan));
}

TEST(ListProof, FailsWithSqlitesPlanWhenAnIndexHasOtherColumns) {
  HandMade made;
  made.set(goods(), kFilters, kOrders);
  Database database = memory();
  ASSERT_TRUE(open_schema(database, {}));
  ASSERT_TRUE(apply_schema(database, made.plan->resources, "hash"));
  const auto message_with = [&](const std::string& columns) {
    EXPECT_TRUE(
        database.execute("BEGIN; DROP INDEX goods_kind_id; CREATE INDEX goods_kind_id ON "
                         "goods (" +
                         columns + ")"));
    const Result<void> proven = prove_lists(database, *made.plan);
    EXPECT_TRUE(database.execute("ROLLBACK"));
    return proven ? "proven" : proven.error().message;
  };
  EXPECT_EQ(message_with("kind, id"), "proven");
  EXPECT_NE(message_with("kind, day, id").find("TEMP B-TREE"), std::string::npos);
  EXPECT_NE(message_with("id, kind").find("SQLite runs SELECT"), std::string::npos);
}

TEST(ListProof, NamesTheFiltersOfWhatFails) {
  HandMade made;
  made.set(goods(), {{kKind, FilterTest::kEqual}}, {{{kId, false}}});
  Database database = memory();
  ASSERT_TRUE(open_schema(database, {}));
  ASSERT_TRUE(apply_schema(database, made.plan->resources, "hash"));
  ASSERT_TRUE(database.execute("DROP INDEX goods_kind_id; DROP INDEX goods_kind_price_desc_id"));
  const Result<void> proven = prove_lists(database, *made.plan);
  ASSERT_FALSE(proven);
  EXPECT_NE(proven.error().message.find("filtered by kind (eq)"), std::string::npos)
      << proven.error().message;
}

TEST(ListProof, TriesEachSetOnlyWithTheFiltersThatEveryRequestCarries) {
  HandMade made;
  Resource resource = goods();
  std::erase_if(resource.indexes,
                [](const Index& index) { return index.keys[0].property != kKind; });
  made.set(resource, {{kKind, FilterTest::kEqual}}, {{{kPrice, true}, {kId, false}}});
  made.operation().parameters[0].required = true;
  Database database = memory();
  ASSERT_TRUE(open_schema(database, {}));
  ASSERT_TRUE(apply_schema(database, made.plan->resources, "hash"));
  EXPECT_TRUE(prove_lists(database, *made.plan)) << "no index serves the order alone";
}

TEST(ListProof, EndsForManyFilters) {
  HandMade made;
  std::vector<AskedTest> filters;
  for (int i = 0; i < 40; ++i) filters.push_back({kKind, static_cast<FilterTest>(i % 11)});
  made.set(goods(), filters, {{{kId, false}}});
  EXPECT_TRUE(prove_in_memory(*made.plan));
}

// What find_index() promises, SQLite keeps: random indexes, filters and orders.
TEST(ListProof, HoldsWhateverIndexesThereAre) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto roll = [&](uint64_t sides) { return random() % sides; };
    static constexpr ColumnType kKeys[] = {ColumnType::kUuid, ColumnType::kInteger,
                                           ColumnType::kText};
    Resource resource = test_resource(
        "goods", kKeys[roll(3)],
        {required_property("a", ColumnType::kText), test_property("b", ColumnType::kDecimal),
         test_property("c", ColumnType::kInteger), test_property("d", ColumnType::kUuid),
         test_property("e", ColumnType::kNumber)});
    static const char* const kNames[] = {"a", "b", "c", "d", "e", "id"};
    for (uint64_t i = 0; i < 12; ++i) {
      std::vector<std::string> keys;
      for (uint64_t k = 0; k <= roll(4); ++k) {
        const std::string name = kNames[roll(6)];
        if (std::find(keys.begin(), keys.end(), name) != keys.end()) continue;
        if (std::find(keys.begin(), keys.end(), "-" + name) != keys.end()) continue;
        keys.push_back((roll(2) == 0 ? "-" : "") + name);
      }
      const bool has_key = keys.back() == "id" || keys.back() == "-id";
      if (!has_key && roll(4) != 0) keys.push_back(roll(2) == 0 ? "id" : "-id");
      Index index = test_index(resource, keys);
      index.name += "_" + std::to_string(i);
      index.unique = roll(5) == 0;
      resource.indexes.push_back(std::move(index));
    }
    std::vector<AskedTest> filters;
    for (int i = 0; i < 9; ++i) {
      const auto property = static_cast<uint16_t>(roll(6));
      auto test = roll(2) == 0 ? FilterTest::kEqual : static_cast<FilterTest>(roll(11));
      if (test == FilterTest::kPrefix && property != 1) test = FilterTest::kIn;
      filters.push_back({property, test});
    }
    std::vector<std::vector<IndexKey>> orders = {{{0, false}}, {{0, true}}};
    for (int i = 0; i < 6; ++i) {
      const Index& index = resource.indexes[roll(resource.indexes.size())];
      const bool reversed = roll(2) == 0;
      std::vector<IndexKey> order;
      for (size_t k = roll(index.keys.size()); k < index.keys.size(); ++k) {
        order.push_back({index.keys[k].property, index.keys[k].descending != reversed});
      }
      if (order.empty() || order.back().property != 0) order.push_back({0, reversed});
      orders.push_back(std::move(order));
    }
    HandMade made;
    made.set(resource, filters, orders);
    const Result<void> proven = prove_in_memory(*made.plan);
    ASSERT_TRUE(proven) << proven.error().message;
  }
}

TEST(ListProof, IsMadeWhenAPlanIsPreparedAndRememberedWithIt) {
  HandMade made;
  made.set(goods(), kFilters, kOrders);
  StoreFixture fixture;
  const auto remembered = [&] {
    return fixture.look("SELECT value FROM _servanda WHERE name = 'proven'");
  };
  EXPECT_EQ(remembered(), "");
  ASSERT_TRUE(fixture.store->prepare(made.plan));
  EXPECT_TRUE(remembered().starts_with("hash revision 2 sqlite 3.")) << remembered();
  fixture.look("UPDATE _servanda SET value = 'other' WHERE name = 'proven'");
  fixture.close();
  fixture.open();
  ASSERT_TRUE(fixture.store->prepare(made.plan));
  EXPECT_TRUE(remembered().starts_with("hash revision 2 sqlite 3."));
  made.plan->hash = "next";
  ASSERT_TRUE(fixture.store->prepare(made.plan));
  EXPECT_TRUE(remembered().starts_with("next revision 2 sqlite 3."));
  fixture.close();  // The plan goes before the fixture.
}

TEST(ListProof, KeepsAPlanThatFailsItFromBeingServed) {
  HandMade made;
  made.set(goods(), {{kKind, FilterTest::kEqual}}, {{{kId, false}}});
  // More order keys than a list takes: no statement can be made.
  std::vector<IndexKey> order(9, {kKind, false});
  order.push_back({kId, false});
  made.operation().resource->list.default_sort = order;
  StoreFixture fixture;
  const Result<void> prepared = fixture.store->prepare(made.plan);
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().reason, "list-proof");
  EXPECT_EQ(fixture.look("SELECT value FROM _servanda WHERE name = 'proven'"), "");
  fixture.close();  // The plan goes before the fixture.
}

}  // namespace
}  // namespace servanda::internal
