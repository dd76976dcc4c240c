// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests: contracts from memory and from the source tree, checked.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "contract/check/check.h"
#include "contract/document/test_files.h"

namespace servanda {

inline std::string read_source_file(const std::string& path) {
  std::ifstream in(std::string(SERVANDA_SOURCE_DIR "/") + path, std::ios::binary);
  std::ostringstream content;
  content << in.rdbuf();
  return content.str();
}

// Writes what a golden file should hold when SERVANDA_UPDATE_GOLDEN is set; otherwise compares.
inline void expect_golden(const std::string& path, const std::string& actual) {
  if (std::getenv("SERVANDA_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(std::string(SERVANDA_SOURCE_DIR "/") + path, std::ios::binary) << actual;
    return;
  }
  EXPECT_EQ(read_source_file(path), actual)
      << path << " differs; SERVANDA_UPDATE_GOLDEN=1 rewrites it.";
}

inline CompiledContract checked(const std::string& text) {
  MemoryFiles files;
  files.put("api.yaml", text);
  return check_contract(files, "api.yaml", {});
}

// Whether the text is a rule's id: kebab-case with at least one hyphen.
inline bool is_rule_id(std::string_view text) {
  if (text.find('-') == std::string_view::npos || text.front() == '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// Whether `before`, the source text in front of a string literal, hands the literal to a function
// or type that takes a rule first (or second, after a place).
inline bool takes_rule(std::string_view before) {
  while (!before.empty() && (before.back() == ' ' || before.back() == '\n')) {
    before.remove_suffix(1);
  }
  for (std::string_view taker : {"error(", "warning(", "notice(", "add(", "refused(", "count(",
                                 "report(", "Problem{", "return {"}) {
    if (before.ends_with(taker)) return true;
  }
  const std::string_view near = before.substr(before.size() - std::min<size_t>(40, before.size()));
  return before.ends_with(',') && near.find("fail_at(") != std::string_view::npos;
}

// The ids of the rules that a source reports.
inline std::set<std::string> rules_reported_in(std::string_view source) {
  std::set<std::string> rules;
  for (size_t at = source.find('"'); at != std::string_view::npos;) {
    const size_t end = source.find('"', at + 1);
    if (end == std::string_view::npos) break;
    const std::string_view text = source.substr(at + 1, end - at - 1);
    if (is_rule_id(text) && takes_rule(source.substr(0, at))) rules.insert(std::string(text));
    // A literal's end may be another's start where quotes are escaped; both are looked at.
    at = end;
  }
  return rules;
}

// "severity rule" of every finding, in order of place.
inline std::vector<std::string> findings_in(const CompiledContract& contract) {
  std::vector<std::string> texts;
  for (const Diagnostic& finding : contract.diagnostics.all()) {
    const char* severity = finding.severity == Severity::kError     ? "error "
                           : finding.severity == Severity::kWarning ? "warning "
                                                                    : "notice ";
    texts.push_back(severity + std::string(finding.rule));
  }
  return texts;
}

}  // namespace servanda
