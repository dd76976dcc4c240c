// SPDX-License-Identifier: Apache-2.0
#include "call/row_deletion.h"

#include <memory>

namespace servanda {
namespace {

Row changed_row(const Resource& resource, const Row& stored, const Value& deleted, Timestamp now,
                Arena& arena) {
  const size_t count = stored.values.size();
  Value* const values = arena.array<Value>(count);
  std::uninitialized_copy(stored.values.begin(), stored.values.end(), values);
  const Row changed{{values, count}, stored.version + 1};
  for (size_t i = 0; i < count; ++i) {
    const Generated generated = resource.properties[i].generated;
    if (generated == Generated::kUpdated) values[i] = Value::of_integer(now.us);
    if (generated == Generated::kCounter) values[i] = Value::of_integer(changed.version);
    if (generated == Generated::kDeleted) values[i] = deleted;
  }
  return changed;
}

}  // namespace

Row deleted_row(const Resource& resource, const Row& stored, Timestamp now, Arena& arena) {
  return changed_row(resource, stored, Value::of_integer(now.us), now, arena);
}

Row restored_row(const Resource& resource, const Row& stored, Timestamp now, Arena& arena) {
  return changed_row(resource, stored, Value::null(), now, arena);
}

}  // namespace servanda
