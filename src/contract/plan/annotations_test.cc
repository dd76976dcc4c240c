// SPDX-License-Identifier: Apache-2.0
// Resources, bindings, lists and policies as they come out of whole contracts. What is refused, and
// with which words, is in test/golden/vocabulary.
#include "contract/plan/annotations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/document/test_files.h"
#include "contract/plan/annotation_state.h"
#include "contract/plan/load.h"

namespace servanda {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Fills a small contract: one resource called Thing with a collection and an item path.
struct Sketch {
  std::string root;        // Lines at the root.
  std::string parameters;  // Items of the list's parameters.
  std::string operation;   // Lines of every write operation.
  std::string path;        // More keys of the collection's x-servanda.
  std::string resource = "{}";
  std::string properties;  // Lines below Thing's properties.
  std::string page =
      "{type: object, properties: {items: {type: array, items: "
      "{$ref: '#/components/schemas/Thing'}}, next: {type: string}}}";
  std::string item = "{$ref: '#/components/schemas/Thing'}";

  [[nodiscard]] std::string text() const {
    return "openapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\n" + root +
           "paths:\n  /things:\n    x-servanda: {resource: Thing" + path +
           "}\n    get:\n      operationId: list\n      parameters:\n"
           "        - {name: cursor, in: query, schema: {type: string}}\n" +
           parameters + answer("'200'", page) + "    post:\n      operationId: create\n" +
           operation + body() + answer("'201'", item) +
           "  /things/{id}:\n    x-servanda: {resource: Thing}\n"
           "    parameters: [{name: id, in: path, required: true, schema: {type: string}}]\n"
           "    get:\n      operationId: read\n" +
           answer("'200'", item) + "    put:\n      operationId: replace\n" + operation + body() +
           answer("'200'", item) + "    patch:\n      operationId: update\n" + operation + body() +
           answer("'200'", item) + "    delete:\n      operationId: delete\n" + operation +
           "      responses: {'204': {description: Gone.}}\n" +
           "components:\n  schemas:\n    Thing:\n      type: object\n      required: [id]\n"
           "      x-servanda: {resource: " +
           resource +
           "}\n      properties:\n        id: {type: string, format: uuid, readOnly: true}\n" +
           properties;
  }

 private:
  static std::string answer(const std::string& status, const std::string& schema) {
    return "      responses: {" + status +
           ": {description: Yes., content: {application/json: {schema: " + schema + "}}}}\n";
  }
  [[nodiscard]] std::string body() const {
    return "      requestBody: {required: true, content: {application/json: {schema: " + item +
           "}}}\n";
  }
};

CompiledContract compiled(const std::string& text,
                          Environment environment = Environment::kDevelopment) {
  MemoryFiles files;
  files.put("api.yaml", text);
  LoadOptions options;
  options.compile.environment = environment;
  options.compile.publish = CompileOptions::Publish::kNo;
  options.keep = LoadOptions::Keep::kDocuments;
  return compile_contract(files, "api.yaml", {}, options);
}

// The plan of a contract that must have one.
std::shared_ptr<const Plan> plan_of(const std::string& text,
                                    Environment environment = Environment::kDevelopment) {
  CompiledContract contract = compiled(text, environment);
  if (contract.plan == nullptr) {
    ADD_FAILURE() << text_of(contract.diagnostics, *contract.contract.documents) << text;
    std::abort();
  }
  return contract.plan;
}

std::string findings_of(const std::string& text) {
  CompiledContract contract = compiled(text);
  return text_of(contract.diagnostics, *contract.contract.documents);
}

const Operation& operation_of(const Plan& plan, std::string_view id) {
  for (const Operation& operation : plan.operations) {
    if (operation.id == id) return operation;
  }
  ADD_FAILURE() << "no operation " << id;
  return plan.operations.front();
}

std::vector<std::string> indexes_of(const Resource& resource) {
  std::vector<std::string> texts;
  for (const Index& index : resource.indexes) {
    std::string text = index.unique ? "unique" : "index";
    for (const IndexKey& key : index.keys) {
      text += (key.descending ? " -" : " ") + resource.properties[key.property].name;
    }
    texts.push_back(text);
  }
  return texts;
}

TEST(Resources, DeriveTableKeyAndProperties) {
  Sketch sketch;
  sketch.properties =
      R"(        unitPrice: {type: [string, 'null'], format: decimal, default: '1.50'}
        secret: {type: string, writeOnly: true}
        madeAt: {type: string, format: date-time, readOnly: true, x-servanda: {generated: created}}
        version: {type: integer, readOnly: true, x-servanda: {generated: counter}}
        parent: {type: string, format: uuid, x-servanda: {ref: Thing, immutable: true, column: {name: up}}}
)";
  const auto plan = plan_of(sketch.text());
  ASSERT_EQ(plan->resources.size(), 1u);
  const Resource& thing = plan->resources[0];
  EXPECT_EQ(thing.name, "Thing");
  EXPECT_EQ(thing.table, "things");
  EXPECT_EQ(thing.service, "main");
  EXPECT_TRUE(thing.generated_key);
  EXPECT_TRUE(thing.schema.exists());
  ASSERT_EQ(thing.properties.size(), 6u);
  EXPECT_EQ(thing.properties[thing.key].name, "id");
  EXPECT_TRUE(thing.properties[0].immutable);
  EXPECT_TRUE(thing.properties[0].required);
  const Property& price = thing.properties[1];
  EXPECT_EQ(price.column, "unit_price");
  EXPECT_EQ(price.type, ColumnType::kDecimal);
  EXPECT_TRUE(price.nullable);
  EXPECT_FALSE(price.required);
  EXPECT_EQ(price.default_json, "\"1.50\"");
  EXPECT_TRUE(thing.properties[2].write_only);
  EXPECT_EQ(thing.properties[3].generated, Generated::kCreated);
  EXPECT_TRUE(thing.properties[3].read_only);
  EXPECT_EQ(thing.properties[4].generated, Generated::kCounter);
  EXPECT_EQ(thing.properties[5].references, 0);
  EXPECT_TRUE(thing.properties[5].immutable);
  EXPECT_EQ(thing.properties[5].column, "up");
}

