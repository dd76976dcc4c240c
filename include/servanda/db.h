// SPDX-License-Identifier: Apache-2.0
#pragma once
// Db: the rows of one service, as generated structs, in one unit of work.

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/task.h"
#include "servanda/failure.h"
#include "servanda/json.h"
#include "servanda/query/query.h"
#include "servanda/rows.h"
#include "servanda/types.h"

namespace servanda {

namespace internal {
// A key as it stands in a path, decoded.
template <typename K>
[[nodiscard]] std::string key_text(const K& key) {
  if constexpr (std::is_convertible_v<const K&, std::string_view>) {
    return std::string(std::string_view(key));
  } else if constexpr (std::is_enum_v<K>) {
    return std::string(enumerator_text(key));
  } else if constexpr (std::integral<K> && !std::same_as<K, bool>) {
    return std::to_string(key);
  } else {
    return header_text(key);
  }
}
}  // namespace internal

namespace internal {
// What Db is a typed face of. Rows are written as JSON text and read by a sink. Implemented by the
// engine.
class DbCore {
 public:
  virtual ~DbCore() = default;
  // Nothing is taken when there is no such row.
  virtual Task<Result<void>> get(std::string_view resource, std::string key, RowSink& row) = 0;
  // The row as stored is taken.
  virtual Task<Result<void>> insert(std::string_view resource, std::string row,
                                    RowSink& stored) = 0;
  virtual Task<Result<void>> update(std::string_view resource, std::string row,
                                    RowSink& stored) = 0;
  virtual Task<Result<bool>> remove(std::string_view resource, std::string key) = 0;
  virtual Task<Result<void>> list(std::string_view resource, AskedQuery query, RowSink& rows) = 0;
  virtual Task<Result<uint64_t>> count(std::string_view resource, AskedQuery query,
                                       uint64_t at_most) = 0;
};
}  // namespace internal

// A generated struct whose schema is a resource.
template <typename T>
concept ResourceStruct = requires(const T* row) {
  { resource_name(row) } -> std::convertible_to<std::string_view>;
};

// The service whose resource T is, as its generated tag: service::Accounts.
template <ResourceStruct T>
using OwnerOf = decltype(owner_of(static_cast<const T*>(nullptr)));

// What a compiler names when code of one service asks for rows of another: who owns them and who
// asks. Only the owner reaches them; others call one of its operations.
template <typename Owner, typename Asking>
concept OwnerAsks = std::is_same_v<Owner, Asking>;

// A resource of this service.
template <typename T, typename Service>
concept OwnedBy = ResourceStruct<T> && OwnerAsks<OwnerOf<T>, Service>;

// Bounds of what one run of a handler does with rows, of whatever service.
struct DbLimits {
  static constexpr size_t kWritesMax = 1'000;
  static constexpr std::uint64_t kCountMax = 10'000;
};

// Rows of the resources of `Service`, a generated tag; what another service owns does not compile.
//
// Reads and writes of one run of a handler, as one unit of work: writes are kept until the handler
// has answered below 400, and then all committed at once or not at all. A row is read once: later
// reads of it see the same state, with the handler's own writes. When a row that was written has
// changed meanwhile, nothing is committed and the handler runs again from the start; so keep
// effects of other kinds out of handlers.
//
// What cannot be done throws a Failure: kUnavailable, kDeadlineExceeded and the like from the
// store; kInternal for bugs of the handler (a row against its schema, a query out of bounds, a list
// after a write, more than kWritesMax writes).
//
// Threads: of one handler run. Await one task at a time.
template <typename Service>
class Db : public DbLimits {
 public:
  explicit Db(internal::DbCore& core) : core_(&core) {}

