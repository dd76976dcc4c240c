// SPDX-License-Identifier: Apache-2.0
#pragma once
// For authenticators that issue their own credentials: signed tokens (JWT with HS256, RFC 7519) and
// password hashes (scrypt, RFC 7914).

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace servanda {

// Issues tokens for subjects and knows them again.
//
// Threads: any number at once.
class Tokens {
 public:
  static constexpr size_t kSecretBytesMin = 32;
  static constexpr size_t kTokenBytesMax = 4'096;

  // With a random secret: its tokens end with the process.
  explicit Tokens(Duration lifetime = Duration::seconds(7 * 86'400));
  // The secret that tokens are signed with. Throws std::invalid_argument when it is shorter than
  // kSecretBytesMin.
  explicit Tokens(std::string secret, Duration lifetime = Duration::seconds(7 * 86'400))
      : secret_(std::move(secret)), lifetime_(lifetime) {
    if (secret_.size() >= kSecretBytesMin) return;
    throw std::invalid_argument("The secret of tokens needs 32 bytes or more.");
  }
  // A token that says `sub` and `exp`.
  [[nodiscard]] std::string issue(std::string_view subject, Timestamp now) const;
  // The subject of a token that was signed with this secret, in this very form, and has not
  // expired; nothing for everything else. Says nothing about the subject still being there.
  [[nodiscard]] std::optional<std::string> verify(std::string_view token, Timestamp now) const;

 private:
  [[nodiscard]] std::string sign(std::string_view text) const;
  std::string secret_;
  Duration lifetime_;
};

// A hash with its own salt, for is_password(). Takes about 50 ms and 16 MiB: for
// CallContext::blocking().
[[nodiscard]] std::string hash_password(std::string_view password);
// Whether the hash was made of this password, as slowly. False for everything that is no hash.
[[nodiscard]] bool is_password(std::string_view password, std::string_view hash);

}  // namespace servanda
