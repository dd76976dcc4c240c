// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/routes.h"

#include <cstring>
#include <optional>
#include <utility>

#include "contract/plan/route_state.h"

namespace servanda {
namespace {

using internal::kNoIndex;
using internal::RouteLeaf;
using internal::RouteNode;
using internal::RoutePartial;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// One percent-encoded segment with its encoding undone, and where every byte came from. A broken
// triplet stays as it is: the parameter reader refuses it later, with its name.
struct DecodedSegment {
  std::string text;
  std::vector<uint32_t> raw_at;  // One more than bytes.

  explicit DecodedSegment(std::string_view raw) {
    text.reserve(raw.size());
    raw_at.reserve(raw.size() + 1);
    for (size_t i = 0; i < raw.size(); ++i) {
      raw_at.push_back(static_cast<uint32_t>(i));
      if (raw[i] == '%' && i + 2 < raw.size()) {
        int high = hex_digit(raw[i + 1]);
        int low = hex_digit(raw[i + 2]);
        if (high >= 0 && low >= 0) {
          text += static_cast<char>(high * 16 + low);
          i += 2;
          continue;
        }
      }
      text += raw[i];
    }
    raw_at.push_back(static_cast<uint32_t>(raw.size()));
  }
};

// Depth-first search, most specific child first. Every tree node is entered at most once, because a
// node's depth is its segment; its depth bounds the recursion (PathTemplate::kSegmentsMax).
class Walk {
 public:
  Walk(const RouteTable::State& state, std::string_view path, PathValues& values)
      : state_(state), path_(path), values_(values) {}

  // The leaf that the rest of the path, from `at` on, reaches from `node`; or null.
  const RouteLeaf* descend(uint32_t node_index, size_t at) {
    const RouteNode& node = state_.nodes[node_index];
    const char* slash =
        static_cast<const char*>(std::memchr(path_.data() + at, '/', path_.size() - at));
    size_t end = slash == nullptr ? path_.size() : static_cast<size_t>(slash - path_.data());
    std::string_view raw = path_.substr(at, end - at);
    bool encoded = std::memchr(raw.data(), '%', raw.size()) != nullptr;
    if (encoded) return descend_encoded(node, raw, end);
    if (const RouteLeaf* leaf = try_literal(node_index, node, raw, end)) return leaf;
    for (uint32_t i = 0; i < node.partials; ++i) {
      const RoutePartial& partial = state_.partials[node.partials_at + i];
      std::string_view* room = values_.values.data() + values_.count;
      if (!partial.may_fit(raw) || !internal::fit_partial(partial.parts, raw, room)) continue;
      values_.count = static_cast<uint8_t>(values_.count + partial.variables);
      if (const RouteLeaf* leaf = step(partial.child, end)) return leaf;
      values_.count = static_cast<uint8_t>(values_.count - partial.variables);
    }
    return try_variable(node, raw, end);
  }

 private:
  const RouteLeaf* step(uint32_t child, size_t end) {
    if (end < path_.size()) return descend(child, end + 1);
    uint32_t leaf = state_.nodes[child].leaf;
    return leaf == kNoIndex ? nullptr : &state_.leaves[leaf];
  }

  const RouteLeaf* try_literal(uint32_t index, const RouteNode& node, std::string_view segment,
                               size_t end) {
    if (!node.has_literals) return nullptr;
    uint32_t child = state_.edges.find(index, internal::RouteKey(segment), state_.text);
    return child == kNoIndex ? nullptr : step(child, end);
  }

  const RouteLeaf* try_variable(const RouteNode& node, std::string_view raw, size_t end) {
    if (node.variable == kNoIndex || raw.empty()) return nullptr;
    values_.values[values_.count++] = raw;
    if (const RouteLeaf* leaf = step(node.variable, end)) return leaf;
    --values_.count;
    return nullptr;
  }

  const RouteLeaf* descend_encoded(const RouteNode& node, std::string_view raw, size_t end) {
    DecodedSegment segment(raw);
    auto index = static_cast<uint32_t>(&node - state_.nodes.data());
    if (const RouteLeaf* leaf = try_literal(index, node, segment.text, end)) return leaf;
    for (uint32_t i = 0; i < node.partials; ++i) {
      const RoutePartial& partial = state_.partials[node.partials_at + i];
      std::string_view* room = values_.values.data() + values_.count;
      if (!partial.may_fit(segment.text)) continue;
      if (!internal::fit_partial(partial.parts, segment.text, room)) continue;
      for (uint8_t v = 0; v < partial.variables; ++v) {
        auto from = static_cast<size_t>(room[v].data() - segment.text.data());
        size_t raw_from = segment.raw_at[from];
        room[v] = raw.substr(raw_from, segment.raw_at[from + room[v].size()] - raw_from);
      }
      values_.count = static_cast<uint8_t>(values_.count + partial.variables);
      if (const RouteLeaf* leaf = step(partial.child, end)) return leaf;
      values_.count = static_cast<uint8_t>(values_.count - partial.variables);
    }
    return try_variable(node, raw, end);
  }

  const RouteTable::State& state_;
  std::string_view path_;
  PathValues& values_;
};

}  // namespace

RouteTable::RouteTable() = default;
RouteTable::~RouteTable() = default;
RouteTable::RouteTable(RouteTable&&) noexcept = default;
RouteTable& RouteTable::operator=(RouteTable&&) noexcept = default;

RouteMatch RouteTable::match(Method method, std::string_view path) const {
  RouteMatch match;
  if (state_ == nullptr || path.empty() || path[0] != '/') return match;
  const RouteLeaf* leaf = nullptr;
  // An encoded slash must not join two segments, so encoded paths go segment by segment.
  if (std::memchr(path.data(), '%', path.size()) == nullptr) {
    uint32_t found = state_->statics.find(0, internal::RouteKey(path), state_->text);
    if (found != kNoIndex) leaf = &state_->leaves[found];
  }
  if (leaf == nullptr) leaf = Walk(*state_, path, match.path_values).descend(0, 1);
  if (leaf == nullptr) {
    match.path_values.count = 0;
    return match;
  }
  match.operation = leaf->operations[static_cast<size_t>(method)];
  match.path_exists = match.operation == nullptr;
  match.allowed = leaf->allowed;
  return match;
}

}  // namespace servanda
