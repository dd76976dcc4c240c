// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and benchmarks: a store in maps that keeps the promises of Session.

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "call/test_loop.h"
#include "store/store.h"

namespace servanda::test {

// A session on plain maps, for tests of handlers.
class MapSession final : public Session {
 public:
  explicit MapSession(VirtualLoop& loop) : loop_(&loop) {}

  std::vector<Error> commit_failures;   // The next commits fail with these, in order.
  std::function<void()> before_commit;  // Lets rows move under a call.
  Duration commit_time;                 // Not zero: commits take so long on the loop.
  size_t commits = 0;                   // Batches applied.
  std::vector<std::string> events;      // "name by tenant/principal of service: payload".
  size_t reads = 0;

  Task<Result<std::optional<Row>>> get(const Resource& resource, Value key, Arena& arena) override {
    ++reads;
    const Rows& rows = tables_[resource.name];
    const auto found = rows.find(text_of(key));
    if (found == rows.end()) co_return std::optional<Row>();
    co_return std::optional(copy(found->second, arena));
  }

  Task<Result<Page>> list(ListQuery query, Arena& arena) override {
    ++reads;
    std::vector<const OwnedRow*> rows;
    for (const auto& [key, row] : tables_[query.resource->name]) {
      if (matches(query, row)) rows.push_back(&row);
    }
    std::ranges::sort(rows, [&](const OwnedRow* a, const OwnedRow* b) {
      return order(query, *a, values_of(query, *b)) < 0;
    });
    rows.erase(rows.begin(),
               rows.begin() + std::min<std::ptrdiff_t>(query.offset, std::ssize(rows)));
    Page page;
    page.more = rows.size() > query.limit;
    const size_t count = std::min<size_t>(rows.size(), query.limit);
    Row* const copies = arena.array<Row>(count);
    for (size_t i = 0; i < count; ++i) new (copies + i) Row(copy(*rows[i], arena));
    page.rows = {copies, count};
    co_return page;
  }

  Task<Result<std::span<const Page>>> list_each(ListQuery query, uint16_t property,
                                                std::span<const Value> values,
                                                Arena& arena) override {
    Page* const pages = arena.array<Page>(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      const Condition condition{property, FilterTest::kEqual, values[i], {}};
      ListQuery one = query;
      one.conditions = {&condition, 1};
      Task<Result<Page>> reading = list(one, arena);
      Result<Page> page = co_await reading;
      new (pages + i) Page(*page);
    }
    co_return std::span<const Page>(pages, values.size());
  }

  Task<Result<uint64_t>> count(ListQuery query, uint64_t count_max) override {
    ++reads;
    uint64_t found = 0;
    query.after = {};
    for (const auto& [key, row] : tables_[query.resource->name]) found += matches(query, row);
    co_return std::min(found, count_max);
  }

  Task<Result<std::optional<StoredAnswer>>> find_answer(IdempotencyScope scope,
                                                        Arena& arena) override {
    const auto found = answers_.find(scope);
    if (found == answers_.end()) co_return std::optional<StoredAnswer>();
    StoredAnswer answer;
    answer.fingerprint = found->second.fingerprint;
    answer.status = found->second.status;
    answer.fields = arena.copy(found->second.fields);
    answer.body = arena.copy(found->second.body);
    co_return std::optional(answer);
  }

