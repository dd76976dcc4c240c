// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which rows a built-in operation reads besides its own.

#include <cstdint>
#include <functional>
#include <optional>

#include "base/result.h"
#include "contract/plan/operation.h"
#include "contract/plan/plan.h"

namespace servanda {

// Whether the operation makes rows that were not there: a create, or a PUT that declares exactly
// 201, of a resource whose keys clients choose. Requires: it is of `resource`.
[[nodiscard]] bool may_create(const Operation& operation, const Resource& resource);

// Rows that an operation shows beside others, or looks for.
struct RowsReached {
  const Resource* from = nullptr;  // Of the rows that lead to them.
  const Resource* to = nullptr;
  uint16_t by = 0;                       // The property of `to` that is looked for.
  const Expansion* expansion = nullptr;  // Null: owners below which the operation creates.
};
// The first of them of which `is_it` holds: step by step along each expansion, and then the owners.
[[nodiscard]] std::optional<RowsReached> find_reached(
    const Plan& plan, const Operation& operation,
    const std::function<bool(const RowsReached&)>& is_it);

// Whether the services that have these rows run here or at a known address. kInvalidArgument names
// the first rows out of reach and the service that has them.
[[nodiscard]] Result<void> check_reach(const Plan& plan, const Operation& operation);

}  // namespace servanda
