// SPDX-License-Identifier: Apache-2.0
#pragma once
// Structured field strings (RFC 9651 section 3.3.3) and the Idempotency-Key that uses them.

#include <optional>
#include <string>
#include <string_view>

namespace servanda {

// The content of one string item: "..." with \" and \\ escapes, printable ASCII, nothing behind it
// but blanks. Nothing when malformed; parameters are not accepted.
[[nodiscard]] std::optional<std::string> parse_structured_string(std::string_view text);

// An idempotency key of 1 to 255 visible ASCII characters, quoted as the draft says or bare as
// nearly all clients send it; both forms give the same key. Nothing when it is neither.
[[nodiscard]] std::optional<std::string> parse_idempotency_key(std::string_view text);

}  // namespace servanda
