// SPDX-License-Identifier: Apache-2.0
#include "base/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "base/check.h"

namespace servanda {
namespace {

constexpr int kGzipWrapper = 16;  // Added to the bits of the window.
constexpr int kWindowBitsMin = 10;
constexpr int kWindowBitsMax = 15;
constexpr size_t kRatioMax = 100;
constexpr size_t kRatioSlack = size_t{64} << 10;
constexpr size_t kChunkMin = 4096;
constexpr size_t kChunkMax = size_t{1} << 20;

Bytef* bytes_of(const char* text) {
  // zlib reads through a pointer to non-const for history's sake.
  return reinterpret_cast<Bytef*>(const_cast<char*>(text));
}

// Ends an inflate stream on every way out.
class Inflater {
 public:
  Inflater() {
    SERVANDA_CHECK(inflateInit2(&stream, kWindowBitsMax + kGzipWrapper) == Z_OK,
                   "zlib has no memory");
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream); }
  z_stream stream{};
};

std::unexpected<Error> broken() {
  return fail(Code::kInvalidArgument, "The gzip content is broken or incomplete.", "gzip");
}

// A window no larger than the content, and tables to match: with the full 256 KiB of memory, most
// of the time for a small answer would go into getting it.
struct Effort {
  int window_bits = kWindowBitsMax;
  int memory_level = 8;
};
Effort effort_for(size_t size) {
  Effort effort;
  effort.window_bits =
      std::clamp(static_cast<int>(std::bit_width(size)), kWindowBitsMin, kWindowBitsMax);
  effort.memory_level = effort.window_bits - 7;
  return effort;
}

}  // namespace

void gzip_append(std::string& out, std::string_view bytes, int level) {
  z_stream stream{};
  const Effort effort = effort_for(bytes.size());
  const int begun =
      deflateInit2(&stream, std::clamp(level, 1, 9), Z_DEFLATED, effort.window_bits + kGzipWrapper,
                   effort.memory_level, Z_DEFAULT_STRATEGY);
  SERVANDA_CHECK(begun == Z_OK, "zlib has no memory");
  SERVANDA_CHECK(bytes.size() <= std::numeric_limits<uInt>::max() / 2,
                 std::to_string(bytes.size()) + " bytes at once");
  const size_t before = out.size();
  const size_t bound = deflateBound(&stream, static_cast<uLong>(bytes.size()));
  out.resize(before + bound);
  stream.next_in = bytes_of(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = bytes_of(out.data() + before);
  stream.avail_out = static_cast<uInt>(bound);
  const int done = deflate(&stream, Z_FINISH);
  deflateEnd(&stream);
  SERVANDA_CHECK(done == Z_STREAM_END, "deflate returned " + std::to_string(done));
  out.resize(before + bound - stream.avail_out);
}

Result<std::string> gzip_decode(std::string_view compressed, size_t bytes_max) {
  if (compressed.empty()) return broken();
  if (compressed.size() > std::numeric_limits<uInt>::max()) {
    return fail(Code::kTooLarge, "The gzip content is over 4 GiB.", "gzip");
  }
  const size_t most = std::min(bytes_max, compressed.size() * kRatioMax + kRatioSlack);
  Inflater inflater;
  z_stream& stream = inflater.stream;
  stream.next_in = bytes_of(compressed.data());
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string out;
  for (;;) {
    // One byte more than allowed is asked for, so that too much is told from just enough.
    const size_t filled = out.size();
    const size_t chunk =
        std::min(std::clamp(compressed.size() * 4, kChunkMin, kChunkMax), most + 1 - filled);
    out.resize(filled + chunk);
    stream.next_out = bytes_of(out.data() + filled);
    stream.avail_out = static_cast<uInt>(chunk);
    const int state = inflate(&stream, Z_NO_FLUSH);
    out.resize(filled + chunk - stream.avail_out);
    if (out.size() > most) {
      return fail(Code::kTooLarge, "The content is larger unpacked than allowed.", "gzip");
    }
    if (state == Z_STREAM_END) {
      if (stream.avail_in == 0) return out;
      // A gzip file may consist of several members (RFC 1952, section 2.2).
      if (inflateReset(&stream) != Z_OK) return broken();
      continue;
    }
    const bool starved = stream.avail_in == 0 && stream.avail_out != 0;
    if (state != Z_OK || starved) return broken();
  }
}

}  // namespace servanda
