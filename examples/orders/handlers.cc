// SPDX-License-Identifier: Apache-2.0
#include "handlers.h"

#include "orders/events.h"
#include "orders/operations.h"
#include "orders/schemas.h"

namespace orders {
namespace {

using servanda::Code;
using servanda::Failure;
using servanda::Task;

// Two rows and an event, all or nothing: the stock goes down, the order is made, and others will
// hear of it. Another order of the same product meanwhile runs this again with what is left.
Task<op::PlaceOrder::Out> place_order(Ctx& c, op::PlaceOrder::In in) {
  auto product = co_await c.db().get<Product>(in.body.product_id);
  if (!product) co_return op::PlaceOrder::NotFound404{.body = {.why = "There is no such product."}};
  const op::GetOrderLimit::In asked{};
  auto limit = co_await c.call<op::GetOrderLimit>(asked);
  if (in.body.quantity > std::get<op::GetOrderLimit::Ok200>(limit.value()).body.items) {
    throw Failure(Code::kConflict, "That is more than one order may hold.", "above-limit");
  }
  Order order{.product_id = in.body.product_id, .quantity = in.body.quantity};
  order.status = OrderStatus::kPlaced;
  order = co_await c.db().insert(order);
  if (product->stock < in.body.quantity) {
    throw Failure(Code::kConflict, "There are only " + std::to_string(product->stock) + " left.",
                  "out-of-stock");
  }
  product->stock -= in.body.quantity;
  co_await c.db().update(*product);
  c.emit<event::OrderPlaced>(order);
  co_return op::PlaceOrder::Created201{.body = order, .location = "/v1/orders/" + order.id->text()};
}

Task<op::CancelOrder::Out> cancel_order(Ctx& c, op::CancelOrder::In in) {
  auto order = co_await c.db().get<Order>(in.id);
  if (!order) co_return op::CancelOrder::NotFound404{.body = {.why = "There is no such order."}};
  auto product = co_await c.db().get<Product>(order->product_id);
  if (product) {
    product->stock += order->quantity;
    co_await c.db().update(*product);
  }
  // What was written above is discarded with this answer.
  if (order->status == OrderStatus::kCancelled) {
    co_return op::CancelOrder::Conflict409{.body = {.why = "It was cancelled before."}};
  }
  order->status = OrderStatus::kCancelled;
  *order = co_await c.db().update(*order);
  co_return op::CancelOrder::Ok200{.body = *order};
}

Task<op::CountVisit::Out> count_visit(Ctx& c, op::CountVisit::In in) {
  auto visit = co_await c.db().get<Visit>(in.page);
  if (!visit) {
    visit = Visit{.page = in.page, .count = 1};
    *visit = co_await c.db().insert(*visit);
  } else {
    ++visit->count;
    *visit = co_await c.db().update(*visit);
  }
  co_return op::CountVisit::Ok200{.body = *visit};
}

}  // namespace

void add_handlers(servanda::App& app) {
  app.handle<op::PlaceOrder>(place_order);
  app.handle<op::CancelOrder>(cancel_order);
  app.handle<op::CountVisit>(count_visit);
}

}  // namespace orders
