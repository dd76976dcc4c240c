// SPDX-License-Identifier: Apache-2.0
#pragma once
// The one place where exceptions of users' code end.

#include <optional>
#include <string>
#include <string_view>

#include "base/task.h"
#include "call/call.h"
#include "servanda/authenticator.h"
#include "servanda/failure.h"
#include "servanda/handler.h"
#include "servanda/hook.h"

namespace servanda::internal {

// Runs the handler once. What it throws becomes an error: a Failure its own, everything else
// kInternal with reason "handler-failed". kInternal is logged with the operation and what was said;
// outside development the client is told no more than that it failed.
[[nodiscard]] Task<Result<CodeAnswer>> run_code(Call& call, const CodeHandler& handler, Ctx& ctx,
                                                const Input& input);

// Runs the hook, see Hook::run(), with the same end for what it throws.
[[nodiscard]] Task<Result<std::string>> run_hook(Call& call, const Hook& hook, Ctx& ctx,
                                                 JsonValue stored, JsonValue next);

// Makes values of rows, see Computation::run(), with the same end for what it throws.
[[nodiscard]] Task<Result<void>> run_computation(Call& call, const Computation& computation,
                                                 Ctx& ctx, ShownRows& rows, MadeValues& values);

// Asks the authenticator, with the same end for what it throws. An identity without a principal is
// such an error, too.
[[nodiscard]] Task<Result<std::optional<Identity>>> run_authenticator(
    Call& call, const Authenticator& authenticator, std::string_view credential);

// Writes the problem, see ProblemBody::write(). What it throws is logged, and the result is an
// error that says no more.
[[nodiscard]] Result<std::string> run_problem_body(Call& call, const ProblemBody& body,
                                                   const Problem& problem);

}  // namespace servanda::internal
