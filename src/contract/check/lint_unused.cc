// SPDX-License-Identifier: Apache-2.0
// Components that nothing refers to.

#include <array>
#include <set>
#include <string>
#include <string_view>

#include "base/text.h"
#include "contract/check/lint_state.h"

namespace servanda::internal {
namespace {

constexpr std::array<std::string_view, 8> kSections = {"schemas",       "parameters", "responses",
                                                       "requestBodies", "headers",    "examples",
                                                       "links",         "pathItems"};

// Finds what is referred to: nodes, and "<file>/<section>/<name>" of references into components.
class ReferenceCollector {
 public:
  explicit ReferenceCollector(const LintState& state) : state_(&state) {}

  // Depth is bounded by DocumentLimits::depth_max.
  void collect(const Node& node) {
    for (const NodeEntry& entry : node) {
      const bool text = entry.value->is_string();
      if (text && entry.key == "$ref") add_reference(*entry.value);
      if (entry.key == "mapping" && entry.value->is_object()) {
        for (const NodeEntry& target : *entry.value) add_mapping(*target.value);
      }
      collect(*entry.value);
    }
  }

  [[nodiscard]] bool is_used(uint32_t file, std::string_view section, std::string_view name,
                             const Node* node) const {
    return nodes_.contains(node) || names_.contains(key(file, section, name));
  }

 private:
  static std::string key(uint32_t file, std::string_view section, std::string_view name) {
    std::string text = std::to_string(file);
    text += '/';
    text += section;
    text += '/';
    text += name;
    return text;
  }

  void add_reference(const Node& ref) {
    Diagnostics reported_elsewhere;
    const Node* target = state_->documents().resolve(ref.text, ref.place, reported_elsewhere);
    nodes_.insert(target);
    const size_t hash = ref.text.find("#/components/");
    if (target == nullptr || hash == std::string_view::npos) return;
    const auto parts = split(ref.text.substr(hash + 2), '/');
    if (parts.size() < 3) return;
    const auto name = percent_decode(parts[2], PlusSign::kKept);
    if (name) names_.insert(key(target->place.file, parts[1], *name));
  }

  void add_mapping(const Node& value) {
    if (!value.is_string()) return;
    if (value.text.find('/') != std::string_view::npos) {
      add_reference(value);
    } else {
      names_.insert(key(value.place.file, "schemas", value.text));
    }
  }

  const LintState* state_;
  std::set<const Node*> nodes_;
  std::set<std::string> names_;
};

}  // namespace

void lint_unused(LintState& state) {
  const Node* components = state.root().find("components");
  if (components == nullptr) return;
  ReferenceCollector references(state);
  // Resolving may load further files, which are walked in their turn.
  for (uint32_t file = 0; file < state.documents().file_count(); ++file) {
    const Node* root = state.documents().root_of(file);
    if (root != nullptr) references.collect(*root);
  }
  for (std::string_view section : kSections) {
    const Node* members = components->find(section);
    if (members == nullptr) continue;
    for (const NodeEntry& entry : *members) {
      const uint32_t file = state.root().place.file;
      // A resource is there to be stored, whoever refers to it.
      const bool annotated = entry.value->find("x-servanda") != nullptr;
      if (annotated || references.is_used(file, section, entry.key, entry.value)) continue;
      state.add("component-unused", entry.key_place,
                "Nothing refers to " + in_quotes_of(entry.key) + " in components/" +
                    std::string(section) + ".");
    }
  }
}

}  // namespace servanda::internal
