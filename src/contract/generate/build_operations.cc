// SPDX-License-Identifier: Apache-2.0
#include "contract/generate/build_operations.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "contract/generate/unions.h"

namespace servanda::internal {
namespace {

bool is_method(std::string_view key) {
  static constexpr auto kKeys = std::to_array<std::string_view>(
      {"get", "put", "post", "delete", "options", "head", "patch", "trace"});
  return std::ranges::find(kKeys, key) != kKeys.end();
}

std::string_view text_of(const Node& node, std::string_view key) {
  const Node* text = node.find(key);
  return text != nullptr && text->is_string() ? text->text : std::string_view();
}

// Case says nothing in the names of header fields: "ETag" is one word.
std::string header_name(std::string_view name) {
  return member_name(to_lower(name));
}

// The words for a status, from RFC 9110 and its relatives.
std::string_view status_words(int status) {
  struct Words {
    int status;
    std::string_view words;
  };
  static constexpr auto kWords = std::to_array<Words>({
      {200, "Ok"},
      {201, "Created"},
      {202, "Accepted"},
      {203, "NonAuthoritative"},
      {204, "NoContent"},
      {205, "ResetContent"},
      {206, "PartialContent"},
      {207, "MultiStatus"},
      {300, "MultipleChoices"},
      {301, "MovedPermanently"},
      {302, "Found"},
      {303, "SeeOther"},
      {304, "NotModified"},
      {307, "TemporaryRedirect"},
      {308, "PermanentRedirect"},
      {400, "BadRequest"},
      {401, "Unauthorized"},
      {402, "PaymentRequired"},
      {403, "Forbidden"},
      {404, "NotFound"},
      {405, "MethodNotAllowed"},
      {406, "NotAcceptable"},
      {408, "RequestTimeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "LengthRequired"},
      {412, "PreconditionFailed"},
      {413, "ContentTooLarge"},
      {415, "UnsupportedMediaType"},
      {422, "UnprocessableContent"},
      {423, "Locked"},
      {425, "TooEarly"},
      {428, "PreconditionRequired"},
      {429, "TooManyRequests"},
      {500, "InternalServerError"},
      {501, "NotImplemented"},
      {502, "BadGateway"},
      {503, "ServiceUnavailable"},
      {504, "GatewayTimeout"},
  });
  const auto at = std::ranges::find(kWords, status, &Words::status);
  return at == kWords.end() ? "Status" : at->words;
}

// Reads the schema of a Parameter or Header Object, which may stand under `content`.
Node* schema_of(const Node& owner) {
  if (Node* schema = owner.find("schema")) return schema;
  const Node* content = owner.find("content");
  if (content == nullptr || content->size == 0) return nullptr;
  return content->begin()->value->find("schema");
}

bool is_number_text(TypeKind kind) {
  return kind == TypeKind::kInt32 || kind == TypeKind::kInt64 || kind == TypeKind::kDouble;
}

// A parameter's default as a C++ expression; "" for types that have none in place.
std::string initial_value(const Model& model, const TypeUse& use, JsonValue value) {
  if (model.is_nullable(use)) return {};
  const TypeUse& type = model.behind(use);
  if (type.kind == TypeKind::kBoolean && value.kind() == JsonKind::kBoolean) {
    return value.boolean() ? "true" : "false";
  }
  if (is_number_text(type.kind) && value.kind() == JsonKind::kInteger) {
    const bool narrow = type.kind == TypeKind::kInt32;
    if (narrow && (value.integer() > INT32_MAX || value.integer() < INT32_MIN)) return {};
    // The least integer has no literal of its own.
    if (value.integer() == INT64_MIN) return {};
    return std::to_string(value.integer());
  }
  if (type.kind == TypeKind::kDouble && value.kind() == JsonKind::kNumber) {
    return std::string(value.text());
  }
  if (type.kind == TypeKind::kString && value.is_string()) return literal(value.text());
  const Declaration* declaration = model.declaration_of(use);
  if (declaration == nullptr || declaration->kind != DeclarationKind::kEnum || !value.is_string()) {
    return {};
  }
  const auto at = std::ranges::find(declaration->enumerators, value.text(), &Enumerator::text);
  return at == declaration->enumerators.end() ? std::string() : "::" + at->name;
}

}  // namespace

std::string response_name(const Response& response) {
  if (response.is_default()) return "Default";
  if (response.first_status == response.last_status) {
    return std::string(status_words(response.first_status)) + std::to_string(response.first_status);
  }
  static constexpr std::array<std::string_view, 6> kRanges = {
      "", "Informational1xx", "Success2xx", "Redirection3xx", "ClientError4xx", "ServerError5xx"};
  return std::string(kRanges[static_cast<size_t>(response.first_status / 100)]);
}

void OperationBuilder::take_names() {
  // A class cannot hold another of its own name.
  for (const char* inner : {"In", "Out", "Service"}) (void)types_.take_name(inner, true);
  for (const Operation& operation : plan_.operations) {
    names_.push_back(types_.take_name(type_name(operation.id), true));
  }
}

Node* OperationBuilder::follow(Node* node) {
  if (node == nullptr) return nullptr;
  Diagnostics reported_by_the_compiler;
  Node* found = contract_.documents->follow(node, reported_by_the_compiler);
  return found != nullptr && found->is_object() ? found : nullptr;
}

void OperationBuilder::run() {
  const Node* paths = contract_.root->find("paths");
  if (paths == nullptr || !paths->is_object()) return;
  for (const NodeEntry& path : *paths) {
    if (path.key.starts_with("x-")) continue;
    Node* item = follow(path.value);
    if (item == nullptr) continue;
    for (const NodeEntry& member : *item) {
      if (!is_method(member.key)) continue;
      if (Node* node = follow(member.value)) operation(*item, *node);
    }
  }
  types_.drain();
  finish_parameters();
}

// Types written in the place of something that components share belong to that, not to the
// operation that uses it first.
Hint OperationBuilder::hint_of(const Node& written, const Node& followed, const Hint& otherwise,
                               std::string_view step) {
  if (&written == &followed) return otherwise.inside(step);
  const std::string_view reference = text_of(written, "$ref");
  const size_t slash = reference.rfind('/');
  std::string_view last = reference.substr(slash == std::string_view::npos ? 0 : slash + 1);
  last = last.substr(0, last.find('.'));
  return {type_name(last) + type_name(step), false, kNoHome, kNoHome};
}

void OperationBuilder::operation(Node& item, Node& node) {
  if (next_ >= plan_.operations.size()) return;
  const Operation& operation = plan_.operations[next_];
  const auto index = static_cast<uint32_t>(next_++);
  OperationModel out;
  out.operation = &operation;
  out.name = names_[index];
  out.description = text_of(node, "description");
  if (out.description.empty()) out.description = text_of(node, "summary");
  const Hint hint{out.name, true, index, kNoHome};
  for (const Parameter& parameter : operation.parameters) {
    add_parameter(item, node, parameter, hint, out);
  }
  if (operation.body) {
    Node* written = node.find("requestBody");
    Node* declared = follow(written);
    if (declared != nullptr) {
      out.body = body(operation.body->content, declared->find("content"),
                      hint_of(*written, *declared, hint, "body"), true);
      out.body.optional = !operation.body->required;
    }
  }
  Scope names;
  for (const std::string_view taken : {"In", "Out"}) (void)names.take(std::string(taken));
  (void)names.take(out.name);
  if (Node* responses = node.find("responses"); responses != nullptr) {
    for (const Response& response : operation.responses) {
      add_response(*responses, response, hint, names, out);
    }
  }
  name_parameters(out);
  model_.operations.push_back(std::move(out));
}

Node* OperationBuilder::find_parameter(Node& owner, const Parameter& parameter) {
  const Node* list = owner.find("parameters");
  if (list == nullptr || !list->is_array()) return nullptr;
  for (const NodeEntry& entry : *list) {
    const Node* found = follow(entry.value);
    if (found != nullptr && text_of(*found, "name") == parameter.name &&
        text_of(*found, "in") == parameter_in_text(parameter.in)) {
      return entry.value;
    }
  }
  return nullptr;
}

void OperationBuilder::add_parameter(Node& item, Node& node, const Parameter& parameter,
                                     const Hint& hint, OperationModel& out) {
  ParameterModel made;
  made.parameter = &parameter;
  Hint place = hint;
  Node* written = find_parameter(node, parameter);
  if (written == nullptr) {
    written = find_parameter(item, parameter);
    // Shared by all methods of the path.
    place = {hint.name, false, kNoHome, kNoHome};
  }
  if (Node* declared = follow(written)) {
    made.description = text_of(*declared, "description");
    const Hint inner = written == declared ? place.inside(parameter.name)
                                           : hint_of(*written, *declared, place, "parameter");
    made.type = types_.use(schema_of(*declared), inner);
  }
  made.optional = !parameter.required && parameter.in != ParameterIn::kPath;
  out.parameters.push_back(std::move(made));
}

// Defaults need to know what the types became.
void OperationBuilder::finish_parameters() {
  for (OperationModel& operation : model_.operations) {
    for (ParameterModel& parameter : operation.parameters) {
      if (!parameter.parameter->default_value || !parameter.optional) continue;
      parameter.initial =
          initial_value(model_, parameter.type, parameter.parameter->default_value->root());
      if (!parameter.initial.empty()) parameter.optional = false;
    }
  }
}

void OperationBuilder::name_parameters(OperationModel& out) {
  Scope names;
  (void)names.take("body");
  std::vector<std::string> wanted;
  for (const ParameterModel& one : out.parameters) {
    const Parameter& parameter = *one.parameter;
    wanted.push_back(parameter.in == ParameterIn::kHeader ? header_name(parameter.name)
                                                          : member_name(parameter.name));
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    std::string name = wanted[i];
    const ParameterIn in = out.parameters[i].parameter->in;
    bool elsewhere = name == "body";
    for (size_t j = 0; j < i; ++j) {
      elsewhere = elsewhere || (wanted[j] == name && out.parameters[j].parameter->in != in);
    }
    // A name of two places, or that of the body, says where it stands.
    if (elsewhere)
      name += (name.ends_with('_') ? "in_" : "_in_") + std::string(parameter_in_text(in));
    out.parameters[i].name = names.take(name);
  }
}

TypeUse OperationBuilder::content_use(const std::vector<Content>& structured, const Hint& hint) {
  std::vector<Node*> different;
  for (const Content& one : structured) {
    if (one.schema == nullptr) return {};
    Node* schema = types_.facts().pointed_to(*one.schema).node;
    if (schema == nullptr) schema = one.schema;
    if (std::ranges::find(different, schema) == different.end()) different.push_back(schema);
  }
  // Several forms under one roof are told apart by the media type only.
  return different.size() == 1 ? types_.use(structured.front().schema, hint) : TypeUse{};
}

BodyModel OperationBuilder::body(const std::vector<MediaType>& media, Node* content,
                                 const Hint& hint, bool request) {
  BodyModel out;
  std::vector<Content> structured;
  for (const MediaType& one : media) {
    const bool form = one.kind == MediaKind::kForm || one.kind == MediaKind::kMultipart;
    if (one.kind != MediaKind::kJson && !(form && request)) continue;
    Node* entry = content == nullptr ? nullptr : follow(content->find(one.range));
    structured.push_back({&one, entry == nullptr ? nullptr : entry->find("schema")});
  }
  if (media.empty()) return out;
  const auto concrete = [](std::string_view range) {
    return range.find('*') == std::string_view::npos;
  };
  if (structured.empty()) {
    out.kind = BodyModel::Kind::kRaw;
    out.type.kind = TypeKind::kString;
    for (const MediaType& one : media) {
      if (out.media_type.empty() && concrete(one.range)) out.media_type = one.range;
    }
    return out;
  }
  out.kind = BodyModel::Kind::kStructured;
  out.type = content_use(structured, hint);
  for (const Content& one : structured) {
    if (out.media_type.empty() && concrete(one.media->range)) out.media_type = one.media->range;
  }
  return out;
}

void OperationBuilder::add_response(Node& responses, const Response& response, const Hint& hint,
                                    Scope& names, OperationModel& out) {
  ResponseModel made;
  made.response = &response;
  made.name = names.take(response_name(response));
  for (const NodeEntry& entry : responses) {
    const bool same = response.is_default() ? entry.key == "default"
                                            : entry.key == std::to_string(response.first_status) &&
                                                  response.first_status == response.last_status;
    const bool range = !response.is_default() && response.first_status != response.last_status &&
                       entry.key.size() == 3 && to_lower(entry.key.substr(1)) == "xx" &&
                       entry.key[0] - '0' == response.first_status / 100;
    if (!same && !range) continue;
    Node* node = follow(entry.value);
    if (node == nullptr) continue;
    made.description = text_of(*node, "description");
    Hint place = hint_of(*entry.value, *node, hint, made.name);
    if (entry.value != node)
      place.name = place.name.substr(0, place.name.size() - made.name.size()) + "Response";
    made.body = body(response.content, node->find("content"), place.inside("body"), false);
    add_headers(*node, place, made);
    break;
  }
  out.responses.push_back(std::move(made));
}

void OperationBuilder::add_headers(Node& node, const Hint& hint, ResponseModel& out) {
  const Node* headers = node.find("headers");
  if (headers == nullptr || !headers->is_object()) return;
  Scope names;
  for (const std::string_view taken : {"body", "status", "media_type"}) {
    (void)names.take(std::string(taken));
  }
  for (const ResponseHeader& declared : out.response->headers) {
    HeaderModel made;
    made.required = declared.required;
    NodeEntry* entry = headers->find_entry(declared.name);
    if (entry == nullptr) continue;
    made.key = entry->key;
    made.name = names.take(header_name(entry->key));
    if (Node* header = follow(entry->value)) {
      made.description = text_of(*header, "description");
      const Hint place = entry->value == header ? hint.inside(entry->key)
                                                : hint_of(*entry->value, *header, hint, "header");
      made.type = types_.header_use(schema_of(*header), place);
    } else {
      made.type.kind = TypeKind::kString;
    }
    out.headers.push_back(std::move(made));
  }
}

}  // namespace servanda::internal
