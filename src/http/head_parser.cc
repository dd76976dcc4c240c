// SPDX-License-Identifier: Apache-2.0
#include "http/head_parser.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"
#include "http/fields.h"
#include "http/syntax.h"
#include "http/target.h"

namespace servanda {
namespace {

using internal::is_token;
using internal::kContentLengthDigitsMax;
using internal::trim_blanks;

}  // namespace

HeadParser::HeadParser(const HeadLimits& limits) : limits_(limits) {
  // A request line that alone breaks the head's limit gets the answer of the request line, however
  // its bytes arrive.
  constexpr size_t kAroundLine = 6;
  const size_t room = limits_.head_bytes_max - std::min(limits_.head_bytes_max, kAroundLine);
  limits_.request_line_bytes_max = std::min(limits_.request_line_bytes_max, room);
}

void HeadParser::reset() {
  refusal_ = {};
  scanned_ = line_start_ = request_start_ = 0;
  stage_ = Stage::kStart;
  skipped_empty_line_ = has_length_ = is_chunked_ = has_expectation_ = expects_continue_ = false;
  says_close_ = says_keep_alive_ = has_host_ = is_absolute_ = false;
  version_ = HttpVersion::k11;
  content_length_ = 0;
  method_ = target_ = path_ = query_ = host_ = target_host_ = {};
  path_text_ = {};
  pieces_.clear();
  fields_.clear();
}

HeadParser::Progress HeadParser::refuse(int status, std::string_view reason,
                                        std::string_view detail) {
  refusal_ = {status, reason, detail};
  return Progress::kRefused;
}

HeadParser::Progress HeadParser::advance(std::string_view bytes) {
  for (;;) {
    const void* found = scanned_ == bytes.size()
                            ? nullptr
                            : std::memchr(bytes.data() + scanned_, '\n', bytes.size() - scanned_);
    if (!found) {
      scanned_ = bytes.size();
      return check_unfinished(bytes.size());
    }
    const size_t line_end = static_cast<size_t>(static_cast<const char*>(found) - bytes.data());
    const bool is_crlf = line_end > line_start_ && bytes[line_end - 1] == '\r';
    scanned_ = line_end + 1;
    if (check_unfinished(is_crlf ? line_end - 1 : line_end) == Progress::kRefused) {
      return Progress::kRefused;
    }
    if (scanned_ > limits_.head_bytes_max) return check_unfinished(scanned_);
    if (!is_crlf) {
      return refuse(400, "bare-line-feed", "A line of the request head does not end with CR LF.");
    }
    if (!take_line(bytes, line_end - 1 - line_start_)) return Progress::kRefused;
    line_start_ = scanned_;
    if (stage_ == Stage::kDone) return Progress::kComplete;
  }
}

// Limits of a head whose line end at `size` or later is not there yet. One byte more than the line
// may have is allowed for its CR.
HeadParser::Progress HeadParser::check_unfinished(size_t size) {
  const size_t line_bytes = size - line_start_;
  const size_t spare = scanned_ > size ? 0 : 1;
  if (stage_ == Stage::kStart && line_bytes > limits_.request_line_bytes_max + spare) {
    return refuse(414, "request-line-too-long", "The request line is too long.");
  }
  if (size > limits_.head_bytes_max) {
    return refuse(431, "head-too-large", "The request head is too large.");
  }
  return Progress::kMore;
}

bool HeadParser::take_line(std::string_view bytes, size_t size) {
  const std::string_view line = bytes.substr(line_start_, size);
  if (stage_ == Stage::kStart) {
    // RFC 9112 section 2.2: one empty line before the request line is an old client's habit.
    if (line.empty() && !skipped_empty_line_) {
      skipped_empty_line_ = true;
      return true;
    }
    request_start_ = line_start_;
    stage_ = Stage::kFields;
    return take_request_line(line);
  }
  if (!line.empty()) return take_field(bytes, line);
  stage_ = Stage::kDone;
  return finish(bytes);
}

bool HeadParser::take_request_line(std::string_view line) {
  const size_t method_end = line.find(' ');
  const size_t target_end =
      method_end == std::string_view::npos ? method_end : line.find(' ', method_end + 1);
  if (target_end == std::string_view::npos) {
    refuse(400, "request-line", "The request line is not a method, a target and a version.");
    return false;
  }
  const std::string_view method = line.substr(0, method_end);
  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  if (!is_token(method)) {
    refuse(400, "method", "The method is not a token.");
    return false;
  }
  if (!take_version(line.substr(target_end + 1))) return false;
  if (method == "CONNECT" || method == "TRACE") {
    refuse(405, "method-refused", "CONNECT and TRACE are not served.");
    return false;
  }
  method_ = {static_cast<uint32_t>(request_start_), static_cast<uint32_t>(method.size())};
  return take_target(line, target, method);
}

bool HeadParser::take_version(std::string_view version) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) ||
      version[6] != '.' || !is_digit(version[7])) {
    refuse(400, "request-line", "The request line does not end with an HTTP version.");
    return false;
  }
  if (version[5] != '1' || version[7] > '1') {
    refuse(505, "http-version", "Only HTTP/1.0 and HTTP/1.1 are served here.");
    return false;
  }
  version_ = version[7] == '0' ? HttpVersion::k10 : HttpVersion::k11;
  return true;
}

