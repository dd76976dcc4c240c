// SPDX-License-Identifier: Apache-2.0
// Create, replace, update, delete and restore: read, decide, answer, commit; again when the row
// moved.
#include <optional>
#include <string>
#include <utility>

#include "call/idempotency.h"
#include "call/preconditions.h"
#include "call/related_pages.h"
#include "call/resource_write.h"
#include "call/row_computation.h"
#include "call/worker.h"
#include "contract/plan/reach.h"
#include "store/row_state.h"

namespace servanda::internal {

bool wants_minimal(const Call& call) {
  return call.preferences.returns == Preferences::Return::kMinimal;
}

namespace {

bool refuse_missing_owner(Call& call) {
  return refuse(call, Code::kNotFound,
                "There is nothing that this " + resource_of(call).name + " could belong to.");
}

bool put_creates(const Call& call) {
  return call.operation->resource->action == Action::kReplace &&
         may_create(*call.operation, resource_of(call));
}

// Whether the row is there: seen from the write where this process has it.
Task<Result<bool>> is_there(Call& call, WriteAttempt& attempt, const Resource& resource,
                            Value key) {
  if (resource.here) {
    Result<std::optional<Row>> found = co_await attempt.unit.get(resource, key);
    if (!found) co_return Result<bool>(pass(found));
    co_return Result<bool>(found->has_value());
  }
  PagesWanted wanted;
  wanted.resource = &resource;
  wanted.by = resource.key;
  wanted.values = {&key, 1};
  Task<Result<PagesFound>> finding = find_pages(call, wanted);
  Result<PagesFound> found = co_await finding;
  if (!found) co_return Result<bool>(pass(found));
  co_return Result<bool>(!found->pages.front().rows.empty());
}

// Reads the owners that the path names: what is created below one that is not there would be lost.
Task<bool> find_owners(Call& call, WriteAttempt& attempt) {
  const auto owners = owners_of(call);
  if (!owners) co_return refuse_missing_owner(call);
  for (const PathMember& owner : *owners) {
    const auto& references = resource_of(call).properties[owner.property].references;
    if (!references) continue;
    const Resource& resource = call.engine->plan().resources[*references];
    Task<Result<bool>> looking = is_there(call, attempt, resource, owner.value);
    Result<bool> found = co_await looking;
    if (!found) co_return refuse_rows(call, std::move(found.error()));
    if (!*found) co_return refuse_missing_owner(call);
  }
  attempt.owners = *owners;
  co_return true;
}

bool is_gone(Call& call, const Row& row) {
  const Resource& resource = resource_of(call);
  return is_deleted(resource, row) &&
         row_state(resource, row, call.worker->clock().wall()) == RowState::kGone;
}

// Refuses to create a row under a key that another one has; the error's reason says which.
bool refuse_taken_key(Call& call, Error error) {
  const Resource& resource = resource_of(call);
  const std::string& key = resource.properties[resource.key].name;
  const bool deleted = error.reason == "key-deleted";
  error.message =
      deleted ? "A deleted " + resource.name + " has this key: restore it, or take another key."
              : "There is a " + resource.name + " with this key already.";
  error.reason = "key-exists";
  error.fields = {
      {"body", std::string(body_prefix(call)) + "/" + key, error.reason, error.message}};
  return refuse(call, std::move(error));
}

// A row that is hidden from the request keeps its key. `reason` says why nothing can be created
// under it, where the request would create.
bool refuse_hidden(Call& call, std::string_view reason) {
  if (!put_creates(call)) return refuse_missing_row(call);
  return refuse_taken_key(call, {Code::kConflict, "", std::string(reason), {}});
}

// Reads the row that the path names and decides whether the write may go on.
Task<bool> find_row(Call& call, WriteAttempt& attempt) {
  const std::optional<Value> key = key_of(call);
  if (!key) co_return refuse_missing_row(call);
  attempt.key = *key;
  Result<std::optional<Row>> found = co_await attempt.unit.get_any(resource_of(call), *key);
  if (!found) co_return refuse(call, std::move(found.error()));
  if (*found && !is_gone(call, **found)) attempt.stored = *found;
  if (attempt.stored && !is_below_owners(call, *attempt.stored)) {
    co_return refuse_hidden(call, "key-exists");
  }
  const bool restores = call.operation->resource->action == Action::kRestore;
  if (attempt.stored && is_deleted(resource_of(call), *attempt.stored) && !restores) {
    co_return refuse_hidden(call, "key-deleted");  // It is there for a restore only.
  }
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

}  // namespace

Task<void> prepare_write(Call& call, WriteAttempt& attempt) {
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
  } else if (action == Action::kRestore) {
    prepare_restore(call, attempt);
  } else {
    prepare_delete(call, attempt);
  }
}

namespace {

// Whether the outcome follows from stored state alone, so that a repeated request must see it too.
bool is_deterministic(const Error& error) {
  return error.code == Code::kNotFound || error.code == Code::kPreconditionFailed ||
         (error.code == Code::kConflict &&
          (error.reason == "unique" || error.reason == "key-exists" ||
           error.reason == "not-deleted"));
}

}  // namespace

Task<void> keep_refusal(Call& call) {
  if (!call.idempotency.active || !is_deterministic(*call.answer.error)) co_return;
  UnitOfWork unit(*call.worker->session(), *call.arena);
  const IdempotencyRecord* const record = make_record(call, {});
  if (record == nullptr) co_return;
  Result<void> kept = co_await unit.commit(record, call.deadline);
  // A refusal that could not be kept stands: it had no effect, so nothing is lost by deciding anew.
  if (!kept && kept.error().reason == "idempotency-key-used") {
    co_await replay_stored_answer(call);
  }
}

void refuse_commit(Call& call, Error error) {
  if (error.reason == "key-exists" || error.reason == "key-deleted") {
    refuse_taken_key(call, std::move(error));
    return;
  }
  if (error.reason == "version-moved") {
    error.message = "The " + resource_of(call).name + " kept changing: read it and try again.";
  }
  const std::string prefix(body_prefix(call));
  for (FieldError& field : error.fields) {
    if (field.in != "body") continue;
    if (!field.pointer.starts_with('/')) field.pointer.insert(0, "/");
    field.pointer.insert(0, prefix);
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

Task<void> write_resource(Call& call) {
  if (!has_required_condition(call)) co_return;
  for (int count = 1;; ++count) {
    if (!in_time(call)) co_return;
    call.answer.clear();
    call.issues.clear();
    UnitOfWork unit(*call.worker->session(), *call.arena);
    WriteAttempt attempt{unit, {}, {}, {}, {}};
    co_await prepare_write(call, attempt);
    if (call.answer.error) {
      co_await keep_refusal(call);
      co_return;
    }
    std::string key_text;
    const Resource& resource = resource_of(call);
    append_key_text(key_text, resource.properties[resource.key].type, attempt.key);
    const IdempotencyRecord* const record = make_record(call, key_text);
    Result<void> committed = co_await unit.commit(record, call.deadline);
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
