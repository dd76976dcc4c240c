// SPDX-License-Identifier: Apache-2.0
#pragma once
// The keywords of one schema object, gathered in one pass over its members.

#include <array>
#include <cstdint>
#include <string_view>

#include "contract/document/node.h"

namespace servanda::internal {

enum class Keyword : uint8_t {
  kType,
  kEnum,
  kConst,
  kNullable,
  kFormat,
  kMultipleOf,
  kMaximum,
  kExclusiveMaximum,
  kMinimum,
  kExclusiveMinimum,
  kMaxLength,
  kMinLength,
  kPattern,
  kMaxItems,
  kMinItems,
  kUniqueItems,
  kContains,
  kMinContains,
  kMaxContains,
  kPrefixItems,
  kItems,
  kUnevaluatedItems,
  kMaxProperties,
  kMinProperties,
  kRequired,
  kDependentRequired,
  kProperties,
  kPatternProperties,
  kAdditionalProperties,
  kPropertyNames,
  kUnevaluatedProperties,
  kDependentSchemas,
  kDependencies,
  kAllOf,
  kAnyOf,
  kOneOf,
  kNot,
  kIf,
  kThen,
  kElse,
  kRef,
  kDynamicRef,
  kDiscriminator,
  kCount,
};

// What a member name means in a schema.
enum class KeywordGroup : uint8_t {
  kRule,        // One of Keyword.
  kSample,      // "example", "examples", "default": kept for samples, checks nothing.
  kAnnotation,  // Known, checks nothing.
  kUnknown,
};

struct KeywordMeaning {
  KeywordGroup group = KeywordGroup::kUnknown;
  Keyword keyword = Keyword::kCount;
};
[[nodiscard]] KeywordMeaning keyword_meaning(std::string_view name);
// The known name that a typing slip probably meant; empty when there is none.
[[nodiscard]] std::string_view nearest_keyword(std::string_view name);

struct Keywords {
  std::array<const NodeEntry*, static_cast<size_t>(Keyword::kCount)> entries{};
  // The value, or null.
  [[nodiscard]] const Node* operator[](Keyword keyword) const {
    const NodeEntry* entry = entries[static_cast<size_t>(keyword)];
    return entry == nullptr ? nullptr : entry->value;
  }
  [[nodiscard]] const Node* take(Keyword keyword) {
    const Node* value = (*this)[keyword];
    entries[static_cast<size_t>(keyword)] = nullptr;
    return value;
  }
};

}  // namespace servanda::internal
