// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/path_template.h"

#include <gtest/gtest.h>

#include <string>

namespace servanda {
namespace {

std::string rule_of(std::string_view text) {
  auto path = parse_path_template(text);
  return path ? "" : std::string(path.error().rule);
}

TEST(PathTemplate, TakesSegmentsApart) {
  auto path = parse_path_template("/v1/reports/{id}.{format}/{tab}");
  ASSERT_TRUE(path);
  ASSERT_EQ(path->segments.size(), 4u);
  EXPECT_EQ(path->segments[0].rank, TemplateSegment::Rank::kLiteral);
  EXPECT_EQ(path->segments[2].rank, TemplateSegment::Rank::kPartial);
  ASSERT_EQ(path->segments[2].parts.size(), 3u);
  EXPECT_EQ(path->segments[2].parts[1].text, ".");
  EXPECT_EQ(path->segments[3].rank, TemplateSegment::Rank::kVariable);
  EXPECT_EQ(path->variables, (std::vector<std::string>{"id", "format", "tab"}));
}

TEST(PathTemplate, KeepsATrailingSlashAsAnEmptySegment) {
  auto path = parse_path_template("/v1/");
  ASSERT_TRUE(path);
  ASSERT_EQ(path->segments.size(), 2u);
  EXPECT_EQ(path->segments[1].parts[0].text, "");
  EXPECT_NE(path->shape(), parse_path_template("/v1")->shape());
}

TEST(PathTemplate, HasOneShapeForEveryNamingAndEncoding) {
  EXPECT_EQ(parse_path_template("/a/{x}")->shape(), parse_path_template("/a/{y}")->shape());
  EXPECT_EQ(parse_path_template("/caf%C3%A9")->shape(), parse_path_template("/caf\u00e9")->shape());
  EXPECT_NE(parse_path_template("/a/{x}")->shape(), parse_path_template("/a/x")->shape());
  EXPECT_NE(parse_path_template("/a%2Fb")->shape(), parse_path_template("/a/b")->shape());
  EXPECT_NE(parse_path_template("/%7B%7D")->shape(), parse_path_template("/{a}")->shape());
}

TEST(PathTemplate, RefusesWhatCannotBeMatched) {
  EXPECT_EQ(rule_of(""), "path-no-slash");
  EXPECT_EQ(rule_of("v1/a"), "path-no-slash");
  EXPECT_EQ(rule_of("/a?action=b"), "path-query");
  EXPECT_EQ(rule_of("/{a}{b}"), "path-adjacent-variables");
  EXPECT_EQ(rule_of("/{a}/{a}"), "path-variable-repeated");
  EXPECT_EQ(rule_of("/{a"), "path-braces");
  EXPECT_EQ(rule_of("/a}"), "path-braces");
  EXPECT_EQ(rule_of("/{a/b}"), "path-braces");
  EXPECT_EQ(rule_of("/{{a}}"), "path-braces");
  EXPECT_EQ(rule_of("/{}"), "path-braces");
  EXPECT_EQ(rule_of("/a/../b"), "path-dot-segment");
  EXPECT_EQ(rule_of("/a/%2e"), "path-dot-segment");
  EXPECT_EQ(rule_of("/100%"), "path-encoding");
  EXPECT_EQ(rule_of("/%ff"), "path-encoding");
}

TEST(PathTemplate, BoundsVariablesSegmentsAndBytes) {
  std::string variables;
  for (size_t i = 0; i < PathValues::kMax; ++i) variables += "/{v" + std::to_string(i) + "}";
  EXPECT_EQ(rule_of(variables), "");
  EXPECT_EQ(rule_of(variables + "/{one_more}"), "path-limit");

  std::string segments;
  for (size_t i = 0; i < PathTemplate::kSegmentsMax; ++i) segments += "/s";
  EXPECT_EQ(rule_of(segments), "");
  EXPECT_EQ(rule_of(segments + "/s"), "path-limit");

  EXPECT_EQ(rule_of("/" + std::string(PathTemplate::kBytesMax - 1, 'a')), "");
  EXPECT_EQ(rule_of("/" + std::string(PathTemplate::kBytesMax, 'a')), "path-limit");
}

TEST(PathTemplate, FitsPartialSegmentsWithTheShortestTexts) {
  auto fit = [](std::string_view text, std::string_view segment) {
    auto path = parse_path_template("/" + std::string(text));
    std::string_view values[PathValues::kMax];
    if (!internal::fit_partial(path->segments[0].parts, segment, values)) return std::string("-");
    std::string out;
    for (size_t i = 0; i < path->variables.size(); ++i) out += std::string(values[i]) + "|";
    return out;
  };
  EXPECT_EQ(fit("{sid}.json", "AC1.json"), "AC1|");
  EXPECT_EQ(fit("{sid}.json", "a.json.json"), "a.json|");
  EXPECT_EQ(fit("{sid}.json", ".json"), "-");
  EXPECT_EQ(fit("{sid}.json", "AC1.xml"), "-");
  EXPECT_EQ(fit("{id}:cancel", "7:cancel"), "7|");
  EXPECT_EQ(fit("v{n}", "v12"), "12|");
  EXPECT_EQ(fit("v{n}", "v"), "-");
  EXPECT_EQ(fit("{a}..{b}", "x..y..z"), "x|y..z|");
  EXPECT_EQ(fit("{a}..{b}", "..y"), "-");
  EXPECT_EQ(fit("{a}..{b}", "...y"), ".|y|");
  EXPECT_EQ(fit("p{a}-{b}-{c}s", "p1-2-3-4s"), "1|2|3-4|");
  EXPECT_EQ(fit("a{x}a", "aa"), "-");
  EXPECT_EQ(fit("a{x}a", "aaa"), "a|");
}

}  // namespace
}  // namespace servanda
