// SPDX-License-Identifier: Apache-2.0
#include "contract/schema/sampler.h"

#include <algorithm>

#include "contract/schema/access.h"
#include "contract/schema/sample.h"

namespace servanda::internal {
namespace {

constexpr uint32_t kStepsMax = 30'000;  // Schemas looked at for one sample.
constexpr size_t kBranchesTriedMax = 64;
constexpr size_t kForksMax = 200;   // Alternatives decided for one value.
constexpr size_t kNestingMax = 60;  // Values within values; below what JSON bodies may have.
constexpr int kRandomAttempts = 4;

}  // namespace

Sampler::Sampler(const SchemaProgram& program, const SchemaSet* examples, Direction direction,
                 Rng* rng)
    : program_(program), examples_(examples), direction_(direction), picker_(rng) {}

std::optional<std::string> Sampler::sample(uint32_t schema) {
  steps_left_ = kStepsMax;
  bytes_made_ = 0;
  open_.clear();
  return value({schema});
}

bool Sampler::spend(size_t steps) {
  if (steps_left_ < steps) {
    steps_left_ = 0;
    return false;
  }
  steps_left_ -= static_cast<uint32_t>(steps);
  return true;
}

bool Sampler::accepted(const Schemas& schemas, const std::string& json) {
  const Result<JsonValue> value = parser_.parse(json);
  if (!value) return false;
  return std::all_of(schemas.begin(), schemas.end(), [&](uint32_t schema) {
    return SchemaAccess::schema(&program_, schema).accepts(*value, direction_, context_);
  });
}

// A value for schemas that all must hold. Nothing for a set that is being built already: that is
// a cycle, which the nearest optional place ends.
std::optional<std::string> Sampler::value(const Schemas& wanted) {
  Schemas schemas = wanted;
  std::sort(schemas.begin(), schemas.end());
  schemas.erase(std::unique(schemas.begin(), schemas.end()), schemas.end());
  if (schemas.size() > 1) std::erase(schemas, kAcceptsAll);
  if (std::find(schemas.begin(), schemas.end(), kAcceptsNone) != schemas.end()) return std::nullopt;
  if (open_.size() >= kNestingMax) return std::nullopt;
  if (std::find(open_.begin(), open_.end(), schemas) != open_.end()) return std::nullopt;
  open_.push_back(schemas);
  Decided decided;
  std::optional<std::string> made = decide(schemas, decided);
  open_.pop_back();
  return made;
}

// Tries the branches of the first undecided alternative, then builds.
std::optional<std::string> Sampler::decide(const Schemas& schemas, Decided& decided) {
  Parts parts;
  for (uint32_t schema : schemas) gather(schema, decided, parts);
  if (!spend(parts.visited.size())) return std::nullopt;
  if (examples_ != nullptr && decided.empty()) {
    if (std::optional<std::string> found = example(schemas, parts)) return found;
  }
  if (!parts.fork) return build(schemas, parts);
  if (decided.size() >= kForksMax) return std::nullopt;
  const size_t count = std::min(parts.fork->branches.size(), kBranchesTriedMax);
  const uint32_t first = picker_.is_random() ? picker_.pick(static_cast<uint32_t>(count)) : 0;
  for (size_t i = 0; i < count; ++i) {
    decided[parts.fork->key] = static_cast<uint32_t>((first + i) % count);
    if (std::optional<std::string> made = decide(schemas, decided)) return made;
  }
  decided.erase(parts.fork->key);
  return std::nullopt;
}

void Sampler::gather(uint32_t schema, const Decided& decided, Parts& parts) const {
  std::vector<uint32_t> stack{schema};
  while (!stack.empty()) {
    const uint32_t id = stack.back();
    stack.pop_back();
    if (std::find(parts.visited.begin(), parts.visited.end(), id) != parts.visited.end()) continue;
    parts.visited.push_back(id);
    const Rules& rules = program_.rules[id];
    parts.types &= rules.types;
    parts.integral = parts.integral || rules.integral;
    if (rules.choices != kNone) parts.choices.push_back(&program_.choices[rules.choices]);
    if (rules.strings != kNone) parts.strings.push_back(&program_.strings[rules.strings]);
    if (rules.numbers != kNone) parts.numbers.push_back(&program_.numbers[rules.numbers]);
    if (rules.arrays != kNone) parts.arrays.push_back(&program_.arrays[rules.arrays]);
    if (rules.objects != kNone) parts.objects.push_back(&program_.objects[rules.objects]);
    if (rules.in_place == kNone) continue;
    const InPlace& in_place = program_.in_places[rules.in_place];
    for (uint32_t i = in_place.all_of.count; i > 0; --i) {
      stack.push_back(program_.lists[in_place.all_of.first + i - 1]);
    }
    if (in_place.dynamic_target != kNone) stack.push_back(in_place.dynamic_target);
    gather_forks(rules.in_place, decided, parts);
  }
}

// Adds the branches already decided, and notes the first alternative that is not.
void Sampler::gather_forks(uint32_t number, const Decided& decided, Parts& parts) const {
  const InPlace& in_place = program_.in_places[number];
  const auto consider = [&](uint32_t keyword, std::vector<Schemas> branches) {
    if (branches.empty()) return;
    const uint32_t key = number * 3 + keyword;
    if (const auto found = decided.find(key); found != decided.end()) {
      const Schemas& branch = branches[found->second];
      if (!branch.empty()) gather_tag(in_place, branch[0], parts);
      for (uint32_t schema : branch) gather(schema, decided, parts);
    } else if (!parts.fork) {
      parts.fork = Fork{key, std::move(branches)};
    }
  };
  const auto branches_of = [&](Span span) {
    std::vector<Schemas> branches;
    for (uint32_t i = 0; i < span.count; ++i) {
      branches.push_back({program_.lists[span.first + i]});
    }
    // "null" says least: it comes last.
    std::stable_partition(branches.begin(), branches.end(), [&](const Schemas& one) {
      return program_.rules[one[0]].types != type_bit(JsonKind::kNull);
    });
    return branches;
  };
  consider(0, branches_of(in_place.any_of));
  consider(1, branches_of(in_place.one_of));
  if (in_place.if_schema == kNone) return;
  std::vector<Schemas> branches{{in_place.if_schema}, {}};
  if (in_place.then_schema != kNone) branches[0].push_back(in_place.then_schema);
  if (in_place.else_schema != kNone) branches[1].push_back(in_place.else_schema);
  consider(2, std::move(branches));
}

// Notes which value of the discriminating property stands for `branch`.
void Sampler::gather_tag(const InPlace& in_place, uint32_t branch, Parts& parts) const {
  if (in_place.discriminator == kNone) return;
  const Discriminator& discriminator = program_.discriminators[in_place.discriminator];
  const Span span = in_place.one_of.count > 0 ? in_place.one_of : in_place.any_of;
  for (uint32_t i = 0; i < discriminator.values.entries.count; ++i) {
    const Property& value = program_.properties[discriminator.values.entries.first + i];
    if (program_.lists[span.first + value.schema] != branch) continue;
    parts.tags.emplace_back(discriminator.property, value.name());
    return;
  }
}

// Kinds that the parts allow, those that something is said about first.
std::vector<JsonKind> Sampler::kinds_in_order(const Parts& parts) {
  std::vector<JsonKind> kinds;
  const auto add = [&](JsonKind kind) {
    if ((parts.types & type_bit(kind)) == 0) return;
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
  };
  if (!parts.objects.empty()) add(JsonKind::kObject);
  if (!parts.arrays.empty()) add(JsonKind::kArray);
  if (!parts.strings.empty()) add(JsonKind::kString);
  if (!parts.numbers.empty()) add(JsonKind::kNumber);
  for (JsonKind kind : {JsonKind::kString, JsonKind::kNumber, JsonKind::kBoolean, JsonKind::kObject,
                        JsonKind::kArray, JsonKind::kNull}) {
    add(kind);
  }
  return kinds;
}

std::optional<std::string> Sampler::build(const Schemas& schemas, const Parts& parts) {
  if (parts.types == 0) return std::nullopt;
  if (!parts.choices.empty()) return choice(schemas, parts);
  for (JsonKind kind : kinds_in_order(parts)) {
    if (std::optional<std::string> made = build_kind(kind, schemas, parts)) return made;
    if (steps_left_ == 0) break;
  }
  return std::nullopt;
}

std::optional<std::string> Sampler::build_kind(JsonKind kind, const Schemas& schemas,
                                               const Parts& parts) {
  const auto checked = [&](std::optional<std::string> made) -> std::optional<std::string> {
    if (made && accepted(schemas, *made)) return made;
    return std::nullopt;
  };
  switch (kind) {
    case JsonKind::kNull:
      return checked("null");
    case JsonKind::kBoolean: {
      const bool first = picker_.pick(2) == 0;
      if (std::optional<std::string> made = checked(first ? "true" : "false")) return made;
      return checked(first ? "false" : "true");
    }
    case JsonKind::kInteger:
    case JsonKind::kNumber:
      return number(schemas, parts);
    case JsonKind::kString:
      return text(schemas, parts);
    case JsonKind::kArray:
      return checked(array(parts));
    case JsonKind::kObject: {
      const size_t bytes = bytes_made_;
      if (std::optional<std::string> made = checked(object(parts, Extent::kFull))) return made;
      bytes_made_ = bytes;
      return checked(object(parts, Extent::kRequiredOnly));
    }
  }
  return std::nullopt;
}

}  // namespace servanda::internal

namespace servanda {

std::optional<std::string> static_sample(const Node& node, SchemaSet& schemas, Documents&,
                                         Direction direction, Diagnostics& diagnostics) {
  const Schema schema = schemas.compile(node, diagnostics);
  internal::Sampler sampler(*internal::SchemaAccess::program(schema), &schemas, direction, nullptr);
  return sampler.sample(internal::SchemaAccess::entry(schema));
}

std::optional<std::string> dynamic_sample(const Schema& schema, Direction direction, Rng& rng) {
  if (!schema.exists()) return "null";
  const internal::SchemaProgram& program = *internal::SchemaAccess::program(schema);
  const uint32_t entry = internal::SchemaAccess::entry(schema);
  internal::Sampler random(program, nullptr, direction, &rng);
  for (int i = 0; i < internal::kRandomAttempts; ++i) {
    if (std::optional<std::string> made = random.sample(entry)) return made;
  }
  internal::Sampler plain(program, nullptr, direction, nullptr);
  return plain.sample(entry);
}

}  // namespace servanda
