// SPDX-License-Identifier: Apache-2.0
#pragma once
// What schemas compile to: flat tables of records that refer to each other by number.

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "base/json.h"
#include "contract/schema/format.h"
#include "contract/schema/regex.h"

namespace servanda::internal {

inline constexpr uint32_t kNone = UINT32_MAX;
// The two boolean schemas have fixed numbers.
inline constexpr uint32_t kAcceptsAll = 0;
inline constexpr uint32_t kAcceptsNone = 1;

// Bits of Rules::types, one per JsonKind.
inline constexpr uint8_t type_bit(JsonKind kind) {
  return static_cast<uint8_t>(1u << static_cast<unsigned>(kind));
}
inline constexpr uint8_t kAllTypes = 0x7F;
inline constexpr uint8_t kNumberTypes = type_bit(JsonKind::kInteger) | type_bit(JsonKind::kNumber);

// A stretch of one of the program's tables.
struct Span {
  uint32_t first = 0;
  uint32_t count = 0;
};

// One schema. Numbers are indexes into the program's tables; kNone where there is nothing to check.
struct Rules {
  uint8_t types = kAllTypes;
  bool integral = false;  // "integer" without "number": numbers must be whole.
  // Validation starts by noting the schema resource, or by counting evaluated children.
  bool enters_scope = false;
  bool tracks = false;
  uint32_t choices = kNone;
  uint32_t strings = kNone;
  uint32_t numbers = kNone;
  uint32_t arrays = kNone;
  uint32_t objects = kNone;
  uint32_t in_place = kNone;
  uint32_t resource = 0;
};

struct StringRules {
  uint32_t min = 0;  // Code points.
  uint32_t max = UINT32_MAX;
  uint32_t pattern = kNone;
  Format format = Format::kNone;
};

// Bounds as written, plus the range of int64 values that keeps all of them.
struct NumberRules {
  bool whole_bounds = true;  // All bounds are int64, so that [low, high] decides for kInteger.
  int64_t low = INT64_MIN;
  int64_t high = INT64_MAX;
  JsonNode minimum;  // kNull: not there.
  JsonNode maximum;
  JsonNode above;  // exclusiveMinimum
  JsonNode below;  // exclusiveMaximum
  JsonNode multiple;
  Format format = Format::kNone;
};

struct ArrayRules {
  uint32_t min = 0;
  uint32_t max = UINT32_MAX;
  Span prefix;             // lists: schemas of the first items.
  uint32_t items = kNone;  // Of the items behind them.
  uint32_t contains = kNone;
  uint32_t contains_min = 1;
  uint32_t contains_max = UINT32_MAX;
  bool unique = false;
};

// A key of a lookup table: a property or a string of an enum.
struct Property {
  const char* text = nullptr;
  uint32_t size = 0;
  uint32_t schema = kNone;    // kNone: named by "required" only.
  uint32_t required = kNone;  // Position among the required names.
  bool read_only = false;
  bool write_only = false;
  [[nodiscard]] std::string_view name() const { return {text, size}; }
};

// Frozen set of names: few are compared one by one, many are found by hash.
struct NameTable {
  Span entries;              // properties
  uint32_t slots_first = 0;  // slots
  uint32_t slots_mask = 0;   // 0: no hash table.
};

struct PatternProperty {
  uint32_t pattern = kNone;
  uint32_t schema = kNone;
};

// dependentRequired and dependentSchemas of one trigger property.
struct Dependency {
  std::string_view trigger;
  Span required;  // names
  uint32_t schema = kNone;
};

struct ObjectRules {
  NameTable names;
  // Bit sets over the required names, one per Direction: words `required_first` onwards, each
  // `required_words` long.
  uint32_t required_first = 0;
  uint32_t required_words = 0;
  uint32_t min = 0;
  uint32_t max = UINT32_MAX;
  uint32_t additional = kNone;
  uint32_t property_names = kNone;
  Span patterns;      // pattern_properties
  Span dependencies;  // dependencies
};

// "enum" and "const": strings by table, everything else one by one.
struct Choices {
  NameTable strings;
  Span others;  // lists: constants that are not strings.
  Span all;     // constants: in the order written, for messages and samples.
};

struct Discriminator {
  std::string_view property;
  NameTable values;  // Property::schema is the position among the branches.
};

// What is applied to the same value.
struct InPlace {
  Span all_of;  // lists; includes the target of "$ref".
  Span any_of;
  Span one_of;
  uint32_t not_schema = kNone;
  uint32_t if_schema = kNone;
  uint32_t then_schema = kNone;
  uint32_t else_schema = kNone;
  uint32_t dynamic_name = kNone;    // "$dynamicRef": which dynamic anchor,
  uint32_t dynamic_target = kNone;  // and what it means when no outer resource has it.
  uint32_t discriminator = kNone;   // Chooses among one_of, or any_of when there is no one_of.
  uint32_t unevaluated_properties = kNone;
  uint32_t unevaluated_items = kNone;
};

// The schemas that carry one dynamic anchor: (resource, schema).
struct DynamicAnchor {
  std::string name;
  std::vector<std::pair<uint32_t, uint32_t>> targets;
};

struct SchemaProgram {
  std::vector<Rules> rules;
  std::vector<StringRules> strings;
  std::vector<NumberRules> numbers;
  std::vector<ArrayRules> arrays;
  std::vector<ObjectRules> objects;
  std::vector<Choices> choices;
  std::vector<InPlace> in_places;
  std::vector<Discriminator> discriminators;
  std::vector<Dependency> dependencies;
  std::vector<PatternProperty> pattern_properties;
  std::vector<DynamicAnchor> dynamic_anchors;
  std::vector<Property> properties;
  std::vector<uint32_t> slots;
  std::vector<uint32_t> lists;
  std::vector<std::string_view> names;
  std::vector<uint64_t> required_bits;
  std::vector<JsonDocument> constants;
  std::vector<std::unique_ptr<Pattern>> patterns;
  Arena text;  // What every string_view and Property here points into.
};

inline uint64_t name_hash(std::string_view name) {
  constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15;
  uint64_t hash = name.size() * kMultiplier;
  const char* at = name.data();
  size_t left = name.size();
  while (left >= 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    hash = (hash ^ word) * kMultiplier;
    hash ^= hash >> 32;
    at += 8;
    left -= 8;
  }
  uint64_t word = 0;
  if (left > 0) std::memcpy(&word, at, left);
  hash = (hash ^ word) * kMultiplier;
  return hash ^ hash >> 32;
}

// The position within the table of the entry called `name`, or kNone.
inline uint32_t find_name(const SchemaProgram& program, const NameTable& table,
                          std::string_view name) {
  const Property* entries = program.properties.data() + table.entries.first;
  if (table.slots_mask == 0) {
    for (uint32_t i = 0; i < table.entries.count; ++i) {
      if (entries[i].name() == name) return i;
    }
    return kNone;
  }
  const uint32_t* slots = program.slots.data() + table.slots_first;
  for (uint64_t at = name_hash(name);; ++at) {
    const uint32_t entry = slots[at & table.slots_mask];
    if (entry == kNone) return kNone;
    if (entries[entry].name() == name) return entry;
  }
}

}  // namespace servanda::internal
