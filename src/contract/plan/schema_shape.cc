// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/schema_shape.h"

#include <algorithm>
#include <array>

namespace servanda {
namespace {

// Keywords that add nothing to what a reference means.
bool is_annotation(std::string_view key) {
  static constexpr std::array<std::string_view, 13> kKeys = {
      "title",    "description", "summary", "deprecated",   "example", "examples", "$comment",
      "readOnly", "writeOnly",   "default", "externalDocs", "xml",     "nullable"};
  return key.starts_with("x-") || std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

uint8_t bits_of_value(const Node& value) {
  switch (value.kind) {
    case JsonKind::kNull:
      return TypeMask::kNull;
    case JsonKind::kBoolean:
      return TypeMask::kBoolean;
    case JsonKind::kInteger:
      return TypeMask::kInteger;
    case JsonKind::kNumber:
      return TypeMask::kNumber;
    case JsonKind::kString:
      return TypeMask::kString;
    case JsonKind::kArray:
      return TypeMask::kArray;
    case JsonKind::kObject:
      return TypeMask::kObject;
  }
  return TypeMask::kAny;
}

uint8_t bits_of_type_keyword(const Node& type) {
  if (type.is_string()) return type_bits(type.text);
  uint8_t bits = 0;
  for (const NodeEntry& item : type) {
    if (item.value->is_string()) bits |= type_bits(item.value->text);
  }
  return bits;
}

bool is_true(const Node& schema, std::string_view key) {
  const Node* value = schema.find(key);
  return value != nullptr && value->kind == JsonKind::kBoolean && value->boolean;
}

}  // namespace

const MemberShape* ObjectShape::find(std::string_view name) const {
  for (const MemberShape& member : members) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

bool ObjectShape::requires_member(std::string_view name) const {
  return std::find(required.begin(), required.end(), name) != required.end();
}

uint8_t type_bits(std::string_view name) {
  if (name == "null") return TypeMask::kNull;
  if (name == "boolean") return TypeMask::kBoolean;
  if (name == "integer") return TypeMask::kInteger;
  if (name == "number") return TypeMask::kNumber | TypeMask::kInteger;
  if (name == "string") return TypeMask::kString;
  if (name == "array") return TypeMask::kArray;
  if (name == "object") return TypeMask::kObject;
  return TypeMask::kAny;
}

uint8_t json_type(ColumnType type) {
  switch (type) {
    case ColumnType::kInteger:
      return TypeMask::kInteger;
    case ColumnType::kNumber:
      return TypeMask::kNumber;
    case ColumnType::kBoolean:
      return TypeMask::kBoolean;
    default:
      return TypeMask::kString;
  }
}

ColumnType ValueShape::column_type() const {
  const uint8_t bits = types.bits & ~TypeMask::kNull;
  if (bits == TypeMask::kString) {
    if (format == "uuid") return ColumnType::kUuid;
    if (format == "date-time") return ColumnType::kTimestamp;
    if (format == "date") return ColumnType::kDate;
    if (format == "decimal") return ColumnType::kDecimal;
    return ColumnType::kText;
  }
  if (bits == TypeMask::kInteger) return ColumnType::kInteger;
  if (bits == TypeMask::kBoolean) return ColumnType::kBoolean;
  constexpr uint8_t kNumeric = TypeMask::kInteger | TypeMask::kNumber;
  if (bits != 0 && (bits & ~kNumeric) == 0) return ColumnType::kNumber;
  return ColumnType::kJson;
}

// Marks the schema as being read, unless that goes in circles or beyond the bounds.
bool SchemaReader::enter(const Node* schema, int depth) {
  if (depth > kDepthMax || steps_ >= kStepsMax) return false;
  if (std::find(visiting_.begin(), visiting_.end(), schema) != visiting_.end()) return false;
  ++steps_;
  visiting_.push_back(schema);
  return true;
}

Node* SchemaReader::target(const Node& schema) {
  const Node* ref = schema.find("$ref");
  if (ref == nullptr || !ref->is_string()) return nullptr;
  Diagnostics reported_elsewhere;
  return documents_->resolve(ref->text, ref->place, reported_elsewhere);
}

Node* SchemaReader::identity(Node* schema) {
  for (int hops = 0; hops < kDepthMax && schema != nullptr && schema->is_object(); ++hops) {
    const NodeEntry* only = nullptr;
    for (const NodeEntry& entry : *schema) {
      if (is_annotation(entry.key)) continue;
      if (only != nullptr) return schema;
      only = &entry;
    }
    if (only == nullptr) return schema;
    Node* next = nullptr;
    if (only->key == "$ref") next = target(*schema);
    if (only->key == "allOf" && only->value->is_array() && only->value->size == 1) {
      next = only->value->entries[0].value;
    }
    if (next == nullptr) return schema;
    schema = next;
  }
  return schema;
}

void SchemaReader::add_members(const Node& properties, ObjectShape& shape) {
  for (const NodeEntry& entry : properties) {
    auto at = std::find_if(shape.members.begin(), shape.members.end(),
                           [&](const MemberShape& member) { return member.name == entry.key; });
    if (at == shape.members.end()) {
      shape.members.push_back({entry.key, entry.key_place, {}});
      at = shape.members.end() - 1;
    }
    at->schemas.push_back(entry.value);
  }
}

bool SchemaReader::branches_declare_members(const Node& branches) {
  for (const NodeEntry& branch : branches) {
    for (const NodeEntry& entry : *branch.value) {
      if (entry.key != "required" && entry.key != "not" && !is_annotation(entry.key)) return true;
    }
  }
  return false;
}

void SchemaReader::add_object(Node* schema, int depth, ObjectShape& shape) {
  if (schema == nullptr || !schema->is_object()) return;
  if (depth > kDepthMax || steps_ >= kStepsMax) {
    shape.too_large = true;
    return;
  }
  if (!enter(schema, depth)) return;
  for (const NodeEntry& entry : *schema) {
    if (entry.key == "$ref") {
      add_object(target(*schema), depth + 1, shape);
    } else if (entry.key == "allOf") {
      for (const NodeEntry& branch : *entry.value) add_object(branch.value, depth + 1, shape);
    } else if (entry.key == "properties" && entry.value->is_object()) {
      add_members(*entry.value, shape);
    } else if (entry.key == "required") {
      for (const NodeEntry& name : *entry.value) shape.required.push_back(name.value->text);
    } else if (entry.key == "additionalProperties" || entry.key == "unevaluatedProperties") {
      const bool closed = entry.value->kind == JsonKind::kBoolean && !entry.value->boolean;
      if (closed) shape.closed = true;
      if (!closed) shape.open = entry.value;
    } else if (entry.key == "oneOf" || entry.key == "anyOf") {
      if (branches_declare_members(*entry.value)) shape.foreign = &entry;
    } else if (entry.key == "patternProperties" || entry.key == "if" ||
               entry.key == "dependentSchemas" || entry.key == "$dynamicRef") {
      shape.foreign = &entry;
    }
  }
  visiting_.pop_back();
}

ObjectShape SchemaReader::object(Node* schema) {
  steps_ = 0;
  ObjectShape shape;
  add_object(schema, 0, shape);
  return shape;
}

void SchemaReader::add_union(const Node& branches, int depth, ValueShape& shape) {
  uint8_t bits = 0;
  int with_value = 0;
  ValueShape only;
  for (const NodeEntry& branch : branches) {
    ValueShape part;
    add_value(branch.value, depth, part);
    bits |= part.types.bits;
    if ((part.types.bits & ~TypeMask::kNull) == 0) continue;
    ++with_value;
    only = part;
  }
  if (branches.size == 0) return;
  shape.types.bits &= bits;
  if (with_value != 1) return;
  if (shape.format.empty()) shape.format = only.format;
  if (shape.values == nullptr) shape.values = only.values;
  if (shape.items == nullptr) shape.items = only.items;
}

void SchemaReader::add_value(Node* schema, int depth, ValueShape& shape) {
  if (schema == nullptr || !schema->is_object() || !enter(schema, depth)) return;
  for (const NodeEntry& entry : *schema) {
    const Node& value = *entry.value;
    if (entry.key == "type") {
      shape.types.bits &= bits_of_type_keyword(value);
    } else if (entry.key == "enum" && value.is_array()) {
      uint8_t bits = 0;
      for (const NodeEntry& item : value) bits |= bits_of_value(*item.value);
      shape.types.bits &= bits;
      if (shape.values == nullptr) shape.values = &value;
    } else if (entry.key == "const") {
      shape.types.bits &= bits_of_value(value);
    } else if (entry.key == "format" && value.is_string()) {
      if (shape.format.empty()) shape.format = value.text;
    } else if (entry.key == "default") {
      if (shape.default_value == nullptr) shape.default_value = &value;
    } else if (entry.key == "items") {
      if (shape.items == nullptr) shape.items = entry.value;
    } else if (entry.key == "$ref") {
      add_value(target(*schema), depth + 1, shape);
    } else if (entry.key == "allOf") {
      for (const NodeEntry& branch : value) add_value(branch.value, depth + 1, shape);
    } else if (entry.key == "oneOf" || entry.key == "anyOf") {
      add_union(value, depth + 1, shape);
    }
  }
  shape.read_only = shape.read_only || is_true(*schema, "readOnly");
  shape.write_only = shape.write_only || is_true(*schema, "writeOnly");
  visiting_.pop_back();
}

ValueShape SchemaReader::value(Node* schema) {
  steps_ = 0;
  ValueShape shape;
  add_value(schema, 0, shape);
  return shape;
}

ValueShape SchemaReader::value(const std::vector<Node*>& schemas) {
  steps_ = 0;
  ValueShape shape;
  for (Node* schema : schemas) add_value(schema, 0, shape);
  return shape;
}

}  // namespace servanda
