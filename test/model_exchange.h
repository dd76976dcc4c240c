// SPDX-License-Identifier: Apache-2.0
#pragma once
// Requests as text, and what is sent and answered in one session.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model_serve.h"
#include "model_session.h"
#include "model_state.h"

namespace servanda::model {

// The path of the collection, below its owner where the request is.
[[nodiscard]] std::string collection_path(const State& state, const Request& request);
[[nodiscard]] std::string item_path(const State& state, const Request& request);
// Method, target and headers of a request for one row.
[[nodiscard]] std::string head_of(const State& state, const Request& request);
[[nodiscard]] std::string list_target(const State& state, const Request& request);
// The entity tag that a condition speaks of, with its quotes, or `*`; empty without If-Match.
[[nodiscard]] std::string if_match_of(const State& state, const Request& request);

// One session's requests on the wire, and its report. Not shared between threads.
class Exchange {
 public:
  using Answer = wire::WireAnswer;
  explicit Exchange(Served& served) : served_(&served) {}

  // Sends a request; nothing when no answer comes, which is a difference.
  std::optional<Answer> ask(const std::string& text);
  // Keeps a step for the transcript: the request, the status that it must have, and further lines.
  void record(const std::string& text, int status, const std::string& rest);
  void note(const std::string& line) { report_.transcript += line + "\n\n"; }
  // Gives generated text a name, so that a transcript can be run again.
  void name(const std::string& value, const std::string& name) { names_.emplace_back(value, name); }
  [[nodiscard]] bool has_name(const std::string& value) const;
  [[nodiscard]] size_t name_count() const { return names_.size(); }

  // The first difference counts.
  void differ(std::string what);
  void differ_in_status(const std::set<int>& wanted, const Answer& answer);
  [[nodiscard]] bool differs() const { return !report_.difference.empty(); }

  Served& served() { return *served_; }
  Report& report() { return report_; }

 private:
  [[nodiscard]] std::string with_names(std::string text) const;

  Served* served_;
  Report report_;
  std::vector<std::pair<std::string, std::string>> names_;
};

// Sends lists and compares their pages, on and back again where the request walks.
class ListCheck {
 public:
  ListCheck(State& state, Exchange& exchange) : state_(&state), exchange_(&exchange) {}
  void check(const Request& request);

 private:
  using Order = std::vector<const Row*>;
  void walk(const Request& request, const std::string& target, std::vector<Order>& orders,
            size_t from, size_t limit);
  // Returns the cursor that leads on; the one that leads back is left in back_.
  std::string check_page(const Request& request, const std::string& target,
                         const std::string& cursor, std::vector<Order>& orders, size_t from,
                         size_t limit);
  std::string compare_page(const Request& request, const std::string& text, Json body,
                           std::vector<Order>& orders, size_t from, size_t limit);
  std::string take_cursor(const Json& body, const std::string& member, Json& wanted);
  [[nodiscard]] Json page_of(const Request& request, const Order& rows, size_t from,
                             size_t limit) const;

  State* state_;
  Exchange* exchange_;
  std::string back_;
  bool may_refuse_ = false;
  bool refused_ = false;
};

// What a batch sent, for the same batch again.
struct SentBatch {
  std::string head;
  std::string body;
  std::optional<Exchange::Answer> answer;
};

// Sends a batch, compares its results, and moves the state.
[[nodiscard]] SentBatch check_batch(State& state, Exchange& exchange, const Request& batch);

// Compares the row in an answer with the one that is expected, and takes over what was made.
void compare_row(const State& state, Exchange& exchange, const Request& request, const Json& shown,
                 Row& row, const Json& body);

}  // namespace servanda::model
