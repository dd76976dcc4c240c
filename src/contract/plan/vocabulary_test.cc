// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/text.h"
#include "contract/document/test_files.h"

namespace servanda {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The rules of everything found in `yaml` at `place`.
std::vector<std::string> rules_of(const std::string& yaml, VocabularyPlace place) {
  MemoryFiles files;
  Documents documents(files);
  Diagnostics diagnostics;
  const Node* node = documents.load_text("x.yaml", yaml, diagnostics);
  EXPECT_NE(node, nullptr);
  if (node == nullptr) return {};
  check_vocabulary(*node, place, diagnostics);
  std::vector<std::string> rules;
  for (const Diagnostic& one : diagnostics.all()) {
    rules.emplace_back(one.rule);
    EXPECT_FALSE(one.message.empty());
    EXPECT_FALSE(one.fix.empty()) << one.message;
    EXPECT_GT(one.place.line, 0u);
  }
  return rules;
}

std::string repeated(std::string_view text, int count, std::string_view separator) {
  std::string out;
  for (int i = 0; i < count; ++i) {
    if (i > 0) out += separator;
    out += text;
  }
  return out;
}

TEST(Vocabulary, NamesAreUniqueAndExplainedAtEveryPlace) {
  for (int i = 0; i < kVocabularyPlaceCount; ++i) {
    const auto place = static_cast<VocabularyPlace>(i);
    std::set<std::string_view> names;
    EXPECT_FALSE(vocabulary_place_text(place).empty());
    for (const VocabularyKey& key : vocabulary_keys(place)) {
      EXPECT_TRUE(names.insert(key.name).second) << key.name;
      EXPECT_TRUE(key.meaning.ends_with('.')) << key.name;
      EXPECT_EQ(key.form == ValueForm::kWord, !key.words.empty()) << key.name;
      EXPECT_TRUE(key.accepted.empty() || key.form == ValueForm::kLater) << key.name;
    }
    EXPECT_FALSE(names.empty());
  }
}

TEST(Vocabulary, ReadsDurationsOfWholeDigitsAndAUnit) {
  EXPECT_EQ(parse_duration("250ms"), Duration::milliseconds(250));
  EXPECT_EQ(parse_duration("5s"), Duration::seconds(5));
  EXPECT_EQ(parse_duration("2m"), Duration::seconds(120));
  EXPECT_EQ(parse_duration("1h"), Duration::seconds(3600));
  EXPECT_EQ(parse_duration("999999h"), Duration::seconds(999999LL * 3600));
  EXPECT_EQ(parse_duration("3650d"), Duration::seconds(3650LL * 86'400));
  EXPECT_EQ(parse_duration("106751d"), Duration::seconds(106'751LL * 86'400));
  for (std::string_view bad : {"", "5", "s", "-1s", "+1s", "1.5s", "1 s", "5S", "5sec", "1000000s",
                               "5s ", "1us", "106752d"}) {
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
  }
}

TEST(Vocabulary, AcceptsTimeoutsFromAMillisecondToAnHour) {
  const auto place = VocabularyPlace::kOperation;
  EXPECT_THAT(rules_of("{timeout: 1ms}", place), IsEmpty());
  EXPECT_THAT(rules_of("{timeout: 0ms}", place), ElementsAre("vocabulary-limit"));
  EXPECT_THAT(rules_of("{timeout: 1h}", place), IsEmpty());
  EXPECT_THAT(rules_of("{timeout: 3601s}", place), ElementsAre("vocabulary-limit"));
}

TEST(Vocabulary, AcceptsTimesToRestoreFromASecondToTenYears) {
  const auto place = VocabularyPlace::kResource;
  EXPECT_THAT(rules_of("{softDelete: {}}", place), IsEmpty());
  EXPECT_THAT(rules_of("{softDelete: {restore: 1s}}", place), IsEmpty());
  EXPECT_THAT(rules_of("{softDelete: {restore: 999ms}}", place), ElementsAre("vocabulary-limit"));
  EXPECT_THAT(rules_of("{softDelete: {restore: 3650d}}", place), IsEmpty());
  EXPECT_THAT(rules_of("{softDelete: {restore: 87601h}}", place), ElementsAre("vocabulary-limit"));
  EXPECT_THAT(rules_of("{softDelete: {restore: 3651d}}", place), ElementsAre("vocabulary-limit"));
  EXPECT_THAT(rules_of("{softDelete: {keep: 1s}}", place), ElementsAre("vocabulary-unknown-key"));
  EXPECT_THAT(rules_of("{softDelete: true}", place), ElementsAre("vocabulary-type"));
}

TEST(Vocabulary, AcceptsTextsUpToItsLimit) {
  const auto place = VocabularyPlace::kService;
  EXPECT_THAT(rules_of("{title: " + std::string(200, 'a') + "}", place), IsEmpty());
  EXPECT_THAT(rules_of("{title: " + std::string(201, 'a') + "}", place),
              ElementsAre("vocabulary-limit"));
}

TEST(Vocabulary, AcceptsListsUpToItsLimits) {
  const auto place = VocabularyPlace::kResource;
  EXPECT_THAT(rules_of("{unique: [" + repeated("[a]", 64, ", ") + "]}", place), IsEmpty());
  EXPECT_THAT(rules_of("{unique: [" + repeated("[a]", 65, ", ") + "]}", place),
              ElementsAre("vocabulary-limit"));
  EXPECT_THAT(rules_of("{indexes: [[" + repeated("a", 8, ", ") + "]]}", place), IsEmpty());
  EXPECT_THAT(rules_of("{indexes: [[" + repeated("a", 9, ", ") + "]]}", place),
              ElementsAre("vocabulary-limit"));
}

TEST(Vocabulary, AcceptsServicesUpToItsLimit) {
  std::string services;
  for (int i = 0; i < 100; ++i) services += "  s" + std::to_string(i) + ": {}\n";
  EXPECT_THAT(rules_of("services:\n" + services, VocabularyPlace::kRoot), IsEmpty());
  EXPECT_THAT(rules_of("services:\n" + services + "  s100: {}\n", VocabularyPlace::kRoot),
              ElementsAre("vocabulary-limit"));
}

TEST(Vocabulary, AcceptsServiceNamesUpToSixtyThreeCharacters) {
  const auto of = [](const std::string& name) {
    return rules_of("services: {" + name + ": {}}", VocabularyPlace::kRoot);
  };
  EXPECT_THAT(of(std::string(63, 'a')), IsEmpty());
  EXPECT_THAT(of(std::string(64, 'a')), ElementsAre("vocabulary-value"));
  EXPECT_THAT(of("9a"), ElementsAre("vocabulary-value"));
}

TEST(Vocabulary, RefusesEveryKeyThatIsNotSupportedYet) {
  int refused = 0;
  for (int i = 0; i < kVocabularyPlaceCount; ++i) {
    const auto place = static_cast<VocabularyPlace>(i);
    for (const VocabularyKey& key : vocabulary_keys(place)) {
      if (key.form != ValueForm::kLater) continue;
      ++refused;
      for (std::string_view value : {"{a: b}", "null", "[x]", "true", "12"}) {
        const std::string yaml = "{" + std::string(key.name) + ": " + std::string(value) + "}";
        EXPECT_THAT(rules_of(yaml, place), ElementsAre("not-supported-yet")) << yaml;
      }
    }
  }
  EXPECT_GT(refused, 40);
}

TEST(Vocabulary, AcceptsWrittenDownDefaultsOfLaterKeys) {
  EXPECT_THAT(rules_of("{proxy: false}", VocabularyPlace::kService), IsEmpty());
  EXPECT_THAT(rules_of("{expose: []}", VocabularyPlace::kPolicies), IsEmpty());
  EXPECT_THAT(rules_of("{audit: write, expose: [rest]}", VocabularyPlace::kOperation), IsEmpty());
  EXPECT_THAT(rules_of("{expose: [rest, graphql, grpc]}", VocabularyPlace::kPathItem), IsEmpty());
}

TEST(Vocabulary, AcceptsAHundredCallsAndBudgetsUpToTheirLimits) {
  std::string names;
  for (int i = 0; i < 100; ++i) names += "s" + std::to_string(i) + ", ";
  const auto place = VocabularyPlace::kService;
  EXPECT_THAT(rules_of("{calls: [" + names + "]}", place), IsEmpty());
  EXPECT_THAT(rules_of("{calls: [" + names + "more]}", place), ElementsAre("vocabulary-limit"));
  EXPECT_THAT(rules_of("{calls: [a, a]}", place), ElementsAre("vocabulary-value"));
  EXPECT_THAT(rules_of("{calls: a}", place), ElementsAre("vocabulary-type"));
  const auto budget = VocabularyPlace::kBudget;
  EXPECT_THAT(rules_of("{depth: 16, calls: 1000}", budget), IsEmpty());
  EXPECT_THAT(rules_of("{depth: 0, calls: 0}", budget), IsEmpty());
  EXPECT_THAT(rules_of("{depth: 17}", budget), ElementsAre("vocabulary-limit"));
  EXPECT_THAT(rules_of("{calls: 1001}", budget), ElementsAre("vocabulary-limit"));
  EXPECT_THAT(rules_of("{calls: -1}", budget), ElementsAre("vocabulary-limit"));
  EXPECT_THAT(rules_of("{calls: 1.5}", budget), ElementsAre("vocabulary-type"));
}

TEST(Vocabulary, LetsNullSwitchOffOnlyWhatIsInherited) {
  for (std::string_view key : {"timeout", "idempotency", "precondition", "resource", "handler",
                               "service", "action", "emits"}) {
    EXPECT_THAT(rules_of("{" + std::string(key) + ": null}", VocabularyPlace::kOperation),
                IsEmpty())
        << key;
  }
  EXPECT_THAT(rules_of("{services: null}", VocabularyPlace::kRoot), ElementsAre("vocabulary-type"));
  EXPECT_THAT(rules_of("{resource: null}", VocabularyPlace::kSchema),
              ElementsAre("vocabulary-type"));
}

TEST(Vocabulary, NamesTheNearestKeyOrTheRightPlace) {
  MemoryFiles files;
  Documents documents(files);
  Diagnostics diagnostics;
  const Node* node =
      documents.load_text("x.yaml", "{idempotancy: off, unique: [[a]], zzz: 1}", diagnostics);
  ASSERT_NE(node, nullptr);
  check_vocabulary(*node, VocabularyPlace::kOperation, diagnostics);
  ASSERT_EQ(diagnostics.all().size(), 3u);
  EXPECT_EQ(diagnostics.all()[0].fix, "Did you mean \"idempotency\"?");
  EXPECT_EQ(diagnostics.all()[1].fix,
            "\"unique\" is a key at a schema's resource: move or remove it.");
  EXPECT_TRUE(diagnostics.all()[2].fix.starts_with("Remove it. Valid here: service, resource,"));
}

}  // namespace
}  // namespace servanda
