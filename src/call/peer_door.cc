// SPDX-License-Identifier: Apache-2.0
#include "call/peer_door.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "base/text.h"
#include "call/peer_claims.h"
#include "call/record.h"
#include "call/worker.h"
#include "telemetry/log.h"

namespace servanda {
namespace {

// The request's fields without those between processes.
std::span<const HeaderField> without_claims(const Call& call) {
  HeaderField* const kept = call.arena->array<HeaderField>(call.input.fields.size());
  size_t count = 0;
  for (const HeaderField& field : call.input.fields) {
    if (!equals_ignoring_case(field.name, kClaimsField)) new (kept + count++) HeaderField(field);
  }
  return {kept, count};
}

void log_disbelief(const Call& call, const Error& error) {
  Log* const log = call.worker->log();
  if (log == nullptr) return;
  log->write(LogLevel::kWarn,
             "A request named itself another process of this backend and was not believed.",
             {{"reason", error.reason}, {"detail", error.message}, {"peer", call.input.peer}});
}

// The caller's schemes as this plan numbers them; those that it does not have prove nothing here.
std::span<const uint16_t> scheme_indexes(const Call& call, const PeerClaims& claims) {
  const std::vector<SecurityScheme>& schemes = call.engine->plan().security_schemes;
  uint16_t* const indexes = call.arena->array<uint16_t>(claims.schemes.size());
  size_t count = 0;
  for (const std::string_view name : claims.schemes) {
    const auto found = std::ranges::find(schemes, name, &SecurityScheme::name);
    if (found != schemes.end()) indexes[count++] = static_cast<uint16_t>(found - schemes.begin());
  }
  return {indexes, count};
}

// Whether this process serves the operation that is meant, at this path, or knows the one that asks
// for rows.
bool place(Call& call, const PeerClaims& claims) {
  const Operation* const operation = call.engine->find_operation(claims.operation);
  if (operation == nullptr) return false;
  if (claims.kind == PeerClaims::Kind::kRead) {
    call.operation = operation;
    return true;
  }
  if (operation->handler == HandlerKind::kRemote || operation->method != call.input.method) {
    return false;
  }
  if (!call.engine->read_path(*operation, call.input.path, call.path_values)) return false;
  call.operation = operation;
  return true;
}

Call::Peer peer_of(PeerClaims::Kind kind) {
  switch (kind) {
    case PeerClaims::Kind::kForward:
      return Call::Peer::kForwards;
    case PeerClaims::Kind::kCall:
      return Call::Peer::kCalls;
    case PeerClaims::Kind::kRead:
      return Call::Peer::kReads;
  }
  return Call::Peer::kNone;
}

void take(Call& call, const PeerClaims& claims) {
  const Duration timeout =
      std::min(call.operation->timeout, call.worker->options().limits.timeout_max);
  call.deadline = call.input.received_at + std::min(timeout, claims.left);
  count_start(call);
  if (claims.kind == PeerClaims::Kind::kForward) {
    if (!claims.client.empty()) call.input.peer = claims.client;
    return;
  }
  call.depth = claims.depth;
  call.attempt = claims.attempt;
  call.own_tally = claims.calls;
  call.caller = {claims.tenant, claims.principal, claims.scopes, scheme_indexes(call, claims)};
}

}  // namespace

bool take_claims(Call& call) {
  if (!call.input.known.has(KnownField::kClaims)) return false;
  const CallInput& input = call.input;
  WorkerContext& worker = *call.worker;
  const std::string_view field = input.known[KnownField::kClaims];
  call.input.fields = without_claims(call);
  const PeerOptions* const peers = worker.options().peers.get();
  if (peers == nullptr || peers->secret.empty()) return false;
  const PeerTarget target{input.method_text, input.raw_path, input.query};
  const Result<PeerClaims> claims = read_claims(field, target, peers->secret, worker.clock().wall(),
                                                *call.arena, worker.scratch_parser());
  if (!claims) {
    log_disbelief(call, claims.error());
    return false;
  }
  call.peer = peer_of(claims->kind);
  if (place(call, *claims)) {
    take(call, *claims);
    return true;
  }
  refuse_other_contract(call);
  return true;
}

bool refuse_other_contract(Call& call) {
  return refuse(call, Code::kUnavailable,
                "The process that runs the service does not serve this operation, or serves "
                "another contract.",
                "peer-contract");
}

std::string_view taken_text(const Call& call) {
  PeerTaken taken;
  const bool is_problem = call.answer.error && call.peer != Call::Peer::kForwards;
  if (is_problem) taken.answer = PeerTaken::Answer::kProblem;
  taken.calls = call.tally == nullptr ? call.own_tally : *call.tally;
  return call.arena->copy(write_taken(taken));
}

}  // namespace servanda
