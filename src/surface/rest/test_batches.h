// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests: a contract with batches of several collections.

#include <memory>
#include <string_view>

#include "surface/rest/test_shop.h"

namespace servanda::test {

inline constexpr std::string_view kBatches = R"(
openapi: 3.1.0
info: {title: Library, version: 1.0.0}
x-servanda: {services: {library: {}}}
paths:
  /batch:
    post:
      operationId: writeAll
      x-servanda: {action: batch}
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        '200': {description: done, content: {application/json: {schema: {$ref: '#/components/schemas/Results'}}}}
        '207': {description: partly done, content: {application/json: {schema: {$ref: '#/components/schemas/Results'}}}}
  /authors:
    x-servanda: {resource: Author}
    get: {operationId: listAuthors, responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Author'}}}}}}}
    post:
      operationId: createAuthor
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Author'}}}}
      responses: {'201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Author'}}}}}
  /authors/{id}:
    x-servanda: {resource: Author}
    parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
    put:
      operationId: replaceAuthor
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Author'}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Author'}}}}}
    delete: {operationId: deleteAuthor, responses: {'204': {description: gone}}}
  /books:
    x-servanda: {resource: Book}
    get: {operationId: listBooks, responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Book'}}}}}}}
    post:
      operationId: createBook
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}
      responses: {'201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}}
  /books/{code}:
    x-servanda: {resource: Book}
    parameters: [{name: code, in: path, required: true, schema: {type: integer}}]
    get: {operationId: getBook, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}}}
    put:
      operationId: putBook
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}
        '201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}
        '400': {description: bad}
    patch:
      operationId: updateBook
      requestBody: {required: true, content: {application/merge-patch+json: {schema: {$ref: '#/components/schemas/Book'}}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}}
    delete:
      operationId: deleteBook
      x-servanda: {precondition: required}
      responses: {'204': {description: gone}}
components:
  schemas:
    Results:
      type: object
      required: [items]
      properties:
        items:
          type: array
          items:
            type: object
            required: [status]
            additionalProperties: false
            properties:
              status: {type: integer}
              id: {type: [string, integer]}
              etag: {type: string}
              location: {type: string}
              value: {type: object}
              problem: {type: object}
    Author:
      type: object
      required: [name]
      x-servanda: {resource: {unique: [[name]]}}
      properties:
        id: {type: string, format: uuid, readOnly: true}
        name: {type: string, minLength: 1}
        mentor: {type: string, format: uuid, x-servanda: {ref: Author}}
    Book:
      type: object
      required: [code, title]
      x-servanda: {resource: {key: code, unique: [[isbn]]}}
      properties:
        code: {type: integer}
        title: {type: string, minLength: 1}
        isbn: {type: string}
        authorId: {type: string, format: uuid, x-servanda: {ref: Author}}
        data: {type: object}
        secret: {type: string, writeOnly: true}
        version: {type: integer, readOnly: true, x-servanda: {generated: counter}}
)";

// Compiled once per program.
inline const std::shared_ptr<const Plan>& batches_plan() {
  static const std::shared_ptr<const Plan> plan = compile_text(kBatches);
  return plan;
}

}  // namespace servanda::test
