// SPDX-License-Identifier: Apache-2.0
// Arrays and objects: one pass over the children, each looked up once.
#include <algorithm>

#include "contract/schema/validate.h"

namespace servanda::internal {

template <bool kCollect>
struct Walker<kCollect>::Members {
  const Spot* spot;
  Spot child;
  uint64_t* seen;         // Required names found; null while bits may move (see `seen_at`).
  size_t seen_at;         // Where they are in the stack of bits, when there are too many.
  uint32_t expected = 0;  // Position in the table of the property that usually comes next.
  uint32_t index = 0;     // Of the member.
};

namespace {

constexpr uint32_t kSeenWords = 2;  // Required names counted without touching the bit stack.

// Finds `key` where it is expected, else by the table.
uint32_t find_property(const SchemaProgram& program, const NameTable& names, std::string_view key,
                       uint32_t expected) {
  if (expected < names.entries.count &&
      program.properties[names.entries.first + expected].name() == key) {
    return expected;
  }
  return find_name(program, names, key);
}

}  // namespace

template <bool kCollect>
bool Walker<kCollect>::array(const ArrayRules& rules, const JsonNode* value, const Spot& spot) {
  if (!enter(value->size + 1)) return false;
  bool ok = true;
  if (value->size < rules.min || value->size > rules.max) {
    ok = false;
    if constexpr (kCollect) {
      value->size < rules.min
          ? report(spot, "minItems",
                   count_sentence("Must have at least ", rules.min, " item", " items"))
          : report(spot, "maxItems",
                   count_sentence("Must have at most ", rules.max, " item", " items"));
    }
  }
  if (kCollect || ok) {
    Spot child;
    child.parent = &spot;
    child.is_item = true;
    const JsonNode* item = value + 1;
    const bool any = rules.items != kNone || rules.prefix.count > 0;
    for (uint32_t i = 0; any && i < value->size && (ok || kCollect) && !full(); ++i) {
      child.root = i < rules.prefix.count ? program_.lists[rules.prefix.first + i] : rules.items;
      if (child.root == kNone) break;
      child.index = i;
      if (child.root != kAcceptsAll) ok = apply(child.root, item, child) && ok;
      mark(spot, i);
      item = json_after(item);
    }
  }
  if (rules.contains != kNone && (kCollect || ok)) ok = contains(rules, value, spot) && ok;
  if (rules.unique && (kCollect || ok)) ok = unique(value, spot) && ok;
  leave();
  return ok;
}

template <bool kCollect>
bool Walker<kCollect>::contains(const ArrayRules& rules, const JsonNode* value, const Spot& spot) {
  uint32_t found = 0;
  Spot child;
  child.parent = &spot;
  child.is_item = true;
  child.root = rules.contains;
  const JsonNode* item = value + 1;
  for (uint32_t i = 0; i < value->size; ++i, item = json_after(item)) {
    child.index = i;
    if (!quietly(rules.contains, item, child)) continue;
    ++found;
    mark(spot, i);
  }
  if (found >= rules.contains_min && found <= rules.contains_max) return true;
  if constexpr (!kCollect) return false;
  if (found > rules.contains_max) {
    return report(
        spot, "maxContains",
        count_sentence("Must hold at most ", rules.contains_max,
                       " item that \"contains\" describes", " items that \"contains\" describes"));
  }
  return report(
      spot, rules.contains_min == 1 ? "contains" : "minContains",
      count_sentence("Must hold at least ", rules.contains_min, " item that \"contains\" describes",
                     " items that \"contains\" describes"));
}

template <bool kCollect>
bool Walker<kCollect>::unique(const JsonNode* value, const Spot& spot) {
  constexpr uint32_t kPairwiseMax = 8;
  auto& hashes = state_.hashes;
  hashes.clear();
  for (JsonValue item : JsonValue(value).items()) {
    hashes.emplace_back(value->size <= kPairwiseMax ? 0 : json_hash(item), item.node());
  }
  if (value->size > kPairwiseMax) std::sort(hashes.begin(), hashes.end());
  bool ok = true;
  for (size_t i = 0; ok && i < hashes.size(); ++i) {
    for (size_t j = i + 1; j < hashes.size() && hashes[j].first == hashes[i].first; ++j) {
      const uint64_t steps =
          hashes[i].second->kind >= JsonKind::kArray ? hashes[i].second->skip : 1;
      if (!enter(steps)) return false;
      leave();
      if (!json_equal(JsonValue(hashes[i].second), JsonValue(hashes[j].second))) continue;
      ok = false;
      break;
    }
  }
  if (kCollect && !ok) report(spot, "uniqueItems", "No two items may be equal.");
  return ok;
}

template <bool kCollect>
bool Walker<kCollect>::object(const ObjectRules& rules, const JsonNode* value, const Spot& spot) {
  if (!enter(value->size + 1)) return false;
  bool ok = true;
  if (value->size < rules.min || value->size > rules.max) {
    ok = false;
    if constexpr (kCollect) {
      value->size < rules.min
          ? report(spot, "minProperties",
                   count_sentence("Must have at least ", rules.min, " property", " properties"))
          : report(spot, "maxProperties",
                   count_sentence("Must have at most ", rules.max, " property", " properties"));
    }
  }
  uint64_t few[kSeenWords] = {};
  const bool many = rules.required_words > kSeenWords;
  Members pass{&spot, {}, many ? nullptr : few, state_.bits.size()};
  pass.child.parent = &spot;
  if (many) state_.bits.resize(pass.seen_at + rules.required_words, 0);
  const JsonNode* const end = value + value->skip;
  for (const JsonNode* key = value + 1; key != end && (ok || kCollect) && !full();
       key = json_after(key + 1), ++pass.index) {
    ok = member(rules, key, pass) && ok;
  }
  if (rules.required_words > 0 && (kCollect || ok)) {
    ok = required(rules, many ? state_.bits.data() + pass.seen_at : few, spot) && ok;
  }
  if (many) state_.bits.resize(pass.seen_at);
  if (rules.dependencies.count > 0 && (kCollect || ok)) {
    ok = dependencies(rules, value, spot) && ok;
  }
  leave();
  return ok;
}

template <bool kCollect>
bool Walker<kCollect>::member(const ObjectRules& rules, const JsonNode* key, Members& pass) {
  const std::string_view name(key->text, key->size);
  const uint32_t found = find_property(program_, rules.names, name, pass.expected);
  bool declared = false;
  bool ok = true;
  if (found != kNone) {
    const Property& property = program_.properties[rules.names.entries.first + found];
    pass.expected = found + 1;
    if (property.required != kNone) {
      uint64_t* seen = pass.seen != nullptr ? pass.seen : state_.bits.data() + pass.seen_at;
      seen[property.required / 64] |= 1ull << (property.required % 64);
    }
    if (property.schema != kNone) {
      declared = true;
      if (property.schema != kAcceptsAll) {
        pass.child.key = name;
        pass.child.root = property.schema;
        if (kCollect && property.schema == kAcceptsNone) {
          ok = report(pass.child, "unknown", "This property is not allowed.");
        } else {
          ok = apply(property.schema, key + 1, pass.child);
        }
      }
    }
  }
  const bool more = rules.patterns.count > 0 || rules.property_names != kNone ||
                    (!declared && rules.additional != kNone);
  if (more && (kCollect || ok)) {
    return other_member(rules, key, pass, declared ? Declared::kYes : Declared::kNo) && ok;
  }
  if (declared) mark(*pass.spot, pass.index);
  return ok;
}

// The keywords that look at names beyond the declared ones.
template <bool kCollect>
bool Walker<kCollect>::other_member(const ObjectRules& rules, const JsonNode* key, Members& pass,
                                    Declared known) {
  const std::string_view name(key->text, key->size);
  bool declared = known == Declared::kYes;
  pass.child.key = name;
  bool ok = true;
  for (uint32_t i = 0; i < rules.patterns.count; ++i) {
    const PatternProperty& pattern = program_.pattern_properties[rules.patterns.first + i];
    if (!program_.patterns[pattern.pattern]->matches(name)) continue;
    declared = true;
    pass.child.root = pattern.schema;
    ok = apply(pattern.schema, key + 1, pass.child) && ok;
  }
  if (!declared && rules.additional != kNone) {
    declared = true;
    pass.child.root = rules.additional;
    if (rules.additional == kAcceptsNone) {
      ok = false;
      if constexpr (kCollect) {
        report(pass.child, "unknown", unknown_sentence(program_, rules, name));
      }
    } else if (rules.additional != kAcceptsAll) {
      ok = apply(rules.additional, key + 1, pass.child) && ok;
    }
  }
  if (rules.property_names != kNone && !quietly(rules.property_names, key, pass.child)) {
    ok = false;
    if constexpr (kCollect) report(pass.child, "propertyNames", "This name is not allowed here.");
  }
  if (declared) mark(*pass.spot, pass.index);
  return ok;
}

// A name that only "required" knows may still be declared elsewhere for the same object, and not
// be due in this direction.
template <bool kCollect>
bool Walker<kCollect>::may_be_missing(const Property& property, const Spot& spot) const {
  return run_.direction != Direction::kNeutral &&
         is_left_out(program_, spot.root, property.name(), run_.direction);
}

template <bool kCollect>
bool Walker<kCollect>::required(const ObjectRules& rules, const uint64_t* seen, const Spot& spot) {
  const uint64_t* due = program_.required_bits.data() + rules.required_first +
                        static_cast<uint32_t>(run_.direction) * rules.required_words;
  uint64_t missing = 0;
  for (uint32_t i = 0; i < rules.required_words; ++i) missing |= due[i] & ~seen[i];
  if (missing == 0) return true;
  bool ok = true;
  const Property* entries = program_.properties.data() + rules.names.entries.first;
  for (uint32_t i = 0; i < rules.names.entries.count; ++i) {
    const uint32_t at = entries[i].required;
    if (at == kNone || ((due[at / 64] & ~seen[at / 64]) >> (at % 64) & 1) == 0) continue;
    if (may_be_missing(entries[i], spot)) continue;
    ok = false;
    if constexpr (!kCollect) return false;
    report_member(spot, entries[i].name(), "required", "This property is required.");
  }
  return ok;
}

template <bool kCollect>
bool Walker<kCollect>::dependencies(const ObjectRules& rules, const JsonNode* value,
                                    const Spot& spot) {
  bool ok = true;
  const JsonValue object(value);
  for (uint32_t i = 0; i < rules.dependencies.count; ++i) {
    const Dependency& dependency = program_.dependencies[rules.dependencies.first + i];
    if (!object.find(dependency.trigger).exists()) continue;
    for (uint32_t j = 0; j < dependency.required.count; ++j) {
      const std::string_view name = program_.names[dependency.required.first + j];
      if (object.find(name).exists()) continue;
      ok = false;
      if constexpr (!kCollect) return false;
      report_member(
          spot, name, "dependentRequired",
          "This property is required beside \"" + std::string(dependency.trigger) + "\".");
    }
    if (dependency.schema != kNone) ok = apply(dependency.schema, value, spot) && ok;
    if (!ok && !kCollect) return false;
  }
  return ok;
}

template bool Walker<false>::array(const ArrayRules&, const JsonNode*, const Spot&);
template bool Walker<true>::array(const ArrayRules&, const JsonNode*, const Spot&);
template bool Walker<false>::object(const ObjectRules&, const JsonNode*, const Spot&);
template bool Walker<true>::object(const ObjectRules&, const JsonNode*, const Spot&);

}  // namespace servanda::internal
