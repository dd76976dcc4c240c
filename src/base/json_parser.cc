// SPDX-License-Identifier: Apache-2.0
// The strict JSON reader: one pass over a private copy of the text, no recursion.
//
// Why not simdjson: it takes duplicate names, its DOM refuses long integers, and walking its
// on-demand reader into nodes takes twice as long as this scan, even without those checks
// (json_bench.cc, release: 370 against 190 ns for 274 bytes, 1340 against 690 ns for 1.1 KB, 26
// against 13 us for 22 KB).

#include <algorithm>
#include <cstring>
#include <string>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/json.h"
#include "base/json_keys.h"
#include "base/text.h"

namespace servanda {
namespace {

// Readable bytes behind the text; zero, so that every scan stops there without counting.
constexpr size_t kPadding = 32;
// Memory above these sizes is not kept for the next document unless that needs an eighth of it.
constexpr size_t kTextKept = size_t{1} << 20;
constexpr size_t kNodesKept = size_t{1} << 16;
// Digits that always fit 64 signed bits.
constexpr int kSafeDigits = 18;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// An open container.
struct Frame {
  uint32_t node = 0;   // Its index.
  uint32_t count = 0;  // Members or items so far.
  bool is_object = false;
  internal::KeyFilter keys;
};

enum class Reason : uint8_t {
  kNone,
  kValue,
  kLiteral,
  kKey,
  kColon,
  kCommaOrBrace,
  kCommaOrBracket,
  kUnclosedString,
  kControl,
  kEscape,
  kSurrogate,
  kUtf8,
  kDigits,
  kLeadingZero,
  kBehind,
  kDuplicate,
  kDepth,
  kNodes,
};

std::string_view sentence(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      break;
    case Reason::kValue:
      return "a value is expected here";
    case Reason::kLiteral:
      return "this is not a JSON value; bare words are only true, false and null";
    case Reason::kKey:
      return "a member name in double quotes is expected here";
    case Reason::kColon:
      return "a colon is expected behind the member name";
    case Reason::kCommaOrBrace:
      return "a comma or a closing brace is expected here";
    case Reason::kCommaOrBracket:
      return "a comma or a closing bracket is expected here";
    case Reason::kUnclosedString:
      return "this string has no closing quote";
    case Reason::kControl:
      return "a control character in a string must be written as an escape";
    case Reason::kEscape:
      return "this escape is not one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four "
             "hexadecimal digits";
    case Reason::kSurrogate:
      return "this surrogate has no partner, so it is no character";
    case Reason::kUtf8:
      return "the text is not valid UTF-8";
    case Reason::kDigits:
      return "a digit is expected here";
    case Reason::kLeadingZero:
      return "a number has no leading zeros";
    case Reason::kBehind:
      return "nothing may follow the value";
    case Reason::kDuplicate:
      return "this member name occurs twice in one object";
    case Reason::kDepth:
      return "arrays and objects are nested too deeply";
    case Reason::kNodes:
      return "the document has too many values";
  }
  return "";
}

// What one parser keeps between documents.
struct Memory {
  std::unique_ptr<char[]> text;
  size_t text_capacity = 0;
  std::vector<JsonNode> nodes;
  std::vector<Frame> frames;
  internal::DuplicateKeys duplicates;

  void take_text(std::string_view source);
  void prepare(size_t text_size, const JsonLimits& limits);
};

void Memory::take_text(std::string_view source) {
  const size_t needed = source.size() + kPadding;
  if (needed > text_capacity || (text_capacity > kTextKept && needed < text_capacity / 8)) {
    text.reset();
    text_capacity = std::max<size_t>(needed, 1024);
    text = std::make_unique_for_overwrite<char[]>(text_capacity);
  }
  if (!source.empty()) std::memcpy(text.get(), source.data(), source.size());
  std::memset(text.get() + source.size(), 0, kPadding);
}

void Memory::prepare(size_t text_size, const JsonLimits& limits) {
  // Typical documents have a node per 8 to 16 bytes; others grow on the way.
  const size_t expected = std::min<size_t>(text_size / 16 + 64, limits.nodes_max);
  if (nodes.size() > kNodesKept && expected < nodes.size() / 8) {
    std::vector<JsonNode>().swap(nodes);
  }
  if (nodes.size() < expected) nodes.resize(expected);
  // A text is nested no deeper than it has characters.
  const size_t depth = std::min<size_t>({limits.depth_max, kJsonDepthMax, text_size});
  if (frames.size() < depth) frames.resize(depth);
}

// What follows a piece of text just read.
enum class Step : uint8_t { kFailed, kAtValue, kBehindValue };

struct Unescaped {
  char* behind = nullptr;  // Behind the closing quote, or where reading failed.
  size_t size = 0;
  Reason failed = Reason::kNone;
};

// Four hexadecimal digits, or -1.
int32_t hex4(const char* at) {
  int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = at[i];
    int32_t digit = 0;
    if (is_digit(c)) {
      digit = c - '0';
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      digit = (c | 0x20) - 'a' + 10;
    } else {
      return -1;
    }
    value = value << 4 | digit;
  }
  return value;
}

