// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <limits>
#include <set>
#include <vector>

#include "base/text.h"
#include "contract/expression/expression.h"
#include "contract/plan/vocabulary.h"

namespace servanda {
namespace {

std::string_view kind_text(JsonKind kind) {
  static constexpr std::array<std::string_view, 7> kTexts = {
      "null", "a boolean", "a number", "a number", "a string", "a list", "an object"};
  return kTexts[static_cast<size_t>(kind)];
}

std::string_view form_text(ValueForm form) {
  switch (form) {
    case ValueForm::kText:
    case ValueForm::kName:
    case ValueForm::kWord:
    case ValueForm::kExpression:
      return "a string";
    case ValueForm::kBoolean:
      return "a boolean";
    case ValueForm::kDuration:
      return "a duration such as \"5s\"";
    case ValueForm::kNames:
      return "a list of names, such as [catalog, billing]";
    case ValueForm::kCount:
      return "a whole number";
    case ValueForm::kNameLists:
      return "a list of lists of property names, such as [[name], [category, -price]]";
    case ValueForm::kObject:
    case ValueForm::kObjects:
      return "an object";
    case ValueForm::kLater:
      break;
  }
  return "absent";
}

// Another of the six places whose table has the key, for the message.
std::string_view other_place_of(std::string_view key, VocabularyPlace place) {
  for (int i = 0; i < kVocabularyPlaceCount; ++i) {
    const auto candidate = static_cast<VocabularyPlace>(i);
    if (candidate == place) continue;
    for (const VocabularyKey& known : vocabulary_keys(candidate)) {
      if (known.name == key) return vocabulary_place_text(candidate);
    }
  }
  return {};
}

// In the largest unit that holds it in whole numbers.
std::string duration_text(Duration duration) {
  static constexpr struct {
    std::string_view unit;
    int64_t ns;
  } kUnits[] = {{"d", 86'400'000'000'000},
                {"h", 3'600'000'000'000},
                {"m", 60'000'000'000},
                {"s", 1'000'000'000}};
  for (const auto& unit : kUnits) {
    if (duration.ns % unit.ns != 0) continue;
    return std::to_string(duration.ns / unit.ns) + std::string(unit.unit);
  }
  return std::to_string(duration.ns / 1'000'000) + "ms";
}

std::string words_text(std::string_view words) {
  std::string text;
  for (std::string_view word : split(words, ' ')) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

// Walks one object of the vocabulary. Nesting is bounded by the tables: at most three levels.
class VocabularyChecker {
 public:
  explicit VocabularyChecker(Diagnostics& diagnostics) : diagnostics_(&diagnostics) {}

  void check_object(const Node& value, VocabularyPlace place, std::string_view called) {
    if (!value.is_object()) {
      type_error(value, called, "an object");
      return;
    }
    for (const NodeEntry& entry : value) check_entry(entry, place);
  }

 private:
  void type_error(const Node& value, std::string_view called, std::string_view wanted) {
    diagnostics_->error("vocabulary-type", value.place,
                        in_quotes(called) + " must be " + std::string(wanted) + ", not " +
                            std::string(kind_text(value.kind)) + ".",
                        "Write " + std::string(wanted) + ".");
  }

  void limit_error(const Node& value, const std::string& message) {
    diagnostics_->error("vocabulary-limit", value.place, message, "Stay within the limit.");
  }

  void unknown_key(const NodeEntry& entry, VocabularyPlace place) {
    std::vector<std::string_view> names;
    for (const VocabularyKey& key : vocabulary_keys(place)) names.push_back(key.name);
    std::string fix;
    const std::string_view elsewhere = other_place_of(entry.key, place);
    if (auto near = nearest(entry.key, names)) {
      fix = "Did you mean " + in_quotes(*near) + "?";
    } else if (!elsewhere.empty()) {
      fix =
          in_quotes(entry.key) + " is a key at " + std::string(elsewhere) + ": move or remove it.";
    } else {
      fix = "Remove it. Valid here: ";
      for (size_t i = 0; i < names.size(); ++i) {
        if (i > 0) fix += ", ";
        fix += names[i];
      }
      fix += '.';
    }
    diagnostics_->error("vocabulary-unknown-key", entry.key_place,
                        in_quotes(entry.key) + " is no key of x-servanda at " +
                            std::string(vocabulary_place_text(place)) + ".",
                        std::move(fix));
  }

  void check_entry(const NodeEntry& entry, VocabularyPlace place) {
    const VocabularyKey* key = nullptr;
    for (const VocabularyKey& candidate : vocabulary_keys(place)) {
      if (candidate.name == entry.key) key = &candidate;
    }
    if (key == nullptr) {
      unknown_key(entry, place);
      return;
    }
    if (key->form == ValueForm::kLater) {
      check_later(entry, *key);
    } else if (entry.value->kind == JsonKind::kNull) {
      check_null(entry, *key, place);
    } else {
      check_value(*entry.value, *key);
    }
  }

  void check_null(const NodeEntry& entry, const VocabularyKey& key, VocabularyPlace place) {
    // The root inherits from nothing, but its policies may switch a default off.
    if (key.null == NullMeaning::kOff) return;
    diagnostics_->error("vocabulary-type", entry.value->place,
                        in_quotes(key.name) + " at " + std::string(vocabulary_place_text(place)) +
                            " must be " + std::string(form_text(key.form)) + ", not null.",
                        "Give it a value or remove the key.");
  }

  void check_later(const NodeEntry& entry, const VocabularyKey& key) {
    std::string text;
    append_json(text, *entry.value);
    if (!key.accepted.empty()) {
      for (std::string_view accepted : split(key.accepted, '|')) {
        if (text == accepted) return;
      }
    }
    std::string fix = "Remove " + in_quotes(key.name);
    if (!key.accepted.empty()) {
      fix += " or write " + std::string(split(key.accepted, '|').front());
    }
    diagnostics_->error("not-supported-yet", entry.key_place,
                        in_quotes(key.name) + " is not supported yet.",
                        fix + "; keys are never ignored silently.");
  }

  void check_value(const Node& value, const VocabularyKey& key) {
    switch (key.form) {
      case ValueForm::kText:
      case ValueForm::kName:
        check_text(value, key);
        return;
      case ValueForm::kBoolean:
        if (value.kind != JsonKind::kBoolean) type_error(value, key.name, "a boolean");
        return;
      case ValueForm::kDuration:
        return check_duration(value, key);
      case ValueForm::kWord:
        return check_word(value, key);
      case ValueForm::kExpression:
        return check_expression(value, key);
      case ValueForm::kNames:
        return check_names(value, key);
      case ValueForm::kCount:
        return check_count(value, key);
      case ValueForm::kNameLists:
        return check_lists(value, key);
      case ValueForm::kObject:
        return check_object(value, key.nested, key.name);
      case ValueForm::kObjects:
        return check_objects(value, key);
      case ValueForm::kLater:
        return;
    }
  }

  void check_text(const Node& value, const VocabularyKey& key) {
    if (!value.is_string()) {
      type_error(value, key.name, form_text(ValueForm::kText));
      return;
    }
    if (value.text.empty()) {
      diagnostics_->error("vocabulary-value", value.place, in_quotes(key.name) + " is empty.",
                          "Write a name or remove the key.");
      return;
    }
    if (value.text.size() > VocabularyLimits::kTextBytes) {
      limit_error(value, in_quotes(key.name) + " is longer than 200 bytes.");
    }
  }

  // What it says is checked where the names in it are known.
  void check_expression(const Node& value, const VocabularyKey& key) {
    if (!value.is_string()) {
      type_error(value, key.name, form_text(key.form));
    } else if (value.text.empty()) {
      diagnostics_->error("vocabulary-value", value.place, in_quotes(key.name) + " is empty.",
                          "Write an expression or remove the key.");
    } else if (count_code_points(value.text) > ExpressionLimits::kCharacters) {
      limit_error(value, in_quotes(key.name) + " has more than 2000 characters.");
    }
  }

  void check_duration(const Node& value, const VocabularyKey& key) {
    if (!value.is_string()) return type_error(value, key.name, form_text(key.form));
    const auto duration = parse_duration(value.text);
    if (!duration) {
      diagnostics_->error("vocabulary-value", value.place,
                          in_quotes(value.text) + " is no duration.",
                          "Write whole digits and a unit: ms, s, m, h or d, such as \"5s\".");
    } else if (*duration < key.least || *duration > key.most) {
      limit_error(value, in_quotes(key.name) + " must be from " + duration_text(key.least) +
                             " to " + duration_text(key.most) + ", not " + std::string(value.text) +
                             ".");
    }
  }

  void check_word(const Node& value, const VocabularyKey& key) {
    if (!value.is_string()) return type_error(value, key.name, "a string");
    const std::vector<std::string_view> words = split(key.words, ' ');
    for (std::string_view word : words) {
      if (word == value.text) return;
    }
    if (key.name == "handler" && value.text == "proxy") {
      diagnostics_->error("not-supported-yet", value.place,
                          "The handler \"proxy\" is not supported yet.",
                          "Remove it, or write \"mock\" to answer from examples.");
      return;
    }
    const auto near = nearest(value.text, words);
    diagnostics_->error("vocabulary-value", value.place,
                        in_quotes(value.text) + " is no value of " + in_quotes(key.name) + ".",
                        near ? "Did you mean " + in_quotes(*near) + "?"
                             : "Write one of: " + words_text(key.words) + ".");
  }

  void check_count(const Node& value, const VocabularyKey& key) {
    const auto count = value.is_number() ? parse_integer(value.text) : std::nullopt;
    if (!count) return type_error(value, key.name, form_text(key.form));
    if (*count >= 0 && *count <= key.count_most) return;
    limit_error(value, in_quotes(key.name) + " must be from 0 to " +
                           std::to_string(key.count_most) + ", not " + std::string(value.text) +
                           ".");
  }

  void check_names(const Node& value, const VocabularyKey& key) {
    if (!value.is_array()) return type_error(value, key.name, form_text(key.form));
    if (value.size > VocabularyLimits::kNames) {
      return limit_error(value, in_quotes(key.name) + " has more than 100 names.");
    }
    std::set<std::string_view> seen;
    for (const NodeEntry& item : value) {
      check_text(*item.value, key);
      if (!item.value->is_string() || seen.insert(item.value->text).second) continue;
      diagnostics_->error("vocabulary-value", item.value->place,
                          in_quotes(key.name) + " names " + in_quotes(item.value->text) + " twice.",
                          "Remove one.");
    }
  }

  void check_lists(const Node& value, const VocabularyKey& key) {
    if (!value.is_array()) return type_error(value, key.name, form_text(key.form));
    if (value.size > VocabularyLimits::kLists) {
      return limit_error(value, in_quotes(key.name) + " has more than 64 lists.");
    }
    for (const NodeEntry& item : value) {
      if (!item.value->is_array()) {
        type_error(*item.value, key.name, form_text(key.form));
      } else if (item.value->size == 0) {
        diagnostics_->error("vocabulary-value", item.value->place,
                            in_quotes(key.name) + " holds an empty list.",
                            "Name at least one property or remove the list.");
      } else if (item.value->size > VocabularyLimits::kListNames) {
        limit_error(*item.value,
                    "A list of " + in_quotes(key.name) + " names more than 8 properties.");
      } else {
        for (const NodeEntry& name : *item.value) check_text(*name.value, key);
      }
    }
  }

  void check_objects(const Node& value, const VocabularyKey& key) {
    if (!value.is_object()) return type_error(value, key.name, "an object");
    if (value.size > VocabularyLimits::kServices) {
      return limit_error(value, in_quotes(key.name) + " has more than 100 members.");
    }
    for (const NodeEntry& entry : value) {
      if (!is_service_name(entry.key)) {
        diagnostics_->error("vocabulary-value", entry.key_place,
                            in_quotes(entry.key) + " cannot name a service.",
                            "Use 1 to 63 lower-case letters, digits and hyphens, beginning with a "
                            "letter.");
      }
      check_object(*entry.value, key.nested, entry.key);
    }
  }

  static bool is_service_name(std::string_view name) {
    if (name.empty() || name.size() > 63 || name[0] < 'a' || name[0] > 'z') return false;
    for (char c : name) {
      if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
    }
    return true;
  }

  Diagnostics* diagnostics_;
};

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  static constexpr struct {
    std::string_view unit;
    int64_t ns;
  } kUnits[] = {{"ms", 1'000'000},
                {"s", 1'000'000'000},
                {"m", 60'000'000'000},
                {"h", 3'600'000'000'000},
                {"d", 86'400'000'000'000}};
  const size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos || digits > 6) return std::nullopt;
  int64_t count = 0;
  std::from_chars(text.data(), text.data() + digits, count);
  for (const auto& unit : kUnits) {
    if (text.substr(digits) != unit.unit) continue;
    if (count > std::numeric_limits<int64_t>::max() / unit.ns) return std::nullopt;
    return Duration::nanoseconds(count * unit.ns);
  }
  return std::nullopt;
}

void check_vocabulary(const Node& value, VocabularyPlace place, Diagnostics& diagnostics) {
  VocabularyChecker(diagnostics).check_object(value, place, "x-servanda");
}

}  // namespace servanda
