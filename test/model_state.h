// SPDX-License-Identifier: Apache-2.0
#pragma once
// The model: what a backend of a contract holds, and what it has to answer, from the documents
// alone.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model_request.h"

namespace servanda::model {

// Deliberate mistakes of the model, to show that a difference is noticed.
enum class Mistake : uint8_t { kNone, kNotEqualForgetsNull, kNullsLast, kVersionStays };

struct Row {
  std::vector<Json> values;  // Stored forms, by property; null where there is no value.
  int version = 1;
};

// What a single request must lead to.
struct Prediction {
  std::set<int> refusals;  // Any of these; empty when the request succeeds.
  int status = 0;          // Of the success.
  std::optional<Row> row;  // As it is afterwards; nothing when it is gone or there is none.
};

// The rows that a list keeps, in each order that the documents allow for it.
struct ListPrediction {
  bool refused = false;     // 400 not-indexed.
  bool may_refuse = false;  // That, or one of the orders.
  std::vector<std::vector<const Row*>> orders;
};

class State {
 public:
  State(const Contract& contract, Mistake mistake);

  // The value that a symbolic key stands for; a key that no row has when its row was never made.
  [[nodiscard]] Json resolve(const Json& key, Kind kind) const;
  void name_row(int request, const Json& key) { keys_[request] = key; }

  // The request's body with keys and stored values filled in.
  [[nodiscard]] Json body_of(const Request& request) const;
  // The body of a request whose act is a create, read, replace, update or delete.
  [[nodiscard]] Prediction predict(const Request& request, const Json& body) const;
  [[nodiscard]] ListPrediction predict_list(const Request& request) const;

  [[nodiscard]] const Row* find(int resource, const Json& key) const;
  // The row that an item request names.
  [[nodiscard]] const Row* target(const Request& request) const;
  [[nodiscard]] bool owner_exists(const Request& request) const;
  // Stores a row, or takes the target away when there is none.
  void store(const Request& request, std::optional<Row> row);
  // Takes over from `answer` what the backend made.
  void learn(int resource, Row& row, const Json& answer) const;

  // How a row is answered.
  [[nodiscard]] Json shown(int resource, const Row& row, const std::vector<int>& fields,
                           const std::vector<Relation>& expand) const;
  // Brings values of an answer into their stored form; times that are not in UTC stay.
  void normalize(int resource, Json& answer) const;

  [[nodiscard]] const Resource& resource(int index) const {
    return contract_->resources[static_cast<size_t>(index)];
  }

 private:
  [[nodiscard]] bool body_fits(const Request& request, const Json& body, const Row* stored) const;
  [[nodiscard]] bool member_fits(const Request& request, int at, const Json& value,
                                 const Row* stored) const;
  [[nodiscard]] Row new_row(const Request& request, const Json& body) const;
  [[nodiscard]] Row changed_row(const Request& request, const Json& body, const Row& stored) const;
  [[nodiscard]] bool is_taken(const Request& request, const Row& row, const Row* but) const;
  void check_condition(const Request& request, const Row* stored, std::set<int>& refusals) const;
  [[nodiscard]] bool keeps(const Request& request, const AskedFilter& asked, const Row& row) const;
  [[nodiscard]] bool is_before(int resource, const Row& a, const Row& b,
                               const std::vector<std::pair<int, bool>>& order) const;
  [[nodiscard]] Json related(const Row& row, int resource, const Relation& relation) const;

  const Contract* contract_;
  Mistake mistake_;
  std::vector<std::vector<Row>> rows_;  // By resource.
  std::map<int, Json> keys_;            // Of created rows, by request.
};

}  // namespace servanda::model
