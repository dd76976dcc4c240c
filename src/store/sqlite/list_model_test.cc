// SPDX-License-Identifier: Apache-2.0
// Random lists over random rows against a plain model, from seeds: every test of every type, both
// directions, every page border. What find_index() does not serve must be refused.

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "contract/plan/index_use.h"
#include "store/sqlite/fixture_for_test.h"

namespace servanda::internal {
namespace {

using Values = std::vector<Value>;

enum : uint16_t {
  kId,
  kKind,
  kName,
  kPrice,
  kDay,
  kOwner,
  kScore,
  kFlag,
  kSku,
  kDeletedAt,
  kPropertyCount
};

Resource model_goods() {
  Resource resource = test_resource(
      "goods", ColumnType::kUuid,
      {required_property("kind", ColumnType::kText), test_property("name", ColumnType::kText),
       test_property("price", ColumnType::kDecimal), test_property("day", ColumnType::kDate),
       test_property("owner", ColumnType::kUuid), test_property("score", ColumnType::kNumber),
       test_property("flag", ColumnType::kBoolean), test_property("sku", ColumnType::kText),
       test_property("deleted_at", ColumnType::kTimestamp)});
  resource.indexes = {
      test_index(resource, {"kind", "id"}),
      test_index(resource, {"name", "id"}),
      test_index(resource, {"kind", "name", "id"}),
      test_index(resource, {"kind", "-price", "id"}),
      test_index(resource, {"price", "name", "id"}),
      test_index(resource, {"-day", "-id"}),
      test_index(resource, {"owner", "day", "id"}),
      test_index(resource, {"owner", "flag", "-score", "-id"}),
      test_index(resource, {"score", "id"}),
      test_index(resource, {"flag", "kind", "price", "id"}),
      unique_index(resource, {"sku"}),
      test_index(resource, {"sku", "id"}),
  };
  return resource;
}

// The same with soft delete: every index for live rows, and some for all.
Resource soft_goods() {
  Resource resource = model_goods();
  resource.soft_delete = {kDeletedAt, {}, Duration::seconds(60)};
  std::vector<Index> indexes = {test_index(resource, {"id"}), test_index(resource, {"deleted_at"})};
  indexes[1].rows = RowScope::kDeleted;
  for (size_t i = 0; i < resource.indexes.size(); ++i) {
    if (i % 2 == 1) indexes.push_back(resource.indexes[i]);
    indexes.push_back(resource.indexes[i]);
    indexes.back().rows = RowScope::kLive;
  }
  indexes.push_back(test_index(resource, {"deleted_at", "id"}));
  indexes.push_back(test_index(resource, {"kind", "-deleted_at", "id"}));
  indexes.back().rows = indexes[0].rows = RowScope::kLive;
  for (Index& index : indexes) {
    if (index.rows == RowScope::kLive) index.name += "_live";
  }
  resource.indexes = std::move(indexes);
  return resource;
}

int sign_of(int order) {
  return order < 0 ? -1 : order > 0;
}

// As a person would order two values.
int plain_compare(uint16_t property, const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return static_cast<int>(b.is_null()) - (a.is_null() ? 1 : 0);
  if (property == kPrice) return compare_number_tokens(a.text, b.text);
  if (property == kScore) return a.number < b.number ? -1 : a.number > b.number;
  if (a.kind == Value::Kind::kInteger) return a.integer < b.integer ? -1 : a.integer > b.integer;
  return sign_of(std::string(a.text).compare(std::string(b.text)));
}

bool plain_meets(const Condition& c, const Value& value) {
  const auto order = [&] { return plain_compare(c.property, value, c.value); };
  const auto among = [&] {
    return std::any_of(c.values.begin(), c.values.end(), [&](const Value& one) {
      return plain_compare(c.property, value, one) == 0;
    });
  };
  const bool null = value.is_null();
  switch (c.test) {
    case FilterTest::kEqual:
      return !null && order() == 0;
    case FilterTest::kNotEqual:
      return null || order() != 0;
    case FilterTest::kLess:
      return !null && order() < 0;
    case FilterTest::kAtMost:
      return !null && order() <= 0;
    case FilterTest::kGreater:
      return !null && order() > 0;
    case FilterTest::kAtLeast:
      return !null && order() >= 0;
    case FilterTest::kIn:
      return !null && among();
    case FilterTest::kNotIn:
      return null || !among();
    case FilterTest::kNull:
      return null;
    case FilterTest::kNotNull:
      return !null;
    case FilterTest::kPrefix:
      return !null && std::string(value.text).rfind(std::string(c.value.text), 0) == 0;
  }
  return false;
}

// The store, the same rows in a vector, and the dice.
class ListModel {
 public:
  ListModel(uint64_t seed, Resource resource)
      : resource_(std::move(resource)), fixture_(seed, {.batch_writes_max = 1000}), random_(seed) {
    EXPECT_TRUE(fixture_.prepare({&resource_, 1}));
    std::vector<Write> writes;
    const uint64_t count = 40 + roll(200);
    for (uint64_t i = 0; i < count; ++i) {
      Values row;
      for (uint16_t p = 0; p < kPropertyCount; ++p) row.push_back(value_or_null(p));
      row[kId] = Value::of_bytes(keep(test_uuid(i * 3)));
      if (!row[kSku].is_null()) row[kSku] = Value::of_text(keep("s" + std::to_string(i)));
      rows_.push_back(row);
    }
    for (const Values& row : rows_) {
      writes.push_back({Write::Kind::kInsert, &resource_, row[kId], row, 0});
    }
    EXPECT_TRUE(fixture_.commit(writes));
  }
  ~ListModel() { fixture_.close(); }

