// SPDX-License-Identifier: Apache-2.0
// The rule at compile time and at its bounds; contract/plan/index_use_test.cc has what it chooses.
#include "base/index_rule.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace servanda {
namespace {

// Property 0 is the key, 4 the time of deletion; an index (1, -2, 0) and, of live rows, a unique
// one (3) and one of (5, 0).
constexpr IndexKey kSorted[] = {{1}, {2, true}, {0}};
constexpr IndexKey kUnique[] = {{3}};
constexpr IndexKey kLive[] = {{5}, {0}};

struct SmallTable {
  bool keeps_deleted = false;

  [[nodiscard]] static constexpr uint16_t key() { return 0; }
  [[nodiscard]] constexpr std::optional<uint16_t> deleted() const {
    if (!keeps_deleted) return std::nullopt;
    return 4;
  }
  [[nodiscard]] static constexpr size_t index_count() { return 3; }
  [[nodiscard]] static constexpr IndexShape index(size_t i) {
    const IndexShape shapes[] = {{kSorted, false, RowScope::kAll},
                                 {kUnique, true, RowScope::kLive},
                                 {kLive, false, RowScope::kLive}};
    return shapes[i];
  }
};

constexpr std::optional<IndexWay> find(const SmallTable& table, std::span<const AskedTest> tests,
                                       std::span<const IndexKey> order,
                                       RowScope rows = RowScope::kAll) {
  return IndexRule(table, tests, rows).for_order(order);
}
constexpr std::optional<IndexWay> count(const SmallTable& table, std::span<const AskedTest> tests) {
  return IndexRule(table, tests, RowScope::kAll).for_count();
}

constexpr AskedTest kFirst[] = {{1, Is::kEqual}};
constexpr AskedTest kSecond[] = {{2, Is::kAtLeast}};
constexpr AskedTest kBoth[] = {{1, Is::kIn}, {2, Is::kAtLeast}};
constexpr AskedTest kOnly[] = {{3, Is::kEqual}};
constexpr IndexKey kByKey[] = {{0}};
constexpr IndexKey kDown[] = {{2, true}, {0}};
constexpr IndexKey kUp[] = {{2}, {0, true}};
constexpr IndexKey kMixed[] = {{2}, {0}};

static_assert(find({}, {}, kByKey)->number == IndexWay::kTable);
static_assert(find({}, kFirst, kDown)->number == 0 && find({}, kFirst, kDown)->equal == 1);
static_assert(find({}, kFirst, kUp).has_value() && !find({}, kFirst, kMixed).has_value());
static_assert(!find({}, kSecond, kDown) && !count({}, kSecond), "it does not lead");
static_assert(find({}, kBoth, kDown)->merged == 1 && find({}, kBoth, kDown)->range);
static_assert(count({}, kFirst)->equal == 1 && !count({}, kFirst)->range);
static_assert(find({}, kOnly, kMixed)->at_most_one);
static_assert(!find({true}, kFirst, kDown, RowScope::kLive), "among any number of deleted rows");
static_assert(find({true}, kOnly, kMixed, RowScope::kLive)->number == 1);
static_assert(!find({true}, kOnly, kMixed, RowScope::kAll), "deleted rows are not in it");

constexpr IndexKey kDeletedBehind[] = {{5}, {4, true}, {0}};
constexpr IndexKey kDeletedFirst[] = {{4}, {5}, {0}};
static_assert(find({true}, {}, kDeletedBehind, RowScope::kLive)->number == 2, "it orders nothing");
static_assert(!find({true}, {}, kDeletedFirst, RowScope::kLive), "that index would be its own");
static_assert(!find({true}, {}, kDeletedBehind, RowScope::kAll), "deleted rows have such times");
static_assert(!find({}, {}, kDeletedBehind, RowScope::kLive), "here it is any property");

// One unique index of as many keys as are wanted, all held by tests.
struct LongTable {
  std::vector<IndexKey> keys;

  [[nodiscard]] static uint16_t key() { return 0; }
  [[nodiscard]] static std::optional<uint16_t> deleted() { return std::nullopt; }
  [[nodiscard]] static size_t index_count() { return 1; }
  [[nodiscard]] IndexShape index(size_t) const { return {keys, true, RowScope::kAll}; }
};

std::optional<IndexWay> hold_all(uint16_t keys) {
  LongTable table;
  std::vector<AskedTest> tests;
  for (uint16_t i = 1; i <= keys; ++i) {
    table.keys.push_back({i});
    tests.push_back({i, Is::kEqual});
  }
  return IndexRule(table, tests, RowScope::kAll).for_count();
}

TEST(IndexRule, HoldsAtMost255Keys) {
  EXPECT_EQ(hold_all(UINT8_MAX)->equal, UINT8_MAX);
  EXPECT_TRUE(hold_all(UINT8_MAX)->at_most_one);
  EXPECT_EQ(hold_all(UINT8_MAX + 1)->equal, UINT8_MAX);
  EXPECT_FALSE(hold_all(UINT8_MAX + 1)->at_most_one) << "the last key is not held";
}

TEST(IndexRule, TakesTheIndexOfTheLowerNumberAmongEquals) {
  struct TwinTable {
    [[nodiscard]] static uint16_t key() { return 0; }
    [[nodiscard]] static std::optional<uint16_t> deleted() { return std::nullopt; }
    [[nodiscard]] static size_t index_count() { return 3; }
    [[nodiscard]] static IndexShape index(size_t) { return {kSorted, false, RowScope::kAll}; }
  };
  const TwinTable table;
  EXPECT_EQ(IndexRule(table, kFirst, RowScope::kAll).for_order(kDown)->number, 0);
}

}  // namespace
}  // namespace servanda
