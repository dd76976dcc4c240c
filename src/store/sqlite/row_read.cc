// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/row_read.h"

#include <cstring>
#include <new>

namespace servanda::internal {
namespace {

// What a column holds. Text and bytes are views until the statement's next step. SQLite is asked
// whether a value is NULL only where it looks like one, and for text as for bytes: it would copy
// the value to end it with a zero.
Value read_column(const Statement& statement, int column, ColumnType type) {
  switch (type) {
    case ColumnType::kText:
    case ColumnType::kDecimal:
    case ColumnType::kJson: {
      const std::string_view text = statement.bytes(column);
      if (text.empty() && statement.is_null(column)) return Value::null();
      return Value::of_text(text);
    }
    case ColumnType::kUuid: {
      const std::string_view bytes = statement.bytes(column);
      if (bytes.empty() && statement.is_null(column)) return Value::null();
      return Value::of_bytes(bytes);
    }
    case ColumnType::kNumber: {
      const double number = statement.number(column);
      if (number == 0 && statement.is_null(column)) return Value::null();
      return Value::of_number(number);
    }
    case ColumnType::kTimestamp:
    case ColumnType::kDate:
    case ColumnType::kInteger:
    case ColumnType::kBoolean:
      break;
  }
  const int64_t integer = statement.integer(column);
  if (integer == 0 && statement.is_null(column)) return Value::null();
  return Value::of_integer(integer);
}

}  // namespace

std::array<char, sizeof(uint64_t)> point_read_key(const TableShape& shape) {
  std::array<char, sizeof(uint64_t)> key;
  std::memcpy(key.data(), &shape.id, sizeof shape.id);
  return key;
}

Row read_row(const Statement& statement, const TableShape& shape, Arena& arena) {
  const size_t count = shape.types.size();
  Value* values = arena.array<Value>(count);
  for (size_t i = 0; i < count; ++i) {
    Value value = read_column(statement, static_cast<int>(i), shape.types[i]);
    value.text = arena.copy(value.text);
    new (values + i) Value(value);
  }
  return {{values, count}, statement.integer(static_cast<int>(count))};
}

size_t bytes_of(const Row& row) {
  size_t bytes = row.values.size() * sizeof(Value);
  for (const Value& value : row.values) bytes += value.text.size();
  return bytes;
}

Value read_compared(const Statement& statement, int column, ColumnType type) {
  // The order column of a decimal holds bytes, as a UUID's column does.
  return read_column(statement, column, type == ColumnType::kDecimal ? ColumnType::kUuid : type);
}

}  // namespace servanda::internal
