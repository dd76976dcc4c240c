// SPDX-License-Identifier: Apache-2.0
// Lint rules about the document as a whole: tags, servers, descriptions, webhooks.

#include <set>
#include <string_view>

#include "base/text.h"
#include "contract/check/lint_state.h"

namespace servanda::internal {
namespace {

void lint_tags(LintState& state) {
  const Node* tags = state.root().find("tags");
  if (tags == nullptr) return;
  std::set<std::string_view> seen;
  for (const NodeEntry& tag : *tags) {
    const Node* name = tag.value->find("name");
    if (name == nullptr || seen.insert(name->text).second) continue;
    state.add("tag-duplicate", name->place,
              "The tag " + in_quotes_of(name->text) + " is declared twice.");
  }
}

void lint_servers(LintState& state) {
  const Node* servers = state.root().find("servers");
  const bool has_paths = state.root().find("paths") != nullptr;
  if (servers == nullptr || servers->size == 0) {
    if (has_paths) {
      state.add("server-missing", state.root().place, "The contract names no server.");
    }
    return;
  }
  for (const NodeEntry& server : *servers) {
    const Node* url = server.value->find("url");
    if (url == nullptr || url->text.size() < 2 || !url->text.ends_with('/')) continue;
    state.add("server-trailing-slash", url->place,
              "The server " + in_quotes_of(url->text) + " ends with a slash.");
  }
}

void lint_paths(LintState& state) {
  const Node* paths = state.root().find("paths");
  if (paths == nullptr) return;
  for (const NodeEntry& entry : *paths) {
    if (entry.key.size() < 2 || !entry.key.ends_with('/')) continue;
    state.add("path-trailing-slash", entry.key_place,
              "The path " + in_quotes_of(entry.key) + " ends with a slash.");
  }
}

void lint_webhooks(LintState& state) {
  const Node* webhooks = state.root().find("webhooks");
  if (webhooks == nullptr) return;
  for (const NodeEntry& entry : *webhooks) {
    const Node* item = state.follow(entry.value);
    if (item == nullptr) continue;
    if (const NodeEntry* servers = item->find_entry("servers")) {
      state.add("webhook-servers", servers->key_place,
                "The webhook " + in_quotes_of(entry.key) + " names servers.");
    }
    for (const NodeEntry& method : *item) {
      const NodeEntry* servers = method.value->find_entry("servers");
      if (servers == nullptr) continue;
      state.add("webhook-servers", servers->key_place,
                "The webhook " + in_quotes_of(entry.key) + " names servers.");
    }
  }
}

bool holds_script(std::string_view text) {
  const std::string lower = to_lower(text);
  return lower.find("<script") != std::string::npos || lower.find("eval(") != std::string::npos ||
         lower.find("javascript:") != std::string::npos;
}

// Looks at every text called so, wherever it is. Depth is bounded by DocumentLimits::depth_max.
void lint_markdown(LintState& state, const Node& node) {
  for (const NodeEntry& entry : node) {
    const bool markdown =
        entry.value->is_string() &&
        (entry.key == "description" || entry.key == "title" || entry.key == "summary");
    if (markdown && holds_script(entry.value->text)) {
      state.add("markdown-script", entry.value->place,
                "This " + std::string(entry.key) + " holds script.");
    }
    lint_markdown(state, *entry.value);
  }
}

}  // namespace

void lint_document(LintState& state) {
  lint_tags(state);
  lint_servers(state);
  lint_paths(state);
  lint_webhooks(state);
  for (uint32_t file = 0; file < state.documents().file_count(); ++file) {
    const Node* root = state.documents().root_of(file);
    if (root != nullptr) lint_markdown(state, *root);
  }
}

}  // namespace servanda::internal
