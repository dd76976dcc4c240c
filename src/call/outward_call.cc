// SPDX-License-Identifier: Apache-2.0
// What a handler's c.call() is made of: the request handed in, the answer handed back.
#include <charconv>
#include <utility>

#include "base/problem.h"
#include "call/inner_call.h"
#include "call/problem_bodies.h"
#include "call/problem_reading.h"
#include "call/record.h"
#include "call/worker.h"

namespace servanda::internal {
namespace {

std::string etag_text(const Answer& answer) {
  if (answer.version != 0) return '"' + std::to_string(answer.version) + '"';
  return '"' + std::string(answer.tag) + '"';
}

// The header fields of an answer, as the door would send them.
void fill_answer_fields(const Answer& answer, std::vector<HeaderValue>& fields) {
  fields.clear();
  if (answer.version != 0 || !answer.tag.empty()) fields.push_back({"etag", etag_text(answer)});
  if (!answer.location.empty()) fields.push_back({"location", std::string(answer.location)});
  if (answer.retry_after_s != 0) {
    fields.push_back({"retry-after", std::to_string(answer.retry_after_s)});
  }
  if (answer.minimal) fields.push_back({"preference-applied", "return=minimal"});
  if (answer.replayed) fields.push_back({"idempotent-replayed", "true"});
  for (const HeaderField& field : answer.fields) {
    fields.push_back({field.name, std::string(field.value)});
  }
}

}  // namespace

OutwardCall::OutwardCall(Call& caller, std::string_view operation, std::string_view contract_hash)
    : caller_(&caller),
      operation_(operation),
      contract_hash_(contract_hash),
      inner_(caller.worker->take_inner_call(caller).release()) {}

OutwardCall::OutwardCall(OutwardCall&& other) noexcept
    : caller_(other.caller_),
      operation_(other.operation_),
      contract_hash_(other.contract_hash_),
      inner_(std::exchange(other.inner_, nullptr)) {}

OutwardCall::~OutwardCall() {
  if (inner_ != nullptr) caller_->worker->give_back(std::unique_ptr<InnerCall>(inner_));
}

Outgoing& OutwardCall::request() {
  return inner_->request;
}

void OutwardCall::set_idempotency_key(std::string_view key) {
  inner_->idempotency_key = key;
}

void OutwardCall::take_into(Handover& handover) {
  if (caller_->worker->options().inner_answers == InnerAnswers::kSerialised) return;
  inner_->call->handover = &handover;
}

bool OutwardCall::handed_over() const {
  return inner_->call->answer.handed_over;
}

Task<Result<void>> OutwardCall::run() {
  const WaitingHandler waiting(caller_->worker->handler_watch(), caller_->operation->index);
  Task<Result<void>> running = run_inner_call(*caller_, *inner_, operation_, contract_hash_);
  Result<void> ran = co_await running;
  if (!ran) co_return ran;
  Answer& answer = inner_->call->answer;
  if (answer.error) {
    inner_->problem = problem_of(*caller_, std::move(*answer.error), answer.retry_after_s);
    inner_->has_problem = true;
  }
  co_return ran;
}

Problem* OutwardCall::problem() {
  return inner_->has_problem ? &inner_->problem : nullptr;
}

Incoming OutwardCall::answer() {
  const Answer& answer = inner_->call->answer;
  fill_answer_fields(answer, inner_->answer_fields);
  Incoming incoming;
  incoming.status = answer.status;
  incoming.media_type = answer.content_type;
  incoming.body_text = answer.body;
  incoming.headers = inner_->answer_fields;
  if (is_json_media(answer.content_type)) {
    const Result<JsonValue> parsed =
        inner_->answer_parser.parse(answer.body, {kJsonDepthMax, 10'000'000});
    if (parsed) incoming.body = *parsed;
  }
  return incoming;
}

Problem OutwardCall::undeclared(const ReadError& error) {
  const Answer& answer = inner_->call->answer;
  if (answer.status < 400) {
    Problem problem;
    problem.request_id = trace_id_text(*caller_);
    problem.reason = "answer-breaks-contract";
    problem.message = "The answer of \"" + std::string(operation_) + "\" with status " +
                      std::to_string(answer.status) +
                      " is not as declared: " + error.to_error().message;
    return problem;
  }
  Problem problem =
      problem_of(*caller_, read_problem(answer.status, this->answer().body), answer.retry_after_s);
  problem.status = answer.status;
  return problem;
}

}  // namespace servanda::internal
