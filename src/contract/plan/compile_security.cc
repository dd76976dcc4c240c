// SPDX-License-Identifier: Apache-2.0
// Security schemes and requirements.

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "contract/plan/compile_state.h"

namespace servanda::internal {
namespace {

using Type = SecurityScheme::Type;

std::optional<ParameterIn> api_key_place(std::string_view in) {
  if (in == "header") return ParameterIn::kHeader;
  if (in == "query") return ParameterIn::kQuery;
  if (in == "cookie") return ParameterIn::kCookie;
  return std::nullopt;
}

void read_api_key(CompileState& state, const Node& node, SecurityScheme& scheme) {
  auto in = api_key_place(text_member(node, "in"));
  scheme.parameter = text_member(node, "name");
  if (in && !scheme.parameter.empty()) {
    scheme.in = *in;
    return;
  }
  state.diagnostics.error("security-scheme", node.place,
                          "An apiKey scheme must say `name`, and `in` as header, query or cookie.",
                          "Write, for example, {type: apiKey, in: header, name: X-API-Key}.");
}

void read_http(CompileState& state, const Node& node, SecurityScheme& scheme) {
  scheme.http_scheme = to_lower(text_member(node, "scheme"));
  if (scheme.http_scheme == "basic" || scheme.http_scheme == "bearer") return;
  state.diagnostics.warning(
      "security-scheme-unknown", node.place,
      "Nothing verifies credentials of the HTTP scheme \"" + scheme.http_scheme + "\".",
      "Use basic or bearer.");
}

// The form check of documents has refused other types.
void read_scheme(CompileState& state, const Node& node, SecurityScheme& scheme) {
  std::string_view type = text_member(node, "type");
  if (type == "apiKey") {
    scheme.type = Type::kApiKey;
    read_api_key(state, node, scheme);
  } else if (type == "http") {
    scheme.type = Type::kHttp;
    read_http(state, node, scheme);
  } else if (type == "mutualTLS") {
    scheme.type = Type::kMutualTls;
  } else if (type == "oauth2") {
    scheme.type = Type::kOauth2;
  } else {
    scheme.type = Type::kOpenIdConnect;
  }
}

void add_scheme(CompileState& state, const NodeEntry& entry) {
  Node* node = state.documents().follow(entry.value, state.diagnostics);
  if (node == nullptr || !node->is_object()) return;
  SecurityScheme scheme;
  scheme.name = entry.key;
  // A scheme with an error keeps its name, so that requirements do not report it a second time.
  read_scheme(state, *node, scheme);
  state.scheme_indexes.emplace(entry.key,
                               static_cast<uint16_t>(state.plan.security_schemes.size()));
  state.plan.security_schemes.push_back(std::move(scheme));
}

std::optional<uint16_t> find_scheme(CompileState& state, const NodeEntry& entry) {
  auto found = state.scheme_indexes.find(entry.key);
  if (found != state.scheme_indexes.end()) return found->second;
  std::vector<std::string_view> names;
  for (const auto& [name, index] : state.scheme_indexes) names.push_back(name);
  std::ranges::sort(names);
  auto near = nearest(entry.key, names);
  state.diagnostics.error("security-undefined", entry.key_place,
                          "There is no security scheme \"" + std::string(entry.key) + "\".",
                          near ? "Did you mean \"" + std::string(*near) + "\"?"
                               : "Declare it under components.securitySchemes.");
  return std::nullopt;
}

SecurityLists read_list(CompileState& state, const Node& list) {
  SecurityLists lists;
  if (!list.is_array()) return lists;
  for (const NodeEntry& entry : list) {
    SecurityRequirement requirement;
    for (const NodeEntry& scheme : *entry.value) {
      auto index = find_scheme(state, scheme);
      if (!index) continue;
      RequiredScheme& required = requirement.schemes.emplace_back(*index);
      for (const NodeEntry& scope : *scheme.value) {
        if (scope.value->is_string()) required.scopes.emplace_back(scope.value->text);
      }
      const SecurityScheme& found = state.plan.security_schemes[*index];
      auto& names = lists.query_credentials;
      if (found.type == Type::kApiKey && found.in == ParameterIn::kQuery &&
          std::ranges::find(names, found.parameter) == names.end()) {
        names.push_back(found.parameter);
      }
    }
    lists.requirements.push_back(std::move(requirement));
  }
  return lists;
}

}  // namespace

void compile_security_schemes(CompileState& state) {
  constexpr size_t kSchemesMax = 1'000;
  const Node* components = state.contract.root->find("components");
  const Node* schemes = components == nullptr ? nullptr : components->find("securitySchemes");
  if (schemes == nullptr || !schemes->is_object()) return;
  if (schemes->size > kSchemesMax) {
    state.diagnostics.error(
        "security-scheme", schemes->place,
        "There are more than " + std::to_string(kSchemesMax) + " security schemes.",
        "Remove those that no operation uses.");
    return;
  }
  for (const NodeEntry& entry : *schemes) add_scheme(state, entry);
}

void compile_security(CompileState& state, const Node& operation_node, Operation& operation) {
  const Node* own = operation_node.find("security");
  if (own == nullptr && !state.root_security) {
    const Node* list = state.contract.root->find("security");
    state.root_security = list == nullptr ? SecurityLists{} : read_list(state, *list);
  }
  SecurityLists lists = own == nullptr ? *state.root_security : read_list(state, *own);
  operation.security = std::move(lists.requirements);
  operation.query_credentials = std::move(lists.query_credentials);
}

}  // namespace servanda::internal
