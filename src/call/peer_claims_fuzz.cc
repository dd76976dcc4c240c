// SPDX-License-Identifier: Apache-2.0
// Claims of other processes: as anybody may send them, and as only the holder of the secret could.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "call/peer_claims.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::string_view kSecret = "thirty-two bytes that nobody knows";
  constexpr servanda::Timestamp kNow{1'767'225'600'000'000};
  const servanda::PeerTarget target{"GET", "/v1/items", ""};
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  servanda::Arena arena;
  servanda::JsonParser parser;
  // Nobody guesses a signature.
  if (servanda::read_claims(text, target, kSecret, kNow, arena, parser)) std::abort();
  (void)servanda::read_taken(text);

  const std::string content = servanda::base64url({data, size});
  const std::string field =
      content + "." + servanda::internal::claims_signature(content, target, kSecret);
  const servanda::Result<servanda::PeerClaims> claims =
      servanda::read_claims(field, target, kSecret, kNow, arena, parser);
  if (!claims) return 0;
  // What is read is what would be written.
  const std::string again = servanda::write_claims(*claims, target, kSecret, kNow);
  if (again.size() > servanda::kClaimsBytesMax) return 0;
  const servanda::Result<servanda::PeerClaims> same =
      servanda::read_claims(again, target, kSecret, kNow, arena, parser);
  if (!same || same->kind != claims->kind || same->operation != claims->operation ||
      same->left != claims->left) {
    std::abort();
  }
  if (same->kind == servanda::PeerClaims::Kind::kForward) return 0;
  if (same->depth != claims->depth || same->principal != claims->principal ||
      same->tenant != claims->tenant || same->scopes.size() != claims->scopes.size()) {
    std::abort();
  }
  return 0;
}
