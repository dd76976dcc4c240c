// SPDX-License-Identifier: Apache-2.0
#include "contract/generate/facts.h"

#include <algorithm>
#include <array>

#include "contract/plan/schema_shape.h"

namespace servanda::internal {
namespace {

// Keywords that say nothing about which values there are.
bool is_annotation(std::string_view key) {
  static constexpr auto kKeys = std::to_array<std::string_view>(
      {"title", "description", "summary", "deprecated", "example", "examples", "$comment",
       "readOnly", "writeOnly", "default", "externalDocs", "xml", "nullable"});
  return key.starts_with("x-") || std::ranges::find(kKeys, key) != kKeys.end();
}

uint8_t types_of_keyword(const Node& type) {
  if (type.is_string()) return type_bits(type.text);
  uint8_t bits = 0;
  for (const NodeEntry& item : type) {
    if (item.value->is_string()) bits |= type_bits(item.value->text);
  }
  return bits;
}

// Keywords that leave out values but never change the C++ type of those that remain.
bool only_restricts(std::string_view key) {
  static constexpr auto kKeys = std::to_array<std::string_view>(
      {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
       "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "minProperties",
       "maxProperties", "propertyNames", "not", "required", "contains", "minContains",
       "maxContains"});
  return is_annotation(key) || std::ranges::find(kKeys, key) != kKeys.end();
}

bool is_false(const Node& node) {
  return node.kind == JsonKind::kBoolean && !node.boolean;
}

bool is_true(const Node& node) {
  return node.kind == JsonKind::kBoolean && node.boolean;
}

// Whether every branch only narrows what stands beside the union: "one of these must be there".
bool only_narrows(const Node& branches) {
  return std::ranges::all_of(branches, [](const NodeEntry& branch) {
    return branch.value->is_object() &&
           std::ranges::all_of(*branch.value,
                               [](const NodeEntry& entry) { return only_restricts(entry.key); });
  });
}

}  // namespace

bool SchemaFacts::requires_member(std::string_view key) const {
  return std::ranges::find(required, key) != required.end();
}

Node* FactReader::target(const Node& schema) {
  const Node* ref = schema.find("$ref");
  if (ref == nullptr || !ref->is_string()) return nullptr;
  Diagnostics reported_by_the_compiler;
  return documents_->resolve(ref->text, ref->place, reported_by_the_compiler);
}

bool FactReader::says_nothing(const Node& schema) {
  if (!schema.is_object()) return is_true(schema);
  return std::ranges::all_of(schema,
                             [](const NodeEntry& entry) { return only_restricts(entry.key); });
}

NamedSchema FactReader::pointed_to(const Node& schema) {
  if (!schema.is_object()) return {};
  const NodeEntry* said = nullptr;
  const Node* type = nullptr;
  for (const NodeEntry& entry : schema) {
    if (only_restricts(entry.key)) continue;
    if (entry.key == "type") {
      type = entry.value;
      continue;
    }
    if (said != nullptr) return {};
    said = &entry;
  }
  if (said == nullptr) return {};
  NamedSchema found;
  if (said->key == "$ref") found = {target(schema), said->value->text};
  if (said->key == "allOf" && said->value->is_array()) {
    for (const NodeEntry& branch : *said->value) {
      if (says_nothing(*branch.value)) continue;
      if (found.node != nullptr) return {};
      found = pointed_to(*branch.value);
      if (found.node == nullptr) return {};
    }
  }
  if (found.node == nullptr || type == nullptr) return found;
  // A type beside the reference says nothing when the target has no other types.
  const uint8_t admitted = types_of_keyword(*type);
  return (read({found.node}).types & ~admitted) == 0 ? found : NamedSchema{};
}

std::vector<Node*> FactReader::bases(Node& schema) {
  std::vector<Node*> out;
  if (!schema.is_object()) return out;
  if (Node* direct = target(schema)) out.push_back(direct);
  const Node* all = schema.find("allOf");
  if (all == nullptr || !all->is_array()) return out;
  for (const NodeEntry& branch : *all) {
    if (!branch.value->is_object()) continue;
    if (Node* base = target(*branch.value)) out.push_back(base);
  }
  return out;
}

SchemaFacts FactReader::read(const Schemas& schemas) {
  steps_ = 0;
  visiting_.clear();
  SchemaFacts facts;
  for (Node* schema : schemas) add(schema, 0, facts);
  return facts;
}

void FactReader::add(Node* schema, int depth, SchemaFacts& facts) {
  if (schema == nullptr || !schema->is_object()) {
    if (schema != nullptr && is_false(*schema)) facts.types = 0;
    return;
  }
  if (std::ranges::find(visiting_, schema) != visiting_.end()) return;
  if (depth > kDepthMax || ++steps_ > kStepsMax) {
    facts.dynamic = true;
    return;
  }
  visiting_.push_back(schema);
  // Texts of the outer schema come before those of what it refers to.
  const Node* description = schema->find("description");
  if (description == nullptr) description = schema->find("title");
  if (facts.description.empty() && description != nullptr && description->is_string()) {
    facts.description = description->text;
  }
  if (const Node* flag = schema->find("deprecated"); flag != nullptr && is_true(*flag)) {
    facts.deprecated = true;
  }
  if (const Node* flag = schema->find("readOnly"); flag != nullptr && is_true(*flag)) {
    facts.read_only = true;
  }
  if (const Node* flag = schema->find("writeOnly"); flag != nullptr && is_true(*flag)) {
    facts.write_only = true;
  }
  if (facts.discriminator == nullptr) facts.discriminator = schema->find("discriminator");
  if (schema->find("contentMediaType") != nullptr && schema->find("type") == nullptr) {
    facts.octets = true;
  }
  for (const NodeEntry& entry : *schema) add_keyword(entry, depth, facts);
  visiting_.pop_back();
}

void FactReader::add_keyword(const NodeEntry& entry, int depth, SchemaFacts& facts) {
  Node& value = *entry.value;
  if (entry.key == "type") {
    facts.types &= types_of_keyword(value);
  } else if (entry.key == "format" && value.is_string()) {
    if (facts.format.empty()) facts.format = value.text;
  } else if (entry.key == "enum" && value.is_array()) {
    if (facts.values == nullptr || value.size < facts.values->size) facts.values = &value;
  } else if (entry.key == "const") {
    facts.constant = &value;
  } else if (entry.key == "items" && value.is_object()) {
    if (facts.items.empty()) facts.items.emplace_back();
    facts.items.front().push_back(&value);
  } else if (entry.key == "prefixItems") {
    // Items of several types: each is JSON.
    if (facts.items.empty()) facts.items.emplace_back();
    facts.items.front().push_back(nullptr);
  } else if (entry.key == "$ref" && value.is_string()) {
    Diagnostics reported_by_the_compiler;
    add(documents_->resolve(value.text, value.place, reported_by_the_compiler), depth + 1, facts);
  } else if (entry.key == "allOf" && value.is_array()) {
    add_branches(value, depth, facts);
  } else if ((entry.key == "oneOf" || entry.key == "anyOf") && value.is_array()) {
    add_union(value, facts);
  } else if (entry.key == "$dynamicRef") {
    facts.dynamic = true;
  } else {
    add_object_keyword(entry, facts);
  }
}

void FactReader::add_branches(const Node& branches, int depth, SchemaFacts& facts) {
  for (const NodeEntry& branch : branches) add(branch.value, depth + 1, facts);
}

void FactReader::add_union(Node& branches, SchemaFacts& facts) {
  if (branches.size != 0 && !only_narrows(branches)) facts.unions.push_back(&branches);
}

void FactReader::add_object_keyword(const NodeEntry& entry, SchemaFacts& facts) {
  Node& value = *entry.value;
  if (entry.key == "properties" && value.is_object()) {
    add_properties(value, facts);
  } else if (entry.key == "required" && value.is_array()) {
    for (const NodeEntry& name : value) facts.required.push_back(name.value->text);
  } else if (entry.key == "additionalProperties" || entry.key == "unevaluatedProperties") {
    if (value.is_object() && value.size != 0) {
      facts.additional.push_back(&value);
    } else if (is_false(value)) {
      facts.closed = true;
    } else {
      facts.keeps_others = true;
    }
  } else if (entry.key == "patternProperties" && value.is_object() && value.size != 0) {
    facts.keeps_others = true;
  }
}

void FactReader::add_properties(const Node& properties, SchemaFacts& facts) {
  for (const NodeEntry& entry : properties) {
    auto at = std::ranges::find(facts.properties, entry.key, &PropertyFacts::key);
    if (at == facts.properties.end()) {
      facts.properties.push_back({entry.key, {}});
      at = facts.properties.end() - 1;
    }
    if (std::ranges::find(at->schemas, entry.value) == at->schemas.end()) {
      at->schemas.push_back(entry.value);
    }
  }
}

}  // namespace servanda::internal
