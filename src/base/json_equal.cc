// SPDX-License-Identifier: Apache-2.0
// Equality, hashes and order by value.

#include <algorithm>
#include <array>
#include <charconv>

#include "base/decimal.h"
#include "base/digest.h"
#include "base/json.h"

namespace servanda {
namespace {

// Objects with more members in different orders are sorted instead of searched.
constexpr uint32_t kSearched = 16;

// The number as a token; `buffer` holds it when the node does not.
using TokenBuffer = std::array<char, 24>;
std::string_view token_of(JsonValue number, TokenBuffer& buffer) {
  if (number.kind() == JsonKind::kNumber) return number.text();
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number.integer());
  return {buffer.data(), static_cast<size_t>(result.ptr - buffer.data())};
}

std::vector<JsonMember> sorted_members(JsonValue object) {
  std::vector<JsonMember> members;
  members.reserve(object.size());
  for (const JsonMember member : object.members()) members.push_back(member);
  std::ranges::sort(members, {}, &JsonMember::key);
  return members;
}

bool equal_sorted(JsonValue a, JsonValue b) {
  const std::vector<JsonMember> left = sorted_members(a);
  const std::vector<JsonMember> right = sorted_members(b);
  return std::ranges::equal(left, right, [](const JsonMember& x, const JsonMember& y) {
    return x.key == y.key && json_equal(x.value, y.value);
  });
}

bool equal_objects(JsonValue a, JsonValue b) {
  if (a.size() != b.size()) return false;
  // Members mostly come in the same order; the first that does not decides how to go on.
  auto left = a.members().begin();
  auto right = b.members().begin();
  const auto end = a.members().end();
  for (; left != end; ++left, ++right) {
    if ((*left).key != (*right).key) break;
    if (!json_equal((*left).value, (*right).value)) return false;
  }
  if (!(left != end)) return true;
  if (a.size() > kSearched) return equal_sorted(a, b);
  for (; left != end; ++left) {
    const JsonValue other = b.find((*left).key);
    if (!other.exists() || !json_equal((*left).value, other)) return false;
  }
  return true;
}

bool equal_arrays(JsonValue a, JsonValue b) {
  if (a.size() != b.size()) return false;
  auto right = b.items().begin();
  for (const JsonValue item : a.items()) {
    if (!json_equal(item, *right)) return false;
    ++right;
  }
  return true;
}

// Spreads every input bit over all output bits.
uint64_t mixed(uint64_t value) {
  value ^= value >> 32;
  value *= 0xD6E8FEB86659FD93;
  value ^= value >> 32;
  value *= 0xD6E8FEB86659FD93;
  return value ^ value >> 32;
}

uint64_t hash_of(JsonKind kind, std::string_view bytes) {
  return mixed(keyed_hash(bytes) + static_cast<uint64_t>(kind));
}

uint64_t hash_number(JsonValue number) {
  TokenBuffer buffer;
  const internal::NumberParts parts = internal::split_number(token_of(number, buffer));
  std::string text = (parts.negative ? "-" : "+") + std::to_string(parts.magnitude) + ".";
  text += parts.integer;
  text += parts.fraction;
  return hash_of(JsonKind::kNumber, text);
}

uint64_t hash_object(JsonValue object) {
  uint64_t sum = object.size();
  for (const auto [key, value] : object.members()) {
    sum += mixed(hash_of(JsonKind::kString, key) ^ json_hash(value) * 3);
  }
  return mixed(sum + static_cast<uint64_t>(JsonKind::kObject));
}

}  // namespace

bool json_equal(JsonValue a, JsonValue b) {
  if (a.is_number() && b.is_number()) return json_compare_numbers(a, b) == 0;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case JsonKind::kNull:
      return true;
    case JsonKind::kBoolean:
      return a.boolean() == b.boolean();
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      return json_compare_numbers(a, b) == 0;
    case JsonKind::kString:
      return a.text() == b.text();
    case JsonKind::kArray:
      return equal_arrays(a, b);
    case JsonKind::kObject:
      return equal_objects(a, b);
  }
  return false;
}

uint64_t json_hash(JsonValue value) {
  switch (value.kind()) {
    case JsonKind::kNull:
      return hash_of(JsonKind::kNull, {});
    case JsonKind::kBoolean:
      return hash_of(JsonKind::kBoolean, value.boolean() ? "t" : "f");
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      return hash_number(value);
    case JsonKind::kString:
      return hash_of(JsonKind::kString, value.text());
    case JsonKind::kArray: {
      uint64_t hash = hash_of(JsonKind::kArray, {});
      for (const JsonValue item : value.items()) hash = mixed(hash * 31 + json_hash(item));
      return hash;
    }
    case JsonKind::kObject:
      return hash_object(value);
  }
  return 0;
}

int json_compare_numbers(JsonValue a, JsonValue b) {
  if (a.kind() == JsonKind::kInteger && b.kind() == JsonKind::kInteger) {
    if (a.integer() == b.integer()) return 0;
    return a.integer() < b.integer() ? -1 : 1;
  }
  TokenBuffer a_buffer;
  TokenBuffer b_buffer;
  return compare_number_tokens(token_of(a, a_buffer), token_of(b, b_buffer));
}

bool json_is_integer(JsonValue number) {
  return number.kind() == JsonKind::kInteger || is_integral_token(number.text());
}

}  // namespace servanda
