// SPDX-License-Identifier: Apache-2.0
#include "contract/generate/model.h"

namespace servanda::internal {

const TypeUse& Model::behind(const TypeUse& use) const {
  const TypeUse* at = &use;
  // No alias leads further than there are declarations.
  for (size_t hops = 0; hops <= declarations.size(); ++hops) {
    if (at->kind != TypeKind::kNamed) break;
    const Declaration& declaration = declarations[at->named];
    if (declaration.kind != DeclarationKind::kAlias) break;
    at = &declaration.target;
  }
  return *at;
}

bool Model::is_nullable(const TypeUse& use) const {
  const TypeUse* at = &use;
  for (size_t hops = 0; hops <= declarations.size(); ++hops) {
    if (at->nullable) return true;
    if (at->kind != TypeKind::kNamed) return false;
    const Declaration& declaration = declarations[at->named];
    if (declaration.kind != DeclarationKind::kAlias) return false;
    at = &declaration.target;
  }
  return false;
}

const Declaration* Model::declaration_of(const TypeUse& use) const {
  const TypeUse& at = behind(use);
  return at.kind == TypeKind::kNamed ? &declarations[at.named] : nullptr;
}

}  // namespace servanda::internal
