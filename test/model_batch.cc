// SPDX-License-Identifier: Apache-2.0
// Batches: what is sent, and what it has to lead to.

#include <algorithm>
#include <cstdio>
#include <utility>

#include "model_exchange.h"

namespace servanda::model {
namespace {

Json reference(size_t index) {
  Json made = Json::object();
  made.set("$item", Json::number(std::to_string(index)));
  return made;
}

// The key that a row made by the item has until the answer tells the right one.
Json placeholder(size_t index) {
  char text[40];
  std::snprintf(text, sizeof text, "0197ffff-0000-7000-8000-%012zu", index);
  return Json::string(text);
}

const char* action_word(Act act) {
  switch (act) {
    case Act::kCreate:
      return "create";
    case Act::kReplace:
      return "replace";
    case Act::kUpdate:
      return "update";
    default:
      return "delete";
  }
}

// How an item fails, or may.
struct Failure {
  size_t index = 0;
  std::set<int> refusals;
};

class BatchCheck {
 public:
  BatchCheck(State& state, Exchange& exchange, const Request& batch)
      : state_(&state), exchange_(&exchange), batch_(&batch) {}

  SentBatch check() {
    SentBatch sent;
    sent.head = "POST " + path() + headers();
    sent.body = batch_->broken_body ? "{\"items\":[" : json_text(body());
    sent.answer = exchange_->ask(sent.head + sent.body);
    if (!sent.answer) return sent;
    text_ = sent.head + sent.body;
    if (const int status = whole_refusal(); status != 0) {
      exchange_->record(text_, status, "");
      if (sent.answer->status != status) exchange_->differ_in_status({status}, *sent.answer);
    } else if (is_partial()) {
      compare(*sent.answer, 207);
    } else {
      compare_atomic(*sent.answer);
    }
    return sent;
  }

 private:
  [[nodiscard]] Batches offered() const {
    return batch_->resource < 0 ? state_->contract().batches
                                : state_->resource(batch_->resource).batches;
  }
  [[nodiscard]] bool is_partial() const { return !batch_->atomic.value_or(true); }
  [[nodiscard]] std::string path() const {
    if (batch_->resource < 0) return "/v1/batch";
    return "/v1/" + state_->resource(batch_->resource).table + ":batch";
  }
  [[nodiscard]] std::string headers() const {
    std::string text = "\ncontent-type: application/json";
    if (batch_->idempotency_key) {
      text += "\nidempotency-key: key-" + std::to_string(batch_->number);
    }
    if (batch_->minimal) text += "\nprefer: return=minimal";
    return text + "\n\n";
  }

  // The status of a body that is no batch, or 0.
  [[nodiscard]] int whole_refusal() const {
    if (batch_->broken_body) return 400;
    const bool not_offered = is_partial() && offered() != Batches::kPartial;
    return batch_->unknown_member || batch_->items.empty() || not_offered ? 422 : 0;
  }

  // --- What is sent ---

  // The item before `index` that makes the row of this name.
  [[nodiscard]] std::optional<size_t> maker(const Json& key, size_t index) const {
    if (key.kind != Json::Kind::kKeyOf) return std::nullopt;
    for (size_t i = 0; i < index; ++i) {
      if (batch_->items[i].number == key.row) return i;
    }
    return std::nullopt;
  }

  // Whether the item speaks of what another one makes by a reference; else by its value.
  [[nodiscard]] bool by_reference(size_t index, size_t made) const {
    const Resource& one = state_->resource(batch_->items[made].resource);
    return one.generated_key || batch_->items[index].number % 2 == 0;
  }

  // A reference where one to an item of `wanted` would belong.
  [[nodiscard]] Json bad_reference(size_t index, int wanted) const {
    if (batch_->items[index].bad_reference == BadReference::kOther) {
      for (size_t i = 0; i < index; ++i) {
        if (batch_->items[i].resource != wanted) return reference(i);
      }
    }
    return reference(index);
  }

  [[nodiscard]] Json id_of(const State& trial, size_t index) const {
    const Request& item = batch_->items[index];
    if (item.bad_reference != BadReference::kNone) {
      return bad_reference(index, item.resource);
    }
    const std::optional<size_t> made = maker(item.key, index);
    if (made && by_reference(index, *made)) return reference(*made);
    return trial.resolve(item.key, trial.resource(item.resource).key_property().kind);
  }

