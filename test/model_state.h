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
#include "model_values.h"

namespace servanda::model {

// Deliberate mistakes of the model, to show that a difference is noticed.
enum class Mistake : uint8_t {
  kNone,
  kNotEqualForgetsNull,
  kNullsLast,
  kVersionStays,
  kShowsDeleted,
  kBatchStays,   // What a batch did before it failed.
  kComputedOff,  // A condition that is null counts as true.
};

struct Row {
  std::vector<Json> values;  // Stored forms, by property; null where there is no value.
  int version = 1;
  std::optional<int64_t> deleted_us;  // When it was deleted, in microseconds since 1970.
};

// What a single request must lead to.
struct Prediction {
  std::set<int> refusals;       // Any of these; empty when the request succeeds.
  std::set<std::string> codes;  // Of a refusal with 409: any of these.
  bool is_taken = false;        // Refused for a key or unique values of another row alone.
  int status = 0;               // Of the success.
  std::optional<Row> row;       // As it is afterwards; nothing when it is gone or there is none.
  std::optional<Row> answered;  // The row in the body of the answer.
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

  // Moves the model's time, in microseconds since 1970.
  void set_time(int64_t now_us);
  [[nodiscard]] int64_t now_us() const { return now_us_; }

  // The request's body with keys and stored values filled in.
  [[nodiscard]] Json body_of(const Request& request) const;
  // What a create, read, replace, update, delete or restore with this body leads to.
  [[nodiscard]] Prediction predict(const Request& request, const Json& body) const;
  [[nodiscard]] ListPrediction predict_list(const Request& request) const;

  [[nodiscard]] const Row* find(int resource, const Json& key) const;
  // Also a deleted one, as long as it can be restored.
  [[nodiscard]] const Row* find_any(int resource, const Json& key) const;
  // The row that an item request names and may see.
  [[nodiscard]] const Row* target(const Request& request) const;
  [[nodiscard]] bool owner_exists(const Request& request) const;
  // Stores a row, or takes the target away when there is none.
  void store(const Request& request, std::optional<Row> row);
  // Stores a row in place of any other with its key.
  void store_over(const Request& request, Row row);
  // Takes over from `answer` what the backend made.
  void learn(int resource, Row& row, const Json& answer) const;
  // Rows with values that the backend has made and that have not been seen; by resource.
  [[nodiscard]] std::vector<std::pair<int, Row*>> unknown_rows();

  // How a row is answered.
  [[nodiscard]] Json shown(int resource, const Row& row, const std::vector<Shown>& fields,
                           const std::vector<Expansion>& expand) const;
  // Brings values of an answer into their stored form; times that are not in UTC stay.
  void normalize(int resource, Json& answer) const;

  [[nodiscard]] const Resource& resource(int index) const {
    return contract_->resources[static_cast<size_t>(index)];
  }
  [[nodiscard]] const Contract& contract() const { return *contract_; }
  [[nodiscard]] Mistake mistake() const { return mistake_; }

 private:
  [[nodiscard]] bool body_fits(const Request& request, const Json& body, const Row* stored) const;
  [[nodiscard]] bool member_fits(const Request& request, int at, const Json& value,
                                 const Row* stored) const;
  [[nodiscard]] Row new_row(const Request& request, const Json& body) const;
  [[nodiscard]] Row changed_row(const Request& request, const Json& body, const Row& stored) const;
  [[nodiscard]] bool computed_fit(const Request& request, const Json& body, const Row* stored,
                                  const Row& after) const;
  [[nodiscard]] Prediction predict_read(const Request& request) const;
  [[nodiscard]] Prediction predict_restore(const Request& request) const;
  void predict_delete(const Request& request, const Row& stored, Prediction& result) const;
  [[nodiscard]] Json computed(int resource, const Row& row, int at) const;
  [[nodiscard]] Json chosen(const Json& value, const Shown& shown) const;
  // What other rows keep this one from being stored: "key-exists", "unique".
  [[nodiscard]] std::set<std::string> conflicts(const Request& request, const Row& row,
                                                const Row* but) const;
  void set_made(const Resource& resource, Row& row) const;
  void check_condition(const Request& request, const Row* stored, std::set<int>& refusals) const;
  [[nodiscard]] bool keeps(const Request& request, const AskedFilter& asked, const Row& row) const;
  [[nodiscard]] bool is_before(int resource, const Row& a, const Row& b,
                               const std::vector<std::pair<int, bool>>& order) const;
  [[nodiscard]] Json related(const Row& row, int resource, const Expansion& expansion) const;

  const Contract* contract_;
  Mistake mistake_;
  int64_t now_us_ = 0;
  std::vector<std::vector<Row>> rows_;  // By resource.
  std::map<int, Json> keys_;            // Of created rows, by request.
};

}  // namespace servanda::model
