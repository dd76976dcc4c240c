// SPDX-License-Identifier: Apache-2.0
#pragma once
// Call: one request for one operation, as every stage, handler and surface sees it.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "base/header_field.h"
#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "call/known_fields.h"
#include "call/prefer.h"
#include "contract/plan/input.h"
#include "contract/plan/operation.h"
#include "store/store.h"
#include "telemetry/trace_context.h"

namespace servanda {

struct ClientAnswer;
class CodeHandler;
namespace internal {
struct Handover;  // servanda/handler.h
}

class Engine;
class OperationCounters;
class WorkerContext;

// Who asks. Every member is empty for an anonymous caller.
struct Caller {
  std::string_view tenant;
  std::string_view principal;
  std::span<const std::string_view> scopes;
  std::span<const uint16_t> schemes;  // Of Plan::security_schemes: those that proved it.
};

// Where a call's body comes from. Implemented by surfaces.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // The whole body as sent, at most `bytes_max`; the view lives as long as the call. Errors:
  // kTooLarge, kRequestTimeout, kInvalidArgument, kCancelled.
  virtual Task<Result<std::string_view>> read(size_t bytes_max) = 0;
};

// One request as a surface hands it over. Views live until the call has ended.
struct CallInput {
  // Nothing for a method that no contract can declare.
  std::optional<Method> method;
  std::string_view method_text;  // As sent, for the access log.
  std::string_view path;         // Normalised, still percent-encoded.
  std::string_view raw_path;     // As sent, for the access log.
  std::string_view query;        // Not decoded, without '?'.
  std::span<const HeaderField> fields;
  KnownFields known;
  std::string_view peer;
  Instant received_at;
  BodySource* body = nullptr;              // Null when no body follows.
  std::optional<uint64_t> content_length;  // When the sender said it.
};

// What comes back, independent of any wire. Either `error` is set, or the answer is `status` with
// `body`. A surface turns the members into its own form; `fields` holds only what has no member.
struct Answer {
  int status = 0;  // 0: nothing has been answered yet.
  std::optional<Error> error;

  std::string_view content_type;  // Empty: no body.
  std::string_view body;          // `text`, or bytes that live as long as the call's engine.
  std::string_view gzip_body;     // `body` compressed ahead of time; empty when it is not.
  std::string text;               // Owns a body made for this call. Recycled.
  // A row that is to become the body once C++ has made values of it, see row_computation.h.
  std::optional<Row> unfinished;
  std::string compressed;  // Owns a compressed body made for this call. Recycled.
  enum class Coding : uint8_t { kIdentity, kGzip } coding = Coding::kIdentity;

  int64_t version = 0;   // Of the row that the answer shows; 0: none. Becomes the ETag.
  std::string_view tag;  // ETag without quotes where there is no row; empty: none.
  std::string_view location;
  uint16_t allowed_methods = 0;  // Bit per Method, for 405 and OPTIONS.
  int retry_after_s = 0;         // 0: none.
  bool replayed = false;         // The stored answer of an earlier request.
  bool handed_over = false;      // The caller has it as a struct; then it may have no body.
  bool minimal = false;          // "return=minimal" was applied.
  bool conforms = false;         // Known to fit the contract: not checked again.
  bool varies_by_encoding = false;
  bool varies_by_prefer = false;
  bool length_unknown = false;  // To a HEAD: nobody has made the body that a GET would have.
  bool relayed = false;  // Another process's answer, to be given as it came; `fields` has them all.
  std::vector<HeaderField> fields;

  // Makes `text` the body.
  void use_text(std::string_view type) {
    content_type = type;
    body = text;
  }
  void add_field(std::string_view name, std::string_view value) { fields.push_back({name, value}); }
  [[nodiscard]] bool given() const { return status != 0 || error.has_value(); }
  void clear();
};

// Calls between operations that one request from outside has led to.
struct CallTally {
  uint32_t all = 0;
  uint32_t between_services = 0;
};

// What the idempotency stage asks a handler to commit together with its effect.
struct IdempotencyUse {
  bool active = false;
  IdempotencyScope scope{};
  Sha256 fingerprint{};
};

// One request for one operation. Filled from top to bottom as it passes the stages; recycled by
// its worker, so that a steady state allocates nothing.
//
// Threads: belongs to one worker. Lifetime: from WorkerContext::take_call() to give_back(); the
// engine it holds outlives it, so a reload never pulls a plan from under a call.
struct Call {
  WorkerContext* worker = nullptr;
  std::shared_ptr<Engine> engine;
  Arena* arena = nullptr;  // The exchange's: gone when the call ends.

  CallInput input;
  TraceContext trace;
  Caller caller;
  Instant deadline = Instant::never();

  // Whether another process of the backend sent it; see peer_door.h.
  enum class Peer : uint8_t {
    kNone,
    kForwards,  // A client's request, handed on.
    kCalls,     // A handler's call.
    kReads,     // Rows for an operation that runs there, which `operation` is.
  } peer = Peer::kNone;

  // Set by match(), or with the call where it is known already.
  const Operation* operation = nullptr;
  PathValues path_values;
  OperationCounters* counters = nullptr;  // Set while the call counts as running.

  // Set by negotiate().
  Preferences preferences;
  const MediaType* answer_media = nullptr;  // Null: the answer that is expected has no content.
  std::string_view answer_type;             // Its media type without wildcards.
  bool answer_type_varies = false;          // Whether Accept could have chosen another.

  // Set by read_input().
  ParameterValues parameters;
  const MediaType* body_media = nullptr;  // Null: the call has no body.
  std::string_view body_text;             // Decoded from its content coding.
  JsonValue body;                         // Absent for opaque bodies and when there is none.
  uint64_t body_bytes = 0;                // As sent, for the access log.

  IdempotencyUse idempotency;
  Answer answer;
  std::shared_ptr<ClientAnswer> upstream;  // What a relayed answer points into. Recycled.

  // Of calls that handlers make, see inner_call.h.
  uint32_t depth = 0;                      // Callers above, in whatever process; 0: from outside.
  uint32_t attempt = 1;                    // Which run of the handler, from 1.
  bool called_out = false;                 // This run has called what may have had an effect.
  CallTally own_tally;                     // Of the outermost call of this process.
  CallTally* tally = nullptr;              // That of the outermost one; null: the own one.
  internal::Handover* handover = nullptr;  // Where the caller takes the answer; null: as text.
  // Answers instead of what serves the operation, see stand_ins.h; null: nothing does.
  std::shared_ptr<const CodeHandler> stand_in;
  [[nodiscard]] bool is_inner() const { return depth > 0; }
  [[nodiscard]] CallTally& made_calls() { return tally == nullptr ? own_tally : *tally; }

  // Scratch memory of the stages, recycled with the call.
  JsonParser body_parser;
  JsonBuilder body_builder;
  std::string decoded_body;
  JsonParser row_parser;
  JsonBuilder merge_builder;
  std::string row_text;
  Issues issues;

  // Makes the call as new but keeps its memory.
  void clear();
};

// Ends the call with an error. Always false, so that a stage can `return refuse(...)`.
bool refuse(Call& call, Error error);
bool refuse(Call& call, Code code, std::string message, std::string reason = {});

}  // namespace servanda
