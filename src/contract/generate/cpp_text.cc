// SPDX-License-Identifier: Apache-2.0
#include "contract/generate/cpp_text.h"

#include <utility>

namespace servanda::internal {
namespace {

std::string_view plain_type(TypeKind kind) {
  switch (kind) {
    case TypeKind::kJson:
      return "servanda::Json";
    case TypeKind::kBoolean:
      return "bool";
    case TypeKind::kInt32:
      return "std::int32_t";
    case TypeKind::kInt64:
      return "std::int64_t";
    case TypeKind::kDouble:
      return "double";
    case TypeKind::kString:
      return "std::string";
    case TypeKind::kUuid:
      return "servanda::Uuid";
    case TypeKind::kTimestamp:
      return "servanda::Timestamp";
    case TypeKind::kDate:
      return "servanda::Date";
    case TypeKind::kDecimal:
      return "servanda::Decimal";
    case TypeKind::kDecimalNumber:
      return "servanda::DecimalNumber";
    default:
      return "";
  }
}

// Null as a value of the type itself, not of the alias it names.
bool wraps_null(const CppContext& context, const TypeUse& use) {
  if (!use.nullable || context.model->is_json(use)) return false;
  TypeUse bare = use;
  bare.nullable = false;
  return !context.model->is_nullable(bare);
}

std::string test_named(const CppContext& context, const TypeUse& type, const std::string& value,
                       bool in_operation) {
  const Declaration& declaration = context.model->declarations[type.named];
  const std::string name = declaration_text(context, type.named, in_operation);
  if (declaration.kind == DeclarationKind::kEnum) {
    return "servanda::is_enumerator<" + name + ">(" + value + ")";
  }
  return "fits(" + value + ", static_cast<const " + name + "*>(nullptr))";
}

std::string test_type(const CppContext& context, const TypeUse& type, const std::string& value,
                      bool in_operation) {
  switch (type.kind) {
    case TypeKind::kJson:
      return "true";
    case TypeKind::kBoolean:
      return value + ".kind() == servanda::JsonKind::kBoolean";
    case TypeKind::kInt32:
    case TypeKind::kInt64:
      return "servanda::is_whole(" + value + ")";
    case TypeKind::kDouble:
    case TypeKind::kDecimalNumber:
      return value + ".is_number()";
    case TypeKind::kString:
      return value + ".is_string()";
    case TypeKind::kVector: {
      const std::string item = "(*" + value + ".items().begin())";
      return "(" + value + ".is_array() && (" + value + ".size() == 0 || " +
             test_text(context, type.element.front(), item, in_operation) + "))";
    }
    case TypeKind::kMap:
      return value + ".is_object()";
    case TypeKind::kNamed:
      return test_named(context, type, value, in_operation);
    default:
      return "servanda::reads_as<" + std::string(plain_type(type.kind)) + ">(" + value + ")";
  }
}

class FitsFinder {
 public:
  explicit FitsFinder(const Model& model) : model_(model), found_(model.declarations.size()) {}

  std::vector<bool> run() {
    for (const Declaration& declaration : model_.declarations) {
      if (declaration.kind != DeclarationKind::kUnion || !declaration.discriminator.empty()) {
        continue;
      }
      for (const Alternative& one : declaration.alternatives) add(one.type);
    }
    while (!open_.empty()) {
      const Declaration& declaration = model_.declarations[open_.back()];
      open_.pop_back();
      if (declaration.kind == DeclarationKind::kWrapper) add(declaration.target);
      for (const Alternative& one : declaration.alternatives) add(one.type);
    }
    return std::move(found_);
  }

 private:
  void add(const TypeUse& use) {
    const TypeUse* at = &model_.behind(use);
    while (!at->element.empty()) at = &model_.behind(at->element.front());
    if (at->kind != TypeKind::kNamed || found_[at->named]) return;
    found_[at->named] = true;
    open_.push_back(at->named);
  }

  const Model& model_;
  std::vector<bool> found_;
  std::vector<uint32_t> open_;
};

// The contract's namespace as code inside of it can name it: from the root where a namespace
// further in has the name of its first part ("op", "shop::shop").
std::string rooted_namespace(const CppContext& context) {
  const std::string& all = context.name_space;
  const std::string first = all.substr(0, all.find("::"));
  const std::string inner = all.substr(first.size()) + "::op::service::event::";
  return inner.find("::" + first + "::") == std::string::npos ? all : "::" + all;
}

}  // namespace

std::string declaration_text(const CppContext& context, uint32_t declaration, bool in_operation) {
  const Declaration& named = context.model->declarations[declaration];
  if (named.of_operation) {
    return in_operation ? named.name : rooted_namespace(context) + "::op::" + named.name;
  }
  return in_operation ? rooted_namespace(context) + "::" + named.name : named.name;
}

std::string type_text(const CppContext& context, const TypeUse& use, bool in_operation) {
  std::string out;
  if (use.kind == TypeKind::kVector) {
    out = "std::vector<" + type_text(context, use.element.front(), in_operation) + ">";
  } else if (use.kind == TypeKind::kMap) {
    out = "std::map<std::string, " + type_text(context, use.element.front(), in_operation) + ">";
  } else if (use.kind == TypeKind::kNamed) {
    out = declaration_text(context, use.named, in_operation);
    const bool is_enum = context.model->declarations[use.named].kind == DeclarationKind::kEnum;
    if (is_enum) out = "servanda::Open<" + out + ">";
    if (use.boxed) out = "servanda::Box<" + out + ">";
  } else {
    out = plain_type(use.kind);
  }
  return wraps_null(context, use) ? "servanda::Nullable<" + out + ">" : out;
}

std::string test_text(const CppContext& context, const TypeUse& use, const std::string& value,
                      bool in_operation) {
  std::string test = test_type(context, context.model->behind(use), value, in_operation);
  if (context.model->is_nullable(use)) return "(" + value + ".is_null() || " + test + ")";
  return test;
}

std::vector<bool> fits_needed(const Model& model) {
  return FitsFinder(model).run();
}

}  // namespace servanda::internal
