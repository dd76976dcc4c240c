// SPDX-License-Identifier: Apache-2.0
#pragma once
// Stored rows on their way into generated structs, column by column. Generated code has for every
// struct whose schema is a resource
//
//   std::span<const std::string_view> row_members(const Order*);
//   bool read(servanda::RowSource&, Order&, servanda::ReadError&);
//
// where the members are named once per contract and then known by their place in that list. What
// this reads is what reading the row as JSON would give.
//
// Where C++ makes some of what is shown of the row (`computed: code`), there are also
//
//   constexpr std::array<std::string_view, N> computed_members(const Order*);
//   std::string_view contract_hash_of(const Order*);
//   void write_computed(const Order&, servanda::MadeValues&);
//
// Those members are in no row, and its reader leaves them as they are.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "servanda/json.h"
#include "servanda/types.h"

namespace servanda {

// One stored value. `text` lives as long as the run of the handler.
struct RowValue {
  enum class Kind : uint8_t {
    kAbsent,  // The row has none, and its schema does not admit null.
    kNull,
    kText,
    kUuid,       // `text` is its 16 bytes.
    kTimestamp,  // `integer` is in microseconds since 1970 UTC.
    kDate,       // `integer` is in days since 1970.
    kDecimal,    // `text` is the canonical numeral.
    kInteger,
    kNumber,
    kBoolean,  // `integer` is 0 or 1.
    kJson,     // `text` is JSON.
  } kind = Kind::kAbsent;
  union {
    int64_t integer = 0;
    double number;
  };
  std::string_view text;
};

// One row. Implemented by the engine.
//
// Threads: of one handler run. Lifetime: during one RowSink::take().
class RowSource {
 public:
  virtual ~RowSource() = default;
  // The value of RowSink::members()[index].
  [[nodiscard]] virtual RowValue value(size_t index) const = 0;
  // The value as the row's JSON has it; absent when the store holds no JSON where it should. Lives
  // until the next call. Requires: the value is not kAbsent.
  [[nodiscard]] virtual JsonValue json(const RowValue& value) = 0;
  // The whole row as an object. Lives until the next call.
  [[nodiscard]] virtual Result<JsonValue> object() = 0;
};

// --- What generated code is made of. As read() in servanda/json.h.

[[nodiscard]] bool read_value(RowSource& row, const RowValue& value, bool& out, ReadError& error);
[[nodiscard]] bool read_value(RowSource& row, const RowValue& value, int32_t& out,
                              ReadError& error);
[[nodiscard]] bool read_value(RowSource& row, const RowValue& value, int64_t& out,
                              ReadError& error);
[[nodiscard]] bool read_value(RowSource& row, const RowValue& value, double& out, ReadError& error);
[[nodiscard]] bool read_value(RowSource& row, const RowValue& value, std::string& out,
                              ReadError& error);
[[nodiscard]] bool read_value(RowSource& row, const RowValue& value, Uuid& out, ReadError& error);
[[nodiscard]] bool read_value(RowSource& row, const RowValue& value, Timestamp& out,
                              ReadError& error);
[[nodiscard]] bool read_value(RowSource& row, const RowValue& value, Date& out, ReadError& error);
[[nodiscard]] bool read_value(RowSource& row, const RowValue& value, Decimal& out,
                              ReadError& error);

// Everything else, and values that are stored otherwise than their type would be.
template <typename T>
[[nodiscard]] bool read_value(RowSource& row, const RowValue& value, T& out, ReadError& error) {
  const JsonValue json = row.json(value);
  if (!json.exists()) return error.fail("json", "cannot be read");
  return read(json, out, error);
}
template <typename E>
[[nodiscard]] bool read_value(RowSource& row, const RowValue& value, Open<E>& out,
                              ReadError& error) {
  if (value.kind != RowValue::Kind::kText) return read_value<Open<E>>(row, value, out, error);
  out = Open<E>::of(value.text);
  return true;
}
template <typename T>
[[nodiscard]] bool read_value(RowSource& row, const RowValue& value, Nullable<T>& out,
                              ReadError& error) {
  if (value.kind != RowValue::Kind::kNull) return read_value(row, value, out.emplace(), error);
  out = nullptr;
  return true;
}

// Reads the member at `index`, which is called `name`. One that is not there leaves `out` as it is.
template <typename T>
[[nodiscard]] bool read_member(RowSource& row, size_t index, std::string_view name, T& out,
                               ReadError& error) {
  const RowValue value = row.value(index);
  if (value.kind == RowValue::Kind::kAbsent) return error.missing(name);
  return read_value(row, value, out, error) || error.in_member(name);
}
template <typename T>
[[nodiscard]] bool read_member(RowSource& row, size_t index, std::string_view name,
                               std::optional<T>& out, ReadError& error) {
  const RowValue value = row.value(index);
  if (value.kind == RowValue::Kind::kAbsent) return true;
  return read_value(row, value, out.emplace(), error) || error.in_member(name);
}

// What C++ has made of some rows: of each its computed_members(), in their order, as JSON.
class MadeValues {
 public:
  template <typename T>
  void add(const T& value) {
    JsonWriter writer(text_);
    write(value, writer);
    ends_.push_back(text_.size());
  }
  // Adds nothing where there is no value.
  template <typename T>
  void add(const std::optional<T>& value) {
    if (value) return add(*value);
    ends_.push_back(text_.size());
  }
  // Of all values, one after the other.
  [[nodiscard]] const std::string& text() const { return text_; }
  // Where each ends in text(); one without text is not there.
  [[nodiscard]] std::span<const size_t> ends() const { return ends_; }

