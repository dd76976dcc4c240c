// SPDX-License-Identifier: Apache-2.0
// What processes ask each other for rows: what is read is what would be written.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "call/pages_text.h"
#include "call/test_plans.h"
#include "call/things_for_test.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using servanda::internal::append_pages;
  using servanda::internal::append_pages_wanted;
  using servanda::internal::read_pages;
  using servanda::internal::read_pages_wanted;
  static const auto known = servanda::test::compile_text(servanda::test::kThings);
  const servanda::Resource& thing = known->resources.front();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  servanda::Arena arena;
  servanda::JsonParser parser;
  if (const auto wanted = read_pages_wanted(text, *known, arena, parser)) {
    std::string once;
    append_pages_wanted(once, *wanted);
    const auto again = read_pages_wanted(once, *known, arena, parser);
    if (!again || again->by != wanted->by || again->values.size() != wanted->values.size()) {
      std::abort();
    }
    for (size_t i = 0; i < wanted->values.size(); ++i) {
      if (!(again->values[i] == wanted->values[i])) std::abort();
    }
  }
  for (const size_t count : {1u, 2u}) {
    const auto found = read_pages(text, thing, count, arena, parser);
    if (!found) continue;
    std::string once;
    append_pages(once, thing, *found);
    const auto again = read_pages(once, thing, count, arena, parser);
    if (!again) std::abort();
    std::string twice;
    append_pages(twice, thing, *again);
    if (once != twice) std::abort();
  }
  return 0;
}
