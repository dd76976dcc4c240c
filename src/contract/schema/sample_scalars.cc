// SPDX-License-Identifier: Apache-2.0
// Samples of enums, strings and numbers.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/text.h"
#include "contract/schema/sampler.h"

namespace servanda::internal {
namespace {

constexpr uint32_t kTextMax = 65'536;     // Longest sample text.
constexpr uint32_t kRandomTextsMax = 64;  // Attempts at patterns with further conditions.

// Small deterministic source for patterns that the plain choice does not satisfy.
class FixedRng : public Rng {
 public:
  uint64_t next() override {
    state_ += 0x9E3779B97F4A7C15;
    uint64_t mixed = (state_ ^ (state_ >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    return mixed ^ (mixed >> 31);
  }

 private:
  uint64_t state_ = 1;
};

std::string quoted(std::string_view text) {
  std::string out;
  json_append_string(out, text);
  return out;
}

// Extends or cuts plain ASCII text to lie within [min, max].
std::string fitted(std::string text, uint32_t min, uint32_t max) {
  const std::string unit = text.empty() ? "a" : text;
  while (text.size() < min) text += unit;
  const size_t most = std::max<size_t>(min, std::min<size_t>(max, text.size()));
  if (text.size() > most) text.resize(most);
  return text;
}

struct Range {
  double low = -INFINITY;
  double high = INFINITY;
  double step = 0;
};

double double_of(const JsonNode& bound) {
  return JsonValue(&bound).to_double();
}

Range range_of(const std::vector<const NumberRules*>& numbers) {
  Range range;
  for (const NumberRules* rules : numbers) {
    const auto is_set = [](const JsonNode& bound) { return bound.kind != JsonKind::kNull; };
    if (is_set(rules->minimum)) range.low = std::max(range.low, double_of(rules->minimum));
    if (is_set(rules->above)) range.low = std::max(range.low, double_of(rules->above));
    if (is_set(rules->maximum)) range.high = std::min(range.high, double_of(rules->maximum));
    if (is_set(rules->below)) range.high = std::min(range.high, double_of(rules->below));
    if (is_set(rules->multiple)) range.step = std::max(range.step, double_of(rules->multiple));
  }
  return range;
}

std::string number_text(double value) {
  char text[40];
  if (value == std::floor(value) && std::fabs(value) < 9e15) {
    std::snprintf(text, sizeof text, "%.0f", value == 0 ? 0.0 : value);
  } else {
    std::snprintf(text, sizeof text, "%.12g", value);
  }
  return text;
}

}  // namespace

std::optional<std::string> Sampler::choice(const Schemas& schemas, const Parts& parts) {
  // The shortest list: every value must be in all of them.
  const Choices* best = parts.choices[0];
  for (const Choices* one : parts.choices) {
    if (one->all.count < best->all.count) best = one;
  }
  if (best->all.count == 0) return std::nullopt;
  const uint32_t first = picker_.pick(best->all.count);
  for (uint32_t i = 0; i < best->all.count; ++i) {
    const uint32_t at = best->all.first + (first + i) % best->all.count;
    std::string json = json_text(program_.constants[at].root());
    if (!accepted(schemas, json)) continue;
    bytes_made_ += json.size();
    return json;
  }
  return std::nullopt;
}

std::optional<std::string> Sampler::text(const Schemas& schemas, const Parts& parts) {
  uint32_t min = 0;
  uint32_t max = UINT32_MAX;
  std::vector<std::string> candidates;
  for (const StringRules* rules : parts.strings) {
    min = std::max(min, rules->min);
    max = std::min(max, rules->max);
  }
  if (min > max || min > kTextMax) return std::nullopt;
  for (const StringRules* rules : parts.strings) {
    if (rules->format != Format::kNone) {
      candidates.push_back(text_for_format(rules->format, picker_));
    }
  }
  std::string plain = "string";
  if (picker_.variant() > 0) plain += std::to_string(picker_.variant());
  if (picker_.is_random()) {
    plain.clear();
    for (uint32_t i = 3 + picker_.pick(10); i > 0; --i) {
      plain += static_cast<char>('a' + picker_.pick(26));
    }
  }
  candidates.push_back(fitted(plain, min, max));
  for (const std::string& candidate : candidates) {
    std::string json = quoted(candidate);
    if (!accepted(schemas, json)) continue;
    bytes_made_ += json.size();
    return json;
  }
  for (const StringRules* rules : parts.strings) {
    if (rules->pattern == kNone) continue;
    if (auto made = text_by_pattern(schemas, parts, rules->pattern)) return made;
  }
  return std::nullopt;
}

std::optional<std::string> Sampler::text_by_pattern(const Schemas& schemas, const Parts& parts,
                                                    uint32_t pattern) {
  const RegexTree tree = parse_regex(program_.patterns[pattern]->source());
  uint32_t min = 0;
  for (const StringRules* rules : parts.strings) min = std::max(min, rules->min);
  const auto try_with = [&](uint32_t extra, Picker& picker) -> std::optional<std::string> {
    const std::optional<std::string> made = text_for_regex(tree, extra, picker);
    if (!made || !spend(1)) return std::nullopt;
    std::string json = quoted(*made);
    if (!accepted(schemas, json)) return std::nullopt;
    bytes_made_ += json.size();
    return json;
  };
  // More repetitions as long as the text may only be too short.
  for (uint32_t extra = 0; extra <= min; extra = extra == 0 ? 1 : extra * 2) {
    if (auto made = try_with(extra, picker_)) return made;
  }
  if (auto made = try_with(min, picker_)) return made;
  FixedRng fixed;
  Picker random(&fixed);
  for (uint32_t i = 0; i < kRandomTextsMax; ++i) {
    if (auto made = try_with(min + i % 8, random)) return made;
  }
  return std::nullopt;
}

std::optional<std::string> Sampler::number(const Schemas& schemas, const Parts& parts) {
  const Range range = range_of(parts.numbers);
  const double step = range.step > 0 ? range.step : 1;
  const double shift = step * picker_.variant();
  std::vector<double> candidates;
  if (picker_.is_random()) {
    const double low = std::isfinite(range.low) ? range.low : std::min(0.0, range.high - 1000);
    const double high = std::isfinite(range.high) ? range.high : low + 1000;
    double value = low + (high - low) * picker_.pick(1'000'001) / 1e6;
    if (parts.integral || range.step > 0) value = std::floor(value / step) * step;
    candidates.push_back(value);
  }
  candidates.push_back(shift);
  for (double bound : {range.low, range.high}) {
    if (!std::isfinite(bound)) continue;
    const double whole = std::ceil(bound / step) * step;
    candidates.insert(candidates.end(), {whole + shift, whole + step + shift, whole - step - shift,
                                         bound, std::floor(bound)});
  }
  if (std::isfinite(range.low) && std::isfinite(range.high)) {
    candidates.push_back((range.low + range.high) / 2);
  }
  for (double candidate : candidates) {
    if (!std::isfinite(candidate)) continue;
    std::string json = number_text(candidate);
    if (accepted(schemas, json)) return json;
  }
  // Bounds that a double cannot hold: the bounds themselves, as written.
  for (const NumberRules* rules : parts.numbers) {
    for (const JsonNode* bound : {&rules->minimum, &rules->maximum, &rules->multiple}) {
      if (bound->kind == JsonKind::kNull) continue;
      std::string json = json_text(JsonValue(bound));
      if (accepted(schemas, json)) return json;
    }
  }
  return std::nullopt;
}

}  // namespace servanda::internal
