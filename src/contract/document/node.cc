// SPDX-License-Identifier: Apache-2.0
#include "contract/document/node.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace servanda {
namespace {

// Objects above this many members carry an index.
constexpr uint32_t kLinearMax = 12;
constexpr uint32_t kEmptySlot = UINT32_MAX;

// A multiplying hash whose seed is the load address of this program: results never depend on it
// (members keep document order), and a document cannot be written to collide.
uint64_t hash_key(std::string_view key) {
  static const char seed_anchor = 0;
  constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15u;
  uint64_t hash = reinterpret_cast<uintptr_t>(&seed_anchor) * kMultiplier ^ key.size();
  size_t at = 0;
  for (; at + 8 <= key.size(); at += 8) {
    uint64_t word;
    std::memcpy(&word, key.data() + at, 8);
    hash = (hash ^ word) * kMultiplier;
    hash ^= hash >> 29;
  }
  uint64_t tail = 0;
  if (at < key.size()) std::memcpy(&tail, key.data() + at, key.size() - at);
  hash = (hash ^ tail) * kMultiplier;
  return hash ^ (hash >> 32);
}

uint32_t table_size(uint32_t capacity) {
  return std::bit_ceil(capacity * 2);
}

// A key that is there already stays the one that is found: readers refuse duplicates afterwards.
void insert_into_index(Node& object, uint32_t entry) {
  const uint32_t mask = table_size(object.capacity) - 1;
  const std::string_view key = object.entries[entry].key;
  uint64_t slot = hash_key(key) & mask;
  while (object.index[slot] != kEmptySlot) {
    if (object.entries[object.index[slot]].key == key) return;
    slot = (slot + 1) & mask;
  }
  object.index[slot] = entry;
}

void fill_index(Node& object) {
  std::fill_n(object.index, table_size(object.capacity), kEmptySlot);
  for (uint32_t i = 0; i < object.size; ++i) insert_into_index(object, i);
}

void build_index_if_large(Arena& arena, Node& object) {
  if (!object.is_object() || object.size <= kLinearMax) {
    object.index = nullptr;
    return;
  }
  object.index = arena.array<uint32_t>(table_size(object.capacity));
  fill_index(object);
}

void grow(Arena& arena, Node& node) {
  const uint32_t capacity = std::max<uint32_t>(4, node.capacity * 2);
  auto* entries = arena.array<NodeEntry>(capacity);
  std::copy_n(node.entries, node.size, entries);
  node.entries = entries;
  node.capacity = capacity;
  build_index_if_large(arena, node);
}

void append_entry(Arena& arena, Node& node, const NodeEntry& entry) {
  if (node.size == node.capacity) grow(arena, node);
  new (&node.entries[node.size++]) NodeEntry(entry);
  if (!node.is_object()) return;
  if (node.index != nullptr) {
    insert_into_index(node, node.size - 1);
  } else {
    build_index_if_large(arena, node);
  }
}

void build_json(JsonBuilder& builder, const Node& node) {
  switch (node.kind) {
    case JsonKind::kNull:
      return builder.null();
    case JsonKind::kBoolean:
      return builder.boolean(node.boolean);
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      return builder.number(node.text);
    case JsonKind::kString:
      return builder.string(node.text);
    case JsonKind::kArray:
      builder.begin_array();
      for (const NodeEntry& item : node) build_json(builder, *item.value);
      return builder.end_array();
    case JsonKind::kObject:
      builder.begin_object();
      for (const NodeEntry& member : node) {
        builder.key(member.key);
        build_json(builder, *member.value);
      }
      return builder.end_object();
  }
}

}  // namespace

NodeEntry* Node::find_entry(std::string_view key) const {
  if (kind != JsonKind::kObject) return nullptr;
  if (index == nullptr) {
    for (uint32_t i = 0; i < size; ++i) {
      if (entries[i].key == key) return &entries[i];
    }
    return nullptr;
  }
  const uint32_t mask = table_size(capacity) - 1;
  for (uint64_t slot = hash_key(key) & mask; index[slot] != kEmptySlot; slot = (slot + 1) & mask) {
    if (entries[index[slot]].key == key) return &entries[index[slot]];
  }
  return nullptr;
}

Node* Node::find(std::string_view key) const {
  const NodeEntry* entry = find_entry(key);
  return entry == nullptr ? nullptr : entry->value;
}

Node* make_node(Arena& arena, JsonKind kind, Place place) {
  auto* node = arena.make<Node>();
  node->kind = kind;
  node->place = place;
  return node;
}

Node* make_string(Arena& arena, std::string_view text, Place place) {
  Node* node = make_node(arena, JsonKind::kString, place);
  node->text = arena.copy(text);
  return node;
}

void set_entries(Arena& arena, Node& node, const NodeEntry* entries, uint32_t count) {
  node.entries = nullptr;
  if (count > 0) {
    node.entries = arena.array<NodeEntry>(count);
    std::copy_n(entries, count, node.entries);
  }
  node.size = count;
  node.capacity = count;
  build_index_if_large(arena, node);
}

void set_member(Arena& arena, Node& object, std::string_view key, Place key_place, Node* value) {
  if (NodeEntry* entry = object.find_entry(key)) {
    entry->key_place = key_place;
    entry->value = value;
    return;
  }
  append_entry(arena, object, NodeEntry{arena.copy(key), key_place, value});
}

void remove_member(Arena& arena, Node& object, std::string_view key) {
  NodeEntry* entry = object.find_entry(key);
  if (entry == nullptr) return;
  std::copy(entry + 1, object.end(), entry);
  --object.size;
  if (object.index == nullptr) return;
  if (object.size <= kLinearMax) {
    build_index_if_large(arena, object);
  } else {
    fill_index(object);
  }
}

void append_item(Arena& arena, Node& array, Node* value) {
  append_entry(arena, array, NodeEntry{{}, value->place, value});
}

Node* copy_node(Arena& arena, const Node& node) {
  auto* copy = arena.make<Node>(node);
  if (node.size == 0) {
    copy->entries = nullptr;
    copy->index = nullptr;
    copy->capacity = 0;
    return copy;
  }
  copy->entries = arena.array<NodeEntry>(node.size);
  copy->capacity = node.size;
  for (uint32_t i = 0; i < node.size; ++i) {
    const NodeEntry& from = node.entries[i];
    new (&copy->entries[i]) NodeEntry{from.key, from.key_place, copy_node(arena, *from.value)};
  }
  build_index_if_large(arena, *copy);
  return copy;
}

JsonDocument to_json(const Node& node) {
  JsonBuilder builder;
  build_json(builder, node);
  return JsonDocument::copy(builder.root());
}

void append_json(std::string& out, const Node& node) {
  switch (node.kind) {
    case JsonKind::kNull:
      out += "null";
      return;
    case JsonKind::kBoolean:
      out += node.boolean ? "true" : "false";
      return;
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      out += node.text;
      return;
    case JsonKind::kString:
      return json_append_string(out, node.text);
    case JsonKind::kArray:
    case JsonKind::kObject:
      break;
  }
  out += node.is_array() ? '[' : '{';
  for (const NodeEntry& entry : node) {
    if (&entry != node.entries) out += ',';
    if (node.is_object()) {
      json_append_string(out, entry.key);
      out += ':';
    }
    append_json(out, *entry.value);
  }
  out += node.is_array() ? ']' : '}';
}

}  // namespace servanda
