// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reading values out of JSON and writing them to it. Generated code adds an overload of read() and
// write() for every type of a contract, beside the type, where argument-dependent lookup finds it.
//
// Values are expected to be checked against their schema before; read() refuses what the type
// cannot hold, wherever it comes from, and checks nothing else (no lengths, ranges or patterns).
// Members that an object does not declare are left out, unless the contract invites them.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "servanda/types.h"

namespace servanda {

// Why a value could not be read, and where. One per read; useless once it has failed.
class ReadError {
 public:
  // Each returns false, so that a reader can `return error.fail(...)`.
  bool fail(std::string_view code, std::string detail);
  // "must be <what>, but is <the kind found>".
  bool wrong_type(std::string_view what, JsonValue found);
  bool missing(std::string_view member);
  // The first of `names` whose bit is not set in `seen` (64 names to a word).
  bool missing(std::span<const std::string_view> names, std::span<const uint64_t> seen);
  // Says that the failure lies inside this member, item or parameter of the value being read.
  bool in_member(std::string_view key);
  bool in_item(size_t index);
  bool in_parameter(const ParameterName& parameter);

  // `in` is "body" unless a parameter failed; then `pointer` is its name.
  [[nodiscard]] const FieldError& field() const { return field_; }
  // kUnprocessable with the field and a sentence that names it.
  [[nodiscard]] Error to_error() const;

