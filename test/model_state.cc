// SPDX-License-Identifier: Apache-2.0
#include "model_state.h"

#include <algorithm>
#include <cstdlib>

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

State::State(const Contract& contract, Mistake mistake)
    : contract_(&contract), mistake_(mistake), rows_(contract.resources.size()) {}

Json State::resolve(const Json& key, Kind kind) const {
  if (key.kind != Json::Kind::kKeyOf) return key;
  if (const auto found = keys_.find(key.row); found != keys_.end()) return found->second;
  if (kind == Kind::kInteger) return Json::number("777777");
  return Json::string(kind == Kind::kUuid ? "0197a000-0000-7000-8000-0000000000ff" : "nobody");
}

const Row* State::find(int resource_index, const Json& key) const {
  const Resource& one = resource(resource_index);
  const Kind kind = one.key_property().kind;
  const Json stored = stored_form(kind, key);
  for (const Row& row : rows_[static_cast<size_t>(resource_index)]) {
    if (compare_values(kind, value_at(row, one.key), stored) == 0) return &row;
  }
  return nullptr;
}

bool State::owner_exists(const Request& request) const {
  const Resource& one = resource(request.resource);
  const Property& property = one.properties[static_cast<size_t>(one.owner)];
  return find(property.refers, resolve(request.owner, property.kind)) != nullptr;
}

const Row* State::target(const Request& request) const {
  const Resource& one = resource(request.resource);
  const Row* const row = find(request.resource, resolve(request.key, one.key_property().kind));
  if (row == nullptr || !request.below) return row;
  const Property& property = one.properties[static_cast<size_t>(one.owner)];
  const Json owner = stored_form(property.kind, resolve(request.owner, property.kind));
  return compare_values(property.kind, value_at(*row, one.owner), owner) == 0 ? row : nullptr;
}

Json State::body_of(const Request& request) const {
  const Resource& one = resource(request.resource);
  const Row* const stored = request.act == Act::kCreate ? nullptr : target(request);
  Json body = Json::object();
  for (const auto& [at, value] : request.members) {
    const Property& property = one.properties[static_cast<size_t>(at)];
    if (property.dropped) continue;
    if (value.kind != Json::Kind::kAny) {
      body.set(property.name, resolve(value, property.kind));
    } else if (stored != nullptr && !value_at(*stored, at).is_null() &&
               value_at(*stored, at).kind != Json::Kind::kAny) {
      body.set(property.name, value_at(*stored, at));
    }
  }
  if (request.unknown_member) body.set("noSuchThing", Json::truth(true));
  return body;
}

bool State::member_fits(const Request& request, int at, const Json& value,
                        const Row* stored) const {
  const Resource& one = resource(request.resource);
  const Property& property = one.properties[static_cast<size_t>(at)];
  const Json asked = stored_form(property.kind, value);
  const bool removes = request.act == Act::kUpdate && value.is_null();
  if (removes && property.required && !property.nullable) return false;
  if (!removes && !fits(property, value)) return false;
  if (stored == nullptr) return !property.read_only;
  const Json& before = value_at(*stored, at);
  const bool changes = !same_json(before, asked);
  if (!changes) return true;
  return !property.read_only && !property.immutable && at != one.key;
}

bool State::body_fits(const Request& request, const Json& body, const Row* stored) const {
  const Resource& one = resource(request.resource);
  if (request.unknown_member) return false;
  for (int at = 0; at < static_cast<int>(one.properties.size()); ++at) {
    const Property& property = one.properties[static_cast<size_t>(at)];
    if (property.dropped) continue;
    const Json* const value = body.find(property.name);
    if (value == nullptr) {
      const bool fills = request.below && at == one.owner;
      if (property.required && request.act != Act::kUpdate && !fills) return false;
      continue;
    }
    if (property.kind == Kind::kObject && request.act == Act::kUpdate && stored != nullptr &&
        fits(property, *value)) {
      Json merged = value_at(*stored, at);
      merge_patch(merged, *value);
      if (value->is_null()) merged = Json();
      if (!member_fits(request, at, merged, stored)) return false;
    } else if (!member_fits(request, at, *value, stored)) {
      return false;
    }
  }
  if (request.act != Act::kReplace || stored != nullptr) return true;
  const Kind kind = one.key_property().kind;  // A replace that creates.
  const Json* const key = body.find(one.key_property().name);
  return key != nullptr && compare_values(kind, stored_form(kind, *key),
                                          stored_form(kind, resolve(request.key, kind))) == 0;
}

