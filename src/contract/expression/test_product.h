// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests and the fuzzer: a scope with a bit of everything, and values for it from JSON.

#include <string>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "contract/expression/evaluate.h"

namespace servanda {

inline ExpressionMember test_member(std::string name, ExpressionType type) {
  ExpressionMember member;
  member.name = std::move(name);
  member.type = type;
  return member;
}

// `self` is a Product, `now` the time; `caller` may not be used.
inline ExpressionScope product_scope() {
  using Kind = ExpressionKind;
  ExpressionMember self = test_member("self", {.kind = Kind::kObject});
  self.called = "Product";
  self.members = {
      test_member("id", {.kind = Kind::kUuid}),
      test_member("name", {.kind = Kind::kText}),
      test_member("sku", {.kind = Kind::kText, .nullable = true}),
      test_member("price", {.kind = Kind::kDecimal}),
      test_member("stock", {.kind = Kind::kInteger, .nullable = true}),
      test_member("sold", {.kind = Kind::kInteger}),
      test_member("weight", {.kind = Kind::kNumber}),
      test_member("active", {.kind = Kind::kBoolean}),
      test_member("due", {.kind = Kind::kTimestamp, .nullable = true}),
      test_member("published", {.kind = Kind::kDate, .nullable = true}),
      test_member("tags", {.kind = Kind::kList, .nullable = true}),
      test_member("counts", {.kind = Kind::kList, .nullable = true}),
      test_member("meta", {.kind = Kind::kObject, .nullable = true}),
      test_member("box", {.kind = Kind::kObject, .nullable = true}),
      test_member("first-name", {.kind = Kind::kText, .nullable = true}),
      test_member("secret", {.kind = Kind::kText}),
  };
  self.members[10].type.items = Kind::kText;
  self.members[11].type.items = Kind::kInteger;
  self.members[12].open = true;
  self.members[13].called = "Box";
  self.members[13].members = {test_member("width", {.kind = Kind::kInteger}),
                              test_member("made", {.kind = Kind::kDate, .nullable = true})};
  self.members[15].refused = "it is writeOnly";
  ExpressionMember caller = test_member("caller", {.kind = Kind::kObject});
  caller.refused = "a row is the same for everybody";
  return {{self, test_member("now", {.kind = Kind::kTimestamp}), caller}};
}

// Values of `self` from a JSON object; `now` is one second after the epoch.
class TestProduct final : public ExpressionInput {
 public:
  explicit TestProduct(std::string_view json)
      : scope_(product_scope()), document_(JsonDocument::parse(json)) {}

  [[nodiscard]] ExpressionValue read(uint16_t root, uint16_t member, Arena& arena) const override {
    if (root == 1) return ExpressionValue::of_time(ExpressionKind::kTimestamp, 1'000'000);
    const ExpressionMember& asked = scope_.roots[root].members[member];
    if (!document_ || !document_->root().is_object()) return ExpressionValue::null();
    const JsonValue found = document_->root().find(asked.name);
    if (!found.exists()) return ExpressionValue::null();
    return value_of_json(found, asked.type.kind, arena);
  }

 private:
  ExpressionScope scope_;
  Result<JsonDocument> document_;
};

}  // namespace servanda
