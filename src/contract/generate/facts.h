// SPDX-License-Identifier: Apache-2.0
#pragma once
// What all schemas that apply to one value say together.

#include <cstdint>
#include <string_view>
#include <vector>

#include "contract/document/documents.h"
#include "contract/document/node.h"
#include "contract/plan/operation.h"

namespace servanda::internal {

// All schemas that one value must meet.
using Schemas = std::vector<Node*>;

// One declared property.
struct PropertyFacts {
  std::string_view key;
  Schemas schemas;
};

// What schemas say through "$ref" and "allOf". Keywords that restrict values without changing their
// C++ type are not in it.
struct SchemaFacts {
  uint8_t types = TypeMask::kAny;  // Bits of TypeMask.
  std::string_view format;
  std::string_view description;
  bool deprecated = false;
  bool read_only = false;
  bool write_only = false;
  bool octets = false;  // contentMediaType without a type: bytes that JSON has no type for.
  const Node* values = nullptr;  // The shortest "enum".
  const Node* constant = nullptr;
  std::vector<Schemas> items;  // Empty or one: what the items meet.
  std::vector<PropertyFacts> properties;
  std::vector<std::string_view> required;
  Schemas additional;         // Schemas of undeclared members.
  bool keeps_others = false;  // Undeclared members are invited without a schema.
  bool closed = false;
  std::vector<Node*> unions;            // Arrays of "oneOf" and "anyOf".
  const Node* discriminator = nullptr;  // The Discriminator Object nearest to the value.
  bool dynamic = false;                 // Says something that has no C++ form ("$dynamicRef").

  [[nodiscard]] bool requires_member(std::string_view key) const;
  [[nodiscard]] bool describes_object() const {
    return !properties.empty() || !additional.empty() || keeps_others || closed;
  }
};

// A schema and the reference that led to it.
struct NamedSchema {
  Node* node = nullptr;
  std::string_view reference;
};

// Reads facts. References that do not resolve say nothing: a plan is compiled before, which refuses
// them.
class FactReader {
 public:
  // Beyond these a value is read as JSON of no declared form (SchemaFacts::dynamic).
  static constexpr int kDepthMax = 64;           // References and allOf inside each other.
  static constexpr uint32_t kStepsMax = 20'000;  // Schemas visited for one answer.

  explicit FactReader(Documents& documents) : documents_(&documents) {}

  [[nodiscard]] SchemaFacts read(const Schemas& schemas);
  // The target of a "$ref", or null.
  [[nodiscard]] Node* target(const Node& schema);
  // The schema that `schema` only points to, beside texts: the target of the one "$ref" that it or
  // a branch of its "allOf" holds. Null when it says more about the type itself.
  [[nodiscard]] NamedSchema pointed_to(const Node& schema);
  // Whether the schema leaves the C++ type open: texts and restrictions only.
  [[nodiscard]] static bool says_nothing(const Node& schema);
  // Every schema that "allOf" of `schema` refers to, outermost first.
  [[nodiscard]] std::vector<Node*> bases(Node& schema);

 private:
  void add(Node* schema, int depth, SchemaFacts& facts);
  void add_keyword(const NodeEntry& entry, int depth, SchemaFacts& facts);
  void add_object_keyword(const NodeEntry& entry, SchemaFacts& facts);
  void add_branches(const Node& branches, int depth, SchemaFacts& facts);
  void add_properties(const Node& properties, SchemaFacts& facts);
  void add_union(Node& branches, SchemaFacts& facts);

  Documents* documents_;
  std::vector<const Node*> visiting_;
  uint32_t steps_ = 0;
};

}  // namespace servanda::internal
