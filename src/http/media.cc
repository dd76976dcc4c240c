// SPDX-License-Identifier: Apache-2.0
#include "http/media.h"

#include <algorithm>

#include "base/text.h"
#include "http/fields.h"
#include "http/syntax.h"
#include "http/weight.h"

namespace servanda {
namespace {

using internal::FieldReader;

constexpr size_t kRangesMax = 64;

// Whether `subtype` ends with the suffix of a range "*+suffix".
bool has_suffix(std::string_view range_subtype, std::string_view subtype) {
  const std::string_view suffix = range_subtype.substr(1);
  return subtype.size() > suffix.size() &&
         equals_ignoring_case(subtype.substr(subtype.size() - suffix.size()), suffix);
}

bool same_value(const MediaParameter& a, const MediaParameter& b) {
  if (equals_ignoring_case(a.name, "charset")) return equals_ignoring_case(a.text(), b.text());
  if (!a.is_quoted && !b.is_quoted) return a.value == b.value;
  return a.text() == b.text();
}

bool add_parameter(ParsedMediaType& media, const MediaParameter& parameter) {
  if (media.parameter_count == ParsedMediaType::kParametersMax || media.parameter(parameter.name)) {
    return false;
  }
  media.parameter_slots[media.parameter_count++] = parameter;
  return true;
}

bool take_type(FieldReader& in, ParsedMediaType& media) {
  media.type = in.take_token();
  if (media.type.empty() || !in.take('/')) return false;
  media.subtype = in.take_token();
  if (media.subtype.empty()) return false;
  return media.type != "*" || media.subtype == "*";
}

// Takes ";" and one parameter; an empty parameter (";" alone) passes. False when malformed.
bool take_parameter(FieldReader& in, MediaParameter& parameter) {
  in.skip_blanks();
  parameter.name = in.take_token();
  if (parameter.name.empty()) return in.at_end() || in.peek() == ';' || in.peek() == ',';
  if (!in.take('=')) return false;
  if (in.peek() == '"') {
    parameter.is_quoted = true;
    return in.take_quoted(parameter.value);
  }
  parameter.value = in.take_token();
  return !parameter.value.empty();
}

// One element of Accept, up to its comma. What follows the weight belongs to no type (RFC 9110
// section 12.5.1) and is read over.
bool take_range(FieldReader& in, AcceptedRange& accepted) {
  if (!take_type(in, accepted.range)) return false;
  bool has_weight = false;
  for (in.skip_blanks(); in.take(';'); in.skip_blanks()) {
    MediaParameter parameter;
    if (!take_parameter(in, parameter)) return false;
    if (parameter.name.empty() || has_weight) continue;
    if (equals_ignoring_case(parameter.name, "q")) {
      const std::optional<uint16_t> weight = internal::parse_weight(parameter.value);
      if (!weight || parameter.is_quoted) return false;
      accepted.weight = *weight;
      has_weight = true;
    } else if (!add_parameter(accepted.range, parameter)) {
      return false;
    }
  }
  return in.at_end() || in.peek() == ',';
}

// What the closest of the ranges says about an offer, 0 when none fits.
uint16_t weight_of(std::span<const AcceptedRange> ranges, const ParsedMediaType& offer) {
  MediaFit closest = MediaFit::kNone;
  uint16_t weight = 0;
  for (const AcceptedRange& accepted : ranges) {
    const MediaFit how = fit(accepted.range, offer);
    if (how > closest) {
      closest = how;
      weight = accepted.weight;
    } else if (how == closest && how != MediaFit::kNone) {
      weight = std::max(weight, accepted.weight);
    }
  }
  return weight;
}

std::optional<size_t> best_offer(std::span<const AcceptedRange> ranges,
                                 std::span<const ParsedMediaType> offers) {
  std::optional<size_t> best;
  uint16_t best_weight = 0;
  for (size_t i = 0; i < offers.size(); ++i) {
    const uint16_t weight = weight_of(ranges, offers[i]);
    if (weight > best_weight) {
      best = i;
      best_weight = weight;
    }
  }
  return best;
}

}  // namespace

std::string MediaParameter::text() const {
  if (!is_quoted) return std::string(value);
  return internal::unquote(value);
}

const MediaParameter* ParsedMediaType::parameter(std::string_view name) const {
  for (const MediaParameter& parameter : parameters()) {
    if (equals_ignoring_case(parameter.name, name)) return &parameter;
  }
  return nullptr;
}

bool ParsedMediaType::is(std::string_view other_type, std::string_view other_subtype) const {
  return equals_ignoring_case(type, other_type) && equals_ignoring_case(subtype, other_subtype);
}

std::optional<ParsedMediaType> parse_media_type(std::string_view text) {
  FieldReader in(internal::trim_blanks(text));
  ParsedMediaType media;
  if (!take_type(in, media)) return {};
  for (in.skip_blanks(); in.take(';'); in.skip_blanks()) {
    MediaParameter parameter;
    if (!take_parameter(in, parameter)) return {};
    if (!parameter.name.empty() && !add_parameter(media, parameter)) return {};
  }
  if (!in.at_end()) return {};
  return media;
}

MediaFit fit(const ParsedMediaType& range, const ParsedMediaType& concrete) {
  MediaFit how = MediaFit::kExact;
  if (range.type == "*") {
    how = MediaFit::kAny;
  } else if (!equals_ignoring_case(range.type, concrete.type)) {
    return MediaFit::kNone;
  } else if (range.subtype == "*") {
    how = MediaFit::kType;
  } else if (range.subtype.starts_with("*+")) {
    if (!has_suffix(range.subtype, concrete.subtype)) return MediaFit::kNone;
    how = MediaFit::kSuffix;
  } else if (!equals_ignoring_case(range.subtype, concrete.subtype)) {
    return MediaFit::kNone;
  }
  for (const MediaParameter& wanted : range.parameters()) {
    const MediaParameter* found = concrete.parameter(wanted.name);
    if (!found || !same_value(wanted, *found)) return MediaFit::kNone;
  }
  return how == MediaFit::kExact && range.parameter_count > 0 ? MediaFit::kParameters : how;
}

std::optional<std::vector<AcceptedRange>> parse_accept(std::string_view text) {
  FieldReader in(text);
  std::vector<AcceptedRange> ranges;
  for (;;) {
    in.skip_blanks();
    if (!in.at_end() && in.peek() != ',') {
      if (ranges.size() == kRangesMax) return {};
      ranges.emplace_back();
      if (!take_range(in, ranges.back())) return {};
    }
    if (in.at_end()) return ranges;
    if (!in.take(',')) return {};
  }
}

std::optional<size_t> negotiate(std::string_view accept, std::span<const ParsedMediaType> offers) {
  if (offers.empty()) return {};
  if (accept.empty() || accept == "*/*") return 0;
  if (accept.find(',') == std::string_view::npos) {
    FieldReader in(accept);
    in.skip_blanks();
    AcceptedRange only;
    if (!take_range(in, only)) return 0;
    return best_offer({&only, 1}, offers);
  }
  const std::optional<std::vector<AcceptedRange>> ranges = parse_accept(accept);
  if (!ranges || ranges->empty()) return 0;
  return best_offer(*ranges, offers);
}

}  // namespace servanda
