// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/list_search.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include "store/sqlite/list_value.h"

namespace servanda::internal {
namespace {

// The tightest bounds of one property.
class Bounds {
 public:
  void add(const PlannedCondition& planned) {
    const Condition& condition = planned.condition;
    if (condition.test == FilterTest::kPrefix) {
      add(FilterTest::kAtLeast, condition.value);
      if (planned.end) add(FilterTest::kLess, *planned.end);
    } else {
      add(condition.test, condition.value);
    }
  }
  void add(FilterTest test, const Value& value) {
    switch (test) {
      case FilterTest::kGreater:
      case FilterTest::kAtLeast:
        return tighten(lower_, lower_test_, test, value, 1);
      case FilterTest::kLess:
      case FilterTest::kAtMost:
        return tighten(upper_, upper_test_, test, value, -1);
      default:
        not_null_ = true;
    }
  }
  // Any bound keeps NULL out, so that a test for it is needed only where there is none.
  void append(std::vector<SearchTerm>& terms, uint16_t property, bool searched) const {
    if (lower_) terms.push_back({property, lower_test_, searched, false, *lower_, {}});
    if (upper_) terms.push_back({property, upper_test_, searched, false, *upper_, {}});
    if (lower_ || upper_ || !not_null_) return;
    terms.push_back({property, FilterTest::kNotNull, searched, false, {}, {}});
  }

 private:
  static void tighten(std::optional<Value>& bound, FilterTest& bound_test, FilterTest test,
                      const Value& value, int tighter) {
    const int place = bound ? compare_values(value, *bound) : tighter;
    const bool strict = test == FilterTest::kGreater || test == FilterTest::kLess;
    if (place != tighter && (place != 0 || !strict)) return;
    bound = value;
    bound_test = test;
  }

  std::optional<Value> lower_;
  std::optional<Value> upper_;
  FilterTest lower_test_ = FilterTest::kAtLeast;
  FilterTest upper_test_ = FilterTest::kAtMost;
  bool not_null_ = false;
};

class SearchMaker {
 public:
  SearchMaker(Search& search, const ListPlan& plan, ListRange range)
      : search_(search), plan_(plan), range_(range) {}

  bool make(const Value* merged) {
    search_.terms.clear();
    search_.order.clear();
    search_.order_columns.clear();
    equal_keys_ = count_equal_keys();
    if (!hold_constants(merged)) return false;
    hold_place();
    for (const PlannedCondition& planned : plan_.conditions) {
      if (!place(planned)) return false;
    }
    if (has_bounded_key()) {
      bounds_.append(search_.terms, bounded_key().key.property, !plan_.use.single);
    }
    if (plan_.purpose == ListPurpose::kPage) set_order();
    if (search_.columns == SearchColumns::kOrder) set_order_columns();
    search_.index = plan_.use.index;
    search_.gone = plan_.gone;
    // All rows are counted by whatever SQLite reads fastest.
    const bool all =
        search_.columns == SearchColumns::kCount && search_.terms.empty() && !search_.gone;
    search_.pin = all ? Search::Pin::kNone : Search::Pin::kIndex;
    return true;
  }

 private:
  // A property that has one value throughout the range.
  struct Fixed {
    uint16_t property = 0;
    const Value* value = nullptr;
  };

  void fix(uint16_t property, const Value* value, bool searched) {
    fixed_[fixed_count_++] = {property, value};
    const FilterTest test = value->is_null() ? FilterTest::kNull : FilterTest::kEqual;
    search_.terms.push_back({property, test, searched, is_implied(property), *value, {}});
  }
  // Of an index of live rows, SQLite must see that no others are asked for.
  [[nodiscard]] bool is_implied(uint16_t property) const {
    const Index* index = plan_.use.index;
    return index && index->rows == RowScope::kLive &&
           property == plan_.resource->soft_delete->deleted;
  }
  [[nodiscard]] const Value* fixed_value(uint16_t property) const {
    for (size_t i = 0; i < fixed_count_; ++i) {
      if (fixed_[i].property == property) return fixed_[i].value;
    }
    return nullptr;
  }