  // Nothing when there is no row with this key.
  template <OwnedBy<Service> T, typename K>
  [[nodiscard]] Task<std::optional<T>> get(const K& key) {
    return get_row<T>(core_, internal::key_text(key));
  }
  // Returns the row as stored. A generated key is made unless the row has one; times, counters and
  // other generated properties are always the engine's; what is left out gets its default. The call
  // ends with 409 `key-exists` or `unique` when another row stands in the way at the commit.
  template <OwnedBy<Service> T>
  [[nodiscard]] Task<T> insert(const T& row) {
    return insert_row<T>(core_, to_json_text(row));
  }
  // Name the row first: g++ 12 destroys a braced temporary beside co_await twice.
  template <OwnedBy<Service> T>
  Task<T> insert(const T&& row) = delete;
  // Replaces the row with this row's key by it, and returns it as stored. kNotFound when there is
  // none. Immutable properties may not change.
  template <OwnedBy<Service> T>
  [[nodiscard]] Task<T> update(const T& row) {
    return update_row<T>(core_, to_json_text(row));
  }
  template <OwnedBy<Service> T>
  Task<T> update(const T&& row) = delete;  // As insert().
  // Whether there was one.
  template <OwnedBy<Service> T, typename K>
  [[nodiscard]] Task<bool> remove(const K& key) {
    return remove_row<T>(core_, internal::key_text(key));
  }
  // Only what an index of the contract serves compiles: see Query. Not after a write of the same
  // run, which it would not show.
  template <OwnedBy<Service> T, typename... Parts>
  [[nodiscard]] Task<std::vector<T>> list(Query<T, Parts...> query) {
    internal::check_list<Query<T, Parts...>>();
    return list_rows<T>(core_, std::move(query).take());
  }
  // The first of the query's rows, whatever its limit; nothing where there is none.
  template <OwnedBy<Service> T, typename... Parts>
  [[nodiscard]] Task<std::optional<T>> first(Query<T, Parts...> query) {
    internal::check_list<Query<T, Parts...>>();
    return first_row<T>(core_, std::move(query).limit(1).take());
  }
  // How many rows meet the query's conditions, counting no further than `at_most`; its order,
  // limit and offset do not matter. An index has to find them, and each is looked at there. As
  // list(), not after a write.
  template <OwnedBy<Service> T, typename... Parts>
  [[nodiscard]] Task<std::uint64_t> count(Query<T, Parts...> query,
                                          std::uint64_t at_most = kCountMax) {
    internal::check_count<Query<T, Parts...>>();
    return count_rows<T>(core_, std::move(query).take(), at_most);
  }

 private:
  template <OwnedBy<Service> T>
  [[nodiscard]] static std::string_view name_of() {
    return resource_name(static_cast<const T*>(nullptr));
  }

  template <typename T>
  static Task<std::optional<T>> get_row(internal::DbCore* core, std::string key) {
    std::optional<T> found;
    internal::RowsInto<T, std::optional<T>> sink(found);
    Task<Result<void>> getting = core->get(name_of<T>(), std::move(key), sink);
    Result<void> got = co_await getting;
    if (!got) throw Failure(std::move(got.error()));
    co_return std::move(found);
  }
  template <typename T>
  static Task<T> insert_row(internal::DbCore* core, std::string text) {
    std::optional<T> stored;
    internal::RowsInto<T, std::optional<T>> sink(stored);
    Task<Result<void>> inserting = core->insert(name_of<T>(), std::move(text), sink);
    Result<void> inserted = co_await inserting;
    if (!inserted) throw Failure(std::move(inserted.error()));
    co_return std::move(*stored);
  }
  template <typename T>
  static Task<T> update_row(internal::DbCore* core, std::string text) {
    std::optional<T> stored;
    internal::RowsInto<T, std::optional<T>> sink(stored);
    Task<Result<void>> updating = core->update(name_of<T>(), std::move(text), sink);
    Result<void> updated = co_await updating;
    if (!updated) throw Failure(std::move(updated.error()));
    co_return std::move(*stored);
  }
  template <typename T>
  static Task<bool> remove_row(internal::DbCore* core, std::string key) {
    Task<Result<bool>> removing = core->remove(name_of<T>(), std::move(key));
    Result<bool> removed = co_await removing;
    if (!removed) throw Failure(std::move(removed.error()));
    co_return *removed;
  }
  template <typename T>
  static Task<std::vector<T>> list_rows(internal::DbCore* core, internal::AskedQuery query) {
    std::vector<T> rows;
    internal::RowsInto<T, std::vector<T>> sink(rows);
    Task<Result<void>> listing = core->list(name_of<T>(), std::move(query), sink);
    Result<void> listed = co_await listing;
    if (!listed) throw Failure(std::move(listed.error()));
    co_return std::move(rows);
  }
  template <typename T>
  static Task<std::optional<T>> first_row(internal::DbCore* core, internal::AskedQuery query) {
    std::optional<T> found;
    internal::RowsInto<T, std::optional<T>> sink(found);
    Task<Result<void>> listing = core->list(name_of<T>(), std::move(query), sink);
    Result<void> listed = co_await listing;
    if (!listed) throw Failure(std::move(listed.error()));
    co_return std::move(found);
  }
  template <typename T>
  static Task<std::uint64_t> count_rows(internal::DbCore* core, internal::AskedQuery query,
                                        std::uint64_t at_most) {
    Task<Result<std::uint64_t>> counting = core->count(name_of<T>(), std::move(query), at_most);
    Result<std::uint64_t> found = co_await counting;
    if (!found) throw Failure(std::move(found.error()));
    co_return *found;
  }

  internal::DbCore* core_;
};

}  // namespace servanda
