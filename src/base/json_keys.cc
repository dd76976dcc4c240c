// SPDX-License-Identifier: Apache-2.0
#include "base/json_keys.h"

#include <array>
#include <bit>

#include "base/digest.h"

namespace servanda::internal {
namespace {

// Up to here comparing all pairs beats hashing (28 comparisons, most decided by the size).
constexpr uint32_t kSmall = 8;
// A table kept between calls holds at most so many slots (32 KiB).
constexpr size_t kTableKept = 4096;

std::string_view name_of(const JsonNode* key) {
  return {key->text, key->size};
}

}  // namespace

const JsonNode* DuplicateKeys::find(const JsonNode* object) {
  return object->size <= kSmall ? find_in_small(object) : find_in_large(object);
}

const JsonNode* DuplicateKeys::find_in_small(const JsonNode* object) {
  std::array<const JsonNode*, kSmall> seen;
  size_t count = 0;
  const JsonNode* const end = object + object->skip;
  for (const JsonNode* key = object + 1; key != end; key = json_after(key + 1)) {
    for (size_t i = 0; i < count; ++i) {
      if (name_of(seen[i]) == name_of(key)) return key;
    }
    seen[count++] = key;
  }
  return nullptr;
}

const JsonNode* DuplicateKeys::find_in_large(const JsonNode* object) {
  const size_t slots = std::bit_ceil(size_t{object->size} * 2);
  table_.assign(slots, nullptr);
  const JsonNode* duplicate = nullptr;
  const JsonNode* const end = object + object->skip;
  for (const JsonNode* key = object + 1; key != end; key = json_after(key + 1)) {
    size_t slot = keyed_hash(name_of(key)) & (slots - 1);
    while (table_[slot] != nullptr && name_of(table_[slot]) != name_of(key)) {
      slot = (slot + 1) & (slots - 1);
    }
    if (table_[slot] != nullptr) {
      duplicate = key;
      break;
    }
    table_[slot] = key;
  }
  if (slots > kTableKept) std::vector<const JsonNode*>().swap(table_);
  return duplicate;
}

}  // namespace servanda::internal
