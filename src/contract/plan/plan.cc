// SPDX-License-Identifier: Apache-2.0
// compile_plan(): the order of its steps.

#include "contract/plan/plan.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/digest.h"
#include "base/text.h"
#include "contract/plan/annotations.h"
#include "contract/plan/compile_state.h"
#include "contract/plan/load.h"
#include "contract/plan/problem_proof.h"
#include "contract/plan/reach.h"

namespace servanda {
namespace internal {

void CompileState::count(std::string_view rule, Place place) {
  RepeatedFinding& finding = repeated[rule];
  if (finding.count++ == 0) finding = {rule, place, 1};
}

std::string_view text_member(const Node& object, std::string_view key) {
  const Node* member = object.find(key);
  return member != nullptr && member->is_string() ? member->text : std::string_view();
}

bool is_true(const Node& object, std::string_view key) {
  const Node* member = object.find(key);
  return member != nullptr && member->kind == JsonKind::kBoolean && member->boolean;
}

void report_repeated(CompileState& state) {
  auto report = [&](std::string_view rule, std::string message, std::string fix) {
    auto found = state.repeated.find(rule);
    if (found == state.repeated.end()) return;
    std::string text = std::to_string(found->second.count) + " " + std::move(message);
    state.diagnostics.add(rule, Severity::kNotice, found->second.place, std::move(text),
                          std::move(fix));
  };
  report("media-xml-opaque",
         "XML media types pass unread: XML is not validated. This is the first.",
         "Declare JSON beside or instead of it.");
  report("example-external",
         "examples have only an externalValue, which is never fetched. This is "
         "the first.",
         "Give the example a `value`.");
}

namespace {

void read_info(const Node& root, Plan& plan) {
  const Node* info = root.find("info");
  if (info == nullptr) return;
  plan.title = text_member(*info, "title");
  plan.version = text_member(*info, "version");
}

std::vector<HiddenOperation> hidden_operations(const CompileState& state) {
  std::vector<HiddenOperation> hidden;
  for (const OperationNode& node : state.nodes) {
    const Operation& operation = state.plan.operations[node.operation];
    if (operation.exposed) continue;
    hidden.push_back({node.path_item, to_lower(method_text(operation.method))});
  }
  return hidden;
}

// Names the contract's meaning: formatting does not change it, annotations and overlays do.
std::string contract_hash(const Documents& documents) {
  std::string chain;
  std::string text;
  for (uint32_t file = 0; file < documents.file_count(); ++file) {
    const Node* root = documents.root_of(file);
    if (root == nullptr) continue;
    text.clear();
    append_json(text, *root);
    Sha256 digest = sha256(text);
    chain += hex(digest);
  }
  return hex(sha256(chain));
}

// What belongs to services that run in other processes is served by those.
void place_operations(Plan& plan) {
  const auto runs = [&plan](std::string_view name) {
    const ServiceDeclaration* const service = plan.find_service(name);
    return service == nullptr ? ServiceDeclaration::Runs::kHere : service->runs;
  };
  for (Resource& resource : plan.resources) {
    resource.here = runs(resource.service) == ServiceDeclaration::Runs::kHere;
  }
  for (Operation& operation : plan.operations) {
    const ServiceDeclaration::Runs where = runs(operation.service);
    if (where == ServiceDeclaration::Runs::kHere) continue;
    operation.handler = HandlerKind::kRemote;
    if (where == ServiceDeclaration::Runs::kOutOfReach) operation.exposed = false;
  }
}

// Built-in handlers show rows of other services.
void check_rows(CompileState& state) {
  for (const OperationNode& node : state.nodes) {
    const Operation& operation = state.plan.operations[node.operation];
    if (operation.handler != HandlerKind::kResource) continue;
    const Result<void> reached = check_reach(state.plan, operation);
    if (reached) continue;
    state.diagnostics.error("rows-out-of-reach", node.node->place, reached.error().message,
                            "Add its address under services, or add it to run.");
  }
}

}  // namespace
}  // namespace internal

const ServiceDeclaration* Plan::find_service(std::string_view name) const {
  const auto found = std::ranges::find(services, name, &ServiceDeclaration::name);
  return found == services.end() ? nullptr : &*found;
}

std::shared_ptr<const Plan> compile_plan_from(ContractDocument& contract,
                                              const CompileOptions& options,
                                              Diagnostics& diagnostics) {
  if (contract.root == nullptr || contract.documents == nullptr) return nullptr;
  auto plan = std::make_shared<Plan>(SchemaSet(*contract.documents));
  internal::CompileState state{contract, options, *plan, diagnostics};
  internal::read_info(*contract.root, *plan);
  internal::compile_security_schemes(state);
  internal::compile_operations(state);
  compile_annotations(contract, state.nodes, options, *plan, diagnostics);
  internal::place_operations(*plan);
  internal::check_rows(state);
  // Only a plan that will be served answers with samples.
  const bool is_served = options.publish == CompileOptions::Publish::kYes;
  if (is_served && !diagnostics.has_errors()) internal::compile_samples(state);
  plan->schemas.finish();
  internal::check_defaults(state);
  internal::prove_problems(state);
  internal::compile_routes(state);
  internal::report_repeated(state);
  if (diagnostics.has_errors()) return nullptr;
  plan->hash = internal::contract_hash(*contract.documents);
  if (is_served) {
    plan->published = publish(contract, diagnostics, internal::hidden_operations(state));
    if (diagnostics.has_errors()) return nullptr;
  }
  return plan;
}

std::shared_ptr<const Plan> compile_plan(ContractDocument contract, const CompileOptions& options,
                                         Diagnostics& diagnostics) {
  return compile_plan_from(contract, options, diagnostics);
}

}  // namespace servanda
