// SPDX-License-Identifier: Apache-2.0
#include "call/code_handlers.h"

#include <algorithm>

#include "base/text.h"
#include "call/problem_bodies.h"

namespace servanda {
namespace {

const Operation* find_operation(const Plan& plan, std::string_view id) {
  const auto found = std::ranges::find(plan.operations, id, &Operation::id);
  return found == plan.operations.end() ? nullptr : &*found;
}

std::string unknown_operation(const Plan& plan, std::string_view id, std::string_view what) {
  std::vector<std::string_view> ids;
  for (const Operation& operation : plan.operations) ids.push_back(operation.id);
  std::string text =
      in_quotes(id) + " has a " + std::string(what) + ", but the contract has no such operation";
  if (const auto near = nearest(id, ids)) text += " (did you mean " + in_quotes(*near) + "?)";
  return text;
}

// Why the operation is not for a handler; "" when it is.
std::string taken(const Plan& plan, const Operation& operation) {
  switch (operation.handler) {
    case HandlerKind::kCode:
    case HandlerKind::kRemote:  // One program may be built for several processes.
      return {};
    case HandlerKind::kResource:
      return in_quotes(operation.id) + " has a handler, but is served from the resource " +
             in_quotes(plan.resources[operation.resource->resource].name) +
             " (write \"handler: code\" on it, or remove the handler)";
    case HandlerKind::kMock:
    case HandlerKind::kUnimplemented:
      return in_quotes(operation.id) +
             " has a handler, but the contract has it mocked (remove \"handler: mock\")";
  }
  return {};
}

// The beginning of a hash tells two contracts apart well enough for people.
std::string shortened(std::string_view hash) {
  return std::string(hash.substr(0, 12));
}

// Tells of each other contract once, by the first operation whose types are of it.
void check_hash(const Plan& plan, std::string_view id, std::string_view hash,
                std::vector<std::string_view>& foreign, std::vector<std::string>& found) {
  if (hash.empty() || hash == plan.hash) return;
  if (std::ranges::find(foreign, hash) != foreign.end()) return;
  foreign.push_back(hash);
  found.push_back("the types of " + in_quotes(id) + " were generated from another contract (" +
                  shortened(hash) + ", this one is " + shortened(plan.hash) +
                  "; overlays count): build the program again");
}

std::vector<std::string> findings(const Plan& plan, const CodeHandlers* handlers) {
  std::vector<std::string> found;
  std::vector<std::string_view> seen;
  std::vector<std::string_view> foreign;
  for (size_t i = 0; handlers != nullptr && i < handlers->all().size(); ++i) {
    const CodeHandler& handler = *handlers->all()[i];
    const std::string_view id = handler.operation_id();
    if (std::ranges::find(seen, id) != seen.end()) {
      found.push_back(in_quotes(id) + " has two handlers");
      continue;
    }
    seen.push_back(id);
    const Operation* const operation = find_operation(plan, id);
    std::string problem =
        operation ? taken(plan, *operation) : unknown_operation(plan, id, "handler");
    if (!problem.empty()) found.push_back(std::move(problem));
    check_hash(plan, id, handler.contract_hash(), foreign, found);
  }
  for (size_t i = 0; handlers != nullptr && i < handlers->hooks().size(); ++i) {
    const Hook& hook = *handlers->hooks()[i];
    check_hash(plan, hook.operation_id(), hook.contract_hash(), foreign, found);
  }
  for (size_t i = 0; handlers != nullptr && i < handlers->problem_bodies().size(); ++i) {
    const ProblemSchema schema = handlers->problem_bodies()[i]->schema();
    check_hash(plan, schema.name, schema.contract_hash, foreign, found);
  }
  for (const Operation& operation : plan.operations) {
    if (operation.handler != HandlerKind::kCode) continue;
    if (handlers != nullptr && handlers->find(operation.id) != nullptr) continue;
    found.push_back(in_quotes(operation.id) +
                    " says \"handler: code\", but this program has no handler for it");
  }
  return found;
}

// Whether a batch may do what the operation does, past its hooks.
const Operation* batch_of(const Plan& plan, const Operation& operation) {
  for (const Operation& batch : plan.operations) {
    if (!batch.resource || batch.resource->action != Action::kBatch) continue;
    for (const BatchOffer& offer : batch.resource->batch.offers) {
      if (offer.operation == operation.index) return &batch;
    }
  }
  return nullptr;
}

// Why the operation cannot have the hook; "" when it can.
std::string unfit_hook(const Plan& plan, const Operation& operation, const Hook& hook) {
  if (operation.handler == HandlerKind::kRemote) return {};
  const Action action = operation.resource ? operation.resource->action : Action::kRead;
  const bool writes = action == Action::kCreate || action == Action::kReplace ||
                      action == Action::kUpdate || action == Action::kDelete;
  if (operation.handler != HandlerKind::kResource || !writes) {
    return in_quotes(operation.id) +
           " has a hook, but is no built-in create, replace, update or delete";
  }
  const std::string& name = plan.resources[operation.resource->resource].name;
  if (name != hook.resource()) {
    return in_quotes(operation.id) + " has a hook on " + in_quotes(hook.resource()) +
           ", but writes " + in_quotes(name);
  }
  if (const Operation* const batch = batch_of(plan, operation)) {
    return in_quotes(operation.id) + " has a hook, which items of the batch " +
           in_quotes(batch->id) + " would pass by (remove the hook or the batch)";
  }
  return {};
}

void check_hooks(const Plan& plan, const CodeHandlers& handlers, std::vector<std::string>& found) {
  for (const auto& hook : handlers.hooks()) {
    const std::string_view id = hook->operation_id();
    if (handlers.find_hook(id, hook->moment()) != hook.get()) {
      found.push_back(in_quotes(id) + " has two hooks at the same time");
      continue;
    }
    const Operation* const operation = find_operation(plan, id);
    std::string problem =
        operation ? unfit_hook(plan, *operation, *hook) : unknown_operation(plan, id, "hook");
    if (!problem.empty()) found.push_back(std::move(problem));
  }
}

// Adds the resources that an operation's answer shows: its own, and those that it expands.
void add_shown(const Plan& plan, const ResourceBinding& binding, std::vector<bool>& shown) {
  for (const BatchOffer& offer : binding.batch.offers) shown[offer.resource] = true;
  if (binding.resource == kNoResource) return;
  shown[binding.resource] = true;
  for (const Expansion& expansion : binding.projection.expansions) {
    uint16_t at = binding.resource;
    for (const uint16_t relation : expansion.relations) {
      at = plan.resources[at].relations[relation].resource;
      shown[at] = true;
    }
  }
}

// Tells of rows that cannot be shown as the contract says, because nothing computes their values.
void check_shown(const Plan& plan, const CodeHandlers* handlers, std::vector<std::string>& found) {
  std::vector<bool> shown(plan.resources.size());
  for (const Operation& operation : plan.operations) {
    if (operation.handler == HandlerKind::kResource) add_shown(plan, *operation.resource, shown);
  }
  for (const Resource& resource : plan.resources) {
    if (!shown[resource.index]) continue;
    if (handlers != nullptr && handlers->find_computation(resource.name) != nullptr) continue;
    for (const ComputedProperty& property : resource.computed) {
      if (!property.by_code) continue;
      found.push_back(in_quotes(resource.name + "." + property.name) +
                      " says \"computed: code\", but this program computes nothing of " +
                      in_quotes(resource.name) + " (app.compute<" + resource.name + ">(...))");
    }
  }
}

// Why there can be no computation for the resource; "" when there can be.
std::string unfit_computation(const Plan& plan, const Computation& computation) {
  const std::string_view name = computation.resource();
  const auto resource = std::ranges::find(plan.resources, name, &Resource::name);
  if (resource == plan.resources.end()) {
    std::vector<std::string_view> names;
    for (const Resource& one : plan.resources) names.push_back(one.name);
    std::string text = in_quotes(name) + " is computed, but the contract has no such resource";
    if (const auto near = nearest(name, names)) text += " (did you mean " + in_quotes(*near) + "?)";
    return text;
  }
  for (const std::string_view member : computation.members()) {
    const auto index = resource->computed_index(member);
    if (index && resource->computed[*index].by_code) continue;
    return in_quotes(std::string(name) + "." + std::string(member)) +
           " is computed in C++, but the contract does not say \"computed: code\" there";
  }
  return {};
}

void check_computations(const Plan& plan, const CodeHandlers& handlers,
                        std::vector<std::string>& found) {
  std::vector<std::string_view> foreign;
  for (const auto& computation : handlers.computations()) {
    const std::string_view name = computation->resource();
    if (handlers.find_computation(name) != computation.get()) {
      found.push_back(in_quotes(name) + " is computed by two functions");
      continue;
    }
    const size_t before = found.size();
    check_hash(plan, name, computation->contract_hash(), foreign, found);
    std::string problem = unfit_computation(plan, *computation);
    // Types of another contract explain what they do not fit.
    if (!problem.empty() && found.size() == before) found.push_back(std::move(problem));
  }
}

void check_authenticators(const Plan& plan, const CodeHandlers& handlers,
                          std::vector<std::string>& found) {
  std::vector<std::string_view> names;
  for (const SecurityScheme& scheme : plan.security_schemes) names.push_back(scheme.name);
  for (const auto& authenticator : handlers.authenticators()) {
    const std::string_view name = authenticator->scheme();
    if (handlers.find_authenticator(name) != authenticator.get()) {
      found.push_back("the security scheme " + in_quotes(name) + " has two authenticators");
    }
    if (std::ranges::find(names, name) != names.end()) continue;
    found.push_back(in_quotes(name) +
                    " has an authenticator, but the contract has no such security scheme");
    if (const auto near = nearest(name, names)) {
      found.back() += " (did you mean " + in_quotes(*near) + "?)";
    }
  }
}

}  // namespace

const Computation* CodeHandlers::find_computation(std::string_view resource) const {
  for (const auto& computation : computations_) {
    if (computation->resource() == resource) return computation.get();
  }
  return nullptr;
}

const CodeHandler* CodeHandlers::find(std::string_view operation_id) const {
  for (const auto& handler : all_) {
    if (handler->operation_id() == operation_id) return handler.get();
  }
  return nullptr;
}

const Authenticator* CodeHandlers::find_authenticator(std::string_view scheme) const {
  for (const auto& authenticator : authenticators_) {
    if (authenticator->scheme() == scheme) return authenticator.get();
  }
  return nullptr;
}

const Hook* CodeHandlers::find_hook(std::string_view operation_id, HookTime time) const {
  for (const auto& hook : hooks_) {
    if (hook->operation_id() == operation_id && hook->moment() == time) return hook.get();
  }
  return nullptr;
}

const ProblemBody* CodeHandlers::find_problem_body(std::string_view schema) const {
  for (const auto& body : problem_bodies_) {
    if (body->schema().name == schema) return body.get();
  }
  return nullptr;
}

void CodeHandlers::describe(CompileOptions& options) const {
  for (const auto& handler : all_) options.coded.emplace_back(handler->operation_id());
  std::vector<std::string>& schemes = options.authenticated.emplace();
  for (const auto& authenticator : authenticators_) schemes.emplace_back(authenticator->scheme());
}

Result<void> check_code_handlers(const Plan& plan, const CodeHandlers* handlers) {
  std::vector<std::string> found = findings(plan, handlers);
  check_shown(plan, handlers, found);
  if (handlers != nullptr) {
    check_hooks(plan, *handlers, found);
    check_authenticators(plan, *handlers, found);
    check_computations(plan, *handlers, found);
  }
  internal::check_problem_bodies(plan, handlers, found);
  if (found.empty()) return {};
  std::string text = "The C++ handlers do not fit the contract: ";
  for (size_t i = 0; i < found.size(); ++i) {
    if (i > 0) text += "; ";
    text += found[i];
  }
  return fail(Code::kInvalidArgument, text + ".", "handlers");
}

}  // namespace servanda
