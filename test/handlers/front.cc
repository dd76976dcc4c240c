// SPDX-License-Identifier: Apache-2.0
#include "front.h"

#include "front/operations.h"
#include "front/schemas.h"

namespace front {
namespace {

using servanda::CallWith;
using servanda::Code;
using servanda::Failure;
using servanda::Reply;
using servanda::Task;

// --- front ---

using Ctx = service::Front::Ctx;

Task<op::Buy::Out> buy(Ctx& c, op::Buy::In in) {
  op::TakeItem::In taking{.sku = in.body.sku, .body = {.quantity = in.body.quantity}};
  Reply<op::TakeItem> taken = co_await c.call<op::TakeItem>(taking);
  if (!taken && taken.problem().reason == "out-of-stock") {
    co_return op::Buy::Conflict409{.body = {.why = taken.problem().message}};
  }
  op::TakeItem::Out answer = std::move(taken).value();
  const auto* item = std::get_if<op::TakeItem::Ok200>(&answer);
  if (item == nullptr) co_return op::Buy::NotFound404{.body = {.why = "There is no such item."}};
  Purchase purchase{.sku = in.body.sku, .quantity = in.body.quantity, .left = item->body.left};
  purchase = co_await c.db().insert(purchase);
  co_return op::Buy::Created201{.body = purchase};
}

Found found(std::string text, int32_t n = 0) {
  return Found{.text = std::move(text), .n = n};
}

Task<Found> ask(Ctx& c) {
  op::TellCircumstances::In in{.word = "a b", .words = std::vector<std::string>{"x,y", "z"}};
  Reply<op::TellCircumstances> reply = co_await c.call<op::TellCircumstances>(in);
  auto* told = reply.get_if<op::TellCircumstances::Ok200>();
  if (told == nullptr) co_return found(reply.problem().message);
  const bool same_trace = told->body.text.starts_with(c.request_id());
  told->body.text.erase(0, c.request_id().size());
  if (!same_trace) told->body.text = "another trace";
  co_return told->body;
}

// Calls its own operation so many times inside itself.
Task<Found> dig(Ctx& c, int32_t levels) {
  if (levels == 0) co_return found("reached the ground");
  op::Probe::In in;
  in.body.what = ProbeWhat::kDig;
  in.body.n = levels - 1;
  Reply<op::Probe> reply = co_await c.call<op::Probe>(in);
  if (auto* ok = reply.get_if<op::Probe::Ok200>()) co_return std::move(ok->body);
  co_return found(reply.problem().reason, reply.problem().status);
}

Task<Found> fan(Ctx& c, int32_t count) {
  for (int32_t i = 0; i < count; ++i) {
    op::Tick::In in;
    Reply<op::Tick> reply = co_await c.call<op::Tick>(in);
    (void)reply.value();
  }
  co_return found("called", count);
}

Task<Found> spend(Ctx& c, std::string sku, int32_t count) {
  int32_t left = 0;
  for (int32_t i = 0; i < count; ++i) {
    op::GetItem::In in{.sku = sku};
    Reply<op::GetItem> reply = co_await c.call<op::GetItem>(in);
    left = std::get<op::GetItem::Ok200>(reply.value()).body.left;
  }
  co_return found("left", left);
}

Task<Found> pry(Ctx& c) {
  op::AddNote::In in{.body = {.id = "pried", .text = "never"}};
  Reply<op::AddNote> reply = co_await c.call<op::AddNote>(in);
  co_return found(reply ? "noted" : reply.problem().reason);
}

// With a key of its own each time among the parameters; one given with the call counts instead.
Task<Found> take(Ctx& c, std::string sku, int32_t quantity, CallWith with) {
  op::TakeItem::In in{.sku = sku, .body = {.quantity = quantity}};
  in.idempotency_key = c.new_uuid().text();
  Reply<op::TakeItem> reply = co_await c.call<op::TakeItem>(in, with);
  co_return found("left", std::get<op::TakeItem::Ok200>(reply.value()).body.left);
}

// Reads a row, has another operation change it, and writes it then: the first time in vain.
Task<Found> meet(Ctx& c, std::string id, ProbeWhat what) {
  auto tally = co_await c.db().get<Tally>(id);
  if (!tally) throw Failure(Code::kNotFound, "There is no such tally.");
  if (c.attempt() == 1 && what == ProbeWhat::kMove) {
    op::PutTally::In in{.id = id, .body = {.id = id, .n = tally->n + 1}};
    Reply<op::PutTally> reply = co_await c.call<op::PutTally>(in);
    (void)reply.value();
  } else if (c.attempt() == 1) {
    op::MoveTally::In in{.id = id};
    Reply<op::MoveTally> reply = co_await c.call<op::MoveTally>(in);
    (void)reply.value();
  }
  tally->n += 10;
  *tally = co_await c.db().update(*tally);
  co_return found("attempt " + std::to_string(c.attempt()), tally->n);
}

Task<Found> drop(Ctx& c, std::string sku) {
  op::DeleteItem::In in{.sku = sku};
  Reply<op::DeleteItem> reply = co_await c.call<op::DeleteItem>(in);
  co_return found(reply ? "dropped" : reply.problem().message, reply ? 0 : reply.problem().status);
}

Task<Found> take_and_fail(Ctx& c, std::string sku) {
  Found taken = co_await take(c, sku, 1, CallWith());
  throw Failure(Code::kConflict, "Took one, " + std::to_string(taken.n) + " left.", "on-purpose");
}

Task<Found> run_probe(Ctx& c, const Probe& probe) {
  std::string name = probe.name.value_or("none");
  const int32_t n = probe.n.value_or(0);
  switch (probe.what.value()) {
    case ProbeWhat::kAsk:
      return ask(c);
    case ProbeWhat::kDig:
      return dig(c, n);
    case ProbeWhat::kFan:
      return fan(c, n);
    case ProbeWhat::kSpend:
      return spend(c, name, n);
    case ProbeWhat::kPry:
      return pry(c);
    case ProbeWhat::kInsist:
      return take(c, name, n, CallWith());
    case ProbeWhat::kOnce:
      return take(c, name, n, CallWith().idempotency_key("once"));
    case ProbeWhat::kFail:
      return take_and_fail(c, name);
    case ProbeWhat::kMove:
    case ProbeWhat::kPeek:
      return meet(c, name, probe.what.value());
    case ProbeWhat::kDrop:
    case ProbeWhat::kUnrecognized:
      break;
  }
  return drop(c, name);
}

Task<op::Probe::Out> probe(Ctx& c, op::Probe::In in) {
  Found out = co_await run_probe(c, in.body);
  co_return op::Probe::Ok200{.body = std::move(out)};
}

Task<op::Tick::Out> tick(Ctx&, op::Tick::In) {
  co_return op::Tick::NoContent204{};
}

Task<op::MoveTally::Out> move_tally(Ctx& c, op::MoveTally::In in) {
  auto tally = co_await c.db().get<Tally>(in.id);
  if (!tally) throw Failure(Code::kNotFound, "There is no such tally.");
  ++tally->n;
  co_await c.db().update(*tally);
  co_return op::MoveTally::NoContent204{};
}

// --- stock ---

Task<op::TakeItem::Out> take_item(service::Stock::Ctx& c, op::TakeItem::In in) {
  if (in.sku == "busy") throw Failure(Code::kUnavailable, "The shelf is busy.", "shelf-busy");
  auto item = co_await c.db().get<Item>(in.sku);
  if (!item) co_return op::TakeItem::NotFound404{.body = {.why = "No such item."}};
  if (item->left < in.body.quantity) {
    throw Failure(Code::kConflict, "There are only " + std::to_string(item->left) + " left.",
                  "out-of-stock");
  }
  item->left -= in.body.quantity;
  *item = co_await c.db().update(*item);
  op::AddNote::In note{.body = {.id = in.sku + "-" + std::to_string(item->left),
                                .text = "taken " + std::to_string(in.body.quantity)}};
  Reply<op::AddNote> noted = co_await c.call<op::AddNote>(note);
  (void)noted.value();
  co_return op::TakeItem::Ok200{.body = *item};
}

Task<op::TellCircumstances::Out> tell_circumstances(servanda::Ctx& c,
                                                    op::TellCircumstances::In in) {
  std::string text(c.request_id());
  text += " " + in.word.value_or("") + " " + std::string(c.header("word").value_or("")) + " " +
          std::to_string(in.words ? in.words->size() : 0);
  co_return op::TellCircumstances::Ok200{
      .body = found(std::move(text), static_cast<int32_t>(c.remaining().ns / 1'000'000))};
}

// --- audit ---

Task<op::AddNote::Out> add_note(service::Audit::Ctx& c, op::AddNote::In in) {
  co_await c.db().insert(in.body);
  co_return op::AddNote::NoContent204{};
}

}  // namespace

void add_handlers(servanda::App& app) {
  app.handle<op::Buy>(buy);
  app.handle<op::Probe>(probe);
  app.handle<op::Tick>(tick);
  app.handle<op::MoveTally>(move_tally);
  app.handle<op::TakeItem>(take_item);
  app.handle<op::TellCircumstances>(tell_circumstances);
  app.handle<op::AddNote>(add_note);
}

}  // namespace front
