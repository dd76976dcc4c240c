// SPDX-License-Identifier: Apache-2.0
#pragma once
// The search for a value that conforms to a compiled schema.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "contract/schema/program.h"
#include "contract/schema/regex_ast.h"
#include "contract/schema/schema.h"

namespace servanda::internal {

// Makes choices: always the first ones, shifted by a variant so that array items differ; or random.
class Picker {
 public:
  explicit Picker(Rng* rng) : rng_(rng) {}
  // Below `count`, which is not 0.
  [[nodiscard]] uint32_t pick(uint32_t count) {
    return static_cast<uint32_t>((rng_ == nullptr ? variant_ : rng_->next()) % count);
  }
  [[nodiscard]] bool is_random() const { return rng_ != nullptr; }
  [[nodiscard]] uint32_t variant() const { return variant_; }
  void set_variant(uint32_t variant) { variant_ = variant; }

 private:
  Rng* rng_;
  uint32_t variant_ = 0;
};

// Text that a regular expression matches, for most expressions. `extra` asks for that many more
// repetitions than needed wherever there is room; assertions are not looked at, so the caller
// checks the result.
[[nodiscard]] std::optional<std::string> text_for_regex(const RegexTree& tree, uint32_t extra,
                                                        Picker& picker);
// Text that has the format; empty for Format::kNone.
[[nodiscard]] std::string text_for_format(Format format, Picker& picker);

// Looks for a value that all schemas of a set accept: gathers what they say about type, content and
// children, builds a value, and checks it against every schema of the set before it is used. Where
// there are alternatives (oneOf, anyOf, if, types) it tries one after the other, within a budget.
class Sampler {
 public:
  // `examples`: where example values stand, or null. All arguments outlive the sampler.
  Sampler(const SchemaProgram& program, const SchemaSet* examples, Direction direction, Rng* rng);

  // A conforming value as JSON text.
  std::optional<std::string> sample(uint32_t schema);

 private:
  using Schemas = std::vector<uint32_t>;  // All of them must hold.
  enum class Extent : uint8_t { kFull, kRequiredOnly };

  // An alternative not yet decided: which record, and its branches.
  struct Fork {
    uint32_t key = 0;  // Index of the InPlace, times 3, plus which keyword.
    std::vector<Schemas> branches;
  };
  // What a set of schemas says together.
  struct Parts {
    uint8_t types = kAllTypes;
    bool integral = false;
    std::vector<uint32_t> visited;
    std::vector<const Choices*> choices;
    std::vector<const StringRules*> strings;
    std::vector<const NumberRules*> numbers;
    std::vector<const ArrayRules*> arrays;
    std::vector<const ObjectRules*> objects;
    std::optional<Fork> fork;  // The first one not decided.
    // Discriminating properties of the branches decided, with the value that names the branch.
    std::vector<std::pair<std::string_view, std::string_view>> tags;
  };
  using Decided = std::map<uint32_t, uint32_t>;  // Fork to branch.

  // sampler.cc
  std::optional<std::string> value(const Schemas& schemas);
  std::optional<std::string> decide(const Schemas& schemas, Decided& decided);
  std::optional<std::string> build(const Schemas& schemas, const Parts& parts);
  std::optional<std::string> build_kind(JsonKind kind, const Schemas& schemas, const Parts& parts);
  void gather(uint32_t schema, const Decided& decided, Parts& parts) const;
  void gather_forks(uint32_t number, const Decided& decided, Parts& parts) const;
  void gather_tag(const InPlace& in_place, uint32_t branch, Parts& parts) const;
  std::vector<JsonKind> kinds_in_order(const Parts& parts);
  bool accepted(const Schemas& schemas, const std::string& json);
  bool spend(size_t steps);
  // sample_examples.cc
  std::optional<std::string> example(const Schemas& schemas, const Parts& parts);
  std::string without_left_out(const Node& value, const Parts& parts) const;
  // sample_scalars.cc
  std::optional<std::string> choice(const Schemas& schemas, const Parts& parts);
  std::optional<std::string> text(const Schemas& schemas, const Parts& parts);
  std::optional<std::string> text_by_pattern(const Schemas& schemas, const Parts& parts,
                                             uint32_t pattern);
  std::optional<std::string> number(const Schemas& schemas, const Parts& parts);
  // sample_containers.cc
  std::optional<std::string> array(const Parts& parts);
  std::optional<std::string> object(const Parts& parts, Extent extent);
  struct Members;
  void add_member(const Parts& parts, std::string_view name, Members& made);
  [[nodiscard]] Schemas schemas_of_item(const Parts& parts, uint32_t index) const;
  [[nodiscard]] Schemas schemas_of_member(const Parts& parts, std::string_view name) const;
  void add_declared(const Parts& parts, Extent extent, Members& made);
  void add_dependent(const Parts& parts, Members& made);
  void add_undeclared(const Parts& parts, Extent extent, Members& made);
  std::optional<std::string> undeclared_name(const Parts& parts, uint32_t number);
  [[nodiscard]] bool is_left_out(const Parts& parts, std::string_view name) const;

  const SchemaProgram& program_;
  const SchemaSet* examples_;
  Direction direction_;
  Picker picker_;
  JsonParser parser_;
  ValidationContext context_;
  std::vector<Schemas> open_;  // Sets being built around this value.
  uint32_t steps_left_ = 0;
  size_t bytes_made_ = 0;  // Of scalars, so that samples stay small.
};

}  // namespace servanda::internal
