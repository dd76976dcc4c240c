// SPDX-License-Identifier: Apache-2.0
#include "call/known_fields.h"

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace servanda {
namespace {

struct Name {
  std::string_view text;
  KnownField field;
};

// Grouped by length: a field is compared with the few names as long as its own.
constexpr Name kNames[] = {
    {"accept", KnownField::kAccept},
    {"cookie", KnownField::kCookie},
    {"origin", KnownField::kOrigin},
    {"prefer", KnownField::kPrefer},
    {"if-match", KnownField::kIfMatch},
    {"tracestate", KnownField::kTracestate},
    {"user-agent", KnownField::kUserAgent},
    {"traceparent", KnownField::kTraceparent},
    {"content-type", KnownField::kContentType},
    {"authorization", KnownField::kAuthorization},
    {"if-none-match", KnownField::kIfNoneMatch},
    {"accept-encoding", KnownField::kAcceptEncoding},
    {"idempotency-key", KnownField::kIdempotencyKey},
    {"servanda-claims", KnownField::kClaims},
    {"content-encoding", KnownField::kContentEncoding},
    {"access-control-request-method", KnownField::kRequestedMethod},
    {"access-control-request-headers", KnownField::kRequestedHeaders},
};
static_assert(std::size(kNames) == kKnownFieldCount);
constexpr size_t kLongestName = 30;

struct Bucket {
  uint8_t first = 0;
  uint8_t last = 0;
};

constexpr std::array<Bucket, kLongestName + 1> make_buckets() {
  std::array<Bucket, kLongestName + 1> buckets{};
  for (uint8_t i = 0; i < std::size(kNames); ++i) {
    Bucket& bucket = buckets[kNames[i].text.size()];
    if (bucket.last == 0) bucket.first = i;
    bucket.last = static_cast<uint8_t>(i + 1);
  }
  return buckets;
}
constexpr std::array<Bucket, kLongestName + 1> kBuckets = make_buckets();

std::optional<KnownField> find(std::string_view name) {
  if (name.empty() || name.size() > kLongestName) return std::nullopt;
  const Bucket bucket = kBuckets[name.size()];
  for (uint8_t i = bucket.first; i < bucket.last; ++i) {
    if ((name[0] | 0x20) == kNames[i].text[0] && equals_ignoring_case(name, kNames[i].text)) {
      return kNames[i].field;
    }
  }
  return std::nullopt;
}

char plain(char c) {
  if (c == '_') return '-';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool equals_plain(std::string_view name, std::string_view wanted) {
  return std::ranges::equal(name, wanted, {}, plain);
}

constexpr std::string_view kProxyNames[] = {
    "forwarded",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "x-original-forwarded-for",
    "x-original-url",
    "x-rewrite-url",
    "x-user",
    "x-user-id",
    "x-user-name",
    "x-user-email",
    "x-user-roles",
    "x-remote-user",
    "remote-user",
    "x-authenticated-user",
    "x-authenticated-userid",
    "x-client-cert",
    "x-ssl-client-cert",
    "baggage",
};

}  // namespace

void KnownFields::read(std::span<const HeaderField> fields, Arena& arena) {
  values_.fill({});
  counts_.fill(0);
  for (const HeaderField& field : fields) {
    if (const std::optional<KnownField> known = find(field.name)) add(*known, field.value, arena);
  }
}

void KnownFields::add(KnownField field, std::string_view value, Arena& arena) {
  const size_t index = static_cast<size_t>(field);
  if (counts_[index]++ == 0) {
    values_[index] = value.data() == nullptr ? std::string_view("", 0) : value;
    return;
  }
  const std::string_view glue = field == KnownField::kCookie ? "; " : ", ";
  values_[index] = arena.join(arena.join(values_[index], glue), value);
}

bool is_proxy_field(std::string_view name) {
  constexpr std::string_view kFamilies[] = {"x-forwarded-", "servanda-"};
  for (const std::string_view family : kFamilies) {
    if (name.size() > family.size() && equals_plain(name.substr(0, family.size()), family)) {
      return true;
    }
  }
  return std::ranges::any_of(kProxyNames,
                             [name](std::string_view proxy) { return equals_plain(name, proxy); });
}

std::span<const HeaderField> without_proxy_fields(std::span<const HeaderField> fields,
                                                  std::span<const std::string_view> declared,
                                                  Arena& arena) {
  const auto drops = [declared](const HeaderField& field) {
    if (is_proxy_field(field.name)) return true;
    if (field.name.find('_') == std::string_view::npos) return false;
    return std::ranges::none_of(declared, [&field](std::string_view name) {
      return equals_ignoring_case(name, field.name);
    });
  };
  if (std::ranges::none_of(fields, drops)) return fields;
  HeaderField* const kept = arena.array<HeaderField>(fields.size());
  size_t count = 0;
  for (const HeaderField& field : fields) {
    if (!drops(field)) new (kept + count++) HeaderField(field);
  }
  return {kept, count};
}

}  // namespace servanda
