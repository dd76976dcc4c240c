// SPDX-License-Identifier: Apache-2.0
#include "call/cursor.h"

#include <bit>
#include <cstring>
#include <optional>

#include "base/text.h"

namespace servanda {
namespace {

// Layout: version byte, 16 bytes of the binding, the way's byte, the values, 16 bytes of HMAC over
// all before.
// A value is its kind's byte, then 8 bytes little-endian (integer, number) or a 4-byte length and
// bytes (text, bytes).
constexpr char kVersion = 2;
constexpr size_t kBindingBytes = 16;
constexpr size_t kMacBytes = 16;
constexpr size_t kHeadBytes = 1 + kBindingBytes + 1;

std::string_view bytes_of(const Sha256& digest, size_t count) {
  return {reinterpret_cast<const char*>(digest.data()), count};
}

void put(std::string& out, uint64_t value, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

// Takes values off the front of the cursor's bytes.
struct Reader {
  std::string_view rest;

  std::optional<uint64_t> take(size_t bytes) {
    if (rest.size() < bytes) return std::nullopt;
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; ++i) {
      value |= static_cast<uint64_t>(static_cast<uint8_t>(rest[i])) << (8 * i);
    }
    rest.remove_prefix(bytes);
    return value;
  }

  std::optional<Value> take_value(Arena& arena) {
    const std::optional<uint64_t> kind = take(1);
    if (!kind) return std::nullopt;
    switch (static_cast<Value::Kind>(*kind)) {
      case Value::Kind::kNull:
        return Value::null();
      case Value::Kind::kInteger:
      case Value::Kind::kNumber: {
        const std::optional<uint64_t> bits = take(8);
        if (!bits) return std::nullopt;
        if (static_cast<Value::Kind>(*kind) == Value::Kind::kNumber) {
          return Value::of_number(std::bit_cast<double>(*bits));
        }
        return Value::of_integer(std::bit_cast<int64_t>(*bits));
      }
      case Value::Kind::kText:
      case Value::Kind::kBytes: {
        const std::optional<uint64_t> size = take(4);
        if (!size || *size > rest.size()) return std::nullopt;
        const std::string_view text = arena.copy(rest.substr(0, *size));
        rest.remove_prefix(*size);
        return static_cast<Value::Kind>(*kind) == Value::Kind::kText ? Value::of_text(text)
                                                                     : Value::of_bytes(text);
      }
    }
    return std::nullopt;
  }
};

std::unexpected<Error> invalid() {
  return fail(Code::kInvalidArgument,
              "The cursor is not one that this server made, or it was changed: start again "
              "without it.",
              "cursor-invalid");
}

}  // namespace

std::string make_cursor(std::string_view key, const CursorBinding& binding,
                        const CursorPlace& place) {
  std::string bytes;
  bytes += kVersion;
  bytes += bytes_of(binding, kBindingBytes);
  bytes += static_cast<char>(place.way);
  for (const Value& value : place.values) {
    bytes += static_cast<char>(value.kind);
    if (value.kind == Value::Kind::kInteger) {
      put(bytes, std::bit_cast<uint64_t>(value.integer), 8);
    } else if (value.kind == Value::Kind::kNumber) {
      put(bytes, std::bit_cast<uint64_t>(value.number), 8);
    } else if (value.kind != Value::Kind::kNull) {
      put(bytes, value.text.size(), 4);
      bytes += value.text;
    }
  }
  const Sha256 mac = hmac_sha256(key, bytes);
  bytes += bytes_of(mac, kMacBytes);
  return base64url({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
}

Result<CursorPlace> read_cursor(std::string_view key, std::string_view text,
                                const CursorBinding& binding, size_t value_count, Arena& arena) {
  if (text.size() > kCursorTextMax) return invalid();
  const std::optional<std::string> bytes = base64url_decode(text);
  if (!bytes || bytes->size() < kHeadBytes + kMacBytes || bytes->front() != kVersion) {
    return invalid();
  }
  const std::string_view signed_bytes(bytes->data(), bytes->size() - kMacBytes);
  const Sha256 mac = hmac_sha256(key, signed_bytes);
  if (!equal_in_constant_time(bytes_of(mac, kMacBytes),
                              std::string_view(*bytes).substr(signed_bytes.size()))) {
    return invalid();
  }
  if (signed_bytes.substr(1, kBindingBytes) != bytes_of(binding, kBindingBytes)) {
    return fail(Code::kInvalidArgument,
                "The cursor belongs to a list with other filters or another sort: start again "
                "without it.",
                "cursor-mismatch");
  }
  const char way = signed_bytes[kHeadBytes - 1];
  if (way != 0 && way != 1) return invalid();
  Reader reader{signed_bytes.substr(kHeadBytes)};
  Value* const values = arena.array<Value>(value_count);
  for (size_t i = 0; i < value_count; ++i) {
    const std::optional<Value> value = reader.take_value(arena);
    if (!value) return invalid();
    new (values + i) Value(*value);
  }
  if (!reader.rest.empty()) return invalid();
  return CursorPlace{static_cast<CursorWay>(way), {values, value_count}};
}

}  // namespace servanda
