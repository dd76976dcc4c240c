// SPDX-License-Identifier: Apache-2.0
#include "http/response_parser.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "http/fields.h"
#include "http/syntax.h"

namespace servanda {
namespace {

using internal::is_field_content;
using internal::is_token;
using internal::kContentLengthDigitsMax;
using internal::trim_blanks;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

void ResponseParser::reset(Asked asked) {
  refusal_ = {};
  scanned_ = line_start_ = 0;
  asked_ = asked;
  interim_heads_ = 0;
  begin_head();
}

void ResponseParser::begin_head() {
  head_ = {};
  stage_ = Stage::kStatus;
  version_ = HttpVersion::k11;
  has_length_ = is_chunked_ = says_close_ = says_keep_alive_ = false;
  content_length_ = 0;
  pieces_.clear();
}

bool ResponseParser::refuse(std::string_view reason, std::string_view detail) {
  refusal_ = {0, reason, detail};
  return false;
}

ResponseParser::Progress ResponseParser::advance(std::string_view bytes) {
  const auto too_large = [&] {
    refuse("head-too-large", "The head of the answer is too large.");
    return Progress::kRefused;
  };
  for (;;) {
    const void* found = scanned_ == bytes.size()
                            ? nullptr
                            : std::memchr(bytes.data() + scanned_, '\n', bytes.size() - scanned_);
    if (!found) {
      scanned_ = bytes.size();
      return scanned_ > limits_.head_bytes_max ? too_large() : Progress::kMore;
    }
    const size_t line_end = static_cast<size_t>(static_cast<const char*>(found) - bytes.data());
    scanned_ = line_end + 1;
    if (scanned_ > limits_.head_bytes_max) return too_large();
    if (line_end == line_start_ || bytes[line_end - 1] != '\r') {
      refuse("bare-line-feed", "A line of the answer's head does not end with CR LF.");
      return Progress::kRefused;
    }
    if (!take_line(bytes, line_end - 1 - line_start_)) return Progress::kRefused;
    line_start_ = scanned_;
    if (stage_ == Stage::kDone) return Progress::kComplete;
  }
}

bool ResponseParser::take_line(std::string_view bytes, size_t size) {
  const std::string_view line = bytes.substr(line_start_, size);
  if (stage_ == Stage::kStatus) {
    stage_ = Stage::kFields;
    return take_status_line(line);
  }
  return line.empty() ? finish() : take_field(bytes, line);
}

// RFC 9112 section 4. The blank before an absent reason phrase may be missing, as many servers have
// it: no other reading is possible.
bool ResponseParser::take_status_line(std::string_view line) {
  const bool names_version = line.size() >= 12 && line.starts_with("HTTP/") && is_digit(line[5]) &&
                             line[6] == '.' && is_digit(line[7]) && line[8] == ' ';
  if (!names_version) return refuse("status-line", "The answer has no valid status line.");
  if (line[5] != '1' || line[7] > '1') {
    return refuse("http-version", "The answer is neither HTTP/1.0 nor HTTP/1.1.");
  }
  version_ = line[7] == '0' ? HttpVersion::k10 : HttpVersion::k11;
  const bool is_status = line[9] >= '1' && line[9] <= '5' && is_digit(line[10]) &&
                         is_digit(line[11]) && (line.size() == 12 || line[12] == ' ');
  if (!is_status) return refuse("status-line", "The status of the answer is not in 100 to 599.");
  head_.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  return is_field_content(line.substr(12)) ||
         refuse("status-line", "The reason phrase of the answer holds a control character.");
}

bool ResponseParser::take_field(std::string_view bytes, std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') {
    return refuse("folded-header", "A header line of the answer begins with a blank.");
  }
  const size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name)) {
    return refuse("header-name", "A header line of the answer has no valid name.");
  }
  const std::string_view value = trim_blanks(line.substr(colon + 1));
  if (!is_field_content(value)) {
    return refuse("header-value", "A header value of the answer holds a control character.");
  }
  if (pieces_.size() >= limits_.header_count_max) {
    return refuse("head-too-large", "The answer has too many headers.");
  }
  const auto piece_of = [&](std::string_view part) {
    if (part.empty()) return Piece{};
    return Piece{static_cast<uint32_t>(part.data() - bytes.data()),
                 static_cast<uint32_t>(part.size())};
  };
  pieces_.push_back({piece_of(name), piece_of(value)});
  return take_known_field(name, value);
}

