// SPDX-License-Identifier: Apache-2.0
// docs/diagnostics.md lists every rule that the contract compiler can report.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "base/text.h"
#include "contract/check/lint.h"
#include "contract/check/test_contracts.h"

namespace servanda {
namespace {

std::set<std::string> rules_in_sources() {
  std::set<std::string> rules;
  const std::filesystem::path root = SERVANDA_SOURCE_DIR "/src/contract";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".cc") || name.ends_with("_test.cc") || name.ends_with("_fuzz.cc")) {
      continue;
    }
    const std::string path =
        "src/contract/" + std::filesystem::relative(entry.path(), root).string();
    rules.merge(rules_reported_in(read_source_file(path)));
  }
  for (const LintRule& rule : lint_rules()) rules.insert(std::string(rule.id));
  return rules;
}

// The cells of a table row, trimmed; "\|" does not end a cell.
std::vector<std::string> cells_of(std::string_view row) {
  std::vector<std::string> cells;
  std::string cell;
  for (size_t i = 1; i < row.size(); ++i) {
    if (row[i] == '|' && row[i - 1] != '\\') {
      cells.emplace_back(trim(cell));
      cell.clear();
    } else {
      cell += row[i];
    }
  }
  return cells;
}

// First cells of the table's rows, without their backquotes. Every row has an id, a severity, a
// meaning and a fix.
std::vector<std::string> rules_in_document() {
  std::vector<std::string> rules;
  std::istringstream lines(read_source_file("docs/diagnostics.md"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    const std::vector<std::string> cells = cells_of(line);
    if (cells.size() != 4) {
      ADD_FAILURE() << line;
      continue;
    }
    for (const std::string& cell : cells) EXPECT_FALSE(cell.empty()) << line;
    rules.push_back(cells[0].substr(1, cells[0].size() - 2));
  }
  return rules;
}

TEST(DiagnosticsDocument, ListsEveryRuleOnce) {
  const std::set<std::string> sources = rules_in_sources();
  const std::vector<std::string> listed = rules_in_document();
  const std::set<std::string> document(listed.begin(), listed.end());
  EXPECT_EQ(document.size(), listed.size()) << "A rule is listed twice.";
  EXPECT_GT(sources.size(), 100u);
  for (const std::string& rule : sources) {
    EXPECT_TRUE(document.contains(rule)) << rule << " is missing in docs/diagnostics.md";
  }
  for (const std::string& rule : document) {
    EXPECT_TRUE(sources.contains(rule)) << rule << " is reported nowhere";
  }
}

TEST(DiagnosticsDocument, AgreesWithTheTableOfLintRules) {
  const std::string text = read_source_file("docs/diagnostics.md");
  for (const LintRule& rule : lint_rules()) {
    const std::string severity = rule.severity == Severity::kWarning ? "warning" : "notice";
    const std::string row = "| `" + std::string(rule.id) + "` | " + severity + " | " +
                            std::string(rule.meaning) + " | " + std::string(rule.fix) + " |";
    EXPECT_NE(text.find(row), std::string::npos) << row;
  }
}

}  // namespace
}  // namespace servanda
