// SPDX-License-Identifier: Apache-2.0
// Reading values, and building them node by node.

#include "base/json.h"

#include <charconv>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "base/decimal.h"
#include "base/text.h"

namespace servanda {

double JsonValue::to_double() const {
  if (kind() == JsonKind::kInteger) return static_cast<double>(integer());
  const std::string_view token = text();
  double value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (error != std::errc::result_out_of_range) return value;
  // from_chars does not tell too large from too small.
  const internal::NumberParts parts = internal::split_number(token);
  const double magnitude = parts.magnitude > 0 ? std::numeric_limits<double>::infinity() : 0.0;
  return parts.negative ? -magnitude : magnitude;
}

JsonValue JsonValue::find(std::string_view key) const {
  for (const auto [name, value] : members()) {
    if (name == key) return value;
  }
  return {};
}

// Counts the value in its array. In an object the keys count, so its values do not.
JsonNode& JsonBuilder::add(JsonKind kind) {
  if (!open_.empty() && nodes_[open_.back()].kind == JsonKind::kArray) {
    ++nodes_[open_.back()].size;
  }
  JsonNode& node = nodes_.emplace_back();
  node.kind = kind;
  return node;
}

void JsonBuilder::null() {
  add(JsonKind::kNull);
}

void JsonBuilder::boolean(bool value) {
  add(JsonKind::kBoolean).boolean = value;
}

void JsonBuilder::integer(int64_t value) {
  add(JsonKind::kInteger).integer = value;
}

void JsonBuilder::number(std::string_view token) {
  if (token == "-0") return integer(0);
  if (const std::optional<int64_t> value = parse_integer(token)) return integer(*value);
  JsonNode& node = add(JsonKind::kNumber);
  node.text = token.data();
  node.size = static_cast<uint32_t>(token.size());
}

void JsonBuilder::string(std::string_view text) {
  JsonNode& node = add(JsonKind::kString);
  node.text = text.data();
  node.size = static_cast<uint32_t>(text.size());
}

void JsonBuilder::key(std::string_view text) {
  SERVANDA_CHECK(!open_.empty() && nodes_[open_.back()].kind == JsonKind::kObject,
                 "a key outside an object: " + std::string(text.substr(0, 40)));
  ++nodes_[open_.back()].size;
  string(text);
}

void JsonBuilder::begin(JsonKind kind) {
  add(kind);
  open_.push_back(static_cast<uint32_t>(nodes_.size() - 1));
}

void JsonBuilder::end() {
  SERVANDA_CHECK(!open_.empty(), "an end without a begin");
  nodes_[open_.back()].skip = static_cast<uint32_t>(nodes_.size()) - open_.back();
  open_.pop_back();
}

void JsonBuilder::begin_object() {
  begin(JsonKind::kObject);
}
void JsonBuilder::end_object() {
  end();
}
void JsonBuilder::begin_array() {
  begin(JsonKind::kArray);
}
void JsonBuilder::end_array() {
  end();
}

void JsonBuilder::value(JsonValue other) {
  const JsonNode* const first = other.node();
  const JsonNode* const last = json_after(first);
  add(first->kind);
  nodes_.pop_back();
  nodes_.insert(nodes_.end(), first, last);
}

void JsonBuilder::clear() {
  nodes_.clear();
  open_.clear();
}

JsonDocument JsonDocument::copy(JsonValue value) {
  JsonDocument document;
  const JsonNode* const first = value.node();
  document.nodes_.assign(first, json_after(first));
  const auto has_text = [](const JsonNode& node) {
    return node.kind == JsonKind::kString || node.kind == JsonKind::kNumber;
  };
  size_t text_size = 0;
  for (const JsonNode& node : document.nodes_) text_size += has_text(node) ? node.size : 0;
  document.text_ = std::make_unique_for_overwrite<char[]>(text_size);
  char* at = document.text_.get();
  for (JsonNode& node : document.nodes_) {
    if (!has_text(node)) continue;
    if (node.size > 0) std::memcpy(at, node.text, node.size);
    node.text = at;
    at += node.size;
  }
  return document;
}

}  // namespace servanda
