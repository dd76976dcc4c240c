// SPDX-License-Identifier: Apache-2.0
#include "contract/generate/problem_schemas.h"

#include <algorithm>

#include "contract/generate/names.h"

namespace servanda::internal {

bool is_problem_schema(const CppContext& context, const Declaration& declaration) {
  if (declaration.of_operation || declaration.place.empty()) return false;
  const auto& names = context.plan->coded_problems;
  if (std::ranges::find(names, declaration.place) == names.end()) return false;
  if (declaration.kind != DeclarationKind::kAlias)
    return declaration.kind != DeclarationKind::kEnum;
  // Overloads are found beside the type itself, which has to be one of the contract's.
  const Declaration* const behind = context.model->declaration_of(declaration.target);
  return behind != nullptr && behind->kind == DeclarationKind::kStruct &&
         !context.model->is_nullable(declaration.target);
}

std::string problem_schema_text(const CppContext& context, const Declaration& declaration) {
  if (!is_problem_schema(context, declaration)) return {};
  return "inline servanda::ProblemSchema problem_schema(const " + declaration.name +
         "*) {\n  return {" + literal(declaration.place) + ", kContractHash};\n}\n\n";
}

}  // namespace servanda::internal
