// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a schema says about the shape of values, read from the document through "$ref" and "allOf":
// properties of objects and types of values. For deriving storage and bindings, not for validation.

#include <cstdint>
#include <string_view>
#include <vector>

#include "contract/document/documents.h"
#include "contract/document/node.h"
#include "contract/plan/operation.h"
#include "contract/plan/resource.h"

namespace servanda {

// One declared property of an object.
struct MemberShape {
  std::string_view name;
  Place place;                 // Of the name.
  std::vector<Node*> schemas;  // All apply: one per branch of "allOf" that declares it.
};

// What a schema says about an object, through references and allOf.
struct ObjectShape {
  std::vector<MemberShape> members;  // In document order; names are unique.
  std::vector<std::string_view> required;
  Node* open = nullptr;                // A value that explicitly admits undeclared members.
  bool closed = false;                 // Whether a value refuses undeclared members.
  const NodeEntry* foreign = nullptr;  // A keyword that may declare members this does not list.
  bool too_large = false;              // Beyond SchemaReader's bounds: members are missing.

  [[nodiscard]] const MemberShape* find(std::string_view name) const;
  [[nodiscard]] bool requires_member(std::string_view name) const;
};

// What a schema says about a single value.
struct ValueShape {
  TypeMask types;  // "number" sets kNumber and kInteger.
  std::string_view format;
  bool read_only = false;
  bool write_only = false;
  const Node* default_value = nullptr;
  const Node* values = nullptr;  // The first "enum".
  Node* items = nullptr;         // Schema of array items.

  [[nodiscard]] bool nullable() const { return types.has(TypeMask::kNull); }
  // As stored.
  [[nodiscard]] ColumnType column_type() const;
};

// The TypeMask bits of a value of "type": "number" admits integers too; kAny for an unknown word.
[[nodiscard]] uint8_t type_bits(std::string_view type);
// The type, as a TypeMask bit, that one value of a scalar column has in JSON.
[[nodiscard]] uint8_t json_type(ColumnType type);

// Reads shapes. Cyclic schemas are fine: what repeats adds nothing. References that do not resolve
// read as schemas that say nothing; whoever compiles the schema reports them.
class SchemaReader {
 public:
  static constexpr int kDepthMax = 32;
  static constexpr uint32_t kStepsMax = 20'000;  // Schemas visited for one answer.

  explicit SchemaReader(Documents& documents) : documents_(&documents) {}

  // The schema that `schema` merely renames: follows a "$ref" or a one-branch "allOf" beside which
  // only annotations (title, description, readOnly, ...) stand.
  [[nodiscard]] Node* identity(Node* schema);
  [[nodiscard]] ObjectShape object(Node* schema);
  [[nodiscard]] ValueShape value(Node* schema);
  // All `schemas` apply.
  [[nodiscard]] ValueShape value(const std::vector<Node*>& schemas);
  // The target of the schema's "$ref", or null.
  [[nodiscard]] Node* target(const Node& schema);

 private:
  void add_object(Node* schema, int depth, ObjectShape& shape);
  void add_members(const Node& properties, ObjectShape& shape);
  [[nodiscard]] bool branches_declare_members(const Node& branches);
  void add_value(Node* schema, int depth, ValueShape& shape);
  void add_union(const Node& branches, int depth, ValueShape& shape);

  Documents* documents_;
  [[nodiscard]] bool enter(const Node* schema, int depth);

  std::vector<const Node*> visiting_;
  uint32_t steps_ = 0;
};

}  // namespace servanda
