// SPDX-License-Identifier: Apache-2.0
#pragma once
// UUIDs: values, text form, and the generator of time-ordered ids.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace servanda {

// 128 bits, ordered as their text is.
struct Uuid {
  std::array<uint8_t, 16> bytes{};
  // The 36-character form, either case; nothing else.
  [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);
  [[nodiscard]] std::string text() const;  // Lower case.
  auto operator<=>(const Uuid&) const = default;
};

// UUIDv7 (RFC 9562): milliseconds, then a counter that keeps ids of one generator in order even
// when the wall clock stands still or goes back, then random bits.
//
// Threads: not shared; one per worker.
class UuidGenerator {
 public:
  UuidGenerator(const Clock& clock, Rng& rng) : clock_(&clock), rng_(&rng) {}
  [[nodiscard]] Uuid next();

 private:
  const Clock* clock_;
  Rng* rng_;
  int64_t last_ms_ = 0;
  uint32_t counter_ = 0;
};

}  // namespace servanda
