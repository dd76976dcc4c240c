// SPDX-License-Identifier: Apache-2.0
// Cursors: as anybody may send them, and as only the holder of the key could.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "call/cursor.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::string_view kKey = "0123456789abcdef";
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const servanda::CursorBinding binding = servanda::sha256("list");
  servanda::Arena arena;
  if (servanda::read_cursor(kKey, text, binding, 2, arena))
    std::abort();  // Nobody guesses a signature.

  std::string bytes(text);
  const servanda::Sha256 mac = servanda::hmac_sha256(kKey, bytes);
  bytes.append(reinterpret_cast<const char*>(mac.data()), 16);
  const std::string sealed =
      servanda::base64url({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  const servanda::Result<servanda::CursorPlace> place =
      servanda::read_cursor(kKey, sealed, binding, 2, arena);
  if (!place) return 0;
  // What is read is what would be written.
  const std::string again = servanda::make_cursor(kKey, binding, *place);
  const servanda::Result<servanda::CursorPlace> same =
      servanda::read_cursor(kKey, again, binding, 2, arena);
  if (!same || same->way != place->way || same->values.size() != place->values.size()) std::abort();
  return 0;
}
