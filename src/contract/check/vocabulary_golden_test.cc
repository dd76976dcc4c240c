// SPDX-License-Identifier: Apache-2.0
// One contract per way to misuse x-servanda, with the report that its author gets.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "contract/check/report.h"
#include "contract/check/test_contracts.h"

namespace servanda {
namespace {

constexpr const char* kFolder = "test/golden/vocabulary/";

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(SERVANDA_SOURCE_DIR "/") + kFolder)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string report_of(const std::string& name) {
  MemoryFiles files;
  files.put("api.yaml", read_source_file(kFolder + name + ".yaml"));
  LoadOptions options;
  options.compile.publish = CompileOptions::Publish::kNo;
  const CompiledContract contract = compile_contract(files, "api.yaml", {}, options);
  EXPECT_EQ(contract.plan == nullptr, contract.diagnostics.has_errors()) << name;
  return report(ReportFormat::kText, "api.yaml", contract.diagnostics, contract.places);
}

TEST(VocabularyGolden, EveryMisuseIsReportedAsWrittenDown) {
  // These show the border: what is just still accepted.
  const std::set<std::string> accepted = {"clean",
                                          "security-optional",
                                          "update-without-body",
                                          "expand-depth-limit",
                                          "computed",
                                          "computed-by-code",
                                          "computed-limit-just-met",
                                          "batch",
                                          "soft-delete",
                                          "handler-code",
                                          "problem-code",
                                          "emits",
                                          "calls",
                                          "budget-limit-just-met",
                                          "expose-nothing"};
  const std::vector<std::string> names = case_names();
  EXPECT_GE(names.size(), 120u);
  for (const std::string& name : names) {
    const std::string actual = report_of(name);
    EXPECT_EQ(actual == "No findings.\n", accepted.contains(name)) << name;
    expect_golden(kFolder + name + ".txt", actual);
  }
}

TEST(VocabularyGolden, TheContractTheyAllVaryIsClean) {
  EXPECT_EQ(report_of("clean"), "No findings.\n");
}

// The rules in the sources that read x-servanda.
std::set<std::string> rules_of_annotations() {
  static const char* kSources[] = {
      "vocabulary_check.cc", "annotations.cc",      "compile_policies.cc", "compile_resources.cc",
      "compile_indexes.cc",  "compile_bindings.cc", "compile_lists.cc",    "compile_envelopes.cc",
      "compile_computed.cc", "compile_batches.cc",  "compile_problems.cc", "problem_proof.cc",
      "compile_calls.cc",    "compile_events.cc",   "coded_problems.cc"};
  std::set<std::string> rules;
  for (const char* source : kSources) {
    const std::string text = read_source_file(std::string("src/contract/plan/") + source);
    EXPECT_FALSE(text.empty()) << source;
    rules.merge(rules_reported_in(text));
  }
  return rules;
}

TEST(VocabularyGolden, EveryRuleHasACase) {
  std::string all;
  for (const std::string& name : case_names()) {
    all += read_source_file(kFolder + name + ".txt");
  }
  const std::set<std::string> rules = rules_of_annotations();
  EXPECT_GT(rules.size(), 40u);
  // The limits of derived storage are reached in annotations_test.cc.
  for (const std::string& rule : rules) {
    if (rule == "resource-limit" || rule == "resource-duplicate") continue;
    EXPECT_NE(all.find(" " + rule + " "), std::string::npos) << rule;
  }
}

}  // namespace
}  // namespace servanda
