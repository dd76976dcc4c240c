// SPDX-License-Identifier: Apache-2.0
#pragma once
// Authenticators in C++: who is calling, by one security scheme of the contract.

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "servanda/context.h"
#include "servanda/failure.h"

namespace servanda {

// Who a credential speaks for.
struct Identity {
  std::string principal{};  // Never empty.
  std::string tenant{};
  // What the caller was granted, to be compared with what an operation's `security` asks for.
  std::vector<std::string> scopes{};
};

// Verifies the credentials of one scheme of components.securitySchemes. Shared by all workers, so
// it holds nothing that changes.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // The scheme's name in the contract.
  [[nodiscard]] virtual std::string_view scheme() const = 0;
  // Nothing: the credential is not valid, and the call is 401. `credential` is the value of an
  // apiKey; of http, oauth2 and openIdConnect what follows the word ("Bearer"). It is not empty and
  // lives as long as the call. What is thrown ends the call as in handlers.
  virtual Task<Result<std::optional<Identity>>> authenticate(const CallContext& c,
                                                             std::string_view credential) const = 0;
};

namespace internal {

template <typename F>
class FunctionAuthenticator final : public Authenticator {
 public:
  FunctionAuthenticator(std::string scheme, F function)
      : scheme_(std::move(scheme)), function_(std::move(function)) {}
  [[nodiscard]] std::string_view scheme() const override { return scheme_; }

  Task<Result<std::optional<Identity>>> authenticate(const CallContext& c,
                                                     std::string_view credential) const override {
    Task<std::optional<Identity>> running = function_(c, credential);
    std::optional<Identity> identity = co_await running;
    co_return std::move(identity);
  }

 private:
  const std::string scheme_;
  const F function_;
};

}  // namespace internal

// An authenticator from a function `Task<std::optional<Identity>>(const CallContext&,
// std::string_view credential)`, which is called on every worker at once. What it captures is
// shared.
template <typename F>
[[nodiscard]] std::unique_ptr<const Authenticator> make_authenticator(std::string scheme,
                                                                      F function) {
  static_assert(std::is_invocable_r_v<Task<std::optional<Identity>>, const F&, const CallContext&,
                                      std::string_view>,
                "An authenticator is a function Task<std::optional<Identity>>(const "
                "servanda::CallContext&, std::string_view).");
  return std::make_unique<internal::FunctionAuthenticator<F>>(std::move(scheme),
                                                              std::move(function));
}

}  // namespace servanda
