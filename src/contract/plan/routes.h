// SPDX-License-Identifier: Apache-2.0
#pragma once
// From method and path to operation: the one route table for every surface.

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace servanda {

struct Operation;
enum class Method : uint8_t;

// Raw (still percent-encoded) values of path variables, in template order.
struct PathValues {
  static constexpr size_t kMax = 16;  // Variables in one template; more is a load error.
  std::array<std::string_view, kMax> values;
  uint8_t count = 0;
};

// What one request path and method lead to.
struct RouteMatch {
  const Operation* operation = nullptr;  // Null: see the next two.
  bool path_exists = false;              // The path matches for another method: 405.
  uint16_t allowed = 0;                  // Bit per Method (1 << method) declared for the path.
  PathValues path_values;
};

// Matches concrete segments before partly templated ones before whole variables; the leftmost
// difference decides. The path is normalised and still percent-encoded; a literal segment matches
// after decoding. Cost: proportional to the path's length, independent of the number of routes.
//
// Threads: immutable once built, shared. Path text and template strings live in the Plan.
class RouteTable {
 public:
  RouteTable();
  ~RouteTable();
  RouteTable(RouteTable&&) noexcept;
  RouteTable& operator=(RouteTable&&) noexcept;

  [[nodiscard]] RouteMatch match(Method method, std::string_view path) const;

  struct State;  // route_state.h: for the builder and match() alone.

 private:
  friend class RouteTableBuilder;
  std::unique_ptr<State> state_;
};

}  // namespace servanda
