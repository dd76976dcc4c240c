// SPDX-License-Identifier: Apache-2.0
// Random body shapes and encodings with random form text and multipart parts.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text.h"
#include "contract/plan/input.h"
#include "contract/plan/test_bytes.h"

namespace servanda {
namespace {

MediaType make_media(FuzzBytes& bytes) {
  MediaType media;
  media.shape = bytes.shape(3);
  int count = bytes.next() % 3;
  for (int i = 0; i < count; ++i) {
    PropertyEncoding encoding;
    encoding.property = std::string(1, static_cast<char>('a' + bytes.next() % 4));
    encoding.style = static_cast<ParameterStyle>(3 + bytes.next() % 4);
    uint8_t flags = bytes.next();
    encoding.explode = (flags & 1) != 0;
    if ((flags & 6) == 2) encoding.content_types = {"application/json"};
    if ((flags & 6) == 4) encoding.content_types = {"text/plain", "image/*"};
    media.encodings.push_back(std::move(encoding));
  }
  return media;
}

// One object, also after errors; text that was decoded is UTF-8 and reads back the same.
void check(JsonValue value, const Issues& issues, bool octets) {
  if (!value.is_object()) std::abort();
  Issues copy = issues;
  if (!copy.empty() && value.size() != 0) std::abort();
  std::string json = json_text(value);
  auto again = JsonDocument::parse(json);
  if (!again) std::abort();
  if (!octets && !json_equal(again->root(), value)) std::abort();
}

void run(const uint8_t* data, size_t size) {
  FuzzBytes bytes(data, size);
  bool multipart = (bytes.next() & 1) != 0;
  MediaType media = make_media(bytes);
  Arena arena;
  JsonBuilder builder;
  Issues issues;
  if (!multipart) {
    read_form(media, bytes.rest(), arena, builder, issues);
    check(builder.root(), issues, false);
    return;
  }
  std::vector<BodyPart> parts;
  while (!bytes.rest().empty() && parts.size() < 50) {
    BodyPart part;
    uint8_t flags = bytes.next();
    constexpr std::string_view kTypes[] = {"", "text/plain", "application/json", "image/png"};
    part.content_type = kTypes[flags & 3];
    part.file_name = (flags & 4) != 0 ? "f" : "";
    part.name = bytes.line();
    part.content = bytes.line();
    parts.push_back(part);
  }
  JsonParser parser;
  read_multipart(media, parts, arena, parser, builder, issues);
  check(builder.root(), issues, true);
}

}  // namespace
}  // namespace servanda

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  servanda::run(data, size);
  return 0;
}
