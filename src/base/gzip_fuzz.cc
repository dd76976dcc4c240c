// SPDX-License-Identifier: Apache-2.0
// Any bytes as a gzip stream: bounded and without a crash; any content survives the round trip.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/gzip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  constexpr size_t kBytesMax = 100'000;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const servanda::Result<std::string> decoded = servanda::gzip_decode(text, kBytesMax);
  if (decoded && decoded->size() > kBytesMax) std::abort();
  std::string compressed;
  servanda::gzip_append(compressed, text);
  const servanda::Result<std::string> again = servanda::gzip_decode(compressed, size);
  // Content that compresses more than a hundredfold is refused, but none so small.
  if (!again || *again != text) std::abort();
  return 0;
}