  [[nodiscard]] Json value_of(const State& trial, size_t index) const {
    const Request& item = batch_->items[index];
    const Resource& one = trial.resource(item.resource);
    Json value = trial.body_of(item);
    for (const Property& property : one.properties) {
      Json* const member = value.find(property.name);
      if (member == nullptr || property.dropped) continue;
      for (size_t i = 0; i < index; ++i) {
        if (!same_json(placeholder(i), *member)) continue;
        if (property.refers >= 0) {
          *member = reference(i);
        } else {
          value.remove(property.name);
        }
        break;
      }
    }
    for (const auto& [at, sent] : item.members) {
      const Property& property = one.properties[static_cast<size_t>(at)];
      const std::optional<size_t> made = maker(sent, index);
      if (property.dropped || property.refers < 0 || !made) continue;
      if (by_reference(index, *made)) value.set(property.name, reference(*made));
    }
    if (item.bad_reference == BadReference::kNone || item.act != Act::kCreate) return value;
    const auto referring = std::ranges::find_if(one.properties, [](const Property& property) {
      return property.refers >= 0 && !property.dropped;
    });
    // Without such a property the item is bad in another way.
    const bool refers = referring != one.properties.end();
    value.set(refers ? referring->name : "noSuchThing",
              bad_reference(index, refers ? referring->refers : -1));
    return value;
  }

  // The body, and what the items lead to when nobody else's keys and values are in their way.
  Json body() {
    State trial = *state_;
    Json items;
    items.kind = Json::Kind::kArray;
    for (size_t i = 0; i < batch_->items.size(); ++i) {
      const Request& item = batch_->items[i];
      Json sent = Json::object();
      sent.set("action", Json::string(action_word(item.act)));
      if (batch_->resource < 0) {
        sent.set("resource", Json::string(trial.resource(item.resource).name));
      }
      if (item.act != Act::kCreate) sent.set("id", id_of(trial, i));
      const std::string tag = if_match_of(trial, item);
      if (!tag.empty()) sent.set("if_match", Json::string(tag));
      if (item.act != Act::kDelete) sent.set("value", value_of(trial, i));
      sent_.push_back(sent);
      items.items.push_back(std::move(sent));
      Prediction wanted = predict(trial, i);
      const bool fails = !wanted.refusals.empty() && !wanted.is_taken;
      if (fails && !early_) early_ = {i, wanted.refusals};
      if (!fails) apply(trial, i, wanted);
    }
    Json body = Json::object();
    if (batch_->atomic) body.set("atomic", Json::truth(*batch_->atomic));
    body.set("items", std::move(items));
    if (batch_->unknown_member) body.set("noSuchThing", Json::truth(true));
    return body;
  }

  // --- What it leads to ---

  // What was sent, with the key in place of a reference.
  [[nodiscard]] Json resolved(const State& trial, const Json& value, Kind kind) const {
    const Json* const number = value.find("$item");
    if (number == nullptr) return value;
    const size_t at = static_cast<size_t>(std::atoi(number->text.c_str()));
    return trial.resolve(Json::key_of(batch_->items[at].number), kind);
  }

  // The item as a request of its own.
  [[nodiscard]] Request single(const State& trial, size_t index) const {
    Request single = batch_->items[index];
    single.minimal = batch_->minimal;
    const Json* const id = sent_[index].find("id");
    const Kind kind = trial.resource(single.resource).key_property().kind;
    if (id != nullptr) single.key = resolved(trial, *id, kind);
    const Json* const tag = sent_[index].find("if_match");
    if (tag == nullptr || tag->text == "*") return single;
    // What was current when the batch was written need not be it when the item's turn has come.
    const Row* const row = trial.target(single);
    const bool current = row != nullptr && tag->text == "\"" + std::to_string(row->version) + "\"";
    single.condition = current ? Condition::kCurrent : Condition::kStale;
    return single;
  }

