// SPDX-License-Identifier: Apache-2.0
#pragma once
// What tests of the store share: a directory, resources made by hand, tasks run to their end on the
// simulated platform.

#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "base/task.h"
#include "io/simulation.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/store_core.h"

namespace servanda::internal {

class TestDirectory {
 public:
  TestDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "servanda-store-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;
  ~TestDirectory() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string file(std::string_view name) const {
    return path_ + "/" + std::string(name);
  }

 private:
  std::string path_;
};

inline Property test_property(std::string name, ColumnType type) {
  Property property;
  property.name = name;
  property.column = name;
  property.type = type;
  return property;
}

inline Property required_property(std::string name, ColumnType type) {
  Property property = test_property(std::move(name), type);
  property.required = true;
  return property;
}

// A resource with key "id" as its first property. Names of properties are their columns.
inline Resource test_resource(std::string table, ColumnType key,
                              std::vector<Property> more_properties) {
  Resource resource;
  resource.name = table;
  resource.table = std::move(table);
  resource.properties.push_back(required_property("id", key));
  for (Property& property : more_properties) resource.properties.push_back(std::move(property));
  return resource;
}

// "name" or "-name" for each key. The index's name is made of its table and keys.
inline Index test_index(const Resource& resource, std::vector<std::string> keys) {
  Index index;
  index.name = resource.table;
  for (const std::string& key : keys) {
    const bool descending = key[0] == '-';
    const std::string name = descending ? key.substr(1) : key;
    index.name += "_" + name + (descending ? "_desc" : "");
    for (size_t i = 0; i < resource.properties.size(); ++i) {
      if (resource.properties[i].name != name) continue;
      index.keys.push_back({static_cast<uint16_t>(i), descending});
    }
  }
  return index;
}

inline Index unique_index(const Resource& resource, std::vector<std::string> keys) {
  Index index = test_index(resource, std::move(keys));
  index.unique = true;
  return index;
}

// 16 bytes that stand for the number `n`, in its order.
inline std::string test_uuid(uint64_t n) {
  std::string bytes(16, '\0');
  for (int i = 0; i < 8; ++i) bytes[15 - i] = static_cast<char>(n >> (8 * i));
  return bytes;
}

template <typename T>
Task<void> keep_result(Task<T> task, std::shared_ptr<std::optional<T>> into) {
  T result = co_await task;
  into->emplace(std::move(result));
}

// Starts the task now; the result is there when it has ended.
template <typename T>
std::shared_ptr<std::optional<T>> launch(Task<T> task) {
  auto result = std::make_shared<std::optional<T>>();
  spawn(keep_result(std::move(task), result));
  return result;
}

template <typename T>
T run(SimulatedPlatform& platform, Task<T> task) {
  auto result = launch(std::move(task));
  platform.run_ready();
  EXPECT_TRUE(result->has_value()) << "the task did not end";
  return std::move(**result);
}

// "code reason" of a failure, "ok" otherwise.
template <typename T>
std::string outcome(const Result<T>& result) {
  return result ? "ok" : result.error().reason;
}

// A store with one session on the simulated platform. Reopens on the same directory at will.
class StoreFixture {
 public:
  explicit StoreFixture(uint64_t seed = 1, SqliteOptions options = {})
      : platform(make_simulated_platform(seed)), options_(std::move(options)) {
    open();
  }
  ~StoreFixture() { close(); }

  void open() {
    Result<std::unique_ptr<Store>> opened = try_open();
    ASSERT_TRUE(opened) << opened.error().message;
    store.reset(static_cast<SqliteStore*>(opened->release()));
    loop = platform->make_loop();
    session = store->open_session(*loop);
  }
  Result<std::unique_ptr<Store>> try_open() {
    return open_sqlite_store(directory.file("data"), *platform, options_);
  }
  void close() {
    session.reset();
    loop.reset();
    store.reset();
  }
  // The resources must not move or go while they are in use.
  Result<void> prepare(std::span<const Resource> resources) {
    auto owner = std::make_shared<int>(0);
    owners_.push_back(owner);
    return store->prepare_resources(owner, resources, "hash");
  }
  // A statement on the file behind the store's back. The last row's first column as text.
  std::string look(const std::string& sql) {
    Database::Options options;
    options.value_bytes_max = 1 << 20;
    options.vfs = options_.vfs;
    Result<Database> database = Database::open(directory.file("data/store.db"), options);
    EXPECT_TRUE(database) << database.error().message;
    Result<Statement> statement = database->prepare(sql);
    EXPECT_TRUE(statement) << statement.error().message;
    std::string text;
    while (statement->step() == Step::kRow) text = statement->text(0);
    return text;
  }

  // How SQLite runs a statement: every step of its plan.
  std::string explain(const std::string& sql) {
    Database::Options options;
    options.value_bytes_max = 1 << 20;
    Result<Database> database = Database::open(directory.file("data/store.db"), options);
    EXPECT_TRUE(database) << database.error().message;
    Result<Statement> rows = database->prepare("EXPLAIN QUERY PLAN " + sql);
    EXPECT_TRUE(rows) << rows.error().message;
    std::string text;
    while (rows->step() == Step::kRow) text += std::string(rows->text(3)) + "; ";
    return text;
  }

  Result<void> commit(std::span<const Write> writes, const IdempotencyRecord* record = nullptr,
                      Instant deadline = Instant::never()) {
    return run(*platform, session->commit({writes, record}, deadline));
  }
  Result<std::optional<Row>> get(const Resource& resource, Value key) {
    return run(*platform, session->get(resource, key, arena));
  }
  Result<Page> list(const ListQuery& query) { return run(*platform, session->list(query, arena)); }
  Result<std::span<const Page>> list_each(const ListQuery& query, uint16_t property,
                                          std::span<const Value> values) {
    return run(*platform, session->list_each(query, property, values, arena));
  }
  Result<uint64_t> count(const ListQuery& query, uint64_t count_max) {
    return run(*platform, session->count(query, count_max));
  }

  TestDirectory directory;
  std::unique_ptr<SimulatedPlatform> platform;
  std::unique_ptr<SqliteStore> store;
  std::unique_ptr<Loop> loop;
  std::unique_ptr<Session> session;
  Arena arena;

 private:
  SqliteOptions options_;
  std::vector<std::shared_ptr<int>> owners_;
};

}  // namespace servanda::internal
