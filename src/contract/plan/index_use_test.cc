// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/index_use.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace servanda {
namespace {

// Properties of the test's resource; the key first.
enum : uint16_t { kId, kA, kB, kC, kD, kSku };
constexpr std::string_view kLetters = "iabcds";

// "a-b i" is a ascending, b descending, i.
std::vector<IndexKey> keys_of(std::string_view text) {
  std::vector<IndexKey> keys;
  bool descending = false;
  for (const char c : text) {
    if (c == '-') {
      descending = true;
    } else {
      keys.push_back({static_cast<uint16_t>(kLetters.find(c)), std::exchange(descending, false)});
    }
  }
  return keys;
}

using Tests = std::vector<AskedTest>;
AskedTest eq(uint16_t property) {
  return {property, FilterTest::kEqual};
}
AskedTest in(uint16_t property) {
  return {property, FilterTest::kIn};
}
AskedTest null(uint16_t property) {
  return {property, FilterTest::kNull};
}
AskedTest least(uint16_t property) {
  return {property, FilterTest::kAtLeast};
}

class IndexUseTest : public ::testing::Test {
 protected:
  IndexUseTest() {
    for (const char c : kLetters) {
      Property property;
      property.name = property.column = c;
      resource.properties.push_back(property);
    }
  }
  void add(std::string keys) { resource.indexes.push_back({keys, keys_of(keys), false}); }
  void add_unique(std::string keys) { resource.indexes.push_back({keys, keys_of(keys), true}); }
  // "ab 1 range merged(b) one", with "table" for the table itself; "none" when nothing serves.
  static std::string text_of(const std::optional<IndexUse>& use) {
    if (!use) return "none";
    std::string text = use->index ? use->index->name : "table";
    text += " " + std::to_string(use->equal);
    if (use->range) text += " range";
    if (use->merged) text += std::string(" merged(") + kLetters[*use->merged] + ")";
    if (use->at_most_one) text += " one";
    return text;
  }
  std::string find(const Tests& tests, std::string_view order) {
    return text_of(find_index(resource, tests, keys_of(order)));
  }
  std::string count(const Tests& tests) { return text_of(find_count_index(resource, tests)); }