TEST(Resources, TakeKeysThatTheClientChooses) {
  Sketch sketch;
  sketch.resource = "{key: code, table: codes}";
  sketch.properties = "        code: {type: string, maxLength: 8}\n";
  std::string text = sketch.text();
  text.replace(text.find("required: [id]"), 14, "required: [code]");
  const auto plan = plan_of(text);
  EXPECT_EQ(plan->resources[0].table, "codes");
  EXPECT_FALSE(plan->resources[0].generated_key);
  EXPECT_EQ(plan->resources[0].properties[plan->resources[0].key].name, "code");
}

TEST(Resources, CollectPropertiesThroughAllOfAndMixIns) {
  Sketch sketch;
  std::string text = sketch.text();
  text += R"(    Times:
      type: object
      properties:
        at: {type: string, format: date-time, readOnly: true, x-servanda: {generated: updated}}
    Other:
      x-servanda: {resource: {table: other_rows}}
      allOf:
        - {$ref: '#/components/schemas/Times'}
        - {type: object, required: [id], properties: {id: {type: integer}}}
)";
  const auto plan = plan_of(text);
  ASSERT_EQ(plan->resources.size(), 2u);
  const Resource& other = plan->resources[1];
  EXPECT_EQ(other.table, "other_rows");
  ASSERT_EQ(other.properties.size(), 2u);
  EXPECT_EQ(other.properties[0].generated, Generated::kUpdated);
  EXPECT_EQ(other.properties[other.key].type, ColumnType::kInteger);
  EXPECT_FALSE(other.generated_key);
}

TEST(Resources, AreFoundInOtherFiles) {
  MemoryFiles files;
  files.put("api.yaml", R"(openapi: 3.1.0
info: {title: T, version: 1.0.0}
paths:
  /words:
    get:
      operationId: list
      x-servanda: {resource: Word}
      parameters: [{name: cursor, in: query, schema: {type: string}}]
      responses:
        '200':
          description: Yes.
          content:
            application/json:
              schema: {type: array, items: {$ref: 'parts/word.yaml'}}
components:
  schemas:
    Word: {$ref: 'parts/word.yaml', x-servanda: {resource: {}}}
)");
  files.put("parts/word.yaml",
            "type: object\nrequired: [id]\nproperties: {id: {type: string, maxLength: 9}}\n");
  CompiledContract contract =
      compile_contract(files, "api.yaml", {},
                       {.compile = {.publish = CompileOptions::Publish::kNo},
                        .keep = LoadOptions::Keep::kDocuments});
  ASSERT_NE(contract.plan, nullptr) << text_of(contract.diagnostics, *contract.contract.documents);
  EXPECT_EQ(contract.plan->resources[0].table, "words");
  EXPECT_EQ(operation_of(*contract.plan, "list").resource->action, Action::kList);
}

