// SPDX-License-Identifier: Apache-2.0
#include "contract/expression/parser.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/decimal.h"
#include "base/text.h"

namespace servanda::internal {
namespace {

using Op = ExpressionOp;
using Kind = ExpressionKind;
using Token = ExpressionToken;

struct BinarySign {
  std::string_view sign;
  int precedence;
  Op op;
};
constexpr std::array<BinarySign, 14> kBinary = {{{"||", 1, Op::kOr},
                                                 {"&&", 2, Op::kAnd},
                                                 {"==", 3, Op::kEqual},
                                                 {"!=", 3, Op::kNotEqual},
                                                 {"<", 3, Op::kLess},
                                                 {"<=", 3, Op::kAtMost},
                                                 {">", 3, Op::kGreater},
                                                 {">=", 3, Op::kAtLeast},
                                                 {"in", 3, Op::kIn},
                                                 {"+", 4, Op::kAdd},
                                                 {"-", 4, Op::kSubtract},
                                                 {"*", 5, Op::kMultiply},
                                                 {"/", 5, Op::kDivide},
                                                 {"%", 5, Op::kRemainder}}};

const BinarySign* binary_sign(const Token& token) {
  if (token.kind != Token::Kind::kSign && !token.is_name("in")) return nullptr;
  for (const BinarySign& known : kBinary) {
    if (known.sign == token.text) return &known;
  }
  return nullptr;
}

struct FunctionName {
  std::string_view name;
  Op op;
};
constexpr std::array<FunctionName, 4> kMethods = {{{"size", Op::kSize},
                                                   {"startsWith", Op::kStartsWith},
                                                   {"endsWith", Op::kEndsWith},
                                                   {"contains", Op::kContains}}};

const FunctionName* method_called(std::string_view name) {
  for (const FunctionName& known : kMethods) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

// How a word is called in messages.
std::string shown(const Token& token) {
  if (token.kind == Token::Kind::kEnd) return "the end";
  if (token.kind == Token::Kind::kText) return "the text " + std::string(token.text);
  return '"' + std::string(token.text) + '"';
}

// What people write who come from other languages.
std::string fix_of_word(const Token& token) {
  if (token.is_name("and")) return "Write \"&&\".";
  if (token.is_name("or")) return "Write \"||\".";
  if (token.is_name("not")) return "Write \"!\".";
  if (token.is_name("is")) return "Write \"==\".";
  return "See docs/expressions.md for what may stand here.";
}

constexpr std::string_view kFunctions =
    "The functions are has(), size(), startsWith(), endsWith() and contains().";

}  // namespace

std::nullopt_t ExpressionParser::fail(Sort sort, size_t offset, std::string message,
                                      std::string fix) {
  if (!error_) {
    error_ =
        ExpressionError{sort, static_cast<uint32_t>(offset), std::move(message), std::move(fix)};
  }
  return std::nullopt;
}

std::nullopt_t ExpressionParser::unexpected(std::string_view wanted) {
  return fail(Sort::kSyntax, next_.offset,
              shown(next_) + " stands where " + std::string(wanted) + " is expected",
              fix_of_word(next_));
}

bool ExpressionParser::advance() {
  std::expected<Token, ExpressionError> token = lexer_.next();
  if (token) {
    next_ = *token;
    return true;
  }
  fail(token.error().sort, token.error().offset, token.error().message, token.error().fix);
  return false;
}

bool ExpressionParser::take(std::string_view sign) {
  return next_.is(sign) && advance();
}

bool ExpressionParser::expect(std::string_view sign) {
  if (take(sign)) return true;
  if (!error_) unexpected('"' + std::string(sign) + '"');
  return false;
}

std::expected<Expression, ExpressionError> ExpressionParser::parse() {
  if (!is_valid_utf8(source_)) {
    fail(Sort::kSyntax, valid_utf8_prefix(source_), "this is not UTF-8", "Write UTF-8.");
  } else if (count_code_points(source_) > ExpressionLimits::kCharacters) {
    fail(Sort::kLimit, 0, "the expression has more than 2000 characters", "Shorten it.");
  } else if (advance()) {
    const Index root = parse_expression();
    if (root) made_.root_ = *root;
    if (root && next_.kind != Token::Kind::kEnd) unexpected("an operator or the end");
  }
  if (error_) return std::unexpected(std::move(*error_));
  return std::move(made_);
}

// --- The tree.

ExpressionParser::Index ExpressionParser::add(Op op, size_t offset,
                                              std::span<const uint16_t> operands) {
  if (error_) return std::nullopt;
  if (made_.nodes_.size() == ExpressionLimits::kNodes) {
    return fail(Sort::kLimit, offset,
                "the expression has more than 200 names, literals and operators", "Shorten it.");
  }
  ExpressionNode node;
  node.op = op;
  node.offset = static_cast<uint32_t>(offset);
  node.operands = static_cast<uint16_t>(made_.operands_.size());
  node.operand_count = static_cast<uint16_t>(operands.size());
  made_.operands_.insert(made_.operands_.end(), operands.begin(), operands.end());
  made_.nodes_.push_back(node);
  return static_cast<uint16_t>(made_.nodes_.size() - 1);
}

ExpressionParser::Index ExpressionParser::add_literal(Kind kind, size_t offset) {
  const Index index = add(Op::kLiteral, offset, {});
  if (index) node(*index).type.kind = kind;
  if (index && kind == Kind::kNull) node(*index).type.nullable = true;
  return index;
}

void ExpressionParser::set_text(uint16_t index, std::string_view text) {
  node(index).text = static_cast<uint32_t>(made_.text_.size());
  node(index).text_size = static_cast<uint32_t>(text.size());
  made_.text_ += text;
}

// --- The grammar.

// What stands behind ':' is read on in the same loop, so that a long row of choices is not deep.
ExpressionParser::Index ExpressionParser::parse_expression() {
  struct Choice {
    uint32_t offset;
    uint16_t condition;
    uint16_t chosen;
  };
  std::vector<Choice> choices;
  Index last;
  for (;;) {
    last = parse_binary(1);
    if (!last) return std::nullopt;
    const uint32_t offset = next_.offset;
    if (!take("?")) break;
    if (++nesting_ > ExpressionLimits::kNesting) {
      return fail(Sort::kLimit, offset, "the expression is nested deeper than 16 levels",
                  "Flatten it.");
    }
    const Index chosen = parse_expression();
    --nesting_;
    if (!chosen || !expect(":")) return std::nullopt;
    choices.push_back({offset, *last, *chosen});
  }
  for (size_t i = choices.size(); i > 0 && last; --i) {
    const Choice& choice = choices[i - 1];
    const uint16_t operands[] = {choice.condition, choice.chosen, *last};
    last = add(Op::kChoose, choice.offset, operands);
  }
  return error_ ? std::nullopt : last;
}

ExpressionParser::Index ExpressionParser::parse_binary(int precedence) {
  Index left = parse_unary();
  while (left) {
    const BinarySign* const sign = binary_sign(next_);
    if (sign == nullptr || sign->precedence < precedence) break;
    const uint32_t offset = next_.offset;
    if (!advance()) return std::nullopt;
    const Index right = parse_binary(sign->precedence + 1);
    if (!right) return std::nullopt;
    const uint16_t operands[] = {*left, *right};
    left = add(sign->op, offset, operands);
  }
  return left;
}

ExpressionParser::Index ExpressionParser::parse_unary() {
  std::vector<Token> signs;
  while (next_.is("!") || next_.is("-")) {
    signs.push_back(next_);
    if (!advance()) return std::nullopt;
  }
  // The sign of a literal belongs to it: the smallest integer has no positive counterpart.
  const bool negative =
      !signs.empty() && signs.back().is("-") && next_.kind == Token::Kind::kNumber;
  Index value;
  if (negative) {
    value = parse_number(signs.back());
    signs.pop_back();
  } else {
    value = parse_postfix();
  }
  while (value && !signs.empty()) {
    const uint16_t operands[] = {*value};
    value = add(signs.back().is("!") ? Op::kNot : Op::kNegate, signs.back().offset, operands);
    signs.pop_back();
  }
  return value;
}

ExpressionParser::Index ExpressionParser::parse_postfix() {
  Index value = parse_primary();
  while (value) {
    if (next_.is(".") || next_.is("[")) {
      value = parse_member(*value);
    } else {
      break;
    }
  }
  return value;
}

ExpressionParser::Index ExpressionParser::parse_member(uint16_t object) {
  const Token opening = next_;
  if (!advance()) return std::nullopt;
  const Token name = next_;
  const uint16_t operands[] = {object};
  if (opening.is("[")) {
    if (name.kind != Token::Kind::kText) {
      return fail(Sort::kSyntax, opening.offset, "lists are not read by place",
                  "Between \"[\" and \"]\" behind a value stands a member's name in quotes.");
    }
    std::string text;
    const auto read = append_literal_text(text, name);
    if (!read) {
      return fail(read.error().sort, read.error().offset, read.error().message, read.error().fix);
    }
    const Index member = add(Op::kMember, name.offset, operands);
    if (!member || !advance() || !expect("]")) return std::nullopt;
    set_text(*member, text);
    return member;
  }
  if (name.kind != Token::Kind::kName) return unexpected("a member's name");
  if (!advance()) return std::nullopt;
  if (next_.is("(")) return parse_method(name, object);
  const Index member = add(Op::kMember, name.offset, operands);
  if (member) set_text(*member, name.text);
  return member;
}

ExpressionParser::Index ExpressionParser::call(Op op, const Token& name, size_t wanted,
                                               std::span<const uint16_t> operands) {
  if (operands.size() == wanted) return add(op, name.offset, operands);
  return fail(Sort::kSyntax, name.offset,
              std::string(name.text) + "() has another number of arguments",
              "Write has(self.x), size(self.x), self.x.size(), self.x.startsWith('a'), "
              "self.x.endsWith('a') or self.x.contains('a').");
}

ExpressionParser::Index ExpressionParser::parse_method(const Token& name, uint16_t object) {
  std::vector<uint16_t> operands = {object};
  if (!advance() || !parse_arguments(")", operands)) return std::nullopt;
  const FunctionName* const method = method_called(name.text);
  if (method == nullptr) {
    return fail(Sort::kSyntax, name.offset,
                "there is no function " + std::string(name.text) + "() of a value",
                std::string(kFunctions));
  }
  return call(method->op, name, method->op == Op::kSize ? 1 : 2, operands);
}

bool ExpressionParser::parse_arguments(std::string_view closing, std::vector<uint16_t>& arguments) {
  if (++nesting_ > ExpressionLimits::kNesting) {
    fail(Sort::kLimit, next_.offset, "the expression is nested deeper than 16 levels",
         "Flatten it.");
    return false;
  }
  while (!next_.is(closing)) {
    const Index argument = parse_expression();
    if (!argument) return false;
    arguments.push_back(*argument);
    if (!take(",")) break;
  }
  --nesting_;
  return !error_ && expect(closing);
}

ExpressionParser::Index ExpressionParser::parse_primary() {
  if (next_.kind == Token::Kind::kName) return parse_name();
  if (next_.kind == Token::Kind::kNumber) return parse_number({});
  if (next_.kind == Token::Kind::kText) return parse_text();
  if (next_.is("[")) return parse_list();
  if (next_.is("(")) {
    std::vector<uint16_t> inner;
    const uint32_t offset = next_.offset;
    if (!advance() || !parse_arguments(")", inner)) return std::nullopt;
    if (inner.size() == 1) return inner.front();
    return fail(Sort::kSyntax, offset, "a pair of brackets holds one expression",
                "Lists stand in \"[\" and \"]\".");
  }
  return unexpected("a value");
}

ExpressionParser::Index ExpressionParser::parse_name() {
  const Token name = next_;
  if (!advance()) return std::nullopt;
  if (name.text == "null") return add_literal(Kind::kNull, name.offset);
  if (name.text == "true" || name.text == "false") {
    const Index value = add_literal(Kind::kBoolean, name.offset);
    if (value) node(*value).integer = name.text == "true" ? 1 : 0;
    return value;
  }
  if (next_.is("(")) {
    std::vector<uint16_t> operands;
    if (!advance() || !parse_arguments(")", operands)) return std::nullopt;
    if (name.text == "has") return call(Op::kHas, name, 1, operands);
    if (name.text == "size") return call(Op::kSize, name, 1, operands);
    const bool method = method_called(name.text) != nullptr;
    return fail(Sort::kSyntax, name.offset, "there is no function " + std::string(name.text) + "()",
                method ? "Write it behind a value: self.x." + std::string(name.text) + "('a')."
                       : std::string(kFunctions));
  }
  if (name.text == "in") {
    return fail(Sort::kSyntax, name.offset, "\"in\" stands where a value is expected",
                "Write it between a value and a list: self.x in ['a', 'b'].");
  }
  const Index read = add(Op::kRead, name.offset, {});
  if (read) set_text(*read, name.text);
  return read;
}

ExpressionParser::Index ExpressionParser::parse_number(const Token& minus) {
  const Token token = next_;
  const bool negative = minus.is("-");
  const size_t offset = negative ? minus.offset : token.offset;
  const std::string text = (negative ? "-" : "") + std::string(token.text);
  if (!advance()) return std::nullopt;
  const char* const end = text.data() + text.size();
  if (text.find_first_of(".eE") == std::string::npos) {
    const Index value = add_literal(Kind::kInteger, offset);
    if (!value) return std::nullopt;
    const auto [at, failure] = std::from_chars(text.data(), end, node(*value).integer);
    if (failure == std::errc() && at == end) return value;
    return fail(Sort::kSyntax, offset, "this integer has more than 64 bits",
                "Write a smaller one, or a decimal such as 1.0.");
  }
  if (const std::optional<std::string> decimal = canonical_decimal(text)) {
    const Index value = add_literal(Kind::kDecimal, offset);
    if (value) set_text(*value, *decimal);
    return value;
  }
  const Index value = add_literal(Kind::kNumber, offset);
  if (!value) return std::nullopt;
  const auto [at, failure] = std::from_chars(text.data(), end, node(*value).number);
  if (failure == std::errc() && at == end && std::isfinite(node(*value).number)) return value;
  return fail(Sort::kSyntax, offset, "this number is beyond the range of a double",
              "Write a smaller one.");
}

ExpressionParser::Index ExpressionParser::parse_text() {
  const Token token = next_;
  if (!advance()) return std::nullopt;
  const Index value = add_literal(Kind::kText, token.offset);
  if (!value) return std::nullopt;
  std::string text;
  const auto read = append_literal_text(text, token);
  if (!read) {
    return fail(read.error().sort, read.error().offset, read.error().message, read.error().fix);
  }
  set_text(*value, text);
  return value;
}

ExpressionParser::Index ExpressionParser::parse_list() {
  const uint32_t offset = next_.offset;
  std::vector<uint16_t> items;
  if (!advance() || !parse_arguments("]", items)) return std::nullopt;
  return add(Op::kList, offset, items);
}

}  // namespace servanda::internal
