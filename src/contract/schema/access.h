// SPDX-License-Identifier: Apache-2.0
#pragma once
// What samples need of compiled schemas beyond the public interface.

#include <cstdint>

#include "contract/schema/schema.h"

namespace servanda::internal {

struct SchemaAccess {
  static const SchemaProgram* program(const Schema& schema) { return schema.program_; }
  static uint32_t entry(const Schema& schema) { return schema.entry_; }
  static Schema schema(const SchemaProgram* program, uint32_t entry) {
    return Schema(program, entry);
  }
  // The node that became record `id`. Null for boolean schemas and after finish().
  static const Node* node_of(const SchemaSet& set, uint32_t id);
};

}  // namespace servanda::internal
