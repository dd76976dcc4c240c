// SPDX-License-Identifier: Apache-2.0
#pragma once
// Signed cursors: where a list goes on, so that clients can neither read meaning into it nor forge
// one.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/digest.h"
#include "base/result.h"
#include "store/value.h"

namespace servanda {

// What a cursor belongs to: operation, filters and sort. A cursor works only where this is equal.
using CursorBinding = Sha256;

inline constexpr size_t kCursorTextMax = 8 * 1024;  // Longer ones are refused unread.

// Which way a cursor leads from its row.
enum class CursorWay : uint8_t { kForward, kBackward };

// Where a list goes on: beside the row with these sort values.
struct CursorPlace {
  CursorWay way = CursorWay::kForward;
  std::span<const Value> values;
};

// The cursor as URL-safe text. It holds the way, the values, the binding's first 16 bytes and an
// HMAC-SHA256 (16 bytes) under `key`.
[[nodiscard]] std::string make_cursor(std::string_view key, const CursorBinding& binding,
                                      const CursorPlace& place);

// The place of a cursor that make_cursor() made. Errors: kInvalidArgument with reason
// "cursor-invalid" (not ours, tampered with, cut) or "cursor-mismatch" (made for other filters,
// another sort or another operation). Values live in `arena`.
[[nodiscard]] Result<CursorPlace> read_cursor(std::string_view key, std::string_view text,
                                              const CursorBinding& binding, size_t value_count,
                                              Arena& arena);

}  // namespace servanda
