// SPDX-License-Identifier: Apache-2.0
#include "contract/check/new_contract.h"

#include <algorithm>

namespace servanda {
namespace {

// @title@ and @name@ are replaced.
constexpr std::string_view kContract = R"(openapi: 3.1.0
info:
  title: '@title@'
  version: 0.1.0
servers:
  - url: http://127.0.0.1:8080
tags:
  - {name: items, description: Replace this by what your API is about.}
x-servanda:
  services:
    '@name@': {}
paths:
  /v1/items:
    x-servanda: {resource: Item}            # GET lists, POST creates
    get:
      operationId: listItems
      tags: [items]
      summary: List items.
      parameters:
        # A parameter named like a property filters by equality; an index for it is derived.
        - {name: category, in: query, schema: {type: string, maxLength: 60}}
        - {name: sort, in: query, schema: {type: string, enum: [name, -name, -createdAt]}}
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 500, default: 50}}
        - {name: cursor, in: query, schema: {type: string, maxLength: 2000}}
      responses:
        '200':
          description: One page.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/ItemPage'}
        default: {$ref: '#/components/responses/Problem'}
    post:
      operationId: createItem
      tags: [items]
      summary: Add an item.
      requestBody: {$ref: '#/components/requestBodies/Item'}
      responses:
        '201': {$ref: '#/components/responses/Item'}
        default: {$ref: '#/components/responses/Problem'}
  /v1/items/{id}:
    x-servanda: {resource: Item}            # GET reads, PUT replaces, PATCH merges, DELETE deletes
    parameters:
      - {name: id, in: path, required: true, schema: {type: string, format: uuid}}
    get:
      operationId: getItem
      tags: [items]
      summary: Read an item.
      responses:
        '200': {$ref: '#/components/responses/Item'}
        default: {$ref: '#/components/responses/Problem'}
    put:
      operationId: replaceItem
      tags: [items]
      summary: Replace an item.
      requestBody: {$ref: '#/components/requestBodies/Item'}
      responses:
        '200': {$ref: '#/components/responses/Item'}
        default: {$ref: '#/components/responses/Problem'}
    patch:
      operationId: updateItem
      tags: [items]
      summary: Change some properties of an item.
      requestBody:
        required: true
        content:
          application/merge-patch+json:
            schema: {$ref: '#/components/schemas/ItemChange'}
          application/json:
            schema: {$ref: '#/components/schemas/ItemChange'}
      responses:
        '200': {$ref: '#/components/responses/Item'}
        default: {$ref: '#/components/responses/Problem'}
    delete:
      operationId: deleteItem
      tags: [items]
      summary: Delete an item.
      responses:
        '204': {description: It is gone.}
        default: {$ref: '#/components/responses/Problem'}
components:
  requestBodies:
    Item:
      required: true
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Item'}
  responses:
    Item:
      description: The item as it is now.
      content:
        application/json:
          schema: {$ref: '#/components/schemas/Item'}
    Problem:
      description: What went wrong and what to do about it.
      content:
        application/problem+json:
          schema: {$ref: '#/components/schemas/Problem'}
  schemas:
    Item:
      type: object
      additionalProperties: false
      required: [id, name, createdAt, updatedAt]
      x-servanda:
        resource: {}                        # a table, its key "id", made by the engine
      properties:
        id: {type: string, format: uuid, readOnly: true}
        name: {type: string, minLength: 1, maxLength: 200}
        category: {type: string, maxLength: 60}
        price: {type: string, format: decimal, maxLength: 20}
        createdAt: {type: string, format: date-time, readOnly: true, x-servanda: {generated: created}}
        updatedAt: {type: string, format: date-time, readOnly: true, x-servanda: {generated: updated}}
    ItemChange:
      type: object
      additionalProperties: false
      minProperties: 1
      properties:
        name: {type: string, minLength: 1, maxLength: 200}
        category: {type: [string, 'null'], maxLength: 60}
        price: {type: [string, 'null'], format: decimal, maxLength: 20}
    ItemPage:
      type: object
      required: [items]
      properties:
        items: {type: array, items: {$ref: '#/components/schemas/Item'}}
        next: {type: string}
    Problem:
      description: A problem in the form of RFC 9457.
      type: object
      required: [type, title, status]
      properties:
        type: {type: string}
        title: {type: string}
        status: {type: integer}
        detail: {type: string}
        code: {type: string}
        errors: {type: array, items: {type: object}}
        request_id: {type: string}
        retryable: {type: boolean}
)";

constexpr std::string_view kConfig =
    R"(# How @name@ runs here. Everything in this file is the default.
environment: development       # development | staging | production
listen: 127.0.0.1:8080         # the API
admin: 127.0.0.1:9090          # docs, metrics, health
data: servanda-data            # the embedded store
)";

bool is_name(std::string_view name) {
  if (name.empty() || name.size() > 40 || name[0] < 'a' || name[0] > 'z') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

std::string fill_template(std::string_view text, std::string_view name) {
  std::string title(name);
  title[0] = static_cast<char>(title[0] - 'a' + 'A');
  std::replace(title.begin(), title.end(), '-', ' ');
  std::string out;
  while (!text.empty()) {
    const size_t at = text.find('@');
    out += text.substr(0, at);
    if (at == std::string_view::npos) break;
    const size_t end = text.find('@', at + 1);
    out += text.substr(at + 1, end - at - 1) == "name" ? name : title;
    text.remove_prefix(end + 1);
  }
  return out;
}

Result<NewContract> new_contract(std::string_view name) {
  if (!is_name(name)) {
    return fail(Code::kInvalidArgument,
                "The name must be 1 to 40 lower-case letters, digits and hyphens, beginning with "
                "a letter.");
  }
  if (name == "servanda") {
    return fail(Code::kInvalidArgument,
                "A project named servanda would have its contract where its configuration is, in "
                "servanda.yaml; choose another name.");
  }
  NewContract made;
  made.file = std::string(name) + ".yaml";
  made.contract = fill_template(kContract, name);
  made.config = fill_template(kConfig, name);
  return made;
}

}  // namespace servanda