TEST(Resources, HoldUpToFiveHundredProperties) {
  const auto with = [](int count) {
    Sketch sketch;
    for (int i = 1; i < count; ++i) {
      sketch.properties += "        p" + std::to_string(i) + ": {type: boolean}\n";
    }
    return findings_of(sketch.text());
  };
  EXPECT_THAT(with(500), testing::Not(HasSubstr("resource-limit")));
  EXPECT_THAT(with(501), HasSubstr("resource-limit"));
}

TEST(Resources, AreAtMostTwoThousand) {
  const auto with = [](int count) {
    std::string text =
        "openapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\ncomponents:\n  schemas:\n";
    for (int i = 0; i < count; ++i) {
      text += "    R" + std::to_string(i) +
              ": {type: object, x-servanda: {resource: {}}, properties: {id: {type: string, "
              "readOnly: true}}}\n";
    }
    return findings_of(text);
  };
  EXPECT_EQ(with(2000), "");
  EXPECT_THAT(with(2001), HasSubstr("resource-limit"));
}

TEST(Resources, OfTwoFilesMayNotShareAName) {
  const std::string schema =
      "{type: object, required: [id], x-servanda: {resource: {}}, "
      "properties: {id: {type: string, readOnly: true}}}";
  MemoryFiles files;
  files.put("api.yaml",
            "openapi: 3.1.0\ninfo: {title: T, version: 1.0.0}\npaths:\n  /a:\n    get:\n"
            "      responses: {'200': {description: Yes., content: {application/json: "
            "{schema: {$ref: 'more.yaml#/components/schemas/Thing'}}}}}\n"
            "components: {schemas: {Thing: " +
                schema + "}}\n");
  files.put("more.yaml", "components: {schemas: {Thing: " + schema + "}}\n");
  const CompiledContract contract =
      compile_contract(files, "api.yaml", {}, {.keep = LoadOptions::Keep::kDocuments});
  EXPECT_THAT(text_of(contract.diagnostics, *contract.contract.documents),
              HasSubstr("resource-duplicate"));
}

TEST(Resources, TakeIdentifiersUpToSixtyThreeBytes) {
  const auto with = [](size_t length) {
    Sketch sketch;
    sketch.resource = "{table: " + std::string(length, 't') + "}";
    return findings_of(sketch.text());
  };
  EXPECT_THAT(with(63), testing::Not(HasSubstr("table-name")));
  EXPECT_THAT(with(64), HasSubstr("table-name"));
}

TEST(Indexes, ServeEveryDeclaredFilterAndOrder) {
  Sketch sketch;
  sketch.resource = "{unique: [[code]], indexes: [[kind, -rank]]}";
  sketch.properties =
      "        code: {type: string}\n        kind: {type: string}\n        rank: {type: integer}\n";
  sketch.parameters = R"(        - {name: code, in: query, schema: {type: string}}
        - {name: kind, in: query, schema: {type: string}}
        - {name: sort, in: query, schema: {enum: [rank, -rank, 'kind,-rank']}}
)";
  const auto plan = plan_of(sketch.text());
  EXPECT_THAT(indexes_of(plan->resources[0]),
              ElementsAre("unique code", "index kind -rank", "index kind id", "index rank id",
                          "index kind rank id", "index kind -rank -id"));
  const ListProfile& list = operation_of(*plan, "list").resource->list;
  ASSERT_EQ(list.sorts.size(), 3u);
  EXPECT_EQ(list.sorts[1].text, "-rank");
  EXPECT_THAT(list.sorts[1].keys, ElementsAre(IndexKey{3, true}, IndexKey{0, true}));
  EXPECT_THAT(list.default_sort, ElementsAre(IndexKey{0, false}));
}

