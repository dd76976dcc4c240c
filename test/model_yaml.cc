// SPDX-License-Identifier: Apache-2.0
// The OpenAPI document of a contract.

#include "model_contract.h"
#include "model_expression.h"

namespace servanda::model {
namespace {

constexpr const char* kIncludeDeleted =
    "        - {name: include_deleted, in: query, schema: {type: boolean}}\n";

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

// In double quotes.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text)
    out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return out + "\"";
}

std::string vendor_keys(const Contract& contract, const Property& property,
                        const std::string& computed) {
  static const char* const words[] = {"",        "created", "updated", "uuid",
                                      "counter", "deleted", "purged"};
  std::string keys;
  if (property.made != Made::kNever) {
    keys = std::string("generated: ") + words[static_cast<size_t>(property.made)];
  } else if (property.refers >= 0) {
    keys = "ref: " + contract.resources[static_cast<size_t>(property.refers)].name;
  }
  if (property.computed) keys = "computed: " + quoted(computed);
  if (property.immutable) keys += (keys.empty() ? "" : ", ") + std::string("immutable: true");
  return keys;
}

std::string property_schema(const Contract& contract, const Resource& one, size_t at) {
  const Property& property = one.properties[at];
  const bool is_key = static_cast<int>(at) == one.key;
  const std::string type = value_type(property.kind);
  std::string out = "{type: ";
  out += property.nullable ? "[" + type + ", 'null']" : type;
  out += value_format(property.kind);
  if (property.kind == Kind::kEnum) out += enum_list(property.nullable);
  if (property.kind == Kind::kText && !property.computed) out += ", maxLength: 40";
  if (is_key && property.kind == Kind::kText) out += ", minLength: 1";
  if (property.read_only) out += ", readOnly: true";
  if (property.write_only) out += ", writeOnly: true";
  if (property.default_value) out += ", default: " + property.default_value->text;
  const std::string computed =
      property.computed ? expression_text(one, *property.computed) : std::string();
  const std::string keys = vendor_keys(contract, property, computed);
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
  if (list.include_deleted) out += kIncludeDeleted;
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
  out += one.delete_shows ? "      responses: {" + answer("200", one.name) + "}\n"
                          : "      responses: {'204': {description: gone}}\n";
}

void add_restore(std::string& out, const Resource& one, const std::string& path,
                 const std::string& parameters, const std::string& suffix) {
  if (one.restore_s == 0) return;
  out += path + "/{key}:undelete:\n    x-servanda: {resource: " + one.name +
         (one.needs_condition ? ", precondition: required" : "") + "}\n    parameters: [" +
         parameters + "]\n";
  out += "    post:\n      operationId: restore" + one.name + suffix + "\n      responses: {" +
         answer("200", one.name) + "}\n";
}

void add_batch(std::string& out, Batches batches, const std::string& path,
               const std::string& vendor, const std::string& suffix) {
  if (batches == Batches::kNone) return;
  static const char* const schema = ", content: {application/json: {schema: {type: object}}}}";
  out += "  " + path + ":\n    post:\n      operationId: batch" + suffix + "\n      x-servanda: {" +
         vendor + "}\n      requestBody: {required: true" + schema +
         "\n      responses: {'200': {description: done" + schema;
  if (batches == Batches::kPartial) out += std::string(", '207': {description: each") + schema;
  out += "}\n";
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
  if (one.item_fields || one.item_expand || one.item_include_deleted) {
    out += "      parameters:\n";
  }
  if (one.item_include_deleted) out += kIncludeDeleted;
  if (one.item_fields) out += "        - {name: fields, in: query, schema: {type: string}}\n";
  if (one.item_expand) out += "        - {name: expand, in: query, schema: {type: string}}\n";
  out += "      responses: {" + answer("200", one.name) + "}\n";
  add_item_writes(out, one, "", true);
  add_restore(out, one, "  /v1/" + one.table, key, "");
  add_batch(out, one.batches, "/v1/" + one.table + ":batch",
            "resource: " + one.name + ", action: batch", one.name);
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
  add_item_writes(out, one, "Below", one.put_below);
  add_restore(out, one, path, outer + ", " + key, "Below");
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
         "]";
  if (one.restore_s > 0) {
    out += ", softDelete: {restore: " + std::to_string(one.restore_s) + "s}";
  }
  out += "}}\n      properties:\n";
  for (size_t i = 0; i < one.properties.size(); ++i) {
    if (one.properties[i].dropped) continue;
    out += "        " + one.properties[i].name + ": " + property_schema(contract, one, i) + "\n";
  }
  out += "    " + one.name + "Page:\n      type: object\n      properties:\n";
  out += "        items: {type: array, items: {$ref: '#/components/schemas/" + one.name + "'}}\n";
  out += "        next: {type: string}\n        prev: {type: string}\n";
  if (one.list.total) {
    out += "        total: {type: integer}\n        totalIsExact: {type: boolean}\n";
  }
}

}  // namespace

std::string contract_yaml(const Contract& contract) {
  std::string out =
      "openapi: 3.1.0\ninfo: {title: Random, version: 1.0.0}\n"
      "x-servanda: {services: {random: {}}";
  out += "}\npaths:\n";
  add_batch(out, contract.batches, "/v1/batch", "action: batch", "All");
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
