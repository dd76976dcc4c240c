// SPDX-License-Identifier: Apache-2.0
#pragma once
// JSON values as flat, immutable nodes: what every validator, handler and codec reads.
//
// A document is one array of 16-byte nodes in document order plus the text they point into. Reading
// builds nothing else: no maps, no strings. Numbers keep their exact meaning: integers that fit
// 64 signed bits are stored as such, every other number keeps its source text.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace servanda {

// What a node is. Containers come last.
enum class JsonKind : uint8_t {
  kNull,
  kBoolean,
  kInteger,  // Written without fraction and exponent, fits int64.
  kNumber,   // Any other number: text() is the source token.
  kString,
  kArray,
  kObject,
};

// One node. An object is followed by its members as (key node, value nodes...) pairs, an array by
// its items; `skip` is the distance in nodes to the node behind the whole value.
struct JsonNode {
  JsonKind kind = JsonKind::kNull;
  bool boolean = false;
  uint32_t size = 0;  // Bytes of a string or number token; members of an object; items of an array.
  union {
    int64_t integer = 0;
    const char* text;
    uint32_t skip;
  };
};
static_assert(sizeof(JsonNode) == 16);

class JsonMembers;
class JsonItems;

// A view of one value: one pointer. Copy it freely.
//
// Lifetime: valid while its document (or the array of nodes it came from) is neither changed nor
// destroyed. A default-constructed view is "absent": exists() is false and nothing else may be
// asked.
class JsonValue {
 public:
  JsonValue() = default;
  explicit JsonValue(const JsonNode* node) : node_(node) {}

  [[nodiscard]] bool exists() const { return node_ != nullptr; }
  [[nodiscard]] JsonKind kind() const { return node_->kind; }
  [[nodiscard]] bool is_null() const { return node_->kind == JsonKind::kNull; }
  [[nodiscard]] bool is_string() const { return node_->kind == JsonKind::kString; }
  [[nodiscard]] bool is_object() const { return node_->kind == JsonKind::kObject; }
  [[nodiscard]] bool is_array() const { return node_->kind == JsonKind::kArray; }
  [[nodiscard]] bool is_number() const {
    return node_->kind == JsonKind::kInteger || node_->kind == JsonKind::kNumber;
  }
  // Requires: the kind that the name says.
  [[nodiscard]] bool boolean() const { return node_->boolean; }
  [[nodiscard]] int64_t integer() const { return node_->integer; }
  // The string's content (unescaped UTF-8), or a kNumber's source token.
  [[nodiscard]] std::string_view text() const { return {node_->text, node_->size}; }
  // Members of an object or items of an array.
  [[nodiscard]] uint32_t size() const { return node_->size; }
  // Nearest double of a kInteger or kNumber; +/- infinity beyond its range.
  [[nodiscard]] double to_double() const;

  // The member called `key`, or an absent view. Linear in the number of members.
  [[nodiscard]] JsonValue find(std::string_view key) const;
  [[nodiscard]] JsonMembers members() const;
  [[nodiscard]] JsonItems items() const;
  [[nodiscard]] const JsonNode* node() const { return node_; }

 private:
  const JsonNode* node_ = nullptr;
};

// The node behind the whole value that starts at `node`.
[[nodiscard]] inline const JsonNode* json_after(const JsonNode* node) {
  return node->kind >= JsonKind::kArray ? node + node->skip : node + 1;
}

// One member of an object. Lifetime: as the view it came from.
struct JsonMember {
  std::string_view key;
  JsonValue value;
};

// Ranges for `for (auto [key, value] : object.members())` and `for (JsonValue v : array.items())`.
class JsonMembers {
 public:
  class Iterator {
   public:
    explicit Iterator(const JsonNode* at) : at_(at) {}
    JsonMember operator*() const { return {{at_->text, at_->size}, JsonValue(at_ + 1)}; }
    Iterator& operator++() {
      at_ = json_after(at_ + 1);
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const JsonNode* at_;
  };
  explicit JsonMembers(const JsonNode* object) : object_(object) {}
  [[nodiscard]] Iterator begin() const { return Iterator(object_ + 1); }
  [[nodiscard]] Iterator end() const { return Iterator(object_ + object_->skip); }

 private:
  const JsonNode* object_;
};

// The items of an array, in order. Lifetime: as the view it came from.
class JsonItems {
 public:
  class Iterator {
   public:
    explicit Iterator(const JsonNode* at) : at_(at) {}
    JsonValue operator*() const { return JsonValue(at_); }
    Iterator& operator++() {
      at_ = json_after(at_);
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const JsonNode* at_;
  };
  explicit JsonItems(const JsonNode* array) : array_(array) {}
  [[nodiscard]] Iterator begin() const { return Iterator(array_ + 1); }
  [[nodiscard]] Iterator end() const { return Iterator(array_ + array_->skip); }

