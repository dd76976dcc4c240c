// SPDX-License-Identifier: Apache-2.0
// Making nodes: typing by the core schema, tags, anchors, aliases and merge keys.

#include <charconv>
#include <vector>

#include "base/text.h"
#include "contract/document/yaml_parser.h"

namespace servanda::internal {
namespace {

constexpr std::string_view kCoreTagPrefix = "!<tag:yaml.org,2002:";

// The content of this key is compared by address: only a plain "<<" means a merge.
constexpr char kMergeText[] = "<<";
constexpr std::string_view kMergeKey(kMergeText, 2);
bool is_merge_key(std::string_view key) {
  return key.data() == kMergeText;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

size_t count_digits(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  return count;
}

PlainValue number_value(std::string_view written, std::string token, bool integer) {
  PlainValue value;
  value.kind = integer && parse_integer(token) ? JsonKind::kInteger : JsonKind::kNumber;
  if (token != written) value.number = std::move(token);
  return value;
}

// "0o17" and "0xFF".
PlainValue read_based(std::string_view text) {
  PlainValue value;
  uint64_t number = 0;
  const int base = text[1] == 'x' ? 16 : 8;
  const auto [end, problem] =
      std::from_chars(text.data() + 2, text.data() + text.size(), number, base);
  if (end != text.data() + text.size()) return value;
  if (problem == std::errc()) return number_value(text, std::to_string(number), true);
  value.kind = JsonKind::kNumber;
  value.has_json_form = false;
  return value;
}

// Decimal integers and floats; a string when it is neither.
PlainValue read_decimal(std::string_view text) {
  std::string_view left = text;
  const bool negative = left.starts_with('-');
  if (negative || left.starts_with('+')) left.remove_prefix(1);
  std::string_view whole = left.substr(0, count_digits(left));
  left.remove_prefix(whole.size());
  std::string_view fraction;
  const bool has_point = left.starts_with('.');
  if (has_point) {
    left.remove_prefix(1);
    fraction = left.substr(0, count_digits(left));
    left.remove_prefix(fraction.size());
  }
  if (whole.empty() && fraction.empty()) return {};
  const bool has_exponent = left.starts_with('e') || left.starts_with('E');
  if (has_exponent) {
    std::string_view exponent = left.substr(1);
    if (exponent.starts_with('-') || exponent.starts_with('+')) exponent.remove_prefix(1);
    if (exponent.empty() || count_digits(exponent) != exponent.size()) return {};
  } else if (!left.empty()) {
    return {};
  }
  while (whole.size() > 1 && whole[0] == '0') whole.remove_prefix(1);
  std::string token = said({negative ? "-" : "", whole.empty() ? "0" : whole});
  if (!fraction.empty()) token += said({".", fraction});
  token += left;
  return number_value(text, std::move(token), !has_point && !has_exponent);
}

}  // namespace

PlainValue read_plain(std::string_view text) {
  if (text.empty() || is_one_of(text, {"null", "Null", "NULL", "~"})) {
    return PlainValue{.kind = JsonKind::kNull};
  }
  const char first = text[0];
  if (first == 't' || first == 'T' || first == 'f' || first == 'F') {
    if (is_one_of(text, {"true", "True", "TRUE"})) {
      return PlainValue{.kind = JsonKind::kBoolean, .boolean = true};
    }
    if (is_one_of(text, {"false", "False", "FALSE"})) return PlainValue{.kind = JsonKind::kBoolean};
    return {};
  }
  const bool numeric =
      (first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.';
  if (!numeric) return {};
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'o')) {
    return read_based(text);
  }
  const std::string_view unsigned_text = text.substr(first == '-' || first == '+' ? 1 : 0);
  if (is_one_of(unsigned_text, {".inf", ".Inf", ".INF"}) ||
      is_one_of(text, {".nan", ".NaN", ".NAN"})) {
    return PlainValue{.kind = JsonKind::kNumber, .has_json_form = false};
  }
  return read_decimal(text);
}

// Reads an anchor and a tag, in any order, on the current line.
bool YamlParser::read_properties(Properties& properties) {
  properties.start = at_;
  properties.place = place();
  while (peek() == '&' || peek() == '!') {
    const char* const start = at_;
    const bool is_anchor = peek() == '&';
    std::string_view& property = is_anchor ? properties.anchor : properties.tag;
    if (!property.empty()) {
      return syntax_error(said({"A value has two ", is_anchor ? "anchors." : "tags."}),
                          "Keep one of them.");
    }
    const std::string_view ends = rest().starts_with("!<") ? "" : ",[]{}";
    while (!blank_ahead(0) && ends.find(*at_) == std::string_view::npos) ++at_;
    property = {start, static_cast<size_t>(at_ - start)};
    if (is_anchor) property.remove_prefix(1);
    if (is_anchor && property.empty()) {
      return syntax_error("An anchor has no name.", "Write a name right behind the '&'.");
    }
    skip_blanks();
  }
  return true;
}

// Properties on a line of their own and properties right before the node, as one.
bool YamlParser::join(const Properties& outer, const Properties& inner, Properties& joined) {
  joined = outer.any() ? outer : inner;
  if (!outer.any() || !inner.any()) return true;
  if ((!outer.anchor.empty() && !inner.anchor.empty()) ||
      (!outer.tag.empty() && !inner.tag.empty())) {
    return error("yaml-syntax", inner.place, "A value has two anchors or two tags.",
                 "Keep one of them.");
  }
  if (joined.anchor.empty()) joined.anchor = inner.anchor;
  if (joined.tag.empty()) joined.tag = inner.tag;
  return true;
}

bool YamlParser::read_alias_name(std::string_view& name) {
  const char* const start = ++at_;
  while (!blank_ahead(0) && std::string_view(",[]{}").find(*at_) == std::string_view::npos) ++at_;
  name = {start, static_cast<size_t>(at_ - start)};
  return !name.empty() ||
         syntax_error("An alias has no name.",
                      "Write the anchor's name behind the '*', or put the value in quotes.");
}

Node* YamlParser::resolve_alias(std::string_view name, Place where) {
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    error("yaml-alias", where,
          said({"No anchor \"&", name.substr(0, 60), "\" stands before this alias."}),
          "Write the anchor before its first use, or put the value in quotes.");
    return nullptr;
  }
  if (found->second.open) {
    error("yaml-alias", where,
          said({"The alias \"*", name.substr(0, 60), "\" stands inside the value it names."}),
          "A value cannot contain itself; use \"$ref\" for recursive schemas.");
    return nullptr;
  }
  return copy_alias(*found->second.node, depth_, where);
}