TEST(Indexes, AreNamedUniquelyWithinTheIdentifierLimit) {
  Sketch sketch;
  const std::string name(40, 'c');
  sketch.resource = "{indexes: [[a_b, c], [a, b_c], [" + name + "1, " + name + "2], [" + name +
                    "1, -" + name + "2]]}";
  for (const std::string& property :
       std::vector<std::string>{"a_b", "c", "a", "b_c", name + "1", name + "2"}) {
    sketch.properties += "        " + property + ": {type: string}\n";
  }
  const auto plan = plan_of(sketch.text());
  const auto& indexes = plan->resources[0].indexes;
  ASSERT_EQ(indexes.size(), 4u);
  EXPECT_EQ(indexes[0].name, "things_a_b_c_idx");
  EXPECT_EQ(indexes[1].name, "things_a_b_c_idx_2");
  EXPECT_EQ(indexes[2].name.size(), 63u);
  EXPECT_EQ(indexes[3].name.size(), 63u);
  EXPECT_NE(indexes[2].name, indexes[3].name);
}

TEST(Indexes, AreAtMostSixtyFour) {
  const auto with = [](int count) {
    Sketch sketch;
    sketch.resource = "{indexes: [";
    for (int i = 0; i < 9; ++i) {
      sketch.properties += "        p" + std::to_string(i) + ": {type: string}\n";
    }
    int made = 0;
    for (int i = 0; i < 9; ++i) {
      for (int j = 0; j < 9; ++j) {
        if (i == j || made == std::min(count, 64)) continue;
        if (made++ > 0) sketch.resource += ", ";
        sketch.resource += "[p" + std::to_string(i) + ", p" + std::to_string(j) + "]";
      }
    }
    sketch.resource += count > 64 ? "], unique: [[p0]]}" : "]}";
    return findings_of(sketch.text());
  };
  EXPECT_THAT(with(64), testing::Not(HasSubstr("resource-limit")));
  EXPECT_THAT(with(65), HasSubstr("resource-limit"));
}

TEST(Bindings, TakeTheActionFromMethodAndPath) {
  const auto plan = plan_of(Sketch{}.text());
  const std::vector<std::pair<std::string_view, int>> wanted = {{"list", 200},   {"create", 201},
                                                                {"read", 200},   {"replace", 200},
                                                                {"update", 200}, {"delete", 204}};
  for (const auto& [id, status] : wanted) {
    const Operation& operation = operation_of(*plan, id);
    EXPECT_EQ(operation.handler, HandlerKind::kResource) << id;
    ASSERT_TRUE(operation.resource.has_value()) << id;
    EXPECT_EQ(action_text(operation.resource->action), id);
    EXPECT_EQ(operation.resource->status, status) << id;
    EXPECT_EQ(operation.resource->answers_body, id != "delete") << id;
  }
  EXPECT_EQ(operation_of(*plan, "read").resource->key_parameter, 0);
  EXPECT_EQ(operation_of(*plan, "list").resource->list.items_member, "items");
  EXPECT_EQ(operation_of(*plan, "list").resource->list.next_member, "next");
}

TEST(Bindings, FindTheResourceInEnvelopes) {
  Sketch sketch;
  sketch.item = "{type: object, properties: {thing: {$ref: '#/components/schemas/Thing'}}}";
  sketch.page = "{type: array, items: {$ref: '#/components/schemas/Thing'}}";
  const auto plan = plan_of(sketch.text());
  EXPECT_EQ(operation_of(*plan, "read").resource->response.member, "thing");
  EXPECT_EQ(operation_of(*plan, "create").resource->request.member, "thing");
  EXPECT_EQ(operation_of(*plan, "list").resource->list.items_member, "");
  EXPECT_EQ(operation_of(*plan, "list").resource->list.next_member, "");
}

TEST(Bindings, AcceptInputSchemasWithSomeOfTheProperties) {
  Sketch sketch;
  sketch.properties = "        name: {type: string}\n";
  std::string text = sketch.text();
  const std::string whole =
      "requestBody: {required: true, content: {application/json: {schema: " + sketch.item + "}}}";
  const auto replace_all = [&](const std::string& with) {
    for (size_t at; (at = text.find(whole)) != std::string::npos;) {
      text.replace(at, whole.size(),
                   "requestBody: {content: {application/json: {schema: " + with + "}}}");
    }
  };
  replace_all(
      "{type: object, properties: {thing: {type: object, properties: {name: {type: "
      "string}}}}}");
  const auto plan = plan_of(text);
  EXPECT_EQ(operation_of(*plan, "create").resource->request.member, "thing");
  EXPECT_EQ(operation_of(*plan, "update").resource->request.member, "thing");
  EXPECT_EQ(operation_of(*plan, "update").resource->response.member, "");
}

