// SPDX-License-Identifier: Apache-2.0
#include "http/cookies.h"

#include <algorithm>

#include "http/syntax.h"

namespace servanda {
namespace {

constexpr size_t kCookiesMax = 200;

// cookie-octet: visible ASCII but the quote, comma, semicolon and backslash. A comma is let pass,
// because many servers set it.
bool is_cookie_char(char c) {
  return c > 0x20 && c < 0x7f && c != '"' && c != ';' && c != '\\';
}

}  // namespace

std::optional<std::vector<Cookie>> parse_cookies(std::string_view header) {
  std::vector<Cookie> cookies;
  for (;;) {
    const size_t end = header.find(';');
    const std::string_view piece = internal::trim_blanks(header.substr(0, end));
    const size_t equals = piece.find('=');
    if (equals != std::string_view::npos && internal::is_token(piece.substr(0, equals))) {
      std::string_view value = piece.substr(equals + 1);
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
      }
      if (std::all_of(value.begin(), value.end(), is_cookie_char)) {
        if (cookies.size() == kCookiesMax) return {};
        cookies.push_back({piece.substr(0, equals), value});
      }
    }
    if (end == std::string_view::npos) return cookies;
    header.remove_prefix(end + 1);
  }
}

}  // namespace servanda