// Writes the code point at `out`; at most as long as its escape.
char* put_utf8(char* out, uint32_t code_point) {
  const auto tail = [&](int shift) {
    return static_cast<char>(0x80 | (code_point >> shift & 0x3F));
  };
  if (code_point < 0x80) {
    *out++ = static_cast<char>(code_point);
  } else if (code_point < 0x800) {
    *out++ = static_cast<char>(0xC0 | code_point >> 6);
    *out++ = tail(0);
  } else if (code_point < 0x10000) {
    *out++ = static_cast<char>(0xE0 | code_point >> 12);
    *out++ = tail(6);
    *out++ = tail(0);
  } else {
    *out++ = static_cast<char>(0xF0 | code_point >> 18);
    *out++ = tail(12);
    *out++ = tail(6);
    *out++ = tail(0);
  }
  return out;
}

// Reads what stands behind "\u" at `at`. The padding makes the bytes behind the text readable.
struct UnicodeEscape {
  const char* behind = nullptr;
  uint32_t code_point = 0;
  Reason failed = Reason::kNone;
};
UnicodeEscape read_unicode_escape(const char* at) {
  const int32_t first = hex4(at);
  if (first < 0) return {at, 0, Reason::kEscape};
  const auto unit = static_cast<uint32_t>(first);
  if (unit < 0xD800 || unit > 0xDFFF) return {at + 4, unit, Reason::kNone};
  if (unit > 0xDBFF || at[4] != '\\' || at[5] != 'u') return {at, 0, Reason::kSurrogate};
  const int32_t second = hex4(at + 6);
  if (second < 0) return {at + 6, 0, Reason::kEscape};
  const auto low = static_cast<uint32_t>(second);
  if (low < 0xDC00 || low > 0xDFFF) return {at, 0, Reason::kSurrogate};
  return {at + 10, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), Reason::kNone};
}

char simple_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

// Unescapes in place the string that begins at `start` and has its first backslash at `at`: the
// content is never longer than its text. An escape never completes or breaks the UTF-8 of its
// neighbours, so judging the result judges the source.
[[gnu::noinline]] Unescaped unescape(char* const start, char* at, const char* const end) {
  char* out = at;
  for (;;) {
    const char c = *at;
    if (c == '"') break;
    if (static_cast<unsigned char>(c) < 0x20) {
      return {at, 0, at == end ? Reason::kUnclosedString : Reason::kControl};
    }
    if (c != '\\') {
      *out++ = c;
      ++at;
      continue;
    }
    if (at[1] == 'u') {
      const UnicodeEscape escape = read_unicode_escape(at + 2);
      if (escape.failed != Reason::kNone) return {at, 0, escape.failed};
      out = put_utf8(out, escape.code_point);
      at += escape.behind - at;
      continue;
    }
    const char plain = simple_escape(at[1]);
    if (plain == '\0') return {at, 0, at + 1 == end ? Reason::kUnclosedString : Reason::kEscape};
    *out++ = plain;
    at += 2;
  }
  const auto size = static_cast<size_t>(out - start);
  if (!is_valid_utf8({start, size})) return {start, 0, Reason::kUtf8};
  return {at + 1, size, Reason::kNone};
}

#ifdef __SSE2__
// The first quote, backslash or control character from `at` on. Sets `high` to a value other than
// zero when a byte before it is not ASCII.
[[gnu::always_inline]] inline char* find_string_stop(char* at, uint32_t& high) {
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i control_max = _mm_set1_epi8(0x1F);
  for (;; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, control_max), bytes);
    const __m128i stops = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)), control);
    const auto stop_mask = static_cast<uint32_t>(_mm_movemask_epi8(stops));
    const auto high_mask = static_cast<uint32_t>(_mm_movemask_epi8(bytes));
    if (stop_mask != 0) {
      high |= high_mask & (stop_mask - 1) & ~stop_mask;
      return at + __builtin_ctz(stop_mask);
    }
    high |= high_mask;
  }
}

