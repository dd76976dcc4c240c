// SPDX-License-Identifier: Apache-2.0
#pragma once
// The head of an HTTP/1.x answer, strict and zero-copy (RFC 9112), read as it arrives.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "http/head_parser.h"
#include "http/message.h"

namespace servanda {

// How large the head of an answer may be. Beyond either: refused as "head-too-large".
struct ResponseLimits {
  size_t head_bytes_max = 32 * 1024;  // All of it, interim heads and empty lines included.
  uint32_t header_count_max = 100;    // Of one head.
};

// One answer's head: its status, and how its body is framed (RFC 9112 section 6.3).
struct ResponseHead {
  int status = 0;  // 200 .. 599.
  enum class BodyKind : uint8_t { kNone, kSized, kChunked, kUntilClose } body = BodyKind::kNone;
  uint64_t content_length = 0;  // Of kSized; never 0 there.
  bool keeps_alive = false;     // Whether the connection may carry another request.
};

// Reads one head at a time, and skips the interim heads (1xx) before it. Anything that two
// implementations could read differently is refused: bare line ends, folding, blanks around names,
// framing that is given twice or where there can be no body. What it says of a head does not depend
// on how its bytes were split.
//
// Cost: each byte is looked at a constant number of times, however slowly it arrives. Keeps its
// memory between heads, so a warm parser allocates nothing.
class ResponseParser {
 public:
  static constexpr uint32_t kInterimHeadsMax = 8;  // More before one answer are refused.

  explicit ResponseParser(const ResponseLimits& limits) : limits_(limits) {}

  enum class Progress : uint8_t { kMore, kComplete, kRefused };
  // `bytes` is everything received from the first head's first byte on: what earlier calls saw,
  // possibly at another address, and what came since. Requires: reset() after kComplete or
  // kRefused.
  [[nodiscard]] Progress advance(std::string_view bytes);
  // After kRefused. Its status means nothing: nobody is answered.
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

  // After kComplete: the size in bytes of the head and of the interim heads before it.
  [[nodiscard]] size_t head_bytes() const { return line_start_; }
  // After kComplete.
  [[nodiscard]] const ResponseHead& head() const { return head_; }
  // After kComplete: replaces `fields` by views into `bytes`, which holds what advance() was given,
  // at any address. Fields of interim heads are not among them.
  void fill(std::string_view bytes, std::vector<HeaderField>& fields) const;

  // What was asked decides whether a body can follow.
  enum class Asked : uint8_t { kHead, kOther };
  void reset(Asked asked);

 private:
  struct Piece {
    uint32_t at = 0;
    uint32_t size = 0;
  };
  struct FieldPieces {
    Piece name;
    Piece value;
  };
  bool refuse(std::string_view reason, std::string_view detail);
  bool take_line(std::string_view bytes, size_t size);
  bool take_status_line(std::string_view line);
  bool take_field(std::string_view bytes, std::string_view line);
  bool take_known_field(std::string_view name, std::string_view value);
  bool take_content_length(std::string_view value);
  bool take_transfer_encoding(std::string_view value);
  void take_connection(std::string_view value);
  bool finish();
  bool skip_interim();
  bool decide_body();
  void begin_head();

  ResponseLimits limits_;
  Refusal refusal_;
  ResponseHead head_;
  size_t scanned_ = 0;     // Bytes searched for line ends.
  size_t line_start_ = 0;  // Where the unfinished line begins.
  enum class Stage : uint8_t { kStatus, kFields, kDone } stage_ = Stage::kStatus;
  Asked asked_ = Asked::kOther;
  HttpVersion version_ = HttpVersion::k11;
  uint32_t interim_heads_ = 0;
  bool has_length_ = false;
  bool is_chunked_ = false;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
  uint64_t content_length_ = 0;
  std::vector<FieldPieces> pieces_;
};

}  // namespace servanda
