// SPDX-License-Identifier: Apache-2.0
#pragma once
// The values that generated code is made of: dates, decimals, open enums, nullable and boxed
// values, JSON of no declared form.
//
// Threads: plain values; as safe as std::string is.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

namespace servanda {

// What handlers of a service are given: servanda/handler.h.
template <typename Service>
class ServiceCtx;

// A schema that says `problem: code`, and the contract that its type was generated from. Generated
// code has `ProblemSchema problem_schema(const ErrorBody*)` beside such a type.
struct ProblemSchema {
  std::string_view name;
  std::string_view contract_hash;
};

class ReadError;   // servanda/json.h
class RowSource;   // servanda/rows.h
class MadeValues;  // servanda/rows.h
struct Incoming;   // servanda/outgoing.h
struct Outgoing;

// A day of the calendar, without time and zone: days since 1970-01-01.
struct Date {
  int32_t days = 0;
  // "YYYY-MM-DD"; nothing for any other text.
  [[nodiscard]] static std::optional<Date> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  auto operator<=>(const Date&) const = default;
};

// A decimal number of up to 1000 digits, kept as its canonical numeral: never binary floating
// point. 0 by default. Ordered and compared by value.
class Decimal {
 public:
  Decimal() = default;
  // "-", digits, optional fraction; no exponent. "39.90" is kept as "39.9".
  [[nodiscard]] static std::optional<Decimal> parse(std::string_view text);
  [[nodiscard]] static Decimal of(int64_t value);
  [[nodiscard]] const std::string& text() const { return text_; }
  bool operator==(const Decimal&) const = default;  // Canonical texts are equal as values are.
  [[nodiscard]] std::strong_ordering operator<=>(const Decimal& other) const;

 private:
  std::string text_ = "0";
};

// A decimal that JSON holds as a number (type number, format decimal) and not as a string.
struct DecimalNumber {
  Decimal value;
  auto operator<=>(const DecimalNumber&) const = default;
};

// One JSON value of any form. Immutable and cheap to copy: copies share their content. `null` by
// default. Equal when the JSON values are (members in any order, 1 equals 1.0).
class Json {
 public:
  Json() = default;
  // Reads JSON text; kInvalidArgument with place and reason when it is none.
  [[nodiscard]] static Result<Json> parse(std::string_view text);
  // A deep copy. An absent view becomes null.
  [[nodiscard]] static Json copy(JsonValue value);
  // Lives as long as this value or a copy of it; always exists().
  [[nodiscard]] JsonValue view() const;
  [[nodiscard]] std::string text() const { return json_text(view()); }
  [[nodiscard]] bool is_null() const { return view().is_null(); }
  friend bool operator==(const Json& a, const Json& b) { return json_equal(a.view(), b.view()); }

 private:
  std::shared_ptr<const JsonDocument> document_;
};

// A value or JSON's null, where the contract admits null. Null by default. Not std::optional, which
// stands for "may be left out": std::optional<Nullable<T>> tells absent, null and a value apart.
template <typename T>
class Nullable {
 public:
  Nullable() = default;
  Nullable(std::nullptr_t) {}
  Nullable(T value) : value_(std::move(value)) {}
  [[nodiscard]] bool is_null() const { return !value_.has_value(); }
  [[nodiscard]] explicit operator bool() const { return value_.has_value(); }
  // Requires: not null.
  [[nodiscard]] T& operator*() { return *value_; }
  [[nodiscard]] const T& operator*() const { return *value_; }
  [[nodiscard]] T* operator->() { return &*value_; }
  [[nodiscard]] const T* operator->() const { return &*value_; }
  [[nodiscard]] T value_or(T otherwise) const { return value_ ? *value_ : std::move(otherwise); }
  // Makes it a default value and returns that.
  T& emplace() { return value_.emplace(); }
  bool operator==(const Nullable&) const = default;

 private:
  std::optional<T> value_;
};

// A value of a type that contains itself, on the heap. Copies are deep. Empty until something is
// assigned or emplace() is called; an empty one is written as null.
template <typename T>
class Box {
 public:
  Box() = default;
  Box(T value) : held_(new T(std::move(value))) {}
  Box(const Box& other) : held_(other.held_ ? new T(*other.held_) : nullptr) {}
  Box(Box&& other) noexcept = default;
  Box& operator=(const Box& other) {
    if (this != &other) held_.reset(other.held_ ? new T(*other.held_) : nullptr);
    return *this;
  }
  Box& operator=(Box&& other) noexcept = default;
  ~Box() = default;
  [[nodiscard]] explicit operator bool() const { return held_ != nullptr; }
  // Requires: not empty.
  [[nodiscard]] T& operator*() { return *held_; }
  [[nodiscard]] const T& operator*() const { return *held_; }
  [[nodiscard]] T* operator->() { return held_.get(); }
  [[nodiscard]] const T* operator->() const { return held_.get(); }
  // Makes it a default value and returns that.
  T& emplace() {
    held_.reset(new T());
    return *held_;
  }
  friend bool operator==(const Box& a, const Box& b) {
    return a.held_ && b.held_ ? *a.held_ == *b.held_ : a.held_ == b.held_;
  }

 private:
  std::unique_ptr<T> held_;
};

// One of an enum's declared texts, or a text that the contract does not know, kept as it was read.
// E is a generated enum class whose last enumerator is kUnrecognized. The first enumerator by
// default.
//
//   switch (order.status.value()) { case OrderStatus::kOpen: ...; case kUnrecognized: ... }
template <typename E>
class Open {
 public:
  Open() = default;
  Open(E value) : value_(value) {}
  // Any text.
  [[nodiscard]] static Open of(std::string_view text) {
    Open made;
    if (find_enumerator(text, made.value_)) return made;
    made.value_ = E::kUnrecognized;
    made.unrecognized_ = text;
    return made;
  }
  [[nodiscard]] E value() const { return value_; }
  [[nodiscard]] bool is_recognized() const { return value_ != E::kUnrecognized; }
  // As JSON holds it. "" for a kUnrecognized that was not read from anything.
  [[nodiscard]] std::string_view text() const {
    return is_recognized() ? enumerator_text(value_) : std::string_view(unrecognized_);
  }
  bool operator==(const Open&) const = default;
  friend bool operator==(const Open& a, E b) { return a.value_ == b; }

 private:
  E value_ = E{};
  std::string unrecognized_;  // Empty unless value_ is kUnrecognized.
};

// Where a parameter stands ("path", "query", "header" or "cookie") and its name.
struct ParameterName {
  std::string_view in;
  std::string_view name;
};

// How a body travels.
enum class BodyKind : uint8_t {
  kNone,
  kStructured,  // JSON, or a form in its JSON shape.
  kRaw,         // Text or octets as they are.
};

// What a call carries, decoded. `parameters` has the values of an operation's kParameters in that
// order, absent views for what was not given; `body` is for kStructured, `raw_body` for kRaw.
struct Input {
  std::span<const JsonValue> parameters;
  JsonValue body;
  std::optional<std::string_view> raw_body;
};

// One header field of an answer.
struct HeaderValue {
  std::string_view name;  // As declared; lives as long as the program.
  std::string value;
};

}  // namespace servanda
