// SPDX-License-Identifier: Apache-2.0
#include "contract/schema/uri.h"

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
bool is_unreserved(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}
bool is_sub_delim(char c) {
  return std::string_view("!$&'()*+,;=").find(c) != std::string::npos;
}

// The private ranges of RFC 3987 that only queries may hold, and what no part may hold.
enum class UriPart : uint8_t { kQuery, kOther };

bool is_iri_character(char32_t c, UriPart part) {
  const bool is_private = (c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000;
  if (is_private) return part == UriPart::kQuery && (c & 0xFFFE) != 0xFFFE;
  if (c < 0xA0 || (c >= 0xFDD0 && c <= 0xFDEF) || (c >= 0xFFF0 && c <= 0xFFFF)) return false;
  if (c >= 0xE0000 && c <= 0xE0FFF) return false;
  return (c & 0xFFFE) != 0xFFFE;
}

char32_t next_code_point(std::string_view text, size_t& at) {
  const auto lead = static_cast<uint8_t>(text[at++]);
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  char32_t value = lead & (0x3Fu >> more);
  for (int i = 0; i < more && at < text.size(); ++i) {
    value = value << 6 | (static_cast<uint8_t>(text[at++]) & 0x3F);
  }
  return value;
}

// Whether `text` holds only unreserved and sub-delimiter characters, those of `also`, and whole
// percent triplets.
bool is_made_of(std::string_view text, std::string_view also, UriAlphabet alphabet,
                UriPart part = UriPart::kOther) {
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (static_cast<uint8_t>(c) >= 0x80) {
      if (alphabet == UriAlphabet::kAscii) return false;
      if (!is_iri_character(next_code_point(text, i), part)) return false;
      continue;
    }
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 3;
      continue;
    }
    if (!is_unreserved(c) && !is_sub_delim(c) && also.find(c) == std::string_view::npos) {
      return false;
    }
    ++i;
  }
  return true;
}

bool is_scheme(std::string_view text) {
  if (text.empty() || !is_letter(text[0])) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

// "[...]" without the brackets: IPv6address or IPvFuture.
bool is_ip_literal(std::string_view text) {
  if (text.empty() || (text[0] | 0x20) != 'v') return is_ipv6(text);
  const size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot < 2 || dot + 1 == text.size()) return false;
  for (char c : text.substr(1, dot - 1)) {
    if (!is_hex(c)) return false;
  }
  return text.find('%') == std::string_view::npos &&
         is_made_of(text.substr(dot + 1), ":", UriAlphabet::kAscii);
}

bool is_authority(std::string_view text, UriAlphabet alphabet) {
  if (const size_t at = text.find('@'); at != std::string_view::npos) {
    if (!is_made_of(text.substr(0, at), ":", alphabet)) return false;
    text.remove_prefix(at + 1);
  }
  std::string_view port;
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos || !is_ip_literal(text.substr(1, close - 1))) return false;
    text.remove_prefix(close + 1);
    if (!text.empty() && text[0] != ':') return false;
    port = text.empty() ? text : text.substr(1);
  } else {
    const size_t colon = text.find(':');
    if (!is_made_of(text.substr(0, colon), "", alphabet)) return false;
    if (colon != std::string_view::npos) port = text.substr(colon + 1);
  }
  return std::all_of(port.begin(), port.end(), is_digit);
}

}  // namespace

UriParts split_uri(std::string_view text) {
  UriParts parts;
  if (const size_t hash = text.find('#'); hash != std::string_view::npos) {
    parts.has_fragment = true;
    parts.fragment = text.substr(hash + 1);
    text = text.substr(0, hash);
  }
  if (const size_t mark = text.find('?'); mark != std::string_view::npos) {
    parts.has_query = true;
    parts.query = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  const size_t colon = text.find(':');
  if (colon != std::string_view::npos && colon > 0 && text.find('/') > colon) {
    parts.has_scheme = true;
    parts.scheme = text.substr(0, colon);
    text = text.substr(colon + 1);
  }
  if (text.starts_with("//")) {
    const size_t end = std::min(text.find('/', 2), text.size());
    parts.has_authority = true;
    parts.authority = text.substr(2, end - 2);
    text = text.substr(end);
  }
  parts.path = text;
  return parts;
}

bool is_uri(std::string_view text, UriForm form, UriAlphabet alphabet) {
  const UriParts parts = split_uri(text);
  if (form == UriForm::kAbsolute && !parts.has_scheme) return false;
  if (parts.has_scheme && !is_scheme(parts.scheme)) return false;
  if (parts.has_authority && !is_authority(parts.authority, alphabet)) return false;
  if (!parts.has_scheme && !parts.has_authority) {
    // A first segment with a colon would read as a scheme (path-noscheme).
    const std::string_view first = parts.path.substr(0, parts.path.find('/'));
    if (first.find(':') != std::string_view::npos) return false;
  }
  return is_made_of(parts.path, ":@/", alphabet) &&
         is_made_of(parts.query, ":@/?", alphabet, UriPart::kQuery) &&
         is_made_of(parts.fragment, ":@/?", alphabet);
}

}  // namespace servanda::internal