// Every use of an anchor gets nodes of its own, so that edits of one do not change another.
Node* YamlParser::copy_alias(const Node& node, uint32_t depth, Place where) {
  const bool collection = node.is_object() || node.is_array();
  if (collection && depth >= input_->depth_max) {
    stop_ = true;
    error("document-too-deep", where,
          said({"Nesting is deeper than ", std::to_string(input_->depth_max), " levels."}),
          "Flatten the structure, or move a part of it behind a \"$ref\".");
    return nullptr;
  }
  ReadBudget& budget = *input_->budget;
  if (budget.alias_nodes == 0 || budget.alias_bytes < node.text.size()) {
    stop_ = true;
    error("document-too-large", where, "Aliases expand to more content than the limit allows.",
          "Use fewer aliases, or \"$ref\" to components.");
    return nullptr;
  }
  --budget.alias_nodes;
  budget.alias_bytes -= node.text.size();
  Node* copy = new_node(node.kind, node.place);
  if (copy == nullptr || !collection) {
    if (copy != nullptr) *copy = node;
    return copy;
  }
  const size_t start = entries_.open();
  for (const NodeEntry& entry : node) {
    if (budget.alias_bytes < entry.key.size()) budget.alias_nodes = 0;
    budget.alias_bytes -= std::min<uint64_t>(budget.alias_bytes, entry.key.size());
    Node* value = copy_alias(*entry.value, depth + 1, where);
    if (value == nullptr) return nullptr;
    entries_.add(NodeEntry{entry.key, entry.key_place, value});
  }
  entries_.close(start, *copy);
  return copy;
}

bool YamlParser::alias_as_key(std::string_view name, Place where, std::string_view& key) {
  const auto found = anchors_.find(name);
  if (found == anchors_.end() || found->second.open || !found->second.node->is_string()) {
    return error("yaml-key", where,
                 said({"The alias \"*", name.substr(0, 60), "\" is used as a key, but names no ",
                       "string that stands before."}),
                 "Write the key itself.");
  }
  key = found->second.node->text;
  return true;
}

Node* YamlParser::new_node(JsonKind kind, Place where) {
  if (input_->budget->nodes == 0) {
    stop_ = true;
    error("document-too-large", where, "The contract has more values than the limit allows.",
          "Split the contract, or remove generated content.");
    return nullptr;
  }
  --input_->budget->nodes;
  return make_node(*input_->arena, kind, where);
}

void YamlParser::anchor_node(const Properties& properties, Node* node, bool open) {
  if (!properties.anchor.empty()) anchors_[properties.anchor] = Anchor{node, open};
}

Node* YamlParser::make_null(const Properties& properties, Place where) {
  return make_scalar(Scalar{.text = {}, .place = where, .plain = true, .line = 0}, properties);
}

Node* YamlParser::make_scalar(const Scalar& scalar, const Properties& properties) {
  Node* node = new_node(JsonKind::kString, scalar.place);
  if (node == nullptr) return nullptr;
  node->text = scalar.text;
  if (!properties.tag.empty()) {
    if (!set_tagged(*node, scalar, properties.tag)) return nullptr;
  } else if (scalar.plain && !as_text_ && !set_plain(*node, scalar)) {
    return nullptr;
  }
  anchor_node(properties, node, false);
  return node;
}

