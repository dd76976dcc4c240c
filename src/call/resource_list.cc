// SPDX-License-Identifier: Apache-2.0
// Lists: equality filters, declared sorts, signed cursors; JSON straight from rows.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/text.h"
#include "call/cursor.h"
#include "call/resource_handler.h"
#include "call/worker.h"

namespace servanda::internal {
namespace {

std::string_view place_text(ParameterIn in) {
  switch (in) {
    case ParameterIn::kPath:
      return "path";
    case ParameterIn::kQuery:
      return "query";
    case ParameterIn::kHeader:
      return "header";
    case ParameterIn::kCookie:
      return "cookie";
  }
  return "query";
}

bool refuse_parameter(Call& call, uint16_t index, std::string code, std::string detail) {
  const Parameter& parameter = call.operation->parameters[index];
  Error error{Code::kInvalidArgument, "A parameter does not fit the list.", code, {}};
  error.fields.push_back(
      {std::string(place_text(parameter.in)), parameter.name, std::move(code), std::move(detail)});
  return refuse(call, std::move(error));
}

// The page size asked for: none or 0 is the default, too much is lowered, less than nothing is
// refused (AIP-158).
std::optional<uint32_t> page_limit(Call& call, const ListProfile& profile) {
  if (!profile.limit_parameter) return profile.limit_default;
  const JsonValue value = call.parameters[*profile.limit_parameter];
  if (!value.exists() || value.kind() != JsonKind::kInteger || value.integer() == 0) {
    return std::min(profile.limit_default, profile.limit_max);
  }
  if (value.integer() < 0) {
    refuse_parameter(call, *profile.limit_parameter, "minimum", "A page has at least one item.");
    return std::nullopt;
  }
  return static_cast<uint32_t>(std::min<int64_t>(value.integer(), profile.limit_max));
}

std::optional<std::span<const IndexKey>> page_order(Call& call, const ListProfile& profile) {
  if (!profile.sort_parameter) return profile.default_sort;
  const JsonValue value = call.parameters[*profile.sort_parameter];
  if (!value.exists()) return profile.default_sort;
  for (const SortChoice& choice : profile.sorts) {
    if (value.is_string() && value.text() == choice.text) return choice.keys;
  }
  refuse_parameter(call, *profile.sort_parameter, "enum", "This list has no such sort.");
  return std::nullopt;
}

std::optional<std::span<const Condition>> page_conditions(Call& call, const ListProfile& profile) {
  const Resource& resource = resource_of(call);
  Condition* const conditions = call.arena->array<Condition>(profile.filters.size());
  size_t count = 0;
  for (const EqualityFilter& filter : profile.filters) {
    const JsonValue value = call.parameters[filter.parameter];
    if (!value.exists()) continue;
    const Property& property = resource.properties[filter.property];
    const std::optional<Value> equals = value_from_parameter(property.type, value, *call.arena);
    if (!equals) {
      refuse_parameter(call, filter.parameter, "type",
                       "This is no value that \"" + property.name + "\" can have.");
      return std::nullopt;
    }
    new (conditions + count++) Condition{filter.property, *equals};
  }
  return std::span<const Condition>(conditions, count);
}

// Names the list that a cursor belongs to: operation, order with column types, filters with values.
CursorBinding binding_of(const Call& call, const ListQuery& query) {
  const Resource& resource = *query.resource;
  std::string text = call.operation->id;
  text += '\0';
  for (const IndexKey& key : query.order) {
    const Property& property = resource.properties[key.property];
    text += key.descending ? '-' : '+';
    text += static_cast<char>('0' + static_cast<int>(property.type));
    text += property.name;
    text += '\0';
  }
  text += '\0';
  for (const Condition& condition : query.conditions) {
    const Property& property = resource.properties[condition.property];
    text += property.name;
    text += '=';
    append_value(text, property.type, condition.equals);
    text += '\0';
  }
  return sha256(text);
}

bool set_after(Call& call, const ListProfile& profile, ListQuery& query) {
  if (!profile.cursor_parameter) return true;
  const JsonValue value = call.parameters[*profile.cursor_parameter];
  if (!value.exists()) return true;
  const std::string_view text = value.is_string() ? value.text() : std::string_view();
  Result<std::span<const Value>> after =
      read_cursor(call.worker->options().cursor_key, text, binding_of(call, query),
                  query.order.size(), *call.arena);
  if (!after) {
    return refuse_parameter(call, *profile.cursor_parameter, std::move(after.error().reason),
                            std::move(after.error().message));
  }
  query.after = *after;
  return true;
}

// The request's own query with the cursor put in place of the one it had.
std::string next_target(const Call& call, std::string_view cursor_name, std::string_view cursor) {
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

// The cursor behind the last row of a page, and the Link header that carries it.
std::string next_cursor(Call& call, const ListProfile& profile, const ListQuery& query,
                        const Row& last) {
  Value* const values = call.arena->array<Value>(query.order.size());
  for (size_t i = 0; i < query.order.size(); ++i) {
    new (values + i) Value(last.values[query.order[i].property]);
  }
  std::string cursor = make_cursor(call.worker->options().cursor_key, binding_of(call, query),
                                   {values, query.order.size()});
  const std::string& name = call.operation->parameters[*profile.cursor_parameter].name;
  std::string link = "<" + next_target(call, name, cursor) + ">; rel=\"next\"";
  call.answer.add_field("link", call.arena->copy(link));
  return cursor;
}

void write_page(Call& call, const ListProfile& profile, const ListQuery& query, const Page& page) {
  std::string& out = call.answer.text;
  const Resource& resource = *query.resource;
  const bool wrapped = !profile.items_member.empty();
  if (wrapped) {
    out += '{';
    json_append_string(out, profile.items_member);
    out += ':';
  }
  char separator = '[';
  for (const Row& row : page.rows) {
    out += separator;
    separator = ',';
    append_row(out, resource, row, RowReader::kClient);
  }
  if (separator == '[') out += '[';
  out += ']';
  if (page.more && !page.rows.empty() && profile.cursor_parameter) {
    const std::string cursor = next_cursor(call, profile, query, page.rows.back());
    if (wrapped && !profile.next_member.empty()) {
      out += ',';
      json_append_string(out, profile.next_member);
      out += ':';
      json_append_string(out, cursor);
    }
  }
  if (wrapped) out += '}';
}

}  // namespace

Task<void> list_resource(Call& call) {
  const ListProfile& profile = call.operation->resource->list;
  ListQuery query;
  query.resource = &resource_of(call);
  const std::optional<uint32_t> limit = page_limit(call, profile);
  if (!limit) co_return;
  const std::optional<std::span<const IndexKey>> order = page_order(call, profile);
  if (!order) co_return;
  const std::optional<std::span<const Condition>> conditions = page_conditions(call, profile);
  if (!conditions) co_return;
  query.limit = *limit;
  query.order = *order;
  query.conditions = *conditions;
  if (!set_after(call, profile, query) || !in_time(call)) co_return;

  UnitOfWork unit(*call.worker->session(), *call.arena);
  Result<Page> page = co_await unit.list(query);
  if (!page) {
    refuse(call, std::move(page.error()));
    co_return;
  }
  call.answer.status = call.operation->resource->status;
  write_page(call, profile, query, *page);
  call.answer.use_text(call.answer_type);
}

}  // namespace servanda::internal
