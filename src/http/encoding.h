// SPDX-License-Identifier: Apache-2.0
#pragma once
// Content codings: which one an answer may use (RFC 9110 section 12.5.3).

#include <cstdint>
#include <optional>
#include <string_view>

namespace servanda {

enum class ContentCoding : uint8_t { kIdentity, kGzip };

// The coding to use for an answer worth compressing: gzip where the client gives it at least the
// weight of the plain form. Nothing when it refuses both, which is answered 406. An absent or
// malformed header means the plain form.
[[nodiscard]] std::optional<ContentCoding> negotiate_coding(std::string_view accept_encoding);

}  // namespace servanda
