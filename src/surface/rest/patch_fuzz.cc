// SPDX-License-Identifier: Apache-2.0
// Merge patches of a stored row: applied or refused, and the row stays readable.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "surface/rest/test_shop.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static auto* const door = new servanda::test::Door(servanda::test::shop_plan());
  static const std::string path =
      "/v1/products/" +
      servanda::test::make_product(
          *door, R"({"name":"Lamp","price":"39.90","sku":"L1","stock":3,"category":"light"})");
  const std::string patch(reinterpret_cast<const char*>(data), size);
  const servanda::test::Reply reply = door->send_json("PATCH", path, patch);
  const bool refused = reply.status == 400 || reply.status == 409 || reply.status == 422;
  if (reply.status != 200 && !refused) std::abort();
  const servanda::test::Reply row = door->get(path);
  if (row.status != 200 || !servanda::JsonDocument::parse(row.body)) std::abort();
  if (reply.status == 200 && row.body != reply.body) std::abort();
  return 0;
}
