// SPDX-License-Identifier: Apache-2.0
// TextShape from schemas: which types text may become, by reading the document.

#include <algorithm>
#include <span>
#include <utility>

#include "contract/plan/compile_state.h"
#include "contract/plan/schema_shape.h"

namespace servanda::internal {
namespace {

uint8_t kind_bits(const Node& value) {
  switch (value.kind) {
    case JsonKind::kNull:
      return TypeMask::kNull;
    case JsonKind::kBoolean:
      return TypeMask::kBoolean;
    case JsonKind::kInteger:
      return TypeMask::kInteger;
    case JsonKind::kNumber:
      return TypeMask::kNumber | TypeMask::kInteger;
    case JsonKind::kString:
      return TypeMask::kString;
    case JsonKind::kArray:
      return TypeMask::kArray;
    case JsonKind::kObject:
      return TypeMask::kObject;
  }
  return TypeMask::kAny;
}

bool has_any(const Node& schema, std::initializer_list<std::string_view> keys) {
  return std::ranges::any_of(keys,
                             [&](std::string_view key) { return schema.find(key) != nullptr; });
}

// Without a `type`, the keywords say what the author had in mind.
uint8_t implied_bits(const Node& schema) {
  uint8_t bits = 0;
  if (has_any(schema, {"properties", "additionalProperties", "patternProperties", "required",
                       "propertyNames", "minProperties", "maxProperties"})) {
    bits |= TypeMask::kObject;
  }
  if (has_any(schema, {"items", "prefixItems", "contains", "minItems", "maxItems"})) {
    bits |= TypeMask::kArray;
  }
  if (has_any(schema, {"pattern", "minLength", "maxLength"})) bits |= TypeMask::kString;
  if (has_any(schema,
              {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})) {
    bits |= TypeMask::kNumber | TypeMask::kInteger | TypeMask::kString;
  }
  return bits == 0 ? TypeMask::kAny : bits;
}

uint8_t own_bits(const Node& schema) {
  if (!schema.is_object()) return TypeMask::kAny;
  uint8_t bits = 0;
  if (const Node* type = schema.find("type")) {
    if (type->is_string()) bits = type_bits(type->text);
    for (const NodeEntry& entry : *type) bits |= type_bits(entry.value->text);
  } else if (const Node* values = schema.find("enum"); values != nullptr && values->is_array()) {
    for (const NodeEntry& entry : *values) bits |= kind_bits(*entry.value);
  } else if (const Node* value = schema.find("const")) {
    bits = kind_bits(*value);
  } else {
    bits = implied_bits(schema);
  }
  if (is_true(schema, "nullable")) bits |= TypeMask::kNull;
  return bits == 0 ? TypeMask::kAny : bits;
}

class ShapeReader {
 public:
  ShapeReader(Documents& documents, size_t steps_max)
      : documents_(documents), steps_max_(steps_max) {}

  [[nodiscard]] size_t steps() const { return steps_; }
  [[nodiscard]] bool exhausted() const { return steps_ >= steps_max_; }

  TextShape shape(std::span<Node* const> schemas, int depth) {
    TextShape out;
    out.open = false;
    if (depth > kDepthMax) return {};
    std::vector<Node*> all = flatten(schemas);
    Children children;
    for (Node* schema : all) {
      out.types.bits &= own_bits(*schema);
      collect(*schema, children);
      for (std::string_view key : {"anyOf", "oneOf"}) add_union(*schema, key, depth, out);
    }
    for (auto& [name, schemas_of_name] : children.members) {
      if (exhausted()) break;
      add_member(out, std::string(name), shape(schemas_of_name, depth + 1));
    }
    if (!children.items.empty()) out.items = {shape(children.items, depth + 1)};
    if (!children.rest.empty()) out.rest = {shape(children.rest, depth + 1)};
    out.open = out.open || children.open || (out.members.empty() && !children.closed);
    return out;
  }

  const Node* find_default(Node& schema) {
    Node* start[] = {&schema};
    for (Node* each : flatten(start)) {
      if (const Node* value = each->find("default")) return value;
    }
    return nullptr;
  }

 private:
  static constexpr int kDepthMax = 7;  // Brackets, array items and unions of a parameter.

  // What the schemas that all apply say about parts of the value.
  struct Children {
    std::vector<std::pair<std::string_view, std::vector<Node*>>> members;
    std::unordered_map<std::string_view, size_t> member_indexes;
    std::vector<Node*> items;
    std::vector<Node*> rest;
    bool open = false;
    bool closed = false;
  };

