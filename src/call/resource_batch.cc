// SPDX-License-Identifier: Apache-2.0
// Several writes in one commit. Every item is a call of the operation that offers the same for one
// row, with the unit of work of the whole: it meets the rules of that operation, sees what the
// items before it have written, and is answered as the operation would answer it.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/problem.h"
#include "base/text.h"
#include "call/batch_items.h"
#include "call/idempotency.h"
#include "call/preconditions.h"
#include "call/read_input.h"
#include "call/record.h"
#include "call/resource_write.h"
#include "call/row_computation.h"
#include "call/worker.h"

namespace servanda::internal {
namespace {

constexpr size_t kFieldsMax = 20;  // Of one problem.

// What became of one item.
struct ItemOutcome {
  std::optional<Error> settled;  // Whatever the store holds, or found out by a commit.
  std::optional<Error> found;    // In this try.

  [[nodiscard]] const Error* failure() const {
    if (settled) return &*settled;
    return found ? &*found : nullptr;
  }
};

// A row that a result shows once C++ has made values of it.
struct UnfinishedRow {
  uint32_t item = 0;
  Row row;
  size_t place = 0;  // In the answer's text.
};

// A batch on its way to its commit.
struct Batch {
  Call& call;
  BatchRequest request;
  std::vector<ItemOutcome> outcomes;     // Parallel to the items.
  std::vector<uint32_t> item_of_write;   // Parallel to the writes of the unit of work.
  Arena arena;                           // What one try reads and writes.
  std::unique_ptr<Call> part = nullptr;  // The item at work, as a call.
  std::string_view trace_id = {};
  std::vector<UnfinishedRow> unfinished = {};  // Of one try, in the order of the items.
  CallTally calls_before = {};

