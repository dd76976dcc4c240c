// SPDX-License-Identifier: Apache-2.0
#pragma once
// URIs and IRIs: parts, and the syntax check behind their formats.

#include <cstdint>
#include <string_view>

namespace servanda::internal {

// Views into the text that was split. A part that is absent differs from an empty one.
struct UriParts {
  std::string_view scheme;
  std::string_view authority;
  std::string_view path;
  std::string_view query;
  std::string_view fragment;
  bool has_scheme = false;
  bool has_authority = false;
  bool has_query = false;
  bool has_fragment = false;
};

// Splits any text, well formed or not (RFC 3986, appendix B).
[[nodiscard]] UriParts split_uri(std::string_view text);

enum class UriForm : uint8_t { kAbsolute, kReference };
enum class UriAlphabet : uint8_t { kAscii, kUnicode };  // URI or IRI (RFC 3987).
[[nodiscard]] bool is_uri(std::string_view text, UriForm form, UriAlphabet alphabet);

}  // namespace servanda::internal
