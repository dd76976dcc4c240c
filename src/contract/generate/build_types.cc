// SPDX-License-Identifier: Apache-2.0
#include "contract/generate/build_types.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "contract/generate/generate.h"

namespace servanda::internal {
namespace {

constexpr int kBuildingMax = 100;  // Bases built inside each other for their names' sake.
constexpr size_t kEnumeratorsMax = 4'096;
constexpr uint8_t kNumeric = TypeMask::kInteger | TypeMask::kNumber;

TypeUse of_kind(TypeKind kind) {
  TypeUse use;
  use.kind = kind;
  return use;
}

TypeUse named(uint32_t declaration) {
  TypeUse use = of_kind(TypeKind::kNamed);
  use.named = declaration;
  return use;
}

// What a reference is called: the last step of its pointer, or the file's name.
std::string reference_name(std::string_view reference) {
  while (reference.ends_with('/') || reference.ends_with('#')) reference.remove_suffix(1);
  const size_t hash = reference.find('#');
  const size_t slash = reference.rfind('/');
  std::string_view last = reference.substr(slash == std::string_view::npos ? 0 : slash + 1);
  const bool is_file = hash == std::string_view::npos;
  if (is_file) {
    for (const std::string_view ending : {".yaml", ".yml", ".json"}) {
      if (last.ends_with(ending)) last.remove_suffix(ending.size());
    }
  }
  return percent_decode(last, PlusSign::kKept).value_or(std::string(last));
}

std::string_view own_description(const Schemas& schemas) {
  for (const Node* schema : schemas) {
    if (schema == nullptr) continue;
    const Node* description = schema->find("description");
    if (description != nullptr && description->is_string()) return description->text;
  }
  return {};
}

}  // namespace

std::optional<TypeKind> scalar_kind(const SchemaFacts& facts) {
  const uint8_t types = facts.types & ~TypeMask::kNull;
  if (facts.dynamic || types == 0) return std::nullopt;
  if (types == TypeMask::kString) {
    if (facts.format == "uuid") return TypeKind::kUuid;
    if (facts.format == "date-time") return TypeKind::kTimestamp;
    if (facts.format == "date") return TypeKind::kDate;
    if (facts.format == "decimal") return TypeKind::kDecimal;
    return TypeKind::kString;
  }
  if (types == TypeMask::kBoolean) return TypeKind::kBoolean;
  if (types == TypeMask::kInteger) {
    return facts.format == "int32" ? TypeKind::kInt32 : TypeKind::kInt64;
  }
  if ((types & ~kNumeric) == 0) {
    return facts.format == "decimal" ? TypeKind::kDecimalNumber : TypeKind::kDouble;
  }
  if (facts.types == TypeMask::kAny && facts.octets) return TypeKind::kString;
  return std::nullopt;
}

bool is_text_enum(const SchemaFacts& facts) {
  if ((facts.types & TypeMask::kString) == 0) return false;
  if (facts.constant != nullptr) return facts.constant->is_string();
  if (facts.values == nullptr || facts.values->size > kEnumeratorsMax) return false;
  size_t texts = 0;
  for (const NodeEntry& value : *facts.values) {
    if (value.value->is_string()) ++texts;
    if (!value.value->is_string() && value.value->kind != JsonKind::kNull) return false;
  }
  return texts > 0;
}

std::string TypeBuilder::take_name(const std::string& wanted, bool of_operation) {
  return (of_operation ? operations_ : types_).take(wanted);
}

uint32_t TypeBuilder::add_declaration(Declaration declaration) {
  declaration.name = take_name(declaration.name, declaration.of_operation);
  model_->declarations.push_back(std::move(declaration));
  built_.push_back(false);
  if (model_->declarations.size() > declarations_max_ && failure_.empty()) {
    failure_ =
        "The contract needs over " + std::to_string(declarations_max_) + " C++ types; split it.";
  }
  return static_cast<uint32_t>(model_->declarations.size() - 1);
}

// The declaration that `hint` asks for, filled with what every declaration has.
uint32_t TypeBuilder::declaration_for(const Hint& hint, const SchemaFacts& facts) {
  uint32_t index = hint.self;
  if (index == kNoHome) {
    Declaration declaration;
    declaration.name = hint.name;
    declaration.of_operation = hint.of_operation;
    declaration.home = hint.home;
    index = add_declaration(std::move(declaration));
    built_[index] = true;
  }
  Declaration& declaration = model_->declarations[index];
  declaration.description = facts.description;
  declaration.deprecated = facts.deprecated;
  return index;
}

void TypeBuilder::declare_components(const Node& root) {
  const Node* components = root.find("components");
  const Node* schemas = components == nullptr ? nullptr : components->find("schemas");
  if (schemas == nullptr || !schemas->is_object()) return;
  for (const NodeEntry& entry : *schemas) {
    if (!entry.value->is_object() || declared_.contains(entry.value)) continue;
    Declaration declaration;
    declaration.name = type_name(entry.key);
    declaration.place = entry.key;
    const uint32_t index = add_declaration(std::move(declaration));
    declared_.emplace(entry.value, index);
    queue_.push_back({index, entry.value});
  }
  drain();
}

uint32_t TypeBuilder::declare(const NamedSchema& target) {
  if (const auto known = declared_.find(target.node); known != declared_.end()) {
    return known->second;
  }
  Declaration declaration;
  declaration.name = type_name(reference_name(target.reference));
  declaration.place = target.reference;
  const uint32_t index = add_declaration(std::move(declaration));
  declared_.emplace(target.node, index);
  queue_.push_back({index, target.node});
  return index;
}

void TypeBuilder::drain() {
  // By index: building adds to the queue.
  for (; queue_at_ < queue_.size() && failure_.empty(); ++queue_at_) {
    build_queued(Queued(queue_[queue_at_]));
  }
}

void TypeBuilder::build_queued(const Queued& queued) {
  if (built_[queued.declaration]) return;
  built_[queued.declaration] = true;
  if (++building_ <= kBuildingMax) build_bases_first(*queued.schema);
  --building_;
  Hint hint{model_->declarations[queued.declaration].name, false, queued.declaration,
            queued.declaration};
  TypeUse made;
  const NamedSchema elsewhere = facts_.pointed_to(*queued.schema);
  if (elsewhere.node != nullptr && elsewhere.node != queued.schema) {
    made = named(declare(elsewhere));
  } else {
    made = build(facts_.read({queued.schema}), hint);
  }
  if (made.kind == TypeKind::kNamed && made.named == queued.declaration) return;
  const SchemaFacts facts = facts_.read({queued.schema});
  Declaration& declaration = model_->declarations[queued.declaration];
  declaration.kind = DeclarationKind::kAlias;
  declaration.target = std::move(made);
  declaration.description = facts.description;
  declaration.deprecated = facts.deprecated;
}

// What a schema takes over by allOf gets its names where it is written, not from whoever takes it
// over first.
void TypeBuilder::build_bases_first(Node& schema) {
  for (Node* base : facts_.bases(schema)) {
    const auto known = declared_.find(base);
    if (known != declared_.end() && !built_[known->second]) build_queued({known->second, base});
  }
}

// The schemas that say something about the type, each in the place that references lead to.
Schemas TypeBuilder::reduced(const Schemas& schemas) {
  Schemas out;
  for (Node* schema : schemas) {
    if (schema == nullptr) return {nullptr};
    if (FactReader::says_nothing(*schema)) continue;
    const NamedSchema elsewhere = facts_.pointed_to(*schema);
    Node* found = elsewhere.node != nullptr ? elsewhere.node : schema;
    if (std::ranges::find(out, found) == out.end()) out.push_back(found);
  }
  return out;
}

TypeUse TypeBuilder::use(Node* schema, const Hint& hint) {
  return use(Schemas{schema}, hint);
}

TypeUse TypeBuilder::use(Schemas schemas, const Hint& hint) {
  const Schemas said = reduced(schemas);
  if (said.empty() || said.front() == nullptr) return {};
  if (said.size() == 1) {
    for (Node* schema : schemas) {
      if (FactReader::says_nothing(*schema)) continue;
      const NamedSchema elsewhere = facts_.pointed_to(*schema);
      if (elsewhere.node != nullptr) return named(declare(elsewhere));
    }
    if (const auto known = declared_.find(said.front()); known != declared_.end()) {
      return named(known->second);
    }
  }
  if (const auto known = written_in_place_.find(said); known != written_in_place_.end()) {
    return known->second;
  }
  TypeUse made = build(facts_.read(said), hint);
  written_in_place_.emplace(said, made);
  return made;
}

TypeUse TypeBuilder::header_use(Node* schema, const Hint& hint) {
  if (schema == nullptr) return of_kind(TypeKind::kString);
  const SchemaFacts facts = facts_.read({schema});
  if (is_text_enum(facts) || scalar_kind(facts)) return use(schema, hint);
  if ((facts.types & ~TypeMask::kNull) == TypeMask::kArray && !facts.items.empty() &&
      facts.items.front().front() != nullptr) {
    const SchemaFacts item = facts_.read(facts.items.front());
    if (is_text_enum(item) || scalar_kind(item)) return use(schema, hint);
  }
  return of_kind(TypeKind::kString);
}

TypeUse TypeBuilder::build(const SchemaFacts& facts, Hint hint) {
  const bool null_listed =
      facts.values != nullptr && std::ranges::any_of(*facts.values, [](const NodeEntry& value) {
        return value.value->kind == JsonKind::kNull;
      });
  const bool any = facts.types == TypeMask::kAny;
  const bool nullable = any ? null_listed : (facts.types & TypeMask::kNull) != 0;
  // A declaration stands for the value without null, so what is nullable needs a second name.
  if (nullable && hint.self != kNoHome) {
    hint.self = kNoHome;
    hint.name += "Value";
  }
  TypeUse made = build_value(facts, hint);
  if (made.kind != TypeKind::kJson) made.nullable = made.nullable || nullable;
  return made;
}

TypeUse TypeBuilder::build_value(const SchemaFacts& facts, const Hint& hint) {
  if (facts.dynamic) return {};
  const uint8_t types = facts.types & ~TypeMask::kNull;
  if (is_text_enum(facts) && (types == TypeMask::kString || facts.types == TypeMask::kAny)) {
    return build_enum(facts, hint);
  }
  if (!facts.unions.empty()) {
    if (facts.describes_object() && (types & TypeMask::kObject) != 0) {
      return build_merged(facts, hint);
    }
    return build_union(facts, hint);
  }
  if (const auto scalar = scalar_kind(facts)) return of_kind(*scalar);
  const bool any = facts.types == TypeMask::kAny;
  if (types == TypeMask::kArray || (any && !facts.items.empty() && !facts.describes_object())) {
    return build_array(facts, hint);
  }
  if (types == TypeMask::kObject || (any && facts.describes_object())) {
    return build_object(facts, hint);
  }
  return any || types == 0 ? TypeUse{} : build_types(facts, hint);
}

TypeUse TypeBuilder::build_enum(const SchemaFacts& facts, const Hint& hint) {
  const uint32_t index = declaration_for(hint, facts);
  Declaration& declaration = model_->declarations[index];
  declaration.kind = DeclarationKind::kEnum;
  Scope names;
  const std::string reserved = names.take("kUnrecognized");
  std::unordered_set<std::string_view> seen;
  const auto add = [&](const Node& value) {
    if (!value.is_string() || !seen.insert(value.text).second) return;
    declaration.enumerators.push_back({value.text, names.take(constant_name(value.text))});
  };
  if (facts.constant != nullptr) {
    add(*facts.constant);
  } else {
    for (const NodeEntry& value : *facts.values) add(*value.value);
  }
  return named(index);
}

TypeUse TypeBuilder::build_array(const SchemaFacts& facts, const Hint& hint) {
  TypeUse out = of_kind(TypeKind::kVector);
  out.element.push_back(facts.items.empty() ? TypeUse{}
                                            : use(facts.items.front(), hint.inside("item")));
  return out;
}

TypeUse TypeBuilder::build_object(const SchemaFacts& facts, const Hint& hint) {
  if (!facts.properties.empty()) return build_struct(facts, hint);
  if (!facts.additional.empty()) return build_map(facts, hint);
  const bool free_form = facts.keeps_others || !facts.closed;
  return free_form ? TypeUse{} : build_struct(facts, hint);
}

TypeUse TypeBuilder::build_map(const SchemaFacts& facts, const Hint& hint) {
  TypeUse out = of_kind(TypeKind::kMap);
  out.element.push_back(use(facts.additional, hint.inside("value")));
  return out;
}

StructMember TypeBuilder::member(std::string_view key, const Schemas& schemas,
                                 const SchemaFacts& owner) {
  const SchemaFacts facts = facts_.read(schemas);
  StructMember out;
  out.key = key;
  out.description = own_description(schemas);
  out.deprecated = facts.deprecated;
  out.required = owner.requires_member(key);
  if (out.required && (facts.read_only || facts.write_only)) {
    out.required = false;
    out.absence = facts.read_only ? "readOnly" : "writeOnly";
  }
  return out;
}

void TypeBuilder::name_members(Declaration& declaration) {
  Scope names;
  for (StructMember& one : declaration.members) one.name = names.take(member_name(one.key));
  declaration.additional_name = names.take("additional");
}

TypeUse TypeBuilder::build_struct(const SchemaFacts& facts, const Hint& hint) {
  const uint32_t index = declaration_for(hint, facts);
  if (facts.properties.size() > GenerateLimits::kMembersMax) {
    failure_ = "The schema of " + hint.name + " has over " +
               std::to_string(GenerateLimits::kMembersMax) + " properties; split it.";
    return {};
  }
  std::vector<StructMember> members;
  Hint inner{model_->declarations[index].name, hint.of_operation,
             hint.home == kNoHome ? index : hint.home, kNoHome};
  for (const PropertyFacts& property : facts.properties) {
    StructMember one = member(property.key, property.schemas, facts);
    one.type = use(property.schemas, inner.inside(property.key));
    members.push_back(std::move(one));
  }
  std::optional<TypeUse> additional;
  if (!facts.additional.empty()) {
    additional = use(facts.additional, inner.inside("value"));
  } else if (facts.keeps_others || facts.discriminator != nullptr) {
    // With a discriminator, what derives from this type may stand here with members of its own.
    additional = TypeUse{};
  }
  Declaration& declaration = model_->declarations[index];
  declaration.kind = DeclarationKind::kStruct;
  declaration.members = std::move(members);
  declaration.additional = std::move(additional);
  name_members(declaration);
  return named(index);
}

// Values of several types, such as [string, integer].
TypeUse TypeBuilder::build_types(const SchemaFacts& facts, const Hint& hint) {
  std::vector<Alternative> alternatives;
  SchemaFacts one = facts;
  const auto add = [&](uint8_t types, std::string_view step) {
    if ((facts.types & types) == 0) return;
    one.types = facts.types & types;
    alternatives.push_back({build(one, hint.inside(step)), {}});
  };
  add(TypeMask::kBoolean, "boolean");
  add(kNumeric, "number");
  add(TypeMask::kString, "string");
  add(TypeMask::kArray, "array");
  add(TypeMask::kObject, "object");
  return join({}, alternatives, facts, hint);
}

}  // namespace servanda::internal
