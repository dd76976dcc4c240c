// SPDX-License-Identifier: Apache-2.0
#pragma once
// What is going to be generated: types, declarations and operations, before any text is written.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/plan/operation.h"
#include "contract/plan/plan.h"

namespace servanda::internal {

// C++ types of values. kNamed is a Declaration.
enum class TypeKind : uint8_t {
  kJson,
  kBoolean,
  kInt32,
  kInt64,
  kDouble,
  kString,
  kUuid,
  kTimestamp,
  kDate,
  kDecimal,
  kDecimalNumber,
  kVector,
  kMap,
  kNamed,
};

// The type of one value where it is used.
struct TypeUse {
  TypeKind kind = TypeKind::kJson;
  uint32_t named = 0;            // kNamed: index in Model::declarations.
  bool nullable = false;         // JSON's null is a value too.
  bool boxed = false;            // kNamed: held in a Box, because the type contains itself.
  std::vector<TypeUse> element;  // One, for kVector and kMap.
  bool operator==(const TypeUse&) const = default;
};

// One declared property of a struct.
struct StructMember {
  std::string_view key;  // In JSON.
  std::string name;      // In C++.
  std::string_view description;
  TypeUse type;
  bool required = false;     // Always there: neither readOnly nor writeOnly.
  std::string_view absence;  // "readOnly" or "writeOnly": why it is not, though it is required.
  bool deprecated = false;
};

// One text of an enum.
struct Enumerator {
  std::string_view text;
  std::string name;
};

// One type that a union may hold.
struct Alternative {
  TypeUse type;
  std::vector<std::string> tags;  // With a discriminator: its values.
};

// What a declaration becomes.
enum class DeclarationKind : uint8_t {
  kAlias,
  kWrapper,  // A struct with one member `value`: an alias that contains itself.
  kStruct,
  kEnum,
  kUnion,  // A struct with a std::variant `value`.
};

inline constexpr uint32_t kNoHome = UINT32_MAX;

// One generated type. Texts are views into the documents.
struct Declaration {
  DeclarationKind kind = DeclarationKind::kAlias;
  std::string name;
  bool of_operation = false;  // Lives in namespace op.
  // The unit whose header it stands in: another declaration, or an operation (of_operation);
  // kNoHome: a header of its own.
  uint32_t home = kNoHome;
  std::string_view place;  // JSON Pointer-like name of a component, for its comment.
  std::string_view description;
  bool deprecated = false;

  TypeUse target;                     // kAlias, kWrapper.
  std::vector<StructMember> members;  // kStruct.
  std::optional<TypeUse> additional;  // kStruct: undeclared members are kept.
  std::string additional_name;
  std::vector<Enumerator> enumerators;    // kEnum.
  std::vector<Alternative> alternatives;  // kUnion.
  std::string_view discriminator;         // kUnion.
  bool use_optional_tags = false;  // kUnion: members that may be absent tell alternatives apart.

  // kUnion: whether a last alternative holds, as JSON, what fits none: a tag may be absent, or one
  // that the contract does not know.
  [[nodiscard]] bool holds_rest() const { return use_optional_tags || !discriminator.empty(); }
};

// One parameter of an operation.
struct ParameterModel {
  const Parameter* parameter = nullptr;
  std::string name;
  std::string_view description;
  TypeUse type;
  std::string initial;  // C++ expression of the default; "" when there is none.
  bool optional = false;
};

// A body of a request or response.
struct BodyModel {
  enum class Kind : uint8_t { kNone, kStructured, kRaw } kind = Kind::kNone;
  std::string name = "body";
  bool optional = false;
  TypeUse type;
  std::string media_type;  // The first concrete one; "" when there is none.
};

// One declared response header.
struct HeaderModel {
  std::string_view key;
  std::string name;
  std::string_view description;
  TypeUse type;
  bool required = false;
};

// One declared response.
struct ResponseModel {
  const Response* response = nullptr;
  std::string name;  // "Ok200".
  std::string_view description;
  BodyModel body;
  std::vector<HeaderModel> headers;
};

// One operation of the plan.
struct OperationModel {
  const Operation* operation = nullptr;
  std::string name;
  std::string_view description;
  std::vector<ParameterModel> parameters;
  BodyModel body;
  std::vector<ResponseModel> responses;
};

// One event that some operation emits.
struct EventModel {
  const EventDeclaration* event = nullptr;
  std::string name;
  std::string_view description;
  TypeUse body;
};

// Everything, in the order of the documents; events in that of the plan.
struct Model {
  std::vector<Declaration> declarations;
  std::vector<OperationModel> operations;
  std::vector<EventModel> events;

  // The type behind aliases. Aliases never form a cycle once build_model() is done.
  [[nodiscard]] const TypeUse& behind(const TypeUse& use) const;
  // Whether null is a value of the type, by itself or by the alias it names.
  [[nodiscard]] bool is_nullable(const TypeUse& use) const;
  [[nodiscard]] bool is_json(const TypeUse& use) const {
    return behind(use).kind == TypeKind::kJson;
  }
  // The declaration behind aliases, or null.
  [[nodiscard]] const Declaration* declaration_of(const TypeUse& use) const;
};

}  // namespace servanda::internal
