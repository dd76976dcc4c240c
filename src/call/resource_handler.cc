// SPDX-License-Identifier: Apache-2.0
#include "call/resource_handler.h"

#include <utility>

#include "base/text.h"
#include "call/preconditions.h"
#include "call/resource_hooks.h"
#include "call/row_computation.h"
#include "call/row_view.h"
#include "call/worker.h"
#include "store/row_state.h"

namespace servanda {
namespace internal {

const Resource& resource_of(const Call& call) {
  return call.engine->plan().resources[call.operation->resource->resource];
}

std::optional<Value> value_from_parameter(ColumnType type, JsonValue value, Arena& arena) {
  if (value.is_string()) return value_from_text(type, value.text(), arena);
  return value_from_json(type, value, arena);
}

std::optional<Value> key_of(Call& call) {
  const Resource& resource = resource_of(call);
  const JsonValue value = call.parameters[call.operation->resource->key_parameter];
  if (!value.exists() || value.is_null()) return std::nullopt;
  return value_from_parameter(resource.properties[resource.key].type, value, *call.arena);
}

JsonValue unwrap_body(const Call& call) {
  const std::string& member = call.operation->resource->request.member;
  if (member.empty() || !call.body.exists()) return call.body;
  return call.body.is_object() ? call.body.find(member) : JsonValue();
}

std::string_view body_prefix(const Call& call) {
  const std::string& member = call.operation->resource->request.member;
  return member.empty() ? std::string_view() : call.arena->join("/", member);
}

void begin_item(Call& call) {
  const std::string& member = call.operation->resource->response.member;
  if (member.empty()) return;
  call.answer.text += '{';
  json_append_string(call.answer.text, member);
  call.answer.text += ':';
}

void end_item(Call& call) {
  if (!call.operation->resource->response.member.empty()) call.answer.text += '}';
}

void append_item(Call& call, const Row& row) {
  begin_item(call);
  const Resource& resource = resource_of(call);
  const Timestamp now = resource.shows_time() ? call.worker->clock().wall() : Timestamp{};
  append_row(call.answer.text, resource, row, RowReader::kClient, now);
  end_item(call);
}

std::optional<std::span<const PathMember>> owners_of(Call& call) {
  const std::vector<OwnerKey>& owners = call.operation->resource->owners;
  const Resource& resource = resource_of(call);
  PathMember* const members = call.arena->array<PathMember>(owners.size());
  for (size_t i = 0; i < owners.size(); ++i) {
    const JsonValue given = call.parameters[owners[i].parameter];
    if (!given.exists() || given.is_null()) return std::nullopt;
    const std::optional<Value> value =
        value_from_parameter(resource.properties[owners[i].property].type, given, *call.arena);
    if (!value) return std::nullopt;
    new (members + i) PathMember{owners[i].property, *value};
  }
  return std::span<const PathMember>(members, owners.size());
}

bool is_below_owners(Call& call, const Row& row) {
  if (call.operation->resource->owners.empty()) return true;
  const auto owners = owners_of(call);
  if (!owners) return false;
  for (const PathMember& owner : *owners) {
    if (!(row.values[owner.property] == owner.value)) return false;
  }
  return true;
}

bool includes_deleted(const Call& call) {
  const std::optional<uint16_t>& parameter = call.operation->resource->include_deleted_parameter;
  if (!parameter) return false;
  const JsonValue value = call.parameters[*parameter];
  return value.exists() && value.kind() == JsonKind::kBoolean && value.boolean();
}

bool refuse_missing_row(Call& call) {
  return refuse(call, Code::kNotFound, "There is no such " + resource_of(call).name + ".");
}

bool refuse_issues(Call& call) {
  Error error;
  error.code =
      call.operation->invalid_body_status == 400 ? Code::kInvalidArgument : Code::kUnprocessable;
  error.message = "The body does not conform to the contract.";
  error.reason = "invalid-body";
  error.fields = std::move(call.issues.fields());
  call.issues.clear();
  return refuse(call, std::move(error));
}

namespace {

// The tag of a row with what its version says nothing of: rows of others, values made from the
// time.
std::string_view tag_of_content(Call& call, const Row& row) {
  const Sha256 digest = sha256(call.answer.text);
  return call.arena->join(call.arena->copy(std::to_string(row.version)),
                          "-" + hex(std::span(digest).first(8)));
}

// Whether the row is there for this request.
bool is_visible(Call& call, const Row& row) {
  const Resource& resource = resource_of(call);
  if (is_deleted(resource, row)) {
    if (!includes_deleted(call)) return false;
    if (row_state(resource, row, call.worker->clock().wall()) == RowState::kGone) return false;
  }
  return is_below_owners(call, row);
}

// Answers a read with what was asked to be seen of the row.
Task<void> answer_view(Call& call, Row row, RowView& view) {
  if (view.shows_code) {
    Task<std::optional<std::span<const Row>>> computing = compute_shown(call, {&row, 1}, view);
    const std::optional<std::span<const Row>> shown = co_await computing;
    if (!shown) co_return;
    row = shown->front();
  }
  const bool fetched = co_await fetch_related(call, {&row, 1}, view);
  if (!fetched) co_return;
  call.answer.status = call.operation->resource->status;
  begin_item(call);
  append_view(call, row, 0, view);
  end_item(call);
  if (view.expansions.empty() && !resource_of(call).shows_time()) {
    call.answer.version = row.version;
  } else if (is_seen(call) || !view.shows_code) {
    call.answer.tag = tag_of_content(call, row);
    const std::string_view known = call.input.known[KnownField::kIfNoneMatch];
    const bool may_match = !view.shows_code;  // What C++ makes is new with every read.
    if (may_match && matches_any_tag(known, call.answer.tag)) call.answer.status = 304;
  }
  call.answer.use_text(call.answer_type);
  mark_view(call, view);
}

Task<void> read_resource(Call& call) {
  const std::optional<Value> key = key_of(call);
  if (!key) {
    refuse_missing_row(call);
    co_return;
  }
  std::optional<RowView> view = read_view(call);
  if (!view || !in_time(call)) co_return;
  UnitOfWork unit(*call.worker->session(), *call.arena);
  Result<std::optional<Row>> found = co_await unit.get_any(resource_of(call), *key);
  if (!found) {
    refuse(call, std::move(found.error()));
    co_return;
  }
  if (!*found || !is_visible(call, **found)) {
    refuse_missing_row(call);
    co_return;
  }
  const Row& row = **found;
  if (!view->expansions.empty() && call.operation->resource->answers_body) {
    co_await answer_view(call, row, *view);
    co_return;
  }
  const ConditionOutcome outcome = check_read_conditions(call, row.version);
  if (outcome == ConditionOutcome::kRefused) co_return;
  const bool varies = resource_of(call).shows_time() || view->shows_code;
  const bool in_full = varies && call.operation->resource->answers_body;
  if (in_full || (outcome == ConditionOutcome::kProceed && !view->fields.is_all())) {
    co_await answer_view(call, row, *view);
    co_return;
  }
  // A 304 is made like the 200 that it stands for, so that it carries the same tag.
  const bool modified = outcome == ConditionOutcome::kProceed;
  call.answer.status = modified ? call.operation->resource->status : 304;
  call.answer.version = row.version;
  if (call.operation->resource->answers_body) {
    append_item(call, row);
    call.answer.use_text(call.answer_type);
  }
}

}  // namespace
}  // namespace internal

bool in_time(Call& call) {
  if (call.worker->clock().now() < call.deadline) return true;
  return refuse(call, Code::kDeadlineExceeded,
                "The operation's time was over before its work began.", "deadline");
}

Task<void> handle_resource(Call& call) {
  if (call.worker->session() == nullptr) {
    refuse(call, Code::kUnavailable, "There is no store to serve this operation from.");
    co_return;
  }
  switch (call.operation->resource->action) {
    case Action::kRead:
      co_await internal::read_resource(call);
      co_return;
    case Action::kList:
      co_await internal::list_resource(call);
      co_return;
    case Action::kCreate:
    case Action::kReplace:
    case Action::kUpdate:
    case Action::kDelete:
    case Action::kRestore:
      if (internal::runs_code(call)) {
        co_await internal::write_with_code(call);
      } else {
        co_await internal::write_resource(call);
      }
      co_return;
    case Action::kBatch:
      co_await internal::write_batch(call);
      co_return;
  }
}

Task<bool> append_current_row(Call& call, std::string_view encoded_key) {
  const Resource& resource = internal::resource_of(call);
  const std::optional<std::string> text = percent_decode(encoded_key, PlusSign::kKept);
  if (!text) co_return false;
  const std::optional<Value> key =
      value_from_text(resource.properties[resource.key].type, call.arena->copy(*text), *call.arena);
  if (!key) co_return false;
  Result<std::optional<Row>> found =
      co_await call.worker->session()->get(resource, *key, *call.arena);
  if (!found) co_return refuse(call, std::move(found.error()));
  if (!*found || is_deleted(resource, **found)) co_return false;
  const std::string_view type = call.answer.content_type;
  internal::answer_row(call, **found);
  Task<bool> finishing = internal::finish_row(call, nullptr);
  const bool finished = co_await finishing;
  if (!finished) co_return false;
  call.answer.content_type = type;
  call.answer.version = (*found)->version;
  co_return true;
}

void check_create_members(Call& call) {
  const JsonValue object = internal::unwrap_body(call);
  if (!object.exists() || !object.is_object()) return;
  RowInput input;
  input.resource = &internal::resource_of(call);
  input.given = object;
  input.document = object;
  input.pointer_prefix = internal::body_prefix(call);
  if (const auto owners = internal::owners_of(call)) input.owners = *owners;
  check_row_members(input, *call.arena, call.issues);
}

}  // namespace servanda
