// SPDX-License-Identifier: Apache-2.0
// Lists: every page of a walk, and what is refused.

#include <algorithm>

#include "model_exchange.h"

namespace servanda::model {
namespace {

constexpr int kDefaultBelow = 50;  // The page size of lists below an owner.
constexpr int kPagesMax = 40;      // Of one walk.

}  // namespace

void ListCheck::check(const Request& request) {
  const ListShape& shape = state_->resource(request.resource).list;
  const std::string target = list_target(*state_, request);
  const bool is_page = shape.paging == Paging::kPage && !request.below;
  const bool bad = !request.bad_query.empty() ||
                   (request.limit && (*request.limit < 0 || *request.limit > shape.limit_max)) ||
                   (is_page && request.place && *request.place < 1);
  ListPrediction wanted = state_->predict_list(request);
  may_refuse_ = wanted.may_refuse;
  refused_ = false;
  if (bad || wanted.refused) {
    const std::optional<Exchange::Answer> answer = exchange_->ask("GET " + target + "\n\n");
    if (!answer) return;
    exchange_->record("GET " + target + "\n\n", 400, bad ? "" : "<\n< ~ not-indexed\n");
    if (answer->status != 400) return exchange_->differ_in_status({400}, *answer);
    const bool said = answer->body.find("not-indexed") != std::string::npos;
    if (!bad && !said) exchange_->differ(answer->body);
    return;
  }
  size_t limit = static_cast<size_t>(request.below ? kDefaultBelow : shape.limit_default);
  if (request.limit.value_or(0) > 0) limit = static_cast<size_t>(*request.limit);
  size_t from = 0;
  if (request.place) from = static_cast<size_t>(*request.place);
  if (request.place && is_page) from = (from - 1) * limit;
  walk(request, target, wanted.orders, from, limit);
}

void ListCheck::walk(const Request& request, const std::string& target, std::vector<Order>& orders,
                     size_t from, size_t limit) {
  std::string cursor;
  bool forward = true;
  for (int page = 0; page < kPagesMax; ++page) {
    const size_t all = orders[0].size();
    const std::string next = check_page(request, target, cursor, orders, from, limit);
    if (exchange_->differs() || refused_ || !request.walk) return;
    if (forward && from + limit >= all) forward = false;
    if (!forward && from == 0) return;
    from = forward ? from + limit : from - std::min(from, limit);
    cursor = forward ? next : back_;
  }
}

std::string ListCheck::check_page(const Request& request, const std::string& target,
                                  const std::string& cursor, std::vector<Order>& orders,
                                  size_t from, size_t limit) {
  std::string text = "GET " + target;
  if (!cursor.empty()) {
    text += (target.find('?') == std::string::npos ? "?cursor=" : "&cursor=") + cursor;
  }
  text += "\n\n";
  const std::optional<Exchange::Answer> answer = exchange_->ask(text);
  if (!answer) return "";
  ++exchange_->report().pages;
  std::optional<Json> body = parse_json(answer->body);
  if (may_refuse_ && answer->status == 400 &&
      answer->body.find("not-indexed") != std::string::npos) {
    exchange_->record(text, 400, "");
    refused_ = true;
    return "";
  }
  const bool unknown_owner = request.below && !state_->owner_exists(request);
  if (unknown_owner && answer->status == 404) {
    exchange_->record(text, 404, "");
    return "";
  }
  if (answer->status != 200 || !body) {
    const Json wanted = page_of(request, orders[0], from, limit);
    exchange_->record(text, 200, "<\n< " + json_text(wanted) + "\n");
    exchange_->differ_in_status({200}, *answer);
    return "";
  }
  return compare_page(request, text, std::move(*body), orders, from, limit);
}

std::string ListCheck::compare_page(const Request& request, const std::string& text, Json body,
                                    std::vector<Order>& orders, size_t from, size_t limit) {
  if (Json* const items = body.find("items")) {
    for (Json& item : items->items) state_->normalize(request.resource, item);
  }
  Json wanted = page_of(request, orders[0], from, limit);
  std::vector<Order> left = orders;
  std::erase_if(left, [&](const Order& order) {
    return !same_json(page_of(request, order, from, limit), body);
  });
  if (left.empty()) {
    exchange_->differ("expected " + json_text(wanted) + ", got " + json_text(body));
  } else {
    orders = std::move(left);
    wanted = page_of(request, orders[0], from, limit);
  }
  const std::string next = take_cursor(body, "next", wanted);
  back_ = take_cursor(body, "prev", wanted);
  exchange_->record(text, 200, "<\n< " + json_text(wanted) + "\n");
  return next;
}

std::string ListCheck::take_cursor(const Json& body, const std::string& member, Json& wanted) {
  const Json* const cursor = body.find(member);
  if (cursor == nullptr || wanted.find(member) == nullptr) return "";
  if (!exchange_->has_name(cursor->text)) {
    exchange_->name(cursor->text, "{c" + std::to_string(exchange_->name_count()) + "}");
    wanted.set(member, *cursor);
  }
  return cursor->text;
}

Json ListCheck::page_of(const Request& request, const Order& rows, size_t from,
                        size_t limit) const {
  const ListShape& shape = state_->resource(request.resource).list;
  Json items;
  items.kind = Json::Kind::kArray;
  for (size_t i = from; i < std::min(from + limit, rows.size()); ++i) {
    items.items.push_back(
        state_->shown(request.resource, *rows[i], request.fields, request.expand));
  }
  Json page = Json::object();
  page.set("items", std::move(items));
  const bool by_cursor = request.below || shape.paging == Paging::kCursor;
  if (by_cursor && from + limit < rows.size()) page.set("next", Json::any());
  if (by_cursor && from > 0) page.set("prev", Json::any());
  const bool counted = shape.total && (request.below || !shape.count ||
                                       (!request.count.empty() && request.count != "none"));
  if (counted) {
    page.set("total", Json::number(std::to_string(rows.size())));
    page.set("totalIsExact", Json::truth(true));
  }
  return page;
}

}  // namespace servanda::model
