// SPDX-License-Identifier: Apache-2.0
// JSON into nodes with places. One pass, no recursion; text without escapes is not copied.

#include <charconv>
#include <optional>

#include "base/text.h"
#include "contract/document/reader.h"

namespace servanda::internal {
namespace {

constexpr std::string_view kSyntaxFix = "Correct the JSON at this place.";

class JsonReader {
 public:
  explicit JsonReader(const ReadInput& input)
      : input_(&input),
        at_(input.text.data()),
        end_(input.text.data() + input.text.size()),
        places_(input.text, input.file),
        entries_(*input.arena) {}

  ReadResult read() {
    skip_space();
    bool ok = read_value();
    while (ok && !open_.empty()) ok = read_next();
    if (!ok) return {outcome_, nullptr};
    skip_space();
    if (at_ != end_) {
      syntax_error(
          said({"Unexpected ", shown_character(rest()), " behind the end of the document."}));
      return {outcome_, nullptr};
    }
    return {root_ == nullptr || duplicates_ > 0 ? ReadOutcome::kRefused : ReadOutcome::kRead,
            duplicates_ > 0 ? nullptr : root_};
  }

 private:
  struct Open {
    Node* node;
    size_t start;
  };

  [[nodiscard]] std::string_view rest() const { return {at_, static_cast<size_t>(end_ - at_)}; }
  [[nodiscard]] Place place(const char* at) { return places_.at(at); }

  bool syntax_error(std::string message) { return syntax_error_at(at_, std::move(message)); }
  bool syntax_error_at(const char* at, std::string message) {
    outcome_ = ReadOutcome::kNotSyntax;
    input_->diagnostics->error("json-syntax", place(at), std::move(message),
                               std::string(kSyntaxFix));
    return false;
  }

  void skip_space() {
    while (at_ < end_) {
      if (*at_ == '\n') {
        places_.begin_line(++at_);
      } else if (*at_ == ' ' || *at_ == '\t' || *at_ == '\r') {
        ++at_;
      } else {
        return;
      }
    }
  }

  Node* new_node(JsonKind kind, Place where) {
    if (input_->budget->nodes == 0) {
      outcome_ = ReadOutcome::kRefused;
      input_->diagnostics->error("document-too-large", where,
                                 "The contract has more values than the limit allows.",
                                 "Split the contract, or remove generated content.");
      return nullptr;
    }
    --input_->budget->nodes;
    return make_node(*input_->arena, kind, where);
  }

  // Hands a finished or opened value to the collection around it.
  void place_value(Node* node) {
    if (open_.empty()) {
      root_ = node;
      return;
    }
    if (open_.back().node->is_object()) {
      pending_.value = node;
    } else {
      pending_ = NodeEntry{{}, node->place, node};
    }
    entries_.add(pending_);
  }

  bool open_collection(JsonKind kind) {
    const Place where = place(at_);
    if (open_.size() >= input_->depth_max) {
      outcome_ = ReadOutcome::kRefused;
      input_->diagnostics->error(
          "document-too-deep", where,
          said({"Nesting is deeper than ", std::to_string(input_->depth_max), " levels."}),
          "Flatten the structure, or move a part of it behind a \"$ref\".");
      return false;
    }
    Node* node = new_node(kind, where);
    if (node == nullptr) return false;
    place_value(node);
    ++at_;
    open_.push_back({node, entries_.open()});
    skip_space();
    if (at_ < end_ && *at_ == closing_of(*node)) {
      close_collection();
      return true;
    }
    return kind == JsonKind::kArray || read_key();
  }

  static char closing_of(const Node& node) { return node.is_object() ? '}' : ']'; }

  void close_collection() {
    ++at_;
    const Open open = open_.back();
    open_.pop_back();
    entries_.close(open.start, *open.node);
    if (open.node->is_object()) {
      duplicates_ += report_duplicates(*open.node, *input_->diagnostics);
    }
    after_value_ = true;
  }

  // One step inside the innermost open collection.
  bool read_next() {
    skip_space();
    const Node& node = *open_.back().node;
    if (!after_value_) return read_value();
    if (at_ < end_ && *at_ == closing_of(node)) {
      close_collection();
      return true;
    }
    if (at_ == end_ || *at_ != ',') {
      return syntax_error(
          said({"Expected ',' or '", std::string(1, closing_of(node)), "' of the ",
                node.is_object() ? "object" : "array", " begun at ", line_and_column(node.place),
                ", found ", shown_character(rest()), "."}));
    }
    ++at_;
    after_value_ = false;
    skip_space();
    return node.is_array() || read_key();
  }

  bool read_key() {
    if (at_ == end_ || *at_ != '"') {
      return syntax_error(
          said({"Expected a member name in double quotes, found ", shown_character(rest()), "."}));
    }
    pending_.key_place = place(at_);
    if (!read_string(pending_.key)) return false;
    if (is_schema_id_key(pending_.key)) input_->facts->has_schema_ids = true;
    skip_space();
    if (at_ == end_ || *at_ != ':') {
      return syntax_error(
          said({"Expected ':' behind the member name, found ", shown_character(rest()), "."}));
    }
    ++at_;
    after_value_ = false;
    return true;
  }

