// SPDX-License-Identifier: Apache-2.0
#pragma once
// Idempotency-Key: one effect per key, and the same answer for every repetition.
//
// What is kept, and for how long, follows one rule: the record commits with the effect or not at
// all. So a key protects operations that have an effect in the store, the resource handlers
// and handlers in C++. A mocked operation has none: its key is checked for form (and for presence
// where required) and nothing is recorded.
//
// Kept answers: 2xx, and 404, 409 and 412 that the handler itself decided from stored state. Not
// kept: everything refused before the handler ran, validation failures (also of a merged result),
// overload, deadlines and 5xx; the client may send the same key again.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/arena.h"
#include "base/digest.h"
#include "base/result.h"
#include "base/task.h"
#include "call/call.h"

namespace servanda {

// Larger answers that show one row are kept by reference to it.
inline constexpr size_t kStoredBodyBytesMax = 256 * 1024;

// The keys whose first request is still running, of all workers of the process.
//
// Threads: any. Bounded: `keys_max` in total; at the bound new keys are refused.
class KeysInProgress {
 public:
  explicit KeysInProgress(size_t keys_max = 65'536);
  ~KeysInProgress();

  enum class Outcome : uint8_t {
    kClaimed,       // The caller owns the key until release().
    kRunning,       // Another request with the same fingerprint owns it.
    kOtherRequest,  // Another request with another fingerprint owns it.
    kFull,          // No room for another key.
  };
  [[nodiscard]] Outcome claim(const IdempotencyScope& scope, const Sha256& fingerprint);
  // Requires: claimed by the caller.
  void release(const IdempotencyScope& scope);
  [[nodiscard]] size_t size_approx() const;

 private:
  struct Shard;
  static constexpr size_t kShards = 16;
  [[nodiscard]] Shard& shard_of(const IdempotencyScope& scope) const;
  std::unique_ptr<Shard[]> shards_;
  size_t shard_keys_max_;
};

// The stage: when it returns true the handler runs, and `call.idempotency` says what to commit;
// when it returns false the call has its answer, an error or the stored one. A key that was
// claimed is released by release_key().
[[nodiscard]] Task<bool> claim_key(Call& call);
void release_key(Call& call);

// Reads the answer stored for the call's key into the call; kConflict errors out when there is
// none. For handlers whose commit found the key used.
[[nodiscard]] Task<bool> replay_stored_answer(Call& call);

// The record of the call's answer as it stands, in the call's arena, or null when the call has no
// key, or an error that development refuses to tell as the contract declares it. `row_key` names
// the row that an answer too large to keep is read from again; an answer without one is kept whole.
[[nodiscard]] const IdempotencyRecord* make_record(Call& call, std::string_view row_key);

}  // namespace servanda
