// SPDX-License-Identifier: Apache-2.0
// enum, const, and the rules for strings and numbers.
#include <charconv>

#include "base/decimal.h"
#include "base/text.h"
#include "contract/schema/validate.h"

namespace servanda::internal {
namespace {

// The number's text: its source token, or the digits of an integer written into `room`.
std::string_view token_of(const JsonNode* number, char (&room)[24]) {
  if (number->kind == JsonKind::kNumber) return {number->text, number->size};
  const auto done = std::to_chars(room, room + sizeof room, number->integer);
  return {room, static_cast<size_t>(done.ptr - room)};
}

bool is_multiple(const JsonNode* value, const JsonNode* divisor) {
  if (value->kind == JsonKind::kInteger && divisor->kind == JsonKind::kInteger) {
    return value->integer % divisor->integer == 0;
  }
  char value_room[24];
  char divisor_room[24];
  return is_multiple_of(token_of(value, value_room), token_of(divisor, divisor_room));
}

std::string number_text(const JsonNode* number) {
  char room[24];
  return std::string(token_of(number, room));
}

// Whether the number of code points lies within [min, max]; counts only where bytes do not decide.
bool length_within(std::string_view text, uint32_t min, uint32_t max) {
  const size_t bytes = text.size();
  if (bytes <= max && bytes / 4 >= min) return true;
  if (bytes < min || bytes / 4 > max) return false;
  const size_t length = count_code_points(text);
  return length >= min && length <= max;
}

}  // namespace

template <bool kCollect>
bool Walker<kCollect>::choice(const Choices& choices, const JsonNode* value, const Spot& spot) {
  if (value->kind == JsonKind::kString) {
    if (find_name(program_, choices.strings, {value->text, value->size}) != kNone) return true;
  } else {
    for (uint32_t i = 0; i < choices.others.count; ++i) {
      const uint32_t constant = program_.lists[choices.others.first + i];
      if (json_equal(program_.constants[constant].root(), JsonValue(value))) return true;
    }
  }
  if constexpr (!kCollect) return false;
  return report(spot, choices.all.count == 1 ? "const" : "enum",
                choices_sentence(program_, choices));
}

template <bool kCollect>
bool Walker<kCollect>::string(const StringRules& rules, const JsonNode* value, const Spot& spot) {
  const std::string_view text(value->text, value->size);
  bool ok = true;
  if (!length_within(text, rules.min, rules.max)) {
    if constexpr (!kCollect) return false;
    ok = count_code_points(text) < rules.min
             ? report(spot, "minLength",
                      count_sentence("Must be at least ", rules.min, " character", " characters"))
             : report(spot, "maxLength",
                      count_sentence("Must be at most ", rules.max, " character", " characters"));
  }
  if (rules.format != Format::kNone && !text_has_format(rules.format, text)) {
    if constexpr (!kCollect) return false;
    ok = report(spot, "format", "Must be " + std::string(format_description(rules.format)) + ".");
  }
  if (rules.pattern != kNone && !program_.patterns[rules.pattern]->matches(text)) {
    if constexpr (!kCollect) return false;
    ok = report(spot, "pattern",
                "Must match the pattern " + program_.patterns[rules.pattern]->source() + " .");
  }
  return ok;
}

template <bool kCollect>
bool Walker<kCollect>::number(const NumberRules& rules, const JsonNode* value, const Spot& spot) {
  if (!kCollect && rules.whole_bounds && value->kind == JsonKind::kInteger) {
    if (value->integer < rules.low || value->integer > rules.high) return false;
    if (rules.multiple.kind != JsonKind::kNull && !is_multiple(value, &rules.multiple)) {
      return false;
    }
    return rules.format == Format::kNone || number_has_format(rules.format, JsonValue(value));
  }
  return number_slowly(rules, value, spot);
}

template <bool kCollect>
bool Walker<kCollect>::number_slowly(const NumberRules& rules, const JsonNode* value,
                                     const Spot& spot) {
  bool ok = true;
  const auto refuse = [&](std::string_view code, std::string_view before, const JsonNode* bound) {
    if constexpr (kCollect) {
      report(spot, code, std::string(before) + number_text(bound) + ".");
    } else {
      static_cast<void>(code);
      static_cast<void>(before);
      static_cast<void>(bound);
    }
    ok = false;
  };
  const auto compare = [&](const JsonNode& bound) {
    return json_compare_numbers(JsonValue(value), JsonValue(&bound));
  };
  const auto is_set = [](const JsonNode& bound) { return bound.kind != JsonKind::kNull; };
  if (is_set(rules.minimum) && compare(rules.minimum) < 0) {
    refuse("minimum", "Must be at least ", &rules.minimum);
  }
  if (is_set(rules.maximum) && compare(rules.maximum) > 0) {
    refuse("maximum", "Must be at most ", &rules.maximum);
  }
  if (is_set(rules.above) && compare(rules.above) <= 0) {
    refuse("exclusiveMinimum", "Must be greater than ", &rules.above);
  }
  if (is_set(rules.below) && compare(rules.below) >= 0) {
    refuse("exclusiveMaximum", "Must be less than ", &rules.below);
  }
  if (is_set(rules.multiple) && !is_multiple(value, &rules.multiple)) {
    refuse("multipleOf", "Must be a multiple of ", &rules.multiple);
  }
  if (rules.format != Format::kNone && !number_has_format(rules.format, JsonValue(value))) {
    if constexpr (!kCollect) return false;
    ok = report(spot, "format", "Must be " + std::string(format_description(rules.format)) + ".");
  }
  return ok;
}

template bool Walker<false>::choice(const Choices&, const JsonNode*, const Spot&);
template bool Walker<true>::choice(const Choices&, const JsonNode*, const Spot&);
template bool Walker<false>::string(const StringRules&, const JsonNode*, const Spot&);
template bool Walker<true>::string(const StringRules&, const JsonNode*, const Spot&);
template bool Walker<false>::number(const NumberRules&, const JsonNode*, const Spot&);
template bool Walker<true>::number(const NumberRules&, const JsonNode*, const Spot&);

}  // namespace servanda::internal
