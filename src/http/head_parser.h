// SPDX-License-Identifier: Apache-2.0
#pragma once
// The HTTP/1.x request head, strict and zero-copy (RFC 9112), read as it arrives.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace servanda {

// The limits of ServerLimits that concern a head.
// How large a head may be, and the answer beyond.
struct HeadLimits {
  size_t request_line_bytes_max = 8 * 1024;  // Without its line end. Beyond: 414.
  size_t head_bytes_max = 32 * 1024;         // All of it. Beyond: 431.
  uint32_t header_count_max = 100;           // Beyond: 431.
};

// Why a message is not accepted: the answer's status, a stable word, a sentence. Static text.
struct Refusal {
  int status = 0;
  std::string_view reason;
  std::string_view detail;
};

// Reads one head at a time. Anything that two implementations could read differently is refused:
// bare line ends, folding, blanks around names, double framing. What it says of a head does not
// depend on how its bytes were split.
//
// Cost: each byte is looked at a constant number of times, however slowly it arrives. Keeps its
// memory between heads, so a warm parser allocates nothing.
class HeadParser {
 public:
  explicit HeadParser(const HeadLimits& limits);

  enum class Progress : uint8_t { kMore, kComplete, kRefused };
  // `bytes` is everything received from the head's first byte on: what earlier calls saw, possibly
  // at another address, and what came since. Requires: reset() after kComplete or kRefused.
  [[nodiscard]] Progress advance(std::string_view bytes);
  // After kRefused.
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

  // After kComplete: the head's size in bytes.
  [[nodiscard]] size_t head_bytes() const { return line_start_; }
  // After kComplete: the head with views into `bytes`, the same as last given to advance(). Its
  // fields live in the parser until reset(). received_at is the caller's to set.
  void fill(std::string_view bytes, RequestHead& head);
  // After kComplete: whether the connection may serve another request.
  [[nodiscard]] bool keeps_alive() const;
  // After kComplete: whether the client waits for 100 (Continue) before it sends the body.
  [[nodiscard]] bool expects_continue() const;

  void reset();

 private:
  struct Piece {
    uint32_t at = 0;
    uint32_t size = 0;
  };
  struct FieldPieces {
    Piece name;
    Piece value;
  };
  Progress refuse(int status, std::string_view reason, std::string_view detail);
  Progress check_unfinished(size_t size);
  bool take_line(std::string_view bytes, size_t size);
  bool take_request_line(std::string_view line);
  bool take_version(std::string_view version);
  bool take_target(std::string_view line, std::string_view target, std::string_view method);
  bool take_field(std::string_view bytes, std::string_view line);
  bool take_known_field(std::string_view name, std::string_view value, Piece piece);
  bool take_host(std::string_view value, Piece piece);
  bool take_content_length(std::string_view value);
  bool take_transfer_encoding(std::string_view value);
  bool take_connection(std::string_view value);
  bool finish(std::string_view bytes);
  [[nodiscard]] Piece piece_of(std::string_view bytes, std::string_view part) const;

  HeadLimits limits_;
  Refusal refusal_;
  size_t scanned_ = 0;     // Bytes searched for line ends.
  size_t line_start_ = 0;  // Where the unfinished line begins.
  enum class Stage : uint8_t { kStart, kFields, kDone } stage_ = Stage::kStart;
  bool skipped_empty_line_ = false;
  HttpVersion version_ = HttpVersion::k11;
  bool has_length_ = false;
  bool is_chunked_ = false;
  bool has_expectation_ = false;
  bool expects_continue_ = false;
  bool says_close_ = false;
  bool says_keep_alive_ = false;
  bool has_host_ = false;
  bool is_absolute_ = false;
  uint64_t content_length_ = 0;
  size_t request_start_ = 0;
  Piece method_;
  Piece target_;
  Piece path_;  // Empty when the target has none; then path_text_ stands for it.
  Piece query_;
  Piece host_;         // Of the Host field.
  Piece target_host_;  // Of an absolute target.
  std::string_view path_text_;
  std::vector<FieldPieces> pieces_;
  std::vector<HeaderField> fields_;
};

}  // namespace servanda
