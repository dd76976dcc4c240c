// SPDX-License-Identifier: Apache-2.0
#include "call/code_handler.h"

#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "call/answer_header.h"
#include "call/code_boundary.h"
#include "call/code_db.h"
#include "call/idempotency.h"
#include "call/rerun.h"
#include "call/resource_handler.h"
#include "call/respond.h"
#include "call/worker.h"
#include "telemetry/metrics.h"

namespace servanda {
namespace internal {
namespace {

bool refuse_header(Call& call, std::string_view name) {
  return refuse(call, Code::kInternal,
                "The handler's header field " + std::string(name) +
                    " holds control characters, which no field can.",
                "answer-breaks-contract");
}

// False: the call has been refused.
bool add_headers(Call& call, const CodeAnswer& given) {
  for (const HeaderValue& header : given.headers) {
    const std::string name = to_lower(header.name);
    if (is_engines_field(name)) continue;
    if (!is_field_text(header.value)) return refuse_header(call, header.name);
    const std::string_view value = call.arena->copy(header.value);
    if (name == "location") {
      call.answer.location = value;
    } else if (name == "etag" && !value.ends_with('"')) {
      call.answer.add_field("etag", call.arena->join(call.arena->join("\"", value), "\""));
    } else {
      call.answer.add_field(call.arena->copy(name), value);
    }
  }
  return true;
}

// The media type that the contract declares for the answer, or null.
const MediaType* declared_media(const Response& response, std::string_view type) {
  const std::string_view essence = trim(type.substr(0, type.find(';')));
  const MediaType* pattern = nullptr;
  for (const MediaType& media : response.content) {
    const std::string_view range = std::string_view(media.range);
    if (equals_ignoring_case(trim(range.substr(0, range.find(';'))), essence)) return &media;
    if (range.find('*') != std::string_view::npos) pattern = &media;
  }
  return pattern;
}

// What development checks before anything is committed. False: the call has been refused.
bool check_answer(Call& call) {
  Answer& answer = call.answer;
  const Response* const response = call.operation->response_for(answer.status);
  if (response == nullptr && !call.operation->responses.empty()) {
    return refuse(call, Code::kInternal,
                  "The handler answered with status " + std::to_string(answer.status) +
                      ", which the contract does not declare (checked in development only).",
                  "answer-breaks-contract");
  }
  if (response == nullptr || answer.content_type.empty()) return true;
  const MediaType* const media = declared_media(*response, answer.content_type);
  if (media == nullptr) {
    return refuse(call, Code::kInternal,
                  "The handler answered as " + std::string(answer.content_type) +
                      ", which the contract does not declare (checked in development only).",
                  "answer-breaks-contract");
  }
  Issues issues;
  if (!conforms_to(call, *media, answer.body, issues)) {
    refuse_nonconforming(call, issues);
    return false;
  }
  answer.conforms = true;
  return true;
}

// Makes the handler's answer the call's. False: the call has been refused.
bool take_answer(Call& call, CodeAnswer given) {
  Answer& answer = call.answer;
  if (given.status < 200 || given.status > 599) {
    return refuse(call, Code::kInternal,
                  "The handler answered with status " + std::to_string(given.status) +
                      "; answers are from 200 to 599.",
                  "answer-breaks-contract");
  }
  answer.status = given.status;
  answer.handed_over = given.handed_over;
  if (!add_headers(call, given)) return false;
  if (given.has_body && given.status != 204 && given.status != 304) {
    std::string_view type = given.content_type;
    if (type.empty()) {
      type = given.media_type.empty() ? std::string_view("application/json")
                                      : call.arena->copy(given.media_type);
    }
    if (!is_field_text(type)) return refuse_header(call, "content-type");
    answer.text = std::move(given.body);
    answer.use_text(type);
  }
  if (call.worker->options().environment == Environment::kDevelopment && !check_answer(call)) {
    return false;
  }
  if (call.idempotency.active && answer.body.size() > kStoredBodyBytesMax) {
    return refuse(call, Code::kInternal,
                  "The answer is too large to be kept for its Idempotency-Key: at most " +
                      std::to_string(kStoredBodyBytesMax) + " bytes.",
                  "answer-too-large");
  }
  return true;
}

// Whether a refusal follows from stored state, so that a repeated request must see it too.
bool is_kept(const Call& call) {
  const Answer& answer = call.answer;
  if (answer.error) {
    const Error& error = *answer.error;
    return error.code == Code::kNotFound || error.code == Code::kPreconditionFailed ||
           (error.code == Code::kConflict && error.reason != "version-moved");
  }
  return answer.status == 404 || answer.status == 409 || answer.status == 412;
}

// Keeps a refusal under the call's idempotency key, without anything that the handler wrote.
Task<void> keep_refusal(Call& call) {
  if (!call.idempotency.active || !is_kept(call)) co_return;
  UnitOfWork unit(*call.worker->session(), *call.arena);
  const IdempotencyRecord* const record = make_record(call, {});
  if (record == nullptr) co_return;
  Task<Result<void>> committing = unit.commit(record, call.deadline);
  Result<void> kept = co_await committing;
  if (!kept && kept.error().reason == "idempotency-key-used") {
    co_await replay_stored_answer(call);
  }
}

void refuse_run(Call& call, Error error) {
  if (error.reason == "version-moved") {
    error.message = "What this operation works on kept changing: try again.";
  }
  const bool busy = error.code == Code::kUnavailable;
  refuse(call, std::move(error));
  if (busy) call.answer.retry_after_s = 1;
}

Task<Ending> commit(Call& call, CodeDb& db) {
  const IdempotencyRecord* const record = make_record(call, {});
  Task<Result<void>> committing = db.commit(record);
  Result<void> done = co_await committing;
  if (done) co_return Ending::kDone;
  Error& error = done.error();
  if (error.reason == "idempotency-key-used") {
    co_await replay_stored_answer(call);
    co_return Ending::kDone;
  }
  const bool moved = error.reason == "version-moved" ||
                     (error.reason == "key-exists" && db.looked_before_inserting());
  if (error.reason == "key-exists") {
    error.message = "What this operation would make is there already.";
  }
  error.fields.clear();  // They name properties of rows, which the client's body need not have.
  refuse_run(call, std::move(error));
  if (moved) co_return Ending::kMoved;
  co_await keep_refusal(call);
  co_return Ending::kDone;
}

// What answers the call: C++ that stands in for the operation, else its own handler; or null.
const CodeHandler* handler_of(const Call& call) {
  if (call.stand_in != nullptr) return call.stand_in.get();
  return call.engine->state(*call.operation).code;
}

// One run of the handler, from an empty unit of work to its commit.
Task<Ending> run_once(Call& call, size_t& contended_row) {
  const CodeHandler& handler = *handler_of(call);
  call.answer.clear();
  call.issues.clear();
  CodeDb db(call);
  Ctx ctx(call, db, db);
  Input input;
  input.parameters = call.parameters.all();
  if (call.body.exists()) {
    input.body = call.body;
  } else if (call.body_media != nullptr) {
    input.raw_body = call.body_text;
  }
  Result<CodeAnswer> answered = co_await run_code(call, handler, ctx, input);
  contended_row = db.contended_row();
  if (!answered) {
    const bool moved = answered.error().reason == "version-moved";
    refuse_run(call, std::move(answered.error()));
    if (moved) co_return Ending::kMoved;
    co_await keep_refusal(call);
    co_return Ending::kDone;
  }
  const bool taken = take_answer(call, std::move(*answered));
  if (!taken || call.answer.status >= 400) {
    co_await keep_refusal(call);
    co_return Ending::kDone;
  }
  const Ending ending = co_await commit(call, db);
  co_return ending;
}

}  // namespace
}  // namespace internal

Task<void> handle_code(Call& call) {
  if (internal::handler_of(call) == nullptr || call.worker->session() == nullptr) {
    refuse(call, Code::kUnimplemented,
           "The contract declares this operation, but nothing implements it here.",
           "no-implementation");
    co_return;
  }
  co_await internal::run_until_done(call, internal::run_once);
}

}  // namespace servanda
