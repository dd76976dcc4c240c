// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reading header values: tokens, quoted strings, blanks (RFC 9110 section 5.6).

#include <cstddef>
#include <string>
#include <string_view>

#include "base/text.h"
#include "http/syntax.h"

namespace servanda::internal {

// Whether text may stand as a field's value or a reason phrase (RFC 9110 section 5.5).
[[nodiscard]] inline bool is_field_content(std::string_view text) {
  return is_plain_ascii(text) || all_chars(text, kValueChar);
}
// Digits of the longest Content-Length that is read: fits 64 bits without an overflow check.
inline constexpr size_t kContentLengthDigitsMax = 19;

// Walks over one header value. Lifetime: what it hands out are views into the value.
class FieldReader {
 public:
  explicit FieldReader(std::string_view text) : rest_(text) {}
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  // The next character, NUL at the end.
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') rest_.remove_prefix(1);
  }
  // Takes this character if it is next.
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Takes characters of the class; empty when there are none.
  std::string_view take_chars(uint8_t char_class) {
    size_t size = 0;
    while (size < rest_.size() && is_char(rest_[size], char_class)) ++size;
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view take_token() { return take_chars(kTokenChar); }
  // Takes a quoted string; `content` is what stands between the quotes, backslashes included.
  // False when there is none or it has no end.
  bool take_quoted(std::string_view& content);
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// The meaning of a quoted string's content: every backslash removed, the character behind it kept.
[[nodiscard]] std::string unquote(std::string_view content);

}  // namespace servanda::internal