  Task<Result<void>> commit(CommitBatch batch, Instant) override {
    if (commit_time.ns > 0) co_await loop_->sleep_until(loop_->now() + commit_time);
    if (before_commit) std::exchange(before_commit, nullptr)();
    if (!commit_failures.empty()) {
      Error failure = std::move(commit_failures.front());
      commit_failures.erase(commit_failures.begin());
      co_return std::unexpected<Error>(std::move(failure));
    }
    if (batch.idempotency != nullptr && answers_.contains(batch.idempotency->scope)) {
      co_return fail(Code::kConflict, "The key is used.", "idempotency-key-used");
    }
    std::vector<Undo> done;
    for (const Write& write : batch.writes) {
      Result<void> possible = check(write);
      if (!possible) {
        while (!done.empty()) take_back(done);
        possible.error().index = static_cast<uint32_t>(&write - batch.writes.data());
        co_return pass(possible);
      }
      done.push_back(apply(write));
    }
    if (batch.idempotency != nullptr) {
      const StoredAnswer& answer = batch.idempotency->answer;
      answers_[batch.idempotency->scope] = {answer.fingerprint, answer.status,
                                            std::string(answer.fields), std::string(answer.body)};
    }
    for (const OutboxEvent& event : batch.events) {
      events.push_back(std::string(event.name) + " by " + std::string(event.tenant) + "/" +
                       std::string(event.principal) + " of " + std::string(event.service) + ": " +
                       std::string(event.payload));
    }
    ++commits;
    co_return Result<void>();
  }

  [[nodiscard]] size_t row_count(const std::string& resource) { return tables_[resource].size(); }
  [[nodiscard]] size_t answer_count() const { return answers_.size(); }
  void bump_versions(const std::string& resource) {
    for (auto& [key, row] : tables_[resource]) ++row.version;
  }
  void forget_rows(const std::string& resource) { tables_[resource].clear(); }

 private:
  struct OwnedRow {
    std::vector<Value> values;
    std::vector<std::unique_ptr<std::string>> texts;
    int64_t version = 1;
  };
  struct Kept {
    Sha256 fingerprint{};
    int status = 0;
    std::string fields;
    std::string body;
  };
  using Rows = std::map<std::string, OwnedRow>;

  static std::string text_of(const Value& value) {
    if (value.kind == Value::Kind::kInteger) return std::to_string(value.integer);
    return std::string(value.text);
  }

  static Row copy(const OwnedRow& row, Arena& arena) {
    Value* const values = arena.array<Value>(row.values.size());
    for (size_t i = 0; i < row.values.size(); ++i) {
      new (values + i) Value(row.values[i]);
      if (!row.values[i].text.empty()) values[i].text = arena.copy(row.values[i].text);
    }
    return {{values, row.values.size()}, row.version};
  }

  static int compare(ColumnType type, const Value& a, const Value& b) {
    if (a.kind != b.kind) return a.kind < b.kind ? -1 : 1;
    if (a.kind == Value::Kind::kInteger) return a.integer < b.integer ? -1 : a.integer > b.integer;
    if (a.kind == Value::Kind::kNumber) return a.number < b.number ? -1 : a.number > b.number;
    if (type == ColumnType::kDecimal) {
      return decimal_sort_key(a.text).compare(decimal_sort_key(b.text));
    }
    return a.text.compare(b.text);
  }

  static bool meets(ColumnType type, const Condition& condition, const Value& value) {
    const bool null = value.is_null();
    const auto against = [&](const Value& other) { return compare(type, value, other); };
    const auto among = [&] {
      return std::ranges::any_of(condition.values,
                                 [&](const Value& one) { return !null && against(one) == 0; });
    };
    switch (condition.test) {
      case FilterTest::kEqual:
        return !null && against(condition.value) == 0;
      case FilterTest::kNotEqual:
        return null || against(condition.value) != 0;
      case FilterTest::kLess:
        return !null && against(condition.value) < 0;
      case FilterTest::kAtMost:
        return !null && against(condition.value) <= 0;
      case FilterTest::kGreater:
        return !null && against(condition.value) > 0;
      case FilterTest::kAtLeast:
        return !null && against(condition.value) >= 0;
      case FilterTest::kIn:
        return among();
      case FilterTest::kNotIn:
        return !among();
      case FilterTest::kNull:
        return null;
      case FilterTest::kNotNull:
        return !null;
      case FilterTest::kPrefix:
        return !null && value.text.starts_with(condition.value.text);
    }
    return false;
  }

