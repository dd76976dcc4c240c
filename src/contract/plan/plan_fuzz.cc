// SPDX-License-Identifier: Apache-2.0
// Contract text to plan: any text ends in a plan or in an error with a message; every operation of
// a plan is reached by its own path.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "contract/document/test_files.h"
#include "contract/plan/load.h"

namespace servanda {
namespace {

void run(const uint8_t* data, size_t size) {
  MemoryFiles files;
  files.put("api.yaml", std::string(reinterpret_cast<const char*>(data), size));
  LoadOptions options;
  options.limits.nodes_max = 20'000;
  options.limits.depth_max = 60;
  CompiledContract compiled = compile_contract(files, "api.yaml", {}, options);
  if (compiled.places.size() != compiled.diagnostics.all().size()) std::abort();
  if ((compiled.plan == nullptr) != compiled.diagnostics.has_errors()) std::abort();
  for (const Diagnostic& one : compiled.diagnostics.all()) {
    if (one.rule.empty() || one.message.empty()) std::abort();
    if (one.severity == Severity::kError && one.fix.empty()) std::abort();
  }
  if (compiled.plan == nullptr) return;
  for (const Operation& operation : compiled.plan->operations) {
    if (operation.id.empty()) std::abort();
    size_t paths = 0;
    for (const Parameter& p : operation.parameters) paths += p.in == ParameterIn::kPath ? 1 : 0;
    RouteMatch match = compiled.plan->routes.match(operation.method, operation.path);
    // A template text is no request, but it never matches with other numbers of variables.
    if (match.operation == &operation && match.path_values.count != paths) std::abort();
  }
  if (plan_json(*compiled.plan).empty()) std::abort();
}

}  // namespace
}  // namespace servanda

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  servanda::run(data, size);
  return 0;
}
