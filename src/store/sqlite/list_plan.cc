// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/list_plan.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "store/sqlite/list_value.h"

namespace servanda::internal {
namespace {

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message), "list-query");
}

std::unexpected<Error> wrong_value(const TableShape& shape, uint16_t property) {
  return wrong("A value for property \"" + shape.names[property] +
               "\" is missing or of another type than the property.");
}

Result<void> check_property(const TableShape& shape, uint16_t property) {
  if (property >= shape.types.size()) return wrong("The list names a property that is not there.");
  if (shape.types[property] == ColumnType::kJson) {
    return wrong("Property \"" + shape.names[property] +
                 "\" is JSON, by which a list can neither be filtered nor sorted.");
  }
  return {};
}

Result<void> check_condition(const TableShape& shape, const Condition& condition) {
  Result<void> property = check_property(shape, condition.property);
  if (!property) return property;
  const ColumnType type = shape.types[condition.property];
  const auto fits = [&](const Value& value) { return fits_type(type, value); };
  switch (condition.test) {
    case FilterTest::kNull:
    case FilterTest::kNotNull:
      return {};
    case FilterTest::kIn:
    case FilterTest::kNotIn:
      if (condition.values.empty() || condition.values.size() > kInValuesMax) {
        return wrong("A list of values to compare with has 1 to " + std::to_string(kInValuesMax) +
                     " of them.");
      }
      if (std::all_of(condition.values.begin(), condition.values.end(), fits)) return {};
      return wrong_value(shape, condition.property);
    case FilterTest::kPrefix:
      if (type != ColumnType::kText) {
        return wrong("Property \"" + shape.names[condition.property] +
                     "\" is not text and cannot be asked for by its beginning.");
      }
      break;
    default:
      break;
  }
  if (!fits(condition.value)) return wrong_value(shape, condition.property);
  return {};
}

Result<void> check_conditions(const TableShape& shape, std::span<const Condition> conditions) {
  if (conditions.size() > kConditionsMax) {
    return wrong("A list takes at most " + std::to_string(kConditionsMax) + " conditions.");
  }
  for (const Condition& condition : conditions) {
    Result<void> checked = check_condition(shape, condition);
    if (!checked) return checked;
  }
  return {};
}

Result<void> check_order(const TableShape& shape, std::span<const IndexKey> order) {
  if (order.empty() || order.size() > kOrderKeysMax) {
    return wrong("A list is sorted by 1 to " + std::to_string(kOrderKeysMax) + " properties.");
  }
  for (const IndexKey& key : order) {
    Result<void> property = check_property(shape, key.property);
    if (!property) return property;
  }
  if (order.back().property != shape.key) {
    return wrong("A list's order ends with the key, so that it is total.");
  }
  return {};
}

Result<void> check_place(const TableShape& shape, const ListQuery& query) {
  if (query.after.empty()) return {};
  if (query.offset != 0) {
    return wrong("A list goes on behind a row or passes over a number of rows, not both.");
  }
  bool fits = query.after.size() == query.order.size();
  for (size_t i = 0; i < query.order.size() && fits; ++i) {
    const uint16_t property = query.order[i].property;
    fits = query.after[i].is_null() ? property != shape.key
                                    : fits_type(shape.types[property], query.after[i]);
  }
  if (!fits) return wrong("The place to go on from does not fit the list's order.");
  return {};
}

bool can_be_null(const Resource& resource, uint16_t property) {
  const Property& p = resource.properties[property];
  return property != resource.key && (!p.required || p.nullable);
}

// Fills a plan.
class Planner {
 public:
  Planner(ListPlan& plan, const ListQuery& query, Arena& arena)
      : plan_(plan), query_(query), arena_(arena) {}

  Result<void> run() {
    plan_conditions();
    if (plan_.purpose == ListPurpose::kPage) plan_keys();
    AskedTest tests[kConditionsMax];
    size_t count = 0;
    for (const Condition& condition : query_.conditions) {
      tests[count++] = {condition.property, condition.test};
    }
    const std::span<const AskedTest> asked(tests, count);
    const std::optional<IndexUse> use =
        plan_.purpose == ListPurpose::kPage
            ? find_index(*plan_.resource, asked, query_.order, query_.rows)
            : find_count_index(*plan_.resource, asked, query_.rows);
    if (!use) return wrong("No index serves this combination of filters and sort order.");
    plan_.use = *use;
    if (plan_.purpose == ListPurpose::kCount) {
      plan_bounded_key();
      return {};
    }
    plan_merge();
    if (plan_.use.merged && query_.offset > kMergedOffsetMax) {
      return wrong("A list that compares with several values passes over at most " +
                   std::to_string(kMergedOffsetMax) + " rows.");
    }
    plan_rest();
    return {};
  }

