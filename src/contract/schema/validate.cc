// SPDX-License-Identifier: Apache-2.0
#include "contract/schema/validate.h"

namespace servanda {

ValidationContext::ValidationContext() : state_(std::make_unique<State>()) {}
ValidationContext::~ValidationContext() = default;

void Issues::add(FieldError field) {
  if (!full()) fields_.push_back(std::move(field));
}

namespace internal {

template <bool kCollect>
bool Walker<kCollect>::enter(uint64_t steps) {
  if (++state_.depth > ValidationContext::State::kDepthMax || state_.steps_left < steps)
      [[unlikely]] {
    state_.exhausted = true;
  }
  if (state_.exhausted) {
    --state_.depth;
    return false;
  }
  state_.steps_left -= steps;
  return true;
}

template <bool kCollect>
bool Walker<kCollect>::type_matches(const Rules& rules, const JsonNode* value) const {
  if ((rules.types & type_bit(value->kind)) == 0) return false;
  return !rules.integral || value->kind != JsonKind::kNumber || json_is_integer(JsonValue(value));
}

template <bool kCollect>
bool Walker<kCollect>::check(const Rules& rules, const JsonNode* value, const Spot& spot) {
  if (!type_matches(rules, value)) {
    if constexpr (!kCollect) return false;
    return rules.types == 0 ? report(spot, "false", "No value is allowed here.")
                            : report(spot, "type", types_sentence(rules));
  }
  bool ok = rules.choices == kNone || choice(program_.choices[rules.choices], value, spot);
  if (!kCollect && !ok) return false;
  bool more = true;
  switch (value->kind) {
    case JsonKind::kString:
      more = rules.strings == kNone || string(program_.strings[rules.strings], value, spot);
      break;
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      more = rules.numbers == kNone || number(program_.numbers[rules.numbers], value, spot);
      break;
    case JsonKind::kObject:
      more = rules.objects == kNone || object(program_.objects[rules.objects], value, spot);
      break;
    case JsonKind::kArray:
      more = rules.arrays == kNone || array(program_.arrays[rules.arrays], value, spot);
      break;
    default:
      break;
  }
  ok = ok && more;
  if (rules.in_place == kNone || (!kCollect && !ok)) return ok;
  return in_place(program_.in_places[rules.in_place], value, spot) && ok;
}

// For the schemas that take part in "$dynamicRef" or count evaluated children.
template <bool kCollect>
bool Walker<kCollect>::apply_noting(const Rules& rules, const JsonNode* value, const Spot& spot) {
  const bool enters =
      rules.enters_scope && (state_.scope.empty() || state_.scope.back() != rules.resource);
  if (enters) state_.scope.push_back(rules.resource);
  const bool container = value->kind >= JsonKind::kArray;
  const bool ok =
      rules.tracks && container ? apply_tracked(rules, value, spot) : check(rules, value, spot);
  if (enters) state_.scope.pop_back();
  return ok;
}

template <bool kCollect>
bool Walker<kCollect>::apply_tracked(const Rules& rules, const JsonNode* value, const Spot& spot) {
  Tracker own{state_.bits.size(), value->size};
  const size_t words = (own.count + 63) / 64;
  state_.bits.resize(own.at + words, 0);
  Spot inner = spot;
  inner.tracker = &own;
  bool ok = check(rules, value, inner);
  if (ok) ok = unevaluated(program_.in_places[rules.in_place], value, inner);
  if (ok && spot.tracker != nullptr) {
    for (size_t i = 0; i < words; ++i) {
      state_.bits[spot.tracker->at + i] |= state_.bits[own.at + i];
    }
  }
  state_.bits.resize(own.at);
  return ok;
}

// Applies unevaluatedItems or unevaluatedProperties to the children that nothing has evaluated.
template <bool kCollect>
bool Walker<kCollect>::unevaluated(const InPlace& in_place, const JsonNode* value,
                                   const Spot& spot) {
  const bool members = value->kind == JsonKind::kObject;
  const uint32_t schema = members ? in_place.unevaluated_properties : in_place.unevaluated_items;
  if (schema == kNone) return true;
  bool ok = true;
  Spot child;
  child.parent = &spot;
  child.is_item = !members;
  child.root = schema;
  const JsonNode* at = value + 1;
  for (uint32_t i = 0; i < value->size; ++i) {
    const JsonNode* item = members ? at + 1 : at;
    const bool seen = (state_.bits[spot.tracker->at + i / 64] >> (i % 64) & 1) != 0;
    if (!seen && schema != kAcceptsAll) {
      child.index = i;
      if (members) child.key = {at->text, at->size};
      if (kCollect && schema == kAcceptsNone) {
        ok = report(
            child, "unknown",
            members ? "This property is not declared." : "This item is beyond the declared ones.");
      } else {
        ok = apply(schema, item, child) && ok;
      }
      if (!ok && (!kCollect || full())) return false;
    }
    mark(spot, i);
    at = json_after(item);
  }
  return ok;
}

template class Walker<false>;
template class Walker<true>;

namespace {

void begin(ValidationContext::State& state, JsonValue value) {
  const uint64_t nodes = value.kind() >= JsonKind::kArray ? value.node()->skip : 1;
  if (state.bits.capacity() > ValidationContext::State::kScratchKept) state.bits = {};
  if (state.hashes.capacity() > ValidationContext::State::kScratchKept) state.hashes = {};
  state.bits.clear();
  state.scope.clear();
  state.depth = 0;
  state.steps_left =
      ValidationContext::State::kStepsBase + ValidationContext::State::kStepsPerNode * nodes;
  state.exhausted = false;
}

}  // namespace
}  // namespace internal

bool Schema::accepts(JsonValue value, Direction direction, ValidationContext& context) const {
  if (program_ == nullptr) return true;
  ValidationContext::State& state = context.state();
  internal::begin(state, value);
  internal::Run run{*program_, state, direction};
  internal::Spot spot;
  spot.root = entry_;
  return internal::Walker<false>(run).apply(entry_, value.node(), spot) && !state.exhausted;
}

bool Schema::validate(JsonValue value, Direction direction, ValidationContext& context,
                      Issues& issues, std::string_view in) const {
  // Nearly all values conform, and then nothing needs to be explained.
  if (accepts(value, direction, context)) return true;
  ValidationContext::State& state = context.state();
  const bool exhausted = state.exhausted;
  const size_t before = issues.fields().size();
  if (!exhausted && !issues.full()) {
    internal::begin(state, value);
    internal::Run run{*program_, state, direction, &issues, in};
    internal::Spot spot;
    spot.root = entry_;
    internal::Walker<true>(run).apply(entry_, value.node(), spot);
  }
  if (issues.fields().size() == before) {
    issues.add({std::string(in), "", exhausted ? "depth" : "schema",
                exhausted ? "The value is nested too deeply, or takes too long to check."
                          : "The value does not conform to the schema."});
  }
  return false;
}

}  // namespace servanda