  Resource resource;
};

TEST_F(IndexUseTest, ServesTheOrderOfTheKeyFromTheTableBothWays) {
  EXPECT_EQ(find({}, "i"), "table 0");
  EXPECT_EQ(find({}, "-i"), "table 0");
  EXPECT_EQ(find({}, "ai"), "none");
}

TEST_F(IndexUseTest, ServesAnOrderWhollyForwardsOrWhollyBackwards) {
  add("a-bi");
  EXPECT_EQ(find({}, "a-bi"), "a-bi 0");
  EXPECT_EQ(find({}, "-ab-i"), "a-bi 0");
  EXPECT_EQ(find({}, "abi"), "none");
  EXPECT_EQ(find({}, "-a-bi"), "none");
  EXPECT_EQ(find({}, "a-b-i"), "none") << "the tie-break runs the wrong way";
  EXPECT_EQ(find({}, "-bi"), "none");
  EXPECT_EQ(find({}, "ai"), "none") << "b stands between";
}

TEST_F(IndexUseTest, HoldsLeadingKeysByEquality) {
  add("abi");
  EXPECT_EQ(find({eq(kA)}, "bi"), "abi 1");
  EXPECT_EQ(find({eq(kA)}, "-b-i"), "abi 1");
  EXPECT_EQ(find({eq(kA), eq(kB)}, "i"), "abi 2");
  EXPECT_EQ(find({eq(kA), eq(kB)}, "-i"), "abi 2");
  EXPECT_EQ(find({eq(kB)}, "ai"), "none") << "b does not lead";
  EXPECT_EQ(find({eq(kA)}, "i"), "none") << "b stands between";
}

TEST_F(IndexUseTest, LeavesWhatIsHeldOutOfTheOrderWhereverItStandsAndHoweverItRuns) {
  add("abi");
  EXPECT_EQ(find({eq(kA)}, "abi"), "abi 1");
  EXPECT_EQ(find({eq(kA)}, "-abi"), "abi 1");
  EXPECT_EQ(find({eq(kA)}, "b-ai"), "abi 1");
  EXPECT_EQ(find({eq(kA), eq(kB)}, "-ba-i"), "abi 2");
}

TEST_F(IndexUseTest, PassesOverKeysOfOneValueThatStandBetweenThoseOfTheOrder) {
  add("abci");
  EXPECT_EQ(find({eq(kA), eq(kC)}, "bi"), "abci 1");
  EXPECT_EQ(find({eq(kA), null(kC)}, "-b-i"), "abci 1");
  EXPECT_EQ(find({eq(kA), eq(kC)}, "bc-i"), "none") << "b and the key run apart";
  EXPECT_EQ(find({least(kA), eq(kC)}, "abi"), "abci 0 range");
  EXPECT_EQ(find({eq(kC)}, "abi"), "none") << "nothing leads to the rows";
}

TEST_F(IndexUseTest, LeavesRepeatedKeysAndThoseBehindTheResourcesKeyOutOfTheOrder) {
  add("ai");
  EXPECT_EQ(find({}, "i-ai"), "table 0");
  EXPECT_EQ(find({}, "aibi"), "ai 0");
  EXPECT_EQ(find({}, "a-ai"), "ai 0");
  EXPECT_EQ(find({}, "ii"), "table 0");
}

TEST_F(IndexUseTest, TakesANullTestAsEquality) {
  add("ai");
  EXPECT_EQ(find({null(kA)}, "i"), "ai 1");
  EXPECT_EQ(find({null(kA)}, "-ai"), "ai 1");
}

TEST_F(IndexUseTest, FindsAtMostOneRowWhenAUniqueIndexIsHeldByValues) {
  add_unique("s");
  add_unique("ab");
  EXPECT_EQ(find({eq(kSku)}, "c-di"), "s 1 one") << "in any order";
  EXPECT_EQ(find({eq(kA), eq(kB)}, "ci"), "ab 2 one");
  EXPECT_EQ(find({null(kSku)}, "i"), "none") << "many rows may be without one, not in order";
  EXPECT_EQ(find({null(kA), eq(kB)}, "i"), "none");
  EXPECT_EQ(find({eq(kA)}, "i"), "none");
}

TEST_F(IndexUseTest, FindsAtMostOneRowByTheKeyAndNoneByItsAbsence) {
  EXPECT_EQ(find({eq(kId)}, "ai"), "table 1 one");
  EXPECT_EQ(find({eq(kId), eq(kA), least(kB)}, "i"), "table 1 one");
  EXPECT_EQ(find({null(kId)}, "ai"), "table 1 one");
}

TEST_F(IndexUseTest, FindsASingleRowByTheShortestWay) {
  add_unique("abs");
  add_unique("as");
  EXPECT_EQ(find({eq(kA), eq(kB), eq(kSku)}, "i"), "as 2 one");
  EXPECT_EQ(find({eq(kA), eq(kB), eq(kSku), eq(kId)}, "i"), "table 1 one");
  EXPECT_EQ(find({eq(kA), eq(kB), in(kSku)}, "ci"), "as 2 merged(s)");
}

TEST_F(IndexUseTest, GoesOnBehindANullInAUniqueIndexThatHoldsTheKey) {
  add_unique("si");
  EXPECT_EQ(find({null(kSku)}, "i"), "si 1");
  EXPECT_EQ(find({}, "si"), "si 0");
}

TEST_F(IndexUseTest, TakesNoIndexThatEndsBeforeTheOrderDoes) {
  add("a");
  add_unique("s");
  EXPECT_EQ(find({}, "ai"), "none");
  EXPECT_EQ(find({eq(kA)}, "i"), "none");
  EXPECT_EQ(find({}, "si"), "none") << "several rows may have no sku";
}

TEST_F(IndexUseTest, TakesAnIndexThatGoesOnBehindTheKey) {
  add("aib");
  EXPECT_EQ(find({eq(kA)}, "i"), "aib 1");
  EXPECT_EQ(find({}, "ai"), "aib 0");
}

TEST_F(IndexUseTest, BoundsTheFirstKeyOfTheOrderByARange) {
  add("abi");
  add("bi");
  for (const FilterTest test : {FilterTest::kLess, FilterTest::kAtMost, FilterTest::kGreater,
                                FilterTest::kAtLeast, FilterTest::kPrefix, FilterTest::kNotNull}) {
    EXPECT_EQ(find({{kB, test}}, "bi"), "bi 0 range");
    EXPECT_EQ(find({eq(kA), {kB, test}}, "-b-i"), "abi 1 range");
    EXPECT_EQ(find({{kB, test}}, "i"), "none") << "the order does not begin with b";
    EXPECT_EQ(find({{kA, test}}, "bi"), "none");
    EXPECT_EQ(find({{kId, test}}, "-i"), "table 0 range");
  }
  for (const FilterTest test : {FilterTest::kNotEqual, FilterTest::kNotIn}) {
    EXPECT_EQ(find({{kB, test}}, "bi"), "none");
    EXPECT_EQ(find({eq(kA), {kB, test}}, "bi"), "abi 1");
  }
}

TEST_F(IndexUseTest, MergesTheValuesOfOneInTest) {
  add("ai");
  add("abci");
  EXPECT_EQ(find({in(kA)}, "i"), "ai 1 merged(a)");
  EXPECT_EQ(find({in(kA)}, "ai"), "ai 1 merged(a)");
  EXPECT_EQ(find({in(kA)}, "-ai"), "ai 1 merged(a)") << "values may be taken in any order";
  EXPECT_EQ(find({in(kA), eq(kB)}, "ci"), "abci 2 merged(a)");
  EXPECT_EQ(find({eq(kA), in(kB)}, "ci"), "abci 2 merged(b)");
  EXPECT_EQ(find({in(kA), in(kB)}, "ci"), "none") << "two merges are too many";
  EXPECT_EQ(find({in(kA), in(kB)}, "i"), "ai 1 merged(a)") << "b is looked at in each row";
  EXPECT_EQ(find({in(kA), least(kB)}, "bci"), "abci 1 range merged(a)");
}

TEST_F(IndexUseTest, TakesPropertyWithOneValueAsHeldThoughItHasAnInTestToo) {
  add("ai");
  EXPECT_EQ(find({in(kA), eq(kA)}, "i"), "ai 1");
}

TEST_F(IndexUseTest, MergesAtMostOneRowForEachValueOfAUniqueIndexInAnyOrder) {
  add_unique("s");
  add("ai");
  EXPECT_EQ(find({in(kSku)}, "-ci"), "s 1 merged(s)");
  EXPECT_EQ(find({in(kId)}, "ci"), "table 1 merged(i)");
  EXPECT_EQ(find({in(kSku), eq(kA)}, "i"), "s 1 merged(s)") << "100 rows at most, not all of an a";
  EXPECT_EQ(find({in(kSku), eq(kId)}, "i"), "table 1 one");
}

TEST_F(IndexUseTest, PrefersMoreHeldKeysThenAMergeThenARangeThenTheShorterIndex) {
  add("acdi");
  add("abi");
  add("ai");
  add("bi");
  add("aib");
  EXPECT_EQ(find({eq(kA), eq(kB)}, "i"), "abi 2");
  EXPECT_EQ(find({eq(kA), in(kB)}, "i"), "abi 2 merged(b)");
  EXPECT_EQ(find({in(kA), eq(kB)}, "i"), "abi 2 merged(a)");
  EXPECT_EQ(find({eq(kA)}, "i"), "ai 1");
  EXPECT_EQ(find({eq(kA), least(kId)}, "i"), "ai 1 range");
  EXPECT_EQ(find({in(kB), least(kId)}, "i"), "bi 1 range merged(b)");
  EXPECT_EQ(find({eq(kC), least(kId)}, "i"), "table 0 range");
}

TEST_F(IndexUseTest, RefusesTestsThatWouldReadWithoutBound) {
  add("ai");
  EXPECT_EQ(find({eq(kB)}, "ai"), "none");
  EXPECT_EQ(find({eq(kB)}, "i"), "none");
  EXPECT_EQ(find({in(kB)}, "ai"), "none");
  EXPECT_EQ(find({eq(kA), eq(kB), in(kC), null(kD)}, "i"), "ai 1");
}

TEST_F(IndexUseTest, CountsInNoOrder) {
  add("abi");
  add_unique("s");
  EXPECT_EQ(count({}), "table 0");
  EXPECT_EQ(count({eq(kA)}), "abi 1");
  EXPECT_EQ(count({eq(kA), least(kB)}), "abi 1 range");
  EXPECT_EQ(count({least(kA)}), "abi 0 range");
  EXPECT_EQ(count({in(kA)}), "abi 1 merged(a)");
  EXPECT_EQ(count({eq(kSku), least(kA)}), "s 1 one");
  EXPECT_EQ(count({eq(kB)}), "none");
  EXPECT_EQ(count({null(kSku)}), "s 1");
}

}  // namespace
}  // namespace servanda
