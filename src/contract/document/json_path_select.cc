// SPDX-License-Identifier: Apache-2.0
// Evaluation: RFC 9535 sections 2.3 to 2.5.
#include <algorithm>
#include <unordered_set>

#include "base/text.h"
#include "contract/document/json_path.h"

namespace servanda::internal {
namespace {

constexpr size_t kMatchesMax = 2'000'000;  // Nodes of one intermediate result.

// A value to compare: a node, or one made from a literal or function.
struct Value {
  Node made;
  std::string text;
  const Node* node = nullptr;  // Null: nothing.

  void set(JsonKind kind, std::string content) {
    made.kind = kind;
    text = std::move(content);
    made.text = text;
    node = &made;
  }
};

int compare_numbers(const Node& a, const Node& b) {
  JsonBuilder left;
  JsonBuilder right;
  left.number(a.text);
  right.number(b.text);
  return json_compare_numbers(left.root(), right.root());
}

}  // namespace

class JsonPathEvaluator {
 public:
  JsonPathEvaluator(const JsonPath& path, Node& root, uint64_t& steps)
      : path_(&path), root_(&root), steps_(&steps) {}

  using Matches = std::vector<PathMatch>;

  Matches run(const JsonPath::Query& query, Node& current) {
    Matches matches{PathMatch{query.relative ? &current : root_, nullptr, 0, 0}};
    for (const JsonPath::Segment& segment : query.segments) {
      Matches next;
      for (const PathMatch& match : matches) {
        apply(segment, match, next);
        if (exhausted_) return {};
      }
      matches = std::move(next);
    }
    return matches;
  }
  [[nodiscard]] bool exhausted() const { return exhausted_; }

 private:
  using Select = JsonPath::Select;
  using Logic = JsonPath::Logic;
  using Operand = JsonPath::Operand;

  bool step() {
    if (*steps_ == 0) exhausted_ = true;
    if (!exhausted_) --*steps_;
    return !exhausted_;
  }

  void apply(const JsonPath::Segment& segment, const PathMatch& match, Matches& out) {
    if (!step()) return;
    for (const JsonPath::Selector& selector : segment.selectors) select(selector, match, out);
    if (!segment.descendant) return;
    const Node& node = *match.node;
    for (uint32_t i = 0; i < node.size && !exhausted_; ++i) {
      apply(segment, PathMatch{node.entries[i].value, match.node, i, match.depth + 1}, out);
    }
  }

  void add(const PathMatch& from, int64_t index, Matches& out) {
    if (!step()) return;
    if (out.size() >= kMatchesMax) {
      exhausted_ = true;
      return;
    }
    const auto at = static_cast<uint32_t>(index);
    out.push_back(PathMatch{from.node->entries[at].value, from.node, at, from.depth + 1});
  }

  void select(const JsonPath::Selector& selector, const PathMatch& match, Matches& out) {
    const Node& node = *match.node;
    switch (selector.kind) {
      case Select::kName:
        if (const NodeEntry* entry = node.find_entry(selector.name)) {
          add(match, entry - node.entries, out);
        }
        return;
      case Select::kAll:
        for (uint32_t i = 0; i < node.size && !exhausted_; ++i) add(match, i, out);
        return;
      case Select::kIndex: {
        if (!node.is_array()) return;
        const int64_t index = *selector.first < 0 ? *selector.first + node.size : *selector.first;
        if (index >= 0 && index < node.size) add(match, index, out);
        return;
      }
      case Select::kSlice:
        if (node.is_array()) slice(selector, match, out);
        return;
      case Select::kFilter:
        for (uint32_t i = 0; i < node.size && !exhausted_; ++i) {
          if (holds(selector.filter, *node.entries[i].value)) add(match, i, out);
        }
        return;
    }
  }

  void slice(const JsonPath::Selector& selector, const PathMatch& match, Matches& out) {
    const auto size = static_cast<int64_t>(match.node->size);
    const int64_t step_size = selector.step;
    if (step_size == 0) return;
    const auto normal = [size](int64_t index) { return index >= 0 ? index : size + index; };
    const int64_t first = normal(selector.first.value_or(step_size > 0 ? 0 : size - 1));
    const int64_t last =
        selector.last ? normal(*selector.last) : (step_size > 0 ? size : int64_t{-1});
    if (step_size > 0) {
      const int64_t end = std::clamp<int64_t>(last, 0, size);
      for (int64_t i = std::clamp<int64_t>(first, 0, size); i < end && !exhausted_;
           i += step_size) {
        add(match, i, out);
      }
    } else {
      const int64_t end = std::clamp<int64_t>(last, -1, size - 1);
      for (int64_t i = std::clamp<int64_t>(first, -1, size - 1); i > end && !exhausted_;
           i += step_size) {
        add(match, i, out);
      }
    }
  }

