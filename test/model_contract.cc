// SPDX-License-Identifier: Apache-2.0
#include "model_contract.h"

#include <algorithm>
#include <set>

#include "model_expression.h"

namespace servanda::model {
namespace {

constexpr int kFiltersMax = 6;

bool has_order(Kind kind) {
  return kind != Kind::kObject;
}
bool has_ranges(Kind kind) {
  return has_order(kind) && kind != Kind::kBoolean && kind != Kind::kEnum && kind != Kind::kUuid;
}

// Whether a list may be filtered and sorted by it.
bool can_lead(const Property& property) {
  return has_order(property.kind) && !property.write_only && !property.computed &&
         property.made != Made::kPurged;
}

Property random_property(Dice& dice, int number) {
  static const Kind kinds[] = {Kind::kText,    Kind::kText,     Kind::kEnum,   Kind::kUuid,
                               Kind::kDecimal, Kind::kInteger,  Kind::kNumber, Kind::kBoolean,
                               Kind::kDate,    Kind::kDateTime, Kind::kObject};
  Property property;
  property.kind = dice.one_of(kinds);
  property.name = (dice.percent(50) ? "someThing" : "p_") + std::to_string(number);
  property.nullable = dice.percent(30);
  property.required = dice.percent(25);
  if (dice.percent(10)) property.immutable = true;
  if (property.required) return property;
  if (dice.percent(8)) {
    property.write_only = true;
  } else if (property.kind == Kind::kText && dice.percent(20)) {
    property.default_value = Json::string("usual");
    property.nullable = false;
    property.read_only = dice.percent(30);
    property.immutable = property.immutable && !property.read_only;
  }
  return property;
}

void add_made(Resource& resource, Dice& dice) {
  static const std::pair<Made, const char*> kinds[] = {{Made::kCreated, "createdAt"},
                                                       {Made::kUpdated, "updatedAt"},
                                                       {Made::kUuid, "ticket"},
                                                       {Made::kCounter, "version"}};
  for (const auto& [made, name] : kinds) {
    if (!dice.percent(35)) continue;
    Property property;
    property.name = name;
    property.made = made;
    property.read_only = true;
    property.kind = made == Made::kUuid      ? Kind::kUuid
                    : made == Made::kCounter ? Kind::kInteger
                                             : Kind::kDateTime;
    resource.properties.push_back(property);
  }
  if (resource.restore_s == 0) return;
  for (const Made made : {Made::kDeleted, Made::kPurged}) {
    if (!dice.percent(60)) continue;
    Property property;
    property.name = made == Made::kDeleted ? "deletedAt" : "purgedAt";
    property.made = made;
    property.read_only = true;
    property.nullable = dice.percent(50);
    property.kind = Kind::kDateTime;
    resource.properties.push_back(property);
  }
}

void add_computed(Resource& resource, Dice& dice) {
  static const Kind kinds[] = {Kind::kBoolean, Kind::kBoolean, Kind::kInteger, Kind::kInteger,
                               Kind::kDecimal, Kind::kNumber,  Kind::kText,    Kind::kEnum};
  for (int n = dice.percent(40) ? 1 + dice.below(3) : 0; n > 0; --n) {
    Property property;
    property.kind = dice.one_of(kinds);
    property.name = "made" + std::to_string(n);
    property.read_only = true;
    property.nullable = dice.percent(50);
    property.computed =
        std::make_shared<Expression>(random_expression(resource, property.kind, dice));
    resource.properties.push_back(std::move(property));
  }
}

void add_key(Resource& resource, Dice& dice) {
  static const Kind kinds[] = {Kind::kText, Kind::kText, Kind::kInteger, Kind::kUuid};
  Property key;
  resource.generated_key = dice.percent(40);
  key.name = dice.percent(50) ? "id" : "code";
  key.kind = resource.generated_key ? Kind::kUuid : dice.one_of(kinds);
  key.read_only = resource.generated_key;
  key.required = !resource.generated_key;
  resource.properties.push_back(key);
}

void add_references(Contract& contract, Dice& dice) {
  const int count = static_cast<int>(contract.resources.size());
  for (int i = 0; i < count; ++i) {
    for (int other = 0; other < count; ++other) {
      if (i == other || !dice.percent(40)) continue;
      Resource& resource = contract.resources[static_cast<size_t>(i)];
      const Resource& target = contract.resources[static_cast<size_t>(other)];
      Property property;
      property.name =
          std::string(1, static_cast<char>(target.name[0] + 32)) + target.name.substr(1) + "Id";
      property.kind = target.key_property().kind;
      property.nullable = dice.percent(20);
      property.required = dice.percent(15);
      property.refers = other;
      resource.properties.push_back(property);
      if (resource.owner < 0 && dice.percent(50)) {
        resource.owner = static_cast<int>(resource.properties.size()) - 1;
      }
    }
  }
}

void add_uniques(Resource& resource, Dice& dice) {
  std::vector<int> fit;
  for (size_t i = 1; i < resource.properties.size(); ++i) {
    const Property& property = resource.properties[i];
    const bool stored = property.made == Made::kNever && !property.computed;
    if (has_order(property.kind) && !property.write_only && stored) {
      fit.push_back(static_cast<int>(i));
    }
  }
  for (int n = dice.below(3); n > 0 && !fit.empty(); --n) {
    Unique unique{{dice.one_of(fit)}, false};
    const int second = dice.one_of(fit);
    if (second != unique.properties[0] && dice.percent(50)) unique.properties.push_back(second);
    const bool known = std::ranges::any_of(
        resource.uniques, [&](const Unique& one) { return one.properties == unique.properties; });
    if (!known) resource.uniques.push_back(unique);
  }
}

void add_filters(Resource& resource, Dice& dice) {
  static const char* const ranges[] = {"gt", "gte", "lt", "lte"};
  ListShape& list = resource.list;
  for (size_t i = 0; i < resource.properties.size(); ++i) {
    const Property& property = resource.properties[i];
    if (!can_lead(property) || !dice.percent(45)) continue;
    std::set<std::string> tests;
    const bool deep = dice.percent(35);
    if (dice.percent(55)) tests.insert(!deep && dice.percent(25) ? "any" : "eq");
    if (dice.percent(30)) tests.insert("ne");
    if (dice.percent(30) && !deep) tests.insert(dice.percent(60) ? "in" : "nin");
    if (dice.percent(30)) tests.insert("null");
    if (property.kind == Kind::kText && dice.percent(40)) tests.insert("prefix");
    if (has_ranges(property.kind)) {
      for (int n = dice.below(3); n > 0; --n) tests.insert(dice.one_of(ranges));
    }
    for (const std::string& test : tests) {
      if (list.filters.size() == kFiltersMax) return;
      list.filters.push_back({static_cast<int>(i), test, deep, false});
    }
  }
}

void add_sorts(Resource& resource, Dice& dice) {
  std::set<std::string> known;
  for (int n = dice.below(4); n > 0; --n) {
    Sort sort;
    std::set<int> used;
    for (int keys = 1 + dice.below(3); keys > 0; --keys) {
      const int at = dice.below(static_cast<int>(resource.properties.size()));
      const Property& property = resource.properties[static_cast<size_t>(at)];
      if (!can_lead(property) || !used.insert(at).second) continue;
      sort.keys.emplace_back(at, dice.percent(50));
      if (at == resource.key) break;
    }
    if (!sort.keys.empty() && known.insert(sort_text(resource, sort)).second) {
      resource.list.sorts.push_back(sort);
    }
  }
}

Batches random_batches(Dice& dice) {
  if (!dice.percent(35)) return Batches::kNone;
  return dice.percent(50) ? Batches::kWhole : Batches::kPartial;
}

void add_list(Contract& contract, int index, Dice& dice) {
  Resource& resource = contract.resources[static_cast<size_t>(index)];
  ListShape& list = resource.list;
  add_filters(resource, dice);
  add_sorts(resource, dice);
  list.paging =
      dice.percent(70) ? Paging::kCursor : (dice.percent(50) ? Paging::kOffset : Paging::kPage);
  list.limit_default = 3 + dice.below(6);
  list.limit_max = 10 + dice.below(10);
  list.total = dice.percent(60);
  list.count = list.total && dice.percent(60);
  list.fields = dice.percent(50);
  const bool related = !contract.relations(index).empty();
  list.expand = related && dice.percent(60);
  resource.item_fields = dice.percent(50);
  resource.item_expand = related && dice.percent(60);
  list.include_deleted = resource.restore_s > 0 && dice.percent(50);
  resource.item_include_deleted = resource.restore_s > 0 && dice.percent(70);
}

}  // namespace

const std::vector<std::string>& enum_words() {
  static const std::vector<std::string> words = {"amber", "blue", "coral", "Blue"};
  return words;
}

const Property* Resource::counter() const {
  const auto found = std::ranges::find_if(properties, [](const Property& property) {
    return property.made == Made::kCounter && !property.dropped;
  });
  return found == properties.end() ? nullptr : &*found;
}

std::vector<Relation> Contract::relations(int resource) const {
  std::vector<Relation> all;
  for (int i = 0; i < static_cast<int>(resources.size()); ++i) {
    const Resource& holder = resources[static_cast<size_t>(i)];
    for (int at = 0; at < static_cast<int>(holder.properties.size()); ++at) {
      const Property& property = holder.properties[static_cast<size_t>(at)];
      if (property.refers < 0 || property.dropped) continue;
      if (i == resource) {
        all.push_back(
            {property.name.substr(0, property.name.size() - 2), property.refers, at, false});
      }
      if (property.refers == resource) all.push_back({holder.table, i, at, true});
    }
  }
  return all;
}

std::string sort_text(const Resource& resource, const Sort& sort) {
  std::string out;
  for (const auto& [at, descends] : sort.keys) {
    out += (out.empty() ? "" : ",") + std::string(descends ? "-" : "") +
           resource.properties[static_cast<size_t>(at)].name;
  }
  return out;
}

Contract make_contract(Dice& dice) {
  static const char* const names[] = {"Lamp", "Book", "Tree"};
  Contract contract;
  const int count = 2 + dice.below(2);
  for (int i = 0; i < count; ++i) {
    Resource resource;
    resource.name = names[i];
    resource.table =
        std::string(1, static_cast<char>(resource.name[0] + 32)) + resource.name.substr(1) + "s";
    add_key(resource, dice);
    for (int n = 2 + dice.below(6); n > 0; --n) {
      resource.properties.push_back(
          random_property(dice, static_cast<int>(resource.properties.size())));
    }
    static const int restores[] = {5, 30, 60};
    resource.restore_s = dice.percent(35) ? dice.one_of(restores) : 0;
    resource.delete_shows = dice.percent(25);
    resource.batches = random_batches(dice);
    resource.put_below = dice.percent(50);
    add_made(resource, dice);
    resource.put_creates = !resource.generated_key && dice.percent(50);
    resource.needs_condition = dice.percent(15);
    contract.resources.push_back(std::move(resource));
  }
  add_references(contract, dice);
  contract.batches = random_batches(dice);
  for (int i = 0; i < count; ++i) {
    add_computed(contract.resources[static_cast<size_t>(i)], dice);
    add_uniques(contract.resources[static_cast<size_t>(i)], dice);
    add_list(contract, i, dice);
  }
  return contract;
}

}  // namespace servanda::model
