// SPDX-License-Identifier: Apache-2.0
#pragma once
// Writes of built-in handlers with hooks of the program around them.

#include "base/task.h"
#include "call/call.h"

namespace servanda::internal {

// Creates, replaces, updates or deletes a row as write_resource() does, and runs the operation's
// hooks before and after: in one unit of work with the row, committed together or not at all. When
// a row that the write or its hooks rest on has moved, everything runs again. Requires: the
// operation has hooks.
[[nodiscard]] bool has_hooks(const Call& call);
[[nodiscard]] Task<void> write_with_hooks(Call& call);

}  // namespace servanda::internal
