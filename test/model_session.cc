// SPDX-License-Identifier: Apache-2.0
#include "model_session.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <utility>

#include "model_serve.h"

namespace servanda::model {
namespace {

constexpr int kDefaultBelow = 50;  // The page size of lists below an owner.
constexpr int kPagesMax = 40;      // Of one walk.

// A request sent under an Idempotency-Key, and its answer.
struct Kept {
  std::string head;
  std::string body;
  int status = 0;
  std::optional<Json> answer;
  bool is_update = false;
};

class Session {
 public:
  Session(const Contract& contract, Mistake mistake, Served& served)
      : contract_(&contract), state_(contract, mistake), served_(&served) {}

  Report run(const std::vector<Request>& requests) {
    for (const Request& request : requests) {
      step(request);
      if (report_.difference.empty()) continue;
      report_.request = request.number;
      break;
    }
    return std::move(report_);
  }

 private:
  using Answer = wire::WireAnswer;

  [[nodiscard]] const Resource& resource_of(const Request& request) const {
    return contract_->resources[static_cast<size_t>(request.resource)];
  }

  void step(const Request& request) {
    switch (request.act) {
      case Act::kRestart:
        report_.transcript += "restart\n\n";
        if (const Result<void> done = served_->restart(); !done) differ(done.error().message);
        return;
      case Act::kRepeat:
        return repeat(request);
      case Act::kList:
      case Act::kListBelow:
        return list(request);
      default:
        if (request.act != Act::kRead && request.number % 3 == 0) {
          report_.transcript += "advance: 10ms\n\n";
          served_->advance(Duration::milliseconds(10));
        }
        return single(request);
    }
  }

  void differ(std::string what) {
    if (report_.difference.empty()) report_.difference = std::move(what);
  }

  // Names for what differs from run to run, so that a transcript can be run again.
  std::string with_names(std::string text) const {
    for (const auto& [value, name] : names_) {
      for (size_t at = text.find(value); at != std::string::npos; at = text.find(value, at)) {
        text.replace(at, value.size(), name);
      }
    }
    return text;
  }

  void record(const std::string& text, int status, const std::string& rest) {
    std::string lines = "> ";
    std::string named = with_names(text);
    while (named.ends_with('\n')) named.pop_back();
    for (const char c : named) lines += c == '\n' ? std::string("\n> ") : std::string(1, c);
    for (size_t at = lines.find("> \n"); at != std::string::npos; at = lines.find("> \n")) {
      lines.replace(at, 3, ">\n");
    }
    report_.transcript += lines + "\n< " + std::to_string(status) + "\n" + with_names(rest) + "\n";
  }

  std::optional<Answer> ask(const std::string& text) {
    ++report_.sent;
    Result<Answer> answer = served_->ask(text);
    if (!answer) {
      differ(answer.error().message);
      record(text, 0, "");
      return std::nullopt;
    }
    return std::move(*answer);
  }

  std::string path_of(const Request& request) const {
    const Resource& one = resource_of(request);
    std::string path = "/v1/";
    if (request.below) {
      const Property& owner = one.properties[static_cast<size_t>(one.owner)];
      path += contract_->resources[static_cast<size_t>(owner.refers)].table + "/" +
              url_text(state_.resolve(request.owner, owner.kind)) + "/";
    }
    return path + one.table;
  }

  std::string item_path(const Request& request) const {
    const Kind kind = resource_of(request).key_property().kind;
    return path_of(request) + "/" + url_text(state_.resolve(request.key, kind));
  }

  std::string names_of(const Request& request) const {
    std::string out;
    for (const int at : request.fields) {
      out += (out.empty() ? "fields=" : ",") +
             resource_of(request).properties[static_cast<size_t>(at)].name;
    }
    std::string expand;
    for (const Relation& relation : request.expand) {
      expand += (expand.empty() ? "expand=" : ",") + relation.name;
    }
    if (!expand.empty()) out += (out.empty() ? "" : "&") + expand;
    if (!request.bad_query.empty()) out += (out.empty() ? "" : "&") + request.bad_query;
    return out;
  }

  std::string condition_of(const Request& request) const {
    const Row* const row = request.act == Act::kCreate ? nullptr : state_.target(request);
    const int version = row == nullptr ? 1 : row->version;
    switch (request.condition) {
      case Condition::kCurrent:
        return "\nif-match: \"" + std::to_string(version) + "\"";
      case Condition::kStale:
        return "\nif-match: \"" + std::to_string(version + 1) + "\"";
      case Condition::kThere:
        return "\nif-match: *";
      case Condition::kNotThere:
        return "\nif-none-match: *";
      case Condition::kChanged:
        return "\nif-none-match: \"" + std::to_string(version) + "\"";
      case Condition::kNone:
        return "";
    }
    return "";
  }

