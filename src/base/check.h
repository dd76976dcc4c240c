// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bugs, as opposed to expected failures (result.h).

#include <string_view>

namespace servanda::internal {
[[noreturn]] void check_failed(const char* condition, const char* file, int line,
                               std::string_view operands);
void bug_found(const char* file, int line, std::string_view what);
}  // namespace servanda::internal

// Ends the process when memory or shared state may be wrong. On in release builds. Never for
// anything the outside can cause. `operands` is a string built only on failure.
#define SERVANDA_CHECK(condition, operands)                                           \
  do {                                                                                \
    if (!(condition)) [[unlikely]]                                                    \
      ::servanda::internal::check_failed(#condition, __FILE__, __LINE__, (operands)); \
  } while (false)

// Only this call is wrong: aborts in debug builds; in release it is counted (bugs_total_approx())
// and the caller fails its call with Code::kInternal.
#define SERVANDA_BUG(what) ::servanda::internal::bug_found(__FILE__, __LINE__, (what))

namespace servanda {
// Bugs counted since the process began.
[[nodiscard]] unsigned long bugs_total_approx();
}  // namespace servanda
