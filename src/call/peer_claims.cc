// SPDX-License-Identifier: Apache-2.0
#include "call/peer_claims.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "base/text.h"

namespace servanda {
namespace {

constexpr std::string_view kForward = "forward";
constexpr std::string_view kCall = "call";
constexpr std::string_view kRead = "read";
constexpr std::string_view kGiven = "given";
constexpr std::string_view kProblem = "problem";

std::string base64url_text(std::string_view bytes) {
  return base64url({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
}

void write_list(JsonWriter& writer, std::string_view key, std::span<const std::string_view> list) {
  if (list.empty()) return;
  writer.key(key);
  writer.begin_array();
  for (const std::string_view text : list) writer.string(text);
  writer.end_array();
}

void write_text(JsonWriter& writer, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  writer.key(key);
  writer.string(text);
}

std::unexpected<Error> refused(std::string reason, std::string message) {
  return fail(Code::kUnauthenticated, std::move(message), std::move(reason));
}

std::unexpected<Error> malformed() {
  return refused("claims-form", "It is not written as processes of a backend write it.");
}

// Reads members; notes what is not of its type.
class MemberReader {
 public:
  MemberReader(JsonValue object, Arena& arena) : object_(object), arena_(arena) {}
  [[nodiscard]] bool is_sound() const { return is_sound_; }

  std::string_view text(std::string_view key) {
    const JsonValue member = object_.find(key);
    if (!member.exists()) return {};
    if (member.is_string()) return arena_.copy(member.text());
    is_sound_ = false;
    return {};
  }
  // Not negative; `fallback` where there is none.
  int64_t number(std::string_view key, int64_t fallback, int64_t most) {
    const JsonValue member = object_.find(key);
    if (!member.exists()) return fallback;
    if (member.kind() == JsonKind::kInteger && member.integer() >= 0 && member.integer() <= most) {
      return member.integer();
    }
    is_sound_ = false;
    return fallback;
  }
  std::span<const std::string_view> texts(std::string_view key) {
    const JsonValue member = object_.find(key);
    if (!member.exists()) return {};
    if (!member.is_array()) {
      is_sound_ = false;
      return {};
    }
    std::string_view* const list = arena_.array<std::string_view>(member.size());
    size_t count = 0;
    for (const JsonValue item : member.items()) {
      is_sound_ = is_sound_ && item.is_string();
      list[count++] = item.is_string() ? arena_.copy(item.text()) : std::string_view();
    }
    return {list, count};
  }

 private:
  JsonValue object_;
  Arena& arena_;
  bool is_sound_ = true;
};

constexpr int64_t kCountMax = UINT32_MAX;

std::string_view text_of(PeerClaims::Kind kind) {
  switch (kind) {
    case PeerClaims::Kind::kForward:
      return kForward;
    case PeerClaims::Kind::kCall:
      return kCall;
    case PeerClaims::Kind::kRead:
      return kRead;
  }
  return {};
}

std::optional<PeerClaims::Kind> kind_of(std::string_view text) {
  using Kind = PeerClaims::Kind;
  for (const Kind kind : {Kind::kForward, Kind::kCall, Kind::kRead}) {
    if (text == text_of(kind)) return kind;
  }
  return std::nullopt;
}

constexpr int64_t kLeftMax = 86'400'000;  // Milliseconds.

Result<PeerClaims> claims_of(JsonValue object, Timestamp now, Arena& arena) {
  MemberReader reader(object, arena);
  PeerClaims claims;
  const std::optional<PeerClaims::Kind> kind = kind_of(reader.text("kind"));
  claims.kind = kind.value_or(PeerClaims::Kind::kForward);
  claims.operation = reader.text("operation");
  const int64_t said_at = reader.number("at", 0, INT64_MAX);
  claims.left = Duration::milliseconds(reader.number("left", 0, kLeftMax));
  claims.client = reader.text("client");
  claims.attempt = static_cast<uint32_t>(reader.number("attempt", 1, kCountMax));
  claims.depth = static_cast<uint32_t>(reader.number("depth", 0, kCountMax));
  claims.calls.all = static_cast<uint32_t>(reader.number("calls", 0, kCountMax));
  claims.calls.between_services = static_cast<uint32_t>(reader.number("crossings", 0, kCountMax));
  claims.tenant = reader.text("tenant");
  claims.principal = reader.text("principal");
  claims.scopes = reader.texts("scopes");
  claims.schemes = reader.texts("schemes");
  const bool is_kind = kind && (*kind == PeerClaims::Kind::kForward || claims.depth > 0);
  if (!reader.is_sound() || !is_kind || claims.operation.empty()) return malformed();
  const int64_t apart = now.us > said_at ? now.us - said_at : said_at - now.us;
  if (apart > kClaimsAgeMax.ns / 1'000) {
    return refused("claims-clock", "It was written " + std::to_string(apart / 1'000'000) +
                                       " s away from this process's time.");
  }
  return claims;
}

}  // namespace

namespace internal {

std::string claims_signature(std::string_view content, const PeerTarget& target,
                             std::string_view secret) {
  std::string signed_text = "servanda claims 1\n";
  for (const std::string_view part : {target.method, target.path, target.query}) {
    signed_text += part;
    signed_text += '\n';
  }
  signed_text += content;
  return base64url(hmac_sha256(secret, signed_text));
}

}  // namespace internal

std::string write_claims(const PeerClaims& claims, const PeerTarget& target,
                         std::string_view secret, Timestamp now) {
  std::string json;
  JsonWriter writer(json);
  writer.begin_object();
  writer.key("kind");
  writer.string(text_of(claims.kind));
  writer.key("operation");
  writer.string(claims.operation);
  writer.key("at");
  writer.integer(now.us);
  writer.key("left");
  writer.integer(std::clamp<int64_t>(claims.left.ns / 1'000'000, 0, kLeftMax));
  write_text(writer, "client", claims.client);
  if (claims.kind != PeerClaims::Kind::kForward) {
    writer.key("attempt");
    writer.integer(claims.attempt);
    writer.key("depth");
    writer.integer(claims.depth);
    writer.key("calls");
    writer.integer(claims.calls.all);
    writer.key("crossings");
    writer.integer(claims.calls.between_services);
    write_text(writer, "tenant", claims.tenant);
    write_text(writer, "principal", claims.principal);
    write_list(writer, "scopes", claims.scopes);
    write_list(writer, "schemes", claims.schemes);
  }
  writer.end_object();
  std::string field = base64url_text(json);
  const std::string signature = internal::claims_signature(field, target, secret);
  field += '.';
  field += signature;
  return field;
}

Result<PeerClaims> read_claims(std::string_view field, const PeerTarget& target,
                               std::string_view secret, Timestamp now, Arena& arena,
                               JsonParser& parser) {
  const size_t dot = field.find('.');
  if (dot == std::string_view::npos || field.size() > kClaimsBytesMax) return malformed();
  const std::string_view content = field.substr(0, dot);
  // Nothing is read of what was not signed.
  if (!equal_in_constant_time(field.substr(dot + 1),
                              internal::claims_signature(content, target, secret))) {
    return refused("claims-secret", "It was not signed with this process's secret.");
  }
  const std::optional<std::string> json = base64url_decode(content);
  if (!json) return malformed();
  const Result<JsonValue> object = parser.parse(*json, {8, 10'000});
  if (!object || !object->is_object()) return malformed();
  return claims_of(*object, now, arena);
}

std::string write_taken(const PeerTaken& taken) {
  return std::string(taken.answer == PeerTaken::Answer::kProblem ? kProblem : kGiven) + " " +
         std::to_string(taken.calls.all) + " " + std::to_string(taken.calls.between_services);
}

std::optional<PeerTaken> read_taken(std::string_view field) {
  const std::vector<std::string_view> parts = split(field, ' ');
  if (parts.size() != 3) return std::nullopt;
  PeerTaken taken;
  if (parts[0] == kProblem) {
    taken.answer = PeerTaken::Answer::kProblem;
  } else if (parts[0] != kGiven) {
    return std::nullopt;
  }
  const std::optional<int64_t> all = parse_integer(parts[1]);
  const std::optional<int64_t> crossings = parse_integer(parts[2]);
  const auto is_count = [](const std::optional<int64_t>& count) {
    return count && *count >= 0 && *count <= kCountMax;
  };
  if (!is_count(all) || !is_count(crossings)) return std::nullopt;
  taken.calls = {static_cast<uint32_t>(*all), static_cast<uint32_t>(*crossings)};
  return taken;
}

}  // namespace servanda
