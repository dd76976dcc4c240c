// SPDX-License-Identifier: Apache-2.0
// Responses: status codes and ranges, their content and headers.

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "contract/plan/compile_state.h"

namespace servanda::internal {
namespace {

// Fills the statuses that a key stands for. False when it is none.
bool read_status(std::string_view key, Response& out) {
  if (key == "default") return true;
  if (key.size() != 3 || key[0] < '1' || key[0] > '5') return false;
  int hundreds = (key[0] - '0') * 100;
  if (key.substr(1) == "XX" || key.substr(1) == "xx") {
    out.first_status = hundreds;
    out.last_status = hundreds + 99;
    return true;
  }
  auto status = parse_integer(key);
  if (!status) return false;
  out.first_status = static_cast<int>(*status);
  out.last_status = out.first_status;
  return true;
}

std::optional<std::string> header_text(const Node& value) {
  if (value.is_object()) return std::nullopt;
  std::string text;
  if (value.is_string()) {
    text = value.text;
  } else if (value.is_array()) {
    for (const NodeEntry& entry : value) {
      auto item = entry.value->is_array() ? std::nullopt : header_text(*entry.value);
      if (!item) return std::nullopt;
      if (!text.empty()) text += ", ";
      text += *item;
    }
  } else {
    append_json(text, value);
  }
  bool printable = std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!printable) return std::nullopt;
  return text;
}

std::optional<std::string> header_example(CompileState& state, const Node& header, Node* schema) {
  if (const Node* example = header.find("example")) return header_text(*example);
  if (const Node* examples = header.find("examples"); examples != nullptr && examples->size > 0) {
    Node* first = state.documents().follow(examples->begin()->value, state.diagnostics);
    const Node* value = first == nullptr ? nullptr : first->find("value");
    if (value != nullptr) return header_text(*value);
  }
  if (schema == nullptr) return std::nullopt;
  const Node* examples = schema->find("examples");
  if (examples != nullptr && examples->is_array() && examples->size > 0) {
    return header_text(*examples->begin()->value);
  }
  const Node* value = schema_default(state, *schema);
  return value == nullptr ? std::nullopt : header_text(*value);
}

void compile_headers(CompileState& state, const Node& response, Response& out) {
  const Node* headers = response.find("headers");
  if (headers == nullptr || !headers->is_object()) return;
  for (const NodeEntry& entry : *headers) {
    if (equals_ignoring_case(entry.key, "Content-Type")) continue;
    Node* node = state.documents().follow(entry.value, state.diagnostics);
    if (node == nullptr || !node->is_object()) continue;
    ResponseHeader header;
    header.name = entry.key;
    header.required = is_true(*node, "required");
    Node* schema = node->find("schema");
    if (schema != nullptr) header.schema = state.plan.schemas.compile(*schema, state.diagnostics);
    header.example = header_example(state, *node, schema);
    out.headers.push_back(std::move(header));
  }
}

int order(const Response& response) {
  if (response.is_default()) return 2;
  return response.first_status == response.last_status ? 0 : 1;
}

}  // namespace

Node* response_node(Documents& documents, const Node& operation, const Response& response) {
  const Node* const responses = operation.find("responses");
  if (responses == nullptr || !responses->is_object()) return nullptr;
  std::string key = std::to_string(response.first_status);
  if (response.is_default()) key = "default";
  if (response.last_status != response.first_status) key = key.substr(0, 1) + "XX";
  Node* found = responses->find(key);
  if (found == nullptr) found = responses->find(to_lower(key));
  if (found == nullptr) return nullptr;
  Diagnostics reported_elsewhere;
  return documents.follow(found, reported_elsewhere);
}

void compile_responses(CompileState& state, const Node& operation_node, Operation& operation) {
  const Node* responses = operation_node.find("responses");
  if (responses == nullptr || !responses->is_object()) return;
  for (const NodeEntry& entry : *responses) {
    if (entry.key.starts_with("x-")) continue;
    Response out;
    if (!read_status(entry.key, out)) {
      state.diagnostics.error("response-status", entry.key_place,
                              "\"" + std::string(entry.key) + "\" is no response status.",
                              "Use a code such as 200, a range such as 2XX, or default.");
      continue;
    }
    Node* response = state.documents().follow(entry.value, state.diagnostics);
    if (response == nullptr || !response->is_object()) continue;
    if (const Node* content = response->find("content")) {
      out.content = compile_content(state, *content, MediaUse::kResponse);
    }
    compile_headers(state, *response, out);
    operation.responses.push_back(std::move(out));
  }
  std::ranges::stable_sort(operation.responses, {}, order);
  auto declares = [&](int status) {
    return std::ranges::any_of(operation.responses, [&](const Response& response) {
      return response.first_status == status && response.last_status == status;
    });
  };
  if (!declares(422) && declares(400)) operation.invalid_body_status = 400;
}

}  // namespace servanda::internal
