// SPDX-License-Identifier: Apache-2.0
// Kinds of fields, required members and unknown names.

#include <array>

#include "base/text.h"
#include "contract/document/form_walk.h"
#include "contract/document/reader.h"

namespace servanda::internal {
namespace {

std::string_view kind_name(const Node& node) {
  switch (node.kind) {
    case JsonKind::kNull:
      return "empty";
    case JsonKind::kBoolean:
      return "a boolean";
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      return "a number";
    case JsonKind::kString:
      return "a string";
    case JsonKind::kArray:
      return "a list";
    case JsonKind::kObject:
      return "an object";
  }
  return "a value";
}

bool has_reference(const Node& node) {
  const Node* reference = node.find("$ref");
  return reference != nullptr && reference->is_string();
}

bool is_component_name(std::string_view name) {
  for (const char c : name) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-' || c == '_';
    if (!fits) return false;
  }
  return !name.empty();
}

std::string quoted(std::string_view name) {
  return said({"\"", name.substr(0, 100), "\""});
}

}  // namespace

void FormWalk::refuse_kind(std::string_view what, const Node& node, std::string_view wanted) {
  diagnostics_->error(
      "form-kind", node.place, said({what, " must be ", wanted, ", but is ", kind_name(node), "."}),
      said({"Write ", wanted, node.kind == JsonKind::kNull ? ", or remove the key." : "."}));
}

void FormWalk::check_value(NodeEntry& entry, const Field& field, Form form) {
  Node& value = *entry.value;
  if (field.shape == Shape::kAny) return;
  if (value.kind == JsonKind::kNull && field.shape != Shape::kObject) {
    if (field.need == Need::kRequired) return;  // Reported as missing.
    diagnostics_->warning("form-empty", entry.key_place,
                          said({quoted(entry.key), " has no value and counts as absent."}),
                          "Give it a value, or remove the key.");
    dropped_.push_back(entry.key);
    return;
  }
  switch (field.shape) {
    case Shape::kText:
      (void)check_text(entry, entry.key);
      return;
    case Shape::kFlag:
      if (value.kind != JsonKind::kBoolean) {
        refuse_kind(quoted(entry.key), value, "true or false");
      }
      return;
    case Shape::kObject:
      return push(&value, field.form, entry.key);
    case Shape::kList:
    case Shape::kTextList:
      return check_list(entry, field);
    case Shape::kMap:
    case Shape::kTextMap:
      check_map(entry, field);
      if (form == Form::kComponents) check_component_names(value);
      return;
    case Shape::kAny:
      return;
  }
}

// A text, or what can be read as one.
bool FormWalk::check_text(NodeEntry& entry, std::string_view name) {
  Node& value = *entry.value;
  if (value.is_string()) return true;
  if (value.is_number() || value.kind == JsonKind::kBoolean) {
    const std::string_view text = value.is_number() ? value.text
                                  : value.boolean   ? std::string_view("true")
                                                    : std::string_view("false");
    diagnostics_->warning(
        "form-retyped", value.place,
        said({quoted(name), " must be a string; the value is read as \"", text, "\"."}),
        "Put the value in quotes.");
    value.kind = JsonKind::kString;
    value.text = text;
    return true;
  }
  if (value.is_object() && has_reference(value)) {
    const Node* reference = value.find("$ref");
    Node* target = documents_->resolve(reference->text, reference->place, *diagnostics_);
    if (target == nullptr) return false;
    if (target->is_string()) {
      tally_.count("ref-text", reference->place,
                   "A \"$ref\" stands for a text, which OpenAPI does not provide for; it is "
                   "followed.",
                   "Write the text itself.");
      entry.value = target;
      return true;
    }
  }
  refuse_kind(quoted(name), value, "a string");
  return false;
}

void FormWalk::check_list(NodeEntry& entry, const Field& field) {
  if (!entry.value->is_array()) return refuse_kind(quoted(entry.key), *entry.value, "a list");
  for (NodeEntry& item : *entry.value) {
    if (field.shape == Shape::kTextList) {
      (void)check_text(item, said({"an item of ", entry.key}));
    } else {
      push(item.value, field.form, entry.key);
    }
  }
}

void FormWalk::check_map(NodeEntry& entry, const Field& field) {
  Node& map = *entry.value;
  if (!map.is_object()) {
    return refuse_kind(quoted(entry.key), map, "an object that maps names to values");
  }
  for (int hops = 0; has_reference(map); ++hops) {
    if (!expand_map(map, hops)) return;
  }
  for (NodeEntry& member : map) {
    if (field.shape == Shape::kTextMap) {
      (void)check_text(member, member.key);
    } else {
      push(member.value, field.form, member.key);
    }
  }
}

// Puts copies of what "$ref" names in place of it. What stands beside it wins.
bool FormWalk::expand_map(Node& map, int hops) {
  const Node* reference = map.find("$ref");
  const Place where = reference->place;
  const Node* target = documents_->resolve(reference->text, where, *diagnostics_);
  if (target == nullptr) return false;
  if (!target->is_object()) {
    refuse_kind(quoted(reference->text), *target, "an object that maps names to values");
    return false;
  }
  tally_.count("ref-map", where,
               "A \"$ref\" stands for a map of names, which OpenAPI does not provide for; its "
               "members are put in place.",
               "Refer from each member instead.");
  Arena& arena = documents_->arena();
  const Node* copy = hops < kMapHopsMax ? copy_within(arena, *target, map_copies_) : nullptr;
  // Maps that contain each other grow deeper with every copy.
  if (copy == nullptr || height_of(*copy) > documents_->limits().depth_max) {
    diagnostics_->error("ref-cycle", where,
                        "This \"$ref\" in place of a map leads back to itself or to too much.",
                        "Refer from each member instead.");
    return false;
  }
  remove_member(arena, map, "$ref");
  for (const NodeEntry& member : *copy) {
    if (map.find_entry(member.key) != nullptr) continue;
    set_member(arena, map, member.key, member.key_place, member.value);
  }
  return true;
}