  [[nodiscard]] bool is_partial() const { return request.mode == BatchRequest::Mode::kPartial; }
};

Error invalid_body(const Operation& operation, std::vector<FieldError> fields) {
  Error error;
  error.code = operation.invalid_body_status == 400 ? Code::kInvalidArgument : Code::kUnprocessable;
  error.message = "The body does not conform to the contract.";
  error.reason = "invalid-body";
  error.fields = std::move(fields);
  return error;
}

// --- One item as a call ---

const MediaType* json_body(const Operation& operation) {
  if (!operation.body) return nullptr;
  for (const MediaType& media : operation.body->content) {
    if (media.kind == MediaKind::kJson) return &media;
  }
  return nullptr;
}

// The path that a single request for the item would have.
std::string_view path_of(const Operation& operation, JsonValue id, Arena& arena) {
  const std::string_view path = operation.path;
  const size_t open = path.find('{');
  if (open == std::string_view::npos || !id.exists()) return path;
  const std::string key = id.is_string() ? std::string(id.text()) : std::to_string(id.integer());
  std::string text(path.substr(0, open));
  text += percent_encode(key);
  text += path.substr(path.find('}', open) + 1);
  return arena.copy(text);
}

// Makes the batch's part the call that the item stands for. Requires: the item has an operation.
Call& begin_part(Batch& batch, const BatchItem& item) {
  const Call& whole = batch.call;
  Call& part = *batch.part;
  part.clear();
  part.engine = whole.engine;
  part.arena = &batch.arena;
  part.trace = whole.trace;
  part.caller = whole.caller;
  part.deadline = whole.deadline;
  part.operation = item.operation;
  part.preferences = whole.preferences;
  part.answer_type = "application/json";
  part.input.path = path_of(*item.operation, item.id, batch.arena);
  if (item.if_match.exists()) part.input.known.set(KnownField::kIfMatch, item.if_match.text());
  if (item.value.exists()) {
    part.body = item.value;
    part.body_media = json_body(*item.operation);
  }
  if (item.id.exists()) {
    part.parameters.set_only(item.operation->parameters.size(),
                             item.operation->resource->key_parameter, item.id);
  }
  return part;
}

// A failure of the part's call with the places that the client knows: those of the whole body.
Error placed(Error error, size_t index) {
  error.index.reset();
  for (FieldError& field : error.fields) {
    if (field.in == "body") {
      field.pointer.insert(0, batch_pointer(index, "value"));
    } else {
      field = {"body", batch_pointer(index), std::move(field.code), std::move(field.detail)};
    }
  }
  if (error.fields.empty()) {
    const std::string code(error.reason.empty() ? facts_of(error.code).word : error.reason);
    error.fields.push_back({"body", batch_pointer(index), code, error.message});
  }
  return error;
}

// --- What is wrong whatever the store holds ---

bool has_issue_at(const std::vector<FieldError>& fields, std::string_view pointer) {
  for (const FieldError& field : fields) {
    if (field.pointer == pointer) return true;
  }
  return false;
}

void add_new_issues(std::vector<FieldError>& to, std::vector<FieldError> from) {
  for (FieldError& field : from) {
    if (to.size() < kFieldsMax && !has_issue_at(to, field.pointer)) to.push_back(std::move(field));
  }
}

// The item that a place in the body belongs to, or nothing.
std::optional<size_t> item_at(std::string_view pointer, size_t items) {
  constexpr std::string_view kItems = "/items/";
  if (!pointer.starts_with(kItems)) return std::nullopt;
  pointer.remove_prefix(kItems.size());
  const std::optional<int64_t> index = parse_integer(pointer.substr(0, pointer.find('/')));
  if (!index || *index < 0 || static_cast<size_t>(*index) >= items) return std::nullopt;
  return static_cast<size_t>(*index);
}

// The whole body against what the contract declares for it. What is wrong with an item is kept with
// the item; false after refusing the rest.
bool check_declared(Batch& batch) {
  Call& call = batch.call;
  const Schema declared = call.body_media->schema;
  ValidationContext& validation = call.worker->validation();
  const JsonValue body = batch.request.body;
  if (!declared.exists() || declared.accepts(body, Direction::kRequest, validation)) return true;
  Issues found(kFieldsMax * kBatchItemsMax);
  declared.validate(body, Direction::kRequest, validation, found);
  for (FieldError& field : found.fields()) {
    const std::optional<size_t> index = item_at(field.pointer, batch.request.items.size());
    if (!index) {
      if (!call.issues.full()) call.issues.add(std::move(field));
      continue;
    }
    std::vector<FieldError> one;
    one.push_back(std::move(field));
    add_new_issues(batch.request.items[*index].issues, std::move(one));
  }
  return call.issues.empty() || refuse_issues(call);
}

// The id against what the path declares for it.
void check_id(Batch& batch, BatchItem& item, size_t index) {
  if (!item.id.exists()) return;
  const Parameter& parameter = item.operation->parameters[item.operation->resource->key_parameter];
  if (!parameter.schema.exists()) return;
  Issues found;
  if (parameter.schema.validate(item.id, Direction::kRequest, batch.call.worker->validation(),
                                found)) {
    return;
  }
  for (FieldError& field : found.fields()) field.pointer = batch_pointer(index, "id");
  add_new_issues(item.issues, std::move(found.fields()));
}

void check_item(Batch& batch, size_t index) {
  BatchItem& item = batch.request.items[index];
  const Operation* rules = item.issues.empty() ? item.operation : batch.call.operation;
  if (item.operation != nullptr) {
    check_id(batch, item, index);
    Call& part = begin_part(batch, item);
    if (part.body_media != nullptr && !validate_body(part)) {
      Error error = placed(std::move(*part.answer.error), index);
      add_new_issues(item.issues, std::move(error.fields));
    }
  }
  if (!item.issues.empty()) {
    batch.outcomes[index].settled = invalid_body(*rules, std::move(item.issues));
    return;
  }
  Call& part = begin_part(batch, item);
  if (has_required_condition(part)) return;
  Error error = std::move(*part.answer.error);
  error.message =
      "The operation of this item needs the ETag that you have read: send it as "
      "\"if_match\".";
  batch.outcomes[index].settled = placed(std::move(error), index);
}

// --- One try ---

bool is_invalid(const Error& error) {
  return error.reason == "invalid-body";
}

void write_result(Batch& batch, const BatchItem& item, const Value& key, size_t index) {
  const Answer& answer = batch.part->answer;
  const Resource& resource = resource_of(*batch.part);
  std::string key_text;
  append_value(key_text, resource.properties[resource.key].type, key);
  JsonWriter writer(batch.call.answer.text);
  writer.begin_object();
  writer.key("status");
  writer.integer(answer.status);
  writer.key("id");
  writer.raw(key_text);
  if (answer.version != 0) {
    writer.key("etag");
    writer.string('"' + std::to_string(answer.version) + '"');
  }
  if (!answer.location.empty()) {
    writer.key("location");
    writer.string(answer.location);
  }
  const bool shows = item.operation->resource->action != Action::kDelete;
  if (shows && !answer.content_type.empty()) {
    writer.key("value");
    writer.raw(answer.body);
  } else if (shows && answer.unfinished) {
    writer.key("value");
    writer.raw({});
    const size_t place = batch.call.answer.text.size();
    batch.unfinished.push_back({static_cast<uint32_t>(index), *answer.unfinished, place});
  }
  writer.end_object();
}

void write_failure(Batch& batch, const Error& error) {
  JsonWriter writer(batch.call.answer.text);
  writer.begin_object();
  writer.key("status");
  writer.integer(facts_of(error.code).http_status);
  writer.key("problem");
  writer.raw(problem_body(error, batch.trace_id));
  writer.end_object();
}

// Adds the item's write to the unit of work and its result to the answer, or sets what it failed
// with.
Task<void> prepare_item(Batch& batch, UnitOfWork& unit, size_t index) {
  const BatchItem& item = batch.request.items[index];
  ItemOutcome& outcome = batch.outcomes[index];
  for (const BatchUse& use : item.uses) {
    if (batch.outcomes[use.item].failure() == nullptr) continue;
    std::vector<FieldError> fields;
    fields.push_back({"body", use.pointer, "reference",
                      "Item " + std::to_string(use.item) + ", which this refers to, has failed."});
    outcome.found = invalid_body(*batch.call.operation, std::move(fields));
    co_return;
  }
  Call& part = begin_part(batch, item);
  WriteAttempt attempt{unit, {}, item.made_key, {}, {}};
  co_await prepare_write(part, attempt);
  if (part.answer.error) {
    outcome.found = placed(std::move(*part.answer.error), index);
    co_return;
  }
  // What an update wrote points into scratch memory, which the next item will use.
  if (item.operation->resource->action == Action::kUpdate) {
    unit.keep_last_write();
    if (part.answer.unfinished) part.answer.unfinished->values = unit.last_write().values;
  }
  batch.item_of_write.resize(unit.write_count(), static_cast<uint32_t>(index));
  write_result(batch, item, attempt.key, index);
}

// Whether a batch of this size may go on.
bool check_size(Batch& batch) {
  Call& call = batch.call;
  const CallLimits& limits = call.worker->options().limits;
  if (batch.arena.bytes_held() > limits.batch_bytes_max) {
    return refuse(call, Code::kTooLarge,
                  "The rows that the batch reads and writes are over " +
                      bytes_text(limits.batch_bytes_max) + " together: send fewer items.",
                  "batch-too-large");
  }
  constexpr std::string_view kEnd = "]}";
  if (call.answer.text.size() + kEnd.size() <= limits.batch_answer_bytes_max) return true;
  return refuse(call, Code::kTooLarge,
                "The answer to the batch would be over " +
                    bytes_text(limits.batch_answer_bytes_max) +
                    ": send \"Prefer: return=minimal\" or fewer items.",
                "batch-too-large");
}

// Refuses the whole with what is wrong with its items, of which at least one has failed: with that
// of the first, and where the first is invalid, with all that is invalid.
bool refuse_items(Batch& batch) {
  Error whole;
  std::string names;
  size_t count = 0;
  for (size_t i = 0; i < batch.outcomes.size(); ++i) {
    const Error* const failure = batch.outcomes[i].failure();
    if (failure == nullptr || (count > 0 && !is_invalid(*failure))) continue;
    if (count == 0) whole = *failure;
    if (count > 0) add_new_issues(whole.fields, failure->fields);
    names += (count == 0 ? "" : ", ") + std::to_string(i);
    ++count;
    if (!is_invalid(whole)) break;
  }
  whole.message = (count == 1 ? "Item " : "Items ") + names + ": " + whole.message;
  return refuse(batch.call, std::move(whole));
}

// Writes the rows into the places that were left for them.
void fill_in_rows(Batch& batch) {
  std::string& whole = batch.call.answer.text;
  std::string text;
  size_t from = 0;
  for (const UnfinishedRow& one : batch.unfinished) {
    text.append(whole, from, one.place - from);
    from = one.place;
    Call& part = begin_part(batch, batch.request.items[one.item]);
    append_item(part, one.row);
    text += part.answer.text;
  }
  text.append(whole, from);
  whole = std::move(text);
}

// Makes the values of the rows that results show: in one run for all rows of a resource. False
// after refusing the whole.
Task<bool> finish_rows(Batch& batch, UnitOfWork& unit) {
  if (batch.unfinished.empty()) co_return true;
  const auto resource_at = [&batch](size_t i) {
    return batch.request.items[batch.unfinished[i].item].operation->resource->resource;
  };
  std::vector<bool> finished(batch.unfinished.size());
  for (size_t first = 0; first < finished.size(); ++first) {
    if (finished[first]) continue;
    std::vector<size_t> places;
    std::vector<Row> rows;
    for (size_t i = first; i < finished.size(); ++i) {
      if (resource_at(i) != resource_at(first)) continue;
      places.push_back(i);
      rows.push_back(batch.unfinished[i].row);
      finished[i] = true;
    }
    const Resource& resource = batch.call.engine->plan().resources[resource_at(first)];
    const RowsToShow page{resource, rows, batch.arena, &unit};
    Task<Result<std::span<const Row>>> computing = compute_rows(batch.call, page);
    Result<std::span<const Row>> shown = co_await computing;
    if (!shown) co_return refuse_rows(batch.call, std::move(shown.error()));
    for (size_t i = 0; i < places.size(); ++i) batch.unfinished[places[i]].row = (*shown)[i];
  }
  fill_in_rows(batch);
  co_return check_size(batch);
}

// Fills the unit of work and the answer; false after refusing the whole.
Task<bool> prepare_items(Batch& batch, UnitOfWork& unit) {
  Call& call = batch.call;
  bool failed = false;
  call.answer.text += "{\"items\":[";
  for (size_t i = 0; i < batch.outcomes.size(); ++i) {
    if (!in_time(call)) co_return false;
    ItemOutcome& outcome = batch.outcomes[i];
    if (i > 0) call.answer.text += ',';
    if (!outcome.settled) co_await prepare_item(batch, unit, i);
    const Error* const failure = outcome.failure();
    if (failure != nullptr && batch.is_partial()) {
      write_failure(batch, *failure);
    } else if (failure != nullptr) {
      const bool first = !std::exchange(failed, true);
      if (first && !is_invalid(*failure)) break;
      // What follows is looked at for more that is invalid, to tell it all at once.
    }
    if (!check_size(batch)) co_return false;
  }
  if (failed) co_return refuse_items(batch);
  Task<bool> finishing = finish_rows(batch, unit);
  const bool finished = co_await finishing;
  if (!finished) co_return false;
  call.answer.text += "]}";
  call.answer.status = batch.is_partial() ? 207 : call.operation->resource->status;
  call.answer.varies_by_prefer = true;
  call.answer.minimal = wants_minimal(call);
  call.answer.use_text(call.answer_type);
  co_return true;
}

// Whether to try again after a commit that failed: because rows moved, or without the item that
// kept it from succeeding. Otherwise the whole has been refused.
bool goes_on_after(Batch& batch, Error error, int tries) {
  Call& call = batch.call;
  if (!error.index || *error.index >= batch.item_of_write.size()) {
    const bool busy = error.code == Code::kUnavailable;
    refuse(call, std::move(error));
    if (busy) call.answer.retry_after_s = 1;
    return false;
  }
  const size_t index = batch.item_of_write[*error.index];
  Call& part = begin_part(batch, batch.request.items[index]);
  if (may_retry(part, error, tries)) return true;
  refuse_commit(part, std::move(error));
  batch.outcomes[index].settled = placed(std::move(*part.answer.error), index);
  return batch.is_partial() || refuse_items(batch);
}

// Makes a try of the batch. True: it has to be tried again.
Task<bool> try_batch(Batch& batch, int tries) {
  Call& call = batch.call;
  if (!in_time(call)) co_return false;
  call.answer.clear();
  batch.arena.reset();
  batch.item_of_write.clear();
  batch.unfinished.clear();
  call.attempt = static_cast<uint32_t>(tries);
  call.made_calls() = batch.calls_before;
  for (ItemOutcome& outcome : batch.outcomes) outcome.found.reset();
  UnitOfWork unit(*call.worker->session(), batch.arena);
  const bool prepared = co_await prepare_items(batch, unit);
  if (!prepared) {
    co_await keep_refusal(call);
    co_return false;
  }
  const IdempotencyRecord* const record = make_record(call, {});
  Result<void> committed = co_await unit.commit(record, call.deadline);
  if (committed) co_return false;
  if (committed.error().reason == "idempotency-key-used") {
    co_await replay_stored_answer(call);
    co_return false;
  }
  if (goes_on_after(batch, std::move(committed.error()), tries)) {
    if (!call.called_out) co_return true;
    refuse(call, Code::kConflict,
           "The batch would have to be tried again, but what makes values of its rows has called "
           "other operations already.",
           "version-moved");
  }
  co_await keep_refusal(call);
  co_return false;
}

bool read_request(Call& call, BatchRequest& request) {
  const BatchSource source{call.engine->plan(), *call.operation, call.worker->uuids(), *call.arena,
                           call.merge_builder};
  return read_batch(source, call.body, request, call.issues) || refuse_issues(call);
}

}  // namespace

Task<void> write_batch(Call& call) {
  Batch batch{call, {}, {}, {}, Arena()};
  if (!read_request(call, batch.request)) co_return;
  batch.outcomes.resize(batch.request.items.size());
  batch.part = call.worker->take_call(batch.arena);
  batch.trace_id = trace_id_text(call);
  batch.calls_before = call.made_calls();
  if (check_declared(batch)) {
    for (size_t i = 0; i < batch.outcomes.size(); ++i) check_item(batch, i);
    for (int tries = 1;; ++tries) {
      const bool again = co_await try_batch(batch, tries);
      if (!again) break;
    }
  }
  call.worker->give_back(std::move(batch.part));
}

}  // namespace servanda::internal
