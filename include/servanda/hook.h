// SPDX-License-Identifier: Apache-2.0
#pragma once
// Hooks in C++: what a built-in handler is to do besides, when it writes a row, and values that it
// has made of rows when it shows them, the contract's `computed: code`.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "servanda/db.h"
#include "servanda/handler.h"
#include "servanda/json.h"
#include "servanda/rows.h"

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

// --- Values of rows that are shown.

// A generated struct with members that C++ makes.
template <typename T>
concept ComputedStruct = ResourceStruct<T> && requires(const T& row, MadeValues& values) {
  { computed_members(&row).size() } -> std::convertible_to<std::size_t>;
  { contract_hash_of(&row) } -> std::convertible_to<std::string_view>;
  write_computed(row, values);
};

namespace internal {
// The rows that are shown. Implemented by the engine.
class ShownRows {
 public:
  virtual ~ShownRows() = default;
  // Gives all of them to the sink, in the order of the page.
  [[nodiscard]] virtual Result<void> give(RowSink& rows) = 0;
};
}  // namespace internal

// What makes the values of one resource. Shared by all workers, so it holds nothing that changes.
class Computation {
 public:
  virtual ~Computation() = default;
  [[nodiscard]] virtual std::string_view resource() const = 0;
  [[nodiscard]] virtual std::string_view contract_hash() const = 0;  // As CodeHandler's.
  // The properties that it makes.
  [[nodiscard]] virtual std::span<const std::string_view> members() const = 0;
  // Adds of each row, in their order, the values of members(). An error, and everything that is
  // thrown, ends the call as in handlers.
  virtual Task<Result<void>> run(Ctx& ctx, internal::ShownRows& rows, MadeValues& values) const = 0;

 protected:
  // As CodeHandler's.
  template <typename Service>
  [[nodiscard]] static ServiceCtx<Service> in_service(const Ctx& ctx) {
    return ServiceCtx<Service>(ctx);
  }
};

namespace internal {

template <typename T, typename F>
class TypedComputation final : public Computation {
 public:
  explicit TypedComputation(F function) : function_(std::move(function)) {}
  [[nodiscard]] std::string_view resource() const override { return resource_name(kType); }
  [[nodiscard]] std::string_view contract_hash() const override { return contract_hash_of(kType); }
  [[nodiscard]] std::span<const std::string_view> members() const override { return kMembers; }

  Task<Result<void>> run(Ctx& ctx, ShownRows& rows, MadeValues& values) const override {
    std::vector<T> page;
    RowsInto<T, std::vector<T>> sink(page);
    Result<void> given = rows.give(sink);
    if (!given) co_return given;
    ServiceCtx<OwnerOf<T>> own = in_service<OwnerOf<T>>(ctx);
    const std::span<T> shown(page);
    Task<void> running = function_(own, shown);
    co_await running;
    for (const T& row : page) write_computed(row, values);
    co_return given;
  }

 private:
  static constexpr const T* kType = nullptr;
  static constexpr auto kMembers = computed_members(kType);

  const F function_;
};

}  // namespace internal

// Makes what the contract calls `computed: code` of a resource with a function
// `Task<void>(Owner::Ctx&, std::span<T>)`, Owner being the tag of the service that owns T; or with
// a Ctx& when it needs no rows. It sets those members of each struct; what it does to others is
// passed over. It is called on every worker at once, so what it captures is shared.
//
// It may read rows, call operations and do work that blocks, but neither write nor emit: a Failure
// `computed-writes` (kInternal). Where the answer is that of a write, get() reads rows as the write
// leaves them, while lists and counts do not see it yet. A row may stand in the span twice.
template <ResourceStruct T, typename F>
[[nodiscard]] std::unique_ptr<const Computation> make_computation(F function) {
  static_assert(ComputedStruct<T>,
                "The resource has no property with \"x-servanda: {computed: code}\".");
  using Own = ServiceCtx<OwnerOf<T>>;
  static_assert(std::is_invocable_r_v<Task<void>, const F&, Own&, std::span<T>>,
                "What computes values is a function Task<void>(service::Owner::Ctx&, "
                "std::span<T>), or one that takes a servanda::Ctx&; the context of another service "
                "fits no resource.");
  if constexpr (ComputedStruct<T>) {
    return std::make_unique<internal::TypedComputation<T, F>>(std::move(function));
  } else {
    return nullptr;
  }
}

}  // namespace servanda
