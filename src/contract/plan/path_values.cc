// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/path_values.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"

namespace servanda {
namespace {

bool is_literal(const TemplateSegment& segment, std::string_view raw) {
  const std::string& literal = segment.parts.front().text;
  if (raw == literal) return true;
  if (raw.find('%') == std::string_view::npos) return false;
  const std::optional<std::string> decoded = percent_decode(raw, PlusSign::kKept);
  return decoded && *decoded == literal;
}

// False when it does not fit.
bool take_segment(const TemplateSegment& segment, std::string_view raw, PathValues& values) {
  std::string_view* const room = values.values.data() + values.count;
  switch (segment.rank) {
    case TemplateSegment::Rank::kLiteral:
      return is_literal(segment, raw);
    case TemplateSegment::Rank::kVariable:
      *room = raw;
      ++values.count;
      return !raw.empty();
    case TemplateSegment::Rank::kPartial:
      break;
  }
  if (!internal::fit_partial(segment.parts, raw, room)) return false;
  const auto is_variable = [](const TemplatePart& part) {
    return part.kind == TemplatePart::Kind::kVariable;
  };
  values.count =
      static_cast<uint8_t>(values.count + std::ranges::count_if(segment.parts, is_variable));
  return true;
}

}  // namespace

std::unique_ptr<const PathTemplate> make_path_template(std::string_view path) {
  auto parsed = parse_path_template(path);
  if (!parsed) return nullptr;
  return std::make_unique<const PathTemplate>(std::move(*parsed));
}

bool split_path(const PathTemplate& path_template, std::string_view path, PathValues& values) {
  values.count = 0;
  if (!path.starts_with('/')) return false;
  path.remove_prefix(1);
  for (size_t i = 0; i < path_template.segments.size(); ++i) {
    const bool is_last = i + 1 == path_template.segments.size();
    const size_t end = path.find('/');
    if (is_last != (end == std::string_view::npos)) return false;
    if (!take_segment(path_template.segments[i], path.substr(0, end), values)) return false;
    path = is_last ? std::string_view() : path.substr(end + 1);
  }
  return true;
}

}  // namespace servanda
