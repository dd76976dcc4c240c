// SPDX-License-Identifier: Apache-2.0
// The products API with one read by a handler in C++ beside the built-in one.
#include "bench_products/operations.h"
#include "bench_products/schemas.h"
#include "servanda/servanda.h"

namespace op = bench_products::op;

servanda::Task<op::HandleProduct::Out> handle_product(bench_products::Ctx& c,
                                                      op::HandleProduct::In in) {
  auto product = co_await c.db().get<bench_products::Product>(in.id);
  if (!product) co_return op::HandleProduct::NotFound404{};
  co_return op::HandleProduct::Ok200{std::move(*product)};
}

int main(int argc, char** argv) {
  servanda::App app;
  app.handle<op::HandleProduct>(handle_product);
  return app.run(argc, argv);
}
