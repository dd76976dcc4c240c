// SPDX-License-Identifier: Apache-2.0
#include "call/list_query.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"
#include "call/resource_handler.h"
#include "call/worker.h"
#include "store/row_state.h"

namespace servanda::internal {
namespace {

// The page size asked for: none or 0 is the default, too much is lowered, less than nothing is
// refused (AIP-158).
std::optional<uint32_t> page_limit(Call& call, const ListProfile& profile) {
  if (!profile.limit_parameter) return profile.limit_default;
  const JsonValue value = call.parameters[*profile.limit_parameter];
  if (!value.exists() || value.kind() != JsonKind::kInteger || value.integer() == 0) {
    return std::min(profile.limit_default, profile.limit_max);
  }
  if (value.integer() < 0) {
    refuse_parameter(call, *profile.limit_parameter, "minimum", "A page has at least one item.");
    return std::nullopt;
  }
  return static_cast<uint32_t>(std::min<int64_t>(value.integer(), profile.limit_max));
}

// Rows passed over, from an offset or from a page's number.
std::optional<uint32_t> page_offset(Call& call, const ListProfile& profile, uint32_t limit) {
  const auto parameter =
      profile.offset_parameter ? profile.offset_parameter : profile.page_parameter;
  if (!parameter) return 0;
  const JsonValue value = call.parameters[*parameter];
  if (!value.exists() || value.kind() != JsonKind::kInteger) return 0;
  const int64_t first = profile.offset_parameter ? 0 : 1;
  if (value.integer() < first) {
    refuse_parameter(call, *parameter, "minimum", "Lists begin at " + std::to_string(first) + ".");
    return std::nullopt;
  }
  const int64_t step = profile.offset_parameter ? 1 : limit;
  if (value.integer() - first > ListLimits::kOffsetMax / step) {
    refuse_parameter(call, *parameter, "maximum",
                     "A list is read by place up to row " + std::to_string(ListLimits::kOffsetMax) +
                         ": narrow it by a filter.");
    return std::nullopt;
  }
  return static_cast<uint32_t>((value.integer() - first) * step);
}

uint64_t count_wanted(const Call& call, const ListProfile& profile) {
  if (profile.total_member.empty()) return 0;
  if (!profile.count_parameter) return ListLimits::kExactMax;
  const JsonValue value = call.parameters[*profile.count_parameter];
  if (!value.exists()) return 0;
  if (value.kind() == JsonKind::kBoolean) return value.boolean() ? ListLimits::kExactMax : 0;
  if (!value.is_string() || value.text() == "none") return 0;
  return value.text() == "estimated" ? ListLimits::kEstimateMax : ListLimits::kExactMax;
}

// Reads filters into conditions.
class ConditionReader {
 public:
  explicit ConditionReader(Call& call) : call_(&call), resource_(&resource_of(call)) {}

  bool read(const ListProfile& profile) {
    conditions_ = call_->arena->array<Condition>(
        std::min(profile.filters.size(), ListLimits::kConditionsMax));
    for (const ListFilter& filter : profile.filters) {
      JsonValue value = call_->parameters[filter.parameter];
      if (value.exists() && !filter.member.empty()) {
        value = value.is_object() ? value.find(filter.member) : JsonValue();
      }
      if (!value.exists()) continue;
      if (count_ == ListLimits::kConditionsMax) {
        return refuse_parameter(*call_, filter.parameter, "limit",
                                "A list takes at most 20 conditions.");
      }
      if (!add(filter, value)) return false;
    }
    return std::all_of(profile.filters.begin(), profile.filters.end(), [&](const ListFilter& one) {
      return one.member.empty() || knows_operators(profile, one.parameter);
    });
  }
  [[nodiscard]] std::span<const Condition> conditions() const { return {conditions_, count_}; }

 private:
  // A deep object may admit members that the contract does not declare; a filter that does nothing
  // would keep what the client wants to be without.
  bool knows_operators(const ListProfile& profile, uint16_t parameter) {
    const JsonValue value = call_->parameters[parameter];
    if (!value.exists() || !value.is_object()) return true;
    for (const auto [name, unused] : value.members()) {
      const auto is_it = [&](const ListFilter& filter) {
        return filter.parameter == parameter && filter.member == name;
      };
      if (std::any_of(profile.filters.begin(), profile.filters.end(), is_it)) continue;
      return refuse_parameter(*call_, parameter, "unknown",
                              "This filter has no operator \"" + std::string(name) + "\".");
    }
    return true;
  }

