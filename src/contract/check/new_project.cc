// SPDX-License-Identifier: Apache-2.0
#include "contract/check/new_project.h"

#include <algorithm>
#include <array>
#include <utility>

#include "contract/check/new_contract.h"

namespace servanda {
namespace {

// In all of these @title@ and @name@ are replaced. The namespace of the generated code is `api`
// whatever the name is: many names are keywords or functions of the C library.

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
    x-servanda: {resource: Item}            # GET lists, POST creates: nothing to write
    get:
      operationId: listItems
      tags: [items]
      summary: List items.
      parameters:
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
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Item'}
      responses:
        '201': {$ref: '#/components/responses/Item'}
        default: {$ref: '#/components/responses/Problem'}
  /v1/items/{id}:
    x-servanda: {resource: Item}
    parameters:
      - {$ref: '#/components/parameters/Id'}
    get:
      operationId: getItem
      tags: [items]
      summary: Read an item.
      responses:
        '200': {$ref: '#/components/responses/Item'}
        default: {$ref: '#/components/responses/Problem'}
  /v1/items/{id}/take:
    parameters:
      - {$ref: '#/components/parameters/Id'}
    post:
      operationId: takeItems
      x-servanda: {handler: code}           # take_items() in handlers.cc
      tags: [items]
      summary: Take some out of the stock.
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Withdrawal'}
      responses:
        '200': {$ref: '#/components/responses/Item'}
        '409':
          description: There are not as many.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Shortage'}
        default: {$ref: '#/components/responses/Problem'}
components:
  parameters:
    Id: {name: id, in: path, required: true, schema: {type: string, format: uuid}}
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
      required: [id, name, stock, createdAt]
      x-servanda:
        resource: {}                        # a table, its key "id", made by the engine
      properties:
        id: {type: string, format: uuid, readOnly: true}
        name: {type: string, minLength: 1, maxLength: 200}
        stock: {type: integer, format: int32, minimum: 0}
        createdAt: {type: string, format: date-time, readOnly: true, x-servanda: {generated: created}}
    ItemPage:
      type: object
      required: [items]
      properties:
        items: {type: array, items: {$ref: '#/components/schemas/Item'}}
        next: {type: string}
    Withdrawal:
      type: object
      additionalProperties: false
      required: [quantity]
      properties:
        quantity: {type: integer, format: int32, minimum: 1, maximum: 1000}
    Shortage:
      type: object
      additionalProperties: false
      required: [left]
      properties:
        left: {type: integer, format: int32, minimum: 0}
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

constexpr std::string_view kMain = R"(#include "handlers.h"

int main(int argc, char** argv) {
  servanda::App app;
  add_handlers(app);
  return app.run(argc, argv);
}
)";

constexpr std::string_view kHandlersHeader = R"(#pragma once

#include <servanda/servanda.h>

// Serves the operations of @name@.yaml that are decided in C++.
void add_handlers(servanda::App& app);
)";

constexpr std::string_view kHandlers = R"(#include "handlers.h"

#include "api/operations.h"  // Generated from @name@.yaml.
#include "api/schemas.h"

namespace {

using servanda::Code;
using servanda::Failure;
using servanda::Task;

// One transaction. When another call changed the item meanwhile, this runs again from the start.
Task<api::op::TakeItems::Out> take_items(api::Ctx& c, api::op::TakeItems::In in) {
  auto item = co_await c.db().get<api::Item>(in.id);
  if (!item) throw Failure(Code::kNotFound, "There is no such item.");
  if (item->stock < in.body.quantity) {
    co_return api::op::TakeItems::Conflict409{.body = {.left = item->stock}};
  }
  item->stock -= in.body.quantity;
  *item = co_await c.db().update(*item);
  co_return api::op::TakeItems::Ok200{.body = *item};
}

}  // namespace

void add_handlers(servanda::App& app) {
  app.handle<api::op::TakeItems>(take_items);
}
)";

constexpr std::string_view kHandlersTest = R"(#include <servanda/test.h>

#include <cstdio>
#include <source_location>

#include "api/operations.h"
#include "handlers.h"

namespace {

int failures = 0;

void expect(bool holds, std::source_location place = std::source_location::current()) {
  if (holds) return;
  std::fprintf(stderr, "%s:%u: this does not hold\n", place.file_name(), unsigned(place.line()));
  ++failures;
}

}  // namespace

