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
  kRestore,
  kBatch,
  kRestart,
  kAdvance,  // Time passes.
};

enum class Condition : uint8_t {
  kNone,
  kCurrent,   // If-Match with the row's version.
  kStale,     // If-Match with another one.
  kThere,     // If-Match: *
  kNotThere,  // If-None-Match: *
  kChanged,   // If-None-Match with the row's version.
};

// What a batch item refers to where it may not.
enum class BadReference : uint8_t {
  kNone,
  kItself,
  kOther,  // An item of another resource, or itself where there is none before it.
};

// A relation to expand, and relations of the rows that it leads to.
struct Expansion {
  Relation relation;
  std::vector<Relation> further;
};

// A property to show, and members of the object that it holds.
struct Shown {
  int property = 0;
  std::vector<std::string> members;  // None: all of it.
};

struct AskedFilter {
  int filter = 0;  // In ListShape::filters.
  std::vector<Json> values;
};

struct Request {
  int number = 0;
  Act act = Act::kCreate;
  int resource = 0;  // -1: a batch over all.
  Json key;          // Of the row; kKeyOf or a value.
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
  std::vector<Shown> fields;
  std::vector<Expansion> expand;
  std::optional<bool> include_deleted;
  bool walk = false;      // All pages, and back again.
  std::string bad_query;  // A parameter that must be refused.
  bool head = false;      // kRead: HEAD in place of GET.
  int seconds = 0;        // kAdvance.
  // kBatch: what it does, as single requests of their own numbers.
  std::vector<Request> items;
  std::optional<bool> atomic;
  BadReference bad_reference = BadReference::kNone;  // Of an item.
};

[[nodiscard]] std::vector<Request> make_requests(const Contract& contract, int count, Dice& dice);

}  // namespace servanda::model
