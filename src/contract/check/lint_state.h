// SPDX-License-Identifier: Apache-2.0
#pragma once
// What lint rules share: the findings with their bounds, and the walk over operations and schemas.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "contract/check/lint.h"
#include "contract/schema/schema.h"

namespace servanda::internal {

// One Operation Object with what surrounds it; references are followed.
struct LintOperation {
  std::string_view path;
  std::string_view method;  // Lower case.
  Node* path_item = nullptr;
  Node* node = nullptr;
  std::vector<Node*> parameters;  // Path-level ones too.
};

// A value that must conform to a schema. Neither is null.
struct LintExample {
  Node* schema = nullptr;
  Node* value = nullptr;
  Direction direction = Direction::kNeutral;
  enum class Kind : uint8_t { kExample, kDefault } kind = Kind::kExample;
};

// A schema as it occurs in a message.
struct LintSchema {
  Node* node = nullptr;
  Direction direction = Direction::kNeutral;
};

class LintState {
 public:
  LintState(ContractDocument& contract, Diagnostics& diagnostics)
      : contract_(&contract), diagnostics_(&diagnostics) {}

  [[nodiscard]] Node& root() const { return *contract_->root; }
  [[nodiscard]] Documents& documents() const { return *contract_->documents; }

  // Adds a finding with the rule's severity and fix. Requires: `rule` is in lint_rules().
  void add(std::string_view rule, Place place, std::string message);
  // Says how many findings were left out per rule.
  void finish();

  // Follows "$ref" of a non-schema object; null when that fails, which loading has reported.
  [[nodiscard]] Node* follow(Node* node) const;
  // The target of a schema's "$ref", or null.
  [[nodiscard]] Node* target(const Node& schema) const;

 private:
  ContractDocument* contract_;
  Diagnostics* diagnostics_;
  std::vector<std::pair<const LintRule*, size_t>> counts_;
  std::vector<Place> first_places_;
};

// Everything the rules look at, collected in one walk.
struct LintSubjects {
  std::vector<LintOperation> operations;
  std::vector<LintSchema> schemas;  // Every schema once per direction it is used in.
  std::vector<LintExample> examples;
};
[[nodiscard]] LintSubjects collect_subjects(const LintState& state);

// The rules, by subject.
void lint_document(LintState& state);
void lint_operations(LintState& state, const LintSubjects& subjects);
void lint_schemas(LintState& state, const LintSubjects& subjects);
void lint_examples(LintState& state, const LintSubjects& subjects);
void lint_unused(LintState& state);

// `"text"`.
[[nodiscard]] std::string in_quotes_of(std::string_view text);

}  // namespace servanda::internal