[[gnu::always_inline]] inline char* skip_long_space(char* at) {
  for (;; at += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i line = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')),
                                      _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r')));
    const __m128i blank = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')),
                                       _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\t')));
    const auto other =
        ~static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(line, blank))) & 0xFFFF;
    if (other != 0) return at + __builtin_ctz(other);
  }
}
#else
inline char* find_string_stop(char* at, uint32_t& high) {
  for (;; ++at) {
    const auto byte = static_cast<unsigned char>(*at);
    if (byte == '"' || byte == '\\' || byte < 0x20) return at;
    high |= byte & 0x80U;
  }
}

inline char* skip_long_space(char* at) {
  while (is_space(*at)) ++at;
  return at;
}
#endif

[[gnu::always_inline]] inline char* skip_space(char* at) {
  if (static_cast<unsigned char>(*at) > ' ') [[likely]]
    return at;
  if (is_space(*at)) ++at;
  if (static_cast<unsigned char>(*at) > ' ') return at;
  return skip_long_space(at);
}

// One reading of one text. Its members stay in registers: every method is inlined into run(), and
// what is not inlined gets values.
class Scanner {
 public:
  Scanner(Memory& memory, size_t size, const JsonLimits& limits)
      : memory_(&memory),
        begin_(memory.text.get()),
        end_(begin_ + size),
        at_(begin_),
        base_(memory.nodes.data()),
        node_(base_),
        node_end_(base_ + std::min<size_t>(memory.nodes.size(), limits.nodes_max)),
        frames_(memory.frames.data()),
        depth_max_(std::min(limits.depth_max, kJsonDepthMax)),
        nodes_max_(limits.nodes_max) {}

  bool run();

  [[nodiscard]] Reason reason() const { return reason_; }
  [[nodiscard]] size_t failed_at() const { return static_cast<size_t>(at_ - begin_); }

 private:
  Step value();
  Step behind_value();
  Step open(JsonKind kind, char close);
  Step close();
  bool key();
  bool string();
  Step number();
  enum class Tail : uint8_t { kAbsent, kPresent };  // A fraction or an exponent.
  Step number_token(char* first, Tail tail);
  bool digits();
  Step literal(const char* word, size_t size, JsonKind kind, bool boolean);
  Step fail(Reason reason) {
    reason_ = reason;
    return Step::kFailed;
  }

  // Room for one more node; false when the document has as many as it may.
  [[gnu::always_inline]] bool has_room() {
    if (node_ != node_end_) [[likely]]
      return true;
    const auto count = static_cast<size_t>(node_ - base_);
    if (!grow(memory_->nodes, count, nodes_max_)) {
      reason_ = Reason::kNodes;
      return false;
    }
    base_ = memory_->nodes.data();
    node_ = base_ + count;
    node_end_ = base_ + std::min<size_t>(memory_->nodes.size(), nodes_max_);
    return true;
  }
  [[gnu::noinline]] static bool grow(std::vector<JsonNode>& nodes, size_t count, size_t most) {
    if (count >= most) return false;
    nodes.resize(std::min(count * 2, most));
    return true;
  }

  // Requires: has_room().
  [[gnu::always_inline]] void put_text(JsonKind kind, const char* text, size_t size) {
    node_->kind = kind;
    node_->boolean = false;
    node_->size = static_cast<uint32_t>(size);
    node_->text = text;
    ++node_;
  }
  [[gnu::always_inline]] void put_integer(JsonKind kind, bool boolean, int64_t integer) {
    node_->kind = kind;
    node_->boolean = boolean;
    node_->size = 0;
    node_->integer = integer;
    ++node_;
  }

  Memory* memory_;
  char* begin_;
  char* end_;
  char* at_;
  JsonNode* base_;
  JsonNode* node_;
  JsonNode* node_end_;
  Frame* frames_;
  uint32_t depth_ = 0;
  uint32_t depth_max_;
  uint32_t nodes_max_;
  Reason reason_ = Reason::kNone;
};

bool Scanner::run() {
  at_ = skip_space(at_);
  for (;;) {
    Step step = value();
    while (step == Step::kBehindValue) {
      if (depth_ == 0) {
        at_ = skip_space(at_);
        if (at_ == end_) return true;
        fail(Reason::kBehind);
        return false;
      }
      step = behind_value();
    }
    if (step == Step::kFailed) return false;
  }
}

