// SPDX-License-Identifier: Apache-2.0
#pragma once
// Writes of built-in handlers in which C++ of the program takes part.

#include "base/task.h"
#include "call/call.h"

namespace servanda::internal {

// Whether C++ of the program takes part in a write: as a hook of the operation, or because it makes
// some of what is shown of the row.
[[nodiscard]] bool runs_code(const Call& call);

// Creates, replaces, updates, deletes or restores a row as write_resource() does, runs the
// operation's hooks before and after, and makes the values that the answer shows: in one unit of
// work with the row, committed together or not at all. When a row that the write or its hooks rest
// on has moved, everything runs again. Requires: runs_code().
[[nodiscard]] Task<void> write_with_code(Call& call);

}  // namespace servanda::internal
