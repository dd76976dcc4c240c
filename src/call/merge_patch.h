// SPDX-License-Identifier: Apache-2.0
#pragma once
// JSON Merge Patch (RFC 7396) over flat JSON nodes.

#include "base/json.h"

namespace servanda {

// Builds the result of applying `patch` to `target` (absent: nothing is there) into `builder`,
// which must be empty. Strings are not copied: the result lives as long as both inputs. Cost:
// members x log(members) per object; depth is bounded by the parser's limits of both inputs.
void merge_patch(JsonValue target, JsonValue patch, JsonBuilder& builder);

}  // namespace servanda
