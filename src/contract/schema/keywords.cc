// SPDX-License-Identifier: Apache-2.0
#include "contract/schema/keywords.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "base/text.h"

namespace servanda::internal {
namespace {

struct Entry {
  std::string_view name;
  KeywordGroup group = KeywordGroup::kAnnotation;
  Keyword keyword = Keyword::kCount;
};

constexpr KeywordGroup kRule = KeywordGroup::kRule;
constexpr KeywordGroup kSample = KeywordGroup::kSample;

// In order of name, for binary search.
constexpr Entry kEntries[] = {
    {"$anchor"},
    {"$comment"},
    {"$defs"},
    {"$dynamicAnchor"},
    {"$dynamicRef", kRule, Keyword::kDynamicRef},
    {"$id"},
    {"$ref", kRule, Keyword::kRef},
    {"$schema"},
    {"$vocabulary"},
    {"additionalProperties", kRule, Keyword::kAdditionalProperties},
    {"allOf", kRule, Keyword::kAllOf},
    {"anyOf", kRule, Keyword::kAnyOf},
    {"const", kRule, Keyword::kConst},
    {"contains", kRule, Keyword::kContains},
    {"contentEncoding"},
    {"contentMediaType"},
    {"contentSchema"},
    {"default", kSample},
    {"definitions"},
    {"dependencies", kRule, Keyword::kDependencies},
    {"dependentRequired", kRule, Keyword::kDependentRequired},
    {"dependentSchemas", kRule, Keyword::kDependentSchemas},
    {"deprecated"},
    {"description"},
    {"discriminator", kRule, Keyword::kDiscriminator},
    {"else", kRule, Keyword::kElse},
    {"enum", kRule, Keyword::kEnum},
    {"example", kSample},
    {"examples", kSample},
    {"exclusiveMaximum", kRule, Keyword::kExclusiveMaximum},
    {"exclusiveMinimum", kRule, Keyword::kExclusiveMinimum},
    {"externalDocs"},
    {"format", kRule, Keyword::kFormat},
    {"if", kRule, Keyword::kIf},
    {"items", kRule, Keyword::kItems},
    {"maxContains", kRule, Keyword::kMaxContains},
    {"maxItems", kRule, Keyword::kMaxItems},
    {"maxLength", kRule, Keyword::kMaxLength},
    {"maxProperties", kRule, Keyword::kMaxProperties},
    {"maximum", kRule, Keyword::kMaximum},
    {"minContains", kRule, Keyword::kMinContains},
    {"minItems", kRule, Keyword::kMinItems},
    {"minLength", kRule, Keyword::kMinLength},
    {"minProperties", kRule, Keyword::kMinProperties},
    {"minimum", kRule, Keyword::kMinimum},
    {"multipleOf", kRule, Keyword::kMultipleOf},
    {"not", kRule, Keyword::kNot},
    {"nullable", kRule, Keyword::kNullable},
    {"oneOf", kRule, Keyword::kOneOf},
    {"pattern", kRule, Keyword::kPattern},
    {"patternProperties", kRule, Keyword::kPatternProperties},
    {"prefixItems", kRule, Keyword::kPrefixItems},
    {"properties", kRule, Keyword::kProperties},
    {"propertyNames", kRule, Keyword::kPropertyNames},
    {"readOnly"},
    {"required", kRule, Keyword::kRequired},
    {"summary"},
    {"then", kRule, Keyword::kThen},
    {"title"},
    {"type", kRule, Keyword::kType},
    {"unevaluatedItems", kRule, Keyword::kUnevaluatedItems},
    {"unevaluatedProperties", kRule, Keyword::kUnevaluatedProperties},
    {"uniqueItems", kRule, Keyword::kUniqueItems},
    {"writeOnly"},
    {"xml"},
};
static_assert(std::is_sorted(std::begin(kEntries), std::end(kEntries),
                             [](const Entry& a, const Entry& b) { return a.name < b.name; }));

}  // namespace

KeywordMeaning keyword_meaning(std::string_view name) {
  const Entry* found =
      std::lower_bound(std::begin(kEntries), std::end(kEntries), name,
                       [](const Entry& entry, std::string_view key) { return entry.name < key; });
  if (found != std::end(kEntries) && found->name == name) return {found->group, found->keyword};
  if (name.starts_with("x-")) return {KeywordGroup::kAnnotation, Keyword::kCount};
  return {};
}

std::string_view nearest_keyword(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Entry& entry : kEntries) names.push_back(entry.name);
  return nearest(name, names).value_or(std::string_view());
}

}  // namespace servanda::internal