  std::string head_of(const Request& request) const {
    static const std::map<Act, std::string> methods = {{Act::kCreate, "POST "},
                                                       {Act::kRead, "GET "},
                                                       {Act::kReplace, "PUT "},
                                                       {Act::kUpdate, "PATCH "},
                                                       {Act::kDelete, "DELETE "}};
    std::string text = methods.at(request.act);
    text += request.act == Act::kCreate ? path_of(request) : item_path(request);
    const std::string names = names_of(request);
    if (!names.empty()) text += "?" + names;
    text += condition_of(request);
    if (request.idempotency_key) text += "\nidempotency-key: key-" + std::to_string(request.number);
    if (request.minimal) text += "\nprefer: return=minimal";
    if (request.act == Act::kUpdate) text += "\ncontent-type: application/merge-patch+json";
    if (request.act == Act::kCreate || request.act == Act::kReplace) {
      text += "\ncontent-type: application/json";
    }
    return text + "\n\n";
  }

  void single(const Request& request) {
    const bool writes = request.act != Act::kRead && request.act != Act::kDelete;
    const Json body = state_.body_of(request);
    const std::string head = head_of(request);
    const std::string content = !writes ? "" : request.broken_body ? "{\"a\":" : json_text(body);
    Prediction wanted = state_.predict(request, body);
    std::optional<Answer> answer = ask(head + content);
    if (!answer) return;
    if (!wanted.refusals.empty()) {
      record(head + content, *wanted.refusals.begin(), "");
      if (!wanted.refusals.contains(answer->status)) differ_in_status(wanted.refusals, *answer);
    } else {
      check_success(request, head + content, wanted, *answer);
    }
    keep(request, head, content, *answer);
  }

  void keep(const Request& request, const std::string& head, const std::string& content,
            const Answer& answer) {
    const bool decided = answer.status / 100 == 2 || answer.status == 409;
    if (!request.idempotency_key || !decided) return;
    kept_[request.number] = {head, content, answer.status, parse_json(answer.body),
                             request.act == Act::kUpdate};
  }

  void differ_in_status(const std::set<int>& wanted, const Answer& answer) {
    std::string text;
    for (const int status : wanted) text += (text.empty() ? "" : " or ") + std::to_string(status);
    differ("expected " + text + ", got " + std::to_string(answer.status) + ": " + answer.body);
  }

  void check_success(const Request& request, const std::string& text, Prediction& wanted,
                     const Answer& answer) {
    std::string rest;
    if (answer.status != wanted.status) differ_in_status({wanted.status}, answer);
    if (wanted.row && report_.difference.empty()) {
      take_location(request, *wanted.row, answer, rest);
      check_tag(request, *wanted.row, answer);
    }
    const bool empty = wanted.status == 304 || wanted.status == 204 || request.minimal;
    if (wanted.row && !empty) {
      const Json shown =
          state_.shown(request.resource, *wanted.row, request.fields, request.expand);
      rest += "<\n< " + json_text(shown) + "\n";
      compare(request, shown, *wanted.row, answer);
    } else if (report_.difference.empty() && !answer.body.empty()) {
      differ("expected no body, got " + answer.body);
    }
    record(text, wanted.status, rest);
    if (!report_.difference.empty()) return;
    if (request.act != Act::kRead) state_.store(request, std::move(wanted.row));
  }

  void compare(const Request& request, const Json& shown, Row& row, const Answer& answer) {
    std::optional<Json> body = parse_json(answer.body);
    if (!body) return differ("the body is no JSON: " + answer.body);
    state_.normalize(request.resource, *body);
    if (!same_json(shown, *body)) {
      return differ("expected " + json_text(shown) + ", got " + json_text(*body));
    }
    state_.learn(request.resource, row, *body);
  }

  // The key of a row that was made, from where it is.
  void take_location(const Request& request, Row& row, const Answer& answer, std::string& rest) {
    if (answer.status != 201) return;
    const Resource& one = resource_of(request);
    const std::string location = url_decoded(answer.header("location").value_or(""));
    std::string path = url_decoded(path_of(request)) + "/";
    // A replace that creates may name the row as the client wrote it.
    const bool as_asked =
        request.act == Act::kReplace && location == url_decoded(item_path(request));
    if (as_asked) return state_.name_row(request.number, row.values[static_cast<size_t>(one.key)]);
    if (!location.starts_with(path)) return differ("the location is " + location);
    Json& key = row.values[static_cast<size_t>(one.key)];
    if (key.kind == Json::Kind::kAny) {
      key = Json::string(location.substr(path.size()));
      const std::string name = "{r" + std::to_string(request.number) + "}";
      names_.emplace_back(key.text, name);
      rest = "< location: " + path_of(request) + "/" + name + "\n";
    } else if (key.kind == Json::Kind::kString ? location != path + key.text
                                               : location != path + json_text(key)) {
      return differ("the location is " + location);
    }
    state_.name_row(request.number, key);
  }

