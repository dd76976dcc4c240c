// SPDX-License-Identifier: Apache-2.0
// Problems told in C++, seen through the test kit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "io/temporary_directory.h"
#include "servanda/test.h"

namespace servanda {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kContract = R"(openapi: 3.1.0
info: {title: Kit, version: '1'}
paths:
  /items/{id}:
    x-servanda: {resource: Item}
    parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
    delete:
      operationId: deleteItem
      responses:
        '204': {description: Gone.}
        4XX: {description: Why not., content: {application/json: {schema: {$ref: '#/components/schemas/Fault'}}}}
components:
  schemas:
    Fault:
      type: object
      required: [fault]
      x-servanda: {problem: code}
      properties: {fault: {type: string, maxLength: 20}}
    Item:
      type: object
      x-servanda: {resource: {}}
      properties: {id: {type: string, format: uuid, readOnly: true}}
)";

// What is generated for Fault.
struct Fault {
  std::string fault;
};
ProblemSchema problem_schema(const Fault*) {
  return {"Fault", ""};
}
void write(const Fault& value, JsonWriter& writer) {
  writer.begin_object();
  writer.key("fault");
  writer.string(value.fault);
  writer.end_object();
}

constexpr std::string_view kNone = "/items/0190a5b0-7c1d-7000-8000-000000000001";

class KitProblems : public testing::Test {
 protected:
  KitProblems() { std::ofstream(options().contract) << kContract; }
  [[nodiscard]] TestOptions options() const { return {.contract = folder.path() + "/kit.yaml"}; }

  TemporaryDirectory folder = *TemporaryDirectory::create("servanda-kit");
  App app;
};

TEST_F(KitProblems, AreToldByTheProgram) {
  std::string more;
  app.tell_problems_as<Fault>(
      [&more](const Problem& problem) { return Fault{std::string(problem.word()) + more}; });
  TestServer server(app, options());
  const TestAnswer answer = server.request("DELETE", kNone);
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.header("content-type"), "application/json");
  EXPECT_EQ(answer.body, R"({"fault":"not-found"})");
  EXPECT_TRUE(server.problems().empty()) << "a body of the contract's own, no problem details";

  more = std::string(11, '.');
  EXPECT_EQ(server.request("DELETE", kNone).status, 404) << "20 characters";
  more += '.';
  const TestAnswer broken = server.request("DELETE", kNone);
  EXPECT_EQ(broken.status, 500);
  EXPECT_EQ(broken.header("content-type"), "application/problem+json");
  ASSERT_EQ(server.problems().size(), 1u);
  EXPECT_EQ(server.problems().front().code, "answer-breaks-contract");
}

TEST_F(KitProblems, WithoutAFunctionNothingIsServed) {
  try {
    const TestServer server(app, options());
    ADD_FAILURE() << "served";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("\"Fault\" says \"problem: code\""));
    EXPECT_THAT(error.what(), HasSubstr("\"deleteItem\" is the first operation"));
  }
}

}  // namespace
}  // namespace servanda
