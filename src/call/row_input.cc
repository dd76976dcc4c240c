// SPDX-License-Identifier: Apache-2.0
// What a client may put into a row: mass assignment is refused here, whatever the schema says.
#include <vector>

#include "base/text.h"
#include "call/computed_values.h"
#include "call/resource_rows.h"

namespace servanda {

std::string pointer_of(std::string_view prefix, std::string_view name) {
  std::string pointer(prefix);
  pointer += '/';
  for (const char c : name) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  return pointer;
}

namespace {

// Turns one body into the values of one row.
class RowBuild {
 public:
  RowBuild(const RowInput& input, const RowMakers& makers, Arena& arena, Issues& issues)
      : input_(input), makers_(makers), arena_(arena), issues_(issues) {}

  void check_members() {
    for (const auto [name, value] : input_.given.members()) {
      if (issues_.full()) break;
      check_given(name, value);
    }
  }

  std::span<const Value> run() {
    check_members();
    const size_t count = input_.resource->properties.size();
    Value* const values = arena_.array<Value>(count);
    for (size_t i = 0; i < count; ++i) new (values + i) Value(value_of(i));
    const bool compares = !input_.resource->computed.empty() && !by_handler();
    if (compares && issues_.empty()) check_computed({values, count});
    return {values, count};
  }

 private:
  [[nodiscard]] const Property& property(size_t index) const {
    return input_.resource->properties[index];
  }
  [[nodiscard]] bool is_key(size_t index) const { return index == input_.resource->key; }
  [[nodiscard]] bool by_handler() const { return input_.author == RowInput::Author::kHandler; }
  // Whether only the engine sets it.
  [[nodiscard]] bool is_engines(size_t index) const {
    const Property& p = property(index);
    if (p.generated != Generated::kNone) return true;
    return !by_handler() && (p.read_only || (is_key(index) && input_.resource->generated_key));
  }
  // Whether it stays as it is once the row exists.
  [[nodiscard]] bool is_fixed(size_t index) const {
    return is_engines(index) || is_key(index) || property(index).immutable;
  }

  // Whether a handler has chosen the key of a new row: neither null nor empty nor the nil UUID.
  [[nodiscard]] bool names_key() const {
    if (!by_handler()) return false;
    const JsonValue key = input_.document.find(property(input_.resource->key).name);
    if (!key.exists() || key.is_null()) return false;
    return !key.is_string() || key.text().find_first_not_of("0-") != std::string_view::npos;
  }

  // The value that the path gives the property, or null.
  [[nodiscard]] const Value* owner_value(size_t index) const {
    for (const PathMember& owner : input_.owners) {
      if (owner.property == index) return &owner.value;
    }
    return nullptr;
  }

  void issue(std::string_view name, std::string code, std::string detail) {
    std::string pointer = pointer_of(input_.pointer_prefix, name);
    for (const FieldError& field : issues_.fields()) {
      if (field.pointer == pointer) return;
    }
    issues_.add({"body", std::move(pointer), std::move(code), std::move(detail)});
  }

  void check_given(std::string_view name, JsonValue value) {
    const std::optional<uint16_t> index = input_.resource->property_index(name);
    // What is computed is compared once the row is known: check_computed().
    if (!index && input_.resource->computed_index(name)) return check_given_computed(name);
    if (!index) return unknown(name);
    if (const Value* const owner = owner_value(*index)) {
      if (!equals(*index, value, *owner)) {
        issue(name, "immutable", "This differs from the owner in the path.");
      }
      return;
    }
    if (!is_fixed(*index)) return;
    if (by_handler() && (input_.stored == nullptr || is_engines(*index))) return;
    if (input_.stored == nullptr) {
      if (is_engines(*index)) {
        issue(name, "readOnly", "This property is set by the server and may not be sent.");
      } else if (is_key(*index) && input_.key && !equals(*index, value, *input_.key)) {
        issue(name, "immutable", "The key in the body differs from the one in the path.");
      }
      return;
    }
    // Of a patch, what counts is what it would leave.
    if (equals_stored(*index, input_.document.find(name))) return;
    if (is_engines(*index)) {
      issue(name, "readOnly", "This property is read-only: leave it out or send the stored value.");
    } else {
      issue(name, "immutable", "This property cannot change once it is set.");
    }
  }

