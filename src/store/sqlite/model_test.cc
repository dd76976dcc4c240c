// SPDX-License-Identifier: Apache-2.0
// Random operations against a plain in-memory model, from seeds: no difference is allowed.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/decimal.h"
#include "contract/plan/index_use.h"
#include "store/sqlite/fixture_for_test.h"

namespace servanda::internal {
namespace {

// A value that owns its text.
struct OwnedValue {
  Value::Kind kind = Value::Kind::kNull;
  int64_t integer = 0;
  std::string text;
  [[nodiscard]] Value view() const {
    switch (kind) {
      case Value::Kind::kInteger:
        return Value::of_integer(integer);
      case Value::Kind::kText:
        return Value::of_text(text);
      case Value::Kind::kBytes:
        return Value::of_bytes(text);
      default:
        return Value::null();
    }
  }
  bool operator==(const OwnedValue&) const = default;
};
struct OwnedRow {
  std::vector<OwnedValue> values;
  int64_t version = 1;
};

enum : uint16_t { kId, kCode, kPrice, kKind, kCount };

Resource model_resource() {
  Resource resource = test_resource(
      "things", ColumnType::kUuid,
      {test_property("code", ColumnType::kText), test_property("price", ColumnType::kDecimal),
       required_property("kind", ColumnType::kText), test_property("count", ColumnType::kInteger)});
  resource.indexes = {unique_index(resource, {"code"}),
                      unique_index(resource, {"kind", "price"}),
                      test_index(resource, {"price", "id"}),
                      test_index(resource, {"kind", "price", "-count", "id"}),
                      test_index(resource, {"-count", "id"}),
                      test_index(resource, {"price", "-kind", "count", "-id"}),
                      test_index(resource, {"kind", "id"})};
  return resource;
}

int compare(const OwnedValue& a, const OwnedValue& b, uint16_t property) {
  const bool a_null = a.kind == Value::Kind::kNull;
  const bool b_null = b.kind == Value::Kind::kNull;
  if (a_null || b_null) return static_cast<int>(b_null) - static_cast<int>(a_null);
  if (property == kPrice) return compare_number_tokens(a.text, b.text);
  if (property == kCount) return a.integer < b.integer ? -1 : a.integer > b.integer;
  const int order = a.text.compare(b.text);
  return order < 0 ? -1 : order > 0;
}

// The same operations on a map.
class Model {
 public:
  using Rows = std::map<std::string, OwnedRow>;

  struct Change {
    Write::Kind kind;
    std::string key;
    std::vector<OwnedValue> values;
    int64_t expected = 0;
  };

  std::string commit(const std::vector<Change>& changes) {
    Rows next = rows_;
    for (const Change& change : changes) {
      const std::string result = apply(next, change);
      if (result != "ok") return result;
    }
    rows_ = std::move(next);
    return "ok";
  }

  std::vector<std::string> list(const std::vector<std::pair<uint16_t, OwnedValue>>& conditions,
                                const std::vector<IndexKey>& order,
                                const std::vector<OwnedValue>& after) const {
    std::vector<const OwnedRow*> found;
    for (const auto& [key, row] : rows_) {
      bool fits = true;
      for (const auto& [property, value] : conditions) fits &= row.values[property] == value;
      if (fits && (after.empty() || compare_by(order, row, after) > 0)) found.push_back(&row);
    }
    std::sort(found.begin(), found.end(), [&](const OwnedRow* a, const OwnedRow* b) {
      for (const IndexKey& key : order) {
        const int c = compare(a->values[key.property], b->values[key.property], key.property);
        if (c != 0) return (c < 0) != key.descending;
      }
      return false;
    });
    std::vector<std::string> keys;
    for (const OwnedRow* row : found) keys.push_back(row->values[kId].text);
    return keys;
  }
  [[nodiscard]] const Rows& rows() const { return rows_; }

