// SPDX-License-Identifier: Apache-2.0
// "$id" and "$anchor" inside schemas: which resource a place belongs to.

#include <algorithm>
#include <tuple>

#include "contract/document/documents_state.h"

namespace servanda {
namespace {

using internal::LoadedFile;
using internal::SchemaResource;

bool is_before(Place a, Place b) {
  return std::tie(a.line, a.column) < std::tie(b.line, b.column);
}

std::string_view string_member(const Node& node, std::string_view key) {
  const Node* member = node.find(key);
  return member != nullptr && member->is_string() ? member->text : std::string_view();
}

// Collects the resources and anchors below one document. The recursion is as deep as the document.
class IdCollector {
 public:
  IdCollector(LoadedFile& file, std::unordered_map<std::string, Node*>& ids)
      : file_(&file), ids_(&ids) {}

  void collect(Node& node, size_t resource, Place& last) {
    if (node.place.file == file_->root->place.file && is_before(last, node.place)) {
      last = node.place;
    }
    if (node.is_object()) resource = enter(node, resource);
    Place own_last = node.place;
    for (NodeEntry& entry : node) collect(*entry.value, resource, own_last);
    if (is_before(last, own_last)) last = own_last;
    if (file_->resources[resource].node == &node) file_->resources[resource].last = own_last;
  }

 private:
  // Which resource the members of `node` belong to.
  size_t enter(Node& node, size_t resource) {
    const std::string_view id = string_member(node, "$id");
    if (!id.empty() && !id.starts_with('#')) {
      std::string uri = internal::resolve_uri(file_->resources[resource].uri, id);
      ids_->emplace(uri, &node);
      file_->resources.push_back(
          SchemaResource{std::move(uri), &node, node.place, static_cast<uint32_t>(resource), {}});
      resource = file_->resources.size() - 1;
      file_->resource_of_node.emplace(&node, resource);
      if (node.place.file == file_->root->place.file) {
        file_->resources_by_place.push_back(static_cast<uint32_t>(resource));
      }
    }
    for (const std::string_view keyword : {"$anchor", "$dynamicAnchor"}) {
      const std::string_view anchor = string_member(node, keyword);
      if (!anchor.empty()) file_->resources[resource].anchors.emplace(anchor, &node);
    }
    return resource;
  }

  LoadedFile* file_;
  std::unordered_map<std::string, Node*>* ids_;
};

}  // namespace

void Documents::State::index_schema_ids(uint32_t file) {
  LoadedFile& indexed = *list[file];
  indexed.resources.clear();
  indexed.resources_by_place.clear();
  indexed.resource_of_node.clear();
  if (!indexed.facts.has_schema_ids || indexed.root == nullptr || indexed.base != file) return;
  indexed.resources.push_back(SchemaResource{indexed.name, nullptr, {}, 0, {}});
  Place last;
  IdCollector(indexed, ids).collect(*indexed.root, 0, last);
  std::stable_sort(indexed.resources_by_place.begin(), indexed.resources_by_place.end(),
                   [&indexed](uint32_t a, uint32_t b) {
                     return is_before(indexed.resources[a].node->place,
                                      indexed.resources[b].node->place);
                   });
}

// The last resource that begins before `at`, or the nearest around it that reaches so far.
const SchemaResource* Documents::State::resource_at(uint32_t file, Place at) const {
  const LoadedFile& indexed = *list[file];
  if (indexed.resources.empty()) return nullptr;
  const auto& order = indexed.resources_by_place;
  const auto behind =
      std::upper_bound(order.begin(), order.end(), at, [&indexed](Place place, uint32_t resource) {
        return is_before(place, indexed.resources[resource].node->place);
      });
  if (at.file != indexed.root->place.file || behind == order.begin()) {
    return &indexed.resources.front();
  }
  uint32_t found = *(behind - 1);
  while (found != 0 && is_before(indexed.resources[found].last, at)) {
    found = indexed.resources[found].parent;
  }
  return &indexed.resources[found];
}

const SchemaResource* Documents::State::resource_of(uint32_t file, const Node* node) const {
  const LoadedFile& indexed = *list[file];
  if (indexed.resources.empty()) return nullptr;
  const auto found = indexed.resource_of_node.find(node);
  return &indexed.resources[found == indexed.resource_of_node.end() ? 0 : found->second];
}

}  // namespace servanda
