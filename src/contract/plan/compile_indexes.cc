// SPDX-License-Identifier: Apache-2.0
// Which indexes a resource has: declared ones, and those that serve declared filters and sorts.

#include <algorithm>
#include <cstdio>
#include <set>

#include "base/text.h"
#include "contract/plan/annotation_state.h"

namespace servanda::internal {
namespace {

// Whether `index` reads rows in the order of `keys`, forwards or backwards.
bool serves(const Index& index, const std::vector<IndexKey>& keys) {
  if (index.keys.size() < keys.size()) return false;
  for (const bool reversed : {false, true}) {
    bool same = true;
    for (size_t i = 0; i < keys.size() && same; ++i) {
      same = index.keys[i].property == keys[i].property &&
             (index.keys[i].descending != keys[i].descending) == reversed;
    }
    if (same) return true;
  }
  return false;
}

// 32 bits of FNV-1a, to tell long names apart; stable over releases because stores keep the names.
uint32_t short_hash(std::string_view text) {
  uint32_t hash = 2166136261u;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  return hash;
}

std::string index_name(const Resource& resource, const Index& index) {
  std::string name = resource.table;
  for (const IndexKey& key : index.keys) {
    name += "_" + resource.properties[key.property].column;
    if (key.descending) name += "_desc";
  }
  if (index.rows == RowScope::kLive) name += "_live";
  if (index.rows == RowScope::kDeleted) name += "_gone";
  name += index.unique ? "_key" : "_idx";
  if (name.size() <= ResourceLimits::kIdentifier) return name;
  char suffix[16];
  const int length = std::snprintf(suffix, sizeof suffix, "_%08x", short_hash(name));
  name.resize(ResourceLimits::kIdentifier - static_cast<size_t>(length));
  return name + suffix;
}

}  // namespace

std::optional<IndexKey> parse_index_key(AnnotationState& state, const Resource& resource,
                                        std::string_view text, Place place) {
  IndexKey key;
  key.descending = text.starts_with('-');
  const std::string_view name = key.descending ? text.substr(1) : text;
  const auto property = resource.property_index(name);
  if (!property && resource.computed_index(name)) {
    state.diagnostics.error(
        "computed-stored", place,
        in_quotes(resource.name + "." + std::string(name)) +
            " is computed and not stored, so no index, filter or order can be by it.",
        "Name the stored properties that it is made from.");
    return std::nullopt;
  }
  if (!property) {
    std::vector<std::string_view> names;
    for (const Property& known : resource.shown()) names.push_back(known.name);
    state.diagnostics.error(
        "property-unknown", place,
        in_quotes(resource.name) + " has no property " + in_quotes(name) + ".",
        "Name one of its properties, with \"-\" in front to descend." + suggestion(name, names));
    return std::nullopt;
  }
  key.property = *property;
  if (resource.properties[*property].type == ColumnType::kJson) {
    state.diagnostics.error("index-type", place,
                            in_quotes(resource.name + "." + std::string(name)) +
                                " is an object, a list or of mixed type, which has no order.",
                            "Use a property of one scalar type.");
    return std::nullopt;
  }
  if (resource.properties[*property].generated == Generated::kPurged) {
    state.diagnostics.error("index-type", place,
                            in_quotes(resource.name + "." + std::string(name)) +
                                " is made when it is shown, so nothing can be found by it.",
                            "Use the property with \"generated: deleted\".");
    return std::nullopt;
  }
  if (resource.properties[*property].write_only) {
    state.diagnostics.error("index-type", place,
                            in_quotes(resource.name + "." + std::string(name)) +
                                " is writeOnly; an order or filter by it would reveal it.",
                            "Use another property.");
    return std::nullopt;
  }
  return key;
}

void add_index(AnnotationState& state, Resource& resource, Index index, Place place) {
  for (const Index& other : resource.indexes) {
    if (other.rows != index.rows) continue;
    const bool same =
        index.unique ? other.unique && other.keys == index.keys : serves(other, index.keys);
    if (same) return;
  }
  if (resource.indexes.size() == ResourceLimits::kIndexes) {
    state.diagnostics.error("resource-limit", place,
                            in_quotes(resource.name) + " needs more than 64 indexes.",
                            "Declare fewer filters, sort values or indexes.");
    return;
  }
  resource.indexes.push_back(std::move(index));
}

void name_indexes(AnnotationState& state) {
  std::set<std::string> taken;
  for (Resource& resource : state.plan.resources) {
    for (Index& index : resource.indexes) {
      index.name = index_name(resource, index);
      for (int n = 2; !taken.insert(index.name).second; ++n) {
        std::string name = index_name(resource, index);
        const std::string suffix = "_" + std::to_string(n);
        name.resize(std::min(name.size(), ResourceLimits::kIdentifier - suffix.size()));
        index.name = name + suffix;
      }
    }
  }
}

}  // namespace servanda::internal
