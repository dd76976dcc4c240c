// SPDX-License-Identifier: Apache-2.0
#pragma once
// Lint: what is allowed in a contract and still likely to hurt its author or its callers.

#include <cstddef>
#include <span>
#include <string_view>

#include "contract/document/contract_document.h"
#include "contract/document/diagnostics.h"

namespace servanda {

// One lint rule. The table drives severities, docs/diagnostics.md and the rule list of SARIF.
struct LintRule {
  std::string_view id;
  Severity severity = Severity::kNotice;
  std::string_view meaning;  // One sentence.
  std::string_view fix;      // One sentence.
};
[[nodiscard]] std::span<const LintRule> lint_rules();

// At most this many findings per rule are added; one more says how many were left out.
inline constexpr size_t kLintFindingsMax = 25;

// Adds what the rules find. Walks the document only; the contract need not compile. Requires: a
// root. Cost: proportional to the document, plus one compilation of every schema that has examples.
void lint(ContractDocument& contract, Diagnostics& diagnostics);

}  // namespace servanda
