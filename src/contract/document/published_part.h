// SPDX-License-Identifier: Apache-2.0
#pragma once
// What of a contract is not for consumers.

#include <span>
#include <unordered_set>

#include "contract/document/contract_document.h"

namespace servanda::internal {

// The entries that the published contract leaves out, see publish(): hidden operations, links to
// them, paths without another operation, and components. A component goes when it is a resource or
// a hidden operation leads to it, and nothing that is shown does; so do those which nothing shown
// leads to and which themselves lead to one that goes, because their references would dangle.
//
// Empty when nothing is hidden and no schema is a resource. Linear in the documents' size. The
// entries belong to the documents, which must not be edited while the set is in use.
[[nodiscard]] std::unordered_set<const NodeEntry*> find_left_out(
    ContractDocument& contract, std::span<const HiddenOperation> hidden);

}  // namespace servanda::internal
