// SPDX-License-Identifier: Apache-2.0
#include "call/idempotency.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "base/problem.h"
#include "base/text.h"
#include "call/problem_reading.h"
#include "call/record.h"
#include "call/resource_handler.h"
#include "call/respond.h"
#include "call/worker.h"
#include "http/structured_field.h"

namespace servanda {
namespace {

// An answer's row in place of its body: the percent-encoded key. Never sent.
constexpr std::string_view kRowField = "servanda-row";
// Of a problem of the engine's: problem details (RFC 9457); empty where the body is that already.
// Never sent.
constexpr std::string_view kProblemField = "servanda-problem";

struct ScopeHash {
  size_t operator()(const IdempotencyScope& scope) const {
    size_t hash;  // The scope is a SHA-256 already.
    std::memcpy(&hash, scope.data(), sizeof hash);
    return hash;
  }
};

// Appends a length and the bytes, so that no two lists of parts read the same.
void add_part(std::string& out, std::string_view part) {
  const uint64_t size = part.size();
  out.append(reinterpret_cast<const char*>(&size), sizeof size);
  out += part;
}

IdempotencyScope scope_of(const Call& call, std::string_view key) {
  std::string text;
  add_part(text, call.caller.tenant);
  add_part(text, call.caller.principal);
  add_part(text, call.operation->id);
  add_part(text, key);
  return sha256(text);
}

// The query with one spelling: pairs decoded, encoded again and sorted.
std::string canonical_query(std::string_view query) {
  std::vector<std::string> pairs;
  for (const std::string_view pair : split(query, '&')) {
    if (pair.empty()) continue;
    const size_t equals = pair.find('=');
    const auto one_spelling = [](std::string_view text) {
      const std::optional<std::string> decoded = percent_decode(text, PlusSign::kSpace);
      return percent_encode(decoded ? std::string_view(*decoded) : text);
    };
    std::string canonical = one_spelling(pair.substr(0, equals));
    canonical += '=';
    if (equals != std::string_view::npos) canonical += one_spelling(pair.substr(equals + 1));
    pairs.push_back(std::move(canonical));
  }
  std::ranges::sort(pairs);
  std::string text;
  for (const std::string& pair : pairs) {
    if (!text.empty()) text += '&';
    text += pair;
  }
  return text;
}

Sha256 fingerprint_of(const Call& call) {
  std::string text;
  add_part(text, call.operation->id);
  for (uint8_t i = 0; i < call.path_values.count; ++i) {
    const std::string_view raw = call.path_values.values[i];
    const std::optional<std::string> decoded = percent_decode(raw, PlusSign::kKept);
    add_part(text, decoded ? std::string_view(*decoded) : raw);
  }
  add_part(text, canonical_query(call.input.query));
  add_part(text, call.body.exists() ? json_canonical(call.body) : std::string(call.body_text));
  return sha256(text);
}

// What a stored answer has for the engine alone.
struct OwnFields {
  std::string_view row;  // The key of the row that stands for the body, or empty.
  std::optional<std::string_view> problem;
};

// Reads the "name: value" lines of a stored answer back into the call's answer.
OwnFields restore_fields(Answer& answer, std::string_view lines) {
  OwnFields own;
  while (!lines.empty()) {
    const size_t end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    lines = end == std::string_view::npos ? std::string_view() : lines.substr(end + 2);
    const size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = line.substr(colon + 2);
    if (name == "content-type") {
      answer.content_type = value;
    } else if (name == "etag" && value.find('"') == std::string_view::npos) {
      answer.version = parse_integer(value).value_or(0);
    } else if (name == "location") {
      answer.location = value;
    } else if (name == "preference-applied") {
      answer.minimal = true;
    } else if (name == kRowField) {
      own.row = value;
    } else if (name == kProblemField) {
      own.problem = value;
    } else {
      answer.add_field(name, value);
    }
  }
  return own;
}

void add_line(std::string& lines, std::string_view name, std::string_view value) {
  lines += name;
  lines += ": ";
  lines += value;
  lines += "\r\n";
}

// Waits until the key is this call's own. False: the call has been refused.
Task<bool> wait_for_key(Call& call) {
  WorkerContext& worker = *call.worker;
  constexpr Duration kWaitMax = Duration::seconds(1);
  constexpr Duration kPauseMax = Duration::milliseconds(64);
  const Instant start = worker.clock().now();
  const Duration tenth{std::max<int64_t>(0, (call.deadline - start).ns / 10)};
  const Instant give_up = start + std::min(kWaitMax, tenth);
  Duration pause = Duration::milliseconds(2);
  for (;;) {
    switch (worker.keys().claim(call.idempotency.scope, call.idempotency.fingerprint)) {
      case KeysInProgress::Outcome::kClaimed:
        co_return true;
      case KeysInProgress::Outcome::kOtherRequest:
        co_return refuse(call, Code::kUnprocessable,
                         "This Idempotency-Key is in use for a different request.",
                         "idempotency-key-reused");
      case KeysInProgress::Outcome::kFull:
        refuse(call, Code::kUnavailable, "Too many requests with an Idempotency-Key are running.");
        call.answer.retry_after_s = 1;
        co_return false;
      case KeysInProgress::Outcome::kRunning:
        break;
    }
    const Instant next = worker.clock().now() + pause;
    if (next > give_up) {
      refuse(call, Code::kConflict, "The first request with this Idempotency-Key is still running.",
             "idempotency-in-progress");
      call.answer.retry_after_s = 1;
      co_return false;
    }
    co_await worker.loop().sleep_until(next);
    pause = std::min(kPauseMax, pause + pause);
  }
}

// Whether the operation declares a body of its own for problems of this status.
bool has_own_form(const Call& call, int status) {
  const Response* const declared = call.operation->response_for(status);
  return declared != nullptr && declared->problem != nullptr;
}

// A stored problem as an error, for who takes it as one: a handler that calls. So does a door where
// none that it would send was stored.
void restore_problem(Call& call, std::string_view standard) {
  Answer& answer = call.answer;
  const std::string_view text = standard.empty() ? answer.body : standard;
  answer.error = read_problem(answer.status, text, call.worker->scratch_parser());
  answer.body = answer.content_type = {};
}

// Turns a stored answer into the call's. False: the call has been refused.
Task<bool> restore_answer(Call& call, StoredAnswer stored) {
  if (stored.fingerprint != call.idempotency.fingerprint) {
    co_return refuse(call, Code::kUnprocessable,
                     "This Idempotency-Key was used for a different request.",
                     "idempotency-key-reused");
  }
  call.answer.clear();
  const OwnFields own = restore_fields(call.answer, stored.fields);
  const std::string_view row = own.row;
  call.answer.status = stored.status;
  call.answer.replayed = true;
  call.answer.body = stored.body;
  if (own.problem &&
      (call.is_inner() || (own.problem->empty() && has_own_form(call, stored.status)))) {
    restore_problem(call, *own.problem);
    co_return true;
  }
  if (!row.empty()) {
    const int64_t version = call.answer.version;
    const bool there = co_await append_current_row(call, row);
    if (there) {
      call.answer.use_text(call.answer.content_type);
    } else if (call.answer.error) {
      co_return false;
    } else {
      call.answer.content_type = {};
      call.answer.version = version;
    }
  }
  co_return true;
}

}  // namespace

struct KeysInProgress::Shard {
  std::mutex mutex;
  std::unordered_map<IdempotencyScope, Sha256, ScopeHash> running;  // To fingerprints.
};

KeysInProgress::KeysInProgress(size_t keys_max)
    : shards_(std::make_unique<Shard[]>(kShards)),
      shard_keys_max_(std::max<size_t>(1, keys_max / kShards)) {}

KeysInProgress::~KeysInProgress() = default;

KeysInProgress::Shard& KeysInProgress::shard_of(const IdempotencyScope& scope) const {
  return shards_[scope.back() % kShards];
}

KeysInProgress::Outcome KeysInProgress::claim(const IdempotencyScope& scope,
                                              const Sha256& fingerprint) {
  Shard& shard = shard_of(scope);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.running.find(scope);
  if (found != shard.running.end()) {
    return found->second == fingerprint ? Outcome::kRunning : Outcome::kOtherRequest;
  }
  if (shard.running.size() >= shard_keys_max_) return Outcome::kFull;
  shard.running.emplace(scope, fingerprint);
  return Outcome::kClaimed;
}

void KeysInProgress::release(const IdempotencyScope& scope) {
  Shard& shard = shard_of(scope);
  const std::lock_guard lock(shard.mutex);
  shard.running.erase(scope);
}

size_t KeysInProgress::size_approx() const {
  size_t size = 0;
  for (size_t i = 0; i < kShards; ++i) {
    const std::lock_guard lock(shards_[i].mutex);
    size += shards_[i].running.size();
  }
  return size;
}

Task<bool> claim_key(Call& call) {
  const Operation& operation = *call.operation;
  if (operation.idempotency == IdempotencyMode::kOff) co_return true;
  if (!call.input.known.has(KnownField::kIdempotencyKey)) {
    if (operation.idempotency == IdempotencyMode::kOptional) co_return true;
    co_return refuse(call, Code::kInvalidArgument,
                     "This operation needs an Idempotency-Key header: send a new UUID with each "
                     "new request, and the same one when repeating it.",
                     "idempotency-key-missing");
  }
  if (call.input.known.count(KnownField::kIdempotencyKey) > 1) {
    co_return refuse(call, Code::kInvalidArgument, "The Idempotency-Key header must be there once.",
                     "idempotency-key");
  }
  const std::optional<std::string> key =
      parse_idempotency_key(call.input.known[KnownField::kIdempotencyKey]);
  if (!key) {
    co_return refuse(call, Code::kInvalidArgument,
                     "The Idempotency-Key must have 1 to 255 visible ASCII characters, in quotes "
                     "or bare.",
                     "idempotency-key");
  }
  const bool stores =
      operation.handler == HandlerKind::kResource ||
      (operation.handler == HandlerKind::kCode && call.worker->session() != nullptr);
  if (!stores) co_return true;

  call.idempotency.scope = scope_of(call, *key);
  call.idempotency.fingerprint = fingerprint_of(call);
  const bool claimed = co_await wait_for_key(call);
  if (!claimed) co_return false;
  call.idempotency.active = true;
  if (!in_time(call)) co_return false;
  Result<std::optional<StoredAnswer>> stored =
      co_await call.worker->session()->find_answer(call.idempotency.scope, *call.arena);
  if (!stored) co_return refuse(call, std::move(stored.error()));
  if (!*stored) co_return true;
  co_await restore_answer(call, **stored);
  co_return false;
}

void release_key(Call& call) {
  if (!call.idempotency.active) return;
  call.worker->keys().release(call.idempotency.scope);
  call.idempotency.active = false;
}

Task<bool> replay_stored_answer(Call& call) {
  Result<std::optional<StoredAnswer>> stored =
      co_await call.worker->session()->find_answer(call.idempotency.scope, *call.arena);
  if (!stored) co_return refuse(call, std::move(stored.error()));
  if (!*stored) {
    refuse(call, Code::kConflict, "Another request with this Idempotency-Key has just ended.",
           "idempotency-in-progress");
    call.answer.retry_after_s = 1;
    co_return false;
  }
  const bool restored = co_await restore_answer(call, **stored);
  co_return restored;
}

namespace {

// Gives a problem the form in which it is kept, and adds to `lines` what makes it one. False: there
// is none that the contract allows, which has been reported.
bool render_kept_problem(Call& call, std::string& lines) {
  Answer& answer = call.answer;
  const Code code = answer.error->code;
  // A handler that calls takes problems as they are, whatever a client would be shown.
  if (call.is_inner()) {
    render_standard_problem(call);
  } else {
    render_problem(call);
  }
  if (answer.error->code != code) return false;
  std::string standard;
  if (!call.is_inner() && has_own_form(call, answer.status)) {
    standard = problem_body(*answer.error, trace_id_text(call));
    if (standard == answer.body) standard.clear();
  }
  add_line(lines, kProblemField, standard);
  return true;
}

}  // namespace

const IdempotencyRecord* make_record(Call& call, std::string_view row_key) {
  if (!call.idempotency.active) return nullptr;
  Answer& answer = call.answer;
  std::string lines;
  if (answer.error && !render_kept_problem(call, lines)) return nullptr;
  if (!answer.content_type.empty()) add_line(lines, "content-type", answer.content_type);
  if (answer.version != 0) add_line(lines, "etag", std::to_string(answer.version));
  if (!answer.location.empty()) add_line(lines, "location", answer.location);
  if (answer.minimal) add_line(lines, "preference-applied", "return=minimal");
  for (const HeaderField& field : answer.fields) add_line(lines, field.name, field.value);
  std::string_view body = answer.body;
  if (body.size() > kStoredBodyBytesMax && !row_key.empty()) {
    add_line(lines, kRowField, percent_encode(row_key));
    body = {};
  }
  auto* const record = call.arena->make<IdempotencyRecord>();
  record->scope = call.idempotency.scope;
  record->answer.fingerprint = call.idempotency.fingerprint;
  record->answer.status = answer.status;
  record->answer.fields = call.arena->copy(lines);
  record->answer.body = body;
  record->answer.completed_at = call.worker->clock().wall();
  return record;
}

}  // namespace servanda
