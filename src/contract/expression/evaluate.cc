// SPDX-License-Identifier: Apache-2.0
#include "contract/expression/evaluate.h"

#include <cmath>
#include <cstring>
#include <new>

#include "base/calendar.h"
#include "base/decimal.h"
#include "base/ids.h"
#include "base/text.h"
#include "contract/expression/compare.h"
#include "contract/expression/decimal_math.h"

namespace servanda {
namespace {

using Kind = ExpressionKind;
using Op = ExpressionOp;
using Value = ExpressionValue;

constexpr std::string_view kOverflow = "the result is beyond 64 bits";
constexpr std::string_view kMismatch = "the value is not what its schema says";

Value add_integers(Op op, int64_t a, int64_t b) {
  int64_t result = 0;
  bool overflow = false;
  switch (op) {
    case Op::kAdd:
      overflow = __builtin_add_overflow(a, b, &result);
      break;
    case Op::kSubtract:
      overflow = __builtin_sub_overflow(a, b, &result);
      break;
    case Op::kMultiply:
      overflow = __builtin_mul_overflow(a, b, &result);
      break;
    default:
      if (b == 0) return Value::error("division by zero");
      // The one quotient that does not fit; its remainder would trap as well.
      if (b == -1) {
        if (op == Op::kRemainder) return Value::of_integer(0);
        overflow = __builtin_sub_overflow(int64_t{0}, a, &result);
      } else {
        result = op == Op::kDivide ? a / b : a % b;
      }
      break;
  }
  return overflow ? Value::error(kOverflow) : Value::of_integer(result);
}

Value add_numbers(Op op, double a, double b) {
  double result = 0;
  switch (op) {
    case Op::kAdd:
      result = a + b;
      break;
    case Op::kSubtract:
      result = a - b;
      break;
    case Op::kMultiply:
      result = a * b;
      break;
    case Op::kDivide:
      if (b == 0) return Value::error("division by zero");
      result = a / b;
      break;
    default:
      return Value::error("doubles have no remainder");
  }
  return std::isfinite(result) ? Value::of_number(result)
                               : Value::error("the result is beyond the range of a double");
}

Value add_decimals(Op op, const Value& a, const Value& b, Arena& arena) {
  const auto text = [&](const Value& value) {
    return value.kind == Kind::kInteger ? decimal_of_integer(value.integer, arena) : value.text;
  };
  DecimalOp known = DecimalOp::kAdd;
  if (op == Op::kSubtract) known = DecimalOp::kSubtract;
  if (op == Op::kMultiply) known = DecimalOp::kMultiply;
  if (op == Op::kDivide || op == Op::kRemainder) return Value::error("decimals are not divided");
  const auto result = compute_decimal(known, text(a), text(b), arena);
  if (!result) return Value::error("the result has more than 1000 digits");
  return Value::of_text(Kind::kDecimal, *result);
}

Value number_of_json(JsonValue json, Kind kind, Arena& arena) {
  if (kind == Kind::kNumber) {
    const double number = json.to_double();
    return std::isfinite(number) ? Value::of_number(number) : Value::error(kMismatch);
  }
  if (json.kind() == JsonKind::kInteger) return Value::of_integer(json.integer());
  const auto decimal = decimal_of_token(json.text(), arena);
  if (!decimal) return Value::error("the number has more than 1000 digits");
  if (kind != Kind::kInteger) return Value::of_text(Kind::kDecimal, *decimal);
  const std::optional<int64_t> integer = parse_integer(*decimal);
  return integer ? Value::of_integer(*integer) : Value::error(kMismatch);
}

Value text_of_json(std::string_view text, Kind kind, Arena& arena) {
  switch (kind) {
    case Kind::kText:
    case Kind::kAny:
      return Value::of_text(Kind::kText, text);
    case Kind::kUuid:
      if (const auto uuid = Uuid::parse(text)) {
        return Value::of_text(kind,
                              arena.copy({reinterpret_cast<const char*>(uuid->bytes.data()), 16}));
      }
      break;
    case Kind::kTimestamp:
      if (const auto time = parse_timestamp(text)) return Value::of_time(kind, time->us);
      break;
    case Kind::kDate:
      if (const auto days = parse_date(text)) return Value::of_time(kind, *days);
      break;
    case Kind::kDecimal:
      if (const auto decimal = canonical_decimal(text)) {
        return Value::of_text(kind, arena.copy(*decimal));
      }
      break;
    default:
      break;
  }
  return Value::error(kMismatch);
}

// Walks one expression. Depth is bounded by ExpressionLimits::kNodes.
class Evaluator {
 public:
  Evaluator(const Expression& expression, const ExpressionInput& input, Arena& arena)
      : expression_(expression), input_(input), arena_(arena) {}

