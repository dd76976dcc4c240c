// SPDX-License-Identifier: Apache-2.0
#pragma once
// The text of references: RFC 3986 parts, paths below the contract root, URI resolution.

#include <optional>
#include <string>
#include <string_view>

namespace servanda::internal {

// "other.yaml#/a/b" in its two parts; both still percent-encoded.
struct Reference {
  std::string_view resource;  // Empty: the document the reference stands in.
  std::string_view fragment;
};
[[nodiscard]] Reference split_reference(std::string_view reference);

// The scheme of an absolute URI ("https"), or empty.
[[nodiscard]] std::string_view scheme_of(std::string_view uri);

// The folder of a path with its '/', or "" at the root: "a/b.yaml" -> "a/".
[[nodiscard]] std::string_view folder_of(std::string_view path);

// `path` without "." and ".." segments. Nothing when it leaves the root, is absolute or names a
// folder.
[[nodiscard]] std::optional<std::string> normal_path(std::string_view path);

// RFC 3986 section 5.2 without the fragment; `base` may itself be relative.
[[nodiscard]] std::string resolve_uri(std::string_view base, std::string_view reference);

}  // namespace servanda::internal
