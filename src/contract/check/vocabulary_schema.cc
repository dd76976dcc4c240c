// SPDX-License-Identifier: Apache-2.0
#include "contract/check/vocabulary_schema.h"

#include <array>
#include <string_view>

#include "base/json.h"
#include "base/text.h"
#include "contract/expression/expression.h"
#include "contract/plan/vocabulary.h"

namespace servanda {
namespace {

std::string_view definition_name(VocabularyPlace place) {
  static constexpr std::array<std::string_view, kVocabularyPlaceCount> kNames = {
      "root",    "pathItem", "operation", "parameter", "schema",     "property",
      "service", "policies", "resource",  "column",    "softDelete", "budget"};
  return kNames[static_cast<size_t>(place)];
}

class SchemaWriter {
 public:
  explicit SchemaWriter(std::string& out) : writer_(out) {}

  void write() {
    writer_.begin_object();
    member("$schema", "https://json-schema.org/draft/2020-12/schema");
    member("$id", "https://servanda.dev/schemas/x-servanda.json");
    member("title", "The x-servanda vocabulary in an OpenAPI document");
    write_document();
    writer_.key("$defs");
    writer_.begin_object();
    for (int i = 0; i < kVocabularyPlaceCount; ++i) {
      write_place(static_cast<VocabularyPlace>(i));
    }
    write_schema_positions();
    writer_.end_object();
    writer_.end_object();
  }

 private:
  void member(std::string_view name, std::string_view text) {
    writer_.key(name);
    writer_.string(text);
  }
  void open(std::string_view name) {
    writer_.key(name);
    writer_.begin_object();
  }
  void reference(std::string_view name, std::string_view definition) {
    open(name);
    member("$ref", "#/$defs/" + std::string(definition));
    writer_.end_object();
  }

  // Where each place is found in a document.
  void write_document() {
    member("type", "object");
    open("properties");
    reference("x-servanda", "root");
    open("paths");
    reference("additionalProperties", "pathItemObject");
    writer_.end_object();
    open("components");
    open("properties");
    open("schemas");
    reference("additionalProperties", "schemaObject");
    writer_.end_object();
    open("parameters");
    reference("additionalProperties", "parameterObject");
    writer_.end_object();
    open("pathItems");
    reference("additionalProperties", "pathItemObject");
    writer_.end_object();
    writer_.end_object();
    writer_.end_object();
    writer_.end_object();
  }

  void write_holder(std::string_view definition, std::string_view place) {
    open(definition);
    open("properties");
    reference("x-servanda", place);
  }

  void write_parameter_list() {
    open("parameters");
    reference("items", "parameterObject");
    writer_.end_object();
  }

  void write_schema_positions() {
    write_holder("pathItemObject", "pathItem");
    for (std::string_view method :
         {"get", "put", "post", "delete", "options", "head", "patch", "trace"}) {
      reference(method, "operationObject");
    }
    write_parameter_list();
    writer_.end_object();
    writer_.end_object();
    write_holder("operationObject", "operation");
    write_parameter_list();
    writer_.end_object();
    writer_.end_object();
    write_holder("parameterObject", "parameter");
    writer_.end_object();
    writer_.end_object();
    write_holder("schemaObject", "schema");
    open("properties");
    reference("additionalProperties", "propertyObject");
    writer_.end_object();
    writer_.end_object();
    writer_.end_object();
    write_holder("propertyObject", "property");
    writer_.end_object();
    writer_.end_object();
  }

  void write_place(VocabularyPlace place) {
    open(definition_name(place));
    member("type", "object");
    member("description",
           "Keys of x-servanda at " + std::string(vocabulary_place_text(place)) + ".");
    writer_.key("additionalProperties");
    writer_.boolean(false);
    open("properties");
    for (const VocabularyKey& key : vocabulary_keys(place)) write_key(key);
    writer_.end_object();
    writer_.end_object();
  }

