// SPDX-License-Identifier: Apache-2.0
#pragma once
// From a contract's files to its Plan in one call, with diagnostics that can still be printed.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/document/contract_document.h"
#include "contract/document/diagnostics.h"
#include "contract/plan/plan.h"

namespace servanda {

// A Place as people read it. Owns its text, so it outlives the documents.
struct SourcePlace {
  std::string file;         // "" when the finding has no place in a file.
  uint32_t line = 0;        // From 1.
  uint32_t column = 0;      // From 1.
  std::string source_line;  // Without its line end; cut to kLineMax bytes.
  static constexpr size_t kLineMax = 400;

  // "shop.yaml:48:7", or "" without a file.
  [[nodiscard]] std::string text() const;
};

// How to load and compile.
struct LoadOptions {
  CompileOptions compile;
  DocumentLimits limits;
  // Whether CompiledContract::contract keeps the documents (lint and reports walk them). Without
  // them a loaded contract costs only its Plan.
  enum class Keep : uint8_t { kPlanOnly, kDocuments } keep = Keep::kPlanOnly;
};

// What became of a contract.
struct CompiledContract {
  std::shared_ptr<const Plan> plan;  // Null when there are errors.
  Diagnostics diagnostics;           // Sorted by place.
  std::vector<SourcePlace> places;   // Parallel to diagnostics.all().
  ContractDocument contract;         // Empty unless LoadOptions::keep asks for it.
};

// Loads `path` with its overlays, compiles it and reports everything found on the way. Never fails
// otherwise: a file that is not there is a diagnostic too.
[[nodiscard]] CompiledContract compile_contract(FileSource& files, std::string_view path,
                                                std::span<const std::string> overlays,
                                                const LoadOptions& options = {});

// As compile_plan(), but only borrows the documents, which may be walked afterwards. Publishing
// (CompileOptions::publish) may edit the tree.
[[nodiscard]] std::shared_ptr<const Plan> compile_plan_from(ContractDocument& contract,
                                                            const CompileOptions& options,
                                                            Diagnostics& diagnostics);

// The places of all findings, in their order. Call again after diagnostics were added or sorted.
[[nodiscard]] std::vector<SourcePlace> source_places(const Diagnostics& diagnostics,
                                                     const Documents& documents);

}  // namespace servanda
