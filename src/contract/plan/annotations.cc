// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/annotations.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/text.h"
#include "contract/plan/annotation_state.h"
#include "contract/plan/vocabulary.h"

namespace servanda {
namespace internal {
namespace {

constexpr std::string_view kKey = "x-servanda";

struct Found {
  Node* owner;
  const NodeEntry* entry;
};

template <size_t N>
bool contains(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Members of these are user data, which may look like anything.
bool holds_data(std::string_view key) {
  static constexpr std::array<std::string_view, 5> kKeys = {"example", "examples", "default",
                                                            "enum", "const"};
  return contains(kKeys, key) || key.starts_with("x-");
}

// Members of these are named by the author, not by the specification.
bool holds_names(std::string_view key) {
  static constexpr std::array<std::string_view, 14> kKeys = {
      "properties", "patternProperties", "$defs",           "definitions", "dependentSchemas",
      "schemas",    "responses",         "parameters",      "headers",     "content",
      "pathItems",  "requestBodies",     "securitySchemes", "encoding"};
  return contains(kKeys, key);
}

enum class Members { kKeywords, kNames };

// Every "x-servanda" below `node`. Depth is bounded by DocumentLimits::depth_max.
void collect(Node& node, Members members, std::vector<Found>& found) {
  for (const NodeEntry& entry : node) {
    if (entry.key == kKey) {
      found.push_back({&node, &entry});
      continue;
    }
    if (node.is_object() && members == Members::kKeywords && holds_data(entry.key)) continue;
    const bool names = node.is_object() && members == Members::kKeywords && holds_names(entry.key);
    collect(*entry.value, names ? Members::kNames : Members::kKeywords, found);
  }
}

using KnownPlaces = std::unordered_map<const Node*, VocabularyPlace>;

void know_components(AnnotationState& state, const Node& root, KnownPlaces& known) {
  const Node* components = root.find("components");
  if (components == nullptr) return;
  const auto add_all = [&](std::string_view section, VocabularyPlace place) {
    const Node* members = components->find(section);
    if (members == nullptr) return;
    for (const NodeEntry& entry : *members) known.emplace(entry.value, place);
  };
  add_all("parameters", VocabularyPlace::kParameter);
  add_all("pathItems", VocabularyPlace::kPathItem);
  add_all("schemas", VocabularyPlace::kSchema);
  const Node* schemas = components->find("schemas");
  if (schemas == nullptr) return;
  for (const NodeEntry& entry : *schemas) {
    known.emplace(state.reader.identity(entry.value), VocabularyPlace::kSchema);
    for (const MemberShape& member : state.reader.object(entry.value).members) {
      for (const Node* schema : member.schemas) known.emplace(schema, VocabularyPlace::kProperty);
    }
  }
}

KnownPlaces known_places(AnnotationState& state, std::span<const OperationNode> nodes) {
  KnownPlaces known;
  known.emplace(state.contract.root, VocabularyPlace::kRoot);
  for (const OperationNode& node : nodes) {
    known.emplace(node.path_item, VocabularyPlace::kPathItem);
    known.emplace(node.node, VocabularyPlace::kOperation);
    for (const Node* parameter : node.parameters) {
      known.emplace(parameter, VocabularyPlace::kParameter);
    }
  }
  for (uint32_t file = 0; file < state.documents().file_count(); ++file) {
    const Node* root = state.documents().root_of(file);
    if (root != nullptr) know_components(state, *root, known);
  }
  return known;
}

}  // namespace

const Node* annotation_of(const Node* node) {
  const Node* value = node == nullptr ? nullptr : node->find(kKey);
  return value != nullptr && value->is_object() ? value : nullptr;
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& candidates) {
  const auto near = nearest(word, candidates);
  return near ? " Did you mean " + in_quotes(*near) + "?" : std::string();
}

void check_annotations(AnnotationState& state, std::span<const OperationNode> nodes) {
  std::vector<Found> found;
  for (uint32_t file = 0; file < state.documents().file_count(); ++file) {
    Node* root = state.documents().root_of(file);
    // What an overlay says stands where it was applied, and is found there.
    const bool is_overlay = root != nullptr && root->find("overlay") != nullptr;
    if (root != nullptr && !is_overlay) collect(*root, Members::kKeywords, found);
  }
  if (found.empty()) return;
  const KnownPlaces known = known_places(state, nodes);
  for (const Found& one : found) {
    const auto place = known.find(one.owner);
    if (place == known.end()) {
      state.diagnostics.error(
          "vocabulary-place", one.entry->key_place, "x-servanda has no meaning here.",
          "Move it to the root, a path item, an operation, a parameter, a component schema or one "
          "of that schema's own properties.");
      continue;
    }
    check_vocabulary(*one.entry->value, place->second, state.diagnostics);
    if (place->second == VocabularyPlace::kProperty) {
      state.property_annotations.emplace_back(one.owner, one.entry);
    }
    const Node& value = *one.entry->value;
    const NodeEntry* const told = value.is_object() ? value.find_entry("problem") : nullptr;
    if (told != nullptr && place->second == VocabularyPlace::kSchema) {
      state.coded_problems.emplace_back(one.owner, told);
    }
  }
}

void report_unused_annotations(AnnotationState& state) {
  for (const auto& [owner, entry] : state.property_annotations) {
    if (state.used_properties.contains(owner)) continue;
    state.diagnostics.error(
        "annotation-without-resource", entry->key_place,
        "This property belongs to no resource, so its x-servanda has no effect.",
        "Add \"x-servanda: {resource: {}}\" to the schema or remove this.");
  }
}

void compile_services(AnnotationState& state) {
  const Node* root = annotation_of(state.contract.root);
  const Node* services = root == nullptr ? nullptr : root->find("services");
  if (services != nullptr) {
    for (const NodeEntry& entry : *services) {
      ServiceDeclaration service;
      service.name = entry.key;
      const Node* title = entry.value->find("title");
      if (title != nullptr) service.title = title->text;
      state.plan.services.push_back(std::move(service));
    }
  }
  if (state.plan.services.empty()) state.plan.services.push_back({"main", state.plan.title, {}});
  const ServicePlacement& placement = state.options.placement;
  const auto names = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  for (ServiceDeclaration& service : state.plan.services) {
    using Runs = ServiceDeclaration::Runs;
    if (!placement.here || names(*placement.here, service.name)) continue;
    service.runs = names(placement.elsewhere, service.name) ? Runs::kElsewhere : Runs::kOutOfReach;
  }
}

std::string choose_service(AnnotationState& state, const NodeEntry* entry,
                           std::string_view fallback, std::string_view owner, Place place) {
  const auto& services = state.plan.services;
  if (entry != nullptr && entry->value->is_string()) {
    std::vector<std::string_view> names;
    for (const ServiceDeclaration& service : services) {
      if (service.name == entry->value->text) return service.name;
      names.push_back(service.name);
    }
    state.diagnostics.error("service-unknown", entry->value->place,
                            "There is no service " + in_quotes(entry->value->text) + ".",
                            "Declare it under \"services\" in the root's x-servanda." +
                                suggestion(entry->value->text, names));
    return {};
  }
  if (!fallback.empty()) return std::string(fallback);
  if (services.size() == 1) return services.front().name;
  state.diagnostics.error(
      "service-missing", place,
      "Several services are declared and none owns " + std::string(owner) + ".",
      "Name the owner, such as \"x-servanda: {service: " + services.front().name + "}\".");
  return {};
}

}  // namespace internal

void compile_annotations(ContractDocument& contract, std::span<const OperationNode> nodes,
                         const CompileOptions& options, Plan& plan, Diagnostics& diagnostics) {
  internal::AnnotationState state{contract, options, plan, diagnostics,
                                  SchemaReader(*contract.documents)};
  check_annotations(state, nodes);
  compile_services(state);
  compile_calls(state);
  compile_resources(state);
  for (const OperationNode& node : nodes) compile_policies(state, node);
  compile_batches(state, nodes);
  compile_events(state, nodes);
  name_indexes(state);
  compile_problems(state, nodes);
  report_unused_annotations(state);
  if (state.first_secured_mock == nullptr) return;
  const Operation& first = plan.operations[state.first_secured_mock->operation];
  diagnostics.warning("security-presence-only", state.first_secured_mock->node->place,
                      "Mocks check only that credentials are present, not that they are valid (" +
                          std::to_string(state.secured_mocks) + " operations, " +
                          in_quotes(first.id) + " first).",
                      "Keep nothing secret behind a mock.");
}

}  // namespace servanda
