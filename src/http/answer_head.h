// SPDX-License-Identifier: Apache-2.0
#pragma once
// The head of an HTTP/1.1 answer as bytes.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "http/message.h"

namespace servanda::internal {

// The Date header's text, formatted once per second.
//
// Threads: not shared; one per worker.
class DateLine {
 public:
  // "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n". `now` only decides whether the clock is read.
  [[nodiscard]] std::string_view at(Instant now, const Clock& clock);

 private:
  Instant valid_until_;
  std::string text_;
};

struct AnswerHead {
  int status = 200;
  std::span<const HeaderField> fields;
  enum class Framing : uint8_t { kLength, kChunked, kUntilClose, kNone } framing = Framing::kLength;
  uint64_t content_length = 0;
  enum class Connection : uint8_t {
    kDefault,
    kClose,
    kKeepAlive
  } connection = Connection::kDefault;
  std::string_view date_line;
};

// Appends the head with its final empty line. A field whose name is no token, whose value holds a
// control character, or that belongs to the connection (Content-Length, Transfer-Encoding,
// Connection) is a bug and left out; Date replaces ours.
void append_answer_head(std::string& out, const AnswerHead& head);

}  // namespace servanda::internal
