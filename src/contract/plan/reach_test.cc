// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/reach.h"

#include <gtest/gtest.h>

#include <string>

#include "contract/plan/test_plan.h"

namespace servanda {
namespace {

// Books of one service, authors of the other.
std::string library(const std::string& parameters, const std::string& paths) {
  return R"(
openapi: 3.1.0
info: {title: T, version: '1'}
x-servanda: {services: {people: {}, books: {}}}
paths:
  /authors/{code}:
    x-servanda: {resource: Author}
    parameters: [{name: code, in: path, required: true, schema: {type: string}}]
    get: {operationId: getAuthor, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Author'}}}}}}
  /books/{code}:
    x-servanda: {resource: Book}
    parameters: [{name: code, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getBook
      parameters: )" +
         parameters + R"(
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}}
)" + paths +
         R"(
components:
  schemas:
    Author: {type: object, required: [code], x-servanda: {resource: {key: code, service: people}}, properties: {code: {type: string}}}
    Book:
      type: object
      required: [code]
      x-servanda: {resource: {key: code, service: books}}
      properties: {code: {type: string}, authorId: {type: string, x-servanda: {ref: Author}}, expand: {type: object, readOnly: true}}
)";
}

constexpr const char* kExpand =
    "[{name: expand, in: query, schema: {type: string, enum: [author]}}]";

std::string below_author(const std::string& created) {
  return R"(  /authors/{authorId}/books/{code}:
    x-servanda: {resource: Book}
    parameters:
      - {name: authorId, in: path, required: true, schema: {type: string}}
      - {name: code, in: path, required: true, schema: {type: string}}
    put:
      operationId: putBook
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}
)" + created;
}

constexpr const char* kCreated =
    "        '201': {description: ok, content: {application/json: {schema: {$ref: "
    "'#/components/schemas/Book'}}}}\n";

// What keeps a process with these services from serving the contract; "" when nothing does.
std::string refusal(const std::string& text, std::vector<std::string> here,
                    std::vector<std::string> elsewhere = {}) {
  MemoryFiles files({{"api.yaml", text}});
  LoadOptions options;
  options.compile.publish = CompileOptions::Publish::kNo;
  options.compile.placement = {.here = std::move(here), .elsewhere = std::move(elsewhere)};
  const CompiledContract made = compile_contract(files, "api.yaml", {}, options);
  if (made.plan != nullptr) return "";
  const Diagnostic& first = made.diagnostics.all().front();
  return std::string(first.rule) + ": " + first.message;
}

TEST(Reach, ExpansionsLeadWhereAnAddressIsKnown) {
  const std::string text = library(kExpand, "");
  EXPECT_EQ(
      refusal(text, {"books"}),
      "rows-out-of-reach: \"getBook\" expands \"author\" into rows of \"Author\", but service "
      "\"people\", which has them, does not run here, and this process has no address of it.");
  EXPECT_EQ(refusal(text, {"books", "people"}), "");
  EXPECT_EQ(refusal(text, {"books"}, {"people"}), "");
  EXPECT_EQ(refusal(text, {"people"}), "") << "the operation runs elsewhere";
  EXPECT_EQ(refusal(text, {}), "") << "a gateway";
  EXPECT_EQ(refusal(library("[]", ""), {"books"}), "");
}

TEST(Reach, OwnersBelowWhichRowsAreMadeAreWhereAnAddressIsKnown) {
  EXPECT_EQ(
      refusal(library("[]", below_author(kCreated)), {"books"}),
      "rows-out-of-reach: \"putBook\" creates below rows of \"Author\", but service \"people\", "
      "which has them, does not run here, and this process has no address of it.");
  EXPECT_EQ(refusal(library("[]", below_author(kCreated)), {"books", "people"}), "");
  EXPECT_EQ(refusal(library("[]", below_author(kCreated)), {"books"}, {"people"}), "");
  EXPECT_EQ(refusal(library("[]", below_author("")), {"books"}), "") << "it reads no owner";
}

}  // namespace
}  // namespace servanda
