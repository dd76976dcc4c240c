// SPDX-License-Identifier: Apache-2.0
// JSON Pointers and URI templates.
#include "contract/schema/format.h"

namespace servanda::internal {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
bool is_hex(char c) {
  return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

bool is_triplet(std::string_view text) {
  return text.size() >= 3 && text[0] == '%' && is_hex(text[1]) && is_hex(text[2]);
}

// RFC 6570, section 2.3: varname.
bool is_variable_name(std::string_view name) {
  bool dot = true;  // As if a dot stood before: neither first, last nor doubled.
  for (size_t i = 0; i < name.size();) {
    if (name[i] == '.') {
      if (dot) return false;
      dot = true;
      ++i;
      continue;
    }
    dot = false;
    if (is_triplet(name.substr(i))) {
      i += 3;
    } else if (is_letter(name[i]) || is_digit(name[i]) || name[i] == '_') {
      ++i;
    } else {
      return false;
    }
  }
  return !dot;
}

bool is_variable(std::string_view text) {
  if (text.ends_with('*')) return is_variable_name(text.substr(0, text.size() - 1));
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return is_variable_name(text);
  const std::string_view length = text.substr(colon + 1);
  if (length.empty() || length.size() > 4 || length[0] == '0') return false;
  for (char c : length) {
    if (!is_digit(c)) return false;
  }
  return is_variable_name(text.substr(0, colon));
}

// What stands between the braces.
bool is_template_expression(std::string_view text) {
  if (!text.empty() && std::string_view("+#./;?&").find(text[0]) != std::string_view::npos) {
    text.remove_prefix(1);
  }
  while (true) {
    const size_t comma = text.find(',');
    if (!is_variable(text.substr(0, comma))) return false;
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

bool is_json_pointer(std::string_view text) {
  if (!text.empty() && text[0] != '/') return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '~') continue;
    if (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')) return false;
  }
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == 0 || (digits > 1 && text[0] == '0')) return false;
  text.remove_prefix(digits);
  return text == "#" || is_json_pointer(text);
}

bool is_uri_template(std::string_view text) {
  constexpr std::string_view kRefused = "\"<>\\^`|} ";
  while (!text.empty()) {
    const char c = text[0];
    if (c == '{') {
      const size_t close = text.find('}');
      if (close == std::string_view::npos) return false;
      if (!is_template_expression(text.substr(1, close - 1))) return false;
      text.remove_prefix(close + 1);
      continue;
    }
    if (c == '%') {
      if (!is_triplet(text)) return false;
      text.remove_prefix(3);
      continue;
    }
    if (static_cast<uint8_t>(c) < 0x20 || c == 0x7F || kRefused.find(c) != kRefused.npos) {
      return false;
    }
    text.remove_prefix(1);
  }
  return true;
}

}  // namespace servanda::internal
