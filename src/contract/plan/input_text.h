// SPDX-License-Identifier: Apache-2.0
#pragma once
// Text into values: decoding, scalars, delimited lists. Shared by parameters and form bodies.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/json.h"
#include "contract/plan/operation.h"

namespace servanda::internal {

enum class Decoding : uint8_t {
  kNone,         // Header values.
  kPercent,      // Paths and cookies.
  kPercentPlus,  // Queries and form bodies: `+` is a space.
};

// The text with its encoding undone: `raw` itself where nothing is encoded, otherwise a copy in
// `arena`. Nothing when a triplet is broken, or the result is not UTF-8 or holds NUL.
[[nodiscard]] std::optional<std::string_view> decode_text(std::string_view raw, Decoding decoding,
                                                          Arena& arena);

// Why text could not be read: a FieldError's code and detail. Empty code: all is well.
struct TextFault {
  std::string_view code;
  std::string detail;
  [[nodiscard]] explicit operator bool() const { return !code.empty(); }
};

// One scalar by the rules at the top of input.h. False when no admitted type fits.
[[nodiscard]] bool scalar_from_text(std::string_view text, TypeMask types, JsonNode& out);

// "an integer", "true or false": what a scalar of these types may be.
[[nodiscard]] std::string types_text(TypeMask types);

[[nodiscard]] inline bool admits_scalar(TypeMask types) {
  return (types.bits & (TypeMask::kNull | TypeMask::kBoolean | TypeMask::kInteger |
                        TypeMask::kNumber | TypeMask::kString)) != 0;
}
// Objects or arrays of them: nothing that delimited text can say.
[[nodiscard]] inline bool only_nested(TypeMask types) {
  return !admits_scalar(types);
}
[[nodiscard]] inline bool is_any(TypeMask types) {
  return types.bits == TypeMask::kAny;
}

enum class Delimiter : uint8_t { kComma, kCommaTrimmed, kSpace, kPipe, kDot, kSemicolon };

// Takes the text up to the next delimiter off the front of `rest`. Nothing when all was taken.
// Spaces and pipes are met raw or percent-encoded; a space also as `+`.
class Pieces {
 public:
  Pieces(std::string_view text, Delimiter delimiter) : rest_(text), delimiter_(delimiter) {}
  [[nodiscard]] std::optional<std::string_view> next();

 private:
  // Length of the delimiter at `at`; 0 when there is none.
  [[nodiscard]] size_t delimiter_at(size_t at) const;
  std::string_view rest_;
  Delimiter delimiter_;
  bool done_ = false;
};

// Appends a deep copy of `value` to `builder`, with its strings in `arena`.
void copy_json(JsonBuilder& builder, JsonValue value, Arena& arena);

// The keys of an object under construction.
class KeySet {
 public:
  // False when the key was there before. Linear: for at most InputLimits::kItemsMax keys.
  bool add(std::string_view key);

 private:
  std::vector<std::string_view> keys_;
};

// Builds values by shape into a JsonBuilder. The first fault stops the work and is kept; what the
// builder then holds is unfinished.
class TextBuilder {
 public:
  TextBuilder(Arena& arena, JsonBuilder& builder, Decoding decoding)
      : arena_(arena), builder_(builder), decoding_(decoding) {}

  [[nodiscard]] TextFault& fault() { return fault_; }
  [[nodiscard]] JsonBuilder& builder() { return builder_; }
  [[nodiscard]] Arena& arena() { return arena_; }
  [[nodiscard]] std::optional<std::string_view> decode(std::string_view raw);

  // A value that delimited text holds at one place: a scalar, or JSON text where only objects or
  // arrays are admitted.
  bool value(std::string_view raw, const TextShape& shape);
  // As value(), from decoded text.
  bool decoded_value(std::string_view text, const TextShape& shape);
  // "a,b,c" as an array; empty text is an empty array.
  bool array(std::string_view raw, Delimiter delimiter, const TextShape& shape);
  // Whether one raw text is a whole array of objects written as JSON, which no style can split.
  [[nodiscard]] static bool is_json_array(std::string_view raw, const TextShape& shape);
  // "k,v,k,v" as an object.
  bool flat_object(std::string_view raw, Delimiter delimiter, const TextShape& shape);
  // "k=v,k=v" as an object.
  bool paired_object(std::string_view raw, Delimiter delimiter, const TextShape& shape);
  // JSON text, copied into the arena.
  bool json(std::string_view text);

  bool fail(std::string_view code, std::string detail);

 private:
  bool member(std::string_view raw_key, std::string_view raw_value, const TextShape& shape,
              KeySet& keys);
  bool count_entry();

  Arena& arena_;
  JsonBuilder& builder_;
  Decoding decoding_;
  TextFault fault_;
  size_t entries_ = 0;
};

// The shape of a declared member, or one that admits anything.
[[nodiscard]] const TextShape& member_shape(const TextShape& object, std::string_view name);
[[nodiscard]] const TextShape& item_shape(const TextShape& array);

}  // namespace servanda::internal
