// SPDX-License-Identifier: Apache-2.0
#pragma once
// Handlers in C++: what one is given, and how a typed one becomes one that the engine can call.

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/task.h"
#include "servanda/context.h"
#include "servanda/db.h"
#include "servanda/failure.h"
#include "servanda/json.h"
#include "servanda/outgoing.h"
#include "servanda/reply.h"
#include "servanda/types.h"

namespace servanda {

struct Call;
struct InnerCall;

namespace internal {

// Where the caller of a generated operation takes its answer without text between.
struct Handover {
  const void* operation = nullptr;  // kOperationTag of its type.
  void* out = nullptr;              // Its Out.
};
// Tells generated operations apart: the same id may have other types elsewhere in the program.
template <typename Op>
inline constexpr char kOperationTag = 0;

// One call from a handler to an operation: its request, its run, its answer. What c.call() is a
// typed face of; implemented by the engine.
//
// Threads: of one handler run. Lifetime: within that run; answers live as long as this.
class OutwardCall {
 public:
  OutwardCall(Call& caller, std::string_view operation, std::string_view contract_hash);
  OutwardCall(OutwardCall&& other) noexcept;
  OutwardCall& operator=(OutwardCall&&) = delete;
  ~OutwardCall();

  // To be filled before run(). Holds the memory of earlier requests.
  [[nodiscard]] Outgoing& request();
  // "" for none.
  void set_idempotency_key(std::string_view key);
  // Where the answer may be put; lives until run() has ended.
  void take_into(Handover& handover);
  // Fails with kInternal for what is a bug of the calling handler: see Ctx::call().
  Task<Result<void>> run();
  // After run(): why there is no declared answer, or null. May be moved from.
  [[nodiscard]] Problem* problem();
  // After run(): whether the answer is where take_into() said.
  [[nodiscard]] bool handed_over() const;
  // After run() that brought neither a problem nor a handover.
  [[nodiscard]] Incoming answer();
  // What an answer that no declared one fits stands for.
  [[nodiscard]] Problem undeclared(const ReadError& error);

 private:
  Call* caller_;
  std::string_view operation_;
  std::string_view contract_hash_;
  InnerCall* inner_;  // Owned.
};

// Where a run's events go until it is committed: what Ctx::emit() is a typed face of. Implemented
// by the engine.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // See Ctx::emit(). `payload` is JSON text.
  [[nodiscard]] virtual Result<void> emit(std::string_view event, std::string_view contract_hash,
                                          std::string_view payload) = 0;
};

template <typename Op>
Task<Reply<Op>> run_call(OutwardCall call) {
  typename Op::Out out;
  Handover handover{&kOperationTag<Op>, &out};
  call.take_into(handover);
  Task<Result<void>> running = call.run();
  Result<void> ran = co_await running;
  if (!ran) throw Failure(std::move(ran.error()));
  if (Problem* const problem = call.problem()) co_return Reply<Op>(std::move(*problem));
  if (call.handed_over()) co_return Reply<Op>(std::move(out));
  ReadError error;
  if (!read(call.answer(), out, error)) co_return Reply<Op>(call.undeclared(error));
  co_return Reply<Op>(std::move(out));
}

}  // namespace internal

// One run of a handler: who asks and by when. It reaches no rows: those are for the contexts of
// services.
//
// Threads: of one run. Lifetime: views live as long as the run; a Ctx is never kept.
class Ctx : public CallContext {
 public:
  static constexpr std::size_t kEventsMax = 100;                       // Of one run.
  static constexpr std::size_t kEventBytesMax = std::size_t{1} << 20;  // Of their payloads.

  // Made by the engine.
  Ctx(Call& call, internal::DbCore& core, internal::EventSink& events)
      : CallContext(call), core_(&core), events_(&events) {}

  // Writes the event E (a generated tag, event::OrderPlaced) with what the run writes: committed
  // together with the rows or not at all, and discarded when the run is discarded or begins anew.
  // An event by itself is committed, too. Events are kept in the order of their emission, each with
  // an id, the time, the caller and the trace.
  //
  // Throws a Failure (kInternal) for bugs of the handler: `undeclared-event` for one that the
  // contract does not list under the operation's `emits`, `event-limit` above kEventsMax or
  // kEventBytesMax, `event-breaks-contract` for a body nested too deeply, of another contract's
  // types or, checked in development only, against its schema.
  template <typename E>
  void emit(const typename E::Body& body) {
    Result<void> taken = events_->emit(E::kName, E::contract_hash(), to_json_text(body));
    if (!taken) throw Failure(std::move(taken.error()));
  }
  // Who asks; "" for an anonymous caller.
  [[nodiscard]] std::string_view tenant() const;
  [[nodiscard]] std::string_view principal() const;
  // For a key that the handler itself must know before the insert: time-ordered, not to be guessed.
  [[nodiscard]] Uuid new_uuid();
  // Whether the caller was granted this, see Identity::scopes.
  [[nodiscard]] bool has_scope(std::string_view scope) const;
  // Which run of the handler this is, from 1; of a callee, that of its caller when it was called.
  [[nodiscard]] uint32_t attempt() const;

