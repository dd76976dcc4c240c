// SPDX-License-Identifier: Apache-2.0
#pragma once
// multipart/form-data bodies (RFC 7578) that are in memory as a whole.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "base/header_field.h"
#include "base/result.h"

namespace servanda {

// Reaching one is kTooLarge, except the name lengths, which are kInvalidArgument.
struct MultipartLimits {
  uint32_t parts_max = 128;
  uint32_t headers_per_part_max = 16;
  size_t part_head_bytes_max = 4096;
  size_t name_bytes_max = 256;
  size_t file_name_bytes_max = 255;
};

// One part. Lifetime: views into the body, or into the arena where escapes were removed.
struct FormPart {
  std::string_view name;
  // Without any directory, never "." or "..": still the sender's word, not to be used as a path.
  // Null data() when the part has none.
  std::string_view file_name;
  std::string_view content_type;  // As sent; null data() when the part has none.
  std::span<const HeaderField> fields;
  std::string_view content;
};

// The boundary of a Content-Type header's value. Nothing when the type is not multipart/form-data
// or the boundary is missing or malformed (1 to 70 characters of RFC 2046).
[[nodiscard]] std::optional<std::string_view> multipart_boundary(std::string_view content_type,
                                                                 Arena& arena);

// The parts in order. Strict: CR LF line ends, a closing boundary, a form-data disposition with a
// name on every part. Text before the first boundary must be empty; behind the last one only a line
// end is allowed. Errors: kInvalidArgument (reason "multipart") and kTooLarge; the message names
// the part by its place.
[[nodiscard]] Result<std::span<const FormPart>> parse_multipart(std::string_view body,
                                                                std::string_view boundary,
                                                                const MultipartLimits& limits,
                                                                Arena& arena);

}  // namespace servanda
