// SPDX-License-Identifier: Apache-2.0
// The route table against a matcher that tries every template by itself.
//
// Input: lines. Those before the first empty line are templates, the others request paths.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/text.h"
#include "contract/plan/operation.h"
#include "contract/plan/route_build.h"

namespace servanda {
namespace {

constexpr size_t kTemplatesMax = 40;
constexpr size_t kRequestsMax = 40;
constexpr size_t kLineMax = 120;

// A byte of a decoded segment and how much raw text it came from.
struct Unit {
  char byte = 0;
  size_t raw_from = 0;
  size_t raw_to = 0;
};

std::vector<Unit> decode(std::string_view raw, size_t offset) {
  std::vector<Unit> units;
  auto is_hex = [](char c) { return std::string_view("0123456789abcdefABCDEF").contains(c); };
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '%' && i + 2 < raw.size() && is_hex(raw[i + 1]) && is_hex(raw[i + 2])) {
      std::string digits(raw.substr(i + 1, 2));
      units.push_back(
          {static_cast<char>(std::stoi(digits, nullptr, 16)), offset + i, offset + i + 3});
      i += 2;
    } else {
      units.push_back({raw[i], offset + i, offset + i + 1});
    }
  }
  return units;
}

struct Span {
  size_t from = 0;
  size_t to = 0;
  bool operator==(const Span&) const = default;
};

// Tries every split, shortest variables first.
bool fit(const TemplateSegment& segment, size_t part, const std::vector<Unit>& units, size_t at,
         std::vector<Span>& values) {
  if (part == segment.parts.size()) return at == units.size();
  const TemplatePart& piece = segment.parts[part];
  if (piece.kind == TemplatePart::Kind::kLiteral) {
    for (char c : piece.text) {
      if (at == units.size() || units[at].byte != c) return false;
      ++at;
    }
    return fit(segment, part + 1, units, at, values);
  }
  for (size_t end = at + 1; end <= units.size(); ++end) {
    values.push_back({units[at].raw_from, units[end - 1].raw_to});
    if (fit(segment, part + 1, units, end, values)) return true;
    values.pop_back();
  }
  return false;
}

std::optional<std::vector<Span>> match_one(const PathTemplate& path, std::string_view request) {
  if (request.empty() || request[0] != '/') return std::nullopt;
  std::vector<std::string_view> segments = split(request.substr(1), '/');
  if (segments.size() != path.segments.size()) return std::nullopt;
  std::vector<Span> values;
  for (size_t i = 0; i < segments.size(); ++i) {
    auto offset = static_cast<size_t>(segments[i].data() - request.data());
    if (!fit(path.segments[i], 0, decode(segments[i], offset), 0, values)) return std::nullopt;
  }
  return values;
}

std::string prefix_shape(const PathTemplate& path, size_t segments) {
  PathTemplate prefix;
  prefix.segments.assign(path.segments.begin(),
                         path.segments.begin() + static_cast<ptrdiff_t>(segments));
  return prefix.shape();
}

size_t literal_bytes(const TemplateSegment& segment) {
  size_t bytes = 0;
  for (const TemplatePart& part : segment.parts) {
    if (part.kind == TemplatePart::Kind::kLiteral) bytes += part.text.size();
  }
  return bytes;
}

// Whether `a` is preferred to `b`; both match the request.
bool preferred(const std::vector<PathTemplate>& all, const PathTemplate& a, const PathTemplate& b) {
  for (size_t i = 0; i < a.segments.size(); ++i) {
    const TemplateSegment& x = a.segments[i];
    const TemplateSegment& y = b.segments[i];
    if (x.rank != y.rank) return x.rank < y.rank;
    std::string prefix_a = prefix_shape(a, i + 1);
    std::string prefix_b = prefix_shape(b, i + 1);
    if (prefix_a == prefix_b) continue;
    if (literal_bytes(x) != literal_bytes(y)) return literal_bytes(x) > literal_bytes(y);
    if (x.parts.size() != y.parts.size()) return x.parts.size() < y.parts.size();
    for (const PathTemplate& each : all) {
      if (each.segments.size() <= i) continue;
      std::string prefix = prefix_shape(each, i + 1);
      if (prefix == prefix_a) return true;
      if (prefix == prefix_b) return false;
    }
  }
  return false;
}

void compare(const std::vector<PathTemplate>& templates, const std::deque<Operation>& operations,
             const RouteTable& table, std::string_view request) {
  RouteMatch match = table.match(Method::kGet, request);
  const PathTemplate* best = nullptr;
  std::vector<Span> best_values;
  for (const PathTemplate& path : templates) {
    auto values = match_one(path, request);
    if (!values || (best != nullptr && !preferred(templates, path, *best))) continue;
    best = &path;
    best_values = *values;
  }
  if (best == nullptr) {
    if (match.operation != nullptr || match.path_exists) std::abort();
    return;
  }
  if (match.operation != &operations[static_cast<size_t>(best - templates.data())]) std::abort();
  if (match.path_values.count != best_values.size()) std::abort();
  for (size_t i = 0; i < best_values.size(); ++i) {
    std::string_view value = match.path_values.values[i];
    auto from = static_cast<size_t>(value.data() - request.data());
    if (best_values[i] != Span{from, from + value.size()}) std::abort();
  }
}

void run(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<PathTemplate> templates;
  std::vector<std::string_view> requests;
  std::unordered_set<std::string> shapes;
  bool asking = false;
  for (std::string_view line : split(text, '\n')) {
    line = line.substr(0, kLineMax);
    if (line.empty()) {
      asking = true;
    } else if (asking) {
      if (requests.size() < kRequestsMax) requests.push_back(line);
    } else if (templates.size() < kTemplatesMax) {
      auto path = parse_path_template(line);
      if (path && shapes.insert(path->shape()).second) templates.push_back(std::move(*path));
    }
  }
  std::deque<Operation> operations(templates.size());
  RouteTableBuilder builder;
  for (size_t i = 0; i < templates.size(); ++i) {
    builder.add(templates[i], Method::kGet, &operations[i], static_cast<uint32_t>(i));
  }
  for (const RouteAmbiguity& found : builder.ambiguities(10)) {
    // The example must be matched by both.
    if (!match_one(templates[found.winner], found.example)) continue;
    if (!match_one(templates[found.loser], found.example)) std::abort();
  }
  RouteTable table = builder.build();
  for (std::string_view request : requests) compare(templates, operations, table, request);
}

}  // namespace
}  // namespace servanda

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  servanda::run(data, size);
  return 0;
}
