// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and benchmarks: a contract with every kind of operation.

#include <memory>
#include <string>
#include <string_view>

#include "surface/rest/test_door.h"

namespace servanda::test {

inline constexpr std::string_view kShop = R"(
openapi: 3.1.0
info: {title: Shop, version: 1.0.0}
x-servanda: {services: {shop: {}}}
paths:
  /v1/products:
    x-servanda: {resource: Product}
    get:
      operationId: listProducts
      parameters:
        - {name: category, in: query, schema: {type: string}}
        - {name: supplier, in: query, schema: {type: string, format: uuid}}
        - {name: sort, in: query, schema: {enum: [name, -price]}}
        - {name: limit, in: query, schema: {type: integer, default: 50, maximum: 500}}
        - {name: cursor, in: query, schema: {type: string}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/ProductPage'}}}}
    post:
      operationId: createProduct
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Product'}}}
      responses:
        '201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Product'}}}}
  /v1/products/{id}:
    x-servanda: {resource: Product}
    parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
    get:
      operationId: getProduct
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Product'}}}}
    put:
      operationId: replaceProduct
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Product'}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Product'}}}}
    patch:
      operationId: updateProduct
      requestBody:
        required: true
        content: {application/merge-patch+json: {schema: {$ref: '#/components/schemas/Product'}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Product'}}}}
    delete:
      operationId: deleteProduct
      responses: {'204': {description: gone}}
  /v1/tags/{name}:
    x-servanda: {resource: Tag}
    parameters: [{name: name, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getTag
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Tag'}}}}
    put:
      operationId: putTag
      x-servanda: {precondition: required}
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Tag'}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Tag'}}}}
        '201': {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Tag'}}}}
  /v1/hello:
    get:
      operationId: hello
      responses:
        '200':
          description: ok
          content: {application/json: {schema: {type: object, required: [message], properties: {message: {type: string}}}, example: {message: hello}}}
        '404':
          description: none
          content: {application/json: {schema: {type: object}, examples: {short: {value: {a: 1}}, long: {value: {a: 1, b: 2}}}}}
  /v1/report:
    get:
      operationId: report
      deprecated: true
      responses:
        '200':
          description: ok
          headers: {x-total: {required: true, schema: {type: integer}, example: 7}}
          content:
            text/csv: {schema: {type: string}, example: "a,b"}
            application/json: {schema: {type: object, required: [n], properties: {n: {type: integer, minimum: 3}}}, example: {n: 1}}
  /v1/pay:
    post:
      operationId: pay
      x-servanda: {idempotency: required, handler: mock}
      security: [{key: []}]
      requestBody:
        required: true
        content:
          application/json: {schema: {type: object, required: [amount], properties: {amount: {type: integer, maximum: 1000}}}}
          application/x-www-form-urlencoded: {schema: {type: object, required: [amount], properties: {amount: {type: integer}}}}
      responses: {'202': {description: later}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Api-Key}}
  schemas:
    Product:
      type: object
      required: [name, price]
      x-servanda: {resource: {service: shop, key: id, unique: [[sku]]}}
      properties:
        id: {type: string, format: uuid, readOnly: true}
        sku: {type: string}
        name: {type: string, minLength: 1, maxLength: 20}
        category: {type: string, default: general}
        price: {type: string, format: decimal}
        stock: {type: integer}
        weight: {type: [number, 'null']}
        supplier: {type: string, format: uuid}
        secret: {type: string, writeOnly: true}
        origin: {type: string, x-servanda: {immutable: true}}
        details: {type: object, additionalProperties: true}
        availableOn: {type: string, format: date}
        createdAt: {type: string, format: date-time, readOnly: true, x-servanda: {generated: created}}
        updatedAt: {type: string, format: date-time, readOnly: true, x-servanda: {generated: updated}}
    ProductPage:
      type: object
      required: [items]
      properties: {items: {type: array, items: {$ref: '#/components/schemas/Product'}}, next: {type: string}}
    Tag:
      type: object
      required: [name]
      x-servanda: {resource: {service: shop, key: name}}
      properties: {name: {type: string, maxLength: 40}, note: {type: string}}
)";

// Compiled once per program.
inline const std::shared_ptr<const Plan>& shop_plan() {
  static const std::shared_ptr<const Plan> plan = compile_text(kShop);
  return plan;
}

// The text of a member of a JSON object; numbers and the like as they are written.
inline std::string member(const std::string& json, std::string_view name) {
  const Result<JsonDocument> document = JsonDocument::parse(json);
  if (!document || !document->root().is_object()) return "(no object)";
  const JsonValue value = document->root().find(name);
  if (!value.exists()) return "(absent)";
  return value.is_string() ? std::string(value.text()) : json_text(value);
}

// Makes a product and returns its id.
inline std::string make_product(Door& door, const std::string& body) {
  return member(door.send_json("POST", "/v1/products", body).body, "id");
}

}  // namespace servanda::test