  // One random query through all of its pages.
  void step() {
    fixture_.arena.reset();
    const std::vector<Condition> conditions = random_conditions();
    const std::vector<IndexKey> order = random_order();
    ListQuery query;
    query.resource = &resource_;
    query.conditions = conditions;
    query.order = order;
    query.limit = static_cast<uint32_t>(1 + roll(12));
    if (roll(2) == 0) query.rows = RowScope::kAll;
    query.gone = {static_cast<int64_t>(roll(7)) - 3};
    SCOPED_TRACE(text_of(query));
    check_count(query);
    check_each(query);
    std::vector<AskedTest> tests;
    for (const Condition& condition : conditions) {
      tests.push_back({condition.property, condition.test});
    }
    const auto use = find_index(resource_, tests, order, query.rows);
    if (!use) {
      const Result<Page> page = fixture_.list(query);
      ASSERT_FALSE(page);
      EXPECT_EQ(page.error().reason, "list-query");
      return;
    }
    ++served_;
    merged_ += use->merged ? 1 : 0;
    check_pages(query);
    check_place(query);
    check_offset(query);
  }
  [[nodiscard]] int served() const { return served_; }
  [[nodiscard]] int merged() const { return merged_; }
  [[nodiscard]] int counted() const { return counted_; }
  [[nodiscard]] int listed_each() const { return listed_each_; }

 private:
  uint64_t roll(uint64_t sides) { return random_() % sides; }
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  Value value_of(uint16_t property) {
    static const char* const kNames[] = {"",          "a",      "ab",     "abc",
                                         "b",         "ab\xff", "\xff",   "\xff\xff",
                                         "\xc3\xa9x", "aB",     "a\x01b", "\xf4\x8f\xbf\xbf"};
    static const char* const kPrices[] = {"-10", "-0.5", "0", "9.99", "10", "100000000000000000.1"};
    switch (property) {
      case kId:
        return Value::of_bytes(keep(test_uuid(roll(400))));
      case kKind:
        return Value::of_text(keep(std::string(1, static_cast<char>('a' + roll(4)))));
      case kName:
        return Value::of_text(kNames[roll(12)]);
      case kPrice:
        return Value::of_text(kPrices[roll(6)]);
      case kOwner:
        return Value::of_bytes(keep(test_uuid(roll(5))));
      case kScore:
        return Value::of_number(static_cast<double>(roll(5)) / 2 - 1);
      case kSku:
        return Value::of_text(keep("s" + std::to_string(roll(300))));
      case kFlag:
        return Value::of_integer(static_cast<int64_t>(roll(2)));
      default:
        return Value::of_integer(static_cast<int64_t>(roll(7)) - 3);
    }
  }
  Value value_or_null(uint16_t property) {
    const bool required = property == kId || property == kKind;
    return !required && roll(4) == 0 ? Value::null() : value_of(property);
  }
  uint16_t property() { return static_cast<uint16_t>(roll(kPropertyCount)); }

