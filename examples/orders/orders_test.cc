// SPDX-License-Identifier: Apache-2.0
// The handlers of this example, tested with the test kit: docs/testing.md.

#include <gtest/gtest.h>
#include <servanda/test.h>

#include <string>
#include <vector>

#include "handlers.h"
#include "orders/events.h"
#include "orders/operations.h"
#include "orders/schemas.h"

namespace {

using namespace orders;

class Orders : public testing::Test {
 protected:
  static servanda::App& app() {
    static servanda::App with_handlers;
    static const bool added = (add_handlers(with_handlers), true);
    (void)added;
    return with_handlers;
  }

  // The key of a new product.
  servanda::Uuid add_product(int stock) {
    op::CreateProduct::In in;
    in.body.name = "Lamp";
    in.body.stock = stock;
    return *server.call<op::CreateProduct>(in).as<op::CreateProduct::Created201>().body.id;
  }
  static op::PlaceOrder::In order_of(servanda::Uuid product, int quantity) {
    return {.body = {.product_id = product, .quantity = quantity}};
  }

  servanda::TestServer server{app(), {.contract = ORDERS_CONTRACT}};
};

TEST_F(Orders, TakesTheItemsFromTheStock) {
  const auto product = add_product(3);
  const auto placed = server.call<op::PlaceOrder>(order_of(product, 2));
  const auto& created = placed.as<op::PlaceOrder::Created201>();
  EXPECT_EQ(created.body.status, OrderStatus::kPlaced);
  EXPECT_EQ(created.body.placed_at, server.now());
  EXPECT_EQ(created.location, "/v1/orders/" + created.body.id->text());
  EXPECT_EQ(server.row<Product>(product)->stock, 1);
  EXPECT_EQ(server.rows<Order>().size(), 1u);
  const auto events = server.events<event::OrderPlaced>();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].id, created.body.id);
  EXPECT_EQ(events[0].quantity, 2);
}

// No more than so many items in one order.
servanda::Task<op::GetOrderLimit::Out> two(servanda::Ctx&, op::GetOrderLimit::In) {
  co_return op::GetOrderLimit::Ok200{.body = {.items = 2}};
}

TEST_F(Orders, KeepsToTheLimitOfOneOrder) {
  server.fake<op::GetOrderLimit>(two);
  const auto product = add_product(9);
  server.call<op::PlaceOrder>(order_of(product, 2)).as<op::PlaceOrder::Created201>();
  const auto refused = server.call<op::PlaceOrder>(order_of(product, 3));
  ASSERT_TRUE(refused.problem);
  EXPECT_EQ(refused.problem->code, "above-limit");
  server.unfake<op::GetOrderLimit>();
  server.call<op::PlaceOrder>(order_of(product, 3)).as<op::PlaceOrder::Created201>();
}

TEST_F(Orders, SellsNothingThatIsNotThere) {
  const auto product = add_product(3);
  const auto refused = server.call<op::PlaceOrder>(order_of(product, 4));
  EXPECT_EQ(refused.status(), 409);
  ASSERT_TRUE(refused.problem);
  EXPECT_EQ(refused.problem->code, "out-of-stock");
  EXPECT_EQ(refused.problem->message, "There are only 3 left.");
  // The order that was inserted before is gone with it.
  EXPECT_TRUE(server.rows<Order>().empty());
  EXPECT_EQ(server.event_count(), 0u);
  EXPECT_EQ(server.row<Product>(product)->stock, 3);
  const auto unknown = server.call<op::PlaceOrder>(order_of({}, 1));
  EXPECT_EQ(unknown.as<op::PlaceOrder::NotFound404>().body.why, "There is no such product.");
  EXPECT_EQ(server.problems().size(), 1u);
}

TEST_F(Orders, ChecksRequestsBeforeHandlers) {
  const auto refused = server.call<op::PlaceOrder>(order_of(add_product(3), 101));
  EXPECT_EQ(refused.status(), 422);
  ASSERT_TRUE(refused.problem);
  ASSERT_EQ(refused.problem->fields.size(), 1u);
  EXPECT_EQ(refused.problem->fields[0].pointer, "/quantity");
}

TEST_F(Orders, CancelsOnce) {
  const auto product = add_product(3);
  const auto placed = server.call<op::PlaceOrder>(order_of(product, 2));
  const op::CancelOrder::In in{.id = *placed.as<op::PlaceOrder::Created201>().body.id};
  EXPECT_EQ(server.call<op::CancelOrder>(in).as<op::CancelOrder::Ok200>().body.status,
            OrderStatus::kCancelled);
  EXPECT_EQ(server.call<op::CancelOrder>(in).as<op::CancelOrder::Conflict409>().body.why,
            "It was cancelled before.");
  EXPECT_EQ(server.row<Product>(product)->stock, 3);
}

TEST_F(Orders, SellsToWhoComesFirst) {
  const auto product = add_product(5);
  const std::vector<op::PlaceOrder::In> all(8, order_of(product, 1));
  int sold = 0;
  for (const auto& reply : server.call_all<op::PlaceOrder>(all)) {
    sold += reply.is<op::PlaceOrder::Created201>() ? 1 : 0;
  }
  EXPECT_EQ(sold, 5);
  EXPECT_EQ(server.row<Product>(product)->stock, 0);
  EXPECT_EQ(server.rows<Order>().size(), 5u);
  EXPECT_EQ(server.event_count(), 5u) << "those that ran again emitted once";
}

TEST_F(Orders, CountsAThousandVisitsAtOnce) {
  const std::vector<op::CountVisit::In> all(1000, {.page = "home"});
  for (const auto& reply : server.call_all<op::CountVisit>(all)) {
    EXPECT_TRUE(reply.is<op::CountVisit::Ok200>()) << reply.answer.body;
  }
  ASSERT_TRUE(server.row<Visit>("home"));
  EXPECT_EQ(server.row<Visit>("home")->count, 1000);
}

TEST_F(Orders, TakesARetryForTheSameOrder) {
  const auto product = add_product(3);
  const servanda::TestHeaders key = {{"idempotency-key", "\"one\""}};
  const auto first = server.call<op::PlaceOrder>(order_of(product, 1), key);
  server.restart();
  server.advance(servanda::Duration::seconds(60));
  const auto again = server.call<op::PlaceOrder>(order_of(product, 1), key);
  EXPECT_EQ(again.as<op::PlaceOrder::Created201>().body.id,
            first.as<op::PlaceOrder::Created201>().body.id);
  EXPECT_EQ(server.rows<Order>().size(), 1u);
  EXPECT_EQ(server.event_count(), 1u);
}

TEST_F(Orders, KeepsRowsOverRestartAndCrash) {
  const auto product = add_product(3);
  server.call<op::PlaceOrder>(order_of(product, 1)).as<op::PlaceOrder::Created201>();
  server.restart();
  server.call<op::PlaceOrder>(order_of(product, 1)).as<op::PlaceOrder::Created201>();
  server.crash();
  EXPECT_EQ(server.rows<Order>().size(), 2u);
  EXPECT_EQ(server.event_count(), 2u);
  EXPECT_EQ(server.row<Product>(product)->stock, 1);
}

}  // namespace