  [[nodiscard]] bool is_constant(uint16_t property) const {
    return std::any_of(plan_.conditions.begin(), plan_.conditions.end(),
                       [&](const PlannedCondition& planned) {
                         return planned.holds_value && planned.condition.property == property;
                       });
  }
  [[nodiscard]] std::span<const IndexKey> index_keys() const {
    if (plan_.use.index) return plan_.use.index->keys;
    return {};
  }
  // The keys of `rest` that the range holds.
  [[nodiscard]] size_t places_held() const {
    return range_.equal + (range_.beyond == ListRange::Beyond::kNull ? 1 : 0);
  }
  // The leading keys of the index that have one value throughout the range: those the plan holds,
  // then those of the last row's place, constants between and behind them included.
  [[nodiscard]] size_t count_equal_keys() const {
    const std::span<const IndexKey> keys = index_keys();
    size_t at = plan_.use.equal;
    for (size_t place = 0; at < keys.size(); ++at) {
      const uint16_t property = keys[at].property;
      if (place < places_held() && plan_.rest[place].key.property == property) {
        ++place;
      } else if (!is_constant(property)) {
        break;
      }
    }
    return at;
  }
  [[nodiscard]] bool is_searched(uint16_t property) const {
    if (plan_.is_held(property)) return true;
    const std::span<const IndexKey> keys = index_keys();
    const auto end = keys.begin() + static_cast<ptrdiff_t>(std::min(equal_keys_, keys.size()));
    return std::any_of(keys.begin(), end,
                       [&](const IndexKey& key) { return key.property == property; });
  }

  bool hold_constants(const Value* merged) {
    for (const PlannedCondition& planned : plan_.conditions) {
      if (!planned.holds_value) continue;
      const uint16_t property = planned.condition.property;
      const Value& value = planned.condition.value;
      if (value.is_null() && property == plan_.resource->key) return false;
      fix(property, &value, is_searched(property));
    }
    if (merged) fix(*plan_.use.merged, merged, true);
    return true;
  }

  // Where each search finds one row, the order's columns take no part in it.
  void hold_place() {
    static constexpr Value kNull{};
    for (size_t i = 0; i < range_.equal; ++i) {
      fix(plan_.rest[i].key.property, &plan_.rest[i].after, !plan_.use.single);
    }
    if (!has_bounded_key()) {
      if (range_.beyond == ListRange::Beyond::kNull) {
        fix(plan_.rest[range_.equal].key.property, &kNull, !plan_.use.single);
      }
      return;
    }
    const Value& after = bounded_key().after;
    if (range_.beyond == ListRange::Beyond::kGreater) bounds_.add(FilterTest::kGreater, after);
    if (range_.beyond == ListRange::Beyond::kLess) bounds_.add(FilterTest::kLess, after);
    if (range_.beyond == ListRange::Beyond::kNotNull) bounds_.add(FilterTest::kNotNull, after);
  }

  // The key behind the fixed ones, which the range bounds.
  [[nodiscard]] bool has_bounded_key() const {
    return range_.equal < plan_.rest_count && range_.beyond != ListRange::Beyond::kNull;
  }
  [[nodiscard]] const PlannedKey& bounded_key() const { return plan_.rest[range_.equal]; }

  bool place(const PlannedCondition& planned) {
    const Condition& condition = planned.condition;
    if (planned.holds_value) return true;
    if (const Value* value = fixed_value(condition.property)) return meets(condition, *value);
    if (has_bounded_key() && bounded_key().key.property == condition.property &&
        is_bound(condition.test)) {
      bounds_.add(planned);
      return true;
    }
    if (condition.test == FilterTest::kPrefix) {
      Bounds own;
      own.add(planned);
      own.append(search_.terms, condition.property, false);
      return true;
    }
    // A count has no use for rows in order, so it leaves the values of the search to SQLite.
    const bool searched = plan_.purpose == ListPurpose::kCount &&
                          plan_.use.merged == condition.property && !in_searched_ &&
                          condition.test == FilterTest::kIn;
    in_searched_ = in_searched_ || searched;
    search_.terms.push_back(
        {condition.property, condition.test, searched, false, condition.value, condition.values});
    return true;
  }

