// SPDX-License-Identifier: Apache-2.0
// compile_plan(): operations, paths, parameters, bodies, responses, security.

#include "contract/plan/plan.h"

#include <gtest/gtest.h>

#include <string>

#include "contract/plan/compile_state.h"
#include "contract/plan/test_plan.h"

namespace servanda {
namespace {

constexpr std::string_view kHead = "openapi: 3.1.0\ninfo: {title: Shop, version: 1.2.3}\n";
constexpr std::string_view kOk = "responses: {'200': {description: ok}}";

std::string contract(std::string_view rest) {
  return std::string(kHead) + std::string(rest);
}

// A contract of GET operations, one for each path.
std::string paths(std::initializer_list<std::string_view> keys) {
  std::string text = contract("paths:\n");
  int n = 0;
  for (std::string_view key : keys) {
    text += "  '" + std::string(key) + "':\n    get: {operationId: op" + std::to_string(n++) +
            ", " + std::string(kOk) + "}\n";
  }
  return text;
}

TEST(Plan, HoldsOperationsInDocumentOrder) {
  PlanText text(
      contract("paths:\n"
               "  /b:\n"
               "    post: {operationId: second, summary: S, tags: [t], deprecated: true, "
               "responses: {'201': {description: ok}}}\n"
               "    get: {operationId: first, responses: {'200': {description: ok}}}\n"
               "  /a:\n"
               "    x-note: ignored\n"
               "    delete: {operationId: third, responses: {'204': {description: ok}}}\n"));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  const Plan& plan = *text.plan();
  EXPECT_EQ(plan.title, "Shop");
  EXPECT_EQ(plan.version, "1.2.3");
  EXPECT_EQ(plan.hash.size(), 64u);
  ASSERT_EQ(plan.operations.size(), 3u);
  EXPECT_EQ(plan.operations[0].id, "second");
  EXPECT_EQ(plan.operations[0].summary, "S");
  EXPECT_EQ(plan.operations[0].tags, std::vector<std::string>{"t"});
  EXPECT_TRUE(plan.operations[0].deprecated);
  EXPECT_EQ(plan.operations[0].success_status(), 201);
  EXPECT_EQ(plan.operations[2].method, Method::kDelete);
  EXPECT_EQ(plan.routes.match(Method::kGet, "/b").operation, &plan.operations[1]);
}

TEST(Plan, IsNamedByItsMeaning) {
  auto hash = [](std::string_view text) { return PlanText(std::string(text)).plan()->hash; };
  std::string flow = paths({"/a"});
  std::string same = flow + "\n# a comment\n";
  EXPECT_EQ(hash(flow), hash(same));
  EXPECT_NE(hash(flow), hash(paths({"/b"})));
}

TEST(Plan, MayHaveNoOperations) {
  PlanText webhooks(
      contract("webhooks:\n  w:\n    post: {responses: {'200': {description: ok}}}\n"));
  ASSERT_NE(webhooks.plan(), nullptr) << webhooks.findings();
  EXPECT_TRUE(webhooks.plan()->operations.empty());
  PlanText empty(contract("paths: {}\n"));
  ASSERT_NE(empty.plan(), nullptr) << empty.findings();
}

TEST(Plan, IsAbsentAfterErrorsWithEveryFinding) {
  PlanText text(paths({"/{a}{b}", "/x?y=z", "/ok"}));
  EXPECT_EQ(text.plan(), nullptr);
  EXPECT_TRUE(text.has("path-adjacent-variables")) << text.findings();
  EXPECT_TRUE(text.has("path-query")) << text.findings();
  ASSERT_EQ(text.compiled.places.size(), text.compiled.diagnostics.all().size());
  EXPECT_EQ(text.compiled.places[0].text(), "api.yaml:4:3");
  EXPECT_EQ(text.compiled.places[0].source_line, "  '/{a}{b}':");
}

TEST(Plan, ReportsAContractThatIsNotThere) {
  PlanText text{MemoryFiles()};
  EXPECT_EQ(text.plan(), nullptr);
  EXPECT_TRUE(text.compiled.diagnostics.has_errors());
  EXPECT_EQ(text.compiled.places.size(), text.compiled.diagnostics.all().size());
}

TEST(Plan, OutlivesItsDocuments) {
  MemoryFiles files({{"api.yaml", one_operation("/x/{id}",
                                                "[{name: id, in: path, required: true,"
                                                " schema: {type: integer, minimum: 1}}]")}});
  LoadOptions options;
  CompiledContract compiled = compile_contract(files, "api.yaml", {}, options);
  ASSERT_NE(compiled.plan, nullptr);
  EXPECT_EQ(compiled.contract.documents, nullptr);
  ValidationContext context;
  auto zero = JsonDocument::parse("0");
  const Parameter& id = compiled.plan->operations[0].parameters[0];
  EXPECT_FALSE(id.schema.accepts(zero->root(), Direction::kRequest, context));
  EXPECT_FALSE(compiled.plan->published.json.empty());
}

TEST(OperationIds, AreMadeWhereMissing) {
  PlanText text(
      contract("paths:\n  /v1/a-b/{id}:\n"
               "    parameters: [{name: id, in: path, required: true, schema: {}}]\n"
               "    get: {responses: {'200': {description: ok}}}\n"
               "    put: {operationId: get_v1_a_b_id, responses: {'200': {description: "
               "ok}}}\n"));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  EXPECT_EQ(text.plan()->operations[0].id, "get_v1_a_b_id_2");
  EXPECT_TRUE(text.has("operation-id-missing"));
}

TEST(OperationIds, AreUnique) {
  PlanText text(
      contract("paths:\n  /a:\n"
               "    get: {operationId: x, responses: {'200': {description: ok}}}\n"
               "    put: {operationId: x, responses: {'200': {description: ok}}}\n"));
  EXPECT_EQ(text.plan(), nullptr);
  ASSERT_TRUE(text.has("operation-id-duplicate"));
  EXPECT_NE(text.find("operation-id-duplicate")->message.find("api.yaml:5:"), std::string::npos)
      << text.findings();
}

TEST(Paths, AreRefusedWhenTwoDifferOnlyInVariableNames) {
  PlanText text(contract(
      "paths:\n"
      "  /a/{x}: {get: {operationId: a, parameters: [{name: x, in: path, required: true, schema: "
      "{}}], responses: {'200': {description: ok}}}}\n"
      "  /a/{y}: {put: {operationId: b, parameters: [{name: y, in: path, required: true, schema: "
      "{}}], responses: {'200': {description: ok}}}}\n"));
  EXPECT_EQ(text.plan(), nullptr);
  ASSERT_TRUE(text.has("path-duplicate")) << text.findings();
  EXPECT_NE(text.find("path-duplicate")->message.find("api.yaml:4:"), std::string::npos);
}

TEST(Paths, AreReportedWhenTheyCompete) {
  PlanText text(contract(
      "paths:\n"
      "  /{a}/me: {get: {operationId: a, parameters: [{name: a, in: path, required: true, schema: "
      "{}}], responses: {'200': {description: ok}}}}\n"
      "  /books/{b}: {get: {operationId: b, parameters: [{name: b, in: path, required: true, "
      "schema: {}}], responses: {'200': {description: ok}}}}\n"));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  ASSERT_TRUE(text.has("path-ambiguous"));
  EXPECT_NE(text.find("path-ambiguous")->message.find("/books/me"), std::string::npos);
}

TEST(Paths, WarnOfWhatRequestsCannotHold) {
  PlanText fragment(paths({"/a#b"}));
  ASSERT_NE(fragment.plan(), nullptr) << fragment.findings();
  EXPECT_TRUE(fragment.has("path-fragment"));
  EXPECT_NE(fragment.plan()->routes.match(Method::kGet, "/a%23b").operation, nullptr);
  PlanText odd(paths({"/<a>"}));
  ASSERT_NE(odd.plan(), nullptr) << odd.findings();
  EXPECT_TRUE(odd.has("path-character"));
  PlanText doubled(paths({"/a//b"}));
  ASSERT_NE(doubled.plan(), nullptr) << doubled.findings();
  EXPECT_TRUE(doubled.has("path-empty-segment"));
}

TEST(Servers, GiveTheBasePath) {
  auto first_path = [](std::string_view servers) {
    PlanText text(std::string(kHead) + "servers: " + std::string(servers) +
                  "\npaths:\n  /a: {get: {operationId: x, responses: {'200': {description: "
                  "ok}}}}\n");
    return text.plan() == nullptr ? text.findings() : text.plan()->operations[0].path;
  };
  EXPECT_EQ(first_path("[]"), "/a");
  EXPECT_EQ(first_path("[{url: 'https://api.example.com/v1'}]"), "/v1/a");
  EXPECT_EQ(first_path("[{url: 'https://api.example.com/v1/'}]"), "/v1/a");
  EXPECT_EQ(first_path("[{url: 'https://api.example.com'}]"), "/a");
  EXPECT_EQ(first_path("[{url: '//api.example.com/v2'}]"), "/v2/a");
  EXPECT_EQ(first_path("[{url: /v3}]"), "/v3/a");
  EXPECT_EQ(first_path("[{url: ./v3}]"), "/v3/a");
  EXPECT_EQ(first_path("[{url: /}]"), "/a");
  EXPECT_EQ(first_path("[{url: 'https://{host}/{base}', variables: {host: {default: h}, base: "
                       "{default: v4}}}]"),
            "/v4/a");
  EXPECT_NE(first_path("[{url: '/{base}'}]").find("server-variable"), std::string::npos);
  EXPECT_NE(first_path("[{url: '/{base'}]").find("server-url"), std::string::npos);
  EXPECT_NE(first_path("[{url: '/../x'}]").find("server-url"), std::string::npos);
}

TEST(Servers, AreOverriddenByPathsAndOperations) {
  PlanText text(contract(
      "servers: [{url: /v1}, {url: /other}]\n"
      "paths:\n"
      "  /a:\n"
      "    servers: [{url: /v2}]\n"
      "    get: {operationId: x, responses: {'200': {description: ok}}}\n"
      "    put: {operationId: y, servers: [{url: 'https://h'}], responses: {'200': {description: "
      "ok}}}\n"));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  EXPECT_EQ(text.plan()->operations[0].path, "/v2/a");
  EXPECT_EQ(text.plan()->operations[1].path, "/a");
  EXPECT_TRUE(text.has("server-base-path"));
}

TEST(Parameters, MergeThoseOfThePathItemWithTheOperationsOwn) {
  PlanText text(
      contract("paths:\n"
               "  /{b}/{a}:\n"
               "    parameters:\n"
               "      - {name: q, in: query, schema: {type: string}}\n"
               "      - {name: a, in: path, required: true, schema: {type: integer}}\n"
               "      - {$ref: '#/components/parameters/B'}\n"
               "    get:\n"
               "      operationId: x\n"
               "      parameters:\n"
               "        - {name: q, in: query, required: true, schema: {type: integer}}\n"
               "        - {name: q, in: header, schema: {type: string}}\n"
               "      responses: {'200': {description: ok}}\n"
               "components: {parameters: {B: {name: b, in: path, required: true, schema: {type: "
               "string}}}}\n"));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  const auto& parameters = text.plan()->operations[0].parameters;
  ASSERT_EQ(parameters.size(), 4u);
  EXPECT_EQ(parameters[0].name, "b");
  EXPECT_EQ(parameters[1].name, "a");
  EXPECT_EQ(parameters[2].name, "q");
  EXPECT_TRUE(parameters[2].required);
  EXPECT_EQ(parameters[3].in, ParameterIn::kHeader);
}

// The rule that one parameter list sets off on GET /x/{id}.
std::string rules(std::string_view parameters) {
  PlanText text(one_operation("/x/{id}", parameters));
  std::string out;
  for (const Diagnostic& one : text.compiled.diagnostics.all()) {
    out += (out.empty() ? "" : " ") + std::string(one.rule);
  }
  return out;
}

constexpr std::string_view kId = "{name: id, in: path, required: true, schema: {type: string}}";

std::string with_id(std::string_view other) {
  return "[" + std::string(kId) + ", " + std::string(other) + "]";
}

TEST(Parameters, MustAgreeWithThePath) {
  EXPECT_EQ(rules("[" + std::string(kId) + "]"), "");
  EXPECT_EQ(rules("[]"), "path-parameter-undeclared");
  EXPECT_EQ(rules(with_id("{name: other, in: path, required: true, schema: {}}")),
            "path-parameter-unused");
  EXPECT_EQ(rules("[{name: id, in: path, schema: {}}]"), "path-parameter-optional");
}

TEST(Parameters, AreRefusedWhenMalformed) {
  EXPECT_EQ(rules(with_id("{name: '', in: query, schema: {}}")), "parameter-name");
  EXPECT_EQ(rules(with_id("{name: a, in: query, schema: {}}, {name: a, in: query, schema: {}}")),
            "parameter-duplicate");
  EXPECT_EQ(rules(with_id("{name: A, in: header, schema: {}}, {name: a, in: header, schema: {}}")),
            "parameter-duplicate");
  EXPECT_EQ(rules(with_id("{name: a, in: query, style: matrix, schema: {}}")), "parameter-style");
  EXPECT_EQ(rules(with_id("{name: a, in: query, style: deepObject, schema: {type: string}}")),
            "parameter-style");
  EXPECT_EQ(rules(with_id("{name: a, in: query, content: {application/json: {}, text/plain: {}}}")),
            "parameter-content");
}

TEST(Parameters, AreNoticedWhenOdd) {
  EXPECT_EQ(rules(with_id("{name: accept, in: header, schema: {type: string}}")),
            "parameter-header-ignored");
  EXPECT_EQ(rules(with_id("{name: a, in: query, style: deepObject, explode: false, schema: {type: "
                          "object}}")),
            "parameter-explode");
  EXPECT_EQ(rules(with_id("{name: a, in: query, style: pipeDelimited, schema: {type: string}}")),
            "parameter-style-scalar");
  EXPECT_EQ(rules(with_id("{name: a, in: query, content: {application/xml: {}}}")),
            "parameter-content-opaque");
  EXPECT_EQ(rules(with_id("{name: a, in: query, schema: {type: integer, default: x}}")),
            "parameter-default");
}

TEST(Parameters, AreBounded) {
  auto list = [](int count) {
    std::string text = std::string(kId);
    for (int i = 1; i < count; ++i) {
      text += ", {name: q" + std::to_string(i) + ", in: query, schema: {}}";
    }
    return "[" + text + "]";
  };
  EXPECT_EQ(rules(list(500)), "");
  EXPECT_EQ(rules(list(501)), "parameter-limit");
}

TEST(Parameters, BoundTheSchemasThatTextIsReadBy) {
  auto object_of = [](size_t members) {
    std::string text =
        "[{name: o, in: query, style: deepObject, schema: {type: object, properties: {";
    for (size_t i = 0; i < members; ++i) text += "m" + std::to_string(i) + ": {type: integer}, ";
    return one_operation("/x", text + "}}}]");
  };
  PlanText below(object_of(internal::kShapeStepsMax - 2));
  ASSERT_NE(below.plan(), nullptr) << below.findings();
  EXPECT_FALSE(below.has("parameter-limit"));
  EXPECT_EQ(below.plan()->operations[0].parameters[0].shape.members.size(),
            internal::kShapeStepsMax - 2);
  PlanText above(object_of(internal::kShapeStepsMax));
  ASSERT_NE(above.plan(), nullptr) << above.findings();
  EXPECT_TRUE(above.has("parameter-limit"));
  EXPECT_EQ(above.plan()->operations[0].parameters[0].shape.members.size(),
            internal::kShapeStepsMax - 1);
}

TEST(Parameters, TakeDefaultsThatTheirSchemaAccepts) {
  PlanText text(one_operation("/x",
                              "[{name: a, in: query, schema: {type: integer, default: 5}},"
                              " {name: b, in: query, schema: {type: integer, default: x}},"
                              " {name: c, in: query, required: true, schema: {default: 1}}]"));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  const auto& parameters = text.plan()->operations[0].parameters;
  ASSERT_TRUE(parameters[0].default_value);
  EXPECT_EQ(parameters[0].default_value->root().integer(), 5);
  EXPECT_FALSE(parameters[1].default_value);
  EXPECT_FALSE(parameters[2].default_value);
}

TEST(Bodies, HaveMediaTypesByKind) {
  PlanText text(contract(
      "paths:\n  /x:\n    post:\n      operationId: x\n      requestBody:\n        required: true\n"
      "        content:\n"
      "          application/json; charset=utf-8: {schema: {type: object}}\n"
      "          application/vnd.api+json: {schema: {type: object}}\n"
      "          application/x-www-form-urlencoded: {schema: {type: object, properties: {a: {type: "
      "integer}}}}\n"
      "          multipart/form-data: {schema: {type: object}, encoding: {a: {contentType: "
      "'image/png, image/gif'}}}\n"
      "          text/plain: {schema: {type: string}}\n"
      "          application/octet-stream: {}\n"
      "          application/xml: {schema: {type: object}}\n"
      "          '*/*': {schema: {type: object}}\n"
      "          nonsense: {}\n"
      "      responses: {'200': {description: ok}}\n"));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  const RequestBody& body = *text.plan()->operations[0].body;
  EXPECT_TRUE(body.required);
  std::vector<MediaKind> kinds;
  for (const MediaType& media : body.content) kinds.push_back(media.kind);
  EXPECT_EQ(kinds,
            (std::vector<MediaKind>{MediaKind::kJson, MediaKind::kJson, MediaKind::kForm,
                                    MediaKind::kMultipart, MediaKind::kText, MediaKind::kOctets,
                                    MediaKind::kOctets, MediaKind::kJson}));
  EXPECT_EQ(body.content[0].range, "application/json; charset=utf-8");
  EXPECT_EQ(body.content[2].shape.members[0].shape.types.bits, TypeMask::kInteger);
  EXPECT_FALSE(body.content[6].schema.exists());
  EXPECT_EQ(body.content[3].encodings[0].content_types,
            (std::vector<std::string>{"image/png", "image/gif"}));
  EXPECT_TRUE(text.has("media-type"));
  EXPECT_TRUE(text.has("media-xml-opaque"));
  EXPECT_TRUE(text.has("encoding-property"));
}

TEST(Responses, AreOrderedFromExactToDefault) {
  PlanText text(
      contract("paths:\n  /x:\n    get:\n      operationId: x\n      responses:\n"
               "        default: {description: other}\n"
               "        4XX: {description: wrong}\n"
               "        x-note: {}\n"
               "        404: {$ref: '#/components/responses/Missing'}\n"
               "        '200':\n"
               "          description: ok\n"
               "          headers:\n"
               "            Content-Type: {schema: {type: string}}\n"
               "            X-Total: {required: true, schema: {type: integer}, example: 7}\n"
               "          content:\n"
               "            application/json:\n"
               "              schema: {type: object}\n"
               "              examples:\n"
               "                one: {value: {a: 1}}\n"
               "                two: {$ref: '#/components/examples/Two'}\n"
               "                far: {externalValue: 'https://example.com/x.json'}\n"
               "            text/plain: {example: plain}\n"
               "components:\n"
               "  responses: {Missing: {description: gone}}\n"
               "  examples: {Two: {value: [2]}}\n"));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  const Operation& operation = text.plan()->operations[0];
  ASSERT_EQ(operation.responses.size(), 4u);
  EXPECT_EQ(operation.responses[0].first_status, 404);
  EXPECT_EQ(operation.responses[1].first_status, 200);
  EXPECT_EQ(operation.responses[2].last_status, 499);
  EXPECT_TRUE(operation.responses[3].is_default());
  const Response& ok = operation.responses[1];
  ASSERT_EQ(ok.headers.size(), 1u);
  EXPECT_TRUE(ok.headers[0].required);
  EXPECT_EQ(ok.headers[0].example, "7");
  ASSERT_EQ(ok.content[0].examples.size(), 2u);
  EXPECT_EQ(ok.content[0].examples[0].body, "{\"a\":1}");
  EXPECT_EQ(ok.content[0].examples[1].name, "two");
  EXPECT_EQ(ok.content[0].examples[1].body, "[2]");
  EXPECT_EQ(ok.content[1].examples[0].body, "plain");
  EXPECT_TRUE(text.has("example-external"));
}

TEST(Responses, AreRefusedWithoutAStatus) {
  PlanText text(
      contract("paths:\n  /x:\n    get:\n      operationId: x\n      responses:\n"
               "        '600': {description: a}\n        20X: {description: b}\n"
               "        ok: {description: c}\n"));
  EXPECT_EQ(text.plan(), nullptr);
  size_t found = 0;
  for (const Diagnostic& one : text.compiled.diagnostics.all()) {
    found += one.rule == "response-status" ? 1 : 0;
  }
  EXPECT_EQ(found, 3u) << text.findings();
}

TEST(Responses, DecideTheStatusOfInvalidBodies) {
  auto status = [](std::string_view codes) {
    PlanText text(contract("paths:\n  /x:\n    get:\n      operationId: x\n      responses: {" +
                           std::string(codes) + "}\n"));
    return text.plan() == nullptr ? 0 : text.plan()->operations[0].invalid_body_status;
  };
  EXPECT_EQ(status("'200': {description: ok}"), 422);
  EXPECT_EQ(status("'200': {description: ok}, '400': {description: bad}"), 400);
  EXPECT_EQ(status("'200': {description: ok}, '400': {description: a}, '422': {description: b}"),
            422);
}

TEST(Security, InheritsTheRootsList) {
  PlanText text(contract(
      "security: [{key: []}]\n"
      "paths:\n  /x:\n"
      "    get: {operationId: a, responses: {'200': {description: ok}}}\n"
      "    put: {operationId: b, security: [], responses: {'200': {description: ok}}}\n"
      "    post: {operationId: c, security: [{token: [read], key: []}, {}], responses: {'200': "
      "{description: ok}}}\n"
      "components:\n  securitySchemes:\n"
      "    key: {type: apiKey, in: header, name: X-Key}\n"
      "    token: {type: http, scheme: Bearer}\n"
      "    cert: {type: mutualTLS}\n"
      "    oauth: {type: oauth2, flows: {}}\n"
      "    oidc: {type: openIdConnect, openIdConnectUrl: 'https://e.com/x'}\n"));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  const Plan& plan = *text.plan();
  ASSERT_EQ(plan.security_schemes.size(), 5u);
  EXPECT_EQ(plan.security_schemes[0].parameter, "X-Key");
  EXPECT_EQ(plan.security_schemes[1].http_scheme, "bearer");
  ASSERT_EQ(plan.operations[0].security.size(), 1u);
  EXPECT_EQ(plan.operations[0].security[0].schemes, (std::vector<RequiredScheme>{{0, {}}}));
  EXPECT_TRUE(plan.operations[1].security.empty());
  ASSERT_EQ(plan.operations[2].security.size(), 2u);
  EXPECT_EQ(plan.operations[2].security[0].schemes,
            (std::vector<RequiredScheme>{{1, {"read"}}, {0, {}}}));
  EXPECT_TRUE(plan.operations[2].security[1].schemes.empty());
}

TEST(Security, RefusesSchemesThatAreNotDeclared) {
  PlanText text(
      contract("security: [{kee: []}]\n"
               "paths:\n  /x:\n"
               "    get: {operationId: a, responses: {'200': {description: ok}}}\n"
               "    put: {operationId: b, responses: {'200': {description: ok}}}\n"
               "components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}\n"));
  EXPECT_EQ(text.plan(), nullptr);
  ASSERT_TRUE(text.has("security-undefined"));
  EXPECT_EQ(text.find("security-undefined")->fix, "Did you mean \"key\"?");
  EXPECT_EQ(text.compiled.diagnostics.errors(), 1u) << text.findings();
}

TEST(Security, ChecksSchemes) {
  auto has = [](std::string_view scheme, std::string_view rule) {
    PlanText text(
        contract("paths: {}\ncomponents: {securitySchemes: {s: " + std::string(scheme) + "}}\n"));
    return text.has(rule);
  };
  EXPECT_TRUE(has("{type: apiKey, in: path, name: x}", "security-scheme"));
  EXPECT_TRUE(has("{type: apiKey, in: query, name: ''}", "security-scheme"));
  EXPECT_TRUE(has("{type: http, scheme: hoba}", "security-scheme-unknown"));
  EXPECT_FALSE(has("{type: http, scheme: basic}", "security-scheme-unknown"));
}

TEST(References, AreFollowedThroughPathItemsAndOperations) {
  MemoryFiles files({
      {"api.yaml", contract("paths:\n  /a: {$ref: 'items/a.yaml'}\n"
                            "  /b:\n    get: {$ref: 'items/b.yaml#/get'}\n"
                            "  /c:\n    $ref: 'items/a.yaml#/x-other'\n    get: {}\n")},
      {"items/a.yaml",
       "get:\n  operationId: a\n  parameters: [{$ref: '../shared.yaml#/P'}]\n"
       "  responses: {'200': {description: ok}}\n"
       "x-other:\n  put: {operationId: c, responses: {'200': {description: ok}}}\n"},
      {"items/b.yaml", "get: {operationId: b, responses: {'200': {description: ok}}}\n"},
      {"shared.yaml", "P: {name: p, in: query, schema: {type: integer}}\n"},
  });
  PlanText text(std::move(files));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  ASSERT_EQ(text.plan()->operations.size(), 3u);
  EXPECT_EQ(text.plan()->operations[0].parameters[0].name, "p");
  EXPECT_EQ(text.plan()->operations[1].id, "b");
  EXPECT_EQ(text.plan()->operations[2].id, "c");
  EXPECT_TRUE(text.has("path-ref-sibling"));
}

TEST(Methods, WarnOfTrace) {
  PlanText text(
      contract("paths:\n  /x:\n    trace: {operationId: a, responses: {'200': "
               "{description: ok}}}\n"));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  EXPECT_TRUE(text.has("method-trace"));
}

}  // namespace
}  // namespace servanda
