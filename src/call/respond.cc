// SPDX-License-Identifier: Apache-2.0
#include "call/respond.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/gzip.h"
#include "base/problem.h"
#include "base/text.h"
#include "call/problem_bodies.h"
#include "call/record.h"
#include "call/worker.h"
#include "contract/plan/problem_text.h"
#include "http/encoding.h"

namespace servanda {
namespace {

constexpr std::string_view kProblemType = "application/problem+json";
constexpr int kGzipLevelPerCall = 1;  // Fastest: paid by every call.

// The declared media type that the answer's own content type stands for.
const MediaType* declared_media(const Call& call, const Answer& answer) {
  const Response* const response = call.operation->response_for(answer.status);
  if (response == nullptr) return nullptr;
  for (const MediaType& media : response->content) {
    if (&media == call.answer_media) return &media;
  }
  for (const MediaType& media : response->content) {
    if (media.kind == MediaKind::kJson) return &media;
  }
  return nullptr;
}

void check_against_contract(Call& call) {
  const Answer& answer = call.answer;
  const bool success = answer.status >= 200 && answer.status < 300;
  if (!success || answer.conforms || answer.replayed || answer.content_type.empty()) return;
  if (call.operation == nullptr) return;
  const MediaType* const media = declared_media(call, answer);
  if (media == nullptr) return;
  Issues issues;
  if (!conforms_to(call, *media, answer.body, issues)) refuse_nonconforming(call, issues);
}

// What the contract declares under the answer's own type. A problem of a type that it does not
// declare is no answer of the contract's that could break it.
const MediaType* declared_problem(const Call& call) {
  const Response* const response = call.operation->response_for(call.answer.status);
  if (response == nullptr) return nullptr;
  for (const MediaType& media : response->content) {
    if (response->problem != nullptr && media.kind == MediaKind::kJson) return &media;
    if (equals_ignoring_case(media.range, call.answer.content_type)) return &media;
  }
  return nullptr;
}

// A problem that breaks the contract is told in the engine's own form.
void check_problem(Call& call) {
  if (call.operation == nullptr) return;
  const MediaType* const media = declared_problem(call);
  if (media == nullptr) return;
  Issues issues;
  if (conforms_to(call, *media, call.answer.body, issues)) return;
  refuse_nonconforming(call, issues);
  render_standard_problem(call);
}

void choose_coding(Call& call) {
  Answer& answer = call.answer;
  if (answer.body.size() < kGzipBytesMin || !is_compressible(answer.content_type)) return;
  answer.varies_by_encoding = true;
  // A client that refuses both forms gets the plain one: answering beats arguing.
  const std::optional<ContentCoding> coding =
      negotiate_coding(call.input.known[KnownField::kAcceptEncoding]);
  if (coding != ContentCoding::kGzip) return;
  if (answer.gzip_body.empty()) {
    answer.compressed.clear();
    gzip_append(answer.compressed, answer.body, kGzipLevelPerCall);
    answer.gzip_body = answer.compressed;
  }
  if (answer.gzip_body.size() >= answer.body.size()) return;
  answer.body = answer.gzip_body;
  answer.coding = Answer::Coding::kGzip;
}

}  // namespace

bool is_compressible(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  if (type.starts_with("text/") || type.ends_with("+json") || type.ends_with("+xml")) return true;
  constexpr std::string_view kTypes[] = {
      "application/json",       "application/xml",
      "application/javascript", "application/x-www-form-urlencoded",
      "application/yaml",       "image/svg+xml",
  };
  return std::ranges::find(kTypes, type) != std::end(kTypes);
}

bool conforms_to(Call& call, const MediaType& media, std::string_view body, Issues& issues) {
  if (media.kind != MediaKind::kJson || !media.schema.exists()) return true;
  const Result<JsonValue> value =
      call.worker->scratch_parser().parse(body, {kJsonDepthMax, 10'000'000});
  if (!value) {
    issues.add({"body", "", "json", value.error().message});
    return false;
  }
  return media.schema.validate(*value, Direction::kResponse, call.worker->validation(), issues);
}

void refuse_nonconforming(Call& call, Issues& issues) {
  Error error;
  error.code = Code::kInternal;
  error.message = "The answer does not conform to the contract (checked in development only).";
  error.reason = "answer-breaks-contract";
  error.fields = std::move(issues.fields());
  issues.clear();
  log_nonconforming(call, error);
  refuse(call, std::move(error));
}

void render_standard_problem(Call& call) {
  Answer& answer = call.answer;
  answer.status = facts_of(answer.error->code).http_status;
  answer.text = problem_body(*answer.error, trace_id_text(call));
  answer.use_text(kProblemType);
}

void render_problem(Call& call) {
  Answer& answer = call.answer;
  answer.status = facts_of(answer.error->code).http_status;
  const Response* const declared =
      call.operation != nullptr ? call.operation->response_for(answer.status) : nullptr;
  const ProblemForm* const form = declared == nullptr ? nullptr : declared->problem.get();
  if (form == nullptr) {
    render_standard_problem(call);
  } else if (form->coded_schema.empty()) {
    const ProblemContext context{answer.status, trace_id_text(call), call.input.path,
                                 call.worker->clock().wall()};
    answer.text = problem_text(*form, *answer.error, context);
    answer.use_text(form->content_type);
  } else if (!internal::tell_in_code(call, *form)) {
    render_standard_problem(call);
    return;  // Of another type than the contract declares.
  }
  if (call.worker->options().environment == Environment::kDevelopment) check_problem(call);
}

void respond(Call& call) {
  Answer& answer = call.answer;
  if (answer.relayed) return;  // As another process has given it.
  if (!answer.given()) {
    SERVANDA_BUG("a call ended without an answer");
    refuse(call, Code::kInternal, "The operation ended without an answer.");
  }
  const bool checks = call.worker->options().environment == Environment::kDevelopment;
  if (checks && !answer.error) check_against_contract(call);
  if (call.is_inner()) {  // The caller takes errors as they are, and bytes uncompressed.
    if (answer.error) answer.status = facts_of(answer.error->code).http_status;
    if (answer.error && call.peer != Call::Peer::kNone) render_standard_problem(call);
    return;
  }
  if (answer.error && answer.content_type.empty()) render_problem(call);
  choose_coding(call);
  if (answer.status == 304) answer.body = answer.content_type = {};
}

}  // namespace servanda
