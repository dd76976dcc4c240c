// SPDX-License-Identifier: Apache-2.0
// Flow collections: [a, b: c] and {a: b}.

#include "contract/document/yaml_parser.h"

namespace servanda::internal {

// Over blanks, lines and comments.
void YamlParser::skip_flow_lines() {
  while (true) {
    skip_blanks();
    if (at_comment()) skip_to_line_end();
    if (at_end() || !line_ends_ahead(0)) return;
    skip_line_break();
  }
}

// The same inside `collection`, where the end of the document is an error.
bool YamlParser::skip_flow_space(const Node* collection) {
  skip_flow_lines();
  if (!at_end() && !at_document_marker()) return true;
  return error("yaml-syntax", collection->place,
               said({"This '", collection->is_array() ? "[" : "{", "' is never closed."}),
               said({"Add the '", collection->is_array() ? "]" : "}", "'."}));
}

bool YamlParser::at_flow_colon(bool json_like) const {
  if (peek() != ':') return false;
  return json_like || blank_ahead(1) ||
         std::string_view(",[]{}").find(peek(1)) != std::string_view::npos;
}

// After an entry: ',' or the end of the collection.
bool YamlParser::read_flow_separator(const Node& collection, bool& ended) {
  const char closing = collection.is_array() ? ']' : '}';
  if (!skip_flow_space(&collection)) return false;
  ended = peek() == closing;
  if (ended || peek() == ',') {
    ++at_;
    return true;
  }
  return syntax_error(
      said({"Expected ',' or '", std::string_view(&closing, 1), "' of the ",
            collection.is_array() ? "sequence" : "mapping", " begun at ",
            line_and_column(collection.place), ", found ", shown_character(rest()), "."}),
      "Add the missing character, or put the value in quotes.");
}

Node* YamlParser::read_flow_sequence(const Properties& properties) {
  Node* node = begin_collection(JsonKind::kArray, place(), properties);
  if (node == nullptr) return nullptr;
  const size_t start = entries_.open();
  ++at_;
  bool ended = false;
  while (!ended) {
    if (!skip_flow_space(node)) return nullptr;
    if (peek() == ']') {
      ++at_;
      break;
    }
    Node* item = read_flow_item();
    if (item == nullptr) return nullptr;
    entries_.add(NodeEntry{{}, item->place, item});
    if (!read_flow_separator(*node, ended)) return nullptr;
  }
  return end_collection(start, *node, properties) ? node : nullptr;
}

Node* YamlParser::read_flow_mapping(const Properties& properties) {
  Node* node = begin_collection(JsonKind::kObject, place(), properties);
  if (node == nullptr) return nullptr;
  const size_t start = entries_.open();
  ++at_;
  bool ended = false;
  while (!ended) {
    if (!skip_flow_space(node)) return nullptr;
    if (peek() == '}') {
      ++at_;
      break;
    }
    if (!read_flow_entry() || !read_flow_separator(*node, ended)) return nullptr;
  }
  return end_collection(start, *node, properties) ? node : nullptr;
}

// A node inside a flow collection; at_ stands at its first character.
Node* YamlParser::read_flow_node() {
  Properties properties;
  const Place where = place();
  if ((peek() == '&' || peek() == '!') && !read_properties(properties)) return nullptr;
  if (properties.any()) skip_flow_lines();
  if (peek() == '[') return read_flow_sequence(properties);
  if (peek() == '{') return read_flow_mapping(properties);
  if (peek() == '*') {
    std::string_view name;
    if (!read_alias_name(name)) return nullptr;
    if (!properties.any()) return resolve_alias(name, where);
    error("yaml-alias", where, "An alias cannot have an anchor or a tag of its own.",
          "Remove the anchor or tag before the alias.");
    return nullptr;
  }
  if (properties.any() && (peek() == ',' || peek() == ']' || peek() == '}')) {
    return make_null(properties, where);
  }
  Scalar scalar;
  if (!read_flow_scalar(scalar)) return nullptr;
  return make_scalar(scalar, properties);
}

bool YamlParser::read_flow_scalar(Scalar& scalar) {
  if (peek() == '"' || peek() == '\'') return read_quoted(scalar, kNoIndent);
  return read_plain_first(scalar, Ground::kFlow) &&
         read_plain_more(scalar, kNoIndent, Ground::kFlow);
}

// An item of a flow sequence: a node, or a single pair "key: value".
Node* YamlParser::read_flow_item() {
  const Place where = place();
  const bool is_explicit = at_indicator('?');
  const std::string_view no_keys = "[{*&!";
  NodeEntry entry;
  if (is_explicit) {
    ++at_;
    skip_blanks();
    bool json_like = false;
    if (!read_flow_key(entry, json_like)) return nullptr;
    return read_flow_pair(entry, where);
  }
  if (no_keys.find(peek()) != std::string_view::npos) {
    Node* node = read_flow_node();
    if (node == nullptr) return nullptr;
    skip_blanks();
    if (!at_flow_colon(false)) return node;
    error("yaml-key", where, "This cannot be used as a key here; keys are strings.",
          "Write the key as a plain or quoted string.");
    return nullptr;
  }
  Scalar scalar;
  if (!read_flow_scalar(scalar)) return nullptr;
  skip_blanks();
  if (!at_flow_colon(!scalar.plain)) return make_scalar(scalar, {});
  set_key(entry, scalar);
  return read_flow_pair(entry, where);
}

// The mapping made of one pair whose key has been read.
Node* YamlParser::read_flow_pair(NodeEntry entry, Place where) {
  Node* node = begin_collection(JsonKind::kObject, where, {});
  if (node == nullptr) return nullptr;
  const size_t start = entries_.open();
  if (!skip_flow_space(node)) return nullptr;
  if (peek() == ':') {
    ++at_;
    if (!skip_flow_space(node) || !read_flow_value(entry)) return nullptr;
  } else {
    entry.value = make_null({}, where);
    if (entry.value == nullptr) return nullptr;
  }
  entries_.add(entry);
  return end_collection(start, *node, {}) ? node : nullptr;
}

// The value behind a ':'; nothing there means null.
bool YamlParser::read_flow_value(NodeEntry& entry) {
  const bool empty = peek() == ',' || peek() == '}' || peek() == ']';
  entry.value = empty ? make_null({}, place()) : read_flow_node();
  return entry.value != nullptr;
}

// The key of a flow mapping's entry. `json_like`: its ':' needs no blank behind it.
bool YamlParser::read_flow_key(NodeEntry& entry, bool& json_like) {
  Properties properties;
  if ((peek() == '&' || peek() == '!') && !read_properties(properties)) return false;
  Scalar scalar;
  scalar.place = place();
  if (peek() == '*') {
    std::string_view name;
    if (!read_alias_name(name) || !alias_as_key(name, scalar.place, scalar.text)) return false;
  } else if (peek() == '[' || peek() == '{') {
    return error("yaml-key", scalar.place, "A collection is used as a key; keys are strings here.",
                 "Write the key as a string.");
  } else if (!read_flow_scalar(scalar)) {
    return false;
  }
  if (properties.any()) {
    as_text_ = true;
    const Node* node = make_scalar(scalar, properties);
    as_text_ = false;
    if (node == nullptr) return false;
  }
  set_key(entry, scalar);
  json_like = !scalar.plain;
  return true;
}

// "key: value", "key" or "? key : value" inside a flow mapping.
bool YamlParser::read_flow_entry() {
  const Place where = place();
  if (at_indicator('?')) {
    ++at_;
    skip_blanks();
  }
  NodeEntry entry;
  bool json_like = false;
  if (!read_flow_key(entry, json_like)) return false;
  skip_flow_lines();
  if (at_flow_colon(json_like)) {
    ++at_;
    skip_flow_lines();
    if (!read_flow_value(entry)) return false;
  } else {
    entry.value = make_null({}, where);
    if (entry.value == nullptr) return false;
  }
  entries_.add(entry);
  return true;
}

}  // namespace servanda::internal