  [[nodiscard]] Json body_of(const State& trial, size_t index) const {
    const Json* const value = sent_[index].find("value");
    Json body = value == nullptr ? Json::object() : *value;
    for (const Property& property : trial.resource(batch_->items[index].resource).properties) {
      Json* const member = property.refers < 0 ? nullptr : body.find(property.name);
      if (member != nullptr) *member = resolved(trial, *member, property.kind);
    }
    return body;
  }

  [[nodiscard]] Prediction predict(const State& trial, size_t index) const {
    const Request& item = batch_->items[index];
    Prediction wanted = trial.predict(single(trial, index), body_of(trial, index));
    bool refers_badly = item.bad_reference != BadReference::kNone;
    const auto has_failed = [&](const Json& key) {
      const std::optional<size_t> made = maker(key, index);
      return made && by_reference(index, *made) && failed_.contains(*made);
    };
    if (item.act != Act::kCreate) refers_badly |= has_failed(item.key);
    const Resource& one = trial.resource(item.resource);
    for (const auto& [at, value] : item.members) {
      const Property& property = one.properties[static_cast<size_t>(at)];
      if (property.refers >= 0 && !property.dropped) refers_badly |= has_failed(value);
    }
    if (!refers_badly) return wanted;
    wanted.is_taken = false;
    wanted.refusals.insert(422);
    std::erase_if(wanted.refusals, [](int status) { return status != 422 && status != 428; });
    return wanted;
  }

  // Takes over what the item does. Its key is the placeholder where the backend makes it.
  void apply(State& trial, size_t index, Prediction& wanted) const {
    const Request item = single(trial, index);
    const Resource& one = trial.resource(item.resource);
    if (wanted.row) {
      Json& key = wanted.row->values[static_cast<size_t>(one.key)];
      if (key.kind == Json::Kind::kAny) key = placeholder(index);
      if (wanted.status == 201) trial.name_row(item.number, key);
    }
    if (wanted.is_taken && wanted.status == 201) return trial.store_over(item, *wanted.row);
    trial.store(item, wanted.row);
  }

  void compare_atomic(const Exchange::Answer& answer) {
    State trial = *state_;
    std::optional<Failure> first;
    for (size_t i = 0; i < batch_->items.size() && !first; ++i) {
      Prediction wanted = predict(trial, i);
      if (!wanted.refusals.empty()) {
        first = {i, wanted.refusals};
      } else {
        apply(trial, i, wanted);
      }
    }
    if (!first) return compare(answer, 200);
    exchange_->record(text_, *first->refusals.begin(), "");
    compare_failure(answer, *first);
    if (state_->mistake() == Mistake::kBatchStays) *state_ = std::move(trial);
  }

  // Keys and values of other rows may be told of after what else fails.
  void compare_failure(const Exchange::Answer& answer, const Failure& first) {
    const std::optional<Json> body = parse_json(answer.body);
    const Json* const detail = body ? body->find("detail") : nullptr;
    int index = -1;
    if (detail != nullptr && std::sscanf(detail->text.c_str(), "Item %d:", &index) != 1 &&
        std::sscanf(detail->text.c_str(), "Items %d,", &index) != 1) {
      index = -1;
    }
    const auto is_it = [&](const Failure& one) {
      return static_cast<int>(one.index) == index && one.refusals.contains(answer.status);
    };
    if (is_it(first) || (early_ && is_it(*early_))) return;
    exchange_->differ_in_status(first.refusals, answer);
    exchange_->report().difference += " (expected of item " + std::to_string(first.index) + ")";
  }

  // Compares the results of a batch that is answered with them.
  void compare(const Exchange::Answer& answer, int status) {
    const std::optional<Json> body = parse_json(answer.body);
    const Json* const items = body ? body->find("items") : nullptr;
    if (answer.status != status || items == nullptr ||
        items->items.size() != batch_->items.size()) {
      exchange_->record(text_, status, "");
      return exchange_->differ_in_status({status}, answer);
    }
    State trial = *state_;
    Json expected;
    expected.kind = Json::Kind::kArray;
    for (size_t i = 0; i < batch_->items.size() && !exchange_->differs(); ++i) {
      expected.items.push_back(compare_item(trial, i, items->items[i]));
    }
    Json whole = Json::object();
    whole.set("items", std::move(expected));
    exchange_->record(text_, status, "<\n< " + json_text(whole) + "\n");
    if (!exchange_->differs()) *state_ = std::move(trial);
  }

