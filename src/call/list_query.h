// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a list request asks of the store, read from its parameters.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "call/call.h"
#include "call/cursor.h"
#include "contract/plan/index_use.h"
#include "store/store.h"

namespace servanda {

// Bounds of one request. Going over is 400 with the parameter named.
struct ListLimits {
  static constexpr size_t kConditionsMax = 20;
  static constexpr size_t kInListMax = 100;
  static constexpr int64_t kOffsetMax = 10'000;    // Rows passed over: each is read.
  static constexpr uint64_t kExactMax = 100'000;   // Rows counted for an exact count ...
  static constexpr uint64_t kEstimateMax = 1'000;  // ... and for an estimated one.
};

// One list request. Spans live in the call's arena or in the plan.
struct ListRequest {
  ListQuery query;
  // kBackward: `query` runs the other way, so the page has to be turned over.
  CursorWay way = CursorWay::kForward;
  std::span<const IndexKey> order;  // As the client sees it.
  uint64_t count_max = 0;           // 0: nothing is counted.
};

namespace internal {

// Nothing after the call was refused: 400 with every parameter that does not fit, or the reason why
// no index serves what is asked.
[[nodiscard]] std::optional<ListRequest> read_list_request(Call& call);

// Names the list that a cursor belongs to: operation, order with column types, filters with values,
// whether deleted rows are among its rows.
[[nodiscard]] CursorBinding cursor_binding(const Operation& operation, const Resource& resource,
                                           std::span<const IndexKey> order,
                                           std::span<const Condition> conditions,
                                           RowScope rows = RowScope::kLive);
// The values of `order` in a row.
[[nodiscard]] std::span<const Value> place_of(const Row& row, std::span<const IndexKey> order,
                                              Arena& arena);
// Refuses with 400 and names the parameter.
bool refuse_parameter(Call& call, uint16_t parameter, std::string code, std::string detail);

}  // namespace internal
}  // namespace servanda