  // Calls an operation of this contract as a client would below the door: its input is validated,
  // its handler has a unit of work and a commit of its own, and counts as a call of its own. It
  // runs as the same caller, in the same trace, and ends by this call's deadline at the latest.
  // Nothing is retried. The own service's operations may be called, and those of services that the
  // contract lists under this service's `calls`.
  //
  // What the callee refuses is the reply's problem. Throws a Failure (kInternal) for bugs of the
  // calling handler: a service that is not listed, an input that no request can hold, types of
  // another contract, too many calls (1,000 for one request from outside, or the contract's budget)
  // or too deep ones (16 inside each other).
  //
  // A call of any method but GET and HEAD is an effect outside of this run: a row that moves
  // afterwards ends the call with 409 `version-moved` instead of running the handler again.
  template <typename Op>
  [[nodiscard]] Task<Reply<Op>> call(const typename Op::In& in) {
    internal::OutwardCall outward(*call_, Op::kId, Op::contract_hash());
    write(in, outward.request());
    return internal::run_call<Op>(std::move(outward));
  }
  template <typename Op>
  [[nodiscard]] Task<Reply<Op>> call(const typename Op::In& in, const CallWith& with) {
    internal::OutwardCall outward(*call_, Op::kId, Op::contract_hash());
    write(in, outward.request());
    outward.set_idempotency_key(with.idempotency_key());
    return internal::run_call<Op>(std::move(outward));
  }
  // Name the input first: g++ 12 destroys a braced temporary beside co_await twice.
  template <typename Op>
  Task<Reply<Op>> call(const typename Op::In&& in) = delete;
  template <typename Op>
  Task<Reply<Op>> call(const typename Op::In&& in, const CallWith& with) = delete;

  // An empty text with the memory of earlier answers, for CodeAnswer::body.
  [[nodiscard]] std::string take_buffer();
  // Where the answer may be put as it is, if anywhere, and whether it is wanted as text, too.
  [[nodiscard]] internal::Handover* handover() const;
  [[nodiscard]] bool wants_text() const;

 private:
  template <typename Service>
  friend class ServiceCtx;
  Ctx(const Ctx&) = default;

  internal::DbCore* core_;
  internal::EventSink* events_;
};

// A Ctx with the rows of one service, named by its generated tag: what handlers of operations of
// service::Accounts may take as service::Accounts::Ctx&. Another service's context is another type.
template <typename Service>
class ServiceCtx final : public Ctx {
 public:
  ServiceCtx(const ServiceCtx&) = delete;

  [[nodiscard]] Db<Service>& db() { return db_; }

 private:
  friend class CodeHandler;
  friend class Hook;
  friend class Computation;
  explicit ServiceCtx(const Ctx& ctx) : Ctx(ctx), db_(*ctx.core_) {}

  Db<Service> db_;
};

// What a handler answers with.
struct CodeAnswer {
  int status = 0;                 // 200 to 599, as the contract declares.
  std::string_view content_type;  // Lives as long as the program; "": see `media_type`.
  std::string media_type;         // Where it is not known ahead. "": JSON, or no body at all.
  bool has_body = false;
  std::string body;
  std::vector<HeaderValue> headers;
  bool handed_over = false;  // To the caller, by generated code.
};

// The handler of one operation. Shared by all workers, so it holds nothing that changes.
class CodeHandler {
 public:
  virtual ~CodeHandler() = default;
  [[nodiscard]] virtual std::string_view operation_id() const = 0;
  // Of the contract that its types were generated from. "": it fits any.
  [[nodiscard]] virtual std::string_view contract_hash() const = 0;
  // Answers one call, which conforms to the contract. An error, and everything that is thrown, ends
  // it with that problem; see Failure.
  virtual Task<Result<CodeAnswer>> handle(Ctx& ctx, const Input& input) const = 0;

