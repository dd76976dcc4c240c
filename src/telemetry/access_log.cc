// SPDX-License-Identifier: Apache-2.0
#include "telemetry/access_log.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include "base/calendar.h"
#include "base/check.h"
#include "base/text.h"
#include "telemetry/log_text.h"

namespace servanda {
namespace {

constexpr size_t kTexts = 7;
constexpr size_t kCapacityMin = 4096;
// In place of a record's size: the rest of the ring up to its end is unused.
constexpr uint32_t kSkip = UINT32_MAX;
constexpr int64_t kMicrosPerSecond = 1'000'000;

// A record in the ring: this head, then the texts one after another.
struct Head {
  uint32_t size;  // Of head and texts, a multiple of 8.
  int32_t status;
  std::array<uint16_t, kTexts> lengths;
  uint16_t unused;
  int64_t at_us;
  int64_t duration_ns;
  uint64_t request_bytes;
  uint64_t response_bytes;
  std::array<uint8_t, 16> trace_id;
  std::array<uint8_t, 8> span_id;
};
static_assert(sizeof(Head) % 8 == 0);

struct TextForm {
  std::string_view json;  // What stands before the value.
  uint16_t bytes_max;
};
constexpr std::array<TextForm, kTexts> kTextForms = {{
    {",\"http.request.method\":", 32},
    {",\"http.route\":", 256},
    {",\"operation\":", 128},
    {",\"url.path\":", 512},
    {",\"client.address\":", 64},
    {",\"user_agent.original\":", 256},
    {",\"error.type\":", 64},
}};

constexpr size_t texts_max() {
  size_t sum = 0;
  for (const TextForm& form : kTextForms) sum += form.bytes_max;
  return sum;
}
static_assert(sizeof(Head) + texts_max() + 8 <= kCapacityMin / 2,
              "the largest record must fit wherever the ring wraps");

// Every text may grow sixfold; names, numbers and ids take less than the rest.
constexpr size_t kLineMax = texts_max() * 6 + 1024;

// Writes into memory that is known to suffice.
class LineWriter {
 public:
  explicit LineWriter(char* at) : at_(at) {}