 private:
  FieldError field_{"body", "", "", ""};
};

// --- Reading. `out` should be a fresh value: members that JSON leaves out stay as they are. After
// false, `out` holds something unspecified and `error` says why. Requires: value.exists().

[[nodiscard]] bool read(JsonValue value, bool& out, ReadError& error);
// Whole numbers however they are written (1.0 and 1e2 too), exactly, or refused when too large.
[[nodiscard]] bool read(JsonValue value, int32_t& out, ReadError& error);
[[nodiscard]] bool read(JsonValue value, int64_t& out, ReadError& error);
// Refuses numbers beyond the range of a double.
[[nodiscard]] bool read(JsonValue value, double& out, ReadError& error);
[[nodiscard]] bool read(JsonValue value, std::string& out, ReadError& error);
[[nodiscard]] bool read(JsonValue value, Uuid& out, ReadError& error);
[[nodiscard]] bool read(JsonValue value, Timestamp& out, ReadError& error);
[[nodiscard]] bool read(JsonValue value, Date& out, ReadError& error);
[[nodiscard]] bool read(JsonValue value, Decimal& out, ReadError& error);
[[nodiscard]] bool read(JsonValue value, DecimalNumber& out, ReadError& error);
[[nodiscard]] bool read(JsonValue value, Json& out, ReadError& error);
template <typename T>
[[nodiscard]] bool read(JsonValue value, std::vector<T>& out, ReadError& error);
template <typename T>
[[nodiscard]] bool read(JsonValue value, std::map<std::string, T>& out, ReadError& error);
template <typename T>
[[nodiscard]] bool read(JsonValue value, std::optional<T>& out, ReadError& error);
template <typename T>
[[nodiscard]] bool read(JsonValue value, Nullable<T>& out, ReadError& error);
template <typename T>
[[nodiscard]] bool read(JsonValue value, Box<T>& out, ReadError& error);
template <typename E>
[[nodiscard]] bool read(JsonValue value, Open<E>& out, ReadError& error);

// --- Writing: appends one JSON value.

template <std::same_as<bool> T>
void write(T value, JsonWriter& writer) {
  writer.boolean(value);
}
void write(int32_t value, JsonWriter& writer);
void write(int64_t value, JsonWriter& writer);
// Infinities and NaN, which JSON does not have, become null.
void write(double value, JsonWriter& writer);
void write(const std::string& value, JsonWriter& writer);
void write(const Uuid& value, JsonWriter& writer);
void write(Timestamp value, JsonWriter& writer);
void write(Date value, JsonWriter& writer);
void write(const Decimal& value, JsonWriter& writer);
void write(const DecimalNumber& value, JsonWriter& writer);
void write(const Json& value, JsonWriter& writer);
template <typename T>
void write(const std::vector<T>& value, JsonWriter& writer);
template <typename T>
void write(const std::map<std::string, T>& value, JsonWriter& writer);
// Null when there is none; objects leave such members out instead of calling this.
template <typename T>
void write(const std::optional<T>& value, JsonWriter& writer);
template <typename T>
void write(const Nullable<T>& value, JsonWriter& writer);
template <typename T>
void write(const Box<T>& value, JsonWriter& writer);
template <typename E>
void write(const Open<E>& value, JsonWriter& writer);

// --- Header fields of answers (style "simple"): the text of one value; items joined with ", ".

[[nodiscard]] std::string header_text(bool value);
[[nodiscard]] std::string header_text(int32_t value);
[[nodiscard]] std::string header_text(int64_t value);
[[nodiscard]] std::string header_text(double value);
[[nodiscard]] std::string header_text(const std::string& value);
[[nodiscard]] std::string header_text(const Uuid& value);
[[nodiscard]] std::string header_text(Timestamp value);
[[nodiscard]] std::string header_text(Date value);
[[nodiscard]] std::string header_text(const Decimal& value);
[[nodiscard]] std::string header_text(const DecimalNumber& value);
template <typename E>
[[nodiscard]] std::string header_text(const Open<E>& value) {
  return std::string(value.text());
}
template <typename T>
[[nodiscard]] std::string header_text(const Nullable<T>& value) {
  return value ? header_text(*value) : std::string();
}
template <typename T>
[[nodiscard]] std::string header_text(const std::vector<T>& value) {
  std::string text;
  for (const T& item : value) {
    if (!text.empty()) text += ", ";
    text += header_text(item);
  }
  return text;
}

// --- Whole values.

// T from a parsed value. kUnprocessable with the place of what it cannot hold.
template <typename T>
[[nodiscard]] Result<T> from_json(JsonValue value) {
  ReadError error;
  T out;
  if (!value.exists()) {
    (void)error.fail("required", "is missing");
    return std::unexpected<Error>(error.to_error());
  }
  if (!read(value, out, error)) return std::unexpected<Error>(error.to_error());
  return out;
}

// T from JSON text; also kInvalidArgument when the text is no JSON.
template <typename T>
[[nodiscard]] Result<T> from_json_text(std::string_view text) {
  Result<JsonDocument> document = JsonDocument::parse(text);
  if (!document) return pass(document);
  return from_json<T>(document->root());
}

// Compact JSON text.
template <typename T>
[[nodiscard]] std::string to_json_text(const T& value) {
  std::string out;
  JsonWriter writer(out);
  write(value, writer);
  return out;
}

// --- What generated code asks when a value may be of several types.

// Kinds as bits, for masks: 1 << kind. A kNumber may be a whole number written with a fraction.
[[nodiscard]] inline uint32_t kind_bit(JsonValue value) {
  return 1U << static_cast<uint32_t>(value.kind());
}
// Whether an object has this member and its kind is in the mask.
[[nodiscard]] bool member_is(JsonValue object, std::string_view name, uint32_t kinds);
// Whether an object has this member and it is one of these texts.
[[nodiscard]] bool member_in(JsonValue object, std::string_view name,
                             std::initializer_list<std::string_view> texts);
// Whether the value is a number that equals a whole number.
[[nodiscard]] bool is_whole(JsonValue value);
// Whether the value is a text of the enum E.
template <typename E>
[[nodiscard]] bool is_enumerator(JsonValue value) {
  E found{};
  return value.is_string() && find_enumerator(value.text(), found);
}
// Whether a T can be read from the value.
template <typename T>
[[nodiscard]] bool reads_as(JsonValue value) {
  T out;
  ReadError error;
  return read(value, out, error);
}

// Whether a parameter or body has to be there.
enum class Presence : uint8_t { kOptional, kRequired };

// Reads the parameter `names[index]` of a call. One that is not given leaves `out` as it is.
template <typename T>
[[nodiscard]] bool read_parameter(const Input& input, std::span<const ParameterName> names,
                                  size_t index, Presence presence, T& out, ReadError& error) {
  const bool given = index < input.parameters.size() && input.parameters[index].exists();
  if (given && read(input.parameters[index], out, error)) return true;
  if (!given && presence == Presence::kOptional) return true;
  if (!given) (void)error.fail("required", "is missing");
  return error.in_parameter(names[index]);
}
// Reads a structured body. One that is not given leaves `out` as it is.
template <typename T>
[[nodiscard]] bool read_body(const Input& input, Presence presence, T& out, ReadError& error) {
  if (input.body.exists()) return read(input.body, out, error);
  return presence == Presence::kOptional || error.fail("required", "is missing");
}

template <typename T>
bool read(JsonValue value, std::vector<T>& out, ReadError& error) {
  if (!value.is_array()) return error.wrong_type("an array", value);
  out.clear();
  out.reserve(value.size());
  for (const JsonValue entry : value.items()) {
    T item{};
    if (!read(entry, item, error)) return error.in_item(out.size());
    out.push_back(std::move(item));
  }
  return true;
}

template <typename T>
bool read(JsonValue value, std::map<std::string, T>& out, ReadError& error) {
  if (!value.is_object()) return error.wrong_type("an object", value);
  out.clear();
  for (const JsonMember member : value.members()) {
    if (!read(member.value, out[std::string(member.key)], error)) {
      return error.in_member(member.key);
    }
  }
  return true;
}

template <typename T>
bool read(JsonValue value, std::optional<T>& out, ReadError& error) {
  return read(value, out.emplace(), error);
}

template <typename T>
bool read(JsonValue value, Nullable<T>& out, ReadError& error) {
  if (value.is_null()) {
    out = nullptr;
    return true;
  }
  return read(value, out.emplace(), error);
}

template <typename T>
bool read(JsonValue value, Box<T>& out, ReadError& error) {
  return read(value, out.emplace(), error);
}

template <typename E>
bool read(JsonValue value, Open<E>& out, ReadError& error) {
  if (!value.is_string()) return error.wrong_type("a string", value);
  out = Open<E>::of(value.text());
  return true;
}

template <typename T>
void write(const std::vector<T>& value, JsonWriter& writer) {
  writer.begin_array();
  // By const T&, which also binds to what std::vector<bool> hands out.
  for (const T& item : value) write(item, writer);
  writer.end_array();
}

template <typename T>
void write(const std::map<std::string, T>& value, JsonWriter& writer) {
  writer.begin_object();
  for (const auto& [key, item] : value) {
    writer.key(key);
    write(item, writer);
  }
  writer.end_object();
}

template <typename T>
void write(const std::optional<T>& value, JsonWriter& writer) {
  if (!value) return writer.null();
  write(*value, writer);
}

template <typename T>
void write(const Nullable<T>& value, JsonWriter& writer) {
  if (!value) return writer.null();
  write(*value, writer);
}

template <typename T>
void write(const Box<T>& value, JsonWriter& writer) {
  if (!value) return writer.null();
  write(*value, writer);
}

template <typename E>
void write(const Open<E>& value, JsonWriter& writer) {
  writer.string(value.text());
}

}  // namespace servanda