 protected:
  // The context with the rows of the operation's service, for as long as `ctx`. Where `Service` is
  // another one, its rows are refused when they are asked for (kInternal).
  template <typename Service>
  [[nodiscard]] static ServiceCtx<Service> in_service(const Ctx& ctx) {
    return ServiceCtx<Service>(ctx);
  }
};

namespace internal {

// Turns one generated response into an answer.
template <typename R>
void fill_answer(const R& response, CodeAnswer& answer) {
  answer.status = R::kFirstStatus;
  if constexpr (requires { response.status; }) {
    answer.status = response.status;
    const bool fits = R::kFirstStatus == 0
                          ? answer.status >= 200 && answer.status <= 599
                          : answer.status >= R::kFirstStatus && answer.status <= R::kLastStatus;
    if (!fits) {
      throw Failure(Code::kInternal, "The handler answered with status " +
                                         std::to_string(answer.status) +
                                         ", which its response does not stand for.");
    }
  }
  answer.content_type = R::kMediaType;
  if constexpr (R::kBody == BodyKind::kStructured) {
    JsonWriter writer(answer.body);
    write(response, writer);
    answer.has_body = true;
  } else if constexpr (R::kBody == BodyKind::kRaw) {
    answer.body = response.body;
    answer.has_body = true;
    if constexpr (requires { response.media_type; }) answer.media_type = response.media_type;
  }
  append_headers(response, answer.headers);
}

// Whether a caller reads from the text of this response what it is: one of a status of its own,
// without header fields, which the engine may write in another form.
template <typename R>
[[nodiscard]] bool is_read_as_written(const R& response) {
  if constexpr (std::same_as<R, std::monostate> || requires { response.status; }) {
    return false;
  } else if constexpr (R::kBody == BodyKind::kRaw) {
    return false;
  } else {
    std::vector<HeaderValue> headers;
    append_headers(response, headers);
    return headers.empty();
  }
}

// A handler of a generated operation.
template <typename Op, typename F>
class TypedHandler final : public CodeHandler {
 public:
  explicit TypedHandler(F function) : function_(std::move(function)) {}
  [[nodiscard]] std::string_view operation_id() const override { return Op::kId; }
  [[nodiscard]] std::string_view contract_hash() const override { return Op::contract_hash(); }

  Task<Result<CodeAnswer>> handle(Ctx& ctx, const Input& input) const override {
    typename Op::In in;
    ReadError error;
    if (!read(input, in, error)) co_return std::unexpected<Error>(error.to_error());
    ServiceCtx<typename Op::Service> own = in_service<typename Op::Service>(ctx);
    Task<typename Op::Out> running = function_(own, std::move(in));
    typename Op::Out out = co_await running;
    CodeAnswer answer;
    Handover* const to = ctx.handover();
    answer.handed_over = to != nullptr && to->operation == &kOperationTag<Op> &&
                         std::visit([](const auto& one) { return is_read_as_written(one); }, out);
    const bool writes = !answer.handed_over || ctx.wants_text();
    if (writes) answer.body = ctx.take_buffer();
    std::visit(
        [&answer, writes](const auto& response) {
          using R = std::remove_cvref_t<decltype(response)>;
          if constexpr (std::same_as<R, std::monostate>) {
            answer.status = 204;
          } else if (writes) {
            fill_answer(response, answer);
          } else {
            answer.status = R::kFirstStatus;
          }
        },
        out);
    if (answer.handed_over) *static_cast<typename Op::Out*>(to->out) = std::move(out);
    co_return std::move(answer);
  }

 private:
  const F function_;
};

}  // namespace internal

// A handler from a function `Task<Op::Out>(Op::Service::Ctx&, Op::In)`, or with a Ctx& when it
// needs no rows, which is called on every worker at once. It may be a lambda with captures: the
// handler outlives every call. What it captures is shared.
template <typename Op, typename F>
[[nodiscard]] std::unique_ptr<const CodeHandler> make_code_handler(F function) {
  using Own = ServiceCtx<typename Op::Service>;
  static_assert(std::is_invocable_r_v<Task<typename Op::Out>, const F&, Own&, typename Op::In>,
                "A handler is a function Task<Op::Out>(Op::Service::Ctx&, Op::In), or one that "
                "takes a servanda::Ctx&; the context of another service fits no operation.");
  return std::make_unique<internal::TypedHandler<Op, F>>(std::move(function));
}

}  // namespace servanda
