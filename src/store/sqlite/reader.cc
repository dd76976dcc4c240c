// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/reader.h"

#include <array>
#include <cstring>
#include <utility>

#include "base/decimal.h"

namespace servanda::internal {
namespace {

// Keys of the two kinds of statement besides ranges; a range's key is longer than either.
std::array<char, sizeof(uint64_t)> get_key(const TableShape& shape) {
  std::array<char, sizeof(uint64_t)> key;
  std::memcpy(key.data(), &shape.id, sizeof shape.id);
  return key;
}
constexpr std::string_view kAnswerKey = "answer";
constexpr std::string_view kAnswerSql =
    "SELECT fingerprint, status, fields, body, completed_at FROM _servanda_idempotency "
    "WHERE scope = ?";

Value read_value(const Statement& statement, int column, ColumnType type, Arena& arena) {
  if (statement.is_null(column)) return Value::null();
  switch (type) {
    case ColumnType::kText:
    case ColumnType::kDecimal:
    case ColumnType::kJson:
      return Value::of_text(arena.copy(statement.text(column)));
    case ColumnType::kUuid:
      return Value::of_bytes(arena.copy(statement.bytes(column)));
    case ColumnType::kNumber:
      return Value::of_number(statement.number(column));
    case ColumnType::kTimestamp:
    case ColumnType::kDate:
    case ColumnType::kInteger:
    case ColumnType::kBoolean:
      break;
  }
  return Value::of_integer(statement.integer(column));
}

Row read_row(const Statement& statement, const TableShape& shape, Arena& arena) {
  const size_t count = shape.types.size();
  Value* values = arena.array<Value>(count);
  for (size_t i = 0; i < count; ++i) {
    values[i] = read_value(statement, static_cast<int>(i), shape.types[i], arena);
  }
  return {{values, count}, statement.integer(static_cast<int>(count))};
}

size_t bytes_of(const Row& row) {
  size_t bytes = row.values.size() * sizeof(Value);
  for (const Value& value : row.values) bytes += value.text.size();
  return bytes;
}

// What a comparison with the property's comparison column is given.
Value compared_value(const TableShape& shape, uint16_t property, const Value& value, Arena& arena) {
  if (shape.types[property] != ColumnType::kDecimal || value.is_null()) return value;
  return Value::of_bytes(arena.copy(decimal_sort_key(value.text)));
}

Database::Options reader_options(const SqliteOptions& options) {
  Database::Options reader;
  reader.mode = Database::Options::Mode::kReadOnly;
  reader.busy_timeout = options.busy_timeout;
  reader.cache_bytes = options.reader_cache_bytes;
  reader.mmap_bytes = options.mmap_bytes;
  reader.value_bytes_max = options.value_bytes_max;
  reader.vfs = options.vfs;
  return reader;
}

}  // namespace

// A page as it fills.
struct Reader::PageState {
  Row* rows = nullptr;
  uint32_t count = 0;
  uint64_t bytes = 0;
  bool full = false;  // One more row would be too much.
  bool more = false;  // That row is there.
};

Reader::Reader(Database database, const SqliteOptions& options,
               const std::atomic<uint64_t>& commits)
    : database_(std::move(database)),
      statements_(database_, options.statements_max),
      commits_(commits),
      page_bytes_max_(options.page_bytes_max),
      list_steps_max_(options.list_steps_max) {}

Result<std::unique_ptr<Reader>> Reader::open(const std::string& path, const SqliteOptions& options,
                                             const std::atomic<uint64_t>& commits) {
  Result<Database> database = Database::open(path, reader_options(options));
  if (!database) return pass(database);
  std::unique_ptr<Reader> reader(new Reader(std::move(*database), options, commits));
  Result<Statement> begin = reader->database_.prepare("BEGIN");
  if (!begin) return pass(begin);
  Result<Statement> end = reader->database_.prepare("COMMIT");
  if (!end) return pass(end);
  reader->begin_ = std::move(*begin);
  reader->end_ = std::move(*end);
  return reader;
}

std::unexpected<Error> Reader::failed() const {
  return std::unexpected<Error>(database_.error("reading"));
}

Result<void> Reader::begin_turn() {
  // BEGIN takes no lock and fixes no snapshot; the first read does. So the count read here is never
  // newer than what the transaction sees.
  const uint64_t commits = commits_.load(std::memory_order_acquire);
  if (in_turn_ && commits == commits_seen_) return {};
  end_turn();
  commits_seen_ = commits;
  if (begin_.run() == Step::kFailed) return failed();
  in_turn_ = true;
  return {};
}

void Reader::end_turn() {
  if (!std::exchange(in_turn_, false)) return;
  // A transaction that only read has nothing to lose; if its end fails, the next begin tells.
  (void)end_.run();
}

Result<std::optional<Row>> Reader::get(const TableShape& shape, const Value& key, Arena& arena) {
  Result<void> turn = begin_turn();
  if (!turn) return pass(turn);
  const auto statement_key = get_key(shape);
  Statement* statement = statements_.get({statement_key.data(), statement_key.size()},
                                         [&]() -> std::string_view { return shape.select_sql; });
  if (!statement) return failed();
  statement->bind(1, key);
  const Step step = statement->step();
  std::optional<Row> row;
  if (step == Step::kRow) row = read_row(*statement, shape, arena);
  statement->reset();
  if (step == Step::kFailed) return failed();
  return row;
}

Result<Page> Reader::list(const TableShape& shape, const ListQuery& query, Arena& arena) {
  Result<void> turn = begin_turn();
  if (!turn) return pass(turn);
  PageState page;
  page.rows = arena.array<Row>(query.limit);
  const ListRanges split = split_list(query);
  database_.set_step_bound(list_steps_max_);
  Result<void> read;
  for (size_t i = 0; i < split.count && read && !page.more; ++i) {
    read = read_range(shape, query, split.ranges[i], arena, page);
  }
  database_.set_step_bound(0);
  if (!read) return pass(read);
  return Page{{page.rows, page.count}, page.more};
}

Result<void> Reader::read_range(const TableShape& shape, const ListQuery& query, ListRange range,
                                Arena& arena, PageState& page) {
  range_key_.clear();
  append_range_key(range_key_, shape, query, range);
  Statement* statement =
      statements_.get(range_key_, [&] { return range_sql(shape, query, range); });
  if (!statement) return failed();
  int at = 1;
  const auto bind = [&](uint16_t property, const Value& value) {
    if (!value.is_null()) {
      statement->bind(at++, compared_value(shape, property, value, arena));
    }
  };
  for (const Condition& condition : query.conditions) bind(condition.property, condition.equals);
  for (size_t i = 0; i < range.equal; ++i) bind(query.order[i].property, query.after[i]);
  if (range.beyond == ListRange::Beyond::kGreater || range.beyond == ListRange::Beyond::kLess) {
    bind(query.order[range.equal].property, query.after[range.equal]);
  }
  // One row more than fits tells whether the list goes on.
  statement->bind_integer(at, static_cast<int64_t>(query.limit) - page.count + 1);
  Step step = statement->step();
  for (; step == Step::kRow; step = statement->step()) {
    if (page.full || page.count == query.limit) {
      page.more = true;
      break;
    }
    const Row row = read_row(*statement, shape, arena);
    page.bytes += bytes_of(row);
    page.full = page.bytes > page_bytes_max_;
    page.rows[page.count++] = row;
  }
  statement->reset();
  if (step == Step::kFailed) return failed();
  return {};
}

Result<std::optional<StoredAnswer>> Reader::find_answer(const IdempotencyScope& scope,
                                                        Timestamp expired, Arena& arena) {
  Result<void> turn = begin_turn();
  if (!turn) return pass(turn);
  Statement* statement = statements_.get(kAnswerKey, [] { return kAnswerSql; });
  if (!statement) return failed();
  statement->bind_bytes(1, {reinterpret_cast<const char*>(scope.data()), scope.size()});
  const Step step = statement->step();
  std::optional<StoredAnswer> answer;
  if (step == Step::kRow && statement->integer(4) > expired.us) {
    const std::string_view fingerprint = statement->bytes(0);
    answer.emplace();
    std::memcpy(answer->fingerprint.data(), fingerprint.data(),
                std::min(fingerprint.size(), answer->fingerprint.size()));
    answer->status = static_cast<int>(statement->integer(1));
    answer->fields = arena.copy(statement->text(2));
    answer->body = arena.copy(statement->bytes(3));
    answer->completed_at = {statement->integer(4)};
  }
  statement->reset();
  if (step == Step::kFailed) return failed();
  return answer;
}

}  // namespace servanda::internal
