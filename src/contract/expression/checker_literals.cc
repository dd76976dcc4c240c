// SPDX-License-Identifier: Apache-2.0
// How literals take the kind of what they stand beside, and what conditions say about null.
#include <charconv>
#include <cmath>

#include "base/calendar.h"
#include "base/decimal.h"
#include "base/ids.h"
#include "contract/expression/checker.h"

namespace servanda::internal {
namespace {

using Kind = ExpressionKind;
using Op = ExpressionOp;

// Integers up to here are doubles without being rounded.
constexpr int64_t kExactDoubleMax = int64_t{1} << 53;

std::optional<double> double_of(std::string_view decimal) {
  double value = 0;
  const auto [end, failure] =
      std::from_chars(decimal.data(), decimal.data() + decimal.size(), value);
  if (failure != std::errc() || end != decimal.data() + decimal.size()) return std::nullopt;
  return value;
}

bool text_can_become(std::string_view text, Kind wanted) {
  switch (wanted) {
    case Kind::kUuid:
      return Uuid::parse(text).has_value();
    case Kind::kTimestamp:
      return parse_timestamp(text).has_value();
    case Kind::kDate:
      return parse_date(text).has_value();
    case Kind::kDecimal:
      return canonical_decimal(text).has_value();
    default:
      return false;
  }
}

}  // namespace

bool ExpressionChecker::literal_can_become(const ExpressionNode& literal, Kind wanted) {
  switch (literal.type.kind) {
    case Kind::kText:
      return text_can_become(made_->text(literal), wanted);
    case Kind::kInteger:
      return wanted == Kind::kNumber && literal.integer >= -kExactDoubleMax &&
             literal.integer <= kExactDoubleMax;
    case Kind::kDecimal:
      return wanted == Kind::kNumber && double_of(made_->text(literal)).has_value();
    default:
      return false;
  }
}

void ExpressionChecker::literal_become(ExpressionNode& literal, Kind wanted) {
  const std::string text(made_->text(literal));
  const auto set_text = [&](std::string_view changed) {
    literal.text = static_cast<uint32_t>(made_->text_.size());
    literal.text_size = static_cast<uint32_t>(changed.size());
    made_->text_ += changed;
  };
  if (wanted == Kind::kNumber) {
    literal.number = literal.type.kind == Kind::kInteger ? static_cast<double>(literal.integer)
                                                         : double_of(text).value_or(0);
  } else if (wanted == Kind::kUuid) {
    const Uuid uuid = Uuid::parse(text).value_or(Uuid{});
    set_text({reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()});
  } else if (wanted == Kind::kTimestamp) {
    literal.integer = parse_timestamp(text).value_or(Timestamp{}).us;
  } else if (wanted == Kind::kDate) {
    literal.integer = parse_date(text).value_or(0);
  } else {
    set_text(canonical_decimal(text).value_or("0"));
  }
  literal.type.kind = wanted;
}

bool ExpressionChecker::can_become(uint16_t index, Kind wanted) {
  if (kind(index) == wanted || kind(index) == Kind::kNull) return true;
  if (node(index).op == Op::kChoose) {
    return can_become(operand(index, 1), wanted) && can_become(operand(index, 2), wanted);
  }
  return node(index).op == Op::kLiteral && literal_can_become(node(index), wanted);
}

void ExpressionChecker::become(uint16_t index, Kind wanted) {
  if (kind(index) == wanted || kind(index) == Kind::kNull) return;
  if (node(index).op == Op::kChoose) {
    become(operand(index, 1), wanted);
    become(operand(index, 2), wanted);
    node(index).type.kind = wanted;
  } else {
    literal_become(node(index), wanted);
  }
}

void ExpressionChecker::bring_together(uint16_t a, uint16_t b) {
  if (kind(a) == kind(b) || kind(a) == Kind::kAny || kind(b) == Kind::kAny) return;
  if (can_become(a, kind(b)) && kind(b) != Kind::kNull) {
    become(a, kind(b));
  } else if (can_become(b, kind(a)) && kind(a) != Kind::kNull) {
    become(b, kind(a));
  }
}

std::optional<Kind> ExpressionChecker::common_kind(Kind a, Kind b) {
  if (a == b) return a;
  if (a == Kind::kNull) return b;
  if (b == Kind::kNull) return a;
  if (a == Kind::kAny || b == Kind::kAny) return Kind::kAny;
  const bool decimal =
      (a == Kind::kInteger && b == Kind::kDecimal) || (a == Kind::kDecimal && b == Kind::kInteger);
  return decimal ? std::optional(Kind::kDecimal) : std::nullopt;
}

std::string ExpressionChecker::both_kinds(uint16_t a, uint16_t b) {
  return std::string(kind_with_article(kind(a))) + " and " +
         std::string(kind_with_article(kind(b)));
}

std::string ExpressionChecker::mismatch_fix(uint16_t a, uint16_t b) {
  for (const auto& [literal, other] : {std::pair(a, b), std::pair(b, a)}) {
    if (node(literal).op != Op::kLiteral || kind(literal) != Kind::kText) continue;
    switch (kind(other)) {
      case Kind::kTimestamp:
        return "Write the text as a date-time, such as '2026-05-01T12:00:00Z'.";
      case Kind::kDate:
        return "Write the text as a date, such as '2026-05-01'.";
      case Kind::kUuid:
        return "Write the text as a UUID of 36 characters.";
      case Kind::kDecimal:
      case Kind::kInteger:
      case Kind::kNumber:
        return "Write a number without quotes.";
      default:
        break;
    }
  }
  const auto is_double = [&](uint16_t one) { return kind(one) == Kind::kNumber; };
  if (is_double(a) != is_double(b)) {
    return "A double is not exact: declare both as integers, or as decimals (type: string, "
           "format: decimal).";
  }
  return "Use values of one type.";
}

// --- What a condition says about null.

std::string ExpressionChecker::path_of(uint16_t index) {
  const ExpressionNode& read = node(index);
  if (read.op == Op::kRead) {
    return std::to_string(read.root) + '.' + std::to_string(read.member);
  }
  if (read.op != Op::kMember) return {};
  const std::string object = path_of(operand(index, 0));
  const std::string_view name = made_->text(read);
  if (object.empty()) return object;
  return object + '/' + std::to_string(name.size()) + ':' + std::string(name);
}

void ExpressionChecker::learn_path(uint16_t index) {
  std::string path = path_of(index);
  if (path.empty()) return;
  known_.push_back(std::move(path));
  // What has a member is there itself.
  if (node(index).op == Op::kMember) learn_path(operand(index, 0));
}

void ExpressionChecker::learn(uint16_t index, Outcome outcome) {
  const Op op = node(index).op;
  const bool true_here = outcome == Outcome::kTrue;
  if (op == Op::kNot) {
    return learn(operand(index, 0), true_here ? Outcome::kFalse : Outcome::kTrue);
  }
  if ((op == Op::kAnd && true_here) || (op == Op::kOr && !true_here)) {
    learn(operand(index, 0), outcome);
    return learn(operand(index, 1), outcome);
  }
  if (op == Op::kHas && true_here) return learn_path(operand(index, 0));
  if (op == Op::kEqual || op == Op::kNotEqual) {
    // Unequal to null, or equal to what is not null.
    const bool equal = (op == Op::kEqual) == true_here;
    for (const size_t which : {0, 1}) {
      const uint16_t other = operand(index, 1 - which);
      const bool null = kind(other) == Kind::kNull;
      if (equal ? !nullable(other) && !null : null) learn_path(operand(index, which));
    }
    return;
  }
  // Null has no order, so it makes such a comparison neither true nor false.
  if (op == Op::kLess || op == Op::kAtMost || op == Op::kGreater || op == Op::kAtLeast) {
    learn_path(operand(index, 0));
    learn_path(operand(index, 1));
  }
}

}  // namespace servanda::internal
