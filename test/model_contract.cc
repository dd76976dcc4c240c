// SPDX-License-Identifier: Apache-2.0
#include "model_contract.h"

#include <algorithm>
#include <set>

namespace servanda::model {
namespace {

constexpr int kFiltersMax = 6;

bool has_order(Kind kind) {
  return kind != Kind::kObject;
}
bool has_ranges(Kind kind) {
  return has_order(kind) && kind != Kind::kBoolean && kind != Kind::kEnum && kind != Kind::kUuid;
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
    if (has_order(property.kind) && !property.write_only && property.made == Made::kNever) {
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
    if (!has_order(property.kind) || property.write_only || !dice.percent(45)) continue;
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
      if (!has_order(property.kind) || property.write_only || !used.insert(at).second) continue;
      sort.keys.emplace_back(at, dice.percent(50));
      if (at == resource.key) break;
    }
    if (!sort.keys.empty() && known.insert(sort_text(resource, sort)).second) {
      resource.list.sorts.push_back(sort);
    }
  }
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
}

std::string value_type(Kind kind) {
  switch (kind) {
    case Kind::kInteger:
      return "integer";
    case Kind::kNumber:
      return "number";
    case Kind::kBoolean:
      return "boolean";
    case Kind::kObject:
      return "object";
    default:
      return "string";
  }
}

std::string value_format(Kind kind) {
  switch (kind) {
    case Kind::kUuid:
      return ", format: uuid";
    case Kind::kDecimal:
      return ", format: decimal";
    case Kind::kInteger:
      return ", format: int64";
    case Kind::kDate:
      return ", format: date";
    case Kind::kDateTime:
      return ", format: date-time";
    default:
      return "";
  }
}

std::string enum_list(bool with_null) {
  std::string out;
  for (const std::string& word : enum_words()) out += (out.empty() ? "" : ", ") + word;
  return ", enum: [" + out + (with_null ? ", null]" : "]");
}

std::string value_schema(Kind kind) {
  return "{type: " + value_type(kind) + value_format(kind) +
         (kind == Kind::kEnum ? enum_list(false) : "") + "}";
}

std::string vendor_keys(const Contract& contract, const Property& property) {
  static const char* const words[] = {"", "created", "updated", "uuid", "counter"};
  std::string keys;
  if (property.made != Made::kNever) {
    keys = std::string("generated: ") + words[static_cast<size_t>(property.made)];
  } else if (property.refers >= 0) {
    keys = "ref: " + contract.resources[static_cast<size_t>(property.refers)].name;
  }
  if (property.immutable) keys += (keys.empty() ? "" : ", ") + std::string("immutable: true");
  return keys;
}

std::string property_schema(const Contract& contract, const Property& property, bool is_key) {
  const std::string type = value_type(property.kind);
  std::string out = "{type: ";
  out += property.nullable ? "[" + type + ", 'null']" : type;
  out += value_format(property.kind);
  if (property.kind == Kind::kEnum) out += enum_list(property.nullable);
  if (property.kind == Kind::kText) out += ", maxLength: 40";
  if (is_key && property.kind == Kind::kText) out += ", minLength: 1";
  if (property.read_only) out += ", readOnly: true";
  if (property.write_only) out += ", writeOnly: true";
  if (property.default_value) out += ", default: " + property.default_value->text;
  const std::string keys = vendor_keys(contract, property);
  if (!keys.empty()) out += ", x-servanda: {" + keys + "}";
  return out + "}";
}

void add_filter_parameters(std::string& out, const Resource& resource) {
  for (size_t i = 0; i < resource.properties.size(); ++i) {
    const Property& property = resource.properties[i];
    std::string members;
    for (const Filter& filter : resource.list.filters) {
      if (filter.dropped || filter.property != static_cast<int>(i)) continue;
      const std::string schema =
          filter.test == "null" ? "{type: boolean}" : value_schema(property.kind);
      const std::string text = filter.test == "prefix" ? "{type: string}" : schema;
      if (filter.deep) {
        members += (members.empty() ? "" : ", ") + filter.test + ": " + text;
        continue;
      }
      const bool many = filter.test == "any" || filter.test == "in" || filter.test == "nin";
      const bool plain = filter.test == "any" || filter.test == "eq";
      out += "        - {name: '" + property.name + (plain ? "" : "[" + filter.test + "]") +
             "', in: query, ";
      out += many ? "explode: false, schema: {type: array, items: " + text + "}}\n"
                  : "schema: " + text + "}\n";
    }
    if (!members.empty()) {
      out += "        - {name: " + property.name +
             ", in: query, style: deepObject, schema: {type: object, properties: {" + members +
             "}}}\n";
    }
  }
}

void add_list_parameters(std::string& out, const Resource& resource) {
  const ListShape& list = resource.list;
  add_filter_parameters(out, resource);
  std::string sorts;
  for (const Sort& sort : list.sorts) {
    if (!sort.dropped) {
      sorts += (sorts.empty() ? "'" : ", '") + sort_text(resource, sort) + "'";
    }
  }
  if (!sorts.empty()) out += "        - {name: sort, in: query, schema: {enum: [" + sorts + "]}}\n";
  out += "        - {name: limit, in: query, schema: {type: integer, default: " +
         std::to_string(list.limit_default) + ", maximum: " + std::to_string(list.limit_max) +
         "}}\n";
  static const char* const names[] = {"cursor, in: query, schema: {type: string}",
                                      "offset, in: query, schema: {type: integer}",
                                      "page, in: query, schema: {type: integer}"};
  out += std::string("        - {name: ") + names[static_cast<size_t>(list.paging)] + "}\n";
  if (list.count) {
    out += "        - {name: count, in: query, schema: {enum: [none, estimated, exact]}}\n";
  }
  if (list.fields) out += "        - {name: fields, in: query, schema: {type: string}}\n";
  if (list.expand) out += "        - {name: expand, in: query, schema: {type: string}}\n";
}

std::string answer(const std::string& status, const std::string& schema) {
  return "'" + status +
         "': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/" +
         schema + "'}}}}";
}

std::string body(const std::string& type, const std::string& schema) {
  return "{required: true, content: {" + type + ": {schema: {$ref: '#/components/schemas/" +
         schema + "'}}}}";
}

void add_item_writes(std::string& out, const Resource& one, const std::string& suffix,
                     bool with_put) {
  const std::string condition =
      one.needs_condition ? "      x-servanda: {precondition: required}\n" : "";
  if (with_put) {
    out += "    put:\n      operationId: replace" + one.name + suffix + "\n" + condition;
    out += "      requestBody: " + body("application/json", one.name) + "\n";
    out += "      responses: {" + answer("200", one.name) +
           (one.put_creates ? ", " + answer("201", one.name) : "") + "}\n";
  }
  out += "    patch:\n      operationId: update" + one.name + suffix + "\n" + condition;
  out += "      requestBody: " + body("application/merge-patch+json", one.name) + "\n";
  out += "      responses: {" + answer("200", one.name) + "}\n";
  out += "    delete:\n      operationId: delete" + one.name + suffix + "\n" + condition;
  out += "      responses: {'204': {description: gone}}\n";
}

void add_collection(std::string& out, const Resource& one, const std::string& suffix) {
  out += "    post:\n      operationId: create" + one.name + suffix + "\n";
  out += "      requestBody: " + body("application/json", one.name) + "\n";
  out += "      responses: {" + answer("201", one.name) + "}\n";
}

void add_paths(std::string& out, const Resource& one) {
  const std::string key =
      "{name: key, in: path, required: true, schema: " + value_schema(one.key_property().kind) +
      "}";
  const std::string bound = "    x-servanda: {resource: " + one.name + "}\n";
  out += "  /v1/" + one.table + ":\n" + bound;
  out += "    get:\n      operationId: list" + one.name + "\n      parameters:\n";
  add_list_parameters(out, one);
  out += "      responses: {" + answer("200", one.name + "Page") + "}\n";
  add_collection(out, one, "");
  out += "  /v1/" + one.table + "/{key}:\n" + bound + "    parameters: [" + key + "]\n";
  out += "    get:\n      operationId: read" + one.name + "\n";
  if (one.item_fields || one.item_expand) out += "      parameters:\n";
  if (one.item_fields) out += "        - {name: fields, in: query, schema: {type: string}}\n";
  if (one.item_expand) out += "        - {name: expand, in: query, schema: {type: string}}\n";
  out += "      responses: {" + answer("200", one.name) + "}\n";
  add_item_writes(out, one, "", true);
}

void add_owner_paths(std::string& out, const Contract& contract, const Resource& one) {
  const Property& owner = one.properties[static_cast<size_t>(one.owner)];
  const Resource& target = contract.resources[static_cast<size_t>(owner.refers)];
  const std::string outer = "{name: " + owner.name +
                            ", in: path, required: true, schema: " + value_schema(owner.kind) + "}";
  const std::string key =
      "{name: key, in: path, required: true, schema: " + value_schema(one.key_property().kind) +
      "}";
  const std::string bound = "    x-servanda: {resource: " + one.name + "}\n";
  const std::string path = "  /v1/" + target.table + "/{" + owner.name + "}/" + one.table;
  out += path + ":\n" + bound + "    parameters: [" + outer + "]\n";
  out += "    get:\n      operationId: list" + one.name + "Below\n      parameters:\n";
  out += "        - {name: limit, in: query, schema: {type: integer, default: 50}}\n";
  out += "        - {name: cursor, in: query, schema: {type: string}}\n";
  out += "      responses: {" + answer("200", one.name + "Page") + "}\n";
  add_collection(out, one, "Below");
  out += path + "/{key}:\n" + bound + "    parameters: [" + outer + ", " + key + "]\n";
  out += "    get:\n      operationId: read" + one.name + "Below\n      responses: {" +
         answer("200", one.name) + "}\n";
  add_item_writes(out, one, "Below", false);
}

void add_schemas(std::string& out, const Contract& contract, const Resource& one) {
  std::string required;
  std::string uniques;
  for (const Property& property : one.properties) {
    if (property.required && !property.dropped) {
      required += (required.empty() ? "" : ", ") + property.name;
    }
  }
  for (const Unique& unique : one.uniques) {
    if (unique.dropped) continue;
    std::string names;
    for (const int at : unique.properties) {
      names += (names.empty() ? "" : ", ") + one.properties[static_cast<size_t>(at)].name;
    }
    uniques += (uniques.empty() ? "[" : ", [") + names + "]";
  }
  out += "    " + one.name + ":\n      type: object\n      required: [" + required + "]\n";
  out += "      x-servanda: {resource: {key: " + one.key_property().name + ", unique: [" + uniques +
         "]}}\n      properties:\n";
  for (size_t i = 0; i < one.properties.size(); ++i) {
    if (one.properties[i].dropped) continue;
    out += "        " + one.properties[i].name + ": " +
           property_schema(contract, one.properties[i], static_cast<int>(i) == one.key) + "\n";
  }
  out += "    " + one.name + "Page:\n      type: object\n      properties:\n";
  out += "        items: {type: array, items: {$ref: '#/components/schemas/" + one.name + "'}}\n";
  out += "        next: {type: string}\n        prev: {type: string}\n";
  if (one.list.total) {
    out += "        total: {type: integer}\n        totalIsExact: {type: boolean}\n";
  }
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
    add_made(resource, dice);
    resource.put_creates = !resource.generated_key && dice.percent(50);
    resource.needs_condition = dice.percent(15);
    contract.resources.push_back(std::move(resource));
  }
  add_references(contract, dice);
  for (int i = 0; i < count; ++i) {
    add_uniques(contract.resources[static_cast<size_t>(i)], dice);
    add_list(contract, i, dice);
  }
  return contract;
}

std::string contract_yaml(const Contract& contract) {
  std::string out =
      "openapi: 3.1.0\ninfo: {title: Random, version: 1.0.0}\n"
      "x-servanda: {services: {random: {}}}\npaths:\n";
  for (const Resource& resource : contract.resources) {
    add_paths(out, resource);
    if (resource.owner >= 0 && !resource.properties[static_cast<size_t>(resource.owner)].dropped) {
      add_owner_paths(out, contract, resource);
    }
  }
  out += "components:\n  schemas:\n";
  for (const Resource& resource : contract.resources) add_schemas(out, contract, resource);
  return out;
}

}  // namespace servanda::model
