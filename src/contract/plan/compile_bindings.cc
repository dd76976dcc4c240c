// SPDX-License-Identifier: Apache-2.0
// What an operation does with its resource: the action, the key, and what stands in the way.

#include <algorithm>
#include <array>

#include "base/text.h"
#include "contract/plan/annotation_state.h"

namespace servanda::internal {
namespace {

bool is_item_action(Action action) {
  return action != Action::kList && action != Action::kCreate;
}

// "/v1/things:batch". The suffix is the custom method of a collection, never a variable's.
bool is_batch_path(std::string_view path) {
  return path.ends_with(":batch");
}

// Whether the last segment of the path holds a variable: the path of one item.
bool is_item_path(std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return last.find('{') != std::string_view::npos;
}

std::optional<Action> action_of_method(Method method, bool item) {
  switch (method) {
    case Method::kGet:
      return item ? Action::kRead : Action::kList;
    case Method::kPost:
      return item ? std::nullopt : std::optional(Action::kCreate);
    case Method::kPut:
      return item ? std::optional(Action::kReplace) : std::nullopt;
    case Method::kPatch:
      return item ? std::optional(Action::kUpdate) : std::nullopt;
    case Method::kDelete:
      return item ? std::optional(Action::kDelete) : std::nullopt;
    case Method::kHead:
    case Method::kOptions:
    case Method::kTrace:
      return std::nullopt;
  }
  return std::nullopt;
}

// What method and path say by themselves.
std::optional<Action> derived_action(const Operation& operation) {
  const bool item = is_item_path(operation.path);
  if (item && operation.method == Method::kPost && operation.path.ends_with("}:undelete")) {
    return Action::kRestore;
  }
  const auto action = action_of_method(operation.method, item);
  if (action == Action::kCreate && is_batch_path(operation.path)) return Action::kBatch;
  return action;
}

std::optional<Action> parse_action(std::string_view word) {
  for (int i = 0; i < kActionCount; ++i) {
    if (action_text(static_cast<Action>(i)) == word) return static_cast<Action>(i);
  }
  return std::nullopt;
}

// HTTP gives each method a meaning that clients and caches rely on.
bool method_allows(Method method, Action action) {
  switch (action) {
    case Action::kList:
    case Action::kRead:
      return method == Method::kGet;
    case Action::kCreate:
      return method == Method::kPost;
    case Action::kReplace:
      return method == Method::kPut || method == Method::kPost;
    case Action::kUpdate:
      return method == Method::kPatch || method == Method::kPost;
    case Action::kDelete:
      return method == Method::kDelete || method == Method::kPost;
    case Action::kRestore:
    case Action::kBatch:
      return method == Method::kPost;
  }
  return false;
}

std::optional<Action> choose_action(AnnotationState& state, const OperationNode& node,
                                    const Operation& operation) {
  const PolicyValue policy = find_policy(state, node, "action");
  const Place place = policy.entry != nullptr ? policy.entry->value->place : node.node->place;
  const bool item = is_item_path(operation.path);
  const auto action =
      policy.text().empty() ? derived_action(operation) : parse_action(policy.text());
  const std::string method(method_text(operation.method));
  if (!action) {
    if (!policy.text().empty()) return std::nullopt;  // A word that was reported.
    std::string fix =
        "Write \"x-servanda: {action: ...}\", or \"resource: null\" to serve it "
        "without the resource.";
    if (operation.method == Method::kHead || operation.method == Method::kOptions) {
      fix = "Remove the operation: the engine answers " + method + " by itself.";
    }
    state.diagnostics.error("action-unknown", place,
                            method + " on this " + (item ? "item" : "collection") +
                                " path does not say what to do with the resource.",
                            std::move(fix));
    return std::nullopt;
  }
  if (!method_allows(operation.method, *action)) {
    state.diagnostics.error("action-method", place,
                            method + " cannot " + std::string(action_text(*action)) +
                                ": its meaning in HTTP is another.",
                            "Use GET to list and read, POST to create, restore and for batches, "
                            "PUT to replace, PATCH to update, DELETE to delete.");
    return std::nullopt;
  }
  return action;
}

// How many parameters stand in the path; they come first.
size_t path_parameters(const Operation& operation) {
  size_t count = 0;
  for (const Parameter& parameter : operation.parameters) {
    if (parameter.in == ParameterIn::kPath) ++count;
  }
  return count;
}

// The property of the resource that a path variable of an owner stands for: the one called so, or
// the one that leads to the relation called so.
std::optional<uint16_t> owner_property(const Resource& resource, std::string_view name) {
  if (const auto property = resource.property_index(name)) return property;
  const auto relation = find_relation(resource, name);
  if (!relation || resource.relations[*relation].kind != Relation::Kind::kToOne) return {};
  return resource.relations[*relation].property;
}

// Maps the first `count` path variables to properties.
bool choose_owners(AnnotationState& state, const OperationNode& node, const Operation& operation,
                   ResourceBinding& binding, size_t count) {
  const Resource& resource = state.plan.resources[binding.resource];
  for (size_t i = 0; i < count; ++i) {
    const Parameter& parameter = operation.parameters[i];
    const auto property = owner_property(resource, parameter.name);
    const bool fits = property && *property != resource.key &&
                      parameter.shape.types.has(json_type(resource.properties[*property].type));
    if (!fits) {
      std::vector<std::string_view> names;
      for (const Property& known : resource.properties) {
        if (known.references) names.push_back(known.name);
      }
      state.diagnostics.error("owner-unmapped", node.parameters[i]->place,
                              "The path variable " + in_quotes(parameter.name) +
                                  " names no property of " + in_quotes(resource.name) +
                                  " that could hold its owner's key.",
                              "Name it after the property that refers to the owner." +
                                  suggestion(parameter.name, names));
      return false;
    }
    binding.owners.push_back({static_cast<uint16_t>(i), *property});
  }
  return true;
}

bool choose_key(AnnotationState& state, const OperationNode& node, const Operation& operation,
                ResourceBinding& binding) {
  const size_t count = path_parameters(operation);
  const std::string action(action_text(binding.action));
  if (!is_item_action(binding.action)) {
    return binding.action == Action::kList || choose_owners(state, node, operation, binding, count);
  }
  if (count == 0) {
    state.diagnostics.error("action-without-key", node.node->place,
                            "To " + action + ", the path must say which item: " +
                                in_quotes(operation.path) + " has no variable.",
                            "Add one at its end, such as \"/{id}\".");
    return false;
  }
  if (!choose_owners(state, node, operation, binding, count - 1)) return false;
  const Resource& resource = state.plan.resources[binding.resource];
  const Property& key = resource.properties[resource.key];
  const Parameter& parameter = operation.parameters[count - 1];
  if (!parameter.shape.types.has(json_type(key.type))) {
    state.diagnostics.error("key-parameter-type", node.parameters[count - 1]->place,
                            "The path variable " + in_quotes(parameter.name) +
                                " cannot hold the key " +
                                in_quotes(resource.name + "." + key.name) + ".",
                            "Give both the same type.");
    return false;
  }
  binding.key_parameter = static_cast<uint16_t>(count - 1);
  return true;
}

}  // namespace

bool is_engine_header(std::string_view name) {
  static constexpr std::array<std::string_view, 10> kNames = {
      "if-match",        "if-none-match", "idempotency-key", "prefer",     "accept",
      "accept-encoding", "traceparent",   "tracestate",      "user-agent", "if-modified-since"};
  const std::string lower = to_lower(name);
  return std::find(kNames.begin(), kNames.end(), lower) != kNames.end();
}

namespace {

bool asks_for_deleted(const Parameter& parameter, const Resource& resource) {
  return parameter.in == ParameterIn::kQuery && parameter.name == "include_deleted" &&
         !resource.property_index(parameter.name);
}

void compile_include_deleted(AnnotationState& state, const OperationNode& node,
                             const Operation& operation, ResourceBinding& binding) {
  const Resource& resource = state.plan.resources[binding.resource];
  for (size_t i = 0; i < operation.parameters.size(); ++i) {
    const Parameter& parameter = operation.parameters[i];
    if (!asks_for_deleted(parameter, resource)) continue;
    if (!resource.soft_delete) {
      state.diagnostics.error("soft-delete-missing", node.parameters[i]->place,
                              in_quotes(parameter.name) + " asks for deleted rows, but " +
                                  in_quotes(resource.name) + " keeps none.",
                              "Add \"softDelete: {}\" to the resource, or remove the parameter.");
    } else if ((parameter.shape.types.bits & ~TypeMask::kNull) != TypeMask::kBoolean) {
      state.diagnostics.error("parameter-type", node.parameters[i]->place,
                              "The wish for deleted rows is a boolean.",
                              "Declare \"schema: {type: boolean}\".");
    } else {
      binding.include_deleted_parameter = static_cast<uint16_t>(i);
    }
  }
}

void check_restore(AnnotationState& state, const OperationNode& node, const Operation& operation,
                   const Resource& resource) {
  if (resource.soft_delete) return;
  state.diagnostics.error("soft-delete-missing", node.node->place,
                          in_quotes(operation.id) + " restores deleted rows, but " +
                              in_quotes(resource.name) + " keeps none.",
                          "Add \"softDelete: {}\" to the resource, or remove the operation.");
}

// What the built-in handlers would not look at is refused where it asks for something, and told
// where it can only be ignored.
void check_other_parameters(AnnotationState& state, const OperationNode& node,
                            const Operation& operation, const ResourceBinding& binding) {
  const Action action = binding.action;
  for (size_t i = 0; i < operation.parameters.size(); ++i) {
    const Parameter& parameter = operation.parameters[i];
    const Place place = node.parameters[i]->place;
    const bool chooses = action == Action::kRead &&
                         (is_projection(parameter, state.plan.resources[binding.resource]) ||
                          asks_for_deleted(parameter, state.plan.resources[binding.resource]));
    if (parameter.in == ParameterIn::kQuery && action != Action::kList && !chooses) {
      state.diagnostics.error("not-supported-yet", place,
                              "The query parameter " + in_quotes(parameter.name) + " of a " +
                                  std::string(action_text(action)) + " is not supported yet.",
                              "Remove it, or serve the operation with \"x-servanda: {handler: "
                              "mock}\".");
    }
    const bool header = parameter.in == ParameterIn::kHeader && !is_engine_header(parameter.name);
    if (header || parameter.in == ParameterIn::kCookie) {
      state.diagnostics.warning("parameter-without-effect", place,
                                "The built-in handler checks " + in_quotes(parameter.name) +
                                    " against its schema and does nothing else with it.",
                                "Remove it unless callers must send it.");
    }
  }
}

}  // namespace

void compile_binding(AnnotationState& state, const OperationNode& node, uint16_t resource) {
  Operation& operation = state.plan.operations[node.operation];
  const auto action = choose_action(state, node, operation);
  if (!action) return;
  ResourceBinding binding;
  binding.action = *action;
  binding.resource = resource;
  // What is wrong with the resource itself has been said once.
  if (resource != kNoResource && !state.sources[resource].sound) return;
  if (*action == Action::kBatch) {
    check_other_parameters(state, node, operation, binding);
    operation.resource = std::move(binding);  // compile_batches() fills the rest.
    return;
  }
  const bool keyed = choose_key(state, node, operation, binding);
  check_other_parameters(state, node, operation, binding);
  compile_envelopes(state, node, binding);
  if (*action == Action::kRestore) {
    check_restore(state, node, operation, state.plan.resources[resource]);
  }
  const bool reads = *action == Action::kList || *action == Action::kRead;
  if (reads) {
    compile_projection(state, node, binding);
    compile_include_deleted(state, node, operation, binding);
  }
  if (*action == Action::kList) compile_list_parameters(state, node, binding);
  if (keyed) operation.resource = std::move(binding);
}

}  // namespace servanda::internal
