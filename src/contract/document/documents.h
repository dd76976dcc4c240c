// SPDX-License-Identifier: Apache-2.0
#pragma once
// The set of files a contract consists of: loaded once, references resolved between them.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "contract/document/diagnostics.h"
#include "contract/document/node.h"

namespace servanda {

// Where file content comes from: the real one is in app/, tests give a map. `path` is relative to
// the contract's root folder, with '/' and without "..".
class FileSource {
 public:
  virtual ~FileSource() = default;
  // kNotFound when there is no such file; kTooLarge above the source's limit.
  virtual Result<std::string> read(std::string_view path) = 0;
};

// Bounds of one contract; reaching one is the error "document-too-large" or "document-too-deep".
struct DocumentLimits {
  size_t file_bytes_max = 256u << 20;
  size_t total_bytes_max = 512u << 20;
  uint32_t files_max = 10'000;
  uint32_t depth_max = 200;              // Nested collections in one document; at most 1,000.
  uint32_t nodes_max = 40'000'000;       // Over all files, after YAML aliases are expanded.
  uint32_t alias_nodes_max = 1'000'000;  // Of those, copies made for YAML aliases. The text they
                                         // show again is bounded by total_bytes_max.
};

// All documents of one contract. Nodes and their text live as long as this object.
//
// Threads: not shared while loading; const methods may be shared afterwards except resolve(), which
// may load further files.
class Documents {
 public:
  explicit Documents(FileSource& files, DocumentLimits limits = {});
  ~Documents();

  // Reads and parses one file (YAML 1.2 or JSON by content), or finds it already loaded. Null after
  // an error has been added to `diagnostics`, now or when the same file was asked for before.
  // `from` is where the file was named.
  Node* load(std::string_view path, Diagnostics& diagnostics, Place from = {});
  // Parses text that is in no file, under a made-up name.
  Node* load_text(std::string_view name, std::string text, Diagnostics& diagnostics);

  // What a "$ref" value found at `at` means: same-document pointer, other file with or without
  // pointer, entire file, "$anchor"/"$id" inside schemas. Following a chain of "$ref" is the
  // caller's choice: this returns the node the one reference names. Null after an error
  // (unresolved, outside the root folder, network address, bad pointer) was added. References into
  // "#/components/..." of a referenced file resolve in that file.
  Node* resolve(std::string_view ref, Place at, Diagnostics& diagnostics);
  // Follows "$ref" of a non-schema object (parameter, response, path item, ...) to the end; the
  // node itself when it holds none. Null after an error (unresolved or cyclic) was added.
  Node* follow(Node* node, Diagnostics& diagnostics);

  // Must be called after the tree was edited in a way that moves what references name: forgets
  // which node each reference meant.
  void forget_references();
  // References written in `file` count as written in `base` from now on: an overlay's content
  // becomes part of the document it changes.
  void set_base(uint32_t file, uint32_t base);
  // The file whose references those of `file` are.
  [[nodiscard]] uint32_t base_of(uint32_t file) const;

  [[nodiscard]] std::string_view file_name(uint32_t file) const;
  [[nodiscard]] Node* root_of(uint32_t file) const;
  [[nodiscard]] uint32_t file_count() const;
  [[nodiscard]] const DocumentLimits& limits() const;
  // "shop.yaml:48:7".
  [[nodiscard]] std::string place_text(Place place) const;
  // The source line a place points into, without its line end; "" when unknown.
  [[nodiscard]] std::string_view line_text(Place place) const;
  Arena& arena();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace servanda
