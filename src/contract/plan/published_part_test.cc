// SPDX-License-Identifier: Apache-2.0
// What consumers see of a contract that keeps operations and resources to itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/document/test_files.h"
#include "contract/plan/load.h"

namespace servanda {
namespace {

using testing::HasSubstr;
using testing::Not;

using Content = std::initializer_list<std::pair<const std::string, std::string>>;

// The published JSON; checks that it compiles by itself.
std::string published(Content content) {
  MemoryFiles files;
  for (const auto& [path, text] : content) files.put(path, text);
  LoadOptions options;
  options.keep = LoadOptions::Keep::kDocuments;
  const CompiledContract contract = compile_contract(files, content.begin()->first, {}, options);
  if (contract.plan == nullptr) {
    ADD_FAILURE() << text_of(contract.diagnostics, *contract.contract.documents);
    return {};
  }
  MemoryFiles again;
  again.put("p.json", contract.plan->published.json);
  const CompiledContract reread = compile_contract(again, "p.json", {}, options);
  EXPECT_NE(reread.plan, nullptr) << text_of(reread.diagnostics, *reread.contract.documents)
                                  << contract.plan->published.json;
  return contract.plan->published.json;
}

constexpr std::string_view kContract = R"(
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getOrder
      responses:
        '200':
          description: ok
          links:
            stock: {operationId: getStock}
            stockToo: {$ref: '#/components/links/Stock'}
            again: {operationId: getOrder}
          content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}
    delete:
      operationId: dropOrder
      x-servanda: {expose: []}
      responses: {'204': {description: gone}}
  /stock/{id}:
    x-servanda: {expose: []}
    parameters: [{$ref: '#/components/parameters/StockId'}]
    get:
      operationId: getStock
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Stock'}}}}}
components:
  links: {Stock: {operationId: getStock}}
  parameters: {StockId: {name: id, in: path, required: true, schema: {$ref: '#/components/schemas/StockKey'}}}
  schemas:
    Order: {type: object, properties: {id: {type: string}, both: {$ref: '#/components/schemas/Both'}}}
    Stock: {type: object, properties: {shelf: {$ref: '#/components/schemas/Shelf'}, both: {$ref: '#/components/schemas/Both'}}}
    Shelf: {type: object, properties: {stock: {$ref: '#/components/schemas/Stock'}}}
    StockKey: {type: string}
    Both: {type: string}
    Idle: {type: string}
    IdleOfStock: {type: object, properties: {stock: {$ref: '#/components/schemas/Stock'}}}
    Ledger:
      type: object
      additionalProperties: false
      required: [id]
      x-servanda: {resource: {}}
      properties: {id: {type: string}}
)";

TEST(PublishedPart, HasNoHiddenOperationAndNothingThatOnlyItLeadsTo) {
  const std::string json = published({{"api.yaml", std::string(kContract)}});
  for (const std::string_view hidden : {"getStock", "dropOrder", "/stock", "\"delete\"", "Shelf",
                                        "StockKey", "StockId", "Stock", "x-servanda"}) {
    EXPECT_THAT(json, Not(HasSubstr(std::string(hidden))));
  }
  for (const std::string_view shown :
       {"getOrder", "\"Order\"", "\"Both\"", "\"Idle\"", "\"again\"", "/orders/{id}"}) {
    EXPECT_THAT(json, HasSubstr(std::string(shown)));
  }
}

TEST(PublishedPart, HasNoResourceThatNoOperationShows) {
  const std::string json = published({{"api.yaml", std::string(kContract)}});
  EXPECT_THAT(json, Not(HasSubstr("Ledger")));
  std::string shown(kContract);
  const std::string_view reference = "schemas/Both'}}}\n    Stock:";
  const size_t at = shown.find(reference);
  ASSERT_NE(at, std::string::npos);
  shown.replace(at, reference.size(), "schemas/Ledger'}}}\n    Stock:");
  EXPECT_THAT(published({{"api.yaml", shown}}), HasSubstr("\"Ledger\""));
}

TEST(PublishedPart, KeepsWhatADiscriminatorMayStandFor) {
  const std::string json = published({{"api.yaml", R"(
openapi: 3.1.0
info: {title: T, version: '1'}
x-servanda: {services: {main: {}}}
paths:
  /pets: {get: {operationId: pets, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}}}}
  /zoo: {get: {operationId: zoo, x-servanda: {expose: []}, responses: {'200': {description: ok, content: {application/json: {schema: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}, {$ref: '#/components/schemas/Gnu'}]}}}}}}}
components:
  schemas:
    Pet: {type: object, required: [kind], properties: {kind: {type: string}}, discriminator: {propertyName: kind, mapping: {dog: Dog}}}
    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object}]}
    Dog: {type: object, required: [kind], properties: {kind: {type: string}}}
    Gnu: {type: object, required: [kind], properties: {kind: {type: string}}}
)"}});
  EXPECT_THAT(json, HasSubstr("\"Cat\""));
  EXPECT_THAT(json, HasSubstr("\"Dog\""));
  EXPECT_THAT(json, Not(HasSubstr("Gnu")));
}

TEST(PublishedPart, ReachesThroughOtherFilesAndSharedPathItems) {
  const std::string json = published({{"api.yaml", R"(
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a: {$ref: '#/components/pathItems/A'}
  /b: {$ref: 'b.yaml#/b'}
components:
  pathItems:
    A:
      x-servanda: {expose: []}
      get: {operationId: getA, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/OfA'}}}}}}
  schemas:
    OfA: {type: object, properties: {deep: {$ref: 'b.yaml#/deep'}}}
    OfB: {type: string}
)"},
                                      {"b.yaml", R"(
b:
  get: {operationId: getB, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/shown'}}}}}}
shown: {type: object, properties: {b: {$ref: 'api.yaml#/components/schemas/OfB'}}}
deep: {type: object, properties: {hiddenName: {type: string}}}
)"}});
  EXPECT_THAT(json, HasSubstr("getB"));
  EXPECT_THAT(json, HasSubstr("OfB"));
  for (const std::string_view hidden : {"getA", "OfA", "\"/a\"", "hiddenName"}) {
    EXPECT_THAT(json, Not(HasSubstr(std::string(hidden))));
  }
}

}  // namespace
}  // namespace servanda
