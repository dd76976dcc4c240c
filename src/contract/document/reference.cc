// SPDX-License-Identifier: Apache-2.0
#include "contract/document/reference.h"

#include <vector>

namespace servanda::internal {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The hierarchical parts of a URI; fragments are cut off before.
struct UriParts {
  std::string_view scheme;
  std::string_view authority;  // With its "//"; empty when there is none.
  std::string_view path;
  std::string_view query;  // With its '?'.
};

UriParts split_uri(std::string_view uri) {
  UriParts parts;
  parts.scheme = scheme_of(uri);
  if (!parts.scheme.empty()) uri.remove_prefix(parts.scheme.size() + 1);
  if (const size_t query = uri.find('?'); query != std::string_view::npos) {
    parts.query = uri.substr(query);
    uri = uri.substr(0, query);
  }
  if (uri.starts_with("//")) {
    const size_t end = std::min(uri.find('/', 2), uri.size());
    parts.authority = uri.substr(0, end);
    uri.remove_prefix(end);
  }
  parts.path = uri;
  return parts;
}

// RFC 3986 section 5.2.4: ".." at the top disappears.
std::string remove_dot_segments(std::string_view path) {
  std::vector<std::string_view> kept;
  const bool absolute = path.starts_with('/');
  std::string_view left = absolute ? path.substr(1) : path;
  bool folder = false;
  while (true) {
    const size_t slash = left.find('/');
    const std::string_view segment = left.substr(0, slash);
    const bool last = slash == std::string_view::npos;
    folder = segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!folder) kept.push_back(segment);
    if (last) break;
    left.remove_prefix(slash + 1);
  }
  std::string result(absolute ? "/" : "");
  for (size_t i = 0; i < kept.size(); ++i) {
    if (i > 0) result += '/';
    result += kept[i];
  }
  if (folder && !kept.empty()) result += '/';
  return result;
}

}  // namespace

Reference split_reference(std::string_view reference) {
  const size_t hash = reference.find('#');
  if (hash == std::string_view::npos) return {reference, {}};
  return {reference.substr(0, hash), reference.substr(hash + 1)};
}

std::string_view scheme_of(std::string_view uri) {
  if (uri.empty() || !is_letter(uri[0])) return {};
  for (size_t i = 1; i < uri.size(); ++i) {
    const char c = uri[i];
    if (c == ':') return uri.substr(0, i);
    const bool allowed = is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    if (!allowed) return {};
  }
  return {};
}

std::string_view folder_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash + 1);
}

std::optional<std::string> normal_path(std::string_view path) {
  if (path.starts_with('/')) return std::nullopt;
  std::vector<std::string_view> kept;
  bool named = false;  // The last segment is a name.
  while (true) {
    const size_t slash = path.find('/');
    const std::string_view segment = path.substr(0, slash);
    named = !segment.empty() && segment != "." && segment != "..";
    if (named) kept.push_back(segment);
    if (segment == "..") {
      if (kept.empty()) return std::nullopt;
      kept.pop_back();
    }
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  if (!named) return std::nullopt;
  std::string result;
  for (const std::string_view segment : kept) {
    if (!result.empty()) result += '/';
    result += segment;
  }
  return result;
}

std::string resolve_uri(std::string_view base, std::string_view reference) {
  const UriParts from = split_uri(split_reference(base).resource);
  UriParts to = split_uri(split_reference(reference).resource);
  std::string path;
  if (!to.scheme.empty() || !to.authority.empty()) {
    path = remove_dot_segments(to.path);
  } else if (to.path.empty()) {
    path = from.path;
    if (to.query.empty()) to.query = from.query;
  } else if (to.path.starts_with('/')) {
    path = remove_dot_segments(to.path);
  } else {
    const bool rooted = !from.authority.empty() && from.path.empty();
    path = remove_dot_segments(std::string(rooted ? "/" : folder_of(from.path)) +
                               std::string(to.path));
  }
  const bool own_authority = !to.scheme.empty() || !to.authority.empty();
  const std::string_view scheme = to.scheme.empty() ? from.scheme : to.scheme;
  std::string result(scheme);
  if (!scheme.empty()) result += ':';
  result += own_authority ? to.authority : from.authority;
  result += path;
  result += to.query;
  return result;
}

}  // namespace servanda::internal