bool HeadParser::take_target(std::string_view line, std::string_view target,
                             std::string_view method) {
  const auto parts = internal::parse_target(target, method);
  if (!parts) {
    refuse(400, "request-target", "The request target is not valid.");
    return false;
  }
  const auto place = [&](std::string_view part) {
    if (part.empty()) return Piece{};
    return Piece{static_cast<uint32_t>(request_start_ + (part.data() - line.data())),
                 static_cast<uint32_t>(part.size())};
  };
  target_ = place(target);
  const bool path_is_inside =
      parts->path.data() >= line.data() && parts->path.data() < line.data() + line.size();
  if (path_is_inside) {
    path_ = place(parts->path);
  } else {
    path_text_ = parts->path;
  }
  query_ = place(parts->query);
  is_absolute_ = parts->host.data() != nullptr;
  target_host_ = place(parts->host);
  return true;
}

HeadParser::Piece HeadParser::piece_of(std::string_view bytes, std::string_view part) const {
  if (part.empty()) return {};
  return {static_cast<uint32_t>(part.data() - bytes.data()), static_cast<uint32_t>(part.size())};
}

bool HeadParser::take_field(std::string_view bytes, std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') {
    refuse(400, "folded-header", "A header line begins with a blank.");
    return false;
  }
  const size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  if (colon == std::string_view::npos || !is_token(name)) {
    refuse(400, "header-name", "A header line has no valid name.");
    return false;
  }
  const std::string_view value = trim_blanks(line.substr(colon + 1));
  if (!internal::is_field_content(value)) {
    refuse(400, "header-value", "A header value holds a control character.");
    return false;
  }
  if (pieces_.size() >= limits_.header_count_max) {
    refuse(431, "too-many-headers", "The request has too many headers.");
    return false;
  }
  const Piece piece = piece_of(bytes, value);
  pieces_.push_back({piece_of(bytes, name), piece});
  return take_known_field(name, value, piece);
}

bool HeadParser::take_known_field(std::string_view name, std::string_view value, Piece piece) {
  switch (name.size()) {
    case 4:
      return !equals_ignoring_case(name, "host") || take_host(value, piece);
    case 6:
      if (equals_ignoring_case(name, "expect")) {
        expects_continue_ = !has_expectation_ && equals_ignoring_case(value, "100-continue");
        has_expectation_ = true;
      }
      return true;
    case 10:
      return !equals_ignoring_case(name, "connection") || take_connection(value);
    case 14:
      return !equals_ignoring_case(name, "content-length") || take_content_length(value);
    case 17:
      return !equals_ignoring_case(name, "transfer-encoding") || take_transfer_encoding(value);
    default:
      return true;
  }
}

bool HeadParser::take_host(std::string_view value, Piece piece) {
  if (has_host_) {
    refuse(400, "host", "The request has more than one Host header.");
    return false;
  }
  if (!internal::is_valid_host(value)) {
    refuse(400, "host", "The Host header is not a host with an optional port.");
    return false;
  }
  has_host_ = true;
  host_ = piece;
  return true;
}

