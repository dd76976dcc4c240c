// SPDX-License-Identifier: Apache-2.0
#include "contract/document/reader.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

namespace servanda::internal {
namespace {

// Bytes of the well-formed UTF-8 sequence at `at`, or 0 (Unicode table 3-7).
size_t sequence_length(const unsigned char* at, size_t left) {
  const auto continues = [&](size_t i, unsigned low, unsigned high) {
    return i < left && at[i] >= low && at[i] <= high;
  };
  const unsigned lead = at[0];
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1, 0x80, 0xBF) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return continues(1, low, high) && continues(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return continues(1, low, high) && continues(2, 0x80, 0xBF) && continues(3, 0x80, 0xBF) ? 4 : 0;
  }
  return 0;
}

void report_duplicate(const NodeEntry& first, const NodeEntry& again, Diagnostics& diagnostics) {
  diagnostics.error("duplicate-key", again.key_place,
                    said({"The key \"", again.key.substr(0, 100),
                          "\" is written twice in one object; the first is at ",
                          line_and_column(first.key_place), "."}),
                    "Remove or rename one of the two.");
}

}  // namespace

size_t find_invalid_utf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  size_t at = 0;
  while (at < text.size()) {
    uint64_t word;
    while (at + 8 <= text.size()) {
      std::memcpy(&word, bytes + at, 8);
      if ((word & 0x8080808080808080u) != 0) break;
      at += 8;
    }
    if (at == text.size()) break;
    const size_t length = sequence_length(bytes + at, text.size() - at);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

Node* copy_within(Arena& arena, const Node& node, CopyBudget& budget) {
  if (!budget.take(node.text.size())) return nullptr;
  Node* copy = make_node(arena, node.kind, node.place);
  copy->boolean = node.boolean;
  copy->text = node.text;
  std::vector<NodeEntry> entries;
  entries.reserve(node.size);
  for (const NodeEntry& entry : node) {
    if (budget.bytes < entry.key.size()) return nullptr;
    budget.bytes -= entry.key.size();
    Node* value = copy_within(arena, *entry.value, budget);
    if (value == nullptr) return nullptr;
    entries.push_back(NodeEntry{entry.key, entry.key_place, value});
  }
  set_entries(arena, *copy, entries.data(), node.size);
  return copy;
}

uint32_t height_of(const Node& node) {
  if (!node.is_object() && !node.is_array()) return 0;
  uint32_t below = 0;
  for (const NodeEntry& entry : node) below = std::max(below, height_of(*entry.value));
  return below + 1;
}

size_t report_duplicates(const Node& object, Diagnostics& diagnostics) {
  size_t count = 0;
  if (object.index != nullptr) {
    for (const NodeEntry& entry : object) {
      // The index finds the first entry of a key.
      const NodeEntry* first = object.find_entry(entry.key);
      if (first == &entry) continue;
      report_duplicate(*first, entry, diagnostics);
      ++count;
    }
    return count;
  }
  for (uint32_t i = 1; i < object.size; ++i) {
    for (uint32_t j = 0; j < i; ++j) {
      if (object.entries[i].key != object.entries[j].key) continue;
      report_duplicate(object.entries[j], object.entries[i], diagnostics);
      ++count;
      break;
    }
  }
  return count;
}

std::string said(std::initializer_list<std::string_view> parts) {
  std::string sentence;
  for (const std::string_view part : parts) sentence += part;
  return sentence;
}

std::string line_and_column(Place place) {
  return said({std::to_string(place.line), ":", std::to_string(place.column)});
}

std::string shown_character(std::string_view rest) {
  if (rest.empty()) return "the end of the file";
  const auto lead = static_cast<unsigned char>(rest[0]);
  if (lead == '\n' || lead == '\r') return "the end of the line";
  if (lead < 0x20 || lead == 0x7F) {
    char code[8];
    std::snprintf(code, sizeof code, "0x%02X", lead);
    return said({"the control character ", code});
  }
  const size_t length =
      sequence_length(reinterpret_cast<const unsigned char*>(rest.data()), rest.size());
  return said({"'", rest.substr(0, length == 0 ? 1 : length), "'"});
}

}  // namespace servanda::internal
