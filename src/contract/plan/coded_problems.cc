// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/coded_problems.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace servanda::internal {

CodedProblems::CodedProblems(AnnotationState& state) : state_(&state) {
  for (const auto& [schema, said] : state.coded_problems) {
    if (said->value->is_string() && said->value->text == "code") add(schema, said);
  }
}

void CodedProblems::add(Node* schema, const NodeEntry* said) {
  const Node* const identity = state_->reader.identity(schema);
  if (std::ranges::find(all_, identity, &Coded::identity) != all_.end()) return;
  Coded coded{identity, said, name_of(schema)};
  if (is_sound(schema, coded)) {
    state_->plan.coded_problems.push_back(coded.name);
  } else {
    coded.used = true;  // One error is enough.
  }
  all_.push_back(std::move(coded));
}

bool CodedProblems::is_sound(Node* schema, Coded& coded) {
  if (coded.name.empty()) {
    coded.name = "(none)";
    state_->diagnostics.error(
        "problem-schema", coded.said->key_place,
        "C++ is to write this error body, but it has no name in the contract's own file.",
        "Name it there, such as \"components: {schemas: {Failure: {$ref: ...}}}\".");
    return false;
  }
  const bool is_object = state_->reader.value(schema).types.bits == TypeMask::kObject;
  if (is_object && !state_->reader.object(schema).members.empty()) return true;
  state_->diagnostics.error(
      "problem-schema", coded.said->key_place,
      "C++ is to write " + in_quotes(coded.name) + ", which is no object with properties.",
      "Declare \"type: object\" with \"properties\".");
  return false;
}

std::string CodedProblems::name_of(Node* schema) {
  const Node* const components = state_->contract.root->find("components");
  const Node* const schemas = components == nullptr ? nullptr : components->find("schemas");
  if (schemas == nullptr) return {};
  // What is annotated itself goes before other names for it.
  for (const NodeEntry& entry : *schemas) {
    if (entry.value == schema) return std::string(entry.key);
  }
  for (const NodeEntry& entry : *schemas) {
    if (state_->reader.identity(entry.value) == schema) return std::string(entry.key);
  }
  return {};
}

const std::string* CodedProblems::find(Node* schema) {
  const auto found = std::ranges::find(all_, state_->reader.identity(schema), &Coded::identity);
  if (found == all_.end()) return nullptr;
  found->used = true;
  return &found->name;
}

void CodedProblems::report_unused() {
  for (const Coded& coded : all_) {
    if (coded.used) continue;
    state_->diagnostics.error(
        "problem-unused", coded.said->key_place,
        "No operation declares " + in_quotes(coded.name) +
            " as the JSON body of a failure, so there is no problem to write in it.",
        "Declare it under a status such as 404, 4XX or default, or remove \"problem: code\".");
  }
}

}  // namespace servanda::internal
