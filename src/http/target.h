// SPDX-License-Identifier: Apache-2.0
#pragma once
// Request targets and hosts (RFC 9112 section 3.2), checked byte by byte.

#include <optional>
#include <string_view>

namespace servanda::internal {

// The parts of a request target; views into it. `host` has null data() unless the target is in
// absolute form. `path` is "/" when an absolute target has none.
struct TargetParts {
  std::string_view path;
  std::string_view query;
  std::string_view host;
};

// Origin form, absolute form (http and https), or "*" for OPTIONS. Nothing when a byte is outside
// RFC 3986 (raw '[', ']' and '|' pass in queries), a percent triplet is broken or means NUL, a
// fragment or user name is present, or the form is none of these.
[[nodiscard]] std::optional<TargetParts> parse_target(std::string_view target,
                                                      std::string_view method);

// A registered name, IPv4 address or bracketed IPv6 address, with or without a port.
[[nodiscard]] bool is_valid_host(std::string_view host);

// Whether two valid hosts name the same authority: case and the default port do not matter.
[[nodiscard]] bool same_host(std::string_view a, std::string_view b);

}  // namespace servanda::internal