  // What C++ makes may differ from one time to the next, so there is nothing to compare with. A
  // replace says it because its client has read it; a create or a patch, because it means to set
  // it.
  void check_given_computed(std::string_view name) {
    const bool replaces = input_.stored != nullptr && input_.missing == RowInput::Missing::kDefault;
    const size_t index = *input_.resource->computed_index(name);
    if (!input_.resource->computed[index].by_code || by_handler() || replaces) return;
    issue(name, "readOnly",
          "This property is made by the server whenever it is shown: leave it out.");
  }

  // What a client sends of a computed property must be what is shown of the row, as it is or as it
  // will be.
  void check_computed(std::span<const Value> values) {
    for (const auto [name, value] : input_.given.members()) {
      const std::optional<uint16_t> index = input_.resource->computed_index(name);
      if (!index || input_.resource->computed[*index].by_code) continue;
      const JsonValue sent = input_.document.find(name);
      if (is_shown(*index, sent, Row{values, makers_.version})) continue;
      if (input_.stored != nullptr && is_shown(*index, sent, *input_.stored)) continue;
      issue(name, "readOnly",
            "This property is computed: leave it out or send the value that is shown.");
    }
  }

  // `sent` is absent where a patch would remove the property.
  [[nodiscard]] bool is_shown(size_t index, JsonValue sent, const Row& row) const {
    const Value shown = computed_value(*input_.resource, index, row, makers_.now, arena_);
    if (!sent.exists() || sent.is_null()) return shown.is_null();
    const ColumnType type = input_.resource->computed[index].type;
    const std::optional<Value> value = value_from_json(type, sent, arena_);
    return value && *value == shown;
  }

  void unknown(std::string_view name) {
    std::vector<std::string_view> names;
    const std::span<const Property> known = input_.resource->shown();
    names.reserve(known.size() + input_.resource->computed.size());
    for (const Property& p : known) names.push_back(p.name);
    for (const ComputedProperty& p : input_.resource->computed) names.push_back(p.name);
    std::string detail = "There is no such property.";
    if (const auto near = nearest(name, names)) {
      detail = "There is no such property; did you mean \"" + std::string(*near) + "\"?";
    }
    issue(name, "unknown", std::move(detail));
  }

  [[nodiscard]] bool equals(size_t index, JsonValue value, const Value& stored) const {
    if (property(index).type == ColumnType::kJson) {
      if (stored.is_null() || value.is_null()) return stored.is_null() == value.is_null();
      const Result<JsonDocument> document = JsonDocument::parse(stored.text, {kJsonDepthMax});
      return document && json_equal(document->root(), value);
    }
    const std::optional<Value> sent = value_from_json(property(index).type, value, arena_);
    return sent && *sent == stored;
  }

  // `value` is absent where a patch would remove the property.
  [[nodiscard]] bool equals_stored(size_t index, JsonValue value) const {
    if (!value.exists()) return input_.stored->values[index].is_null();
    if (property(index).generated == Generated::kCounter) {
      return value.kind() == JsonKind::kInteger && value.integer() == input_.stored->version;
    }
    return equals(index, value, input_.stored->values[index]);
  }

