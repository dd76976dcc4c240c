// SPDX-License-Identifier: Apache-2.0
#pragma once
// Soft delete as a change of a row: what deleting and restoring leave behind.

#include "base/arena.h"
#include "base/time.h"
#include "contract/plan/resource.h"
#include "store/value.h"

namespace servanda {

// The row once it is deleted at `now`: its version moves, and so does a time of the last change.
// Values live in `arena` and where those of `stored` do. Requires: the resource has soft delete.
[[nodiscard]] Row deleted_row(const Resource& resource, const Row& stored, Timestamp now,
                              Arena& arena);

// The same once it is restored.
[[nodiscard]] Row restored_row(const Resource& resource, const Row& stored, Timestamp now,
                               Arena& arena);

}  // namespace servanda
