// SPDX-License-Identifier: Apache-2.0
// The document and its block structure.

#include <utility>

#include "base/text.h"
#include "contract/document/yaml_parser.h"

namespace servanda::internal {

YamlParser::YamlParser(const ReadInput& input)
    : input_(&input),
      at_(input.text.data()),
      end_(input.text.data() + input.text.size()),
      places_(input.text, input.file),
      entries_(*input.arena) {}

ReadResult YamlParser::read() {
  Node* root = nullptr;
  if (read_prologue()) {
    root = read_block_node(Context{.parent_indent = kNoIndent, .compact = false});
    while (root == nullptr && !stop_ && recover(0, places_.line()) && !at_end()) {
      // Keep reporting behind a first line that nothing could be made of.
      (void)read_block_node(Context{});
    }
    if (root != nullptr) (void)read_epilogue();
  }
  if (errors_ > 0) return {ReadOutcome::kRefused, nullptr};
  return {ReadOutcome::kRead, root};
}

bool YamlParser::read_prologue() {
  while (true) {
    if (!skip_to_content()) return false;
    if (peek() != '%' || column() != 0) break;
    if (!read_directive()) return false;
  }
  if (column() == 0 && rest().starts_with("---") && blank_ahead(3)) {
    at_ += 3;
    skip_blanks();
    tab_skipped_ = false;
  }
  return true;
}

// %YAML says a version, which changes nothing here but is told when it is not 1.2.
bool YamlParser::read_directive() {
  const Place where = place();
  const char* const start = at_;
  skip_to_line_end();
  const std::string_view line = trim({start, static_cast<size_t>(at_ - start)});
  if (!line.starts_with("%YAML 1.")) {
    return error("yaml-directive", where,
                 said({"The directive \"", line.substr(0, 60), "\" is not supported."}),
                 "Remove it; contracts need no directives.");
  }
  if (!line.starts_with("%YAML 1.2")) {
    input_->diagnostics->notice(
        "yaml-directive", where,
        "The document names another version, but is read as YAML 1.2: \"yes\", \"no\", \"on\" and "
        "\"off\" are strings.",
        "Write \"%YAML 1.2\", or remove the line.");
  }
  return true;
}

// What stands behind the root node: nothing, or the end marker.
bool YamlParser::read_epilogue() {
  if (!skip_to_content()) return false;
  if (at_end()) return true;
  if (at_document_marker() && peek() == '.') {
    at_ += 3;
    if (!finish_inline() || !skip_to_content()) return false;
    if (at_end()) return true;
  }
  if (at_document_marker()) {
    return error("yaml-multi-document", place(), "A second document begins in this file.",
                 "Keep one document per file; remove the \"---\" or what follows it.");
  }
  return syntax_error(
      said({"Unexpected ", shown_character(rest()), " behind the end of the document."}),
      "Check the indentation of this line: it must fit the lines above.");
}

Node* YamlParser::read_block_node(Context context) {
  const Place empty_place = place();
  tab_skipped_ = false;
  if (!skip_to_content()) return nullptr;
  Properties outer;
  while (true) {
    const bool new_line = only_indentation_before();
    const bool at_parent =
        context.sequence_at_parent && column() == context.parent_indent && at_indicator('-');
    if (at_end() || at_document_marker() ||
        (new_line && column() <= context.parent_indent && !at_parent)) {
      return make_null(outer, empty_place);
    }
    const bool can_begin = new_line || (context.compact && !tab_skipped_);
    if (peek() != '&' && peek() != '!') return read_block_content(context, outer, {}, can_begin);
    Properties inner;
    if (!read_properties(inner)) return nullptr;
    if (!line_ends_ahead(0) && !at_comment()) {
      return read_block_content(context, outer, inner, can_begin);
    }
    Properties joined;
    if (!join(outer, inner, joined) || !skip_to_content()) return nullptr;
    outer = joined;
  }
}

// A node of which only properties were read: `outer` on lines of their own, `inner` on this line.
Node* YamlParser::read_block_content(Context context, const Properties& outer,
                                     const Properties& inner, bool can_begin_mapping) {
  const bool begins = at_indicator('-') || at_indicator('?');
  if (begins && (!can_begin_mapping || inner.any())) {
    syntax_error(said({at_indicator('-') ? "A sequence item" : "An explicit key",
                       " cannot begin on this line."}),
                 "Begin it on a line of its own, indented deeper than its parent.");
    return nullptr;
  }
  if (at_indicator('-')) return read_block_sequence(column(), outer);
  if (at_indicator('?')) return read_block_mapping(column(), outer);
  if (at_indicator(':')) {
    error("yaml-key", place(), "A ':' stands where a key should be.",
          "Write the key before the ':', in quotes if it is empty.");
    return nullptr;
  }
  if (peek() == '*') return read_block_alias(outer, inner, can_begin_mapping);
  if (peek() == '[' || peek() == '{') return read_block_flow(outer, inner);
  if (peek() != '|' && peek() != '>') {
    return read_block_scalar(context, outer, inner, can_begin_mapping);
  }
  Properties joined;
  if (!join(outer, inner, joined)) return nullptr;
  return read_literal(context.parent_indent, joined);
}

Node* YamlParser::read_block_alias(const Properties& outer, const Properties& inner,
                                   bool can_begin_mapping) {
  const char* const start = at_;
  const Place where = place();
  std::string_view name;
  if (!read_alias_name(name)) return nullptr;
  skip_blanks();
  if (at_indicator(':')) {
    if (!can_begin_mapping) return refuse_key_here(name), nullptr;
    at_ = inner.any() ? inner.start : start;
    return read_block_mapping(column(), outer);
  }
  if (outer.any() || inner.any()) {
    error("yaml-alias", where, "An alias cannot have an anchor or a tag of its own.",
          "Remove the anchor or tag before the alias.");
    return nullptr;
  }
  Node* node = resolve_alias(name, where);
  return node != nullptr && finish_inline() ? node : nullptr;
}

Node* YamlParser::read_block_flow(const Properties& outer, const Properties& inner) {
  Properties joined;
  if (!join(outer, inner, joined)) return nullptr;
  const Place where = place();
  Node* node = peek() == '[' ? read_flow_sequence(joined) : read_flow_mapping(joined);
  if (node == nullptr) return nullptr;
  skip_blanks();
  if (at_indicator(':')) {
    error("yaml-key", where, "A collection is used as a key; keys are strings here.",
          "Write the key as a string in quotes.");
    return nullptr;
  }
  return finish_inline() ? node : nullptr;
}

Node* YamlParser::read_block_scalar(Context context, const Properties& outer,
                                    const Properties& inner, bool can_begin_mapping) {
  const char* const start = inner.any() ? inner.start : at_;
  const bool quoted = peek() == '"' || peek() == '\'';
  Scalar scalar;
  if (quoted) {
    if (!read_quoted(scalar, context.parent_indent)) return nullptr;
  } else if (!read_plain_first(scalar, Ground::kBlock)) {
    return nullptr;
  }
  skip_blanks();
  if (at_indicator(':')) {
    if (scalar.line != places_.line()) {
      error("yaml-key", scalar.place, "A key spans several lines.", "Write the key on one line.");
      return nullptr;
    }
    if (!can_begin_mapping) return refuse_key_here(scalar.text), nullptr;
    at_ = start;
    return read_block_mapping(column(), outer);
  }
  if (!quoted && !read_plain_more(scalar, context.parent_indent, Ground::kBlock)) return nullptr;
  if (at_indicator(':') && !only_indentation_before()) {
    return refuse_key_here(scalar.text), nullptr;
  }
  if (quoted && !finish_inline()) return nullptr;
  Properties joined;
  if (!join(outer, inner, joined)) return nullptr;
  return make_scalar(scalar, joined);
}

bool YamlParser::refuse_key_here(std::string_view key) {
  return syntax_error(
      said({"A ':' cannot stand here: \"", key.substr(0, 60),
            "\" is already the value of the key before it."}),
      "Put the value in quotes if the ':' belongs to it, or begin the key on its own line.");
}

// Whether another entry of the block collection at `indent` follows; false after an error.
bool YamlParser::at_next_entry(int indent, const Node& collection, bool& found) {
  found = false;
  if (!skip_to_content()) return false;
  if (at_end() || at_document_marker() || column() < indent) return true;
  if (column() > indent) {
    return syntax_error(
        said({"This line is indented by ", std::to_string(column()), ", but the ",
              collection.is_object() ? "mapping" : "sequence", " begun at ",
              line_and_column(collection.place), " is indented by ", std::to_string(indent), "."}),
        "Align the line with its neighbours.");
  }
  if (collection.is_object() && at_indicator('-')) {
    return syntax_error(said({"A sequence item stands among the keys of the mapping begun at ",
                              line_and_column(collection.place), "."}),
                        "Indent the item under its key, or remove the '-'.");
  }
  found = collection.is_object() || at_indicator('-');
  return true;
}

Node* YamlParser::read_block_sequence(int indent, const Properties& properties) {
  Node* node = begin_collection(JsonKind::kArray, place(), properties);
  if (node == nullptr) return nullptr;
  const size_t start = entries_.open();
  const uint32_t depth = depth_;
  bool found = true;
  while (found) {
    const uint32_t line = places_.line();
    const size_t mark = entries_.open();
    ++at_;
    Node* item = read_block_node(Context{.parent_indent = indent, .compact = true});
    if (item != nullptr) entries_.add(NodeEntry{{}, item->place, item});
    if (item != nullptr && at_next_entry(indent, *node, found)) continue;
    depth_ = depth;
    if (item == nullptr) entries_.drop(mark);
    if (!recover(indent, line)) return nullptr;
    found = !at_end() && column() == indent && at_indicator('-');
  }
  return end_collection(start, *node, properties) ? node : nullptr;
}

Node* YamlParser::read_block_mapping(int indent, const Properties& properties) {
  Node* node = begin_collection(JsonKind::kObject, place(), properties);
  if (node == nullptr) return nullptr;
  const size_t start = entries_.open();
  const uint32_t depth = depth_;
  bool found = true;
  while (found) {
    const uint32_t line = places_.line();
    const size_t mark = entries_.open();
    const bool ok = read_mapping_entry(indent);
    if (ok && at_next_entry(indent, *node, found)) continue;
    depth_ = depth;
    if (!ok) entries_.drop(mark);
    if (!recover(indent, line)) return nullptr;
    found = !at_end() && !at_document_marker() && column() == indent;
  }
  return end_collection(start, *node, properties) ? node : nullptr;
}

bool YamlParser::read_mapping_entry(int indent) {
  if (at_indicator('?')) return read_explicit_entry(indent);
  NodeEntry entry;
  if (!read_implicit_key(entry)) return false;
  entry.value = read_block_node(Context{.parent_indent = indent, .sequence_at_parent = true});
  if (entry.value == nullptr) return false;
  entries_.add(entry);
  return true;
}

// "? key" and, on a line of its own, ": value".
bool YamlParser::read_explicit_entry(int indent) {
  ++at_;
  as_text_ = true;
  const Node* key = read_block_node(Context{.parent_indent = indent, .compact = true});
  as_text_ = false;
  if (key == nullptr) return false;
  if (!key->is_string()) {
    return error("yaml-key", key->place, "A collection is used as a key; keys are strings here.",
                 "Write the key as a string.");
  }
  NodeEntry entry{key->text, key->place, nullptr};
  if (!skip_to_content()) return false;
  if (!at_end() && column() == indent && at_indicator(':')) {
    ++at_;
    entry.value = read_block_node(Context{.parent_indent = indent, .compact = true});
  } else {
    entry.value = make_null({}, key->place);
  }
  if (entry.value == nullptr) return false;
  entries_.add(entry);
  return true;
}

// A key on one line and its ':'.
bool YamlParser::read_implicit_key(NodeEntry& entry) {
  Properties properties;
  if ((peek() == '&' || peek() == '!') && !read_properties(properties)) return false;
  Scalar scalar;
  scalar.place = place();
  const uint32_t line = places_.line();
  if (peek() == '*') {
    std::string_view name;
    if (!read_alias_name(name) || !alias_as_key(name, scalar.place, scalar.text)) return false;
  } else if (peek() == '"' || peek() == '\'') {
    if (!read_quoted(scalar, column())) return false;
  } else if (peek() == '[' || peek() == '{') {
    return error("yaml-key", scalar.place, "A collection stands where a key is expected.",
                 "Write \"key: value\".");
  } else if (!read_plain_first(scalar, Ground::kBlock)) {
    return false;
  }
  skip_blanks();
  if (!at_indicator(':') || places_.line() != line) {
    return error("yaml-syntax", scalar.place,
                 said({"\"", scalar.text.substr(0, 60), "\" is not followed by ':' and a value."}),
                 "Write \"key: value\", with a space behind the ':'.");
  }
  if (properties.any()) {
    const bool as_text = std::exchange(as_text_, true);
    const Node* node = make_scalar(scalar, properties);
    as_text_ = as_text;
    if (node == nullptr) return false;
  }
  set_key(entry, scalar);
  ++at_;
  return true;
}

// What follows a finished node on its line may only be a comment.
bool YamlParser::finish_inline() {
  skip_blanks();
  if (line_ends_ahead(0) || at_comment()) return true;
  if (peek() == '#') {
    return syntax_error("A comment must be separated from what stands before it.",
                        "Put a space before the '#'.");
  }
  return syntax_error(said({"Unexpected ", shown_character(rest()), " behind a finished value."}),
                      "Remove it, or put the whole value in quotes.");
}

// Moves to the next line that may continue a collection at `indent`. False when reading must end.
bool YamlParser::recover(int indent, uint32_t entry_line) {
  if (stop_ || errors_ >= kErrorsMax) return false;
  as_text_ = false;
  const bool fresh = places_.line() > entry_line && only_indentation_before();
  if (fresh && !at_end() && column() <= indent && !line_ends_ahead(0) && !at_comment()) return true;
  while (!at_end()) {
    skip_to_line_end();
    skip_line_break();
    while (peek() == ' ') ++at_;
    if (line_ends_ahead(0) || peek() == '#') continue;
    if (column() <= indent) return true;
  }
  return true;
}

bool YamlParser::at_document_marker() const {
  return column() == 0 && (rest().starts_with("---") || rest().starts_with("...")) &&
         blank_ahead(3);
}

bool YamlParser::at_comment() const {
  return peek() == '#' && (column() == 0 || at_[-1] == ' ' || at_[-1] == '\t');
}

bool YamlParser::only_indentation_before() const {
  for (const char* c = places_.line_start(); c < at_; ++c) {
    if (*c != ' ') return false;
  }
  return true;
}

void YamlParser::skip_line_break() {
  if (peek() == '\r') ++at_;
  if (peek() == '\n') places_.begin_line(++at_);
}

void YamlParser::skip_to_line_end() {
  while (!line_ends_ahead(0)) ++at_;
}

void YamlParser::skip_blanks() {
  while (peek() == ' ' || peek() == '\t') {
    if (*at_ == '\t') tab_skipped_ = true;
    ++at_;
  }
}

bool YamlParser::skip_to_content() {
  while (true) {
    const bool from_line_start = only_indentation_before();
    while (peek() == ' ') ++at_;
    const char* const indented_to = at_;
    skip_blanks();
    if (at_comment()) skip_to_line_end();
    if (at_end()) return true;
    if (line_ends_ahead(0)) {
      skip_line_break();
      tab_skipped_ = false;
      continue;
    }
    if (!from_line_start || at_ == indented_to) return true;
    return error("yaml-tab", places_.at(indented_to), "A tab is used for indentation.",
                 "Indent with spaces only.");
  }
}

bool YamlParser::error(std::string_view rule, Place where, std::string message, std::string fix) {
  ++errors_;
  input_->diagnostics->error(rule, where, std::move(message), std::move(fix));
  return false;
}

bool YamlParser::syntax_error(std::string message, std::string fix) {
  return error("yaml-syntax", place(), std::move(message), std::move(fix));
}

ReadResult read_yaml(const ReadInput& input) {
  for (size_t at = 0; at < input.text.size(); ++at) {
    const auto c = static_cast<unsigned char>(input.text[at]);
    if (c >= 0x20 && c != 0x7F) [[likely]]
      continue;
    const bool bare_return =
        c == '\r' && (at + 1 == input.text.size() || input.text[at + 1] != '\n');
    if (c == '\t' || c == '\n' || (c == '\r' && !bare_return)) continue;
    PlaceFinder places(input.text, input.file);
    for (size_t i = 0; i < at; ++i) {
      if (input.text[i] == '\n') places.begin_line(input.text.data() + i + 1);
    }
    input.diagnostics->error(
        "yaml-character", places.at(input.text.data() + at),
        bare_return ? "A carriage return stands without a line feed."
                    : said({"The document holds ", shown_character(input.text.substr(at)), "."}),
        "Save the file as text with plain line ends.");
    return {ReadOutcome::kRefused, nullptr};
  }
  return YamlParser(input).read();
}

}  // namespace servanda::internal
