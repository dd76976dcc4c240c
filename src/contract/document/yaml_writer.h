// SPDX-License-Identifier: Apache-2.0
#pragma once
// YAML for people: block style, long texts as literal blocks, quotes only where they are needed.

#include <cstddef>
#include <string>

#include "contract/document/node.h"

namespace servanda::internal {

// Appends `node` as a YAML 1.2 document that YAML 1.1 readers understand the same way. False when
// more than `bytes_max` would be written; `out` is then of no use.
[[nodiscard]] bool write_yaml(std::string& out, const Node& node, size_t bytes_max);

}  // namespace servanda::internal
