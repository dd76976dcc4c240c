// SPDX-License-Identifier: Apache-2.0
#pragma once
// Component schemas with `problem: code`: error bodies that C++ writes.

#include <string>
#include <vector>

#include "contract/document/node.h"
#include "contract/plan/annotation_state.h"

namespace servanda::internal {

// What the contract says of them; fills Plan::coded_problems.
class CodedProblems {
 public:
  // Reports those that no type is generated for, as "problem-schema".
  explicit CodedProblems(AnnotationState& state);

  // The name of the schema that `schema`, of a failure, is or merely refers to. Null: it is none of
  // them. The schema counts as used then.
  [[nodiscard]] const std::string* find(Node* schema);
  // An error "problem-unused" for each that no failure has.
  void report_unused();

 private:
  struct Coded {
    const Node* identity = nullptr;
    const NodeEntry* said = nullptr;
    std::string name;
    bool used = false;
  };
  void add(Node* schema, const NodeEntry* said);
  [[nodiscard]] bool is_sound(Node* schema, Coded& coded);
  // The name under components/schemas of the contract's own file, or "".
  [[nodiscard]] std::string name_of(Node* schema);

  AnnotationState* state_;
  std::vector<Coded> all_;
};

}  // namespace servanda::internal
