// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/route_build.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "contract/plan/route_state.h"

namespace servanda {
namespace {

using internal::kNoIndex;
using internal::RouteLeaf;
using internal::RouteNode;
using internal::RoutePartial;
using internal::RouteSlot;
using internal::RouteSlots;
using Rank = TemplateSegment::Rank;

// Two partial segments that differ only in variable names are the same edge.
std::string partial_key(const TemplateSegment& segment) {
  std::string key;
  for (const TemplatePart& part : segment.parts) {
    key += part.kind == TemplatePart::Kind::kVariable ? "{}" : percent_encode(part.text);
  }
  return key;
}

size_t literal_bytes(const std::vector<TemplatePart>& parts) {
  size_t bytes = 0;
  for (const TemplatePart& part : parts) {
    if (part.kind == TemplatePart::Kind::kLiteral) bytes += part.text.size();
  }
  return bytes;
}

struct PartialEdge {
  std::string key;
  std::vector<TemplatePart> parts;
  uint32_t child = 0;
};

struct TreeNode {
  std::map<std::string, uint32_t, std::less<>> literals;
  std::vector<PartialEdge> partials;
  uint32_t variable = kNoIndex;
  uint32_t leaf = kNoIndex;
};

struct TreeLeaf {
  RouteLeaf route;
  uint32_t tag = 0;
  bool is_static = true;
  PathTemplate path;
};

class SlotWriter {
 public:
  SlotWriter(RouteSlots& slots, std::string& text, size_t keys) : slots_(slots), text_(text) {
    size_t size = 16;
    while (size * 2 < keys * 3) size *= 2;
    if (keys > 0) slots_.slots.resize(size);
  }
  void add(uint32_t parent, std::string_view key, uint32_t target) {
    internal::RouteKey hashed(key);
    size_t mask = slots_.slots.size() - 1;
    size_t i = hashed.hash(parent) & mask;
    while (slots_.slots[i].target != kNoIndex) i = (i + 1) & mask;
    slots_.slots[i] = {parent,
                       target,
                       static_cast<uint32_t>(text_.size()),
                       static_cast<uint32_t>(key.size()),
                       {hashed.head[0], hashed.head[1]}};
    text_ += key;
  }

 private:
  RouteSlots& slots_;
  std::string& text_;
};

RoutePartial flat_partial(const PartialEdge& edge) {
  RoutePartial out;
  out.parts = edge.parts;
  out.child = edge.child;
  out.variables = static_cast<uint8_t>(
      std::ranges::count(edge.parts, TemplatePart::Kind::kVariable, &TemplatePart::kind));
  const TemplatePart& first = edge.parts.front();
  const TemplatePart& last = edge.parts.back();
  out.has_first = first.kind == TemplatePart::Kind::kLiteral;
  out.has_last = last.kind == TemplatePart::Kind::kLiteral;
  if (out.has_first) out.first = first.text.front();
  if (out.has_last) out.last = last.text.back();
  return out;
}

std::string static_path(const PathTemplate& path) {
  std::string text;
  for (const TemplateSegment& segment : path.segments) {
    text += '/';
    text += segment.parts[0].text;
  }
  return text;
}

}  // namespace

struct RouteTableBuilder::Tree {
  std::vector<TreeNode> nodes = std::vector<TreeNode>(1);
  std::vector<TreeLeaf> leaves;

  uint32_t new_node() {
    nodes.emplace_back();
    return static_cast<uint32_t>(nodes.size() - 1);
  }

  uint32_t child(uint32_t parent, const TemplateSegment& segment) {
    switch (segment.rank) {
      case Rank::kLiteral: {
        const std::string& text = segment.parts[0].text;
        auto found = nodes[parent].literals.find(text);
        if (found != nodes[parent].literals.end()) return found->second;
        uint32_t made = new_node();
        nodes[parent].literals.emplace(text, made);
        return made;
      }
      case Rank::kPartial:
        return partial_child(parent, segment);
      case Rank::kVariable:
        break;
    }
    if (nodes[parent].variable == kNoIndex) {
      uint32_t made = new_node();
      nodes[parent].variable = made;
    }
    return nodes[parent].variable;
  }

