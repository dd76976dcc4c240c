// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/reach.h"

#include <string>

#include "base/text.h"

namespace servanda {
namespace {

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

std::optional<RowsReached> find_reached(const Plan& plan, const Operation& operation,
                                        const std::function<bool(const RowsReached&)>& is_it) {
  if (!operation.resource || operation.resource->resource == kNoResource) return std::nullopt;
  const Resource& own = plan.resources[operation.resource->resource];
  for (const Expansion& expansion : operation.resource->projection.expansions) {
    RowsReached reached{nullptr, &own, 0, &expansion};
    for (const uint16_t index : expansion.relations) {
      reached.from = reached.to;
      const Relation& relation = reached.from->relations[index];
      reached.to = &plan.resources[relation.resource];
      const bool to_one = relation.kind == Relation::Kind::kToOne;
      reached.by = to_one ? reached.to->key : relation.property;
      if (is_it(reached)) return reached;
    }
  }
  if (!may_create(operation, own)) return std::nullopt;
  for (const OwnerKey& owner : operation.resource->owners) {
    const auto& references = own.properties[owner.property].references;
    if (!references) continue;
    const Resource& to = plan.resources[*references];
    const RowsReached reached{&own, &to, to.key, nullptr};
    if (is_it(reached)) return reached;
  }
  return std::nullopt;
}

Result<void> check_reach(const Plan& plan, const Operation& operation) {
  const auto missing = find_reached(plan, operation, [&plan](const RowsReached& reached) {
    return is_out_of_reach(plan, *reached.to);
  });
  if (!missing) return {};
  const std::string how = missing->expansion == nullptr
                              ? "creates below"
                              : "expands " + in_quotes(missing->expansion->text) + " into";
  return fail(Code::kInvalidArgument,
              in_quotes(operation.id) + " " + how + " rows of " + in_quotes(missing->to->name) +
                  ", but service " + in_quotes(missing->to->service) +
                  ", which has them, does not run here, and this process has no address of it.");
}

}  // namespace servanda