 private:
  const JsonNode* array_;
};

inline JsonMembers JsonValue::members() const {
  return JsonMembers(node_);
}
inline JsonItems JsonValue::items() const {
  return JsonItems(node_);
}

// Builds the nodes of one value in document order: the parser, form bodies, parameters and the
// contract's constants all go through it. Strings are not copied.
//
// Lifetime: text given must outlive the nodes. Requires: keys and values alternate inside objects,
// every begin has its end. Duplicate keys are the caller's to refuse.
class JsonBuilder {
 public:
  void null();
  void boolean(bool value);
  void integer(int64_t value);
  // `token` is a valid JSON number; becomes kInteger when it is written as one and fits.
  void number(std::string_view token);
  void string(std::string_view text);
  void key(std::string_view text);
  void begin_object();
  void end_object();
  void begin_array();
  void end_array();
  // Copies a finished value of another document (its strings stay where they are).
  void value(JsonValue other);
  void clear();
  // Valid until the next change. Requires: exactly one finished value.
  [[nodiscard]] JsonValue root() const { return JsonValue(nodes_.data()); }
  [[nodiscard]] size_t node_count() const { return nodes_.size(); }

 private:
  JsonNode& add(JsonKind kind);
  void begin(JsonKind kind);
  void end();
  std::vector<JsonNode> nodes_;
  std::vector<uint32_t> open_;  // Indexes of the containers not yet ended.
};

// No document is nested deeper: equality, hashes and canonical text recurse once per level.
inline constexpr uint32_t kJsonDepthMax = 1000;

// Limits of one parse. Exceeding one is an error with code kInvalidArgument.
struct JsonLimits {
  uint32_t depth_max = 64;         // Nested containers. Values over kJsonDepthMax count as that.
  uint32_t nodes_max = 1'000'000;  // Keys and values together.
  uint32_t bytes_max = 1U << 30;   // Of the text.
};

// Reads JSON text (RFC 8259, strict): one value, UTF-8, no byte order mark, no duplicate member
// names, no lone surrogates, no NaN or infinities, nothing after the value. Recycles its memory, so
// a warm parser allocates nothing for documents it has room for.
//
// Threads: not shared; keep one per worker. Errors: kInvalidArgument with a sentence that names
// line, column and reason; `reason` is "json".
class JsonParser {
 public:
  JsonParser();
  ~JsonParser();
  JsonParser(JsonParser&&) noexcept;
  JsonParser& operator=(JsonParser&&) noexcept;

  // The value lives until the next parse or the parser's end. `text` is copied if it lacks the
  // padding the reader needs, so it need not outlive the call.
  Result<JsonValue> parse(std::string_view text, const JsonLimits& limits = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A parsed document that owns everything it points to. Move-only; views stay valid over moves.
class JsonDocument {
 public:
  // As JsonParser::parse.
  [[nodiscard]] static Result<JsonDocument> parse(std::string_view text,
                                                  const JsonLimits& limits = {});
  // A deep copy of any value.
  [[nodiscard]] static JsonDocument copy(JsonValue value);
  [[nodiscard]] JsonValue root() const { return JsonValue(nodes_.data()); }

 private:
  std::vector<JsonNode> nodes_;
  std::unique_ptr<char[]> text_;
};

// Equality by value: 1 equals 1.0 and 1e0; members in any order; exact for any number of digits.
[[nodiscard]] bool json_equal(JsonValue a, JsonValue b);
// A hash that agrees with json_equal().
[[nodiscard]] uint64_t json_hash(JsonValue value);
// -1, 0, 1 by exact numeric value. Requires: both are numbers.
[[nodiscard]] int json_compare_numbers(JsonValue a, JsonValue b);
// Whether the number is mathematically an integer (1.0 and 1e3 are).
[[nodiscard]] bool json_is_integer(JsonValue number);

// Appends JSON text to a string it borrows. No commas to think about; not pretty-printed.
//
//   JsonWriter w(out); w.begin_object(); w.key("id"); w.string(id); w.end_object();
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(&out) {}
  void begin_object();
  void end_object();
  void begin_array();
  void end_array();
  void key(std::string_view name);
  void null();
  void boolean(bool value);
  void integer(int64_t value);
  void unsigned_integer(uint64_t value);
  // Shortest text that reads back the same. Requires: finite.
  void number(double value);
  void string(std::string_view text);
  // `json` is one valid JSON value, copied as it is.
  void raw(std::string_view json);
  void value(JsonValue value);

 private:
  void separate();
  std::string* out_;
  bool need_comma_ = false;
};

// Appends `text` as a quoted, escaped JSON string. Invalid UTF-8 becomes U+FFFD.
void json_append_string(std::string& out, std::string_view text);
// The value as compact JSON text.
[[nodiscard]] std::string json_text(JsonValue value);
// RFC 8785 canonical text. Numbers beyond 2^53 keep their digits instead of being rounded.
[[nodiscard]] std::string json_canonical(JsonValue value);

}  // namespace servanda
