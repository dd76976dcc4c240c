// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a call to an operation comes back with: one of its declared answers, or a problem.

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "servanda/failure.h"

namespace servanda {

// The Failure of a handler that needed an answer of `operation` and met this problem instead. That
// the callee is busy or out of time (429, 503, 504) is passed on as 503 or 504, for the client may
// try again. Everything else is kInternal with reason "callee-refused" (4xx) or "callee-failed":
// what the callee says of its caller's request is no statement about the request that the caller
// itself is serving.
[[nodiscard]] Failure failure_of(const Problem& problem, std::string_view operation);

// The outcome of a call to Op. A problem is a value, never thrown by the call itself:
//
//   Reply<op::GetProduct> reply = co_await c.call<op::GetProduct>(in);
//   if (auto* found = reply.get_if<op::GetProduct::Ok200>()) ... found->body ...
//   if (!reply) ... reply.problem().status ...
template <typename Op>
class [[nodiscard]] Reply {
 public:
  using Out = typename Op::Out;

  Reply(Out out) : held_(std::in_place_index<0>, std::move(out)) {}
  Reply(Problem problem) : held_(std::in_place_index<1>, std::move(problem)) {}

  // Whether it is a declared answer, of whatever status.
  [[nodiscard]] explicit operator bool() const { return held_.index() == 0; }
  // The declared answer. Throws failure_of() the problem when there is none.
  [[nodiscard]] Out& value() & {
    if (held_.index() == 1) throw failure_of(problem(), Op::kId);
    return *std::get_if<0>(&held_);
  }
  [[nodiscard]] Out&& value() && { return std::move(value()); }
  // The answer when it is this one of the declared ones, else null.
  template <typename Response>
  [[nodiscard]] Response* get_if() {
    Out* const out = std::get_if<0>(&held_);
    return out == nullptr ? nullptr : std::get_if<Response>(out);
  }
  // Requires: it is no declared answer.
  [[nodiscard]] const Problem& problem() const { return *std::get_if<1>(&held_); }

 private:
  std::variant<Out, Problem> held_;
};

// What a call is to be made with besides its input.
class CallWith {
 public:
  CallWith() {}  // No aggregate, for the sake of g++ 12: see Db::insert().

  // The callee has its effect once for this key, tenant, principal and operation, however often it
  // is called, and answers again what it answered. Without one every call has its effect.
  CallWith& idempotency_key(std::string_view key) {
    key_ = key;
    return *this;
  }
  [[nodiscard]] const std::string& idempotency_key() const { return key_; }

 private:
  std::string key_;
};

}  // namespace servanda
