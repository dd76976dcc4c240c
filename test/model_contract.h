// SPDX-License-Identifier: Apache-2.0
#pragma once
// Contracts made from a seed.

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/seeded_rng.h"
#include "model_json.h"

namespace servanda::model {

// Draws from a seed.
class Dice {
 public:
  explicit Dice(uint64_t seed) : rng_(seed) {}
  // From 0 to `bound` - 1. Requires: bound > 0.
  int below(int bound) { return static_cast<int>(rng_.next() % static_cast<uint64_t>(bound)); }
  bool percent(int chance) { return below(100) < chance; }
  template <typename List>
  const auto& one_of(const List& list) {
    return list[static_cast<size_t>(below(static_cast<int>(std::size(list))))];
  }

 private:
  SeededRng rng_;
};

enum class Made : uint8_t { kNever, kCreated, kUpdated, kUuid, kCounter, kDeleted, kPurged };

struct Expression;  // Of model_expression.h.

struct Property {
  std::string name;
  Kind kind = Kind::kText;
  bool nullable = false;
  bool required = false;
  bool read_only = false;
  bool write_only = false;
  bool immutable = false;
  Made made = Made::kNever;
  int refers = -1;  // To the key of this resource.
  std::optional<Json> default_value;
  std::shared_ptr<const Expression> computed;  // Null where it is stored.
  bool dropped = false;  // Taken out while a failure is made smaller; so below.
};

struct Filter {
  int property = 0;
  std::string test;   // "eq", "ne", "gt", ... ; "any" is an array under the property's own name.
  bool deep = false;  // A member of a deepObject parameter.
  bool dropped = false;
};

struct Sort {
  std::vector<std::pair<int, bool>> keys;  // Property, and whether it descends.
  bool dropped = false;
};

enum class Paging : uint8_t { kCursor, kOffset, kPage };

struct ListShape {
  std::vector<Filter> filters;
  std::vector<Sort> sorts;
  Paging paging = Paging::kCursor;
  int limit_default = 5;
  int limit_max = 20;
  bool total = false;
  bool count = false;  // A count parameter.
  bool fields = false;
  bool expand = false;
  bool include_deleted = false;
};

// A batch over one collection or over all; it has no batch, one that is all or nothing, or one that
// may also be done one by one.
enum class Batches : uint8_t { kNone, kWhole, kPartial };

struct Unique {
  std::vector<int> properties;
  bool dropped = false;
};

struct Resource {
  std::string name;   // "Lamp".
  std::string table;  // "lamps", also its path.
  std::vector<Property> properties;
  int key = 0;
  bool generated_key = false;
  std::vector<Unique> uniques;
  ListShape list;
  bool put_creates = false;
  bool needs_condition = false;
  bool item_fields = false;
  bool item_expand = false;
  bool item_include_deleted = false;
  int restore_s = 0;          // How long deleted rows can be restored; 0: they are gone at once.
  bool delete_shows = false;  // A delete answers 200 and the row.
  Batches batches = Batches::kNone;
  int owner = -1;  // The property that holds the owner's key, when there are paths below an owner.
  bool put_below = false;  // PUT there too.

  [[nodiscard]] const Property& key_property() const {
    return properties[static_cast<size_t>(key)];
  }
  [[nodiscard]] const Property* counter() const;
};

// What can be expanded from a row.
struct Relation {
  std::string name;
  int resource = 0;  // The other one.
  int property = 0;  // That holds the key: of this resource (to one), of the other (to many).
  bool to_many = false;
};

struct Contract {
  std::vector<Resource> resources;
  Batches batches = Batches::kNone;  // Over all collections.
  [[nodiscard]] std::vector<Relation> relations(int resource) const;
};

[[nodiscard]] Contract make_contract(Dice& dice);
[[nodiscard]] std::string sort_text(const Resource& resource, const Sort& sort);
// The OpenAPI document, as YAML.
[[nodiscard]] std::string contract_yaml(const Contract& contract);
// Words that an enum admits.
[[nodiscard]] const std::vector<std::string>& enum_words();

}  // namespace servanda::model
