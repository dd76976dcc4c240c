// SPDX-License-Identifier: Apache-2.0
#include "model_request.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace servanda::model {
namespace {

const std::vector<std::string>& good_texts(Kind kind) {
  static const std::map<Kind, std::vector<std::string>> texts = {
      {Kind::kText,
       {"a",
        "b",
        "ab",
        "abc",
        "aB",
        "A",
        "a%",
        "a_",
        "a%b",
        "",
        "a b",
        "\xc3\xa9",
        "\xc3\xa9t",
        "\xe6\x97\xa5\xe6\x9c\xac",
        "\xf0\x9d\x84\x9e",
        "\xef\xbf\xbd",
        "\xf4\x8f\xbf\xbf",
        "\xf4\x8f\xbf\xbfz",
        "null",
        "0",
        "1",
        "a\"b",
        "a\\b",
        "a'b",
        "a\nb",
        "?&=#",
        "usual",
        "x+y"}},
      {Kind::kEnum, enum_words()},
      {Kind::kUuid,
       {"00000000-0000-0000-0000-000000000000", "0197a000-0000-7000-8000-00000000000f",
        "0197A000-0000-7000-8000-00000000000F", "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "7fffffff-0000-4000-8000-000000000001", "80000000-0000-4000-8000-000000000001"}},
      {Kind::kDecimal,
       {"0",
        "-0",
        "0.0",
        "1",
        "1.0",
        "1.50",
        "1.5",
        "9",
        "9.5",
        "10",
        "10.01",
        "99.99",
        "100",
        "-1",
        "-1.5",
        "-1.05",
        "-10",
        "-9.99",
        "0.001",
        "-0.001",
        "123456789012345678901234567890",
        "123456789012345678901234567890.1",
        "-123456789012345678901234567890"}},
      {Kind::kDate,
       {"1970-01-01", "1969-12-31", "2024-02-29", "1600-02-29", "0001-01-01", "9999-12-31",
        "2026-01-01", "2024-03-01"}},
      {Kind::kDateTime,
       {"1970-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "2024-02-29T12:00:00Z",
        "2024-02-29T14:00:00+02:00", "2024-02-29T12:00:00.5Z", "2024-02-29T12:00:00.000001Z",
        "2024-03-01T00:30:00+01:00", "2026-01-01T00:00:00Z", "1900-01-01T00:00:00-12:00"}}};
  return texts.at(kind);
}

const std::vector<std::string>& number_tokens(Kind kind) {
  static const std::vector<std::string> integers = {"0",
                                                    "1",
                                                    "2",
                                                    "3",
                                                    "-1",
                                                    "7",
                                                    "10",
                                                    "42",
                                                    "9007199254740993",
                                                    "9007199254740992",
                                                    "-9007199254740993",
                                                    "9223372036854775807",
                                                    "-9223372036854775808",
                                                    "100"};
  static const std::vector<std::string> numbers = {
      "0", "1", "1.5", "-2.25", "0.1", "0.30000000000000004", "1e21", "-1e-7", "3", "100", "1e300"};
  return kind == Kind::kInteger ? integers : numbers;
}

Json random_object(Dice& dice) {
  static const char* const texts[] = {"{}",
                                      R"({"a":1})",
                                      R"({"a":{"b":2,"c":[1,null]}})",
                                      R"({"a":{"c":"x"},"d":true})",
                                      R"({"b":[],"a":"text"})",
                                      R"({"a":null})",
                                      R"({"a":{"b":{"c":{"d":1.5}}}})"};
  return *parse_json(dice.one_of(texts));
}

Json random_value(Dice& dice, Kind kind) {
  switch (kind) {
    case Kind::kInteger:
    case Kind::kNumber:
      return Json::number(dice.one_of(number_tokens(kind)));
    case Kind::kBoolean:
      return Json::truth(dice.percent(50));
    case Kind::kObject:
      return random_object(dice);
    default:
      return Json::string(dice.one_of(good_texts(kind)));
  }
}

// What a client may not send for a property of the kind.
std::vector<Json> bad_values(Kind kind) {
  switch (kind) {
    case Kind::kText:
      return {Json::number("1"), Json::string(std::string(41, 'x')), Json::object()};
    case Kind::kEnum:
      return {Json::string("purple"), Json::number("0")};
    case Kind::kUuid:
      return {Json::string("0197a000"), Json::string("0197a000-0000-7000-8000-00000000000g")};
    case Kind::kDecimal:
      return {Json::string("1.2.3"), Json::number("1.5"), Json::string("")};
    case Kind::kInteger:
      return {Json::number("9223372036854775808"), Json::number("1.5"), Json::string("1")};
    case Kind::kNumber:
      return {Json::string("1.5"), Json::truth(true)};
    case Kind::kBoolean:
      return {Json::string("true"), Json::number("1")};
    case Kind::kDate:
      return {Json::string("2023-02-29"), Json::string("2024-1-1"), Json::number("5")};
    case Kind::kDateTime:
      return {Json::string("2024-01-01"), Json::string("2024-01-01T25:00:00Z")};
    case Kind::kObject:
      return {Json::string("{}"), Json::truth(false)};
  }
  return {};
}

class Maker {
 public:
  Maker(const Contract& contract, Dice& dice) : contract_(&contract), dice_(&dice) {
    created_.resize(contract.resources.size());
  }

  Request next(int number) {
    Request request;
    request.number = number;
    request.resource = dice_->below(static_cast<int>(contract_->resources.size()));
    const int draw = dice_->below(100);
    if (draw < 32 || number < 8) {
      make_create(request);
    } else if (draw < 42) {
      make_read(request);
    } else if (draw < 50) {
      make_write(request, Act::kReplace);
    } else if (draw < 60) {
      make_write(request, Act::kUpdate);
    } else if (draw < 65) {
      make_write(request, Act::kDelete);
    } else if (draw < 69 && !keyed_.empty()) {
      request.act = Act::kRepeat;
      request.repeats = dice_->one_of(keyed_);
      request.other_body = dice_->percent(25);
    } else if (draw == 69) {
      request.act = Act::kRestart;
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
    if (resource.owner < 0 || !dice_->percent(20)) return;
    request.below = true;
    request.owner = some_key(resource.properties[static_cast<size_t>(resource.owner)].refers);
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
      if (request.below && at == resource.owner) continue;
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
    if (dice_->percent(8)) spoil(request);
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
    const auto& properties = resource_of(request).properties;
    const bool plain = std::ranges::all_of(properties, [](const Property& property) {
      return property.made == Made::kNever || property.made == Made::kCounter;
    });
    request.minimal = plain && dice_->percent(10);
    add_idempotency_key(request);
    created_[static_cast<size_t>(request.resource)].push_back(request.number);
  }

  void add_idempotency_key(Request& request) {
    request.idempotency_key = dice_->percent(20);
    if (request.idempotency_key) keyed_.push_back(request.number);
  }

  void make_read(Request& request) {
    request.act = Act::kRead;
    const Resource& resource = resource_of(request);
    request.key = some_key(request.resource);
    pick_owner(request);
    if (request.below) return;
    if (resource.item_fields && dice_->percent(35)) pick_fields(request);
    if (resource.item_expand && dice_->percent(40)) pick_expand(request);
    if (request.fields.empty() && request.expand.empty() && dice_->percent(15)) {
      request.condition = Condition::kChanged;
    }
    if (dice_->percent(3)) request.bad_query = "nonsense=1";
  }

  void make_write(Request& request, Act act) {
    request.act = act;
    request.key = some_key(request.resource);
    if (act != Act::kReplace) pick_owner(request);
    const Resource& resource = resource_of(request);
    const int chance = resource.needs_condition ? 90 : 25;
    if (dice_->percent(chance)) {
      static const Condition all[] = {Condition::kCurrent, Condition::kCurrent, Condition::kCurrent,
                                      Condition::kStale, Condition::kThere};
      request.condition = dice_->one_of(all);
      if (act == Act::kReplace && dice_->percent(25)) request.condition = Condition::kNotThere;
    }
    if (act == Act::kDelete) return;
    if (act == Act::kReplace && resource.put_creates && dice_->percent(30)) {
      request.key = fresh_key(resource.key_property());
      add_members(request, 60, true);
      for (auto& [at, value] : request.members) {
        if (at == resource.key && dice_->percent(90)) value = request.key;
      }
      return;
    }
    add_members(request, act == Act::kReplace ? 60 : 30, false);
    if (act == Act::kUpdate) add_idempotency_key(request);
  }

  void pick_fields(Request& request) {
    const Resource& resource = resource_of(request);
    for (int n = 1 + dice_->below(3); n > 0; --n) {
      const int at = dice_->below(static_cast<int>(resource.properties.size()));
      const bool shown = !resource.properties[static_cast<size_t>(at)].write_only;
      if (shown && std::ranges::find(request.fields, at) == request.fields.end()) {
        request.fields.push_back(at);
      }
    }
  }

  void pick_expand(Request& request) {
    for (const Relation& relation : contract_->relations(request.resource)) {
      if (dice_->percent(50)) request.expand.push_back(relation);
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
  std::vector<std::vector<int>> created_;  // By resource.
  std::vector<int> keyed_;                 // Requests with an Idempotency-Key.
};

}  // namespace

bool fits(const Property& property, const Json& value) {
  if (value.is_null()) return property.nullable;
  const std::vector<Json> bad = bad_values(property.kind);
  return std::ranges::none_of(
      bad, [&](const Json& one) { return one.kind == value.kind && one.text == value.text; });
}

std::vector<Request> make_requests(const Contract& contract, int count, Dice& dice) {
  Maker maker(contract, dice);
  std::vector<Request> requests;
  for (int number = 0; number < count; ++number) requests.push_back(maker.next(number));
  return requests;
}

}  // namespace servanda::model
