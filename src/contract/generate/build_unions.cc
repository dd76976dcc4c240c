// SPDX-License-Identifier: Apache-2.0
// oneOf and anyOf: unions, optional values written as unions with null, objects with alternatives.

#include <algorithm>
#include <utility>

#include "contract/generate/build_types.h"

namespace servanda::internal {
namespace {

constexpr size_t kAlternativesMax = 500;

std::string_view title_of(const Node& schema) {
  const Node* title = schema.find("title");
  return title != nullptr && title->is_string() ? title->text : std::string_view();
}

// "#/components/schemas/Cat" or "Cat.yaml" -> the name that a discriminator says for it.
std::string_view implicit_tag(std::string_view reference) {
  const size_t slash = reference.rfind('/');
  return slash == std::string_view::npos ? reference : reference.substr(slash + 1);
}

}  // namespace

// The type of one branch. A branch that says no type of its own has those of the union.
TypeUse TypeBuilder::branch_use(Node& branch, uint8_t types, const Hint& hint) {
  const SchemaFacts facts = facts_.read({&branch});
  const bool open = facts.types == TypeMask::kAny && types != TypeMask::kAny;
  if (!open || facts_.pointed_to(branch).node != nullptr) return use(&branch, hint);
  SchemaFacts narrowed = facts;
  narrowed.types = types;
  return build(narrowed, hint);
}

TypeUse TypeBuilder::build_union(const SchemaFacts& facts, const Hint& hint) {
  if (facts.unions.size() != 1 || !facts.items.empty()) return {};
  const Node& branches = *facts.unions.front();
  if (branches.size > kAlternativesMax) return {};
  TypeUse joined;
  std::vector<Alternative> alternatives;
  size_t number = 0;
  Hint inner = hint;
  inner.self = kNoHome;
  for (const NodeEntry& branch : branches) {
    ++number;
    if (!branch.value->is_object()) return {};
    const SchemaFacts said = facts_.read({branch.value});
    const bool is_null = said.types == TypeMask::kNull && said.unions.empty();
    if (is_null || (said.constant != nullptr && said.constant->kind == JsonKind::kNull)) {
      joined.nullable = true;
      continue;
    }
    const std::string_view title = title_of(*branch.value);
    const std::string step = title.empty() ? "Option" + std::to_string(number) : std::string(title);
    alternatives.push_back({branch_use(*branch.value, facts.types, inner.inside(step)), {}});
  }
  if (facts.discriminator != nullptr) add_tags(*facts.discriminator, branches, alternatives);
  return join(std::move(joined), alternatives, facts, hint);
}

// Makes one type of the alternatives. `joined` says whether null is one of them.
TypeUse TypeBuilder::join(TypeUse joined, const std::vector<Alternative>& alternatives,
                          const SchemaFacts& facts, const Hint& hint) {
  std::vector<Alternative> kept;
  for (const Alternative& one : alternatives) {
    Alternative alternative = one;
    // Null is an alternative of the whole.
    joined.nullable = joined.nullable || alternative.type.nullable;
    alternative.type.nullable = false;
    const auto same = std::ranges::find(kept, alternative.type, &Alternative::type);
    if (same == kept.end()) {
      kept.push_back(std::move(alternative));
    } else {
      same->tags.insert(same->tags.end(), alternative.tags.begin(), alternative.tags.end());
    }
  }
  const bool any = std::ranges::any_of(
      kept, [](const Alternative& one) { return one.type.kind == TypeKind::kJson; });
  if (kept.empty() || any) return {};
  const bool nullable = joined.nullable;
  if (kept.size() == 1) {
    joined = kept.front().type;
    joined.nullable = nullable;
    return joined;
  }
  Hint place = hint;
  if (nullable && place.self != kNoHome) {
    place.self = kNoHome;
    place.name += "Value";
  }
  const uint32_t index = declaration_for(place, facts);
  Declaration& declaration = model_->declarations[index];
  declaration.kind = DeclarationKind::kUnion;
  declaration.alternatives = std::move(kept);
  const bool tagged = std::ranges::all_of(declaration.alternatives,
                                          [](const Alternative& one) { return !one.tags.empty(); });
  const Node* property =
      facts.discriminator == nullptr ? nullptr : facts.discriminator->find("propertyName");
  if (tagged && property != nullptr && property->is_string()) {
    declaration.discriminator = property->text;
  }
  joined.kind = TypeKind::kNamed;
  joined.named = index;
  return joined;
}

// The values of the discriminator that name each branch: those of its mapping, and the names of
// branches that the mapping leaves out.
void TypeBuilder::add_tags(const Node& discriminator, const Node& branches,
                           std::vector<Alternative>& alternatives) {
  if (alternatives.size() != branches.size) return;
  std::vector<NamedSchema> targets;
  for (const NodeEntry& branch : branches) {
    targets.push_back(facts_.pointed_to(*branch.value));
    if (targets.back().node == nullptr) return;
  }
  const Node* mapping = discriminator.find("mapping");
  if (mapping != nullptr && mapping->is_object()) {
    for (const NodeEntry& entry : *mapping) {
      if (!entry.value->is_string()) continue;
      for (size_t i = 0; i < targets.size(); ++i) {
        const bool by_name = implicit_tag(targets[i].reference) == entry.value->text;
        const bool by_reference = targets[i].reference == entry.value->text;
        if (!by_name && !by_reference &&
            implicit_tag(entry.value->text) != implicit_tag(targets[i].reference)) {
          continue;
        }
        alternatives[i].tags.emplace_back(entry.key);
        break;
      }
    }
  }
  for (size_t i = 0; i < targets.size(); ++i) {
    const std::string tag(implicit_tag(targets[i].reference));
    const bool taken = std::ranges::any_of(alternatives, [&](const Alternative& one) {
      return std::ranges::find(one.tags, tag) != one.tags.end();
    });
    if (alternatives[i].tags.empty() && !taken) alternatives[i].tags.push_back(tag);
  }
}

// An object with properties of its own and alternatives that add some: one struct with all of them,
// those of the alternatives optional. Nothing is lost, whichever alternative it is.
TypeUse TypeBuilder::build_merged(SchemaFacts facts, const Hint& hint) {
  std::vector<MergedProperty> merged;
  const auto add = [&](const std::vector<PropertyFacts>& properties) {
    for (const PropertyFacts& property : properties) {
      auto at = std::ranges::find(merged, property.key, &MergedProperty::key);
      if (at == merged.end()) at = merged.insert(merged.end(), {property.key, {}});
      at->readings.push_back(property.schemas);
    }
  };
  add(facts.properties);
  for (const Node* branches : facts.unions) {
    for (const NodeEntry& branch : *branches) {
      const SchemaFacts said = facts_.read({branch.value});
      const bool object = said.types == TypeMask::kAny || said.types == TypeMask::kObject;
      if (!said.unions.empty() || said.dynamic || !object) return {};
      add(said.properties);
      facts.keeps_others = facts.keeps_others || said.keeps_others || !said.additional.empty();
    }
  }
  if (!facts.additional.empty()) return {};
  facts.properties.clear();
  const TypeUse made = build_struct(facts, hint);
  if (made.kind != TypeKind::kNamed) return made;
  Hint inner{model_->declarations[made.named].name, hint.of_operation,
             hint.home == kNoHome ? made.named : hint.home, kNoHome};
  std::vector<StructMember> members;
  for (const MergedProperty& property : merged) {
    StructMember one = member(property.key, property.readings.front(), facts);
    one.type = merged_use(property, inner.inside(property.key));
    members.push_back(std::move(one));
  }
  model_->declarations[made.named].members = std::move(members);
  name_members(model_->declarations[made.named]);
  return made;
}

// One type for a property that alternatives declare each in their own way.
TypeUse TypeBuilder::merged_use(const MergedProperty& property, const Hint& hint) {
  const Schemas first = reduced(property.readings.front());
  const bool same = std::ranges::all_of(
      property.readings, [&](const Schemas& reading) { return reduced(reading) == first; });
  if (same) return use(property.readings.front(), hint);
  TypeUse out;
  std::optional<TypeKind> common;
  for (const Schemas& reading : property.readings) {
    const SchemaFacts facts = facts_.read(reading);
    std::optional<TypeKind> kind =
        is_text_enum(facts) ? std::optional(TypeKind::kString) : scalar_kind(facts);
    if (!facts.unions.empty()) kind = std::nullopt;
    if (!kind || (common && *common != *kind)) return {};
    common = kind;
    // Octets, which admit every type, are no null.
    const bool any = facts.types == TypeMask::kAny;
    out.nullable = out.nullable || (!any && (facts.types & TypeMask::kNull) != 0);
  }
  out.kind = *common;
  return out;
}

}  // namespace servanda::internal
