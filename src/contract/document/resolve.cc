// SPDX-License-Identifier: Apache-2.0
// What a "$ref" means.

#include <algorithm>
#include <array>

#include "base/text.h"
#include "contract/document/documents_state.h"

namespace servanda {
namespace {

using internal::LoadedFile;
using internal::Reference;
using internal::Resolution;
using internal::said;
using internal::SchemaResource;

constexpr uint32_t kHopsMax = 32;             // References that lead through references.
constexpr size_t kChainMax = 1'000;           // References followed one after the other.
constexpr size_t kSuggestionKeysMax = 5'000;  // Names compared for one suggestion.

Resolution refused(std::string_view rule, std::string message, std::string fix) {
  return Resolution{nullptr, rule, std::move(message), std::move(fix)};
}

// One token of a JSON Pointer with ~1 and ~0 undone; nothing when another escape stands in it.
std::optional<std::string> unescape(std::string_view token) {
  std::string text;
  for (size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      text += token[i];
      continue;
    }
    const char next = i + 1 < token.size() ? token[i + 1] : '\0';
    if (next != '0' && next != '1') return std::nullopt;
    text += next == '0' ? '~' : '/';
    ++i;
  }
  return text;
}

Node* item_at(const Node& array, std::string_view token) {
  const std::optional<int64_t> index = parse_integer(token);
  if (!index || *index < 0 || *index >= array.size) return nullptr;
  return array.entries[*index].value;
}

// The reference an object holds, or empty.
std::string_view reference_in(const Node& node) {
  const Node* reference = node.find("$ref");
  return reference != nullptr && reference->is_string() ? reference->text : std::string_view();
}

std::string shown(std::string_view text) {
  return said({"\"", text.substr(0, 200), text.size() > 200 ? "...\"" : "\""});
}

}  // namespace

uint32_t Documents::State::base_of(Place at) const {
  return at.file < list.size() ? list[at.file]->base : 0;
}

Node* Documents::resolve(std::string_view ref, Place at, Diagnostics& diagnostics) {
  if (state_->list.empty()) {
    diagnostics.error("ref-unresolved", at, "No document is loaded.", "Load the contract first.");
    return nullptr;
  }
  const uint32_t file = state_->base_of(at);
  LoadedFile& referring = *state_->list[file];
  const SchemaResource* inside = state_->resource_at(file, at);
  std::string key(ref);
  if (inside != nullptr && inside->node != nullptr) key = said({inside->uri, "\n", ref});
  auto known = referring.references.find(key);
  if (known == referring.references.end()) {
    Resolution found = state_->find(ref, at, *this, diagnostics);
    known = referring.references.insert_or_assign(std::move(key), std::move(found)).first;
  }
  const Resolution& resolution = known->second;
  if (resolution.node == nullptr && !resolution.rule.empty()) {
    diagnostics.error(resolution.rule, at, resolution.message, resolution.fix);
  }
  return resolution.node;
}

Resolution Documents::State::find(std::string_view reference, Place at, Documents& documents,
                                  Diagnostics& diagnostics) {
  const uint32_t file = base_of(at);
  const SchemaResource* inside = resource_at(file, at);
  const Reference parts = internal::split_reference(reference);
  Resolution base;
  if (!parts.resource.empty()) {
    base = find_resource(parts.resource, file, inside, documents, at, diagnostics);
  } else {
    base.node = inside != nullptr && inside->node != nullptr ? inside->node : list[file]->root;
    if (base.node == nullptr) {
      return refused("ref-unresolved", "The document of this reference could not be read.",
                     "Correct the document first.");
    }
  }
  if (base.node == nullptr || parts.fragment.empty()) return base;
  const std::optional<std::string> fragment = percent_decode(parts.fragment, PlusSign::kKept);
  if (!fragment) {
    return refused(
        "ref-pointer",
        said({"The part behind '#' in ", shown(reference), " is not valid percent-encoding."}),
        "Write '%' itself as \"%25\".");
  }
  if (fragment->starts_with('/')) {
    return find_pointer(*fragment, base.node, reference, documents, diagnostics);
  }
  const uint32_t target =
      base.node->place.file < list.size() ? list[base.node->place.file]->base : file;
  return find_anchor(*fragment, base.node, target);
}

