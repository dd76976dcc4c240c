// SPDX-License-Identifier: Apache-2.0
#pragma once
// Whether a stored row is there for clients: soft delete, judged by the clock.

#include <cstdint>

#include "base/time.h"
#include "contract/plan/resource.h"
#include "store/value.h"

namespace servanda {

// What a stored row is for clients.
enum class RowState : uint8_t {
  kLive,
  kDeleted,  // Hidden, and can be restored.
  kGone,     // No longer there for anybody; the store has not removed it yet.
};

// Rows deleted at this time or before are gone.
[[nodiscard]] constexpr Timestamp gone_since(const SoftDelete& soft_delete, Timestamp now) {
  return {now.us - soft_delete.restore.ns / 1000};
}

// When a row that was deleted at `deleted` is gone.
[[nodiscard]] constexpr Timestamp gone_at(const SoftDelete& soft_delete, Timestamp deleted) {
  return {deleted.us + soft_delete.restore.ns / 1000};
}

// Whether the row is deleted, gone or not. Never without soft delete.
[[nodiscard]] inline bool is_deleted(const Resource& resource, const Row& row) {
  return resource.soft_delete && !row.values[resource.soft_delete->deleted].is_null();
}

[[nodiscard]] inline RowState row_state(const Resource& resource, const Row& row, Timestamp now) {
  if (!is_deleted(resource, row)) return RowState::kLive;
  const Timestamp deleted{row.values[resource.soft_delete->deleted].integer};
  return deleted <= gone_since(*resource.soft_delete, now) ? RowState::kGone : RowState::kDeleted;
}

}  // namespace servanda
