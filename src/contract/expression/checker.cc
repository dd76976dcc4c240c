// SPDX-License-Identifier: Apache-2.0
#include "contract/expression/checker.h"

#include <algorithm>

#include "base/text.h"

namespace servanda::internal {
namespace {

using Kind = ExpressionKind;
using Op = ExpressionOp;

bool is_numeric(Kind kind) {
  return kind == Kind::kInteger || kind == Kind::kDecimal || kind == Kind::kNumber;
}
bool is_open_kind(Kind kind) {
  return kind == Kind::kAny || kind == Kind::kNull;
}
bool is_container(Kind kind) {
  return kind == Kind::kList || kind == Kind::kObject;
}
bool has_order(Kind kind) {
  return is_numeric(kind) || kind == Kind::kText || kind == Kind::kTimestamp ||
         kind == Kind::kDate || kind == Kind::kAny;
}
bool is_order(Op op) {
  return op == Op::kLess || op == Op::kAtMost || op == Op::kGreater || op == Op::kAtLeast;
}

std::string_view sign_of(Op op) {
  switch (op) {
    case Op::kAnd:
      return "&&";
    case Op::kOr:
      return "||";
    case Op::kNot:
      return "!";
    case Op::kAdd:
      return "+";
    case Op::kSubtract:
    case Op::kNegate:
      return "-";
    case Op::kMultiply:
      return "*";
    case Op::kDivide:
      return "/";
    case Op::kRemainder:
      return "%";
    case Op::kStartsWith:
      return "startsWith()";
    case Op::kEndsWith:
      return "endsWith()";
    case Op::kContains:
      return "contains()";
    default:
      return "this";
  }
}

std::string did_you_mean(std::string_view word, const std::vector<ExpressionMember>& members) {
  std::vector<std::string_view> names;
  for (const ExpressionMember& member : members) {
    if (member.refused.empty()) names.push_back(member.name);
  }
  if (const auto near = nearest(word, names)) return "Did you mean " + in_quotes(*near) + "?";
  std::string text = "These can be named: ";
  for (size_t i = 0; i < names.size() && i < 20; ++i) {
    text += (i > 0 ? ", " : "") + std::string(names[i]);
  }
  return names.empty() ? "Nothing can be named here." : text + ".";
}

}  // namespace

bool ExpressionChecker::fail(uint16_t index, std::string message, std::string fix,
                             ExpressionError::Sort sort) {
  if (!error_) {
    error_ = ExpressionError{sort, node(index).offset, std::move(message), std::move(fix)};
  }
  return false;
}

bool ExpressionChecker::set(uint16_t index, ExpressionType type) {
  node(index).type = type;
  return true;
}

std::optional<ExpressionError> ExpressionChecker::check(Kind wanted) {
  const uint16_t root = made_->root_;
  if (check_node(root)) check_result(root, wanted);
  return error_;
}

bool ExpressionChecker::check_result(uint16_t index, Kind wanted) {
  if (wanted == Kind::kAny) return true;
  if (can_become(index, wanted)) become(index, wanted);
  const Kind given = kind(index);
  if (given == wanted || is_open_kind(given)) return true;
  if (given == Kind::kInteger && wanted == Kind::kDecimal) return true;
  return fail(index,
              "the result is " + std::string(kind_with_article(given)) + ", not " +
                  std::string(kind_with_article(wanted)),
              {}, ExpressionError::Sort::kResult);
}

bool ExpressionChecker::check_node(uint16_t index) {
  switch (node(index).op) {
    case Op::kLiteral:
      return true;
    case Op::kRead:
      return check_read(index);
    case Op::kMember:
      return check_member(index);
    case Op::kList:
      return check_list(index);
    case Op::kAnd:
    case Op::kOr:
    case Op::kNot:
      return check_logic(index);
    case Op::kEqual:
    case Op::kNotEqual:
    case Op::kLess:
    case Op::kAtMost:
    case Op::kGreater:
    case Op::kAtLeast:
      return check_comparison(index);
    case Op::kIn:
      return check_in(index);
    case Op::kAdd:
    case Op::kSubtract:
    case Op::kMultiply:
    case Op::kDivide:
    case Op::kRemainder:
    case Op::kNegate:
      return check_arithmetic(index);
    case Op::kChoose:
      return check_choice(index);
    default:
      return check_call(index);
  }
}

bool ExpressionChecker::check_operands(uint16_t index) {
  for (size_t i = 0; i < node(index).operand_count; ++i) {
    if (!check_node(operand(index, i))) return false;
  }
  return true;
}

// --- Names.

const ExpressionMember* ExpressionChecker::root_named(uint16_t index, uint16_t& root_index) {
  const std::string_view name = made_->text(node(index));
  for (size_t i = 0; i < scope_->roots.size(); ++i) {
    const ExpressionMember& root = scope_->roots[i];
    if (root.name != name) continue;
    if (!root.refused.empty()) {
      fail(index, in_quotes(name) + " cannot be used here: " + root.refused,
           did_you_mean(name, scope_->roots));
      return nullptr;
    }
    root_index = static_cast<uint16_t>(i);
    return &root;
  }
  std::string fix = did_you_mean(name, scope_->roots);
  for (const ExpressionMember& root : scope_->roots) {
    for (const ExpressionMember& member : root.members) {
      if (member.name == name) fix = "Write " + root.name + "." + member.name + ".";
    }
  }
  fail(index, "there is no name " + in_quotes(name), std::move(fix));
  return nullptr;
}

bool ExpressionChecker::check_read(uint16_t index) {
  uint16_t root_index = 0;
  const ExpressionMember* const root = root_named(index, root_index);
  if (root == nullptr) return false;
  if (root->type.kind == Kind::kObject) {
    return fail(index, in_quotes(root->name) + " is an object, not a value",
                "Name one of its members: " + root->name + ".x.");
  }
  node(index).root = root_index;
  node(index).type = root->type;
  return true;
}

bool ExpressionChecker::check_member(uint16_t index) {
  const uint16_t object = operand(index, 0);
  if (node(object).op == Op::kRead) {
    uint16_t root_index = 0;
    const ExpressionMember* const root = root_named(object, root_index);
    if (root == nullptr) return false;
    if (root->type.kind == Kind::kObject) return check_root_member(index, *root, root_index);
  }
  return check_node(object) && check_inner_member(index);
}

bool ExpressionChecker::check_root_member(uint16_t index, const ExpressionMember& root,
                                          uint16_t root_index) {
  const std::string_view name = made_->text(node(index));
  for (size_t i = 0; i < root.members.size(); ++i) {
    const ExpressionMember& member = root.members[i];
    if (member.name != name) continue;
    ExpressionNode& read = node(index);
    read.op = Op::kRead;
    read.operand_count = 0;
    read.root = root_index;
    read.member = static_cast<uint16_t>(i);
    return use_member(index, member, root.type);
  }
  if (!root.open) return unknown_member(index, root);
  node(operand(index, 0)).root = root_index;
  node(operand(index, 0)).type = root.type;
  return set(index, {.kind = Kind::kAny, .nullable = true});
}

bool ExpressionChecker::check_inner_member(uint16_t index) {
  const uint16_t object = operand(index, 0);
  const std::string_view name = made_->text(node(index));
  if (kind(object) == Kind::kAny) return set(index, {.kind = Kind::kAny, .nullable = true});
  const ExpressionMember* const shape = members_[object];
  if (kind(object) != Kind::kObject || shape == nullptr) {
    return fail(
        index,
        "there is no " + in_quotes(name) + " in " + std::string(kind_with_article(kind(object))),
        "Only objects have members.");
  }
  for (const ExpressionMember& member : shape->members) {
    if (member.name == name) return use_member(index, member, node(object).type);
  }
  if (!shape->open) return unknown_member(index, *shape);
  return set(index, {.kind = Kind::kAny, .nullable = true});
}

bool ExpressionChecker::use_member(uint16_t index, const ExpressionMember& member,
                                   const ExpressionType& owner) {
  if (!member.refused.empty()) {
    return fail(index, in_quotes(member.name) + " cannot be used here: " + member.refused,
                "Use another property.");
  }
  members_[index] = &member;
  node(index).type = member.type;
  if (owner.nullable) node(index).type.nullable = true;
  const bool known = std::ranges::find(known_, path_of(index)) != known_.end();
  if (known) node(index).type.nullable = false;
  return true;
}

bool ExpressionChecker::unknown_member(uint16_t index, const ExpressionMember& object) {
  const std::string_view name = made_->text(node(index));
  const std::string& called = object.called.empty() ? object.name : object.called;
  return fail(index, "unknown property " + in_quotes(name) + " of " + called,
              did_you_mean(name, object.members));
}

// --- Operators.

bool ExpressionChecker::check_list(uint16_t index) {
  if (!check_operands(index)) return false;
  Kind items = Kind::kNull;
  for (size_t i = 0; i < node(index).operand_count; ++i) {
    const uint16_t item = operand(index, i);
    if (i > 0) bring_together(operand(index, 0), item);
    if (is_container(kind(item))) {
      return fail(item,
                  "a list holds single values, not " + std::string(kind_with_article(kind(item))),
                  "Name the member that is meant.");
    }
    const auto common = common_kind(i == 1 ? kind(operand(index, 0)) : items, kind(item));
    if (!common) {
      return fail(item,
                  "the list holds " + std::string(kind_with_article(items)) + " and " +
                      std::string(kind_with_article(kind(item))),
                  "Give all items the same type.");
    }
    items = *common;
  }
  return set(index, {.kind = Kind::kList, .items = items});
}

bool ExpressionChecker::check_knowing(uint16_t index, uint16_t condition, Outcome outcome) {
  const size_t before = known_.size();
  learn(condition, outcome);
  const bool sound = check_node(index);
  known_.resize(before);
  return sound;
}

bool ExpressionChecker::check_logic(uint16_t index) {
  const Op op = node(index).op;
  const uint16_t left = operand(index, 0);
  if (!check_node(left)) return false;
  bool may_be_null = nullable(left);
  if (op != Op::kNot) {
    const uint16_t right = operand(index, 1);
    const Outcome outcome = op == Op::kAnd ? Outcome::kTrue : Outcome::kFalse;
    if (!check_knowing(right, left, outcome)) return false;
    may_be_null = may_be_null || nullable(right);
  }
  for (size_t i = 0; i < node(index).operand_count; ++i) {
    const uint16_t one = operand(index, i);
    if (kind(one) == Kind::kBoolean || is_open_kind(kind(one))) continue;
    return fail(
        one,
        in_quotes(sign_of(op)) + " needs true or false, not " +
            std::string(kind_with_article(kind(one))),
        kind(one) == Kind::kText ? "Compare it: self.x == 'a'." : "Compare it: self.x > 0.");
  }
  return set(index, {.kind = Kind::kBoolean, .nullable = may_be_null});
}

bool ExpressionChecker::check_comparison(uint16_t index) {
  if (!check_operands(index)) return false;
  const uint16_t a = operand(index, 0);
  const uint16_t b = operand(index, 1);
  bring_together(a, b);
  if (is_order(node(index).op)) {
    for (const uint16_t one : {a, b}) {
      if (has_order(kind(one))) continue;
      return fail(one, std::string(kind_with_article(kind(one))) + " has no order",
                  "Compare it with == or !=.");
    }
  }
  const bool beside_null = kind(a) == Kind::kNull || kind(b) == Kind::kNull;
  if (!beside_null && (is_container(kind(a)) || is_container(kind(b)))) {
    return fail(index, "lists and objects are not compared as a whole",
                "Compare their members, use size(), or compare with null.");
  }
  const bool same = common_kind(kind(a), kind(b)).has_value();
  const bool uuid_text = (kind(a) == Kind::kUuid && kind(b) == Kind::kText) ||
                         (kind(a) == Kind::kText && kind(b) == Kind::kUuid);
  const bool exact = is_numeric(kind(a)) && is_numeric(kind(b)) && kind(a) != Kind::kDecimal &&
                     kind(b) != Kind::kDecimal;
  const bool literal = node(a).op == Op::kLiteral || node(b).op == Op::kLiteral;
  if (!same && !exact && (!uuid_text || literal)) {
    return fail(index, both_kinds(a, b) + " are compared", mismatch_fix(a, b));
  }
  return set(index, {.kind = Kind::kBoolean,
                     .nullable = is_order(node(index).op) && (nullable(a) || nullable(b))});
}

bool ExpressionChecker::check_in(uint16_t index) {
  if (!check_operands(index)) return false;
  const uint16_t item = operand(index, 0);
  const uint16_t list = operand(index, 1);
  if (is_container(kind(item))) {
    return fail(item, "lists and objects are not compared as a whole", "Name a single value.");
  }
  if (kind(list) == Kind::kObject) {
    if (kind(item) == Kind::kText || is_open_kind(kind(item))) {
      return set(index, {.kind = Kind::kBoolean, .nullable = nullable(item) || nullable(list)});
    }
    return fail(item,
                "the members of an object have names, and this is " +
                    std::string(kind_with_article(kind(item))),
                "Put text before \"in\".");
  }
  if (kind(list) != Kind::kList && !is_open_kind(kind(list))) {
    return fail(list, "\"in\" needs a list, not " + std::string(kind_with_article(kind(list))),
                "Write a list: self.x in ['a', 'b'].");
  }
  if (kind(list) == Kind::kList) {
    for (size_t i = 0; node(list).op == Op::kList && i < node(list).operand_count; ++i) {
      const uint16_t one = operand(list, i);
      bring_together(item, one);
      if (common_kind(kind(item), kind(one))) continue;
      return fail(one, both_kinds(item, one) + " are compared", mismatch_fix(item, one));
    }
    const Kind items = node(list).type.items;
    if (node(list).op != Op::kList && can_become(item, items)) become(item, items);
    if (node(list).op != Op::kList && !common_kind(kind(item), items)) {
      return fail(index,
                  std::string(kind_with_article(kind(item))) +
                      " is looked for in a list of which "
                      "each item is " +
                      std::string(kind_with_article(items)),
                  "Look for a value of the items' type.");
    }
  }
  return set(index, {.kind = Kind::kBoolean, .nullable = nullable(list)});
}

bool ExpressionChecker::check_arithmetic(uint16_t index) {
  if (!check_operands(index)) return false;
  const Op op = node(index).op;
  const uint16_t a = operand(index, 0);
  const uint16_t b = op == Op::kNegate ? a : operand(index, 1);
  bring_together(a, b);
  const std::string sign = in_quotes(sign_of(op));
  const bool may_be_null = nullable(a) || nullable(b);
  const bool text_a = kind(a) == Kind::kText || is_open_kind(kind(a));
  const bool text_b = kind(b) == Kind::kText || is_open_kind(kind(b));
  if (op == Op::kAdd && text_a && text_b) {
    const bool text = kind(a) == Kind::kText || kind(b) == Kind::kText;
    return set(index, {.kind = text ? Kind::kText : Kind::kAny, .nullable = may_be_null});
  }
  for (const uint16_t one : {a, b}) {
    if (is_numeric(kind(one)) || is_open_kind(kind(one))) continue;
    return fail(one, sign + " cannot be used on " + std::string(kind_with_article(kind(one))),
                op == Op::kAdd ? "Add numbers to numbers, or text to text." : "Use numbers.");
  }
  const auto common = common_kind(kind(a), kind(b));
  if (!common) {
    return fail(index, both_kinds(a, b) + " cannot be combined exactly by " + sign,
                mismatch_fix(a, b));
  }
  if (op == Op::kDivide && *common == Kind::kDecimal) {
    return fail(index, "decimals have no exact quotient",
                "Multiply by a decimal instead: self.x * 0.01.");
  }
  if (op == Op::kRemainder && *common != Kind::kInteger && !is_open_kind(*common)) {
    return fail(index, "only integers have a remainder", "Use integers on both sides of \"%\".");
  }
  return set(index, {.kind = *common, .nullable = may_be_null});
}

bool ExpressionChecker::check_choice(uint16_t index) {
  const uint16_t condition = operand(index, 0);
  const uint16_t a = operand(index, 1);
  const uint16_t b = operand(index, 2);
  if (!check_node(condition)) return false;
  if (kind(condition) != Kind::kBoolean && !is_open_kind(kind(condition))) {
    return fail(condition,
                "\"?\" needs true or false before it, not " +
                    std::string(kind_with_article(kind(condition))),
                "Compare it, or ask has().");
  }
  if (!check_knowing(a, condition, Outcome::kTrue)) return false;
  if (!check_knowing(b, condition, Outcome::kFalse)) return false;
  bring_together(a, b);
  const auto common = common_kind(kind(a), kind(b));
  if (!common) {
    return fail(index,
                "one result is " + std::string(kind_with_article(kind(a))) + ", the other is " +
                    std::string(kind_with_article(kind(b))),
                "Give both results the same type.");
  }
  const bool same_lists = *common == Kind::kList && node(a).type.items == node(b).type.items;
  return set(index, {.kind = *common == Kind::kObject ? Kind::kAny : *common,
                     .items = same_lists ? node(a).type.items : Kind::kAny,
                     .nullable = nullable(condition) || nullable(a) || nullable(b)});
}

bool ExpressionChecker::check_call(uint16_t index) {
  if (!check_operands(index)) return false;
  const Op op = node(index).op;
  const uint16_t subject = operand(index, 0);
  if (op == Op::kHas) {
    const Op asked = node(subject).op;
    if (asked == Op::kRead || asked == Op::kMember)
      return set(index, {.kind = Kind::kBoolean, .nullable = false});
    return fail(subject, "has() asks for a property", "Write has(self.x).");
  }
  if (op == Op::kSize) {
    const Kind of = kind(subject);
    if (of == Kind::kText || is_container(of) || is_open_kind(of)) {
      return set(index, {.kind = Kind::kInteger, .nullable = nullable(subject)});
    }
    return fail(subject, std::string(kind_with_article(of)) + " has no size",
                "Use size() on text, lists and objects.");
  }
  const uint16_t argument = operand(index, 1);
  for (const uint16_t one : {subject, argument}) {
    if (kind(one) == Kind::kText || is_open_kind(kind(one))) continue;
    return fail(
        one,
        std::string(sign_of(op)) + " needs text, not " + std::string(kind_with_article(kind(one))),
        kind(one) == Kind::kList ? "Write 'a' in self.x to look into a list." : "Use it on text.");
  }
  return set(index, {.kind = Kind::kBoolean, .nullable = nullable(subject) || nullable(argument)});
}

}  // namespace servanda::internal
