// SPDX-License-Identifier: Apache-2.0
// What expressions give.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "model_expression.h"

namespace servanda::model {
namespace {

using Op = Expression::Op;

Outcome none() {
  return {true, {}};
}
Outcome truth(bool value) {
  return {false, Json::truth(value)};
}

// A decimal as digits, least first, of which the first `scale` stand behind the point.
struct Digits {
  bool negative = false;
  size_t scale = 0;
  std::vector<int> digits;
};

Digits digits_of(const std::string& text) {
  Digits read;
  for (size_t at = text.size(); at-- > 0;) {
    if (text[at] == '.') {
      read.scale = read.digits.size();
    } else if (text[at] == '-') {
      read.negative = true;
    } else {
      read.digits.push_back(text[at] - '0');
    }
  }
  return read;
}

std::string text_of(Digits value) {
  while (value.digits.size() <= value.scale) value.digits.push_back(0);
  std::string text = value.negative ? "-" : "";
  for (size_t at = value.digits.size(); at-- > 0;) {
    text += static_cast<char>('0' + value.digits[at]);
    if (at == value.scale && at != 0) text += '.';
  }
  return stored_form(Kind::kDecimal, Json::string(text)).text;
}

int digit(const Digits& value, size_t at) {
  return at < value.digits.size() ? value.digits[at] : 0;
}

void widen(Digits& value, size_t scale) {
  value.digits.insert(value.digits.begin(), scale - value.scale, 0);
  value.scale = scale;
}

// Adds without looking at signs.
Digits total(const Digits& a, const Digits& b) {
  Digits sum{false, a.scale, {}};
  int carry = 0;
  for (size_t at = 0; at < std::max(a.digits.size(), b.digits.size()) || carry > 0; ++at) {
    const int digits = digit(a, at) + digit(b, at) + carry;
    sum.digits.push_back(digits % 10);
    carry = digits / 10;
  }
  return sum;
}

// Takes b from a without looking at signs. Requires: a is not less than b.
Digits difference(const Digits& a, const Digits& b) {
  Digits left{false, a.scale, {}};
  int borrowed = 0;
  for (size_t at = 0; at < a.digits.size(); ++at) {
    const int digits = digit(a, at) - digit(b, at) - borrowed;
    borrowed = digits < 0 ? 1 : 0;
    left.digits.push_back((digits + 10) % 10);
  }
  return left;
}

bool is_less(const Digits& a, const Digits& b) {
  for (size_t at = std::max(a.digits.size(), b.digits.size()); at-- > 0;) {
    if (digit(a, at) != digit(b, at)) return digit(a, at) < digit(b, at);
  }
  return false;
}

std::string negated(const std::string& text) {
  return text == "0" ? text : text.starts_with('-') ? text.substr(1) : "-" + text;
}

std::string decimal_sum(const std::string& a, const std::string& b) {
  Digits left = digits_of(a);
  Digits right = digits_of(b);
  const size_t scale = std::max(left.scale, right.scale);
  widen(left, scale);
  widen(right, scale);
  Digits sum;
  if (left.negative == right.negative) {
    sum = total(left, right);
    sum.negative = left.negative;
  } else if (is_less(left, right)) {
    sum = difference(right, left);
    sum.negative = right.negative;
  } else {
    sum = difference(left, right);
    sum.negative = left.negative;
  }
  return text_of(sum);
}

std::string decimal_product(const std::string& a, const std::string& b) {
  const Digits left = digits_of(a);
  const Digits right = digits_of(b);
  Digits product{left.negative != right.negative, left.scale + right.scale, {}};
  product.digits.resize(left.digits.size() + right.digits.size(), 0);
  for (size_t i = 0; i < left.digits.size(); ++i) {
    int carry = 0;
    for (size_t k = 0; k < right.digits.size() || carry > 0; ++k) {
      int& place = product.digits[i + k];
      const int digits = place + left.digits[i] * digit(right, k) + carry;
      place = digits % 10;
      carry = digits / 10;
    }
  }
  return text_of(product);
}

int64_t integer_of(const Json& value) {
  return std::strtoll(value.text.c_str(), nullptr, 10);
}

Outcome of_integers(const std::string& name, int64_t a, int64_t b) {
  int64_t result = 0;
  bool over = false;
  if (name == "+") {
    over = __builtin_add_overflow(a, b, &result);
  } else if (name == "-") {
    over = __builtin_sub_overflow(a, b, &result);
  } else if (name == "*") {
    over = __builtin_mul_overflow(a, b, &result);
  } else if (b == 0) {
    return none();
  } else if (b == -1) {
    if (name == "/") over = __builtin_sub_overflow(0, a, &result);
  } else {
    result = name == "/" ? a / b : a % b;
  }
  if (over) return none();
  return {false, Json::number(std::to_string(result))};
}

Outcome of_doubles(const std::string& name, double a, double b) {
  if (name == "/" && b == 0) return none();
  const double result = name == "+" ? a + b : name == "-" ? a - b : name == "*" ? a * b : a / b;
  if (!std::isfinite(result)) return none();
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", result);
  return {false, Json::number(text)};
}

Outcome arithmetic(const Expression& one, const Json& a, const Json& b) {
  if (one.kind == Kind::kText) return {false, Json::string(a.text + b.text)};
  if (one.kind == Kind::kInteger) return of_integers(one.name, integer_of(a), integer_of(b));
  if (one.kind == Kind::kNumber) {
    return of_doubles(one.name, std::strtod(a.text.c_str(), nullptr),
                      std::strtod(b.text.c_str(), nullptr));
  }
  if (one.name == "*") return {false, Json::string(decimal_product(a.text, b.text))};
  return {false, Json::string(decimal_sum(a.text, one.name == "-" ? negated(b.text) : b.text))};
}

// Compares values of two kinds that may meet. Requires: neither is null.
int order_of(Kind kind, const Json& a, Kind other, const Json& b) {
  if (kind == other && kind != Kind::kDecimal) return compare_values(kind, a, b);
  if (kind == Kind::kNumber || other == Kind::kNumber) {
    // A long double holds every integer of 64 bits and every double.
    const long double left = std::strtold(a.text.c_str(), nullptr);
    const long double right = std::strtold(b.text.c_str(), nullptr);
    return left < right ? -1 : right < left ? 1 : 0;
  }
  return compare_values(Kind::kDecimal, stored_form(Kind::kDecimal, Json::string(a.text)),
                        stored_form(Kind::kDecimal, Json::string(b.text)));
}

bool holds(const std::string& name, int order) {
  if (name == "==") return order == 0;
  if (name == "!=") return order != 0;
  if (name == "<") return order < 0;
  if (name == "<=") return order <= 0;
  return name == ">" ? order > 0 : order >= 0;
}

int code_points(const std::string& text) {
  return static_cast<int>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) >> 6) != 2; }));
}

