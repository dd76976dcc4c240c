// SPDX-License-Identifier: Apache-2.0
#include "contract/check/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "contract/check/test_contracts.h"

namespace servanda {
namespace {

using testing::HasSubstr;

constexpr const char* kBroken = R"(openapi: 3.1.0
info: {title: T, version: 1.0.0}
servers: [{url: 'http://a/'}]
paths:
  /a:
    get:
      operationId: "get a"
      x-servanda: {timeuot: 5s}
      responses: {default: {description: ok}}
)";

TEST(Report, ShowsPlaceSeverityRuleSentenceSourceAndFix) {
  const CompiledContract contract = checked(kBroken);
  const std::string text =
      report(ReportFormat::kText, "api.yaml", contract.diagnostics, contract.places);
  EXPECT_THAT(text, HasSubstr("api.yaml:8:20: error vocabulary-unknown-key \"timeuot\" is no key "
                              "of x-servanda at an operation.\n"
                              "     8 |       x-servanda: {timeuot: 5s}\n"
                              "       |                    ^\n"
                              "       fix: Did you mean \"timeout\"?\n"));
  EXPECT_THAT(text, testing::EndsWith("1 error, 1 warning, 1 notice.\n"));
  EXPECT_EQ(check_exit_code(contract.diagnostics), 1);
}

TEST(Report, SaysWhenThereIsNothingToSay) {
  EXPECT_EQ(report(ReportFormat::kText, "a", Diagnostics(), {}), "No findings.\n");
}

TEST(Report, PutsTheCaretUnderCharactersAndNotBytes) {
  Diagnostics diagnostics;
  diagnostics.error("x-rule", Place{0, 3, 4}, "Wrong.", "");
  const SourcePlace places[] = {{"a.yaml", 3, 4, "äö\t\x1b[1m"}};
  EXPECT_EQ(report(ReportFormat::kText, "a.yaml", diagnostics, places),
            "a.yaml:3:4: error x-rule Wrong.\n"
            "     3 | äö  [1m\n"
            "       |    ^\n"
            "1 error, 0 warnings, 0 notices.\n");
}

TEST(Report, LeavesTheCaretOutWhereTheLineWasCut) {
  Diagnostics diagnostics;
  diagnostics.warning("x-rule", Place{0, 1, 900}, "Wrong.", "Mend it.");
  const SourcePlace places[] = {{"a.json", 1, 900, "abc"}};
  const std::string text = report(ReportFormat::kText, "a.json", diagnostics, places);
  EXPECT_THAT(text, HasSubstr("     1 | abc\n       fix: Mend it.\n"));
}

TEST(Report, WritesJsonForScripts) {
  const CompiledContract contract = checked(kBroken);
  const auto parsed = JsonDocument::parse(
      report(ReportFormat::kJson, "api.yaml", contract.diagnostics, contract.places));
  ASSERT_TRUE(parsed);
  const JsonValue root = parsed->root();
  EXPECT_EQ(root.find("contract").text(), "api.yaml");
  EXPECT_FALSE(root.find("ok").boolean());
  EXPECT_EQ(root.find("counts").find("errors").integer(), 1);
  EXPECT_EQ(root.find("counts").find("warnings").integer(), 1);
  EXPECT_EQ(root.find("findings").size(), 3u);
  bool found = false;
  for (JsonValue finding : root.find("findings").items()) {
    if (finding.find("rule").text() != "vocabulary-unknown-key") continue;
    found = true;
    EXPECT_EQ(finding.find("severity").text(), "error");
    EXPECT_EQ(finding.find("file").text(), "api.yaml");
    EXPECT_EQ(finding.find("line").integer(), 8);
    EXPECT_EQ(finding.find("column").integer(), 20);
    EXPECT_TRUE(finding.find("message").is_string());
    EXPECT_TRUE(finding.find("fix").is_string());
  }
  EXPECT_TRUE(found);
}

// Members that the SARIF 2.1.0 schema requires, with the values it admits.
TEST(Report, WritesSarifWithEveryRequiredMember) {
  const CompiledContract contract = checked(kBroken);
  const auto parsed = JsonDocument::parse(
      report(ReportFormat::kSarif, "api.yaml", contract.diagnostics, contract.places));
  ASSERT_TRUE(parsed);
  const JsonValue root = parsed->root();
  EXPECT_EQ(root.find("version").text(), "2.1.0");
  EXPECT_TRUE(root.find("$schema").is_string());
  ASSERT_EQ(root.find("runs").size(), 1u);
  const JsonValue run = *root.find("runs").items().begin();
  EXPECT_EQ(run.find("columnKind").text(), "unicodeCodePoints");
  const JsonValue driver = run.find("tool").find("driver");
  EXPECT_EQ(driver.find("name").text(), "servanda");
  std::vector<std::string> rules;
  for (JsonValue rule : driver.find("rules").items()) rules.emplace_back(rule.find("id").text());
  EXPECT_EQ(run.find("results").size(), 3u);
  for (JsonValue result : run.find("results").items()) {
    const auto index = static_cast<size_t>(result.find("ruleIndex").integer());
    ASSERT_LT(index, rules.size());
    EXPECT_EQ(rules[index], result.find("ruleId").text());
    EXPECT_THAT(std::string(result.find("level").text()),
                testing::AnyOf("error", "warning", "note"));
    EXPECT_FALSE(result.find("message").find("text").text().empty());
    const JsonValue location = *result.find("locations").items().begin();
    const JsonValue physical = location.find("physicalLocation");
    EXPECT_EQ(physical.find("artifactLocation").find("uri").text(), "api.yaml");
    EXPECT_GE(physical.find("region").find("startLine").integer(), 1);
    EXPECT_GE(physical.find("region").find("startColumn").integer(), 1);
  }
}

TEST(Report, EncodesFileNamesAsUris) {
  Diagnostics diagnostics;
  diagnostics.notice("x-rule", Place{0, 1, 1}, "Look.");
  const SourcePlace places[] = {{"my api/a#1.yaml", 1, 1, "x"}};
  EXPECT_THAT(report(ReportFormat::kSarif, "", diagnostics, places),
              HasSubstr(R"("uri":"my%20api/a%231.yaml")"));
}

TEST(Report, OmitsPlacesThatAreNotThere) {
  Diagnostics diagnostics;
  diagnostics.error("x-rule", Place{}, "No file.", "Name one.");
  const SourcePlace places[] = {{}};
  EXPECT_EQ(report(ReportFormat::kText, "", diagnostics, places),
            "error x-rule No file.\n       fix: Name one.\n1 error, 0 warnings, 0 notices.\n");
  EXPECT_THAT(report(ReportFormat::kJson, "", diagnostics, places),
              testing::Not(HasSubstr("\"line\"")));
  EXPECT_THAT(report(ReportFormat::kSarif, "", diagnostics, places),
              testing::Not(HasSubstr("locations")));
}

TEST(Report, CountsWhatDiagnosticsCouldNotKeep) {
  Diagnostics diagnostics;
  for (size_t i = 0; i < Diagnostics::kMax + 1; ++i) {
    diagnostics.warning("x-rule", Place{}, "Wrong.", "");
  }
  const std::vector<SourcePlace> places(diagnostics.all().size());
  EXPECT_THAT(report(ReportFormat::kText, "", diagnostics, places),
              testing::EndsWith("0 errors, 1000 warnings, 0 notices. 1 more are not shown.\n"));
}

TEST(Report, KnowsItsFormatsByName) {
  EXPECT_EQ(parse_report_format("text"), ReportFormat::kText);
  EXPECT_EQ(parse_report_format("json"), ReportFormat::kJson);
  EXPECT_EQ(parse_report_format("sarif"), ReportFormat::kSarif);
  EXPECT_EQ(parse_report_format("xml"), std::nullopt);
}

TEST(CheckExitCode, DependsOnTheMildestSeverityThatFails) {
  Diagnostics nothing;
  EXPECT_EQ(check_exit_code(nothing, FailOn::kNotice), 0);
  Diagnostics notice;
  notice.notice("x-rule", Place{}, "Look.");
  EXPECT_EQ(check_exit_code(notice, FailOn::kError), 0);
  EXPECT_EQ(check_exit_code(notice, FailOn::kWarning), 0);
  EXPECT_EQ(check_exit_code(notice, FailOn::kNotice), 1);
  Diagnostics warning;
  warning.warning("x-rule", Place{}, "Wrong.", "");
  EXPECT_EQ(check_exit_code(warning, FailOn::kError), 0);
  EXPECT_EQ(check_exit_code(warning, FailOn::kWarning), 1);
  Diagnostics error;
  error.error("x-rule", Place{}, "Wrong.", "");
  EXPECT_EQ(check_exit_code(error), 1);
}

}  // namespace
}  // namespace servanda
