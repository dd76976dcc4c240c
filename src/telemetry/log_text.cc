// SPDX-License-Identifier: Apache-2.0
#include "telemetry/log_text.h"

#include "base/json.h"
#include "base/text.h"

namespace servanda::internal {
namespace {

void append_escape(std::string& out, unsigned char code_point) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u00";
  out += kHex[code_point >> 4];
  out += kHex[code_point & 0xF];
}

}  // namespace

void append_log_string(std::string& out, std::string_view text) {
  if (is_plain_ascii(text)) {
    out += '"';
    out += text;
    out += '"';
    return;
  }
  std::string json;
  json_append_string(json, text);
  for (size_t i = 0; i < json.size(); ++i) {
    const auto byte = static_cast<unsigned char>(json[i]);
    // U+0080 to U+009F are C2 80 to C2 9F.
    if (byte == 0xC2 && static_cast<unsigned char>(json[i + 1]) < 0xA0) {
      append_escape(out, static_cast<unsigned char>(json[++i]));
    } else if (byte == 0x7F) {
      append_escape(out, byte);
    } else {
      out += json[i];
    }
  }
}

std::string_view cut_text(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  size_t size = bytes_max;
  // At most three bytes back to where a character begins; other bytes are no UTF-8 anyway.
  for (int i = 0; i < 3 && size > 0; ++i) {
    if ((static_cast<unsigned char>(text[size]) & 0xC0) != 0x80) break;
    --size;
  }
  return text.substr(0, size);
}

}  // namespace servanda::internal
