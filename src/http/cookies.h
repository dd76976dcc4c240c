// SPDX-License-Identifier: Apache-2.0
#pragma once
// The Cookie request header (RFC 6265 section 5.4), read without trusting it.

#include <optional>
#include <string_view>
#include <vector>

namespace servanda {

// One cookie as sent: the value without surrounding quotes, not decoded.
struct Cookie {
  std::string_view name;
  std::string_view value;
};

// The cookies of a header in order, at most 200. Nothing when there are more. Pieces without a
// valid name, or with characters that no server may set, are left out: other software on the same
// host sets cookies too, and a request must not fail for theirs.
[[nodiscard]] std::optional<std::vector<Cookie>> parse_cookies(std::string_view header);

}  // namespace servanda
