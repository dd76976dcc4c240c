// SPDX-License-Identifier: Apache-2.0
#pragma once
// What queries know of a resource at compile time: servanda/query/table.h.

#include <string>

#include "contract/generate/cpp_text.h"
#include "contract/generate/model.h"
#include "contract/plan/resource.h"

namespace servanda::internal {

// The function table_of() of the struct that `declaration` is, which holds rows of `resource`.
[[nodiscard]] std::string table_text(const CppContext& context, const Declaration& declaration,
                                     const Resource& resource);

}  // namespace servanda::internal
