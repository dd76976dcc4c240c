// SPDX-License-Identifier: Apache-2.0
#include "model_session.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <utility>

#include "model_exchange.h"
#include "model_expression.h"

namespace servanda::model {
namespace {

constexpr int64_t kKeptUs = int64_t{24} * 3600 * 1'000'000;  // What an Idempotency-Key lives.

// A request sent under an Idempotency-Key, and its answer.
struct Kept {
  std::string head;
  std::string body;
  int status = 0;
  std::optional<Json> answer;
  bool is_update = false;
  int64_t sent_us = 0;
};

class Session {
 public:
  using Answer = Exchange::Answer;
  Session(const Contract& contract, Mistake mistake, Served& served)
      : state_(contract, mistake), exchange_(served), lists_(state_, exchange_) {}

  Report run(const std::vector<Request>& requests) {
    for (const Request& request : requests) {
      state_.set_time(exchange_.served().wall_us());
      step(request);
      if (!exchange_.differs()) learn_rows();
      if (!exchange_.differs()) continue;
      exchange_.report().request = request.number;
      break;
    }
    return std::move(exchange_.report());
  }

 private:
  void advance(Duration time, const std::string& text) {
    exchange_.note("advance: " + text);
    exchange_.served().advance(time);
    state_.set_time(exchange_.served().wall_us());
  }

  void count(const Request& request, int status) {
    static const std::map<Act, std::string> names = {
        {Act::kCreate, "create"}, {Act::kRead, "read"},     {Act::kReplace, "replace"},
        {Act::kUpdate, "update"}, {Act::kDelete, "delete"}, {Act::kRestore, "restore"},
        {Act::kRepeat, "repeat"}, {Act::kBatch, "batch"},   {Act::kList, "list"},
        {Act::kListBelow, "list"}};
    const auto found = names.find(request.act);
    if (found == names.end()) return;
    const std::string below = request.below ? " below" : "";
    const std::string refused = status / 100 >= 4 ? ", " + std::to_string(status) : "";
    ++exchange_.report().kinds[found->second + below + refused];
  }

  void step(const Request& request) {
    const auto write = [&] {
      if (request.number % 3 == 0) advance(Duration::milliseconds(10), "10ms");
    };
    switch (request.act) {
      case Act::kRestart:
        exchange_.note("restart");
        if (const Result<void> done = exchange_.served().restart(); !done) {
          exchange_.differ(done.error().message);
        }
        return;
      case Act::kAdvance:
        return advance(Duration::seconds(request.seconds), std::to_string(request.seconds) + "s");
      case Act::kRepeat:
        return repeat(request);
      case Act::kList:
      case Act::kListBelow:
        count(request, 200);
        return lists_.check(request);
      case Act::kBatch:
        write();
        return batch(request);
      default:
        if (request.act != Act::kRead) write();
        return single(request);
    }
  }

  void single(const Request& request) {
    const bool writes =
        request.act == Act::kCreate || request.act == Act::kReplace || request.act == Act::kUpdate;
    const Json body = state_.body_of(request);
    const std::string head = head_of(state_, request);
    const std::string content = !writes ? "" : request.broken_body ? "{\"a\":" : json_text(body);
    Prediction wanted = state_.predict(request, body);
    std::optional<Answer> answer = exchange_.ask(head + content);
    if (!answer) return;
    count(request, answer->status);
    if (!wanted.refusals.empty()) {
      check_refusal(head + content, wanted, *answer);
    } else {
      check_success(request, head + content, wanted, *answer);
    }
    keep(request, head, content, *answer);
  }

  void check_refusal(const std::string& text, const Prediction& wanted, const Answer& answer) {
    exchange_.record(text, *wanted.refusals.begin(), "");
    if (!wanted.refusals.contains(answer.status)) {
      return exchange_.differ_in_status(wanted.refusals, answer);
    }
    if (answer.status != 409) return;
    const std::optional<Json> body = parse_json(answer.body);
    const Json* const code = body ? body->find("code") : nullptr;
    if (code == nullptr || !wanted.codes.contains(code->text)) {
      exchange_.differ("expected a problem with code " + *wanted.codes.begin() + ", got " +
                       answer.body);
    }
  }

  void keep(const Request& request, const std::string& head, const std::string& content,
            const Answer& answer) {
    const bool decided = answer.status / 100 == 2 || answer.status == 409;
    if (request.act == Act::kReplace || request.act == Act::kDelete) return;
    if (!request.idempotency_key || !decided) return;
    kept_[request.number] = {head,
                             content,
                             answer.status,
                             parse_json(answer.body),
                             request.act == Act::kUpdate,
                             state_.now_us()};
  }

  void check_success(const Request& request, const std::string& text, Prediction& wanted,
                     const Answer& answer) {
    std::string rest;
    if (answer.status != wanted.status) {
      exchange_.record(text, wanted.status, "");
      return exchange_.differ_in_status({wanted.status}, answer);
    }
    if (wanted.row) take_location(request, *wanted.row, answer, rest);
    if (wanted.row && !exchange_.differs()) check_tag(request, *wanted.row, answer);
    if (wanted.answered && !request.head) {
      if (wanted.row) wanted.answered = wanted.row;
      const Json shown =
          state_.shown(request.resource, *wanted.answered, request.fields, request.expand);
      rest += "<\n< " + json_text(shown) + "\n";
      std::optional<Json> body = parse_json(answer.body);
      if (!body) exchange_.differ("the body is no JSON: " + answer.body);
      Row& row = wanted.row ? *wanted.row : *wanted.answered;
      if (body && !exchange_.differs()) {
        compare_row(state_, exchange_, request, shown, row, *body);
      }
    } else if (!answer.body.empty()) {
      exchange_.differ("expected no body, got " + answer.body);
    }
    exchange_.record(text, wanted.status, rest);
    if (!exchange_.differs() && request.act != Act::kRead) {
      state_.store(request, std::move(wanted.row));
    }
  }

