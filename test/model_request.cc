// SPDX-License-Identifier: Apache-2.0
#include "model_request.h"

#include <algorithm>
#include <map>
#include <utility>

#include "model_values.h"

namespace servanda::model {
namespace {

constexpr int kItemNumbers = 1000;  // Numbers of items lie so far apart.

class Maker {
 public:
  Maker(const Contract& contract, Dice& dice) : contract_(&contract), dice_(&dice) {
    created_.resize(contract.resources.size());
    deleted_.resize(contract.resources.size());
  }

  Request next(int number) {
    Request request;
    request.number = number;
    request.resource = dice_->below(static_cast<int>(contract_->resources.size()));
    const int draw = dice_->below(100);
    if (draw < 26 || number < 8) {
      make_create(request);
    } else if (draw < 36) {
      make_read(request);
    } else if (draw < 44) {
      make_write(request, Act::kReplace);
    } else if (draw < 53) {
      make_write(request, Act::kUpdate);
    } else if (draw < 60) {
      make_write(request, Act::kDelete);
    } else if (draw < 65 && resource_of(request).restore_s > 0) {
      make_restore(request);
    } else if (draw < 72 && may_batch(request)) {
      make_batch(request);
    } else if (draw < 76 && !keyed_.empty()) {
      request.act = Act::kRepeat;
      request.repeats = dice_->one_of(keyed_);
      request.other_body = dice_->percent(25);
    } else if (draw < 78) {
      request.act = draw == 76 ? Act::kRestart : Act::kAdvance;
      static const int spans[] = {1, 4, 5, 29, 30, 59, 60};
      if (request.act == Act::kAdvance) request.seconds = dice_->one_of(spans);
    } else {
      make_list(request);
    }
    return request;
  }

 private:
  [[nodiscard]] const Resource& resource_of(const Request& request) const {
    return contract_->resources[static_cast<size_t>(request.resource)];
  }

  Json some_key(int resource) {
    const auto& made = created_[static_cast<size_t>(resource)];
    if (in_batch_ != nullptr && dice_->percent(40)) {
      for (const Request& item : in_batch_->items) {
        const bool there = item.act == Act::kCreate && item.resource == resource;
        if (there && dice_->percent(50)) return Json::key_of(item.number);
      }
    }
    if (!made.empty() && dice_->percent(92)) return Json::key_of(dice_->one_of(made));
    const Property& key = contract_->resources[static_cast<size_t>(resource)].key_property();
    return fresh_key(key);
  }

  Json fresh_key(const Property& key) {
    if (key.kind == Kind::kText) {
      static const char* const words[] = {"k", "K", "a/b", "\xc3\xa9", "x y", "%G", "k?", "z#1"};
      return Json::string(dice_->one_of(words) + std::to_string(dice_->below(30)));
    }
    if (key.kind == Kind::kInteger && dice_->percent(80)) {
      return Json::number(std::to_string(dice_->below(60) - 10));
    }
    if (key.kind == Kind::kUuid && dice_->percent(70)) {
      return Json::string("0197a000-0000-7000-8000-0000000000" +
                          std::to_string(10 + dice_->below(60)));
    }
    return random_value(*dice_, key.kind);
  }

  void pick_owner(Request& request) {
    const Resource& resource = resource_of(request);
    if (in_batch_ != nullptr || resource.owner < 0 || !dice_->percent(20)) return;
    request.below = true;
    request.owner = some_key(resource.properties[static_cast<size_t>(resource.owner)].refers);
    const auto known = owners_.find(request.act == Act::kCreate ? -1 : request.key.row);
    if (known != owners_.end() && dice_->percent(85)) request.owner = known->second;
  }

  // Remembers which owner a new row has.
  void keep_owner(const Request& request) {
    const int at = resource_of(request).owner;
    if (request.below) owners_[request.number] = request.owner;
    for (const auto& [property, value] : request.members) {
      const bool names_it = property == at && value.kind == Json::Kind::kKeyOf;
      if (names_it && !request.below) owners_[request.number] = value;
    }
  }

