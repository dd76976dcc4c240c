// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/list_value.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/decimal.h"

namespace servanda::internal {
namespace {

template <typename T>
int sign(const T& a, const T& b) {
  if (a < b) return -1;
  return a > b ? 1 : 0;
}

bool contains(std::span<const Value> values, const Value& value) {
  return std::any_of(values.begin(), values.end(),
                     [&](const Value& one) { return compare_values(one, value) == 0; });
}

}  // namespace

Value compared_value(ColumnType type, const Value& value, Arena& arena) {
  if (type != ColumnType::kDecimal || value.is_null()) return value;
  return Value::of_bytes(arena.copy(decimal_sort_key(value.text)));
}

int compare_values(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return sign(!a.is_null(), !b.is_null());
  switch (a.kind) {
    case Value::Kind::kInteger:
      return sign(a.integer, b.integer);
    case Value::Kind::kNumber:
      return sign(a.number, b.number);
    default:
      // Compares bytes as unsigned, as SQLite's BINARY does.
      return sign(a.text.compare(b.text), 0);
  }
}

bool meets(const Condition& condition, const Value& value) {
  const auto compared = [&] { return compare_values(value, condition.value); };
  switch (condition.test) {
    case FilterTest::kNull:
      return value.is_null();
    case FilterTest::kNotEqual:
      return value.is_null() || compared() != 0;
    case FilterTest::kNotIn:
      return value.is_null() || !contains(condition.values, value);
    default:
      break;
  }
  if (value.is_null()) return false;
  switch (condition.test) {
    case FilterTest::kEqual:
      return compared() == 0;
    case FilterTest::kLess:
      return compared() < 0;
    case FilterTest::kAtMost:
      return compared() <= 0;
    case FilterTest::kGreater:
      return compared() > 0;
    case FilterTest::kAtLeast:
      return compared() >= 0;
    case FilterTest::kIn:
      return contains(condition.values, value);
    case FilterTest::kPrefix:
      return value.text.starts_with(condition.value.text);
    default:
      return true;  // kNotNull.
  }
}

bool is_bound(FilterTest test) {
  switch (test) {
    case FilterTest::kLess:
    case FilterTest::kAtMost:
    case FilterTest::kGreater:
    case FilterTest::kAtLeast:
    case FilterTest::kPrefix:
    case FilterTest::kNotNull:
      return true;
    default:
      return false;
  }
}

std::optional<std::string_view> end_of_prefix(std::string_view prefix, Arena& arena) {
  const size_t last = prefix.find_last_not_of('\xff');
  if (last == std::string_view::npos) return std::nullopt;
  char* end = arena.array<char>(last + 1);
  std::memcpy(end, prefix.data(), last + 1);
  end[last] = static_cast<char>(static_cast<unsigned char>(end[last]) + 1);
  return std::string_view(end, last + 1);
}

bool fits_type(ColumnType type, const Value& value) {
  switch (type) {
    case ColumnType::kText:
    case ColumnType::kJson:
      return value.kind == Value::Kind::kText;
    case ColumnType::kDecimal:
      return value.kind == Value::Kind::kText && canonical_decimal(value.text) == value.text;
    case ColumnType::kUuid:
      return value.kind == Value::Kind::kBytes;
    case ColumnType::kNumber:
      return value.kind == Value::Kind::kNumber && !std::isnan(value.number);
    case ColumnType::kTimestamp:
    case ColumnType::kDate:
    case ColumnType::kInteger:
    case ColumnType::kBoolean:
      break;
  }
  return value.kind == Value::Kind::kInteger;
}

}  // namespace servanda::internal
