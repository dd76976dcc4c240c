// SPDX-License-Identifier: Apache-2.0
#pragma once
// YAML 1.2 (core schema) into nodes with places: a recursive-descent reader of bounded depth.
//
// Strict where documents go wrong silently: tabs in indentation, duplicate keys, several documents,
// unknown tags and keys that are no scalars are errors. Two leniencies that the common readers
// share: flow collections may be indented less than their parent, and merge keys ("<<") work.
//
// After an error inside a block collection, reading resumes at the next line that can belong to it,
// so that one run reports several errors.

#include <string>
#include <string_view>
#include <unordered_map>

#include "contract/document/reader.h"

namespace servanda::internal {

// How a plain scalar reads under the core schema.
struct PlainValue {
  JsonKind kind = JsonKind::kString;
  bool boolean = false;
  bool has_json_form = true;  // False for .inf, .nan and hexadecimal beyond 64 bits.
  std::string number;         // The JSON token where it differs from what is written.
};
[[nodiscard]] PlainValue read_plain(std::string_view text);

class YamlParser {
 public:
  explicit YamlParser(const ReadInput& input);
  [[nodiscard]] ReadResult read();

 private:
  static constexpr size_t kErrorsMax = 20;
  static constexpr int kNoIndent = -1;

  enum class Ground : uint8_t { kBlock, kFlow };

  // Where a block node may stand, which decides what may begin there.
  struct Context {
    int parent_indent = kNoIndent;
    bool sequence_at_parent = false;  // "key:" may be followed by "- item" at its own column.
    bool compact = false;             // A mapping or sequence may begin on this line.
  };
  // An anchor and a tag written before a node.
  struct Properties {
    std::string_view anchor;
    std::string_view tag;
    Place place;
    const char* start = nullptr;
    [[nodiscard]] bool any() const { return start != nullptr; }
  };
  struct Anchor {
    Node* node = nullptr;
    bool open = false;  // Its collection has not ended yet.
  };
  // A scalar before it is known to be a key or a value.
  struct Scalar {
    std::string_view text;
    Place place;
    bool plain = false;
    uint32_t line = 0;
  };
  struct LiteralHeader {
    bool folded = false;
    char chomping = ' ';
    int indent = 0;  // Relative to the parent; 0: to be detected.
  };

  // yaml_block.cc: the document and block structure. Reading functions return null or false after
  // an error was reported; otherwise at_ stands behind the node.
  bool read_prologue();
  bool read_directive();
  Node* read_block_node(Context context);
  Node* read_block_content(Context context, const Properties& outer, const Properties& inner,
                           bool can_begin_mapping);
  Node* read_block_scalar(Context context, const Properties& outer, const Properties& inner,
                          bool can_begin_mapping);
  Node* read_block_alias(const Properties& outer, const Properties& inner, bool can_begin_mapping);
  Node* read_block_flow(const Properties& outer, const Properties& inner);
  Node* read_block_sequence(int indent, const Properties& properties);
  Node* read_block_mapping(int indent, const Properties& properties);
  bool read_mapping_entry(int indent);
  bool read_explicit_entry(int indent);
  bool read_implicit_key(NodeEntry& entry);
  bool at_next_entry(int indent, const Node& collection, bool& found);
  bool refuse_key_here(std::string_view key);
  bool finish_inline();
  bool recover(int indent, uint32_t entry_line);
  bool read_epilogue();

  // yaml_node.cc: making nodes; properties, aliases, merge keys.
  bool read_properties(Properties& properties);
  bool join(const Properties& outer, const Properties& inner, Properties& joined);
  bool read_alias_name(std::string_view& name);
  Node* resolve_alias(std::string_view name, Place where);
  Node* copy_alias(const Node& node, uint32_t depth, Place where);
  bool alias_as_key(std::string_view name, Place where, std::string_view& key);
  Node* new_node(JsonKind kind, Place where);
  Node* make_null(const Properties& properties, Place where);
  Node* make_scalar(const Scalar& scalar, const Properties& properties);
  bool set_plain(Node& node, const Scalar& scalar);
  bool set_tagged(Node& node, const Scalar& scalar, std::string_view tag);
  Node* begin_collection(JsonKind kind, Place where, const Properties& properties);
  bool end_collection(size_t start, Node& node, const Properties& properties);
  bool merge(size_t start, Node& node);
  bool merge_from(const Node& source, Node& target, Place where);
  void set_key(NodeEntry& entry, const Scalar& scalar);
  void anchor_node(const Properties& properties, Node* node, bool open);

