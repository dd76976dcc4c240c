// SPDX-License-Identifier: Apache-2.0
// The contract for consumers: one document, without the engine's own key.

#include <map>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "contract/document/contract_document.h"
#include "contract/document/openapi_form.h"
#include "contract/document/published_part.h"
#include "contract/document/reader.h"
#include "contract/document/reference.h"
#include "contract/document/yaml_writer.h"

namespace servanda {
namespace {

using internal::CopyBudget;
using internal::Field;
using internal::Form;
using internal::said;
using internal::Shape;

constexpr std::string_view kOwnKey = "x-servanda";
constexpr int kInlineMax = 20;                   // References put in place inside each other.
constexpr size_t kBytesMax = size_t{512} << 20;  // Of one written form.

const Node* reference_in(const Node& node) {
  const Node* reference = node.find("$ref");
  return reference != nullptr && reference->is_string() ? reference : nullptr;
}

// A component name from what a reference names: its last token, or the file's name.
std::string name_from(std::string_view reference) {
  const internal::Reference parts = internal::split_reference(reference);
  std::string_view last = parts.fragment;
  if (last.empty()) {
    last = parts.resource.substr(internal::folder_of(parts.resource).size());
    last = last.substr(0, last.rfind('.'));
  } else {
    last = last.substr(internal::folder_of(last).size());
  }
  std::string name;
  for (const char c : last) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-' || c == '_';
    name += fits ? c : '_';
  }
  return name.empty() ? "item" : name;
}

// Copies the tree by its form and rewrites its references.
class Publisher {
 public:
  Publisher(ContractDocument& contract, Diagnostics& diagnostics,
            std::span<const HiddenOperation> hidden)
      : left_out_(internal::find_left_out(contract, hidden)),
        documents_(contract.documents.get()),
        root_(contract.root),
        diagnostics_(&diagnostics),
        budget_{documents_->limits().nodes_max, 2 * documents_->limits().total_bytes_max},
        several_files_(documents_->file_count() > 1) {}

  // The published tree, or null after an error.
  Node* run() {
    take_component_names();
    Node* copy = clone(*root_, Form::kDocument);
    while (!waiting_.empty() && !failed_) {
      std::vector<Bundled> batch = std::move(waiting_);
      waiting_.clear();
      for (const Bundled& bundled : batch) add_component(*copy, bundled);
    }
    return failed_ ? nullptr : copy;
  }

 private:
  struct Bundled {
    Node* target;
    Form form;
    std::string name;
  };

  Arena& arena() { return documents_->arena(); }
  [[nodiscard]] bool is_own(Place place) const { return base_of(place) == root_->place.file; }
  // Content of overlays belongs to the contract's own file.
  [[nodiscard]] uint32_t base_of(Place place) const {
    return place.file == Place::kNoFile ? root_->place.file : documents_->base_of(place.file);
  }

  void fail_at(Place place, std::string_view rule, std::string message, std::string fix) {
    if (!failed_) diagnostics_->error(rule, place, std::move(message), std::move(fix));
    failed_ = true;
  }

  void take_component_names() {
    const Node* components = root_->find("components");
    if (components == nullptr) return;
    for (const NodeEntry& kind : *components) {
      for (const NodeEntry& entry : *kind.value) {
        if (!left_out_.contains(&entry)) names_[kind.key].emplace(entry.key);
      }
    }
  }

  Node* shallow_copy(const Node& node) {
    if (!budget_.take(node.text.size())) {
      fail_at(node.place, "publish-too-large",
              "The published contract would be larger than the limit allows.",
              "Refer to large parts through components, or make the contract smaller.");
    }
    Node* copy = make_node(arena(), node.kind, node.place);
    copy->boolean = node.boolean;
    copy->text = node.text;
    return copy;
  }

  Node* clone(Node& node, Form form) {
    if (failed_) return &node;
    const Node* reference = node.is_object() ? reference_in(node) : nullptr;
    if (reference != nullptr && internal::form_rules(form).may_be_reference) {
      if (form == Form::kOperation || (form == Form::kPathItem && !is_component_ref(*reference))) {
        return inline_target(*reference, form);
      }
      return clone_reference(node, *reference, form);
    }
    Node* copy = shallow_copy(node);
    if (node.size == 0 || failed_) return copy;
    std::vector<NodeEntry> entries;
    entries.reserve(node.size);
    for (NodeEntry& entry : node) {
      if (is_left_out(entry, form, node.place)) continue;
      entries.push_back(NodeEntry{entry.key, entry.key_place, clone_member(entry, form)});
    }
    set_entries(arena(), *copy, entries.data(), static_cast<uint32_t>(entries.size()));
    return copy;
  }

