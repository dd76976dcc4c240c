// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/problem_proof.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/problem.h"
#include "contract/plan/problem_text.h"
#include "contract/plan/schema_shape.h"

namespace servanda::internal {
namespace {

constexpr std::string_view kRequestId = "0123456789abcdef0123456789abcdef";

// The problems that a response stands for: those of its status, or of the usual ones.
std::vector<Code> codes_of(const Response& response) {
  if (response.is_default() || response.first_status != response.last_status) {
    const bool server = response.first_status == 500;
    if (server) return {Code::kInternal, Code::kUnavailable};
    return {Code::kNotFound, Code::kConflict, Code::kUnprocessable};
  }
  std::vector<Code> codes;
  for (size_t i = 0; i < kCodeCount; ++i) {
    const Code code = static_cast<Code>(i);
    if (facts_of(code).http_status == response.first_status) codes.push_back(code);
  }
  return codes;
}

class ProblemProver {
 public:
  explicit ProblemProver(CompileState& state) : state_(&state), reader_(state.documents()) {}

  void prove(Operation& operation, const OperationNode& node) {
    for (Response& response : operation.responses) {
      const bool stored = operation.handler == HandlerKind::kResource;
      if (!stored && response.problem == nullptr) continue;
      if (response.problem != nullptr && !response.problem->coded_schema.empty()) continue;
      const FailureBody body = failure_body(state_->documents(), *node.node, response);
      if (body.schema == nullptr || !body.media->schema.exists()) continue;
      const bool exact = response.first_status == response.last_status;
      Outcome& outcome = outcomes_[{reader_.identity(body.schema), response.problem.get(),
                                    exact ? response.first_status : -response.first_status}];
      if (!outcome.proved) outcome = prove(response, body.media->schema);
      if (outcome.failure.empty()) continue;
      response.problem.reset();
      if (stored && !outcome.reported) report(*body.schema, outcome);
    }
  }

 private:
  struct Outcome {
    bool proved = false;
    bool reported = false;
    std::string failure;  // "" when all is well.
  };

  Outcome prove(const Response& response, const Schema& schema) {
    Outcome outcome;
    outcome.proved = true;
    for (const Code code : codes_of(response)) {
      Error error{code, "This is what happened, in a sentence.", {}, {}};
      check(response, schema, error, outcome);
      error.fields = {{"body", "/items/0/name", "required", "This property is required."},
                      {"query", "limit", "type", "Must be an integer."}};
      check(response, schema, error, outcome);
    }
    return outcome;
  }

  void check(const Response& response, const Schema& schema, const Error& error, Outcome& outcome) {
    const ProblemContext context{facts_of(error.code).http_status, kRequestId, "/v1/items",
                                 Timestamp{1'700'000'000'000'000}};
    const std::string text = response.problem != nullptr
                                 ? problem_text(*response.problem, error, context)
                                 : problem_body(error, kRequestId);
    const Result<JsonDocument> body = JsonDocument::parse(text);
    Issues issues;
    const bool conforms =
        body && schema.validate(body->root(), Direction::kResponse, validation_, issues);
    if (conforms || !outcome.failure.empty()) return;
    outcome.failure = "#";
    if (!issues.fields().empty()) {
      outcome.failure += issues.fields().front().pointer + ": " + issues.fields().front().detail;
    }
  }

  void report(const Node& schema, Outcome& outcome) {
    outcome.reported = true;
    state_->diagnostics.error(
        "problem-form", schema.place,
        "A problem cannot be told in this error body (" + outcome.failure + ")",
        "Declare an object with members such as message, code, status and errors, or problem "
        "details (RFC 9457). Or have C++ write it: x-servanda: {problem: code} on a component "
        "schema that is an object.");
  }

  CompileState* state_;
  SchemaReader reader_;
  ValidationContext validation_;
  std::map<std::tuple<const Node*, const ProblemForm*, int>, Outcome> outcomes_;
};

}  // namespace

void prove_problems(CompileState& state) {
  // A body with a member that nobody can fill has no form, so that samples would say nothing new.
  const std::vector<Diagnostic>& found = state.diagnostics.all();
  if (std::ranges::find(found, "problem-member", &Diagnostic::rule) != found.end()) return;
  ProblemProver prover(state);
  for (const OperationNode& node : state.nodes) {
    prover.prove(state.plan.operations[node.operation], node);
  }
}

}  // namespace servanda::internal
