// SPDX-License-Identifier: Apache-2.0
// type, enum, const, and the rules for strings and numbers.
#include <algorithm>
#include <limits>

#include "contract/schema/compile.h"

namespace servanda::internal {
namespace {

// Bits of one type name; 0 when it is none.
uint8_t types_named(std::string_view name) {
  if (name == "null") return type_bit(JsonKind::kNull);
  if (name == "boolean") return type_bit(JsonKind::kBoolean);
  if (name == "integer") return type_bit(JsonKind::kInteger);
  if (name == "number") return kNumberTypes;
  if (name == "string") return type_bit(JsonKind::kString);
  if (name == "array") return type_bit(JsonKind::kArray);
  if (name == "object") return type_bit(JsonKind::kObject);
  return 0;
}

std::string_view keyword_text(const Keywords& keywords, Keyword keyword) {
  return keywords.entries[static_cast<size_t>(keyword)]->key;
}

}  // namespace

void Compiler::compile_type(Job& job, Rules& rules) {
  const Node* type = job.keywords[Keyword::kType];
  if (type == nullptr) return;
  uint8_t types = 0;
  const auto add = [&](const Node& name) {
    const uint8_t bits = name.is_string() ? types_named(name.text) : 0;
    if (bits == 0) {
      fail(job, name, "This is not a type of JSON Schema.",
           "Use null, boolean, integer, number, string, array or object.");
    }
    types |= bits;
  };
  if (type->is_array()) {
    for (const NodeEntry& entry : *type) add(*entry.value);
  } else {
    add(*type);
  }
  // "integer" without "number": also admits 1.0, which is stored as another kind.
  if ((types & kNumberTypes) == type_bit(JsonKind::kInteger)) {
    types |= type_bit(JsonKind::kNumber);
    rules.integral = true;
  }
  rules.types = types;
  compile_nullable(job, rules);
}

// OpenAPI 3.0's keyword, still found in 3.1 documents.
void Compiler::compile_nullable(Job& job, Rules& rules) {
  const Node* nullable = job.keywords[Keyword::kNullable];
  if (nullable == nullptr || nullable->kind != JsonKind::kBoolean || !nullable->boolean) return;
  rules.types |= type_bit(JsonKind::kNull);
  if (!nullable_noticed_.insert(nullable->place.file).second) return;
  diagnostics_->notice("nullable-alias", nullable->place,
                       "\"nullable\" is no keyword of OpenAPI 3.1; it is read as the type \"null\" "
                       "here and wherever else this file has it.",
                       "Write \"type\": [..., \"null\"].");
}

uint32_t Compiler::constant(const Node& value) {
  program_->constants.push_back(to_json(value));
  return static_cast<uint32_t>(program_->constants.size() - 1);
}

void Compiler::compile_choices(Job& job, Rules& rules) {
  const Node* list = job.keywords[Keyword::kEnum];
  const Node* single = job.keywords[Keyword::kConst];
  if (list == nullptr && single == nullptr) return;
  if (list != nullptr && !list->is_array()) {
    fail(job, *list, "\"enum\" must be a list of values.", "Write a list, even for one value.");
    return;
  }
  Choices made;
  made.all.first = static_cast<uint32_t>(program_->constants.size());
  if (list != nullptr) {
    for (const NodeEntry& entry : *list) constant(*entry.value);
  }
  if (single != nullptr) {
    const JsonDocument value = to_json(*single);
    const bool among =
        list == nullptr ||
        std::any_of(program_->constants.begin() + made.all.first, program_->constants.end(),
                    [&](const JsonDocument& one) { return json_equal(one.root(), value.root()); });
    program_->constants.erase(program_->constants.begin() + made.all.first,
                              program_->constants.end());
    if (among) constant(*single);
  }
  made.all.count = static_cast<uint32_t>(program_->constants.size()) - made.all.first;
  std::vector<Property> strings;
  std::unordered_set<std::string_view> known;
  std::vector<uint32_t> others;
  for (uint32_t i = 0; i < made.all.count; ++i) {
    const JsonValue value = program_->constants[made.all.first + i].root();
    if (!value.is_string()) {
      others.push_back(made.all.first + i);
      continue;
    }
    const std::string_view text = value.text();
    if (!known.insert(text).second) continue;
    strings.push_back({text.data(), static_cast<uint32_t>(text.size())});
  }
  made.strings = freeze_table(strings);
  made.others = freeze_list(others);
  rules.choices = static_cast<uint32_t>(program_->choices.size());
  program_->choices.push_back(made);
}

// A keyword whose value is a count: whole, not negative. Larger than 32 bits is as good as none.
uint32_t Compiler::count_of(Job& job, Keyword keyword, uint32_t otherwise) {
  const Node* node = job.keywords[keyword];
  if (node == nullptr) return otherwise;
  if (node->is_number()) {
    const JsonDocument value = to_json(*node);
    const double number = value.root().to_double();
    if (json_is_integer(value.root()) && number >= 0) {
      constexpr uint32_t kMost = std::numeric_limits<uint32_t>::max();
      return number >= kMost ? kMost : static_cast<uint32_t>(number);
    }
  }
  fail(job, *node,
       "\"" + std::string(keyword_text(job.keywords, keyword)) +
           "\" must be a whole number that is not negative.",
       "Write a number such as 10.");
  return otherwise;
}

uint32_t Compiler::pattern_number(Job& job, const Node& source) {
  if (!source.is_string()) {
    fail(job, source, "\"pattern\" must be a string.", "Write a regular expression in quotes.");
    return kNone;
  }
  const auto [known, fresh] = pattern_numbers_.try_emplace(std::string(source.text), kNone);
  if (!fresh && known->second != kNone) return known->second;
  if (program_->patterns.size() >= limits_.patterns_max) {
    if (!patterns_exceeded_) {
      diagnostics_->error("pattern-count", source.place,
                          "The contract has more than " + std::to_string(limits_.patterns_max) +
                              " different patterns.",
                          "Share patterns, or split the contract.");
    }
    patterns_exceeded_ = true;
    job.failed = true;
    return kNone;
  }
  Pattern::Compiled compiled = Pattern::compile(source.text);
  if (auto* problem = std::get_if<Pattern::Problem>(&compiled)) {
    diagnostics_->error(problem->rule, source.place, problem->message, problem->fix);
    job.failed = true;
    return kNone;
  }
  known->second = static_cast<uint32_t>(program_->patterns.size());
  program_->patterns.push_back(std::get<std::unique_ptr<Pattern>>(std::move(compiled)));
  return known->second;
}

void Compiler::compile_strings(Job& job, Rules& rules) {
  StringRules made;
  made.min = count_of(job, Keyword::kMinLength, 0);
  made.max = count_of(job, Keyword::kMaxLength, UINT32_MAX);
  if (const Node* pattern = job.keywords[Keyword::kPattern]) {
    made.pattern = pattern_number(job, *pattern);
  }
  const Node* format = job.keywords[Keyword::kFormat];
  const bool assert_formats =
      formats_ == FormatMode::kAssert || registry_.resource(job.resource).dialect.format_assertion;
  if (format != nullptr && assert_formats) {
    if (!format->is_string()) {
      fail(job, *format, "\"format\" must be a string.", "Write a name such as \"date-time\".");
    }
    const Format named = format_named(format->text);
    if (!is_number_format(named)) made.format = named;
  }
  const bool empty = made.min == 0 && made.max == UINT32_MAX && made.pattern == kNone &&
                     made.format == Format::kNone;
  if (empty) return;
  rules.strings = static_cast<uint32_t>(program_->strings.size());
  program_->strings.push_back(made);
}

std::optional<JsonNode> Compiler::bound_of(Job& job, Keyword keyword) {
  const Node* node = job.keywords[keyword];
  if (node == nullptr) return std::nullopt;
  if (!node->is_number()) {
    fail(job, *node,
         "\"" + std::string(keyword_text(job.keywords, keyword)) + "\" must be a number.",
         node->kind == JsonKind::kBoolean
             ? "Since OpenAPI 3.1 the exclusive bound itself is written here."
             : "Write a number such as 10.");
    return std::nullopt;
  }
  return *program_->constants[constant(*node)].root().node();
}

void Compiler::compile_numbers(Job& job, Rules& rules) {
  NumberRules made;
  bool any = false;
  const auto take = [&](Keyword keyword, JsonNode& bound) {
    const std::optional<JsonNode> found = bound_of(job, keyword);
    if (!found) return false;
    bound = *found;
    any = true;
    made.whole_bounds = made.whole_bounds && bound.kind == JsonKind::kInteger;
    return bound.kind == JsonKind::kInteger;
  };
  if (take(Keyword::kMinimum, made.minimum)) made.low = made.minimum.integer;
  if (take(Keyword::kMaximum, made.maximum)) made.high = made.maximum.integer;
  if (take(Keyword::kExclusiveMinimum, made.above)) {
    if (made.above.integer == INT64_MAX) made.whole_bounds = false;
    if (made.whole_bounds) made.low = std::max(made.low, made.above.integer + 1);
  }
  if (take(Keyword::kExclusiveMaximum, made.below)) {
    if (made.below.integer == INT64_MIN) made.whole_bounds = false;
    if (made.whole_bounds) made.high = std::min(made.high, made.below.integer - 1);
  }
  const bool whole = made.whole_bounds;
  if (take(Keyword::kMultipleOf, made.multiple) || made.multiple.kind == JsonKind::kNumber) {
    JsonNode zero;
    zero.kind = JsonKind::kInteger;
    zero.integer = 0;
    if (json_compare_numbers(JsonValue(&made.multiple), JsonValue(&zero)) <= 0) {
      fail(job, *job.keywords[Keyword::kMultipleOf], "\"multipleOf\" must be greater than 0.",
           "Write a number such as 0.01.");
    }
  }
  made.whole_bounds = whole;
  const Node* format = job.keywords[Keyword::kFormat];
  const bool assert_formats =
      formats_ == FormatMode::kAssert || registry_.resource(job.resource).dialect.format_assertion;
  if (format != nullptr && format->is_string() && assert_formats) {
    const Format named = format_named(format->text);
    if (is_number_format(named)) made.format = named;
  }
  if (!any && made.format == Format::kNone) return;
  rules.numbers = static_cast<uint32_t>(program_->numbers.size());
  program_->numbers.push_back(made);
}

}  // namespace servanda::internal