Row State::new_row(const Request& request, const Json& body) const {
  const Resource& one = resource(request.resource);
  Row row;
  row.values.resize(one.properties.size());
  for (int at = 0; at < static_cast<int>(one.properties.size()); ++at) {
    const Property& property = one.properties[static_cast<size_t>(at)];
    Json& value = row.values[static_cast<size_t>(at)];
    if (property.dropped) continue;
    if (const Json* const given = body.find(property.name)) {
      value = stored_form(property.kind, *given);
    } else if (request.below && at == one.owner) {
      value = stored_form(property.kind, resolve(request.owner, property.kind));
    } else if (property.made == Made::kCounter) {
      value = Json::number("1");
    } else if (property.made != Made::kNever || at == one.key) {
      value = Json::any();
    } else if (property.default_value) {
      value = *property.default_value;
    }
  }
  return row;
}

Row State::changed_row(const Request& request, const Json& body, const Row& stored) const {
  const Resource& one = resource(request.resource);
  Row row = stored;
  if (mistake_ != Mistake::kVersionStays) ++row.version;
  for (int at = 0; at < static_cast<int>(one.properties.size()); ++at) {
    const Property& property = one.properties[static_cast<size_t>(at)];
    Json& value = row.values[static_cast<size_t>(at)];
    if (property.made == Made::kCounter) value = Json::number(std::to_string(row.version));
    if (property.made == Made::kUpdated) value = Json::any();
    const bool stays = property.read_only || property.immutable || at == one.key;
    if (property.dropped || stays) continue;
    const Json* const given = body.find(property.name);
    if (given == nullptr && request.act == Act::kUpdate) continue;
    if (request.act == Act::kReplace) value = Json();
    if (given != nullptr && request.act == Act::kUpdate) {
      Json merged = Json::object();
      merged.set("it", value);
      Json patch = Json::object();
      patch.set("it", *given);
      merge_patch(merged, patch);
      const Json* const left = merged.find("it");
      value = left == nullptr ? Json() : stored_form(property.kind, *left);
    } else if (given != nullptr) {
      value = stored_form(property.kind, *given);
    }
    if (given == nullptr && property.default_value) value = *property.default_value;
  }
  return row;
}

bool State::is_taken(const Request& request, const Row& row, const Row* but) const {
  const Resource& one = resource(request.resource);
  for (const Row& other : rows_[static_cast<size_t>(request.resource)]) {
    if (&other == but) continue;
    const auto equal = [&](int at) {
      const Kind kind = one.properties[static_cast<size_t>(at)].kind;
      const Json& left = value_at(row, at);
      return left.kind != Json::Kind::kAny && !left.is_null() &&
             compare_values(kind, left, value_at(other, at)) == 0;
    };
    if (equal(one.key)) return true;
    for (const Unique& unique : one.uniques) {
      if (!unique.dropped && std::ranges::all_of(unique.properties, equal)) return true;
    }
  }
  return false;
}

void State::check_condition(const Request& request, const Row* stored,
                            std::set<int>& refusals) const {
  const Resource& one = resource(request.resource);
  const bool creates = request.act == Act::kReplace && one.put_creates;
  switch (request.condition) {
    case Condition::kNone:
      if (one.needs_condition) refusals.insert(428);
      break;
    case Condition::kCurrent:
    case Condition::kThere:
    case Condition::kStale:
      if (stored == nullptr && (creates || request.condition != Condition::kThere)) {
        refusals.insert(412);
      }
      if (stored != nullptr && request.condition == Condition::kStale) refusals.insert(412);
      break;
    case Condition::kNotThere:
      if (stored != nullptr) refusals.insert(412);
      break;
    case Condition::kChanged:
      break;
  }
  if (stored == nullptr && !creates) refusals.insert(404);
}

