// SPDX-License-Identifier: Apache-2.0
#pragma once
// The x-servanda vocabulary as tables: what may be written where. They drive the checks at load,
// the messages and the published JSON Schema, so that none of the three can drift from the others.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "contract/document/diagnostics.h"
#include "contract/document/node.h"

namespace servanda {

// Where keys stand: the six nodes that may hold x-servanda, and the objects nested in it.
enum class VocabularyPlace : uint8_t {
  kRoot,
  kPathItem,
  kOperation,
  kParameter,
  kSchema,
  kProperty,
  kService,     // One value of root "services".
  kPolicies,    // Root "policies".
  kResource,    // "resource" of a schema.
  kColumn,      // "column" of a property.
  kSoftDelete,  // "softDelete" of a resource.
  kBudget,      // Root "budget".
};
inline constexpr int kVocabularyPlaceCount = 12;

// What may be written as a key's value.
enum class ValueForm : uint8_t {
  kText,  // A string of 1 to 200 characters.
  kName,  // The same, naming something declared elsewhere.
  kBoolean,
  kDuration,   // "250ms", "5s", "2m", "1h", "30d", from `least` to `most`.
  kWord,       // One of VocabularyKey::words.
  kNames,      // A list of names, each once.
  kNameLists,  // A list of non-empty lists of names.
  kObject,     // An object with the keys of `nested`.
  kObjects,    // An object of names with such objects as values.
  kLater,      // Refused as "not-supported-yet", except the texts in `accepted`.
  // A string of 1 to 2000 characters: docs/expressions.md.
  kExpression,
  kCount,  // A whole number from 0 to `count_most`.
};

// What null as a key's value means.
enum class NullMeaning : uint8_t {
  kRefused,
  kOff,  // Switches off what would be inherited.
};

// What is bounded when x-servanda is read. One more is an error with rule "vocabulary-limit".
struct VocabularyLimits {
  static constexpr size_t kTextBytes = 200;
  static constexpr uint32_t kServices = 100;
  static constexpr uint32_t kNames = 100;       // Services called, events emitted.
  static constexpr uint32_t kLists = 64;        // Lists in "unique" or "indexes".
  static constexpr uint32_t kListNames = 8;     // Names in one of them.
  static constexpr uint32_t kBudgetDepth = 16;  // As deep as calls may go at all.
  static constexpr uint32_t kBudgetCalls = 1'000;
  static constexpr Duration kTimeoutMin = Duration::milliseconds(1);
  static constexpr Duration kTimeoutMax = Duration::seconds(3600);
  static constexpr Duration kRestoreMin = Duration::seconds(1);
  static constexpr Duration kRestoreMax = Duration::seconds(int64_t{3650} * 86'400);
};

// How long deleted rows are kept where "softDelete" does not say it.
inline constexpr Duration kRestoreDefault = Duration::seconds(30 * 86'400);

// One key of x-servanda at one place.
struct VocabularyKey {
  std::string_view name;
  ValueForm form = ValueForm::kText;
  NullMeaning null = NullMeaning::kRefused;
  std::string_view meaning;   // One sentence or more.
  std::string_view words;     // kWord: separated by a space.
  std::string_view accepted;  // kLater: JSON texts that change nothing, separated by '|'.
  VocabularyPlace nested = VocabularyPlace::kRoot;
  Duration least = VocabularyLimits::kTimeoutMin;  // kDuration.
  Duration most = VocabularyLimits::kTimeoutMax;   // kDuration.
  uint32_t count_most = 0;                         // kCount.
};

[[nodiscard]] std::span<const VocabularyKey> vocabulary_keys(VocabularyPlace place);
// As in "no key of x-servanda at <text>": "an operation".
[[nodiscard]] std::string_view vocabulary_place_text(VocabularyPlace place);

// One to six digits and a unit (ms, s, m, h, d); nothing when the text has another form or is more
// than a Duration holds.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);

// Checks one x-servanda value (or an object nested in one) by the tables: unknown keys, forms,
// bounds, and keys that this version does not act on. Reports everything it finds. Readers of the
// same object may skip what does not have the right form: it has been reported.
void check_vocabulary(const Node& value, VocabularyPlace place, Diagnostics& diagnostics);

}  // namespace servanda
