// SPDX-License-Identifier: Apache-2.0
#pragma once
// What Documents holds: files, their text and trees, and what references were found to mean.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "contract/document/documents.h"
#include "contract/document/reader.h"
#include "contract/document/reference.h"

namespace servanda::internal {

// What one reference means, or why it means nothing: the message is kept, because the same broken
// reference may stand in many places.
struct Resolution {
  Node* node = nullptr;
  std::string_view rule;
  std::string message;
  std::string fix;
};

// A schema with "$id", or a whole document: what relative references and anchors inside belong to.
struct SchemaResource {
  std::string uri;  // Without fragment; relative to the contract root when no "$id" is absolute.
  Node* node = nullptr;
  Place last;  // Of the subtree: with node->place, the range of places inside.
  uint32_t parent = 0;
  std::unordered_map<std::string_view, Node*> anchors;
};

struct LoadedFile {
  std::string name;
  std::string text;
  Node* root = nullptr;
  bool loaded = false;  // `root` is the tree; else the file was refused.
  std::string failure;  // Why it could not be read at all; empty when its content was refused.
  uint32_t base = 0;    // Whose references its references are; itself unless set_base().
  bool told_of_hops = false;  // A reference that leads through another was noted.
  ReadFacts facts;
  std::vector<uint32_t> line_starts;         // Offset of every kLineStep-th line.
  std::vector<SchemaResource> resources;     // First the document, then each "$id", outer first.
  std::vector<uint32_t> resources_by_place;  // Those with a node, in order of node->place.
  std::unordered_map<const Node*, uint32_t> resource_of_node;
  std::unordered_map<std::string, Resolution> references;
};
constexpr uint32_t kLineStep = 64;

}  // namespace servanda::internal

namespace servanda {

// Everything behind Documents, which forwards to it.
struct Documents::State {
  State(FileSource& source, DocumentLimits max);

  // documents.cc
  internal::LoadedFile& add_file(std::string_view name);
  bool take_text(internal::LoadedFile& file, std::string text, Diagnostics& diagnostics,
                 Place from);
  void parse(internal::LoadedFile& file, uint32_t index, Diagnostics& diagnostics);
  [[nodiscard]] bool check_encoding(const internal::LoadedFile& file, uint32_t index,
                                    std::string_view& text, Diagnostics& diagnostics);
  [[nodiscard]] uint32_t base_of(Place at) const;

  // resolve.cc
  internal::Resolution find(std::string_view reference, Place at, Documents& documents,
                            Diagnostics& diagnostics);
  internal::Resolution find_resource(std::string_view resource, uint32_t file,
                                     const internal::SchemaResource* inside, Documents& documents,
                                     Place at, Diagnostics& diagnostics);
  internal::Resolution find_pointer(std::string_view pointer, Node* from, std::string_view ref,
                                    Documents& documents, Diagnostics& diagnostics);
  internal::Resolution find_anchor(std::string_view anchor, const Node* from, uint32_t file);
  internal::Resolution missing_member(const Node& object, std::string_view key,
                                      std::string_view ref);

  // schema_ids.cc
  void index_schema_ids(uint32_t file);
  [[nodiscard]] const internal::SchemaResource* resource_at(uint32_t file, Place at) const;
  [[nodiscard]] const internal::SchemaResource* resource_of(uint32_t file, const Node* node) const;

  FileSource* files;
  DocumentLimits limits;
  Arena arena{64u << 10};
  internal::ReadBudget budget;
  uint64_t total_bytes = 0;
  std::vector<std::unique_ptr<internal::LoadedFile>> list;
  std::unordered_map<std::string, uint32_t> by_name;
  std::unordered_map<std::string, Node*> ids;  // "$id" URI -> schema, over all files.
  uint32_t suggestions_left = 100;  // Nearest-name searches that broken references may still cost.
  uint32_t hops = 0;                // References being resolved through references right now.
};

}  // namespace servanda
