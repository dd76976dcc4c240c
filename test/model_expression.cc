// SPDX-License-Identifier: Apache-2.0
#include "model_expression.h"

#include <algorithm>
#include <utility>

namespace servanda::model {
namespace {

using Op = Expression::Op;

constexpr int kDepth = 3;  // Of operators within each other.

bool is_number(Kind kind) {
  return kind == Kind::kInteger || kind == Kind::kDecimal || kind == Kind::kNumber;
}
bool has_ranges(Kind kind) {
  return is_number(kind) || kind == Kind::kText || kind == Kind::kDate || kind == Kind::kDateTime;
}

Json random_literal(Dice& dice, Kind kind) {
  static const std::vector<std::string> integers = {"0", "1", "2", "3", "10", "9007199254740993"};
  static const std::vector<std::string> decimals = {"0.5", "1.50", "10.01", "0.001"};
  static const std::vector<std::string> numbers = {"15e-1", "2e0", "1e300", "0e0"};
  static const std::vector<std::string> texts = {"a",  "ab", "",      "b",
                                                 "a%", "A",  "usual", "\xc3\xa9"};
  static const std::vector<std::string> dates = {"2024-02-29", "1970-01-01"};
  static const std::vector<std::string> times = {"2024-02-29T12:00:00Z", "1969-12-31T23:59:59.5Z"};
  switch (kind) {
    case Kind::kInteger:
      return Json::number(dice.one_of(integers));
    case Kind::kDecimal:
      return Json::number(dice.one_of(decimals));
    case Kind::kNumber:
      return Json::number(dice.one_of(numbers));
    case Kind::kBoolean:
      return Json::truth(dice.percent(50));
    case Kind::kEnum:
      return Json::string(dice.one_of(enum_words()));
    case Kind::kUuid:
      return Json::string("0197a000-0000-7000-8000-00000000000f");
    case Kind::kDate:
      return Json::string(dice.one_of(dates));
    case Kind::kDateTime:
      return Json::string(dice.one_of(times));
    default:
      return Json::string(dice.one_of(texts));
  }
}

class Maker {
 public:
  Maker(const Resource& resource, Dice& dice) : resource_(&resource), dice_(&dice) {
    for (int at = 0; at < static_cast<int>(resource.properties.size()); ++at) {
      const Property& property = resource.properties[static_cast<size_t>(at)];
      const bool known = property.made == Made::kNever || property.made == Made::kCounter;
      const bool made_key = at == resource.key && resource.generated_key;
      if (known && !made_key && !property.write_only && !property.computed) readable_.push_back(at);
    }
  }

  Expression make(Kind kind, int depth) {
    if (depth == 0) return leaf(kind);
    if (dice_->percent(12)) return choice(kind, depth);
    switch (kind) {
      case Kind::kBoolean:
        return condition(depth);
      case Kind::kInteger:
        return integer(depth);
      case Kind::kDecimal:
        return decimal(depth);
      case Kind::kNumber:
        return number(depth);
      case Kind::kText:
        if (dice_->percent(60)) return binary(kind, "+", make(kind, depth - 1), make(kind, 0));
        return leaf(kind);
      default:
        return choice(kind, depth);
    }
  }

 private:
  static Expression of(Op op, Kind kind) {
    Expression made;
    made.op = op;
    made.kind = kind;
    return made;
  }
  static Expression binary(Kind kind, std::string name, Expression left, Expression right) {
    Expression made = of(Op::kOperator, kind);
    made.name = std::move(name);
    made.parts = {std::move(left), std::move(right)};
    return made;
  }
  [[nodiscard]] Kind kind_of(int at) const {
    return resource_->properties[static_cast<size_t>(at)].kind;
  }
  Expression property(int at) {
    Expression made = of(Op::kProperty, kind_of(at));
    made.property = at;
    return made;
  }
  Expression literal(Kind kind) {
    Expression made = of(Op::kLiteral, kind);
    made.literal = random_literal(*dice_, kind);
    return made;
  }
  std::vector<int> readable(Kind kind) const {
    std::vector<int> all;
    std::ranges::copy_if(readable_, std::back_inserter(all),
                         [&](int at) { return kind_of(at) == kind; });
    return all;
  }
  Expression leaf(Kind kind) {
    const std::vector<int> fit = readable(kind);
    if (!fit.empty() && dice_->percent(85)) return property(dice_->one_of(fit));
    return literal(kind);
  }
  Expression choice(Kind kind, int depth) {
    Expression made = of(Op::kCondition, kind);
    made.parts = {condition(depth - 1), make(kind, kind == Kind::kEnum ? 0 : depth - 1),
                  make(kind, 0)};
    // What comes out of an enum is one of its words only where they are written.
    if (kind == Kind::kEnum) made.parts[1] = literal(kind);
    if (kind == Kind::kEnum) made.parts[2] = literal(kind);
    return made;
  }

