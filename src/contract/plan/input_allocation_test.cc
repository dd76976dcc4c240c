// SPDX-License-Identifier: Apache-2.0
// Reading simple scalar parameters takes nothing from the heap once memory is warm.

#if defined(__SANITIZE_ADDRESS__)

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "contract/plan/input.h"
#include "contract/plan/test_plan.h"

// The sanitizer's own function; g++ comes without the header that declares it.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*, size_t),
                                                         void (*)(const volatile void*));

namespace servanda {
namespace {

// The sanitizer's hooks take no context, so the count has to stand here.
constinit thread_local size_t allocations = 0;
void on_allocation(const volatile void*, size_t) {
  ++allocations;
}
void on_free(const volatile void*) {}

TEST(ScalarParameters, TakeNothingFromTheHeapOnceWarm) {
  PlanText text(one_operation(
      "/x/{id}/{n}",
      "[{name: id, in: path, required: true, schema: {type: string, format: uuid}},"
      " {name: n, in: path, required: true, schema: {type: integer, minimum: 1}},"
      " {name: q, in: query, schema: {type: string, maxLength: 20, pattern: '^[a-z ]+$'}},"
      " {name: limit, in: query, schema: {type: integer, default: 50, maximum: 500}},"
      " {name: sort, in: query, schema: {enum: [name, -price]}},"
      " {name: X-Flag, in: header, schema: {type: boolean}},"
      " {name: c, in: cookie, schema: {type: number}}]"));
  ASSERT_NE(text.plan(), nullptr) << text.findings();
  RouteMatch match = text.plan()->routes.match(
      Method::kGet, "/x/0190163d-8694-739b-aea5-966c26f8ad91/12345678901234567890");
  ASSERT_NE(match.operation, nullptr);
  std::vector<HeaderField> fields = {{"host", "x"}, {"x-flag", "true"}};
  RawInput raw{&match.path_values, "q=red+lamp&sort=-price", fields, "a=b; c=1.5e3"};
  Arena arena;
  ValidationContext context;
  ParameterValues values;
  Issues issues;
  auto read = [&] {
    arena.reset();
    read_parameters(*match.operation, raw, arena, context, values, issues);
  };
  read();
  ASSERT_TRUE(issues.empty()) << issues.fields()[0].detail;
  read();
  ASSERT_NE(__sanitizer_install_malloc_and_free_hooks(on_allocation, on_free), 0);
  allocations = 0;
  for (int i = 0; i < 10; ++i) read();
  EXPECT_EQ(allocations, 0u);
  std::string proof(100, 'x');
  EXPECT_GT(allocations, 0u) << "The hooks do not count: " << proof;
  EXPECT_EQ(values[2].text(), "red lamp");
}

}  // namespace
}  // namespace servanda

#endif
