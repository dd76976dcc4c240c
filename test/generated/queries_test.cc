// SPDX-License-Identifier: Apache-2.0
// Queries of generated structs find what they ask for, whatever is compared how, and their tables
// are those of the contract.

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <typeinfo>
#include <vector>

#include "call/test_plans.h"
#include "contract/plan/index_use.h"
#include "gen/rows/operations.h"
#include "servanda/test.h"
#include "things.h"

namespace gen::rows {
namespace {

using servanda::AskedTest;
using servanda::Date;
using servanda::Decimal;
using servanda::Direct;
using servanda::from;
using servanda::IndexKey;
using servanda::Is;
using servanda::Query;
using servanda::RowScope;
using servanda::Task;
using servanda::Timestamp;
using servanda::Uuid;

// --- What a query should find, by looking at every row.

// Values as they are compared: texts byte by byte, everything else by value.
template <typename T>
const T& plain(const T& value) {
  return value;
}
template <typename E>
std::string plain(const servanda::Open<E>& value) {
  return std::string(value.text());
}
const Decimal& plain(const servanda::DecimalNumber& value) {
  return value.value;
}
std::string plain(const Uuid& value) {
  return value.text();
}

// A member's value as a list of none or one.
template <typename T>
auto value_of(const T& value) {
  return std::vector{plain(value)};
}
template <typename T>
auto value_of(const servanda::Nullable<T>& value) {
  return value ? value_of(*value) : decltype(value_of(*value)){};
}
template <typename T>
auto value_of(const std::optional<T>& value) {
  return value ? value_of(*value) : decltype(value_of(*value)){};
}

// Whether values, of which there are none or one, meet the test.
template <typename Values>
bool meets(const Values& value, Is test, const Values& asked) {
  const bool is_in =
      !value.empty() && std::find(asked.begin(), asked.end(), value.front()) != asked.end();
  switch (test) {
    case Is::kEqual:
    case Is::kIn:
      return is_in;
    case Is::kNotEqual:
    case Is::kNotIn:
      return !is_in;
    case Is::kNull:
      return value.empty();
    case Is::kNotNull:
      return !value.empty();
    default:
      break;
  }
  if (value.empty()) return false;
  switch (test) {
    case Is::kLess:
      return value.front() < asked.front();
    case Is::kAtMost:
      return value.front() <= asked.front();
    case Is::kGreater:
      return value.front() > asked.front();
    case Is::kAtLeast:
      return value.front() >= asked.front();
    default:
      if constexpr (requires { value.front().starts_with(asked.front()); }) {
        return value.front().starts_with(asked.front());
      }
      return false;
  }
}

using Keys = std::vector<std::string>;
Keys keys_of(const std::vector<Thing>& things) {
  Keys keys;
  for (const Thing& one : things) keys.push_back(one.id->text());
  return keys;
}

// The keys of those that meet the test, by the member and then the key.
template <auto member, typename Values>
Keys wanted(std::vector<Thing> all, Is test, const Values& asked, Direct direct) {
  std::erase_if(all, [&](const Thing& one) { return !meets(value_of(one.*member), test, asked); });
  std::ranges::sort(all, [&](const Thing& a, const Thing& b) {
    const auto left = value_of(a.*member), right = value_of(b.*member);
    const bool less = left == right ? a.id->text() < b.id->text() : left < right;
    return direct == Direct::kAscending ? less : !less && a.id != b.id;
  });
  return keys_of(all);
}

// --- Every test of one member.

using Found = Task<std::vector<Thing>>;

// What one query found, and what it should have.
struct Check {
  std::string place;
  Found found;
  Keys wanted;
};
struct CountCheck {
  std::string place;
  Task<std::uint64_t> count;
  size_t wanted;
};

// Makes checks of queries; a plain object, so that one coroutine can await them all.
class Checks {
 public:
  Checks(Ctx& c, std::vector<Thing> all) : c_(c), all_(std::move(all)) {}