  // Keeps partial edges ordered: more literal text first, then fewer variables, then first come.
  uint32_t partial_child(uint32_t parent, const TemplateSegment& segment) {
    std::string key = partial_key(segment);
    for (const PartialEdge& edge : nodes[parent].partials) {
      if (edge.key == key) return edge.child;
    }
    uint32_t made = new_node();
    auto& partials = nodes[parent].partials;
    auto weaker = [&](const PartialEdge& edge) {
      size_t mine = literal_bytes(segment.parts);
      size_t other = literal_bytes(edge.parts);
      return mine != other ? mine > other : segment.parts.size() < edge.parts.size();
    };
    auto at = std::ranges::find_if(partials, weaker);
    partials.insert(at, {std::move(key), segment.parts, made});
    return made;
  }
};

namespace {

// Searches for templates that a given one crosses: less specific first, more specific later.
template <typename Tree>
class CrossingSearch {
 public:
  CrossingSearch(const Tree& tree, const TreeLeaf& winner) : tree_(tree), winner_(winner) {}

  // The leaf of a competitor, or kNoIndex. `example` becomes a path that both match.
  uint32_t find(std::string& example) { return visit(0, 0, Side::kEqual, example); }

 private:
  enum class Side : uint8_t { kEqual, kLost, kCrossed };  // How the other compares so far.
  static constexpr int kStepsMax = 500;

  uint32_t visit(uint32_t index, size_t depth, Side side, std::string& example) {
    const TreeNode& node = tree_.nodes[index];
    if (depth == winner_.path.segments.size()) {
      return side == Side::kCrossed ? node.leaf : kNoIndex;
    }
    const TemplateSegment& segment = winner_.path.segments[depth];
    switch (segment.rank) {
      case Rank::kLiteral:
        return visit_literal(node, segment, depth, side, example);
      case Rank::kPartial:
        return visit_partial(node, segment, depth, side, example);
      case Rank::kVariable:
        return visit_variable(node, depth, side, example);
    }
    return kNoIndex;
  }

  uint32_t next(uint32_t child, size_t depth, Side side, std::string_view text,
                std::string& example) {
    if (++steps_ > kStepsMax) return kNoIndex;
    size_t size = example.size();
    example += '/';
    example += text;
    uint32_t found = visit(child, depth + 1, side, example);
    if (found == kNoIndex) example.resize(size);
    return found;
  }

  static Side less(Side side) { return side == Side::kEqual ? Side::kLost : side; }

  uint32_t visit_literal(const TreeNode& node, const TemplateSegment& segment, size_t depth,
                         Side side, std::string& example) {
    const std::string& text = segment.parts[0].text;
    uint32_t found = kNoIndex;
    if (auto same = node.literals.find(text); same != node.literals.end()) {
      found = next(same->second, depth, side, text, example);
    }
    std::string_view values[PathValues::kMax];
    for (size_t i = 0; found == kNoIndex && i < node.partials.size(); ++i) {
      if (!internal::fit_partial(node.partials[i].parts, text, values)) continue;
      found = next(node.partials[i].child, depth, less(side), text, example);
    }
    if (found == kNoIndex && node.variable != kNoIndex && !text.empty()) {
      found = next(node.variable, depth, less(side), text, example);
    }
    return found;
  }

  uint32_t visit_partial(const TreeNode& node, const TemplateSegment& segment, size_t depth,
                         Side side, std::string& example) {
    std::string text = sample(segment.parts);
    std::string key = partial_key(segment);
    uint32_t found = kNoIndex;
    for (size_t i = 0; found == kNoIndex && i < node.partials.size(); ++i) {
      if (node.partials[i].key != key) continue;
      found = next(node.partials[i].child, depth, side, text, example);
    }
    if (found == kNoIndex && node.variable != kNoIndex) {
      found = next(node.variable, depth, less(side), text, example);
    }
    std::string_view values[PathValues::kMax];
    for (auto it = node.literals.begin();
         side != Side::kEqual && found == kNoIndex && it != node.literals.end(); ++it) {
      if (++steps_ > kStepsMax) break;
      if (!internal::fit_partial(segment.parts, it->first, values)) continue;
      found = next(it->second, depth, Side::kCrossed, it->first, example);
    }
    return found;
  }