  Expression condition(int depth) {
    switch (dice_->below(depth > 0 ? 12 : 6)) {
      case 0:
      case 1:
        return presence();
      case 2:
        return leaf(Kind::kBoolean);
      case 3:
        return one_of();
      case 4:
      case 5:
        return comparison(0);
      case 6: {
        Expression made = of(Op::kNot, Kind::kBoolean);
        made.parts.push_back(condition(depth - 1));
        return made;
      }
      case 7:
      case 8:
        return binary(Kind::kBoolean, dice_->percent(50) ? "&&" : "||", condition(depth - 1),
                      condition(depth - 1));
      case 9:
        return about_text(depth);
      default:
        return comparison(depth - 1);
    }
  }

  Expression presence() {
    Expression made = of(Op::kHas, Kind::kBoolean);
    made.property = dice_->one_of(readable_);
    if (kind_of(made.property) != Kind::kObject || dice_->percent(30)) return made;
    made.name = dice_->percent(70) ? "a" : "b";
    if (dice_->percent(50)) made.op = Op::kName;
    return made;
  }

  Expression one_of() {
    static const Kind kinds[] = {Kind::kText, Kind::kEnum, Kind::kInteger, Kind::kDecimal};
    Expression made = of(Op::kOneOf, Kind::kBoolean);
    const Kind kind = dice_->one_of(kinds);
    made.parts.push_back(leaf(kind));
    for (int n = 1 + dice_->below(3); n > 0; --n) made.parts.push_back(literal(kind));
    if (dice_->percent(15)) made.parts.push_back(of(Op::kLiteral, kind));  // Null.
    return made;
  }

  Expression about_text(int depth) {
    static const char* const names[] = {"startsWith", "endsWith", "contains"};
    Expression made = of(Op::kFunction, Kind::kBoolean);
    made.name = dice_->one_of(names);
    made.parts = {make(Kind::kText, depth - 1), leaf(Kind::kText)};
    return made;
  }

  Expression comparison(int depth) {
    static const char* const ranges[] = {"<", "<=", ">", ">="};
    std::vector<int> fit;
    std::ranges::copy_if(readable_, std::back_inserter(fit),
                         [&](int at) { return kind_of(at) != Kind::kObject; });
    Expression left = property(dice_->one_of(fit));
    const Kind kind = left.kind;
    std::string name = dice_->percent(50) ? "==" : "!=";
    if (has_ranges(kind) && dice_->percent(70)) name = dice_->one_of(ranges);
    if (kind == Kind::kDateTime && dice_->percent(60)) {
      return binary(Kind::kBoolean, name, std::move(left), of(Op::kNow, kind));
    }
    if ((name == "==" || name == "!=") && dice_->percent(25)) {
      return binary(Kind::kBoolean, name, std::move(left), of(Op::kLiteral, kind));  // Null.
    }
    Kind other = kind;
    if (kind == Kind::kInteger && dice_->percent(25)) other = Kind::kDecimal;
    if (kind == Kind::kInteger && dice_->percent(15)) other = Kind::kNumber;
    const bool made = is_number(kind) || kind == Kind::kText;
    return binary(Kind::kBoolean, name, std::move(left), made ? make(other, depth) : leaf(other));
  }

  Expression negative(Kind kind, int depth) {
    Expression made = of(Op::kNegative, kind);
    made.parts.push_back(make(kind, depth - 1));
    return made;
  }

  Expression size() {
    std::vector<int> fit = readable(Kind::kText);
    std::ranges::copy(readable(Kind::kObject), std::back_inserter(fit));
    if (fit.empty()) return leaf(Kind::kInteger);
    Expression made = of(Op::kSize, Kind::kInteger);
    made.parts.push_back(property(dice_->one_of(fit)));
    return made;
  }

