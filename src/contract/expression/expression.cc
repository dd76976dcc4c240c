// SPDX-License-Identifier: Apache-2.0
#include "contract/expression/expression.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "contract/expression/checker.h"
#include "contract/expression/parser.h"

namespace servanda {

std::string_view kind_with_article(ExpressionKind kind) {
  static constexpr std::array<std::string_view, 13> kTexts = {
      "null",    "a boolean",   "an integer", "a decimal", "a double",  "text",
      "a UUID",  "a date-time", "a date",     "a list",    "an object", "a value of any type",
      "an error"};
  return kTexts[static_cast<size_t>(kind)];
}

bool Expression::uses(uint16_t root) const {
  // A name that a member was read through is left behind without being evaluated.
  std::vector<bool> reached(nodes_.size());
  reached[root_] = true;
  for (size_t i = nodes_.size(); i > 0; --i) {
    const ExpressionNode& node = nodes_[i - 1];
    if (!reached[i - 1]) continue;
    if (node.op == ExpressionOp::kRead && node.root == root) return true;
    for (size_t o = 0; o < node.operand_count; ++o) reached[operands_[node.operands + o]] = true;
  }
  return false;
}

std::expected<Expression, ExpressionError> compile_expression(std::string_view text,
                                                              const ExpressionScope& scope,
                                                              ExpressionKind wanted) {
  std::expected<Expression, ExpressionError> made = internal::ExpressionParser(text).parse();
  if (!made) return made;
  auto error = internal::ExpressionChecker(*made, scope).check(wanted);
  if (error) return std::unexpected(std::move(*error));
  return made;
}

size_t column_of(std::string_view text, uint32_t offset) {
  const std::string_view before = text.substr(0, std::min<size_t>(offset, text.size()));
  return count_code_points(before.substr(0, valid_utf8_prefix(before))) + 1;
}

}  // namespace servanda
