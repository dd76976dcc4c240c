// SPDX-License-Identifier: Apache-2.0
#include "contract/document/form_walk.h"

#include <algorithm>
#include <tuple>

#include "contract/document/reader.h"
#include "contract/document/schema_lift.h"

namespace servanda::internal {
namespace {

const Node* reference_in(const Node& node) {
  const Node* reference = node.find("$ref");
  return reference != nullptr && reference->is_string() ? reference : nullptr;
}

bool is_extension(std::string_view name) {
  return name.starts_with("x-");
}

bool is_before(const Node* a, const Node* b) {
  return std::tie(a->place.file, a->place.line, a->place.column) <
         std::tie(b->place.file, b->place.line, b->place.column);
}

}  // namespace

OpenApiVersion read_version(std::string_view declared) {
  const std::string_view minor = declared.substr(0, 3);
  const std::string_view patch = declared.substr(minor.size());
  if (!patch.empty() && patch[0] != '.') return OpenApiVersion::kNone;
  if (minor == "3.0") return OpenApiVersion::k30;
  if (minor == "3.1") return OpenApiVersion::k31;
  if (minor == "3.2") return OpenApiVersion::k32;
  return OpenApiVersion::kNone;
}

void FormWalk::run(Node& root) {
  push(&root, Form::kDocument, {});
  while (!waiting_.empty()) {
    const Visit next = waiting_.front();
    waiting_.pop_front();
    visit(next);
  }
  report_cycles();
  tally_.tell(*diagnostics_);
}

void FormWalk::push(Node* node, Form form, std::string_view owner) {
  const uint64_t identity = reinterpret_cast<uintptr_t>(node) * 64 + static_cast<uint64_t>(form);
  if (visited_.insert(identity).second) waiting_.push_back(Visit{node, form, owner});
}

OpenApiVersion FormWalk::version_at(Place place) {
  const auto known = file_version_.find(place.file);
  if (known != file_version_.end()) return known->second;
  OpenApiVersion version = version_;
  if (const Node* root = documents_->root_of(place.file)) {
    const Node* declared = root->find("openapi");
    if (declared != nullptr && declared->is_string() && place.file != 0) {
      const OpenApiVersion own = read_version(declared->text);
      if (own != OpenApiVersion::kNone) version = own;
    }
  }
  file_version_.emplace(place.file, version);
  return version;
}

void FormWalk::visit(const Visit& visit) {
  Node& node = *visit.node;
  if (visit.form == Form::kAny) return;
  const FormRules& info = form_rules(visit.form);
  if (visit.form == Form::kSchema) {
    if (node.kind == JsonKind::kBoolean) return;
    if (version_at(node.place) == OpenApiVersion::k30) lift_schema(node, *documents_, tally_);
  }
  if (!node.is_object()) {
    return refuse_kind(said({"\"", visit.owner, "\" (", info.title, ")"}), node, "an object");
  }
  if (reference_in(node) != nullptr && info.may_be_reference) {
    visit_reference(node, visit.form);
    if (visit.form != Form::kSchema) return;
  }
  if (visit.form == Form::kSecurityRequirement) return check_requirement(node);
  visit_members(node, visit.form);
  check_needs(node, visit.form);
}

void FormWalk::visit_reference(Node& node, Form form) {
  const Node* reference = reference_in(node);
  if (form == Form::kOperation) {
    tally_.count("ref-operation", reference->place,
                 "A \"$ref\" stands for an operation, which OpenAPI does not provide for; it is "
                 "followed.",
                 "Refer to the whole path item instead.");
  }
  if (form != Form::kSchema) {
    for (const NodeEntry& entry : node) {
      const std::string_view key = entry.key;
      if (key == "$ref" || key == "summary" || key == "description" || is_extension(key)) continue;
      tally_.count("ref-siblings", entry.key_place,
                   "Only \"summary\" and \"description\" may stand beside this \"$ref\"; the rest "
                   "is left out.",
                   "Move the fields to what is referred to.");
      break;
    }
  }
  Node* target = documents_->resolve(reference->text, reference->place, *diagnostics_);
  if (target == nullptr) return;
  reference_.emplace(&node, target);
  push(target, form, reference->text);
}

void FormWalk::visit_members(Node& node, Form form) {
  dropped_.clear();
  for (NodeEntry& entry : node) {
    const Field* field = find_field(form, entry.key);
    if (field == nullptr) {
      visit_other(entry, form);
    } else if (field->need == Need::kLater) {
      if (version_at(node.place) == OpenApiVersion::k32) {
        dropped_.push_back(entry.key);
        diagnostics_->notice("version-3.2", entry.key_place,
                             said({"\"", entry.key, "\" of OpenAPI 3.2 is left out."}),
                             "Say it with the means of OpenAPI 3.1.");
      } else if (form_rules(form).others != Others::kOpen) {
        report_unknown(entry, form);
      }
    } else {
      check_value(entry, *field, form);
    }
  }
  for (const std::string_view key : dropped_) remove_member(documents_->arena(), node, key);
}

// A member that is no field: an extension, a patterned one or a mistake.
void FormWalk::visit_other(NodeEntry& entry, Form form) {
  const FormRules& info = form_rules(form);
  if (info.others == Others::kOpen || is_extension(entry.key)) return;
  if (info.others == Others::kPatterned && fits_pattern(form, entry.key)) {
    return push(entry.value, info.patterned, entry.key);
  }
  if (form == Form::kPaths) {
    diagnostics_->error("form-path", entry.key_place,
                        said({"The path \"", entry.key, "\" does not begin with '/'."}),
                        said({"Write \"/", entry.key, "\"."}));
    return;
  }
  report_unknown(entry, form);
}

// Each object with "$ref" leads to one other: a walk that meets itself has found a cycle.
void FormWalk::report_cycles() {
  std::unordered_map<const Node*, size_t> walk_of;  // The walk that passed here.
  size_t walk = 0;
  std::vector<const Node*> starts;
  for (const auto& [start, first] : reference_) {
    ++walk;
    const Node* node = start;
    while (true) {
      const auto [passed, fresh] = walk_of.emplace(node, walk);
      if (!fresh) {
        if (passed->second != walk) break;
        const Node* smallest = node;
        for (const Node* n = reference_.at(node); n != node; n = reference_.at(n)) {
          if (is_before(n, smallest)) smallest = n;
        }
        starts.push_back(smallest);
        break;
      }
      const auto edge = reference_.find(node);
      if (edge == reference_.end()) break;
      node = edge->second;
    }
  }
  std::sort(starts.begin(), starts.end(), is_before);
  for (const Node* start : starts) {
    const Node* reference = reference_in(*start);
    diagnostics_->error("ref-cycle", reference->place,
                        said({"The reference \"", reference->text,
                              "\" leads back to itself without ever reaching a value."}),
                        "Let one of the references name a real object.");
  }
}

}  // namespace servanda::internal