Prediction State::predict(const Request& request, const Json& body) const {
  Prediction result;
  const Row* const stored = request.act == Act::kCreate ? nullptr : target(request);
  if (stored != nullptr) result.row = *stored;
  if (request.act == Act::kRead) {
    result.status = request.condition == Condition::kChanged ? 304 : 200;
    if (stored == nullptr) result.refusals.insert(404);
    if (!request.bad_query.empty()) result.refusals = {400};
    return result;
  }
  if (request.act == Act::kCreate) {
    if (request.below && !owner_exists(request)) result.refusals.insert(404);
  } else {
    check_condition(request, stored, result.refusals);
  }
  result.status = request.act == Act::kDelete                        ? 204
                  : request.act == Act::kUpdate || stored != nullptr ? 200
                                                                     : 201;
  if (request.act == Act::kDelete) {
    result.row.reset();
    return result;
  }
  if (request.broken_body) {
    result.refusals.insert(400);
    return result;
  }
  if (!body_fits(request, body, stored)) result.refusals.insert(422);
  if (!result.refusals.empty()) return result;
  result.row = stored != nullptr ? changed_row(request, body, *stored) : new_row(request, body);
  if (is_taken(request, *result.row, stored)) result.refusals.insert(409);
  return result;
}

void State::store(const Request& request, std::optional<Row> row) {
  std::vector<Row>& rows = rows_[static_cast<size_t>(request.resource)];
  const Row* const before = request.act == Act::kCreate ? nullptr : target(request);
  if (before == nullptr) {
    if (row) rows.push_back(std::move(*row));
    return;
  }
  const auto at = rows.begin() + (before - rows.data());
  if (row) {
    *at = std::move(*row);
  } else {
    rows.erase(at);
  }
}

void State::learn(int resource_index, Row& row, const Json& answer) const {
  const Resource& one = resource(resource_index);
  for (size_t at = 0; at < one.properties.size(); ++at) {
    const Json* const shown = answer.find(one.properties[at].name);
    if (row.values[at].kind == Json::Kind::kAny && shown != nullptr) row.values[at] = *shown;
  }
}

Json State::related(const Row& row, int resource_index, const Relation& relation) const {
  const Resource& one = resource(resource_index);
  if (!relation.to_many) {
    const Json& key = value_at(row, relation.property);
    const Row* const other = key.is_null() ? nullptr : find(relation.resource, key);
    return other == nullptr ? Json() : shown(relation.resource, *other, {}, {});
  }
  const Resource& holder = resource(relation.resource);
  std::vector<const Row*> rows;
  for (const Row& other : rows_[static_cast<size_t>(relation.resource)]) {
    const Json& key = value_at(other, relation.property);
    const Kind kind = one.key_property().kind;
    if (!key.is_null() && compare_values(kind, key, value_at(row, one.key)) == 0) {
      rows.push_back(&other);
    }
  }
  std::ranges::sort(rows, [&](const Row* a, const Row* b) {
    return is_before(relation.resource, *a, *b, {{holder.key, false}});
  });
  if (rows.size() > kRelatedMax) return Json::any();
  Json items;
  items.kind = Json::Kind::kArray;
  for (const Row* const other : rows) {
    items.items.push_back(shown(relation.resource, *other, {}, {}));
  }
  Json page = Json::object();
  page.set("items", std::move(items));
  return page;
}

Json State::shown(int resource_index, const Row& row, const std::vector<int>& fields,
                  const std::vector<Relation>& expand) const {
  const Resource& one = resource(resource_index);
  Json out = Json::object();
  for (int at = 0; at < static_cast<int>(one.properties.size()); ++at) {
    const Property& property = one.properties[static_cast<size_t>(at)];
    const Json& value = value_at(row, at);
    const bool always = at == one.key || property.made == Made::kCounter;
    const bool chosen = fields.empty() || std::ranges::find(fields, at) != fields.end();
    if (property.dropped || property.write_only || (!always && !chosen)) continue;
    if (!value.is_null() || property.nullable) out.set(property.name, value);
  }
  if (expand.empty()) return out;
  Json rows = Json::object();
  for (const Relation& relation : expand) {
    rows.set(relation.name, related(row, resource_index, relation));
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
    Request item = request;
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
