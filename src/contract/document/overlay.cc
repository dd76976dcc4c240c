// SPDX-License-Identifier: Apache-2.0
#include "contract/document/overlay.h"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "base/text.h"
#include "contract/document/json_path.h"
#include "contract/document/reference.h"

namespace servanda::internal {
namespace {

class Overlay {
 public:
  Overlay(Documents& documents, Node& root, OverlayBudget& budget, Diagnostics& diagnostics)
      : documents_(&documents), root_(&root), budget_(&budget), diagnostics_(&diagnostics) {}

  void apply(Node& overlay) {
    if (!check_head(overlay)) return;
    const Node* actions = overlay.find("actions");
    if (actions == nullptr || !actions->is_array() || actions->size == 0) {
      diagnostics_->error("overlay-form", actions == nullptr ? overlay.place : actions->place,
                          "The overlay needs \"actions\": a list with at least one action.",
                          "Add \"actions\" with a \"target\" and an \"update\" each.");
      return;
    }
    for (const NodeEntry& action : *actions) {
      if (!apply_action(*action.value)) return;
    }
  }

 private:
  void form_error(Place place, std::string message, std::string fix) {
    diagnostics_->error("overlay-form", place, std::move(message), std::move(fix));
  }

  bool check_head(const Node& overlay) {
    const Node* version = overlay.find("overlay");
    if (version == nullptr || !version->is_string()) {
      form_error(overlay.place, "The document is not an overlay: it lacks \"overlay\".",
                 "Begin it with \"overlay: 1.0.0\".");
      return false;
    }
    if (!version->text.starts_with("1.0.") || version->text.size() < 5) {
      form_error(version->place,
                 said({"Overlay \"", version->text.substr(0, 40), "\" is not supported."}),
                 "Write the overlay by version 1.0 (\"overlay: 1.0.0\").");
      return false;
    }
    const Node* info = overlay.find("info");
    if (info == nullptr || info->find("title") == nullptr || info->find("version") == nullptr) {
      diagnostics_->warning("overlay-form", info == nullptr ? overlay.place : info->place,
                            "The overlay lacks \"info\" with \"title\" and \"version\".",
                            "Add them.");
    }
    report_unknown(overlay, {"overlay", "info", "extends", "actions"}, "overlay");
    check_extends(overlay);
    return true;
  }

  void report_unknown(const Node& node, std::initializer_list<std::string_view> known,
                      std::string_view what) {
    const std::vector<std::string_view> names(known);
    for (const NodeEntry& entry : node) {
      if (entry.key.starts_with("x-")) continue;
      if (std::find(names.begin(), names.end(), entry.key) != names.end()) continue;
      const auto near = nearest(entry.key, names);
      diagnostics_->warning(
          "overlay-unknown-field", entry.key_place,
          said({"An ", what, " has no field \"", entry.key.substr(0, 60), "\"; it is ignored."}),
          near ? said({"Did you mean \"", *near, "\"?"}) : "Remove it.");
    }
  }

  // "extends" names the contract the overlay is meant for.
  void check_extends(const Node& overlay) {
    const Node* extends = overlay.find("extends");
    if (extends == nullptr) return;
    if (!extends->is_string()) {
      return form_error(extends->place, "\"extends\" must be a string.",
                        "Write the address of the contract.");
    }
    if (!scheme_of(extends->text).empty()) return;  // The published address of the contract.
    const auto path =
        normal_path(said({folder_of(documents_->file_name(overlay.place.file)), extends->text}));
    const std::string_view contract = documents_->file_name(root_->place.file);
    if (path && *path == contract) return;
    diagnostics_->warning("overlay-extends", extends->place,
                          said({"The overlay is meant for \"", extends->text,
                                "\", but is applied to \"", contract, "\"."}),
                          "Correct \"extends\", or apply another overlay.");
  }

  // False when no further action may run.
  bool apply_action(const Node& action) {
    const Node* target = action.find("target");
    const Node* remove = action.find("remove");
    const Node* update = action.find("update");
    if (target == nullptr || !target->is_string()) {
      form_error(target == nullptr ? action.place : target->place,
                 "An action needs \"target\", a JSONPath in a string.",
                 "Add it, such as \"target: $.info\".");
      return true;
    }
    report_unknown(action, {"target", "description", "update", "remove"}, "action");
    if (remove != nullptr && remove->kind != JsonKind::kBoolean) {
      form_error(remove->place, "\"remove\" must be true or false.", "Write \"remove: true\".");
      return true;
    }
    const bool removes = remove != nullptr && remove->boolean;
    if (!removes && update == nullptr) {
      form_error(action.place, "The action neither updates nor removes.",
                 "Add \"update\", or \"remove: true\".");
      return true;
    }
    const Result<JsonPath> path = JsonPath::parse(target->text);
    if (!path) {
      diagnostics_->error("overlay-target", target->place,
                          said({"The target is not a JSONPath: ", path.error().message}),
                          "Correct the target; RFC 9535 describes JSONPath.");
      return true;
    }
    std::optional<std::vector<PathMatch>> matches = path->select(*root_, budget_->steps);
    if (!matches) return exhausted(target->place);
    if (matches->empty()) {
      diagnostics_->warning("overlay-unmatched", target->place,
                            said({"The target ", target->text.substr(0, 200),
                                  " selects nothing; the action changes nothing."}),
                            "Correct the target, or remove the action.");
      return true;
    }
    return removes ? remove_all(*matches, *target) : update_all(*matches, *target, *update);
  }

