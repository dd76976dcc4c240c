// SPDX-License-Identifier: Apache-2.0
#pragma once
// The route table's memory: what the builder writes and match() reads.

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "contract/plan/operation.h"
#include "contract/plan/path_template.h"
#include "contract/plan/routes.h"

namespace servanda::internal {

inline constexpr uint32_t kNoIndex = UINT32_MAX;

// A text that tables are asked for, with its first bytes as words and its hash under a parent.
//
// The tables hold only what the contract says, so a client cannot lengthen a probe by choosing what
// it asks for, and the hash needs no secret.
struct RouteKey {
  static constexpr size_t kHead = 16;
  std::string_view text;
  uint64_t head[2] = {0, 0};  // Zero-padded.

  explicit RouteKey(std::string_view key) : text(key) {
    head[0] = word_at(0);
    if (key.size() > 8) head[1] = word_at(8);
  }
  [[nodiscard]] uint64_t hash(uint32_t parent) const {
    constexpr uint64_t kOdd = 0x9e3779b97f4a7c15;
    uint64_t value = mix(head[0] ^ parent ^ (uint64_t{text.size()} << 32), kOdd);
    value = mix(head[1] ^ value, kOdd);
    for (size_t at = kHead; at < text.size(); at += 8) value = mix(word_at(at) ^ value, kOdd);
    return value;
  }

 private:
  static uint64_t mix(uint64_t a, uint64_t b) {
    auto product = static_cast<unsigned __int128>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
  }
  template <typename Word>
  static Word load(const char* at) {
    Word word;
    std::memcpy(&word, at, sizeof(word));
    return word;
  }
  // Up to eight bytes from `at` on, zero-padded, by loads of fixed sizes that may overlap.
  [[nodiscard]] uint64_t word_at(size_t at) const {
    const char* from = text.data() + at;
    size_t size = text.size() - at;
    if (size >= 8) return load<uint64_t>(from);
    if (size >= 4) {
      uint64_t last = load<uint32_t>(from + size - 4);
      return load<uint32_t>(from) | last << (8 * (size - 4));
    }
    if (size >= 2) {
      uint64_t last = load<uint16_t>(from + size - 2);
      return load<uint16_t>(from) | last << (8 * (size - 2));
    }
    return size == 1 ? load<uint8_t>(from) : 0;
  }
};

// A text key under a parent: parent 0 with a whole path, or a tree node with a segment. The first
// bytes stand in the slot, so that most segments are compared without another memory access.
struct RouteSlot {
  uint32_t parent = 0;
  uint32_t target = kNoIndex;  // Free when kNoIndex.
  uint32_t text_at = 0;        // In RouteTable::State::text.
  uint32_t text_len = 0;
  uint64_t head[2] = {0, 0};
};
static_assert(sizeof(RouteSlot) == 32);

// Open addressing, at most two thirds full.
struct RouteSlots {
  std::vector<RouteSlot> slots;  // A power of two, or empty.

  [[nodiscard]] uint32_t find(uint32_t parent, const RouteKey& key, const std::string& text) const {
    if (slots.empty()) return kNoIndex;
    size_t mask = slots.size() - 1;
    for (size_t i = key.hash(parent) & mask;; i = (i + 1) & mask) {
      const RouteSlot& slot = slots[i];
      if (slot.target == kNoIndex) return kNoIndex;
      if (slot.parent == parent && slot.text_len == key.text.size() &&
          slot.head[0] == key.head[0] && slot.head[1] == key.head[1] &&
          (slot.text_len <= RouteKey::kHead ||
           std::memcmp(text.data() + slot.text_at + RouteKey::kHead,
                       key.text.data() + RouteKey::kHead, slot.text_len - RouteKey::kHead) == 0)) {
        return slot.target;
      }
    }
  }
};

struct RoutePartial {
  std::vector<TemplatePart> parts;
  uint32_t child = 0;
  uint8_t variables = 0;
  // The byte that a segment must begin or end with, when the first or last part is a literal.
  bool has_first = false;
  bool has_last = false;
  char first = 0;
  char last = 0;

  [[nodiscard]] bool may_fit(std::string_view segment) const {
    return !segment.empty() && (!has_first || segment.front() == first) &&
           (!has_last || segment.back() == last);
  }
};

struct RouteNode {
  uint32_t leaf = kNoIndex;      // A template ends here.
  uint32_t variable = kNoIndex;  // The node behind a whole-segment variable.
  uint32_t partials_at = 0;      // In RouteTable::State::partials, the most specific first.
  uint32_t partials = 0;
  bool has_literals = false;
};

struct RouteLeaf {
  uint16_t allowed = 0;  // First, so that it shares a cache line with the commonest methods.
  std::array<const Operation*, kMethodCount> operations{};
};

}  // namespace servanda::internal

namespace servanda {

// The whole table: literals under nodes, nodes, leaves.
struct RouteTable::State {
  std::string text;                        // Every literal.
  internal::RouteSlots statics;            // Whole paths without variables to leaves.
  internal::RouteSlots edges;              // Node and literal segment to node.
  std::vector<internal::RouteNode> nodes;  // The first is the root.
  std::vector<internal::RoutePartial> partials;
  std::vector<internal::RouteLeaf> leaves;
};

}  // namespace servanda
