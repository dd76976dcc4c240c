// SPDX-License-Identifier: Apache-2.0
#pragma once
// OpenAPI Overlay 1.0: changes to a contract that stand in a document of their own.

#include <cstdint>
#include <string_view>

#include "contract/document/documents.h"
#include "contract/document/reader.h"

namespace servanda::internal {

// What all overlays of one contract may use together: a few changes to every operation of a large
// contract fit, a target that multiplies does not.
struct OverlayBudget {
  explicit OverlayBudget(const DocumentLimits& limits)
      : copies{limits.nodes_max / 4, limits.total_bytes_max} {}
  CopyBudget copies;
  uint64_t steps = 200'000'000;  // Nodes looked at.
};

// Applies the overlay in the file `path` to the contract whose tree is `root`, action by action.
// Objects merge recursively, lists grow, other values are replaced. What is wrong with the overlay
// is an error; a target that selects nothing is a warning.
void apply_overlay(Documents& documents, Node& root, std::string_view path, OverlayBudget& budget,
                   Diagnostics& diagnostics);

}  // namespace servanda::internal