// Reads a scalar whole, or the opening of a container up to its first value.
[[gnu::always_inline]] inline Step Scanner::value() {
  if (!has_room()) [[unlikely]]
    return Step::kFailed;
  switch (*at_) {
    case '"':
      return string() ? Step::kBehindValue : Step::kFailed;
    case '{':
      return open(JsonKind::kObject, '}');
    case '[':
      return open(JsonKind::kArray, ']');
    case 't':
      return literal("true", 4, JsonKind::kBoolean, true);
    case 'f':
      return literal("false", 5, JsonKind::kBoolean, false);
    case 'n':
      return literal("null", 4, JsonKind::kNull, false);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
      return number();
    default:
      return fail((*at_ | 0x20) >= 'a' && (*at_ | 0x20) <= 'z' ? Reason::kLiteral : Reason::kValue);
  }
}

[[gnu::always_inline]] inline Step Scanner::behind_value() {
  Frame& frame = frames_[depth_ - 1];
  ++frame.count;
  at_ = skip_space(at_);
  if (*at_ == ',') [[likely]] {
    at_ = skip_space(at_ + 1);
    return !frame.is_object || key() ? Step::kAtValue : Step::kFailed;
  }
  if (*at_ == (frame.is_object ? '}' : ']')) [[likely]]
    return close();
  return fail(frame.is_object ? Reason::kCommaOrBrace : Reason::kCommaOrBracket);
}

[[gnu::always_inline]] inline Step Scanner::open(JsonKind kind, char close_mark) {
  if (depth_ == depth_max_) [[unlikely]]
    return fail(Reason::kDepth);
  Frame& frame = frames_[depth_++];
  frame.node = static_cast<uint32_t>(node_ - base_);
  frame.count = 0;
  frame.is_object = kind == JsonKind::kObject;
  put_text(kind, nullptr, 0);
  at_ = skip_space(at_ + 1);
  frame.keys.clear();
  if (*at_ == close_mark) return close();
  if (kind == JsonKind::kArray) return Step::kAtValue;
  return key() ? Step::kAtValue : Step::kFailed;
}

[[gnu::always_inline]] inline Step Scanner::close() {
  Frame& frame = frames_[--depth_];
  JsonNode& container = base_[frame.node];
  container.size = frame.count;
  container.integer = 0;
  container.skip = static_cast<uint32_t>(node_ - base_) - frame.node;
  if (frame.is_object && frame.keys.suspect()) [[unlikely]] {
    const JsonNode* const duplicate = memory_->duplicates.find(&container);
    if (duplicate != nullptr) {
      at_ = begin_ + (duplicate->text - begin_) - 1;
      return fail(Reason::kDuplicate);
    }
  }
  ++at_;
  return Step::kBehindValue;
}

// Reads `"name":` up to the value.
[[gnu::always_inline]] inline bool Scanner::key() {
  if (*at_ != '"') [[unlikely]] {
    fail(Reason::kKey);
    return false;
  }
  if (!has_room() || !string()) [[unlikely]]
    return false;
  frames_[depth_ - 1].keys.add(node_[-1].text, node_[-1].size);
  at_ = skip_space(at_);
  if (*at_ != ':') [[unlikely]] {
    fail(Reason::kColon);
    return false;
  }
  at_ = skip_space(at_ + 1);
  return true;
}

// Requires: at the opening quote; has_room().
[[gnu::always_inline]] inline bool Scanner::string() {
  char* const start = at_ + 1;
  uint32_t high = 0;
  char* const stop = find_string_stop(start, high);
  auto size = static_cast<size_t>(stop - start);
  char* behind = stop + 1;
  if (*stop != '"') [[unlikely]] {
    const Unescaped result = unescape(start, stop, end_);
    if (result.failed != Reason::kNone) {
      at_ = result.behind;
      fail(result.failed);
      return false;
    }
    behind = result.behind;
    size = result.size;
  } else if (high != 0 && !is_valid_utf8({start, size})) [[unlikely]] {
    at_ = start;
    fail(Reason::kUtf8);
    return false;
  }
  put_text(JsonKind::kString, start, size);
  at_ = behind;
  return true;
}

[[gnu::always_inline]] inline Step Scanner::literal(const char* word, size_t size, JsonKind kind,
                                                    bool boolean) {
  if (std::memcmp(at_, word, size) != 0) [[unlikely]]
    return fail(Reason::kLiteral);
  at_ += size;
  put_integer(kind, boolean, 0);
  return Step::kBehindValue;
}