void FormWalk::check_component_names(const Node& names) {
  for (const NodeEntry& entry : names) {
    if (is_component_name(entry.key)) continue;
    diagnostics_->warning("form-component-name", entry.key_place,
                          said({"The component name ", quoted(entry.key),
                                " has characters other than letters, digits, '.', '-' and '_'."}),
                          "Rename the component.");
  }
}

void FormWalk::report_missing(const Node& node, std::string_view name, std::string_view title,
                              Need need) {
  diagnostics_->add("form-required",
                    need == Need::kRequired ? Severity::kError : Severity::kWarning, node.place,
                    said({"The ", title, " lacks \"", name, "\"."}), said({"Add \"", name, "\"."}));
}

void FormWalk::check_needs(const Node& node, Form form) {
  const FormRules& info = form_rules(form);
  for (const Field& field : info.fields) {
    if (field.need != Need::kRequired && field.need != Need::kExpected) continue;
    const Node* value = node.find(field.name);
    const bool missing =
        value == nullptr || (value->kind == JsonKind::kNull && field.shape != Shape::kObject);
    if (missing) report_missing(node, field.name, info.title, field.need);
  }
  if (form == Form::kDocument) check_document(node);
  if (form == Form::kParameter) check_parameter(node);
  if (form == Form::kSecurityScheme) check_security_scheme(node);
}

void FormWalk::check_document(const Node& node) {
  if (node.find("paths") != nullptr || node.find("components") != nullptr ||
      node.find("webhooks") != nullptr) {
    return;
  }
  diagnostics_->error("form-required", node.place,
                      "The document has none of \"paths\", \"components\" and \"webhooks\".",
                      "Add \"paths\" with at least one operation.");
}

void FormWalk::check_parameter(const Node& node) {
  const Node* in = node.find("in");
  if (in != nullptr && in->is_string() && in->text != "query" && in->text != "path" &&
      in->text != "header" && in->text != "cookie") {
    diagnostics_->error("form-parameter", in->place,
                        said({"A parameter cannot be in ", quoted(in->text), "."}),
                        in->text == "body" || in->text == "formData"
                            ? "Describe the body with \"requestBody\", as OpenAPI 3 does."
                            : "Write \"path\", \"query\", \"header\" or \"cookie\".");
  }
  if ((node.find("schema") == nullptr) == (node.find("content") == nullptr)) {
    diagnostics_->error("form-parameter", node.place,
                        node.find("schema") == nullptr
                            ? "The parameter has neither \"schema\" nor \"content\"."
                            : "The parameter has both \"schema\" and \"content\".",
                        "Describe the parameter by exactly one of \"schema\" and \"content\".");
  }
}

void FormWalk::check_security_scheme(const Node& node) {
  const Node* type = node.find("type");
  if (type == nullptr || !type->is_string()) return;
  const std::string_view title = "Security Scheme Object";
  const auto need = [&](std::string_view name) {
    if (node.find(name) == nullptr) report_missing(node, name, title, Need::kRequired);
  };
  if (type->text == "apiKey") {
    need("name");
    need("in");
  } else if (type->text == "http") {
    need("scheme");
  } else if (type->text == "oauth2") {
    need("flows");
  } else if (type->text == "openIdConnect") {
    need("openIdConnectUrl");
  } else if (type->text != "mutualTLS") {
    diagnostics_->error("form-security", type->place,
                        said({"There is no security type ", quoted(type->text), "."}),
                        "Write \"apiKey\", \"http\", \"mutualTLS\", \"oauth2\" or "
                        "\"openIdConnect\".");
  }
}

void FormWalk::check_requirement(Node& node) {
  for (NodeEntry& entry : node) {
    if (!entry.value->is_array()) {
      refuse_kind(quoted(entry.key), *entry.value, "a list of scopes");
      continue;
    }
    for (NodeEntry& scope : *entry.value) (void)check_text(scope, entry.key);
  }
}

void FormWalk::report_unknown(const NodeEntry& entry, Form form) {
  const FormRules& info = form_rules(form);
  std::string fix = "Remove it, or begin its name with \"x-\".";
  if (suggestions_left_ > 0) {
    --suggestions_left_;
    std::vector<std::string_view> names;
    for (const Field& field : info.fields) {
      if (field.need != Need::kLater) names.push_back(field.name);
    }
    if (const auto near = nearest(entry.key, names))
      fix = said({"Did you mean ", quoted(*near), "?"});
  }
  const Field* later = find_field(form, entry.key);
  diagnostics_->warning("form-unknown-field", entry.key_place,
                        said({"The ", info.title, " has no field ", quoted(entry.key),
                              later != nullptr ? " before OpenAPI 3.2" : "", "; it is ignored."}),
                        std::move(fix));
}

}  // namespace servanda::internal
