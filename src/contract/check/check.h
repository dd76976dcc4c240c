// SPDX-License-Identifier: Apache-2.0
#pragma once
// `servanda check`: compile, lint, and what the process says about it.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "contract/plan/load.h"

namespace servanda {

// Compiles the contract and lints it. Findings of both are in `diagnostics`, sorted, with their
// places; the plan is null when there are errors, and is made without the published documents.
[[nodiscard]] CompiledContract check_contract(FileSource& files, std::string_view path,
                                              std::span<const std::string> overlays,
                                              const LoadOptions& options = {});

// How many findings there are of each severity.
struct FindingCounts {
  size_t errors = 0;
  size_t warnings = 0;
  size_t notices = 0;
  size_t left_out = 0;  // Found beyond what Diagnostics keeps.
};
[[nodiscard]] FindingCounts count_findings(const Diagnostics& diagnostics);

// The mildest severity that makes a check fail.
enum class FailOn : uint8_t { kError, kWarning, kNotice };

// 0 when the contract passes, 1 when it does not. (2 is for a wrong command line.)
[[nodiscard]] int check_exit_code(const Diagnostics& diagnostics, FailOn fail_on = FailOn::kError);

}  // namespace servanda
