// SPDX-License-Identifier: Apache-2.0
#include "http/chunked.h"

#include <algorithm>

#include "http/syntax.h"

namespace servanda {
namespace {

constexpr uint8_t kSizeDigitsMax = 15;  // So the size cannot overflow 64 bits.

}  // namespace

void ChunkedDecoder::reset() {
  refusal_ = {};
  at_ = At::kSize;
  digits_ = 0;
  left_ = 0;
  extension_bytes_ = 0;
  trailer_bytes_ = 0;
}

bool ChunkedDecoder::refuse(int status, std::string_view reason, std::string_view detail) {
  refusal_ = {status, reason, detail};
  return false;
}

ChunkedDecoder::Step ChunkedDecoder::next(std::string_view bytes) {
  size_t used = 0;
  while (used < bytes.size()) {
    if (at_ == At::kContent) {
      const size_t part = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size() - used));
      left_ -= part;
      if (left_ == 0) at_ = At::kContentReturn;
      return {Step::Kind::kContent, used + part, bytes.substr(used, part)};
    }
    if (!take(bytes[used])) return {Step::Kind::kRefused, used, {}};
    ++used;
    if (at_ == At::kDone) return {Step::Kind::kComplete, used, {}};
  }
  return {Step::Kind::kMore, used, {}};
}

bool ChunkedDecoder::take(char c) {
  switch (at_) {
    case At::kSize:
      return take_size(c);
    case At::kExtension:
      return take_extension(c);
    case At::kSizeLineFeed:
      if (c != '\n') return refuse(400, "chunk-size", "A chunk size line has a bare CR.");
      at_ = left_ == 0 ? At::kTrailerStart : At::kContent;
      digits_ = 0;
      return true;
    case At::kContentReturn:
      at_ = At::kContentLineFeed;
      return c == '\r' || refuse(400, "chunk-end", "A chunk does not end where its size says.");
    case At::kContentLineFeed:
      at_ = At::kSize;
      return c == '\n' || refuse(400, "chunk-end", "A chunk does not end where its size says.");
    default:
      return take_trailer(c);
  }
}

bool ChunkedDecoder::take_size(char c) {
  if (internal::is_char(c, internal::kHexChar)) {
    if (++digits_ > kSizeDigitsMax) return refuse(400, "chunk-size", "A chunk size is too large.");
    left_ = left_ * 16 + static_cast<uint64_t>(internal::hex_value(c));
    return true;
  }
  if (digits_ == 0 || (c != '\r' && c != ';')) {
    return refuse(400, "chunk-size", "A chunk size is not a hexadecimal number.");
  }
  if (c == '\r') {
    at_ = At::kSizeLineFeed;
    return true;
  }
  at_ = At::kExtension;
  return take_extension(c);
}

bool ChunkedDecoder::take_extension(char c) {
  if (c == '\r') {
    at_ = At::kSizeLineFeed;
    return true;
  }
  if (!internal::is_char(c, internal::kValueChar)) {
    return refuse(400, "chunk-extension", "A chunk extension holds a control character.");
  }
  if (++extension_bytes_ > limits_.extension_bytes_max) {
    return refuse(400, "chunk-extension", "The chunk extensions are too long.");
  }
  return true;
}

bool ChunkedDecoder::take_trailer(char c) {
  if (++trailer_bytes_ > limits_.trailer_bytes_max + 2) {  // The last CR LF does not count.
    return refuse(431, "trailers-too-large", "The trailers are too large.");
  }
  switch (at_) {
    case At::kTrailerStart:
      if (c == '\r') {
        at_ = At::kLastLineFeed;
        return true;
      }
      at_ = At::kTrailerName;
      return internal::is_char(c, internal::kTokenChar) ||
             refuse(400, "trailer", "A trailer line has no valid name.");
    case At::kTrailerName:
      if (c == ':') at_ = At::kTrailerValue;
      return c == ':' || internal::is_char(c, internal::kTokenChar) ||
             refuse(400, "trailer", "A trailer line has no valid name.");
    case At::kTrailerValue:
      if (c == '\r') at_ = At::kTrailerLineFeed;
      return c == '\r' || internal::is_char(c, internal::kValueChar) ||
             refuse(400, "trailer", "A trailer value holds a control character.");
    case At::kTrailerLineFeed:
      at_ = At::kTrailerStart;
      return c == '\n' || refuse(400, "trailer", "A trailer line has a bare CR.");
    default:
      at_ = At::kDone;
      return c == '\n' || refuse(400, "trailer", "The body does not end with CR LF.");
  }
}

}  // namespace servanda
