// SPDX-License-Identifier: Apache-2.0
#include "base/problem.h"

#include "servanda/failure.h"

namespace servanda {

std::string_view Problem::word() const {
  return reason.empty() ? facts_of(code).word : std::string_view(reason);
}

std::string_view Problem::title() const {
  return facts_of(code).title;
}

std::string Problem::type() const {
  return problem_type(Error{code, {}, {}, {}});
}

bool Problem::is_retryable() const {
  return servanda::is_retryable(Error{code, {}, reason, {}});
}

}  // namespace servanda