 private:
  [[nodiscard]] Value compared(uint16_t property, const Value& value) {
    return compared_value(plan_.shape->types[property], value, arena_);
  }

  // Adds what keeps deleted rows out; how many conditions that takes.
  size_t hide_deleted(PlannedCondition* planned) {
    const std::optional<SoftDelete>& soft_delete = plan_.resource->soft_delete;
    if (!soft_delete) return 0;
    if (query_.rows != RowScope::kLive) {
      plan_.gone = Value::of_integer(query_.gone.us);
      return 0;
    }
    new (planned) PlannedCondition{{soft_delete->deleted, FilterTest::kNull, {}, {}}, {}, true};
    return 1;
  }

  void plan_conditions() {
    PlannedCondition* planned = arena_.array<PlannedCondition>(query_.conditions.size() + 1);
    plan_.own_conditions = hide_deleted(planned);
    const size_t count = plan_.own_conditions + query_.conditions.size();
    for (size_t i = plan_.own_conditions; i < count; ++i) {
      Condition condition = query_.conditions[i - plan_.own_conditions];
      condition.value =
          has_value(condition.test) ? compared(condition.property, condition.value) : Value::null();
      condition.values = compared_all(condition);
      new (planned + i) PlannedCondition{condition, {}, false};
      const bool holds =
          condition.test == FilterTest::kEqual || condition.test == FilterTest::kNull;
      planned[i].holds_value = holds && !holder({planned, i}, condition.property);
      if (condition.test != FilterTest::kPrefix) continue;
      const auto end = end_of_prefix(condition.value.text, arena_);
      if (end) planned[i].end = Value::of_text(*end);
    }
    plan_.conditions = {planned, count};
  }

  static bool has_value(FilterTest test) {
    return test != FilterTest::kNull && test != FilterTest::kNotNull && test != FilterTest::kIn &&
           test != FilterTest::kNotIn;
  }

  std::span<const Value> compared_all(const Condition& condition) {
    const bool list = condition.test == FilterTest::kIn || condition.test == FilterTest::kNotIn;
    if (!list || plan_.shape->types[condition.property] != ColumnType::kDecimal) {
      return condition.values;
    }
    Value* values = arena_.array<Value>(condition.values.size());
    for (size_t i = 0; i < condition.values.size(); ++i) {
      new (values + i) Value(compared(condition.property, condition.values[i]));
    }
    return {values, condition.values.size()};
  }

  static std::optional<size_t> holder(std::span<const PlannedCondition> conditions,
                                      uint16_t property) {
    for (size_t i = 0; i < conditions.size(); ++i) {
      if (conditions[i].holds_value && conditions[i].condition.property == property) return i;
    }
    return std::nullopt;
  }

  void plan_keys() {
    plan_.begins = query_.after.empty();
    for (size_t i = 0; i < query_.order.size(); ++i) {
      const IndexKey key = query_.order[i];
      const auto is_same = [&](const PlannedKey& known) {
        return known.key.property == key.property;
      };
      if (std::any_of(plan_.keys, plan_.keys + plan_.key_count, is_same)) continue;
      PlannedKey& planned = plan_.keys[plan_.key_count++];
      planned.key = key;
      if (!plan_.begins) planned.after = compared(key.property, query_.after[i]);
      planned.by = holder(plan_.conditions, key.property);
      if (key.property == plan_.resource->key) return;  // No two rows are alike from here on.
    }
  }

  // Values that occur twice would bring their rows twice.
  void plan_merge() {
    if (!plan_.use.merged) return;
    for (const PlannedCondition& planned : plan_.conditions) {
      const Condition& condition = planned.condition;
      if (condition.property != *plan_.use.merged || condition.test != FilterTest::kIn) continue;
      const size_t count = condition.values.size();
      Value* values = arena_.array<Value>(count);
      std::uninitialized_copy(condition.values.begin(), condition.values.end(), values);
      std::sort(values, values + count,
                [](const Value& a, const Value& b) { return compare_values(a, b) < 0; });
      const Value* end = std::unique(values, values + count, [](const Value& a, const Value& b) {
        return compare_values(a, b) == 0;
      });
      plan_.merged = {values, static_cast<size_t>(end - values)};
      return;
    }
  }

