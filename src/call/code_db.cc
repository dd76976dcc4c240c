// SPDX-License-Identifier: Apache-2.0
#include "call/code_db.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/text.h"
#include "call/resource_handler.h"
#include "call/resource_rows.h"
#include "call/row_deletion.h"
#include "call/worker.h"

namespace servanda::internal {
namespace {

constexpr size_t kIssuesMax = 20;  // Told of one row.

// The handler wrote something that its resource cannot hold.
Error broken_row(const Resource& resource, Issues& issues) {
  Error error{Code::kInternal, "", "row-breaks-schema", std::move(issues.fields())};
  issues.clear();
  error.message = "The handler wrote a " + resource.name + " that its schema does not admit:";
  for (const FieldError& field : error.fields) {
    error.message += " #" + field.pointer + " " + field.code + ";";
  }
  error.message.back() = '.';
  return error;
}

// Whether all that a row lacks is what C++ makes when it is shown; other issues remain.
bool is_all_made_later(const Resource& resource, Issues& issues) {
  std::erase_if(issues.fields(), [&resource](const FieldError& field) {
    return field.code == "required" &&
           std::ranges::any_of(resource.computed, [&field](const ComputedProperty& property) {
             return property.by_code && field.pointer == pointer_of("", property.name);
           });
  });
  return issues.empty();
}

std::unexpected<Error> misuse(std::string message, std::string reason) {
  return fail(Code::kInternal, std::move(message), std::move(reason));
}

}  // namespace

CodeDb::CodeDb(Call& call) : call_(&call), unit_(*call.worker->session(), *call.arena) {
  memory_.arena = call.arena;
  memory_.parser = &call.worker->scratch_parser();
}

CodeDb::CodeDb(Call& call, const ReadsOnly& reads) : CodeDb(call) {
  shown_ = &reads.shown;
  written_ = reads.written;
}

Result<const Resource*> CodeDb::owned(std::string_view name) const {
  const Resource* const resource = call_->engine->find_resource(name);
  if (resource == nullptr) {
    return misuse("The contract has no resource " + in_quotes(name) + ".", "not-owned");
  }
  // Rows that an operation expands may be another service's, and so is the code that computes them.
  const std::string& asking = shown_ != nullptr ? shown_->service : call_->operation->service;
  if (resource->service != asking) {
    return misuse(in_quotes(call_->operation->id) + " of service " + in_quotes(asking) +
                      " cannot reach " + in_quotes(name) + ", which service " +
                      in_quotes(resource->service) + " owns.",
                  "not-owned");
  }
  return resource;
}

CodeDb::Known* CodeDb::known(const Resource& resource, const Value& key) {
  return known_before(known_.size(), resource, key);
}

CodeDb::Known* CodeDb::known_before(size_t count, const Resource& resource, const Value& key) {
  for (size_t i = 0; i < count; ++i) {
    Known& one = known_[i];
    if (one.resource == &resource && one.key == key) return &one;
  }
  return nullptr;
}

void CodeDb::remember(const Resource& resource, const Value& key, std::optional<Row> row) {
  if (Known* const one = known(resource, key)) {
    one->row = row;
    return;
  }
  known_.push_back({&resource, key, row});
}

Task<Result<std::optional<Row>>> CodeDb::find(const Resource& resource, Value key) {
  if (const Known* const one = known(resource, key)) co_return one->row;
  const WaitingHandler waiting(call_->worker->handler_watch(), call_->operation->index);
  UnitOfWork& unit = written_ != nullptr ? *written_ : unit_;
  Task<Result<std::optional<Row>>> reading = unit.get(resource, key);
  Result<std::optional<Row>> row = co_await reading;
  if (row) known_.push_back({&resource, key, *row});
  co_return std::move(row);
}

StoredRow CodeDb::reader_for(const Resource& resource, const RowSink& sink) {
  MemberPlaces& known_places = call_->engine->member_places();
  return StoredRow(resource, known_places.of(resource, sink.members()),
                   call_->worker->clock().wall(), memory_);
}

Result<void> CodeDb::give(const Resource& resource, const Row& row, RowSink& sink) {
  StoredRow reader = reader_for(resource, sink);
  reader.stand_on(row);
  return sink.take(reader);
}

Task<Result<void>> CodeDb::get(std::string_view name, std::string key, RowSink& sink) {
  Result<const Resource*> resource = owned(name);
  if (!resource) co_return pass(resource);
  const ColumnType type = (*resource)->properties[(*resource)->key].type;
  const std::optional<Value> value = value_from_text(type, call_->arena->copy(key), *call_->arena);
  if (!value) co_return Result<void>();  // No row has what cannot be a key.
  Task<Result<std::optional<Row>>> finding = find(**resource, *value);
  Result<std::optional<Row>> row = co_await finding;
  if (!row) co_return pass(row);
  if (!*row) co_return Result<void>();
  co_return give(**resource, **row, sink);
}

Result<void> CodeDb::check_writer() const {
  if (shown_ == nullptr) return {};
  return misuse("What is computed of " + in_quotes(shown_->name) +
                    " when it is shown may neither write rows nor emit events: it only reads.",
                "computed-writes");
}

Result<void> CodeDb::check_write(const Resource& resource, const Value& key) const {
  if (writes_ >= DbLimits::kWritesMax) {
    return misuse("A handler writes at most " + std::to_string(DbLimits::kWritesMax) +
                      " rows: spread the work over several calls.",
                  "too-many-writes");
  }
  if (reserved_ != &resource || !(reserved_key_ == key)) return {};
  return misuse("A hook wrote the " + resource.name +
                    " that its operation writes: change `next` before it is written.",
                "row-of-operation");
}

void CodeDb::reserve(const Resource& resource, const Value& key) {
  reserved_ = &resource;
  reserved_key_ = key;
}

void CodeDb::contend(const Resource& resource, const Value& key) {
  const size_t hash = key.kind == Value::Kind::kInteger
                          ? std::hash<int64_t>()(key.integer) * 0x9e3779b97f4a7c15u
                          : std::hash<std::string_view>()(key.text);
  contended_row_ = hash ^ resource.index;
}

Task<Result<void>> CodeDb::insert(std::string_view name, std::string row, RowSink& sink) {
  Result<void> writer = check_writer();
  if (!writer) co_return writer;
  Result<const Resource*> resource = owned(name);
  if (!resource) co_return pass(resource);
  Result<JsonValue> document = call_->row_parser.parse(row, {kJsonDepthMax});
  if (!document) co_return pass(document);
  Result<Row> inserted = insert_row(**resource, *document);
  if (!inserted) co_return pass(inserted);
  co_return give(**resource, *inserted, sink);
}

Result<Row> CodeDb::insert_row(const Resource& resource, JsonValue document) {
  Result<std::span<const Value>> values = row_of(resource, document, nullptr);
  if (!values) return pass(values);
  const Value& key = (*values)[resource.key];
  const std::string& key_name = resource.properties[resource.key].name;
  const bool unnamed = key.is_null() || (key.kind == Value::Kind::kText && key.text.empty());
  if (unnamed || (key.kind == Value::Kind::kText && !can_stand_in_path(*call_, key.text))) {
    return misuse("The handler inserted a " + resource.name + " whose key " + in_quotes(key_name) +
                      " is missing or cannot stand in a path.",
                  "row-breaks-schema");
  }
  Result<void> allowed = check_write(resource, key);
  if (!allowed) return pass(allowed);
  const Known* const before = known(resource, key);
  if (before != nullptr && before->row) {
    return fail(Code::kConflict, "There is a " + resource.name + " with this key already.",
                "key-exists");
  }
  const Row row{*values, 1};
  Result<void> checked = check_row(resource, row);
  if (!checked) return pass(checked);
  if (before != nullptr) {
    looked_before_inserting_ = true;
    contend(resource, key);
  }
  unit_.insert(resource, key, *values);
  ++writes_;
  remember(resource, key, row);
  return row;
}

Task<Result<void>> CodeDb::update(std::string_view name, std::string row, RowSink& sink) {
  Result<void> writer = check_writer();
  if (!writer) co_return writer;
  Result<const Resource*> found = owned(name);
  if (!found) co_return pass(found);
  const Resource& resource = **found;
  Result<JsonValue> document = call_->row_parser.parse(row, {kJsonDepthMax});
  if (!document) co_return pass(document);
  const Property& key_property = resource.properties[resource.key];
  const JsonValue key_value = document->find(key_property.name);
  std::optional<Value> key;
  if (key_value.exists()) key = value_from_json(key_property.type, key_value, *call_->arena);
  if (!key || key->is_null()) {
    co_return misuse("The handler updated a " + resource.name + " without its key " +
                         in_quotes(key_property.name) + ".",
                     "row-breaks-schema");
  }
  if (key->kind == Value::Kind::kText) key->text = call_->arena->copy(key->text);
  Result<void> allowed = check_write(resource, *key);
  if (!allowed) co_return pass(allowed);
  Task<Result<std::optional<Row>>> finding = find(resource, *key);
  Result<std::optional<Row>> stored = co_await finding;
  if (!stored) co_return pass(stored);
  if (!*stored) {
    co_return fail(Code::kNotFound, "There is no such " + resource.name + ".", "no-such-row");
  }
  Result<Row> updated = update_row(resource, *document, *key, **stored);
  if (!updated) co_return pass(updated);
  co_return give(resource, *updated, sink);
}

Result<Row> CodeDb::update_row(const Resource& resource, JsonValue document, const Value& key,
                               const Row& stored) {
  Result<std::span<const Value>> values = row_of(resource, document, &stored);
  if (!values) return pass(values);
  const Row row{*values, stored.version + 1};
  Result<void> checked = check_row(resource, row);
  if (!checked) return pass(checked);
  unit_.update(resource, key, *values, stored.version);
  ++writes_;
  contend(resource, key);
  remember(resource, key, row);
  return row;
}

Result<std::span<const Value>> CodeDb::row_of(const Resource& resource, JsonValue document,
                                              const Row* stored) {
  if (!document.is_object()) {
    return misuse("The handler wrote a " + resource.name + " that is no object.",
                  "row-breaks-schema");
  }
  RowInput input;
  input.resource = &resource;
  input.given = input.document = document;
  input.stored = stored;
  input.author = RowInput::Author::kHandler;
  if (stored != nullptr) input.missing = RowInput::Missing::kRemoved;
  Issues issues;
  const RowMakers makers = makers_for(*call_, stored);
  const std::span<const Value> values = row_from_json(input, makers, *call_->arena, issues);
  if (!issues.empty()) return std::unexpected<Error>(broken_row(resource, issues));
  // The document's texts go with the next one that is read.
  Value* const kept = call_->arena->array<Value>(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    new (kept + i) Value(values[i]);
    if (resource.properties[i].type == ColumnType::kText) {
      kept[i].text = call_->arena->copy(values[i].text);
    }
  }
  return std::span<const Value>(kept, values.size());
}

Result<void> CodeDb::check_row(const Resource& resource, const Row& row) {
  StoredRow reader(resource, {}, call_->worker->clock().wall(), memory_);
  reader.stand_on(row);
  Result<JsonValue> value = reader.object();
  if (!value) return pass(value);
  Issues issues(kIssuesMax + resource.computed.size());
  ValidationContext& validation = call_->worker->validation();
  if (resource.schema.validate(*value, Direction::kNeutral, validation, issues)) return {};
  if (is_all_made_later(resource, issues)) return {};
  return std::unexpected<Error>(broken_row(resource, issues));
}

Result<std::span<const Value>> CodeDb::values_of(const Resource& resource, std::string_view text,
                                                 const Value& key, const Row* stored) {
  Result<JsonValue> document = call_->row_parser.parse(text, {kJsonDepthMax});
  if (!document) return pass(document);
  Result<std::span<const Value>> values = row_of(resource, *document, stored);
  if (!values) return values;
  if (!((*values)[resource.key] == key)) {
    return misuse("A hook changed the key of a " + resource.name + ", which is settled by then.",
                  "row-breaks-schema");
  }
  const Row row{*values, stored != nullptr ? stored->version + 1 : 1};
  Result<void> checked = check_row(resource, row);
  if (!checked) return pass(checked);
  return values;
}

void CodeDb::add(const Write& write, const std::optional<Row>& next) {
  switch (write.kind) {
    case Write::Kind::kInsert:
      unit_.insert(*write.resource, write.key, write.values);
      break;
    case Write::Kind::kUpdate:
      unit_.update(*write.resource, write.key, write.values, write.expected_version);
      break;
    case Write::Kind::kRemove:
      unit_.remove(*write.resource, write.key, write.expected_version);
      break;
  }
  ++writes_;
  if (write.kind != Write::Kind::kInsert) contend(*write.resource, write.key);
  remember(*write.resource, write.key, next);
}

Task<Result<bool>> CodeDb::remove(std::string_view name, std::string key) {
  Result<void> writer = check_writer();
  if (!writer) co_return pass(writer);
  Result<const Resource*> resource = owned(name);
  if (!resource) co_return pass(resource);
  const ColumnType type = (*resource)->properties[(*resource)->key].type;
  const std::optional<Value> value = value_from_text(type, call_->arena->copy(key), *call_->arena);
  if (!value) co_return false;
  Result<void> allowed = check_write(**resource, *value);
  if (!allowed) co_return pass(allowed);
  Task<Result<std::optional<Row>>> finding = find(**resource, *value);
  Result<std::optional<Row>> stored = co_await finding;
  if (!stored) co_return pass(stored);
  if (!*stored) co_return false;
  if ((*resource)->soft_delete) {
    const Timestamp now = call_->worker->clock().wall();
    const Row row = deleted_row(**resource, **stored, now, *call_->arena);
    unit_.update(**resource, *value, row.values, (*stored)->version);
  } else {
    unit_.remove(**resource, *value, (*stored)->version);
  }
  ++writes_;
  contend(**resource, *value);
  remember(**resource, *value, std::nullopt);
  co_return true;
}

Task<Result<Page>> CodeDb::read_page(const ListQuery& query) {
  const WaitingHandler waiting(call_->worker->handler_watch(), call_->operation->index);
  Task<Result<Page>> listing = unit_.list(query);
  Result<Page> page = co_await listing;
  co_return std::move(page);
}

Result<ListQuery> CodeDb::asked_of(std::string_view name, const AskedQuery& query,
                                   QueryFor wanted) const {
  Result<const Resource*> resource = owned(name);
  if (!resource) return pass(resource);
  if (unit_.has_writes()) {
    return misuse(
        "A list cannot follow a write in the same handler run, which it would not "
        "show: list first, then write.",
        "list-after-write");
  }
  return read_query(**resource, query, wanted, *call_->arena);
}

Task<Result<uint64_t>> CodeDb::count(std::string_view name, AskedQuery query, uint64_t at_most) {
  Result<ListQuery> asked = asked_of(name, query, QueryFor::kCount);
  if (!asked) co_return pass(asked);
  const WaitingHandler waiting(call_->worker->handler_watch(), call_->operation->index);
  Task<Result<uint64_t>> counting = unit_.count(*asked, at_most);
  Result<uint64_t> found = co_await counting;
  co_return std::move(found);
}

Task<Result<void>> CodeDb::list(std::string_view name, AskedQuery query, RowSink& sink) {
  Result<ListQuery> asked = asked_of(name, query, QueryFor::kRows);
  if (!asked) co_return pass(asked);
  const Resource& resource = *asked->resource;
  Task<Result<Page>> listing = read_page(*asked);
  Result<Page> page = co_await listing;
  if (!page) co_return pass(page);
  sink.expect(page->rows.size());
  StoredRow reader = reader_for(resource, sink);
  const size_t known_rows = known_.size();  // No page has a row twice.
  known_.reserve(known_rows + page->rows.size());
  for (const Row& row : page->rows) {
    reader.stand_on(row);
    if (shown_ != nullptr) {  // It decides nothing, so rows may look otherwise than they did.
      Result<void> taken = sink.take(reader);
      if (!taken) co_return taken;
      continue;
    }
    const Value& key = row.values[resource.key];
    const Known* const before = known_before(known_rows, resource, key);
    if (before != nullptr && (!before->row || before->row->version != row.version)) {
      co_return fail(Code::kConflict, "A row changed between two reads of it.", "version-moved");
    }
    if (before == nullptr) known_.push_back({&resource, key, row});
    Result<void> taken = sink.take(reader);
    if (!taken) co_return taken;
  }
  co_return Result<void>();
}

Task<Result<void>> CodeDb::commit(const IdempotencyRecord* record) {
  Task<Result<void>> committing = unit_.commit(record, call_->deadline);
  Result<void> done = co_await committing;
  co_return std::move(done);
}

}  // namespace servanda::internal
