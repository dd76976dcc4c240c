// SPDX-License-Identifier: Apache-2.0
#pragma once
// Media types: reading Content-Type and Accept, matching, choosing (RFC 9110 sections 8.3
// and 12.5).

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace servanda {

// One parameter. `value` is what stood between quotes when `is_quoted`, with backslashes as sent.
struct MediaParameter {
  std::string_view name;
  std::string_view value;
  bool is_quoted = false;

  // The value as it is meant: without the backslashes of quoting.
  [[nodiscard]] std::string text() const;
};

// A media type or a range of them, as views into the text it was read from.
struct ParsedMediaType {
  static constexpr size_t kParametersMax = 8;

  std::string_view type;     // "application", or "*" in a range.
  std::string_view subtype;  // "json", "*", or "*+json" in a range.
  std::array<MediaParameter, kParametersMax> parameter_slots;
  uint8_t parameter_count = 0;

  [[nodiscard]] std::span<const MediaParameter> parameters() const {
    return {parameter_slots.data(), parameter_count};
  }
  // The parameter with this name, compared ignoring case; null when absent.
  [[nodiscard]] const MediaParameter* parameter(std::string_view name) const;
  // Whether it is this type, such as ("application", "json"), whatever its parameters.
  [[nodiscard]] bool is(std::string_view other_type, std::string_view other_subtype) const;
};

// "type/subtype" with parameters; wildcards pass. Nothing when it is malformed, names a parameter
// twice or has more than kParametersMax.
[[nodiscard]] std::optional<ParsedMediaType> parse_media_type(std::string_view text);

// How closely a concrete type fits a range: the more, the closer. Parameters of the range must all
// be on the type: values of charset compare ignoring case, others exactly.
enum class MediaFit : uint8_t {
  kNone = 0,
  kAny,         // "*/*".
  kType,        // "text/*".
  kSuffix,      // "application/*+json".
  kExact,       // The same type.
  kParameters,  // The same type and at least one parameter.
};
[[nodiscard]] MediaFit fit(const ParsedMediaType& range, const ParsedMediaType& concrete);

// One element of an Accept header.
struct AcceptedRange {
  ParsedMediaType range;
  uint16_t weight = 1000;  // Thousandths: 0 means "not this".
};

// Nothing when the header is malformed or has more than 64 elements. An empty header accepts
// nothing in particular and gives an empty list, which negotiate() takes as "anything".
[[nodiscard]] std::optional<std::vector<AcceptedRange>> parse_accept(std::string_view text);

// The index of the offer that the client likes best; the earlier of equals. Nothing when none is
// acceptable. A malformed header counts as "anything": answering beats arguing.
//
// Cost: no allocation for an absent header and for a single range.
[[nodiscard]] std::optional<size_t> negotiate(std::string_view accept,
                                              std::span<const ParsedMediaType> offers);

}  // namespace servanda