  // Ids and anchors of schemas end with the files that they were relative to.
  [[nodiscard]] bool is_left_out(const NodeEntry& entry, Form form, Place place) const {
    if (entry.key == kOwnKey || left_out_.contains(&entry)) return true;
    if (form != Form::kSchema || !several_files_ || !entry.value->is_string()) return false;
    return entry.key == "$id" || (entry.key == "$anchor" && !is_own(place));
  }

  Node* clone_member(NodeEntry& entry, Form form) {
    Node& value = *entry.value;
    if (form == Form::kAny) return clone(value, Form::kAny);
    const Field* field = internal::find_field(form, entry.key);
    if (field == nullptr) {
      const internal::FormRules& info = internal::form_rules(form);
      const bool patterned =
          info.others == internal::Others::kPatterned && internal::fits_pattern(form, entry.key);
      if (patterned) return clone(value, info.patterned);
      return entry.key.starts_with("x-") ? clone_extension(value) : clone(value, Form::kAny);
    }
    if (form == Form::kDiscriminator && entry.key == "mapping") return clone_mapping(value);
    if (field->shape == Shape::kObject) return clone(value, field->form);
    if (field->shape != Shape::kMap && field->shape != Shape::kList) {
      return clone(value, Form::kAny);
    }
    Node* copy = shallow_copy(value);
    std::vector<NodeEntry> entries;
    for (const NodeEntry& inner : value) {
      if (inner.key == kOwnKey || left_out_.contains(&inner)) continue;
      entries.push_back(NodeEntry{inner.key, inner.key_place, clone(*inner.value, field->form)});
    }
    set_entries(arena(), *copy, entries.data(), static_cast<uint32_t>(entries.size()));
    return copy;
  }

  // Extensions may refer to files as well; whatever can be read is put in its place.
  Node* clone_extension(Node& node) {
    if (failed_) return &node;
    if (const Node* reference = node.is_object() ? reference_in(node) : nullptr) {
      Diagnostics unused;
      Node* target = inlined_ < kInlineMax
                         ? documents_->resolve(reference->text, reference->place, unused)
                         : nullptr;
      if (target != nullptr) {
        ++inlined_;
        Node* copy = clone_extension(*target);
        --inlined_;
        return copy;
      }
    }
    Node* copy = shallow_copy(node);
    std::vector<NodeEntry> entries;
    for (const NodeEntry& entry : node) {
      if (entry.key == kOwnKey) continue;
      entries.push_back(NodeEntry{entry.key, entry.key_place, clone_extension(*entry.value)});
    }
    set_entries(arena(), *copy, entries.data(), static_cast<uint32_t>(entries.size()));
    return copy;
  }

  [[nodiscard]] bool is_component_ref(const Node& reference) const {
    return is_own(reference.place) && reference.text.starts_with("#/components/");
  }

  // Path items and operations of other places stand where they are referred to.
  Node* inline_target(const Node& reference, Form form) {
    Node* target = documents_->resolve(reference.text, reference.place, *diagnostics_);
    if (target == nullptr || inlined_ >= kInlineMax) {
      fail_at(reference.place, "publish-cycle",
              "A path item or operation leads back to itself through its callbacks.",
              "Refer to it under \"#/components/pathItems\".");
      return make_node(arena(), JsonKind::kNull, reference.place);
    }
    ++inlined_;
    Node* copy = clone(*target, form);
    --inlined_;
    return copy;
  }

  Node* clone_reference(Node& node, const Node& reference, Form form) {
    Node* copy = make_node(arena(), JsonKind::kObject, node.place);
    std::vector<NodeEntry> entries;
    for (NodeEntry& entry : node) {
      if (is_left_out(entry, form, node.place)) continue;
      Node* value = entry.value == &reference
                        ? make_string(arena(), rewrite(reference, form), reference.place)
                        : clone_member(entry, form);
      entries.push_back(NodeEntry{entry.key, entry.key_place, value});
    }
    set_entries(arena(), *copy, entries.data(), static_cast<uint32_t>(entries.size()));
    return copy;
  }

  // The reference as the published document must write it.
  std::string rewrite(const Node& reference, Form form) {
    Node* target = documents_->resolve(reference.text, reference.place, *diagnostics_);
    if (target == nullptr) return std::string(reference.text);
    if (is_own(target->place)) {
      const bool local = is_own(reference.place) && reference.text.starts_with('#');
      if (local && !several_files_) return std::string(reference.text);
      const std::string pointer = pointer_to(target);
      return pointer.empty() ? std::string(reference.text) : pointer;
    }
    return said({"#/components/", internal::component_kind(form), "/",
                 component_for(target, form, reference.text)});
  }

