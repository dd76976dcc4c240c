// SPDX-License-Identifier: Apache-2.0
#include "contract/generate/tables.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace servanda::internal {
namespace {

constexpr size_t kIndent = 26;      // Of what stands in RowTable<...>.
constexpr size_t kColumnsMax = 98;  // Of a line, with what may end it.

// The column that values of a C++ type are compared in, if they are scalars.
std::optional<ColumnType> column_of(const Model& model, const TypeUse& use) {
  const TypeUse& type = model.behind(use);
  switch (type.kind) {
    case TypeKind::kBoolean:
      return ColumnType::kBoolean;
    case TypeKind::kInt32:
    case TypeKind::kInt64:
      return ColumnType::kInteger;
    case TypeKind::kDouble:
    case TypeKind::kDecimalNumber:
      return ColumnType::kNumber;
    case TypeKind::kString:
      return ColumnType::kText;
    case TypeKind::kUuid:
      return ColumnType::kUuid;
    case TypeKind::kTimestamp:
      return ColumnType::kTimestamp;
    case TypeKind::kDate:
      return ColumnType::kDate;
    case TypeKind::kDecimal:
      return ColumnType::kDecimal;
    case TypeKind::kNamed: {
      const bool is_enum = model.declarations[type.named].kind == DeclarationKind::kEnum;
      return is_enum && !type.boxed ? std::optional(ColumnType::kText) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

// The member that holds the property and can be compared with what is stored, or null.
const StructMember* member_of(const Model& model, const Declaration& declaration,
                              const Property& property) {
  if (property.hidden || property.generated == Generated::kPurged) return nullptr;
  const auto found = std::ranges::find(declaration.members, property.name, &StructMember::key);
  if (found == declaration.members.end()) return nullptr;
  return column_of(model, found->type) == property.type ? &*found : nullptr;
}

std::string columns_text(const CppContext& context, const Declaration& declaration,
                         const Resource& resource) {
  std::vector<std::string> members;
  for (const Property& property : resource.properties) {
    const StructMember* const member = member_of(*context.model, declaration, property);
    members.push_back(member == nullptr ? "nullptr" : "&" + declaration.name + "::" + member->name);
  }
  while (!members.empty() && members.back() == "nullptr") members.pop_back();
  std::string out = "servanda::Columns<";
  const std::string indent(kIndent + out.size(), ' ');
  size_t width = indent.size();
  for (size_t i = 0; i < members.size(); ++i) {
    const std::string comma = i > 0 ? "," : "";
    width += members[i].size() + 2;
    const bool breaks = i > 0 && width > kColumnsMax;
    if (breaks) width = indent.size() + members[i].size() + 2;
    out += comma + (breaks ? "\n" + indent : i > 0 ? " " : "") + members[i];
  }
  return out + ">";
}

std::string scope_text(RowScope rows) {
  switch (rows) {
    case RowScope::kLive:
      return "servanda::RowScope::kLive";
    case RowScope::kDeleted:
      return "servanda::RowScope::kDeleted";
    default:
      return "servanda::RowScope::kAll";
  }
}

std::string index_text(const Index& index) {
  std::string out = index.unique ? "servanda::UniqueOn<" : "servanda::IndexOn<";
  out += scope_text(index.rows);
  for (const IndexKey& key : index.keys) {
    out += (key.descending ? ", ~" : ", ") + std::to_string(key.property);
  }
  return out + ">";
}

}  // namespace

std::string table_text(const CppContext& context, const Declaration& declaration,
                       const Resource& resource) {
  std::string out = "constexpr auto table_of(const " + declaration.name +
                    "*)\n    -> servanda::RowTable<" + std::to_string(resource.key) + ", " +
                    std::to_string(resource.soft_delete ? int{resource.soft_delete->deleted} : -1);
  const std::string next = ",\n" + std::string(kIndent, ' ');
  out += next + columns_text(context, declaration, resource);
  for (const Index& index : resource.indexes) out += next + index_text(index);
  return out + "> {\n  return {};\n}\n";
}

}  // namespace servanda::internal
