// SPDX-License-Identifier: Apache-2.0
#pragma once
// Media types by name: what fits what, and what a client likes best.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace servanda {

// How closely `concrete` (a Content-Type) fits `range` (as a contract declares it): 0 not at all,
// more is closer. 0 also when either is malformed.
[[nodiscard]] int media_fit(std::string_view range, std::string_view concrete);

// A Content-Type taken apart as far as the engine cares.
struct ContentType {
  bool valid = false;
  bool utf8 = true;          // No charset, or one that is UTF-8 (US-ASCII is part of it).
  bool merge_patch = false;  // application/merge-patch+json.
  bool json = false;         // application/json.
};
[[nodiscard]] ContentType read_content_type(std::string_view text);

// The index of the offer that the client likes best, the earlier of equals; nothing when none is
// acceptable. At most 32 offers are looked at. An absent or malformed header likes everything.
[[nodiscard]] std::optional<size_t> negotiate_media(std::string_view accept,
                                                    std::span<const std::string_view> offers);

}  // namespace servanda
