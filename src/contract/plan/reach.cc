// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/reach.h"

#include "base/text.h"

namespace servanda {
namespace {

std::unexpected<Error> out_of_reach(const Operation& operation, const std::string& how,
                                    const Resource& resource) {
  return fail(Code::kInvalidArgument, in_quotes(operation.id) + " " + how + " rows of " +
                                          in_quotes(resource.name) + ", but service " +
                                          in_quotes(resource.service) +
                                          ", which has them, does not run here, and this process "
                                          "has no address of it.");
}

bool is_out_of_reach(const Plan& plan, const Resource& resource) {
  const ServiceDeclaration* const service = plan.find_service(resource.service);
  return service != nullptr && service->runs == ServiceDeclaration::Runs::kOutOfReach;
}

}  // namespace

bool may_create(const Operation& operation, const Resource& resource) {
  const Action action = operation.resource->action;
  if (action == Action::kCreate) return true;
  if (action != Action::kReplace || resource.generated_key) return false;
  const Response* const created = operation.response_for(201);
  return created != nullptr && created->first_status == 201 && created->last_status == 201;
}

Result<void> check_reach(const Plan& plan, const Operation& operation) {
  if (!operation.resource || operation.resource->resource == kNoResource) return {};
  const Resource& own = plan.resources[operation.resource->resource];
  for (const Expansion& expansion : operation.resource->projection.expansions) {
    const Resource* from = &own;
    for (const uint16_t relation : expansion.relations) {
      from = &plan.resources[from->relations[relation].resource];
      if (!is_out_of_reach(plan, *from)) continue;
      return out_of_reach(operation, "expands " + in_quotes(expansion.text) + " into", *from);
    }
  }
  if (!may_create(operation, own)) return {};
  for (const OwnerKey& owner : operation.resource->owners) {
    const auto& references = own.properties[owner.property].references;
    if (!references || !is_out_of_reach(plan, plan.resources[*references])) continue;
    return out_of_reach(operation, "creates below", plan.resources[*references]);
  }
  return {};
}

}  // namespace servanda
