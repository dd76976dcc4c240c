// SPDX-License-Identifier: Apache-2.0
#pragma once
// Quality values of negotiation headers (RFC 9110 section 12.4.2).

#include <cstdint>
#include <optional>
#include <string_view>

namespace servanda::internal {

// "0", "0.5", "1.000" in thousandths. Nothing when malformed, above 1 or finer than thousandths.
[[nodiscard]] std::optional<uint16_t> parse_weight(std::string_view text);

}  // namespace servanda::internal
