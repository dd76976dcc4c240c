// SPDX-License-Identifier: Apache-2.0
#pragma once
// Hooks in C++: what a built-in handler is to do besides, when it writes a row.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "servanda/db.h"
#include "servanda/handler.h"
#include "servanda/json.h"

namespace servanda {

// One write of a built-in handler.
template <ResourceStruct T>
struct Change {
  std::optional<T> stored;  // The row as it was; nothing where the row is created.
  std::optional<T> next;    // The row as it is to be; nothing where it is deleted.
};

enum class HookTime : uint8_t {
  kBefore,  // Nothing is written yet: the row may still be changed, lists can be read.
  kAfter,   // The row is as it will be; other rows may follow it.
};

// A hook of one operation. Shared by all workers, so it holds nothing that changes.
class Hook {
 public:
  virtual ~Hook() = default;
  [[nodiscard]] virtual std::string_view operation_id() const = 0;
  [[nodiscard]] virtual std::string_view contract_hash() const = 0;  // As CodeHandler's.
  [[nodiscard]] virtual std::string_view resource() const = 0;
  [[nodiscard]] virtual HookTime moment() const = 0;
  // Runs it on the row as it was and as it is to be, each absent where there is none. Returns the
  // row as the hook wants it, as JSON, or "" when that is as it was to be. An error, and everything
  // that is thrown, ends the call as in handlers.
  virtual Task<Result<std::string>> run(Ctx& ctx, JsonValue stored, JsonValue next) const = 0;

 protected:
  // As CodeHandler's.
  template <typename Service>
  [[nodiscard]] static ServiceCtx<Service> in_service(const Ctx& ctx) {
    return ServiceCtx<Service>(ctx);
  }
};

namespace internal {

template <typename Op, typename T, typename F>
class TypedHook final : public Hook {
 public:
  TypedHook(HookTime time, F function) : time_(time), function_(std::move(function)) {}
  [[nodiscard]] std::string_view operation_id() const override { return Op::kId; }
  [[nodiscard]] std::string_view contract_hash() const override { return Op::contract_hash(); }
  [[nodiscard]] std::string_view resource() const override {
    return resource_name(static_cast<const T*>(nullptr));
  }
  [[nodiscard]] HookTime moment() const override { return time_; }

  Task<Result<std::string>> run(Ctx& ctx, JsonValue stored, JsonValue next) const override {
    Change<T> change;
    ReadError error;
    const bool fits = read_row(stored, change.stored, error) && read_row(next, change.next, error);
    if (!fits) co_return std::unexpected<Error>(error.to_error());
    const std::string asked = text_of(change.next);
    ServiceCtx<typename Op::Service> own = in_service<typename Op::Service>(ctx);
    Task<void> running = function_(own, change);
    co_await running;
    std::string wanted = text_of(change.next);
    if (wanted == asked) wanted.clear();
    co_return std::move(wanted);
  }

 private:
  [[nodiscard]] static bool read_row(JsonValue value, std::optional<T>& row, ReadError& error) {
    return !value.exists() || read(value, row.emplace(), error);
  }
  [[nodiscard]] static std::string text_of(const std::optional<T>& row) {
    return row ? to_json_text(*row) : std::string();
  }

  const HookTime time_;
  const F function_;
};

}  // namespace internal

// A hook of a generated operation from a function `Task<void>(Op::Service::Ctx&, Change<T>&)`, or
// with a Ctx& when it needs no other rows, which is called on every worker at once. What it
// captures is shared.
template <typename Op, ResourceStruct T, typename F>
[[nodiscard]] std::unique_ptr<const Hook> make_hook(HookTime time, F function) {
  using Own = ServiceCtx<typename Op::Service>;
  static_assert(OwnedBy<T, typename Op::Service>,
                "A hook is on a resource of its operation's service.");
  static_assert(std::is_invocable_r_v<Task<void>, const F&, Own&, Change<T>&>,
                "A hook is a function Task<void>(Op::Service::Ctx&, servanda::Change<T>&), or one "
                "that takes a servanda::Ctx&; the context of another service fits no operation.");
  return std::make_unique<internal::TypedHook<Op, T, F>>(time, std::move(function));
}

}  // namespace servanda
