// SPDX-License-Identifier: Apache-2.0
#include "call/row_computation.h"

#include <utility>
#include <vector>

#include "base/check.h"
#include "call/code_boundary.h"
#include "call/code_db.h"
#include "call/resource_handler.h"
#include "call/row_source.h"
#include "call/worker.h"

namespace servanda::internal {
namespace {

// The page as the function's structs read it.
class PageRows final : public ShownRows {
 public:
  PageRows(Call& call, const RowsToShow& page) : call_(call), page_(page) {
    memory_.arena = &page.arena;
    memory_.parser = &call.worker->scratch_parser();
  }

  Result<void> give(RowSink& sink) override {
    MemberPlaces& known_places = call_.engine->member_places();
    StoredRow reader(page_.resource, known_places.of(page_.resource, sink.members()),
                     call_.worker->clock().wall(), memory_);
    sink.expect(page_.rows.size());
    for (const Row& row : page_.rows) {
      reader.stand_on(row);
      if (Result<void> taken = sink.take(reader); !taken) return taken;
    }
    return {};
  }

 private:
  Call& call_;
  const RowsToShow& page_;
  RowMemory memory_;
};

// The rows with what was made of each behind what is stored.
std::span<const Row> with_values(const RowsToShow& page, const Computation& computation,
                                 const MadeValues& made) {
  const Resource& resource = page.resource;
  std::vector<size_t> places;
  for (const std::string_view name : computation.members()) {
    places.push_back(resource.properties.size() + *resource.computed_index(name));
  }
  const std::string_view text = page.arena.copy(made.text());
  const size_t width = resource.properties.size() + resource.computed.size();
  Row* const rows = page.arena.array<Row>(page.rows.size());
  size_t begin = 0;
  auto end = made.ends().begin();
  for (size_t i = 0; i < page.rows.size(); ++i) {
    const Row& row = page.rows[i];
    Value* const values = page.arena.array<Value>(width);
    for (size_t j = 0; j < width; ++j) {
      new (values + j) Value(j < row.values.size() ? row.values[j] : Value::null());
    }
    for (const size_t place : places) {
      values[place] = Value::of_text(text.substr(begin, *end - begin));
      begin = *end++;
    }
    new (rows + i) Row{{values, width}, row.version};
  }
  return {rows, page.rows.size()};
}

}  // namespace

Task<Result<std::span<const Row>>> compute_rows(Call& call, RowsToShow page) {
  using Made = Result<std::span<const Row>>;
  const Computation* const computation = call.engine->computation(page.resource);
  if (computation == nullptr || page.rows.empty()) co_return Made(page.rows);
  CodeDb db(call, CodeDb::ReadsOnly{page.resource, page.written});
  Ctx ctx(call, db, db);
  PageRows rows(call, page);
  MadeValues values;
  Task<Result<void>> running = run_computation(call, *computation, ctx, rows, values);
  Result<void> ran = co_await running;
  if (!ran) co_return Made(pass(ran));
  if (values.ends().size() != page.rows.size() * computation->members().size()) {
    SERVANDA_BUG("values were made of more or fewer rows than are shown");
    co_return Made(fail(Code::kInternal, "The values of the rows could not be made."));
  }
  co_return Made(with_values(page, *computation, values));
}

void answer_row(Call& call, const Row& row) {
  if (resource_of(call).shows_code()) {
    call.answer.unfinished = row;
    return;
  }
  append_item(call, row);
  call.answer.use_text(call.answer_type);
}

Task<bool> finish_row(Call& call, UnitOfWork* written) {
  if (!call.answer.unfinished) co_return true;
  const Row row = *std::exchange(call.answer.unfinished, std::nullopt);
  const RowsToShow page{resource_of(call), {&row, 1}, *call.arena, written};
  Task<Result<std::span<const Row>>> computing = compute_rows(call, page);
  Result<std::span<const Row>> rows = co_await computing;
  if (!rows) co_return refuse_rows(call, std::move(rows.error()));
  append_item(call, rows->front());
  call.answer.use_text(call.answer_type);
  co_return true;
}

bool refuse_rows(Call& call, Error error) {
  const bool busy = error.code == Code::kUnavailable;
  refuse(call, std::move(error));
  if (busy) call.answer.retry_after_s = 1;
  return false;
}

}  // namespace servanda::internal
