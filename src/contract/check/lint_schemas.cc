// SPDX-License-Identifier: Apache-2.0
// Lint rules about schemas, and the validation of examples.

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/json.h"
#include "contract/check/lint_state.h"
#include "contract/plan/schema_shape.h"

namespace servanda::internal {
namespace {

// Whether `type` (a word or a list) names exactly this word besides "null".
bool is_type(const Node& schema, std::string_view word) {
  const Node* type = schema.find("type");
  if (type == nullptr) return false;
  if (type->is_string()) return type->text == word;
  bool found = false;
  for (const NodeEntry& item : *type) {
    if (item.value->text == word) {
      found = true;
    } else if (item.value->text != "null") {
      return false;
    }
  }
  return found;
}

bool value_has_type(const Node& value, std::string_view type) {
  switch (value.kind) {
    case JsonKind::kNull:
      return type == "null";
    case JsonKind::kBoolean:
      return type == "boolean";
    case JsonKind::kInteger:
      return type == "integer" || type == "number";
    case JsonKind::kNumber:
      return type == "number" || (type == "integer" && json_is_integer(to_json(value).root()));
    case JsonKind::kString:
      return type == "string";
    case JsonKind::kArray:
      return type == "array";
    case JsonKind::kObject:
      return type == "object";
  }
  return false;
}

bool value_fits(const Node& value, const Node& type) {
  if (type.is_string()) return value_has_type(value, type.text);
  return std::any_of(type.begin(), type.end(), [&](const NodeEntry& item) {
    return value_has_type(value, item.value->text);
  });
}

void lint_enum(LintState& state, const Node& schema) {
  const Node* values = schema.find("enum");
  if (values == nullptr || !values->is_array()) return;
  const Node* type = schema.find("type");
  std::set<std::string> seen;
  for (const NodeEntry& entry : *values) {
    const Node& value = *entry.value;
    std::string text;
    append_json(text, value);
    if (type != nullptr && !value_fits(value, *type)) {
      state.add("enum-type", value.place, text + " never fits the schema's type.");
    }
    if (!seen.insert(text).second) {
      state.add("enum-duplicate", value.place, text + " occurs twice.");
    }
  }
}

// Formats whose values have a small greatest length.
bool is_short_format(const Node& schema) {
  static constexpr std::array<std::string_view, 11> kFormats = {
      "uuid", "date-time", "date",  "time",     "duration", "ipv4",
      "ipv6", "email",     "int64", "hostname", "binary"};
  const Node* format = schema.find("format");
  return format != nullptr &&
         std::find(kFormats.begin(), kFormats.end(), format->text) != kFormats.end();
}

bool is_read_only(const Node& schema) {
  const Node* value = schema.find("readOnly");
  return value != nullptr && value->kind == JsonKind::kBoolean && value->boolean;
}

void lint_input(LintState& state, const Node& schema) {
  if (is_read_only(schema)) return;
  if (is_type(schema, "string")) {
    const bool bounded = schema.find("maxLength") || schema.find("enum") || schema.find("const") ||
                         schema.find("contentEncoding") || is_short_format(schema);
    if (!bounded) {
      state.add("input-string-unbounded", schema.place, "This input has no \"maxLength\".");
    }
  }
  if (is_type(schema, "array") && schema.find("maxItems") == nullptr) {
    state.add("input-array-unbounded", schema.place, "This input has no \"maxItems\".");
  }
  const bool object = schema.find("properties") != nullptr;
  const bool closed = schema.find("additionalProperties") || schema.find("unevaluatedProperties");
  // A part of "allOf" cannot be closed by itself; the whole can.
  if (object && !closed && is_type(schema, "object") && schema.find("allOf") == nullptr) {
    state.add("input-object-open", schema.place, "This input accepts undeclared members.");
  }
}

// Readable reason for a value that does not conform.
std::string first_reason(Issues& issues) {
  const FieldError& field = issues.fields().front();
  std::string text = field.pointer.empty() ? std::string() : field.pointer + ": ";
  text += field.detail.empty() ? field.code : field.detail;
  return text;
}

}  // namespace

void lint_schemas(LintState& state, const LintSubjects& subjects) {
  std::set<const Node*> seen;
  for (const LintSchema& schema : subjects.schemas) {
    if (schema.direction == Direction::kRequest) lint_input(state, *schema.node);
    if (!seen.insert(schema.node).second) continue;
    lint_enum(state, *schema.node);
    const bool items = schema.node->find("items") || schema.node->find("prefixItems");
    if (is_type(*schema.node, "array") && !items) {
      state.add("array-items-missing", schema.node->place,
                "This array does not describe its items.");
    }
  }
}

void lint_examples(LintState& state, const LintSubjects& subjects) {
  if (subjects.examples.empty()) return;
  SchemaSet schemas(state.documents());
  ValidationContext context;
  std::unordered_map<const Node*, Schema> compiled;
  for (const LintExample& example : subjects.examples) {
    auto at = compiled.find(example.schema);
    if (at == compiled.end()) {
      Diagnostics broken;
      Schema schema = schemas.compile(*example.schema, broken);
      // A schema that does not compile has been reported, and accepts nothing.
      at = compiled.emplace(example.schema, broken.has_errors() ? Schema() : schema).first;
    }
    if (!at->second.exists()) continue;
    const JsonDocument value = to_json(*example.value);
    Issues issues(1);
    if (at->second.validate(value.root(), example.direction, context, issues)) continue;
    if (issues.empty()) continue;
    const bool is_default = example.kind == LintExample::Kind::kDefault;
    state.add(is_default ? "default-invalid" : "example-invalid", example.value->place,
              (is_default ? "The default does not conform: " : "The example does not conform: ") +
                  first_reason(issues));
  }
}

}  // namespace servanda::internal
