// SPDX-License-Identifier: Apache-2.0
// Answers: which declared response one is, and its header fields.

#include <algorithm>

#include "base/text.h"
#include "servanda/outgoing.h"

namespace servanda {
namespace {

std::string_view essence_of(std::string_view media_type) {
  return trim(media_type.substr(0, media_type.find(';')));
}

struct TypePair {
  std::string_view type;
  std::string_view subtype;
};

TypePair halves(std::string_view essence) {
  const size_t slash = std::min(essence.find('/'), essence.size());
  return {essence.substr(0, slash), essence.substr(std::min(slash + 1, essence.size()))};
}

bool ends_ignoring_case(std::string_view text, std::string_view end) {
  return text.size() >= end.size() &&
         equals_ignoring_case(text.substr(text.size() - end.size()), end);
}

}  // namespace

bool is_json_media(std::string_view media_type) {
  const std::string_view essence = essence_of(media_type);
  return equals_ignoring_case(essence, "application/json") ||
         equals_ignoring_case(essence, "text/json") ||
         (essence.find('/') != std::string_view::npos && ends_ignoring_case(essence, "+json"));
}

bool media_fits(std::string_view range, std::string_view media_type) {
  const auto [type, subtype] = halves(essence_of(media_type));
  const auto [wanted_type, wanted_subtype] = halves(essence_of(range));
  if (type.empty() || subtype.empty()) return false;
  if (wanted_type != "*" && !equals_ignoring_case(type, wanted_type)) return false;
  if (wanted_subtype == "*") return true;
  // "*+json"
  if (wanted_subtype.starts_with("*+")) {
    return ends_ignoring_case(subtype, wanted_subtype.substr(1));
  }
  return equals_ignoring_case(subtype, wanted_subtype);
}

JsonNode header_node(std::string_view text, HeaderKind kind) {
  JsonNode node;
  node.kind = JsonKind::kString;
  node.size = static_cast<uint32_t>(text.size());
  node.text = text.data();
  if (kind == HeaderKind::kBoolean && (text == "true" || text == "false")) {
    node = {};
    node.kind = JsonKind::kBoolean;
    node.boolean = text == "true";
  } else if (kind == HeaderKind::kNumber) {
    if (const std::optional<int64_t> integer = parse_integer(text)) {
      node = {};
      node.kind = JsonKind::kInteger;
      node.integer = *integer;
    } else if (is_json_number(text)) {
      node.kind = JsonKind::kNumber;
    }
  }
  return node;
}

std::optional<std::string_view> header_value(const Incoming& answer, std::string_view name) {
  for (const HeaderValue& header : answer.headers) {
    if (equals_ignoring_case(header.name, name)) return trim(header.value);
  }
  return std::nullopt;
}

std::vector<std::string_view> header_items(const Incoming& answer, std::string_view name) {
  std::vector<std::string_view> items;
  for (const HeaderValue& header : answer.headers) {
    if (!equals_ignoring_case(header.name, name)) continue;
    std::string_view rest = trim(header.value);
    while (!rest.empty()) {
      const size_t comma = rest.find(',');
      items.push_back(trim(rest.substr(0, comma)));
      // A comma at the end leaves an empty item behind it.
      if (comma != std::string_view::npos && comma + 1 == rest.size()) items.push_back({});
      rest.remove_prefix(std::min(comma, rest.size() - 1) + 1);
    }
  }
  return items;
}

bool internal::fail_undeclared(const Incoming& answer, ReadError& error) {
  const std::string media(answer.media_type.empty() ? "no media type" : answer.media_type);
  return error.fail("response", "is no declared response: it has status " +
                                    std::to_string(answer.status) + " and " + media);
}

}  // namespace servanda
