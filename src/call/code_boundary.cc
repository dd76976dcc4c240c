// SPDX-License-Identifier: Apache-2.0
#include "call/code_boundary.h"

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "call/record.h"
#include "call/worker.h"
#include "telemetry/log.h"

namespace servanda::internal {
namespace {

void log_failure(const Call& call, const Error& error) {
  Log* const log = call.worker->log();
  if (log == nullptr) return;
  std::string text = error.message;
  for (const FieldError& field : error.fields) {
    text += " #" + field.pointer + " " + field.code + ": " + field.detail;
  }
  log->write(LogLevel::kError, "A handler failed.",
             {{"operation", call.operation->id},
              {"reason", error.reason},
              {"what", text},
              {"trace_id", trace_id_text(call)}});
}

Error handler_failed(std::string what) {
  return Error{Code::kInternal, std::move(what), "handler-failed", {}};
}

// Bugs are for the log; clients outside development learn that there was one.
Error told(const Call& call, Error error) {
  if (error.code != Code::kInternal) return error;
  if (error.reason.empty()) error.reason = "handler-failed";
  log_failure(call, error);
  if (call.worker->options().environment == Environment::kDevelopment) return error;
  return handler_failed("The operation failed.");
}

Error error_of(const std::exception_ptr& thrown_here) {
  try {
    std::rethrow_exception(thrown_here);
  } catch (const Failure& failure) {
    return failure.error();
  } catch (const std::exception& thrown) {
    return handler_failed(std::string("The handler threw: ") + thrown.what());
  } catch (...) {
    return handler_failed("The handler threw something that is no std::exception.");
  }
}

// Awaits what `begin` begins, up to where exceptions end.
template <typename T, typename Begin>
Task<Result<T>> guarded(Call& call, Begin begin) {
  std::optional<Result<T>> outcome;
  const RunningHandler running_handler(call.worker->handler_watch(), call.operation->index);
  try {
    Task<Result<T>> running = begin();
    Result<T> done = co_await running;
    outcome.emplace(std::move(done));
  } catch (...) {
    outcome.emplace(std::unexpected<Error>(error_of(std::current_exception())));
  }
  if (!*outcome) co_return std::unexpected<Error>(told(call, std::move(outcome->error())));
  co_return std::move(*outcome);
}

}  // namespace

Task<Result<CodeAnswer>> run_code(Call& call, const CodeHandler& handler, Ctx& ctx,
                                  const Input& input) {
  return guarded<CodeAnswer>(call, [&handler, &ctx, &input] { return handler.handle(ctx, input); });
}

Task<Result<std::string>> run_hook(Call& call, const Hook& hook, Ctx& ctx, JsonValue stored,
                                   JsonValue next) {
  return guarded<std::string>(call,
                              [&hook, &ctx, stored, next] { return hook.run(ctx, stored, next); });
}

Task<Result<void>> run_computation(Call& call, const Computation& computation, Ctx& ctx,
                                   ShownRows& rows, MadeValues& values) {
  return guarded<void>(
      call, [&computation, &ctx, &rows, &values] { return computation.run(ctx, rows, values); });
}

Task<Result<std::optional<Identity>>> run_authenticator(Call& call,
                                                        const Authenticator& authenticator,
                                                        std::string_view credential) {
  const CallContext context(call);
  Task<Result<std::optional<Identity>>> running =
      guarded<std::optional<Identity>>(call, [&authenticator, &context, credential] {
        return authenticator.authenticate(context, credential);
      });
  Result<std::optional<Identity>> identity = co_await running;
  if (identity && *identity && (*identity)->principal.empty()) {
    co_return std::unexpected<Error>(
        told(call, handler_failed("The authenticator of \"" + std::string(authenticator.scheme()) +
                                  "\" found an identity without a principal.")));
  }
  co_return std::move(identity);
}

Result<std::string> run_problem_body(Call& call, const ProblemBody& body, const Problem& problem) {
  const RunningHandler running(call.worker->handler_watch(), call.operation->index);
  try {
    return body.write(problem);
  } catch (...) {
    Error error = error_of(std::current_exception());
    error.message =
        "No problem could be told as \"" + std::string(body.schema().name) + "\": " + error.message;
    error.reason = "problem-untold";
    log_failure(call, error);
    return std::unexpected<Error>(std::move(error));
  }
}

}  // namespace servanda::internal
