// SPDX-License-Identifier: Apache-2.0
#include "base/ids.h"

#include <algorithm>

namespace servanda {
namespace {

// The counter has 26 bits: 12 in front of the variant, 14 behind it. A millisecond begins with the
// upper bit clear, so at least 2^25 ids fit before it carries into the next millisecond.
constexpr uint32_t kCounterMask = (1U << 26) - 1;
constexpr uint32_t kSeedMask = (1U << 25) - 1;
constexpr int64_t kMillisMax = (int64_t{1} << 48) - 1;
constexpr size_t kTextSize = 36;

constexpr bool is_dash_position(size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = static_cast<char>(c | 0x20);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  Uuid uuid;
  size_t digit = 0;
  for (size_t i = 0; i < kTextSize; ++i) {
    if (is_dash_position(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    uint8_t& byte = uuid.bytes[digit / 2];
    byte = static_cast<uint8_t>(byte << 4 | value);
    ++digit;
  }
  return uuid;
}

std::string Uuid::text() const {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(kTextSize);
  for (const uint8_t byte : bytes) {
    if (is_dash_position(out.size())) out += '-';
    out += kHex[byte >> 4];
    out += kHex[byte & 0xF];
  }
  return out;
}

Uuid UuidGenerator::next() {
  const int64_t now_ms = std::clamp<int64_t>(clock_->wall().us / 1000, 0, kMillisMax);
  const uint64_t random = rng_->next();
  if (now_ms > last_ms_) {
    last_ms_ = now_ms;
    counter_ = static_cast<uint32_t>(rng_->next()) & kSeedMask;
  } else {
    counter_ = (counter_ + 1) & kCounterMask;
    if (counter_ == 0) last_ms_ = std::min(last_ms_ + 1, kMillisMax);
  }
  Uuid uuid;
  for (size_t i = 0; i < 6; ++i) {
    uuid.bytes[i] = static_cast<uint8_t>(last_ms_ >> (40 - 8 * i));
    uuid.bytes[10 + i] = static_cast<uint8_t>(random >> (40 - 8 * i));
  }
  uuid.bytes[6] = static_cast<uint8_t>(0x70 | counter_ >> 22);  // Version 7.
  uuid.bytes[7] = static_cast<uint8_t>(counter_ >> 14);
  uuid.bytes[8] = static_cast<uint8_t>(0x80 | (counter_ >> 8 & 0x3F));  // Variant 10.
  uuid.bytes[9] = static_cast<uint8_t>(counter_);
  return uuid;
}

}  // namespace servanda