  void plan_rest() {
    for (size_t i = 0; i < plan_.key_count; ++i) {
      const PlannedKey& key = plan_.keys[i];
      if (key.by || plan_.use.merged == key.key.property) continue;
      plan_.rest[plan_.rest_count++] = key;
    }
  }

  void plan_bounded_key() {
    if (!plan_.use.range) return;
    const size_t behind = plan_.use.equal;
    plan_.rest[plan_.rest_count++].key =
        plan_.use.index ? plan_.use.index->keys[behind] : IndexKey{plan_.resource->key, false};
  }

  ListPlan& plan_;
  const ListQuery& query_;
  Arena& arena_;
};

}  // namespace

bool ListPlan::is_held(uint16_t property) const {
  for (size_t i = 0; i < use.equal; ++i) {
    if (held(i) == property) return true;
  }
  return false;
}

const PlannedKey* ListPlan::key_of_merged() const {
  for (size_t i = 0; i < key_count; ++i) {
    if (keys[i].by) continue;
    return use.merged == keys[i].key.property ? &keys[i] : nullptr;
  }
  return nullptr;
}

Result<void> check_list(const TableShape& shape, const ListQuery& query, uint32_t rows_max) {
  if (query.limit == 0 || query.limit > rows_max) {
    return wrong("A page has 1 to " + std::to_string(rows_max) + " rows.");
  }
  Result<void> conditions = check_conditions(shape, query.conditions);
  if (!conditions) return conditions;
  Result<void> order = check_order(shape, query.order);
  if (!order) return order;
  return check_place(shape, query);
}

Result<void> check_list_each(const TableShape& shape, const ListQuery& query, uint32_t rows_max,
                             uint16_t property, std::span<const Value> values) {
  ListQuery first = query;
  first.after = {};
  first.offset = 0;
  Result<void> checked = check_list(shape, first, rows_max);
  if (!checked) return checked;
  if (query.conditions.size() == kConditionsMax) {
    return wrong("A list for each of several values takes at most " +
                 std::to_string(kConditionsMax - 1) + " conditions besides.");
  }
  checked = check_property(shape, property);
  if (!checked) return checked;
  if (values.size() > kEachValuesMax) {
    return wrong("At most " + std::to_string(kEachValuesMax) + " values are listed for at once.");
  }
  for (const Value& value : values) {
    if (!fits_type(shape.types[property], value)) return wrong_value(shape, property);
  }
  return {};
}

Result<void> check_count(const TableShape& shape, const ListQuery& query) {
  return check_conditions(shape, query.conditions);
}

Result<ListPlan> plan_list(const TableShape& shape, const ListQuery& query, ListPurpose purpose,
                           Arena& arena) {
  ListPlan plan;
  plan.shape = &shape;
  plan.resource = query.resource;
  plan.purpose = purpose;
  Result<void> planned = Planner(plan, query, arena).run();
  if (!planned) return pass(planned);
  return plan;
}

ListRanges split_list(const ListPlan& plan, const Value* merged) {
  using Beyond = ListRange::Beyond;
  ListRanges split;
  const auto add = [&split](size_t equal, Beyond beyond) {
    split.ranges[split.count++] = {static_cast<uint8_t>(equal), beyond};
  };
  if (plan.begins) {
    add(0, Beyond::kAnything);
    return split;
  }
  const auto value_of = [&](const PlannedKey& key) -> const Value* {
    if (key.by) return &plan.conditions[*key.by].condition.value;
    return plan.use.merged == key.key.property ? merged : nullptr;
  };
  // A value that is the same throughout may lie before the last row's or behind it; keys that
  // follow it say nothing then.
  size_t depth = 0;
  size_t equal = 0;  // Keys of `rest` before `depth`.
  for (; depth < plan.key_count; ++depth) {
    const PlannedKey& key = plan.keys[depth];
    const Value* value = value_of(key);
    if (!value) {
      ++equal;
      continue;
    }
    const int place = compare_values(*value, key.after);
    if (place == 0) continue;
    if ((place > 0) != key.key.descending) add(equal, Beyond::kAnything);
    break;
  }
  while (equal > 0) {
    const PlannedKey& key = plan.rest[--equal];
    const bool null = key.after.is_null();
    if (!key.key.descending) {
      add(equal, null ? Beyond::kNotNull : Beyond::kGreater);
    } else if (!null) {
      add(equal, Beyond::kLess);
      if (can_be_null(*plan.resource, key.key.property)) add(equal, Beyond::kNull);
    }
  }
  return split;
}

}  // namespace servanda::internal
