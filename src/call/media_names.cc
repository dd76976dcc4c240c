// SPDX-License-Identifier: Apache-2.0
#include "call/media_names.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "http/media.h"

namespace servanda {
namespace {

// What nearly every body is, known without being taken apart: three times a request otherwise.
constexpr std::string_view kJson = "application/json";

}  // namespace

int media_fit(std::string_view range, std::string_view concrete) {
  if (range == kJson && concrete == kJson) return static_cast<int>(MediaFit::kExact);
  const auto wanted = parse_media_type(range);
  const auto given = parse_media_type(concrete);
  if (!wanted || !given) return 0;
  return static_cast<int>(fit(*wanted, *given));
}

ContentType read_content_type(std::string_view text) {
  ContentType result;
  if (text == kJson) {
    result.valid = result.json = true;
    return result;
  }
  const auto type = parse_media_type(text);
  if (!type || type->type == "*" || type->subtype.find('*') != std::string_view::npos) {
    return result;
  }
  result.valid = true;
  result.json = type->is("application", "json");
  result.merge_patch = type->is("application", "merge-patch+json");
  if (const auto* const charset = type->parameter("charset")) {
    const std::string name = charset->text();
    result.utf8 = equals_ignoring_case(name, "utf-8") || equals_ignoring_case(name, "us-ascii");
  }
  return result;
}

std::optional<size_t> negotiate_media(std::string_view accept,
                                      std::span<const std::string_view> offers) {
  constexpr size_t kOffersMax = 32;
  using Parsed = std::remove_cvref_t<decltype(*parse_media_type(""))>;
  std::array<Parsed, kOffersMax> types;
  std::array<size_t, kOffersMax> places{};
  size_t count = 0;
  for (size_t i = 0; i < offers.size() && count < kOffersMax; ++i) {
    const auto type = parse_media_type(offers[i]);
    if (!type) continue;
    places[count] = i;
    types[count++] = *type;
  }
  const auto best = negotiate(accept, std::span<const Parsed>(types.data(), count));
  if (!best) return std::nullopt;
  return places[*best];
}

}  // namespace servanda
