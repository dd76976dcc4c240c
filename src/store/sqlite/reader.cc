// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/reader.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

#include "store/sqlite/list_value.h"
#include "store/sqlite/row_read.h"

namespace servanda::internal {
namespace {

// Shorter than every other key of a statement.
constexpr std::string_view kAnswerKey = "answer";
constexpr std::string_view kAnswerSql =
    "SELECT fingerprint, status, fields, body, completed_at FROM _servanda_idempotency "
    "WHERE scope = ?";

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

Reader::Reader(Database database, const SqliteOptions& options,
               const std::atomic<uint64_t>& commits)
    : database_(std::move(database)),
      statements_(database_, options.statements_max),
      lists_(database_, statements_, options.page_bytes_max),
      commits_(commits),
      pages_bytes_max_(options.pages_bytes_max),
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
  const auto statement_key = point_read_key(shape);
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
  const Result<ListPlan> plan = plan_list(shape, query, ListPurpose::kPage, arena);
  if (!plan) return std::unexpected<Error>(plan.error());
  database_.set_step_bound(list_steps_max_);
  Result<Page> page = lists_.page(*plan, query.limit, query.offset, arena);
  database_.set_step_bound(0);
  return page;
}

Result<std::span<const Page>> Reader::list_each(const TableShape& shape, const ListQuery& query,
                                                uint16_t property, std::span<const Value> values,
                                                Arena& arena) {
  if (values.empty()) return std::span<const Page>();
  Result<void> turn = begin_turn();
  if (!turn) return pass(turn);
  const size_t count = query.conditions.size();
  Condition* conditions = arena.array<Condition>(count + 1);
  std::uninitialized_copy(query.conditions.begin(), query.conditions.end(), conditions);
  new (conditions + count) Condition{property, FilterTest::kEqual, values[0], {}};
  ListQuery each = query;
  each.conditions = {conditions, count + 1};
  each.after = {};
  each.offset = 0;
  Result<ListPlan> plan = plan_list(shape, each, ListPurpose::kPage, arena);
  if (!plan) return pass(plan);
  database_.set_step_bound(list_steps_max_);
  Result<std::span<const Page>> pages = read_each(*plan, plan->conditions.back().condition.value,
                                                  property, query.limit, values, arena);
  database_.set_step_bound(0);
  return pages;
}

// `value` is the plan's own, which the property must have.
Result<std::span<const Page>> Reader::read_each(ListPlan& plan, Value& value, uint16_t property,
                                                uint32_t limit, std::span<const Value> values,
                                                Arena& arena) {
  const auto too_large = [] {
    return fail(Code::kTooLarge,
                "The rows that are asked for at once are larger than the store hands out; ask for "
                "fewer.",
                "pages-too-large");
  };
  if (ListReader::names_key(plan)) {
    Result<std::span<const Page>> found =
        lists_.pages_of_keys(plan, values, pages_bytes_max_, arena);
    if (found && lists_.page_bytes() > pages_bytes_max_) return too_large();
    return found;
  }
  Page* pages = arena.array<Page>(values.size());
  uint64_t bytes = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    value = compared_value(plan.shape->types[property], values[i], arena);
    const Result<Page> page = lists_.page(plan, limit, 0, arena);
    if (!page) return std::unexpected<Error>(page.error());
    new (pages + i) Page(*page);
    bytes += lists_.page_bytes();
    if (bytes > pages_bytes_max_) return too_large();
  }
  return std::span<const Page>(pages, values.size());
}

Result<uint64_t> Reader::count(const TableShape& shape, const ListQuery& query,
                               uint64_t count_max) {
  Result<void> turn = begin_turn();
  if (!turn) return pass(turn);
  scratch_.reset();
  const Result<ListPlan> plan = plan_list(shape, query, ListPurpose::kCount, scratch_);
  if (!plan) return std::unexpected<Error>(plan.error());
  database_.set_step_bound(list_steps_max_);
  const Result<uint64_t> rows = lists_.count(*plan, count_max);
  database_.set_step_bound(0);
  return rows;
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