  uint32_t visit_variable(const TreeNode& node, size_t depth, Side side, std::string& example) {
    uint32_t found = kNoIndex;
    if (node.variable != kNoIndex) found = next(node.variable, depth, side, "x", example);
    if (side == Side::kEqual) return found;  // The other would win: found from its own side.
    for (auto it = node.literals.begin(); found == kNoIndex && it != node.literals.end(); ++it) {
      if (steps_ > kStepsMax) break;
      if (it->first.empty()) continue;
      found = next(it->second, depth, Side::kCrossed, it->first, example);
    }
    for (size_t i = 0; found == kNoIndex && i < node.partials.size(); ++i) {
      found = next(node.partials[i].child, depth, Side::kCrossed, sample(node.partials[i].parts),
                   example);
    }
    return found;
  }

  static std::string sample(const std::vector<TemplatePart>& parts) {
    std::string text;
    for (const TemplatePart& part : parts) {
      text += part.kind == TemplatePart::Kind::kVariable ? "x" : part.text;
    }
    return text;
  }

  const Tree& tree_;
  const TreeLeaf& winner_;
  int steps_ = 0;
};

}  // namespace

RouteTableBuilder::RouteTableBuilder() : tree_(std::make_unique<Tree>()) {}
RouteTableBuilder::~RouteTableBuilder() = default;

void RouteTableBuilder::add(const PathTemplate& path, Method method, const Operation* operation,
                            uint32_t tag) {
  uint32_t node = 0;
  for (const TemplateSegment& segment : path.segments) node = tree_->child(node, segment);
  uint32_t& leaf = tree_->nodes[node].leaf;
  if (leaf == kNoIndex) {
    leaf = static_cast<uint32_t>(tree_->leaves.size());
    // A literal with an encoded slash can only be met by an encoded path, which goes by segment.
    bool joined = std::ranges::any_of(path.segments, [](const TemplateSegment& segment) {
      return segment.parts[0].text.find('/') != std::string::npos;
    });
    tree_->leaves.push_back({{}, tag, path.variables.empty() && !joined, path});
  }
  RouteLeaf& route = tree_->leaves[leaf].route;
  auto slot = static_cast<size_t>(method);
  SERVANDA_CHECK(route.operations[slot] == nullptr, path.text);
  route.operations[slot] = operation;
  route.allowed = static_cast<uint16_t>(route.allowed | (1u << slot));
}

std::vector<RouteAmbiguity> RouteTableBuilder::ambiguities(size_t max) const {
  std::vector<RouteAmbiguity> found;
  for (const TreeLeaf& leaf : tree_->leaves) {
    if (found.size() == max) break;
    if (leaf.path.variables.empty()) continue;  // Nothing is more specific anywhere.
    std::string example;
    uint32_t other = CrossingSearch(*tree_, leaf).find(example);
    if (other != kNoIndex) found.push_back({leaf.tag, tree_->leaves[other].tag, example});
  }
  return found;
}

RouteTable RouteTableBuilder::build() const {
  RouteTable table;
  table.state_ = std::make_unique<RouteTable::State>();
  RouteTable::State& state = *table.state_;
  auto statics = static_cast<size_t>(
      std::ranges::count_if(tree_->leaves, [](const TreeLeaf& leaf) { return leaf.is_static; }));
  size_t edges = 0;
  for (const TreeNode& node : tree_->nodes) edges += node.literals.size();
  SlotWriter static_writer(state.statics, state.text, statics);
  SlotWriter edge_writer(state.edges, state.text, edges);
  for (size_t i = 0; i < tree_->leaves.size(); ++i) {
    const TreeLeaf& leaf = tree_->leaves[i];
    state.leaves.push_back(leaf.route);
    if (leaf.is_static) static_writer.add(0, static_path(leaf.path), static_cast<uint32_t>(i));
  }
  for (size_t i = 0; i < tree_->nodes.size(); ++i) {
    const TreeNode& node = tree_->nodes[i];
    RouteNode& out = state.nodes.emplace_back();
    out.leaf = node.leaf;
    out.variable = node.variable;
    out.has_literals = !node.literals.empty();
    out.partials_at = static_cast<uint32_t>(state.partials.size());
    out.partials = static_cast<uint32_t>(node.partials.size());
    for (const auto& [text, child] : node.literals) {
      edge_writer.add(static_cast<uint32_t>(i), text, child);
    }
    for (const PartialEdge& edge : node.partials) {
      state.partials.push_back(flat_partial(edge));
    }
  }
  return table;
}

}  // namespace servanda
