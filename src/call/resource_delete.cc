// SPDX-License-Identifier: Apache-2.0
// Deleting and restoring: what follows the reads.
#include "call/resource_write.h"
#include "call/row_computation.h"
#include "call/row_deletion.h"
#include "call/worker.h"
#include "store/row_state.h"

namespace servanda::internal {
namespace {

// With soft delete, what is left behind is a row that has changed.
void prepare_soft_delete(Call& call, WriteAttempt& attempt) {
  const Resource& resource = resource_of(call);
  const Timestamp now = call.worker->clock().wall();
  const Row row = deleted_row(resource, *attempt.stored, now, *call.arena);
  attempt.unit.update(resource, attempt.key, row.values, attempt.stored->version);
  answer_written(call, row, call.operation->resource->status, false);
  // Without the row the answer has nothing that a tag could stand for: its path is empty now.
  const bool shows = call.answer.unfinished || !call.answer.text.empty();
  if (!shows) call.answer.version = 0;
}

}  // namespace

void prepare_restore(Call& call, WriteAttempt& attempt) {
  const Resource& resource = resource_of(call);
  if (!is_deleted(resource, *attempt.stored)) {
    refuse(call, Code::kConflict, "This " + resource.name + " is not deleted.", "not-deleted");
    return;
  }
  const Timestamp now = call.worker->clock().wall();
  const Row row = restored_row(resource, *attempt.stored, now, *call.arena);
  attempt.unit.update(resource, attempt.key, row.values, attempt.stored->version);
  answer_written(call, row, call.operation->resource->status, false);
}

void prepare_delete(Call& call, WriteAttempt& attempt) {
  const ResourceBinding& binding = *call.operation->resource;
  if (resource_of(call).soft_delete) {
    prepare_soft_delete(call, attempt);
    return;
  }
  attempt.unit.remove(resource_of(call), attempt.key, attempt.stored->version);
  call.answer.status = binding.status;
  if (!binding.answers_body) return;
  if (wants_minimal(call)) {
    call.answer.minimal = true;
    call.answer.status = 204;
    return;
  }
  answer_row(call, *attempt.stored);
}

}  // namespace servanda::internal