  static std::vector<Value> values_of(const ListQuery& query, const OwnedRow& row) {
    std::vector<Value> values;
    for (const IndexKey& key : query.order) values.push_back(row.values[key.property]);
    return values;
  }

  static int order(const ListQuery& query, const OwnedRow& row, std::span<const Value> other) {
    for (size_t i = 0; i < query.order.size(); ++i) {
      const uint16_t property = query.order[i].property;
      const ColumnType type = query.resource->properties[property].type;
      const int way = compare(type, row.values[property], other[i]);
      if (way != 0) return query.order[i].descending ? -way : way;
    }
    return 0;
  }

  static bool sees(const ListQuery& query, const OwnedRow& row) {
    if (!query.resource->soft_delete) return true;
    const Value& deleted = row.values[query.resource->soft_delete->deleted];
    return deleted.is_null() || (query.rows == RowScope::kAll && deleted.integer > query.gone.us);
  }

  static bool matches(const ListQuery& query, const OwnedRow& row) {
    if (!sees(query, row)) return false;
    for (const Condition& condition : query.conditions) {
      const ColumnType type = query.resource->properties[condition.property].type;
      if (!meets(type, condition, row.values[condition.property])) return false;
    }
    return query.after.empty() || order(query, row, query.after) > 0;
  }

  // A row as it was before a write; nothing where there was none.
  struct Undo {
    std::string table;
    std::string key;
    std::optional<OwnedRow> row;
  };

  void take_back(std::vector<Undo>& done) {
    Undo& last = done.back();
    tables_[last.table].erase(last.key);
    if (last.row) tables_[last.table].emplace(last.key, std::move(*last.row));
    done.pop_back();
  }

  Result<void> check(const Write& write) {
    Rows& rows = tables_[write.resource->name];
    const auto found = rows.find(text_of(write.key));
    if (write.kind == Write::Kind::kInsert && found != rows.end()) {
      return fail(Code::kConflict, "The key exists.", "key-exists");
    }
    if (write.kind != Write::Kind::kInsert &&
        (found == rows.end() ||
         (write.expected_version != 0 && found->second.version != write.expected_version))) {
      return fail(Code::kConflict, "The row moved.", "version-moved");
    }
    return check_unique(write);
  }

  Result<void> check_unique(const Write& write) {
    if (write.kind == Write::Kind::kRemove) return {};
    for (const Index& index : write.resource->indexes) {
      if (!index.unique) continue;
      for (const auto& [key, row] : tables_[write.resource->name]) {
        if (key == text_of(write.key)) continue;
        const bool same = std::ranges::all_of(index.keys, [&](const IndexKey& part) {
          const Value& value = write.values[part.property];
          return !value.is_null() && row.values[part.property] == value;
        });
        if (!same) continue;
        Error error{Code::kConflict, "Another row has these values.", "unique", {}};
        for (const IndexKey& part : index.keys) {
          const std::string& name = write.resource->properties[part.property].name;
          error.fields.push_back({"body", "/" + name, "unique", "This value is taken."});
        }
        return std::unexpected<Error>(std::move(error));
      }
    }
    return {};
  }

  Undo apply(const Write& write) {
    Rows& rows = tables_[write.resource->name];
    Undo before{write.resource->name, text_of(write.key), {}};
    const auto found = rows.find(before.key);
    const int64_t version = found == rows.end() ? 0 : found->second.version;
    if (found != rows.end()) {
      before.row = std::move(found->second);
      rows.erase(found);
    }
    if (write.kind == Write::Kind::kRemove) return before;
    OwnedRow& row = rows[before.key];
    row.version = version + 1;
    row.values.assign(write.values.begin(), write.values.end());
    row.texts.clear();
    for (Value& value : row.values) {
      if (value.text.empty()) continue;
      row.texts.push_back(std::make_unique<std::string>(value.text));
      value.text = *row.texts.back();
    }
    return before;
  }

  VirtualLoop* loop_;
  std::map<std::string, Rows> tables_;
  std::map<Sha256, Kept> answers_;
};

}  // namespace servanda::test
