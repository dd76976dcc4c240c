// SPDX-License-Identifier: Apache-2.0
#pragma once
// Which declared bodies tell problems, and the proof that those in their form conform.

#include "contract/document/documents.h"
#include "contract/plan/compile_state.h"

namespace servanda::internal {

// The JSON that a failure of an operation is declared to have.
struct FailureBody {
  MediaType* media = nullptr;
  Node* schema = nullptr;
};
// Nothing for successes, for statuses that the engine never answers, and where no schema is
// declared.
[[nodiscard]] FailureBody failure_body(Documents& documents, const Node& operation,
                                       Response& response);

// Tells sample problems in the form of each failure and validates them. What does not conform is an
// error "problem-form" where a resource is served; elsewhere Response::problem becomes null.
// Requires: Plan::schemas is finished.
void prove_problems(CompileState& state);

}  // namespace servanda::internal
