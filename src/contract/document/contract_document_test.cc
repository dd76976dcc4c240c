// SPDX-License-Identifier: Apache-2.0
#include "contract/document/contract_document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/document/test_files.h"

namespace servanda {
namespace {

using testing::HasSubstr;
using testing::Not;

// A contract from memory: its tree as JSON, and everything that was found.
struct Loaded {
  using Content = std::initializer_list<std::pair<const std::string, std::string>>;
  explicit Loaded(Content content, std::vector<std::string> overlays = {},
                  DocumentLimits limits = {}) {
    for (const auto& [path, text] : content) files.put(path, text);
    contract = load_contract(files, content.begin()->first, overlays, diagnostics, limits);
    diagnostics.sort();
    found = text_of(diagnostics, *contract.documents);
  }
  // The value at a pointer as JSON, or "".
  std::string at(std::string_view pointer) {
    Node* root = contract.documents->root_of(0);
    Diagnostics unused;
    const Node* node = contract.documents->resolve(pointer, root->place, unused);
    std::string json;
    if (node != nullptr) append_json(json, *node);
    return json;
  }

  MemoryFiles files;
  Diagnostics diagnostics;
  ContractDocument contract;
  std::string found;
};

std::string head(std::string_view version) {
  return "openapi: " + std::string(version) + "\ninfo: {title: T, version: '1'}\n";
}
// What is found in a document that begins properly.
std::string found_in(std::string rest, std::string_view version = "3.1.0") {
  return Loaded({{"a.yaml", head(version) + rest}}).found;
}

TEST(LoadContract, AcceptsADocumentOfAnyOfTheThreeParts) {
  for (const char* part : {"paths: {}", "components: {}", "webhooks: {}"}) {
    Loaded loaded({{"a.yaml", head("3.1.0") + part}});
    EXPECT_EQ(loaded.found, "");
    EXPECT_NE(loaded.contract.root, nullptr);
    EXPECT_EQ(loaded.contract.declared_version, "3.1.0");
  }
  EXPECT_EQ(found_in(""),
            "a.yaml:1:1 error form-required: The document has none of \"paths\", "
            "\"components\" and \"webhooks\".\n");
}

TEST(LoadContract, KnowsTheVersionsOfOpenApi) {
  EXPECT_EQ(found_in("paths: {}", "3.1.2"), "");
  EXPECT_EQ(found_in("paths: {}", "3.0.4"), "");
  EXPECT_EQ(found_in("paths: {}", "3.1"),
            "a.yaml:1:10 warning form-retyped: \"openapi\" must be a string; the value is read as "
            "\"3.1\".\n");
  EXPECT_THAT(found_in("paths: {}", "3.2.0"), HasSubstr("a.yaml:1:10 notice version-3.2"));
  EXPECT_THAT(found_in("paths: {}", "4.0.0"), HasSubstr("a.yaml:1:10 error version-unknown"));
  EXPECT_THAT(found_in("paths: {}", "3.10.0"), HasSubstr("a.yaml:1:10 error version-unknown"));
  EXPECT_THAT(Loaded({{"a.yaml", "swagger: '2.0'\n"}}).found, HasSubstr("Swagger 2.0"));
  EXPECT_THAT(Loaded({{"a.yaml", "info: {}\n"}}).found, HasSubstr("error version-unknown"));
  EXPECT_THAT(Loaded({{"a.yaml", "- 1\n"}}).found, HasSubstr("is not an object"));
  EXPECT_THAT(Loaded({{"a.yaml", ""}}).found, HasSubstr("is not an object"));
}

TEST(LoadContract, CallsAnyLiftedDocument31) {
  Loaded loaded({{"a.yaml", head("3.0.3") + "paths: {}"}});
  EXPECT_EQ(loaded.at("#/openapi"), "\"3.1.0\"");
  EXPECT_EQ(loaded.contract.declared_version, "3.0.3");
}

TEST(LoadContract, ReportsMissingMembers) {
  EXPECT_EQ(Loaded({{"a.yaml", "openapi: 3.1.0\npaths: {}\n"}}).found,
            "a.yaml:1:1 error form-required: The OpenAPI Object lacks \"info\".\n");
  EXPECT_EQ(Loaded({{"a.yaml", "openapi: 3.1.0\ninfo: {title: null}\npaths: {}\n"}}).found,
            "a.yaml:2:7 error form-required: The Info Object lacks \"title\".\n"
            "a.yaml:2:7 error form-required: The Info Object lacks \"version\".\n");
  EXPECT_EQ(found_in("paths:\n  /a:\n    get:\n      responses: {'200': {}}\n"),
            "a.yaml:6:26 warning form-required: The Response Object lacks \"description\".\n");
  EXPECT_EQ(found_in("paths: {}\nservers: [{}]\ntags: [{}]"),
            "a.yaml:4:11 error form-required: The Server Object lacks \"url\".\n"
            "a.yaml:5:8 error form-required: The Tag Object lacks \"name\".\n");
}

TEST(LoadContract, ReportsWrongKinds) {
  EXPECT_EQ(found_in("paths: []"),
            "a.yaml:3:8 error form-kind: \"paths\" (Paths Object) must be an object, but is a "
            "list.\n");
  EXPECT_EQ(found_in("paths: {/a: {parameters: {}, get: 1}}"),
            "a.yaml:3:26 error form-kind: \"parameters\" must be a list, but is an object.\n"
            "a.yaml:3:35 error form-kind: \"get\" (Operation Object) must be an object, but is a "
            "number.\n");
  EXPECT_EQ(found_in("paths: {}\ncomponents: {schemas: {A: 1, B: true}, headers: []}"),
            "a.yaml:4:27 error form-kind: \"A\" (Schema Object) must be an object, but is a "
            "number.\n"
            "a.yaml:4:49 error form-kind: \"headers\" must be an object that maps names to values, "
            "but is a list.\n");
  EXPECT_EQ(found_in("paths: {/a: {get: {deprecated: 'yes', responses: {}, tags: x}}}"),
            "a.yaml:3:32 error form-kind: \"deprecated\" must be true or false, but is a string.\n"
            "a.yaml:3:60 error form-kind: \"tags\" must be a list, but is a string.\n");
  EXPECT_EQ(
      found_in("paths: {}\nsecurity: [{a: x}]\ncomponents: {securitySchemes: {a: {type: no}}}"),
      "a.yaml:4:16 error form-kind: \"a\" must be a list of scopes, but is a string.\n"
      "a.yaml:5:42 error form-security: There is no security type \"no\".\n");
}

TEST(LoadContract, ReadsScalarsAsTextsWhereTextsBelong) {
  Loaded loaded({{"a.yaml", "openapi: 3.1.0\ninfo: {title: true, version: 1.10}\npaths: {}\n"}});
  EXPECT_EQ(loaded.found,
            "a.yaml:2:15 warning form-retyped: \"title\" must be a string; the value is read as "
            "\"true\".\n"
            "a.yaml:2:30 warning form-retyped: \"version\" must be a string; the value is read as "
            "\"1.10\".\n");
  EXPECT_EQ(loaded.at("#/info"), R"({"title":"true","version":"1.10"})");
}

TEST(LoadContract, LeavesOutEmptyFields) {
  Loaded loaded({{"a.yaml", head("3.1.0") + "paths:\n  /a:\n    description:\n    parameters:\n"}});
  EXPECT_EQ(loaded.found,
            "a.yaml:5:5 warning form-empty: \"description\" has no value and counts as absent.\n"
            "a.yaml:6:5 warning form-empty: \"parameters\" has no value and counts as absent.\n");
  EXPECT_EQ(loaded.at("#/paths"), R"({"/a":{}})");
}

TEST(LoadContract, WarnsOfUnknownFieldsAndNamesTheNearest) {
  Loaded loaded(
      {{"a.yaml",
        head("3.1.0") + "paths:\n  x-any: 1\n  /a:\n    get:\n      sumary: x\n      x-b: 2\n"}});
  EXPECT_EQ(loaded.found,
            "a.yaml:7:7 warning form-unknown-field: The Operation Object has no field \"sumary\"; "
            "it is ignored.\n");
  EXPECT_EQ(loaded.diagnostics.all()[0].fix, "Did you mean \"summary\"?");
  EXPECT_THAT(found_in("paths: {a: {}}"),
              HasSubstr("a.yaml:3:9 error form-path: The path \"a\" does not begin with '/'."));
  EXPECT_THAT(found_in("paths: {/a: {get: {responses: {2xx: {description: x}}}}}"),
              HasSubstr("a.yaml:3:32 warning form-unknown-field"));
  EXPECT_THAT(found_in("paths: {/a: {query: {}}}"),
              HasSubstr("has no field \"query\" before OpenAPI 3.2"));
  EXPECT_THAT(found_in("components: {schemas: {'a b': {}}}"),
              HasSubstr("a.yaml:3:24 warning form-component-name"));
}

TEST(LoadContract, ChecksParameters) {
  const auto parameter = [](const std::string& members) {
    return found_in("paths: {/a: {parameters: [{name: a, " + members + "}]}}");
  };
  EXPECT_EQ(parameter("in: query, schema: {}"), "");
  EXPECT_EQ(parameter("in: cookie, content: {a/b: {}}"), "");
  EXPECT_THAT(parameter("in: body, schema: {}"), HasSubstr("error form-parameter: A parameter"));
  EXPECT_THAT(parameter("in: query"), HasSubstr("neither \"schema\" nor \"content\""));
  EXPECT_THAT(parameter("in: query, schema: {}, content: {}"), HasSubstr("has both"));
}

TEST(LoadContract, LeavesOutWhatOnly32Knows) {
  Loaded loaded({{"a.yaml", head("3.2.0") +
                                "$self: x\npaths: {/a: {query: {}, additionalOperations: {}}}\n"}});
  EXPECT_EQ(loaded.diagnostics.all().size(), 4u);
  EXPECT_EQ(loaded.diagnostics.errors(), 0u);
  EXPECT_EQ(loaded.at("#/paths"), R"({"/a":{}})");
  EXPECT_EQ(loaded.at("#/openapi"), "\"3.1.0\"");
}

TEST(LoadContract, FindsBrokenReferencesInEveryFileItReaches) {
  Loaded loaded({{"api/a.yaml", head("3.1.0") + "paths: {/a: {$ref: 'p/item.yaml'}}\n"},
                 {"api/p/item.yaml",
                  "get:\n  responses:\n    '200': {$ref: '../r.yaml#/ok'}\n"
                  "    '404': {$ref: '../r.yaml#/gone'}\n"},
                 {"api/r.yaml",
                  "ok:\n  description: x\n"
                  "  content: {a/b: {schema: {properties: {p: {$ref: 's.yaml'}}}}}\n"}});
  EXPECT_EQ(loaded.found,
            "api/p/item.yaml:4:19 error ref-unresolved: \"../r.yaml#/gone\" names nothing: there "
            "is no \"gone\" at that point.\n"
            "api/r.yaml:3:51 error file-unreadable: There is no file \"api/s.yaml\".\n");
  EXPECT_EQ(loaded.contract.root, nullptr);
}

TEST(LoadContract, RefusesCyclesOfBareReferencesOnce) {
  Loaded loaded({{"a.yaml", head("3.1.0") +
                                "components:\n  schemas:\n    A: {$ref: '#/components/schemas/B'}\n"
                                "    B: {$ref: '#/components/schemas/C'}\n"
                                "    C: {$ref: '#/components/schemas/B'}\n"
                                "    D: {properties: {d: {$ref: '#/components/schemas/D'}}}\n"
                                "  responses: {R: {$ref: '#/components/responses/R'}}\n"}});
  EXPECT_THAT(loaded.found, HasSubstr("a.yaml:6:15 error ref-cycle"));
  EXPECT_THAT(loaded.found, HasSubstr("a.yaml:9:25 error ref-cycle"));
  EXPECT_EQ(loaded.diagnostics.errors(), 2u);
}

TEST(LoadContract, ToleratesReferencesInUnusualPlaces) {
  Loaded loaded({{"a.yaml", head("3.1.0") + "tags: [{name: a, description: {$ref: 't.yaml#/x'}}]\n"
                                            "paths:\n  /a:\n    get: {$ref: t.yaml#/op}\n"
                                            "    put: {$ref: t.yaml#/op}\n"},
                 {"t.yaml",
                  "x: text\nop: {responses: {default: {description: d, "
                  "headers: {$ref: '#/h', b: {schema: {}}}}}}\nh: {a: {schema: {}}, b: {}}\n"}});
  EXPECT_EQ(loaded.diagnostics.errors(), 0u);
  EXPECT_THAT(loaded.found, HasSubstr("a.yaml:3:38 notice ref-text"));
  EXPECT_THAT(loaded.found, HasSubstr("a.yaml:6:17 notice ref-operation"));
  EXPECT_THAT(loaded.found, HasSubstr("2 such places in this file."));
  EXPECT_THAT(loaded.found, HasSubstr("t.yaml:2:60 notice ref-map"));
  EXPECT_EQ(loaded.at("#/tags/0/description"), "\"text\"");
  EXPECT_EQ(loaded.at("t.yaml#/op/responses/default/headers"),
            R"({"b":{"schema":{}},"a":{"schema":{}}})");
}

TEST(LoadContract, RefusesMapsThatContainThemselvesByReference) {
  EXPECT_THAT(found_in("components: {schemas: {A: {properties: {$ref: '#/components/schemas/A/"
                       "properties'}}}}"),
              HasSubstr("error ref-cycle"));
  EXPECT_THAT(found_in("components: {schemas: {A: {properties: {a: {properties: {$ref: "
                       "'#/components/schemas/A/properties'}}}}}}"),
              HasSubstr("error ref-cycle"));
}

std::string lifted(std::string schema, std::string_view version = "3.0.3") {
  Loaded loaded({{"a.yaml", head(version) + "components: {schemas: {A: " + schema + ", Z: {}}}"}});
  EXPECT_EQ(loaded.diagnostics.errors(), 0u) << loaded.found;
  return loaded.at("#/components/schemas/A");
}

TEST(Lift, TurnsNullableIntoATypeList) {
  EXPECT_EQ(lifted("{type: string, nullable: true}"), R"({"type":["string","null"]})");
  EXPECT_EQ(lifted("{type: string, nullable: false}"), R"({"type":"string"})");
  EXPECT_EQ(lifted("{nullable: true, enum: [a]}"), R"({"enum":["a"]})");
  EXPECT_EQ(lifted("{type: array, items: {type: integer, nullable: true}}"),
            R"({"type":"array","items":{"type":["integer","null"]}})");
}

TEST(Lift, TurnsBooleanBoundsIntoNumbers) {
  EXPECT_EQ(lifted("{minimum: 1, exclusiveMinimum: true, maximum: 2.5, exclusiveMaximum: false}"),
            R"({"exclusiveMinimum":1,"maximum":2.5})");
  EXPECT_EQ(lifted("{exclusiveMaximum: true}"), "{}");
  EXPECT_EQ(lifted("{maximum: 9223372036854775807, exclusiveMaximum: true}"),
            R"({"exclusiveMaximum":9223372036854775807})");
}

TEST(Lift, TurnsExampleIntoExamples) {
  EXPECT_EQ(lifted("{example: {a: 1}}"), R"({"examples":[{"a":1}]})");
  EXPECT_EQ(lifted("{example: null}"), R"({"examples":[null]})");
}

TEST(Lift, TurnsByteAndBinaryIntoContentKeywords) {
  EXPECT_EQ(lifted("{type: string, format: byte}"),
            R"({"type":"string","contentEncoding":"base64"})");
  EXPECT_EQ(lifted("{type: string, format: binary}"),
            R"({"contentMediaType":"application/octet-stream"})");
  EXPECT_EQ(lifted("{type: string, format: byte, nullable: true}"),
            R"({"type":["string","null"],"contentEncoding":"base64"})");
}

TEST(Lift, DropsWhatStandsBesideAReference) {
  EXPECT_EQ(lifted("{$ref: '#/components/schemas/Z', nullable: true, description: d, x-y: 1}"),
            R"({"$ref":"#/components/schemas/Z","description":"d","x-y":1})");
}

TEST(Lift, ChangesOnlySchemas) {
  Loaded loaded(
      {{"a.yaml", head("3.0.0") + "paths: {/a: {parameters: [{name: a, in: query, example: 1, "
                                  "schema: {example: {nullable: true}, properties: {nullable: "
                                  "{type: boolean, nullable: true}}}}]}}"}});
  EXPECT_EQ(loaded.found, "");
  EXPECT_EQ(loaded.at("#/paths/~1a/parameters/0"),
            R"({"name":"a","in":"query","example":1,"schema":{"properties":{"nullable":)"
            R"({"type":["boolean","null"]}},"examples":[{"nullable":true}]}})");
}

TEST(Lift, ReachesReferencedFilesUnlessTheySay31) {
  Loaded loaded(
      {{"a.yaml", head("3.0.0") + "components: {schemas: {A: {$ref: b.yaml#/s}, B: {$ref: "
                                  "c.yaml#/components/schemas/C}}}"},
       {"b.yaml", "s: {type: string, nullable: true}\n"},
       {"c.yaml", "openapi: 3.1.0\ncomponents: {schemas: {C: {example: 1}}}\n"}});
  EXPECT_EQ(loaded.found, "");
  EXPECT_EQ(loaded.at("b.yaml#/s"), R"({"type":["string","null"]})");
  EXPECT_EQ(loaded.at("c.yaml#/components/schemas/C"), R"({"example":1})");
}

TEST(Lift, LeavesDocumentsOf31Alone) {
  EXPECT_EQ(lifted("{type: string, nullable: true, example: 1}", "3.1.0"),
            R"({"type":"string","nullable":true,"example":1})");
}

}  // namespace
}  // namespace servanda
