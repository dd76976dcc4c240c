// SPDX-License-Identifier: Apache-2.0
#pragma once
// Entity tags and the lists in If-Match and If-None-Match (RFC 9110 sections 8.8.3 and 13.1).

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace servanda {

// One entity tag. `opaque` is what stands between the quotes.
struct EntityTag {
  std::string_view opaque;
  enum class Strength : uint8_t { kStrong, kWeak } strength = Strength::kStrong;
};

// W/"xyz" or "xyz". Nothing when malformed.
[[nodiscard]] std::optional<EntityTag> parse_entity_tag(std::string_view text);

// The value of If-Match or If-None-Match. Lifetime: views into the header.
struct EntityTagList {
  bool any = false;  // "*": whatever there is.
  std::vector<EntityTag> tags;

  // For If-Match: both strong and the same.
  [[nodiscard]] bool matches_strongly(const EntityTag& current) const;
  // For If-None-Match: the same, weak or not.
  [[nodiscard]] bool matches_weakly(const EntityTag& current) const;
};

// "*" or one to 64 tags. Nothing when malformed, empty or longer.
[[nodiscard]] std::optional<EntityTagList> parse_entity_tags(std::string_view text);

}  // namespace servanda
