// SPDX-License-Identifier: Apache-2.0
#pragma once
// Problems in error bodies that C++ writes.

#include <string>
#include <vector>

#include "call/call.h"
#include "call/code_handlers.h"
#include "contract/plan/plan.h"
#include "servanda/failure.h"

namespace servanda::internal {

// Adds to `found` what does not fit: two functions for one schema, one for a schema that does not
// say `problem: code`, none (`handlers` may be null) where an operation that is served here answers
// with such a schema.
void check_problem_bodies(const Plan& plan, const CodeHandlers* handlers,
                          std::vector<std::string>& found);

// `error` as code sees it. `retry_after_s` as in Answer.
[[nodiscard]] Problem problem_of(const Call& call, Error error, int retry_after_s);

// Writes the answer's problem in the schema that its form names. False: no function is there, as in
// a gateway, or it has thrown, which is logged and counted; the answer is as it was.
[[nodiscard]] bool tell_in_code(Call& call, const ProblemForm& form);

}  // namespace servanda::internal
