// SPDX-License-Identifier: Apache-2.0
// Any body and boundary: no crash, and what is accepted keeps the promises of the header.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/multipart.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// The first line is the Content-Type, the rest the body.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t line_end = input.find('\n');
  if (line_end == std::string_view::npos) return 0;
  servanda::Arena arena;
  const auto boundary = servanda::multipart_boundary(input.substr(0, line_end), arena);
  if (!boundary) return 0;
  servanda::MultipartLimits limits;
  limits.parts_max = 4;
  limits.part_head_bytes_max = 200;
  limits.name_bytes_max = 20;
  limits.file_name_bytes_max = 20;
  const std::string_view body = input.substr(line_end + 1);
  const auto parts = servanda::parse_multipart(body, *boundary, limits, arena);
  if (!parts) return 0;
  require(parts->size() <= limits.parts_max);
  for (const servanda::FormPart& part : *parts) {
    require(part.name.data() != nullptr && part.name.size() <= limits.name_bytes_max);
    require(part.file_name.size() <= limits.file_name_bytes_max);
    require(part.file_name.find_first_of("/\\") == std::string_view::npos);
    require(part.content.data() >= body.data() &&
            part.content.data() + part.content.size() <= body.data() + body.size());
  }
  return 0;
}
