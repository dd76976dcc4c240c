// SPDX-License-Identifier: Apache-2.0
// Any text into the readers of header values and paths: no crash, and their promises hold.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "http/conditions.h"
#include "http/cookies.h"
#include "http/encoding.h"
#include "http/media.h"
#include "http/path.h"
#include "http/structured_field.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_path(std::string_view text) {
  servanda::Arena arena;
  const auto once = servanda::normalize_path(text, arena);
  if (!once) return;
  const auto twice = servanda::normalize_path(*once, arena);
  require(twice && *twice == *once);
  require(once->find("//") == std::string_view::npos);
  require(("/" + std::string(*once) + "/").find("/../") == std::string::npos);
}

void check_media(std::string_view text) {
  const auto media = servanda::parse_media_type(text);
  if (!media) return;
  require(!media->type.empty() && !media->subtype.empty());
  for (const servanda::MediaParameter& parameter : media->parameters()) (void)parameter.text();
  const bool is_concrete = media->subtype.find('*') == std::string_view::npos;
  if (is_concrete) require(servanda::fit(*media, *media) >= servanda::MediaFit::kExact);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_media(text);
  check_path(text);
  const std::vector<servanda::ParsedMediaType> offers = {
      *servanda::parse_media_type("application/json"),
      *servanda::parse_media_type("text/html;level=1")};
  const auto chosen = servanda::negotiate(text, offers);
  require(!chosen || *chosen < offers.size());
  (void)servanda::negotiate_coding(text);
  (void)servanda::parse_cookies(text);
  const auto key = servanda::parse_idempotency_key(text);
  require(!key || (!key->empty() && key->size() <= 255));
  const auto tags = servanda::parse_entity_tags(text);
  require(!tags || tags->any || !tags->tags.empty());
  return 0;
}
