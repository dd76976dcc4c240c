// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/list_plan.h"

namespace servanda::internal {
namespace {

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message), "list-query");
}

Result<void> check_property(const TableShape& shape, uint16_t property) {
  if (property >= shape.types.size()) return wrong("The list names a property that is not there.");
  if (shape.types[property] == ColumnType::kJson) {
    return wrong("Property \"" + shape.names[property] +
                 "\" is JSON, by which a list can neither be filtered nor sorted.");
  }
  return {};
}

bool can_be_null(const ListQuery& query, uint16_t property) {
  const Property& p = query.resource->properties[property];
  return property != query.resource->key && (!p.required || p.nullable);
}

void append_number(std::string& key, uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) key += static_cast<char>(number >> (8 * i));
}

}  // namespace

Result<void> check_list(const TableShape& shape, const ListQuery& query, uint32_t rows_max) {
  if (query.limit == 0 || query.limit > rows_max) {
    return wrong("A page has 1 to " + std::to_string(rows_max) + " rows.");
  }
  if (query.conditions.size() > kConditionsMax) {
    return wrong("A list takes at most " + std::to_string(kConditionsMax) + " conditions.");
  }
  if (query.order.empty() || query.order.size() > kOrderKeysMax) {
    return wrong("A list is sorted by 1 to " + std::to_string(kOrderKeysMax) + " properties.");
  }
  for (const Condition& condition : query.conditions) {
    Result<void> property = check_property(shape, condition.property);
    if (!property) return pass(property);
  }
  for (const IndexKey& key : query.order) {
    Result<void> property = check_property(shape, key.property);
    if (!property) return pass(property);
  }
  if (query.order.back().property != shape.key) {
    return wrong("A list's order ends with the key, so that it is total.");
  }
  if (!query.after.empty() && query.after.size() != query.order.size()) {
    return wrong("The place to go on from does not fit the list's order.");
  }
  return {};
}

ListRanges split_list(const ListQuery& query) {
  using Beyond = ListRange::Beyond;
  ListRanges split;
  const auto add = [&split](size_t equal, Beyond beyond) {
    split.ranges[split.count++] = {static_cast<uint8_t>(equal), beyond};
  };
  if (query.after.empty()) {
    add(0, Beyond::kAnything);
    return split;
  }
  for (size_t at = query.order.size(); at-- > 0;) {
    const bool null = query.after[at].is_null();
    if (!query.order[at].descending) {
      add(at, null ? Beyond::kNotNull : Beyond::kGreater);
    } else if (!null) {
      add(at, Beyond::kLess);
      if (can_be_null(query, query.order[at].property)) add(at, Beyond::kNull);
    }
  }
  return split;
}

void append_range_key(std::string& key, const TableShape& shape, const ListQuery& query,
                      ListRange range) {
  append_number(key, shape.id, 8);
  append_number(key, query.conditions.size(), 1);
  for (const Condition& condition : query.conditions) {
    append_number(key, condition.property, 2);
    append_number(key, condition.equals.is_null(), 1);
  }
  append_number(key, query.order.size(), 1);
  for (const IndexKey& order : query.order) {
    append_number(key, order.property, 2);
    append_number(key, order.descending, 1);
  }
  append_number(key, range.equal, 1);
  append_number(key, static_cast<uint64_t>(range.beyond), 1);
  for (size_t i = 0; i < range.equal; ++i) append_number(key, query.after[i].is_null(), 1);
}

std::string range_sql(const TableShape& shape, const ListQuery& query, ListRange range) {
  using Beyond = ListRange::Beyond;
  std::string where;
  const auto require = [&](uint16_t property, std::string_view test) {
    where += where.empty() ? " WHERE " : " AND ";
    where += shape.compared[property];
    where += test;
  };
  const auto equals = [](const Value& value) {
    return value.is_null() ? std::string_view(" IS NULL") : std::string_view(" = ?");
  };
  for (const Condition& condition : query.conditions) {
    require(condition.property, equals(condition.equals));
  }
  for (size_t i = 0; i < range.equal; ++i) {
    require(query.order[i].property, equals(query.after[i]));
  }
  static constexpr std::string_view kTests[] = {"", " > ?", " < ?", " IS NOT NULL", " IS NULL"};
  if (range.beyond != Beyond::kAnything) {
    require(query.order[range.equal].property, kTests[static_cast<size_t>(range.beyond)]);
  }
  // Keys that are equal throughout the range say nothing about its order.
  std::string order;
  const size_t first = range.equal + (range.beyond == Beyond::kNull ? 1 : 0);
  for (size_t i = first; i < query.order.size(); ++i) {
    order += order.empty() ? " ORDER BY " : ", ";
    order += shape.compared[query.order[i].property];
    if (query.order[i].descending) order += " DESC";
  }
  return "SELECT " + shape.columns + " FROM " + shape.table + where + order + " LIMIT ?";
}

}  // namespace servanda::internal