int main() {
  servanda::App app;
  add_handlers(app);
  // The whole server on simulated time and network: no port, no sleep.
  servanda::TestServer server(app, {.contract = "@name@.yaml"});

  auto made = server.call<api::op::CreateItem>({.body = {.name = "Lamp", .stock = 3}});
  expect(made.is<api::op::CreateItem::Created201>());
  const auto id = *made.as<api::op::CreateItem::Created201>().body.id;

  auto taken = server.call<api::op::TakeItems>({.id = id, .body = {.quantity = 2}});
  expect(taken.is<api::op::TakeItems::Ok200>());
  expect(taken.as<api::op::TakeItems::Ok200>().body.stock == 1);

  auto refused = server.call<api::op::TakeItems>({.id = id, .body = {.quantity = 2}});
  expect(refused.is<api::op::TakeItems::Conflict409>());
  expect(refused.as<api::op::TakeItems::Conflict409>().body.left == 1);
  expect(server.row<api::Item>(id)->stock == 1);

  if (failures == 0) std::puts("All expectations hold.");
  return failures == 0 ? 0 : 1;
}
)";

constexpr std::string_view kBuild = R"(cmake_minimum_required(VERSION 3.25)
project(@name@ LANGUAGES CXX)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
find_package(servanda 0.1 REQUIRED)

# The handlers, and the types that are generated from the contract whenever it changes.
add_library(@name@_handlers STATIC handlers.cc)
target_include_directories(@name@_handlers PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(@name@_handlers PUBLIC servanda::app)
servanda_contract(@name@_handlers @name@.yaml NAMESPACE api SOURCES 1)

add_executable(@name@ main.cc)
target_link_libraries(@name@ PRIVATE @name@_handlers)

enable_testing()
add_executable(@name@_test handlers_test.cc)
target_link_libraries(@name@_test PRIVATE @name@_handlers servanda::testkit)
add_test(NAME handlers COMMAND @name@_test WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
add_test(NAME contract COMMAND @name@ check @name@.yaml WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
)";

constexpr std::string_view kReadme = R"(# @title@

`@name@.yaml` is the contract, `handlers.cc` decides what a contract cannot say, `servanda.yaml` is the configuration.
On Debian 12: `apt install libservanda-dev cmake g++`.

```
cmake -B build
cmake --build build
ctest --test-dir build
build/@name@ serve
```

Then, with the id that the first answer has:

```
curl -s localhost:8080/v1/items -H 'content-type: application/json' -d '{"name":"Lamp","stock":3}'
curl -s localhost:8080/v1/items/ID/take -H 'content-type: application/json' -d '{"quantity":2}'
```

The API reference is at <http://127.0.0.1:9090>. Documents: `/usr/share/doc/servanda`.
)";

constexpr std::string_view kIgnore = "/build/\n/servanda-data/\n";

// Targets that CMake makes, and would not let a project make.
constexpr std::array<std::string_view, 9> kTargetsOfCMake = {
    "all", "clean", "codegen", "depend", "help", "install", "package", "preinstall", "test"};

}  // namespace

Result<std::vector<NewFile>> new_project(std::string_view name, NewKind kind) {
  Result<NewContract> contract = new_contract(name);
  if (!contract) return pass(contract);
  std::vector<NewFile> files;
  files.push_back({"servanda.yaml", std::move(contract->config)});
  if (kind == NewKind::kContract) {
    files.push_back({std::move(contract->file), std::move(contract->contract)});
    return files;
  }
  if (std::find(kTargetsOfCMake.begin(), kTargetsOfCMake.end(), name) != kTargetsOfCMake.end()) {
    return fail(Code::kInvalidArgument, "CMake has a target of its own that is named " +
                                            std::string(name) + "; choose another name, such as " +
                                            std::string(name) + "-api.");
  }
  using Template = std::pair<std::string, std::string_view>;
  for (const auto& [file, text] :
       {Template(contract->file, kContract), Template("main.cc", kMain),
        Template("handlers.h", kHandlersHeader), Template("handlers.cc", kHandlers),
        Template("handlers_test.cc", kHandlersTest), Template("CMakeLists.txt", kBuild),
        Template("README.md", kReadme), Template(".gitignore", kIgnore)}) {
    files.push_back({file, fill_template(text, name)});
  }
  return files;
}

}  // namespace servanda