class Evaluator {
 public:
  Evaluator(const std::vector<Json>& values, const std::string& now, NullCondition null)
      : values_(&values), now_(&now), null_(null) {}

  [[nodiscard]] Outcome work_out(const Expression& one) const {
    switch (one.op) {
      case Op::kProperty:
        return {false, value_of(one)};
      case Op::kLiteral:
        return literal(one);
      case Op::kNow:
        return {false, Json::string(*now_)};
      case Op::kHas:
        return truth(has(one));
      case Op::kName:
        if (value_of(one).is_null()) return {};
        return truth(value_of(one).find(one.name) != nullptr);
      case Op::kCondition: {
        const Outcome which = work_out(one.parts[0]);
        const bool null_is_true = null_ == NullCondition::kIsTrue && which.value.is_null();
        if (which.failed || (which.value.is_null() && !null_is_true)) return which;
        return work_out(one.parts[null_is_true || which.value.boolean ? 1 : 2]);
      }
      case Op::kOperator:
        return operation(one);
      default:
        return function(one);
    }
  }

 private:
  [[nodiscard]] const Json& value_of(const Expression& one) const {
    return (*values_)[static_cast<size_t>(one.property)];
  }
  [[nodiscard]] static Outcome literal(const Expression& one) {
    if (one.kind == Kind::kDecimal) {
      return {false, one.literal.is_null()
                         ? Json()
                         : stored_form(Kind::kDecimal, Json::string(one.literal.text))};
    }
    return {false, stored_form(one.kind, one.literal)};
  }
  [[nodiscard]] bool has(const Expression& one) const {
    const Json& value = value_of(one);
    if (one.name.empty()) return !value.is_null();
    const Json* const member = value.find(one.name);
    return member != nullptr && !member->is_null();
  }

