// SPDX-License-Identifier: Apache-2.0
#pragma once
// What one worker owns, and what it makes of one plan.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/seeded_rng.h"
#include "base/time.h"
#include "call/call.h"
#include "call/handler_watch.h"
#include "call/peer_options.h"
#include "call/rerun_lanes.h"
#include "call/row_source.h"
#include "contract/plan/path_template.h"
#include "contract/plan/plan.h"
#include "contract/schema/schema.h"
#include "store/store.h"
#include "telemetry/metrics.h"

namespace servanda {

class AccessLog;
class Authenticator;
class BlockingPool;
class CodeHandler;
class CodeHandlers;
class Computation;
class Hook;
struct InnerCall;
class KeysInProgress;
class Log;
class MockAnswers;
class Peers;
class StandIns;

// Bounds of one call, with the answer above each.
struct CallLimits {
  size_t body_bytes_max = 8u << 20;              // 413. After decoding of a content coding too.
  Duration timeout_max = Duration::seconds(60);  // No operation may run longer.
  uint32_t json_depth_max = 64;                  // 400.
  uint32_t multipart_parts_max = 128;            // 413.
  // Of one batch, 413: what it reads and writes of rows, and its answer, which an Idempotency-Key
  // keeps.
  size_t batch_bytes_max = 64u << 20;
  size_t batch_answer_bytes_max = kStoredAnswerBytesMax;
  // Of the calls that handlers make, 500 `call-depth` and `call-limit`: one inside the other, and
  // all that one request from outside leads to.
  uint32_t call_depth_max = 16;
  uint32_t calls_max = 1'000;
  size_t calls_kept = 64;                  // Recycled calls per worker; more are freed.
  size_t recycled_bytes_max = 256 * 1024;  // A call that held a larger body is freed.
};

// How a handler gets the answer of another handler of its process. Both mean the same; as text it
// goes the way that it would go between processes.
enum class InnerAnswers : uint8_t { kHandedOver, kSerialised };

// How calls behave, the same for all workers.
struct CallOptions {
  // Development checks every answer of a handler against the contract and answers 500 where it
  // breaks it; the other environments do not look.
  Environment environment = Environment::kDevelopment;
  CallLimits limits;
  // Signs list cursors. The same for all workers and over restarts, or cursors end there.
  // Requires: at least 16 bytes where there is a store.
  std::string cursor_key;
  // What C++ handlers there are; null: none. Shared by all workers.
  std::shared_ptr<const CodeHandlers> handlers;
  // The other processes; null: there are none.
  std::shared_ptr<const PeerOptions> peers;
  // What answers calls of handlers instead of the operations called; null, as ever but in tests:
  // nothing does. Not shared by several workers.
  std::shared_ptr<const StandIns> stand_ins;
  InnerAnswers inner_answers = InnerAnswers::kHandedOver;
};

// What a worker borrows. Everything outlives the worker context.
struct WorkerParts {
  Loop& loop;
  Rng& rng;                          // For what must not be guessed, such as ids of rows.
  Session* session = nullptr;        // Null when the contract has no resources.
  KeysInProgress& keys;              // Shared by all workers.
  WorkerMetrics* metrics = nullptr;  // Null: not counted (tests, tools).
  AccessLog* access_log = nullptr;   // Null: not logged.
  Log* log = nullptr;                // Null: events are dropped.
  BlockingPool* blocking = nullptr;  // Null: what blocks runs on the worker.
};

// What one operation's handler calls, found out by its first call.
struct CallEdge {
  const Operation* callee = nullptr;
  enum class Is : uint8_t { kDeclared, kUndeclared } is = Is::kUndeclared;
  CallCounters* counters = nullptr;  // Null when nothing is counted.
};

// What one worker makes of one operation, lazily and once.
struct OperationState {
  std::unique_ptr<MockAnswers> mock;
  const CodeHandler* code = nullptr;  // Set where Operation::handler is kCode.
  const Hook* before = nullptr;       // Of writes of a resource.
  const Hook* after = nullptr;
  // Of a resource that the operation creates: the path of its rows, around the key. Empty when no
  // operation reads them.
  std::string item_prefix;
  std::string item_suffix;
  bool item_below_collection = false;  // The prefix starts behind the request's own path.
  std::vector<CallEdge> edges;
  std::unique_ptr<const PathTemplate> path;  // Where calls named it.
};

// One plan as one worker serves it: the plan and what the worker remembers about it. A reload makes
// a new engine; calls in flight keep theirs.
//
// Threads: belongs to its worker, like everything that holds it.
class Engine {
 public:
  // `metrics` may be null: nothing is counted then. `handlers` may be null: there are none then.
  Engine(std::shared_ptr<const Plan> plan, WorkerMetrics* metrics,
         std::shared_ptr<const CodeHandlers> handlers);
  ~Engine();
  [[nodiscard]] const Plan& plan() const { return *plan_; }
  [[nodiscard]] const std::shared_ptr<const Plan>& shared_plan() const { return plan_; }
  // The resource of this name, or null.
  [[nodiscard]] const Resource* find_resource(std::string_view name) const;
  // The operation with this id, or null.
  [[nodiscard]] const Operation* find_operation(std::string_view id) const;
  [[nodiscard]] OperationState& state(const Operation& operation) {
    return states_[operation.index];
  }
  // Whether `path`, percent-encoded, is one of the operation's; its parameters are `values` then.
  [[nodiscard]] bool read_path(const Operation& operation, std::string_view path,
                               PathValues& values);
  // What verifies the credentials of Plan::security_schemes[scheme]; null: nothing does.
  [[nodiscard]] const Authenticator* authenticator(uint16_t scheme) const {
    return authenticators_.empty() ? nullptr : authenticators_[scheme];
  }
  // What makes values of the resource's rows when they are shown; null: nothing does.
  [[nodiscard]] const Computation* computation(const Resource& resource) const {
    return computations_.empty() ? nullptr : computations_[resource.index];
  }
  [[nodiscard]] internal::MemberPlaces& member_places() { return member_places_; }
  // Null when nothing is counted.
  [[nodiscard]] OperationCounters* counters(const Operation& operation) {
    return counters_.size() == 0 ? nullptr : &counters_.at(operation.index);
  }