  bool read_value() {
    if (at_ == end_) return syntax_error("Expected a value, found the end of the file.");
    switch (*at_) {
      case '{':
        after_value_ = false;
        return open_collection(JsonKind::kObject);
      case '[':
        after_value_ = false;
        return open_collection(JsonKind::kArray);
      case '"':
        return read_string_value();
      case 't':
        return read_word("true", JsonKind::kBoolean);
      case 'f':
        return read_word("false", JsonKind::kBoolean);
      case 'n':
        return read_word("null", JsonKind::kNull);
      default:
        return read_number();
    }
  }

  bool read_word(std::string_view word, JsonKind kind) {
    if (!rest().starts_with(word)) {
      return syntax_error(said({"Expected a value, found ", shown_character(rest()), "."}));
    }
    Node* node = new_node(kind, place(at_));
    if (node == nullptr) return false;
    node->boolean = word[0] == 't';
    at_ += word.size();
    place_value(node);
    after_value_ = true;
    return true;
  }

  bool read_number() {
    const char* const start = at_;
    const char* to = at_;
    while (to < end_ && is_number_part(*to)) ++to;
    const std::string_view token(start, static_cast<size_t>(to - start));
    if (token.empty()) {
      return syntax_error(said({"Expected a value, found ", shown_character(rest()), "."}));
    }
    if (!is_json_number(token)) {
      return syntax_error(said({"\"", token.substr(0, 60), "\" is not a JSON number."}));
    }
    const bool integer = parse_integer(token).has_value();
    Node* node = new_node(integer ? JsonKind::kInteger : JsonKind::kNumber, place(start));
    if (node == nullptr) return false;
    node->text = token;
    at_ = to;
    place_value(node);
    after_value_ = true;
    return true;
  }

  static bool is_number_part(char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  }

  bool read_string_value() {
    Node* node = new_node(JsonKind::kString, place(at_));
    if (node == nullptr || !read_string(node->text)) return false;
    place_value(node);
    after_value_ = true;
    return true;
  }

  // Reads the string that begins at the quote under at_.
  bool read_string(std::string_view& out) {
    const char* const quote = at_;
    const char* const start = ++at_;
    while (at_ < end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20) {
      ++at_;
    }
    if (at_ < end_ && *at_ == '"') {
      out = {start, static_cast<size_t>(at_ - start)};
      ++at_;
      return true;
    }
    scratch_.assign(start, at_);
    while (at_ < end_ && *at_ != '"') {
      if (static_cast<unsigned char>(*at_) < 0x20) {
        return syntax_error(said({"A string holds ", shown_character(rest()),
                                  "; it must be written as an escape or the string ended."}));
      }
      if (*at_ == '\\') {
        if (!read_escape()) return false;
      } else {
        scratch_ += *at_++;
      }
    }
    if (at_ == end_) return syntax_error_at(quote, "This string is never closed.");
    ++at_;
    out = input_->arena->copy(scratch_);
    return true;
  }

  bool read_escape() {
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    const char letter = at_ + 1 < end_ ? at_[1] : '\0';
    if (const size_t found = kLetters.find(letter); letter != '\0' && found < kLetters.size()) {
      scratch_ += kMeanings[found];
      at_ += 2;
      return true;
    }
    if (letter != 'u') {
      return syntax_error("A backslash is followed by no escape that JSON knows.");
    }
    const std::optional<uint32_t> unit = read_unit(at_);
    if (!unit) return syntax_error("\\u must be followed by four hexadecimal digits.");
    if (*unit < 0xD800 || *unit > 0xDFFF) {
      append_utf8(scratch_, *unit);
      at_ += 6;
      return true;
    }
    const std::optional<uint32_t> low = *unit < 0xDC00 ? read_unit(at_ + 6) : std::nullopt;
    if (!low || *low < 0xDC00 || *low > 0xDFFF) {
      return syntax_error("A surrogate stands alone: both halves of the pair must be written.");
    }
    append_utf8(scratch_, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
    at_ += 12;
    return true;
  }

  // The number in "\uXXXX" at `at`.
  [[nodiscard]] std::optional<uint32_t> read_unit(const char* at) const {
    if (end_ - at < 6 || at[0] != '\\' || at[1] != 'u') return std::nullopt;
    uint32_t unit = 0;
    const auto [stop, error] = std::from_chars(at + 2, at + 6, unit, 16);
    if (error != std::errc() || stop != at + 6) return std::nullopt;
    return unit;
  }

  const ReadInput* input_;
  const char* at_;
  const char* end_;
  PlaceFinder places_;
  EntryStack entries_;
  std::vector<Open> open_;
  NodeEntry pending_;         // Key and place of the member whose value comes next.
  bool after_value_ = false;  // The innermost collection just got a value.
  Node* root_ = nullptr;
  size_t duplicates_ = 0;
  std::string scratch_;
  ReadOutcome outcome_ = ReadOutcome::kRefused;
};

}  // namespace

ReadResult read_json(const ReadInput& input) {
  return JsonReader(input).read();
}

}  // namespace servanda::internal
