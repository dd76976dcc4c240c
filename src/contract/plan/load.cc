// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/load.h"

#include <utility>

#include "base/text.h"

namespace servanda {

std::string SourcePlace::text() const {
  if (file.empty()) return {};
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

std::vector<SourcePlace> source_places(const Diagnostics& diagnostics, const Documents& documents) {
  std::vector<SourcePlace> places;
  places.reserve(diagnostics.all().size());
  for (const Diagnostic& finding : diagnostics.all()) {
    SourcePlace& out = places.emplace_back();
    if (finding.place.file == Place::kNoFile) continue;
    out.file = documents.file_name(finding.place.file);
    out.line = finding.place.line;
    out.column = finding.place.column;
    std::string_view line = documents.line_text(finding.place);
    if (line.size() > SourcePlace::kLineMax) {
      line = line.substr(0, SourcePlace::kLineMax);
      line = line.substr(0, valid_utf8_prefix(line));
    }
    out.source_line = line;
  }
  return places;
}

CompiledContract compile_contract(FileSource& files, std::string_view path,
                                  std::span<const std::string> overlays,
                                  const LoadOptions& options) {
  CompiledContract out;
  out.contract = load_contract(files, path, overlays, out.diagnostics, options.limits);
  out.plan = compile_plan_from(out.contract, options.compile, out.diagnostics);
  out.diagnostics.sort();
  if (out.diagnostics.has_errors()) out.plan = nullptr;
  if (out.contract.documents != nullptr) {
    out.places = source_places(out.diagnostics, *out.contract.documents);
  } else {
    out.places.resize(out.diagnostics.all().size());
  }
  if (options.keep == LoadOptions::Keep::kPlanOnly) out.contract = {};
  return out;
}

}  // namespace servanda
