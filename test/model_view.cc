// SPDX-License-Identifier: Apache-2.0
// What a model's clients see of its rows: answers and lists.

#include <algorithm>

#include "model_expression.h"
#include "model_state.h"

namespace servanda::model {
namespace {

constexpr size_t kRelatedMax = 20;

const Json& value_at(const Row& row, int at) {
  return row.values[static_cast<size_t>(at)];
}

bool is_by_value(const std::string& test, const Json& value) {
  return test == "eq" || test == "any" || test == "in" || (test == "null" && value.boolean);
}
bool is_range(const std::string& test) {
  return test == "prefix" || test.starts_with('g') || test.starts_with('l');
}

// Whether a range of one of the properties finds the rows in the order asked for.
bool leads(const Resource& resource, int sort, const std::set<int>& ranges) {
  if (sort < 0) return !ranges.empty();
  return ranges.contains(resource.list.sorts[static_cast<size_t>(sort)].keys[0].first);
}

bool passes(Kind kind, const std::string& test, const std::vector<Json>& asked, const Json& value,
            Mistake mistake) {
  if (test == "null") return value.is_null() == asked[0].boolean;
  const bool is_one = std::ranges::any_of(asked, [&](const Json& one) {
    return !value.is_null() && compare_values(kind, value, one) == 0;
  });
  if (test == "eq" || test == "any" || test == "in") return is_one;
  if (test == "ne" && value.is_null()) return mistake != Mistake::kNotEqualForgetsNull;
  if (test == "ne" || test == "nin") return !is_one;
  if (value.is_null()) return false;
  if (test == "prefix") return value.text.starts_with(asked[0].text);
  const int order = compare_values(kind, value, asked[0]);
  if (test == "gt") return order > 0;
  if (test == "gte") return order >= 0;
  return test == "lt" ? order < 0 : order <= 0;
}

}  // namespace

Json State::computed(int resource_index, const Row& row, int at) const {
  const Property& property = resource(resource_index).properties[static_cast<size_t>(at)];
  const bool off = mistake_ == Mistake::kComputedOff;
  const Outcome outcome = evaluate(*property.computed, row.values, time_text(now_us_),
                                   off ? NullCondition::kIsTrue : NullCondition::kIsNull);
  return outcome.failed ? Json() : outcome.value;
}

Json State::related(const Row& row, int resource_index, const Expansion& expansion) const {
  const Relation& relation = expansion.relation;
  std::vector<Expansion> further;
  for (const Relation& next : expansion.further) further.push_back({next, {}});
  const Resource& one = resource(resource_index);
  if (!relation.to_many) {
    const Json& key = value_at(row, relation.property);
    const Row* const other = key.is_null() ? nullptr : find(relation.resource, key);
    return other == nullptr ? Json() : shown(relation.resource, *other, {}, further);
  }
  const Resource& holder = resource(relation.resource);
  std::vector<const Row*> rows;
  for (const Row& other : rows_[static_cast<size_t>(relation.resource)]) {
    const Json& key = value_at(other, relation.property);
    const Kind kind = one.key_property().kind;
    const bool hidden = other.deleted_us && mistake_ != Mistake::kShowsDeleted;
    if (hidden || key.is_null()) continue;
    if (compare_values(kind, key, value_at(row, one.key)) == 0) {
      rows.push_back(&other);
    }
  }
  std::ranges::sort(rows, [&](const Row* a, const Row* b) {
    return is_before(relation.resource, *a, *b, {{holder.key, false}});
  });
  Json items;
  items.kind = Json::Kind::kArray;
  for (size_t i = 0; i < std::min(rows.size(), kRelatedMax); ++i) {
    items.items.push_back(shown(relation.resource, *rows[i], {}, further));
  }
  Json page = Json::object();
  page.set("items", std::move(items));
  const bool goes_on = std::ranges::any_of(holder.list.filters, [&](const Filter& filter) {
    const bool by_value = filter.test == "eq" || filter.test == "any";
    return !filter.dropped && filter.property == relation.property && by_value;
  });
  if (rows.size() > kRelatedMax && goes_on) page.set("next", Json::any());
  return page;
}

// Of an object, the members that were asked for.
Json State::chosen(const Json& value, const Shown& shown) const {
  if (shown.members.empty() || value.kind != Json::Kind::kObject) return value;
  Json part = Json::object();
  for (const auto& [name, member] : value.members) {
    const bool asked = std::ranges::find(shown.members, name) != shown.members.end();
    if (asked) part.set(name, member);
  }
  return part;
}

Json State::shown(int resource_index, const Row& row, const std::vector<Shown>& fields,
                  const std::vector<Expansion>& expand) const {
  const Resource& one = resource(resource_index);
  Json out = Json::object();
  for (int at = 0; at < static_cast<int>(one.properties.size()); ++at) {
    const Property& property = one.properties[static_cast<size_t>(at)];
    const Json value = property.computed ? computed(resource_index, row, at) : value_at(row, at);
    const bool always = at == one.key || property.made == Made::kCounter;
    const auto asked = std::ranges::find(fields, at, &Shown::property);
    const bool there = fields.empty() || asked != fields.end();
    if (property.dropped || property.write_only || (!always && !there)) continue;
    if (value.is_null() && !property.nullable) continue;
    out.set(property.name, asked == fields.end() ? value : chosen(value, *asked));
  }
  if (expand.empty()) return out;
  Json rows = Json::object();
  for (const Expansion& expansion : expand) {
    rows.set(expansion.relation.name, related(row, resource_index, expansion));
  }
  out.set("expand", std::move(rows));
  return out;
}

void State::normalize(int resource_index, Json& answer) const {
  for (const Property& property : resource(resource_index).properties) {
    Json* const value = answer.find(property.name);
    if (value == nullptr || property.kind != Kind::kDateTime || !value->text.ends_with('Z')) {
      continue;
    }
    *value = stored_form(property.kind, *value);
  }
  Json* const expand = answer.find("expand");
  if (expand == nullptr) return;
  for (const Relation& relation : contract_->relations(resource_index)) {
    Json* const rows = expand->find(relation.name);
    if (rows == nullptr) continue;
    if (!relation.to_many) {
      normalize(relation.resource, *rows);
    } else if (Json* const items = rows->find("items")) {
      for (Json& item : items->items) normalize(relation.resource, item);
    }
  }
}

bool State::keeps(const Request& request, const AskedFilter& asked, const Row& row) const {
  const Resource& one = resource(request.resource);
  const Filter& filter = one.list.filters[static_cast<size_t>(asked.filter)];
  const Kind kind = one.properties[static_cast<size_t>(filter.property)].kind;
  std::vector<Json> values;
  for (const Json& value : asked.values) {
    const Json given = resolve(value, kind);
    values.push_back(filter.test == "prefix" ? given : stored_form(kind, given));
  }
  return passes(kind, filter.test, values, value_at(row, filter.property), mistake_);
}

bool State::is_before(int resource_index, const Row& a, const Row& b,
                      const std::vector<std::pair<int, bool>>& order) const {
  const Resource& one = resource(resource_index);
  for (const auto& [at, descends] : order) {
    const Json& left = value_at(a, at);
    const Json& right = value_at(b, at);
    int compared = compare_values(one.properties[static_cast<size_t>(at)].kind, left, right);
    if (mistake_ == Mistake::kNullsLast && left.is_null() != right.is_null()) compared = -compared;
    if (compared != 0) return descends ? compared > 0 : compared < 0;
  }
  // The key breaks ties, in the direction of what stands before it.
  const int by_key =
      compare_values(one.key_property().kind, value_at(a, one.key), value_at(b, one.key));
  return order.back().second ? by_key > 0 : by_key < 0;
}

ListPrediction State::predict_list(const Request& request) const {
  using Order = std::vector<std::pair<int, bool>>;
  const Resource& one = resource(request.resource);
  ListPrediction result;
  bool by_value = request.below;
  std::set<int> ranges;
  std::set<int> values_there;
  size_t asked_count = 0;
  for (const AskedFilter& asked : request.filters) {
    const Filter& filter = one.list.filters[static_cast<size_t>(asked.filter)];
    ++asked_count;
    by_value |= is_by_value(filter.test, asked.values[0]);
    if (is_range(filter.test)) ranges.insert(filter.property);
  }
  // The documents promise nothing for null=false alone: it may be served like a range, or refused.
  for (const AskedFilter& asked : request.filters) {
    const Filter& filter = one.list.filters[static_cast<size_t>(asked.filter)];
    if (filter.test == "null" && !asked.values[0].boolean) values_there.insert(filter.property);
  }
  const bool free = by_value || asked_count == 0;
  result.may_refuse =
      !free && !leads(one, request.sort, ranges) && leads(one, request.sort, values_there);
  ranges.merge(values_there);
  std::vector<Order> orders;
  if (request.sort >= 0) {
    const Sort& sort = one.list.sorts[static_cast<size_t>(request.sort)];
    if (free || ranges.contains(sort.keys[0].first)) orders.push_back(sort.keys);
  } else if (free || ranges.contains(one.key)) {
    orders.push_back({{one.key, false}});
  }
  if (request.sort < 0 && orders.empty()) {
    for (const Sort& sort : one.list.sorts) {
      if (!sort.dropped && ranges.contains(sort.keys[0].first)) orders.push_back(sort.keys);
    }
    for (const int at : ranges) orders.push_back({{at, false}});
  }
  result.refused = orders.empty();
  std::vector<const Row*> kept;
  for (const Row& row : rows_[static_cast<size_t>(request.resource)]) {
    const bool all = std::ranges::all_of(
        request.filters, [&](const AskedFilter& asked) { return keeps(request, asked, row); });
    Request item;
    item.act = Act::kRead;
    item.resource = request.resource;
    item.below = request.below;
    item.owner = request.owner;
    item.include_deleted = request.include_deleted;
    item.key = value_at(row, one.key);
    if (all && target(item) != nullptr) kept.push_back(&row);
  }
  for (const Order& order : orders) {
    result.orders.push_back(kept);
    std::ranges::sort(result.orders.back(), [&](const Row* a, const Row* b) {
      return is_before(request.resource, *a, *b, order);
    });
  }
  return result;
}

}  // namespace servanda::model
