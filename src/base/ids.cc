// SPDX-License-Identifier: Apache-2.0
#include "base/ids.h"

#include <algorithm>
#include <array>

namespace servanda {
namespace {

// The counter has 26 bits: 12 in front of the variant, 14 behind it. A millisecond begins with the
// upper bit clear, so at least 2^25 ids fit before it carries into the next millisecond.
constexpr uint32_t kCounterMask = (1U << 26) - 1;
constexpr uint32_t kSeedMask = (1U << 25) - 1;
constexpr int64_t kMillisMax = (int64_t{1} << 48) - 1;
constexpr size_t kTextSize = 36;

// Where the two digits of each byte stand in the text.
constexpr std::array<uint8_t, 16> kDigitsAt = {0,  2,  4,  6,  9,  11, 14, 16,
                                               19, 21, 24, 26, 28, 30, 32, 34};
constexpr std::array<uint8_t, 4> kDashesAt = {8, 13, 18, 23};

// The value of each digit; kNoDigit for every other character. Ids are read for every row that a
// handler sees, so this is a table.
constexpr uint8_t kNoDigit = 0xFF;
constexpr std::array<uint8_t, 256> kDigitValues = [] {
  std::array<uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (uint8_t i = 0; i < 10; ++i) values['0' + i] = i;
  for (uint8_t i = 0; i < 6; ++i) values['a' + i] = values['A' + i] = static_cast<uint8_t>(10 + i);
  return values;
}();

uint8_t digit_value(char c) {
  return kDigitValues[static_cast<uint8_t>(c)];
}

}  // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) {
  if (text.size() != kTextSize) return std::nullopt;
  for (const uint8_t at : kDashesAt) {
    if (text[at] != '-') return std::nullopt;
  }
  Uuid uuid;
  for (size_t i = 0; i < kDigitsAt.size(); ++i) {
    const uint8_t high = digit_value(text[kDigitsAt[i]]);
    const uint8_t low = digit_value(text[kDigitsAt[i] + 1]);
    if (high == kNoDigit || low == kNoDigit) return std::nullopt;
    uuid.bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return uuid;
}

std::string Uuid::text() const {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out(kTextSize, '-');
  for (size_t i = 0; i < kDigitsAt.size(); ++i) {
    out[kDigitsAt[i]] = kHex[bytes[i] >> 4];
    out[kDigitsAt[i] + 1] = kHex[bytes[i] & 0xF];
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
