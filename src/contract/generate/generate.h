// SPDX-License-Identifier: Apache-2.0
#pragma once
// C++ from a contract: structs for its schemas, one tag per operation, readers and writers.
// docs/generated-code.md says what each schema form becomes.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "contract/document/contract_document.h"
#include "contract/plan/plan.h"

namespace servanda {

// Every generated file begins with this line; a file that does not was written by someone else.
inline constexpr std::string_view kGeneratedMarker =
    "// Made from the contract by `servanda gen cpp`; edits are lost.";

// Bounds of what is generated. Going over one is an error.
struct GenerateLimits {
  static constexpr size_t kSourceBytesMax = 192u << 10;  // One source; aimed at, not refused.
  static constexpr uint32_t kSourcesMax = 1024;
  static constexpr size_t kDeclarationsMax = 100'000;
  static constexpr size_t kMembersMax = 4'096;  // Of one struct.
};

// What to generate.
struct GenerateOptions {
  std::string name_space;  // "shop" or "company::shop".
  // Sources besides contract.cc: the code is spread over them by name, so that a change of one
  // schema changes one of them. 0: the least power of two that keeps each below kSourceBytesMax.
  uint32_t sources = 0;
  size_t declarations_max = GenerateLimits::kDeclarationsMax;
};

// One file below the output folder, such as "shop/operations/get_order.h".
struct GeneratedFile {
  std::string name;  // With '/'.
  std::string content;
};

// Generates every file, in order of name. The same contract gives the same bytes. Resolves
// references, so the documents are borrowed for changing, but what they say stays the same.
// kInvalidArgument when the namespace is unusable or a bound is exceeded. Requires: `plan` was
// compiled from `contract` without errors.
[[nodiscard]] Result<std::vector<GeneratedFile>> generate_cpp(ContractDocument& contract,
                                                              const Plan& plan,
                                                              const GenerateOptions& options);

// "company::shop" -> "company/shop": the folder that all files of a namespace lie in.
[[nodiscard]] std::string namespace_folder(std::string_view name_space);

}  // namespace servanda
