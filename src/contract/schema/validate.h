// SPDX-License-Identifier: Apache-2.0
#pragma once
// The walk of one value under a compiled schema.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "contract/schema/program.h"
#include "contract/schema/schema.h"

namespace servanda {

// The validator's scratch memory.
struct ValidationContext::State {
  // Bounds of one validation. The depth counts containers and in-place schemas on the way down; the
  // steps count work, so that no schema makes a small value expensive (a recursive "anyOf" would
  // double it per level). Beyond either the value is refused.
  static constexpr uint32_t kDepthMax = 1024;
  static constexpr uint64_t kStepsBase = 100'000;
  static constexpr uint64_t kStepsPerNode = 200;

  // Elements of scratch memory that are kept from one validation to the next.
  static constexpr size_t kScratchKept = 8'192;

  std::vector<uint64_t> bits;   // Stack of bit sets: children evaluated, required names seen.
  std::vector<uint32_t> scope;  // Resources entered, for "$dynamicRef".
  std::vector<std::pair<uint64_t, const JsonNode*>> hashes;  // For uniqueItems.
  uint32_t depth = 0;
  uint64_t steps_left = 0;
  bool exhausted = false;
};

namespace internal {

// Children of one object or array that some schema has evaluated: bits at ValidationContext's
// stack, one per child.
struct Tracker {
  size_t at = 0;
  uint32_t count = 0;
};

// Where a value stands. Lives on the stack, linked to the value around it.
struct Spot {
  const Spot* parent = nullptr;
  std::string_view key;  // Of a member.
  uint32_t index = 0;    // Of an item.
  bool is_item = false;
  uint32_t root = kNone;       // The schema that was applied to this value first.
  Tracker* tracker = nullptr;  // Null unless evaluated children matter.
};

// What the walks share.
struct Run {
  const SchemaProgram& program;
  ValidationContext::State& state;
  Direction direction;
  Issues* issues = nullptr;
  std::string_view in;
};

// Collects or not: with kCollect every failure is reported and the walk goes on; without it the
// first failure ends it.
template <bool kCollect>
class Walker {
 public:
  explicit Walker(Run& run) : run_(run), program_(run.program), state_(run.state) {}

  bool apply(uint32_t schema, const JsonNode* value, const Spot& spot) {
    const Rules& rules = program_.rules[schema];
    if (rules.enters_scope || rules.tracks) [[unlikely]]
      return apply_noting(rules, value, spot);
    return check(rules, value, spot);
  }

 private:
  enum class Declared : uint8_t { kNo, kYes };
  struct Members;  // State of the pass over one object's members.

  bool check(const Rules& rules, const JsonNode* value, const Spot& spot);
  bool apply_noting(const Rules& rules, const JsonNode* value, const Spot& spot);
  bool apply_tracked(const Rules& rules, const JsonNode* value, const Spot& spot);
  bool unevaluated(const InPlace& in_place, const JsonNode* value, const Spot& spot);
  bool type_matches(const Rules& rules, const JsonNode* value) const;
  // validate_scalars.cc
  bool choice(const Choices& choices, const JsonNode* value, const Spot& spot);
  bool string(const StringRules& rules, const JsonNode* value, const Spot& spot);
  bool number(const NumberRules& rules, const JsonNode* value, const Spot& spot);
  bool number_slowly(const NumberRules& rules, const JsonNode* value, const Spot& spot);
  // validate_containers.cc
  bool array(const ArrayRules& rules, const JsonNode* value, const Spot& spot);
  bool contains(const ArrayRules& rules, const JsonNode* value, const Spot& spot);
  bool unique(const JsonNode* value, const Spot& spot);
  bool object(const ObjectRules& rules, const JsonNode* value, const Spot& spot);
  bool member(const ObjectRules& rules, const JsonNode* key, Members& pass);
  bool other_member(const ObjectRules& rules, const JsonNode* key, Members& pass,
                    Declared declared);
  bool required(const ObjectRules& rules, const uint64_t* seen, const Spot& spot);
  bool may_be_missing(const Property& property, const Spot& spot) const;
  bool dependencies(const ObjectRules& rules, const JsonNode* value, const Spot& spot);
  // validate_in_place.cc
  bool in_place(const InPlace& in_place, const JsonNode* value, const Spot& spot);
  bool any_of(const InPlace& in_place, const JsonNode* value, const Spot& spot);
  bool one_of(const InPlace& in_place, const JsonNode* value, const Spot& spot);
  bool condition(const InPlace& in_place, const JsonNode* value, const Spot& spot);
  bool dynamic(const InPlace& in_place, const JsonNode* value, const Spot& spot);
  bool quietly(uint32_t schema, const JsonNode* value, const Spot& spot);
  bool branch_fails(const InPlace& in_place, Span branches, const JsonNode* value, const Spot& spot,
                    std::string_view keyword);

  // Bounds: false when the walk must end.
  bool enter(uint64_t steps);
  void leave() { --state_.depth; }
  [[nodiscard]] bool full() const { return kCollect && run_.issues->full(); }
  void mark(const Spot& spot, uint32_t child) {
    if (spot.tracker != nullptr) {
      state_.bits[spot.tracker->at + child / 64] |= 1ull << (child % 64);
    }
  }
  // Adds an issue; always false. Call only when collecting.
  bool report(const Spot& spot, std::string_view code, std::string detail);
  bool report_member(const Spot& spot, std::string_view name, std::string_view code,
                     std::string detail);

  Run& run_;
  const SchemaProgram& program_;
  ValidationContext::State& state_;
};

// The branch that the discriminating property names, or kNone.
[[nodiscard]] uint32_t discriminated_branch(const SchemaProgram& program, const InPlace& in_place,
                                            const JsonNode* value);
// Whether some property called `name` that applies to the same value as `schema` is left out in
// this direction (readOnly in requests, writeOnly in responses).
[[nodiscard]] bool is_left_out(const SchemaProgram& program, uint32_t schema, std::string_view name,
                               Direction direction);

// Sentences for issues.
[[nodiscard]] std::string types_sentence(const Rules& rules);
[[nodiscard]] std::string choices_sentence(const SchemaProgram& program, const Choices& choices);
[[nodiscard]] std::string unknown_sentence(const SchemaProgram& program, const ObjectRules& rules,
                                           std::string_view name);
[[nodiscard]] std::string count_sentence(std::string_view before, uint64_t count,
                                         std::string_view one, std::string_view many);

}  // namespace internal
}  // namespace servanda
