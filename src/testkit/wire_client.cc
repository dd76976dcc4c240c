// SPDX-License-Identifier: Apache-2.0
#include "testkit/wire_client.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace servanda::wire {
namespace {

std::unexpected<Error> broken(std::string what) {
  return fail(Code::kInvalidArgument, "the answer breaks HTTP: " + std::move(what));
}

// The decoded body and the bytes it took; nothing while incomplete.
Result<std::optional<std::pair<std::string, size_t>>> read_chunks(std::string_view bytes) {
  std::string body;
  size_t at = 0;
  while (true) {
    const size_t end = bytes.find("\r\n", at);
    if (end == std::string_view::npos) return std::nullopt;
    size_t size = 0;
    const auto parsed = std::from_chars(bytes.data() + at, bytes.data() + end, size, 16);
    if (parsed.ptr != bytes.data() + end) return broken("bad chunk size");
    at = end + 2;
    if (bytes.size() < at + size + 2) return std::nullopt;
    if (bytes.substr(at + size, 2) != "\r\n") return broken("chunk without its line end");
    body += bytes.substr(at, size);
    at += size + 2;
    if (size == 0) return std::pair(std::move(body), at);
  }
}

}  // namespace

std::optional<std::string> WireAnswer::header(std::string_view lower_case_name) const {
  std::optional<std::string> joined;
  for (const auto& [name, value] : headers) {
    if (name != lower_case_name) continue;
    joined = joined ? *joined + ", " + value : value;
  }
  return joined;
}

Result<std::optional<WireAnswer>> read_answer(std::string_view bytes, bool ended, bool to_head) {
  const size_t head_end = bytes.find("\r\n\r\n");
  if (head_end == std::string_view::npos) {
    if (ended && !bytes.empty()) return broken("it ends inside the head");
    return std::nullopt;
  }
  WireAnswer answer;
  std::string_view head = bytes.substr(0, head_end);
  const size_t line_end = std::min(head.find("\r\n"), head.size());
  const std::string_view status_line = head.substr(0, line_end);
  if (!status_line.starts_with("HTTP/1.1 ") || status_line.size() < 12)
    return broken("status line");
  answer.status = static_cast<int>(parse_integer(status_line.substr(9, 3)).value_or(0));
  head = head.substr(std::min(line_end + 2, head.size()));
  while (!head.empty()) {
    const size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return broken("header line");
    answer.headers.emplace_back(to_lower(line.substr(0, colon)),
                                std::string(trim(line.substr(colon + 1))));
    head = head.substr(std::min(end + 2, head.size()));
  }
  const std::string_view rest = bytes.substr(head_end + 4);
  if (answer.status == 100) {
    Result<std::optional<WireAnswer>> final_answer = read_answer(rest, ended, to_head);
    if (final_answer && *final_answer) (*final_answer)->length += head_end + 4;
    return final_answer;
  }
  answer.length = head_end + 4;
  const bool bodyless = to_head || answer.status == 204 || answer.status == 304;
  if (bodyless) return answer;
  if (const auto length = answer.header("content-length")) {
    const std::optional<int64_t> size = parse_integer(*length);
    if (!size) return broken("content-length");
    if (rest.size() < static_cast<size_t>(*size)) {
      if (ended) return broken("it ends inside the body");
      return std::nullopt;
    }
    answer.body = rest.substr(0, static_cast<size_t>(*size));
    answer.length += static_cast<size_t>(*size);
    return answer;
  }
  if (answer.header("transfer-encoding") == "chunked") {
    auto chunks = read_chunks(rest);
    if (!chunks) return pass(chunks);
    if (!*chunks) {
      if (ended) return broken("it ends inside a chunk");
      return std::nullopt;
    }
    answer.body = std::move((*chunks)->first);
    answer.length += (*chunks)->second;
    return answer;
  }
  if (!ended) return std::nullopt;
  answer.body = rest;
  answer.length += rest.size();
  return answer;
}

std::string request_bytes(std::string_view text) {
  const size_t head_end = text.find("\n\n");
  std::string_view head = text.substr(0, head_end);
  const std::string_view body =
      head_end == std::string_view::npos ? std::string_view() : text.substr(head_end + 2);
  const size_t line_end = std::min(head.find('\n'), head.size());
  std::string out = std::string(head.substr(0, line_end)) + " HTTP/1.1\r\n";
  bool has_host = false;
  bool has_length = false;
  head = head.substr(std::min(line_end + 1, head.size()));
  while (!head.empty()) {
    const size_t end = std::min(head.find('\n'), head.size());
    const std::string lower = to_lower(head.substr(0, end));
    has_host |= lower.starts_with("host:");
    has_length |= lower.starts_with("content-length:") || lower.starts_with("transfer-encoding:");
    out += head.substr(0, end);
    out += "\r\n";
    head = head.substr(std::min(end + 1, head.size()));
  }
  if (!has_host) out += "host: localhost\r\n";
  if (!has_length && head_end != std::string_view::npos) {
    out += "content-length: " + std::to_string(body.size()) + "\r\n";
  }
  return out + "\r\n" + std::string(body);
}

}  // namespace servanda::wire
