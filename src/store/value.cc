// SPDX-License-Identifier: Apache-2.0
#include "store/value.h"

namespace servanda {

Value Value::of_integer(int64_t v) {
  Value value;
  value.kind = Kind::kInteger;
  value.integer = v;
  return value;
}

Value Value::of_number(double v) {
  Value value;
  value.kind = Kind::kNumber;
  value.number = v;
  return value;
}

Value Value::of_text(std::string_view v) {
  Value value;
  value.kind = Kind::kText;
  value.text = v;
  return value;
}

Value Value::of_bytes(std::string_view v) {
  Value value;
  value.kind = Kind::kBytes;
  value.text = v;
  return value;
}

bool operator==(const Value& a, const Value& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Value::Kind::kNull:
      return true;
    case Value::Kind::kInteger:
      return a.integer == b.integer;
    case Value::Kind::kNumber:
      return a.number == b.number;
    case Value::Kind::kText:
    case Value::Kind::kBytes:
      return a.text == b.text;
  }
  return false;
}

}  // namespace servanda
