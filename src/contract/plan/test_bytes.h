// SPDX-License-Identifier: Apache-2.0
#pragma once
// For fuzzers: decisions and shapes taken from the front of a byte string.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "contract/plan/operation.h"

namespace servanda {

// The bytes of one fuzz input, taken from the front.
class FuzzBytes {
 public:
  FuzzBytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  // The next byte; 0 at the end.
  uint8_t next() {
    if (at_ == size_) return 0;
    return data_[at_++];
  }
  // Text up to the next newline or the end.
  std::string_view line() {
    std::string_view left = rest();
    std::string_view text = left.substr(0, left.find('\n'));
    at_ += text.size() + (text.size() < left.size() ? 1 : 0);
    return text;
  }
  [[nodiscard]] std::string_view rest() const {
    return {reinterpret_cast<const char*>(data_) + at_, size_ - at_};
  }

  // A random shape: members are called a, b, c, d.
  TextShape shape(int depth) {
    TextShape out;
    uint8_t choice = next();
    out.types.bits =
        choice % 8 == 0 ? TypeMask::kAny : static_cast<uint8_t>(choice & TypeMask::kAny);
    out.open = (next() & 1) != 0;
    if (depth == 0) return out;
    if (out.types.has(TypeMask::kArray) && (next() & 1) != 0) out.items = {shape(depth - 1)};
    if (out.types.has(TypeMask::kObject)) {
      int members = next() % 4;
      for (int i = 0; i < members; ++i) {
        out.members.push_back({std::string(1, static_cast<char>('a' + i)), shape(depth - 1)});
      }
      if ((next() & 3) == 0) out.rest = {shape(depth - 1)};
    }
    return out;
  }

 private:
  const uint8_t* data_;
  size_t size_;
  size_t at_ = 0;
};

}  // namespace servanda