  bool add(const ListFilter& filter, JsonValue value) {
    Condition condition;
    condition.property = filter.property;
    condition.test = filter.test;
    if (filter.test == FilterTest::kNull) {
      const bool is_null = value.kind() == JsonKind::kBoolean && value.boolean();
      condition.test = is_null ? FilterTest::kNull : FilterTest::kNotNull;
    } else if (is_list_test(filter.test)) {
      if (!read_values(filter, value, condition)) return false;
    } else if (value.is_null()) {
      condition.test =
          filter.test == FilterTest::kNotEqual ? FilterTest::kNotNull : FilterTest::kNull;
    } else {
      const std::optional<Value> read = value_of(filter, value);
      if (!read) return refuse_value(filter);
      condition.value = *read;
    }
    new (conditions_ + count_++) Condition(condition);
    return true;
  }

  std::optional<Value> value_of(const ListFilter& filter, JsonValue value) {
    return value_from_parameter(type_of(filter), value, *call_->arena);
  }

  bool read_values(const ListFilter& filter, JsonValue value, Condition& condition) {
    std::vector<std::string_view> parts;
    if (value.is_string()) parts = split(value.text(), ',');
    const size_t size = value.is_array() ? value.size() : parts.size();
    if (size == 0 || size > ListLimits::kInListMax) {
      return refuse_parameter(*call_, filter.parameter, "limit",
                              "A list of values has 1 to 100 of them.");
    }
    Value* const values = call_->arena->array<Value>(size);
    size_t at = 0;
    const auto add_one = [&](std::optional<Value> one) {
      if (!one || one->is_null()) return refuse_value(filter);
      new (values + at++) Value(*one);
      return true;
    };
    if (value.is_array()) {
      for (JsonValue item : value.items()) {
        if (!add_one(value_of(filter, item))) return false;
      }
    }
    for (const std::string_view part : parts) {
      if (!add_one(value_from_text(type_of(filter), part, *call_->arena))) return false;
    }
    condition.values = {values, size};
    return true;
  }

  [[nodiscard]] ColumnType type_of(const ListFilter& filter) const {
    return resource_->properties[filter.property].type;
  }

  bool refuse_value(const ListFilter& filter) {
    return refuse_parameter(
        *call_, filter.parameter, "type",
        "This is no value that \"" + resource_->properties[filter.property].name + "\" can have.");
  }

  Call* call_;
  const Resource* resource_;
  Condition* conditions_ = nullptr;
  size_t count_ = 0;
};

// Chooses the order of a list and makes sure that an index serves it with the conditions.
class OrderChooser {
 public:
  OrderChooser(Call& call, std::span<const Condition> conditions, RowScope rows)
      : call_(&call),
        resource_(&resource_of(call)),
        profile_(&call.operation->resource->list),
        conditions_(conditions),
        rows_(rows) {
    tests_ = call.arena->array<AskedTest>(conditions.size());
    for (size_t i = 0; i < conditions.size(); ++i) {
      new (tests_ + i) AskedTest{conditions[i].property, conditions[i].test};
    }
  }

  std::optional<std::span<const IndexKey>> choose() {
    const JsonValue asked =
        profile_->sort_parameter ? call_->parameters[*profile_->sort_parameter] : JsonValue();
    // The default of the parameter is an order that nobody has asked for.
    const bool given = asked.exists() && call_->parameters.given(*profile_->sort_parameter);
    if (!given) return choose_freely();
    for (const SortChoice& choice : profile_->sorts) {
      if (!asked.is_string() || asked.text() != choice.text) continue;
      if (serves(choice.keys)) return choice.keys;
      refuse_unserved();
      return std::nullopt;
    }
    refuse_parameter(*call_, *profile_->sort_parameter, "enum", "This list has no such sort.");
    return std::nullopt;
  }

 private:
  [[nodiscard]] bool serves(std::span<const IndexKey> order) const {
    return find_index(*resource_, {tests_, conditions_.size()}, order, rows_).has_value();
  }

  // The default order, or the order of a property that is filtered by range.
  std::optional<std::span<const IndexKey>> choose_freely() {
    if (serves(profile_->default_sort)) return profile_->default_sort;
    for (const SortChoice& choice : profile_->sorts) {
      if (is_filtered(choice.keys.front().property) && serves(choice.keys)) return choice.keys;
    }
    for (const Condition& condition : conditions_) {
      IndexKey* const keys = call_->arena->array<IndexKey>(2);
      new (keys) IndexKey{condition.property, false};
      new (keys + 1) IndexKey{resource_->key, false};
      if (condition.property != resource_->key && serves({keys, 2})) {
        return std::span<const IndexKey>(keys, 2);
      }
    }
    refuse_unserved();
    return std::nullopt;
  }

  [[nodiscard]] bool is_filtered(uint16_t property) const {
    return std::any_of(conditions_.begin(), conditions_.end(),
                       [&](const Condition& one) { return one.property == property; });
  }

