// SPDX-License-Identifier: Apache-2.0
#pragma once
// Finding a member name that occurs twice in one object.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace servanda::internal {

// 256 bits of the names of one object: tells for most objects that no name occurs twice, at a few
// instructions per name.
class KeyFilter {
 public:
  void clear() { *this = KeyFilter(); }

  // Adds a name. Requires: eight readable bytes at `text` whatever its size.
  void add(const char* text, size_t size) {
    constexpr uint64_t kMix = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio.
    uint64_t head;
    std::memcpy(&head, text, 8);
    if (size >= 8) {
      uint64_t tail;
      std::memcpy(&tail, text + size - 8, 8);
      head ^= tail << 1;
    } else {
      head &= (uint64_t{1} << (8 * size)) - 1;
    }
    const uint64_t mixed = (head ^ (head >> 32) ^ size * kMix) * kMix;
    uint64_t& word = words_[mixed >> 62];
    const uint64_t bit = uint64_t{1} << (mixed >> 56 & 63);
    suspect_ |= word & bit;
    word |= bit;
  }

  // False: certainly all names differ.
  [[nodiscard]] bool suspect() const { return suspect_ != 0; }

 private:
  uint64_t words_[4] = {};
  uint64_t suspect_ = 0;
};

// Exact search. Small objects are compared pair by pair, larger ones through a table under a keyed
// hash, so that no choice of names makes it slow.
//
// Threads: not shared. Keeps its memory between calls.
class DuplicateKeys {
 public:
  // The key node of the second of two equal names, or null. Requires: `object` is finished.
  [[nodiscard]] const JsonNode* find(const JsonNode* object);

 private:
  [[nodiscard]] const JsonNode* find_in_small(const JsonNode* object);
  [[nodiscard]] const JsonNode* find_in_large(const JsonNode* object);
  std::vector<const JsonNode*> table_;
};

}  // namespace servanda::internal