 private:
  static int compare_by(const std::vector<IndexKey>& order, const OwnedRow& row,
                        const std::vector<OwnedValue>& place) {
    for (size_t i = 0; i < order.size(); ++i) {
      const uint16_t property = order[i].property;
      const int c = compare(row.values[property], place[i], property);
      if (c != 0) return order[i].descending ? -c : c;
    }
    return 0;
  }
  static bool collides(const Rows& rows, const Change& change) {
    const auto is_null = [](const OwnedValue& v) { return v.kind == Value::Kind::kNull; };
    for (const auto& [key, row] : rows) {
      if (key == change.key) continue;
      if (!is_null(change.values[kCode]) && row.values[kCode] == change.values[kCode]) return true;
      if (!is_null(change.values[kPrice]) && row.values[kPrice] == change.values[kPrice] &&
          row.values[kKind] == change.values[kKind]) {
        return true;
      }
    }
    return false;
  }
  static std::string apply(Rows& rows, const Change& change) {
    const auto found = rows.find(change.key);
    if (change.kind == Write::Kind::kInsert) {
      if (found != rows.end()) return "key-exists";
      if (collides(rows, change)) return "unique";
      rows[change.key] = {change.values, 1};
      return "ok";
    }
    if (found == rows.end()) return "version-moved";
    if (change.expected != 0 && change.expected != found->second.version) return "version-moved";
    if (change.kind == Write::Kind::kRemove) {
      rows.erase(found);
      return "ok";
    }
    if (collides(rows, change)) return "unique";
    found->second = {change.values, found->second.version + 1};
    return "ok";
  }

  Rows rows_;
};

// One run: the store, the model and the dice.
class Comparison {
 public:
  explicit Comparison(uint64_t seed) : fixture_(seed), random_(seed) {
    EXPECT_TRUE(fixture_.prepare({&resource_, 1}));
  }

  void step() {
    switch (roll(20)) {
      case 0:
        return reopen();
      case 1:
      case 2:
      case 3:
      case 4:
      case 5:
        return check_list();
      case 6:
      case 7:
        return check_get(test_uuid(roll(kKeys)));
      default:
        return check_commits();
    }
  }
  void check_all() {
    for (uint64_t i = 0; i < kKeys; ++i) check_get(test_uuid(i));
    EXPECT_EQ(fixture_.look("PRAGMA integrity_check"), "ok");
  }

 private:
  static constexpr uint64_t kKeys = 24;
  uint64_t roll(uint64_t sides) { return random_() % sides; }

  OwnedValue text(std::string text) { return {Value::Kind::kText, 0, std::move(text)}; }
  OwnedValue price() {
    static const char* const kPrices[] = {"0", "-0.5", "10", "9.99", "100000000000000000000.01"};
    return roll(3) == 0 ? OwnedValue() : text(kPrices[roll(5)]);
  }
  OwnedValue kind() { return text(std::string(1, static_cast<char>('a' + roll(3)))); }
  OwnedValue code() { return roll(2) == 0 ? OwnedValue() : text("c" + std::to_string(roll(12))); }
  OwnedValue count() {
    if (roll(4) == 0) return {};
    return {Value::Kind::kInteger, static_cast<int64_t>(roll(4)) - 2, ""};
  }

  Model::Change change() {
    Model::Change made;
    made.kind = static_cast<Write::Kind>(roll(3));
    made.key = test_uuid(roll(kKeys));
    made.values = {{Value::Kind::kBytes, 0, made.key}, code(), price(), kind(), count()};
    const auto found = model_.rows().find(made.key);
    if (roll(3) != 0 && found != model_.rows().end()) made.expected = found->second.version;
    if (roll(10) == 0) made.expected = static_cast<int64_t>(roll(4));
    return made;
  }

  // Several batches at once, so that they share a group; the writer takes them in order.
  void check_commits() {
    std::vector<std::vector<Model::Change>> batches(1 + roll(3));
    std::vector<std::string> expected;
    std::vector<std::shared_ptr<std::optional<Result<void>>>> running;
    Arena arena;
    for (std::vector<Model::Change>& batch : batches) {
      for (uint64_t i = 0; i <= roll(3); ++i) batch.push_back(change());
      expected.push_back(model_.commit(batch));
      Write* writes = arena.array<Write>(batch.size());
      for (size_t i = 0; i < batch.size(); ++i) {
        Value* values = arena.array<Value>(batch[i].values.size());
        for (size_t v = 0; v < batch[i].values.size(); ++v) values[v] = batch[i].values[v].view();
        writes[i] = {batch[i].kind,
                     &resource_,
                     values[0],
                     {values, batch[i].values.size()},
                     batch[i].expected};
      }
      running.push_back(
          launch(fixture_.session->commit({{writes, batch.size()}, nullptr}, Instant::never())));
    }
    fixture_.platform->run_ready();
    for (size_t i = 0; i < running.size(); ++i) {
      ASSERT_TRUE(running[i]->has_value());
      EXPECT_EQ(outcome(**running[i]), expected[i]);
    }
  }

