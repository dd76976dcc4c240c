// SPDX-License-Identifier: Apache-2.0
#include "call/problem_bodies.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/problem.h"
#include "base/text.h"
#include "call/code_boundary.h"
#include "call/record.h"
#include "call/worker.h"
#include "telemetry/metrics.h"

namespace servanda::internal {
namespace {

// The first operation served here that answers with the schema, or null.
const Operation* first_with(const Plan& plan, std::string_view schema) {
  const auto has = [schema](const Response& response) {
    return response.problem != nullptr && response.problem->coded_schema == schema;
  };
  for (const Operation& operation : plan.operations) {
    if (operation.handler == HandlerKind::kRemote) continue;
    if (std::ranges::any_of(operation.responses, has)) return &operation;
  }
  return nullptr;
}

std::string unknown_schema(const Plan& plan, std::string_view name) {
  const std::vector<std::string_view> known(plan.coded_problems.begin(), plan.coded_problems.end());
  std::string text = "problems are told as " + in_quotes(name) +
                     ", but the contract has no such schema with \"x-servanda: {problem: code}\"";
  if (const auto near = nearest(name, known)) text += " (did you mean " + in_quotes(*near) + "?)";
  return text;
}

}  // namespace

void check_problem_bodies(const Plan& plan, const CodeHandlers* handlers,
                          std::vector<std::string>& found) {
  for (size_t i = 0; handlers != nullptr && i < handlers->problem_bodies().size(); ++i) {
    const ProblemBody* const body = handlers->problem_bodies()[i].get();
    const std::string_view name = body->schema().name;
    if (handlers->find_problem_body(name) != body) {
      found.push_back("problems are told as " + in_quotes(name) + " by two functions");
    } else if (std::ranges::find(plan.coded_problems, name) == plan.coded_problems.end()) {
      found.push_back(unknown_schema(plan, name));
    }
  }
  for (const std::string& name : plan.coded_problems) {
    if (handlers != nullptr && handlers->find_problem_body(name) != nullptr) continue;
    const Operation* const first = first_with(plan, name);
    if (first == nullptr) continue;
    found.push_back(in_quotes(name) +
                    " says \"problem: code\", but this program has no function that tells problems "
                    "as it (" +
                    in_quotes(first->id) + " is the first operation to answer with it)");
  }
}

Problem problem_of(const Call& call, Error error, int retry_after_s) {
  Problem problem;
  problem.status = facts_of(error.code).http_status;
  problem.code = error.code;
  problem.reason = std::move(error.reason);
  problem.message = std::move(error.message);
  problem.fields = std::move(error.fields);
  problem.request_id = trace_id_text(call);
  problem.retry_after_s = retry_after_s;
  return problem;
}

bool tell_in_code(Call& call, const ProblemForm& form) {
  const CodeHandlers* const handlers = call.worker->options().handlers.get();
  if (handlers == nullptr) return false;
  const ProblemBody* const body = handlers->find_problem_body(form.coded_schema);
  if (body == nullptr) return false;
  Answer& answer = call.answer;
  Problem problem = problem_of(call, *answer.error, answer.retry_after_s);
  if (problem.message.empty()) problem.message = problem.title();
  Result<std::string> text = run_problem_body(call, *body, problem);
  if (!text) {
    if (call.counters != nullptr) call.counters->on_untold_problem();
    return false;
  }
  answer.text = std::move(*text);
  answer.use_text(form.content_type);
  return true;
}

}  // namespace servanda::internal
