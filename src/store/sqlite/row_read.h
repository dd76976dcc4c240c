// SPDX-License-Identifier: Apache-2.0
#pragma once
// Rows out of statements.

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/arena.h"
#include "store/sqlite/database.h"
#include "store/sqlite/table.h"
#include "store/value.h"

namespace servanda::internal {

// The key of TableShape::select_sql in a statement cache. Keys of searches are longer.
[[nodiscard]] std::array<char, sizeof(uint64_t)> point_read_key(const TableShape& shape);

// The row that a statement selecting TableShape::columns stands on, copied into `arena`.
[[nodiscard]] Row read_row(const Statement& statement, const TableShape& shape, Arena& arena);
[[nodiscard]] size_t bytes_of(const Row& row);

// The value of a comparison column, a view that lives until the statement's next step.
[[nodiscard]] Value read_compared(const Statement& statement, int column, ColumnType type);

}  // namespace servanda::internal
