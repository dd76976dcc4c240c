// SPDX-License-Identifier: Apache-2.0
#pragma once
// A number that one thread changes and others read.

#include <atomic>
#include <cstdint>

namespace servanda {

// Costs a plain addition: only one thread ever writes, so no locked instruction is needed.
//
// Threads: changed on its owner's thread only; value() anywhere, possibly stale.
class Counter {
 public:
  void add(uint64_t amount = 1) { set(value() + amount); }
  void subtract(uint64_t amount = 1) { set(value() - amount); }
  void set(uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

}  // namespace servanda