  void refuse_unserved() {
    std::string also;
    for (const ListFilter& filter : profile_->filters) {
      if (!names_values(filter.test)) continue;
      also += also.empty() ? "" : ", ";
      also += call_->operation->parameters[filter.parameter].name;
    }
    std::string message =
        "No index finds what these filters keep in this order, so the whole list would be read: "
        "leave out the sort";
    message += also.empty() ? "." : ", or filter also by one of: " + also + ".";
    refuse(*call_, Code::kInvalidArgument, std::move(message), "not-indexed");
  }

  Call* call_;
  const Resource* resource_;
  const ListProfile* profile_;
  std::span<const Condition> conditions_;
  RowScope rows_;
  AskedTest* tests_ = nullptr;
};

std::span<const IndexKey> turned(std::span<const IndexKey> order, Arena& arena) {
  IndexKey* const keys = arena.array<IndexKey>(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    new (keys + i) IndexKey{order[i].property, !order[i].descending};
  }
  return {keys, order.size()};
}

bool read_place(Call& call, const ListProfile& profile, ListRequest& request) {
  if (!profile.cursor_parameter) return true;
  const JsonValue value = call.parameters[*profile.cursor_parameter];
  if (!value.exists()) return true;
  const std::string_view text = value.is_string() ? value.text() : std::string_view();
  const CursorBinding binding =
      cursor_binding(*call.operation, *request.query.resource, request.order,
                     request.query.conditions, request.query.rows);
  Result<CursorPlace> place = read_cursor(call.worker->options().cursor_key, text, binding,
                                          request.order.size(), *call.arena);
  if (!place) {
    return refuse_parameter(call, *profile.cursor_parameter, std::move(place.error().reason),
                            std::move(place.error().message));
  }
  request.way = place->way;
  request.query.after = place->values;
  if (request.way == CursorWay::kBackward) request.query.order = turned(request.order, *call.arena);
  return true;
}

}  // namespace

bool refuse_parameter(Call& call, uint16_t index, std::string code, std::string detail) {
  const Parameter& parameter = call.operation->parameters[index];
  Error error{Code::kInvalidArgument, "A parameter does not fit the operation.", code, {}};
  error.fields.push_back({std::string(parameter_in_text(parameter.in)), parameter.name,
                          std::move(code), std::move(detail)});
  return refuse(call, std::move(error));
}

CursorBinding cursor_binding(const Operation& operation, const Resource& resource,
                             std::span<const IndexKey> order, std::span<const Condition> conditions,
                             RowScope rows) {
  std::string text = operation.id;
  text += '\0';
  for (const IndexKey& key : order) {
    const Property& property = resource.properties[key.property];
    text += key.descending ? '-' : '+';
    text += static_cast<char>('0' + static_cast<int>(property.type));
    text += property.name;
    text += '\0';
  }
  text += '\0';
  for (const Condition& condition : conditions) {
    const Property& property = resource.properties[condition.property];
    text += property.name;
    text += filter_test_text(condition.test);
    text += '=';
    append_value(text, property.type, condition.value);
    for (const Value& value : condition.values) {
      text += ',';
      append_value(text, property.type, value);
    }
    text += '\0';
  }
  if (rows == RowScope::kAll) text += "deleted";
  return sha256(text);
}

std::span<const Value> place_of(const Row& row, std::span<const IndexKey> order, Arena& arena) {
  Value* const values = arena.array<Value>(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    new (values + i) Value(row.values[order[i].property]);
  }
  return {values, order.size()};
}

std::optional<ListRequest> read_list_request(Call& call) {
  const ListProfile& profile = call.operation->resource->list;
  ListRequest request;
  request.query.resource = &resource_of(call);
  const std::optional<uint32_t> limit = page_limit(call, profile);
  if (!limit) return std::nullopt;
  request.query.limit = *limit;
  const std::optional<uint32_t> offset = page_offset(call, profile, *limit);
  if (!offset) return std::nullopt;
  request.query.offset = *offset;
  ConditionReader reader(call);
  if (!reader.read(profile)) return std::nullopt;
  request.query.conditions = reader.conditions();
  if (includes_deleted(call)) {
    request.query.rows = RowScope::kAll;
    request.query.gone =
        gone_since(*request.query.resource->soft_delete, call.worker->clock().wall());
  }
  const auto order = OrderChooser(call, request.query.conditions, request.query.rows).choose();
  if (!order) return std::nullopt;
  request.order = request.query.order = *order;
  request.count_max = count_wanted(call, profile);
  if (!read_place(call, profile, request)) return std::nullopt;
  return request;
}

}  // namespace servanda::internal