// The document or schema resource that the part before '#' names.
Resolution Documents::State::find_resource(std::string_view resource, uint32_t file,
                                           const SchemaResource* inside, Documents& documents,
                                           Place at, Diagnostics& diagnostics) {
  const std::string_view base =
      inside != nullptr ? std::string_view(inside->uri) : std::string_view(list[file]->name);
  if (!ids.empty()) {
    const auto found = ids.find(internal::resolve_uri(base, resource));
    if (found != ids.end()) return Resolution{found->second, {}, {}, {}};
  }
  const std::string_view scheme = internal::scheme_of(resource);
  if (!scheme.empty() || resource.starts_with("//")) {
    return refused("ref-network",
                   said({shown(resource),
                         " is an address outside the contract; nothing is "
                         "fetched while a contract is loaded."}),
                   "Save the document beside the contract and refer to it by a relative path.");
  }
  const std::optional<std::string> path = percent_decode(resource, PlusSign::kKept);
  if (!path || path->find_first_of("\\?") != std::string::npos) {
    return refused("ref-pointer", said({shown(resource), " is not a relative path."}),
                   "Separate folders with '/', and leave out queries and broken '%' escapes.");
  }
  const std::string joined =
      path->starts_with('/') ? *path : said({internal::folder_of(list[file]->name), *path});
  const std::optional<std::string> name = internal::normal_path(joined);
  if (!name) {
    return refused("ref-outside-root",
                   said({shown(resource), " leads out of the contract's root folder."}),
                   "Refer only to files inside the contract's folder, by a relative path.");
  }
  Diagnostics found;
  Node* node = documents.load(*name, found, at);
  for (const Diagnostic& one : found.all()) {
    // A file that cannot be read is told at each reference to it; what is wrong inside, once.
    if (one.rule == "file-unreadable") return refused(one.rule, one.message, one.fix);
    diagnostics.add(one.rule, one.severity, one.place, one.message, one.fix);
  }
  return Resolution{node, {}, {}, {}};
}

Resolution Documents::State::missing_member(const Node& object, std::string_view key,
                                            std::string_view ref) {
  std::string fix = "Correct the reference, or add what it names.";
  if (object.is_object() && object.size <= kSuggestionKeysMax && suggestions_left > 0) {
    --suggestions_left;
    std::vector<std::string_view> keys;
    for (const NodeEntry& entry : object) keys.push_back(entry.key);
    if (const auto near = nearest(key, keys)) fix = said({"Did you mean \"", *near, "\"?"});
  }
  return refused("ref-unresolved",
                 said({shown(ref), " names nothing: there is no ", shown(key), " at that point."}),
                 std::move(fix));
}

Resolution Documents::State::find_pointer(std::string_view pointer, Node* from,
                                          std::string_view ref, Documents& documents,
                                          Diagnostics& diagnostics) {
  Node* node = from;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const size_t end = std::min(pointer.find('/'), pointer.size());
    const std::optional<std::string> token = unescape(pointer.substr(0, end));
    pointer.remove_prefix(end);
    if (!token) {
      return refused("ref-pointer",
                     said({shown(ref),
                           " holds a '~' that is followed by neither 0 "
                           "nor 1."}),
                     "Write '~' as \"~0\" and '/' inside a name as \"~1\".");
    }
    Node* next = node->is_array() ? item_at(*node, *token) : node->find(*token);
    const std::string_view hop = next == nullptr ? reference_in(*node) : std::string_view();
    if (!hop.empty()) {
      // What is asked for may stand where the object refers to.
      if (hops >= kHopsMax) {
        return refused("ref-cycle", said({shown(ref), " leads through itself."}),
                       "Refer to the final place directly.");
      }
      LoadedFile& referring = *list[base_of(node->place)];
      if (!referring.told_of_hops) {
        referring.told_of_hops = true;
        diagnostics.notice(
            "ref-through-ref", node->place,
            said({shown(ref), " leads through another reference, which is followed."}),
            "Refer to the final place directly.");
      }
      ++hops;
      Node* behind = documents.resolve(hop, node->find("$ref")->place, diagnostics);
      --hops;
      if (behind == nullptr) return Resolution{};
      next = behind->is_array() ? item_at(*behind, *token) : behind->find(*token);
      if (next == nullptr) return missing_member(*behind, *token, ref);
    }
    if (next == nullptr) return missing_member(*node, *token, ref);
    node = next;
  }
  return Resolution{node, {}, {}, {}};
}

Resolution Documents::State::find_anchor(std::string_view anchor, const Node* from, uint32_t file) {
  if (const SchemaResource* resource = resource_of(file, from)) {
    const auto found = resource->anchors.find(anchor);
    if (found != resource->anchors.end()) return Resolution{found->second, {}, {}, {}};
  }
  return refused("ref-unresolved", said({"There is no \"$anchor\" called ", shown(anchor), "."}),
                 "Write \"#/...\" for a JSON Pointer, or add the anchor.");
}

Node* Documents::follow(Node* node, Diagnostics& diagnostics) {
  if (node == nullptr || reference_in(*node).empty()) return node;
  Node* const start = node;
  Node* slow = node;  // Moves every other step: meets `node` again in any cycle.
  for (size_t steps = 0; steps < kChainMax; ++steps) {
    const Node* reference = node->find("$ref");
    node = resolve(reference->text, reference->place, diagnostics);
    if (node == nullptr || reference_in(*node).empty()) return node;
    if (steps % 2 == 1) {
      const Node* slow_reference = slow->find("$ref");
      slow = resolve(slow_reference->text, slow_reference->place, diagnostics);
    }
    if (node == slow || node == start) break;
  }
  diagnostics.error("ref-cycle", start->find("$ref")->place,
                    said({"The reference ", shown(reference_in(*start)),
                          " leads back to itself without ever reaching a value."}),
                    "Let one of the references name a real object.");
  return nullptr;
}

}  // namespace servanda
