// SPDX-License-Identifier: Apache-2.0
#pragma once
// One write of one row, in pieces: what single writes and the items of a batch share.

#include <optional>
#include <span>

#include "base/task.h"
#include "call/call.h"
#include "call/resource_handler.h"
#include "store/unit_of_work.h"

namespace servanda::internal {

// What one try of a write has found out.
struct WriteAttempt {
  UnitOfWork& unit;
  Value key;       // Of the row; of a create only once it is prepared.
  Value made_key;  // Bytes of a UUID for the key of a create; null: a new one is made.
  std::optional<Row> stored;
  std::span<const PathMember> owners;
  bool creates = false;
};

// Reads what the call's operation needs, adds its write to the unit of work and fills the answer;
// or refuses, and then the unit of work is as it was. Values written may point into the call's
// body, arena and scratch memory: into the latter only where the operation updates.
[[nodiscard]] Task<void> prepare_write(Call& call, WriteAttempt& attempt);

// The pieces of it that follow the reads.
void prepare_create(Call& call, WriteAttempt& attempt);
void prepare_replace(Call& call, WriteAttempt& attempt);
void prepare_update(Call& call, WriteAttempt& attempt);
void prepare_delete(Call& call, WriteAttempt& attempt);
void prepare_restore(Call& call, WriteAttempt& attempt);

// Answers a write that leaves `row` behind. A 204 stands for "done, nothing to say": also where the
// contract promises a body that the client has asked not to get.
void answer_written(Call& call, const Row& row, int status, bool created);

// Whether the client has asked not to be shown the row.
[[nodiscard]] bool wants_minimal(const Call& call);

// Whether a commit that failed so may succeed when everything is read again; never after
// kWriteAttemptsMax tries.
[[nodiscard]] bool may_retry(const Call& call, const Error& error, int attempt);

// Refuses with a commit's failure as the client is told of it.
void refuse_commit(Call& call, Error error);

// Keeps a refusal that follows from stored state alone under the call's idempotency key, so that a
// repeated request sees it too; others are not kept.
[[nodiscard]] Task<void> keep_refusal(Call& call);

}  // namespace servanda::internal
