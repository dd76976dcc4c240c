// SPDX-License-Identifier: Apache-2.0
#pragma once
// Bracketed names (`filter[price][gte]=10`) as trees: deepObject parameters and form bodies.

#include <cstdint>
#include <span>
#include <string_view>

#include "contract/plan/input_text.h"
#include "contract/plan/operation.h"

namespace servanda::internal {

// How one top-level member of a form body is written, where the contract says so.
struct MemberRule {
  std::string_view name;
  enum class Form : uint8_t { kRepeated, kDelimited, kJson } form = Form::kRepeated;
  Delimiter delimiter = Delimiter::kComma;  // kDelimited only.
};

// Collects name=value pairs under bracket paths, then builds the value by shape. Bounded by
// InputLimits; nodes live in the TextBuilder's arena.
class DeepTree {
 public:
  explicit DeepTree(TextBuilder& text) : text_(text), root_(text.arena().make<Node>()) {}

  // Adds one value. `name` is the decoded first key ("" when the tree's root is meant by
  // `brackets` alone), `brackets` the decoded rest: "", "[a]", "[a][b][]". False with the
  // TextBuilder's fault set when the brackets are malformed or a bound is reached.
  bool add(std::string_view name, std::string_view brackets, std::string_view raw_value);

  // Builds the root as an object, an array or a scalar, whichever the pairs and the shape agree on.
  bool build(const TextShape& shape);
  // Builds the root as an object whose members follow `rules`.
  bool build_form(const TextShape& shape, std::span<const MemberRule> rules);
  // The first key on the way to what could not be built.
  [[nodiscard]] std::string_view failed_member() const { return failed_member_; }

 private:
  struct Value {
    std::string_view raw;
    Value* next = nullptr;
  };
  struct Node {
    std::string_view key;
    Node* first_child = nullptr;
    Node* last_child = nullptr;
    Node* next = nullptr;
    Value* first_value = nullptr;
    Value* last_value = nullptr;
    uint32_t values = 0;
    uint32_t children = 0;
    bool listed = false;  // Written with "[]".
  };

  Node* child(Node& parent, std::string_view key);
  bool build_node(const Node& node, const TextShape& shape, const MemberRule* rule);
  bool build_object(const Node& node, const TextShape& shape, std::span<const MemberRule> rules);
  bool build_indexed(const Node& node, const TextShape& shape);
  bool build_values(const Node& node, const TextShape& shape);
  bool build_by_rule(const Node& node, const TextShape& shape, const MemberRule& rule);

  TextBuilder& text_;
  Node* root_;
  std::string_view failed_member_;
};

// Splits "name[a][b]" into "name" and "[a][b]"; the second is empty without brackets.
struct BracketName {
  std::string_view base;
  std::string_view brackets;
};
[[nodiscard]] BracketName split_brackets(std::string_view name);

}  // namespace servanda::internal
