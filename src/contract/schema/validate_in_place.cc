// SPDX-License-Identifier: Apache-2.0
// Schemas applied to the same value: allOf, anyOf, oneOf, not, if, references.
#include "contract/schema/validate.h"

namespace servanda::internal {
namespace {

// A bit set of its own for one branch, so that what a failing branch evaluated is forgotten.
class BranchTracker {
 public:
  BranchTracker(ValidationContext::State& state, const Spot& outer)
      : state_(state), outer_(outer), spot_(outer) {
    if (outer.tracker == nullptr) return;
    own_ = {state.bits.size(), outer.tracker->count};
    state.bits.resize(own_.at + (own_.count + 63) / 64, 0);
    spot_.tracker = &own_;
  }
  ~BranchTracker() {
    if (outer_.tracker != nullptr) state_.bits.resize(own_.at);
  }
  BranchTracker(const BranchTracker&) = delete;
  BranchTracker& operator=(const BranchTracker&) = delete;

  [[nodiscard]] const Spot& spot() const { return spot_; }
  // The branch holds: what it evaluated counts.
  void keep() {
    if (outer_.tracker == nullptr) return;
    for (size_t i = 0; i < (own_.count + 63) / 64; ++i) {
      state_.bits[outer_.tracker->at + i] |= state_.bits[own_.at + i];
    }
  }

