// SPDX-License-Identifier: Apache-2.0
// Create, replace, update and delete: read, decide, answer, commit; again when the row moved.
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "call/idempotency.h"
#include "call/merge_patch.h"
#include "call/preconditions.h"
#include "call/resource_handler.h"
#include "call/worker.h"
#include "http/path.h"

namespace servanda::internal {
namespace {

// What one try of a write has found out.
struct Attempt {
  UnitOfWork unit;
  Value key;
  std::optional<Row> stored;
  std::span<const PathMember> owners;
  bool creates = false;
};

std::string_view uuid_bytes(Call& call) {
  const Uuid uuid = call.worker->uuids().next();
  return call.arena->copy({reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()});
}

RowMakers makers_for(Call& call, const Row* stored) {
  RowMakers makers;
  makers.now = call.worker->clock().wall();
  makers.version = stored ? stored->version + 1 : 1;
  if (stored == nullptr) {
    makers.new_uuid_key = Value::of_bytes(uuid_bytes(call));
    makers.new_uuid = Value::of_bytes(uuid_bytes(call));
  }
  return makers;
}

bool wants_minimal(const Call& call) {
  return call.preferences.returns == Preferences::Return::kMinimal;
}

// Answers a write that leaves `row` behind. A 204 stands for "done, nothing to say": also where the
// contract promises a body that the client has asked not to get.
void answer_written(Call& call, const Row& row, int status, bool created) {
  const ResourceBinding& binding = *call.operation->resource;
  Answer& answer = call.answer;
  answer.version = row.version;
  answer.status = status;
  answer.varies_by_prefer = binding.answers_body;
  if (!binding.answers_body) return;
  if (wants_minimal(call)) {
    answer.minimal = true;
    if (!created) answer.status = 204;
    return;
  }
  append_item(call, row);
  answer.use_text(call.answer_type);
}

// The path of a row, or empty when no operation reads rows one by one.
std::string_view location_of(Call& call, const Value& key) {
  const Resource& resource = resource_of(call);
  const OperationState& state = call.engine->state(*call.operation);
  if (state.item_prefix.empty()) return {};
  std::string text;
  append_key_text(text, resource.properties[resource.key].type, key);
  std::string location;
  if (state.item_below_collection) {
    location = call.input.path;
    if (!location.empty() && location.back() == '/') location.pop_back();
  }
  location += state.item_prefix;
  location += percent_encode(text);
  location += state.item_suffix;
  return call.arena->copy(location);
}

// The body as an object of the resource, or nothing after adding an issue.
std::optional<JsonValue> body_object(Call& call) {
  const JsonValue object = unwrap_body(call);
  if (object.exists() && object.is_object()) return object;
  const std::string prefix(body_prefix(call));
  call.issues.add({"body", prefix, object.exists() ? "type" : "required",
                   "The body must hold the " + resource_of(call).name + " as an object."});
  return std::nullopt;
}

// Whether a path can name the key: not with what looks like another path once decoded.
bool can_stand_in_path(Call& call, std::string_view key) {
  if (key == "." || key == "..") return false;
  return normalize_path("/" + percent_encode(key), *call.arena).has_value();
}

void prepare_create(Call& call, Attempt& attempt) {
  const std::optional<JsonValue> object = body_object(call);
  if (!object) {
    refuse_issues(call);
    return;
  }
  const Resource& resource = resource_of(call);
  RowInput input;
  input.resource = &resource;
  input.given = input.document = *object;
  input.pointer_prefix = body_prefix(call);
  if (!attempt.key.is_null()) input.key = attempt.key;
  input.owners = attempt.owners;
  const RowMakers makers = makers_for(call, nullptr);
  const std::span<const Value> values = row_from_json(input, makers, *call.arena, call.issues);
  attempt.key = values[resource.key];
  const bool unnamed =
      attempt.key.is_null() || (attempt.key.kind == Value::Kind::kText && attempt.key.text.empty());
  if (unnamed && call.issues.empty()) {
    const std::string& name = resource.properties[resource.key].name;
    call.issues.add({"body", std::string(input.pointer_prefix) + "/" + name, "required",
                     "The client names a new " + resource.name + ": send its key."});
  }
  if (attempt.key.kind == Value::Kind::kText && !can_stand_in_path(call, attempt.key.text) &&
      call.issues.empty()) {
    const std::string& name = resource.properties[resource.key].name;
    call.issues.add({"body", std::string(input.pointer_prefix) + "/" + name, "format",
                     "A key stands in paths: it may not be a dot or two, nor hold backslashes, "
                     "control characters or what reads as an escape."});
  }
  if (!call.issues.empty()) {
    refuse_issues(call);
    return;
  }
  attempt.unit.insert(resource, attempt.key, values);
  const bool by_put = call.operation->resource->action == Action::kReplace;
  answer_written(call, Row{values, 1}, by_put ? 201 : call.operation->resource->status, true);
  call.answer.location = by_put ? call.input.path : location_of(call, attempt.key);
}

void prepare_replace(Call& call, Attempt& attempt) {
  const std::optional<JsonValue> object = body_object(call);
  if (!object) {
    refuse_issues(call);
    return;
  }
  RowInput input;
  input.resource = &resource_of(call);
  input.given = input.document = *object;
  input.stored = &*attempt.stored;
  input.key = attempt.key;
  input.pointer_prefix = body_prefix(call);
  const RowMakers makers = makers_for(call, input.stored);
  const std::span<const Value> values = row_from_json(input, makers, *call.arena, call.issues);
  if (!call.issues.empty()) {
    refuse_issues(call);
    return;
  }
  attempt.unit.update(resource_of(call), attempt.key, values, attempt.stored->version);
  answer_written(call, Row{values, makers.version}, call.operation->resource->status, false);
}

// The issues that `schema` has with `value`, whose place in the body is `prefix`.
void validate_below(Call& call, Schema schema, JsonValue value, std::string_view prefix) {
  const size_t before = call.issues.fields().size();
  schema.validate(value, Direction::kRequest, call.worker->validation(), call.issues);
  for (size_t i = before; i < call.issues.fields().size(); ++i) {
    call.issues.fields()[i].pointer.insert(0, prefix);
  }
}

// A patch must fit what the operation declares for its body. Contracts declare either a schema of
// patches or the resource itself; a patch is rarely a whole resource, so the merged result may fit
// in its place.
void check_declared_patch(Call& call, JsonValue merged) {
  const Schema declared = call.body_media != nullptr ? call.body_media->schema : Schema();
  ValidationContext& validation = call.worker->validation();
  if (!declared.exists() || declared.accepts(call.body, Direction::kRequest, validation)) return;
  const std::string& member = call.operation->resource->request.member;
  JsonBuilder wrapped;
  if (!member.empty()) {
    wrapped.begin_object();
    wrapped.key(member);
    wrapped.value(merged);
    wrapped.end_object();
    merged = wrapped.root();
  }
  if (declared.accepts(merged, Direction::kRequest, validation)) return;
  declared.validate(call.body, Direction::kRequest, validation, call.issues);
}

void prepare_update(Call& call, Attempt& attempt) {
  const std::optional<JsonValue> patch = body_object(call);
  if (!patch) {
    refuse_issues(call);
    return;
  }
  const Resource& resource = resource_of(call);
  call.row_text.clear();
  append_row(call.row_text, resource, *attempt.stored, RowReader::kEngine);
  Result<JsonValue> stored = call.row_parser.parse(call.row_text, {kJsonDepthMax});
  if (!stored) {
    refuse(call, Code::kInternal, "The stored row cannot be read.");
    return;
  }
  call.merge_builder.clear();
  merge_patch(*stored, *patch, call.merge_builder);

  RowInput input;
  input.resource = &resource;
  input.given = *patch;
  input.document = call.merge_builder.root();
  input.stored = &*attempt.stored;
  input.key = attempt.key;
  input.missing = RowInput::Missing::kRemoved;
  input.pointer_prefix = body_prefix(call);
  validate_below(call, resource.schema, input.document, input.pointer_prefix);
  if (call.issues.empty()) check_declared_patch(call, input.document);
  const RowMakers makers = makers_for(call, input.stored);
  const std::span<const Value> values = row_from_json(input, makers, *call.arena, call.issues);
  if (!call.issues.empty()) {
    refuse_issues(call);
    return;
  }
  attempt.unit.update(resource, attempt.key, values, attempt.stored->version);
  answer_written(call, Row{values, makers.version}, call.operation->resource->status, false);
}

void prepare_delete(Call& call, Attempt& attempt) {
  const ResourceBinding& binding = *call.operation->resource;
  attempt.unit.remove(resource_of(call), attempt.key, attempt.stored->version);
  call.answer.status = binding.status;
  if (!binding.answers_body) return;
  if (wants_minimal(call)) {
    call.answer.minimal = true;
    call.answer.status = 204;
    return;
  }
  append_item(call, *attempt.stored);
  call.answer.use_text(call.answer_type);
}

bool refuse_missing_owner(Call& call) {
  return refuse(call, Code::kNotFound,
                "There is nothing that this " + resource_of(call).name + " could belong to.");
}

// PUT creates only where the contract says so: by declaring 201, with keys that clients choose.
bool put_creates(const Call& call) {
  if (call.operation->resource->action != Action::kReplace) return false;
  const Response* const created = call.operation->response_for(201);
  return created != nullptr && created->first_status == 201 && created->last_status == 201 &&
         !resource_of(call).generated_key;
}

// Reads the owners that the path names: what is created below one that is not there would be lost.
Task<bool> find_owners(Call& call, Attempt& attempt) {
  const auto owners = owners_of(call);
  if (!owners) co_return refuse_missing_owner(call);
  for (const PathMember& owner : *owners) {
    const auto& references = resource_of(call).properties[owner.property].references;
    if (!references) continue;
    const Resource& resource = call.engine->plan().resources[*references];
    Result<std::optional<Row>> found = co_await attempt.unit.get(resource, owner.value);
    if (!found) co_return refuse(call, std::move(found.error()));
    if (!*found) co_return refuse_missing_owner(call);
  }
  attempt.owners = *owners;
  co_return true;
}

// Reads the row that the path names and decides whether the write may go on.
Task<bool> find_row(Call& call, Attempt& attempt) {
  const std::optional<Value> key = key_of(call);
  if (!key) co_return refuse_missing_row(call);
  attempt.key = *key;
  Result<std::optional<Row>> found = co_await attempt.unit.get(resource_of(call), *key);
  if (!found) co_return refuse(call, std::move(found.error()));
  attempt.stored = *found;
  if (attempt.stored && !is_below_owners(call, *attempt.stored)) co_return refuse_missing_row(call);
  if (!attempt.stored) {
    if (!put_creates(call)) co_return refuse_missing_row(call);
    const bool owned = co_await find_owners(call, attempt);
    if (!owned) co_return false;
    attempt.creates = true;
  }
  const std::optional<int64_t> version =
      attempt.stored ? std::optional(attempt.stored->version) : std::nullopt;
  co_return check_write_conditions(call, version) == ConditionOutcome::kProceed;
}

// Fills the unit of work and the answer, or refuses.
Task<void> prepare(Call& call, Attempt& attempt) {
  const Action action = call.operation->resource->action;
  if (action == Action::kCreate) {
    const bool owned = co_await find_owners(call, attempt);
    if (owned) prepare_create(call, attempt);
    co_return;
  }
  const bool found = co_await find_row(call, attempt);
  if (!found) co_return;
  if (attempt.creates) {
    prepare_create(call, attempt);
  } else if (action == Action::kReplace) {
    prepare_replace(call, attempt);
  } else if (action == Action::kUpdate) {
    prepare_update(call, attempt);
  } else {
    prepare_delete(call, attempt);
  }
}

// Whether the outcome follows from stored state alone, so that a repeated request must see it too.
bool is_deterministic(const Error& error) {
  return error.code == Code::kNotFound || error.code == Code::kPreconditionFailed ||
         (error.code == Code::kConflict &&
          (error.reason == "unique" || error.reason == "key-exists"));
}

// Keeps a refusal that is the operation's outcome under the call's idempotency key.
Task<void> keep_refusal(Call& call) {
  if (!call.idempotency.active || !is_deterministic(*call.answer.error)) co_return;
  UnitOfWork unit(*call.worker->session(), *call.arena);
  const IdempotencyRecord* const record = make_record(call, {});
  Result<void> kept = co_await unit.commit(record, call.deadline);
  // A refusal that could not be kept stands: it had no effect, so nothing is lost by deciding anew.
  if (!kept && kept.error().reason == "idempotency-key-used") {
    co_await replay_stored_answer(call);
  }
}

// A commit's failure as the client is told of it.
void refuse_commit(Call& call, Error error) {
  if (error.reason == "version-moved") {
    error.message = "The " + resource_of(call).name + " kept changing: read it and try again.";
  }
  const std::string prefix(body_prefix(call));
  for (FieldError& field : error.fields) {
    if (field.in != "body") continue;
    if (!field.pointer.starts_with('/')) field.pointer.insert(0, "/");
    field.pointer.insert(0, prefix);
  }
  if (error.reason == "key-exists") {
    const Resource& resource = resource_of(call);
    const std::string& key = resource.properties[resource.key].name;
    error.message = "There is a " + resource.name + " with this key already.";
    error.fields = {{"body", prefix + "/" + key, "key-exists", error.message}};
  }
  const bool busy = error.code == Code::kUnavailable;
  refuse(call, std::move(error));
  if (busy) call.answer.retry_after_s = 1;
}

bool may_retry(const Call& call, const Error& error, int attempt) {
  if (attempt >= kWriteAttemptsMax) return false;
  const bool raced_put =
      error.reason == "key-exists" && call.operation->resource->action == Action::kReplace;
  return error.reason == "version-moved" || raced_put;
}

}  // namespace

Task<void> write_resource(Call& call) {
  if (!has_required_condition(call)) co_return;
  for (int count = 1;; ++count) {
    if (!in_time(call)) co_return;
    call.answer.clear();
    call.issues.clear();
    Attempt attempt{UnitOfWork(*call.worker->session(), *call.arena)};
    co_await prepare(call, attempt);
    if (call.answer.error) {
      co_await keep_refusal(call);
      co_return;
    }
    std::string key_text;
    const Resource& resource = resource_of(call);
    append_key_text(key_text, resource.properties[resource.key].type, attempt.key);
    const IdempotencyRecord* const record = make_record(call, key_text);
    Result<void> committed = co_await attempt.unit.commit(record, call.deadline);
    if (committed) co_return;
    if (committed.error().reason == "idempotency-key-used") {
      co_await replay_stored_answer(call);
      co_return;
    }
    if (may_retry(call, committed.error(), count)) continue;
    refuse_commit(call, std::move(committed.error()));
    co_await keep_refusal(call);
    co_return;
  }
}

}  // namespace servanda::internal