  std::vector<Condition> random_conditions() {
    std::vector<Condition> conditions;
    const uint64_t count = roll(5);
    for (uint64_t i = 0; i < count; ++i) {
      Condition condition;
      condition.property = roll(3) == 0 ? uint16_t{kKind} : property();
      condition.test = roll(3) == 0 ? FilterTest::kEqual : static_cast<FilterTest>(roll(11));
      const bool text = resource_.properties[condition.property].type == ColumnType::kText;
      if (condition.test == FilterTest::kPrefix && !text) condition.test = FilterTest::kIn;
      if (condition.test == FilterTest::kIn || condition.test == FilterTest::kNotIn) {
        Values& values = lists_.emplace_back();
        const uint64_t size = 1 + roll(roll(5) == 0 ? 40 : 4);
        for (uint64_t v = 0; v < size; ++v) values.push_back(value_of(condition.property));
        condition.values = values;
      } else if (condition.test != FilterTest::kNull && condition.test != FilterTest::kNotNull) {
        condition.value = value_of(condition.property);
      }
      conditions.push_back(condition);
    }
    return conditions;
  }

  std::vector<IndexKey> random_order() {
    std::vector<IndexKey> order;
    // Half of them what an index has, so that many are served.
    if (roll(2) == 0) {
      const Index& index = resource_.indexes[roll(resource_.indexes.size())];
      const bool reversed = roll(2) == 0;
      const size_t first = roll(index.keys.size());
      for (size_t i = first; i < index.keys.size(); ++i) {
        order.push_back({index.keys[i].property, index.keys[i].descending != reversed});
      }
      if (order.back().property == kId) return order;
    } else {
      const uint64_t count = roll(3);
      for (uint64_t i = 0; i < count; ++i) order.push_back({property(), roll(2) == 0});
    }
    order.push_back({kId, roll(2) == 0});
    return order;
  }

  bool sees(const ListQuery& query, const Values& row) const {
    if (!resource_.soft_delete || row[kDeletedAt].is_null()) return true;
    return query.rows == RowScope::kAll && row[kDeletedAt].integer > query.gone.us;
  }

  bool fits(const Values& row, std::span<const Condition> conditions) {
    return std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
      return plain_meets(condition, row[condition.property]);
    });
  }

  // Whether `a` comes before `b`. Rows of one key are one row, whatever else they have.
  static bool before(std::span<const IndexKey> order, const Values& a, const Values& b) {
    for (const IndexKey& key : order) {
      const int c = plain_compare(key.property, a[key.property], b[key.property]);
      if (c != 0) return (c < 0) != key.descending;
      if (key.property == kId) break;
    }
    return false;
  }

  std::vector<const Values*> expected(const ListQuery& query, const Values* after = nullptr) {
    std::vector<const Values*> found;
    for (const Values& row : rows_) {
      if (sees(query, row) && fits(row, query.conditions) &&
          (!after || before(query.order, *after, row))) {
        found.push_back(&row);
      }
    }
    std::sort(found.begin(), found.end(),
              [&](const Values* a, const Values* b) { return before(query.order, *a, *b); });
    return found;
  }

  static std::string text_of(const ListQuery& query) {
    std::string text = "tests:";
    for (const Condition& c : query.conditions) {
      text += " " + std::to_string(c.property) + ":" + std::string(filter_test_text(c.test));
    }
    text += "; order:";
    for (const IndexKey& key : query.order) {
      text += (key.descending ? " -" : " ") + std::to_string(key.property);
    }
    if (query.rows == RowScope::kAll) text += "; all behind " + std::to_string(query.gone.us);
    return text + "; limit " + std::to_string(query.limit);
  }

  void compare(const Result<Page>& page, const std::vector<const Values*>& wanted, size_t from,
               uint32_t limit) {
    ASSERT_TRUE(page) << page.error().message;
    const size_t left = wanted.size() - std::min(from, wanted.size());
    ASSERT_EQ(page->rows.size(), std::min<size_t>(left, limit));
    EXPECT_EQ(page->more, left > limit);
    for (size_t i = 0; i < page->rows.size(); ++i) {
      const Values& row = *wanted[from + i];
      for (size_t p = 0; p < row.size(); ++p) EXPECT_EQ(page->rows[i].values[p], row[p]);
      EXPECT_EQ(page->rows[i].version, 1);
    }
  }

