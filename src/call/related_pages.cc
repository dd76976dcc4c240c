// SPDX-License-Identifier: Apache-2.0
#include "call/related_pages.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "base/text.h"
#include "call/list_query.h"
#include "call/pages_text.h"
#include "call/peer_door.h"
#include "call/remote_call.h"
#include "call/resource_rows.h"
#include "call/row_computation.h"
#include "call/row_view.h"
#include "call/worker.h"
#include "contract/plan/reach.h"

namespace servanda::internal {
namespace {

const ListFilter* filter_by(const ListProfile& list, uint16_t property) {
  for (const ListFilter& filter : list.filters) {
    const bool is_plain = filter.test == FilterTest::kEqual && filter.member.empty();
    if (filter.property == property && is_plain) return &filter;
  }
  return nullptr;
}

// The list operation that reads on where such a page ends: it filters by the property, and pages by
// cursor in its own default order.
const Operation* list_behind(const Plan& plan, const PagesWanted& wanted) {
  for (const Operation& operation : plan.operations) {
    if (!operation.resource || operation.resource->action != Action::kList) continue;
    const ListProfile& list = operation.resource->list;
    if (operation.resource->resource != wanted.resource->index || !list.cursor_parameter) continue;
    if (operation.path.find('{') != std::string::npos) continue;
    if (filter_by(list, wanted.by) != nullptr) return &operation;
  }
  return nullptr;
}

std::string_view next_of(Call& call, const PagesWanted& wanted, const Operation& operation,
                         const Page& page) {
  const ListProfile& list = operation.resource->list;
  const Row& last = page.rows.back();
  const Condition condition{wanted.by, FilterTest::kEqual, last.values[wanted.by], {}};
  const CursorBinding binding =
      cursor_binding(operation, *wanted.resource, list.default_sort, {&condition, 1});
  const std::string cursor =
      make_cursor(call.worker->options().cursor_key, binding,
                  {CursorWay::kForward, place_of(last, list.default_sort, *call.arena)});
  std::string key;
  append_key_text(key, wanted.resource->properties[wanted.by].type, condition.value);
  const ListFilter& filter = *filter_by(list, wanted.by);
  std::string target = operation.path;
  target +=
      '?' + percent_encode(operation.parameters[filter.parameter].name) + '=' + percent_encode(key);
  target += '&' + percent_encode(operation.parameters[*list.cursor_parameter].name) + '=' + cursor;
  return call.arena->copy(target);
}

// Makes what C++ makes of all the rows, in one run.
Task<Result<std::span<const Page>>> with_made_values(Call& call, const Resource& resource,
                                                     std::span<const Page> found) {
  using Pages = Result<std::span<const Page>>;
  std::vector<Row> rows;
  for (const Page& page : found) rows.insert(rows.end(), page.rows.begin(), page.rows.end());
  const RowsToShow shown{resource, rows, *call.arena};
  Task<Result<std::span<const Row>>> computing = compute_rows(call, shown);
  Result<std::span<const Row>> computed = co_await computing;
  if (!computed) co_return Pages(pass(computed));
  if (computed->data() == rows.data()) co_return Pages(found);
  Page* const pages = call.arena->array<Page>(found.size());
  size_t first = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    const size_t count = found[i].rows.size();
    new (pages + i) Page{computed->subspan(first, count), found[i].more};
    first += count;
  }
  co_return Pages(std::span<const Page>(pages, found.size()));
}

Task<Result<PagesFound>> find_pages_here(Call& call, PagesWanted wanted) {
  using Found = Result<PagesFound>;
  const Resource& resource = *wanted.resource;
  const bool by_key = wanted.by == resource.key;
  const Operation* const goes_on = by_key ? nullptr : list_behind(call.engine->plan(), wanted);
  const IndexKey key{resource.key, false};
  ListQuery query;
  query.resource = &resource;
  query.limit = by_key ? 1 : ViewLimits::kRelatedMax;
  query.order = {&key, 1};
  if (goes_on != nullptr) query.order = goes_on->resource->list.default_sort;
  UnitOfWork unit(*call.worker->session(), *call.arena);
  Result<std::span<const Page>> pages = co_await unit.list_each(query, wanted.by, wanted.values);
  if (!pages) co_return Found(pass(pages));
  auto* const next = call.arena->array<std::string_view>(pages->size());
  for (size_t i = 0; i < pages->size(); ++i) {
    const bool ends = goes_on == nullptr || !(*pages)[i].more;
    new (next + i) std::string_view(ends ? "" : next_of(call, wanted, *goes_on, (*pages)[i]));
  }
  if (wanted.with_code) {
    Task<Result<std::span<const Page>>> making = with_made_values(call, resource, *pages);
    pages = co_await making;
    if (!pages) co_return Found(pass(pages));
  }
  co_return Found(PagesFound{*pages, {next, pages->size()}});
}

// Whether the operation that asks shows or looks for such rows, as the contract says.
bool may_ask(const Call& call, const PagesWanted& wanted) {
  const auto is_it = [&wanted](const RowsReached& reached) {
    return reached.to == wanted.resource && reached.by == wanted.by;
  };
  return find_reached(call.engine->plan(), *call.operation, is_it).has_value();
}

}  // namespace

Task<Result<PagesFound>> find_pages(Call& call, PagesWanted wanted) {
  if (wanted.resource->here) return find_pages_here(call, wanted);
  return ask_for_pages(call, wanted);
}

Task<void> answer_pages(Call& call) {
  if (call.input.body == nullptr || call.worker->session() == nullptr) {
    refuse_other_contract(call);
    co_return;
  }
  Task<Result<std::string_view>> reading =
      call.input.body->read(call.worker->options().limits.body_bytes_max);
  Result<std::string_view> body = co_await reading;
  if (!body) {
    refuse(call, std::move(body.error()));
    co_return;
  }
  call.body_bytes = body->size();
  const bool is_whole = call.input.query == hex(sha256(*body));
  const std::optional<PagesWanted> wanted =
      read_pages_wanted(*body, call.engine->plan(), *call.arena, call.body_parser);
  if (!is_whole || !wanted || !wanted->resource->here || !may_ask(call, *wanted)) {
    refuse_other_contract(call);
    co_return;
  }
  Task<Result<PagesFound>> finding = find_pages_here(call, *wanted);
  Result<PagesFound> found = co_await finding;
  if (!found) {
    refuse_rows(call, std::move(found.error()));
    co_return;
  }
  append_pages(call.answer.text, *wanted->resource, *found);
  call.answer.status = 200;
  call.answer.conforms = true;  // To no schema: clients never see it.
  call.answer.use_text("application/json");
}

}  // namespace servanda::internal
