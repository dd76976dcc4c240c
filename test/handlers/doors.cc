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

// Enters a room by calling its operation.
template <typename Op>
Task<op::SendSomebody::Out> relay(Ctx& c) {
  const typename Op::In in;
  servanda::Reply<Op> reply = co_await c.call<Op>(in);
  if (!reply) {
    const servanda::Problem& problem = reply.problem();
    throw servanda::Failure(servanda::Code::kConflict, std::to_string(problem.status),
                            problem.reason);
  }
  co_return op::SendSomebody::Ok200{
      .body = std::get<typename Op::Ok200>(std::move(reply).value()).body};
}

Task<op::SendSomebody::Out> send_somebody(Ctx& c, op::SendSomebody::In in) {
  const bool to_cellar = in.room == op::SendSomebodyRoom::kCellar;
  return to_cellar ? relay<op::EnterCellar>(c) : relay<op::EnterHouse>(c);
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
    const auto work = [text = std::string("worked out elsewhere")] { return text; };
    identity.principal = co_await c.blocking(work);
    co_return identity;
  }
  if (credential == "slow-thrown") {
    const auto work = [] { throw std::runtime_error("thrown elsewhere"); };
    co_await c.blocking(work);
  }
  if (credential.starts_with("bad") || c.remaining() < servanda::Duration{}) co_return std::nullopt;
  const size_t plus = std::min(credential.find('+'), credential.size());
  const size_t at = std::min(credential.substr(0, plus).find('@'), plus);
  identity.principal = credential.substr(0, at);
  if (at < plus) identity.tenant = credential.substr(at + 1, plus - at - 1);
  if (plus < credential.size()) identity.scopes.emplace_back(credential.substr(plus + 1));
  co_return identity;
}

// --- Hooks of letters ---

using Letters = servanda::Change<Letter>;

Task<void> sign(service::Doors::Ctx& c, Letters& change) {
  change.next->sender = std::string(c.principal());
  if (change.next->text == "refused") {
    throw servanda::Failure(servanda::Code::kUnprocessable, "No such letters here.", "rude");
  }
  if (change.next->text == "thrown") throw std::runtime_error("the pen broke");
  if (change.next->text == "too long") change.next->text = std::string(51, 'x');
  if (change.next->text == "other key") change.next->id = c.new_uuid();
  if (change.next->text == "written twice") co_await c.db().insert(*change.next);
  if (change.next->text == "shouted") change.next->text = "SHOUTED";
  co_return;
}

Task<void> check_sender(service::Doors::Ctx& c, Letters& change) {
  if (change.stored->sender != c.principal()) {
    throw servanda::Failure(servanda::Code::kPermissionDenied, "Not your letter.");
  }
  if (change.next->text == "removed before") co_await c.db().remove<Letter>(*change.stored->id);
}

Task<void> count(service::Doors::Ctx& c, std::string sender, int64_t more) {
  auto box = co_await c.db().get<Box>(sender);
  if (!box) {
    const Box made{.sender = sender, .letters = more};
    co_await c.db().insert(made);
    co_return;
  }
  box->letters += more;
  co_await c.db().update(*box);
}

Task<void> count_left(service::Doors::Ctx& c, Letters& change) {
  if (change.next->text == "changed after") change.next->text = "late";
  if (change.next->text == "updated after") co_await c.db().update(*change.next);
  Task<void> counting = count(c, *change.next->sender, 1);
  co_await counting;
}

Task<void> count_taken(service::Doors::Ctx& c, Letters& change) {
  Task<void> counting = count(c, *change.stored->sender, -1);
  co_await counting;
}

}  // namespace

void add_handlers(servanda::App& app) {
  app.handle<op::LookAround>(enter<op::LookAround>);
  app.handle<op::EnterHouse>(enter<op::EnterHouse>);
  app.handle<op::EnterCellar>(enter<op::EnterCellar>);
  app.handle<op::EnterVault>(enter<op::EnterVault>);
  app.handle<op::SendSomebody>(send_somebody);
  app.handle<op::OpenDrawer>(enter<op::OpenDrawer>);
  app.before<op::LeaveLetter, Letter>(sign);
  app.after<op::LeaveLetter, Letter>(count_left);
  app.before<op::RewriteLetter, Letter>(check_sender);
  app.after<op::TakeLetter, Letter>(count_taken);
  app.authenticate("key", by_name);
  app.authenticate("bearer", by_name);
  app.authenticate("code", by_name);
  app.authenticate("cookie", by_name);
}

}  // namespace doors
