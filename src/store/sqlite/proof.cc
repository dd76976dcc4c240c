// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/proof.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "contract/plan/index_use.h"
#include "store/sqlite/list_plan.h"
#include "store/sqlite/list_search.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/table.h"

namespace servanda {
namespace internal {
namespace {

using Tests = std::vector<AskedTest>;

// A value of the type, one of three in ascending order. Those of filters are chosen so that the
// middle one meets all of them: a range that holds nothing would prove nothing.
enum class Level : uint8_t { kLow, kMiddle, kHigh };
Value sample(ColumnType type, Level level) {
  static constexpr std::array<std::string_view, 3> kTexts = {"a", "m", "z"};
  static constexpr std::array<std::string_view, 3> kUuids = {"aaaaaaaaaaaaaaaa", "mmmmmmmmmmmmmmmm",
                                                             "zzzzzzzzzzzzzzzz"};
  static constexpr std::array<std::string_view, 3> kDecimals = {"1", "2", "3"};
  const auto at = static_cast<size_t>(level);
  switch (type) {
    case ColumnType::kText:
    case ColumnType::kJson:
      return Value::of_text(kTexts[at]);
    case ColumnType::kUuid:
      return Value::of_bytes(kUuids[at]);
    case ColumnType::kDecimal:
      return Value::of_text(kDecimals[at]);
    case ColumnType::kNumber:
      return Value::of_number(static_cast<double>(at));
    default:
      return Value::of_integer(static_cast<int64_t>(at));
  }
}

Condition sample_condition(const Resource& resource, const AskedTest& asked, Arena& arena) {
  const ColumnType type = resource.properties[asked.property].type;
  Condition condition{asked.property, asked.test, {}, {}};
  switch (asked.test) {
    case FilterTest::kLess:
    case FilterTest::kAtMost:
      condition.value = sample(type, Level::kHigh);
      break;
    case FilterTest::kNotEqual:
    case FilterTest::kGreater:
    case FilterTest::kAtLeast:
      condition.value = sample(type, Level::kLow);
      break;
    case FilterTest::kIn:
    case FilterTest::kNotIn: {
      const size_t count = asked.test == FilterTest::kIn ? 3 : 1;
      Value* values = arena.array<Value>(count);
      for (size_t i = 0; i < count; ++i) {
        new (values + i) Value(sample(type, static_cast<Level>(i)));
      }
      condition.values = {values, count};
      break;
    }
    case FilterTest::kEqual:
    case FilterTest::kPrefix:
      condition.value = sample(type, Level::kMiddle);
      break;
    case FilterTest::kNull:
    case FilterTest::kNotNull:
      break;
  }
  return condition;
}

// One thing that a request may ask, by one filter.
struct Choice {
  AskedTest asked;
  size_t filter = 0;
};

// The sets of filters of one list operation, in the order they are tried.
class FilterSets {
 public:
  FilterSets(const Operation& operation, const ListProfile& list) {
    for (size_t i = 0; i < list.filters.size(); ++i) {
      const ListFilter& filter = list.filters[i];
      const AskedTest asked{filter.property, filter.test};
      const Parameter& parameter = operation.parameters[filter.parameter];
      const bool either = filter.test == FilterTest::kNull;  // Null is wanted, or is not.
      if (parameter.required && filter.member.empty() && !either) {
        required_.push_back(asked);
        continue;
      }
      choices_.push_back({asked, i});
      if (either) choices_.push_back({{filter.property, FilterTest::kNotNull}, i});
    }
    const size_t all = choices_.size();
    for (size_t size = 0; size <= std::min<size_t>(2, all); ++size) grow(size, 0);
    add_all(choices_.begin(), choices_.end());
    add_all(choices_.rbegin(), choices_.rend());
    for (size_t size = 3; size < all; ++size) grow(size, 0);
  }

  [[nodiscard]] const std::vector<Tests>& sets() const { return sets_; }

 private:
  [[nodiscard]] bool is_full() const { return sets_.size() == kFilterSetsMax; }

  void add(const std::vector<const Choice*>& chosen) {
    Tests tests = required_;
    for (const Choice* choice : chosen) tests.push_back(choice->asked);
    // A larger one is refused before it reaches an index.
    if (!is_full() && tests.size() <= kConditionsMax) sets_.push_back(std::move(tests));
  }

  // Every set of `size` more choices from `first` on, each of another filter.
  void grow(size_t size, size_t first) {
    if (size == 0) return add(chosen_);
    for (size_t i = first; i + size <= choices_.size() && !is_full(); ++i) {
      if (!chosen_.empty() && chosen_.back()->filter == choices_[i].filter) continue;
      chosen_.push_back(&choices_[i]);
      grow(size - 1, i + 1);
      chosen_.pop_back();
    }
  }