  Json value_for(const Property& property) {
    if (property.refers >= 0) return some_key(property.refers);
    return random_value(*dice_, property.kind);
  }

  void add_members(Request& request, int chance, bool creates) {
    const Resource& resource = resource_of(request);
    for (int at = 0; at < static_cast<int>(resource.properties.size()); ++at) {
      const Property& property = resource.properties[static_cast<size_t>(at)];
      const bool must = property.required && request.act != Act::kUpdate;
      if (request.below && at == resource.owner) {
        if (!must && !dice_->percent(15)) continue;
        const bool other = request.act != Act::kUpdate && dice_->percent(must ? 8 : 40);
        request.members.emplace_back(at, other ? value_for(property) : request.owner);
        continue;
      }
      if (property.read_only || (!creates && (at == resource.key || property.immutable))) {
        if (!creates && (must || dice_->percent(12))) {
          const bool as_stored = must || property.read_only || dice_->percent(60);
          request.members.emplace_back(at, as_stored ? Json::any() : value_for(property));
        }
        continue;
      }
      if (at == resource.key) {
        request.members.emplace_back(at, fresh_key(property));
      } else if (must || dice_->percent(chance)) {
        const bool clears = request.act == Act::kUpdate ? !property.required && dice_->percent(20)
                                                        : property.nullable && dice_->percent(20);
        request.members.emplace_back(at, clears ? Json() : value_for(property));
      }
    }
    if (dice_->percent(in_batch_ == nullptr ? 8 : 3)) spoil(request);
  }

  void spoil(Request& request) {
    const Resource& resource = resource_of(request);
    const int at = dice_->below(static_cast<int>(resource.properties.size()));
    const Property& property = resource.properties[static_cast<size_t>(at)];
    const auto is_it = [at](const auto& member) { return member.first == at; };
    switch (dice_->below(4)) {
      case 0:
        request.unknown_member = true;
        return;
      case 1:
        request.broken_body = true;
        return;
      case 2:
        std::erase_if(request.members, is_it);
        return;
      default:
        std::erase_if(request.members, is_it);
        request.members.emplace_back(at, dice_->one_of(bad_values(property.kind)));
    }
  }

  void make_create(Request& request) {
    request.act = Act::kCreate;
    pick_owner(request);
    add_members(request, 65, true);
    keep_owner(request);
    request.minimal = dice_->percent(10);
    add_idempotency_key(request);
    created_[static_cast<size_t>(request.resource)].push_back(request.number);
  }

  void add_idempotency_key(Request& request) {
    if (in_batch_ != nullptr) return;
    // What has its effect once anyway takes no notice of a key.
    const bool counts = request.act != Act::kReplace && request.act != Act::kDelete;
    request.idempotency_key = dice_->percent(20);
    if (request.idempotency_key && counts) keyed_.push_back(request.number);
  }

  void make_read(Request& request) {
    request.act = Act::kRead;
    const Resource& resource = resource_of(request);
    request.key = some_key(request.resource);
    pick_owner(request);
    request.head = dice_->percent(8);
    if (request.below) return;
    if (resource.item_include_deleted && dice_->percent(40)) {
      request.include_deleted = dice_->percent(80);
    }
    if (resource.item_fields && dice_->percent(35)) pick_fields(request);
    if (resource.item_expand && dice_->percent(40)) pick_expand(request);
    if (request.fields.empty() && request.expand.empty() && dice_->percent(15)) {
      static const Condition all[] = {Condition::kChanged, Condition::kChanged, Condition::kCurrent,
                                      Condition::kStale};
      request.condition = dice_->one_of(all);
    }
    if (dice_->percent(3)) request.bad_query = "nonsense=1";
  }

