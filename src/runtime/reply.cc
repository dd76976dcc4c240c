// SPDX-License-Identifier: Apache-2.0
#include "servanda/reply.h"

namespace servanda {
namespace {

// Of what is the callee's state for a while, and not an answer to what was asked.
Code passed_on(const Problem& problem) {
  if (problem.status == 429 || problem.status == 503) return Code::kUnavailable;
  if (problem.status == 504) return Code::kDeadlineExceeded;
  return Code::kInternal;
}

}  // namespace

Failure failure_of(const Problem& problem, std::string_view operation) {
  const std::string name = '"' + std::string(operation) + '"';
  const Code code = passed_on(problem);
  if (code != Code::kInternal) return Failure(code, problem.message, problem.reason);
  const bool refused = problem.status >= 400 && problem.status < 500;
  std::string text = "The call of " + name + (refused ? " was refused with " : " failed with ") +
                     std::to_string(problem.status);
  if (!problem.reason.empty()) text += " " + problem.reason;
  text += ": " + problem.message;
  for (const FieldError& field : problem.fields) {
    text += " " + field.in + " \"" + field.pointer + "\": " + field.detail;
  }
  return Failure(code, std::move(text), refused ? "callee-refused" : "callee-failed");
}

}  // namespace servanda
