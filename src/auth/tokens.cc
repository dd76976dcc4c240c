// SPDX-License-Identifier: Apache-2.0
#include "servanda/tokens.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <utility>

#include "base/check.h"
#include "base/digest.h"
#include "base/json.h"

namespace servanda {
namespace {

// {"alg":"HS256","typ":"JWT"}: tokens with any other head are not ours.
constexpr std::string_view kHeader = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
constexpr size_t kSaltBytes = 16;
constexpr size_t kHashBytes = 32;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string random_bytes(size_t count) {
  std::string out(count, '\0');
  const int filled =
      RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count));
  SERVANDA_CHECK(filled == 1, "the system has no randomness");
  return out;
}

// Base64 without padding, in the alphabet of URLs.
std::string encode(std::string_view text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes(text),
                  static_cast<int>(text.size()));
  out.resize(out.find_first_of(std::string_view("=\0", 2)));
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

std::optional<std::string> decode(std::string_view text) {
  std::string in(text);
  for (char& c : in) c = c == '-' ? '+' : c == '_' ? '/' : c;
  const size_t padding = (4 - in.size() % 4) % 4;
  in.append(padding, '=');
  std::string out(in.size() / 4 * 3, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes(in),
                                     static_cast<int>(in.size()));
  if (padding == 3 || length < static_cast<int>(padding)) return std::nullopt;
  out.resize(static_cast<size_t>(length) - padding);
  return out;
}

std::string scrypt(std::string_view password, std::string_view salt) {
  std::string out(kHashBytes, '\0');
  const int hashed =
      EVP_PBE_scrypt(password.data(), password.size(), bytes(salt), salt.size(), 1 << 14, 8, 1,
                     64 << 20, reinterpret_cast<unsigned char*>(out.data()), out.size());
  SERVANDA_CHECK(hashed == 1, "there are no 16 MiB for scrypt");
  return out;
}

}  // namespace

Tokens::Tokens(Duration lifetime) : secret_(random_bytes(kSecretBytesMin)), lifetime_(lifetime) {}

std::string Tokens::sign(std::string_view text) const {
  const Sha256 mac = hmac_sha256(secret_, text);
  return encode({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

std::string Tokens::issue(std::string_view subject, Timestamp now) const {
  std::string claims;
  JsonWriter writer(claims);
  writer.begin_object();
  writer.key("sub");
  writer.string(subject);
  writer.key("exp");
  writer.integer(now.us / 1'000'000 + lifetime_.ns / 1'000'000'000);
  writer.end_object();
  const std::string token = std::string(kHeader) + "." + encode(claims);
  return token + "." + sign(token);
}

std::optional<std::string> Tokens::verify(std::string_view token, Timestamp now) const {
  if (token.size() > kTokenBytesMax || !token.starts_with(kHeader)) return std::nullopt;
  const size_t dot = token.rfind('.');
  if (dot <= kHeader.size() || token[kHeader.size()] != '.') return std::nullopt;
  const std::string wanted = sign(token.substr(0, dot));
  const std::string_view signature = token.substr(dot + 1);
  if (signature.size() != wanted.size() ||
      CRYPTO_memcmp(signature.data(), wanted.data(), wanted.size()) != 0) {
    return std::nullopt;
  }
  const auto payload = decode(token.substr(kHeader.size() + 1, dot - kHeader.size() - 1));
  if (!payload) return std::nullopt;
  // What we have signed is what we have written; tokens of others with our secret need not be.
  const Result<JsonDocument> claims = JsonDocument::parse(*payload);
  if (!claims || !claims->root().is_object()) return std::nullopt;
  const JsonValue subject = claims->root().find("sub");
  const JsonValue expires = claims->root().find("exp");
  if (!subject.is_string() || !expires.is_number() || !json_is_integer(expires))
    return std::nullopt;
  if (expires.integer() <= now.us / 1'000'000) return std::nullopt;
  return std::string(subject.text());
}

std::string hash_password(std::string_view password) {
  const std::string salt = random_bytes(kSaltBytes);
  return encode(salt) + "." + encode(scrypt(password, salt));
}

bool is_password(std::string_view password, std::string_view hash) {
  const size_t dot = hash.find('.');
  if (dot == std::string_view::npos) return false;
  const auto salt = decode(hash.substr(0, dot));
  const auto wanted = decode(hash.substr(dot + 1));
  if (!salt || !wanted || wanted->size() != kHashBytes) return false;
  return CRYPTO_memcmp(scrypt(password, *salt).data(), wanted->data(), kHashBytes) == 0;
}

}  // namespace servanda
