// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/store_core.h"

#include <functional>
#include <utility>

#include "base/check.h"
#include "store/sqlite/outbox.h"
#include "store/sqlite/proof.h"
#include "store/sqlite/schema.h"

namespace servanda::internal {
namespace {

std::unexpected<Error> unknown_resource() {
  SERVANDA_BUG("a resource of a plan that the store was not prepared for");
  return fail(Code::kInternal, "The store does not know this resource.", "unknown-resource");
}

}  // namespace

Shapes KnownPlans::add(std::shared_ptr<const void> owner, std::span<const Resource> resources) {
  ShapeSet added{owner, resources, {}};
  Shapes soft;
  for (const Resource& resource : resources) {
    added.shapes.push_back(registry_.shape_of(resource));
    if (resource.here && resource.soft_delete) soft.push_back(added.shapes.back());
  }
  const std::lock_guard lock(mutex_);
  auto sets = std::make_shared<ShapeSets>();
  sets->push_back(std::move(added));
  for (const ShapeSet& known : *sets_) {
    const bool same = known.resources.data() == resources.data();
    if (!known.owner.expired() && !same) sets->push_back(known);
  }
  sets_ = std::move(sets);
  generation_.fetch_add(1, std::memory_order_release);
  return soft;
}

std::shared_ptr<const ShapeSets> KnownPlans::sets() const {
  const std::lock_guard lock(mutex_);
  return sets_;
}

SqliteStore::SqliteStore(FileLock lock, std::string path, std::unique_ptr<Writer> writer,
                         const SqliteOptions& options)
    : lock_(std::move(lock)),
      path_(std::move(path)),
      options_(options),
      writer_(std::move(writer)) {}

Result<void> SqliteStore::prepare(std::shared_ptr<const Plan> plan) {
  Result<void> applied = writer_->exclusively(
      [&](Database& database) { return apply_schema(database, plan->resources, plan->hash); });
  if (!applied) return applied;
  Result<void> proven = prove(*plan);
  if (proven) writer_->sweep_tables(plans_.add(plan, plan->resources));
  return proven;
}

Result<Database> SqliteStore::open_to_read() const {
  Database::Options options;
  options.mode = Database::Options::Mode::kReadOnly;
  options.busy_timeout = options_.busy_timeout;
  options.value_bytes_max = options_.value_bytes_max;
  options.vfs = options_.vfs;
  return Database::open(path_, options);
}

Result<StoredEvents> SqliteStore::read_events(int64_t after, size_t events_max) {
  Result<Database> database = open_to_read();
  if (!database) return pass(database);
  return read_outbox(*database, after, events_max, options_.page_bytes_max);
}

Result<void> SqliteStore::prove(const Plan& plan) {
  Result<Database> database = open_to_read();
  if (!database) return pass(database);
  Result<bool> known = is_proven(*database, plan);
  if (!known) return pass(known);
  if (*known) return {};
  Result<void> proven = prove_lists(*database, plan);
  if (!proven) return proven;
  return writer_->exclusively([&](Database& writing) { return remember_proof(writing, plan); });
}

Result<void> SqliteStore::prepare_resources(std::shared_ptr<const void> owner,
                                            std::span<const Resource> resources,
                                            std::string_view hash) {
  Result<void> applied = writer_->exclusively(
      [&](Database& database) { return apply_schema(database, resources, hash); });
  if (applied) writer_->sweep_tables(plans_.add(std::move(owner), resources));
  return applied;
}

std::unique_ptr<Session> SqliteStore::open_session(Loop& loop) {
  return std::make_unique<SqliteSession>(loop, path_, plans_, *writer_, options_);
}

SqliteSession::SqliteSession(Loop& loop, std::string path, const KnownPlans& plans, Writer& writer,
                             const SqliteOptions& options)
    : loop_(loop),
      path_(std::move(path)),
      plans_(plans),
      writer_(writer),
      options_(options),
      turn_(std::make_shared<Turn>()),
      port_(std::make_shared<CommitPort>(loop)),
      sets_(plans.sets()) {}

SqliteSession::~SqliteSession() {
  port_->detach();
  turn_->reader = nullptr;
}

// Opened at the first read, and tried again at the next one when that fails: a disk that is out of
// order for a while must not cost the worker its reader for ever.
Result<Reader*> SqliteSession::reader() {
  if (!turn_->reader) {
    Result<std::unique_ptr<Reader>> opened = Reader::open(path_, options_, writer_.commits());
    if (!opened) return pass(opened);
    turn_->reader = std::move(*opened);
  }
  return turn_->reader.get();
}

void SqliteSession::end_with_turn() {
  if (turn_->end_asked || !turn_->reader->in_turn()) return;
  turn_->end_asked = true;
  loop_.at_turn_end([turn = turn_] {
    turn->end_asked = false;
    if (turn->reader) turn->reader->end_turn();
  });
}

const std::shared_ptr<const TableShape>* SqliteSession::shape_of(const Resource& resource) {
  const uint64_t generation = plans_.generation();
  if (generation != generation_) {
    // Read in this order, the sets may be newer than the generation but never older.
    generation_ = generation;
    sets_ = plans_.sets();
  }
  for (const ShapeSet& set : *sets_) {
    const Resource* first = set.resources.data();
    const Resource* last = first + set.resources.size();
    // std::less orders pointers of different arrays as well.
    if (std::less<>()(&resource, first) || !std::less<>()(&resource, last)) continue;
    return &set.shapes[static_cast<size_t>(&resource - first)];
  }
  return nullptr;
}

Task<Result<std::optional<Row>>> SqliteSession::get(const Resource& resource, Value key,
                                                    Arena& arena) {
  const auto* shape = shape_of(resource);
  if (!shape) co_return unknown_resource();
  Result<Reader*> reader = this->reader();
  if (!reader) co_return pass(reader);
  Result<std::optional<Row>> row = (*reader)->get(**shape, key, arena);
  end_with_turn();
  co_return std::move(row);
}

Task<Result<Page>> SqliteSession::list(ListQuery query, Arena& arena) {
  const auto* shape = shape_of(*query.resource);
  if (!shape) co_return unknown_resource();
  Result<void> fits = check_list(**shape, query, options_.list_rows_max);
  if (!fits) co_return pass(fits);
  Result<Reader*> reader = this->reader();
  if (!reader) co_return pass(reader);
  Result<Page> page = (*reader)->list(**shape, query, arena);
  end_with_turn();
  co_return std::move(page);
}

Task<Result<std::span<const Page>>> SqliteSession::list_each(ListQuery query, uint16_t property,
                                                             std::span<const Value> values,
                                                             Arena& arena) {
  const auto* shape = shape_of(*query.resource);
  if (!shape) co_return unknown_resource();
  Result<void> fits = check_list_each(**shape, query, options_.list_rows_max, property, values);
  if (!fits) co_return pass(fits);
  Result<Reader*> reader = this->reader();
  if (!reader) co_return pass(reader);
  Result<std::span<const Page>> pages =
      (*reader)->list_each(**shape, query, property, values, arena);
  end_with_turn();
  co_return std::move(pages);
}

Task<Result<uint64_t>> SqliteSession::count(ListQuery query, uint64_t count_max) {
  const auto* shape = shape_of(*query.resource);
  if (!shape) co_return unknown_resource();
  Result<void> fits = check_count(**shape, query);
  if (!fits) co_return pass(fits);
  Result<Reader*> reader = this->reader();
  if (!reader) co_return pass(reader);
  Result<uint64_t> rows = (*reader)->count(**shape, query, count_max);
  end_with_turn();
  co_return std::move(rows);
}

Task<Result<std::optional<StoredAnswer>>> SqliteSession::find_answer(IdempotencyScope scope,
                                                                     Arena& arena) {
  Result<Reader*> reader = this->reader();
  if (!reader) co_return pass(reader);
  const Timestamp expired{loop_.wall().us - options_.idempotency_ttl.ns / 1000};
  Result<std::optional<StoredAnswer>> answer = (*reader)->find_answer(scope, expired, arena);
  end_with_turn();
  co_return std::move(answer);
}

Task<Result<void>> SqliteSession::commit(CommitBatch batch, Instant deadline) {
  if (loop_.now() >= deadline) {
    co_return fail(Code::kDeadlineExceeded,
                   "The deadline passed before the store could begin the change.", "deadline");
  }
  std::unique_ptr<CommitJob> job = port_->take();
  Result<void> filled = fill(*job, batch);
  if (!filled) {
    port_->give(std::move(job));
    co_return std::move(filled);
  }
  job->deadline = deadline;
  job->port = port_;
  CommitJob& waited = *job;
  Result<void> queued = writer_.submit(job);
  if (!queued) {
    port_->give(std::move(job));
    co_return std::move(queued);
  }
  CommitWait wait(waited, port_);
  Result<void> outcome = co_await wait;
  co_return std::move(outcome);
}

Result<void> SqliteSession::fill(CommitJob& job, const CommitBatch& batch) {
  if (batch.writes.size() > options_.batch_writes_max) {
    return fail(
        Code::kTooLarge,
        "One request may change at most " + std::to_string(options_.batch_writes_max) + " rows.",
        "too-many-writes");
  }
  if (batch.events.size() > options_.batch_events_max) {
    return fail(
        Code::kTooLarge,
        "One request may write at most " + std::to_string(options_.batch_events_max) + " events.",
        "too-many-events");
  }
  uint64_t bytes = 0;
  for (const OutboxEvent& event : batch.events) bytes += event.payload.size();
  for (const Write& write : batch.writes) {
    for (const Value& value : write.values) bytes += value.text.size();
    bytes += write.key.text.size();
  }
  if (batch.idempotency) {
    const StoredAnswer& answer = batch.idempotency->answer;
    if (answer.body.size() > options_.answer_bytes_max ||
        answer.fields.size() > options_.answer_bytes_max) {
      return fail(Code::kTooLarge, "The answer is too large to be kept for a retry.",
                  "answer-too-large");
    }
  }
  if (bytes > options_.batch_bytes_max) {
    return fail(Code::kTooLarge, "The request changes more data at once than the store takes.",
                "batch-too-large");
  }
  for (const Write& write : batch.writes) {
    const auto* shape = shape_of(*write.resource);
    if (!shape) return unknown_resource();
    Result<void> fits = check_write(write, **shape);
    if (!fits) return fits;
    job.add_write(write, *shape);
  }
  for (const OutboxEvent& event : batch.events) job.add_event(event);
  if (batch.idempotency) job.set_record(*batch.idempotency);
  return {};
}

Result<void> SqliteSession::check_write(const Write& write, const TableShape& shape) const {
  const bool removes = write.kind == Write::Kind::kRemove;
  const bool fits = removes || (write.values.size() == shape.types.size() &&
                                write.values[shape.key] == write.key);
  if (fits && !write.key.is_null() && write.expected_version >= 0) return {};
  SERVANDA_BUG("a write whose values do not fit its resource or whose key is not among them");
  return fail(Code::kInternal, "The change does not fit the resource.", "malformed-write");
}

}  // namespace servanda::internal
