// SPDX-License-Identifier: Apache-2.0
#include "http/structured_field.h"

#include <algorithm>

#include "base/text.h"

namespace servanda {
namespace {

constexpr size_t kKeyBytesMax = 255;

std::string_view trim_spaces(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<std::string> parse_structured_string(std::string_view text) {
  text = trim_spaces(text);
  if (text.size() < 2 || text.front() != '"') return {};
  std::string content;
  for (size_t at = 1; at < text.size(); ++at) {
    char c = text[at];
    if (c == '"') {
      if (at + 1 != text.size()) return {};
      return content;
    }
    if (c == '\\') {
      if (++at == text.size()) return {};
      c = text[at];
      if (c != '"' && c != '\\') return {};
    } else if (c < 0x20 || c > 0x7e) {
      return {};
    }
    content += c;
  }
  return {};
}

std::optional<std::string> parse_idempotency_key(std::string_view text) {
  text = trim(text);
  std::optional<std::string> key;
  if (text.starts_with('"')) {
    key = parse_structured_string(text);
  } else {
    key = std::string(text);
  }
  if (!key || key->empty() || key->size() > kKeyBytesMax) return {};
  const bool visible =
      std::all_of(key->begin(), key->end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!visible) return {};
  return key;
}

}  // namespace servanda
