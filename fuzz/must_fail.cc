// SPDX-License-Identifier: Apache-2.0
// The fuzzer that must fail: if it runs to its end, the fuzzing machinery finds nothing.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  if (size >= 2 && bytes[0] == 'N' && bytes[1] == 'o') std::abort();
  return 0;
}
