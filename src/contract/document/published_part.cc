// SPDX-License-Identifier: Apache-2.0
#include "contract/document/published_part.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace servanda::internal {
namespace {

constexpr std::string_view kOwnKey = "x-servanda";

using Entries = std::unordered_set<const NodeEntry*>;

// What refers and is referred to as a whole: the root without its components, each component, and
// nodes of other files that references name.
struct Unit {
  const Node* node = nullptr;
  const NodeEntry* component = nullptr;  // Null for what is no component.
  std::vector<uint32_t> leads_to;
};

class LeftOutFinder {
 public:
  LeftOutFinder(ContractDocument& contract, std::span<const HiddenOperation> hidden)
      : documents_(contract.documents.get()), root_(contract.root), hidden_(hidden) {}

  Entries run() {
    hide_operations();
    if (const Node* paths = root_->find("paths")) hide_paths(*paths);
    add_components();
    if (hidden_.empty() && resources_.empty()) return {};
    if (!hidden_.empty()) hide_links(*root_);
    find_children();
    const uint32_t shown = add_unit(root_, nullptr);
    for (const NodeEntry& entry : *root_) {
      if (entry.key != "components" && entry.key != kOwnKey && entry.key != "openapi") {
        walk(*entry.value, shown);
      }
    }
    std::vector<uint32_t> internal = resources_;
    internal.push_back(add_hidden_unit());
    explore(shown);
    drop_components(reached({shown}), reached(std::move(internal)));
    return std::move(left_out_);
  }

 private:
  Node* follow(Node* node) {
    Diagnostics reported_elsewhere;
    return documents_->follow(node, reported_elsewhere);
  }

  // --- Operations, paths and links ---

  void hide_operations() {
    for (const HiddenOperation& one : hidden_) {
      const NodeEntry* entry = one.path_item->find_entry(one.method);
      if (entry == nullptr) continue;
      left_out_.insert(entry);
      items_.insert(one.path_item);
      Node* operation = follow(entry->value);
      if (operation == nullptr) continue;
      operations_.push_back(operation);
      const Node* id = operation->find("operationId");
      if (id != nullptr && id->is_string()) ids_.insert(id->text);
    }
  }

  [[nodiscard]] bool has_shown_operation(const Node& item) const {
    for (const std::string_view method :
         {"get", "put", "post", "delete", "options", "head", "patch", "trace"}) {
      const NodeEntry* entry = item.find_entry(method);
      if (entry != nullptr && !left_out_.contains(entry)) return true;
    }
    return false;
  }

  // Leaves out the path items of a map that have nothing but hidden operations.
  void hide_paths(const Node& map) {
    for (const NodeEntry& entry : map) {
      const Node* item = follow(entry.value);
      if (item == nullptr || !items_.contains(item) || has_shown_operation(*item)) continue;
      left_out_.insert(&entry);
      whole_items_.push_back(item);
    }
  }

  [[nodiscard]] bool leads_to_hidden(Node* link) {
    link = follow(link);
    if (link == nullptr || !link->is_object()) return false;
    const Node* id = link->find("operationId");
    if (id != nullptr && id->is_string()) return ids_.contains(id->text);
    const Node* reference = link->find("operationRef");
    if (reference == nullptr || !reference->is_string()) return false;
    Diagnostics reported_elsewhere;
    const Node* target = documents_->resolve(reference->text, reference->place, reported_elsewhere);
    for (const Node* operation : operations_) {
      if (operation == target) return true;
    }
    return false;
  }

  // Depth is bounded by DocumentLimits::depth_max.
  void hide_links(const Node& node) {
    for (const NodeEntry& entry : node) {
      if (entry.key == "links" && entry.value->is_object()) {
        for (const NodeEntry& link : *entry.value) {
          if (leads_to_hidden(link.value)) left_out_.insert(&link);
        }
      }
      hide_links(*entry.value);
    }
  }

  // --- What refers to what ---

  uint32_t add_unit(const Node* node, const NodeEntry* component) {
    units_.push_back({node, component, {}});
    return static_cast<uint32_t>(units_.size() - 1);
  }

  void own(const Node& node, uint32_t unit) {
    if (!owner_.emplace(&node, unit).second) return;
    for (const NodeEntry& entry : node) own(*entry.value, unit);
  }

  [[nodiscard]] static bool says_resource(const Node* schema) {
    const Node* annotation = schema == nullptr ? nullptr : schema->find(kOwnKey);
    return annotation != nullptr && annotation->find("resource") != nullptr;
  }

  void add_components() {
    const Node* components = root_->find("components");
    if (components == nullptr) return;
    for (const NodeEntry& kind : *components) {
      // Security schemes are named without references.
      if (kind.key == "securitySchemes" || !kind.value->is_object()) continue;
      if (kind.key == "pathItems") hide_paths(*kind.value);
      for (const NodeEntry& entry : *kind.value) {
        const uint32_t unit = add_unit(entry.value, &entry);
        own(*entry.value, unit);
        if (kind.key != "schemas") continue;
        schemas_.emplace(entry.key, unit);
        if (says_resource(entry.value) || says_resource(follow(entry.value))) {
          resources_.push_back(unit);
        }
      }
    }
  }

