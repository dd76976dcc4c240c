// SPDX-License-Identifier: Apache-2.0
#include "model_state.h"

#include <algorithm>
#include <utility>

#include "model_expression.h"

namespace servanda::model {
namespace {

const Json& value_at(const Row& row, int at) {
  return row.values[static_cast<size_t>(at)];
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

void State::set_time(int64_t now_us) {
  now_us_ = now_us;
  for (size_t i = 0; i < rows_.size(); ++i) {
    const int64_t restore_us = int64_t{1'000'000} * contract_->resources[i].restore_s;
    std::erase_if(rows_[i], [&](const Row& row) {
      return row.deleted_us && *row.deleted_us + restore_us <= now_us;
    });
  }
}

const Row* State::find(int resource_index, const Json& key) const {
  const Row* const row = find_any(resource_index, key);
  const bool hidden = row != nullptr && row->deleted_us && mistake_ != Mistake::kShowsDeleted;
  return hidden ? nullptr : row;
}

const Row* State::find_any(int resource_index, const Json& key) const {
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
  const Json key = resolve(request.key, one.key_property().kind);
  const bool any = request.act == Act::kRestore || request.include_deleted.value_or(false);
  const Row* const row = any ? find_any(request.resource, key) : find(request.resource, key);
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
    } else if (stored != nullptr) {
      const Json now =
          property.computed ? computed(request.resource, *stored, at) : value_at(*stored, at);
      if (!now.is_null() && now.kind != Json::Kind::kAny) body.set(property.name, now);
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
    if (property.dropped || property.computed) continue;
    const Json* const value = body.find(property.name);
    if (value == nullptr) {
      if (property.required && request.act != Act::kUpdate) return false;
      continue;
    }
    if (request.below && at == one.owner && request.act != Act::kUpdate) {
      const Json named = stored_form(property.kind, resolve(request.owner, property.kind));
      if (!same_json(named, stored_form(property.kind, *value))) return false;
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

// Computed values are taken as they are shown, of the row as it is or as it will be.
bool State::computed_fit(const Request& request, const Json& body, const Row* stored,
                         const Row& after) const {
  const Resource& one = resource(request.resource);
  for (int at = 0; at < static_cast<int>(one.properties.size()); ++at) {
    const Property& property = one.properties[static_cast<size_t>(at)];
    const Json* const value = body.find(property.name);
    if (property.dropped || !property.computed || value == nullptr) continue;
    if (value->is_null() && request.act != Act::kUpdate && !property.nullable) return false;
    const Json sent = stored_form(property.kind, *value);
    const bool as_it_is =
        stored != nullptr && same_json(computed(request.resource, *stored, at), sent);
    if (!as_it_is && !same_json(computed(request.resource, after, at), sent)) return false;
  }
  return true;
}

// Sets what the backend makes with every write of the row.
void State::set_made(const Resource& one, Row& row) const {
  for (size_t at = 0; at < one.properties.size(); ++at) {
    const Property& property = one.properties[at];
    if (property.dropped) continue;
    Json& value = row.values[at];
    const bool first = row.version == 1;
    if (property.made == Made::kCounter) value = Json::number(std::to_string(row.version));
    if (property.made == Made::kUuid && first) value = Json::any();
    if (property.made == Made::kUpdated || (property.made == Made::kCreated && first)) {
      value = Json::string(time_text(now_us_));
    }
    const int64_t restore_us = int64_t{1'000'000} * one.restore_s;
    if (property.made == Made::kDeleted) {
      value = row.deleted_us ? Json::string(time_text(*row.deleted_us)) : Json();
    }
    if (property.made == Made::kPurged) {
      value = row.deleted_us ? Json::string(time_text(*row.deleted_us + restore_us)) : Json();
    }
  }
}

Row State::new_row(const Request& request, const Json& body) const {
  const Resource& one = resource(request.resource);
  Row row;
  row.values.resize(one.properties.size());
  for (int at = 0; at < static_cast<int>(one.properties.size()); ++at) {
    const Property& property = one.properties[static_cast<size_t>(at)];
    Json& value = row.values[static_cast<size_t>(at)];
    if (property.dropped || property.computed) continue;
    if (const Json* const given = body.find(property.name)) {
      value = stored_form(property.kind, *given);
    } else if (request.below && at == one.owner) {
      value = stored_form(property.kind, resolve(request.owner, property.kind));
    } else if (at == one.key) {
      value = Json::any();
    } else if (property.default_value) {
      value = *property.default_value;
    }
  }
  set_made(one, row);
  return row;
}

Row State::changed_row(const Request& request, const Json& body, const Row& stored) const {
  const Resource& one = resource(request.resource);
  Row row = stored;
  if (mistake_ != Mistake::kVersionStays) ++row.version;
  for (int at = 0; at < static_cast<int>(one.properties.size()); ++at) {
    const Property& property = one.properties[static_cast<size_t>(at)];
    Json& value = row.values[static_cast<size_t>(at)];
    const bool stays = property.read_only || property.immutable || at == one.key;
    if (property.dropped || stays) continue;
    const Json* const given = body.find(property.name);
    const bool by_path = request.below && at == one.owner;
    if (given == nullptr && (request.act == Act::kUpdate || by_path)) continue;
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
  set_made(one, row);
  return row;
}

std::set<std::string> State::conflicts(const Request& request, const Row& row,
                                       const Row* but) const {
  const Resource& one = resource(request.resource);
  std::set<std::string> found;
  for (const Row& other : rows_[static_cast<size_t>(request.resource)]) {
    if (&other == but) continue;
    const auto equal = [&](int at) {
      const Kind kind = one.properties[static_cast<size_t>(at)].kind;
      const Json& left = value_at(row, at);
      return left.kind != Json::Kind::kAny && !left.is_null() &&
             compare_values(kind, left, value_at(other, at)) == 0;
    };
    if (equal(one.key)) found.insert("key-exists");
    if (other.deleted_us) continue;
    for (const Unique& unique : one.uniques) {
      if (!unique.dropped && std::ranges::all_of(unique.properties, equal)) found.insert("unique");
    }
  }
  return found;
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

Prediction State::predict_read(const Request& request) const {
  Prediction result;
  const Row* const stored = target(request);
  if (stored == nullptr) result.refusals.insert(404);
  if (request.condition == Condition::kStale) result.refusals.insert(412);
  if (stored == nullptr && request.condition == Condition::kCurrent) result.refusals.insert(412);
  if (!request.bad_query.empty()) result.refusals = {400};
  if (!result.refusals.empty()) return result;
  // The tag of a row that changes with the time is not its version alone.
  const bool same =
      request.condition == Condition::kChanged && !depends_on_now(resource(request.resource));
  result.status = same ? 304 : 200;
  result.row = *stored;
  if (!same) result.answered = *stored;
  return result;
}

Prediction State::predict_restore(const Request& request) const {
  Prediction result;
  const Row* const stored = target(request);
  check_condition(request, stored, result.refusals);
  if (stored != nullptr && !stored->deleted_us) {
    result.refusals.insert(409);
    result.codes.insert("not-deleted");
  }
  if (!result.refusals.empty()) return result;
  result.status = request.minimal ? 204 : 200;
  Row row = *stored;
  row.deleted_us.reset();
  ++row.version;
  set_made(resource(request.resource), row);
  result.codes = conflicts(request, row, stored);
  if (!result.codes.empty()) result.refusals.insert(409);
  result.row = row;
  if (!request.minimal) result.answered = row;
  return result;
}

void State::predict_delete(const Request& request, const Row& stored, Prediction& result) const {
  const Resource& one = resource(request.resource);
  Row row = stored;
  if (one.restore_s > 0) {
    ++row.version;
    row.deleted_us = now_us_;
    set_made(one, row);
    result.row = row;
  }
  const bool shows = one.delete_shows && !request.minimal;
  result.status = shows ? 200 : 204;
  if (shows) result.answered = row;
}

Prediction State::predict(const Request& request, const Json& body) const {
  if (request.act == Act::kRead) return predict_read(request);
  if (request.act == Act::kRestore) return predict_restore(request);
  Prediction result;
  const Resource& one = resource(request.resource);
  const Row* const stored = request.act == Act::kCreate ? nullptr : target(request);
  if (request.act == Act::kCreate) {
    if (request.below && !owner_exists(request)) result.refusals.insert(404);
  } else {
    check_condition(request, stored, result.refusals);
  }
  const bool creates = stored == nullptr;
  if (request.act == Act::kReplace && creates && one.put_creates) {
    // The key of a row that is deleted or stands below another owner stays taken.
    if (find_any(request.resource, resolve(request.key, one.key_property().kind)) != nullptr) {
      result.refusals.insert(409);
      result.codes.insert("key-exists");
    }
    if (request.below && !owner_exists(request)) result.refusals.insert(404);
  }
  if (request.act == Act::kDelete) {
    if (result.refusals.empty()) predict_delete(request, *stored, result);
    return result;
  }
  if (request.broken_body) {
    result.refusals.insert(400);
    return result;
  }
  if (!body_fits(request, body, stored)) result.refusals.insert(422);
  // What is computed of the row can be told once everything else fits.
  std::optional<Row> row;
  const bool may_store =
      !result.refusals.contains(422) && (!creates || request.act != Act::kUpdate);
  if (may_store) row = creates ? new_row(request, body) : changed_row(request, body, *stored);
  if (row && !computed_fit(request, body, stored, *row)) result.refusals.insert(422);
  if (!result.refusals.empty()) return result;
  result.row = std::move(row);
  result.status = creates ? 201 : request.minimal ? 204 : 200;
  if (!request.minimal) result.answered = result.row;
  result.codes = conflicts(request, *result.row, stored);
  result.is_taken = !result.codes.empty();
  if (result.is_taken) result.refusals.insert(409);
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

void State::store_over(const Request& request, Row row) {
  const Resource& one = resource(request.resource);
  const Kind kind = one.key_property().kind;
  std::vector<Row>& rows = rows_[static_cast<size_t>(request.resource)];
  std::erase_if(rows, [&](const Row& other) {
    return compare_values(kind, value_at(other, one.key), value_at(row, one.key)) == 0;
  });
  rows.push_back(std::move(row));
}

std::vector<std::pair<int, Row*>> State::unknown_rows() {
  std::vector<std::pair<int, Row*>> found;
  for (size_t i = 0; i < rows_.size(); ++i) {
    for (Row& row : rows_[i]) {
      const bool unknown = std::ranges::any_of(
          row.values, [](const Json& value) { return value.kind == Json::Kind::kAny; });
      if (unknown) found.emplace_back(static_cast<int>(i), &row);
    }
  }
  return found;
}

void State::learn(int resource_index, Row& row, const Json& answer) const {
  const Resource& one = resource(resource_index);
  for (size_t at = 0; at < one.properties.size(); ++at) {
    const Json* const shown = answer.find(one.properties[at].name);
    if (row.values[at].kind == Json::Kind::kAny && shown != nullptr) row.values[at] = *shown;
  }
}

}  // namespace servanda::model