  void make_write(Request& request, Act act) {
    request.act = act;
    request.key = some_key(request.resource);
    const Resource& resource = resource_of(request);
    if (act != Act::kReplace || resource.put_below) pick_owner(request);
    request.minimal = dice_->percent(10);
    const int chance = resource.needs_condition ? 90 : 25;
    if (dice_->percent(chance)) {
      static const Condition all[] = {Condition::kCurrent, Condition::kCurrent, Condition::kCurrent,
                                      Condition::kStale, Condition::kThere};
      request.condition = dice_->one_of(all);
      if (act == Act::kReplace && dice_->percent(25)) request.condition = Condition::kNotThere;
    }
    add_idempotency_key(request);
    if (act == Act::kDelete) {
      deleted_[static_cast<size_t>(request.resource)].push_back(request.key);
      return;
    }
    if (act == Act::kReplace && resource.put_creates && dice_->percent(30)) {
      request.key = fresh_key(resource.key_property());
      add_members(request, 60, true);
      for (auto& [at, value] : request.members) {
        if (at == resource.key && dice_->percent(90)) value = request.key;
      }
      return;
    }
    add_members(request, act == Act::kReplace ? 60 : 30, false);
  }

  void make_restore(Request& request) {
    request.act = Act::kRestore;
    request.key = some_key(request.resource);
    const auto& gone = deleted_[static_cast<size_t>(request.resource)];
    if (!gone.empty() && dice_->percent(75)) request.key = dice_->one_of(gone);
    pick_owner(request);
    request.minimal = dice_->percent(10);
    add_idempotency_key(request);
    if (!dice_->percent(resource_of(request).needs_condition ? 90 : 20)) return;
    static const Condition all[] = {Condition::kCurrent, Condition::kCurrent, Condition::kStale,
                                    Condition::kThere};
    request.condition = dice_->one_of(all);
  }

  [[nodiscard]] bool may_batch(const Request& request) const {
    return contract_->batches != Batches::kNone || resource_of(request).batches != Batches::kNone;
  }

  void make_batch(Request& request) {
    request.act = Act::kBatch;
    const bool own = resource_of(request).batches != Batches::kNone;
    if (!own || (contract_->batches != Batches::kNone && dice_->percent(50))) request.resource = -1;
    const Batches offered =
        request.resource < 0 ? contract_->batches : resource_of(request).batches;
    if (dice_->percent(50)) request.atomic = dice_->percent(20);
    if (offered == Batches::kWhole && dice_->percent(90)) request.atomic.reset();
    request.minimal = dice_->percent(10);
    request.broken_body = dice_->percent(2);
    request.unknown_member = dice_->percent(2);
    add_idempotency_key(request);
    for (int n = 1 + dice_->below(6); n > 0; --n) make_item(request);
  }

  void make_item(Request& batch) {
    Request item;
    item.number = kItemNumbers * (batch.number + 1) + static_cast<int>(batch.items.size());
    item.resource = batch.resource;
    if (item.resource < 0) {
      item.resource = dice_->below(static_cast<int>(contract_->resources.size()));
    }
    in_batch_ = &batch;
    const int draw = dice_->below(100);
    if (draw < 45) {
      item.act = Act::kCreate;
      add_members(item, 65, true);
      created_[static_cast<size_t>(item.resource)].push_back(item.number);
    } else {
      make_write(item, draw < 60 ? Act::kReplace : draw < 85 ? Act::kUpdate : Act::kDelete);
    }
    in_batch_ = nullptr;
    item.minimal = false;
    item.broken_body = false;
    item.idempotency_key = false;
    if (item.condition == Condition::kNotThere) item.condition = Condition::kNone;
    if (dice_->percent(3)) {
      item.bad_reference = dice_->percent(50) ? BadReference::kItself : BadReference::kOther;
    }
    batch.items.push_back(std::move(item));
  }

  void pick_fields(Request& request) {
    const Resource& resource = resource_of(request);
    for (int n = 1 + dice_->below(3); n > 0; --n) {
      const int at = dice_->below(static_cast<int>(resource.properties.size()));
      const Property& property = resource.properties[static_cast<size_t>(at)];
      if (property.write_only ||
          std::ranges::find(request.fields, at, &Shown::property) != request.fields.end()) {
        continue;
      }
      request.fields.push_back({at, {}});
      if (property.kind == Kind::kObject && dice_->percent(60)) {
        static const std::vector<std::vector<std::string>> parts = {
            {"a"}, {"b"}, {"a", "d"}, {"nothing"}};
        request.fields.back().members = dice_->one_of(parts);
      }
    }
  }