  void check_get(const std::string& key) {
    fixture_.arena.reset();
    const Result<std::optional<Row>> row = fixture_.get(resource_, Value::of_bytes(key));
    ASSERT_TRUE(row) << row.error().message;
    const auto found = model_.rows().find(key);
    ASSERT_EQ(row->has_value(), found != model_.rows().end());
    if (!*row) return;
    EXPECT_EQ((**row).version, found->second.version);
    for (size_t i = 0; i < found->second.values.size(); ++i) {
      EXPECT_EQ((**row).values[i], found->second.values[i].view()) << i;
    }
  }

  void check_list() {
    fixture_.arena.reset();
    std::vector<std::pair<uint16_t, OwnedValue>> conditions;
    if (roll(2) == 0) conditions.emplace_back(kKind, kind());
    if (roll(4) == 0) conditions.emplace_back(kPrice, price());
    std::vector<IndexKey> order;
    for (const uint16_t property : {kPrice, kKind, kCount}) {
      if (roll(3) == 0) order.push_back({property, roll(2) == 0});
    }
    order.push_back({kId, roll(2) == 0});
    std::vector<OwnedValue> after;
    if (roll(3) != 0) {
      const OwnedValue place[] = {
          {Value::Kind::kBytes, 0, test_uuid(roll(kKeys))}, {}, price(), kind(), count()};
      for (const IndexKey& key : order) after.push_back(place[key.property]);
    }
    compare_list(conditions, order, after, static_cast<uint32_t>(1 + roll(8)));
  }

  void compare_list(const std::vector<std::pair<uint16_t, OwnedValue>>& conditions,
                    const std::vector<IndexKey>& order, const std::vector<OwnedValue>& after,
                    uint32_t limit) {
    std::vector<Condition> wanted;
    std::vector<AskedTest> tests;
    for (const auto& [property, value] : conditions) {
      const bool null = value.kind == Value::Kind::kNull;
      const FilterTest test = null ? FilterTest::kNull : FilterTest::kEqual;
      wanted.push_back({property, test, value.view(), {}});
      tests.push_back({property, test});
    }
    std::vector<Value> place;
    for (const OwnedValue& value : after) place.push_back(value.view());
    ListQuery query;
    query.resource = &resource_;
    query.conditions = wanted;
    query.order = order;
    query.after = place;
    query.limit = limit;
    const Result<Page> page = fixture_.list(query);
    if (!find_index(resource_, tests, order)) {
      EXPECT_EQ(outcome(page), "list-query");
      return;
    }
    ASSERT_TRUE(page) << page.error().message;
    const std::vector<std::string> expected = model_.list(conditions, order, after);
    ASSERT_EQ(page->rows.size(), std::min<size_t>(limit, expected.size()));
    EXPECT_EQ(page->more, expected.size() > limit);
    for (size_t i = 0; i < page->rows.size(); ++i) {
      EXPECT_EQ(page->rows[i].values[0].text, expected[i]) << i;
    }
  }

  void reopen() {
    fixture_.close();
    fixture_.open();
    ASSERT_TRUE(fixture_.prepare({&resource_, 1}));
  }

  Resource resource_ = model_resource();
  StoreFixture fixture_;
  std::mt19937_64 random_;
  Model model_;
};

TEST(StoreModel, BehavesAsAPlainMapOverRandomOperations) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Comparison comparison(seed);
    for (int i = 0; i < 150; ++i) {
      comparison.step();
      ASSERT_FALSE(::testing::Test::HasFailure()) << "step " << i;
    }
    comparison.check_all();
  }
}

}  // namespace
}  // namespace servanda::internal
