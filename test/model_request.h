// SPDX-License-Identifier: Apache-2.0
#pragma once
// Requests made from a seed. They speak of rows by the number of the request that created them, so
// that any of them can be left out.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model_contract.h"

namespace servanda::model {

enum class Act : uint8_t {
  kCreate,
  kRead,
  kReplace,
  kUpdate,
  kDelete,
  kList,
  kListBelow,  // The list below an owner.
  kRepeat,     // An earlier request again, under its Idempotency-Key.
  kRestart,
};

enum class Condition : uint8_t {
  kNone,
  kCurrent,   // If-Match with the row's version.
  kStale,     // If-Match with another one.
  kThere,     // If-Match: *
  kNotThere,  // If-None-Match: *
  kChanged,   // If-None-Match with the row's version.
};

struct AskedFilter {
  int filter = 0;  // In ListShape::filters.
  std::vector<Json> values;
};

struct Request {
  int number = 0;
  Act act = Act::kCreate;
  int resource = 0;
  Json key;  // Of the row; kKeyOf or a value.
  bool below = false;
  Json owner;
  // Members of the body; kAny stands for what is stored.
  std::vector<std::pair<int, Json>> members;
  bool unknown_member = false;
  bool broken_body = false;
  Condition condition = Condition::kNone;
  bool idempotency_key = false;
  bool minimal = false;
  int repeats = -1;         // kRepeat: the number of the request.
  bool other_body = false;  // kRepeat: with another body.
  std::vector<AskedFilter> filters;
  int sort = -1;
  std::optional<int> limit;
  std::optional<int> place;  // Offset or page.
  std::string count;
  std::vector<int> fields;
  std::vector<Relation> expand;
  bool walk = false;      // All pages, and back again.
  std::string bad_query;  // A parameter that must be refused.
};

// Whether a value is one that the property's schema admits.
[[nodiscard]] bool fits(const Property& property, const Json& value);
[[nodiscard]] std::vector<Request> make_requests(const Contract& contract, int count, Dice& dice);

}  // namespace servanda::model
