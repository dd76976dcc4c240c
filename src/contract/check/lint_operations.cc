// SPDX-License-Identifier: Apache-2.0
// Lint rules about operations.

#include <algorithm>
#include <set>
#include <string_view>

#include "contract/check/lint_state.h"

namespace servanda::internal {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string name_of(const LintOperation& operation) {
  const Node* id = operation.node->find("operationId");
  if (id != nullptr && id->is_string()) return in_quotes_of(id->text);
  std::string text(operation.method);
  text += ' ';
  text += operation.path;
  return in_quotes_of(text);
}

void lint_id(LintState& state, const LintOperation& operation) {
  const Node* id = operation.node->find("operationId");
  if (id == nullptr || !id->is_string()) return;
  if (std::all_of(id->text.begin(), id->text.end(), is_unreserved)) return;
  state.add("operation-id-url", id->place,
            "The operationId " + in_quotes_of(id->text) + " must be escaped in URLs.");
}

// Whether the operation says what `status` means, by itself, by range or by default.
bool declares(const LintOperation& operation, std::string_view status) {
  const Node* responses = operation.node->find("responses");
  if (responses == nullptr) return false;
  for (const NodeEntry& entry : *responses) {
    if (entry.key == status || entry.key == "default") return true;
    const bool range = entry.key.size() == 3 && (entry.key[1] == 'X' || entry.key[1] == 'x');
    if (range && entry.key[0] == status[0]) return true;
  }
  return false;
}

void lint_success(LintState& state, const LintOperation& operation) {
  const Node* responses = operation.node->find("responses");
  bool success = false;
  if (responses != nullptr) {
    for (const NodeEntry& entry : *responses) {
      success = success || entry.key == "default" || entry.key.starts_with('2') ||
                entry.key.starts_with('3') || entry.key == "101";
    }
  }
  if (success) return;
  state.add("operation-success-response", operation.node->place,
            name_of(operation) + " declares no success response.");
}

void lint_tags(LintState& state, const LintOperation& operation,
               const std::set<std::string_view>& declared) {
  const Node* tags = operation.node->find("tags");
  if (tags == nullptr) return;
  for (const NodeEntry& tag : *tags) {
    if (!tag.value->is_string() || declared.contains(tag.value->text)) continue;
    state.add("operation-tag-undeclared", tag.value->place,
              "The tag " + in_quotes_of(tag.value->text) + " is not declared at the root.");
  }
}

// The requirements in force, or null.
const Node* security_of(const LintState& state, const LintOperation& operation) {
  const Node* own = operation.node->find("security");
  return own != nullptr ? own : state.root().find("security");
}

bool asks_for_credentials(const LintState& state, const LintOperation& operation) {
  const Node* security = security_of(state, operation);
  if (security == nullptr || security->size == 0) return false;
  return std::none_of(security->begin(), security->end(),
                      [](const NodeEntry& entry) { return entry.value->size == 0; });
}

bool declares_schemes(const LintState& state) {
  const Node* components = state.root().find("components");
  const Node* schemes = components == nullptr ? nullptr : components->find("securitySchemes");
  return schemes != nullptr && schemes->size > 0;
}

void lint_security(LintState& state, const LintOperation& operation, bool schemes_declared) {
  const bool asks = asks_for_credentials(state, operation);
  const bool writes = operation.method == "post" || operation.method == "put" ||
                      operation.method == "patch" || operation.method == "delete";
  if (writes && schemes_declared && !asks) {
    state.add("write-without-security", operation.node->place,
              name_of(operation) + " writes without credentials.");
  }
  if (asks && !declares(operation, "401")) {
    state.add("response-401-missing", operation.node->place,
              name_of(operation) + " does not declare 401.");
  }
}

void lint_path_ids(LintState& state, const LintOperation& operation,
                   std::set<const Node*>& reported) {
  for (const Node* parameter : operation.parameters) {
    const Node* in = parameter->find("in");
    const Node* schema = parameter->find("schema");
    if (in == nullptr || in->text != "path" || schema == nullptr) continue;
    const Node* at = schema->find("$ref") != nullptr ? state.target(*schema) : schema;
    const Node* type = at == nullptr ? nullptr : at->find("type");
    if (type == nullptr || type->text != "integer" || !reported.insert(parameter).second) continue;
    const Node* name = parameter->find("name");
    state.add("id-enumerable", parameter->place,
              in_quotes_of(name == nullptr ? std::string_view() : name->text) +
                  " identifies items by an integer.");
  }
}

// A callback's operations with callbacks of their own.
void lint_callbacks(LintState& state, const LintOperation& operation) {
  const Node* callbacks = operation.node->find("callbacks");
  if (callbacks == nullptr) return;
  for (const NodeEntry& entry : *callbacks) {
    const Node* callback = state.follow(entry.value);
    if (callback == nullptr) continue;
    for (const NodeEntry& expression : *callback) {
      const Node* item = state.follow(expression.value);
      if (item == nullptr) continue;
      for (const NodeEntry& method : *item) {
        const NodeEntry* nested = method.value->find_entry("callbacks");
        if (nested == nullptr) continue;
        state.add("callback-nested", nested->key_place,
                  "The callback " + in_quotes_of(entry.key) + " holds another callback.");
      }
    }
  }
}

}  // namespace

void lint_operations(LintState& state, const LintSubjects& subjects) {
  std::set<std::string_view> tags;
  if (const Node* declared = state.root().find("tags")) {
    for (const NodeEntry& tag : *declared) {
      if (const Node* name = tag.value->find("name")) tags.insert(name->text);
    }
  }
  const bool schemes_declared = declares_schemes(state);
  std::set<const Node*> reported_parameters;
  for (const LintOperation& operation : subjects.operations) {
    lint_id(state, operation);
    lint_success(state, operation);
    lint_tags(state, operation, tags);
    lint_security(state, operation, schemes_declared);
    lint_path_ids(state, operation, reported_parameters);
    lint_callbacks(state, operation);
    if (!declares(operation, "429")) {
      state.add("response-429-missing", operation.node->place,
                name_of(operation) + " does not declare 429.");
    }
  }
}

}  // namespace servanda::internal
