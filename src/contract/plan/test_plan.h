// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests: plans from contract text.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "contract/document/test_files.h"
#include "contract/plan/load.h"
#include "contract/plan/plan.h"

namespace servanda {

// A contract in memory, compiled. Its documents stay, for places.
struct PlanText {
  MemoryFiles files;
  CompiledContract compiled;

  explicit PlanText(std::string text, Environment environment = Environment::kDevelopment)
      : PlanText(MemoryFiles({{"api.yaml", std::move(text)}}), environment) {}

  explicit PlanText(MemoryFiles memory, Environment environment = Environment::kDevelopment)
      : files(std::move(memory)) {
    LoadOptions options;
    options.compile.environment = environment;
    options.compile.publish = CompileOptions::Publish::kNo;
    options.keep = LoadOptions::Keep::kDocuments;
    compiled = compile_contract(files, "api.yaml", {}, options);
  }

  [[nodiscard]] const Plan* plan() const { return compiled.plan.get(); }
  // All findings, one line each: "api.yaml:3:5 error rule: message".
  [[nodiscard]] std::string findings() const {
    return compiled.contract.documents == nullptr
               ? ""
               : text_of(compiled.diagnostics, *compiled.contract.documents);
  }
  [[nodiscard]] bool has(std::string_view rule) const { return find(rule) != nullptr; }
  [[nodiscard]] const Diagnostic* find(std::string_view rule) const {
    for (const Diagnostic& one : compiled.diagnostics.all()) {
      if (one.rule == rule) return &one;
    }
    return nullptr;
  }
};

// A contract with one operation: GET on `path` with the given parameters (a YAML flow sequence).
inline std::string one_operation(std::string_view path, std::string_view parameters) {
  return "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n  " + std::string(path) +
         ":\n    get:\n      operationId: op\n      parameters: " + std::string(parameters) +
         "\n      responses: {'200': {description: ok}}\n";
}

}  // namespace servanda
