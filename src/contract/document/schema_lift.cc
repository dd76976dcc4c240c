// SPDX-License-Identifier: Apache-2.0
// OpenAPI 3.0.4 section 4.7.24 against JSON Schema 2020-12.
#include "contract/document/schema_lift.h"

#include <vector>

namespace servanda::internal {
namespace {

bool is_flag(const Node* node, bool value) {
  return node != nullptr && node->kind == JsonKind::kBoolean && node->boolean == value;
}

bool is_text(const Node* node, std::string_view text) {
  return node != nullptr && node->is_string() && node->text == text;
}

class Lift {
 public:
  Lift(Node& schema, Documents& documents, Tally& tally)
      : schema_(&schema), arena_(&documents.arena()), tally_(&tally) {}

  void run() {
    const Node* reference = schema_->find("$ref");
    if (reference != nullptr && reference->is_string()) return drop_siblings();
    bounds("exclusiveMinimum", "minimum");
    bounds("exclusiveMaximum", "maximum");
    example();
    nullable();
    formats();
  }

 private:
  // In 3.0 nothing beside "$ref" has a meaning; texts and extensions do no harm.
  void drop_siblings() {
    std::vector<std::string_view> dropped;
    for (const NodeEntry& entry : *schema_) {
      const std::string_view key = entry.key;
      const bool kept = key == "$ref" || key == "description" || key == "summary" ||
                        key == "title" || key.starts_with("x-");
      if (!kept) dropped.push_back(key);
    }
    if (dropped.empty()) return;
    tally_->count("ref-siblings", schema_->place,
                  "Keywords beside \"$ref\" mean nothing in OpenAPI 3.0 and are left out.",
                  "Remove them, or write \"allOf\" with the reference in it.");
    for (const std::string_view key : dropped) remove_member(*arena_, *schema_, key);
  }

  void bounds(std::string_view exclusive, std::string_view inclusive) {
    const NodeEntry* flag = schema_->find_entry(exclusive);
    if (flag == nullptr || flag->value->kind != JsonKind::kBoolean) return;
    const Place where = flag->key_place;
    Node* limit = schema_->find(inclusive);
    if (flag->value->boolean && limit != nullptr) {
      set_member(*arena_, *schema_, exclusive, where, limit);
      remove_member(*arena_, *schema_, inclusive);
    } else {
      remove_member(*arena_, *schema_, exclusive);
    }
  }

  void example() {
    const NodeEntry* entry = schema_->find_entry("example");
    if (entry == nullptr) return;
    if (schema_->find("examples") == nullptr) {
      Node* list = make_node(*arena_, JsonKind::kArray, entry->value->place);
      append_item(*arena_, *list, entry->value);
      set_member(*arena_, *schema_, "examples", entry->key_place, list);
    }
    remove_member(*arena_, *schema_, "example");
  }

  void nullable() {
    const NodeEntry* entry = schema_->find_entry("nullable");
    if (entry == nullptr || entry->value->kind != JsonKind::kBoolean) return;
    const Place where = entry->key_place;
    Node* type = schema_->find("type");
    if (is_flag(entry->value, true) && type == nullptr) {
      tally_->count("nullable-without-type", where,
                    "\"nullable\" has no effect without \"type\" beside it.",
                    "Write the type beside it, or remove it.");
    }
    if (is_flag(entry->value, true) && type != nullptr && type->is_string()) {
      Node* list = make_node(*arena_, JsonKind::kArray, type->place);
      append_item(*arena_, *list, type);
      append_item(*arena_, *list, make_string(*arena_, "null", where));
      set_member(*arena_, *schema_, "type", schema_->find_entry("type")->key_place, list);
    }
    remove_member(*arena_, *schema_, "nullable");
  }

  // byte: base64 in a string. binary: octets, which have no JSON type.
  void formats() {
    const NodeEntry* format = schema_->find_entry("format");
    if (format == nullptr) return;
    const Place where = format->key_place;
    if (is_text(format->value, "byte")) {
      remove_member(*arena_, *schema_, "format");
      set_member(*arena_, *schema_, "contentEncoding", where,
                 make_string(*arena_, "base64", where));
    } else if (is_text(format->value, "binary")) {
      remove_member(*arena_, *schema_, "format");
      remove_member(*arena_, *schema_, "type");
      set_member(*arena_, *schema_, "contentMediaType", where,
                 make_string(*arena_, "application/octet-stream", where));
    }
  }

  Node* schema_;
  Arena* arena_;
  Tally* tally_;
};

}  // namespace

void lift_schema(Node& schema, Documents& documents, Tally& tally) {
  if (schema.is_object()) Lift(schema, documents, tally).run();
}

}  // namespace servanda::internal
