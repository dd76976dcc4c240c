// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the JSON and YAML readers share: input, budgets, places and the stack of open collections.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "contract/document/diagnostics.h"
#include "contract/document/node.h"

namespace servanda::internal {

// What reading may still use, over all files of a contract.
struct ReadBudget {
  uint64_t nodes = 0;        // Nodes of any origin.
  uint64_t alias_nodes = 0;  // Nodes copied for YAML aliases.
  uint64_t alias_bytes = 0;  // Text those copies show again.
};

// What a file contains that later steps would otherwise have to search for.
struct ReadFacts {
  bool has_schema_ids = false;  // Some member is called "$id", "$anchor" or "$dynamicAnchor".
};

// One text to read. `text` and `arena` outlive the nodes; nodes point into both.
struct ReadInput {
  std::string_view text;
  uint32_t file = Place::kNoFile;
  uint32_t depth_max = 200;
  Arena* arena = nullptr;
  Diagnostics* diagnostics = nullptr;
  ReadBudget* budget = nullptr;
  ReadFacts* facts = nullptr;
};

enum class ReadOutcome : uint8_t {
  kRead,       // `root` is there.
  kNotSyntax,  // The text is not of this language; the first error says where it stops to be.
  kRefused,    // The language, but against a rule or limit.
};
struct ReadResult {
  ReadOutcome outcome = ReadOutcome::kRefused;
  Node* root = nullptr;
};

// RFC 8259, strict: no byte order mark, no duplicate names, no lone surrogates, nothing behind the
// value. Requires: valid UTF-8.
[[nodiscard]] ReadResult read_json(const ReadInput& input);
// YAML 1.2 with the core schema; one document. Requires: valid UTF-8.
[[nodiscard]] ReadResult read_yaml(const ReadInput& input);

// Offset of the first byte that is not part of valid UTF-8, or npos.
[[nodiscard]] size_t find_invalid_utf8(std::string_view text);

// Turns pointers into a text into places, fast while they move forwards: columns are counted from
// the last place asked for on the same line.
class PlaceFinder {
 public:
  PlaceFinder(std::string_view text, uint32_t file)
      : line_start_(text.data()), counted_to_(text.data()), file_(file) {}

  // Tells that a line begins at `start`.
  void begin_line(const char* start) {
    ++line_;
    line_start_ = start;
    counted_to_ = start;
    column_ = 1;
  }
  // The place of `at`, which is on the current line.
  [[nodiscard]] Place at(const char* at) {
    if (at < counted_to_) {
      counted_to_ = line_start_;
      column_ = 1;
    }
    for (; counted_to_ < at; ++counted_to_) {
      if ((static_cast<unsigned char>(*counted_to_) & 0xC0) != 0x80) ++column_;
    }
    return Place{file_, line_, column_};
  }
  [[nodiscard]] const char* line_start() const { return line_start_; }
  [[nodiscard]] uint32_t line() const { return line_; }

 private:
  const char* line_start_;
  const char* counted_to_;
  uint32_t line_ = 1;
  uint32_t column_ = 1;
  uint32_t file_;
};

// Collects the entries of nested collections and turns each into an exact array when it ends.
class EntryStack {
 public:
  explicit EntryStack(Arena& arena) : arena_(&arena) {}
  // Marks the start of a collection.
  [[nodiscard]] size_t open() const { return entries_.size(); }
  void add(NodeEntry entry) { entries_.push_back(entry); }
  // Entries added since `start`.
  [[nodiscard]] NodeEntry* from(size_t start) { return entries_.data() + start; }
  [[nodiscard]] size_t count_from(size_t start) const { return entries_.size() - start; }
  // Makes everything since `start` the content of `node`.
  void close(size_t start, Node& node) {
    set_entries(*arena_, node, from(start), static_cast<uint32_t>(count_from(start)));
    entries_.resize(start);
  }
  void drop(size_t start) { entries_.resize(start); }

 private:
  Arena* arena_;
  std::vector<NodeEntry> entries_;
};

// What copies may still use: nodes, and the text they show again.
struct CopyBudget {
  uint64_t nodes = 0;
  uint64_t bytes = 0;
  // Whether it could be taken.
  bool take(size_t text_bytes) {
    if (nodes == 0 || bytes < text_bytes) return false;
    --nodes;
    bytes -= text_bytes;
    return true;
  }
};
// A deep copy; null when the budget does not reach.
[[nodiscard]] Node* copy_within(Arena& arena, const Node& node, CopyBudget& budget);

// The nesting of collections: 0 for a scalar, 1 for [] or {}.
[[nodiscard]] uint32_t height_of(const Node& node);

// Reports members of `object` whose key came before, naming both places. Returns how many.
size_t report_duplicates(const Node& object, Diagnostics& diagnostics);

// Puts a message together from its parts.
[[nodiscard]] std::string said(std::initializer_list<std::string_view> parts);

// "48:7", for messages that name a second place of the same file.
[[nodiscard]] std::string line_and_column(Place place);

inline bool is_schema_id_key(std::string_view key) {
  return key.size() > 2 && key[0] == '$' &&
         (key == "$id" || key == "$anchor" || key == "$dynamicAnchor");
}

// "'x'", or a hexadecimal form of characters that do not print.
[[nodiscard]] std::string shown_character(std::string_view rest);

}  // namespace servanda::internal
