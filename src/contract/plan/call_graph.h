// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which services lead to which, by the calls that the contract declares.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/plan/plan.h"

namespace servanda {

// What one request for an operation of a service may lead to.
struct ServiceReach {
  std::vector<std::string_view> chain;  // The longest chain of calls, from the service itself.
  // One call over each declared edge, in the service and in all that it leads to. At most kMany.
  uint64_t calls = 0;
  static constexpr uint64_t kMany = 1'000'000'000;

  // Calls one inside the other.
  [[nodiscard]] uint32_t depth() const { return static_cast<uint32_t>(chain.size() - 1); }
};

// "orders -> catalog -> stock".
[[nodiscard]] std::string chain_text(std::span<const std::string_view> chain);

// Of every service, in the order of `services`. Names of services that are not declared lead
// nowhere. Requires: find_cycles() finds none. The views are of `services`.
[[nodiscard]] std::vector<ServiceReach> reaches_of(std::span<const ServiceDeclaration> services);

// One call that closes a cycle.
struct CallCycle {
  size_t service = 0;                   // Index of the service that declares it.
  size_t call = 0;                      // Index in its `calls`.
  std::vector<std::string_view> chain;  // From the service that is called to itself.
};
// The calls without which there would be no cycle.
[[nodiscard]] std::vector<CallCycle> find_cycles(std::span<const ServiceDeclaration> services);

// Whether handlers of service `from` may call operations of `to`.
[[nodiscard]] bool may_call(const Plan& plan, std::string_view from, std::string_view to);

// What `servanda check` says of calls: one line each for the longest chain and the most calls, with
// the budget; "" when no service calls another.
[[nodiscard]] std::string worst_calls_text(const Plan& plan);

}  // namespace servanda
