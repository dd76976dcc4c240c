// SPDX-License-Identifier: Apache-2.0
// Queries of handlers, in the store's terms.
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "call/code_db.h"
#include "contract/plan/index_use.h"

namespace servanda::internal {
namespace {

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::kInternal, std::move(message), "wrong-query");
}

// Decimals of a contract that has them as numbers are stored as doubles.
std::optional<Value> nearest_number(std::string_view text) {
  double number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc()) return std::nullopt;
  return Value::of_number(number);
}

// The value as the store compares it, or nothing when the column is of another type.
std::optional<Value> value_in(ColumnType type, const AskedValue& asked) {
  switch (asked.kind) {
    case RowValue::Kind::kText:
      if (type == ColumnType::kText) return Value::of_text(asked.text);
      break;
    case RowValue::Kind::kUuid:
      if (type != ColumnType::kUuid) break;
      return Value::of_bytes({reinterpret_cast<const char*>(asked.uuid.data()), asked.uuid.size()});
    case RowValue::Kind::kTimestamp:
      if (type == ColumnType::kTimestamp) return Value::of_integer(asked.integer);
      break;
    case RowValue::Kind::kDate:
      if (type == ColumnType::kDate) return Value::of_integer(asked.integer);
      break;
    case RowValue::Kind::kDecimal:
      if (type == ColumnType::kDecimal) return Value::of_text(asked.text);
      if (type == ColumnType::kNumber) return nearest_number(asked.text);
      break;
    case RowValue::Kind::kInteger:
      if (type == ColumnType::kInteger) return Value::of_integer(asked.integer);
      break;
    case RowValue::Kind::kNumber:
      if (type == ColumnType::kNumber && std::isfinite(asked.number)) {
        return Value::of_number(asked.number);
      }
      break;
    case RowValue::Kind::kBoolean:
      if (type == ColumnType::kBoolean) return Value::of_integer(asked.integer);
      break;
    default:
      break;
  }
  return std::nullopt;
}

// Reads one query of one resource.
class QueryReader {
 public:
  QueryReader(const Resource& resource, const AskedQuery& query, QueryFor wanted, Arena& arena)
      : resource_(resource),
        shape_(*query.shape),
        values_(query.values),
        wanted_(wanted),
        arena_(arena) {}

  Result<ListQuery> read() {
    if (values_.limit == 0 || values_.limit > QueryLimits::kLimitMax) {
      return wrong("A list is of 1 to " + std::to_string(QueryLimits::kLimitMax) +
                   " rows, not of " + std::to_string(values_.limit) + ".");
    }
    if (values_.offset > QueryLimits::kOffsetMax) {
      return wrong("A list passes over at most " + std::to_string(QueryLimits::kOffsetMax) +
                   " rows: go on from the last row's values instead.");
    }
    ListQuery out;
    out.resource = &resource_;
    out.limit = values_.limit;
    out.offset = values_.offset;
    Result<std::span<const Condition>> conditions = read_conditions();
    if (!conditions) return pass(conditions);
    out.conditions = *conditions;
    const std::span<const AskedTest> asked(tests_, out.conditions.size());
    if (wanted_ == QueryFor::kCount) {
      if (!find_count_index(resource_, asked, resource_.usual_rows())) return unserved(out);
      return out;
    }
    out.order = shape_.sorted();
    for (const IndexKey& key : out.order) {
      Result<void> checked = check_property(key.property);
      if (!checked) return pass(checked);
    }
    if (out.order.empty() || out.order.back().property != resource_.key ||
        !find_index(resource_, asked, out.order, resource_.usual_rows())) {
      return unserved(out);
    }
    return out;
  }

 private:
  // Names of conditions and orders may be any that clients know, and the key.
  [[nodiscard]] Result<void> check_property(uint16_t number) const {
    if (number < resource_.shown().size() &&
        resource_.properties[number].type != ColumnType::kJson) {
      return {};
    }
    return wrong("The table_of() of the struct for " + resource_.name +
                 " does not fit the contract: it has no property " + std::to_string(number) +
                 " that can be compared.");
  }

