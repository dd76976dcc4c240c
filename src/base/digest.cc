// SPDX-License-Identifier: Apache-2.0
#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <bit>
#include <cstring>

#include "base/check.h"

namespace servanda {
namespace {

constexpr size_t kSha256BlockBytes = 64;

const unsigned char* data_of(std::string_view bytes) {
  // OpenSSL accepts a null pointer for nothing in some calls only.
  return reinterpret_cast<const unsigned char*>(bytes.empty() ? "" : bytes.data());
}

// Fetched once: a lookup by name costs more than hashing a short text.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  SERVANDA_CHECK(algorithm != nullptr, "OpenSSL offers no SHA-256");
  return algorithm;
}

struct SipKey {
  uint64_t low = 0;
  uint64_t high = 0;
};

SipKey random_sip_key() {
  std::array<unsigned char, sizeof(SipKey)> bytes{};
  SERVANDA_CHECK(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1,
                 "the system gives no random bytes");
  return std::bit_cast<SipKey>(bytes);
}

class SipState {
 public:
  SipState(uint64_t low, uint64_t high)
      : v0_(low ^ 0x736f6d6570736575),
        v1_(high ^ 0x646f72616e646f6d),
        v2_(low ^ 0x6c7967656e657261),
        v3_(high ^ 0x7465646279746573) {}

  void add(uint64_t word) {
    v3_ ^= word;
    round();
    v0_ ^= word;
  }

  uint64_t finish() {
    v2_ ^= 0xff;
    round();
    round();
    round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void round() {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }
  uint64_t v0_;
  uint64_t v1_;
  uint64_t v2_;
  uint64_t v3_;
};

static_assert(std::endian::native == std::endian::little, "words are loaded as they lie in memory");

}  // namespace

Sha256 sha256(std::string_view bytes) {
  Sha256 digest{};
  const int done =
      EVP_Digest(data_of(bytes), bytes.size(), digest.data(), nullptr, sha256_algorithm(), nullptr);
  SERVANDA_CHECK(done == 1, "SHA-256 failed");
  return digest;
}

// By hand (RFC 2104): what OpenSSL has for it looks the algorithm up by name each time, which takes
// longer than the two hashes of a short text.
Sha256 hmac_sha256(std::string_view key, std::string_view bytes) {
  std::array<uint8_t, kSha256BlockBytes> pad{};
  if (key.size() > pad.size()) {
    const Sha256 hashed = sha256(key);
    std::memcpy(pad.data(), hashed.data(), hashed.size());
  } else if (!key.empty()) {
    std::memcpy(pad.data(), key.data(), key.size());
  }
  Sha256 digest{};
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  for (uint8_t& byte : pad) byte ^= 0x36;
  bool done = context != nullptr && EVP_DigestInit_ex(context, sha256_algorithm(), nullptr) == 1 &&
              EVP_DigestUpdate(context, pad.data(), pad.size()) == 1 &&
              EVP_DigestUpdate(context, data_of(bytes), bytes.size()) == 1 &&
              EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1;
  for (uint8_t& byte : pad) byte ^= 0x36 ^ 0x5c;
  done = done && EVP_DigestInit_ex(context, sha256_algorithm(), nullptr) == 1 &&
         EVP_DigestUpdate(context, pad.data(), pad.size()) == 1 &&
         EVP_DigestUpdate(context, digest.data(), digest.size()) == 1 &&
         EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1;
  EVP_MD_CTX_free(context);
  OPENSSL_cleanse(pad.data(), pad.size());
  SERVANDA_CHECK(done, "HMAC-SHA-256 failed");
  return digest;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(data_of(a), data_of(b), a.size()) == 0;
}

uint64_t keyed_hash(std::string_view bytes) {
  static const SipKey key = random_sip_key();
  return internal::siphash_1_3(key.low, key.high, bytes);
}

uint64_t internal::siphash_1_3(uint64_t key_low, uint64_t key_high, std::string_view bytes) {
  SipState state(key_low, key_high);
  const char* at = bytes.data();
  const char* const end = at + bytes.size() / 8 * 8;
  for (; at != end; at += 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    state.add(word);
  }
  uint64_t last = static_cast<uint64_t>(bytes.size()) << 56;
  for (size_t i = 0; i < bytes.size() % 8; ++i) {
    last |= static_cast<uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
  }
  state.add(last);
  return state.finish();
}

}  // namespace servanda