  void check_pages(ListQuery query) {
    const std::vector<const Values*> wanted = expected(query);
    Values after;
    for (size_t from = 0;; from += query.limit) {
      const Result<Page> page = fixture_.list(query);
      compare(page, wanted, from, query.limit);
      if (::testing::Test::HasFailure() || !page->more) return;
      after.clear();
      for (const IndexKey& key : query.order) {
        after.push_back(page->rows.back().values[key.property]);
      }
      query.after = after;
    }
  }

  // Behind a row that is not there, as when it was changed since.
  void check_place(ListQuery query) {
    Values row;
    for (uint16_t p = 0; p < kPropertyCount; ++p) row.push_back(value_or_null(p));
    Values after;
    for (const IndexKey& key : query.order) after.push_back(row[key.property]);
    query.after = after;
    compare(fixture_.list(query), expected(query, &row), 0, query.limit);
  }

  void check_offset(ListQuery query) {
    const std::vector<const Values*> wanted = expected(query);
    query.offset = static_cast<uint32_t>(roll(wanted.size() + 3));
    compare(fixture_.list(query), wanted, query.offset, query.limit);
  }

  void check_count(const ListQuery& query) {
    const uint64_t most = 1 + roll(300);
    const Result<uint64_t> count = fixture_.count(query, most);
    std::vector<AskedTest> tests;
    for (const Condition& c : query.conditions) tests.push_back({c.property, c.test});
    if (!find_count_index(resource_, tests, query.rows)) {
      ASSERT_FALSE(count);
      EXPECT_EQ(count.error().reason, "list-query");
      return;
    }
    ++counted_;
    ASSERT_TRUE(count) << count.error().message;
    EXPECT_EQ(*count, std::min<uint64_t>(most, expected(query).size()));
  }

  void check_each(const ListQuery& query) {
    const uint16_t property = roll(2) == 0 ? uint16_t{kOwner} : this->property();
    Values values;
    for (uint64_t i = roll(4); i > 0; --i) values.push_back(value_of(property));
    std::vector<Condition> conditions(query.conditions.begin(), query.conditions.end());
    conditions.push_back({property, FilterTest::kEqual, {}, {}});
    std::vector<AskedTest> tests;
    for (const Condition& c : conditions) tests.push_back({c.property, c.test});
    const auto pages = fixture_.list_each(query, property, values);
    if (!values.empty() && !find_index(resource_, tests, query.order, query.rows)) {
      ASSERT_FALSE(pages);
      EXPECT_EQ(pages.error().reason, "list-query");
      return;
    }
    ++listed_each_;
    ASSERT_TRUE(pages) << pages.error().message;
    ASSERT_EQ(pages->size(), values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      conditions.back().value = values[i];
      ListQuery one = query;
      one.conditions = conditions;
      compare((*pages)[i], expected(one), 0, query.limit);
    }
  }

  Resource resource_;
  StoreFixture fixture_;
  std::mt19937_64 random_;
  std::deque<std::string> texts_;
  std::deque<Values> lists_;
  std::vector<Values> rows_;
  int served_ = 0;
  int merged_ = 0;
  int counted_ = 0;
  int listed_each_ = 0;
};

void compare_with_model(const Resource& resource) {
  int served = 0;
  int merged = 0;
  int counted = 0;
  int listed_each = 0;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ListModel model(seed, resource);
    for (int i = 0; i < 250; ++i) {
      model.step();
      ASSERT_FALSE(::testing::Test::HasFailure()) << "step " << i;
    }
    served += model.served();
    merged += model.merged();
    counted += model.counted();
    listed_each += model.listed_each();
  }
  // So many that each kind was met often.
  EXPECT_GT(served, 800);
  EXPECT_GT(merged, 100);
  EXPECT_GT(counted, 1000);
  EXPECT_GT(listed_each, 800);
}

TEST(ListModel, ListsAsAPlainSortAndFilterDo) {
  compare_with_model(model_goods());
}

TEST(ListModel, HidesDeletedRowsAndThoseThatAreGone) {
  compare_with_model(soft_goods());
}

}  // namespace
}  // namespace servanda::internal
