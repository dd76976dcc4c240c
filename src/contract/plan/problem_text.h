// SPDX-License-Identifier: Apache-2.0
#pragma once
// Problems in the form that a contract declares for its error bodies.

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "contract/plan/problem_form.h"

namespace servanda {

// What a problem says besides its error.
struct ProblemContext {
  int status = 0;
  std::string_view request_id;
  std::string_view path;
  Timestamp now;
};

// The body as JSON. Members that have nothing to say are left out, unless they are required: then
// they are "", and a list of failing fields has one entry for the problem as a whole.
[[nodiscard]] std::string problem_text(const ProblemForm& form, const Error& error,
                                       const ProblemContext& context);

}  // namespace servanda
