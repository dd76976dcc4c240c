// SPDX-License-Identifier: Apache-2.0
// The base path of operations, from Server Objects.

#include <algorithm>
#include <set>
#include <utility>

#include "base/text.h"
#include "contract/plan/compile_state.h"

namespace servanda::internal {
namespace {

// The server's URL with its variables replaced by their defaults. Nothing after an error.
std::optional<std::string> expand_url(CompileState& state, const Node& server, const Node& url) {
  const Node* variables = server.find("variables");
  std::string expanded;
  std::string_view rest = url.text;
  while (!rest.empty()) {
    size_t open = std::min(rest.find('{'), rest.size());
    expanded += rest.substr(0, open);
    rest.remove_prefix(open);
    if (rest.empty()) break;
    size_t close = rest.find('}');
    if (close == std::string_view::npos) {
      state.diagnostics.error("server-url", url.place, "The server URL has an unclosed brace.",
                              "Write variables as {name}.");
      return std::nullopt;
    }
    std::string_view name = rest.substr(1, close - 1);
    const Node* variable = variables == nullptr ? nullptr : variables->find(name);
    const Node* value = variable == nullptr ? nullptr : variable->find("default");
    if (value == nullptr || !value->is_string()) {
      state.diagnostics.error("server-variable", url.place,
                              "The server URL uses {" + std::string(name) +
                                  "}, which has no default under `variables`.",
                              "Declare the variable with a default.");
      return std::nullopt;
    }
    const Node* choices = variable->find("enum");
    if (choices != nullptr && choices->is_array() &&
        std::ranges::none_of(
            *choices, [&](const NodeEntry& choice) { return choice.value->text == value->text; })) {
      state.diagnostics.warning(
          "server-variable-default", value->place,
          "The default \"" + std::string(value->text) + "\" is not among the variable's values.",
          "Choose the default from `enum`.");
    }
    expanded += value->text;
    rest.remove_prefix(close + 1);
  }
  return expanded;
}

// The path of a URL or of a reference relative to the document's root.
std::string path_of(std::string_view url) {
  if (size_t scheme = url.find("://"); scheme != std::string_view::npos) {
    url.remove_prefix(scheme + 1);
  }
  if (url.starts_with("//")) {
    url.remove_prefix(2);
    url.remove_prefix(std::min(url.find_first_of("/?#"), url.size()));
  }
  url = url.substr(0, url.find_first_of("?#"));
  while (url.starts_with("./")) url.remove_prefix(2);
  if (url == ".") url = {};
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url.empty()) return {};
  return url.starts_with('/') ? std::string(url) : "/" + std::string(url);
}

}  // namespace

std::string server_base_path(CompileState& state, const Node* servers) {
  if (servers == nullptr || !servers->is_array()) return {};
  std::string base;
  for (uint32_t i = 0; i < servers->size; ++i) {
    const Node& server = *servers->entries[i].value;
    const Node* url = server.find("url");
    if (url == nullptr || !url->is_string()) continue;
    auto expanded = expand_url(state, server, *url);
    if (!expanded) continue;
    std::string path = path_of(*expanded);
    if (i == 0) {
      base = path;
      if (base.find("/..") != std::string::npos || base.find_first_of("{}") != std::string::npos) {
        state.diagnostics.error("server-url", url->place,
                                "The server URL's path \"" + base + "\" cannot be served.",
                                "Write the plain path that clients use.");
        base.clear();
      }
    } else if (path != base) {
      state.diagnostics.notice("server-base-path", url->place,
                               "This server's path is \"" + path +
                                   "\"; operations are served under \"" + base +
                                   "\", the path of the first server.");
    }
  }
  return base;
}

}  // namespace servanda::internal