  [[nodiscard]] const std::vector<Thing>& all() const { return all_; }
  static Query<Thing> rows() { return from<Thing>().limit(1'000); }

  // The list in both directions, the second one in part, and the count.
  template <auto member, Is test, typename Q, typename Values>
  void expect(Q query, const Values& asked) {
    const std::string place =
        "test " + std::to_string(int{static_cast<uint8_t>(test)}) + ", " + typeid(Values).name();
    const Keys up = wanted<member>(all_, test, asked, Direct::kAscending);
    checks.push_back({place, c_.db().list(Query(query).template sort<member>()), up});
    Keys down = wanted<member>(all_, test, asked, Direct::kDescending);
    if (!down.empty()) down.erase(down.begin());
    down.resize(std::min<size_t>(7, down.size()));
    auto backwards = Query(query).template sort<member, Direct::kDescending>();
    checks.push_back({place, c_.db().list(std::move(backwards).offset(1).limit(7)), down});
    counts.push_back({place, c_.db().count(query), up.size()});
  }

  // Tests that no index takes part in, made of each row that another condition finds.
  template <auto member, Is test, typename Q, typename Values>
  void expect_beside(Q query, const Values& asked) {
    Keys keys;
    for (const Thing& one : all_) {
      if (one.flag && meets(value_of(one.*member), test, asked)) keys.push_back(one.id->text());
    }
    checks.push_back({"beside another",
                      c_.db().list(std::move(query).template where<&Thing::flag>(true)), keys});
  }

  template <auto member, typename V>
  void expect_each(V value, V other) {
    const std::vector<V> many{value, other};
    const auto one = value_of(value);
    auto both = one;
    both.push_back(value_of(other).front());
    expect<member, Is::kEqual>(rows().template where<member>(value), one);
    expect<member, Is::kLess>(rows().template where<member, Is::kLess>(value), one);
    expect<member, Is::kAtMost>(rows().template where<member, Is::kAtMost>(value), one);
    expect<member, Is::kGreater>(rows().template where<member, Is::kGreater>(value), one);
    expect<member, Is::kAtLeast>(rows().template where<member, Is::kAtLeast>(value), one);
    expect<member, Is::kIn>(rows().template where<member, Is::kIn>(many), both);
    expect<member, Is::kNull>(rows().template where<member, Is::kNull>(), one);
    expect<member, Is::kNotNull>(rows().template where<member, Is::kNotNull>(), one);
    expect_beside<member, Is::kNotEqual>(rows().template where<member, Is::kNotEqual>(value), one);
    expect_beside<member, Is::kNotIn>(rows().template where<member, Is::kNotIn>(many), both);
    expect_beside<member, Is::kEqual>(rows().template where_if<member>(std::optional(value)), one);
  }

  void expect_prefix(const std::string& prefix) {
    const std::vector<std::string> asked{prefix};
    expect<&Thing::text, Is::kPrefix>(rows().where<&Thing::text, Is::kPrefix>(prefix), asked);
    expect<&Thing::maybe, Is::kPrefix>(rows().where<&Thing::maybe, Is::kPrefix>(prefix), asked);
    expect<&Thing::level, Is::kPrefix>(rows().where<&Thing::level, Is::kPrefix>(prefix), asked);
  }

  // A set of conditions that there may be.
  void expect_optional(std::optional<bool> flag, std::optional<int32_t> small,
                       std::optional<std::vector<Level>> levels) {
    Keys keys;
    for (const Thing& one : all_) {
      const bool is_level =
          !levels || std::ranges::find(*levels, one.level.value()) != levels->end();
      const bool is_wanted = (!flag || one.flag == *flag) && (!small || one.small == *small);
      if (is_level && is_wanted) keys.push_back(one.id->text());
    }
    auto query = rows()
                     .where_if<&Thing::flag>(flag)
                     .where_if<&Thing::small>(small)
                     .where_if<&Thing::level, Is::kIn>(levels);
    checks.push_back({"optional", c_.db().list(query), keys});
    counts.push_back({"optional", c_.db().count(query), keys.size()});
  }

  std::vector<Check> checks;
  std::vector<CountCheck> counts;

 private:
  Ctx& c_;
  std::vector<Thing> all_;
};

void expect_all(Checks& checks) {
  const std::vector<Thing>& all = checks.all();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  checks.expect_each<&Thing::id>(*all[5].id, *all[8].id);
  checks.expect_each<&Thing::text>(std::string("plain"), std::string("ä€\U0001F600"));
  checks.expect_each<&Thing::maybe>(std::string(), std::string("there"));
  checks.expect_each<&Thing::gone>(int64_t{-7}, kMost);
  checks.expect_each<&Thing::day>(Date{20'000}, Date{-719'528});
  checks.expect_each<&Thing::price>(*Decimal::parse("39.90"), *Decimal::parse("-0.5"));
  checks.expect_each<&Thing::amount>(*Decimal::parse("-2.5"), Decimal());
  checks.expect_each<&Thing::small>(int32_t{0}, int32_t{1'000'000'000});
  checks.expect_each<&Thing::ratio>(0.1, -5e-324);
  checks.expect_each<&Thing::flag>(true, false);
  checks.expect_each<&Thing::mood>(servanda::Open(ThingMood::kBad),
                                   servanda::Open(ThingMood::kGood));
  checks.expect_each<&Thing::owner>(Uuid{{1, 2, 3, 0xff}}, Uuid{});
  checks.expect_each<&Thing::since>(Timestamp{0}, Timestamp{7});
  for (const char* prefix : {"", "p", "ä", "low", "\xff"}) checks.expect_prefix(prefix);
  for (int with = 0; with < 8; ++with) {
    std::optional<bool> flag;
    std::optional<int32_t> small;
    std::optional<std::vector<Level>> levels;
    if ((with & 1) != 0) flag = true;
    if ((with & 2) != 0) small = 0;
    if ((with & 4) != 0) levels.emplace({Level::kHigh});
    checks.expect_optional(flag, small, levels);
  }
}

Task<op::WriteThings::Out> write_things(Ctx& c) {
  Things things(23);
  for (int i = 0; i < kThings; ++i) {
    const Thing made = things.next();
    co_await c.db().insert(made);
  }
  co_return op::WriteThings::NoContent204{};
}

Task<op::ReadThings::Out> read_things(Ctx& c) {
  std::vector<Thing> all = co_await c.db().list(from<Thing>().limit(1'000));
  EXPECT_EQ(all.size(), size_t{kThings});
  Checks checks(c, std::move(all));
  if (checks.all().size() == kThings) expect_all(checks);
  EXPECT_GT(checks.checks.size(), 200u);
  for (Check& one : checks.checks) {
    const std::vector<Thing> found = co_await one.found;
    EXPECT_EQ(keys_of(found), one.wanted) << one.place;
  }
  for (CountCheck& one : checks.counts) {
    const std::uint64_t count = co_await one.count;
    EXPECT_EQ(count, one.wanted) << one.place;
  }
  co_return op::ReadThings::NoContent204{};
}

TEST(GeneratedQueries, FindWhatLookingAtEveryRowFinds) {
  servanda::App app;
  app.handle<op::WriteThings>([](Ctx& c, op::WriteThings::In) { return write_things(c); });
  app.handle<op::ReadThings>([](Ctx& c, op::ReadThings::In) { return read_things(c); });
  servanda::TestServer server(app, {.contract = SERVANDA_SOURCE_DIR "/test/generated/rows.yaml"});
  EXPECT_EQ(server.request("POST", "/write").status, 204) << server.log();
  EXPECT_EQ(server.request("POST", "/read").status, 204) << server.log();
}

Task<op::ReadThings::Out> compare_with_no_number(Ctx& c) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  co_await c.db().list(from<Thing>().where<&Thing::ratio>(none));
  co_return op::ReadThings::NoContent204{};
}

TEST(GeneratedQueries, RefuseWhatIsNoNumber) {
  servanda::App app;
  app.handle<op::WriteThings>([](Ctx& c, op::WriteThings::In) { return write_things(c); });
  app.handle<op::ReadThings>([](Ctx& c, op::ReadThings::In) { return compare_with_no_number(c); });
  servanda::TestServer server(app, {.contract = SERVANDA_SOURCE_DIR "/test/generated/rows.yaml"});
  const auto answer = server.request("POST", "/read");
  EXPECT_EQ(answer.status, 500);
  EXPECT_NE(answer.body.find("\\\"ratio\\\" of Thing cannot be compared"), std::string::npos)
      << answer.body;
}

// --- Tables

using Table = servanda::internal::TableOf<Thing>;

class GeneratedTables : public ::testing::Test {
 protected:
  GeneratedTables()
      : plan_(servanda::test::compile_file(SERVANDA_SOURCE_DIR "/test/generated/rows.yaml")) {}
  [[nodiscard]] const servanda::Resource& thing() const { return plan_->resources.front(); }

  std::shared_ptr<const servanda::Plan> plan_;
};

TEST_F(GeneratedTables, HaveTheIndexesOfTheContract) {
  EXPECT_EQ(Table::key(), thing().key);
  EXPECT_EQ(Table::deleted(), thing().soft_delete->deleted);
  EXPECT_EQ(Table::kUsual, thing().usual_rows());
  ASSERT_EQ(Table::index_count(), thing().indexes.size());
  EXPECT_GE(Table::index_count(), 20u);
  for (size_t i = 0; i < Table::index_count(); ++i) {
    const servanda::IndexShape shape = Table::index(i);
    const servanda::Index& index = thing().indexes[i];
    EXPECT_EQ(std::vector<IndexKey>(shape.keys.begin(), shape.keys.end()), index.keys) << i;
    EXPECT_EQ(shape.unique, index.unique) << i;
    EXPECT_EQ(shape.rows, index.rows) << i;
  }
}

template <auto member>
void expect_column(const servanda::Resource& resource, std::string_view name) {
  EXPECT_EQ(Table::column<member>(), resource.property_index(name)) << name;
}

TEST_F(GeneratedTables, HaveTheMembersOfProperties) {
  expect_column<&Thing::id>(thing(), "id");
  expect_column<&Thing::text>(thing(), "text");
  expect_column<&Thing::gone>(thing(), "gone");
  expect_column<&Thing::level>(thing(), "level");
  expect_column<&Thing::mood>(thing(), "mood");
  expect_column<&Thing::size>(thing(), "size");
  expect_column<&Thing::secret>(thing(), "secret");
  expect_column<&Thing::updated_at>(thing(), "updatedAt");
  using servanda::internal::kNoColumn;
  EXPECT_EQ(Table::column<&Thing::doubled>(), kNoColumn) << "computed";
  EXPECT_EQ(Table::column<&Thing::label>(), kNoColumn) << "computed";
  EXPECT_EQ(Table::column<&Thing::list>(), kNoColumn) << "JSON";
  EXPECT_EQ(Table::column<&Thing::box>(), kNoColumn) << "JSON";
  EXPECT_EQ(Table::column<&Thing::word>(), kNoColumn) << "of two types";
  EXPECT_EQ(Table::column<&Thing::raw>(), kNoColumn) << "JSON";
}

// The compiler's choice is the engine's: random tests and orders.
TEST_F(GeneratedTables, ServeWhatTheEngineServes) {
  servanda::SeededRng rng(5);
  const auto below = [&](uint64_t most) { return static_cast<uint16_t>(rng.next() % most); };
  const uint64_t properties = thing().properties.size();
  const Table table;
  int served = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<AskedTest> tests;
    for (int n = below(4); n > 0; --n) {
      tests.push_back({below(properties), static_cast<Is>(below(11))});
    }
    std::vector<IndexKey> order;
    for (int n = below(3); n > 0; --n) order.push_back({below(properties), below(2) == 1});
    order.push_back({thing().key, below(2) == 1});
    const auto rows = static_cast<RowScope>(below(3));
    const servanda::IndexRule rule(table, tests, rows);
    const auto by_type = rule.for_order(order);
    const auto by_plan = servanda::find_index(thing(), tests, order, rows);
    ASSERT_EQ(by_type.has_value(), by_plan.has_value()) << i;
    ASSERT_EQ(rule.for_count().has_value(),
              servanda::find_count_index(thing(), tests, rows).has_value())
        << i;
    if (!by_type) continue;
    ++served;
    const bool is_table = by_type->number == servanda::IndexWay::kTable;
    EXPECT_EQ(is_table ? nullptr : &thing().indexes[by_type->number], by_plan->index) << i;
  }
  EXPECT_GT(served, 1'000);
}

}  // namespace
}  // namespace gen::rows
