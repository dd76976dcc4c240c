// SPDX-License-Identifier: Apache-2.0
#pragma once
// Path templates of OpenAPI ("/v1/reports/{id}.{format}") taken apart into segments.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "contract/plan/routes.h"

namespace servanda {

// A stretch of one segment: literal text, percent-decoded, or a variable's name.
struct TemplatePart {
  enum class Kind : uint8_t { kLiteral, kVariable } kind = Kind::kLiteral;
  std::string text;
  bool operator==(const TemplatePart&) const = default;
};

// What stands between two slashes. Two variables always have a literal between them.
struct TemplateSegment {
  // From the most to the least specific: the order of preference when several routes match.
  enum class Rank : uint8_t { kLiteral, kPartial, kVariable } rank = Rank::kLiteral;
  std::vector<TemplatePart> parts;  // A literal segment has one part, whose text may be empty.
};

// A whole template. Only parse_path_template() makes one that may be routed.
struct PathTemplate {
  static constexpr size_t kSegmentsMax = 64;
  static constexpr size_t kBytesMax = 4096;

  std::string text;                       // As written.
  std::vector<TemplateSegment> segments;  // At least one.
  std::vector<std::string> variables;     // In order; at most PathValues::kMax, all different.

  // Equal for templates that differ in nothing but variable names or percent-encoding.
  [[nodiscard]] std::string shape() const;
};

// Why a text is no path template. `rule` is a diagnostic's rule id.
struct TemplateProblem {
  std::string_view rule;
  std::string message;
  std::string fix;
};

// Takes a template apart. Refuses what could never be matched unambiguously: no leading slash,
// a query part, unbalanced braces, adjacent or repeated variables, dot segments, broken
// percent-encoding, and anything over the limits above.
[[nodiscard]] std::expected<PathTemplate, TemplateProblem> parse_path_template(
    std::string_view text);

namespace internal {

// Fits `segment` to the literals and variables of a partial segment: every variable takes the
// shortest non-empty text that lets the rest fit, the last one takes what remains. Stores the
// variables' texts in `values` (room for PathValues::kMax). Linear in the segment for each part.
[[nodiscard]] bool fit_partial(const std::vector<TemplatePart>& parts, std::string_view segment,
                               std::string_view* values);

}  // namespace internal
}  // namespace servanda
