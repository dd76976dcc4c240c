// SPDX-License-Identifier: Apache-2.0
#include "call/resource_hooks.h"

#include <optional>
#include <string>
#include <utility>

#include "base/check.h"
#include "call/code_boundary.h"
#include "call/code_db.h"
#include "call/idempotency.h"
#include "call/preconditions.h"
#include "call/rerun.h"
#include "call/resource_write.h"
#include "call/row_computation.h"
#include "call/worker.h"

namespace servanda::internal {
namespace {

// A row as JSON for one hook.
class ShownRow {
 public:
  [[nodiscard]] static Result<ShownRow> of(Call& call, const Resource& resource,
                                           const std::optional<Row>& row) {
    ShownRow shown;
    if (!row) return shown;
    std::string text;
    append_row(text, resource, *row, RowReader::kEngine, call.worker->clock().wall());
    Result<JsonDocument> document = JsonDocument::parse(text, {kJsonDepthMax});
    if (!document) return pass(document);
    shown.document_ = std::move(*document);
    return shown;
  }
  [[nodiscard]] JsonValue value() const { return document_ ? document_->root() : JsonValue(); }

 private:
  std::optional<JsonDocument> document_;
};

// The write that the built-in handler would do, and what the hooks make of it.
struct HookedWrite {
  Write write;
  std::optional<Row> stored;
  std::optional<Row> next;
};

HookedWrite written_by(const WriteAttempt& attempt, const Call& call) {
  HookedWrite out;
  out.write = attempt.unit.last_write();
  out.stored = attempt.stored;
  const bool deletes = call.operation->resource->action == Action::kDelete;
  if (!deletes) out.next = Row{out.write.values, out.stored ? out.stored->version + 1 : 1};
  return out;
}

// Runs the hook, if there is one. Nothing: the call has been refused; else the row as the hook
// wants it, "" for no change.
Task<std::optional<std::string>> ask_hook(Call& call, const Hook* hook, Ctx& ctx,
                                          const HookedWrite& hooked) {
  if (hook == nullptr) co_return std::string();
  const Resource& resource = resource_of(call);
  Result<ShownRow> stored = ShownRow::of(call, resource, hooked.stored);
  Result<ShownRow> next = ShownRow::of(call, resource, hooked.next);
  if (!stored || !next) {
    refuse(call, std::move(stored ? next.error() : stored.error()));
    co_return std::nullopt;
  }
  Task<Result<std::string>> running = run_hook(call, *hook, ctx, stored->value(), next->value());
  Result<std::string> wanted = co_await running;
  if (wanted) co_return std::move(*wanted);
  const bool busy = wanted.error().code == Code::kUnavailable;
  refuse(call, std::move(wanted.error()));
  if (busy) call.answer.retry_after_s = 1;
  co_return std::nullopt;
}

// Takes over the row that a hook wants. False: the call has been refused.
bool take_row(Call& call, CodeDb& db, const std::string& wanted, HookedWrite& hooked) {
  if (wanted.empty()) return true;
  const Row* const stored = hooked.stored ? &*hooked.stored : nullptr;
  Result<std::span<const Value>> values =
      db.values_of(resource_of(call), wanted, hooked.write.key, stored);
  if (!values) return refuse(call, std::move(values.error()));
  hooked.write.values = hooked.next->values = *values;
  const int status = call.answer.status;
  const bool created = !hooked.stored;
  call.answer.text.clear();
  answer_written(call, *hooked.next, status, created);
  return true;
}

Task<Ending> commit(Call& call, CodeDb& db, const Value& key) {
  std::string key_text;
  const Resource& resource = resource_of(call);
  append_key_text(key_text, resource.properties[resource.key].type, key);
  const IdempotencyRecord* const record = make_record(call, key_text);
  Task<Result<void>> committing = db.commit(record);
  Result<void> done = co_await committing;
  if (done) co_return Ending::kDone;
  if (done.error().reason == "idempotency-key-used") {
    co_await replay_stored_answer(call);
    co_return Ending::kDone;
  }
  const bool again = may_retry(call, done.error(), 1) ||
                     (done.error().reason == "key-exists" && db.looked_before_inserting());
  refuse_commit(call, std::move(done.error()));
  if (again) co_return Ending::kMoved;
  co_await keep_refusal(call);
  co_return Ending::kDone;
}

Task<Ending> refused(Call& call) {
  if (call.answer.error->reason == "version-moved") co_return Ending::kMoved;
  co_await keep_refusal(call);
  co_return Ending::kDone;
}

Task<Ending> try_once(Call& call, size_t& contended_row) {
  call.answer.clear();
  call.issues.clear();
  UnitOfWork proposed(*call.worker->session(), *call.arena);
  WriteAttempt attempt{proposed, {}, {}, {}, {}};
  co_await prepare_write(call, attempt);
  if (call.answer.error) {
    co_await keep_refusal(call);
    co_return Ending::kDone;
  }
  proposed.keep_last_write();
  HookedWrite hooked = written_by(attempt, call);
  // What waits to be shown must outlive the scratch memory that hooks will use.
  if (call.answer.unfinished && hooked.next) call.answer.unfinished = hooked.next;
  const OperationState& state = call.engine->state(*call.operation);
  CodeDb db(call);
  db.reserve(resource_of(call), hooked.write.key);
  Ctx ctx(call, db, db);
  Task<std::optional<std::string>> before = ask_hook(call, state.before, ctx, hooked);
  const std::optional<std::string> wanted = co_await before;
  if (!wanted || !take_row(call, db, *wanted, hooked)) {
    const Ending ending = co_await refused(call);
    co_return ending;
  }
  db.add(hooked.write, hooked.next);
  Task<std::optional<std::string>> after = ask_hook(call, state.after, ctx, hooked);
  const std::optional<std::string> too_late = co_await after;
  contended_row = db.contended_row();
  if (too_late && !too_late->empty()) {
    refuse(call, Code::kInternal,
           "A hook changed the row after it was written: only one that runs before can do that.",
           "changed-after");
  }
  bool finished = !call.answer.error;
  if (finished) {
    Task<bool> finishing = finish_row(call, &db.unit());
    finished = co_await finishing;
  }
  if (!finished) {
    const Ending ending = co_await refused(call);
    co_return ending;
  }
  const Ending ending = co_await commit(call, db, hooked.write.key);
  co_return ending;
}

}  // namespace

bool runs_code(const Call& call) {
  const OperationState& state = call.engine->state(*call.operation);
  return state.before != nullptr || state.after != nullptr || resource_of(call).shows_code();
}

Task<void> write_with_code(Call& call) {
  if (has_required_condition(call)) co_await run_until_done(call, try_once);
}

}  // namespace servanda::internal
