// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/path_template.h"

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace servanda {
namespace {

using Problem = TemplateProblem;

Problem brace_problem() {
  return {"path-braces", "The path has a brace without its partner.",
          "Write every variable as {name}, and a literal brace as %7B or %7D."};
}

// Splits at slashes outside braces.
std::expected<std::vector<std::string_view>, Problem> split_segments(std::string_view text) {
  std::vector<std::string_view> segments;
  size_t start = 1;
  bool inside = false;
  for (size_t i = 1; i < text.size(); ++i) {
    char c = text[i];
    if (c == '{' || c == '}') {
      if (inside == (c == '{')) return std::unexpected(brace_problem());
      inside = !inside;
    } else if (c == '/') {
      if (inside) return std::unexpected(brace_problem());
      segments.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  if (inside) return std::unexpected(brace_problem());
  segments.push_back(text.substr(start));
  return segments;
}

std::expected<std::string, Problem> decode_literal(std::string_view raw) {
  auto decoded = percent_decode(raw, PlusSign::kKept);
  if (!decoded) {
    return std::unexpected(Problem{
        "path-encoding", "The path has a broken percent-encoding in \"" + std::string(raw) + "\".",
        "Write a literal percent sign as %25."});
  }
  return std::move(*decoded);
}

std::expected<void, Problem> add_variable(PathTemplate& path, TemplateSegment& segment,
                                          std::string_view name) {
  if (name.empty()) {
    return std::unexpected(
        Problem{"path-braces", "The path has a variable without a name.", "Write {name}."});
  }
  if (!segment.parts.empty() && segment.parts.back().kind == TemplatePart::Kind::kVariable) {
    return std::unexpected(Problem{"path-adjacent-variables",
                                   "{" + segment.parts.back().text + "} and {" + std::string(name) +
                                       "} stand side by side, so nothing says where one ends.",
                                   "Put a literal between them, such as {a}-{b}."});
  }
  if (std::ranges::find(path.variables, name) != path.variables.end()) {
    return std::unexpected(Problem{"path-variable-repeated",
                                   "{" + std::string(name) + "} appears twice in the path.",
                                   "Give each variable a name of its own."});
  }
  if (path.variables.size() == PathValues::kMax) {
    return std::unexpected(Problem{
        "path-limit", "The path has more than " + std::to_string(PathValues::kMax) + " variables.",
        "Move some of them to the query."});
  }
  path.variables.emplace_back(name);
  segment.parts.push_back({TemplatePart::Kind::kVariable, std::string(name)});
  return {};
}

std::expected<TemplateSegment, Problem> parse_segment(PathTemplate& path, std::string_view raw) {
  TemplateSegment segment;
  size_t at = 0;
  while (at < raw.size()) {
    size_t brace = raw[at] == '{' ? at : std::min(raw.find('{', at), raw.size());
    if (brace > at) {
      auto literal = decode_literal(raw.substr(at, brace - at));
      if (!literal) return std::unexpected(std::move(literal.error()));
      segment.parts.push_back({TemplatePart::Kind::kLiteral, std::move(*literal)});
      at = brace;
      continue;
    }
    size_t end = raw.find('}', at);
    if (auto added = add_variable(path, segment, raw.substr(at + 1, end - at - 1)); !added) {
      return std::unexpected(std::move(added.error()));
    }
    at = end + 1;
  }
  if (segment.parts.empty()) segment.parts.emplace_back();
  bool literal = segment.parts[0].kind == TemplatePart::Kind::kLiteral;
  if (segment.parts.size() > 1) {
    segment.rank = TemplateSegment::Rank::kPartial;
  } else if (!literal) {
    segment.rank = TemplateSegment::Rank::kVariable;
  } else if (segment.parts[0].text == "." || segment.parts[0].text == "..") {
    return std::unexpected(Problem{
        "path-dot-segment",
        "The path has a segment \"" + segment.parts[0].text + "\", which no request can hold.",
        "Write the path that is meant."});
  }
  return segment;
}

std::optional<Problem> check_text(std::string_view text) {
  if (text.empty() || text[0] != '/') {
    return Problem{"path-no-slash", "A path must begin with a slash.",
                   "Write \"/" + std::string(text) + "\"."};
  }
  if (text.size() > PathTemplate::kBytesMax) {
    return Problem{"path-limit",
                   "The path is longer than " + std::to_string(PathTemplate::kBytesMax) + " bytes.",
                   "Shorten it."};
  }
  if (text.find('?') != std::string_view::npos) {
    return Problem{"path-query",
                   "The path has a query part: operations chosen by query are not supported yet.",
                   "Give each operation a path of its own and declare query parameters with "
                   "\"in: query\"."};
  }
  return std::nullopt;
}

}  // namespace

std::string PathTemplate::shape() const {
  std::string shape;
  for (const TemplateSegment& segment : segments) {
    shape += '/';
    for (const TemplatePart& part : segment.parts) {
      shape += part.kind == TemplatePart::Kind::kVariable ? "{}" : percent_encode(part.text);
    }
  }
  return shape;
}

std::expected<PathTemplate, TemplateProblem> parse_path_template(std::string_view text) {
  if (auto problem = check_text(text)) return std::unexpected(std::move(*problem));
  auto raw_segments = split_segments(text);
  if (!raw_segments) return std::unexpected(std::move(raw_segments.error()));
  if (raw_segments->size() > PathTemplate::kSegmentsMax) {
    return std::unexpected(Problem{
        "path-limit",
        "The path has more than " + std::to_string(PathTemplate::kSegmentsMax) + " segments.",
        "Shorten it."});
  }
  PathTemplate path;
  path.text = text;
  for (std::string_view raw : *raw_segments) {
    auto segment = parse_segment(path, raw);
    if (!segment) return std::unexpected(std::move(segment.error()));
    path.segments.push_back(std::move(*segment));
  }
  return path;
}

namespace internal {

bool fit_partial(const std::vector<TemplatePart>& parts, std::string_view segment,
                 std::string_view* values) {
  size_t at = 0;
  size_t count = parts.size();
  size_t i = 0;
  if (parts[0].kind == TemplatePart::Kind::kLiteral) {
    if (!segment.starts_with(parts[0].text)) return false;
    at = parts[0].text.size();
    i = 1;
  }
  // Invariant: parts[i] is a variable that begins at `at`, and a literal or nothing follows it.
  // Taking the leftmost place of every inner literal is complete, as with "*" in file patterns:
  // if any split fits, the leftmost one does.
  for (; i < count; i += 2) {
    bool last = i + 1 == count;
    if (last) {
      if (at >= segment.size()) return false;
      *values = segment.substr(at);
      return true;
    }
    std::string_view literal = parts[i + 1].text;
    if (i + 2 == count) {
      if (segment.size() < at + 1 + literal.size() || !segment.ends_with(literal)) return false;
      *values = segment.substr(at, segment.size() - literal.size() - at);
      return true;
    }
    size_t found = segment.find(literal, at + 1);
    if (found == std::string_view::npos) return false;
    *values++ = segment.substr(at, found - at);
    at = found + literal.size();
  }
  return at == segment.size();
}

}  // namespace internal
}  // namespace servanda