 private:
  std::shared_ptr<const Plan> plan_;
  std::shared_ptr<const CodeHandlers> handlers_;
  std::unordered_map<std::string_view, const Resource*> resources_;
  std::unordered_map<std::string_view, const Operation*> operations_;
  std::vector<OperationState> states_;
  std::vector<const Authenticator*> authenticators_;  // Of each scheme; empty: of none.
  std::vector<const Computation*> computations_;      // Of each resource; empty: of none.
  OperationTable counters_;
  internal::MemberPlaces member_places_;
};

// Everything that calls of one worker share.
//
// Threads: belongs to its worker; create, use and destroy it there.
class WorkerContext {
 public:
  WorkerContext(WorkerParts parts, CallOptions options, std::shared_ptr<const Plan> plan);
  ~WorkerContext();

  // Serves `plan` from the next call on.
  void serve(std::shared_ptr<const Plan> plan);
  [[nodiscard]] const std::shared_ptr<Engine>& engine() const { return engine_; }

  // A call as new, with the current engine. Give it back when it has ended.
  [[nodiscard]] std::unique_ptr<Call> take_call(Arena& arena);
  void give_back(std::unique_ptr<Call> call);

  // Memory for a call that `caller` makes; give it back when its answer has been read.
  [[nodiscard]] std::unique_ptr<InnerCall> take_inner_call(const Call& caller);
  void give_back(std::unique_ptr<InnerCall> inner);

  [[nodiscard]] const Clock& clock() const { return parts_.loop; }
  [[nodiscard]] Loop& loop() { return parts_.loop; }
  // Cheap numbers for trace ids and samples; not for what must not be guessed.
  [[nodiscard]] Rng& cheap_rng() { return cheap_rng_; }
  [[nodiscard]] Session* session() { return parts_.session; }
  [[nodiscard]] KeysInProgress& keys() { return parts_.keys; }
  [[nodiscard]] WorkerMetrics* metrics() { return parts_.metrics; }
  [[nodiscard]] AccessLog* access_log() { return parts_.access_log; }
  [[nodiscard]] Log* log() { return parts_.log; }
  [[nodiscard]] UuidGenerator& uuids() { return uuids_; }
  [[nodiscard]] BlockingPool* blocking() { return parts_.blocking; }
  [[nodiscard]] HandlerWatch& handler_watch() { return handler_watch_; }
  [[nodiscard]] RerunLanes& rerun_lanes() { return rerun_lanes_; }
  // The way to other processes; null when there are none. To be closed before anything that calls
  // stand on is destroyed.
  [[nodiscard]] Peers* peers() { return peers_.get(); }
  // Scratch memory of the validator: never held over a wait.
  [[nodiscard]] ValidationContext& validation() { return validation_; }
  // For text that is parsed and looked at without a wait between.
  [[nodiscard]] JsonParser& scratch_parser() { return scratch_parser_; }
  [[nodiscard]] const CallOptions& options() const { return options_; }

 private:
  [[nodiscard]] std::unique_ptr<Call> take_call(Arena& arena,
                                                const std::shared_ptr<Engine>& engine);

  WorkerParts parts_;
  CallOptions options_;
  SeededRng cheap_rng_;
  UuidGenerator uuids_;
  ValidationContext validation_;
  JsonParser scratch_parser_;
  RerunLanes rerun_lanes_;
  HandlerWatch handler_watch_;
  std::unique_ptr<Peers> peers_;
  std::shared_ptr<Engine> engine_;
  std::vector<std::unique_ptr<Call>> calls_;
  std::vector<std::unique_ptr<InnerCall>> inner_calls_;
};

}  // namespace servanda
