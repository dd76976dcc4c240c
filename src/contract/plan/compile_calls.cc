// SPDX-License-Identifier: Apache-2.0
// Which services call which: that they exist, that they never lead back, and that the budget holds.

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "contract/plan/annotation_state.h"
#include "contract/plan/call_graph.h"
#include "contract/plan/vocabulary.h"

namespace servanda::internal {
namespace {

// Where the services are declared, parallel to Plan::services; empty when they are not.
std::vector<const Node*> service_nodes(const AnnotationState& state) {
  std::vector<const Node*> nodes;
  const Node* root = annotation_of(state.contract.root);
  const Node* services = root == nullptr ? nullptr : root->find("services");
  if (services == nullptr || !services->is_object()) return nodes;
  for (const NodeEntry& entry : *services) nodes.push_back(entry.value);
  return nodes;
}

// The declared calls of one service whose names are known, with their places.
std::vector<Place> read_calls(AnnotationState& state, const Node& declaration,
                              ServiceDeclaration& service) {
  std::vector<Place> places;
  const Node* calls = declaration.find("calls");
  if (calls == nullptr || !calls->is_array()) return places;
  std::vector<std::string_view> names;
  for (const ServiceDeclaration& one : state.plan.services) names.push_back(one.name);
  for (const NodeEntry& entry : *calls) {
    if (!entry.value->is_string()) continue;
    const std::string_view name = entry.value->text;
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      state.diagnostics.error(
          "service-unknown", entry.value->place,
          "There is no service " + in_quotes(name) + " that " + in_quotes(service.name) +
              " could call.",
          "Declare it under \"services\" in the root's x-servanda." + suggestion(name, names));
      continue;
    }
    service.calls.emplace_back(name);
    places.push_back(entry.value->place);
  }
  return places;
}

void report_cycle(AnnotationState& state, const CallCycle& cycle, Place place) {
  const std::string name = in_quotes(state.plan.services[cycle.service].name);
  if (cycle.chain.size() == 2) {
    state.diagnostics.error("calls-cycle", place, name + " calls itself.",
                            "Remove it: calls within a service need no declaration.");
    return;
  }
  state.diagnostics.error(
      "calls-cycle", place,
      "These calls lead back to where they began: " + chain_text(cycle.chain) + ".",
      "Remove one of them: let the caller hand over what the other needs, or move the operation.");
}

std::optional<uint32_t> read_count(const Node& budget, std::string_view key) {
  const Node* value = budget.find(key);
  const auto count =
      value != nullptr && value->is_number() ? parse_integer(value->text) : std::nullopt;
  if (!count || *count < 0 || *count > VocabularyLimits::kBudgetCalls) return std::nullopt;
  return static_cast<uint32_t>(*count);
}

void check_budget(AnnotationState& state) {
  const Node* root = annotation_of(state.contract.root);
  const Node* budget = root == nullptr ? nullptr : root->find("budget");
  if (budget == nullptr || !budget->is_object()) return;
  state.plan.budget = {read_count(*budget, "depth"), read_count(*budget, "calls")};
  for (const ServiceReach& reach : reaches_of(state.plan.services)) {
    const std::string service = in_quotes(reach.chain.front());
    if (state.plan.budget.depth && reach.depth() > *state.plan.budget.depth) {
      state.diagnostics.error("budget-exceeded", budget->find("depth")->place,
                              "Operations of " + service + " may lead to calls " +
                                  std::to_string(reach.depth()) + " deep, above the budget of " +
                                  std::to_string(*state.plan.budget.depth) + ": " +
                                  chain_text(reach.chain) + ".",
                              "Shorten the chain, or raise the budget.");
    }
    if (state.plan.budget.calls && reach.calls > *state.plan.budget.calls) {
      state.diagnostics.error("budget-exceeded", budget->find("calls")->place,
                              "One call over each declared edge makes " +
                                  std::to_string(reach.calls) + " calls for an operation of " +
                                  service + ", above the budget of " +
                                  std::to_string(*state.plan.budget.calls) +
                                  "; the longest chain is " + chain_text(reach.chain) + ".",
                              "Declare fewer calls, or raise the budget.");
    }
  }
}

}  // namespace

void compile_calls(AnnotationState& state) {
  const std::vector<const Node*> nodes = service_nodes(state);
  std::vector<std::vector<Place>> places;
  for (size_t i = 0; i < nodes.size(); ++i) {
    places.push_back(read_calls(state, *nodes[i], state.plan.services[i]));
  }
  const std::vector<CallCycle> cycles = find_cycles(state.plan.services);
  for (const CallCycle& cycle : cycles) {
    report_cycle(state, cycle, places[cycle.service][cycle.call]);
  }
  if (cycles.empty()) check_budget(state);
}

}  // namespace servanda::internal