  void write_key(const VocabularyKey& key) {
    open(key.name);
    std::string description(key.meaning);
    if (key.form == ValueForm::kLater) {
      description +=
          key.accepted.empty() ? " Not supported yet." : " Other values: not supported yet.";
    }
    member("description", description);
    const bool nullable = key.null == NullMeaning::kOff;
    if (nullable) {
      writer_.key("anyOf");
      writer_.begin_array();
      writer_.begin_object();
      member("type", "null");
      writer_.end_object();
      writer_.begin_object();
    }
    write_form(key);
    if (nullable) {
      writer_.end_object();
      writer_.end_array();
    }
    writer_.end_object();
  }

  void write_length(std::string_view name, uint64_t value) {
    writer_.key(name);
    writer_.unsigned_integer(value);
  }

  void write_text(uint64_t max) {
    member("type", "string");
    write_length("minLength", 1);
    write_length("maxLength", max);
  }

  void write_form(const VocabularyKey& key) {
    switch (key.form) {
      case ValueForm::kText:
      case ValueForm::kName:
        return write_text(VocabularyLimits::kTextBytes);
      case ValueForm::kExpression:
        return write_text(ExpressionLimits::kCharacters);
      case ValueForm::kBoolean:
        return member("type", "boolean");
      case ValueForm::kDuration:
        member("type", "string");
        return member("pattern", "^[0-9]{1,6}(ms|s|m|h|d)$");
      case ValueForm::kWord:
        writer_.key("enum");
        writer_.begin_array();
        for (std::string_view word : split(key.words, ' ')) writer_.string(word);
        return writer_.end_array();
      case ValueForm::kNames:
        return write_names();
      case ValueForm::kCount:
        member("type", "integer");
        write_length("minimum", 0);
        return write_length("maximum", key.count_most);
      case ValueForm::kNameLists:
        return write_name_lists();
      case ValueForm::kObject:
        return member("$ref", "#/$defs/" + std::string(definition_name(key.nested)));
      case ValueForm::kObjects:
        return write_objects(key);
      case ValueForm::kLater:
        return write_later(key);
    }
  }

  void write_names() {
    member("type", "array");
    write_length("maxItems", VocabularyLimits::kNames);
    writer_.key("uniqueItems");
    writer_.boolean(true);
    open("items");
    write_text(VocabularyLimits::kTextBytes);
    writer_.end_object();
  }

  void write_name_lists() {
    member("type", "array");
    write_length("maxItems", VocabularyLimits::kLists);
    open("items");
    member("type", "array");
    write_length("minItems", 1);
    write_length("maxItems", VocabularyLimits::kListNames);
    open("items");
    write_text(VocabularyLimits::kTextBytes);
    writer_.end_object();
    writer_.end_object();
  }

  void write_objects(const VocabularyKey& key) {
    member("type", "object");
    write_length("maxProperties", VocabularyLimits::kServices);
    open("propertyNames");
    member("pattern", "^[a-z][a-z0-9-]{0,62}$");
    writer_.end_object();
    reference("additionalProperties", definition_name(key.nested));
  }

  // What changes nothing may be written down; where there is no such value, nothing may.
  void write_later(const VocabularyKey& key) {
    if (key.accepted.empty()) {
      open("not");
      return writer_.end_object();
    }
    writer_.key("enum");
    writer_.begin_array();
    for (std::string_view text : split(key.accepted, '|')) writer_.raw(text);
    writer_.end_array();
  }

  JsonWriter writer_;
};

// Two spaces per level: the file is read by people, too. Requires: valid JSON.
std::string indented(std::string_view json) {
  std::string out;
  size_t depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      out += c;
      if (c == '\\') out += json[++i];
      in_string = c != '"';
      continue;
    }
    if (c == '}' || c == ']') {
      --depth;
      const bool empty = json[i - 1] == '{' || json[i - 1] == '[';
      if (!empty) out += "\n" + std::string(depth * 2, ' ');
    }
    out += c;
    in_string = c == '"';
    if (c == '{' || c == '[') {
      ++depth;
      if (json[i + 1] != '}' && json[i + 1] != ']') out += "\n" + std::string(depth * 2, ' ');
    }
    if (c == ',') out += "\n" + std::string(depth * 2, ' ');
    if (c == ':') out += ' ';
  }
  return out + "\n";
}

}  // namespace

std::string vocabulary_schema() {
  std::string out;
  SchemaWriter(out).write();
  return indented(out);
}

}  // namespace servanda
