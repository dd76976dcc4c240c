// SPDX-License-Identifier: Apache-2.0
#include "contract/check/split_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "contract/check/test_contracts.h"

namespace servanda {
namespace {

using testing::HasSubstr;

constexpr std::string_view kContract = R"(
openapi: 3.1.0
info: {title: T, version: '1'}
x-servanda: {services: {orders: {calls: [catalog, mail]}, catalog: {calls: [mail]}, mail: {}}}
paths:
  /orders/{id}:
    x-servanda: {resource: Order}
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
      - {name: expand, in: query, schema: {type: array, items: {enum: [product, product.maker]}}}
    get: {operationId: getOrder, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}}
  /orders: {post: {operationId: placeOrder, x-servanda: {service: orders, handler: code}, responses: {'200': {description: ok}}}}
  /products/{id}:
    x-servanda: {resource: Product}
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: getProduct, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Product'}}}}}}
  /products/{productId}/orders:
    x-servanda: {resource: Order}
    parameters: [{name: productId, in: path, required: true, schema: {type: string}}]
    post:
      operationId: orderProduct
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
      responses: {'201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}
  /mail: {post: {operationId: sendMail, x-servanda: {service: mail, handler: code}, responses: {'200': {description: ok}}}}
components:
  schemas:
    Order:
      type: object
      required: [id]
      x-servanda: {resource: {service: orders}}
      properties: {id: {type: string}, productId: {type: string, x-servanda: {ref: Product}}}
    Product:
      type: object
      required: [id]
      x-servanda: {resource: {service: catalog}}
      properties: {id: {type: string}, makerId: {type: string, x-servanda: {ref: Maker}}}
    Maker:
      type: object
      required: [id]
      x-servanda: {resource: {service: catalog}}
      properties: {id: {type: string}}
)";

Result<std::string> report_of(std::vector<std::string> run,
                              SplitFormat format = SplitFormat::kText) {
  static const CompiledContract contract = checked(std::string(kContract));
  if (contract.plan == nullptr) return fail(Code::kInternal, "The contract does not compile.");
  return split_report(*contract.plan, run, format);
}

TEST(SplitReport, TellsWhatLeavesAndWhatArrives) {
  const auto text = report_of({"catalog"});
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(*text, R"(Here: catalog. Elsewhere: orders, mail.
Tables that other processes have, each in a data folder of its own:
  orders: orders
Calls that become remote, and may then fail with 503 or 504 as well:
  orders -> catalog (arrives from elsewhere)
    may be made by: placeOrder
    may be made to: getProduct
  catalog -> mail (leaves this process)
    may be made by: no operation
    may be made to: sendMail
Rows read over the border, which becomes a request to the other process:
  getOrder expand=product reads Product of catalog
  getOrder expand=product.maker reads Product of catalog
  orderProduct reads Product of catalog, below which it creates
References over the border, whose rows are not checked in one process either:
  Order.productId names Product of catalog
Transactions over the border: none. A unit of work reaches the resources of one service only.
)");
}

TEST(SplitReport, SaysWhereNothingCrosses) {
  const auto text = report_of({"catalog", "orders"});
  ASSERT_TRUE(text);
  EXPECT_THAT(
      *text,
      HasSubstr(
          "Rows read over the border, which becomes a request to the other process: none.\n"));
  EXPECT_THAT(*text, HasSubstr("orders -> mail (leaves this process)"));
}

TEST(SplitReport, IsJsonForScripts) {
  const auto text = report_of({"catalog"}, SplitFormat::kJson);
  ASSERT_TRUE(text);
  const auto json = JsonDocument::parse(*text);
  ASSERT_TRUE(json);
  EXPECT_EQ(json_text(json->root().find("tables")),
            R"([{"service":"orders","tables":["orders"]}])");
  EXPECT_EQ(json->root().find("remoteCalls").size(), 2u);
  EXPECT_EQ(json->root().find("rowsRead").size(), 3u);
  EXPECT_EQ(json->root().find("references").size(), 1u);
  EXPECT_EQ(json->root().find("transactions").size(), 0u);
  EXPECT_EQ(json_text(json->root().find("elsewhere")), R"(["orders","mail"])");
}

TEST(SplitReport, RefusesNamesThatLeaveNothingToTell) {
  const std::pair<std::vector<std::string>, std::string> kWrong[] = {
      {{}, "No service is named"},
      {{"orders", "catalog", "mail"}, "All services are named"},
      {{"orders", "orders"}, "named twice"},
      {{"catalogue"}, "did you mean \"catalog\"?"},
      {{"zzz"}, "it has: orders, catalog, mail."}};
  for (const auto& [run, sentence] : kWrong) {
    const auto text = report_of(run);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, Code::kInvalidArgument);
    EXPECT_THAT(text.error().message, HasSubstr(sentence));
  }
}

}  // namespace
}  // namespace servanda
