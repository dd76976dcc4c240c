// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reading what a request carries into JSON values, by the contract's parameter styles.
//
// Text becomes what the schema's types ask for, and nothing else: integers are digits with an
// optional minus sign (no plus, no leading zeros, no fraction, no exponent; any length), numbers
// are JSON number tokens, booleans are `true` and `false`. Where a type list admits several, the
// order is null, boolean, number, string. `null` or an empty text is null only where the schema
// admits null and no string. A schema without types reads text as a string. Percent-encoding is
// undone once, after splitting at delimiters; `+` is a space in queries and form bodies only.
//
// Extensions beyond OpenAPI: inside deepObject, brackets nest up to kBracketsMax levels
// (`a[b][c]=1`), and arrays are written by repeating a name, as `a[b][]=1` or as `a[b][0]=1`. Array
// items and members that are objects, which no style can express, are read as JSON text.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/header_field.h"
#include "base/json.h"
#include "contract/plan/operation.h"
#include "contract/plan/routes.h"

namespace servanda {

// Bounds of one request's parameters or one form body. Going over is a FieldError "limit".
struct InputLimits {
  static constexpr size_t kPairsMax = 1'000;    // name=value pairs of a query, cookie or form.
  static constexpr size_t kItemsMax = 1'000;    // Items or members of one parameter.
  static constexpr size_t kBracketsMax = 4;     // Levels of a[b][c][d][e].
  static constexpr size_t kNameBytesMax = 512;  // One decoded name, brackets included.
};

// A request's raw material: views, not decoded.
struct RawInput {
  const PathValues* path_values = nullptr;
  std::string_view query;
  std::span<const HeaderField> fields;
  std::string_view cookie_field;  // The Cookie header's value; empty when there is none.
};

namespace internal {
// One name=value of a query, cookie field or form body.
struct TextPair {
  std::string_view name;   // Decoded.
  std::string_view value;  // Raw.
  uint32_t next = 0;       // The next pair of the same owner, plus one; 0 at the end.
};
struct PairList {
  uint32_t first = 0;  // Plus one; 0 when empty.
  uint32_t last = 0;   // Plus one.
  uint32_t count = 0;
};
}  // namespace internal

// The decoded parameters of one call. Recycled: one per worker or call; values live until clear()
// or the next read_parameters(), and no longer than the arena and the raw input they came from.
class ParameterValues {
 public:
  // The value of Operation::parameters[index]; absent when the request has none and there is no
  // default.
  [[nodiscard]] JsonValue operator[](size_t index) const { return values_[index]; }
  // All of them, in the order of Operation::parameters.
  [[nodiscard]] std::span<const JsonValue> all() const { return values_; }
  // Whether the value came from the request and not from a default.
  [[nodiscard]] bool given(size_t index) const { return given_[index]; }
  void clear();
  // Leaves one of `count` parameters with a value. For calls that the engine makes of parts of a
  // request.
  void set_only(size_t count, size_t index, JsonValue value);

 private:
  friend class ParameterReader;
  [[nodiscard]] JsonBuilder& take_builder();

  std::vector<JsonValue> values_;
  std::vector<bool> given_;
  std::vector<std::unique_ptr<JsonBuilder>> builders_;
  size_t builders_used_ = 0;
  std::vector<internal::TextPair> pairs_;  // Of the query, then of the cookie field.
  std::vector<internal::PairList> lists_;  // Parallel to Operation::parameters.
};

// Decodes and validates every parameter of `operation` against its schema, filling defaults.
// Adds one FieldError per failing parameter to `issues` (in: "path", "query", "header", "cookie";
// unknown query parameters with code "unknown" and the nearest declared name). Decoded text lives
// in `arena`. Scalars without escapes cost no copy.
//
// Codes: "required", "type", "duplicate", "encoding", "style" (text that does not follow the
// declared style), "limit", "unknown", or the keyword of the schema that refused the value.
void read_parameters(const Operation& operation, const RawInput& raw, Arena& arena,
                     ValidationContext& context, ParameterValues& values, Issues& issues);

// One part of a multipart body, already split.
struct BodyPart {
  std::string_view name;
  std::string_view content_type;  // Empty when the part has none.
  std::string_view file_name;     // As sent: never to be trusted as a path.
  std::string_view content;
};

// Builds the JSON form of a form-urlencoded or multipart body by the media type's shape and
// encodings; the caller validates it against the schema. Errors go to `issues` (in: "body"); after
// one the builder holds an empty object. Always leaves exactly one finished value.
//
// The values point into `text`, the parts and `arena`. A file or octet part becomes a string of its
// raw bytes, which need not be UTF-8. Requires: an empty builder.
void read_form(const MediaType& media, std::string_view text, Arena& arena, JsonBuilder& builder,
               Issues& issues);
void read_multipart(const MediaType& media, std::span<const BodyPart> parts, Arena& arena,
                    JsonParser& parser, JsonBuilder& builder, Issues& issues);

}  // namespace servanda