  const std::string& component_for(Node* target, Form form, std::string_view reference) {
    const auto known = bundled_.find({target, form});
    if (known != bundled_.end()) return known->second;
    auto& taken = names_[internal::component_kind(form)];
    const std::string wanted = name_from(reference);
    std::string name = wanted;
    uint32_t& number = numbers_[said({internal::component_kind(form), "/", wanted})];
    while (!taken.insert(name).second) name = said({wanted, "_", std::to_string(++number + 1)});
    waiting_.push_back(Bundled{target, form, name});
    return bundled_.emplace(std::pair(target, form), std::move(name)).first->second;
  }

  void add_component(Node& copy, const Bundled& bundled) {
    Node* content = clone(*bundled.target, bundled.form);
    Node* components = member_object(copy, "components");
    Node* kind = member_object(*components, internal::component_kind(bundled.form));
    set_member(arena(), *kind, bundled.name, bundled.target->place, content);
  }

  Node* member_object(Node& object, std::string_view key) {
    Node* member = object.find(key);
    if (member == nullptr) {
      member = make_node(arena(), JsonKind::kObject, object.place);
      set_member(arena(), object, key, object.place, member);
    }
    return member;
  }

  // Values of a discriminator's mapping are component names or references.
  Node* clone_mapping(Node& mapping) {
    Node* copy = make_node(arena(), JsonKind::kObject, mapping.place);
    for (const NodeEntry& entry : mapping) {
      Node* value = shallow_copy(*entry.value);
      const std::string_view text = entry.value->text;
      const auto known = names_.find("schemas");
      const bool is_name = known != names_.end() && known->second.contains(std::string(text));
      if (!is_name && text.find_first_of("#/.") != std::string_view::npos) {
        Diagnostics unused;
        if (documents_->resolve(text, entry.value->place, unused) != nullptr) {
          value = make_string(arena(), rewrite(*entry.value, Form::kSchema), value->place);
        }
      }
      set_member(arena(), *copy, entry.key, entry.key_place, value);
    }
    return copy;
  }

  // "#/..." of a node of the contract's own document; "" when it is none.
  std::string pointer_to(const Node* target) {
    if (parents_.empty()) index_parents(*root_);
    std::vector<std::string> tokens;
    for (const Node* node = target; node != root_;) {
      const auto parent = parents_.find(node);
      if (parent == parents_.end()) return {};
      const auto [holder, index] = parent->second;
      std::string token;
      const std::string key =
          holder->is_array() ? std::to_string(index) : std::string(holder->entries[index].key);
      for (const char c : key) {
        if (c == '~' || c == '/') {
          token += c == '~' ? "~0" : "~1";
        } else {
          token += c;
        }
      }
      tokens.push_back(percent_encode(token));
      node = holder;
    }
    std::string pointer = "#";
    for (size_t i = tokens.size(); i > 0; --i) pointer += "/" + tokens[i - 1];
    return pointer;
  }

  void index_parents(const Node& node) {
    for (uint32_t i = 0; i < node.size; ++i) {
      const Node* child = node.entries[i].value;
      if (parents_.emplace(child, std::pair(&node, i)).second) index_parents(*child);
    }
  }

  struct TargetHash {
    size_t operator()(const std::pair<Node*, Form>& target) const {
      return std::hash<Node*>()(target.first) * 31 + static_cast<size_t>(target.second);
    }
  };

  std::unordered_set<const NodeEntry*> left_out_;
  Documents* documents_;
  Node* root_;
  Diagnostics* diagnostics_;
  CopyBudget budget_;
  bool several_files_;
  bool failed_ = false;
  int inlined_ = 0;
  std::map<std::string_view, std::unordered_set<std::string>> names_;  // Taken, by kind.
  std::unordered_map<std::string, uint32_t> numbers_;                  // Last suffix of a name.
  std::unordered_map<std::pair<Node*, Form>, std::string, TargetHash> bundled_;
  std::vector<Bundled> waiting_;
  std::unordered_map<const Node*, std::pair<const Node*, uint32_t>> parents_;
};

}  // namespace

PublishedContract publish(ContractDocument& contract, Diagnostics& diagnostics,
                          std::span<const HiddenOperation> hidden) {
  PublishedContract published;
  if (contract.root == nullptr) return published;
  const Node* tree = Publisher(contract, diagnostics, hidden).run();
  if (tree == nullptr) return published;
  append_json(published.json, *tree);
  if (published.json.size() > kBytesMax ||
      !internal::write_yaml(published.yaml, *tree, kBytesMax)) {
    diagnostics.error("publish-too-large", contract.root->place,
                      "The published contract would be larger than the limit allows.",
                      "Make the contract smaller.");
    return {};
  }
  return published;
}

}  // namespace servanda
