// SPDX-License-Identifier: Apache-2.0
// From a body to the row that a create, replace or update leaves behind.
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "call/merge_patch.h"
#include "call/resource_write.h"
#include "call/row_computation.h"
#include "call/worker.h"
#include "http/path.h"

namespace servanda::internal {
namespace {

std::string_view uuid_bytes(Call& call) {
  const Uuid uuid = call.worker->uuids().next();
  return call.arena->copy({reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()});
}

RowMakers makers_for_change(const Call& call, const Row& stored) {
  RowMakers makers;
  makers.now = call.worker->clock().wall();
  makers.version = stored.version + 1;
  return makers;
}

RowMakers makers_for_create(Call& call, const Value& made_key) {
  RowMakers makers;
  makers.now = call.worker->clock().wall();
  makers.new_uuid_key = made_key.is_null() ? Value::of_bytes(uuid_bytes(call)) : made_key;
  makers.new_uuid = Value::of_bytes(uuid_bytes(call));
  return makers;
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

}  // namespace

RowMakers makers_for(Call& call, const Row* stored) {
  return stored != nullptr ? makers_for_change(call, *stored)
                           : makers_for_create(call, Value::null());
}

bool can_stand_in_path(Call& call, std::string_view key) {
  if (key == "." || key == "..") return false;
  return normalize_path("/" + percent_encode(key), *call.arena).has_value();
}

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
  answer_row(call, row);
}

void prepare_create(Call& call, WriteAttempt& attempt) {
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
  const RowMakers makers = makers_for_create(call, attempt.made_key);
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

void prepare_replace(Call& call, WriteAttempt& attempt) {
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
  if (const auto owners = owners_of(call)) input.owners = *owners;
  input.pointer_prefix = body_prefix(call);
  const RowMakers makers = makers_for_change(call, *input.stored);
  const std::span<const Value> values = row_from_json(input, makers, *call.arena, call.issues);
  if (!call.issues.empty()) {
    refuse_issues(call);
    return;
  }
  attempt.unit.update(resource_of(call), attempt.key, values, attempt.stored->version);
  answer_written(call, Row{values, makers.version}, call.operation->resource->status, false);
}

namespace {

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

}  // namespace

void prepare_update(Call& call, WriteAttempt& attempt) {
  const std::optional<JsonValue> patch = body_object(call);
  if (!patch) {
    refuse_issues(call);
    return;
  }
  const Resource& resource = resource_of(call);
  call.row_text.clear();
  append_row(call.row_text, resource, *attempt.stored, RowReader::kEngine, {});
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
  const RowMakers makers = makers_for_change(call, *input.stored);
  const std::span<const Value> values = row_from_json(input, makers, *call.arena, call.issues);
  if (!call.issues.empty()) {
    refuse_issues(call);
    return;
  }
  attempt.unit.update(resource, attempt.key, values, attempt.stored->version);
  answer_written(call, Row{values, makers.version}, call.operation->resource->status, false);
}

}  // namespace servanda::internal
