// SPDX-License-Identifier: Apache-2.0
#include "contract/check/check.h"

#include "contract/check/lint.h"

namespace servanda {

CompiledContract check_contract(FileSource& files, std::string_view path,
                                std::span<const std::string> overlays, const LoadOptions& options) {
  LoadOptions keeping = options;
  keeping.keep = LoadOptions::Keep::kDocuments;
  keeping.compile.publish = CompileOptions::Publish::kNo;
  CompiledContract compiled = compile_contract(files, path, overlays, keeping);
  if (compiled.contract.root == nullptr) return compiled;
  lint(compiled.contract, compiled.diagnostics);
  compiled.diagnostics.sort();
  compiled.places = source_places(compiled.diagnostics, *compiled.contract.documents);
  return compiled;
}

FindingCounts count_findings(const Diagnostics& diagnostics) {
  FindingCounts counts;
  for (const Diagnostic& finding : diagnostics.all()) {
    if (finding.severity == Severity::kError) ++counts.errors;
    if (finding.severity == Severity::kWarning) ++counts.warnings;
    if (finding.severity == Severity::kNotice) ++counts.notices;
  }
  counts.left_out = diagnostics.left_out();
  return counts;
}

int check_exit_code(const Diagnostics& diagnostics, FailOn fail_on) {
  if (diagnostics.has_errors()) return 1;
  const FindingCounts counts = count_findings(diagnostics);
  if (fail_on == FailOn::kError) return 0;
  // What was left out may have been anything milder than an error.
  size_t failing = counts.warnings + counts.left_out;
  if (fail_on == FailOn::kNotice) failing += counts.notices;
  return failing > 0 ? 1 : 0;
}

}  // namespace servanda
