// SPDX-License-Identifier: Apache-2.0
// Queries of a list: whatever they ask, the answer is a page or a 400 that says why.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "surface/rest/test_door.h"

namespace servanda {
namespace {

constexpr std::string_view kContract = R"(
openapi: 3.1.0
info: {title: Fuzz, version: 1.0.0}
x-servanda: {services: {fuzz: {}}}
paths:
  /things:
    x-servanda: {resource: Thing}
    get:
      operationId: list
      parameters:
        - {name: name, in: query, schema: {type: string}}
        - {name: count, in: query, schema: {enum: [none, estimated, exact]}}
        - {name: amount, in: query, style: deepObject, schema: {type: object, properties: {gte: {type: string, format: decimal}, lt: {type: string, format: decimal}, ne: {type: string, format: decimal}, in: {type: string}}}}
        - {name: size, in: query, style: deepObject, schema: {type: object, properties: {gt: {type: integer}, lte: {type: integer}, 'null': {type: boolean}}}}
        - {name: 'name[prefix]', in: query, schema: {type: string}}
        - {name: 'day[in]', in: query, schema: {type: array, items: {type: string, format: date}}}
        - {name: sort, in: query, schema: {enum: [name, -amount, 'size,-name']}}
        - {name: limit, in: query, schema: {type: integer, maximum: 5}}
        - {name: cursor, in: query, schema: {type: string}}
        - {name: fields, in: query, schema: {type: string}}
        - {name: expand, in: query, schema: {type: string}}
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Page'}}}}}
    post:
      operationId: create
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
      responses: {'201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}
components:
  schemas:
    Page:
      type: object
      properties: {items: {type: array, items: {$ref: '#/components/schemas/Thing'}}, next: {type: string}, prev: {type: string}, total: {type: integer}}
    Thing:
      type: object
      required: [id]
      x-servanda: {resource: {}}
      properties:
        id: {type: string}
        name: {type: string}
        amount: {type: string, format: decimal}
        size: {type: integer}
        day: {type: string, format: date}
        data: {type: object}
        parent: {type: string, x-servanda: {ref: Thing}}
)";

test::Door& door() {
  static test::Door* const made = [] {
    auto* const fresh = new test::Door(test::compile_text(kContract));
    for (const char* body : {R"({"id":"a","name":"x","amount":"1.5","size":3,"data":{"k":1}})",
                             R"({"id":"b","name":"xy","amount":"-2","day":"2026-01-02"})",
                             R"({"id":"c","size":-9,"parent":"a"})"}) {
      if (fresh->send_json("POST", "/things", body).status != 201) std::abort();
    }
    return fresh;
  }();
  return *made;
}

}  // namespace
}  // namespace servanda

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view query(reinterpret_cast<const char*>(data), size);
  const servanda::test::Reply reply = servanda::door().get("/things?" + std::string(query));
  if (reply.status != 200 && reply.status != 400) std::abort();
  if (!servanda::JsonDocument::parse(reply.body)) std::abort();
  return 0;
}
