// SPDX-License-Identifier: Apache-2.0
#include "doors.h"

#include <stdexcept>
#include <string>

#include "doors/operations.h"
#include "doors/schemas.h"

namespace doors {
namespace {

using servanda::CallContext;
using servanda::Ctx;
using servanda::Identity;
using servanda::Task;

Visitor visitor(const Ctx& c) {
  return {.principal = std::string(c.principal()),
          .tenant = std::string(c.tenant()),
          .cellar = c.has_scope("cellar")};
}

template <typename Op>
Task<typename Op::Out> enter(Ctx& c, typename Op::In) {
  co_return typename Op::Ok200{.body = visitor(c)};
}

// "anna", "anna@acme", "anna+cellar"; "thrown", "refused" and "nobody" go wrong in their own ways.
Task<std::optional<Identity>> by_name(const CallContext& c, std::string_view credential) {
  if (credential == "thrown") throw std::runtime_error("the key broke");
  if (credential == "refused") {
    throw servanda::Failure(servanda::Code::kUnavailable, "The locksmith is away.", "away");
  }
  Identity identity;
  if (credential == "nobody") co_return identity;
  if (credential == "slow") {
    identity.principal = co_await c.blocking([] { return std::string("worked out elsewhere"); });
    co_return identity;
  }
  if (credential == "slow-thrown") {
    co_await c.blocking([] { throw std::runtime_error("thrown elsewhere"); });
  }
  if (credential.starts_with("bad") || c.remaining() < servanda::Duration{}) co_return std::nullopt;
  const size_t plus = std::min(credential.find('+'), credential.size());
  const size_t at = std::min(credential.substr(0, plus).find('@'), plus);
  identity.principal = credential.substr(0, at);
  if (at < plus) identity.tenant = credential.substr(at + 1, plus - at - 1);
  if (plus < credential.size()) identity.scopes.emplace_back(credential.substr(plus + 1));
  co_return identity;
}

}  // namespace

void add_handlers(servanda::App& app) {
  app.handle<op::LookAround>(enter<op::LookAround>);
  app.handle<op::EnterHouse>(enter<op::EnterHouse>);
  app.handle<op::EnterCellar>(enter<op::EnterCellar>);
  app.handle<op::EnterVault>(enter<op::EnterVault>);
  app.handle<op::OpenDrawer>(enter<op::OpenDrawer>);
  app.authenticate("key", by_name);
  app.authenticate("bearer", by_name);
  app.authenticate("code", by_name);
  app.authenticate("cookie", by_name);
}

}  // namespace doors