  template <typename Iterator>
  void add_all(Iterator from, Iterator to) {
    std::vector<const Choice*> chosen;
    for (; from != to; ++from) {
      if (chosen.empty() || chosen.back()->filter != from->filter) chosen.push_back(&*from);
    }
    add(chosen);
  }

  Tests required_;
  std::vector<Choice> choices_;
  std::vector<const Choice*> chosen_;
  std::vector<Tests> sets_;
};

size_t count_of(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

// Whether one step of SQLite's plan is what a list may do. `searched` columns find the rows.
bool is_allowed(std::string_view step, size_t searched) {
  if (step.starts_with("CO-ROUTINE ") || step == "SCAN (subquery-1)") return true;
  if (step.starts_with("SCAN ")) return searched == 0;
  if (!step.starts_with("SEARCH ")) return false;
  return count_of(step, "=?") + count_of(step, ">?") + count_of(step, "<?") >= searched;
}

// Proves the statements of one resource's lists.
class ListProver {
 public:
  ListProver(Database& database, const Resource& resource)
      : database_(database), resource_(resource), shape_(registry_.shape_of(resource)) {}

  Result<void> prove(const Operation& operation) {
    Result<void> proven = prove_rows(operation, RowScope::kLive);
    if (proven && operation.resource->include_deleted_parameter) {
      proven = prove_rows(operation, RowScope::kAll);
    }
    return proven;
  }

 private:
  Result<void> prove_rows(const Operation& operation, RowScope rows) {
    const ListProfile& list = operation.resource->list;
    const FilterSets filters(operation, list);
    std::vector<std::vector<IndexKey>> orders = {list.default_sort};
    for (const SortChoice& sort : list.sorts) orders.push_back(sort.keys);
    for (const std::vector<IndexKey>& order : orders) {
      for (const Tests& tests : filters.sets()) {
        if (!find_index(resource_, tests, order, rows)) continue;
        Result<void> proven = prove_set(tests, order, rows);
        if (proven) continue;
        return fail(Code::kInternal,
                    "List operation \"" + operation.id + "\" is not served as its indexes promise" +
                        text_of(tests) + ": " + proven.error().message,
                    "list-proof");
      }
    }
    return {};
  }

  [[nodiscard]] std::string text_of(const Tests& tests) const {
    std::string text;
    for (const AskedTest& asked : tests) {
      text += text.empty() ? ", filtered by " : ", ";
      text += resource_.properties[asked.property].name;
      text += " (" + std::string(filter_test_text(asked.test)) + ")";
    }
    return text;
  }

  Result<void> prove_set(const Tests& tests, const std::vector<IndexKey>& order, RowScope rows) {
    arena_.reset();
    std::vector<Condition> conditions;
    for (const AskedTest& asked : tests) {
      conditions.push_back(sample_condition(resource_, asked, arena_));
    }
    ListQuery query;
    query.resource = &resource_;
    query.conditions = conditions;
    query.order = order;
    query.rows = rows;
    Result<void> proven = prove_query(query, ListPurpose::kCount);
    if (proven) proven = prove_query(query, ListPurpose::kPage);
    if (!proven) return proven;
    std::vector<Value> after;
    for (const IndexKey& key : order) {
      after.push_back(sample(resource_.properties[key.property].type, Level::kMiddle));
    }
    query.after = after;
    proven = prove_query(query, ListPurpose::kPage);
    // Behind NULL in each place alone, then in all of them.
    for (size_t i = 0; i < after.size() && proven; ++i) {
      if (order[i].property == resource_.key) continue;
      const Value value = std::exchange(after[i], Value::null());
      proven = prove_query(query, ListPurpose::kPage);
      after[i] = value;
    }
    for (size_t i = 0; i < after.size(); ++i) {
      if (order[i].property != resource_.key) after[i] = Value::null();
    }
    if (proven) proven = prove_query(query, ListPurpose::kPage);
    return proven;
  }

  Result<void> prove_query(const ListQuery& query, ListPurpose purpose) {
    const bool page = purpose == ListPurpose::kPage;
    Result<void> fits =
        page ? check_list(*shape_, query, query.limit) : check_count(*shape_, query);
    if (!fits) return fits;
    const Result<ListPlan> plan = plan_list(*shape_, query, purpose, arena_);
    if (!plan) return std::unexpected<Error>(plan.error());
    std::vector<const Value*> streams;
    for (const Value& value : plan->merged) streams.push_back(&value);
    if (streams.empty()) streams.push_back(nullptr);
    for (const Value* merged : streams) {
      const ListRanges split = split_list(*plan, merged);
      for (size_t i = 0; i < split.count; ++i) {
        Result<void> proven = prove_range(*plan, split.ranges[i], merged);
        if (!proven) return proven;
      }
    }
    return {};
  }

  Result<void> prove_range(const ListPlan& plan, ListRange range, const Value* merged) {
    if (plan.purpose == ListPurpose::kCount) {
      return prove_range(plan, range, merged, SearchColumns::kCount);
    }
    if (!merged) return prove_range(plan, range, nullptr, SearchColumns::kRow);
    Result<void> proven = prove_range(plan, range, merged, SearchColumns::kOrder);
    if (!proven || plan.key_of_merged() == nullptr) return proven;
    return prove_range(plan, range, merged, SearchColumns::kRow);
  }

  Result<void> prove_range(const ListPlan& plan, ListRange range, const Value* merged,
                           SearchColumns columns) {
    search_.columns = columns;
    if (!make_search(search_, plan, range, merged)) return {};
    size_t searched = 0;
    for (const SearchTerm& term : search_.terms) searched += term.searched ? 1 : 0;
    const std::string sql = search_sql(*shape_, search_);
    if (plan.conditions.size() > plan.own_conditions && searched == 0) {
      return fail(Code::kInternal, "no column finds the rows of " + sql);
    }
    return prove_statement(sql, searched);
  }

  Result<void> prove_statement(const std::string& sql, size_t searched) {
    if (!proven_.insert(sql).second) return {};
    Result<Statement> steps = database_.prepare("EXPLAIN QUERY PLAN " + sql);
    if (!steps) return fail(Code::kInternal, "SQLite refuses " + sql);
    std::string plan;
    bool allowed = true;
    Step step = steps->step();
    for (; step == Step::kRow; step = steps->step()) {
      plan += plan.empty() ? "" : "; ";
      plan += steps->text(3);
      allowed = allowed && is_allowed(steps->text(3), searched);
    }
    if (step == Step::kFailed) return std::unexpected<Error>(database_.error("proving a list"));
    if (allowed) return {};
    return fail(Code::kInternal, "SQLite runs " + sql + " as: " + plan);
  }

  Database& database_;
  const Resource& resource_;
  ShapeRegistry registry_;
  std::shared_ptr<const TableShape> shape_;
  std::unordered_set<std::string> proven_;
  Arena arena_;
  Search search_;
};

// Counts up when statements or the indexes that are derived change, so that old proofs are void.
constexpr int kProofRevision = 2;

std::string proof_text(const Plan& plan) {
  std::string text =
      plan.hash + " revision " + std::to_string(kProofRevision) + " sqlite " + sqlite3_libversion();
  for (const Resource& resource : plan.resources) {
    if (!resource.here) text += " without " + resource.name;
  }
  return text;
}

}  // namespace

Result<void> prove_lists(Database& database, const Plan& plan) {
  for (const Resource& resource : plan.resources) {
    if (!resource.here) continue;
    ListProver prover(database, resource);
    for (const Operation& operation : plan.operations) {
      if (!operation.resource || operation.resource->action != Action::kList ||
          operation.resource->resource != resource.index) {
        continue;
      }
      Result<void> proven = prover.prove(operation);
      if (!proven) return proven;
    }
  }
  return {};
}

Result<bool> is_proven(Database& database, const Plan& plan) {
  Result<Statement> found =
      database.prepare("SELECT 1 FROM _servanda WHERE name = 'proven' AND value = ?");
  if (!found) return pass(found);
  const std::string text = proof_text(plan);
  found->bind_text(1, text);
  const Step step = found->step();
  if (step == Step::kFailed) return std::unexpected<Error>(database.error("reading the schema"));
  return step == Step::kRow;
}

Result<void> remember_proof(Database& database, const Plan& plan) {
  Result<Statement> written = database.prepare(
      "INSERT INTO _servanda (name, value) VALUES ('proven', ?1) "
      "ON CONFLICT DO UPDATE SET value = ?1");
  if (!written) return pass(written);
  const std::string text = proof_text(plan);
  written->bind_text(1, text);
  if (written->step() == Step::kFailed) {
    return std::unexpected<Error>(database.error("writing the schema"));
  }
  return {};
}

}  // namespace internal

Result<void> prove_in_memory(const Plan& plan) {
  internal::Database::Options options;
  options.mode = internal::Database::Options::Mode::kMemory;
  options.value_bytes_max = SqliteOptions().value_bytes_max;
  Result<internal::Database> database = internal::Database::open("", options);
  if (!database) return pass(database);
  Result<void> made = internal::open_schema(*database, {});
  if (made) made = internal::apply_schema(*database, plan.resources, plan.hash);
  if (made) made = internal::prove_lists(*database, plan);
  return made;
}

}  // namespace servanda
