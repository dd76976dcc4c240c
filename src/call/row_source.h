// SPDX-License-Identifier: Apache-2.0
#pragma once
// Stored rows as handlers' structs read them.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/json.h"
#include "base/time.h"
#include "contract/plan/resource.h"
#include "servanda/rows.h"
#include "store/value.h"

namespace servanda::internal {

// Where the members of generated structs stand in their resources, found out once for each.
//
// Threads: of one worker. Lifetime: of one plan.
class MemberPlaces {
 public:
  // Nothing stands there: the resource has no such member.
  static constexpr uint16_t kNone = UINT16_MAX;

  // For each name the member of the resource (as for_each_member() counts them), or kNone. `names`
  // are one array for each struct, which lives as long as the program.
  [[nodiscard]] std::span<const uint16_t> of(const Resource& resource,
                                             std::span<const std::string_view> names);

 private:
  struct Known {
    const std::string_view* names = nullptr;
    std::vector<uint16_t> places;
  };
  std::vector<std::vector<Known>> by_resource_;
};

// The memory that rows are read with as JSON. Requires: none of it is held over a wait.
struct RowMemory {
  Arena* arena = nullptr;
  JsonParser* parser = nullptr;
  JsonBuilder builder;
  std::vector<JsonDocument> documents;
};

// One row after the other of one resource.
class StoredRow final : public RowSource {
 public:
  // Computed members are of the moment `now`.
  StoredRow(const Resource& resource, std::span<const uint16_t> places, Timestamp now,
            RowMemory& memory)
      : resource_(resource), places_(places), now_(now), memory_(memory) {}

  void stand_on(const Row& row) { row_ = &row; }

  [[nodiscard]] RowValue value(size_t index) const override;
  [[nodiscard]] JsonValue json(const RowValue& value) override;
  [[nodiscard]] Result<JsonValue> object() override;

 private:
  const Resource& resource_;
  const std::span<const uint16_t> places_;
  const Timestamp now_;
  RowMemory& memory_;
  const Row* row_ = nullptr;
};

}  // namespace servanda::internal
