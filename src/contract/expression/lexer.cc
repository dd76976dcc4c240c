// SPDX-License-Identifier: Apache-2.0
#include "contract/expression/lexer.h"

#include <array>
#include <charconv>

#include "base/text.h"

namespace servanda::internal {
namespace {

using Token = ExpressionToken;
using Sort = ExpressionError::Sort;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::unexpected<ExpressionError> wrong(size_t offset, std::string message, std::string fix) {
  return std::unexpected(ExpressionError{Sort::kSyntax, static_cast<uint32_t>(offset),
                                         std::move(message), std::move(fix)});
}

// Signs that other languages have, and what is written here.
std::string fix_of_sign(char c) {
  switch (c) {
    case '=':
      return "Write \"==\" to compare; nothing is assigned.";
    case '&':
      return "Write \"&&\".";
    case '|':
      return "Write \"||\".";
    default:
      return "Use the operators of docs/expressions.md; text stands in quotes.";
  }
}

// The character that a backslash before `c` gives, or 0.
char plain_escape(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case '\\':
    case '\'':
    case '"':
    case '/':
      return c;
    default:
      return 0;
  }
}

}  // namespace

Token ExpressionLexer::take(Token::Kind kind, size_t size) {
  const Token token{kind, static_cast<uint32_t>(at_), text_.substr(at_, size)};
  at_ += size;
  return token;
}

std::expected<Token, ExpressionError> ExpressionLexer::next() {
  while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string::npos) {
    ++at_;
  }
  if (at_ == text_.size()) return take(Token::Kind::kEnd, 0);
  const char c = text_[at_];
  if (begins_name(c)) {
    size_t size = 1;
    while (at_ + size < text_.size() &&
           (begins_name(text_[at_ + size]) || is_digit(text_[at_ + size]))) {
      ++size;
    }
    return take(Token::Kind::kName, size);
  }
  if (is_digit(c)) return take_number();
  if (c == '\'' || c == '"') return take_text();
  return take_sign();
}

std::expected<Token, ExpressionError> ExpressionLexer::take_number() {
  const auto digits = [&](size_t from) {
    while (from < text_.size() && is_digit(text_[from])) ++from;
    return from;
  };
  size_t end = digits(at_);
  if (end + 1 < text_.size() && text_[end] == '.' && is_digit(text_[end + 1])) {
    end = digits(end + 1);
  }
  if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
    size_t from = end + 1;
    if (from < text_.size() && (text_[from] == '+' || text_[from] == '-')) ++from;
    if (digits(from) > from) end = digits(from);
  }
  if ((end < text_.size() && begins_name(text_[end])) ||
      !is_json_number(text_.substr(at_, end - at_))) {
    return wrong(at_, "this is no number",
                 "Write digits with an optional fraction and exponent, such as 12, 9.5 or 1e3, "
                 "without zeros in front.");
  }
  return take(Token::Kind::kNumber, end - at_);
}

std::expected<Token, ExpressionError> ExpressionLexer::take_text() {
  const char quote = text_[at_];
  size_t end = at_ + 1;
  while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2 : 1;
  if (end >= text_.size()) {
    return wrong(at_, "the text that begins here has no end",
                 std::string("Close it with ") + quote + ".");
  }
  return take(Token::Kind::kText, end + 1 - at_);
}

std::expected<Token, ExpressionError> ExpressionLexer::take_sign() {
  static constexpr std::array<std::string_view, 22> kSigns = {
      "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-",
      "*",  "/",  "%",  "?",  ":",  "(",  ")", "[", "]", ",", ".",
  };
  for (const std::string_view sign : kSigns) {
    if (text_.substr(at_).starts_with(sign)) {
      return take(Token::Kind::kSign, sign.size());
    }
  }
  const char c = text_[at_];
  const bool printable = c > ' ' && c < 0x7F;
  return wrong(at_,
               printable ? std::string("\"") + c + "\" is no operator"
                         : std::string("a character that has no meaning outside of quotes"),
               fix_of_sign(c));
}

std::expected<void, ExpressionError> append_literal_text(std::string& out, const Token& token) {
  const std::string_view text = token.text.substr(1, token.text.size() - 2);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const size_t at = token.offset + 1 + i;
    const char c = text[++i];
    if (const char plain = plain_escape(c)) {
      out += plain;
      continue;
    }
    const size_t digits = c == 'u' ? 4 : 8;
    uint32_t code = 0;
    const std::string_view hex = text.substr(i + 1, c == 'u' || c == 'U' ? digits : 0);
    const auto [end, failure] = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
    const bool read = hex.size() == digits && failure == std::errc() && end == hex.end();
    if (!read || code == 0 || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
      return wrong(at, "this is no escape of text",
                   "Write \\\\, \\', \\\", \\/, \\n, \\r, \\t, \\b, \\f, \\uXXXX or \\UXXXXXXXX.");
    }
    append_utf8(out, static_cast<char32_t>(code));
    i += digits;
  }
  return {};
}

}  // namespace servanda::internal
