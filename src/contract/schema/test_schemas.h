// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests: schemas and documents from text.

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "contract/document/diagnostics.h"
#include "contract/document/documents.h"
#include "contract/schema/schema.h"

namespace servanda::schema_test {

// Files held in memory.
class MapFiles : public FileSource {
 public:
  std::map<std::string, std::string, std::less<>> files;
  Result<std::string> read(std::string_view path) override {
    const auto found = files.find(path);
    if (found == files.end()) return fail(Code::kNotFound, "There is no such file.");
    return found->second;
  }
};

// A schema in a document of its own, with everything it needs.
class Fixture {
 public:
  explicit Fixture(FormatMode formats = FormatMode::kAssert, SchemaLimits limits = {})
      : documents(source), set(documents, formats, limits) {}

  const Node* load(std::string_view text) {
    const Node* root = documents.load_text("test-" + std::to_string(++count_) + ".json",
                                           std::string(text), diagnostics);
    EXPECT_NE(root, nullptr) << text;
    return root;
  }
  Schema compile(std::string_view text) { return set.compile(*load(text), diagnostics); }
  // Rule ids of all findings, in order.
  [[nodiscard]] std::vector<std::string> rules() const {
    std::vector<std::string> found;
    for (const Diagnostic& one : diagnostics.all()) found.emplace_back(one.rule);
    return found;
  }
  bool accepts(const Schema& schema, std::string_view json,
               Direction direction = Direction::kNeutral) {
    const Result<JsonDocument> value = JsonDocument::parse(json, {512, 1'000'000});
    EXPECT_TRUE(value.has_value()) << json;
    Issues issues;
    const bool valid = schema.validate(value->root(), direction, context, issues);
    EXPECT_EQ(valid, schema.accepts(value->root(), direction, context)) << json;
    EXPECT_EQ(valid, issues.empty()) << json;
    return valid;
  }
  // "pointer code" of each issue.
  std::vector<std::string> issues(const Schema& schema, std::string_view json,
                                  Direction direction = Direction::kNeutral, size_t max = 20) {
    const Result<JsonDocument> value = JsonDocument::parse(json);
    EXPECT_TRUE(value.has_value()) << json;
    Issues issues(max);
    schema.validate(value->root(), direction, context, issues);
    std::vector<std::string> out;
    for (const FieldError& one : issues.fields()) out.push_back(one.pointer + " " + one.code);
    return out;
  }
  // The sentence of the first issue.
  std::string sentence(const Schema& schema, std::string_view json) {
    const Result<JsonDocument> value = JsonDocument::parse(json);
    Issues issues;
    schema.validate(value->root(), Direction::kNeutral, context, issues);
    return issues.empty() ? "" : issues.fields().front().detail;
  }

  MapFiles source;
  Documents documents;
  Diagnostics diagnostics;
  SchemaSet set;
  ValidationContext context;

 private:
  int count_ = 0;
};

}  // namespace servanda::schema_test
