// SPDX-License-Identifier: Apache-2.0
#pragma once
// Findings as text for people, JSON for scripts, SARIF for code-review tools.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "contract/document/diagnostics.h"
#include "contract/plan/load.h"

namespace servanda {

enum class ReportFormat : uint8_t { kText, kJson, kSarif };
// "text", "json", "sarif".
[[nodiscard]] std::optional<ReportFormat> parse_report_format(std::string_view word);
[[nodiscard]] std::string_view severity_text(Severity severity);  // "error".

// All findings in their order. `places` is parallel to diagnostics.all(); `contract` is the file
// that was checked. Ends with a newline.
//
// Text: "shop.yaml:48:7: error ref-unresolved Sentence.", the source line with a caret, "fix: ...";
// a summary line at the end.
// JSON: {"contract", "ok", "counts", "findings": [{"rule", "severity", "message", "fix", "file",
// "line", "column"}]}; place members are absent for findings without a place.
// SARIF: version 2.1.0, one run.
[[nodiscard]] std::string report(ReportFormat format, std::string_view contract,
                                 const Diagnostics& diagnostics,
                                 std::span<const SourcePlace> places);

}  // namespace servanda
