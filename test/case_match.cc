// SPDX-License-Identifier: Apache-2.0
#include "case_match.h"

#include <cctype>

namespace servanda::cases {
namespace {

// The name when `text` starts with a capture such as "{id}"; "" otherwise.
std::string_view capture_name(std::string_view text) {
  if (text.size() < 3 || text[0] != '{' || !std::isalpha(static_cast<unsigned char>(text[1])))
    return {};
  size_t end = 1;
  while (end < text.size() &&
         (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_'))
    ++end;
  if (end == text.size() || text[end] != '}') return {};
  return text.substr(1, end - 1);
}

std::string scalar_text(JsonValue value) {
  return value.is_string() ? std::string(value.text()) : json_text(value);
}

class JsonMatch {
 public:
  explicit JsonMatch(Captures& captures) : captures_(captures) {}

  std::optional<std::string> match(JsonValue expected, JsonValue actual, const std::string& at) {
    if (expected.is_string()) return match_string(expected.text(), actual, at);
    if (expected.is_object()) return match_object(expected, actual, at);
    if (expected.is_array()) return match_array(expected, actual, at);
    if (json_equal(expected, actual)) return std::nullopt;
    return differs(at, json_text(expected), json_text(actual));
  }

 private:
  static std::string differs(const std::string& at, const std::string& expected,
                             const std::string& actual) {
    return "at \"" + at + "\": expected " + expected + ", got " + actual;
  }

  std::optional<std::string> match_string(std::string_view expected, JsonValue actual,
                                          const std::string& at) {
    if (expected == "*") return std::nullopt;
    if (expected == "*string" && actual.is_string()) return std::nullopt;
    if (expected == "*number" && actual.is_number()) return std::nullopt;
    if (expected == "*array" && actual.is_array()) return std::nullopt;
    const bool whole_capture =
        !expected.empty() && capture_name(expected).size() + 2 == expected.size();
    const bool is_scalar = !actual.is_object() && !actual.is_array();
    if (!is_scalar || (!actual.is_string() && !whole_capture)) {
      return differs(at, std::string(expected), json_text(actual));
    }
    std::optional<std::string> problem = match_text(expected, scalar_text(actual), captures_);
    if (problem) return "at \"" + at + "\": " + *problem;
    return std::nullopt;
  }

  std::optional<std::string> match_object(JsonValue expected, JsonValue actual,
                                          const std::string& at) {
    if (!actual.is_object()) return differs(at, "an object", json_text(actual));
    bool open = false;
    for (auto [key, value] : expected.members()) {
      if (key == "...") {
        open = true;
        continue;
      }
      const JsonValue found = actual.find(key);
      if (!found.exists()) return "at \"" + at + "/" + std::string(key) + "\": missing";
      if (auto problem = match(value, found, at + "/" + std::string(key))) return problem;
    }
    if (open) return std::nullopt;
    for (auto [key, value] : actual.members()) {
      if (!expected.find(key).exists()) {
        return "at \"" + at + "/" + std::string(key) + "\": not expected, got " + json_text(value);
      }
    }
    return std::nullopt;
  }

  std::optional<std::string> match_array(JsonValue expected, JsonValue actual,
                                         const std::string& at) {
    if (!actual.is_array()) return differs(at, "an array", json_text(actual));
    if (expected.size() != actual.size()) {
      return differs(at, std::to_string(expected.size()) + " items",
                     std::to_string(actual.size()) + ": " + json_text(actual));
    }
    auto other = actual.items().begin();
    int number = 0;
    for (JsonValue item : expected.items()) {
      if (auto problem = match(item, *other, at + "/" + std::to_string(number))) return problem;
      ++other;
      ++number;
    }
    return std::nullopt;
  }

  Captures& captures_;
};

}  // namespace

std::string substitute(std::string_view text, const Captures& captures) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (text.substr(i).starts_with("\\{")) {
      out += '{';
      i += 2;
      continue;
    }
    const std::string_view name = capture_name(text.substr(i));
    const auto bound = name.empty() ? captures.end() : captures.find(name);
    if (bound != captures.end()) {
      out += bound->second;
      i += name.size() + 2;
    } else {
      out += text[i++];
    }
  }
  return out;
}

std::optional<std::string> match_text(std::string_view pattern, std::string_view actual,
                                      Captures& captures) {
  const auto problem = [&] {
    return "expected \"" + substitute(pattern, captures) + "\", got \"" + std::string(actual) +
           "\"";
  };
  if (pattern == "*") return std::nullopt;
  size_t at = 0;
  for (size_t i = 0; i < pattern.size();) {
    const std::string_view name = capture_name(pattern.substr(i));
    if (name.empty()) {
      if (pattern.substr(i).starts_with("\\{")) ++i;
      if (at >= actual.size() || actual[at] != pattern[i]) return problem();
      ++at;
      ++i;
      continue;
    }
    i += name.size() + 2;
    if (const auto bound = captures.find(name); bound != captures.end()) {
      if (!actual.substr(at).starts_with(bound->second)) return problem();
      at += bound->second.size();
      continue;
    }
    const size_t end = i < pattern.size() ? actual.find(pattern[i], at) : actual.size();
    if (end == std::string_view::npos || end == at) return problem();
    captures.emplace(name, actual.substr(at, end - at));
    at = end;
  }
  if (at != actual.size()) return problem();
  return std::nullopt;
}

std::optional<std::string> match_json(std::string_view expected, std::string_view actual,
                                      Captures& captures) {
  Result<JsonDocument> want = JsonDocument::parse(expected);
  if (!want) return "the case's own JSON is broken: " + want.error().message;
  Result<JsonDocument> have = JsonDocument::parse(actual);
  if (!have) return "the answer is no JSON (" + have.error().message + "): " + std::string(actual);
  return JsonMatch(captures).match(want->root(), have->root(), "");
}

}  // namespace servanda::cases