bool YamlParser::set_plain(Node& node, const Scalar& scalar) {
  PlainValue value = read_plain(scalar.text);
  if (!value.has_json_form) {
    return error(
        "yaml-number", scalar.place,
        said({"\"", scalar.text.substr(0, 60), "\" is a number that JSON cannot express."}),
        "Put it in quotes if a string is meant, or write another number.");
  }
  node.kind = value.kind;
  node.boolean = value.boolean;
  if (!value.number.empty()) node.text = input_->arena->copy(value.number);
  if (node.kind == JsonKind::kNull || node.kind == JsonKind::kBoolean) node.text = {};
  return true;
}

bool YamlParser::set_tagged(Node& node, const Scalar& scalar, std::string_view tag) {
  std::string_view name = tag;
  if (name.starts_with(kCoreTagPrefix) && name.ends_with('>')) {
    name.remove_prefix(kCoreTagPrefix.size());
    name.remove_suffix(1);
  } else if (name.starts_with("!!")) {
    name.remove_prefix(2);
  }
  if (name == "!" || name == "str" || as_text_) return true;
  if (!is_one_of(name, {"int", "float", "bool", "null"})) {
    return error("yaml-tag", scalar.place,
                 said({"The tag \"", tag.substr(0, 60), "\" is not supported on this value."}),
                 "Remove the tag; quotes make a string.");
  }
  if (!set_plain(node, scalar)) return false;
  const bool fits = (name == "int" && node.kind == JsonKind::kInteger) ||
                    (name == "float" && node.is_number()) ||
                    (name == "bool" && node.kind == JsonKind::kBoolean) ||
                    (name == "null" && node.kind == JsonKind::kNull);
  return fits || error("yaml-tag", scalar.place,
                       said({"The value does not fit its tag \"", tag.substr(0, 60), "\"."}),
                       "Correct the value or remove the tag.");
}

Node* YamlParser::begin_collection(JsonKind kind, Place where, const Properties& properties) {
  if (depth_ >= input_->depth_max) {
    stop_ = true;
    error("document-too-deep", where,
          said({"Nesting is deeper than ", std::to_string(input_->depth_max), " levels."}),
          "Flatten the structure, or move a part of it behind a \"$ref\".");
    return nullptr;
  }
  const bool object = kind == JsonKind::kObject;
  if (!is_one_of(properties.tag, {"", "!", object ? "!!map" : "!!seq"})) {
    error("yaml-tag", where,
          said({"The tag \"", properties.tag.substr(0, 60), "\" is not supported here."}),
          "Remove the tag.");
    return nullptr;
  }
  Node* node = new_node(kind, where);
  if (node == nullptr) return nullptr;
  anchor_node(properties, node, true);
  ++depth_;
  return node;
}

bool YamlParser::end_collection(size_t start, Node& node, const Properties& properties) {
  --depth_;
  bool merges = false;
  if (node.is_object()) {
    for (size_t i = 0; i < entries_.count_from(start) && !merges; ++i) {
      merges = is_merge_key(entries_.from(start)[i].key);
    }
  }
  if (merges) {
    if (!merge(start, node)) return false;
  } else {
    entries_.close(start, node);
    if (node.is_object()) errors_ += report_duplicates(node, *input_->diagnostics);
  }
  anchor_node(properties, &node, false);
  return true;
}

// Closes a mapping that has merge keys: its own keys win, then earlier sources win over later ones.
bool YamlParser::merge(size_t start, Node& node) {
  std::vector<NodeEntry> own;
  std::vector<NodeEntry> sources;
  for (size_t i = 0; i < entries_.count_from(start); ++i) {
    const NodeEntry& entry = entries_.from(start)[i];
    (is_merge_key(entry.key) ? sources : own).push_back(entry);
  }
  entries_.drop(start);
  set_entries(*input_->arena, node, own.data(), static_cast<uint32_t>(own.size()));
  errors_ += report_duplicates(node, *input_->diagnostics);
  if (sources.size() > 1) {
    return error("yaml-merge", sources[1].key_place,
                 said({"A second merge key stands in one mapping; the first is at ",
                       line_and_column(sources[0].key_place), "."}),
                 "Write one merge key with a list: \"<<: [*a, *b]\".");
  }
  const Node& source = *sources[0].value;
  if (!source.is_array()) return merge_from(source, node, sources[0].key_place);
  for (const NodeEntry& item : source) {
    if (!merge_from(*item.value, node, sources[0].key_place)) return false;
  }
  return true;
}

bool YamlParser::merge_from(const Node& source, Node& target, Place where) {
  if (!source.is_object()) {
    return error("yaml-merge", where, "A merge key names something that is not a mapping.",
                 "Merge only mappings: \"<<: *name\" or \"<<: [*a, *b]\".");
  }
  for (const NodeEntry& entry : source) {
    if (target.find_entry(entry.key) != nullptr) continue;
    set_member(*input_->arena, target, entry.key, entry.key_place, entry.value);
  }
  return true;
}

void YamlParser::set_key(NodeEntry& entry, const Scalar& scalar) {
  entry.key = scalar.plain && scalar.text == kMergeKey ? kMergeKey : scalar.text;
  entry.key_place = scalar.place;
  if (is_schema_id_key(entry.key)) input_->facts->has_schema_ids = true;
}

}  // namespace servanda::internal
