// SPDX-License-Identifier: Apache-2.0
#include "call/computed_values.h"

#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "call/resource_rows.h"
#include "contract/expression/evaluate.h"

namespace servanda {
namespace {

using Kind = ExpressionKind;

// What most evaluations need for the text they make; more is taken when it is needed.
constexpr size_t kScratchBytes = 1024;

// A row, and the time, as an expression reads them.
class RowValues final : public ExpressionInput {
 public:
  RowValues(const Resource& resource, const Row& row, Timestamp now)
      : resource_(&resource), row_(&row), now_(now) {}

  [[nodiscard]] ExpressionValue read(uint16_t root, uint16_t member, Arena& arena) const override {
    if (root == ComputedRoot::kNow) return ExpressionValue::of_time(Kind::kTimestamp, now_.us);
    const Property& property = resource_->properties[member];
    if (property.generated == Generated::kCounter) {
      return ExpressionValue::of_integer(row_->version);
    }
    const Value& value = row_->values[member];
    if (value.is_null()) return ExpressionValue::null();
    switch (property.type) {
      case ColumnType::kText:
        return ExpressionValue::of_text(Kind::kText, value.text);
      case ColumnType::kUuid:
        return ExpressionValue::of_text(Kind::kUuid, value.text);
      case ColumnType::kDecimal:
        return ExpressionValue::of_text(Kind::kDecimal, value.text);
      case ColumnType::kTimestamp:
        return ExpressionValue::of_time(Kind::kTimestamp, value.integer);
      case ColumnType::kDate:
        return ExpressionValue::of_time(Kind::kDate, value.integer);
      case ColumnType::kInteger:
        return ExpressionValue::of_integer(value.integer);
      case ColumnType::kNumber:
        return ExpressionValue::of_number(value.number);
      case ColumnType::kBoolean:
        return ExpressionValue::of_boolean(value.integer != 0);
      case ColumnType::kJson:
        return read_json(member, value.text, arena);
    }
    return ExpressionValue::null();
  }

 private:
  // A document is read once and lives as long as the row is looked at: evaluations point into it.
  ExpressionValue read_json(uint16_t member, std::string_view text, Arena& arena) const {
    for (const auto& [known, document] : documents_) {
      if (known == member) return value_of_json(document.root(), Kind::kAny, arena);
    }
    Result<JsonDocument> document = JsonDocument::parse(text, {kJsonDepthMax});
    if (!document) return ExpressionValue::error("the stored value cannot be read");
    documents_.emplace_back(member, std::move(*document));
    return value_of_json(documents_.back().second.root(), Kind::kAny, arena);
  }

  const Resource* resource_;
  const Row* row_;
  Timestamp now_;
  mutable std::vector<std::pair<uint16_t, JsonDocument>> documents_;
};

// The double nearest to an exact number; null beyond its range.
Value double_of(std::string_view decimal) {
  double number = 0;
  const char* const last = decimal.data() + decimal.size();
  const auto [end, failure] = std::from_chars(decimal.data(), last, number);
  return failure == std::errc() && end == last ? Value::of_number(number) : Value::null();
}

// The value as a column of the type holds it; null where it is of another kind. Exact numbers
// become doubles only where they come out of free-form objects: the compiler refuses others.
Value stored_form(ColumnType type, const ExpressionValue& value, Arena& arena) {
  switch (value.kind) {
    case Kind::kText:
      return type == ColumnType::kText ? Value::of_text(value.text) : Value::null();
    case Kind::kUuid:
      return type == ColumnType::kUuid ? Value::of_bytes(value.text) : Value::null();
    case Kind::kTimestamp:
      return type == ColumnType::kTimestamp ? Value::of_integer(value.integer) : Value::null();
    case Kind::kDate:
      return type == ColumnType::kDate ? Value::of_integer(value.integer) : Value::null();
    case Kind::kBoolean:
      return type == ColumnType::kBoolean ? Value::of_integer(value.integer) : Value::null();
    case Kind::kNumber:
      return type == ColumnType::kNumber ? Value::of_number(value.number) : Value::null();
    case Kind::kDecimal:
      if (type == ColumnType::kNumber) return double_of(value.text);
      return type == ColumnType::kDecimal ? Value::of_text(value.text) : Value::null();
    case Kind::kInteger:
      if (type == ColumnType::kInteger) return Value::of_integer(value.integer);
      if (type == ColumnType::kDecimal) {
        return Value::of_text(arena.copy(std::to_string(value.integer)));
      }
      if (type == ColumnType::kNumber) return double_of(std::to_string(value.integer));
      return Value::null();
    default:
      return Value::null();
  }
}

// A text out of a free-form object as the property's own type, where it is of that form.
Value read_as(ColumnType type, const ExpressionValue& value, Arena& arena) {
  const bool free_text = value.kind == Kind::kText && type != ColumnType::kText;
  if (!free_text) return stored_form(type, value, arena);
  if (type == ColumnType::kInteger || type == ColumnType::kBoolean) return Value::null();
  return value_from_text(type, value.text, arena).value_or(Value::null());
}

}  // namespace

Value computed_value(const Resource& resource, size_t index, const Row& row, Timestamp now,
                     Arena& arena) {
  const ComputedProperty& property = resource.computed[index];
  if (property.by_code) return Value::null();
  const RowValues input(resource, row, now);
  const Value value = read_as(property.type, evaluate(property.expression, input, arena), arena);
  // Text may point into a document that ends here.
  const bool owned = value.kind != Value::Kind::kText;
  return owned ? value : Value::of_text(arena.copy(value.text));
}

std::string_view code_value(const Resource& resource, const Row& row, size_t index) {
  const size_t place = resource.properties.size() + index;
  return place < row.values.size() ? row.values[place].text : std::string_view();
}

namespace {

// As append_computed(). A row of which C++ has made nothing yet shows nothing.
bool append_code_value(std::string& out, const Resource& resource, const Row& row, size_t index) {
  const ComputedProperty& property = resource.computed[index];
  std::string_view text = code_value(resource, row, index);
  const bool made = row.values.size() > resource.properties.size();
  if (made && text.empty() && property.nullable) text = "null";
  if (text.empty()) return false;
  json_append_string(out, property.name);
  out += ':';
  out += text;
  return true;
}

}  // namespace

bool append_computed(std::string& out, const Resource& resource, const Row& row, size_t index,
                     Timestamp now) {
  const ComputedProperty& property = resource.computed[index];
  if (property.by_code) return append_code_value(out, resource, row, index);
  Arena scratch(kScratchBytes);
  const Value value = computed_value(resource, index, row, now, scratch);
  if (value.is_null() && !property.nullable) return false;
  json_append_string(out, property.name);
  out += ':';
  append_value(out, property.type, value);
  return true;
}

}  // namespace servanda
