// SPDX-License-Identifier: Apache-2.0
// What handlers of test/contracts/front.yaml may name, which compiles, and what they may not:
// behind each #ifdef stands code that must not compile, and a piece of what the compiler has to say
// of it. refused.sh looks at both.
#include "front/operations.h"
#include "front/schemas.h"
#include "servanda/servanda.h"

namespace front {

using servanda::Change;
using servanda::from;
using servanda::OwnedBy;
using servanda::Task;

static_assert(std::is_same_v<op::Buy::Service, service::Front>);
static_assert(std::is_same_v<op::TakeItem::Service, service::Stock>);
static_assert(service::Stock::kName == "stock");
static_assert(OwnedBy<Item, service::Stock> && !OwnedBy<Item, service::Front>);
static_assert(!OwnedBy<Found, service::Front>, "it is no resource");

// --- Rows, by the service that owns them.

Task<std::optional<Item>> get(service::Stock::Ctx& c) {
  return c.db().get<Item>("a");
}
Task<Purchase> write(service::Front::Ctx& c, const Purchase& row) {
  return c.db().insert(row);
}
Task<std::vector<Tally>> list(service::Front::Ctx& c) {
  return c.db().list(from<Tally>());
}

#ifdef WRONG  // Owner = front::service::Stock; Asking = front::service::Front
Task<std::optional<Item>> foreign_get(service::Front::Ctx& c) {
  return c.db().get<Item>("a");
}
#endif
#ifdef WRONG  // Owner = front::service::Front; Asking = front::service::Stock
Task<Purchase> foreign_insert(service::Stock::Ctx& c, const Purchase& row) {
  return c.db().insert(row);
}
#endif
#ifdef WRONG  // Owner = front::service::Front; Asking = front::service::Stock
Task<Tally> foreign_update(service::Stock::Ctx& c, const Tally& row) {
  return c.db().update(row);
}
#endif
#ifdef WRONG  // Owner = front::service::Front; Asking = front::service::Audit
Task<bool> foreign_remove(service::Audit::Ctx& c) {
  return c.db().remove<Tally>("a");
}
#endif
#ifdef WRONG  // Owner = front::service::Stock; Asking = front::service::Front
Task<std::vector<Item>> foreign_list(service::Front::Ctx& c) {
  return c.db().list(from<Item>());
}
#endif
#ifdef WRONG  // Owner = front::service::Stock; Asking = front::service::Front
Task<std::uint64_t> foreign_count(service::Front::Ctx& c) {
  return c.db().count(from<Item>());
}
#endif
#ifdef WRONG  // resource_name(row)
Task<std::optional<Found>> no_resource(service::Front::Ctx& c) {
  return c.db().get<Found>("a");
}
#endif

// --- Contexts: one fits the operations of its service, and there is no way from one to another.

#ifdef WRONG  // has no member named 'db'
Task<std::optional<Item>> without_service(servanda::Ctx& c) {
  return c.db().get<Item>("a");
}
#endif
#ifdef WRONG  // invalid initialization of reference
Task<std::optional<Item>> through_another(service::Front::Ctx& c) {
  return get(c);
}
#endif
#ifdef WRONG  // is private within this context
Task<std::optional<Item>> through_a_made_one(servanda::Ctx& c) {
  service::Stock::Ctx made(c);
  auto item = co_await made.db().get<Item>("a");
  co_return std::move(item);
}
#endif
#ifdef WRONG  // use of deleted function
void copied(service::Stock::Ctx& c) {
  const service::Stock::Ctx kept(c);
}
#endif

Task<op::TakeItem::Out> take_item(service::Stock::Ctx&, op::TakeItem::In) {
  co_return op::TakeItem::NotFound404{};
}
Task<op::AddNote::Out> add_note(servanda::Ctx&, op::AddNote::In) {
  co_return op::AddNote::NoContent204{};
}
Task<void> before_item(service::Stock::Ctx&, Change<Item>&) {
  co_return;
}
Task<void> without_rows(servanda::Ctx&, Change<Item>&) {
  co_return;
}

void add_handlers(servanda::App& app) {
  app.handle<op::TakeItem>(take_item);
  app.handle<op::AddNote>(add_note);
  app.before<op::PutItem, Item>(before_item);
  app.after<op::PutItem, Item>(without_rows);
}

#ifdef WRONG  // the context of another service fits no operation
Task<op::Buy::Out> buy(service::Stock::Ctx&, op::Buy::In) {
  co_return op::Buy::NotFound404{};
}
void add_foreign_handler(servanda::App& app) {
  app.handle<op::Buy>(buy);
}
#endif
#ifdef WRONG  // the context of another service fits no operation
Task<void> foreign_hook(service::Front::Ctx&, Change<Item>&) {
  co_return;
}
void add_foreign_hook(servanda::App& app) {
  app.before<op::PutItem, Item>(foreign_hook);
}
#endif
#ifdef WRONG  // The resource has no property with
Task<void> compute_tallies(service::Front::Ctx&, std::span<Tally>) {
  co_return;
}
void compute_what_is_stored(servanda::App& app) {
  app.compute<Tally>(compute_tallies);
}
#endif
#ifdef WRONG  // A hook is on a resource of its operation's service
Task<void> hook_on_foreign(service::Stock::Ctx&, Change<Tally>&) {
  co_return;
}
void add_hook_on_foreign(servanda::App& app) {
  app.before<op::PutItem, Tally>(hook_on_foreign);
}
#endif

}  // namespace front
