// SPDX-License-Identifier: Apache-2.0
#pragma once
// Tags of events: what is generated for the webhooks that operations emit.

#include <string>

#include "contract/document/contract_document.h"
#include "contract/generate/build_types.h"
#include "contract/generate/cpp_text.h"
#include "contract/generate/model.h"
#include "contract/plan/plan.h"

namespace servanda::internal {

// Fills Model::events. After the operations, whose types keep their names so.
void build_events(ContractDocument& contract, const Plan& plan, TypeBuilder& types, Model& model);

// An event's tag, without the namespace.
[[nodiscard]] std::string event_header(const CppContext& context, const EventModel& event);

}  // namespace servanda::internal
