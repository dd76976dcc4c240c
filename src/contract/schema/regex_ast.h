// SPDX-License-Identifier: Apache-2.0
#pragma once
// ECMA-262 regular expressions (u flag) as a syntax tree.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace servanda::internal {

// A set of code points: ranges plus Unicode properties that the matching engine knows by name.
struct CharSet {
  struct Property {
    std::string name;  // "L", "Nd", "Greek": as RE2 spells it.
    bool negated = false;
  };
  std::vector<std::pair<char32_t, char32_t>>
      ranges;  // Inclusive; sorted and merged by normalize().
  std::vector<Property> properties;
  bool negated = false;

  void add(char32_t first, char32_t last) { ranges.emplace_back(first, last); }
  void normalize();
  // Replaces the ranges by their complement. Requires: no properties.
  void invert();
};

enum class RegexKind : uint8_t {
  kEmpty,
  kSet,  // One code point out of sets[value].
  kConcat,
  kAlternate,
  kRepeat,  // Its one child, min to max times.
  kBegin,
  kEnd,
  kWordBoundary,
  kNotWordBoundary,
  kLookahead,
  kNegativeLookahead,
  kLookbehind,  // Positive or negative.
  kBackReference,
};

struct RegexNode {
  RegexKind kind = RegexKind::kEmpty;
  uint32_t value = 0;  // kSet: which set. Otherwise where it was written, in bytes.
  uint32_t min = 0;
  uint32_t max = 0;  // kRepeatUnbounded for "no upper bound".
  std::vector<uint32_t> children;
};

inline constexpr uint32_t kRepeatUnbounded = UINT32_MAX;
inline constexpr uint32_t kRegexBytesMax = 16'384;
inline constexpr uint32_t kRegexDepthMax = 100;  // Nested groups.

// Groups do not appear: only what they contain does.
struct RegexTree {
  std::vector<RegexNode> nodes;
  std::vector<CharSet> sets;
  uint32_t root = 0;
  // Not empty when the text is no regular expression: a sentence without a full stop.
  std::string error;
  uint32_t error_at = 0;  // Bytes into the pattern.
};

// Reads `pattern`. Escaped punctuation and lone braces are accepted where strict u mode refuses
// them, because contracts in use hold them and their meaning is not in doubt.
[[nodiscard]] RegexTree parse_regex(std::string_view pattern);

}  // namespace servanda::internal