  void check_tag(const Request& request, const Row& row, const Answer& answer) {
    const std::string tag = "\"" + std::to_string(row.version);
    const std::string actual = answer.header("etag").value_or("");
    const bool whole = request.fields.empty() && request.expand.empty();
    if (whole ? actual != tag + "\"" : !actual.starts_with(tag)) {
      differ("expected etag " + tag + "\", got " + actual);
    }
  }

  void repeat(const Request& request) {
    const auto found = kept_.find(request.repeats);
    if (found == kept_.end()) return;
    const Kept& kept = found->second;
    const bool other = request.other_body && kept.is_update && kept.body != "{}";
    const std::string text = kept.head + (other ? "{}" : " " + kept.body + " ");
    const std::optional<Answer> answer = ask(text);
    if (!answer) return;
    const int wanted = other ? 422 : kept.status;
    record(text, wanted, other ? "" : "< idempotent-replayed: true\n");
    if (answer->status != wanted) return differ_in_status({wanted}, *answer);
    if (other) return;
    if (answer->header("idempotent-replayed") != "true") return differ("it is not replayed");
    const std::optional<Json> body = parse_json(answer->body);
    if (kept.status / 100 == 2 && body.has_value() != kept.answer.has_value()) {
      return differ("the replayed body is " + answer->body);
    }
    if (kept.status / 100 == 2 && body && !same_json(*kept.answer, *body)) {
      differ("the replayed body is " + answer->body);
    }
  }

  std::string filters_of(const Request& request) const {
    const Resource& one = resource_of(request);
    std::string out;
    for (const AskedFilter& asked : request.filters) {
      const Filter& filter = one.list.filters[static_cast<size_t>(asked.filter)];
      const Property& property = one.properties[static_cast<size_t>(filter.property)];
      const bool plain = !filter.deep && (filter.test == "eq" || filter.test == "any");
      const std::string test = filter.test == "any" ? "eq" : filter.test;
      out += (out.empty() ? "" : "&") + property.name + (plain ? "" : "[" + test + "]") + "=";
      for (size_t i = 0; i < asked.values.size(); ++i) {
        out += (i == 0 ? "" : ",") + url_text(state_.resolve(asked.values[i], property.kind));
      }
    }
    return out;
  }

  std::string list_target(const Request& request) const {
    const Resource& one = resource_of(request);
    std::string query = filters_of(request);
    const auto add = [&query](const std::string& text) {
      if (!text.empty()) query += (query.empty() ? "" : "&") + text;
    };
    if (request.sort >= 0) {
      add("sort=" + url_text(Json::string(
                        sort_text(one, one.list.sorts[static_cast<size_t>(request.sort)]))));
    }
    if (request.limit) add("limit=" + std::to_string(*request.limit));
    if (request.place) {
      add((one.list.paging == Paging::kOffset ? "offset=" : "page=") +
          std::to_string(*request.place));
    }
    if (!request.count.empty()) add("count=" + request.count);
    add(names_of(request));
    return path_of(request) + (query.empty() ? "" : "?" + query);
  }

  void list(const Request& request) {
    const ListShape& shape = resource_of(request).list;
    const std::string target = list_target(request);
    const bool is_page = shape.paging == Paging::kPage && !request.below;
    const bool bad = !request.bad_query.empty() ||
                     (request.limit && (*request.limit < 0 || *request.limit > shape.limit_max)) ||
                     (is_page && request.place && *request.place < 1);
    ListPrediction wanted = state_.predict_list(request);
    may_refuse_ = wanted.may_refuse;
    refused_ = false;
    if (bad || wanted.refused) {
      const std::optional<Answer> answer = ask("GET " + target + "\n\n");
      if (!answer) return;
      record("GET " + target + "\n\n", 400, bad ? "" : "<\n< ~ not-indexed\n");
      if (answer->status != 400) return differ_in_status({400}, *answer);
      if (!bad && answer->body.find("not-indexed") == std::string::npos) differ(answer->body);
      return;
    }
    size_t limit = static_cast<size_t>(request.below ? kDefaultBelow : shape.limit_default);
    if (request.limit.value_or(0) > 0) limit = static_cast<size_t>(*request.limit);
    size_t from = 0;
    if (request.place) from = static_cast<size_t>(*request.place);
    if (request.place && is_page) from = (from - 1) * limit;
    walk(request, target, wanted.orders, from, limit);
  }

