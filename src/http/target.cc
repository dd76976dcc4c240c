// SPDX-License-Identifier: Apache-2.0
#include "http/target.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "http/syntax.h"

namespace servanda::internal {
namespace {

// Whether every byte is of the class or part of a percent triplet other than %00.
bool is_encoded_text(std::string_view text, uint8_t char_class) {
  for (size_t at = 0; at < text.size(); ++at) {
    if (is_char(text[at], char_class)) continue;
    if (text[at] != '%' || at + 2 >= text.size()) return false;
    const char high = text[at + 1];
    const char low = text[at + 2];
    if (!is_char(high, kHexChar) || !is_char(low, kHexChar)) return false;
    if (high == '0' && low == '0') return false;
    at += 2;
  }
  return true;
}

bool is_valid_port(std::string_view port) {
  if (port.empty() || port.size() > 5) return false;
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc() && end == port.data() + port.size() && number <= 65535;
}

// Hex groups, colons and an optional dotted tail: the shape of an IPv6 address.
bool is_ipv6_text(std::string_view text) {
  if (text.size() < 2 || text.size() > 45) return false;
  size_t colons = 0;
  for (const char c : text) {
    if (c == ':') {
      ++colons;
    } else if (!is_char(c, kHexChar) && c != '.') {
      return false;
    }
  }
  return colons >= 2 && colons <= 8;
}

struct HostAndPort {
  std::string_view name;
  std::string_view port;  // Empty for none.
};

HostAndPort split_host(std::string_view host) {
  const size_t bracket = host.rfind(']');
  const size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || (bracket != std::string_view::npos && colon < bracket)) {
    return {host, {}};
  }
  return {host.substr(0, colon), host.substr(colon + 1)};
}

bool is_default_port(std::string_view port) {
  return port.empty() || port == "80" || port == "443";
}

std::optional<TargetParts> parse_path_and_query(std::string_view text) {
  TargetParts parts;
  const size_t mark = text.find('?');
  parts.path = text.substr(0, mark);
  if (mark != std::string_view::npos) parts.query = text.substr(mark + 1);
  if (!is_encoded_text(parts.path, kPathChar)) return {};
  if (!is_encoded_text(parts.query, kQueryChar)) return {};
  return parts;
}

}  // namespace

std::optional<TargetParts> parse_target(std::string_view target, std::string_view method) {
  if (target.empty()) return {};
  if (target.front() == '/') return parse_path_and_query(target);
  if (target == "*") {
    if (method != "OPTIONS") return {};
    return TargetParts{target, {}, {}};
  }
  const size_t scheme_end = target.find("://");
  if (scheme_end == std::string_view::npos) return {};
  const std::string_view scheme = target.substr(0, scheme_end);
  if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) return {};
  const std::string_view rest = target.substr(scheme_end + 3);
  const size_t host_end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view host = rest.substr(0, host_end);
  if (!is_valid_host(host)) return {};
  std::string_view tail = rest.substr(host_end);
  std::optional<TargetParts> parts = parse_path_and_query(tail);
  if (!parts) return {};
  // Without a path the target means "/", or the server as a whole for OPTIONS.
  if (parts->path.empty()) parts->path = method == "OPTIONS" && tail.empty() ? "*" : "/";
  parts->host = host;
  return parts;
}

bool is_valid_host(std::string_view host) {
  const auto [name, port] = split_host(host);
  if (name.size() + port.size() != host.size() && !is_valid_port(port)) return false;
  if (name.empty() || name.size() > 255) return false;
  if (name.front() != '[') return all_chars(name, kHostChar);
  return name.back() == ']' && is_ipv6_text(name.substr(1, name.size() - 2));
}

bool same_host(std::string_view a, std::string_view b) {
  const auto [a_name, a_port] = split_host(a);
  const auto [b_name, b_port] = split_host(b);
  if (!equals_ignoring_case(a_name, b_name)) return false;
  return a_port == b_port ||
         (is_default_port(a_port) && is_default_port(b_port) && (a_port.empty() || b_port.empty()));
}

}  // namespace servanda::internal
