// SPDX-License-Identifier: Apache-2.0
// Media types with their schemas, encodings and examples; request bodies.

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "contract/plan/compile_state.h"

namespace servanda::internal {
namespace {

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

bool is_xml(std::string_view essence) {
  return essence == "application/xml" || essence == "text/xml" || essence.ends_with("+xml");
}

ParameterStyle encoding_style(std::string_view text) {
  if (text == "spaceDelimited") return ParameterStyle::kSpaceDelimited;
  if (text == "pipeDelimited") return ParameterStyle::kPipeDelimited;
  if (text == "deepObject") return ParameterStyle::kDeepObject;
  return ParameterStyle::kForm;
}

void read_encodings(CompileState& state, const Node& media, MediaType& out) {
  const Node* encodings = media.find("encoding");
  if (encodings == nullptr || !encodings->is_object()) return;
  for (const NodeEntry& entry : *encodings) {
    PropertyEncoding encoding;
    encoding.property = entry.key;
    if (std::ranges::find(out.shape.members, entry.key, &TextShape::Member::name) ==
        out.shape.members.end()) {
      state.diagnostics.warning(
          "encoding-property", entry.key_place,
          "The encoding names `" + encoding.property + "`, which is no property of the body.",
          "Correct the name or remove the entry.");
    }
    std::string_view types = text_member(*entry.value, "contentType");
    for (std::string_view type :
         types.empty() ? std::vector<std::string_view>{} : split(types, ',')) {
      encoding.content_types.emplace_back(trim(type));
    }
    const Node* style = entry.value->find("style");
    if (style != nullptr) encoding.style = encoding_style(style->text);
    const Node* explode = entry.value->find("explode");
    encoding.explode =
        explode == nullptr ? encoding.style == ParameterStyle::kForm : explode->boolean;
    out.encodings.push_back(std::move(encoding));
  }
}

// name=value pairs of an object's scalar members.
std::string form_text(const Node& value) {
  std::string text;
  for (const NodeEntry& entry : value) {
    std::string member;
    if (entry.value->is_string()) {
      member = entry.value->text;
    } else {
      append_json(member, *entry.value);
    }
    if (!text.empty()) text += '&';
    text += percent_encode(entry.key) + "=" + percent_encode(member);
  }
  return text;
}

std::string example_body(const Node& value, MediaKind kind) {
  if (kind == MediaKind::kForm && value.is_object()) return form_text(value);
  if (kind != MediaKind::kJson && value.is_string()) return std::string(value.text);
  std::string text;
  append_json(text, value);
  return text;
}

void read_examples(CompileState& state, const Node& media, MediaType& out) {
  if (const Node* example = media.find("example")) {
    out.examples.push_back({"", example_body(*example, out.kind)});
  }
  const Node* examples = media.find("examples");
  if (examples == nullptr || !examples->is_object()) return;
  for (const NodeEntry& entry : *examples) {
    Node* example = state.documents().follow(entry.value, state.diagnostics);
    if (example == nullptr) continue;
    if (const Node* value = example->find("value")) {
      out.examples.push_back({std::string(entry.key), example_body(*value, out.kind)});
    } else if (example->find("externalValue") != nullptr) {
      state.count("example-external", example->place);
    }
  }
}

std::optional<MediaType> compile_media(CompileState& state, const NodeEntry& entry, MediaUse use) {
  auto essence = media_essence(entry.key);
  if (!essence) {
    state.diagnostics.warning(
        "media-type", entry.key_place,
        "\"" + std::string(entry.key) + "\" is not a media type; it is left out.",
        "Write type/subtype, such as application/json.");
    return std::nullopt;
  }
  Node* media = state.documents().follow(entry.value, state.diagnostics);
  if (media == nullptr) return std::nullopt;
  MediaType out;
  out.range = entry.key;
  Node* schema = media->find("schema");
  bool wildcard = essence->find('*') != std::string::npos;
  bool form = essence->find("form") != std::string::npos;
  if (schema != nullptr && (wildcard || form)) out.shape = text_shape(state, *schema);
  out.kind = media_kind(*essence, out.shape);
  if (is_xml(*essence)) state.count("media-xml-opaque", entry.key_place);
  if (schema != nullptr && out.kind != MediaKind::kOctets) {
    out.schema = state.plan.schemas.compile(*schema, state.diagnostics);
  }
  if (use == MediaUse::kRequest &&
      (out.kind == MediaKind::kForm || out.kind == MediaKind::kMultipart)) {
    read_encodings(state, *media, out);
  } else {
    out.shape = {};
  }
  if (use == MediaUse::kResponse) read_examples(state, *media, out);
  return out;
}

}  // namespace

std::optional<std::string> media_essence(std::string_view range) {
  std::string_view essence = trim(range.substr(0, range.find(';')));
  size_t slash = essence.find('/');
  if (slash == std::string_view::npos || !is_token(essence.substr(0, slash)) ||
      !is_token(essence.substr(slash + 1))) {
    return std::nullopt;
  }
  return to_lower(essence);
}

MediaKind media_kind(std::string_view essence, const TextShape& shape) {
  if (essence == "application/json" || essence == "text/json" || essence.ends_with("+json")) {
    return MediaKind::kJson;
  }
  if (essence == "application/x-www-form-urlencoded") return MediaKind::kForm;
  if (essence == "multipart/form-data") return MediaKind::kMultipart;
  if (is_xml(essence)) return MediaKind::kOctets;
  if (essence.starts_with("text/")) return MediaKind::kText;
  // A range that JSON falls under, with a schema that no text or file can meet.
  bool holds_json = essence == "*/*" || essence == "application/*";
  uint8_t nested = TypeMask::kObject | TypeMask::kArray;
  bool any = shape.types.bits == TypeMask::kAny;
  return holds_json && !any && (shape.types.bits & nested) != 0 ? MediaKind::kJson
                                                                : MediaKind::kOctets;
}

std::vector<MediaType> compile_content(CompileState& state, const Node& content, MediaUse use) {
  std::vector<MediaType> out;
  if (!content.is_object()) return out;
  for (const NodeEntry& entry : content) {
    if (auto media = compile_media(state, entry, use)) out.push_back(std::move(*media));
  }
  return out;
}

void compile_request_body(CompileState& state, const Node& operation_node, Operation& operation) {
  Node* declared = operation_node.find("requestBody");
  if (declared == nullptr) return;
  Node* body = state.documents().follow(declared, state.diagnostics);
  if (body == nullptr || !body->is_object()) return;
  RequestBody out;
  out.required = is_true(*body, "required");
  if (const Node* content = body->find("content")) {
    out.content = compile_content(state, *content, MediaUse::kRequest);
  }
  operation.body = std::move(out);
}

}  // namespace servanda::internal
