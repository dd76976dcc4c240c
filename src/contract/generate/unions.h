// SPDX-License-Identifier: Apache-2.0
#pragma once
// Decides how the alternatives of a union are told apart, or that they cannot be.

#include <cstdint>
#include <vector>

#include "contract/generate/model.h"

namespace servanda::internal {

// JSON kinds that values of a type have, as bits of TypeMask (which are 1 << JsonKind).
[[nodiscard]] uint8_t kinds_of(const Model& model, const TypeUse& use);

// Whether two uses are one C++ type.
[[nodiscard]] bool same_type(const Model& model, const TypeUse& a, const TypeUse& b);

// The enum behind a member that must be one of its texts; null for any other member.
[[nodiscard]] const Declaration* tag_enum(const Model& model, const StructMember& member);

// Settles every union: puts its alternatives into the order in which they are tried, so that no
// value of one is taken for another. A test looks at the kind of JSON, at required members, their
// kinds and the texts of enums; where that tells two alternatives not apart, enums that may be
// absent are looked at too (Declaration::use_optional_tags), and where that does not either, the
// union becomes JSON of no declared form. Requires: aliases form no cycle.
void settle_unions(Model& model);

}  // namespace servanda::internal
