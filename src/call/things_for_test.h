// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and fuzzers: a resource with a property of each type, whose rows name each other.

#include <string_view>

namespace servanda::test {

inline constexpr std::string_view kThings = R"(
openapi: 3.1.0
info: {title: T, version: '1'}
x-servanda: {services: {s: {}}}
paths:
  /things/{id}:
    x-servanda: {resource: Thing}
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: getThing, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}}
components:
  schemas:
    Thing:
      type: object
      required: [id]
      x-servanda: {resource: {key: id}}
      properties:
        id: {type: string}
        parentId: {type: string, x-servanda: {ref: Thing}}
        size: {type: integer}
        share: {type: number}
        price: {type: string, format: decimal}
        seen: {type: string, format: date-time}
        day: {type: string, format: date}
        uid: {type: string, format: uuid}
        on: {type: boolean}
        extra: {type: object}
        secret: {type: string, writeOnly: true}
)";

}  // namespace servanda::test
