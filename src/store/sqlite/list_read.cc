// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/list_read.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "store/sqlite/list_value.h"
#include "store/sqlite/row_read.h"

namespace servanda::internal {
namespace {

// A table is counted whole where its rows' numbers leave room for this many times what is counted.
constexpr uint64_t kCountSlack = 4;

// Fewer keys than these are looked for one by one.
constexpr size_t kKeysAtOnceMin = 8;

// Whether the query names rows by their keys and asks nothing else of them.
bool names_keys(const ListPlan& plan) {
  const uint16_t key = plan.resource->key;
  return plan.use.merged == key && plan.begins && plan.conditions.size() == 1 && !plan.gone &&
         plan.shape->types[key] != ColumnType::kDecimal;  // Which compares by its order column.
}

bool lies_before(const std::vector<Value>& a, const std::vector<Value>& b,
                 const std::vector<IndexKey>& by) {
  for (size_t i = 0; i < by.size(); ++i) {
    const int place = compare_values(a[i], b[i]);
    if (place != 0) return (place < 0) != by[i].descending;
  }
  return false;
}

}  // namespace

ListReader::ListReader(Database& database, StatementCache& statements, uint64_t page_bytes_max)
    : database_(database), statements_(statements), page_bytes_max_(page_bytes_max) {}

ListReader::Started ListReader::start(const TableShape& shape, uint64_t limit, uint64_t offset) {
  for (;;) {
    key_.clear();
    append_search_key(key_, shape, search_);
    Statement* statement = statements_.get(key_, [&] { return search_sql(shape, search_); });
    Step step = Step::kFailed;
    if (statement) {
      bind_search(*statement, search_, limit, offset);
      step = statement->step();
    }
    const bool index_gone = step == Step::kFailed && search_.pin == Search::Pin::kIndex &&
                            database_.failure() == DatabaseFailure::kOther;
    if (!index_gone) return {statement, step};
    if (statement) statement->reset();
    search_.pin = Search::Pin::kNone;
  }
}

Result<void> ListReader::end_statement(Statement& statement, Step last) {
  statement.reset();
  if (last == Step::kFailed) return std::unexpected<Error>(database_.error("reading"));
  steps_ += statement.take_steps();
  return {};
}

Result<Page> ListReader::page(const ListPlan& plan, uint32_t limit, uint32_t offset, Arena& arena) {
  rows_.clear();
  bytes_ = 0;
  steps_ = 0;
  more_ = false;
  Result<void> read;
  if (offset == 0 && plan.key_of_merged() != nullptr) {
    read = names_keys(plan) ? read_by_keys(plan, limit, arena) : read_in_turn(plan, limit, arena);
  } else if (plan.use.merged) {
    read = read_merged(plan, limit, offset, arena);
  } else {
    const ListRanges split = split_list(plan, nullptr);
    for (size_t i = 0; i < split.count && read && !more_; ++i) {
      read = read_range(plan, split.ranges[i], nullptr, limit, offset, arena);
    }
  }
  if (!read) return pass(read);
  Row* rows = arena.array<Row>(rows_.size());
  std::uninitialized_copy(rows_.begin(), rows_.end(), rows);
  return Page{{rows, rows_.size()}, more_};
}

bool ListReader::is_full(uint32_t limit) const {
  return rows_.size() == limit || bytes_ > page_bytes_max_;
}

void ListReader::add_row(const Statement& statement, const TableShape& shape, Arena& arena) {
  const Row row = read_row(statement, shape, arena);
  bytes_ += bytes_of(row);
  rows_.push_back(row);
}

Result<void> ListReader::read_range(const ListPlan& plan, ListRange range, const Value* merged,
                                    uint32_t limit, uint32_t offset, Arena& arena) {
  search_.columns = SearchColumns::kRow;
  search_.offset = offset == 0 ? Search::Offset::kNone : Search::Offset::kGiven;
  if (!make_search(search_, plan, range, merged)) return {};
  // One row more than fits tells whether the list goes on.
  auto [statement, step] = start(*plan.shape, uint64_t{limit} - rows_.size() + 1, offset);
  if (!statement) return std::unexpected<Error>(database_.error("reading"));
  for (; step == Step::kRow; step = statement->step()) {
    if (is_full(limit)) {
      more_ = true;
      break;
    }
    add_row(*statement, *plan.shape, arena);
  }
  return end_statement(*statement, step);
}

Result<void> ListReader::read_in_turn(const ListPlan& plan, uint32_t limit, Arena& arena) {
  const bool descending = plan.key_of_merged()->key.descending;
  for (size_t i = 0; i < plan.merged.size() && !more_; ++i) {
    const Value& value = plan.merged[descending ? plan.merged.size() - 1 - i : i];
    const ListRanges split = split_list(plan, &value);
    for (size_t at = 0; at < split.count && !more_; ++at) {
      Result<void> read = read_range(plan, split.ranges[at], &value, limit, 0, arena);
      if (!read) return read;
    }
  }
  return {};
}

Result<void> ListReader::visit_keys(const TableShape& shape, std::span<const Value> keys,
                                    const KeyVisit& visit) {
  constexpr size_t kAtOnce = TableShape::kKeysAtOnce;
  if (keys.size() < kKeysAtOnceMin) return visit_keys_one_by_one(shape, keys, 0, visit);
  const auto prefix = point_read_key(shape);
  key_.assign(prefix.data(), prefix.size());
  key_ += 'k';
  Statement* const statement =
      statements_.get(key_, [&]() -> std::string_view { return shape.select_keys_sql; });
  if (!statement) return std::unexpected<Error>(database_.error("reading"));
  const int place_column = static_cast<int>(shape.types.size()) + 1;
  size_t first = 0;
  for (; keys.size() - first >= kKeysAtOnceMin; first += kAtOnce) {
    const auto some = keys.subspan(first, std::min(kAtOnce, keys.size() - first));
    for (size_t i = 0; i < kAtOnce; ++i) {
      statement->bind(static_cast<int>(i) + 1, i < some.size() ? some[i] : Value::null());
    }
    bool goes_on = true;
    Step step = statement->step();
    while (step == Step::kRow && goes_on) {
      goes_on = visit(first + static_cast<size_t>(statement->integer(place_column)), *statement);
      if (goes_on) step = statement->step();
    }
    Result<void> ended = end_statement(*statement, step);
    if (!ended || !goes_on || some.size() < kAtOnce) return ended;
  }
  return visit_keys_one_by_one(shape, keys, first, visit);
}

Result<void> ListReader::visit_keys_one_by_one(const TableShape& shape, std::span<const Value> keys,
                                               size_t first, const KeyVisit& visit) {
  const auto statement_key = point_read_key(shape);
  Statement* const statement =
      statements_.get({statement_key.data(), statement_key.size()},
                      [&]() -> std::string_view { return shape.select_sql; });
  if (!statement) return std::unexpected<Error>(database_.error("reading"));
  bool goes_on = true;
  for (size_t i = first; i < keys.size() && goes_on; ++i) {
    statement->bind(1, keys[i]);
    const Step step = statement->step();
    if (step == Step::kRow) goes_on = visit(i, *statement);
    Result<void> ended = end_statement(*statement, step);
    if (!ended) return ended;
  }
  return {};
}

Result<void> ListReader::read_by_keys(const ListPlan& plan, uint32_t limit, Arena& arena) {
  std::vector<Value> keys(plan.merged.begin(), plan.merged.end());
  if (plan.key_of_merged()->key.descending) std::ranges::reverse(keys);
  return visit_keys(*plan.shape, keys, [&](size_t, const Statement& statement) {
    more_ = is_full(limit);
    if (!more_) add_row(statement, *plan.shape, arena);
    return !more_;
  });
}

bool ListReader::names_key(const ListPlan& plan) {
  const uint16_t key = plan.resource->key;
  return !plan.gone && plan.conditions.size() == 1 &&
         plan.conditions.front().condition.property == key &&
         plan.conditions.front().condition.test == FilterTest::kEqual &&
         plan.shape->types[key] != ColumnType::kDecimal;  // Which compares by its order column.
}

Result<std::span<const Page>> ListReader::pages_of_keys(const ListPlan& plan,
                                                        std::span<const Value> keys,
                                                        uint64_t bytes_max, Arena& arena) {
  bytes_ = 0;
  steps_ = 0;
  Page* const pages = arena.array<Page>(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) new (pages + i) Page{};
  Result<void> read = visit_keys(*plan.shape, keys, [&](size_t i, const Statement& statement) {
    Row* const row = arena.array<Row>(1);
    new (row) Row(read_row(statement, *plan.shape, arena));
    bytes_ += bytes_of(*row);
    pages[i].rows = {row, 1};
    return bytes_ <= bytes_max;
  });
  if (!read) return pass(read);
  return std::span<const Page>(pages, keys.size());
}

Result<uint64_t> ListReader::count(const ListPlan& plan, uint64_t count_max) {
  steps_ = 0;
  search_.columns = SearchColumns::kCount;
  search_.offset = Search::Offset::kNone;
  if (!make_search(search_, plan, {}, nullptr)) return 0;
  if (search_.pin == Search::Pin::kNone) {  // All rows are asked for.
    Result<std::optional<uint64_t>> all = count_dense(*plan.shape, count_max);
    if (!all) return pass(all);
    if (*all) return **all;
  }
  const auto [statement, step] = start(*plan.shape, count_max, 0);
  if (!statement) return std::unexpected<Error>(database_.error("counting"));
  const int64_t rows = step == Step::kRow ? statement->integer(0) : 0;
  Result<void> ended = end_statement(*statement, step);
  if (!ended) return pass(ended);
  return static_cast<uint64_t>(rows);
}

Result<std::optional<int64_t>> ListReader::read_integer(const TableShape& shape, char kind,
                                                        std::string_view sql) {
  const auto prefix = point_read_key(shape);
  key_.assign(prefix.data(), prefix.size());
  key_ += kind;
  Statement* const statement = statements_.get(key_, [sql] { return sql; });
  if (!statement) return std::unexpected<Error>(database_.error("counting"));
  const Step step = statement->step();
  std::optional<int64_t> found;
  if (step == Step::kRow && !statement->is_null(0)) found = statement->integer(0);
  Result<void> ended = end_statement(*statement, step);
  if (!ended) return pass(ended);
  return found;
}

// SQLite counts a whole table page by page, a hundred rows at a time, but to no bound; what the
// numbers of the first and the last row leave room for is one.
Result<std::optional<uint64_t>> ListReader::count_dense(const TableShape& shape,
                                                        uint64_t count_max) {
  const Result<std::optional<int64_t>> span = read_integer(shape, 's', shape.span_sql);
  if (!span) return std::unexpected<Error>(span.error());
  if (!*span) return std::optional<uint64_t>(0);
  if (static_cast<uint64_t>(**span) / kCountSlack >= count_max) return std::optional<uint64_t>();
  const Result<std::optional<int64_t>> rows = read_integer(shape, 'n', shape.count_sql);
  if (!rows) return std::unexpected<Error>(rows.error());
  return std::min(static_cast<uint64_t>(rows->value_or(0)), count_max);
}

Result<void> ListReader::read_merged(const ListPlan& plan, uint32_t limit, uint32_t offset,
                                     Arena& arena) {
  places_.clear();
  places_max_ = size_t{offset} + limit + 1;
  places_bytes_ = 0;
  places_cut_ = false;
  std::vector<IndexKey> by;  // What differs between rows; the key last.
  for (size_t i = 0; i < plan.key_count; ++i) {
    if (!plan.keys[i].by) by.push_back(plan.keys[i].key);
  }
  for (const Value& value : plan.merged) {
    Result<void> gathered = gather_places(plan, value, by);
    if (!gathered) return gathered;
  }
  std::sort_heap(places_.begin(), places_.end(), [&](const Place& a, const Place& b) {
    return lies_before(a.values, b.values, by);
  });
  if (places_cut_ && places_.size() <= offset) {
    return fail(Code::kTooLarge,
                "The rows to be passed over take more memory than a list may; go on from a row "
                "instead.",
                "page-too-large");
  }
  return read_places(plan, limit, offset, arena);
}

Result<void> ListReader::gather_places(const ListPlan& plan, const Value& merged,
                                       const std::vector<IndexKey>& by) {
  const ListRanges split = split_list(plan, &merged);
  for (size_t i = 0; i < split.count; ++i) {
    search_.columns = SearchColumns::kOrder;
    search_.offset = Search::Offset::kNone;
    if (!make_search(search_, plan, split.ranges[i], &merged)) continue;
    auto [statement, step] = start(*plan.shape, places_max_, 0);
    if (!statement) return std::unexpected<Error>(database_.error("reading"));
    bool wanted = true;
    while (step == Step::kRow && wanted) {
      read_place(*statement, *plan.shape, by);
      wanted = keep_place(by);
      if (wanted) step = statement->step();
    }
    Result<void> ended = end_statement(*statement, step);
    if (!ended) return ended;
    if (!wanted) return {};  // What follows lies still further behind.
  }
  return {};
}

void ListReader::read_place(const Statement& statement, const TableShape& shape,
                            const std::vector<IndexKey>& by) {
  read_.values.clear();
  for (size_t i = 0; i < by.size(); ++i) {
    read_.values.push_back(
        read_compared(statement, static_cast<int>(i), shape.types[by[i].property]));
  }
}

bool ListReader::keep_place(const std::vector<IndexKey>& by) {
  const bool full = places_.size() == places_max_;
  if (full && !lies_before(read_.values, places_.front().values, by)) return false;
  Place kept;
  kept.values = read_.values;
  size_t size = 0;
  for (const Value& value : kept.values) size += value.text.size();
  kept.bytes.resize(size);
  size_t at = 0;
  for (Value& value : kept.values) {
    char* to = kept.bytes.data() + at;
    if (!value.text.empty()) std::memcpy(to, value.text.data(), value.text.size());
    value.text = {to, value.text.size()};
    at += value.text.size();
  }
  if (full) drop_last_place(by);
  places_bytes_ += size;
  places_.push_back(std::move(kept));
  std::push_heap(places_.begin(), places_.end(), [&](const Place& a, const Place& b) {
    return lies_before(a.values, b.values, by);
  });
  // The page ends early then, as one with rows too large does.
  while (places_bytes_ > page_bytes_max_ && places_.size() > 1) {
    drop_last_place(by);
    places_max_ = places_.size();
    places_cut_ = true;
  }
  return true;
}

void ListReader::drop_last_place(const std::vector<IndexKey>& by) {
  std::pop_heap(places_.begin(), places_.end(), [&](const Place& a, const Place& b) {
    return lies_before(a.values, b.values, by);
  });
  places_bytes_ -= places_.back().bytes.size();
  places_.pop_back();
}

Result<void> ListReader::read_places(const ListPlan& plan, uint32_t limit, uint32_t offset,
                                     Arena& arena) {
  const TableShape& shape = *plan.shape;
  const auto statement_key = point_read_key(shape);
  more_ = places_cut_;
  for (size_t i = offset; i < places_.size(); ++i) {
    if (is_full(limit)) {
      more_ = true;
      return {};
    }
    Statement* statement = statements_.get({statement_key.data(), statement_key.size()},
                                           [&]() -> std::string_view { return shape.select_sql; });
    if (!statement) return std::unexpected<Error>(database_.error("reading"));
    statement->bind(1, places_[i].values.back());
    const Step step = statement->step();
    if (step == Step::kRow) add_row(*statement, shape, arena);
    Result<void> ended = end_statement(*statement, step);
    if (!ended) return ended;
    if (step == Step::kDone) {
      return fail(Code::kUnavailable,
                  "The store's file is damaged: an index names a row that is not there.",
                  "store-corrupt");
    }
  }
  return {};
}

}  // namespace servanda::internal
