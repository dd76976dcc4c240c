// SPDX-License-Identifier: Apache-2.0
#pragma once
// From schemas to declarations.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "contract/generate/facts.h"
#include "contract/generate/model.h"
#include "contract/generate/names.h"

namespace servanda::internal {

// How a type is called that is written in place, and where it goes.
struct Hint {
  std::string name;
  bool of_operation = false;
  uint32_t home = kNoHome;
  uint32_t self = kNoHome;  // The declaration to fill instead of making one.

  // The same place, one step further in.
  [[nodiscard]] Hint inside(std::string_view step) const {
    return {name + type_name(step), of_operation, home, kNoHome};
  }
};

// Makes declarations for schemas, each once. What a reference points to is queued, so that long
// chains of references cost no stack.
class TypeBuilder {
 public:
  TypeBuilder(Documents& documents, Model& model, size_t declarations_max)
      : facts_(documents), model_(&model), declarations_max_(declarations_max) {}

  // Declares the schemas of `components`, then everything they lead to.
  void declare_components(const Node& root);
  // The type of one value; null is a schema that says nothing.
  [[nodiscard]] TypeUse use(Node* schema, const Hint& hint);
  // Builds what references have led to so far.
  void drain();

  // The name of an operation or of a declaration.
  [[nodiscard]] std::string take_name(const std::string& wanted, bool of_operation);
  [[nodiscard]] FactReader& facts() { return facts_; }
  // A declaration outgrew GenerateLimits; its sentence, or "".
  [[nodiscard]] const std::string& failure() const { return failure_; }
  // The type of text in a header: scalars and lists of them, a string for everything else.
  [[nodiscard]] TypeUse header_use(Node* schema, const Hint& hint);

 private:
  struct Queued {
    uint32_t declaration;
    Node* schema;
  };
  // A property of a struct that several alternatives of a union make up.
  struct MergedProperty {
    std::string_view key;
    std::vector<Schemas> readings;
  };

  [[nodiscard]] TypeUse use(Schemas schemas, const Hint& hint);
  [[nodiscard]] uint32_t declare(const NamedSchema& target);
  [[nodiscard]] uint32_t add_declaration(Declaration declaration);
  [[nodiscard]] uint32_t declaration_for(const Hint& hint, const SchemaFacts& facts);
  void build_queued(const Queued& queued);
  void build_bases_first(Node& schema);
  [[nodiscard]] Schemas reduced(const Schemas& schemas);

  [[nodiscard]] TypeUse build(const SchemaFacts& facts, Hint hint);
  [[nodiscard]] TypeUse build_value(const SchemaFacts& facts, const Hint& hint);
  [[nodiscard]] TypeUse build_enum(const SchemaFacts& facts, const Hint& hint);
  [[nodiscard]] TypeUse build_object(const SchemaFacts& facts, const Hint& hint);
  [[nodiscard]] TypeUse build_struct(const SchemaFacts& facts, const Hint& hint);
  [[nodiscard]] TypeUse build_map(const SchemaFacts& facts, const Hint& hint);
  [[nodiscard]] TypeUse build_array(const SchemaFacts& facts, const Hint& hint);
  [[nodiscard]] TypeUse build_types(const SchemaFacts& facts, const Hint& hint);

  // build_unions.cc
  [[nodiscard]] TypeUse build_union(const SchemaFacts& facts, const Hint& hint);
  [[nodiscard]] TypeUse build_merged(SchemaFacts facts, const Hint& hint);
  [[nodiscard]] TypeUse branch_use(Node& branch, uint8_t types, const Hint& hint);
  [[nodiscard]] TypeUse join(TypeUse joined, const std::vector<Alternative>& alternatives,
                             const SchemaFacts& facts, const Hint& hint);
  void add_tags(const Node& discriminator, const Node& branches,
                std::vector<Alternative>& alternatives);
  [[nodiscard]] TypeUse merged_use(const MergedProperty& property, const Hint& hint);

  [[nodiscard]] StructMember member(std::string_view key, const Schemas& schemas,
                                    const SchemaFacts& owner);
  void name_members(Declaration& declaration);

  FactReader facts_;
  Model* model_;
  size_t declarations_max_;
  Scope types_;
  Scope operations_;
  std::unordered_map<const Node*, uint32_t> declared_;  // By schema that references point to.
  std::map<Schemas, TypeUse> written_in_place_;
  std::vector<Queued> queue_;
  size_t queue_at_ = 0;
  std::vector<bool> built_;  // Parallel to Model::declarations.
  int building_ = 0;         // Declarations being built inside each other.
  std::string failure_;
};

// The type of a value with exactly one type that needs no declaration; nothing otherwise.
[[nodiscard]] std::optional<TypeKind> scalar_kind(const SchemaFacts& facts);
// Whether all values are texts (or null): an enum.
[[nodiscard]] bool is_text_enum(const SchemaFacts& facts);

}  // namespace servanda::internal
