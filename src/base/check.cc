// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace servanda {
namespace {

std::atomic<unsigned long>& bugs_total() {
  static constinit std::atomic<unsigned long> total{0};
  return total;
}

void report(const char* file, int line, const char* what, std::string_view operands) {
  std::fprintf(stderr, "%s:%d: %s%s%.*s\n", file, line, what, operands.empty() ? "" : ": ",
               static_cast<int>(operands.size()), operands.data());
}

}  // namespace

namespace internal {

void check_failed(const char* condition, const char* file, int line, std::string_view operands) {
  std::fprintf(stderr, "check failed: ");
  report(file, line, condition, operands);
  std::abort();
}

void bug_found(const char* file, int line, std::string_view what) {
  bugs_total().fetch_add(1, std::memory_order_relaxed);
  report(file, line, "bug", what);
#ifndef NDEBUG
  std::abort();
#endif
}

}  // namespace internal

unsigned long bugs_total_approx() {
  return bugs_total().load(std::memory_order_relaxed);
}

}  // namespace servanda
