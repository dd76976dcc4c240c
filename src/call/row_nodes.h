// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rows as JSON values, without the way over text.

#include <vector>

#include "base/arena.h"
#include "base/json.h"
#include "base/time.h"
#include "contract/plan/resource.h"
#include "store/value.h"

namespace servanda {

// Appends the row as an object with all that its schema declares, writeOnly and computed properties
// included; `now` is for the latter. The nodes point into the row, `arena` and `documents`, which
// gets one document for each property that is stored as JSON. kInternal when one of those cannot be
// read.
[[nodiscard]] Result<void> build_row(JsonBuilder& builder, const Resource& resource, const Row& row,
                                     Timestamp now, Arena& arena,
                                     std::vector<JsonDocument>& documents);

}  // namespace servanda