bool ResponseParser::take_known_field(std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 10:
      if (equals_ignoring_case(name, "connection")) take_connection(value);
      return true;
    case 14:
      return !equals_ignoring_case(name, "content-length") || take_content_length(value);
    case 17:
      return !equals_ignoring_case(name, "transfer-encoding") || take_transfer_encoding(value);
    default:
      return true;
  }
}

bool ResponseParser::take_content_length(std::string_view value) {
  const bool valid = !value.empty() && value.size() <= kContentLengthDigitsMax &&
                     std::ranges::all_of(value, is_digit);
  if (!valid) return refuse("content-length", "Content-Length is not one decimal number.");
  if (has_length_) return refuse("content-length", "Content-Length is given twice.");
  has_length_ = true;
  for (const char c : value)
    content_length_ = content_length_ * 10 + static_cast<uint64_t>(c - '0');
  return true;
}

bool ResponseParser::take_transfer_encoding(std::string_view value) {
  if (is_chunked_) return refuse("transfer-encoding", "Transfer-Encoding is given twice.");
  is_chunked_ = true;
  return equals_ignoring_case(value, "chunked") ||
         refuse("transfer-encoding", "The only transfer coding read is chunked.");
}

void ResponseParser::take_connection(std::string_view value) {
  for (;;) {
    const size_t comma = value.find(',');
    const std::string_view item = trim_blanks(value.substr(0, comma));
    if (equals_ignoring_case(item, "close")) says_close_ = true;
    if (equals_ignoring_case(item, "keep-alive")) says_keep_alive_ = true;
    if (comma == std::string_view::npos) return;
    value.remove_prefix(comma + 1);
  }
}

bool ResponseParser::finish() {
  if (is_chunked_ && has_length_) {
    return refuse("double-framing", "The answer has both Content-Length and Transfer-Encoding.");
  }
  if (is_chunked_ && version_ == HttpVersion::k10) {
    return refuse("transfer-encoding", "HTTP/1.0 has no Transfer-Encoding.");
  }
  if (head_.status < 200) return skip_interim();
  stage_ = Stage::kDone;
  head_.keeps_alive = !says_close_ && (version_ == HttpVersion::k11 || says_keep_alive_);
  return decide_body();
}

bool ResponseParser::skip_interim() {
  if (head_.status == 101) {
    return refuse("switching-protocols",
                  "The answer changes the protocol, which nobody asked for.");
  }
  if (is_chunked_ || has_length_) {
    return refuse("interim-body", "An interim answer announces a body.");
  }
  if (++interim_heads_ > kInterimHeadsMax) {
    return refuse("too-many-interim", "Too many interim answers come before the answer.");
  }
  begin_head();
  return true;
}

// RFC 9112 section 6.3. A 204 that announces content is refused, where that section has it ignored:
// a sender that then sends the content would have it read as the next answer.
bool ResponseParser::decide_body() {
  using BodyKind = ResponseHead::BodyKind;
  if (head_.status == 204 && (is_chunked_ || content_length_ != 0)) {
    return refuse("bodiless", "An answer without content (204) announces a body.");
  }
  if (asked_ == Asked::kHead || head_.status == 204 || head_.status == 304) return true;
  if (is_chunked_) {
    head_.body = BodyKind::kChunked;
  } else if (!has_length_) {
    head_.body = BodyKind::kUntilClose;
    head_.keeps_alive = false;
  } else if (content_length_ != 0) {
    head_.body = BodyKind::kSized;
    head_.content_length = content_length_;
  }
  return true;
}

void ResponseParser::fill(std::string_view bytes, std::vector<HeaderField>& fields) const {
  const auto view = [&](Piece piece) { return bytes.substr(piece.at, piece.size); };
  fields.resize(pieces_.size());
  for (size_t i = 0; i < pieces_.size(); ++i) {
    fields[i] = {view(pieces_[i].name), view(pieces_[i].value)};
  }
}

}  // namespace servanda