  // Keys that are equal throughout the range say nothing about its order. A constant among those
  // that remain is named all the same: SQLite takes an index for sorted only key by key.
  void set_order() {
    if (plan_.use.single) return;
    const std::span<const IndexKey> keys = index_keys();
    size_t at = equal_keys_;
    for (size_t i = places_held(); i < plan_.rest_count; ++i) {
      const IndexKey wanted = plan_.rest[i].key;
      const auto found =
          std::find_if(keys.begin() + static_cast<ptrdiff_t>(std::min(at, keys.size())), keys.end(),
                       [&](const IndexKey& key) { return key.property == wanted.property; });
      if (found != keys.end()) {
        const size_t end = static_cast<size_t>(found - keys.begin());
        const bool against = found->descending != wanted.descending;
        for (; at < end; ++at) {
          search_.order.push_back({keys[at].property, keys[at].descending != against});
        }
        ++at;
      }
      search_.order.push_back(wanted);
    }
  }

  void set_order_columns() {
    for (size_t i = 0; i < plan_.key_count; ++i) {
      const PlannedKey& planned = plan_.keys[i];
      if (!planned.by) search_.order_columns.push_back(planned.key.property);
    }
  }

  Search& search_;
  const ListPlan& plan_;
  const ListRange range_;
  Bounds bounds_;
  Fixed fixed_[kConditionsMax + kOrderKeysMax + 3];
  size_t fixed_count_ = 0;
  size_t equal_keys_ = 0;
  bool in_searched_ = false;
};

// The number of parameters for so many values: few different ones, so that few statements do.
size_t slots_of(size_t values) {
  size_t slots = 1;
  while (slots < values) slots *= 2;
  return std::min(slots, kInValuesMax);
}

void append_number(std::string& key, uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) key += static_cast<char>(number >> (8 * i));
}

// What no value of the column is below, to keep NULL out by a comparison: the planner counts IS NOT
// NULL as a bound that narrows nothing, and may choose another way for it.
std::string_view least_literal(ColumnType type) {
  if (type == ColumnType::kDecimal) return "x''";  // Its order column.
  const std::string_view storage = storage_class(type);
  if (storage == "TEXT") return "''";
  if (storage == "BLOB") return "x''";
  return storage == "REAL" ? "-9e999" : "-9223372036854775808";
}

std::string slots(size_t values) {
  std::string text = "(?";
  for (size_t i = 1; i < slots_of(values); ++i) text += ", ?";
  return text + ")";
}

void append_term(std::string& sql, const TableShape& shape, const SearchTerm& term) {
  const std::string& bare = shape.compared[term.property];
  const std::string column = term.searched || term.implied ? bare : "+" + bare;
  switch (term.test) {
    case FilterTest::kEqual:
      sql += column + " = ?";
      return;
    case FilterTest::kNotEqual:
      sql += column + " IS NOT ?";
      return;
    case FilterTest::kLess:
      sql += column + " < ?";
      return;
    case FilterTest::kAtMost:
      sql += column + " <= ?";
      return;
    case FilterTest::kGreater:
      sql += column + " > ?";
      return;
    case FilterTest::kAtLeast:
    case FilterTest::kPrefix:
      sql += column + " >= ?";
      return;
    case FilterTest::kIn:
      sql += column + " IN " + slots(term.values.size());
      return;
    case FilterTest::kNotIn:
      sql += "(" + column + " IS NULL OR " + column + " NOT IN " + slots(term.values.size()) + ")";
      return;
    case FilterTest::kNull:
      sql += column + " IS NULL";
      return;
    case FilterTest::kNotNull:
      if (!term.searched) {
        sql += column + " IS NOT NULL";
      } else {
        sql += column + " >= ";
        sql += least_literal(shape.types[term.property]);
      }
      return;
  }
}

std::string columns_sql(const TableShape& shape, const Search& search) {
  if (search.columns == SearchColumns::kRow) return shape.columns;
  std::string columns = "1";
  if (search.columns == SearchColumns::kOrder) {
    columns.clear();
    for (const uint16_t property : search.order_columns) {
      if (!columns.empty()) columns += ", ";
      columns += shape.compared[property];
    }
  }
  return columns;
}

std::string pin_sql(const TableShape& shape, const Index* index) {
  if (index) return " INDEXED BY " + quoted(index->name);
  // An integer key is the rowid; another one has an index of SQLite's own.
  if (storage_class(shape.types[shape.key]) == "INTEGER") return " NOT INDEXED";
  return " INDEXED BY " + shape.key_index;
}

}  // namespace