  [[nodiscard]] Outcome operation(const Expression& one) const {
    const Outcome left = work_out(one.parts[0]);
    const Outcome right = work_out(one.parts[1]);
    if (one.name == "&&" || one.name == "||") return joined(one.name == "||", left, right);
    if (left.failed || right.failed) return none();
    const bool null = left.value.is_null() || right.value.is_null();
    if (null && (one.name == "==" || one.name == "!=")) {
      return truth((left.value.is_null() && right.value.is_null()) == (one.name == "=="));
    }
    if (null) return {};
    if (one.kind != Kind::kBoolean) return arithmetic(one, left.value, right.value);
    return truth(
        holds(one.name, order_of(one.parts[0].kind, left.value, one.parts[1].kind, right.value)));
  }

  // `decides` is the value that settles the whole from either side.
  static Outcome joined(bool decides, const Outcome& left, const Outcome& right) {
    for (const Outcome* const side : {&left, &right}) {
      const bool known = !side->failed && !side->value.is_null();
      if (known && side->value.boolean == decides) return *side;
    }
    if (left.failed || right.failed) return none();
    return left.value.is_null() ? left : right;
  }

  [[nodiscard]] Outcome function(const Expression& one) const {
    const Outcome first = work_out(one.parts[0]);
    if (one.op == Op::kOneOf && !first.failed) return one_of(one, first.value);
    if (first.failed || first.value.is_null()) return first;
    const Json& value = first.value;
    if (one.op == Op::kNot) return truth(!value.boolean);
    if (one.op == Op::kSize) {
      const bool counts = value.kind == Json::Kind::kObject;
      return {false, Json::number(std::to_string(counts ? static_cast<int>(value.members.size())
                                                        : code_points(value.text)))};
    }
    if (one.op == Op::kNegative) {
      if (one.kind == Kind::kInteger) return of_integers("-", 0, integer_of(value));
      if (one.kind == Kind::kNumber) {
        return of_doubles("*", -1, std::strtod(value.text.c_str(), nullptr));
      }
      return {false, Json::string(negated(value.text))};
    }
    const Outcome second = work_out(one.parts[1]);
    if (second.failed || second.value.is_null()) return second;
    const std::string& text = second.value.text;
    if (one.name == "startsWith") return truth(value.text.starts_with(text));
    if (one.name == "endsWith") return truth(value.text.ends_with(text));
    return truth(value.text.find(text) != std::string::npos);
  }

  [[nodiscard]] Outcome one_of(const Expression& one, const Json& value) const {
    return truth(std::any_of(one.parts.begin() + 1, one.parts.end(), [&](const Expression& part) {
      const Json other = work_out(part).value;
      if (value.is_null() || other.is_null()) return value.is_null() && other.is_null();
      return order_of(one.parts[0].kind, value, part.kind, other) == 0;
    }));
  }

  const std::vector<Json>* values_;
  const std::string* now_;
  NullCondition null_;
};

}  // namespace

Outcome evaluate(const Expression& expression, const std::vector<Json>& values,
                 const std::string& now, NullCondition null) {
  return Evaluator(values, now, null).work_out(expression);
}

}  // namespace servanda::model
