// SPDX-License-Identifier: Apache-2.0
// Lists: one page, its cursors, its count; JSON straight from rows.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "call/list_query.h"
#include "call/resource_handler.h"
#include "call/row_view.h"
#include "call/worker.h"

namespace servanda::internal {
namespace {

// What a list answers with.
struct ListAnswer {
  std::span<const Row> rows;  // As the client sees them.
  bool before = false;        // Whether rows stand before the page, and behind it.
  bool behind = false;
  std::optional<uint64_t> total;
  bool total_is_exact = false;
};

// The request's own query with the cursor put in place of the one it had.
std::string page_target(const Call& call, std::string_view cursor_name, std::string_view cursor) {
  std::string target(call.input.path);
  char separator = '?';
  for (const std::string_view pair : split(call.input.query, '&')) {
    if (pair.empty()) continue;
    const std::optional<std::string> name =
        percent_decode(pair.substr(0, pair.find('=')), PlusSign::kSpace);
    if (name && *name == cursor_name) continue;
    target += separator;
    target += pair;
    separator = '&';
  }
  target += separator;
  target += percent_encode(cursor_name);
  target += '=';
  target += cursor;
  return target;
}

// The cursor that leads on from a row of the page, and the Link header that carries it.
std::string page_cursor(Call& call, const ListRequest& request, const Row& row, CursorWay way) {
  const ListProfile& profile = call.operation->resource->list;
  const CursorBinding binding =
      cursor_binding(*call.operation, *request.query.resource, request.order,
                     request.query.conditions, request.query.rows);
  std::string cursor = make_cursor(call.worker->options().cursor_key, binding,
                                   {way, place_of(row, request.order, *call.arena)});
  const std::string& name = call.operation->parameters[*profile.cursor_parameter].name;
  const std::string_view rel = way == CursorWay::kForward ? "next" : "prev";
  std::string link = "<" + page_target(call, name, cursor) + ">; rel=\"" + std::string(rel) + "\"";
  call.answer.add_field("link", call.arena->copy(link));
  return cursor;
}

void write_cursor(Call& call, const ListRequest& request, const Row& row, CursorWay way) {
  const ListProfile& profile = call.operation->resource->list;
  const std::string cursor = page_cursor(call, request, row, way);
  const std::string& member =
      way == CursorWay::kForward ? profile.next_member : profile.prev_member;
  if (profile.items_member.empty() || member.empty()) return;
  std::string& out = call.answer.text;
  out += ',';
  json_append_string(out, member);
  out += ':';
  json_append_string(out, cursor);
}

void write_total(Call& call, const ListProfile& profile, const ListAnswer& answer) {
  if (!answer.total) return;
  std::string& out = call.answer.text;
  out += ',';
  json_append_string(out, profile.total_member);
  out += ':' + std::to_string(*answer.total);
  if (profile.exact_member.empty()) return;
  out += ',';
  json_append_string(out, profile.exact_member);
  out += answer.total_is_exact ? ":true" : ":false";
}

void write_page(Call& call, const ListRequest& request, const ListAnswer& answer,
                const RowView& view) {
  const ListProfile& profile = call.operation->resource->list;
  std::string& out = call.answer.text;
  const bool wrapped = !profile.items_member.empty();
  if (wrapped) {
    out += '{';
    json_append_string(out, profile.items_member);
    out += ':';
  }
  out += '[';
  for (size_t i = 0; i < answer.rows.size(); ++i) {
    if (i > 0) out += ',';
    append_view(call, answer.rows[i], i, view);
  }
  out += ']';
  if (!answer.rows.empty() && profile.cursor_parameter) {
    if (answer.behind) write_cursor(call, request, answer.rows.back(), CursorWay::kForward);
    if (answer.before) write_cursor(call, request, answer.rows.front(), CursorWay::kBackward);
  }
  if (wrapped) {
    write_total(call, profile, answer);
    out += '}';
  }
}

// Rows as the client sees them, from a page that may have been read the other way.
ListAnswer turn_page(Call& call, const ListRequest& request, const Page& page) {
  ListAnswer answer;
  const bool went_on = !request.query.after.empty();
  if (request.way == CursorWay::kForward) {
    answer.rows = page.rows;
    answer.before = went_on;
    answer.behind = page.more;
    return answer;
  }
  Row* const rows = call.arena->array<Row>(page.rows.size());
  for (size_t i = 0; i < page.rows.size(); ++i) {
    new (rows + i) Row(page.rows[page.rows.size() - 1 - i]);
  }
  answer.rows = {rows, page.rows.size()};
  answer.before = page.more;
  answer.behind = true;  // The row that the cursor was made from.
  return answer;
}

}  // namespace

Task<void> list_resource(Call& call) {
  const std::optional<ListRequest> request = read_list_request(call);
  if (!request) co_return;
  std::optional<RowView> view = read_view(call);
  if (!view || !in_time(call)) co_return;
  UnitOfWork unit(*call.worker->session(), *call.arena);
  Result<Page> page = co_await unit.list(request->query);
  if (!page) {
    refuse(call, std::move(page.error()));
    co_return;
  }
  ListAnswer answer = turn_page(call, *request, *page);
  if (request->count_max != 0) {
    // One more than is told, to know whether that is all.
    Result<uint64_t> count = co_await unit.count(request->query, request->count_max + 1);
    if (!count) {
      refuse(call, std::move(count.error()));
      co_return;
    }
    answer.total = std::min(*count, request->count_max);
    answer.total_is_exact = *count <= request->count_max;
  }
  if (view->shows_code) {
    Task<std::optional<std::span<const Row>>> computing = compute_shown(call, answer.rows, *view);
    const std::optional<std::span<const Row>> shown = co_await computing;
    if (!shown) co_return;
    answer.rows = *shown;
  }
  const bool fetched = co_await fetch_related(call, answer.rows, *view);
  if (!fetched) co_return;
  call.answer.status = call.operation->resource->status;
  write_page(call, *request, answer, *view);
  call.answer.use_text(call.answer_type);
  mark_view(call, *view);
}

}  // namespace servanda::internal