bool make_search(Search& search, const ListPlan& plan, ListRange range, const Value* merged) {
  return SearchMaker(search, plan, range).make(merged);
}

void append_search_key(std::string& key, const TableShape& shape, const Search& search) {
  append_number(key, shape.id, 8);
  append_number(key, static_cast<uint64_t>(search.columns), 1);
  append_number(key, static_cast<uint64_t>(search.offset), 1);
  append_number(key, static_cast<uint64_t>(search.pin), 1);
  append_number(key, (search.index ? 1 : 0) + (search.gone ? 2 : 0), 1);
  if (search.index) {
    append_number(key, search.index->name.size(), 2);
    key += search.index->name;
  }
  append_number(key, search.terms.size(), 1);
  for (const SearchTerm& term : search.terms) {
    append_number(key, term.property, 2);
    append_number(key, static_cast<uint64_t>(term.test), 1);
    append_number(key, (term.searched ? 1 : 0) + (term.implied ? 2 : 0), 1);
    if (is_list_test(term.test)) append_number(key, slots_of(term.values.size()), 1);
  }
  append_number(key, search.order.size(), 1);
  for (const IndexKey& order : search.order) {
    append_number(key, order.property, 2);
    append_number(key, order.descending, 1);
  }
  for (const uint16_t property : search.order_columns) append_number(key, property, 2);
}

std::string search_sql(const TableShape& shape, const Search& search) {
  std::string sql = "SELECT " + columns_sql(shape, search) + " FROM " + shape.table;
  if (search.pin == Search::Pin::kIndex) sql += pin_sql(shape, search.index);
  for (const SearchTerm& term : search.terms) {
    sql += &term == search.terms.data() ? " WHERE " : " AND ";
    append_term(sql, shape, term);
  }
  if (search.gone) {
    const std::string deleted = "+" + shape.compared[shape.soft_delete->deleted];
    sql += search.terms.empty() ? " WHERE (" : " AND (";
    sql += deleted + " IS NULL OR " + deleted + " > ?)";
  }
  for (const IndexKey& key : search.order) {
    sql += &key == search.order.data() ? " ORDER BY " : ", ";
    sql += shape.compared[key.property];
    if (key.descending) sql += " DESC";
  }
  sql += " LIMIT ?";
  if (search.offset == Search::Offset::kGiven) sql += " OFFSET ?";
  if (search.columns == SearchColumns::kCount) sql = "SELECT count(*) FROM (" + sql + ")";
  return sql;
}

void bind_search(Statement& statement, const Search& search, uint64_t limit, uint64_t offset) {
  int at = 1;
  for (const SearchTerm& term : search.terms) {
    if (is_list_test(term.test)) {
      // The last value takes the slots that are left.
      const size_t slots = slots_of(term.values.size());
      for (size_t i = 0; i < slots; ++i) {
        statement.bind(at++, term.values[std::min(i, term.values.size() - 1)]);
      }
    } else if (term.test != FilterTest::kNull && term.test != FilterTest::kNotNull) {
      statement.bind(at++, term.value);
    }
  }
  if (search.gone) statement.bind(at++, *search.gone);
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  statement.bind_integer(at++, static_cast<int64_t>(std::min(limit, kMost)));
  if (search.offset == Search::Offset::kGiven) {
    statement.bind_integer(at++, static_cast<int64_t>(std::min(offset, kMost)));
  }
}

}  // namespace servanda::internal
