// SPDX-License-Identifier: Apache-2.0
// Who serves an operation, and under which policies.

#include <algorithm>

#include "base/text.h"
#include "contract/plan/annotation_state.h"
#include "contract/plan/vocabulary.h"

namespace servanda::internal {
namespace {

void compile_timeout(const AnnotationState& state, const OperationNode& node,
                     Operation& operation) {
  const PolicyValue timeout = find_policy(state, node, "timeout");
  if (const auto value = parse_duration(timeout.text())) operation.timeout = *value;
}

// Policies that only some methods have a meaning for are inherited where they have one, and
// refused where they are written on an operation that has not.
void refuse_policy(AnnotationState& state, const PolicyValue& policy, std::string_view key,
                   std::string message) {
  if (policy.level != PolicyLevel::kOperation || policy.is_null()) return;
  state.diagnostics.error("policy-without-effect", policy.entry->key_place, std::move(message),
                          "Remove " + in_quotes(key) + " here.");
}

void compile_idempotency(AnnotationState& state, const OperationNode& node, Operation& operation) {
  const bool repeatable_by_key =
      operation.method == Method::kPost || operation.method == Method::kPatch;
  const PolicyValue policy = find_policy(state, node, "idempotency");
  if (!repeatable_by_key) {
    operation.idempotency = IdempotencyMode::kOff;
    if (policy.text() == "off") return;
    return refuse_policy(state, policy, "idempotency",
                         "An Idempotency-Key has no meaning for " +
                             std::string(method_text(operation.method)) +
                             ", which has its effect once anyway.");
  }
  const bool stored =
      operation.handler == HandlerKind::kResource || operation.handler == HandlerKind::kCode;
  operation.idempotency = stored ? IdempotencyMode::kOptional : IdempotencyMode::kOff;
  if (policy.is_null() || policy.text() == "off") operation.idempotency = IdempotencyMode::kOff;
  if (policy.text() == "optional") operation.idempotency = IdempotencyMode::kOptional;
  if (policy.text() == "required") operation.idempotency = IdempotencyMode::kRequired;
}

void compile_precondition(AnnotationState& state, const OperationNode& node, Operation& operation) {
  const bool restores = operation.resource && operation.resource->action == Action::kRestore;
  const bool changes_one = operation.method == Method::kPut || operation.method == Method::kPatch ||
                           operation.method == Method::kDelete || restores;
  const PolicyValue policy = find_policy(state, node, "precondition");
  if (!changes_one) {
    operation.precondition = PreconditionMode::kOff;
    if (policy.text() == "off") return;
    return refuse_policy(
        state, policy, "precondition",
        "If-Match is not checked for " + std::string(method_text(operation.method)) + ".");
  }
  if (operation.handler == HandlerKind::kCode) {
    operation.precondition = PreconditionMode::kOff;
    if (policy.text() == "off") return;
    return refuse_policy(state, policy, "precondition",
                         "Which row If-Match speaks of is known to the C++ handler alone: it reads "
                         "the header itself.");
  }
  operation.precondition = PreconditionMode::kChecked;
  if (policy.is_null() || policy.text() == "off") operation.precondition = PreconditionMode::kOff;
  if (policy.text() == "required") operation.precondition = PreconditionMode::kRequired;
}

void compile_expose(const AnnotationState& state, const OperationNode& node, Operation& operation) {
  const PolicyValue expose = find_policy(state, node, "expose");
  const Node* doors = expose.entry == nullptr ? nullptr : expose.entry->value;
  operation.exposed = doors == nullptr || !doors->is_array() || doors->size > 0;
}

Place security_place(const AnnotationState& state, const OperationNode& node) {
  const NodeEntry* own = node.node->find_entry("security");
  if (own != nullptr) return own->key_place;
  const NodeEntry* root = state.contract.root->find_entry("security");
  return root != nullptr ? root->key_place : node.node->place;
}

// The first scheme that the operation asks for and that nothing verifies, or null.
const SecurityScheme* unverified_scheme(const AnnotationState& state, const Operation& operation) {
  const auto& security = operation.security;
  const auto is_anonymous = [](const auto& entry) { return entry.schemes.empty(); };
  if (std::any_of(security.begin(), security.end(), is_anonymous)) return nullptr;
  const std::vector<std::string> verified =
      state.options.authenticated.value_or(std::vector<std::string>{});
  for (const SecurityRequirement& alternative : security) {
    for (const RequiredScheme& required : alternative.schemes) {
      const SecurityScheme& scheme = state.plan.security_schemes[required.scheme];
      if (std::find(verified.begin(), verified.end(), scheme.name) == verified.end()) {
        return &scheme;
      }
    }
  }
  return nullptr;
}

// Nothing that asks for credentials is served from a store while nobody can verify them.
void check_security(AnnotationState& state, const OperationNode& node, const Operation& operation) {
  const ServiceDeclaration* const service = state.plan.find_service(operation.service);
  // The process that runs it verifies.
  if (service != nullptr && service->runs != ServiceDeclaration::Runs::kHere) return;
  const SecurityScheme* const scheme = unverified_scheme(state, operation);
  if (scheme == nullptr) return;
  if (operation.handler == HandlerKind::kMock) {
    if (state.first_secured_mock == nullptr) state.first_secured_mock = &node;
    ++state.secured_mocks;
  }
  if (operation.handler != HandlerKind::kResource && operation.handler != HandlerKind::kCode) {
    return;
  }
  const bool is_served = state.options.authenticated.has_value();
  state.diagnostics.add(
      "security-unverified", is_served ? Severity::kError : Severity::kWarning,
      security_place(state, node),
      in_quotes(operation.id) + " asks for " + in_quotes(scheme->name) +
          ", which Servanda itself does not verify: it would have to stay shut.",
      "Serve it from a program with app.authenticate(" + in_quotes(scheme->name) +
          ", ...), or write \"security: []\" on the operation to leave it open, or "
          "\"x-servanda: {handler: mock}\".");
}

// The resource that the operation is to be served from (kNoResource: a batch over all of its
// service), or that decides its service; or nothing. Sets Operation::handler.
std::optional<uint16_t> choose_handler(AnnotationState& state, const OperationNode& node,
                                       Operation& operation) {
  const PolicyValue handler = find_policy(state, node, "handler");
  const PolicyValue resource = find_policy(state, node, "resource");
  const bool develops = state.options.environment == Environment::kDevelopment;
  operation.handler = develops ? HandlerKind::kMock : HandlerKind::kUnimplemented;
  if (handler.text() == "mock") {
    operation.handler = HandlerKind::kMock;
    return std::nullopt;
  }
  if (handler.text() == "code") {
    operation.handler = HandlerKind::kCode;
    if (resource.text().empty()) return std::nullopt;
    // Its owner is the operation's service.
    return find_resource(state, resource.text(), resource.entry->value->place);
  }
  if (resource.text().empty() && find_policy(state, node, "action").text() == "batch") {
    operation.handler = HandlerKind::kResource;
    return kNoResource;
  }
  if (resource.text().empty()) {
    if (handler.text() == "resource") {
      state.diagnostics.error("resource-missing", handler.entry->key_place,
                              "The handler is \"resource\", but no resource is named.",
                              "Add \"resource: <schema name>\" beside it.");
    }
    if (std::ranges::find(state.options.coded, operation.id) != state.options.coded.end()) {
      operation.handler = HandlerKind::kCode;
    }
    const PolicyValue action = find_policy(state, node, "action");
    refuse_policy(state, action, "action", "No resource is named that an action could be done on.");
    return std::nullopt;
  }
  const auto index = find_resource(state, resource.text(), resource.entry->value->place);
  if (index) operation.handler = HandlerKind::kResource;
  return index;
}

void compile_service(AnnotationState& state, const OperationNode& node, Operation& operation,
                     const Resource* resource) {
  const PolicyValue policy = find_policy(state, node, "service");
  // A resource without an owner has been reported once.
  if (resource != nullptr && resource->service.empty()) return;
  const std::string owner = resource != nullptr ? resource->service : std::string();
  operation.service =
      choose_service(state, policy.entry, owner, in_quotes(operation.id), node.node->place);
  if (owner.empty() || operation.service.empty() || owner == operation.service) return;
  state.diagnostics.error("service-not-owner", policy.entry->value->place,
                          in_quotes(operation.id) + " of service " + in_quotes(operation.service) +
                              " cannot reach " + in_quotes(resource->name) + ", which " +
                              in_quotes(owner) + " owns.",
                          "Remove \"service\" here: the operation then belongs to the owner.");
}

}  // namespace

PolicyValue find_policy(const AnnotationState& state, const OperationNode& operation,
                        std::string_view key) {
  const auto look = [&](const Node* annotation, PolicyLevel level) -> PolicyValue {
    NodeEntry* entry = annotation == nullptr ? nullptr : annotation->find_entry(key);
    return entry == nullptr ? PolicyValue{} : PolicyValue{entry, level};
  };
  PolicyValue found = look(annotation_of(operation.node), PolicyLevel::kOperation);
  if (found.entry == nullptr) {
    found = look(annotation_of(operation.path_item), PolicyLevel::kPathItem);
  }
  if (found.entry == nullptr) {
    const Node* root = annotation_of(state.contract.root);
    const Node* policies = root == nullptr ? nullptr : root->find("policies");
    found = look(policies, PolicyLevel::kRoot);
  }
  return found;
}

std::optional<uint16_t> find_resource(AnnotationState& state, std::string_view name, Place place) {
  std::vector<std::string_view> names;
  for (const Resource& resource : state.plan.resources) {
    if (resource.name == name) return resource.index;
    names.push_back(resource.name);
  }
  std::string fix = suggestion(name, names);
  if (fix.empty()) {
    fix = "Add \"x-servanda: {resource: {}}\" to components/schemas/" + std::string(name) + ".";
  } else {
    fix.erase(0, 1);
  }
  state.diagnostics.error("resource-unknown", place,
                          "There is no resource " + in_quotes(name) + ".", std::move(fix));
  return std::nullopt;
}

void compile_policies(AnnotationState& state, const OperationNode& node) {
  Operation& operation = state.plan.operations[node.operation];
  const auto resource = choose_handler(state, node, operation);
  const bool stored = resource && *resource != kNoResource;
  compile_service(state, node, operation, stored ? &state.plan.resources[*resource] : nullptr);
  compile_timeout(state, node, operation);
  compile_expose(state, node, operation);
  compile_idempotency(state, node, operation);
  check_security(state, node, operation);
  if (resource && operation.handler == HandlerKind::kResource) {
    compile_binding(state, node, *resource);
  }
  // Behind the binding, which says whether a POST changes a row.
  compile_precondition(state, node, operation);
}

}  // namespace servanda::internal
