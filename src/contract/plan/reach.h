// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which rows a built-in operation reaches besides its own.

#include "base/result.h"
#include "contract/plan/operation.h"
#include "contract/plan/plan.h"

namespace servanda {

// Whether the operation makes rows that were not there: a create, or a PUT that declares exactly
// 201, of a resource whose keys clients choose. Requires: it is of `resource`.
[[nodiscard]] bool may_create(const Operation& operation, const Resource& resource);

// Whether the services that have what the operation reads run here or at a known address: rows that
// it expands, and the owners below which it creates. kInvalidArgument names the first rows out of
// reach and the service that has them.
[[nodiscard]] Result<void> check_reach(const Plan& plan, const Operation& operation);

}  // namespace servanda
