// SPDX-License-Identifier: Apache-2.0
#include "contract/expression/compare.h"

#include <cmath>

#include "base/decimal.h"
#include "contract/expression/decimal_math.h"

namespace servanda::internal {
namespace {

using Kind = ExpressionKind;
using Value = ExpressionValue;

template <typename T>
int sign_of_difference(T a, T b) {
  if (a == b) return 0;
  return a < b ? -1 : 1;
}

// Exact: the double is cut to an integer, never the integer rounded to a double.
int compare_integer_with_double(int64_t integer, double number) {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (number >= kTwoTo63) return -1;
  if (number < -kTwoTo63) return 1;
  const double whole = std::trunc(number);
  const int by_whole = sign_of_difference(integer, static_cast<int64_t>(whole));
  return by_whole != 0 ? by_whole : sign_of_difference(whole, number);
}

std::string_view decimal_text(const Value& value, Arena& arena) {
  return value.kind == Kind::kInteger ? decimal_of_integer(value.integer, arena) : value.text;
}

bool is_exact(Kind kind) {
  return kind == Kind::kInteger || kind == Kind::kDecimal;
}

// Text from a free-form object beside a value of another kind: as one of that kind, if it is one.
Value read_beside(const Value& text, Kind kind, Arena& arena) {
  if (text.kind != Kind::kText) return text;
  const bool read = kind == Kind::kUuid || kind == Kind::kTimestamp || kind == Kind::kDate ||
                    kind == Kind::kDecimal;
  if (!read) return text;
  const JsonNode node{.kind = JsonKind::kString,
                      .size = static_cast<uint32_t>(text.text.size()),
                      .text = text.text.data()};
  const Value value = value_of_json(JsonValue(&node), kind, arena);
  return value.is_error() ? text : value;
}

}  // namespace

std::optional<int> order_of(const Value& left, const Value& right, Arena& arena) {
  const Value a = read_beside(left, right.kind, arena);
  const Value b = read_beside(right, left.kind, arena);
  if (a.kind == Kind::kInteger && b.kind == Kind::kInteger) {
    return sign_of_difference(a.integer, b.integer);
  }
  if (is_exact(a.kind) && is_exact(b.kind)) {
    return compare_number_tokens(decimal_text(a, arena), decimal_text(b, arena));
  }
  if (a.kind == Kind::kInteger && b.kind == Kind::kNumber) {
    return compare_integer_with_double(a.integer, b.number);
  }
  if (a.kind == Kind::kNumber && b.kind == Kind::kInteger) {
    return -compare_integer_with_double(b.integer, a.number);
  }
  if (a.kind != b.kind) return std::nullopt;
  switch (a.kind) {
    case Kind::kNumber:
      return sign_of_difference(a.number, b.number);
    case Kind::kBoolean:
    case Kind::kTimestamp:
    case Kind::kDate:
      return sign_of_difference(a.integer, b.integer);
    case Kind::kText:
    case Kind::kUuid:
      return sign_of_difference(a.text.compare(b.text), 0);
    default:
      return std::nullopt;
  }
}

Value equality(const Value& a, const Value& b, Arena& arena) {
  if (a.is_error()) return a;
  if (b.is_error()) return b;
  if (a.is_null() || b.is_null()) return Value::of_boolean(a.is_null() && b.is_null());
  for (const Kind kind : {a.kind, b.kind}) {
    if (kind == Kind::kList || kind == Kind::kObject) {
      return Value::error("lists and objects are not compared");
    }
  }
  const std::optional<int> order = order_of(a, b, arena);
  const bool doubtful = (a.kind == Kind::kNumber && b.kind == Kind::kDecimal) ||
                        (a.kind == Kind::kDecimal && b.kind == Kind::kNumber);
  if (!order && doubtful) return Value::error("a decimal and a double are not compared");
  return Value::of_boolean(order == 0);
}

}  // namespace servanda::internal
