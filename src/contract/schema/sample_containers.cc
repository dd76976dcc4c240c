// SPDX-License-Identifier: Apache-2.0
// Samples of arrays and objects.
#include <algorithm>

#include "contract/schema/sampler.h"

namespace servanda::internal {
namespace {

constexpr uint32_t kItemsMax = 10'000;        // Arrays that need more are not sampled.
constexpr size_t kOptionalDepth = 8;          // Optional properties are left out below this.
constexpr size_t kOptionalBytes = 32 * 1024;  // And once this much has been made.
constexpr uint32_t kUndeclaredMax = 64;       // Properties made up for "minProperties".

}  // namespace

// An object under construction.
struct Sampler::Members {
  std::vector<std::pair<std::string, std::string>> made;  // Name, JSON text.
  std::vector<std::string> missing;                       // Wanted, and not found.
  [[nodiscard]] bool has(std::string_view name) const {
    return std::any_of(made.begin(), made.end(),
                       [&](const auto& one) { return one.first == name; });
  }
};

Sampler::Schemas Sampler::schemas_of_item(const Parts& parts, uint32_t index) const {
  Schemas schemas;
  for (const ArrayRules* rules : parts.arrays) {
    if (index < rules->prefix.count) {
      schemas.push_back(program_.lists[rules->prefix.first + index]);
    } else if (rules->items != kNone) {
      schemas.push_back(rules->items);
    }
    if (rules->contains != kNone && index < rules->contains_min) schemas.push_back(rules->contains);
  }
  if (schemas.empty()) schemas.push_back(kAcceptsAll);
  return schemas;
}

std::optional<std::string> Sampler::array(const Parts& parts) {
  uint32_t min = 0;
  uint32_t max = UINT32_MAX;
  bool known = false;
  for (const ArrayRules* rules : parts.arrays) {
    min = std::max(min, rules->min);
    if (rules->contains != kNone) min = std::max(min, rules->contains_min);
    max = std::min(max, rules->max);
    known = known || rules->items != kNone || rules->prefix.count > 0;
    if (rules->prefix.count > 0) min = std::max(min, std::min(rules->prefix.count, rules->max));
  }
  if (min > max || min > kItemsMax) return std::nullopt;
  uint32_t count = std::max(min, known ? 1u : 0u);
  if (picker_.is_random()) count = std::max(min, picker_.pick(4));
  count = std::min(count, max);
  std::string json;
  JsonWriter writer(json);
  writer.begin_array();
  const uint32_t outer = picker_.variant();
  for (uint32_t i = 0; i < count; ++i) {
    picker_.set_variant(outer + i);
    const std::optional<std::string> item = value(schemas_of_item(parts, i));
    if (!item) break;
    writer.raw(*item);
  }
  picker_.set_variant(outer);
  writer.end_array();
  return json;
}

// The schemas that apply to the member called `name`; empty when nothing is said about it.
Sampler::Schemas Sampler::schemas_of_member(const Parts& parts, std::string_view name) const {
  Schemas schemas;
  for (const ObjectRules* rules : parts.objects) {
    bool declared = false;
    const uint32_t found = find_name(program_, rules->names, name);
    if (found != kNone) {
      const Property& property = program_.properties[rules->names.entries.first + found];
      if (property.schema != kNone) {
        declared = true;
        schemas.push_back(property.schema);
      }
    }
    for (uint32_t i = 0; i < rules->patterns.count; ++i) {
      const PatternProperty& pattern = program_.pattern_properties[rules->patterns.first + i];
      if (!program_.patterns[pattern.pattern]->matches(name)) continue;
      declared = true;
      schemas.push_back(pattern.schema);
    }
    if (!declared && rules->additional != kNone) schemas.push_back(rules->additional);
  }
  if (schemas.empty()) schemas.push_back(kAcceptsAll);
  return schemas;
}

bool Sampler::is_left_out(const Parts& parts, std::string_view name) const {
  if (direction_ == Direction::kNeutral) return false;
  return std::any_of(parts.objects.begin(), parts.objects.end(), [&](const ObjectRules* rules) {
    const uint32_t found = find_name(program_, rules->names, name);
    if (found == kNone) return false;
    const Property& property = program_.properties[rules->names.entries.first + found];
    return direction_ == Direction::kRequest ? property.read_only : property.write_only;
  });
}

void Sampler::add_member(const Parts& parts, std::string_view name, Members& made) {
  if (made.has(name)) return;
  for (const auto& [property, tag] : parts.tags) {
    std::string json;
    json_append_string(json, tag);
    if (property != name || !accepted(schemas_of_member(parts, name), json)) continue;
    made.made.emplace_back(name, std::move(json));
    return;
  }
  if (std::optional<std::string> json = value(schemas_of_member(parts, name))) {
    made.made.emplace_back(name, *std::move(json));
  } else {
    made.missing.emplace_back(name);
  }
}

void Sampler::add_declared(const Parts& parts, Extent extent, Members& made) {
  uint32_t max = UINT32_MAX;
  uint32_t due = 0;
  std::vector<std::string_view> required;
  for (const ObjectRules* rules : parts.objects) {
    max = std::min(max, rules->max);
    for (uint32_t i = 0; i < rules->names.entries.count; ++i) {
      const Property& property = program_.properties[rules->names.entries.first + i];
      if (property.required != kNone && !is_left_out(parts, property.name())) {
        required.push_back(property.name());
        ++due;
      }
    }
  }
  for (const ObjectRules* rules : parts.objects) {
    for (uint32_t i = 0; i < rules->names.entries.count; ++i) {
      const Property& property = program_.properties[rules->names.entries.first + i];
      const std::string_view name = property.name();
      if (is_left_out(parts, name)) continue;
      const bool needed = std::find(required.begin(), required.end(), name) != required.end();
      if (!needed) {
        if (extent == Extent::kRequiredOnly || open_.size() > kOptionalDepth ||
            bytes_made_ > kOptionalBytes || made.made.size() + due >= max) {
          continue;
        }
        if (picker_.is_random() && picker_.pick(2) == 0) continue;
      }
      add_member(parts, name, made);
    }
  }
}

// What the members made so far require beside them.
void Sampler::add_dependent(const Parts& parts, Members& made) {
  for (const ObjectRules* rules : parts.objects) {
    for (uint32_t i = 0; i < rules->dependencies.count; ++i) {
      const Dependency& dependency = program_.dependencies[rules->dependencies.first + i];
      if (!made.has(dependency.trigger)) continue;
      for (uint32_t j = 0; j < dependency.required.count; ++j) {
        add_member(parts, program_.names[dependency.required.first + j], made);
      }
    }
  }
}

// A name that no schema declares: "property1", or what "propertyNames" or "patternProperties" ask.
std::optional<std::string> Sampler::undeclared_name(const Parts& parts, uint32_t number) {
  const uint32_t outer = picker_.variant();
  for (const ObjectRules* rules : parts.objects) {
    if (rules->property_names != kNone) {
      picker_.set_variant(outer + number);
      const std::optional<std::string> json = value({rules->property_names});
      picker_.set_variant(outer);
      if (!json) return std::nullopt;
      const Result<JsonValue> parsed = parser_.parse(*json);
      if (!parsed || !parsed->is_string()) return std::nullopt;
      return std::string(parsed->text());
    }
    if (rules->patterns.count > 0 && rules->additional == kAcceptsNone) {
      const uint32_t pattern = program_.pattern_properties[rules->patterns.first].pattern;
      const RegexTree tree = parse_regex(program_.patterns[pattern]->source());
      picker_.set_variant(outer + number);
      std::optional<std::string> name = text_for_regex(tree, number, picker_);
      picker_.set_variant(outer);
      return name;
    }
  }
  return "property" + std::to_string(number + 1);
}

// Maps get one entry, and objects as many as "minProperties" asks for.
void Sampler::add_undeclared(const Parts& parts, Extent extent, Members& made) {
  uint32_t min = 0;
  uint32_t max = UINT32_MAX;
  bool is_map = extent == Extent::kFull && made.made.empty() && open_.size() <= kOptionalDepth;
  bool has_schema = false;
  for (const ObjectRules* rules : parts.objects) {
    min = std::max(min, rules->min);
    max = std::min(max, rules->max);
    is_map = is_map && rules->names.entries.count == 0;
    has_schema = has_schema || rules->patterns.count > 0 ||
                 (rules->additional != kNone && rules->additional > kAcceptsNone);
  }
  if (is_map && has_schema) min = std::max(min, std::min(max, 1u));
  for (uint32_t i = 0; made.made.size() < min && i < kUndeclaredMax; ++i) {
    const std::optional<std::string> name = undeclared_name(parts, i);
    if (name) add_member(parts, *name, made);
  }
}

std::optional<std::string> Sampler::object(const Parts& parts, Extent extent) {
  Members made;
  add_declared(parts, extent, made);
  add_dependent(parts, made);
  add_undeclared(parts, extent, made);
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  for (const auto& [name, text] : made.made) {
    writer.key(name);
    writer.raw(text);
  }
  writer.end_object();
  return json;
}

}  // namespace servanda::internal
