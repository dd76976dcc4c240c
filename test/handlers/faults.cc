// SPDX-License-Identifier: Apache-2.0
#include "faults.h"

#include <stdexcept>
#include <string>

#include "faults/operations.h"
#include "faults/schemas.h"

namespace faults {
namespace {

using servanda::CallContext;
using servanda::Code;
using servanda::Failure;
using servanda::Identity;
using servanda::Problem;
using servanda::Task;
using Ctx = service::Desk::Ctx;

Fault tell(const Problem& problem) {
  if (problem.reason == "untold") throw std::runtime_error("words failed");
  Fault told;
  told.fault.kind = std::to_string(problem.status) + " " + std::string(problem.word());
  told.fault.ticket = problem.reason == "unfit" ? "short" : problem.request_id;
  told.fault.said = problem.message;
  for (const servanda::FieldError& field : problem.fields) {
    told.fault.lines.push_back(
        {.where = field.in + " " + field.pointer, .what = field.code + ": " + field.detail});
  }
  told.fault.again = problem.is_retryable();
  if (problem.retry_after_s > 0) told.fault.wait = problem.retry_after_s;
  return told;
}

Met met(const Ctx& c, const Problem& problem) {
  return {.status = problem.status,
          .word = std::string(problem.word()),
          .title = std::string(problem.title()),
          .fields = static_cast<int64_t>(problem.fields.size()),
          .same = problem.request_id == c.request_id()};
}

Task<Met> find(Ctx& c, std::string name) {
  const op::FindEntry::In in{.name = name};
  servanda::Reply<op::FindEntry> reply = co_await c.call<op::FindEntry>(in);
  if (!reply) co_return met(c, reply.problem());
  co_return Met{.status = 200, .word = "found"};
}

// With a key, so that what is refused is refused again.
Task<Met> add(Ctx& c, std::string name) {
  const op::AddEntry::In in{.body = {.name = name}};
  const auto with = servanda::CallWith().idempotency_key("once");
  servanda::Reply<op::AddEntry> reply = co_await c.call<op::AddEntry>(in, with);
  if (!reply) co_return met(c, reply.problem());
  co_return Met{.status = 201, .word = "added"};
}

Task<op::GiveBack::Out> give_back(Ctx& c, op::GiveBack::In in) {
  std::string name = in.body.name.value_or("none");
  switch (in.body.what.value()) {
    case ReturnWhat::kConflict:
      throw Failure(Code::kConflict, "It is here already.", "here");
    case ReturnWhat::kForbidden:
      throw Failure(Code::kPermissionDenied, "Not by you.");
    case ReturnWhat::kThrown:
      throw std::runtime_error("the shelf broke");
    case ReturnWhat::kBusy:
      throw Failure(Code::kUnavailable, "", "queue");
    case ReturnWhat::kUntold:
      throw Failure(Code::kConflict, "Nobody can say this.", "untold");
    case ReturnWhat::kUnfit:
      throw Failure(Code::kConflict, "Nobody should say this.", "unfit");
    case ReturnWhat::kAnswered:
      co_return op::GiveBack::Conflict409{
          .body = {.fault = {.kind = "own", .ticket = std::string(32, '-'), .said = "Mine."}}};
    case ReturnWhat::kFind: {
      Met found = co_await find(c, name);
      co_return op::GiveBack::Ok200{.body = std::move(found)};
    }
    case ReturnWhat::kAdd:
    case ReturnWhat::kUnrecognized:
      break;
  }
  Met added = co_await add(c, name);
  co_return op::GiveBack::Ok200{.body = std::move(added)};
}

Task<std::optional<Identity>> by_name(const CallContext&, std::string_view credential) {
  if (credential == "bad") co_return std::nullopt;
  co_return Identity{.principal = std::string(credential)};
}

Task<void> check_loan(servanda::Ctx&, servanda::Change<Loan>& change) {
  if (change.next->book == "secret") {
    throw Failure(Code::kPermissionDenied, "This one stays here.", "locked-away");
  }
  co_return;
}

}  // namespace

void add_handlers(servanda::App& app) {
  app.handle<op::GiveBack>(give_back);
  app.before<op::Lend, Loan>(check_loan);
  app.authenticate("key", by_name);
  app.authenticate("code", by_name);
  app.tell_problems_as<Fault>(tell);
  app.tell_problems_as<Gone>(
      [](const Problem& problem) { return Gone{.gone = problem.type() + " " + problem.message}; });
}

}  // namespace faults
