// SPDX-License-Identifier: Apache-2.0
#pragma once
// The words of an expression.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "contract/expression/expression.h"

namespace servanda::internal {

// One word.
struct ExpressionToken {
  enum class Kind : uint8_t {
    kEnd,
    kName,
    kNumber,  // Digits with an optional fraction and exponent; no sign.
    kText,    // With its quotes, escapes unread.
    kSign,    // An operator or a bracket.
  } kind = Kind::kEnd;
  uint32_t offset = 0;
  std::string_view text;

  [[nodiscard]] bool is(std::string_view sign) const { return kind == Kind::kSign && text == sign; }
  [[nodiscard]] bool is_name(std::string_view name) const {
    return kind == Kind::kName && text == name;
  }
};

// Reads one word after the other. Lifetime: the text outlives it and its tokens.
class ExpressionLexer {
 public:
  explicit ExpressionLexer(std::string_view text) : text_(text) {}
  [[nodiscard]] std::expected<ExpressionToken, ExpressionError> next();

 private:
  [[nodiscard]] std::expected<ExpressionToken, ExpressionError> take_text();
  [[nodiscard]] std::expected<ExpressionToken, ExpressionError> take_number();
  [[nodiscard]] std::expected<ExpressionToken, ExpressionError> take_sign();
  [[nodiscard]] ExpressionToken take(ExpressionToken::Kind kind, size_t size);

  std::string_view text_;
  size_t at_ = 0;
};

// Appends what a kText token stands for.
[[nodiscard]] std::expected<void, ExpressionError> append_literal_text(
    std::string& out, const ExpressionToken& token);

}  // namespace servanda::internal