  // The schemas that a discriminator without a mapping may stand for: those that extend its own.
  void find_children() {
    for (const auto& [name, unit] : schemas_) {
      const Node* all_of = units_[unit].node->find("allOf");
      if (all_of == nullptr || !all_of->is_array()) continue;
      for (const NodeEntry& part : *all_of) {
        const Node* reference = part.value->find("$ref");
        if (reference == nullptr || !reference->is_string()) continue;
        if (const auto parent = target_of(*reference)) children_[*parent].push_back(unit);
      }
    }
  }

  [[nodiscard]] std::optional<uint32_t> target_of(const Node& reference) {
    Diagnostics reported_elsewhere;
    const Node* target = documents_->resolve(reference.text, reference.place, reported_elsewhere);
    if (target == nullptr) return std::nullopt;
    const auto known = owner_.find(target);
    if (known != owner_.end()) return known->second;
    const uint32_t unit = add_unit(target, nullptr);
    owner_.emplace(target, unit);
    return unit;
  }

  void lead(uint32_t from, std::optional<uint32_t> to) {
    if (to && *to != from) units_[from].leads_to.push_back(*to);
  }

  void lead_to_mapped(uint32_t from, const Node& mapping) {
    for (const NodeEntry& entry : mapping) {
      if (!entry.value->is_string()) continue;
      const auto named = schemas_.find(entry.value->text);
      lead(from, named != schemas_.end() ? named->second : target_of(*entry.value));
    }
  }

  // Adds what `node` refers to. Depth is bounded by DocumentLimits::depth_max.
  void walk(const Node& node, uint32_t from) {
    for (const NodeEntry& entry : node) {
      if (entry.key == kOwnKey || left_out_.contains(&entry)) continue;
      if (entry.key == "$ref" && entry.value->is_string()) {
        lead(from, target_of(*entry.value));
      } else if (entry.key == "discriminator" && entry.value->is_object()) {
        const Node* mapping = entry.value->find("mapping");
        if (mapping != nullptr && mapping->is_object()) lead_to_mapped(from, *mapping);
        for (const uint32_t child : children_[from]) lead(from, child);
      }
      // A unit of its own is walked on its own. Hidden operations may stand inside components,
      // whose walks pass them over.
      const auto owner = owner_.find(entry.value);
      if (owner == owner_.end() || owner->second == from || from == hidden_unit_) {
        walk(*entry.value, from);
      } else {
        lead(from, owner->second);
      }
    }
  }

  uint32_t add_hidden_unit() {
    hidden_unit_ = add_unit(nullptr, nullptr);
    for (const Node* operation : operations_) walk(*operation, *hidden_unit_);
    for (const Node* item : whole_items_) walk(*item, *hidden_unit_);
    return *hidden_unit_;
  }

  // Walks what has not been walked: all but the root and what stands for the hidden operations.
  // Walking may add more.
  void explore(uint32_t shown) {
    for (uint32_t unit = 0; unit < units_.size(); ++unit) {
      const Node* node = units_[unit].node;
      if (node != nullptr && unit != shown) walk(*node, unit);
    }
  }

  [[nodiscard]] std::vector<bool> reached(std::vector<uint32_t> from) const {
    std::vector<bool> seen(units_.size());
    while (!from.empty()) {
      const uint32_t unit = from.back();
      from.pop_back();
      if (seen[unit]) continue;
      seen[unit] = true;
      from.insert(from.end(), units_[unit].leads_to.begin(), units_[unit].leads_to.end());
    }
    return seen;
  }

  // `internal` components that are not shown go, and with them what leads to them.
  void drop_components(const std::vector<bool>& shown, const std::vector<bool>& internal) {
    std::vector<std::vector<uint32_t>> led_from(units_.size());
    std::vector<uint32_t> going;
    for (uint32_t unit = 0; unit < units_.size(); ++unit) {
      if (shown[unit]) continue;
      for (const uint32_t to : units_[unit].leads_to) led_from[to].push_back(unit);
      if (internal[unit]) going.push_back(unit);
    }
    std::vector<bool> gone(units_.size());
    while (!going.empty()) {
      const uint32_t unit = going.back();
      going.pop_back();
      if (gone[unit] || shown[unit]) continue;
      gone[unit] = true;
      if (units_[unit].component != nullptr) left_out_.insert(units_[unit].component);
      going.insert(going.end(), led_from[unit].begin(), led_from[unit].end());
    }
  }

  Documents* documents_;
  Node* root_;
  std::span<const HiddenOperation> hidden_;
  Entries left_out_;
  std::vector<const Node*> operations_;    // Hidden ones.
  std::unordered_set<const Node*> items_;  // Path items that hold some.
  std::vector<const Node*> whole_items_;   // Those that hold nothing else.
  std::set<std::string_view> ids_;         // Of the hidden operations.
  std::vector<Unit> units_;
  std::unordered_map<const Node*, uint32_t> owner_;
  std::unordered_map<std::string_view, uint32_t> schemas_;
  std::unordered_map<uint32_t, std::vector<uint32_t>> children_;
  std::vector<uint32_t> resources_;
  std::optional<uint32_t> hidden_unit_;  // Stands for what is hidden.
};

}  // namespace

std::unordered_set<const NodeEntry*> find_left_out(ContractDocument& contract,
                                                   std::span<const HiddenOperation> hidden) {
  return LeftOutFinder(contract, hidden).run();
}

}  // namespace servanda::internal
