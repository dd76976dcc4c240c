// SPDX-License-Identifier: Apache-2.0
#include "contract/schema/registry.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "contract/document/reference.h"

namespace servanda::internal {
namespace {

// Keywords whose value is one schema, a list of them, or a map of names to them.
constexpr std::array<std::string_view, 11> kOneSchema = {"items",
                                                         "contains",
                                                         "additionalProperties",
                                                         "propertyNames",
                                                         "unevaluatedItems",
                                                         "unevaluatedProperties",
                                                         "not",
                                                         "if",
                                                         "then",
                                                         "else",
                                                         "contentSchema"};
constexpr std::array<std::string_view, 4> kSchemaList = {"allOf", "anyOf", "oneOf", "prefixItems"};
constexpr std::array<std::string_view, 6> kSchemaMap = {
    "properties", "patternProperties", "$defs", "dependentSchemas", "definitions", "dependencies"};
// Values that are data: nothing in them is an identifier.
constexpr std::array<std::string_view, 6> kPlainValues = {"enum",    "const",    "default",
                                                          "example", "examples", "x-servanda"};

template <size_t kCount>
bool is_among(const std::array<std::string_view, kCount>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view without_fragment(std::string_view uri) {
  return uri.substr(0, uri.find('#'));
}

std::string file_uri(std::string_view name) {
  std::string uri = "file:///";
  for (char c : name) {
    if (c == '/') {
      uri += c;
    } else {
      uri += percent_encode(std::string_view(&c, 1));
    }
  }
  return uri;
}

// RFC 6901 token with its escapes undone.
std::string unescape_token(std::string_view token) {
  std::string out;
  for (size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1')) {
      out += token[++i] == '0' ? '~' : '/';
    } else {
      out += token[i];
    }
  }
  return out;
}

const Node* child_of(const Node& node, const std::string& token) {
  if (node.is_object()) return node.find(token);
  if (!node.is_array() || token.empty() || token.size() > 9) return nullptr;
  if (token.size() > 1 && token[0] == '0') return nullptr;
  const std::optional<int64_t> index = parse_integer(token);
  if (!index || *index < 0 || *index >= node.size) return nullptr;
  return node.entries[*index].value;
}

bool is_old_dialect(std::string_view uri) {
  return uri.find("json-schema.org/draft-0") != std::string_view::npos ||
         uri.find("json-schema.org/draft/2019-09") != std::string_view::npos ||
         uri.find("json-schema.org/schema") != std::string_view::npos;
}

bool is_default_dialect(std::string_view uri) {
  return uri.empty() || uri == "https://json-schema.org/draft/2020-12/schema" ||
         uri.starts_with("https://spec.openapis.org/oas/3.1/dialect/") ||
         uri.starts_with("https://spec.openapis.org/oas/3.2/dialect/");
}

}  // namespace

uint32_t Registry::add_resource(std::string base, const Node& root, Origin origin) {
  const auto index = static_cast<uint32_t>(resources_.size());
  Resource made;
  made.base = std::move(base);
  made.root = &root;
  made.file = root.place.file;
  made.is_file = origin == Origin::kFile;
  by_uri_.insert_or_assign(made.base, index);
  resources_.push_back(std::move(made));
  return index;
}

void Registry::add_document(std::string_view uri, const Node& root) {
  const uint32_t index = add_resource(std::string(without_fragment(uri)), root, Origin::kUri);
  const size_t before = resources_.size();
  scan(root, index, Scan::kSchema);
  // A root "$id" makes a resource of its own, which the document's entry nodes belong to.
  const bool renamed = resources_.size() > before && resources_[before].root == &root;
  if (root.place.file != Place::kNoFile) {
    by_file_[root.place.file] = renamed ? static_cast<uint32_t>(before) : index;
  }
}

uint32_t Registry::file_resource(uint32_t file) {
  if (const auto found = by_file_.find(file); found != by_file_.end()) return found->second;
  const Node* root = documents_->root_of(file);
  if (root == nullptr) return kNoResource;
  const uint32_t index = add_resource(file_uri(documents_->file_name(file)), *root, Origin::kFile);
  const Node* dialect = root->find("jsonSchemaDialect");
  if (dialect != nullptr && dialect->is_string()) {
    resources_[index].dialect_uri = dialect->text;
    resources_[index].dialect_place = dialect->place;
  }
  const size_t before = resources_.size();
  scan(*root, index, Scan::kAnything);
  const bool renamed = resources_.size() > before && resources_[before].root == root;
  return by_file_[file] = renamed ? static_cast<uint32_t>(before) : index;
}

uint32_t Registry::home(const Node& node, uint32_t around) const {
  if (homes_.empty()) return around;
  const auto found = homes_.find(&node);
  return found == homes_.end() ? around : found->second;
}

uint32_t Registry::resource_of(const Node& node, uint32_t around) {
  uint32_t found = around;
  if (node.place.file != Place::kNoFile) {
    const uint32_t of_file = file_resource(node.place.file);
    if (of_file != kNoResource) found = of_file;
  }
  if (found == kNoResource)
    found = add_resource("made:///" + std::to_string(resources_.size()), node, Origin::kFile);
  return home(node, found);
}

// Walks the document once, with an explicit stack, and notes every identifier.
void Registry::scan(const Node& root, uint32_t resource, Scan how) {
  const size_t resources_before = resources_.size();
  std::vector<Visit> stack{{&root, resource, how}};
  std::vector<std::pair<const Node*, uint32_t>> seen;
  while (!stack.empty()) {
    Visit visit = stack.back();
    stack.pop_back();
    if (visit.node->is_object()) {
      visit.resource = scan_identifiers(*visit.node, visit.resource);
      seen.emplace_back(visit.node, visit.resource);
    }
    scan_children(visit, stack);
  }
  if (resources_.size() > resources_before) homes_.insert(seen.begin(), seen.end());
}

uint32_t Registry::scan_identifiers(const Node& node, uint32_t resource) {
  const Node* anchor = nullptr;
  const Node* dynamic = nullptr;
  const Node* dialect = nullptr;
  const Node* id = nullptr;
  for (const NodeEntry& entry : node) {
    if (!entry.key.starts_with('$') || !entry.value->is_string()) continue;
    if (entry.key == "$id") id = entry.value;
    if (entry.key == "$anchor") anchor = entry.value;
    if (entry.key == "$dynamicAnchor") dynamic = entry.value;
    if (entry.key == "$schema") dialect = entry.value;
  }
  if (id != nullptr && !without_fragment(id->text).empty()) {
    std::string base = resolve_uri(resources_[resource].base, without_fragment(id->text));
    const std::string_view outer_dialect = resources_[resource].dialect_uri;
    const Place outer_place = resources_[resource].dialect_place;
    resource = add_resource(std::move(base), node, Origin::kUri);
    resources_[resource].file = node.place.file;
    resources_[resource].dialect_uri = outer_dialect;
    resources_[resource].dialect_place = outer_place;
  }
  Resource& owner = resources_[resource];
  if (dialect != nullptr && owner.root == &node) {
    owner.dialect_uri = dialect->text;
    owner.dialect_place = dialect->place;
  }
  if (anchor != nullptr) owner.anchors.try_emplace(anchor->text, &node);
  if (dynamic != nullptr) {
    owner.anchors.try_emplace(dynamic->text, &node);
    owner.dynamic_anchors.emplace_back(dynamic->text, &node);
  }
  return resource;
}

void Registry::scan_children(const Visit& visit, std::vector<Visit>& stack) {
  const auto push = [&](const Node* node) {
    if (node->is_object() || node->is_array()) stack.push_back({node, visit.resource, visit.scan});
  };
  if (visit.node->is_array()) {
    for (const NodeEntry& item : *visit.node) push(item.value);
    return;
  }
  for (const NodeEntry& entry : *visit.node) {
    const Node& value = *entry.value;
    if (is_among(kPlainValues, entry.key)) continue;
    if (value.is_object() && is_among(kSchemaMap, entry.key)) {
      for (const NodeEntry& member : value) push(member.value);
    } else if (visit.scan == Scan::kAnything || is_among(kOneSchema, entry.key) ||
               is_among(kSchemaList, entry.key)) {
      push(&value);
    }
  }
}

std::optional<Target> Registry::walk_pointer(uint32_t resource, std::string_view pointer) {
  const Node* node = resources_[resource].root;
  uint32_t home_resource = resource;
  while (!pointer.empty()) {
    const size_t end = std::min(pointer.find('/', 1), pointer.size());
    node = child_of(*node, unescape_token(pointer.substr(1, end - 1)));
    if (node == nullptr) return std::nullopt;
    home_resource = home(*node, home_resource);
    pointer.remove_prefix(end);
  }
  return Target{node, home_resource};
}

std::optional<Target> Registry::find_in_resource(uint32_t resource, std::string_view fragment) {
  if (fragment.empty()) {
    return Target{resources_[resource].root, home(*resources_[resource].root, resource)};
  }
  const std::optional<std::string> decoded = percent_decode(fragment, PlusSign::kKept);
  if (!decoded) return std::nullopt;
  if (decoded->starts_with('/')) return walk_pointer(resource, *decoded);
  const auto& anchors = resources_[resource].anchors;
  const auto found = anchors.find(*decoded);
  if (found == anchors.end()) return std::nullopt;
  return Target{found->second, home(*found->second, resource)};
}

bool Registry::load_metaschema(const std::string& uri, Diagnostics& diagnostics) {
  const std::string_view text = metaschema_text(uri);
  if (text.empty()) return false;
  const Node* root = documents_->load_text(uri, std::string(text), diagnostics);
  if (root == nullptr) return false;
  add_document(uri, *root);
  return true;
}

std::optional<Target> Registry::resolve(std::string_view ref, Place place, uint32_t from,
                                        Diagnostics& diagnostics) {
  const std::string uri = resolve_uri(resources_[from].base, ref);
  const std::string_view fragment = split_reference(ref).fragment;
  auto known = by_uri_.find(uri);
  if (known == by_uri_.end() && load_metaschema(uri, diagnostics)) known = by_uri_.find(uri);
  const bool by_uri = known != by_uri_.end() && !resources_[known->second].is_file;
  const bool anchor = !fragment.empty() && !fragment.starts_with('/');
  if (known != by_uri_.end() && (by_uri || anchor)) {
    const std::optional<Target> found = find_in_resource(known->second, fragment);
    if (found) return found;
    if (by_uri) {
      diagnostics.error("ref-unresolved", place,
                        "\"" + std::string(ref) + "\" names nothing in " + uri + ".",
                        "Correct the reference, or add what it names.");
      return std::nullopt;
    }
  }
  if (place.file == Place::kNoFile) place.file = resources_[from].file;
  const Node* node = documents_->resolve(ref, place, diagnostics);
  if (node == nullptr) return std::nullopt;
  return Target{node, resource_of(*node, from)};
}

const Dialect& Registry::dialect(uint32_t resource, Diagnostics& diagnostics) {
  if (resources_[resource].dialect.known) return resources_[resource].dialect;
  Dialect found;
  found.known = true;
  std::string_view written = resources_[resource].dialect_uri;
  const Place place = resources_[resource].dialect_place;
  const std::string_view uri = without_fragment(written);
  if (is_old_dialect(uri)) {
    diagnostics.notice("schema-dialect", place,
                       "\"" + std::string(written) + "\" is read as JSON Schema 2020-12.",
                       "Write \"https://json-schema.org/draft/2020-12/schema\".");
  } else if (!is_default_dialect(uri)) {
    const auto known = by_uri_.find(std::string(uri));
    if (known == by_uri_.end()) {
      diagnostics.warning(
          "schema-dialect", place,
          "The dialect \"" + std::string(written) + "\" is not known; JSON Schema 2020-12 is used.",
          "Write \"https://json-schema.org/draft/2020-12/schema\".");
    } else if (const Node* list = resources_[known->second].root->find("$vocabulary")) {
      read_vocabularies(*list, found, diagnostics);
    }
  }
  resources_[resource].dialect = found;
  return resources_[resource].dialect;
}

void Registry::read_vocabularies(const Node& vocabularies, Dialect& dialect,
                                 Diagnostics& diagnostics) {
  constexpr std::string_view kPrefix = "https://json-schema.org/draft/2020-12/vocab/";
  constexpr std::array<std::string_view, 3> kOthers = {"core", "meta-data", "content"};
  dialect.applicators = dialect.unevaluated = dialect.validation = false;
  dialect.format_annotation = dialect.format_assertion = false;
  for (const NodeEntry& entry : vocabularies) {
    const bool ours = entry.key.starts_with(kPrefix);
    const std::string_view name = ours ? entry.key.substr(kPrefix.size()) : std::string_view();
    if (name == "applicator") {
      dialect.applicators = true;
    } else if (name == "unevaluated") {
      dialect.unevaluated = true;
    } else if (name == "validation") {
      dialect.validation = true;
    } else if (name == "format-annotation") {
      dialect.format_annotation = true;
    } else if (name == "format-assertion") {
      dialect.format_assertion = true;
    } else if (!is_among(kOthers, name) && entry.value->boolean) {
      diagnostics.error(
          "schema-vocabulary", entry.key_place,
          "The vocabulary \"" + std::string(entry.key) + "\" is required, and not known here.",
          "Set it to false, or use another dialect.");
    }
  }
}

}  // namespace servanda::internal
