// SPDX-License-Identifier: Apache-2.0
#include "call/prefer.h"

#include <optional>

#include "base/text.h"

namespace servanda {
namespace {

// Takes the text up to the next `separator` outside a quoted string off the front of `rest`.
std::string_view take_until(std::string_view& rest, char separator) {
  bool quoted = false;
  size_t at = 0;
  for (; at < rest.size(); ++at) {
    if (quoted && rest[at] == '\\') {
      ++at;
    } else if (rest[at] == '"') {
      quoted = !quoted;
    } else if (!quoted && rest[at] == separator) {
      break;
    }
  }
  const std::string_view taken = rest.substr(0, at);
  rest = at < rest.size() ? rest.substr(at + 1) : std::string_view();
  return trim(taken);
}

// A quoted value without its quotes. One with escapes names nothing that we know: left as it is.
std::string_view unquote(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    return value.substr(1, value.size() - 2);
  }
  return value;
}

// Which preferences were there already, so that the first one counts.
struct Seen {
  bool returns = false;
  bool values = false;
};

void apply(std::string_view name, std::string_view value, Preferences& preferences, Seen& seen) {
  if (equals_ignoring_case(name, "return") && !seen.returns) {
    seen.returns = true;
    if (value == "minimal") preferences.returns = Preferences::Return::kMinimal;
    if (value == "representation") preferences.returns = Preferences::Return::kRepresentation;
  } else if (equals_ignoring_case(name, "code") && preferences.code == 0) {
    const std::optional<int64_t> code = parse_integer(value);
    if (code && *code >= 200 && *code <= 599) preferences.code = static_cast<int>(*code);
  } else if (equals_ignoring_case(name, "example") && preferences.example.empty()) {
    preferences.example = value;
  } else if (equals_ignoring_case(name, "dynamic") && !seen.values) {
    seen.values = true;
    if (value == "true") preferences.values = Preferences::Values::kDynamic;
  }
}

}  // namespace

Preferences parse_preferences(std::string_view header) {
  Preferences preferences;
  Seen seen;
  while (!header.empty()) {
    std::string_view preference = take_until(header, ',');
    std::string_view named = take_until(preference, ';');
    const std::string_view name = take_until(named, '=');
    if (!name.empty()) apply(name, unquote(trim(named)), preferences, seen);
  }
  return preferences;
}

}  // namespace servanda
