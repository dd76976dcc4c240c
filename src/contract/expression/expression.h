// SPDX-License-Identifier: Apache-2.0
#pragma once
// The expression language of contracts: a subset of CEL, compiled to a typed tree that an evaluator
// walks and that can be written as a SQL condition. See docs/expressions.md for the language.

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/expression/scope.h"

namespace servanda {
namespace internal {
class ExpressionParser;
class ExpressionChecker;
}  // namespace internal

// Bounds of one expression. One more is an error of sort kLimit.
struct ExpressionLimits {
  static constexpr size_t kCharacters = 2'000;
  static constexpr int kNesting = 16;    // Brackets, calls, and branches between '?' and ':'.
  static constexpr size_t kNodes = 200;  // Names, literals and operators together.
};

// Why a text is no expression here.
struct ExpressionError {
  enum class Sort : uint8_t {
    kSyntax,
    kType,    // Unknown names, and operators that do not fit their operands.
    kLimit,   // See ExpressionLimits.
    kResult,  // All is well but what comes out.
  } sort = Sort::kSyntax;
  uint32_t offset = 0;  // Byte in the text.
  std::string message;  // A clause, without a period.
  std::string fix;      // A sentence.
};

// What a node does with its operands.
enum class ExpressionOp : uint8_t {
  kLiteral,
  kRead,    // A root, or a member of one.
  kMember,  // A member of an object, by name; absent ones are null.
  kList,
  kNot,
  kNegate,
  kAnd,
  kOr,
  kEqual,
  kNotEqual,
  kLess,
  kAtMost,
  kGreater,
  kAtLeast,
  kIn,
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kRemainder,
  kChoose,  // Condition ? second : third.
  kHas,     // Whether the operand is not null.
  kSize,
  kStartsWith,
  kEndsWith,
  kContains,
};

// One node of the tree. Operands have lower indexes than the node they belong to.
struct ExpressionNode {
  // As `member` of a kRead: the root itself.
  static constexpr uint16_t kWhole = UINT16_MAX;

  ExpressionOp op = ExpressionOp::kLiteral;
  ExpressionType type;
  uint32_t offset = 0;    // Byte in the source, for messages.
  uint16_t operands = 0;  // First of `operand_count` in Expression's list of operands.
  uint16_t operand_count = 0;
  uint16_t root = 0;         // kRead: index in ExpressionScope::roots, and
  uint16_t member = kWhole;  // index in its members.
  uint32_t text = 0;         // kLiteral of text, decimal or UUID bytes; kMember: first byte, and
  uint32_t text_size = 0;    // bytes, in Expression's text.
  int64_t integer = 0;       // kLiteral: also booleans, timestamps and dates.
  double number = 0;         // kLiteral of kind kNumber.
};

// One compiled expression: a value that owns everything it needs.
//
// Threads: immutable once compiled.
class Expression {
 public:
  [[nodiscard]] const std::vector<ExpressionNode>& nodes() const { return nodes_; }
  [[nodiscard]] const ExpressionNode& root() const { return nodes_[root_]; }
  [[nodiscard]] const ExpressionNode& operand(const ExpressionNode& node, size_t index) const {
    return nodes_[operands_[node.operands + index]];
  }
  // A literal's text, or a member's name.
  [[nodiscard]] std::string_view text(const ExpressionNode& node) const {
    return std::string_view(text_).substr(node.text, node.text_size);
  }
  // Of the result.
  [[nodiscard]] const ExpressionType& type() const { return root().type; }
  // Whether it reads anything of the scope's root with this index.
  [[nodiscard]] bool uses(uint16_t root) const;

 private:
  friend class internal::ExpressionParser;
  friend class internal::ExpressionChecker;
  std::vector<ExpressionNode> nodes_;
  std::vector<uint16_t> operands_;
  std::string text_;
  uint16_t root_ = 0;
};

// Reads and type-checks an expression whose result is to be of kind `wanted` (kAny: whatever comes
// out). Stops at the first error.
[[nodiscard]] std::expected<Expression, ExpressionError> compile_expression(
    std::string_view text, const ExpressionScope& scope, ExpressionKind wanted);

// The column, from 1 and in characters, of a byte of the text.
[[nodiscard]] size_t column_of(std::string_view text, uint32_t offset);

}  // namespace servanda