 private:
  ValidationContext::State& state_;
  const Spot& outer_;
  Spot spot_;
  Tracker own_;
};

constexpr int kLeftOutDepthMax = 16;
constexpr int kLeftOutVisitsMax = 256;

// As is_left_out(), with a budget of schemas to look at.
bool search_left_out(const SchemaProgram& program, uint32_t schema, std::string_view name,
                     Direction direction, int depth, int& visits) {
  if (schema == kNone || depth > kLeftOutDepthMax || --visits < 0) return false;
  const Rules& rules = program.rules[schema];
  if (rules.objects != kNone) {
    const NameTable& names = program.objects[rules.objects].names;
    const uint32_t found = find_name(program, names, name);
    if (found != kNone) {
      const Property& property = program.properties[names.entries.first + found];
      const bool left_out =
          direction == Direction::kRequest ? property.read_only : property.write_only;
      if (left_out) return true;
    }
  }
  if (rules.in_place == kNone) return false;
  const InPlace& in_place = program.in_places[rules.in_place];
  for (Span span : {in_place.all_of, in_place.any_of, in_place.one_of}) {
    for (uint32_t i = 0; i < span.count; ++i) {
      const uint32_t branch = program.lists[span.first + i];
      if (search_left_out(program, branch, name, direction, depth + 1, visits)) return true;
    }
  }
  return search_left_out(program, in_place.then_schema, name, direction, depth + 1, visits) ||
         search_left_out(program, in_place.else_schema, name, direction, depth + 1, visits);
}

}  // namespace

bool is_left_out(const SchemaProgram& program, uint32_t schema, std::string_view name,
                 Direction direction) {
  int visits = kLeftOutVisitsMax;
  return search_left_out(program, schema, name, direction, 0, visits);
}

uint32_t discriminated_branch(const SchemaProgram& program, const InPlace& in_place,
                              const JsonNode* value) {
  if (in_place.discriminator == kNone || value->kind != JsonKind::kObject) return kNone;
  const Discriminator& discriminator = program.discriminators[in_place.discriminator];
  const JsonValue chosen = JsonValue(value).find(discriminator.property);
  if (!chosen.exists() || !chosen.is_string()) return kNone;
  const uint32_t found = find_name(program, discriminator.values, chosen.text());
  if (found == kNone) return kNone;
  return program.properties[discriminator.values.entries.first + found].schema;
}

template <bool kCollect>
bool Walker<kCollect>::quietly(uint32_t schema, const JsonNode* value, const Spot& spot) {
  return Walker<false>(run_).apply(schema, value, spot);
}

template <bool kCollect>
bool Walker<kCollect>::in_place(const InPlace& in_place, const JsonNode* value, const Spot& spot) {
  if (!enter(1)) return false;
  bool ok = true;
  for (uint32_t i = 0; i < in_place.all_of.count && (ok || kCollect) && !full(); ++i) {
    ok = apply(program_.lists[in_place.all_of.first + i], value, spot) && ok;
  }
  if (in_place.dynamic_target != kNone && (ok || kCollect)) {
    ok = dynamic(in_place, value, spot) && ok;
  }
  if (in_place.any_of.count > 0 && (ok || kCollect)) ok = any_of(in_place, value, spot) && ok;
  if (in_place.one_of.count > 0 && (ok || kCollect)) ok = one_of(in_place, value, spot) && ok;
  if (in_place.not_schema != kNone && (ok || kCollect)) {
    Spot plain = spot;
    plain.tracker = nullptr;
    if (quietly(in_place.not_schema, value, plain)) {
      ok = false;
      if constexpr (kCollect) report(spot, "not", "The value is one that \"not\" excludes.");
    }
  }
  if (in_place.if_schema != kNone && (ok || kCollect)) ok = condition(in_place, value, spot) && ok;
  leave();
  return ok;
}

template <bool kCollect>
bool Walker<kCollect>::dynamic(const InPlace& in_place, const JsonNode* value, const Spot& spot) {
  // The outermost resource that has the anchor wins.
  const DynamicAnchor& anchor = program_.dynamic_anchors[in_place.dynamic_name];
  for (uint32_t resource : state_.scope) {
    for (const auto& [owner, schema] : anchor.targets) {
      if (owner == resource) return apply(schema, value, spot);
    }
  }
  return apply(in_place.dynamic_target, value, spot);
}

template <bool kCollect>
bool Walker<kCollect>::any_of(const InPlace& in_place, const JsonNode* value, const Spot& spot) {
  const Span branches = in_place.any_of;
  const uint32_t first =
      in_place.one_of.count > 0 ? kNone : discriminated_branch(program_, in_place, value);
  bool found = false;
  const auto try_branch = [&](uint32_t branch) {
    BranchTracker tracker(state_, spot);
    if (!quietly(program_.lists[branches.first + branch], value, tracker.spot())) return;
    tracker.keep();
    found = true;
  };
  if (first != kNone) try_branch(first);
  // With evaluated children to collect, every branch that holds has a say.
  for (uint32_t i = 0; i < branches.count && (!found || spot.tracker != nullptr); ++i) {
    if (i != first) try_branch(i);
  }
  if (found) return true;
  if constexpr (!kCollect) return false;
  return branch_fails(in_place, branches, value, spot, "anyOf");
}

template <bool kCollect>
bool Walker<kCollect>::one_of(const InPlace& in_place, const JsonNode* value, const Spot& spot) {
  const Span branches = in_place.one_of;
  const uint32_t first = discriminated_branch(program_, in_place, value);
  uint32_t found = 0;
  const auto try_branch = [&](uint32_t branch) {
    BranchTracker tracker(state_, spot);
    if (!quietly(program_.lists[branches.first + branch], value, tracker.spot())) return;
    tracker.keep();
    ++found;
  };
  if (first != kNone) try_branch(first);
  for (uint32_t i = 0; i < branches.count && found < 2; ++i) {
    if (i != first) try_branch(i);
  }
  if (found == 1) return true;
  if constexpr (!kCollect) return false;
  if (found > 1) {
    return report(spot, "oneOf",
                  "The value fits more than one of the alternatives, and must fit exactly one.");
  }
  return branch_fails(in_place, branches, value, spot, "oneOf");
}

// No branch holds: explains it by the one branch that was meant, where that can be told.
template <bool kCollect>
bool Walker<kCollect>::branch_fails(const InPlace& in_place, Span branches, const JsonNode* value,
                                    const Spot& spot, std::string_view keyword) {
  if constexpr (!kCollect) return false;
  const bool discriminated = keyword == "oneOf" || in_place.one_of.count == 0;
  uint32_t meant = discriminated ? discriminated_branch(program_, in_place, value) : kNone;
  if (meant == kNone) {
    for (uint32_t i = 0; i < branches.count; ++i) {
      const Rules& rules = program_.rules[program_.lists[branches.first + i]];
      if (!type_matches(rules, value)) continue;
      if (meant != kNone) {
        meant = kNone;
        break;
      }
      meant = i;
    }
  }
  if (meant != kNone) {
    const size_t before = run_.issues->fields().size();
    BranchTracker tracker(state_, spot);
    apply(program_.lists[branches.first + meant], value, tracker.spot());
    if (run_.issues->fields().size() > before) return false;
  }
  return report(spot, keyword, "The value fits none of the alternatives.");
}

template <bool kCollect>
bool Walker<kCollect>::condition(const InPlace& in_place, const JsonNode* value, const Spot& spot) {
  bool holds = false;
  {
    BranchTracker tracker(state_, spot);
    holds = quietly(in_place.if_schema, value, tracker.spot());
    if (holds) tracker.keep();
  }
  const uint32_t next = holds ? in_place.then_schema : in_place.else_schema;
  return next == kNone || apply(next, value, spot);
}

template bool Walker<false>::in_place(const InPlace&, const JsonNode*, const Spot&);
template bool Walker<true>::in_place(const InPlace&, const JsonNode*, const Spot&);
template bool Walker<false>::quietly(uint32_t, const JsonNode*, const Spot&);
template bool Walker<true>::quietly(uint32_t, const JsonNode*, const Spot&);

}  // namespace servanda::internal
