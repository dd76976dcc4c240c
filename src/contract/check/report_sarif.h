// SPDX-License-Identifier: Apache-2.0
#pragma once
// Findings in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS).

#include <span>
#include <string>

#include "contract/document/diagnostics.h"
#include "contract/plan/load.h"

namespace servanda::internal {

// One run with every rule that occurs. Columns count code points.
[[nodiscard]] std::string sarif_report(const Diagnostics& diagnostics,
                                       std::span<const SourcePlace> places);

}  // namespace servanda::internal
