// SPDX-License-Identifier: Apache-2.0
#include "model_exchange.h"

#include <algorithm>

namespace servanda::model {
namespace {

const Resource& resource_of(const State& state, const Request& request) {
  return state.resource(request.resource);
}

void add(std::string& query, const std::string& text) {
  if (!text.empty()) query += (query.empty() ? "" : "&") + text;
}

// What is asked for of each row.
std::string parts_of(const State& state, const Request& request) {
  std::string fields;
  for (const Shown& shown : request.fields) {
    const Property& property =
        resource_of(state, request).properties[static_cast<size_t>(shown.property)];
    fields += (fields.empty() ? "fields=" : ",") + property.name;
    std::string members;
    for (const std::string& name : shown.members) members += (members.empty() ? "" : ",") + name;
    if (!members.empty()) fields += "(" + members + ")";
  }
  std::string expand;
  for (const Expansion& expansion : request.expand) {
    expand += (expand.empty() ? "expand=" : ",") + expansion.relation.name;
    for (const Relation& next : expansion.further) {
      expand += "," + expansion.relation.name + "." + next.name;
    }
  }
  std::string query = fields;
  add(query, expand);
  if (request.include_deleted) {
    add(query, std::string("include_deleted=") + (*request.include_deleted ? "true" : "false"));
  }
  add(query, request.bad_query);
  return query;
}

std::string filters_of(const State& state, const Request& request) {
  const Resource& one = resource_of(state, request);
  std::string out;
  for (const AskedFilter& asked : request.filters) {
    const Filter& filter = one.list.filters[static_cast<size_t>(asked.filter)];
    const Property& property = one.properties[static_cast<size_t>(filter.property)];
    const bool plain = !filter.deep && (filter.test == "eq" || filter.test == "any");
    const std::string test = filter.test == "any" ? "eq" : filter.test;
    out += (out.empty() ? "" : "&") + property.name + (plain ? "" : "[" + test + "]") + "=";
    for (size_t i = 0; i < asked.values.size(); ++i) {
      out += (i == 0 ? "" : ",") + url_text(state.resolve(asked.values[i], property.kind));
    }
  }
  return out;
}

std::string condition_of(const State& state, const Request& request) {
  if (request.condition == Condition::kNotThere) return "\nif-none-match: *";
  if (request.condition == Condition::kChanged) {
    const Row* const row = state.target(request);
    return "\nif-none-match: \"" + std::to_string(row == nullptr ? 1 : row->version) + "\"";
  }
  const std::string tag = if_match_of(state, request);
  return tag.empty() ? "" : "\nif-match: " + tag;
}

std::string method_of(const Request& request) {
  switch (request.act) {
    case Act::kRead:
      return request.head ? "HEAD " : "GET ";
    case Act::kReplace:
      return "PUT ";
    case Act::kUpdate:
      return "PATCH ";
    case Act::kDelete:
      return "DELETE ";
    default:
      return "POST ";
  }
}

}  // namespace

std::string collection_path(const State& state, const Request& request) {
  const Resource& one = resource_of(state, request);
  std::string path = "/v1/";
  if (request.below) {
    const Property& owner = one.properties[static_cast<size_t>(one.owner)];
    path += state.resource(owner.refers).table + "/" +
            url_text(state.resolve(request.owner, owner.kind)) + "/";
  }
  return path + one.table;
}

std::string item_path(const State& state, const Request& request) {
  const Kind kind = resource_of(state, request).key_property().kind;
  return collection_path(state, request) + "/" + url_text(state.resolve(request.key, kind));
}

std::string if_match_of(const State& state, const Request& request) {
  const Row* const row = request.act == Act::kCreate ? nullptr : state.target(request);
  const int version = row == nullptr ? 1 : row->version;
  switch (request.condition) {
    case Condition::kCurrent:
      return "\"" + std::to_string(version) + "\"";
    case Condition::kStale:
      return "\"" + std::to_string(version + 1) + "\"";
    case Condition::kThere:
      return "*";
    default:
      return "";
  }
}

std::string head_of(const State& state, const Request& request) {
  std::string text = method_of(request);
  text += request.act == Act::kCreate ? collection_path(state, request) : item_path(state, request);
  if (request.act == Act::kRestore) text += ":undelete";
  const std::string parts = parts_of(state, request);
  if (!parts.empty()) text += "?" + parts;
  text += condition_of(state, request);
  if (request.idempotency_key) text += "\nidempotency-key: key-" + std::to_string(request.number);
  if (request.minimal) text += "\nprefer: return=minimal";
  if (request.act == Act::kUpdate) {
    const bool plain = request.number % 4 == 0;  // JSON is a merge patch too.
    text +=
        plain ? "\ncontent-type: application/json" : "\ncontent-type: application/merge-patch+json";
  }
  if (request.act == Act::kCreate || request.act == Act::kReplace) {
    text += "\ncontent-type: application/json";
  }
  return text + "\n\n";
}

std::string list_target(const State& state, const Request& request) {
  const Resource& one = resource_of(state, request);
  std::string query = filters_of(state, request);
  if (request.sort >= 0) {
    add(query, "sort=" + url_text(Json::string(
                             sort_text(one, one.list.sorts[static_cast<size_t>(request.sort)]))));
  }
  if (request.limit) add(query, "limit=" + std::to_string(*request.limit));
  if (request.place) {
    add(query, (one.list.paging == Paging::kOffset ? "offset=" : "page=") +
                   std::to_string(*request.place));
  }
  if (!request.count.empty()) add(query, "count=" + request.count);
  add(query, parts_of(state, request));
  return collection_path(state, request) + (query.empty() ? "" : "?" + query);
}

void Exchange::differ(std::string what) {
  if (report_.difference.empty()) report_.difference = std::move(what);
}

void Exchange::differ_in_status(const std::set<int>& wanted, const Answer& answer) {
  std::string text;
  for (const int status : wanted) text += (text.empty() ? "" : " or ") + std::to_string(status);
  differ("expected " + text + ", got " + std::to_string(answer.status) + ": " + answer.body);
}

bool Exchange::has_name(const std::string& value) const {
  return std::ranges::any_of(names_, [&](const auto& name) { return name.first == value; });
}

std::string Exchange::with_names(std::string text) const {
  for (const auto& [value, name] : names_) {
    for (size_t at = text.find(value); at != std::string::npos; at = text.find(value, at)) {
      text.replace(at, value.size(), name);
    }
  }
  return text;
}

void Exchange::record(const std::string& text, int status, const std::string& rest) {
  std::string lines = "> ";
  std::string named = with_names(text);
  while (named.ends_with('\n')) named.pop_back();
  for (const char c : named) lines += c == '\n' ? std::string("\n> ") : std::string(1, c);
  for (size_t at = lines.find("> \n"); at != std::string::npos; at = lines.find("> \n")) {
    lines.replace(at, 3, ">\n");
  }
  report_.transcript += lines + "\n< " + std::to_string(status) + "\n" + with_names(rest) + "\n";
}

std::optional<Exchange::Answer> Exchange::ask(const std::string& text) {
  ++report_.sent;
  Result<Answer> answer = served_->ask(text);
  if (answer) return std::move(*answer);
  differ(answer.error().message);
  record(text, 0, "");
  return std::nullopt;
}

}  // namespace servanda::model
