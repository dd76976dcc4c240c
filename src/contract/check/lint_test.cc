// SPDX-License-Identifier: Apache-2.0
// Every lint rule: one contract that it finds and one that it lets pass.
#include "contract/check/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "contract/check/test_contracts.h"

namespace servanda {
namespace {

// Parts that vary around one operation POST /a.
struct Draft {
  std::string version = "3.1.0";
  std::string root = "servers: [{url: 'http://a'}]\n";
  std::string path = "/a";
  std::string operation = "operationId: a";
  std::string more;                                     // Lines of the operation.
  std::string schema = "{type: string, maxLength: 5}";  // Of the request body.
  std::string media;                                    // More keys of its media type.
  std::string responses = "{'200': {description: ok}, default: {description: no}}";
  std::string components;  // Sections.

  [[nodiscard]] std::string text() const {
    std::string out = "openapi: " + version + "\ninfo: {title: T, version: 1.0.0}\n" + root +
                      "paths:\n  " + path + ":\n    post:\n      " + operation + "\n" + more +
                      "      requestBody: {content: {application/json: {schema: " + schema + media +
                      "}}}\n      responses: " + responses + "\n";
    if (!components.empty()) out += "components:\n" + components;
    return out;
  }
};

std::vector<std::string> rules_of(const Draft& draft) {
  std::vector<std::string> rules;
  for (const std::string& finding : findings_in(checked(draft.text()))) {
    rules.push_back(finding.substr(finding.find(' ') + 1));
  }
  return rules;
}

size_t count_of(const Draft& draft, std::string_view rule) {
  const std::vector<std::string> rules = rules_of(draft);
  return static_cast<size_t>(std::count(rules.begin(), rules.end(), rule));
}

// The rule finds the first and not the second.
void expect_tells(std::string_view rule, const Draft& bad, const Draft& good) {
  EXPECT_EQ(count_of(bad, rule), 1u) << rule << "\n"
                                     << bad.text() << testing::PrintToString(rules_of(bad));
  EXPECT_EQ(count_of(good, rule), 0u) << rule << "\n" << good.text();
}

TEST(Lint, LetsAPlainContractPass) {
  EXPECT_THAT(rules_of(Draft{}), testing::IsEmpty());
}

TEST(Lint, RulesAreUniqueAndExplained) {
  std::set<std::string_view> ids;
  for (const LintRule& rule : lint_rules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id;
    EXPECT_TRUE(rule.meaning.ends_with('.')) << rule.id;
    EXPECT_TRUE(rule.fix.ends_with('.')) << rule.id;
    EXPECT_NE(rule.severity, Severity::kError) << rule.id;
  }
}

TEST(Lint, FindsOperationIdsThatUrlsEscape) {
  expect_tells("operation-id-url", {.operation = "operationId: a b"},
               {.operation = "operationId: a-b_c.d~e"});
}

TEST(Lint, FindsOperationsWithoutSuccess) {
  expect_tells("operation-success-response", {.responses = "{'404': {description: no}}"},
               {.responses = "{'204': {description: ok}}"});
  expect_tells("operation-success-response", {.responses = "{4XX: {description: no}}"},
               {.responses = "{2XX: {description: ok}}"});
}

TEST(Lint, FindsUndeclaredAndDoubleTags) {
  expect_tells(
      "operation-tag-undeclared", {.more = "      tags: [x]\n"},
      {.root = "servers: [{url: 'http://a'}]\ntags: [{name: x}]\n", .more = "      tags: [x]\n"});
  expect_tells("tag-duplicate", {.root = "tags: [{name: x}, {name: x}]\n"},
               {.root = "tags: [{name: x}, {name: y}]\n"});
}

TEST(Lint, FindsMissingServersAndTrailingSlashes) {
  expect_tells("server-missing", {.root = ""}, {});
  expect_tells("server-trailing-slash", {.root = "servers: [{url: 'http://a/'}]\n"},
               {.root = "servers: [{url: /}]\n"});
  expect_tells("path-trailing-slash", {.path = "/a/"}, {.path = "/"});
}

TEST(Lint, FindsCallbacksInCallbacksAndServersOfWebhooks) {
  const std::string inner = "{'{$url}': {post: {responses: {default: {description: ok}}";
  expect_tells(
      "callback-nested",
      {.more = "      callbacks: {one: " + inner + ", callbacks: {two: " + inner + "}}}}}}}}\n"},
      {.more = "      callbacks: {one: " + inner + "}}}\n"});
  expect_tells("webhook-servers",
               {.root = "servers: [{url: 'http://a'}]\nwebhooks: {w: {servers: [{url: /x}], post: "
                        "{responses: {default: {description: ok}}}}}\n"},
               {.root = "servers: [{url: 'http://a'}]\nwebhooks: {w: {post: {responses: {default: "
                        "{description: ok}}}}}\n"});
}

TEST(Lint, FindsScriptInDescriptions) {
  expect_tells("markdown-script", {.more = "      description: 'a <SCRIPT>x</SCRIPT>'\n"},
               {.more = "      description: a script of a play\n"});
}

TEST(Lint, FindsEnumValuesThatNeverFitOrRepeat) {
  expect_tells("enum-type", {.schema = "{type: string, enum: [a, 1]}"},
               {.schema = "{type: integer, enum: [1, 2.0]}"});
  expect_tells("enum-duplicate", {.schema = "{enum: [a, b, a]}"}, {.schema = "{enum: [a, b]}"});
}

TEST(Lint, FindsArraysWithoutItems) {
  expect_tells("array-items-missing", {.schema = "{type: array, maxItems: 2}"},
               {.schema = "{type: array, maxItems: 2, items: {type: integer}}"});
}

TEST(Lint, FindsExamplesThatDoNotConform) {
  expect_tells("example-invalid", {.media = ", example: too long"}, {.media = ", example: short"});
  expect_tells("example-invalid", {.media = ", examples: {a: {value: 5}, b: {value: ok}}"},
               {.media = ", examples: {b: {value: ok}}"});
  expect_tells("example-invalid", {.schema = "{type: integer, examples: [1, x]}"},
               {.schema = "{type: integer, examples: [1, 2]}"});
  expect_tells("default-invalid", {.schema = "{type: integer, default: x}"},
               {.schema = "{type: integer, default: 3}"});
}

TEST(Lint, JudgesExamplesByTheDirectionTheyTravel) {
  const std::string schema =
      "{type: object, additionalProperties: false, required: [id], properties: {id: {type: "
      "integer, readOnly: true}}}";
  EXPECT_EQ(count_of({.schema = schema, .media = ", example: {}"}, "example-invalid"), 0u);
  const std::string response =
      "{'200': {description: ok, content: {application/json: {schema: " + schema +
      ", example: {}}}}, default: {description: no}}";
  EXPECT_EQ(count_of({.responses = response}, "example-invalid"), 1u);
}

TEST(Lint, FindsComponentsThatNothingRefersTo) {
  expect_tells("component-unused", {.components = "  schemas: {S: {type: string}}\n"},
               {.schema = "{$ref: '#/components/schemas/S'}",
                .components = "  schemas: {S: {type: string, maxLength: 5}}\n"});
  expect_tells("component-unused", {.components = "  responses: {R: {description: ok}}\n"},
               {.responses = "{default: {$ref: '#/components/responses/R'}}",
                .components = "  responses: {R: {description: ok}}\n"});
}

TEST(Lint, CountsDiscriminatorsAndPointersIntoComponentsAsUse) {
  const std::string components =
      "  schemas:\n    S: {type: string, maxLength: 5}\n    T: {type: object, properties: {a: "
      "{type: string}}}\n    'a b': {type: string, maxLength: 5}\n";
  const Draft draft = {
      .schema =
          "{oneOf: [{$ref: '#/components/schemas/T/properties/a'}, {$ref: "
          "'#/components/schemas/a%20b'}], discriminator: {propertyName: k, mapping: {s: S}}}",
      .components = components};
  EXPECT_EQ(count_of(draft, "component-unused"), 0u);
}

TEST(Lint, FindsInputsWithoutBounds) {
  expect_tells("input-string-unbounded", {.schema = "{type: string}"},
               {.schema = "{type: string, format: uuid}"});
  expect_tells("input-array-unbounded", {.schema = "{type: array, items: {type: integer}}"},
               {.schema = "{type: array, maxItems: 9, items: {type: integer}}"});
  expect_tells("input-object-open", {.schema = "{type: object, properties: {a: {type: integer}}}"},
               {.schema = "{type: object, additionalProperties: false, properties: {a: {type: "
                          "integer}}}"});
}

TEST(Lint, LeavesOutputsAndReadOnlyPropertiesUnbounded) {
  EXPECT_EQ(count_of({.responses = "{'200': {description: ok, content: {application/json: {schema: "
                                   "{type: string}}}}, default: {description: no}}"},
                     "input-string-unbounded"),
            0u);
  EXPECT_EQ(count_of({.schema = "{type: string, readOnly: true}"}, "input-string-unbounded"), 0u);
}

TEST(Lint, FindsOpenWritesAndUndeclaredRefusals) {
  const std::string scheme = "  securitySchemes: {s: {type: http, scheme: bearer}}\n";
  expect_tells("write-without-security", {.components = scheme},
               {.more = "      security: [{s: []}]\n", .components = scheme});
  EXPECT_EQ(count_of({}, "write-without-security"), 0u);
  const std::string only = "{'200': {description: ok}, '429': {description: slow down}}";
  expect_tells(
      "response-401-missing",
      {.more = "      security: [{s: []}]\n", .responses = only, .components = scheme},
      {.more = "      security: [{s: []}, {}]\n", .responses = only, .components = scheme});
  expect_tells("response-429-missing", {.responses = "{'200': {description: ok}}"},
               {.responses = "{'200': {description: ok}, 4XX: {description: no}}"});
}

TEST(Lint, FindsIntegerIdsInPaths) {
  const auto with = [](const std::string& type) {
    return Draft{.path = "/a/{id}",
                 .more = "      parameters: [{name: id, in: path, required: true, schema: {type: " +
                         type + "}}]\n"};
  };
  expect_tells("id-enumerable", with("integer"), with("boolean"));
}

TEST(Lint, ShowsAtMostTwentyFiveFindingsPerRule) {
  const auto with = [](size_t count) {
    Draft draft;
    draft.components = "  schemas:\n";
    for (size_t i = 0; i < count; ++i) {
      draft.components += "    S" + std::to_string(i) + ": {type: boolean}\n";
    }
    return draft;
  };
  EXPECT_EQ(count_of(with(25), "component-unused"), 25u);
  EXPECT_EQ(count_of(with(25), "lint-left-out"), 0u);
  EXPECT_EQ(count_of(with(26), "component-unused"), 25u);
  EXPECT_EQ(count_of(with(26), "lint-left-out"), 1u);
}

TEST(Lint, EndsOnCyclesAndLooksAtContractsThatDoNotCompile) {
  const Draft draft = {.more = "      x-servanda: {resource: Nothing}\n",
                       .schema = "{$ref: '#/components/schemas/A'}",
                       .components =
                           "  schemas:\n    A: {type: object, additionalProperties: "
                           "false, properties: {a: {$ref: '#/components/schemas/A'}, "
                           "s: {type: string}}}\n"};
  EXPECT_EQ(checked(draft.text()).plan, nullptr);
  EXPECT_EQ(count_of(draft, "input-string-unbounded"), 1u);
}

}  // namespace
}  // namespace servanda
