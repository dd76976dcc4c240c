// SPDX-License-Identifier: Apache-2.0
#include "http/answer_head.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/calendar.h"
#include "base/check.h"
#include "base/problem.h"
#include "base/text.h"
#include "http/fields.h"
#include "http/syntax.h"

namespace servanda::internal {
namespace {

enum class FieldUse { kSend, kDate, kFraming };

FieldUse use_of(std::string_view name) {
  switch (name.size()) {
    case 4:
      return equals_ignoring_case(name, "date") ? FieldUse::kDate : FieldUse::kSend;
    case 10:
      return equals_ignoring_case(name, "connection") ? FieldUse::kFraming : FieldUse::kSend;
    case 14:
      return equals_ignoring_case(name, "content-length") ? FieldUse::kFraming : FieldUse::kSend;
    case 17:
      return equals_ignoring_case(name, "transfer-encoding") ? FieldUse::kFraming : FieldUse::kSend;
    default:
      return FieldUse::kSend;
  }
}

// Bytes written through a pointer into memory that was checked once for the whole head.
class Cursor {
 public:
  explicit Cursor(char* at) : at_(at) {}
  void put(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void put_number(uint64_t number) { at_ = std::to_chars(at_, at_ + 20, number).ptr; }
  [[nodiscard]] char* at() const { return at_; }

 private:
  char* at_;
};

// Room for the status line, the connection's own fields and the line ends.
constexpr size_t kOwnBytesMax = 256;

size_t bytes_for(const AnswerHead& head, std::string_view phrase) {
  size_t bytes = kOwnBytesMax + phrase.size() + head.date_line.size();
  for (const HeaderField& field : head.fields) bytes += field.name.size() + field.value.size() + 4;
  return bytes;
}

// Whether a Date was among the fields.
bool put_fields(Cursor& out, std::span<const HeaderField> fields) {
  bool has_date = false;
  for (const HeaderField& field : fields) {
    const bool value_fits = is_field_content(field.value);
    if (!is_token(field.name) || !value_fits) [[unlikely]] {
      SERVANDA_BUG("an answer's header field is malformed");
      continue;
    }
    const FieldUse use = use_of(field.name);
    if (use == FieldUse::kFraming) [[unlikely]] {
      SERVANDA_BUG("an answer's header field belongs to the connection");
      continue;
    }
    has_date = has_date || use == FieldUse::kDate;
    out.put(field.name);
    out.put(": ");
    out.put(field.value);
    out.put("\r\n");
  }
  return has_date;
}

}  // namespace

std::string_view DateLine::at(Instant now, const Clock& clock) {
  if (now < valid_until_) return text_;
  constexpr int64_t kSecond = 1'000'000;
  const Timestamp wall = clock.wall();
  text_ = "Date: " + http_date(wall) + "\r\n";
  const int64_t into_second = (wall.us % kSecond + kSecond) % kSecond;
  valid_until_ = now + Duration::microseconds(kSecond - into_second);
  return text_;
}

void append_answer_head(std::string& out, const AnswerHead& head) {
  const std::string_view phrase = status_phrase(head.status);
  const size_t before = out.size();
  const size_t needed = before + bytes_for(head, phrase);
  if (out.capacity() < needed) out.reserve(std::max(needed, out.capacity() * 2));
  out.resize_and_overwrite(needed, [&](char* begin, size_t) {
    Cursor at(begin + before);
    at.put("HTTP/1.1 ");
    at.put_number(static_cast<uint64_t>(head.status));
    at.put(" ");
    at.put(phrase);
    at.put("\r\n");
    const bool has_date = put_fields(at, head.fields);
    if (!has_date) at.put(head.date_line);
    if (head.framing == AnswerHead::Framing::kLength) {
      at.put("Content-Length: ");
      at.put_number(head.content_length);
      at.put("\r\n");
    } else if (head.framing == AnswerHead::Framing::kChunked) {
      at.put("Transfer-Encoding: chunked\r\n");
    }
    if (head.connection == AnswerHead::Connection::kClose) at.put("Connection: close\r\n");
    if (head.connection == AnswerHead::Connection::kKeepAlive) at.put("Connection: keep-alive\r\n");
    at.put("\r\n");
    return static_cast<size_t>(at.at() - begin);
  });
}

}  // namespace servanda::internal
