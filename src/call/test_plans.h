// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and benchmarks: plans from text and from files.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "contract/document/contract_document.h"
#include "contract/plan/plan.h"

namespace servanda::test {

// The files of one folder, or one text called "contract.yaml".
class PlanFiles final : public FileSource {
 public:
  explicit PlanFiles(std::string text) : text_(std::move(text)) {}
  explicit PlanFiles(const std::filesystem::path& root) : root_(root) {}
  Result<std::string> read(std::string_view path) override {
    if (root_.empty()) return text_;
    std::ifstream file(root_ / path, std::ios::binary);
    if (!file) return fail(Code::kNotFound, "There is no such file.");
    std::stringstream content;
    content << file.rdbuf();
    return std::move(content).str();
  }

 private:
  std::string text_;
  std::filesystem::path root_;
};

// Null, with the errors on standard error, when the contract cannot be served.
inline std::shared_ptr<const Plan> compile_from(PlanFiles files, const std::string& path,
                                                Environment environment) {
  Diagnostics diagnostics;
  ContractDocument contract = load_contract(files, path, {}, diagnostics);
  std::shared_ptr<const Plan> plan;
  if (contract.root != nullptr) {
    CompileOptions options;
    options.environment = environment;
    plan = compile_plan(std::move(contract), options, diagnostics);
  }
  if (plan != nullptr) return plan;
  for (const Diagnostic& one : diagnostics.all()) {
    if (one.severity != Severity::kError) continue;
    std::cerr << path << ':' << one.place.line << ": " << one.rule << ": " << one.message << '\n';
  }
  return nullptr;
}

inline std::shared_ptr<const Plan> compile_text(
    std::string_view yaml, Environment environment = Environment::kDevelopment) {
  return compile_from(PlanFiles(std::string(yaml)), "contract.yaml", environment);
}

inline std::shared_ptr<const Plan> compile_file(
    const std::filesystem::path& path, Environment environment = Environment::kDevelopment) {
  return compile_from(PlanFiles(path.parent_path()), path.filename().string(), environment);
}

}  // namespace servanda::test
