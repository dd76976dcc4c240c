// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/input_text.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "contract/plan/input.h"

namespace servanda::internal {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

enum class Plainness : uint8_t { kPlain, kNeedsCheck, kEncoded };

Plainness plainness(std::string_view text, Decoding decoding) {
  Plainness found = Plainness::kPlain;
  for (char c : text) {
    if ((c == '%' && decoding != Decoding::kNone) ||
        (c == '+' && decoding == Decoding::kPercentPlus)) {
      return Plainness::kEncoded;
    }
    if (static_cast<unsigned char>(c) >= 0x80 || c == '\0') found = Plainness::kNeedsCheck;
  }
  return found;
}

JsonNode string_node(std::string_view text) {
  JsonNode node;
  node.kind = JsonKind::kString;
  node.size = static_cast<uint32_t>(text.size());
  node.text = text.data();
  return node;
}

bool number_from_text(std::string_view text, TypeMask types, JsonNode& out) {
  if (auto integer = parse_integer(text)) {
    out = {};
    out.kind = JsonKind::kInteger;
    out.integer = *integer;
    return true;
  }
  if (!is_json_number(text)) return false;
  // Digits beyond 64 bits stay a token, so that the schema judges the exact value.
  bool digits_only = text.find_first_of(".eE") == std::string_view::npos && text != "-0";
  if (!types.has(TypeMask::kNumber) && !digits_only) return false;
  out = string_node(text);
  out.kind = JsonKind::kNumber;
  return true;
}

}  // namespace

void copy_json(JsonBuilder& builder, JsonValue value, Arena& arena) {
  switch (value.kind()) {
    case JsonKind::kNull:
      return builder.null();
    case JsonKind::kBoolean:
      return builder.boolean(value.boolean());
    case JsonKind::kInteger:
      return builder.integer(value.integer());
    case JsonKind::kNumber:
      return builder.number(arena.copy(value.text()));
    case JsonKind::kString:
      return builder.string(arena.copy(value.text()));
    case JsonKind::kArray:
      builder.begin_array();
      for (JsonValue item : value.items()) copy_json(builder, item, arena);
      return builder.end_array();
    case JsonKind::kObject:
      builder.begin_object();
      for (auto [key, member] : value.members()) {
        builder.key(arena.copy(key));
        copy_json(builder, member, arena);
      }
      return builder.end_object();
  }
}

std::optional<std::string_view> decode_text(std::string_view raw, Decoding decoding, Arena& arena) {
  Plainness found = plainness(raw, decoding);
  if (found == Plainness::kPlain) return raw;
  std::string_view text = raw;
  if (found == Plainness::kEncoded) {
    char* out = static_cast<char*>(arena.allocate(raw.size(), 1));
    size_t size = 0;
    for (size_t i = 0; i < raw.size(); ++i) {
      char c = raw[i];
      if (c == '%') {
        int high = i + 2 < raw.size() ? hex_digit(raw[i + 1]) : -1;
        int low = i + 2 < raw.size() ? hex_digit(raw[i + 2]) : -1;
        if (high < 0 || low < 0) return std::nullopt;
        c = static_cast<char>(high * 16 + low);
        i += 2;
      } else if (c == '+' && decoding == Decoding::kPercentPlus) {
        c = ' ';
      }
      out[size++] = c;
    }
    text = {out, size};
  }
  if (text.find('\0') != std::string_view::npos || !is_valid_utf8(text)) return std::nullopt;
  return text;
}

bool scalar_from_text(std::string_view text, TypeMask types, JsonNode& out) {
  bool strings = types.has(TypeMask::kString);
  if (!is_any(types)) {
    if (types.has(TypeMask::kNull) && !strings && (text.empty() || text == "null")) {
      out = {};
      return true;
    }
    if (types.has(TypeMask::kBoolean) && (text == "true" || text == "false")) {
      out = {};
      out.kind = JsonKind::kBoolean;
      out.boolean = text == "true";
      return true;
    }
    if ((types.bits & (TypeMask::kInteger | TypeMask::kNumber)) != 0 &&
        number_from_text(text, types, out)) {
      return true;
    }
  }
  if (!strings) return false;
  out = string_node(text);
  return true;
}

std::string types_text(TypeMask types) {
  static constexpr std::pair<uint8_t, std::string_view> kNames[] = {
      {TypeMask::kInteger, "an integer"},    {TypeMask::kNumber, "a number"},
      {TypeMask::kBoolean, "true or false"}, {TypeMask::kNull, "null"},
      {TypeMask::kString, "text"},           {TypeMask::kArray, "a list"},
      {TypeMask::kObject, "an object"}};
  std::string text;
  for (auto [bit, name] : kNames) {
    if (!types.has(bit) || (bit == TypeMask::kInteger && types.has(TypeMask::kNumber))) continue;
    if (!text.empty()) text += " or ";
    text += name;
  }
  return text.empty() ? "absent" : text;
}

