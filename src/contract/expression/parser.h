// SPDX-License-Identifier: Apache-2.0
#pragma once
// From words to a tree whose names and types are not looked up yet.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/expression/expression.h"
#include "contract/expression/lexer.h"

namespace servanda::internal {

// Reads one text; a value for one call of parse(). In what it makes, a kRead stands for a name,
// which is its text; `root` and the types are left to the checker.
class ExpressionParser {
 public:
  explicit ExpressionParser(std::string_view text) : source_(text), lexer_(text) {}
  [[nodiscard]] std::expected<Expression, ExpressionError> parse();

 private:
  using Sort = ExpressionError::Sort;
  // The node's index; nothing after error_ was set.
  using Index = std::optional<uint16_t>;

  // --- Words.
  bool advance();
  // Takes the sign if it comes next.
  bool take(std::string_view sign);
  bool expect(std::string_view sign);
  // Always nothing, and the first one counts.
  std::nullopt_t fail(Sort sort, size_t offset, std::string message, std::string fix);
  std::nullopt_t unexpected(std::string_view wanted);

  // --- The grammar, from what binds least.
  Index parse_expression();
  Index parse_binary(int precedence);
  Index parse_unary();
  Index parse_postfix();
  Index parse_primary();
  Index parse_name();
  Index parse_number(const ExpressionToken& minus);
  Index parse_text();
  Index parse_list();
  Index parse_member(uint16_t object);
  Index parse_method(const ExpressionToken& name, uint16_t object);
  // Behind the opening bracket, up to and with the closing one.
  bool parse_arguments(std::string_view closing, std::vector<uint16_t>& arguments);

  // --- The tree.
  Index add(ExpressionOp op, size_t offset, std::span<const uint16_t> operands);
  Index add_literal(ExpressionKind kind, size_t offset);
  ExpressionNode& node(uint16_t index) { return made_.nodes_[index]; }
  void set_text(uint16_t index, std::string_view text);
  Index call(ExpressionOp op, const ExpressionToken& name, size_t wanted,
             std::span<const uint16_t> operands);

  std::string_view source_;
  ExpressionLexer lexer_;
  ExpressionToken next_;
  Expression made_;
  std::optional<ExpressionError> error_;
  int nesting_ = 0;
};

}  // namespace servanda::internal