  // yaml_scalar.cc: scalars of all styles.
  bool read_quoted(Scalar& scalar, int parent_indent);
  bool read_single_quoted(Scalar& scalar, int parent_indent);
  bool read_double_quoted(Scalar& scalar, int parent_indent);
  bool read_escape(size_t& untrimmed);
  bool read_unicode_escape(size_t digits);
  bool fold_break(const Scalar& scalar, int parent_indent, size_t untrimmed, bool escaped);
  bool check_plain_start(Ground ground);
  std::string_view read_plain_line(Ground ground);
  bool read_plain_first(Scalar& scalar, Ground ground);
  bool read_plain_more(Scalar& scalar, int parent_indent, Ground ground);
  Node* read_literal(int parent_indent, const Properties& properties);
  bool read_literal_header(LiteralHeader& header);
  bool detect_literal_indent(int parent_indent, int& indent);
  void read_literal_lines(const LiteralHeader& header, int indent);

  // yaml_flow.cc: flow collections.
  Node* read_flow_node();
  Node* read_flow_sequence(const Properties& properties);
  Node* read_flow_mapping(const Properties& properties);
  Node* read_flow_item();
  Node* read_flow_pair(NodeEntry entry, Place where);
  bool read_flow_value(NodeEntry& entry);
  bool read_flow_entry();
  bool read_flow_scalar(Scalar& scalar);
  bool read_flow_key(NodeEntry& entry, bool& json_like);
  bool read_flow_separator(const Node& collection, bool& ended);
  [[nodiscard]] bool at_flow_colon(bool json_like) const;
  void skip_flow_lines();
  bool skip_flow_space(const Node* collection);

  // Moving about.
  [[nodiscard]] std::string_view rest() const { return {at_, static_cast<size_t>(end_ - at_)}; }
  [[nodiscard]] bool at_end() const { return at_ == end_; }
  [[nodiscard]] char peek(size_t ahead = 0) const {
    return static_cast<size_t>(end_ - at_) > ahead ? at_[ahead] : '\0';
  }
  [[nodiscard]] bool line_ends_ahead(size_t ahead) const {
    return static_cast<size_t>(end_ - at_) <= ahead || at_[ahead] == '\n' || at_[ahead] == '\r';
  }
  // A space, a tab, the end of the line or of the text.
  [[nodiscard]] bool blank_ahead(size_t ahead) const {
    return line_ends_ahead(ahead) || at_[ahead] == ' ' || at_[ahead] == '\t';
  }
  [[nodiscard]] bool at_indicator(char indicator) const {
    return peek() == indicator && blank_ahead(1);
  }
  [[nodiscard]] bool at_document_marker() const;
  [[nodiscard]] bool at_comment() const;
  [[nodiscard]] bool only_indentation_before() const;
  [[nodiscard]] int column() const { return static_cast<int>(at_ - places_.line_start()); }
  [[nodiscard]] Place place() { return places_.at(at_); }
  void skip_line_break();
  void skip_to_line_end();
  void skip_blanks();
  // To the next token of block structure, over blanks, comments and lines.
  bool skip_to_content();

  bool error(std::string_view rule, Place where, std::string message, std::string fix);
  bool syntax_error(std::string message, std::string fix);

  const ReadInput* input_;
  const char* at_;
  const char* end_;
  PlaceFinder places_;
  EntryStack entries_;
  std::unordered_map<std::string_view, Anchor> anchors_;
  std::string scratch_;
  uint32_t depth_ = 0;  // Collections open.
  size_t errors_ = 0;
  bool stop_ = false;         // A limit was reached: no recovery.
  bool tab_skipped_ = false;  // Since the last indicator, on this line.
  bool as_text_ = false;      // Scalars become strings: an explicit key is being read.
};

}  // namespace servanda::internal