  void pick_expand(Request& request) {
    for (const Relation& relation : contract_->relations(request.resource)) {
      if (!dice_->percent(50)) continue;
      request.expand.push_back({relation, {}});
      if (!dice_->percent(40)) continue;
      for (const Relation& next : contract_->relations(relation.resource)) {
        if (dice_->percent(50)) request.expand.back().further.push_back(next);
      }
    }
  }

  void make_list(Request& request) {
    request.act = Act::kList;
    const Resource& resource = resource_of(request);
    if (resource.owner >= 0 && dice_->percent(10)) {
      request.act = Act::kListBelow;
      request.below = true;
      request.owner = some_key(resource.properties[static_cast<size_t>(resource.owner)].refers);
      return;
    }
    const ListShape& list = resource.list;
    for (int at = 0; at < static_cast<int>(list.filters.size()); ++at) {
      if (dice_->percent(30)) request.filters.push_back(asked(resource, at));
    }
    if (!list.sorts.empty() && dice_->percent(50)) {
      request.sort = dice_->below(static_cast<int>(list.sorts.size()));
    }
    if (dice_->percent(60)) request.limit = dice_->below(list.limit_max + 1);
    if (dice_->percent(3)) request.limit = dice_->percent(50) ? -1 : list.limit_max + 1;
    if (list.paging != Paging::kCursor && dice_->percent(60)) request.place = dice_->below(12);
    if (list.count && dice_->percent(50)) {
      static const char* const counts[] = {"none", "estimated", "exact"};
      request.count = dice_->one_of(counts);
    }
    if (list.include_deleted && dice_->percent(45)) request.include_deleted = dice_->percent(80);
    if (list.fields && dice_->percent(20)) pick_fields(request);
    if (list.expand && dice_->percent(25)) pick_expand(request);
    request.walk = list.paging == Paging::kCursor && dice_->percent(60);
    if (dice_->percent(3)) request.bad_query = "nonsense=1";
  }

  AskedFilter asked(const Resource& resource, int at) {
    const Filter& filter = resource.list.filters[static_cast<size_t>(at)];
    const Property& property = resource.properties[static_cast<size_t>(filter.property)];
    AskedFilter asked{at, {}};
    if (filter.test == "null") {
      asked.values.push_back(Json::truth(dice_->percent(60)));
      return asked;
    }
    const bool many = filter.test == "any" || filter.test == "in" || filter.test == "nin";
    for (int n = many ? 1 + dice_->below(4) : 1; n > 0; --n) {
      Json value = filter.property == resource.key ? some_key(request_resource(resource))
                                                   : value_for(property);
      const bool splits = value.kind == Json::Kind::kString &&
                          (value.text.empty() || value.text.find(',') != std::string::npos);
      if (many && splits) value = Json::string("ab");
      asked.values.push_back(std::move(value));
    }
    if (filter.test == "prefix" && dice_->percent(60)) {
      static const char* const starts[] = {"a", "a%", "a_", "\xc3\xa9", "\xf4\x8f\xbf\xbf", "k"};
      asked.values[0] = Json::string(dice_->one_of(starts));
    }
    return asked;
  }

  [[nodiscard]] int request_resource(const Resource& resource) const {
    return static_cast<int>(&resource - contract_->resources.data());
  }

  const Contract* contract_;
  Dice* dice_;
  std::vector<std::vector<int>> created_;   // By resource.
  std::vector<std::vector<Json>> deleted_;  // Keys that were asked to be deleted; by resource.
  std::map<int, Json> owners_;              // Of rows, by the request that creates them.
  std::vector<int> keyed_;                  // Requests with an Idempotency-Key.
  const Request* in_batch_ = nullptr;       // The batch whose item is made.
};

}  // namespace

std::vector<Request> make_requests(const Contract& contract, int count, Dice& dice) {
  Maker maker(contract, dice);
  std::vector<Request> requests;
  for (int number = 0; number < count; ++number) requests.push_back(maker.next(number));
  return requests;
}

}  // namespace servanda::model
