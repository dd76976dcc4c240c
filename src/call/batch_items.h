// SPDX-License-Identifier: Apache-2.0
#pragma once
// Reads the body of a batch: its items, the operations whose rules they follow, and the references
// between them.
//
//   {"atomic": true, "items": [
//     {"action": "create", "value": {"name": "Lem"}},
//     {"action": "update", "id": {"$item": 0}, "if_match": "\"1\"", "value": {"name": "S. Lem"}}]}
//
// `{"$item": N}` stands for the key of the earlier item N, from 0 on, in an item's `id` and as the
// value of a property that refers to another resource; anywhere else it is an object like any
// other.

#include <cstdint>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/ids.h"
#include "base/json.h"
#include "contract/plan/plan.h"
#include "contract/schema/schema.h"
#include "store/value.h"

namespace servanda {

inline constexpr size_t kBatchItemsMax = 100;

// A reference to an earlier item.
struct BatchUse {
  uint32_t item = 0;
  std::string pointer;  // Of the reference, in the whole body.
};

// One item, read and linked, but not yet looked at against schemas or the store.
struct BatchItem {
  const Operation* operation =
      nullptr;         // That offers the same for one row; null after some issues.
  JsonValue id;        // Of the row; absent for creates.
  JsonValue if_match;  // A readable list of tags; absent: no condition.
  JsonValue value;     // The body of the operation; absent for deletes.
  Value made_key;      // Of a create whose key the engine makes: a UUID's bytes.
  JsonValue key;       // What references to the item stand for; may be absent.
  std::vector<BatchUse> uses;
  std::vector<FieldError> issues;  // Why it cannot be carried out, whatever the store holds.
};

// One batch.
struct BatchRequest {
  enum class Mode : uint8_t { kAtomic, kPartial } mode = Mode::kAtomic;
  JsonValue body;  // With keys in place of the references.
  std::vector<BatchItem> items;
};

// Where a batch is read from and what its values live in.
struct BatchSource {
  const Plan& plan;
  const Operation& operation;  // Whose action is kBatch.
  UuidGenerator& uuids;        // Makes the keys that the engine makes.
  Arena& arena;
  JsonBuilder& builder;  // Empty. Holds the body where references were replaced.
};

// Reads `body`, which may be absent. False after adding to `issues` what keeps the whole from being
// understood; what is wrong with one item is kept with it. Values of the request point into `body`,
// the arena and the builder.
[[nodiscard]] bool read_batch(const BatchSource& source, JsonValue body, BatchRequest& request,
                              Issues& issues);

// "/items/3", or "/items/3/value" with `member`.
[[nodiscard]] std::string batch_pointer(size_t item, std::string_view member = {});

}  // namespace servanda