  Value value_of(size_t index) {
    const Property& p = property(index);
    if (const Value* const owner = owner_value(index)) return *owner;
    switch (p.generated) {
      case Generated::kUpdated:
        return stamp(p.type);
      case Generated::kCounter:
        return Value::of_integer(makers_.version);
      case Generated::kCreated:
        return input_.stored ? input_.stored->values[index] : stamp(p.type);
      case Generated::kDeleted:
      case Generated::kPurged:
        return Value::null();  // What is written here leaves a row that is not deleted.
      case Generated::kUuid:
        return input_.stored ? input_.stored->values[index] : made(p.type, makers_.new_uuid);
      case Generated::kNone:
        break;
    }
    if (input_.stored != nullptr && is_fixed(index)) {
      return input_.stored->values[index];
    }
    if (is_key(index) && input_.resource->generated_key && !names_key()) {
      return made(p.type, makers_.new_uuid_key);
    }
    if (is_key(index) && input_.key) return *input_.key;
    return written(index);
  }

  [[nodiscard]] Value stamp(ColumnType type) const {
    if (type == ColumnType::kTimestamp) return Value::of_integer(makers_.now.us);
    if (type == ColumnType::kDate) {
      constexpr int64_t kDayUs = int64_t{86'400} * 1'000'000;
      const int64_t us = makers_.now.us;
      return Value::of_integer(us >= 0 ? us / kDayUs : -((-us + kDayUs - 1) / kDayUs));
    }
    return Value::null();
  }

  // A made UUID in the column's type: text columns hold the 36 characters.
  [[nodiscard]] Value made(ColumnType type, const Value& uuid) const {
    if (type == ColumnType::kUuid) return uuid;
    std::string text;
    append_key_text(text, ColumnType::kUuid, uuid);
    return Value::of_text(arena_.copy(text));
  }

  Value written(size_t index) {
    const Property& p = property(index);
    const JsonValue wanted = input_.document.find(p.name);
    if (!wanted.exists()) return missing(index);
    const std::optional<Value> value = value_from_json(p.type, wanted, arena_);
    if (value) return *value;
    if (!issues_.full()) issue(p.name, unfit_code(p.type), unfit_detail(p.type));
    return Value::null();
  }

  Value missing(size_t index) {
    const Property& p = property(index);
    if (input_.missing == RowInput::Missing::kRemoved) return Value::null();
    // A client cannot read a write-only property back, so a replace that leaves it out keeps it.
    if (input_.stored != nullptr && p.write_only) return input_.stored->values[index];
    if (!p.default_json) return Value::null();
    const Result<JsonDocument> document = JsonDocument::parse(*p.default_json);
    if (!document) return Value::null();
    std::optional<Value> value = value_from_json(p.type, document->root(), arena_);
    if (!value) return Value::null();
    if (value->kind == Value::Kind::kText) value->text = arena_.copy(value->text);
    return *value;
  }

  static std::string unfit_code(ColumnType type) {
    const bool number = type == ColumnType::kInteger || type == ColumnType::kNumber;
    return number ? "range" : "format";
  }
  static std::string unfit_detail(ColumnType type) {
    switch (type) {
      case ColumnType::kInteger:
        return "This must be an integer of at most 64 bits.";
      case ColumnType::kNumber:
        return "This must be a number within the range of a double.";
      case ColumnType::kDecimal:
        return "This must be a decimal number as a string, of at most 1000 digits.";
      case ColumnType::kUuid:
        return "This must be a UUID.";
      case ColumnType::kTimestamp:
        return "This must be an RFC 3339 date-time.";
      case ColumnType::kDate:
        return "This must be a date: YYYY-MM-DD.";
      default:
        return "This value does not fit the property's type.";
    }
  }

  const RowInput& input_;
  const RowMakers& makers_;
  Arena& arena_;
  Issues& issues_;
};

}  // namespace

std::span<const Value> row_from_json(const RowInput& input, const RowMakers& makers, Arena& arena,
                                     Issues& issues) {
  return RowBuild(input, makers, arena, issues).run();
}

void check_row_members(const RowInput& input, Arena& arena, Issues& issues) {
  const RowMakers none{};
  RowBuild(input, none, arena, issues).check_members();
}

}  // namespace servanda
