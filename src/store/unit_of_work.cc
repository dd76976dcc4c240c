// SPDX-License-Identifier: Apache-2.0
#include "store/unit_of_work.h"

#include "base/check.h"
#include "store/row_state.h"

namespace servanda {
namespace {

bool concerns(const Write& write, const Resource& resource, const Value& key) {
  return write.resource == &resource && write.key == key;
}

std::optional<Row> within(const Resource& resource, std::optional<Row> row, RowScope rows) {
  if (row && rows == RowScope::kLive && is_deleted(resource, *row)) return std::nullopt;
  return row;
}

}  // namespace

Task<Result<std::optional<Row>>> UnitOfWork::get(const Resource& resource, Value key) {
  return read(resource, key, RowScope::kLive);
}

Task<Result<std::optional<Row>>> UnitOfWork::get_any(const Resource& resource, Value key) {
  return read(resource, key, RowScope::kAll);
}

Task<Result<std::optional<Row>>> UnitOfWork::read(const Resource& resource, Value key,
                                                  RowScope rows) {
  const Write* last = nullptr;
  int64_t version = 0;      // After the own writes so far.
  bool needs_base = false;  // Whether `version` still counts from the stored row's.
  for (const Write& write : writes_) {
    if (!concerns(write, resource, key)) continue;
    last = &write;
    if (write.kind == Write::Kind::kUpdate && write.expected_version == 0) {
      if (version == 0) needs_base = true;
      ++version;
    } else {
      needs_base = false;
      version = write.kind == Write::Kind::kInsert ? 1 : write.expected_version + 1;
    }
  }
  if (last && last->kind == Write::Kind::kRemove) {
    co_return Result<std::optional<Row>>(std::nullopt);
  }
  const std::span<const Value> values = last ? last->values : std::span<const Value>();
  if (last && !needs_base) {
    co_return Result<std::optional<Row>>(within(resource, Row{values, version}, rows));
  }
  Task<Result<std::optional<Row>>> reading = session_->get(resource, key, *arena_);
  Result<std::optional<Row>> stored = co_await reading;
  if (last && stored && *stored) {
    const Row row{values, (*stored)->version + version};
    co_return Result<std::optional<Row>>(within(resource, row, rows));
  }
  // An update of a row that is not there makes the commit fail; until then it shows nothing.
  if (stored) *stored = within(resource, *stored, rows);
  co_return std::move(stored);
}

Result<void> UnitOfWork::check_unwritten() const {
  if (writes_.empty()) return {};
  SERVANDA_BUG("a list or count after a write of the same unit of work");
  return fail(Code::kInternal, "A list cannot follow a write in one unit of work.");
}

Task<Result<Page>> UnitOfWork::list(ListQuery query) {
  Result<void> unwritten = check_unwritten();
  if (!unwritten) co_return pass(unwritten);
  Task<Result<Page>> listing = session_->list(query, *arena_);
  Result<Page> page = co_await listing;
  co_return std::move(page);
}

Task<Result<std::span<const Page>>> UnitOfWork::list_each(ListQuery query, uint16_t property,
                                                          std::span<const Value> values) {
  Result<void> unwritten = check_unwritten();
  if (!unwritten) co_return pass(unwritten);
  Task<Result<std::span<const Page>>> listing =
      session_->list_each(query, property, values, *arena_);
  Result<std::span<const Page>> pages = co_await listing;
  co_return std::move(pages);
}

Task<Result<uint64_t>> UnitOfWork::count(ListQuery query, uint64_t count_max) {
  Result<void> unwritten = check_unwritten();
  if (!unwritten) co_return pass(unwritten);
  Task<Result<uint64_t>> counting = session_->count(query, count_max);
  Result<uint64_t> rows = co_await counting;
  co_return std::move(rows);
}

void UnitOfWork::insert(const Resource& resource, Value key, std::span<const Value> values) {
  writes_.push_back({Write::Kind::kInsert, &resource, key, values, 0});
}

void UnitOfWork::update(const Resource& resource, Value key, std::span<const Value> values,
                        int64_t expected_version) {
  writes_.push_back({Write::Kind::kUpdate, &resource, key, values, expected_version});
}

void UnitOfWork::remove(const Resource& resource, Value key, int64_t expected_version) {
  writes_.push_back({Write::Kind::kRemove, &resource, key, {}, expected_version});
}

void UnitOfWork::keep_last_write() {
  Write& write = writes_.back();
  const auto kept = [this](Value value) {
    value.text = arena_->copy(value.text);
    return value;
  };
  write.key = kept(write.key);
  Value* const values = arena_->array<Value>(write.values.size());
  for (size_t i = 0; i < write.values.size(); ++i) new (values + i) Value(kept(write.values[i]));
  write.values = {values, write.values.size()};
}

Task<Result<void>> UnitOfWork::commit(const IdempotencyRecord* idempotency, Instant deadline) {
  if (committed_) {
    SERVANDA_BUG("a unit of work committed twice");
    co_return Result<void>(fail(Code::kInternal, "This unit of work was committed already."));
  }
  committed_ = true;
  if (writes_.empty() && events_.empty() && !idempotency) co_return Result<void>();
  const CommitBatch batch{writes_, idempotency, events_};
  Task<Result<void>> committing = session_->commit(batch, deadline);
  Result<void> done = co_await committing;
  co_return std::move(done);
}

}  // namespace servanda