  Value run(const ExpressionNode& node) {
    switch (node.op) {
      case Op::kLiteral:
        return literal(node);
      case Op::kRead:
        return input_.read(node.root, node.member, arena_);
      case Op::kMember:
        return member(node);
      case Op::kList:
        return list(node);
      case Op::kAnd:
      case Op::kOr:
        return both(node);
      case Op::kNot:
        return opposite(run_operand(node, 0));
      case Op::kNegate:
        return arithmetic(Op::kSubtract, Value::of_integer(0), run_operand(node, 0));
      case Op::kEqual:
        return internal::equality(run_operand(node, 0), run_operand(node, 1), arena_);
      case Op::kNotEqual:
        return opposite(internal::equality(run_operand(node, 0), run_operand(node, 1), arena_));
      case Op::kLess:
      case Op::kAtMost:
      case Op::kGreater:
      case Op::kAtLeast:
        return ordered(node);
      case Op::kIn:
        return is_in(run_operand(node, 0), run_operand(node, 1), node);
      case Op::kAdd:
      case Op::kSubtract:
      case Op::kMultiply:
      case Op::kDivide:
      case Op::kRemainder:
        return arithmetic(node.op, run_operand(node, 0), run_operand(node, 1));
      case Op::kChoose:
        return choice(node);
      default:
        return call(node);
    }
  }

 private:
  Value run_operand(const ExpressionNode& node, size_t index) {
    return run(expression_.operand(node, index));
  }

  Value literal(const ExpressionNode& node) {
    switch (node.type.kind) {
      case Kind::kNull:
        return Value::null();
      case Kind::kBoolean:
        return Value::of_boolean(node.integer != 0);
      case Kind::kInteger:
        return Value::of_integer(node.integer);
      case Kind::kNumber:
        return Value::of_number(node.number);
      case Kind::kTimestamp:
      case Kind::kDate:
        return Value::of_time(node.type.kind, node.integer);
      default:
        return Value::of_text(node.type.kind, expression_.text(node));
    }
  }

  Value member(const ExpressionNode& node) {
    const Value object = run_operand(node, 0);
    if (object.is_null() || object.is_error()) return object;
    if (object.kind != Kind::kObject) return Value::error("only objects have members");
    const JsonValue found = object.json.find(expression_.text(node));
    return found.exists() ? value_of_json(found, node.type.kind, arena_) : Value::null();
  }

  Value list(const ExpressionNode& node) {
    Value* const items = arena_.array<Value>(node.operand_count);
    for (size_t i = 0; i < node.operand_count; ++i) new (items + i) Value(run_operand(node, i));
    Value value;
    value.kind = Kind::kList;
    value.items = items;
    value.item_count = node.operand_count;
    return value;
  }

  static Value opposite(const Value& value) {
    if (value.is_null() || value.is_error()) return value;
    if (value.kind != Kind::kBoolean) return Value::error("this is neither true nor false");
    return Value::of_boolean(value.integer == 0);
  }

  // What decides on its own decides, whatever the other side is; else an error, else null.
  Value both(const ExpressionNode& node) {
    const auto decides = [&](const Value& value) {
      return node.op == Op::kAnd ? value.is_false() : value.is_true();
    };
    const Value left = run_operand(node, 0);
    if (decides(left)) return left;
    const Value right = run_operand(node, 1);
    if (decides(right)) return right;
    for (const Value& one : {left, right}) {
      if (one.is_error()) return one;
    }
    for (const Value& one : {left, right}) {
      if (!one.is_null() && one.kind != Kind::kBoolean) {
        return Value::error("this is neither true nor false");
      }
    }
    return left.is_null() ? left : right;
  }

  Value ordered(const ExpressionNode& node) {
    const Value a = run_operand(node, 0);
    const Value b = run_operand(node, 1);
    if (a.is_error()) return a;
    if (b.is_error() || b.is_null()) return b;
    if (a.is_null()) return a;
    const std::optional<int> order = internal::order_of(a, b, arena_);
    if (!order) return Value::error("the values have no common order");
    switch (node.op) {
      case Op::kLess:
        return Value::of_boolean(*order < 0);
      case Op::kAtMost:
        return Value::of_boolean(*order <= 0);
      case Op::kGreater:
        return Value::of_boolean(*order > 0);
      default:
        return Value::of_boolean(*order >= 0);
    }
  }

  Value is_in(const Value& item, const Value& list, const ExpressionNode& node) {
    if (item.is_error()) return item;
    if (list.is_error() || list.is_null()) return list;
    if (list.kind == Kind::kObject) {
      if (item.is_null()) return item;
      if (item.kind != Kind::kText) return Value::error("members have names");
      return Value::of_boolean(list.json.find(item.text).exists());
    }
    if (list.kind != Kind::kList) return Value::error("\"in\" needs a list");
    Value unclear = Value::of_boolean(false);
    const auto is_found = [&](const Value& one) {
      const Value same = internal::equality(item, one, arena_);
      if (same.is_error()) unclear = same;
      return same.is_true();
    };
    for (uint32_t i = 0; i < list.item_count; ++i) {
      if (is_found(list.items[i])) return Value::of_boolean(true);
    }
    if (!list.json.exists()) return unclear;
    const Kind kind = expression_.operand(node, 1).type.items;
    for (const JsonValue one : list.json.items()) {
      if (is_found(value_of_json(one, kind, arena_))) return Value::of_boolean(true);
    }
    return unclear;
  }