TEST(Bindings, ReadPageSizesFromTheSchema) {
  const auto list_with = [](const std::string& schema, std::string_view name = "limit") {
    Sketch sketch;
    sketch.parameters =
        "        - {name: " + std::string(name) + ", in: query, schema: " + schema + "}\n";
    return operation_of(*plan_of(sketch.text()), "list").resource->list;
  };
  const ListProfile plain = list_with("{type: integer}");
  EXPECT_EQ(plain.limit_parameter, 1);
  EXPECT_EQ(plain.limit_default, 50u);
  EXPECT_EQ(plain.limit_max, 500u);
  const ListProfile small = list_with("{type: integer, maximum: 20}", "page_size");
  EXPECT_EQ(small.limit_default, 20u);
  EXPECT_EQ(small.limit_max, 20u);
  const ListProfile large = list_with("{type: integer, maximum: 10000, default: 7}");
  EXPECT_EQ(large.limit_default, 7u);
  EXPECT_EQ(large.limit_max, 10'000u);
}

TEST(Bindings, SortByUpToFourProperties) {
  const auto with = [](const std::string& sort) {
    Sketch sketch;
    for (const char* name : {"a", "b", "c", "d", "e"}) {
      sketch.properties += "        " + std::string(name) + ": {type: string}\n";
    }
    sketch.parameters = "        - {name: sort, in: query, schema: {enum: ['" + sort + "']}}\n";
    return findings_of(sketch.text());
  };
  EXPECT_THAT(with("a,-b,c,d"), testing::Not(HasSubstr("sort-value")));
  EXPECT_THAT(with("a,-b,c,d,e"), HasSubstr("sort-value"));
}

TEST(Bindings, FilterListsByPathVariablesNamedLikeProperties) {
  Sketch sketch;
  sketch.properties = "        owner: {type: string, format: uuid}\n";
  std::string text = sketch.text();
  text.insert(text.find("components:"), R"(  /owners/{owner}/things:
    get:
      operationId: listTheirs
      x-servanda: {resource: Thing}
      parameters:
        - {name: owner, in: path, required: true, schema: {type: string, format: uuid}}
        - {name: cursor, in: query, schema: {type: string}}
      responses: {'200': {description: Yes., content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}}}
)");
  const auto plan = plan_of(text);
  const ListProfile& list = operation_of(*plan, "listTheirs").resource->list;
  ASSERT_EQ(list.filters.size(), 1u);
  EXPECT_EQ(list.filters[0].parameter, 0);
  EXPECT_EQ(plan->resources[0].properties[list.filters[0].property].name, "owner");
  EXPECT_THAT(indexes_of(plan->resources[0]), ElementsAre("index owner id"));
}

TEST(Policies, FlowFromRootToPathToOperation) {
  Sketch sketch;
  sketch.root =
      "x-servanda: {policies: {timeout: 7s, idempotency: required, precondition: "
      "required}}\n";
  sketch.path = ", timeout: 2s";
  const auto plan = plan_of(sketch.text());
  EXPECT_EQ(operation_of(*plan, "create").timeout, Duration::seconds(2));
  EXPECT_EQ(operation_of(*plan, "read").timeout, Duration::seconds(7));
  EXPECT_EQ(operation_of(*plan, "create").idempotency, IdempotencyMode::kRequired);
  EXPECT_EQ(operation_of(*plan, "update").idempotency, IdempotencyMode::kRequired);
  EXPECT_EQ(operation_of(*plan, "delete").idempotency, IdempotencyMode::kOff);
  EXPECT_EQ(operation_of(*plan, "delete").precondition, PreconditionMode::kRequired);
  EXPECT_EQ(operation_of(*plan, "read").precondition, PreconditionMode::kOff);
}

