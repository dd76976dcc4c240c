// SPDX-License-Identifier: Apache-2.0
// Contract text to findings to reports: any text is checked, and every report of it is readable.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/json.h"
#include "contract/check/check.h"
#include "contract/check/report.h"
#include "contract/check/routes_table.h"
#include "contract/document/test_files.h"

namespace servanda {
namespace {

void run(const uint8_t* data, size_t size) {
  MemoryFiles files;
  files.put("api.yaml", std::string(reinterpret_cast<const char*>(data), size));
  LoadOptions options;
  options.limits.nodes_max = 20'000;
  options.limits.depth_max = 60;
  const CompiledContract checked = check_contract(files, "api.yaml", {}, options);
  if (checked.places.size() != checked.diagnostics.all().size()) std::abort();
  if ((check_exit_code(checked.diagnostics) != 0) != checked.diagnostics.has_errors()) std::abort();
  const auto written = [&](ReportFormat format) {
    return report(format, "api.yaml", checked.diagnostics, checked.places);
  };
  if (!written(ReportFormat::kText).ends_with(".\n")) std::abort();
  for (const ReportFormat format : {ReportFormat::kJson, ReportFormat::kSarif}) {
    if (!JsonDocument::parse(written(format))) std::abort();
  }
  if (checked.plan == nullptr) return;
  if (!JsonDocument::parse(routes_json(*checked.plan))) std::abort();
  if (routes_text(*checked.plan).empty()) std::abort();
}

}  // namespace
}  // namespace servanda

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  servanda::run(data, size);
  return 0;
}
