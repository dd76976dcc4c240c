// SPDX-License-Identifier: Apache-2.0
#pragma once
// Hashes: SHA-256 and HMAC for what leaves the process, a keyed fast hash for tables.

#include <array>
#include <cstdint>
#include <string_view>

namespace servanda {

using Sha256 = std::array<uint8_t, 32>;
[[nodiscard]] Sha256 sha256(std::string_view bytes);
[[nodiscard]] Sha256 hmac_sha256(std::string_view key, std::string_view bytes);
// Time does not depend on where the two differ. False for different lengths.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

// SipHash-1-3 with a key chosen at process start: for tables keyed by what clients send.
//
// Threads: any.
[[nodiscard]] uint64_t keyed_hash(std::string_view bytes);

namespace internal {
// The hash under a given key, for known answers.
[[nodiscard]] uint64_t siphash_1_3(uint64_t key_low, uint64_t key_high, std::string_view bytes);
}  // namespace internal

}  // namespace servanda
