// SPDX-License-Identifier: Apache-2.0
// Rules for arrays and objects.
#include <algorithm>
#include <unordered_map>

#include "contract/schema/compile.h"

namespace servanda::internal {
namespace {

constexpr uint32_t kLinearMax = 6;  // Larger tables are hashed.
constexpr int kFlagDepthMax = 8;    // How far readOnly and writeOnly are looked for.

}  // namespace

void Compiler::compile_arrays(Job& job, Rules& rules) {
  ArrayRules made;
  made.min = count_of(job, Keyword::kMinItems, 0);
  made.max = count_of(job, Keyword::kMaxItems, UINT32_MAX);
  if (const Node* unique = job.keywords[Keyword::kUniqueItems]) {
    if (unique->kind != JsonKind::kBoolean) {
      fail(job, *unique, "\"uniqueItems\" must be true or false.", "Write true.");
    }
    made.unique = unique->boolean;
  }
  if (job.keywords[Keyword::kPrefixItems] != nullptr) {
    std::vector<uint32_t> prefix;
    append_branches(job, Keyword::kPrefixItems, prefix);
    made.prefix = freeze_list(prefix);
  }
  if (const Node* items = job.keywords[Keyword::kItems]) {
    if (items->is_array()) {
      fail(job, *items, "\"items\" must be one schema.",
           "Write the list under \"prefixItems\", and what follows it under \"items\".");
    } else {
      made.items = schema_of(job, *items);
    }
  }
  made.contains = schema_of(job, Keyword::kContains);
  if (made.contains != kNone) {
    made.contains_min = count_of(job, Keyword::kMinContains, 1);
    made.contains_max = count_of(job, Keyword::kMaxContains, UINT32_MAX);
  }
  // Where nothing else evaluates items, what is not evaluated is what "items" has not seen.
  const bool tracked =
      rules.in_place != kNone && program_->in_places[rules.in_place].unevaluated_items != kNone;
  if (!tracked && made.items == kNone) made.items = schema_of(job, Keyword::kUnevaluatedItems);
  const bool empty = made.min == 0 && made.max == UINT32_MAX && !made.unique &&
                     made.prefix.count == 0 && made.items == kNone && made.contains == kNone;
  if (empty) return;
  rules.arrays = static_cast<uint32_t>(program_->arrays.size());
  program_->arrays.push_back(made);
}

void Compiler::compile_objects(Job& job, Rules& rules) {
  ObjectRules made;
  made.min = count_of(job, Keyword::kMinProperties, 0);
  made.max = count_of(job, Keyword::kMaxProperties, UINT32_MAX);
  compile_properties(job, made);
  compile_pattern_properties(job, made);
  compile_dependencies(job, made);
  made.additional = schema_of(job, Keyword::kAdditionalProperties);
  made.property_names = schema_of(job, Keyword::kPropertyNames);
  const bool tracked = rules.in_place != kNone &&
                       program_->in_places[rules.in_place].unevaluated_properties != kNone;
  if (!tracked && made.additional == kNone) {
    made.additional = schema_of(job, Keyword::kUnevaluatedProperties);
  }
  const bool empty = made.min == 0 && made.max == UINT32_MAX && made.names.entries.count == 0 &&
                     made.patterns.count == 0 && made.dependencies.count == 0 &&
                     made.additional == kNone && made.property_names == kNone;
  if (empty) return;
  rules.objects = static_cast<uint32_t>(program_->objects.size());
  program_->objects.push_back(made);
}

// What a property's schema says about readOnly and writeOnly: itself, through "$ref" or "allOf".
Compiler::Flags Compiler::flags_of(const Node& schema, uint32_t resource, int depth) {
  const auto [known, fresh] = flags_.try_emplace(&schema);
  if (!fresh) return known->second;
  Flags found;
  if (depth < kFlagDepthMax) {
    if (const Node* all = schema.find("allOf"); all != nullptr && all->is_array()) {
      for (const NodeEntry& entry : *all) found.add(flags_of(*entry.value, resource, depth + 1));
    }
    const Node* ref = schema.find("$ref");
    if (ref != nullptr && ref->is_string()) {
      Diagnostics unused;  // What fails here is reported when the reference itself is compiled.
      const std::optional<Target> target =
          registry_.resolve(ref->text, ref->place, registry_.home(schema, resource), unused);
      if (target) found.add(flags_of(*target->node, target->resource, depth + 1));
    }
  }
  const auto own = [&](std::string_view name, bool& flag) {
    const Node* node = schema.find(name);
    if (node != nullptr && node->kind == JsonKind::kBoolean) flag = node->boolean;
  };
  own("readOnly", found.read_only);
  own("writeOnly", found.write_only);
  return flags_[&schema] = found;
}

void Compiler::compile_properties(Job& job, ObjectRules& object) {
  std::vector<Property> properties;
  if (const Node* declared = job.keywords[Keyword::kProperties]) {
    if (!declared->is_object()) {
      fail(job, *declared, "\"properties\" must be an object of schemas.",
           "Write property names with their schemas.");
      return;
    }
    for (const NodeEntry& entry : *declared) {
      const std::string_view name = program_->text.copy(entry.key);
      Property property{name.data(), static_cast<uint32_t>(name.size())};
      property.schema = schema_of(job, *entry.value);
      const Flags flags = flags_of(*entry.value, job.resource, 0);
      property.read_only = flags.read_only;
      property.write_only = flags.write_only;
      properties.push_back(property);
    }
  }
  collect_required(job, properties);
  object.names = freeze_table(properties);
  freeze_required(object);
}

// Gives each required name its position, and a place in the table when it has none.
void Compiler::collect_required(Job& job, std::vector<Property>& properties) {
  const Node* required = job.keywords[Keyword::kRequired];
  if (required == nullptr) return;
  if (!required->is_array()) {
    fail(job, *required, "\"required\" must be a list of property names.",
         "Write the list beside \"properties\", not inside a property.");
    return;
  }
  std::unordered_map<std::string_view, size_t> known;
  for (size_t i = 0; i < properties.size(); ++i) known.emplace(properties[i].name(), i);
  uint32_t next = 0;
  for (const NodeEntry& entry : *required) {
    if (!entry.value->is_string()) {
      fail(job, *entry.value, "\"required\" holds something that is no property name.",
           "Write the name as a string.");
      return;
    }
    auto found = known.find(entry.value->text);
    if (found == known.end()) {
      const std::string_view name = program_->text.copy(entry.value->text);
      properties.push_back({name.data(), static_cast<uint32_t>(name.size())});
      found = known.emplace(name, properties.size() - 1).first;
    }
    Property& property = properties[found->second];
    if (property.required == kNone) property.required = next++;
  }
}

void Compiler::freeze_required(ObjectRules& object) {
  uint32_t count = 0;
  const Property* entries = program_->properties.data() + object.names.entries.first;
  for (uint32_t i = 0; i < object.names.entries.count; ++i) {
    if (entries[i].required != kNone) ++count;
  }
  object.required_words = (count + 63) / 64;
  object.required_first = static_cast<uint32_t>(program_->required_bits.size());
  program_->required_bits.resize(program_->required_bits.size() + 3 * object.required_words, 0);
  uint64_t* bits = program_->required_bits.data() + object.required_first;
  for (uint32_t i = 0; i < object.names.entries.count; ++i) {
    const Property& entry = entries[i];
    if (entry.required == kNone) continue;
    const auto set = [&](Direction direction) {
      bits[static_cast<uint32_t>(direction) * object.required_words + entry.required / 64] |=
          1ull << (entry.required % 64);
    };
    set(Direction::kNeutral);
    if (!entry.read_only) set(Direction::kRequest);
    if (!entry.write_only) set(Direction::kResponse);
  }
}

NameTable Compiler::freeze_table(const std::vector<Property>& properties) {
  NameTable table;
  table.entries.first = static_cast<uint32_t>(program_->properties.size());
  table.entries.count = static_cast<uint32_t>(properties.size());
  program_->properties.insert(program_->properties.end(), properties.begin(), properties.end());
  if (table.entries.count <= kLinearMax) return table;
  uint32_t size = 16;
  while (size < table.entries.count * 2) size *= 2;
  table.slots_first = static_cast<uint32_t>(program_->slots.size());
  table.slots_mask = size - 1;
  program_->slots.resize(program_->slots.size() + size, kNone);
  uint32_t* slots = program_->slots.data() + table.slots_first;
  for (uint32_t i = 0; i < table.entries.count; ++i) {
    uint64_t at = name_hash(properties[i].name());
    while (slots[at & table.slots_mask] != kNone) ++at;
    slots[at & table.slots_mask] = i;
  }
  return table;
}

void Compiler::compile_pattern_properties(Job& job, ObjectRules& object) {
  const Node* patterns = job.keywords[Keyword::kPatternProperties];
  if (patterns == nullptr) return;
  if (!patterns->is_object()) {
    fail(job, *patterns, "\"patternProperties\" must be an object of schemas.",
         "Write patterns with their schemas.");
    return;
  }
  std::vector<PatternProperty> made;
  for (const NodeEntry& entry : *patterns) {
    Node source;
    source.kind = JsonKind::kString;
    source.text = entry.key;
    source.place = entry.key_place;
    made.push_back({pattern_number(job, source), schema_of(job, *entry.value)});
  }
  if (job.failed) return;
  object.patterns = {static_cast<uint32_t>(program_->pattern_properties.size()),
                     static_cast<uint32_t>(made.size())};
  program_->pattern_properties.insert(program_->pattern_properties.end(), made.begin(), made.end());
}

Span Compiler::freeze_names_list(Job& job, const Node& list) {
  Span span{static_cast<uint32_t>(program_->names.size()), 0};
  for (const NodeEntry& entry : list) {
    if (!entry.value->is_string()) {
      fail(job, *entry.value, "This list must hold property names.", "Write names as strings.");
      return span;
    }
    program_->names.push_back(program_->text.copy(entry.value->text));
    ++span.count;
  }
  return span;
}

void Compiler::add_dependency(Job& job, const NodeEntry& entry, std::vector<Dependency>& made) {
  Dependency dependency;
  dependency.trigger = program_->text.copy(entry.key);
  if (entry.value->is_array()) {
    dependency.required = freeze_names_list(job, *entry.value);
  } else {
    dependency.schema = schema_of(job, *entry.value);
  }
  made.push_back(dependency);
}

// "dependencies" is the older spelling of both newer keywords.
void Compiler::compile_dependencies(Job& job, ObjectRules& object) {
  std::vector<Dependency> made;
  for (Keyword keyword :
       {Keyword::kDependentRequired, Keyword::kDependentSchemas, Keyword::kDependencies}) {
    const Node* node = job.keywords[keyword];
    if (node == nullptr) continue;
    if (!node->is_object()) {
      fail(job, *node, "Dependencies must be an object with property names as keys.",
           "Write {\"name\": ...}.");
      continue;
    }
    for (const NodeEntry& entry : *node) {
      const bool wrong = (keyword == Keyword::kDependentRequired && !entry.value->is_array()) ||
                         (keyword == Keyword::kDependentSchemas && entry.value->is_array());
      if (wrong) {
        fail(job, *entry.value, "This keyword holds something else for each property.",
             "\"dependentRequired\" takes lists of names, \"dependentSchemas\" takes schemas.");
        continue;
      }
      add_dependency(job, entry, made);
    }
  }
  object.dependencies = {static_cast<uint32_t>(program_->dependencies.size()),
                         static_cast<uint32_t>(made.size())};
  program_->dependencies.insert(program_->dependencies.end(), made.begin(), made.end());
}

}  // namespace servanda::internal
