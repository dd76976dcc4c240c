// SPDX-License-Identifier: Apache-2.0
// JSON text from values.

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/check.h"
#include "base/json.h"
#include "base/text.h"

namespace servanda {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// For each ASCII byte: 0 when it stands for itself, 'u' for \u00XX, else the letter behind '\'.
constexpr std::array<char, 256> escape_table() {
  std::array<char, 256> table{};
  for (size_t c = 0; c < 0x20; ++c) table[c] = 'u';
  table['"'] = '"';
  table['\\'] = '\\';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  return table;
}
constexpr std::array<char, 256> kEscapes = escape_table();

void append_escape(std::string& out, unsigned char c) {
  out += '\\';
  out += kEscapes[c];
  if (kEscapes[c] != 'u') return;
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "00";
  out += kHex[c >> 4];
  out += kHex[c & 0xF];
}

// Copies text that is free of control characters, quotes and backslashes.
void append_plain(std::string& out, std::string_view text) {
  for (;;) {
    const size_t valid = valid_utf8_prefix(text);
    out.append(text.substr(0, valid));
    if (valid == text.size()) return;
    out += kReplacement;
    text.remove_prefix(valid + 1);
    // The rest of a broken sequence belongs to the same replacement.
    while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0) == 0x80) {
      text.remove_prefix(1);
    }
  }
}

// Whether all eight bytes are ASCII that stands for itself.
bool is_plain(uint64_t bytes) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHighs = 0x8080808080808080;
  // A byte below the limit borrows into its highest bit; bytes above ASCII have it set already.
  const auto below = [](uint64_t each, uint64_t limit) { return each - kOnes * limit; };
  const uint64_t quote = below(bytes ^ kOnes * '"', 1);
  const uint64_t backslash = below(bytes ^ kOnes * '\\', 1);
  return ((bytes | below(bytes, 0x20) | quote | backslash) & kHighs) == 0;
}

// The same for a text of 8 to 16 bytes.
bool is_plain_short(std::string_view text) {
  uint64_t first = 0;
  uint64_t last = 0;
  std::memcpy(&first, text.data(), sizeof first);
  std::memcpy(&last, text.data() + text.size() - sizeof last, sizeof last);
  return is_plain(first) && is_plain(last);
}

// How much of the text is ASCII that stands for itself.
size_t plain_prefix(std::string_view text) {
  size_t at = 0;
#ifdef __SSE2__
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    // Signed comparison: bytes above ASCII are negative, so they count as control characters.
    const __m128i other = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    if (_mm_movemask_epi8(_mm_or_si128(other, _mm_or_si128(quote, backslash))) != 0) break;
  }
#endif
  const size_t rest = text.size() - at;
  if (rest >= 8 && rest <= 16 && is_plain_short(text.substr(at))) return text.size();
  while (at < text.size()) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c >= 0x80 || kEscapes[c] != '\0') break;
    ++at;
  }
  return at;
}

template <typename Integer>
void append_integer(std::string& out, Integer value) {
  std::array<char, 24> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), result.ptr);
}

}  // namespace

void json_append_string(std::string& out, std::string_view text) {
  out += '"';
  const size_t plain = plain_prefix(text);
  out += text.substr(0, plain);
  if (plain == text.size()) {
    out += '"';
    return;
  }
  size_t plain_begin = plain;
  for (size_t at = plain; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (kEscapes[c] == '\0') [[likely]]
      continue;
    append_plain(out, text.substr(plain_begin, at - plain_begin));
    append_escape(out, c);
    plain_begin = at + 1;
  }
  append_plain(out, text.substr(plain_begin));
  out += '"';
}

void JsonWriter::separate() {
  if (need_comma_) *out_ += ',';
  need_comma_ = true;
}

void JsonWriter::begin_object() {
  separate();
  *out_ += '{';
  need_comma_ = false;
}

void JsonWriter::end_object() {
  *out_ += '}';
  need_comma_ = true;
}

void JsonWriter::begin_array() {
  separate();
  *out_ += '[';
  need_comma_ = false;
}

void JsonWriter::end_array() {
  *out_ += ']';
  need_comma_ = true;
}

void JsonWriter::key(std::string_view name) {
  separate();
  json_append_string(*out_, name);
  *out_ += ':';
  need_comma_ = false;
}

void JsonWriter::null() {
  separate();
  *out_ += "null";
}

void JsonWriter::boolean(bool value) {
  separate();
  *out_ += value ? "true" : "false";
}

void JsonWriter::integer(int64_t value) {
  separate();
  append_integer(*out_, value);
}

void JsonWriter::unsigned_integer(uint64_t value) {
  separate();
  append_integer(*out_, value);
}

void JsonWriter::number(double value) {
  separate();
  SERVANDA_CHECK(std::isfinite(value), "JSON has no infinities and no NaN");
  std::array<char, 32> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out_->append(digits.data(), result.ptr);
}

void JsonWriter::string(std::string_view text) {
  separate();
  json_append_string(*out_, text);
}

void JsonWriter::raw(std::string_view json) {
  separate();
  *out_ += json;
}

// Walks the nodes in their order; `open` holds the containers around the current one, so depth
// costs no stack.
void JsonWriter::value(JsonValue value) {
  struct Open {
    const JsonNode* end;
    bool is_object;
  };
  std::vector<Open> open;
  const JsonNode* node = value.node();
  const JsonNode* const last = json_after(node);
  bool at_key = false;
  while (node != last) {
    if (at_key) {
      key({node->text, node->size});
      ++node;
      at_key = false;
      continue;
    }
    const JsonValue current(node);
    switch (current.kind()) {
      case JsonKind::kNull:
        null();
        break;
      case JsonKind::kBoolean:
        boolean(current.boolean());
        break;
      case JsonKind::kInteger:
        integer(current.integer());
        break;
      case JsonKind::kNumber:
        raw(current.text());
        break;
      case JsonKind::kString:
        string(current.text());
        break;
      case JsonKind::kArray:
      case JsonKind::kObject:
        current.is_object() ? begin_object() : begin_array();
        open.push_back({json_after(node), current.is_object()});
        break;
    }
    ++node;
    while (!open.empty() && open.back().end == node) {
      open.back().is_object ? end_object() : end_array();
      open.pop_back();
    }
    at_key = !open.empty() && open.back().is_object;
  }
}

std::string json_text(JsonValue value) {
  std::string out;
  JsonWriter(out).value(value);
  return out;
}

}  // namespace servanda