  void put(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void put(char c) { *at_++ = c; }
  template <typename Integer>
  void number(Integer value) {
    at_ = std::to_chars(at_, at_ + 24, value).ptr;
  }
  // Exactly `width` digits.
  void padded(int64_t value, int width) {
    for (int i = width - 1; i >= 0; --i) {
      at_[i] = static_cast<char>('0' + value % 10);
      value /= 10;
    }
    at_ += width;
  }
  template <size_t Size>
  void hex(const std::array<uint8_t, Size>& bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (const uint8_t byte : bytes) {
      *at_++ = kDigits[byte >> 4];
      *at_++ = kDigits[byte & 0xF];
    }
  }
  void text(std::string_view text) {
    if (is_plain_ascii(text)) {
      put('"');
      put(text);
      put('"');
      return;
    }
    std::string escaped;
    internal::append_log_string(escaped, text);
    put(escaped);
  }
  [[nodiscard]] char* at() const { return at_; }

 private:
  char* at_;
};

char* write_line(char* out, std::string_view second, const Head& head, const char* texts) {
  LineWriter line(out);
  line.put("{\"time\":\"");
  line.put(second);
  line.put('.');
  const int64_t micros = (head.at_us % kMicrosPerSecond + kMicrosPerSecond) % kMicrosPerSecond;
  line.padded(micros, 6);
  line.put(head.status >= 500 ? "Z\",\"severity\":\"ERROR\",\"event\":\"http.server.request\""
                              : "Z\",\"severity\":\"INFO\",\"event\":\"http.server.request\"");
  for (size_t i = 0; i < kTexts; ++i) {
    if (head.lengths[i] == 0) continue;
    line.put(kTextForms[i].json);
    line.text({texts, head.lengths[i]});
    texts += head.lengths[i];
  }
  line.put(",\"http.response.status_code\":");
  line.number(head.status);
  line.put(",\"duration_us\":");
  const int64_t ns = std::max<int64_t>(head.duration_ns, 0);
  line.number(ns / 1000);
  line.put('.');
  line.padded(ns % 1000, 3);
  line.put(",\"http.request.body.size\":");
  line.number(head.request_bytes);
  line.put(",\"http.response.body.size\":");
  line.number(head.response_bytes);
  line.put(",\"trace_id\":\"");
  line.hex(head.trace_id);
  line.put("\",\"span_id\":\"");
  line.hex(head.span_id);
  line.put("\"}\n");
  return line.at();
}

}  // namespace

AccessLog::AccessLog(size_t capacity)
    : capacity_(std::bit_ceil(std::max(capacity, kCapacityMin))),
      ring_(std::make_unique_for_overwrite<char[]>(capacity_)) {}

// Room for `size` contiguous bytes at the write position, which moves over the ring's end if need
// be; null when there is none. The record becomes visible with the next store to written_.
char* AccessLog::reserve(size_t size) {
  const uint64_t written = written_.load(std::memory_order_relaxed);
  const size_t position = written & (capacity_ - 1);
  const size_t behind = capacity_ - position;
  const size_t skipped = size > behind ? behind : 0;
  const auto fits = [&] { return written + skipped + size - read_seen_ <= capacity_; };
  if (!fits()) {
    read_seen_ = read_.load(std::memory_order_acquire);
    if (!fits()) return nullptr;
  }
  char* const place = ring_.get() + position;
  if (skipped == 0) return place;
  std::memcpy(place, &kSkip, sizeof(kSkip));
  written_.store(written + skipped, std::memory_order_release);
  return ring_.get();
}

bool AccessLog::try_record(const AccessRecord& record) {
  const std::array<std::string_view, kTexts> texts = {
      record.method, record.route,      record.operation, record.path,
      record.peer,   record.user_agent, record.error};
  Head head{};
  size_t size = sizeof(Head);
  for (size_t i = 0; i < kTexts; ++i) {
    size_t length = texts[i].size();
    if (length > kTextForms[i].bytes_max) [[unlikely]] {
      length = internal::cut_text(texts[i], kTextForms[i].bytes_max).size();
    }
    head.lengths[i] = static_cast<uint16_t>(length);
    size += length;
  }
  size = (size + 7) & ~size_t{7};
  char* at = reserve(size);
  if (at == nullptr) [[unlikely]] {
    dropped_.add();
    return false;
  }
  head.size = static_cast<uint32_t>(size);
  head.status = record.status;
  head.at_us = record.at.us;
  head.duration_ns = record.duration.ns;
  head.request_bytes = record.request_bytes;
  head.response_bytes = record.response_bytes;
  head.trace_id = record.trace.trace_id;
  head.span_id = record.trace.span_id;
  std::memcpy(at, &head, sizeof(head));
  at += sizeof(head);
  for (size_t i = 0; i < kTexts; ++i) {
    if (head.lengths[i] == 0) continue;
    std::memcpy(at, texts[i].data(), head.lengths[i]);
    at += head.lengths[i];
  }
  written_.store(written_.load(std::memory_order_relaxed) + size, std::memory_order_release);
  return true;
}

size_t AccessLog::drain(std::string& out) {
  size_t lines = 0;
  uint64_t read = read_.load(std::memory_order_relaxed);
  const uint64_t written = written_.load(std::memory_order_acquire);
  while (read != written) {
    const char* const place = ring_.get() + (read & (capacity_ - 1));
    uint32_t size = 0;
    std::memcpy(&size, place, sizeof(size));
    if (size == kSkip) {
      read += capacity_ - (read & (capacity_ - 1));
      continue;
    }
    Head head;
    std::memcpy(&head, place, sizeof(head));
    const int64_t second =
        (head.at_us - (head.at_us < 0 ? kMicrosPerSecond - 1 : 0)) / kMicrosPerSecond;
    if (second != second_) {
      second_ = second;
      second_text_ = timestamp_text(Timestamp{second * kMicrosPerSecond});
      second_text_.pop_back();  // The 'Z', which stands behind the fraction.
    }
    const size_t before = out.size();
    out.resize_and_overwrite(before + kLineMax, [&](char* text, size_t) {
      const char* const end = write_line(text + before, second_text_, head, place + sizeof(Head));
      return static_cast<size_t>(end - text);
    });
    ++lines;
    read += size;
    read_.store(read, std::memory_order_release);
  }
  read_.store(read, std::memory_order_release);
  const uint64_t dropped = dropped_.value();
  if (dropped != dropped_reported_) {
    out += "{\"time\":\"" + (second_text_.empty() ? "1970-01-01T00:00:00" : second_text_) +
           "Z\",\"severity\":\"WARN\",\"message\":\"Access records were dropped because the log "
           "was full.\",\"dropped\":" +
           std::to_string(dropped - dropped_reported_) + "}\n";
    dropped_reported_ = dropped;
    ++lines;
  }
  return lines;
}

size_t AccessLog::pending_approx() const {
  // In this order, so that the difference is never negative.
  const uint64_t read = read_.load(std::memory_order_acquire);
  return static_cast<size_t>(written_.load(std::memory_order_acquire) - read);
}

}  // namespace servanda
