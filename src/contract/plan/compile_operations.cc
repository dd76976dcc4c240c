// SPDX-License-Identifier: Apache-2.0
// Walks `paths` and makes one Operation for every method, in document order.

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>
#include <utility>

#include "contract/plan/compile_state.h"

namespace servanda::internal {
namespace {

struct MethodKey {
  std::string_view key;
  Method method;
};
constexpr std::array<MethodKey, kMethodCount> kMethodKeys = {{{"get", Method::kGet},
                                                              {"put", Method::kPut},
                                                              {"post", Method::kPost},
                                                              {"delete", Method::kDelete},
                                                              {"options", Method::kOptions},
                                                              {"head", Method::kHead},
                                                              {"patch", Method::kPatch},
                                                              {"trace", Method::kTrace}}};

std::optional<Method> method_of_key(std::string_view key) {
  for (const MethodKey& entry : kMethodKeys) {
    if (entry.key == key) return entry.method;
  }
  return std::nullopt;
}

// "GET /v1/products/{id}" as an identifier: "get_v1_products_id".
std::string made_id(Method method, std::string_view path) {
  std::string id;
  for (const MethodKey& entry : kMethodKeys) {
    if (entry.method == method) id = entry.key;
  }
  bool gap = true;
  for (char c : path) {
    bool word = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (word && gap) id += '_';
    if (word) id += c;
    gap = !word;
  }
  return id;
}

// Characters of a path key that a request can only hold percent-encoded.
void warn_of_characters(CompileState& state, const NodeEntry& entry) {
  if (entry.key.find('#') != std::string_view::npos) {
    state.diagnostics.warning(
        "path-fragment", entry.key_place,
        "The path " + std::string(entry.key) +
            " holds `#`, and clients never send what follows it: only requests that write it as "
            "%23 reach its operations.",
        "Give them a path of their own.");
    return;
  }
  auto odd = [](char c) {
    return c == ' ' || c == '"' || c == '<' || c == '>' || c == '\\' || c == '^' || c == '`' ||
           c == '|' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  };
  bool inside = false;
  for (char c : entry.key) {
    if (c == '{' || c == '}') inside = c == '{';
    if (inside || !odd(c)) continue;
    state.diagnostics.warning("path-character", entry.key_place,
                              "The path " + std::string(entry.key) +
                                  " holds a character that requests must percent-encode.",
                              "Write the path with letters, digits and -._~ only.");
    break;
  }
  if (entry.key.find("//") != std::string_view::npos) {
    state.diagnostics.warning(
        "path-empty-segment", entry.key_place,
        "The path " + std::string(entry.key) + " has an empty segment between two slashes.",
        "Remove the doubled slash.");
  }
}

class OperationsCompiler {
 public:
  explicit OperationsCompiler(CompileState& state) : state_(state) {}

  void run(const Node& paths) {
    root_base_ = server_base_path(state_, state_.contract.root->find("servers"));
    for (const NodeEntry& entry : paths) {
      if (!entry.key.starts_with("x-")) path(entry);
    }
    make_missing_ids();
  }

 private:
  void path(const NodeEntry& entry) {
    auto parsed = parse_path_template(entry.key);
    if (!parsed) {
      state_.diagnostics.error(parsed.error().rule, entry.key_place, parsed.error().message,
                               parsed.error().fix);
      return;
    }
    warn_of_characters(state_, entry);
    Node* item = state_.documents().follow(entry.value, state_.diagnostics);
    if (item == nullptr || !item->is_object()) return;
    if (item != entry.value) warn_of_siblings(*entry.value);
    std::string base = root_base_;
    if (const Node* servers = item->find("servers")) base = server_base_path(state_, servers);
    for (NodeEntry& member : *item) {
      if (auto method = method_of_key(member.key)) operation(entry, base, *item, member, *method);
    }
  }