  void walk(const Request& request, const std::string& target,
            std::vector<std::vector<const Row*>>& orders, size_t from, size_t limit) {
    std::string cursor;
    bool forward = true;
    for (int page = 0; page < kPagesMax; ++page) {
      const size_t all = orders[0].size();
      const std::string next = check_page(request, target, cursor, orders, from, limit);
      if (!report_.difference.empty() || refused_ || !request.walk) return;
      if (forward && from + limit >= all) forward = false;
      if (!forward && from == 0) return;
      from = forward ? from + limit : from - std::min(from, limit);
      cursor = forward ? next : back_;
    }
  }

  // Returns the cursor that leads on; the one that leads back is left in back_.
  std::string check_page(const Request& request, const std::string& target,
                         const std::string& cursor, std::vector<std::vector<const Row*>>& orders,
                         size_t from, size_t limit) {
    std::string text = "GET " + target;
    if (!cursor.empty()) {
      text += (target.find('?') == std::string::npos ? "?cursor=" : "&cursor=") + cursor;
    }
    text += "\n\n";
    const std::optional<Answer> answer = ask(text);
    if (!answer) return "";
    ++report_.pages;
    std::optional<Json> body = parse_json(answer->body);
    if (may_refuse_ && answer->status == 400 &&
        answer->body.find("not-indexed") != std::string::npos) {
      record(text, 400, "");
      refused_ = true;
      return "";
    }
    const bool unknown_owner = request.below && !state_.owner_exists(request);
    Json wanted = page_of(request, orders[0], from, limit);
    if (unknown_owner && answer->status == 404) {
      record(text, 404, "");
      return "";
    }
    if (answer->status != 200 || !body) {
      record(text, 200, "<\n< " + json_text(wanted) + "\n");
      differ_in_status({200}, *answer);
      return "";
    }
    if (Json* const items = body->find("items")) {
      for (Json& item : items->items) state_.normalize(request.resource, item);
    }
    const auto mismatches = [&](const std::vector<const Row*>& order) {
      return !same_json(page_of(request, order, from, limit), *body);
    };
    std::vector<std::vector<const Row*>> left = orders;
    std::erase_if(left, mismatches);
    if (left.empty()) {
      differ("expected " + json_text(wanted) + ", got " + json_text(*body));
    } else {
      orders = std::move(left);
      wanted = page_of(request, orders[0], from, limit);
    }
    const std::string next = take_cursor(*body, "next", wanted);
    back_ = take_cursor(*body, "prev", wanted);
    record(text, 200, "<\n< " + json_text(wanted) + "\n");
    return next;
  }

  std::string take_cursor(const Json& body, const std::string& member, Json& wanted) {
    const Json* const cursor = body.find(member);
    if (cursor == nullptr || wanted.find(member) == nullptr) return "";
    const bool known =
        std::ranges::any_of(names_, [&](const auto& name) { return name.first == cursor->text; });
    if (!known) {
      names_.emplace_back(cursor->text, "{c" + std::to_string(names_.size()) + "}");
      wanted.set(member, *cursor);
    }
    return cursor->text;
  }

  Json page_of(const Request& request, const std::vector<const Row*>& rows, size_t from,
               size_t limit) const {
    const ListShape& shape = resource_of(request).list;
    Json items;
    items.kind = Json::Kind::kArray;
    for (size_t i = from; i < std::min(from + limit, rows.size()); ++i) {
      items.items.push_back(
          state_.shown(request.resource, *rows[i], request.fields, request.expand));
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

  const Contract* contract_;
  State state_;
  Served* served_;
  Report report_;
  std::string back_;
  bool may_refuse_ = false;  // The list at hand.
  bool refused_ = false;
  std::map<int, Kept> kept_;                                // By the request's number.
  std::vector<std::pair<std::string, std::string>> names_;  // Generated text and its name.
};

}  // namespace

Report run_session(const Contract& contract, const std::vector<Request>& requests,
                   Mistake mistake) {
  std::string folder = std::filesystem::temp_directory_path() / "servanda-model-XXXXXX";
  Report report;
  if (mkdtemp(folder.data()) == nullptr) {
    report.difference = "no temporary folder";
    return report;
  }
  {
    Served served(contract_yaml(contract), folder);
    if (const Result<void> started = served.start(); !started) {
      report.difference = started.error().message;
    } else {
      report = Session(contract, mistake, served).run(requests);
    }
  }
  std::filesystem::remove_all(folder);
  return report;
}

}  // namespace servanda::model
