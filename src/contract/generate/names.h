// SPDX-License-Identifier: Apache-2.0
#pragma once
// C++ identifiers, literals and comments from whatever a contract says.

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/result.h"

namespace servanda::internal {

// "order line", "order_line", "order-line" -> "OrderLine". Never empty, a keyword, a macro of the
// standard library or beginning with a digit.
[[nodiscard]] std::string type_name(std::string_view text);
// "createdAt" -> "created_at"; otherwise as above.
[[nodiscard]] std::string member_name(std::string_view text);
// "in progress" -> "kInProgress".
[[nodiscard]] std::string constant_name(std::string_view text);
// A C++ string literal of these bytes; std::string_view(...) when they hold NUL.
[[nodiscard]] std::string literal(std::string_view bytes);

inline constexpr size_t kCommentLinesMax = 8;

// A description as `//` lines, each behind `indent` spaces, wrapped and cut to `lines_max`.
// Nothing in it can end the comment, continue it on the next line or turn the direction of text.
// "" when there is nothing to say.
[[nodiscard]] std::string comment(std::string_view text, size_t indent,
                                  size_t lines_max = kCommentLinesMax);

// Fails unless `name_space` is identifiers joined with "::" that can hold generated code.
[[nodiscard]] Result<void> check_namespace(std::string_view name_space);

// Names of one scope, each given once.
class Scope {
 public:
  // `wanted`, or `wanted` with the first free number behind it ("Order2", "order_2").
  [[nodiscard]] std::string take(const std::string& wanted);
  // As above, but names that differ in case alone count as the same: for files.
  [[nodiscard]] std::string take_file(const std::string& wanted);

 private:
  std::unordered_set<std::string> taken_;
};

}  // namespace servanda::internal