// Requires: at a minus sign or digit; has_room().
[[gnu::always_inline]] inline Step Scanner::number() {
  char* const first = at_;
  const bool negative = *at_ == '-';
  at_ += negative ? 1 : 0;
  char* const digits_begin = at_;
  uint64_t integer = 0;
  while (is_digit(*at_)) integer = integer * 10 + static_cast<uint64_t>(*at_++ - '0');
  const int64_t digit_count = at_ - digits_begin;
  if (digit_count == 0) [[unlikely]]
    return fail(Reason::kDigits);
  if (*digits_begin == '0' && digit_count > 1) [[unlikely]] {
    at_ = digits_begin;
    return fail(Reason::kLeadingZero);
  }
  const bool more = *at_ == '.' || (*at_ | 0x20) == 'e';
  if (!more && digit_count <= kSafeDigits) [[likely]] {
    const auto value = static_cast<int64_t>(integer);
    put_integer(JsonKind::kInteger, false, negative ? -value : value);
    return Step::kBehindValue;
  }
  return number_token(first, more ? Tail::kPresent : Tail::kAbsent);
}

// Reads the fraction and exponent of the number that begins at `first`, and keeps its text unless
// it is an integer that fits.
[[gnu::always_inline]] inline Step Scanner::number_token(char* first, Tail tail) {
  if (*at_ == '.') {
    ++at_;
    if (!digits()) return fail(Reason::kDigits);
  }
  if ((*at_ | 0x20) == 'e') {
    ++at_;
    if (*at_ == '+' || *at_ == '-') ++at_;
    if (!digits()) return fail(Reason::kDigits);
  }
  const auto size = static_cast<size_t>(at_ - first);
  if (tail == Tail::kAbsent) {
    if (const std::optional<int64_t> value = parse_integer({first, size})) {
      put_integer(JsonKind::kInteger, false, *value);
      return Step::kBehindValue;
    }
  }
  put_text(JsonKind::kNumber, first, size);
  return Step::kBehindValue;
}

// At least one digit.
[[gnu::always_inline]] inline bool Scanner::digits() {
  if (!is_digit(*at_)) return false;
  while (is_digit(*at_)) ++at_;
  return true;
}

// The sentence for a text that could not be read. Columns count characters.
std::unexpected<Error> failure(std::string_view source, Reason reason, size_t at) {
  if (reason == Reason::kUtf8) at += valid_utf8_prefix(source.substr(at));
  const std::string_view before = source.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0.
  const size_t column = 1 + count_code_points(before.substr(line_begin));
  std::string message = "The JSON text is broken at line " + std::to_string(line) + ", column " +
                        std::to_string(column) + ": ";
  const bool has_mark = reason == Reason::kValue && at == 0 && source.starts_with("\xEF\xBB\xBF");
  message += has_mark ? "a byte order mark is not allowed" : sentence(reason);
  if (at == source.size() && reason != Reason::kUnclosedString) message += ", but the text ends";
  return fail(Code::kInvalidArgument, message + ".", "json");
}

Result<JsonValue> read(Memory& memory, std::string_view source, const JsonLimits& limits) {
  if (source.size() > limits.bytes_max) {
    return fail(Code::kInvalidArgument,
                "The JSON text is broken at line 1, column 1: it has " + bytes_text(source.size()) +
                    ", more than the " + bytes_text(limits.bytes_max) + " allowed.",
                "json");
  }
  memory.take_text(source);
  memory.prepare(source.size(), limits);
  Scanner scanner(memory, source.size(), limits);
  if (!scanner.run()) return failure(source, scanner.reason(), scanner.failed_at());
  return JsonValue(memory.nodes.data());
}

}  // namespace

struct JsonParser::State : Memory {};

JsonParser::JsonParser() : state_(std::make_unique<State>()) {}
JsonParser::~JsonParser() = default;
JsonParser::JsonParser(JsonParser&&) noexcept = default;
JsonParser& JsonParser::operator=(JsonParser&&) noexcept = default;

Result<JsonValue> JsonParser::parse(std::string_view text, const JsonLimits& limits) {
  return read(*state_, text, limits);
}

Result<JsonDocument> JsonDocument::parse(std::string_view text, const JsonLimits& limits) {
  Memory memory;
  const Result<JsonValue> value = read(memory, text, limits);
  if (!value) return std::unexpected(value.error());
  JsonDocument document;
  memory.nodes.resize(static_cast<size_t>(json_after(value->node()) - value->node()));
  document.nodes_ = std::move(memory.nodes);
  document.nodes_.shrink_to_fit();
  document.text_ = std::move(memory.text);
  return document;
}

}  // namespace servanda