  Expression integer(int depth) {
    static const char* const names[] = {"+", "-", "*", "/", "%"};
    if (dice_->percent(20)) return size();
    if (dice_->percent(15)) return negative(Kind::kInteger, depth);
    if (dice_->percent(15)) return leaf(Kind::kInteger);
    return binary(Kind::kInteger, dice_->one_of(names), make(Kind::kInteger, depth - 1),
                  make(Kind::kInteger, 0));
  }

  Expression decimal(int depth) {
    static const char* const names[] = {"+", "-", "*"};
    if (dice_->percent(20)) return negative(Kind::kDecimal, depth);
    if (dice_->percent(15)) return leaf(Kind::kDecimal);
    const Kind other = dice_->percent(40) ? Kind::kInteger : Kind::kDecimal;
    return binary(Kind::kDecimal, dice_->one_of(names), make(Kind::kDecimal, depth - 1),
                  make(other, 0));
  }

  Expression number(int depth) {
    static const char* const names[] = {"+", "-", "*", "/"};
    if (dice_->percent(20)) return negative(Kind::kNumber, depth);
    return binary(Kind::kNumber, dice_->one_of(names), make(Kind::kNumber, depth - 1),
                  make(Kind::kNumber, 0));
  }

  const Resource* resource_;
  Dice* dice_;
  std::vector<int> readable_;
};

std::string quoted(const std::string& text) {
  return "'" + text + "'";
}

class Writer {
 public:
  explicit Writer(const Resource& resource) : resource_(&resource) {}

  [[nodiscard]] std::string text(const Expression& one) const {
    switch (one.op) {
      case Op::kProperty:
        return self(one);
      case Op::kLiteral:
        return one.literal.kind == Json::Kind::kString ? quoted(one.literal.text)
                                                       : json_text(one.literal);
      case Op::kNow:
        return "now";
      case Op::kHas:
        return "has(" + self(one) + (one.name.empty() ? "" : "." + one.name) + ")";
      case Op::kName:
        return quoted(one.name) + " in " + self(one);
      case Op::kOneOf:
        return part(one, 0) + " in [" + rest(one) + "]";
      case Op::kSize:
        return "size(" + text(one.parts[0]) + ")";
      case Op::kFunction:
        return part(one, 0) + "." + one.name + "(" + text(one.parts[1]) + ")";
      case Op::kNot:
        return "!" + part(one, 0);
      case Op::kNegative:
        return "-" + part(one, 0);
      case Op::kOperator:
        return part(one, 0) + " " + one.name + " " + part(one, 1);
      case Op::kCondition:
        return part(one, 0) + " ? " + part(one, 1) + " : " + part(one, 2);
    }
    return "";
  }

 private:
  [[nodiscard]] std::string self(const Expression& one) const {
    return "self." + resource_->properties[static_cast<size_t>(one.property)].name;
  }
  [[nodiscard]] std::string part(const Expression& one, size_t at) const {
    const Expression& part = one.parts[at];
    const bool simple = part.op == Op::kProperty || part.op == Op::kLiteral || part.op == Op::kNow;
    return simple ? text(part) : "(" + text(part) + ")";
  }
  [[nodiscard]] std::string rest(const Expression& one) const {
    std::string out;
    for (size_t at = 1; at < one.parts.size(); ++at) {
      out += (at == 1 ? "" : ", ") + text(one.parts[at]);
    }
    return out;
  }

  const Resource* resource_;
};

}  // namespace

Expression random_expression(const Resource& resource, Kind kind, Dice& dice) {
  return Maker(resource, dice).make(kind, 1 + dice.below(kDepth));
}

std::string expression_text(const Resource& resource, const Expression& expression) {
  return Writer(resource).text(expression);
}

bool uses_now(const Expression& expression) {
  return expression.op == Op::kNow || std::ranges::any_of(expression.parts, uses_now);
}

bool mentions(const Expression& expression, int property) {
  return expression.property == property ||
         std::ranges::any_of(expression.parts,
                             [&](const Expression& part) { return mentions(part, property); });
}

bool depends_on_now(const Resource& resource) {
  return std::ranges::any_of(resource.properties, [](const Property& property) {
    return !property.dropped && property.computed && uses_now(*property.computed);
  });
}

}  // namespace servanda::model