size_t Pieces::delimiter_at(size_t at) const {
  char c = rest_[at];
  std::string_view triplet = c == '%' ? rest_.substr(at, 3) : std::string_view();
  switch (delimiter_) {
    case Delimiter::kComma:
    case Delimiter::kCommaTrimmed:
      return c == ',' ? 1 : 0;
    case Delimiter::kDot:
      return c == '.' ? 1 : 0;
    case Delimiter::kSemicolon:
      return c == ';' ? 1 : 0;
    case Delimiter::kSpace:
      return c == ' ' || c == '+' ? 1 : triplet == "%20" ? 3 : 0;
    case Delimiter::kPipe:
      return c == '|' ? 1 : triplet == "%7C" || triplet == "%7c" ? 3 : 0;
  }
  return 0;
}

std::optional<std::string_view> Pieces::next() {
  if (done_) return std::nullopt;
  std::string_view piece = rest_;
  size_t size = 0;
  size_t at = 0;
  while (at < rest_.size() && (size = delimiter_at(at)) == 0) ++at;
  if (at == rest_.size()) {
    done_ = true;
  } else {
    piece = rest_.substr(0, at);
    rest_.remove_prefix(at + size);
  }
  return delimiter_ == Delimiter::kCommaTrimmed ? trim(piece) : piece;
}

bool TextBuilder::fail(std::string_view code, std::string detail) {
  fault_ = {code, std::move(detail)};
  return false;
}

std::optional<std::string_view> TextBuilder::decode(std::string_view raw) {
  auto text = decode_text(raw, decoding_, arena_);
  if (!text) {
    fail("encoding", decoding_ == Decoding::kNone
                         ? "Must be UTF-8 text."
                         : "Must be percent-encoded UTF-8 text without NUL.");
  }
  return text;
}

bool TextBuilder::value(std::string_view raw, const TextShape& shape) {
  auto text = decode(raw);
  return text && decoded_value(*text, shape);
}

bool TextBuilder::decoded_value(std::string_view text, const TextShape& shape) {
  if (only_nested(shape.types)) return json(text);
  JsonNode node;
  if (!scalar_from_text(text, shape.types, node)) {
    return fail("type", "Must be " + types_text(shape.types) + ".");
  }
  builder_.value(JsonValue(&node));
  return true;
}

bool TextBuilder::count_entry() {
  if (++entries_ <= InputLimits::kItemsMax) return true;
  return fail("limit", "Must have at most " + std::to_string(InputLimits::kItemsMax) + " items.");
}

bool TextBuilder::is_json_array(std::string_view raw, const TextShape& shape) {
  return only_nested(item_shape(shape).types) &&
         (raw.starts_with("[") || raw.starts_with("%5B") || raw.starts_with("%5b"));
}

bool TextBuilder::array(std::string_view raw, Delimiter delimiter, const TextShape& shape) {
  const TextShape& items = item_shape(shape);
  if (is_json_array(raw, shape)) {
    auto text = decode(raw);
    return text && json(*text);
  }
  builder_.begin_array();
  if (!raw.empty()) {
    Pieces pieces(raw, delimiter);
    while (auto piece = pieces.next()) {
      if (!count_entry() || !value(*piece, items)) return false;
    }
  }
  builder_.end_array();
  return true;
}

bool TextBuilder::member(std::string_view raw_key, std::string_view raw_value,
                         const TextShape& shape, KeySet& keys) {
  auto key = decode(raw_key);
  if (!key || !count_entry()) return false;
  if (!keys.add(*key)) return fail("duplicate", "Must not name a member twice.");
  builder_.key(*key);
  return value(raw_value, member_shape(shape, *key));
}

bool TextBuilder::flat_object(std::string_view raw, Delimiter delimiter, const TextShape& shape) {
  KeySet keys;
  builder_.begin_object();
  Pieces pieces(raw, delimiter);
  while (auto key = raw.empty() ? std::nullopt : pieces.next()) {
    auto text = pieces.next();
    if (!text) return fail("style", "Must be names and values in turn.");
    if (!member(*key, *text, shape, keys)) return false;
  }
  builder_.end_object();
  return true;
}

bool TextBuilder::paired_object(std::string_view raw, Delimiter delimiter, const TextShape& shape) {
  KeySet keys;
  builder_.begin_object();
  Pieces pieces(raw, delimiter);
  while (auto piece = raw.empty() ? std::nullopt : pieces.next()) {
    size_t equals = piece->find('=');
    if (equals == std::string_view::npos) return fail("style", "Must be written as name=value.");
    if (!member(piece->substr(0, equals), piece->substr(equals + 1), shape, keys)) return false;
  }
  builder_.end_object();
  return true;
}

bool TextBuilder::json(std::string_view text) {
  auto document = JsonDocument::parse(text);
  if (!document) return fail("json", document.error().message);
  copy_json(builder_, document->root(), arena_);
  return true;
}

const TextShape& member_shape(const TextShape& object, std::string_view name) {
  static const TextShape kAnything;
  for (const TextShape::Member& member : object.members) {
    if (member.name == name) return member.shape;
  }
  return object.rest.empty() ? kAnything : object.rest[0];
}

const TextShape& item_shape(const TextShape& array) {
  static const TextShape kAnything;
  return array.items.empty() ? kAnything : array.items[0];
}

bool KeySet::add(std::string_view key) {
  if (std::ranges::find(keys_, key) != keys_.end()) return false;
  keys_.push_back(key);
  return true;
}

}  // namespace servanda::internal