  // The schemas that all apply, through "$ref" and "allOf"; each once, so cycles end.
  std::vector<Node*> flatten(std::span<Node* const> schemas) {
    std::vector<Node*> all;
    std::vector<Node*> pending(schemas.rbegin(), schemas.rend());
    while (!pending.empty() && !exhausted()) {
      ++steps_;
      Node* schema = pending.back();
      pending.pop_back();
      if (!schema->is_object() || std::ranges::find(all, schema) != all.end()) continue;
      all.push_back(schema);
      if (const Node* branches = schema->find("allOf"); branches != nullptr) {
        for (uint32_t i = branches->size; i > 0; --i) {
          pending.push_back(branches->entries[i - 1].value);
        }
      }
      if (const Node* ref = schema->find("$ref"); ref != nullptr && ref->is_string()) {
        if (Node* target = documents_.resolve(ref->text, ref->place, scratch_)) {
          pending.push_back(target);
        }
      }
    }
    return all;
  }

  static void collect(const Node& schema, Children& children) {
    if (const Node* members = schema.find("properties"); members != nullptr) {
      for (const NodeEntry& entry : *members) {
        auto [at, added] = children.member_indexes.try_emplace(entry.key, children.members.size());
        if (added) children.members.emplace_back(entry.key, std::vector<Node*>());
        children.members[at->second].second.push_back(entry.value);
      }
    }
    if (Node* items = schema.find("items"); items != nullptr && items->is_object()) {
      children.items.push_back(items);
    }
    if (Node* rest = schema.find("additionalProperties"); rest != nullptr) {
      bool refused = rest->kind == JsonKind::kBoolean && !rest->boolean;
      (refused ? children.closed : children.open) = true;
      if (rest->is_object()) children.rest.push_back(rest);
    }
    if (schema.find("patternProperties") != nullptr) children.open = true;
  }

  // Any branch may apply: types, members and items of all of them are possible.
  void add_union(const Node& schema, std::string_view key, int depth, TextShape& out) {
    const Node* branches = schema.find(key);
    if (branches == nullptr || !branches->is_array() || branches->size == 0) return;
    uint8_t bits = 0;
    for (const NodeEntry& entry : *branches) {
      if (exhausted()) return;
      Node* branch[] = {entry.value};
      TextShape one = shape(branch, depth + 1);
      bits |= one.types.bits;
      for (TextShape::Member& member : one.members) {
        add_member(out, std::move(member.name), std::move(member.shape));
      }
      if (out.items.empty()) out.items = std::move(one.items);
      if (out.rest.empty()) out.rest = std::move(one.rest);
      // A branch without members says nothing of objects; only a typed one invites names.
      out.open = out.open ||
                 (one.open && one.types.bits != TypeMask::kAny && one.types.has(TypeMask::kObject));
    }
    out.types.bits &= bits;
  }

  static void add_member(TextShape& out, std::string name, TextShape shape) {
    auto same = std::ranges::find(out.members, name, &TextShape::Member::name);
    if (same == out.members.end()) {
      out.members.push_back({std::move(name), std::move(shape)});
      return;
    }
    same->shape.types.bits |= shape.types.bits;
    if (same->shape.items.empty()) same->shape.items = std::move(shape.items);
    if (same->shape.members.empty()) same->shape.members = std::move(shape.members);
  }

  Documents& documents_;
  Diagnostics scratch_;  // The schema compiler reports what does not resolve.
  size_t steps_max_;
  size_t steps_ = 0;
};

}  // namespace

TextShape text_shape(CompileState& state, Node& schema) {
  Node* start[] = {&schema};
  ShapeReader reader(state.documents(),
                     std::min(kShapeStepsMax, kAllShapeStepsMax - state.shape_steps));
  TextShape shape = reader.shape(start, 0);
  state.shape_steps += reader.steps();
  if (reader.exhausted()) {
    state.diagnostics.warning("parameter-limit", schema.place,
                              "The schema has more than " + std::to_string(kShapeStepsMax) +
                                  " parts, or those before it used up the contract's " +
                                  std::to_string(kAllShapeStepsMax) +
                                  ": values of its further parts are read as plain text.",
                              "Declare a smaller schema for this parameter or form.");
  }
  return shape;
}

const Node* schema_default(CompileState& state, Node& schema) {
  return ShapeReader(state.documents(), kShapeStepsMax).find_default(schema);
}

}  // namespace servanda::internal
