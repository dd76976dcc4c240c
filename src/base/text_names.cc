// SPDX-License-Identifier: Apache-2.0
// Names: typing slips, snake_case, plurals.

#include <algorithm>
#include <array>

#include "base/text.h"

namespace servanda {
namespace {

constexpr size_t kWordMax = 64;
// Distances are in half edits, so that a difference in case alone weighs less than a letter.
constexpr int kEdit = 2;
constexpr int kCaseEdit = 1;

constexpr bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr char lower(char c) {
  return is_upper(c) ? static_cast<char>(c | 0x20) : c;
}

int replacement_cost(char a, char b) {
  if (a == b) return 0;
  return lower(a) == lower(b) ? kCaseEdit : kEdit;
}

// Optimal string alignment distance in half edits. Requires: both at most kWordMax long.
int edit_distance(std::string_view a, std::string_view b) {
  using Row = std::array<int, kWordMax + 1>;
  std::array<Row, 3> rows{};
  Row* before = &rows[0];
  Row* previous = &rows[1];
  Row* current = &rows[2];
  for (size_t j = 0; j <= b.size(); ++j) (*previous)[j] = static_cast<int>(j) * kEdit;
  for (size_t i = 1; i <= a.size(); ++i) {
    (*current)[0] = static_cast<int>(i) * kEdit;
    for (size_t j = 1; j <= b.size(); ++j) {
      int best = std::min((*previous)[j] + kEdit, (*current)[j - 1] + kEdit);
      best = std::min(best, (*previous)[j - 1] + replacement_cost(a[i - 1], b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        best = std::min(best, (*before)[j - 2] + kEdit);
      }
      (*current)[j] = best;
    }
    Row* const free = before;
    before = previous;
    previous = current;
    current = free;
  }
  return (*previous)[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > kWordMax) return std::nullopt;
  std::optional<std::string_view> best;
  int best_distance = std::max(1, static_cast<int>(word.size()) / 3) * kEdit + 1;
  for (const std::string_view candidate : candidates) {
    if (candidate.empty() || candidate.size() > kWordMax) continue;
    const int distance = edit_distance(word, candidate);
    if (distance < best_distance && distance < static_cast<int>(candidate.size()) * kEdit) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string snake_case(std::string_view name) {
  std::string out;
  out.reserve(name.size() + 4);
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (!is_upper(c) && !is_lower(c) && !is_digit(c)) {
      if (!out.empty() && out.back() != '_') out += '_';
      continue;
    }
    // A word begins at a capital behind a small letter or digit, and at the last capital of a run
    // that a small letter follows: "userID" has two words, "HTTPServer" too.
    if (is_upper(c) && i > 0) {
      const char previous = name[i - 1];
      const bool follows_word = is_lower(previous) || is_digit(previous);
      const bool ends_run = is_upper(previous) && i + 1 < name.size() && is_lower(name[i + 1]);
      if ((follows_word || ends_run) && !out.empty() && out.back() != '_') out += '_';
    }
    out += lower(c);
  }
  while (out.ends_with('_')) out.pop_back();
  return out;
}

std::string plural(std::string_view noun) {
  std::string out(noun);
  if (noun.empty()) return out;
  const auto ends = [&](std::string_view tail) { return noun.ends_with(tail); };
  const bool y_behind_consonant =
      ends("y") && noun.size() > 1 &&
      std::string_view("aeiou").find(noun[noun.size() - 2]) == std::string_view::npos;
  if (y_behind_consonant) {
    out.replace(out.size() - 1, 1, "ies");
  } else if (ends("s") || ends("x") || ends("z") || ends("ch") || ends("sh")) {
    out += "es";
  } else {
    out += "s";
  }
  return out;
}

}  // namespace servanda
