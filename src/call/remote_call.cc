// SPDX-License-Identifier: Apache-2.0
#include "call/remote_call.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/text.h"
#include "call/pages_text.h"
#include "call/peer_claims.h"
#include "call/peers.h"
#include "call/problem_reading.h"
#include "call/worker.h"
#include "telemetry/log.h"

namespace servanda {
namespace {

// The other process ends the call at its deadline and says so in its own way; it is waited for a
// little longer than that.
constexpr Duration kAnswerGrace = Duration::milliseconds(250);

// Fields of a request that are not handed on: those of one connection, and those written anew.
constexpr std::string_view kOwnRequestFields[] = {
    "connection",     "keep-alive",        "proxy-connection", "te",
    "trailer",        "transfer-encoding", "upgrade",          "host",
    "content-length", "traceparent",       "tracestate",       "expect",
};
// Fields of an answer that are not given on, for the same reasons.
constexpr std::string_view kOwnAnswerFields[] = {
    "connection",     "keep-alive", "proxy-connection", "trailer", "transfer-encoding", "upgrade",
    "content-length", "date",       "traceresponse",
};

constexpr std::string_view kKeyField = "idempotency-key";

bool is_named(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::any_of(
      names, [name](std::string_view known) { return equals_ignoring_case(known, name); });
}

// Names of fields that the Connection fields say are of the connection.
std::vector<std::string_view> connection_options(std::span<const HeaderField> fields) {
  std::vector<std::string_view> options;
  for (const HeaderField& field : fields) {
    if (!equals_ignoring_case(field.name, "connection")) continue;
    for (const std::string_view part : split(field.value, ',')) options.push_back(trim(part));
  }
  return options;
}

// Whether it is one of those between processes, which nobody else's word may pass for.
bool is_between_processes(std::string_view name) {
  constexpr std::string_view kFamily = "servanda-";
  return equals_ignoring_case(name.substr(0, kFamily.size()), kFamily);
}

std::string_view target_of(const Call& call) {
  const CallInput& input = call.input;
  if (input.query.empty()) return input.raw_path;
  return call.arena->join(call.arena->join(input.raw_path, "?"), input.query);
}

ClientAnswer& upstream_of(Call& call) {
  if (call.upstream == nullptr) call.upstream = std::make_shared<ClientAnswer>();
  call.upstream->clear();
  return *call.upstream;
}

bool may_repeat(const Call& call) {
  switch (call.operation->method) {
    case Method::kGet:
    case Method::kHead:
    case Method::kPut:
    case Method::kDelete:
    case Method::kOptions:
      return true;
    default:
      return call.input.known.has(KnownField::kIdempotencyKey);
  }
}

void add_trace(const TraceContext& trace, Arena& arena, std::vector<HeaderField>& fields) {
  TraceparentText* const text = arena.make<TraceparentText>();
  fields.push_back({"traceparent", traceparent_text(trace, *text)});
  if (!trace.state.empty()) fields.push_back({"tracestate", trace.state});
}

// Names of the schemes that proved the caller.
std::span<const std::string_view> scheme_names(const Call& call) {
  const std::span<const uint16_t> schemes = call.caller.schemes;
  std::string_view* const names = call.arena->array<std::string_view>(schemes.size());
  for (size_t i = 0; i < schemes.size(); ++i) {
    names[i] = call.engine->plan().security_schemes[schemes[i]].name;
  }
  return {names, schemes.size()};
}

Duration left_of(const Call& call) {
  return call.deadline - call.worker->clock().now();
}

// What is told of who asks, and of the request that it is part of.
PeerClaims claims_of(const Call& call, PeerClaims::Kind kind, CallTally calls) {
  PeerClaims claims;
  claims.kind = kind;
  claims.operation = call.operation->id;
  claims.left = left_of(call);
  claims.attempt = call.attempt;
  claims.depth = call.depth;
  claims.calls = calls;
  claims.tenant = call.caller.tenant;
  claims.principal = call.caller.principal;
  claims.scopes = call.caller.scopes;
  claims.schemes = scheme_names(call);
  return claims;
}

// Fails where the claims are larger than a field may be.
Result<void> add_claims(const Call& call, const PeerClaims& claims, const PeerTarget& target,
                        std::vector<HeaderField>& fields) {
  const std::string_view field = call.arena->copy(
      write_claims(claims, target, call.worker->peers()->secret(), call.worker->clock().wall()));
  if (field.size() > kClaimsBytesMax) {
    return fail(Code::kInternal,
                "What is known of the caller is too large to be told another process.",
                "caller-too-large");
  }
  fields.push_back({kClaimsField, field});
  return {};
}

PeerTarget target_line(const Call& call) {
  return {method_text(call.operation->method), call.input.raw_path, call.input.query};
}

ClientRequest request_of(const Call& call, std::span<const HeaderField> fields) {
  ClientRequest request;
  request.method = method_text(call.operation->method);
  request.target = target_of(call);
  request.fields = fields;
  if (may_repeat(call)) request.repeat = ClientRequest::Repeat::kOnLostConnection;
  return request;
}

// What the client is told of a call that got no answer; the log has where and why.
Error told_of(const Call& call, const std::string& service, const Error& error) {
  const std::string asked = service == call.operation->service
                                ? "The service of this operation"
                                : "A service that this operation reads from";
  if (error.code == Code::kDeadlineExceeded) {
    return {Code::kDeadlineExceeded, "The operation took longer than its time.", "timeout", {}};
  }
  if (error.code == Code::kUnavailable) {
    return {Code::kUnavailable, asked + " cannot be reached at the moment.", error.reason, {}};
  }
  if (error.code == Code::kCancelled) return error;
  return {Code::kBadGateway, asked + " gave no answer that can be understood.", error.reason, {}};
}

void log_unanswered(const Call& call, const std::string& service, const Error& error) {
  Log* const log = call.worker->log();
  if (log == nullptr) return;
  TraceIdText text;
  log->write(LogLevel::kWarn, "Another process gave no answer.",
             {{"service", service},
              {"operation", call.operation->id},
              {"reason", error.reason},
              {"detail", error.message},
              {"trace_id", trace_id_text(call.trace, text)}});
}

// Sends the request to a process of the service; the answer is `into`. Returns what the other
// process says of it. Fails, after a line in the log, with what clients are told when there is no
// answer, or none of a process that has taken this one's word.
Task<Result<PeerTaken>> ask(Call& call, const std::string& service, ClientRequest request,
                            ClientAnswer& into) {
  using Taken = Result<PeerTaken>;
  Task<Result<void>> sending =
      call.worker->peers()->send(service, request, into, call.deadline + kAnswerGrace);
  Result<void> sent = co_await sending;
  const std::optional<PeerTaken> taken = sent ? read_taken(into.field(kTakenField)) : std::nullopt;
  if (taken) co_return Taken(*taken);
  if (sent) {
    sent = fail(Code::kBadGateway,
                "It did not take the word of this process: it is no process of this backend, or "
                "auth.peers.secret or the time is not the same in both.",
                "peer-unproven");
  }
  log_unanswered(call, service, sent.error());
  co_return Taken(std::unexpected<Error>(told_of(call, service, sent.error())));
}

// The same for the call's own operation, into `call.upstream`. Nothing: the call has been refused.
Task<std::optional<PeerTaken>> ask(Call& call, ClientRequest request) {
  ClientAnswer& upstream = upstream_of(call);
  Task<Result<PeerTaken>> asking = ask(call, call.operation->service, request, upstream);
  Result<PeerTaken> taken = co_await asking;
  if (taken) co_return *taken;
  const bool may_come_back = taken.error().code == Code::kUnavailable;
  refuse(call, std::move(taken.error()));
  if (may_come_back) call.answer.retry_after_s = 1;
  co_return std::nullopt;
}

void add_calls(CallTally& tally, const CallTally& made) {
  tally.all = std::max(tally.all, made.all);
  tally.between_services = std::max(tally.between_services, made.between_services);
}

// The answer's fields for a client, and its content.
void relay(Call& call) {
  const ClientAnswer& upstream = *call.upstream;
  Answer& answer = call.answer;
  answer.status = upstream.status;
  answer.relayed = true;
  answer.content_type = upstream.field("content-type");
  answer.body = upstream.body;
  for (const HeaderField& field : upstream.fields) {
    const bool is_own = is_named(kOwnAnswerFields, field.name) ||
                        is_between_processes(field.name) ||
                        equals_ignoring_case(field.name, "content-type");
    if (!is_own) answer.fields.push_back(field);
  }
}

std::vector<HeaderField> forwarded_fields(const Call& call) {
  const std::vector<std::string_view> options = connection_options(call.input.fields);
  std::vector<HeaderField> fields;
  fields.reserve(call.input.fields.size() + kPeerFieldsMax);
  for (const HeaderField& field : call.input.fields) {
    const bool is_own = is_named(kOwnRequestFields, field.name) ||
                        is_between_processes(field.name) || is_named(options, field.name);
    if (!is_own) fields.push_back(field);
  }
  return fields;
}

}  // namespace

Task<void> forward(Call& call) {
  std::string_view body;
  if (call.input.body != nullptr) {
    Task<Result<std::string_view>> reading =
        call.input.body->read(call.worker->options().limits.body_bytes_max);
    Result<std::string_view> read = co_await reading;
    if (!read) {
      refuse(call, std::move(read.error()));
      co_return;
    }
    body = *read;
    call.body_bytes = body.size();
  }
  std::vector<HeaderField> fields = forwarded_fields(call);
  add_trace(call.trace, *call.arena, fields);
  PeerClaims claims;
  claims.operation = call.operation->id;
  claims.left = left_of(call);
  claims.client = call.input.peer;
  if (Result<void> added = add_claims(call, claims, target_line(call), fields); !added) {
    refuse(call, std::move(added.error()));
    co_return;
  }
  ClientRequest request = request_of(call, fields);
  request.body = body;
  if (call.input.body != nullptr) request.has_body = ClientRequest::Body::kPresent;
  Task<std::optional<PeerTaken>> asking = ask(call, request);
  const std::optional<PeerTaken> taken = co_await asking;
  if (taken) relay(call);
}

Task<void> run_remote_call(Call& caller, InnerCall& inner) {
  Call& call = *inner.call;
  add_trace(caller.trace, inner.arena, inner.fields);  // The callee's span is made there.
  if (!inner.idempotency_key.empty()) {
    // One that was given with the call counts, not one among its parameters.
    std::erase_if(inner.fields, [](const HeaderField& field) {
      return equals_ignoring_case(field.name, kKeyField);
    });
    inner.fields.push_back({kKeyField, inner.idempotency_key});
  }
  const PeerClaims claims = claims_of(call, PeerClaims::Kind::kCall, caller.made_calls());
  if (Result<void> added = add_claims(call, claims, target_line(call), inner.fields); !added) {
    refuse(call, std::move(added.error()));
    co_return;
  }
  ClientRequest request = request_of(call, inner.fields);
  request.body = inner.request.body;
  if (inner.request.has_body) request.has_body = ClientRequest::Body::kPresent;
  Task<std::optional<PeerTaken>> asking = ask(call, request);
  const std::optional<PeerTaken> taken = co_await asking;
  if (!taken) co_return;
  const ClientAnswer& upstream = *call.upstream;
  add_calls(caller.made_calls(), taken->calls);
  if (taken->answer == PeerTaken::Answer::kProblem) {
    refuse(call, read_problem(upstream.status, upstream.body, call.worker->scratch_parser()));
    const auto seconds = parse_integer(upstream.field("retry-after")).value_or(0);
    call.answer.retry_after_s = static_cast<int>(std::clamp<int64_t>(seconds, 0, 86'400));
    co_return;
  }
  relay(call);
}

namespace internal {

Task<Result<PagesFound>> ask_for_pages(Call& call, PagesWanted wanted) {
  using Found = Result<PagesFound>;
  if (wanted.values.empty()) co_return Found(PagesFound{});
  std::string body;
  append_pages_wanted(body, wanted);
  // The digest is signed with the request line, so that what is asked for cannot be exchanged.
  const std::string digest = hex(sha256(body));
  const PeerTarget target{"POST", "/servanda-rows", digest};
  std::vector<HeaderField> fields;
  add_trace(call.trace, *call.arena, fields);
  PeerClaims claims = claims_of(call, PeerClaims::Kind::kRead, call.made_calls());
  ++claims.depth;
  Result<void> added = add_claims(call, claims, target, fields);
  if (!added) co_return Found(pass(added));
  const std::string line = std::string(target.path) + "?" + digest;
  ClientRequest request;
  request.method = target.method;
  request.target = line;
  request.fields = fields;
  request.body = body;
  request.has_body = ClientRequest::Body::kPresent;
  request.repeat = ClientRequest::Repeat::kOnLostConnection;
  ClientAnswer answer;
  Task<Result<PeerTaken>> asking = ask(call, wanted.resource->service, request, answer);
  Result<PeerTaken> taken = co_await asking;
  if (!taken) co_return Found(pass(taken));
  add_calls(call.made_calls(), taken->calls);
  JsonParser& parser = call.worker->scratch_parser();
  if (taken->answer == PeerTaken::Answer::kProblem) {
    co_return Found(std::unexpected<Error>(read_problem(answer.status, answer.body, parser)));
  }
  const std::optional<PagesFound> found =
      read_pages(answer.body, *wanted.resource, wanted.values.size(), *call.arena, parser);
  if (found) co_return Found(*found);
  const Error error{
      Code::kBadGateway, "What it sent are not the rows it was asked for.", "peer-contract", {}};
  log_unanswered(call, wanted.resource->service, error);
  co_return Found(std::unexpected<Error>(told_of(call, wanted.resource->service, error)));
}

}  // namespace internal
}  // namespace servanda