// RFC 9110 section 8.6: a list of equal lengths counts as one; anything else is an attack.
bool HeadParser::take_content_length(std::string_view value) {
  for (;;) {
    const size_t comma = value.find(',');
    const std::string_view item = trim_blanks(value.substr(0, comma));
    uint64_t length = 0;
    bool valid = !item.empty() && item.size() <= kContentLengthDigitsMax;
    for (const char c : item) {
      valid = valid && c >= '0' && c <= '9';
      length = length * 10 + static_cast<uint64_t>(c - '0');
    }
    if (!valid || (has_length_ && length != content_length_)) {
      refuse(400, "content-length", "Content-Length is not one decimal number.");
      return false;
    }
    has_length_ = true;
    content_length_ = length;
    if (comma == std::string_view::npos) return true;
    value.remove_prefix(comma + 1);
  }
}

bool HeadParser::take_transfer_encoding(std::string_view value) {
  if (is_chunked_) {
    refuse(400, "transfer-encoding", "Transfer-Encoding is given twice.");
    return false;
  }
  if (equals_ignoring_case(value, "chunked")) {
    is_chunked_ = true;
    return true;
  }
  // A well-formed list is a coding we do not have; chunked anywhere but last is an attack.
  bool is_unknown = true;
  for (std::string_view rest = value; is_unknown;) {
    const size_t comma = rest.find(',');
    const std::string_view item = trim_blanks(rest.substr(0, comma));
    is_unknown = is_token(item);
    if (comma == std::string_view::npos) {
      break;
    }
    is_unknown = is_unknown && !equals_ignoring_case(item, "chunked");
    rest.remove_prefix(comma + 1);
  }
  if (is_unknown) {
    refuse(501, "transfer-encoding", "The only transfer coding served is chunked.");
  } else {
    refuse(400, "transfer-encoding", "Transfer-Encoding is malformed.");
  }
  return false;
}

bool HeadParser::take_connection(std::string_view value) {
  for (;;) {
    const size_t comma = value.find(',');
    const std::string_view item = trim_blanks(value.substr(0, comma));
    if (equals_ignoring_case(item, "close")) says_close_ = true;
    if (equals_ignoring_case(item, "keep-alive")) says_keep_alive_ = true;
    if (comma == std::string_view::npos) return true;
    value.remove_prefix(comma + 1);
  }
}

bool HeadParser::finish(std::string_view bytes) {
  const bool is_10 = version_ == HttpVersion::k10;
  if (!has_host_ && !is_10) {
    refuse(400, "host", "The request has no Host header.");
    return false;
  }
  if (is_absolute_ && has_host_ &&
      !internal::same_host(bytes.substr(host_.at, host_.size),
                           bytes.substr(target_host_.at, target_host_.size))) {
    refuse(400, "host", "The request target and the Host header name different hosts.");
    return false;
  }
  if (is_chunked_ && has_length_) {
    refuse(400, "double-framing", "The request has both Content-Length and Transfer-Encoding.");
    return false;
  }
  if (is_chunked_ && is_10) {
    refuse(400, "transfer-encoding", "HTTP/1.0 has no Transfer-Encoding.");
    return false;
  }
  if (has_expectation_ && !expects_continue_ && !is_10) {
    refuse(417, "expectation", "The only expectation served is 100-continue.");
    return false;
  }
  return true;
}

void HeadParser::fill(std::string_view bytes, RequestHead& head) {
  const auto view = [&](Piece piece) { return bytes.substr(piece.at, piece.size); };
  fields_.resize(pieces_.size());
  for (size_t i = 0; i < pieces_.size(); ++i) {
    fields_[i].name = view(pieces_[i].name);
    fields_[i].value = view(pieces_[i].value);
  }
  head.method = view(method_);
  head.target = view(target_);
  head.path = path_text_.empty() ? view(path_) : path_text_;
  head.query = query_.size == 0 ? std::string_view() : view(query_);
  head.host = view(is_absolute_ ? target_host_ : host_);
  head.version = version_;
  head.fields = fields_;
  head.content_length = content_length_;
  head.body = is_chunked_                           ? RequestHead::BodyKind::kChunked
              : has_length_ && content_length_ != 0 ? RequestHead::BodyKind::kSized
                                                    : RequestHead::BodyKind::kNone;
}

bool HeadParser::keeps_alive() const {
  if (says_close_) return false;
  return version_ == HttpVersion::k11 || says_keep_alive_;
}

bool HeadParser::expects_continue() const {
  return expects_continue_ && version_ == HttpVersion::k11 && (is_chunked_ || content_length_ > 0);
}

}  // namespace servanda
