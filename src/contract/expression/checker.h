// SPDX-License-Identifier: Apache-2.0
#pragma once
// Looks names up and gives every node of a parsed expression its type.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/expression/expression.h"

namespace servanda::internal {

// Types one expression; a value for one call of check(). A literal takes the kind of what it stands
// beside: text becomes a date-time, a date, a UUID or a decimal, 1 and 1.5 become doubles.
class ExpressionChecker {
 public:
  ExpressionChecker(Expression& expression, const ExpressionScope& scope)
      : made_(&expression), scope_(&scope), members_(expression.nodes_.size()) {}
  // The first error, if there is one.
  [[nodiscard]] std::optional<ExpressionError> check(ExpressionKind wanted);

 private:
  using Kind = ExpressionKind;
  using Op = ExpressionOp;

  [[nodiscard]] ExpressionNode& node(uint16_t index) { return made_->nodes_[index]; }
  [[nodiscard]] uint16_t operand(uint16_t index, size_t which) {
    return made_->operands_[node(index).operands + which];
  }
  [[nodiscard]] Kind kind(uint16_t index) { return node(index).type.kind; }
  [[nodiscard]] bool nullable(uint16_t index) { return node(index).type.nullable; }
  // Always false, and the first one counts.
  bool fail(uint16_t index, std::string message, std::string fix,
            ExpressionError::Sort sort = ExpressionError::Sort::kType);
  // Always true.
  bool set(uint16_t index, ExpressionType type);

  bool check_node(uint16_t index);
  bool check_operands(uint16_t index);
  bool check_read(uint16_t index);
  bool check_member(uint16_t index);
  // Whether the member is of a root, which the evaluator reads in one step.
  bool check_root_member(uint16_t index, const ExpressionMember& root, uint16_t root_index);
  bool check_inner_member(uint16_t index);
  bool use_member(uint16_t index, const ExpressionMember& member, const ExpressionType& owner);
  bool unknown_member(uint16_t index, const ExpressionMember& object);
  bool check_list(uint16_t index);
  bool check_logic(uint16_t index);
  bool check_comparison(uint16_t index);
  bool check_in(uint16_t index);
  bool check_arithmetic(uint16_t index);
  bool check_choice(uint16_t index);
  bool check_call(uint16_t index);
  bool check_result(uint16_t index, Kind wanted);

  // The root that the node names, or null.
  const ExpressionMember* root_named(uint16_t index, uint16_t& root_index);

  // Whether a node's literals can take the kind; whether what it gives already is of it counts too.
  [[nodiscard]] bool can_become(uint16_t index, Kind wanted);
  [[nodiscard]] bool literal_can_become(const ExpressionNode& literal, Kind wanted);
  void become(uint16_t index, Kind wanted);
  void literal_become(ExpressionNode& literal, Kind wanted);
  // Makes the literals of two nodes fit each other.
  void bring_together(uint16_t a, uint16_t b);
  // The kind that holds both; nothing when there is none.
  [[nodiscard]] static std::optional<Kind> common_kind(Kind a, Kind b);
  std::string both_kinds(uint16_t a, uint16_t b);
  std::string mismatch_fix(uint16_t a, uint16_t b);

  // --- What a condition says about null.
  enum class Outcome : uint8_t { kTrue, kFalse };
  // Adds the paths that are not null where the node has come out so.
  void learn(uint16_t index, Outcome outcome);
  void learn_path(uint16_t index);
  // The path of names that the node reads, or "".
  std::string path_of(uint16_t index);
  bool check_knowing(uint16_t index, uint16_t condition, Outcome outcome);

  Expression* made_;
  const ExpressionScope* scope_;
  std::vector<const ExpressionMember*> members_;  // Per node: what a path leads to.
  std::vector<std::string> known_;                // Paths that are not null here.
  std::optional<ExpressionError> error_;
};

}  // namespace servanda::internal
