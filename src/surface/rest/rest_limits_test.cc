// SPDX-License-Identifier: Apache-2.0
// The bounds of lists and views: what they admit, and one more.
#include <gtest/gtest.h>

#include <string>

#include "call/list_query.h"
#include "call/row_view.h"
#include "surface/rest/test_door.h"

namespace servanda {
namespace {

// A resource of `count` text properties, each a filter.
std::string contract_of(size_t count) {
  std::string filters;
  std::string properties;
  for (size_t i = 0; i < count; ++i) {
    const std::string name = "p" + std::to_string(i);
    filters += "        - {name: " + name + ", in: query, schema: {type: string}}\n";
    properties += "        " + name + ": {type: string}\n";
  }
  const std::string thing = "{application/json: {schema: {$ref: '#/components/schemas/Thing'}}}";
  return "openapi: 3.1.0\ninfo: {title: Limits, version: 1.0.0}\n"
         "x-servanda: {services: {limits: {}}}\npaths:\n  /things:\n"
         "    x-servanda: {resource: Thing}\n    get:\n      operationId: list\n"
         "      parameters:\n" +
         filters +
         "        - {name: limit, in: query, schema: {type: integer, maximum: 1}}\n"
         "        - {name: cursor, in: query, schema: {type: string}}\n"
         "        - {name: fields, in: query, schema: {type: string}}\n"
         "        - {name: count, in: query, schema: {type: string}}\n"
         "      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: "
         "'#/components/schemas/Page'}}}}}\n"
         "    post:\n      operationId: create\n      requestBody: {content: " +
         thing + "}\n      responses: {'201': {description: ok, content: " + thing +
         "}}\n"
         "components:\n  schemas:\n    Page:\n      type: object\n      properties:\n"
         "        items: {type: array, items: {$ref: '#/components/schemas/Thing'}}\n"
         "        total: {type: integer}\n        exact: {type: boolean}\n"
         "    Thing:\n      type: object\n      required: [id]\n"
         "      x-servanda: {resource: {}}\n      properties:\n        id: {type: string}\n" +
         properties;
}

TEST(RestLimits, TakesTwentyConditionsAndNoMore) {
  test::Door door(test::compile_text(contract_of(ListLimits::kConditionsMax + 1)));
  std::string query = "/things?p0=x";
  for (size_t i = 1; i < ListLimits::kConditionsMax; ++i) query += "&p" + std::to_string(i) + "=x";
  EXPECT_EQ(door.get(query).status, 200);
  const test::Reply above = door.get(query + "&p20=x");
  EXPECT_EQ(above.status, 400);
  EXPECT_NE(above.body.find("at most 20 conditions"), std::string::npos) << above.body;
}

TEST(RestLimits, TakesTwoThousandCharactersOfFieldsAndNoMore) {
  test::Door door(test::compile_text(contract_of(1)));
  std::string fields = "p0";
  while (fields.size() < ViewLimits::kFieldsTextMax) fields += ",p0";
  ASSERT_EQ(fields.size(), ViewLimits::kFieldsTextMax);
  EXPECT_EQ(door.get("/things?fields=" + fields).status, 200);
  fields += 'x';
  const test::Reply above = door.get("/things?fields=" + fields);
  EXPECT_EQ(above.status, 400);
  EXPECT_NE(above.body.find("at most 2,000 characters"), std::string::npos) << above.body;
}

TEST(RestLimits, EstimatesUpToAThousandRowsExactly) {
  test::Door door(test::compile_text(contract_of(1)));
  const auto add = [&](uint64_t i) {
    const std::string body = R"({"id":"r)" + std::to_string(i) + "\"}";
    ASSERT_EQ(door.send_json("POST", "/things", body).status, 201);
  };
  for (uint64_t i = 0; i < ListLimits::kEstimateMax; ++i) add(i);
  const std::string at = door.get("/things?count=estimated").body;
  EXPECT_NE(at.find(R"("total":1000,"exact":true)"), std::string::npos) << at;
  add(ListLimits::kEstimateMax);
  const std::string above = door.get("/things?count=estimated").body;
  EXPECT_NE(above.find(R"("total":1000,"exact":false)"), std::string::npos) << above;
  const std::string exact = door.get("/things?count=exact").body;
  EXPECT_NE(exact.find(R"("total":1001,"exact":true)"), std::string::npos) << exact;
}

// Authors with 20 books each, as many as one relation shows.
const char* const kShelves = R"(
openapi: 3.1.0
info: {title: Shelves, version: 1.0.0}
x-servanda: {services: {shelves: {}}}
paths:
  /authors:
    x-servanda: {resource: Author}
    get:
      operationId: listAuthors
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 501}}
        - {name: expand, in: query, schema: {type: string}}
      responses: {'200': {description: ok, content: {application/json: {schema: {type: object, properties: {items: {type: array, items: {$ref: '#/components/schemas/Author'}}}}}}}}
    post:
      operationId: createAuthor
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Author'}}}}
      responses: {'201': {description: ok}}
  /books:
    x-servanda: {resource: Book}
    post:
      operationId: createBook
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}
      responses: {'201': {description: ok}}
components:
  schemas:
    Author:
      type: object
      required: [id]
      x-servanda: {resource: {}}
      properties: {id: {type: string}}
    Book:
      type: object
      required: [id]
      x-servanda: {resource: {}}
      properties: {id: {type: string}, author: {type: string, x-servanda: {ref: Author}}}
)";

TEST(RestLimits, ExpandsFromTenThousandRowsAndNoMore) {
  static_assert(500 * ViewLimits::kRelatedMax == ViewLimits::kRowsMax);
  test::Door door(test::compile_text(kShelves));
  for (int author = 0; author < 501; ++author) {
    const std::string id = std::to_string(author);
    ASSERT_EQ(door.send_json("POST", "/authors", R"({"id":")" + id + R"("})").status, 201);
    for (uint32_t book = 0; book < ViewLimits::kRelatedMax; ++book) {
      const std::string body =
          R"({"id":")" + id + "-" + std::to_string(book) + R"(","author":")" + id + R"("})";
      ASSERT_EQ(door.send_json("POST", "/books", body).status, 201);
    }
  }
  EXPECT_EQ(door.get("/authors?limit=500&expand=books.author").status, 200);
  const test::Reply above = door.get("/authors?limit=501&expand=books.author");
  EXPECT_EQ(above.status, 400);
  EXPECT_NE(above.body.find("expansion-limit"), std::string::npos) << above.body;
}

}  // namespace
}  // namespace servanda
