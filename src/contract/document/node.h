// SPDX-License-Identifier: Apache-2.0
#pragma once
// The contract's documents as a tree that remembers where everything was written.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "base/json.h"

namespace servanda {

// Where something was written. `file` indexes Documents::file_name(); line and column count from 1,
// columns in code points.
// A file of kNoFile means "made by the engine".
struct Place {
  static constexpr uint32_t kNoFile = UINT32_MAX;
  uint32_t file = kNoFile;
  uint32_t line = 0;
  uint32_t column = 0;
};

struct Node;

// One member of an object or item of an array (whose key is empty).
struct NodeEntry {
  std::string_view key;
  Place key_place;
  Node* value = nullptr;
};

// One value of a YAML or JSON document. Lives in an Arena; never copied, only pointed to; mutable
// until the contract is compiled (overlays and the 3.0 lift edit it).
//
// Numbers are kInteger or kNumber with `text` as a JSON number token, so nothing is rounded. YAML's
// typing follows the core schema of YAML 1.2, except that mapping keys are always strings.
struct Node {
  JsonKind kind = JsonKind::kNull;
  bool boolean = false;
  uint32_t size = 0;      // Entries.
  uint32_t capacity = 0;  // Room for entries.
  Place place;
  std::string_view text;         // String content or number token.
  NodeEntry* entries = nullptr;  // Members in document order, or items.
  uint32_t* index = nullptr;     // For large objects: open-addressed table of entry numbers.

  [[nodiscard]] bool is_object() const { return kind == JsonKind::kObject; }
  [[nodiscard]] bool is_array() const { return kind == JsonKind::kArray; }
  [[nodiscard]] bool is_string() const { return kind == JsonKind::kString; }
  [[nodiscard]] bool is_number() const {
    return kind == JsonKind::kInteger || kind == JsonKind::kNumber;
  }
  // The member called `key`, or null. Also null when this is not an object. O(1) for large objects.
  [[nodiscard]] Node* find(std::string_view key) const;
  // The entry itself, for its key's place; or null.
  [[nodiscard]] NodeEntry* find_entry(std::string_view key) const;

  // Ranges: `for (NodeEntry& entry : *node)`.
  [[nodiscard]] NodeEntry* begin() const { return entries; }
  [[nodiscard]] NodeEntry* end() const { return entries + size; }
};

// Edits. All memory comes from `arena`, which must outlive the tree.
[[nodiscard]] Node* make_node(Arena& arena, JsonKind kind, Place place);
[[nodiscard]] Node* make_string(Arena& arena, std::string_view text, Place place);
// Replaces all entries at once with a copy of `entries`, exactly as large as needed. Requires: an
// object (whose keys are unique) or an array.
void set_entries(Arena& arena, Node& node, const NodeEntry* entries, uint32_t count);
// Sets or replaces a member. Requires: an object.
void set_member(Arena& arena, Node& object, std::string_view key, Place key_place, Node* value);
// Removes a member if it is there. Keeps the others in order.
void remove_member(Arena& arena, Node& object, std::string_view key);
// Requires: an array.
void append_item(Arena& arena, Node& array, Node* value);
// Deep copy.
[[nodiscard]] Node* copy_node(Arena& arena, const Node& node);

// The same value as flat JSON nodes, which own their text.
[[nodiscard]] JsonDocument to_json(const Node& node);
// Appends compact JSON text.
void append_json(std::string& out, const Node& node);

}  // namespace servanda
