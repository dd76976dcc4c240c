// SPDX-License-Identifier: Apache-2.0
#pragma once
// What "x-servanda" says, applied to a plan whose OpenAPI-native parts are complete.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "contract/document/contract_document.h"
#include "contract/document/diagnostics.h"
#include "contract/document/node.h"
#include "contract/plan/plan.h"

namespace servanda {

// Where one operation of the plan was written. References are already followed: every node is the
// object that is in force.
struct OperationNode {
  uint32_t operation = 0;         // Index in Plan::operations.
  Node* path_item = nullptr;      // Never null.
  Node* node = nullptr;           // The Operation Object. Never null.
  std::vector<Node*> parameters;  // Parallel to Operation::parameters.
};

namespace internal {
// The Response Object that `response` of this operation was compiled from, references followed; or
// null.
[[nodiscard]] Node* response_node(Documents& documents, const Node& operation,
                                  const Response& response);

// Where an event was written, references followed.
struct EventNode {
  const NodeEntry* webhook = nullptr;  // Its entry under `webhooks`; null: there is none.
  Node* post = nullptr;                // Null: it has none.
  Node* schema = nullptr;              // Of its application/json body; null: it has none.
};
[[nodiscard]] EventNode event_node(ContractDocument& contract, std::string_view name);
}  // namespace internal

// Reads and type-checks every "x-servanda" object of the whole contract (root, path item,
// operation, parameter, component schema, property; anywhere else is an error), and fills what
// follows from them: Plan::services, Plan::resources, and of every operation in `nodes` the
// service, handler, resource binding, timeout, idempotency and precondition.
//
// Requires: Plan::operations and Plan::security_schemes are complete but for those members, and
// Plan::schemas still compiles. Everything wrong is added to `diagnostics`; after errors the plan
// must not be served. Keys that the engine does not act on are refused with rule
// "not-supported-yet", never ignored.
void compile_annotations(ContractDocument& contract, std::span<const OperationNode> nodes,
                         const CompileOptions& options, Plan& plan, Diagnostics& diagnostics);

}  // namespace servanda
