// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which header holds what, and in which order: from the graph of types that hold each other.

#include <cstdint>
#include <string>
#include <vector>

#include "contract/generate/model.h"

namespace servanda::internal {

// One header: a type with the types written in its place, or several that hold each other.
struct Header {
  std::string file;                // "schemas/order.h", "operations/get_order.h".
  std::string title;               // What it is called after: "Order".
  std::vector<uint32_t> units;     // In the order of definition.
  std::vector<uint32_t> forward;   // Declarations named before they are defined.
  std::vector<uint32_t> needs;     // Headers to include, in order of their file names.
  std::vector<std::string> doors;  // Further file names that only include this one.
};

struct Layout {
  std::vector<Header> headers;        // In order of file name.
  std::vector<uint32_t> header_of;    // By unit.
  std::vector<uint32_t> position_of;  // By unit: rank of definition.
};

// Turns aliases that only hold each other into structs, so that every type has a definition.
// Before settle_unions().
void break_alias_cycles(Model& model);

// Boxes what would make a type hold itself, and lays out headers. After settle_unions().
[[nodiscard]] Layout lay_out(Model& model);

// The leaves of a type: `visit(use, indirect)` for the type itself or the element inside vectors
// and maps, where an undefined struct will do (indirect).
template <typename Visit>
void visit_leaf(TypeUse& use, bool indirect, Visit& visit) {
  TypeUse* at = &use;
  while (!at->element.empty()) {
    indirect = true;
    at = &at->element.front();
  }
  if (at->kind == TypeKind::kNamed) visit(*at, indirect);
}

template <typename Visit>
void visit_uses(Declaration& declaration, Visit visit) {
  visit_leaf(declaration.target, false, visit);
  for (StructMember& member : declaration.members) visit_leaf(member.type, false, visit);
  if (declaration.additional) visit_leaf(*declaration.additional, true, visit);
  for (Alternative& one : declaration.alternatives) visit_leaf(one.type, false, visit);
}

template <typename Visit>
void visit_uses(OperationModel& operation, Visit visit) {
  for (ParameterModel& parameter : operation.parameters) visit_leaf(parameter.type, false, visit);
  visit_leaf(operation.body.type, false, visit);
  for (ResponseModel& response : operation.responses) {
    visit_leaf(response.body.type, false, visit);
    for (HeaderModel& header : response.headers) visit_leaf(header.type, false, visit);
  }
}

}  // namespace servanda::internal