  void warn_of_siblings(const Node& item) {
    for (const NodeEntry& member : item) {
      if (method_of_key(member.key) || member.key == "parameters" || member.key == "servers") {
        state_.diagnostics.warning(
            "path-ref-sibling", member.key_place,
            "`" + std::string(member.key) + "` beside a path item's $ref is ignored.",
            "Move it into the path item that $ref names.");
      }
    }
  }

  void operation(const NodeEntry& path, const std::string& path_base, Node& item,
                 const NodeEntry& entry, Method method) {
    Node* node = state_.documents().follow(entry.value, state_.diagnostics);
    if (node == nullptr || !node->is_object()) return;
    std::string base = path_base;
    if (const Node* servers = node->find("servers")) base = server_base_path(state_, servers);
    auto parsed = parse_path_template(base + std::string(path.key));
    if (!parsed) {
      state_.diagnostics.error(
          parsed.error().rule, path.key_place,
          parsed.error().message + " It begins with the server's path \"" + base + "\".",
          parsed.error().fix);
      return;
    }
    if (method == Method::kTrace) {
      state_.diagnostics.warning("method-trace", entry.key_place,
                                 "TRACE is never served: it echoes credentials to scripts.",
                                 "Remove the operation.");
    }
    Operation out;
    out.index = static_cast<uint32_t>(state_.plan.operations.size());
    out.method = method;
    out.path = parsed->text;
    out.summary = text_member(*node, "summary");
    out.deprecated = is_true(*node, "deprecated");
    out.id = read_id(*node);
    if (const Node* tags = node->find("tags"); tags != nullptr && tags->is_array()) {
      for (const NodeEntry& tag : *tags) out.tags.emplace_back(tag.value->text);
    }
    OperationNode nodes{out.index, &item, node, {}};
    compile_parameters(state_, *parsed, out, nodes);
    compile_request_body(state_, *node, out);
    compile_responses(state_, *node, out);
    compile_security(state_, *node, out);
    state_.plan.operations.push_back(std::move(out));
    state_.nodes.push_back(std::move(nodes));
    state_.templates.push_back(std::move(*parsed));
    state_.operation_places.push_back(entry.key_place);
  }

  // The declared id, or "" for one to be made later.
  std::string read_id(const Node& node) {
    const Node* id = node.find("operationId");
    if (id == nullptr || !id->is_string() || id->text.empty()) return {};
    auto [at, added] = ids_.try_emplace(std::string(id->text), id->place);
    if (added) return at->first;
    state_.diagnostics.error("operation-id-duplicate", id->place,
                             "The operationId \"" + at->first + "\" is already used at " +
                                 state_.documents().place_text(at->second) + ".",
                             "Give each operation an id of its own.");
    return at->first;
  }

  void make_missing_ids() {
    for (Operation& operation : state_.plan.operations) {
      if (!operation.id.empty()) continue;
      Place place = state_.operation_places[operation.index];
      std::string made = made_id(operation.method, operation.path);
      std::string id = made;
      for (int n = 2; !ids_.try_emplace(id, place).second; ++n) {
        id = made + "_" + std::to_string(n);
      }
      state_.diagnostics.notice("operation-id-missing", place,
                                "The operation has no operationId; it is called \"" + id + "\".",
                                "Add operationId: " + id + ".");
      operation.id = std::move(id);
    }
  }

  CompileState& state_;
  std::string root_base_;
  std::unordered_map<std::string, Place> ids_;
};

}  // namespace

void compile_operations(CompileState& state) {
  const Node* paths = state.contract.root->find("paths");
  if (paths == nullptr || !paths->is_object()) return;
  constexpr size_t kPathsMax = 100'000;
  if (paths->size > kPathsMax) {
    state.diagnostics.error("path-limit", paths->place,
                            "The contract has more than " + std::to_string(kPathsMax) + " paths.",
                            "Split it.");
    return;
  }
  OperationsCompiler(state).run(*paths);
}

}  // namespace servanda::internal
