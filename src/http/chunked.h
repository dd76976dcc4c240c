// SPDX-License-Identifier: Apache-2.0
#pragma once
// The chunked transfer coding (RFC 9112 section 7.1), read as it arrives.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/head_parser.h"

namespace servanda {

// Strict: sizes are plain hexadecimal, every line ends with CR LF, nothing but an extension follows
// a size. Extensions are ignored and trailers dropped, each up to a limit for the whole body.
class ChunkedDecoder {
 public:
  struct Limits {
    size_t extension_bytes_max = 256;  // Beyond: 400.
    size_t trailer_bytes_max = 4096;   // Beyond: 431.
  };
  explicit ChunkedDecoder(const Limits& limits) : limits_(limits) {}

  struct Step {
    enum class Kind : uint8_t { kMore, kContent, kComplete, kRefused } kind = Kind::kMore;
    size_t consumed = 0;       // Bytes of the input that are done with.
    std::string_view content;  // A piece of body inside them; only for kContent.
  };
  // Reads from `bytes` until there is a piece of content, the body's end, or nothing left. What is
  // behind the body's end is not consumed.
  [[nodiscard]] Step next(std::string_view bytes);
  // After kRefused.
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }
  void reset();

 private:
  enum class At : uint8_t {
    kSize,
    kExtension,
    kSizeLineFeed,
    kContent,
    kContentReturn,
    kContentLineFeed,
    kTrailerStart,
    kTrailerName,
    kTrailerValue,
    kTrailerLineFeed,
    kLastLineFeed,
    kDone,
  };
  bool take(char c);
  bool take_size(char c);
  bool take_extension(char c);
  bool take_trailer(char c);
  bool refuse(int status, std::string_view reason, std::string_view detail);

  Limits limits_;
  Refusal refusal_;
  At at_ = At::kSize;
  uint8_t digits_ = 0;
  uint64_t left_ = 0;  // Of the chunk: its size while that is read, then what is still to come.
  size_t extension_bytes_ = 0;
  size_t trailer_bytes_ = 0;
};

}  // namespace servanda