  bool holds(uint32_t index, Node& current) {
    if (!step()) return false;
    const JsonPath::Expression& test = path_->expressions_[index];
    switch (test.kind) {
      case Logic::kOr:
        return std::any_of(test.operands.begin(), test.operands.end(),
                           [&](uint32_t operand) { return holds(operand, current); });
      case Logic::kAnd:
        return std::all_of(test.operands.begin(), test.operands.end(),
                           [&](uint32_t operand) { return holds(operand, current); });
      case Logic::kNot:
        return !holds(test.operands[0], current);
      case Logic::kExists:
        return !run(path_->queries_[test.query], current).empty();
      default:
        return compare(test, current);
    }
  }

  bool compare(const JsonPath::Expression& test, Node& current) {
    Value left;
    Value right;
    evaluate(test.operands[0], current, left);
    evaluate(test.operands[1], current, right);
    if (exhausted_) return false;
    switch (test.kind) {
      case Logic::kEqual:
        return equal(left, right);
      case Logic::kUnequal:
        return !equal(left, right);
      case Logic::kLess:
        return less(left, right);
      case Logic::kMore:
        return less(right, left);
      case Logic::kAtMost:
        return less(left, right) || equal(left, right);
      default:
        return less(right, left) || equal(left, right);
    }
  }

  void evaluate(uint32_t index, Node& current, Value& value) {
    const JsonPath::Comparable& operand = path_->comparables_[index];
    switch (operand.kind) {
      case Operand::kLiteral:
        value.set(operand.literal, operand.text);
        value.made.boolean = operand.boolean;
        return;
      case Operand::kQuery:
      case Operand::kValue: {
        const Matches found = run(path_->queries_[operand.query], current);
        if (found.size() == 1) value.node = found[0].node;
        return;
      }
      case Operand::kCount:
        return value.set(JsonKind::kNumber,
                         std::to_string(run(path_->queries_[operand.query], current).size()));
      case Operand::kLength: {
        Value inner;
        evaluate(operand.inner, current, inner);
        if (inner.node == nullptr) return;
        const bool collection = inner.node->is_object() || inner.node->is_array();
        if (!collection && !inner.node->is_string()) return;
        const size_t length = collection ? inner.node->size : count_code_points(inner.node->text);
        return value.set(JsonKind::kNumber, std::to_string(length));
      }
    }
  }

  bool equal(const Value& a, const Value& b) {
    if (a.node == nullptr || b.node == nullptr) return a.node == b.node;
    return equal_nodes(*a.node, *b.node);
  }

  bool equal_nodes(const Node& a, const Node& b) {
    if (!step()) return false;
    if (a.is_number() && b.is_number()) return compare_numbers(a, b) == 0;
    if (a.kind != b.kind) return false;
    if (a.is_string()) return a.text == b.text;
    if (a.kind == JsonKind::kBoolean) return a.boolean == b.boolean;
    if (a.size != b.size) return false;
    for (uint32_t i = 0; i < a.size; ++i) {
      const NodeEntry& entry = a.entries[i];
      const Node* other = a.is_array() ? b.entries[i].value : b.find(entry.key);
      if (other == nullptr || !equal_nodes(*entry.value, *other)) return false;
    }
    return true;
  }

  static bool less(const Value& a, const Value& b) {
    if (a.node == nullptr || b.node == nullptr) return false;
    if (a.node->is_number() && b.node->is_number()) return compare_numbers(*a.node, *b.node) < 0;
    return a.node->is_string() && b.node->is_string() && a.node->text < b.node->text;
  }

  const JsonPath* path_;
  Node* root_;
  uint64_t* steps_;
  bool exhausted_ = false;
};

std::optional<std::vector<PathMatch>> JsonPath::select(Node& root, uint64_t& steps) const {
  JsonPathEvaluator evaluator(*this, root, steps);
  std::vector<PathMatch> matches = evaluator.run(query_, root);
  if (evaluator.exhausted()) return std::nullopt;
  std::unordered_set<const Node*> seen;
  std::erase_if(matches,
                [&seen](const PathMatch& match) { return !seen.insert(match.node).second; });
  return matches;
}

}  // namespace servanda::internal
