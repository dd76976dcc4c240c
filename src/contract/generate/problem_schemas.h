// SPDX-License-Identifier: Apache-2.0
#pragma once
// Types of error bodies that C++ writes: schemas with `problem: code`.

#include <string>

#include "contract/generate/cpp_text.h"

namespace servanda::internal {

// Whether App::tell_problems_as() takes the type.
[[nodiscard]] bool is_problem_schema(const CppContext& context, const Declaration& declaration);
// What ties it to its schema and contract, for the header that has it; "" for other types.
[[nodiscard]] std::string problem_schema_text(const CppContext& context,
                                              const Declaration& declaration);

}  // namespace servanda::internal