 private:
  std::string text_;
  std::vector<size_t> ends_;
};

namespace internal {

// Whether rows are read into T without JSON between: code that was generated for it, not by hand.
template <typename T>
concept ReadsRows = requires(const T* type, RowSource& row, T& out, ReadError& error) {
  { row_members(type) } -> std::convertible_to<std::span<const std::string_view>>;
  { read(row, out, error) } -> std::same_as<bool>;
};

// Where rows go.
class RowSink {
 public:
  virtual ~RowSink() = default;
  // Of what is read, by name; lives as long as the program. Empty: RowSource::object() is read.
  [[nodiscard]] virtual std::span<const std::string_view> members() const = 0;
  // So many rows follow.
  virtual void expect(size_t rows) = 0;
  // kInternal when the row does not fit.
  [[nodiscard]] virtual Result<void> take(RowSource& row) = 0;
};

// kInternal, with what the reader said.
[[nodiscard]] std::unexpected<Error> unfit_row(const ReadError& error);

// Fills a container with emplace_back(), or an optional.
template <typename T, typename Container>
class RowsInto final : public RowSink {
 public:
  explicit RowsInto(Container& rows) : rows_(rows) {}
  [[nodiscard]] std::span<const std::string_view> members() const override {
    if constexpr (ReadsRows<T>) return row_members(static_cast<const T*>(nullptr));
    return {};
  }
  void expect(size_t rows) override {
    if constexpr (requires { rows_.reserve(rows); }) rows_.reserve(rows);
  }
  [[nodiscard]] Result<void> take(RowSource& row) override {
    ReadError error;
    if constexpr (ReadsRows<T>) {
      if (!read(row, add(), error)) return unfit_row(error);
    } else {
      Result<JsonValue> object = row.object();
      if (!object) return pass(object);
      if (!read(*object, add(), error)) return unfit_row(error);
    }
    return {};
  }

 private:
  T& add() {
    if constexpr (requires { rows_.emplace_back(); }) {
      return rows_.emplace_back();
    } else {
      return rows_.emplace();
    }
  }

  Container& rows_;
};

}  // namespace internal
}  // namespace servanda
