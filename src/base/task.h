// SPDX-License-Identifier: Apache-2.0
#pragma once
// Task<T>: a lazy coroutine. It starts when awaited and resumes its awaiter when it ends.
//
// A task that ends without waiting costs its awaiter no suspension and no stack, however often it
// happens in a row. Plain symmetric transfer needs tail calls for that, which sanitizer builds
// lack.

#include <coroutine>
#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

namespace servanda {

namespace internal {
// Coroutine frames come from per-thread free lists by size class: a steady request path allocates
// no frame from the heap. A frame must end on the thread that began it (objects belong to workers).
void* allocate_frame(size_t size);
void free_frame(void* frame, size_t size) noexcept;

struct TaskPromiseBase {
  // Whom to resume at the end; nobody while start() is still running the task.
  std::coroutine_handle<> awaiter = std::noop_coroutine();
  std::exception_ptr thrown;

  static void* operator new(size_t size) { return allocate_frame(size); }
  static void operator delete(void* frame, size_t size) noexcept { free_frame(frame, size); }

  std::suspend_always initial_suspend() noexcept { return {}; }
  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      return ended.promise().awaiter;
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }
  // Nothing in src/ throws. What a user's handler throws is kept for whoever awaits the task, up to
  // the boundary that catches it.
  void unhandled_exception() noexcept { thrown = std::current_exception(); }
  void rethrow() const {
    if (thrown) [[unlikely]]
      std::rethrow_exception(thrown);
  }
};

// Runs `task` to its end or its first wait. Whether the awaiter has to wait.
template <typename Promise>
bool start(std::coroutine_handle<Promise> task, std::coroutine_handle<> awaiter) noexcept {
  task.resume();
  if (task.done()) return false;
  task.promise().awaiter = awaiter;
  return true;
}
}  // namespace internal

// One value to come. Move-only; destroying a Task that has not ended destroys its frame and
// everything it waits for must tolerate that.
//
// An exception that leaves the coroutine is thrown again where the task is awaited; from a task
// that nobody awaits (spawn()) it ends the process.
//
// Threads: starts, resumes and ends on one worker. Awaiting twice is a bug.
template <typename T = void>
class [[nodiscard]] Task {
 public:
  struct promise_type : internal::TaskPromiseBase {
    std::optional<T> value;
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    template <typename U = T>
    void return_value(U&& result) {
      value.emplace(std::forward<U>(result));
    }
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiter) noexcept {
    return internal::start(handle_, awaiter);
  }
  T await_resume() {
    handle_.promise().rethrow();
    return std::move(*handle_.promise().value);
  }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

// Work without a value; all else as above.
template <>
class [[nodiscard]] Task<void> {
 public:
  struct promise_type : internal::TaskPromiseBase {
    Task get_return_object() {
      return Task(std::coroutine_handle<promise_type>::from_promise(*this));
    }
    void return_void() noexcept {}
  };

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> awaiter) noexcept {
    return internal::start(handle_, awaiter);
  }
  void await_resume() const { handle_.promise().rethrow(); }

 private:
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

namespace internal {
struct Detached {
  struct promise_type {
    static void* operator new(size_t size) { return allocate_frame(size); }
    static void operator delete(void* frame, size_t size) noexcept { free_frame(frame, size); }
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
  };
};
inline Detached run_detached(Task<void> task) {
  co_await task;
}
}  // namespace internal

// Starts `task` now and lets it run to its end on its own. Whoever needs to know of the end makes
// the task say so; everything the task refers to must outlive it.
inline void spawn(Task<void> task) {
  internal::run_detached(std::move(task));
}

// A one-shot hand-over from a callback to a coroutine on the same worker: the coroutine awaits it,
// a callback calls set(). set() may come before the wait. Requires: one waiter, set() once.
template <typename T>
class Completion {
 public:
  Completion() = default;
  // Whoever sets it has its address.
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;
  void set(T value) {
    value_.emplace(std::move(value));
    if (waiter_) std::exchange(waiter_, nullptr).resume();
  }
  bool await_ready() const noexcept { return value_.has_value(); }
  void await_suspend(std::coroutine_handle<> waiter) noexcept { waiter_ = waiter; }
  T await_resume() { return std::move(*value_); }

 private:
  std::optional<T> value_;
  std::coroutine_handle<> waiter_ = nullptr;
};

}  // namespace servanda