  // The key of a row that was made, from where it is.
  void take_location(const Request& request, Row& row, const Answer& answer, std::string& rest) {
    if (answer.status != 201) return;
    const Resource& one = state_.resource(request.resource);
    const std::string location = url_decoded(answer.header("location").value_or(""));
    const std::string path = url_decoded(collection_path(state_, request)) + "/";
    // A replace that creates may name the row as the client wrote it.
    const bool as_asked =
        request.act == Act::kReplace && location == url_decoded(item_path(state_, request));
    if (as_asked) return state_.name_row(request.number, row.values[static_cast<size_t>(one.key)]);
    if (!location.starts_with(path)) return exchange_.differ("the location is " + location);
    Json& key = row.values[static_cast<size_t>(one.key)];
    if (key.kind == Json::Kind::kAny) {
      key = Json::string(location.substr(path.size()));
      const std::string name = "{r" + std::to_string(request.number) + "}";
      exchange_.name(key.text, name);
      rest = "< location: " + collection_path(state_, request) + "/" + name + "\n";
    } else if (key.kind == Json::Kind::kString ? location != path + key.text
                                               : location != path + json_text(key)) {
      return exchange_.differ("the location is " + location);
    }
    state_.name_row(request.number, key);
  }

  void check_tag(const Request& request, const Row& row, const Answer& answer) {
    const std::string tag = "\"" + std::to_string(row.version);
    const std::string actual = answer.header("etag").value_or("");
    // What a delete leaves behind has no tag unless the answer shows it.
    if (request.act == Act::kDelete && answer.status == 204) {
      if (!actual.empty()) exchange_.differ("expected no etag, got " + actual);
      return;
    }
    const bool changes =
        request.act == Act::kRead && depends_on_now(state_.resource(request.resource));
    const bool whole = request.fields.empty() && request.expand.empty() && !changes;
    if (whole ? actual != tag + "\"" : !actual.starts_with(tag)) {
      exchange_.differ("expected etag " + tag + "\", got " + actual);
    }
  }

  void batch(const Request& request) {
    SentBatch sent = check_batch(state_, exchange_, request);
    if (!sent.answer) return;
    count(request, sent.answer->status);
    exchange_.report().items += static_cast<int>(request.items.size());
    keep(request, sent.head, sent.body, *sent.answer);
  }

  void repeat(const Request& request) {
    const auto found = kept_.find(request.repeats);
    if (found == kept_.end() || found->second.sent_us + kKeptUs <= state_.now_us()) return;
    const Kept& kept = found->second;
    const bool other = request.other_body && kept.is_update && kept.body != "{}";
    const std::string body = kept.body.empty() ? "" : " " + kept.body + " ";
    const std::string text = kept.head + (other ? "{}" : body);
    const std::optional<Answer> answer = exchange_.ask(text);
    if (!answer) return;
    count(request, answer->status);
    const int wanted = other ? 422 : kept.status;
    exchange_.record(text, wanted, other ? "" : "< idempotent-replayed: true\n");
    if (answer->status != wanted) return exchange_.differ_in_status({wanted}, *answer);
    if (other) return;
    if (answer->header("idempotent-replayed") != "true") {
      return exchange_.differ("it is not replayed");
    }
    const std::optional<Json> replayed = parse_json(answer->body);
    if (kept.status / 100 == 2 && replayed.has_value() != kept.answer.has_value()) {
      return exchange_.differ("the replayed body is " + answer->body);
    }
    if (kept.status / 100 == 2 && replayed && !same_json(*kept.answer, *replayed)) {
      exchange_.differ("the replayed body is " + answer->body);
    }
  }

  // Reads rows whose values no answer has shown.
  void learn_rows() {
    for (const auto& [resource, row] : state_.unknown_rows()) {
      const Resource& one = state_.resource(resource);
      Request read;
      read.act = Act::kRead;
      read.resource = resource;
      read.key = row->values[static_cast<size_t>(one.key)];
      if (row->deleted_us && !one.item_include_deleted) continue;
      if (row->deleted_us) read.include_deleted = true;
      const std::string text = head_of(state_, read);
      const std::optional<Answer> answer = exchange_.ask(text);
      if (!answer) return;
      const Json shown = state_.shown(resource, *row, {}, {});
      exchange_.record(text, 200, "<\n< " + json_text(shown) + "\n");
      const std::optional<Json> body = parse_json(answer->body);
      if (answer->status != 200 || !body) return exchange_.differ_in_status({200}, *answer);
      compare_row(state_, exchange_, read, shown, *row, *body);
      if (exchange_.differs()) return;
    }
  }

  State state_;
  Exchange exchange_;
  ListCheck lists_;
  std::map<int, Kept> kept_;  // By the request's number.
};

}  // namespace

void compare_row(const State& state, Exchange& exchange, const Request& request, const Json& shown,
                 Row& row, const Json& body) {
  Json actual = body;
  state.normalize(request.resource, actual);
  if (!same_json(shown, actual)) {
    return exchange.differ("expected " + json_text(shown) + ", got " + json_text(actual));
  }
  state.learn(request.resource, row, actual);
}

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