  bool exhausted(Place place) {
    diagnostics_->error("overlay-too-large", place,
                        "The overlays look at or create more values than the limit allows.",
                        "Use more exact targets or smaller updates.");
    return false;
  }

  bool remove_all(const std::vector<PathMatch>& matches, const Node& target) {
    std::unordered_map<Node*, std::vector<uint32_t>> by_parent;
    for (const PathMatch& match : matches) {
      if (match.parent != nullptr) {
        by_parent[match.parent].push_back(match.index);
        continue;
      }
      diagnostics_->error("overlay-target", target.place, "The whole document cannot be removed.",
                          "Select a part of it.");
      return true;
    }
    for (auto& [parent, indexes] : by_parent) {
      if (budget_->steps < parent->size) return exhausted(target.place);
      budget_->steps -= parent->size;
      std::sort(indexes.begin(), indexes.end());
      std::vector<NodeEntry> kept;
      for (uint32_t i = 0; i < parent->size; ++i) {
        if (!std::binary_search(indexes.begin(), indexes.end(), i)) {
          kept.push_back(parent->entries[i]);
        }
      }
      set_entries(documents_->arena(), *parent, kept.data(), static_cast<uint32_t>(kept.size()));
    }
    return true;
  }

  bool update_all(const std::vector<PathMatch>& matches, const Node& target, const Node& update) {
    const uint32_t height = height_of(update);
    for (const PathMatch& match : matches) {
      const bool fits = match.node->is_array() || (match.node->is_object() && update.is_object());
      if (!fits) {
        diagnostics_->error(
            "overlay-target", target.place,
            match.node->is_object()
                ? said({"The update of the object at ", documents_->place_text(match.node->place),
                        " is not an object."})
                : said({"The target selects the value at ",
                        documents_->place_text(match.node->place),
                        ", which is neither an object nor a list."}),
            match.node->is_object() ? "Write the members to be set as an object."
                                    : "Select the object around it and update its member.");
        return true;
      }
      // An item stands one level below its list; members merge into the object's own level.
      const uint32_t level = match.depth + (match.node->is_array() ? 1 : 0);
      if (level + height > documents_->limits().depth_max) {
        return exhausted(target.place);
      }
      const bool done =
          match.node->is_array() ? append(*match.node, update) : merge(*match.node, update);
      if (!done) return exhausted(target.place);
    }
    return true;
  }

  bool append(Node& list, const Node& item) {
    Node* copy = copy_within(documents_->arena(), item, budget_->copies);
    if (copy != nullptr) append_item(documents_->arena(), list, copy);
    return copy != nullptr;
  }

  bool merge(Node& object, const Node& update) {
    for (const NodeEntry& entry : update) {
      Node* present = object.find(entry.key);
      if (present != nullptr && present->is_object() && entry.value->is_object()) {
        if (!merge(*present, *entry.value)) return false;
        continue;
      }
      if (present != nullptr && present->is_array() && entry.value->is_array()) {
        for (const NodeEntry& item : *entry.value) {
          if (!append(*present, *item.value)) return false;
        }
        continue;
      }
      Node* copy = copy_within(documents_->arena(), *entry.value, budget_->copies);
      if (copy == nullptr) return false;
      set_member(documents_->arena(), object, entry.key, entry.key_place, copy);
    }
    return true;
  }

  Documents* documents_;
  Node* root_;
  OverlayBudget* budget_;
  Diagnostics* diagnostics_;
};

}  // namespace

void apply_overlay(Documents& documents, Node& root, std::string_view path, OverlayBudget& budget,
                   Diagnostics& diagnostics) {
  Node* overlay = documents.load(path, diagnostics);
  if (overlay == nullptr) return;
  if (overlay->place.file != root.place.file) {
    documents.set_base(overlay->place.file, root.place.file);
  }
  Overlay(documents, root, budget, diagnostics).apply(*overlay);
}

}  // namespace servanda::internal
