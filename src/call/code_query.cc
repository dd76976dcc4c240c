// SPDX-License-Identifier: Apache-2.0
// Queries of handlers, in the store's terms.
#include <string>
#include <utility>

#include "call/code_db.h"
#include "call/resource_rows.h"
#include "contract/plan/index_use.h"

namespace servanda::internal {
namespace {

std::unexpected<Error> wrong(std::string message) {
  return fail(Code::kInternal, std::move(message), "wrong-query");
}

static_assert(static_cast<int>(Is::kEqual) == static_cast<int>(FilterTest::kEqual) &&
              static_cast<int>(Is::kPrefix) == static_cast<int>(FilterTest::kPrefix) &&
              static_cast<int>(Is::kNotIn) == static_cast<int>(FilterTest::kNotIn));
FilterTest test_of(Is is) {
  return static_cast<FilterTest>(is);
}

// Reads one query of one resource.
class QueryReader {
 public:
  QueryReader(const Resource& resource, const Query& query, QueryFor wanted, Arena& arena,
              JsonParser& parser)
      : resource_(resource), query_(query), wanted_(wanted), arena_(arena), parser_(parser) {}

  Result<ListQuery> read() {
    if (query_.limit_rows == 0 || query_.limit_rows > Query::kLimitMax) {
      return wrong("A list is of 1 to " + std::to_string(Query::kLimitMax) + " rows, not of " +
                   std::to_string(query_.limit_rows) + ".");
    }
    if (query_.conditions.size() > Query::kConditionsMax) {
      return wrong("A list takes at most " + std::to_string(Query::kConditionsMax) +
                   " conditions.");
    }
    if (query_.offset_rows > Query::kOffsetMax) {
      return wrong("A list passes over at most " + std::to_string(Query::kOffsetMax) +
                   " rows: go on from the last row's values instead.");
    }
    ListQuery out;
    out.resource = &resource_;
    out.limit = query_.limit_rows;
    out.offset = query_.offset_rows;
    Condition* const conditions = arena_.array<Condition>(query_.conditions.size());
    AskedTest* const tests = arena_.array<AskedTest>(query_.conditions.size());
    for (size_t i = 0; i < query_.conditions.size(); ++i) {
      Result<Condition> condition = read_condition(query_.conditions[i]);
      if (!condition) return pass(condition);
      new (conditions + i) Condition(*condition);
      new (tests + i) AskedTest{condition->property, condition->test};
    }
    out.conditions = {conditions, query_.conditions.size()};
    const std::span<const AskedTest> asked(tests, query_.conditions.size());
    if (wanted_ == QueryFor::kCount) {
      if (!find_count_index(resource_, asked, resource_.usual_rows())) return unserved(out);
      return out;
    }
    Result<std::span<const IndexKey>> order = read_order();
    if (!order) return pass(order);
    out.order = *order;
    if (!find_index(resource_, asked, out.order, resource_.usual_rows())) return unserved(out);
    return out;
  }

 private:
  [[nodiscard]] Result<uint16_t> property(std::string_view name) const {
    if (const auto index = resource_.property_index(name)) return *index;
    return wrong(resource_.name + " has no property \"" + std::string(name) + "\".");
  }

  Result<Condition> read_condition(const Query::Condition& asked) {
    Result<uint16_t> index = property(asked.property);
    if (!index) return pass(index);
    Condition out;
    out.property = *index;
    out.test = test_of(asked.is);
    const bool takes_none = asked.is == Is::kNull || asked.is == Is::kNotNull;
    if (takes_none != asked.value.empty()) {
      return wrong("The condition on \"" + asked.property + "\" " +
                   (takes_none ? "takes no value." : "needs a value."));
    }
    if (takes_none) return out;
    Result<JsonValue> value = parser_.parse(asked.value, {kJsonDepthMax});
    if (!value) return pass(value);
    const JsonValue given = *value;
    if (is_list_test(out.test)) return read_values(asked, given, out);
    if (given.is_null() && (asked.is == Is::kEqual || asked.is == Is::kNotEqual)) {
      out.test = asked.is == Is::kEqual ? FilterTest::kNull : FilterTest::kNotNull;
      return out;
    }
    Result<Value> one = read_value(asked, *index, given);
    if (!one) return pass(one);
    out.value = *one;
    return out;
  }

  Result<Condition> read_values(const Query::Condition& asked, JsonValue given, Condition out) {
    if (!given.is_array() || given.size() == 0 || given.size() > Query::kValuesMax) {
      return wrong("The condition on \"" + asked.property + "\" takes 1 to " +
                   std::to_string(Query::kValuesMax) + " values.");
    }
    Value* const values = arena_.array<Value>(given.size());
    size_t count = 0;
    for (const JsonValue item : given.items()) {
      Result<Value> one = read_value(asked, out.property, item);
      if (!one) return pass(one);
      new (values + count++) Value(*one);
    }
    out.values = {values, count};
    return out;
  }

  Result<Value> read_value(const Query::Condition& asked, uint16_t index, JsonValue given) {
    const ColumnType type = resource_.properties[index].type;
    const bool comparable = type != ColumnType::kJson && !given.is_null();
    std::optional<Value> value =
        comparable ? value_from_json(type, given, arena_) : std::optional<Value>();
    if (!value) {
      return wrong(json_text(given) + " is no value that \"" + asked.property +
                   "\" can be compared with.");
    }
    if (value->kind == Value::Kind::kText) value->text = arena_.copy(value->text);
    return *value;
  }

  // The order asked for, with the key behind it.
  Result<std::span<const IndexKey>> read_order() {
    IndexKey* const keys = arena_.array<IndexKey>(query_.order.size() + 1);
    size_t count = 0;
    bool has_key = false;
    for (const Query::Key& key : query_.order) {
      Result<uint16_t> index = property(key.property);
      if (!index) return pass(index);
      new (keys + count++) IndexKey{*index, key.direct == Direct::kDescending};
      has_key |= *index == resource_.key;
    }
    if (!has_key) {
      const bool descending = count > 0 && keys[count - 1].descending;
      new (keys + count++) IndexKey{resource_.key, descending};
    }
    return std::span<const IndexKey>(keys, count);
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
                "No index serves this list of " + resource_.name +
                    ", so the whole table would be read: declare \"indexes: [[" + keys +
                    "]]\" in the resource, or sort by what is compared.",
                "not-indexed");
  }

  const Resource& resource_;
  const Query& query_;
  const QueryFor wanted_;
  Arena& arena_;
  JsonParser& parser_;
};

}  // namespace

Result<ListQuery> read_query(const Resource& resource, const Query& query, QueryFor wanted,
                             Arena& arena, JsonParser& parser) {
  return QueryReader(resource, query, wanted, arena, parser).read();
}

}  // namespace servanda::internal
