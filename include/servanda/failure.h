// SPDX-License-Identifier: Apache-2.0
#pragma once
// The exception that ends a handler with a problem of the caller's, or of the store's; what a
// problem says; and functions that write it in an error body of the contract's own.

#include <concepts>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "servanda/json.h"
#include "servanda/types.h"

namespace servanda {

// Thrown by Db, and by handlers that have no declared response for what went wrong: the call is
// answered with the error's problem body and everything the handler wrote is discarded. kInternal
// stands for a bug: it is logged, and outside development its message is not shown.
//
//   if (!in.body.email.ends_with("@example.com")) {
//     throw Failure(Code::kUnprocessable, "Only our own people may order.", "foreign-address");
//   }
class Failure : public std::exception {
 public:
  explicit Failure(Error error) : error_(std::move(error)) {}
  Failure(Code code, std::string message, std::string reason = {})
      : error_{code, std::move(message), std::move(reason), {}} {}

  [[nodiscard]] const Error& error() const noexcept { return error_; }
  // The error's message.
  [[nodiscard]] const char* what() const noexcept override { return error_.message.c_str(); }

 private:
  Error error_;
};

// Why an operation gave none of its declared answers: it was refused before its handler ran, its
// handler failed, or what it answered is not in the contract.
struct Problem {
  int status = 500;  // As a client sees it.
  Code code = Code::kInternal;
  std::string reason;              // Stable word finer than `code`, such as "unique"; may be empty.
  std::string message;             // A sentence for the client.
  std::vector<FieldError> fields;  // Every failing field; may be empty.
  std::string request_id;          // 32 hexadecimal digits: the trace.
  int retry_after_s = 0;           // Retry-After; 0: it is not known.

  // The stable word that problem details have as `code`: the reason, or what `code` is called.
  [[nodiscard]] std::string_view word() const;
  // Those of `code` alone, the same for all its problems: "Not found", and a URI.
  [[nodiscard]] std::string_view title() const;
  [[nodiscard]] std::string type() const;
  // Whether the same request may succeed later unchanged.
  [[nodiscard]] bool is_retryable() const;
};

// A generated type of a component schema that says `x-servanda: {problem: code}`.
template <typename T>
concept ProblemStruct = requires(const T* body) {
  { problem_schema(body) } -> std::convertible_to<ProblemSchema>;
};

// Writes the engine's problems in one declared error body. Shared by all workers, so it holds
// nothing that changes.
class ProblemBody {
 public:
  virtual ~ProblemBody() = default;
  [[nodiscard]] virtual ProblemSchema schema() const = 0;
  // The body as JSON. Called on the worker that answers: it must not block. What it throws is
  // logged, and the problem goes out as problem details (RFC 9457).
  [[nodiscard]] virtual std::string write(const Problem& problem) const = 0;
};

namespace internal {

template <typename T, typename F>
class FunctionProblemBody final : public ProblemBody {
 public:
  explicit FunctionProblemBody(F function) : function_(std::move(function)) {}
  [[nodiscard]] ProblemSchema schema() const override {
    return problem_schema(static_cast<const T*>(nullptr));
  }
  [[nodiscard]] std::string write(const Problem& problem) const override {
    const T body = function_(problem);
    return to_json_text(body);
  }

 private:
  const F function_;
};

}  // namespace internal

// From a function `T(const Problem&)`, which is called on every worker at once. What it captures is
// shared.
template <typename T, typename F>
[[nodiscard]] std::unique_ptr<const ProblemBody> make_problem_body(F function) {
  static_assert(ProblemStruct<T>,
                "Problems are told as the generated type of a component schema that says "
                "x-servanda: {problem: code}.");
  static_assert(std::is_invocable_r_v<T, const F&, const Problem&>,
                "What tells problems is a function T(const servanda::Problem&).");
  return std::make_unique<internal::FunctionProblemBody<T, F>>(std::move(function));
}

}  // namespace servanda