  // Compares one result and returns what it should be.
  Json compare_item(State& trial, size_t index, const Json& result) {
    Prediction wanted = predict(trial, index);
    if (!wanted.refusals.empty()) return compare_refusal(wanted, index, result);
    const Request item = single(trial, index);
    const Resource& one = trial.resource(item.resource);
    const Row* const before = item.act == Act::kCreate ? nullptr : trial.target(item);
    Json expected = Json::object();
    Json key = before == nullptr ? Json() : before->values[static_cast<size_t>(one.key)];
    if (wanted.row) take_key(wanted, index, result, key);
    expected.set("status", Json::number(std::to_string(wanted.status)));
    expected.set("id", key);
    if (item.act != Act::kDelete) {
      const std::string tag = "\"" + std::to_string(wanted.row->version) + "\"";
      expected.set("etag", Json::string(tag));
    }
    Json actual = result;
    // Nothing is said of the tag of what was deleted.
    if (item.act == Act::kDelete && actual.find("etag")) expected.set("etag", Json::any());
    if (wanted.status == 201) {
      check_location(trial, item, key, actual);
      expected.set("location", Json::any());
    }
    Json* const value = actual.find("value");
    const bool shows = wanted.answered && item.act != Act::kDelete;
    if (shows) expected.set("value", trial.shown(item.resource, *wanted.row, {}, {}));
    if (shows && value != nullptr) {
      trial.normalize(item.resource, *value);
      trial.learn(item.resource, *wanted.row, *value);
    }
    if (!same_json(expected, actual)) {
      exchange_->differ("item " + std::to_string(index) + ": expected " + json_text(expected) +
                        ", got " + json_text(actual));
    }
    apply(trial, index, wanted);
    return expected;
  }

  // The key of the row that is there afterwards, which the backend may have made.
  void take_key(Prediction& wanted, size_t index, const Json& result, Json& key) {
    const Request& item = batch_->items[index];
    Json& held = wanted.row->values[static_cast<size_t>(state_->resource(item.resource).key)];
    const Json* const id = result.find("id");
    if (held.kind == Json::Kind::kAny && id != nullptr && !id->text.empty()) {
      held = *id;
      exchange_->name(held.text, "{r" + std::to_string(item.number) + "}");
    }
    key = held;
  }

  void check_location(const State& trial, const Request& item, const Json& key,
                      const Json& actual) {
    const Json* const location = actual.find("location");
    Request row = item;
    row.key = key;
    const std::string text = location == nullptr ? "" : url_decoded(location->text);
    // A replace that creates may name the row as the client wrote it.
    const bool fits = text == url_decoded(item_path(trial, row)) ||
                      (item.act == Act::kReplace && text == url_decoded(item_path(trial, item)));
    if (!fits) exchange_->differ("the location is " + text);
  }

  Json compare_refusal(const Prediction& wanted, size_t index, const Json& result) {
    failed_.insert(index);
    Json expected = Json::object();
    expected.set("status", Json::any());
    expected.set("problem", Json::any());
    const Json* const status = result.find("status");
    const Json* const problem = result.find("problem");
    const int actual = status == nullptr ? 0 : std::atoi(status->text.c_str());
    const Json* const code = problem == nullptr ? nullptr : problem->find("code");
    const bool known = actual != 409 || (code != nullptr && wanted.codes.contains(code->text));
    if (!same_json(expected, result) || !wanted.refusals.contains(actual) || !known) {
      exchange_->differ("item " + std::to_string(index) + ": expected " +
                        std::to_string(*wanted.refusals.begin()) + ", got " + json_text(result));
    }
    return expected;
  }

  State* state_;
  Exchange* exchange_;
  const Request* batch_;
  std::string text_;
  std::vector<Json> sent_;        // The items.
  std::optional<Failure> early_;  // What fails first of all that the items say themselves.
  std::set<size_t> failed_;       // Items of a batch that is done one by one.
};

}  // namespace

SentBatch check_batch(State& state, Exchange& exchange, const Request& batch) {
  return BatchCheck(state, exchange, batch).check();
}

}  // namespace servanda::model
