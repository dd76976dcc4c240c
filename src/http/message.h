// SPDX-License-Identifier: Apache-2.0
#pragma once
// One HTTP request head and what an answer is made of, independent of the wire version.

#include <cstdint>
#include <span>
#include <string_view>

#include "base/header_field.h"
#include "base/time.h"

namespace servanda {

enum class HttpVersion : uint8_t { k10, k11, k2 };

// Views into the connection's buffer: valid until the exchange ends.
struct RequestHead {
  std::string_view method;  // As sent: case-sensitive.
  std::string_view target;  // As sent.
  std::string_view path;    // Of the target, not decoded; starts with '/' (or is "*").
  std::string_view query;   // Behind the '?', not decoded; empty when there is none.
  std::string_view
      host;  // Validated, without userinfo; of the absolute-form target if there is one.
  HttpVersion version = HttpVersion::k11;
  std::span<const HeaderField> fields;
  // Whether a body follows, and how long it will be when the sender said so.
  enum class BodyKind : uint8_t { kNone, kSized, kChunked } body = BodyKind::kNone;
  uint64_t content_length = 0;
  Instant received_at;  // When the head was complete.

  // The first field with this name (given in lower case), compared ignoring case; empty view with
  // null data() when absent.
  [[nodiscard]] std::string_view field(std::string_view lower_case_name) const;
  // Whether more than one field has this name.
  [[nodiscard]] size_t count_fields(std::string_view lower_case_name) const;
};

}  // namespace servanda