TEST(Policies, HaveDefaultsAndAreSwitchedOffByNull) {
  const auto plain = plan_of(Sketch{}.text());
  EXPECT_EQ(operation_of(*plain, "create").timeout, Duration::seconds(10));
  EXPECT_EQ(operation_of(*plain, "create").idempotency, IdempotencyMode::kOptional);
  EXPECT_EQ(operation_of(*plain, "replace").idempotency, IdempotencyMode::kOff);
  EXPECT_EQ(operation_of(*plain, "replace").precondition, PreconditionMode::kChecked);
  Sketch sketch;
  sketch.root =
      "x-servanda: {policies: {timeout: 7s, idempotency: required, precondition: "
      "required}}\n";
  sketch.operation = "      x-servanda: {timeout: null, idempotency: null, precondition: null}\n";
  const auto off = plan_of(sketch.text());
  EXPECT_EQ(operation_of(*off, "create").timeout, Duration::seconds(10));
  EXPECT_EQ(operation_of(*off, "create").idempotency, IdempotencyMode::kOff);
  EXPECT_EQ(operation_of(*off, "delete").precondition, PreconditionMode::kOff);
}

TEST(Handlers, AreMocksInDevelopmentAndMissingElsewhere) {
  Sketch sketch;
  sketch.operation = "      x-servanda: {resource: null}\n";
  const std::string text = sketch.text();
  const auto development = plan_of(text);
  EXPECT_EQ(operation_of(*development, "create").handler, HandlerKind::kMock);
  EXPECT_EQ(operation_of(*development, "create").idempotency, IdempotencyMode::kOff);
  EXPECT_FALSE(operation_of(*development, "create").resource.has_value());
  EXPECT_EQ(operation_of(*development, "read").handler, HandlerKind::kResource);
  for (const Environment environment : {Environment::kStaging, Environment::kProduction}) {
    EXPECT_EQ(operation_of(*plan_of(text, environment), "create").handler,
              HandlerKind::kUnimplemented);
  }
}

TEST(Handlers, StayMocksInProductionWhereTheContractSaysSo) {
  Sketch sketch;
  sketch.operation = "      x-servanda: {handler: mock}\n";
  const auto plan = plan_of(sketch.text(), Environment::kProduction);
  EXPECT_EQ(operation_of(*plan, "create").handler, HandlerKind::kMock);
  EXPECT_FALSE(operation_of(*plan, "create").resource.has_value());
}

TEST(Services, OwnWhatNamesThem) {
  Sketch sketch;
  sketch.root = "x-servanda: {services: {a: {title: First}, b: {}}}\n";
  sketch.resource = "{service: b}";
  const auto plan = plan_of(sketch.text());
  ASSERT_EQ(plan->services.size(), 2u);
  EXPECT_EQ(plan->services[0].title, "First");
  EXPECT_EQ(plan->resources[0].service, "b");
  EXPECT_EQ(operation_of(*plan, "read").service, "b");
}

TEST(Annotations, AreDataWithinExamples) {
  Sketch sketch;
  sketch.properties =
      "        any: {type: object, example: {x-servanda: {a: 1}}, default: {x-servanda: 1}}\n";
  EXPECT_THAT(findings_of(sketch.text()), testing::Not(HasSubstr("vocabulary")));
}

TEST(PlanJson, ShowsOperationsResourcesAndIndexes) {
  Sketch sketch;
  sketch.resource = "{unique: [[name]]}";
  sketch.properties = "        name: {type: string}\n";
  sketch.parameters = "        - {name: sort, in: query, schema: {enum: [-name]}}\n";
  const auto plan = plan_of(sketch.text());
  const std::string text = plan_json(*plan);
  const auto parsed = JsonDocument::parse(text);
  ASSERT_TRUE(parsed) << text;
  const JsonValue root = parsed->root();
  EXPECT_EQ(root.find("title").text(), "T");
  EXPECT_EQ(root.find("operations").size(), 6u);
  EXPECT_EQ(root.find("resources").size(), 1u);
  EXPECT_THAT(text,
              HasSubstr(R"("indexes":[{"name":"things_name_key","keys":["name"],"unique":true})"));
  EXPECT_THAT(text, HasSubstr(R"("sorts":["-name"],"defaultSort":["id"])"));
  EXPECT_THAT(
      text,
      HasSubstr(
          R"("operationId":"create","method":"POST","path":"/things","service":"main","handler":"resource","timeoutMs":10000,"idempotency":"optional")"));
}

}  // namespace
}  // namespace servanda
