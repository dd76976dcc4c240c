// SPDX-License-Identifier: Apache-2.0
// Addresses, host names and e-mail addresses.
#include <algorithm>

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

enum class Alphabet : uint8_t { kAscii, kUnicode };

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
    return false;
  }
  if (!std::all_of(label.begin(), label.end(),
                   [](char c) { return is_letter(c) || is_digit(c) || c == '-'; })) {
    return false;
  }
  const bool a_label = label.size() >= 4 && (label[0] | 0x20) == 'x' && (label[1] | 0x20) == 'n' &&
                       label[2] == '-' && label[3] == '-';
  return !a_label || is_a_label_tail(label.substr(4));
}

// RFC 5322 atext; above ASCII only for internationalised addresses (RFC 6531).
bool is_atom_character(char c, Alphabet alphabet) {
  if (static_cast<uint8_t>(c) >= 0x80) return alphabet == Alphabet::kUnicode;
  return is_letter(c) || is_digit(c) ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool is_quoted_local(std::string_view text, Alphabet alphabet) {
  if (text.size() < 2 || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (text[i] == '\\') {
      if (++i == text.size()) return false;
      if (static_cast<uint8_t>(text[i]) < 0x20 || text[i] == 0x7F) return false;
    } else if (text[i] == '"' || byte < 0x20 || byte == 0x7F ||
               (byte >= 0x80 && alphabet == Alphabet::kAscii)) {
      return false;
    }
  }
  return true;
}

bool is_local_part(std::string_view text, Alphabet alphabet) {
  if (text.empty() || text.size() > 64) return false;
  if (text.front() == '"') return is_quoted_local(text, alphabet);
  bool dot = true;  // As if a dot stood before the first character.
  for (char c : text) {
    if (c == '.') {
      if (dot) return false;
      dot = true;
    } else {
      if (!is_atom_character(c, alphabet)) return false;
      dot = false;
    }
  }
  return !dot;
}

bool is_address_literal(std::string_view text) {
  if (text.size() < 2 || text.front() != '[' || text.back() != ']') return false;
  text = text.substr(1, text.size() - 2);
  return text.starts_with("IPv6:") ? is_ipv6(text.substr(5)) : is_ipv4(text);
}

// A host name in which labels may be written in any script.
bool is_unicode_domain(std::string_view text) {
  if (text.empty() || text.size() > 1000) return false;
  bool start = true;
  for (char c : text) {
    if (c == '.') {
      if (start) return false;
      start = true;
      continue;
    }
    const bool ascii = static_cast<uint8_t>(c) < 0x80;
    if (ascii && !is_letter(c) && !is_digit(c) && (c != '-' || start)) return false;
    start = false;
  }
  return !start;
}

// Where the local part ends: the last "@", as a quoted local part may hold some.
size_t at_sign(std::string_view text) {
  return text.rfind('@');
}

}  // namespace

bool is_ipv4(std::string_view text) {
  int parts = 0;
  while (true) {
    size_t count = 0;
    int value = 0;
    while (count < text.size() && count < 3 && is_digit(text[count])) {
      value = value * 10 + (text[count++] - '0');
    }
    if (count == 0 || value > 255 || (count > 1 && text[0] == '0')) return false;
    text.remove_prefix(count);
    if (++parts == 4) return text.empty();
    if (!text.starts_with('.')) return false;
    text.remove_prefix(1);
  }
}

bool is_ipv6(std::string_view text) {
  int groups = 0;
  bool gap = false;
  if (text.starts_with("::")) {
    gap = true;
    text.remove_prefix(2);
    if (text.empty()) return true;
  }
  while (true) {
    size_t count = 0;
    while (count < text.size() && is_hex(text[count])) ++count;
    if (count < text.size() && text[count] == '.') {
      groups += 2;
      if (!is_ipv4(text)) return false;
      break;
    }
    if (count == 0 || count > 4) return false;
    ++groups;
    text.remove_prefix(count);
    if (text.empty()) break;
    if (text.starts_with("::")) {
      if (gap) return false;
      gap = true;
      text.remove_prefix(2);
      if (text.empty()) break;
    } else if (text.starts_with(':')) {
      text.remove_prefix(1);
    } else {
      return false;
    }
  }
  return gap ? groups < 8 : groups == 8;
}

bool is_hostname(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  while (true) {
    const size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_email(std::string_view text) {
  const size_t at = at_sign(text);
  if (at == std::string_view::npos || !is_local_part(text.substr(0, at), Alphabet::kAscii))
    return false;
  const std::string_view domain = text.substr(at + 1);
  return is_hostname(domain) || is_address_literal(domain);
}

bool is_idn_email(std::string_view text) {
  const size_t at = at_sign(text);
  if (at == std::string_view::npos || !is_local_part(text.substr(0, at), Alphabet::kUnicode))
    return false;
  const std::string_view domain = text.substr(at + 1);
  return is_unicode_domain(domain) || is_address_literal(domain);
}

}  // namespace servanda::internal
