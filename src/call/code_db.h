// SPDX-License-Identifier: Apache-2.0
#pragma once
// The rows that one run of a C++ handler works on.

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/task.h"
#include "call/call.h"
#include "call/row_source.h"
#include "contract/plan/plan.h"
#include "contract/plan/resource.h"
#include "servanda/db.h"
#include "servanda/handler.h"
#include "store/unit_of_work.h"

namespace servanda::internal {

// The other half of servanda::Db and Ctx::emit(): one unit of work on the resources of the
// operation's service. Rows are remembered with the version that was read, so that a row looks the
// same throughout the run and writes apply to what the handler has seen.
//
// Threads: of one call. Lifetime: rows live in the call's arena.
class CodeDb final : public DbCore, public EventSink {
 public:
  explicit CodeDb(Call& call);
  // For code that makes values of rows of `shown`: it may not write. Single rows are read as
  // `written` leaves them (null: there are no writes), lists and counts as the store has them.
  struct ReadsOnly {
    const Resource& shown;
    UnitOfWork* written = nullptr;
  };
  CodeDb(Call& call, const ReadsOnly& reads);

  Task<Result<void>> get(std::string_view resource, std::string key, RowSink& row) override;
  Task<Result<void>> insert(std::string_view resource, std::string row, RowSink& stored) override;
  Task<Result<void>> update(std::string_view resource, std::string row, RowSink& stored) override;
  Task<Result<bool>> remove(std::string_view resource, std::string key) override;
  Task<Result<void>> list(std::string_view resource, AskedQuery query, RowSink& rows) override;
  Task<Result<uint64_t>> count(std::string_view resource, AskedQuery query,
                               uint64_t at_most) override;

  Result<void> emit(std::string_view event, std::string_view contract_hash,
                    std::string_view payload) override;

  // --- For hooks of built-in handlers ---

  [[nodiscard]] UnitOfWork& unit() { return unit_; }

  // Refuses writes of this row by the run from here on: the built-in handler writes it.
  void reserve(const Resource& resource, const Value& key);
  // The values of the row that a hook wants instead of the one with this key. kInternal when it has
  // another key or breaks the resource's schema.
  [[nodiscard]] Result<std::span<const Value>> values_of(const Resource& resource,
                                                         std::string_view text, const Value& key,
                                                         const Row* stored);
  // Adds the built-in handler's own write, which leaves `next` behind; nothing: it deletes.
  void add(const Write& write, const std::optional<Row>& next);

  // See UnitOfWork::commit().
  Task<Result<void>> commit(const IdempotencyRecord* record);
  // Whether an insert follows a read that found no such row: then `key-exists` at the commit means
  // that another call was faster.
  [[nodiscard]] bool looked_before_inserting() const { return looked_before_inserting_; }
  // Names the row that others may be changing too: the last one that was updated or removed, or
  // inserted after a look.
  [[nodiscard]] size_t contended_row() const { return contended_row_; }

 private:
  // A row as this run knows it: as read, or as written since. No row: there is none.
  struct Known {
    const Resource* resource = nullptr;
    Value key;
    std::optional<Row> row;
  };

  [[nodiscard]] Result<const Resource*> owned(std::string_view name) const;
  [[nodiscard]] Known* known(const Resource& resource, const Value& key);
  void remember(const Resource& resource, const Value& key, std::optional<Row> row);
  Task<Result<std::optional<Row>>> find(const Resource& resource, Value key);
  // What a list or a count asks for, in the store's terms. Texts stay those of the query.
  [[nodiscard]] Result<ListQuery> asked_of(std::string_view resource, const AskedQuery& query,
                                           QueryFor wanted) const;
  Task<Result<Page>> read_page(const ListQuery& query);
  // Among the first `count` rows that became known.
  [[nodiscard]] Known* known_before(size_t count, const Resource& resource, const Value& key);
  // The reader of rows of the resource for what the sink wants.
  [[nodiscard]] StoredRow reader_for(const Resource& resource, const RowSink& sink);
  [[nodiscard]] Result<void> give(const Resource& resource, const Row& row, RowSink& sink);
  // Whether the payload is what the contract says of the event.
  [[nodiscard]] Result<void> check_event(const EventDeclaration& event,
                                         std::string_view payload) const;
  // Whether the run may write or emit at all.
  [[nodiscard]] Result<void> check_writer() const;
  // Whether the run may write this row.
  [[nodiscard]] Result<void> check_write(const Resource& resource, const Value& key) const;
  void contend(const Resource& resource, const Value& key);

  [[nodiscard]] Result<Row> insert_row(const Resource& resource, JsonValue document);
  [[nodiscard]] Result<Row> update_row(const Resource& resource, JsonValue document,
                                       const Value& key, const Row& stored);
  [[nodiscard]] Result<std::span<const Value>> row_of(const Resource& resource, JsonValue document,
                                                      const Row* stored);
  // Whether the row is one that the resource's schema admits.
  [[nodiscard]] Result<void> check_row(const Resource& resource, const Row& row);

  Call* call_;
  UnitOfWork unit_;
  const Resource* shown_ = nullptr;  // Set where the run only reads: see ReadsOnly.
  UnitOfWork* written_ = nullptr;
  std::vector<Known> known_;
  size_t writes_ = 0;
  size_t event_bytes_ = 0;
  bool looked_before_inserting_ = false;
  const Resource* reserved_ = nullptr;  // The resource of the row that is not for the run; or null.
  Value reserved_key_;
  size_t contended_row_ = 0;
  RowMemory memory_;
};

// The query in the store's terms, its spans in `arena`, its texts those of `query`. The compiler
// has seen that an index serves it; what is checked again here is that the struct's table_of() says
// of the resource what the contract does. kInternal when it does not, or a bound is passed.
[[nodiscard]] Result<ListQuery> read_query(const Resource& resource, const AskedQuery& query,
                                           QueryFor wanted, Arena& arena);

}  // namespace servanda::internal
