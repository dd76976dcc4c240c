// SPDX-License-Identifier: Apache-2.0
// What the product prints and ships: the example, new contracts, routes, the vocabulary's schema.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/check/new_contract.h"
#include "contract/check/report.h"
#include "contract/check/routes_table.h"
#include "contract/check/test_contracts.h"
#include "contract/check/vocabulary_schema.h"
#include "contract/document/contract_document.h"
#include "contract/schema/schema.h"

namespace servanda {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

CompiledContract checked_shop() {
  return checked(read_source_file("examples/shop/shop.yaml"));
}

TEST(ExampleShop, ChecksWithoutAnyFinding) {
  const CompiledContract shop = checked_shop();
  EXPECT_EQ(report(ReportFormat::kText, "shop.yaml", shop.diagnostics, shop.places),
            "No findings.\n");
}

TEST(ExampleShop, ServesEverythingButTwoMocksFromTheStore) {
  const CompiledContract shop = checked_shop();
  ASSERT_NE(shop.plan, nullptr);
  EXPECT_EQ(shop.plan->operations.size(), 20u);
  size_t mocks = 0;
  for (const Operation& operation : shop.plan->operations) {
    if (operation.handler == HandlerKind::kMock) ++mocks;
  }
  EXPECT_EQ(mocks, 2u);
  EXPECT_EQ(shop.plan->resources.size(), 3u);
  expect_golden("test/golden/vocabulary/shop.routes", routes_text(*shop.plan));
}

TEST(Routes, AreListedAsJson) {
  const CompiledContract shop = checked_shop();
  ASSERT_NE(shop.plan, nullptr);
  const auto parsed = JsonDocument::parse(routes_json(*shop.plan));
  ASSERT_TRUE(parsed);
  ASSERT_EQ(parsed->root().size(), 20u);
  const JsonValue first = *parsed->root().items().begin();
  EXPECT_EQ(first.find("method").text(), "GET");
  EXPECT_EQ(first.find("path").text(), "/v1/products");
  EXPECT_EQ(first.find("operationId").text(), "listProducts");
  EXPECT_EQ(first.find("handler").text(), "resource");
  EXPECT_EQ(first.find("resource").text(), "Product");
  EXPECT_EQ(first.find("action").text(), "list");
}

TEST(NewContract, ChecksWithoutAnyFindingAndServesCrud) {
  const auto made = new_contract("my-shop-2");
  ASSERT_TRUE(made);
  EXPECT_EQ(made->file, "my-shop-2.yaml");
  const CompiledContract contract = checked(made->contract);
  EXPECT_EQ(report(ReportFormat::kText, made->file, contract.diagnostics, contract.places),
            "No findings.\n");
  ASSERT_NE(contract.plan, nullptr);
  EXPECT_EQ(contract.plan->title, "My shop 2");
  std::vector<std::string_view> actions;
  for (const Operation& operation : contract.plan->operations) {
    ASSERT_TRUE(operation.resource.has_value());
    actions.push_back(action_text(operation.resource->action));
  }
  EXPECT_THAT(actions,
              testing::ElementsAre("list", "create", "read", "replace", "update", "delete"));
  EXPECT_THAT(made->config, HasSubstr("environment: development"));
  EXPECT_EQ((made->contract + made->config).find('@'), std::string::npos);
}

TEST(NewContract, TakesNamesUpToFortyCharacters) {
  EXPECT_TRUE(new_contract(std::string(40, 'a')));
  for (const std::string& name : {std::string(41, 'a'), std::string(), std::string("9a"),
                                  std::string("A"), std::string("a/b"), std::string("a@b")}) {
    const auto made = new_contract(name);
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error().code, Code::kInvalidArgument);
  }
}

TEST(VocabularySchema, IsWhatTheDocumentationShips) {
  expect_golden("docs/x-servanda.schema.json", vocabulary_schema());
}

// Validates a whole document against the schema that editors use.
std::vector<std::string> editor_findings(const std::string& yaml) {
  MemoryFiles files;
  Documents documents(files);
  Diagnostics diagnostics;
  const Node* schema_node = documents.load_text("schema.json", vocabulary_schema(), diagnostics);
  const Node* document = documents.load_text("api.yaml", yaml, diagnostics);
  if (schema_node == nullptr || document == nullptr) {
    ADD_FAILURE() << text_of(diagnostics, documents);
    return {};
  }
  SchemaSet schemas(documents);
  const Schema schema = schemas.compile(*schema_node, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << text_of(diagnostics, documents);
  const JsonDocument value = to_json(*document);
  ValidationContext context;
  Issues issues(50);
  std::vector<std::string> pointers;
  if (schema.validate(value.root(), Direction::kNeutral, context, issues)) return pointers;
  for (const FieldError& field : issues.fields()) pointers.push_back(field.pointer);
  return pointers;
}

TEST(VocabularySchema, AcceptsTheExample) {
  EXPECT_THAT(editor_findings(read_source_file("examples/shop/shop.yaml")), IsEmpty());
}

TEST(VocabularySchema, RefusesWhatTheEngineRefuses) {
  EXPECT_THAT(editor_findings("{x-servanda: {servics: {}}}"), testing::Not(IsEmpty()));
  EXPECT_THAT(editor_findings("{x-servanda: {budget: {depth: 17}}}"), testing::Not(IsEmpty()));
  EXPECT_THAT(editor_findings("{x-servanda: {budget: {depth: 16, calls: 1000}}}"), IsEmpty());
  EXPECT_THAT(editor_findings("{x-servanda: {services: {a: {calls: [b, b]}}}}"),
              testing::Not(IsEmpty()));
  EXPECT_THAT(editor_findings("{x-servanda: {services: {a: {calls: [b, c]}}}}"), IsEmpty());
  EXPECT_THAT(editor_findings("{x-servanda: {services: {a: {calls: []}}}}"), IsEmpty());
  const auto operation = [](const std::string& value) {
    return editor_findings("{paths: {/a: {get: {x-servanda: " + value + "}}}}");
  };
  EXPECT_THAT(operation("{timeout: 5s, resource: null}"), IsEmpty());
  EXPECT_THAT(operation("{timeout: 5}"), testing::Not(IsEmpty()));
  EXPECT_THAT(operation("{idempotency: always}"), testing::Not(IsEmpty()));
  const auto property = [](const std::string& value) {
    return editor_findings("{components: {schemas: {A: {properties: {a: {x-servanda: " + value +
                           "}}}}}}");
  };
  EXPECT_THAT(property("{immutable: true, ref: B}"), IsEmpty());
  EXPECT_THAT(property("{generated: now}"), testing::Not(IsEmpty()));
}

}  // namespace
}  // namespace servanda