  Value arithmetic(Op op, const Value& a, const Value& b) {
    if (a.is_error()) return a;
    if (b.is_error() || b.is_null()) return b;
    if (a.is_null()) return a;
    if (a.kind == Kind::kInteger && b.kind == Kind::kInteger) {
      return add_integers(op, a.integer, b.integer);
    }
    const auto is_exact = [](const Value& value) {
      return value.kind == Kind::kInteger || value.kind == Kind::kDecimal;
    };
    if (is_exact(a) && is_exact(b)) return add_decimals(op, a, b, arena_);
    if (a.kind == Kind::kNumber && b.kind == Kind::kNumber) {
      return add_numbers(op, a.number, b.number);
    }
    // The zero that a negation subtracts from.
    if (a.kind == Kind::kInteger && a.integer == 0 && op == Op::kSubtract &&
        b.kind == Kind::kNumber) {
      return Value::of_number(-b.number);
    }
    if (op == Op::kAdd && a.kind == Kind::kText && b.kind == Kind::kText) {
      if (a.text.size() + b.text.size() > kExpressionTextMax) {
        return Value::error("the text has more than 65536 bytes");
      }
      return Value::of_text(Kind::kText, arena_.join(a.text, b.text));
    }
    return Value::error("the values cannot be combined");
  }

  Value choice(const ExpressionNode& node) {
    const Value condition = run_operand(node, 0);
    if (condition.is_null() || condition.is_error()) return condition;
    if (condition.kind != Kind::kBoolean) return Value::error("this is neither true nor false");
    return run_operand(node, condition.is_true() ? 1 : 2);
  }

  Value call(const ExpressionNode& node) {
    const Value subject = run_operand(node, 0);
    if (node.op == Op::kHas) return Value::of_boolean(!subject.is_null());
    if (subject.is_null() || subject.is_error()) return subject;
    if (node.op == Op::kSize) return size_of(subject);
    const Value argument = run_operand(node, 1);
    if (argument.is_null() || argument.is_error()) return argument;
    if (subject.kind != Kind::kText || argument.kind != Kind::kText) {
      return Value::error("this function needs text");
    }
    switch (node.op) {
      case Op::kStartsWith:
        return Value::of_boolean(subject.text.starts_with(argument.text));
      case Op::kEndsWith:
        return Value::of_boolean(subject.text.ends_with(argument.text));
      default:
        return Value::of_boolean(subject.text.find(argument.text) != std::string_view::npos);
    }
  }

  static Value size_of(const Value& value) {
    switch (value.kind) {
      case Kind::kText:
        return Value::of_integer(static_cast<int64_t>(count_code_points(value.text)));
      case Kind::kList:
      case Kind::kObject:
        return Value::of_integer(value.json.exists() ? value.json.size() : value.item_count);
      default:
        return Value::error("this value has no size");
    }
  }

  const Expression& expression_;
  const ExpressionInput& input_;
  Arena& arena_;
};

}  // namespace

Value Value::of_boolean(bool v) {
  return of_time(Kind::kBoolean, v ? 1 : 0);
}
Value Value::of_integer(int64_t v) {
  return of_time(Kind::kInteger, v);
}
Value Value::of_time(ExpressionKind kind, int64_t v) {
  Value value;
  value.kind = kind;
  value.integer = v;
  return value;
}
Value Value::of_number(double v) {
  Value value;
  value.kind = Kind::kNumber;
  value.number = v;
  return value;
}
Value Value::of_text(ExpressionKind kind, std::string_view v) {
  Value value;
  value.kind = kind;
  value.text = v;
  return value;
}
Value Value::error(std::string_view what) {
  return of_text(Kind::kError, what);
}

Value value_of_json(JsonValue json, ExpressionKind kind, Arena& arena) {
  if (json.is_null()) return Value::null();
  const bool any = kind == Kind::kAny;
  switch (json.kind()) {
    case JsonKind::kBoolean:
      if (any || kind == Kind::kBoolean) return Value::of_boolean(json.boolean());
      break;
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      if (any || kind == Kind::kInteger || kind == Kind::kNumber) {
        return number_of_json(json, kind, arena);
      }
      break;
    case JsonKind::kString:
      return text_of_json(json.text(), kind, arena);
    case JsonKind::kArray:
    case JsonKind::kObject: {
      const Kind given = json.is_array() ? Kind::kList : Kind::kObject;
      if (!any && kind != given) break;
      Value value;
      value.kind = given;
      value.json = json;
      return value;
    }
    case JsonKind::kNull:
      break;
  }
  return Value::error(kMismatch);
}

ExpressionValue evaluate(const Expression& expression, const ExpressionInput& input, Arena& arena) {
  return Evaluator(expression, input, arena).run(expression.root());
}

}  // namespace servanda
