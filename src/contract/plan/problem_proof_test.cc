// SPDX-License-Identifier: Apache-2.0
// Which declared error bodies are taken, by what the engine would answer in them.
#include <gtest/gtest.h>

#include <string>

#include "contract/plan/test_plan.h"

namespace servanda {
namespace {

// Things that are read, with failures of this schema (flow style).
std::string contract_with(const std::string& failure) {
  const std::string content = "content: {application/json: {schema: ";
  return "openapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\npaths:\n  /things/{id}:\n"
         "    x-servanda: {resource: Thing}\n"
         "    parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n"
         "    get:\n      operationId: read\n      responses:\n"
         "        '200': {description: Yes., " +
         content + "{$ref: '#/components/schemas/Thing'}}}}\n        default: {description: No., " +
         content + failure +
         "}}}\ncomponents:\n  schemas:\n    Thing:\n      type: object\n      required: [id]\n"
         "      x-servanda: {resource: {}}\n      properties:\n"
         "        id: {type: string, format: uuid, readOnly: true}\n";
}

// "message" below this many objects, all required.
std::string nested(int objects) {
  std::string schema = "{type: object, required: [message], properties: {message: {type: string}}}";
  for (int i = 0; i < objects; ++i) {
    schema = "{type: object, required: [error], properties: {error: " + schema + "}}";
  }
  return schema;
}

std::string rule_of(const std::string& failure) {
  const PlanText made(contract_with(failure));
  if (made.plan() != nullptr) return "";
  return std::string(made.compiled.diagnostics.all().front().rule);
}

TEST(ProblemProof, TakesBodiesWhoseSamplesConform) {
  EXPECT_EQ(rule_of(nested(0)), "");
  EXPECT_EQ(rule_of("{type: object, properties: {code: {type: integer, minimum: 400}}}"), "");
}

TEST(ProblemProof, RefusesWhatNoProblemFits) {
  EXPECT_EQ(rule_of("{type: string}"), "problem-form");
  EXPECT_EQ(rule_of("{type: array, items: {type: string}}"), "problem-form");
  EXPECT_EQ(rule_of("{type: object, required: [message], properties: {message: {type: string, "
                    "maxLength: 0}}}"),
            "problem-form");
  EXPECT_EQ(rule_of("{type: object, required: [code], properties: {code: {type: integer, "
                    "minimum: 1000}}}"),
            "problem-form");
}

std::string findings_with(std::string schemas, const std::string& failure) {
  return PlanText(contract_with(failure) + std::move(schemas)).findings();
}

TEST(ProblemProof, WhatCodeWritesIsTakenAsItIs) {
  constexpr const char* kRef = "{$ref: '#/components/schemas/Fault'}";
  const auto fault = [](const std::string& more) {
    return "    Fault: {required: [fault], x-servanda: {problem: code}" + more + "}\n";
  };
  const std::string object = ", type: object, properties: {fault: {type: integer, minimum: 9999}}";
  EXPECT_EQ(findings_with(fault(object), kRef), "");
  EXPECT_EQ(findings_with(fault(object), "{title: Renamed., allOf: [" + std::string(kRef) + "]}"),
            "");
  // A body that says more is another one.
  EXPECT_NE(findings_with(fault(object), "{required: [more], allOf: [" + std::string(kRef) + "]}")
                .find("error problem-member"),
            std::string::npos);
  for (const std::string& form :
       {std::string(", type: object"), std::string(", type: [object, 'null'], properties: {a: {}}"),
        std::string(", properties: {a: {}}"), std::string(", type: string")}) {
    EXPECT_NE(findings_with(fault(form), kRef).find("error problem-schema"), std::string::npos)
        << form;
  }
}

TEST(ProblemProof, WhatCodeWritesHasANameInTheContractsOwnFile) {
  const auto made = [](const std::string& schemas) {
    return PlanText(MemoryFiles(
        {{"api.yaml", contract_with("{$ref: 'more.yaml#/components/schemas/Far'}") + schemas},
         {"more.yaml",
          "components:\n  schemas:\n    Far: {type: object, required: [a], x-servanda: {problem: "
          "code}, properties: {a: {type: string}}}\n"}}));
  };
  const PlanText nameless = made("");
  ASSERT_NE(nameless.find("problem-schema"), nullptr) << nameless.findings();
  const PlanText named = made("    Near: {$ref: 'more.yaml#/components/schemas/Far'}\n");
  ASSERT_NE(named.plan(), nullptr) << named.findings();
  EXPECT_EQ(named.plan()->coded_problems, std::vector<std::string>{"Near"});
  EXPECT_EQ(named.plan()->operations[0].responses[1].problem->coded_schema, "Near");
}

TEST(ProblemProof, ObjectsNestFourDeep) {
  EXPECT_EQ(rule_of(nested(4)), "");
  EXPECT_EQ(rule_of(nested(5)), "problem-member");
}

}  // namespace
}  // namespace servanda