  // All but those that are left out; tests_ has the same.
  Result<std::span<const Condition>> read_conditions() {
    Condition* const conditions = arena_.array<Condition>(shape_.test_count);
    size_t count = 0;
    std::span<const AskedValue> values = values_.values;
    for (size_t i = 0; i < shape_.test_count; ++i) {
      if (values_.counts[i] == QueryValues::kLeftOut) continue;
      const AskedTest& asked = shape_.tests[i];
      Result<Condition> read = read_condition(asked, values.first(values_.counts[i]));
      if (!read) return pass(read);
      values = values.subspan(values_.counts[i]);
      tests_[count] = asked;
      new (conditions + count++) Condition(*read);
    }
    return std::span<const Condition>(conditions, count);
  }

  Result<Condition> read_condition(const AskedTest& asked, std::span<const AskedValue> given) {
    Result<void> checked = check_property(asked.property);
    if (!checked) return pass(checked);
    Condition out;
    out.property = asked.property;
    out.test = asked.test;
    if (asked.test == Is::kNull || asked.test == Is::kNotNull) return out;
    if (is_list_test(asked.test)) return read_list(out, given);
    Result<Value> one = read_value(asked.property, given.front());
    if (!one) return pass(one);
    out.value = *one;
    return out;
  }

  Result<Condition> read_list(Condition out, std::span<const AskedValue> given) {
    if (given.empty() || given.size() > QueryLimits::kValuesMax) {
      return wrong("The condition on " + quoted(out.property) + " takes 1 to " +
                   std::to_string(QueryLimits::kValuesMax) + " values.");
    }
    Value* const values = arena_.array<Value>(given.size());
    for (size_t i = 0; i < given.size(); ++i) {
      Result<Value> one = read_value(out.property, given[i]);
      if (!one) return pass(one);
      new (values + i) Value(*one);
    }
    out.values = {values, given.size()};
    return out;
  }

  [[nodiscard]] Result<Value> read_value(uint16_t property, const AskedValue& given) const {
    const std::optional<Value> value = value_in(resource_.properties[property].type, given);
    if (value) return *value;
    return wrong(quoted(property) + " of " + resource_.name +
                 " cannot be compared with what is given: a number that is none, or a value of "
                 "another type than the contract has.");
  }

  [[nodiscard]] std::string quoted(uint16_t property) const {
    return "\"" + resource_.properties[property].name + "\"";
  }

  // Names an index that would do: what is equal first, then the order.
  [[nodiscard]] std::unexpected<Error> unserved(const ListQuery& query) const {
    std::string keys;
    std::vector<uint16_t> named;
    const auto add = [&](uint16_t property, bool descending) {
      for (const uint16_t one : named) {
        if (one == property) return;
      }
      named.push_back(property);
      keys += keys.empty() ? "" : ", ";
      keys += descending ? "-" : "";
      keys += resource_.properties[property].name;
    };
    for (const Condition& one : query.conditions) {
      if (one.test == FilterTest::kEqual || one.test == FilterTest::kNull) add(one.property, false);
    }
    for (const IndexKey& key : query.order) add(key.property, key.descending);
    return fail(Code::kInternal,
                "The table_of() of the struct for " + resource_.name +
                    " does not fit the contract, which has no index for this list, so the whole "
                    "table would be read: declare \"indexes: [[" +
                    keys + "]]\" in the resource, or sort by what is compared.",
                "not-indexed");
  }

  const Resource& resource_;
  const QueryShape& shape_;
  const QueryValues& values_;
  const QueryFor wanted_;
  Arena& arena_;
  AskedTest tests_[QueryLimits::kConditionsMax];
};

}  // namespace

Result<ListQuery> read_query(const Resource& resource, const AskedQuery& query, QueryFor wanted,
                             Arena& arena) {
  return QueryReader(resource, query, wanted, arena).read();
}

}  // namespace servanda::internal
