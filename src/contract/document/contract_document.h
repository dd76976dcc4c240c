// SPDX-License-Identifier: Apache-2.0
#pragma once
// From files to one OpenAPI 3.1 tree: overlays applied, 3.0 lifted, form checked.

#include <memory>
#include <span>
#include <string>

#include "contract/document/diagnostics.h"
#include "contract/document/documents.h"

namespace servanda {

// A loaded contract, ready to be compiled: root is an OpenAPI 3.1 document (whatever was written),
// still with its references and with "x-servanda".
struct ContractDocument {
  std::unique_ptr<Documents> documents;
  Node* root = nullptr;
  std::string declared_version;  // "3.0.3", "3.1.0", ... as written.
};

// Loads the contract at `path` and applies OpenAPI Overlay 1.0 documents in order. Schemas written
// as 3.0 are lifted to 3.1 in every file that is reached (nullable, boolean exclusive bounds,
// example, byte/binary formats). Null root after errors other
// than references that lead nowhere; everything found is in `diagnostics`.
[[nodiscard]] ContractDocument load_contract(FileSource& files, std::string_view path,
                                             std::span<const std::string> overlays,
                                             Diagnostics& diagnostics, DocumentLimits limits = {});

// An operation that consumers are not to see.
struct HiddenOperation {
  const Node* path_item = nullptr;  // What it is a member of, references followed.
  std::string method;               // The member's key: "get".
};

// The contract as consumers see it: one self-contained 3.1 document (references to other files
// bundled under components), every "x-servanda" removed. JSON, or YAML for people.
//
// Left out besides: the hidden operations, links to them, paths that have no other, and components
// that nothing shown refers to, when they are resources or hidden operations refer to them.
struct PublishedContract {
  std::string json;
  std::string yaml;
};
[[nodiscard]] PublishedContract publish(ContractDocument& contract, Diagnostics& diagnostics,
                                        std::span<const HiddenOperation> hidden = {});

}  // namespace servanda
