// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the steps that compile one list operation share.

#include <vector>

#include "contract/plan/annotation_state.h"
#include "contract/plan/index_use.h"

namespace servanda::internal {

struct ListScope {
  AnnotationState& state;
  const OperationNode& node;
  const Operation& operation;
  Resource& resource;
  ListProfile& list;
  // Every order a request may end up with, the default first.
  std::vector<std::vector<IndexKey>> orders;

  [[nodiscard]] Place place(size_t parameter) const { return node.parameters[parameter]->place; }
};

// Adds the filters of the parameter when it is named after a property; false when it is not. What
// is wrong with it has been reported then.
[[nodiscard]] bool compile_filter(ListScope& scope, size_t parameter);
// Tells of filters that no index serves by themselves. Requires: indexes are derived.
void check_filters(const ListScope& scope);

}  // namespace servanda::internal
