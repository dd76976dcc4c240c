// SPDX-License-Identifier: Apache-2.0
#include "http/fields.h"

namespace servanda::internal {

bool FieldReader::take_quoted(std::string_view& content) {
  if (peek() != '"') return false;
  for (size_t at = 1; at < rest_.size(); ++at) {
    if (rest_[at] == '\\') {
      if (++at == rest_.size()) return false;
    } else if (rest_[at] == '"') {
      content = rest_.substr(1, at - 1);
      rest_.remove_prefix(at + 1);
      return true;
    }
    if (!is_char(rest_[at], kValueChar)) return false;
  }
  return false;
}

std::string unquote(std::string_view content) {
  std::string text;
  text.reserve(content.size());
  for (size_t at = 0; at < content.size(); ++at) {
    if (content[at] == '\\' && at + 1 < content.size()) ++at;
    text += content[at];
  }
  return text;
}

}  // namespace servanda::internal
