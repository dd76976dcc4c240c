// SPDX-License-Identifier: Apache-2.0
#pragma once
// CallContext: what code of a program may ask about the call that it works for.

#include <exception>
#include <functional>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/result.h"
#include "base/task.h"
#include "base/time.h"
#include "servanda/failure.h"

namespace servanda {

struct Call;

// Threads: of the call. Lifetime: views live as long as the call; a context is never kept.
class CallContext {
 public:
  // Made by the engine.
  explicit CallContext(Call& call) : call_(&call) {}
  CallContext& operator=(const CallContext&) = delete;

  // The calendar's time.
  [[nodiscard]] Timestamp now() const;
  // Until the call's deadline; not positive once it has passed. Nothing is committed after it.
  [[nodiscard]] Duration remaining() const;
  // 32 hexadecimal digits: the trace that logs, problems and callers name.
  [[nodiscard]] std::string_view request_id() const;
  // A request's header field by its name, in any case; the first where it was sent repeatedly.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  // Writes an event with the operation's and the trace's id. Never blocks.
  void log(std::string_view message) const;

  // Runs `work` on a thread where it may block (hashing, files, foreign libraries), and returns
  // what it returns or throws what it throws. `work` takes no arguments and shares nothing with
  // others; it has no time limit. A Failure kUnavailable `blocking-full` when too much waits
  // already (docs/handlers.md).
  template <typename F>
  [[nodiscard]] Task<std::invoke_result_t<F&>> blocking(const F& work) const {
    return run_blocking<F, std::invoke_result_t<F&>>(this, work);
  }
  // Name the work first: g++ 12 destroys a temporary with captures beside co_await twice.
  template <typename F>
  Task<std::invoke_result_t<F&>> blocking(const F&& work) const = delete;

 protected:
  CallContext(const CallContext&) = default;

  Call* call_;

 private:
  [[nodiscard]] Task<Result<void>> run_elsewhere(std::function<void()> work) const;

  template <typename F, typename R>
  static Task<R> run_blocking(const CallContext* self, F work) {
    std::exception_ptr thrown;
    std::conditional_t<std::is_void_v<R>, char, std::optional<R>> result{};
    std::function<void()> guarded = [&work, &result, &thrown] {
      try {
        if constexpr (std::is_void_v<R>) {
          work();
        } else {
          result.emplace(work());
        }
      } catch (...) {
        thrown = std::current_exception();
      }
    };
    Task<Result<void>> running = self->run_elsewhere(std::move(guarded));
    Result<void> ran = co_await running;
    if (!ran) throw Failure(std::move(ran.error()));
    if (thrown) std::rethrow_exception(thrown);
    if constexpr (!std::is_void_v<R>) co_return std::move(*result);
  }
};

}  // namespace servanda
