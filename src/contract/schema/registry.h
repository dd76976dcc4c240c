// SPDX-License-Identifier: Apache-2.0
#pragma once
// Schema resources: what "$id", "$anchor" and "$dynamicAnchor" name, and what "$ref" finds.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "contract/document/diagnostics.h"
#include "contract/document/documents.h"

namespace servanda::internal {

// Which groups of keywords a resource's dialect ("$schema", "$vocabulary") gives a meaning to.
struct Dialect {
  bool known = false;  // Whether the rest has been found out.
  bool applicators = true;
  bool unevaluated = true;
  bool validation = true;
  bool format_annotation = true;
  bool format_assertion = false;  // Asserts formats whatever the mode.
};

// A document or an embedded schema with an "$id" of its own.
struct Resource {
  std::string base;  // Absolute URI without fragment.
  const Node* root = nullptr;
  uint32_t file = Place::kNoFile;
  // References are resolved between files by Documents; otherwise by URI among the resources.
  bool is_file = false;
  std::string_view dialect_uri;  // As written; empty for the default.
  Place dialect_place;
  Dialect dialect;
  std::unordered_map<std::string_view, const Node*> anchors;
  std::vector<std::pair<std::string_view, const Node*>> dynamic_anchors;
};

inline constexpr uint32_t kNoResource = UINT32_MAX;

// What a reference means.
struct Target {
  const Node* node = nullptr;
  uint32_t resource = 0;
};

class Registry {
 public:
  explicit Registry(Documents& documents) : documents_(&documents) {}

  // Makes a schema document known under `uri`.
  void add_document(std::string_view uri, const Node& root);
  // The resource that lexically holds `node`; `around` where nothing better is known.
  uint32_t resource_of(const Node& node, uint32_t around);
  // The node's own resource when it has an "$id", else `around`.
  [[nodiscard]] uint32_t home(const Node& node, uint32_t around) const;
  // Nothing after an error was added.
  std::optional<Target> resolve(std::string_view ref, Place place, uint32_t from,
                                Diagnostics& diagnostics);
  // Keyword groups of a resource, found out on first use.
  const Dialect& dialect(uint32_t resource, Diagnostics& diagnostics);

  [[nodiscard]] const Resource& resource(uint32_t index) const { return resources_[index]; }
  [[nodiscard]] Documents& documents() { return *documents_; }

 private:
  enum class Scan : uint8_t { kSchema, kAnything };
  enum class Origin : uint8_t { kFile, kUri };
  struct Visit {
    const Node* node;
    uint32_t resource;
    Scan scan;
  };
  uint32_t add_resource(std::string base, const Node& root, Origin origin);
  uint32_t file_resource(uint32_t file);
  void scan(const Node& root, uint32_t resource, Scan how);
  uint32_t scan_identifiers(const Node& node, uint32_t resource);
  void scan_children(const Visit& visit, std::vector<Visit>& stack);
  std::optional<Target> find_in_resource(uint32_t resource, std::string_view fragment);
  std::optional<Target> walk_pointer(uint32_t resource, std::string_view pointer);
  bool load_metaschema(const std::string& uri, Diagnostics& diagnostics);
  void read_vocabularies(const Node& vocabularies, Dialect& dialect, Diagnostics& diagnostics);

  Documents* documents_;
  std::vector<Resource> resources_;
  std::unordered_map<std::string, uint32_t> by_uri_;
  std::unordered_map<uint32_t, uint32_t> by_file_;
  // Schemas inside documents that hold more than one resource.
  std::unordered_map<const Node*, uint32_t> homes_;
};

// Text of the 2020-12 meta-schemas; empty for other URIs.
[[nodiscard]] std::string_view metaschema_text(std::string_view uri);

}  // namespace servanda::internal
