// SPDX-License-Identifier: Apache-2.0
#include "call/pages_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "call/row_view.h"
#include "call/test_plans.h"
#include "call/things_for_test.h"

namespace servanda::internal {
namespace {

class PagesText : public ::testing::Test {
 protected:
  PagesText() : plan(test::compile_text(test::kThings)) {}
  [[nodiscard]] const Resource& thing() const { return plan->resources.front(); }
  [[nodiscard]] uint16_t property(std::string_view name) const {
    return *thing().property_index(name);
  }
  std::optional<PagesWanted> wanted(std::string_view text) {
    return read_pages_wanted(text, *plan, arena, parser);
  }
  std::optional<PagesFound> found(std::string_view text, size_t count = 1) {
    return read_pages(text, thing(), count, arena, parser);
  }
  std::shared_ptr<const Plan> plan;
  Arena arena;
  JsonParser parser;
};

TEST_F(PagesText, AskIsReadAsItWasWritten) {
  const Value values[] = {Value::of_text("a"), Value::of_text("\"\xc3\xbc\n")};
  const PagesWanted asked{&thing(), property("parentId"), values, true};
  std::string text;
  append_pages_wanted(text, asked);
  EXPECT_EQ(text, R"({"resource":"Thing","by":"parentId","code":true,"values":["a","\"ü\n"]})");
  const auto read = wanted(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->resource, &thing());
  EXPECT_EQ(read->by, asked.by);
  EXPECT_TRUE(read->with_code);
  ASSERT_EQ(read->values.size(), 2u);
  EXPECT_EQ(read->values[1], values[1]);
}

TEST_F(PagesText, AskNamesWhatThePlanHasAndRowsAreLookedForBy) {
  EXPECT_TRUE(wanted(R"({"resource":"Thing","by":"id","values":[]})"));
  EXPECT_FALSE(wanted(R"({"resource":"Thing","by":"size","values":[]})")) << "names no row";
  EXPECT_FALSE(wanted(R"({"resource":"Thing","by":"other","values":[]})"));
  EXPECT_FALSE(wanted(R"({"resource":"Other","by":"id","values":[]})"));
  EXPECT_FALSE(wanted(R"({"resource":"Thing","by":"id","values":[null]})"));
  EXPECT_FALSE(wanted(R"({"resource":"Thing","by":"id","values":[1]})"));
  EXPECT_FALSE(wanted(R"({"resource":"Thing","by":"id"})"));
  EXPECT_FALSE(wanted("[]"));
  EXPECT_FALSE(wanted("{"));
}

TEST_F(PagesText, AskHasABound) {
  const auto of = [](size_t count) {
    std::string text = R"({"resource":"Thing","by":"id","values":[)";
    for (size_t i = 0; i < count; ++i) text += i == 0 ? "\"a\"" : ",\"a\"";
    return text + "]}";
  };
  EXPECT_TRUE(wanted(of(ViewLimits::kRowsMax)));
  EXPECT_FALSE(wanted(of(ViewLimits::kRowsMax + 1)));
}

TEST_F(PagesText, RowsAreReadAsTheyWereWritten) {
  std::vector<Value> values(thing().properties.size());
  values[property("id")] = Value::of_text("a");
  values[property("size")] = Value::of_integer(INT64_MIN);
  values[property("price")] = Value::of_text("10.5");
  values[property("seen")] = Value::of_integer(1'767'225'600'000'001);
  values[property("uid")] = Value::of_bytes("0123456789abcdef");
  values[property("extra")] = Value::of_text(R"({"b":[1,null]})");
  values[property("secret")] = Value::of_text("s");
  const Row row{values, 7};
  const Page pages[] = {{{&row, 1}, true}, {}};
  const std::string_view next[] = {"/things?cursor=x", ""};
  std::string text;
  append_pages(text, thing(), {pages, next});
  const auto read = found(text, 2);
  ASSERT_TRUE(read) << text;
  ASSERT_EQ(read->pages[0].rows.size(), 1u);
  EXPECT_TRUE(read->pages[0].more);
  EXPECT_EQ(read->next[0], next[0]);
  EXPECT_EQ(read->pages[0].rows[0].version, 7);
  for (size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(read->pages[0].rows[0].values[i], values[i]) << thing().properties[i].name;
  }
  EXPECT_TRUE(read->pages[1].rows.empty());
  EXPECT_FALSE(read->pages[1].more);
  EXPECT_EQ(read->next[1], "");
}

TEST_F(PagesText, RowsOfAnotherContractAreTakenAsFarAsTheyFit) {
  EXPECT_TRUE(found(R"({"pages":[{"rows":[{"version":1,"values":{"id":"a","newer":[1]}}]}]})"));
  EXPECT_FALSE(found(R"({"pages":[{"rows":[{"version":1,"values":{"id":1}}]}]})"));
  EXPECT_FALSE(found(R"({"pages":[{"rows":[{"version":1,"values":{"size":1}}]}]})")) << "no key";
  EXPECT_FALSE(found(R"({"pages":[{"rows":[{"values":{"id":"a"}}]}]})"));
  EXPECT_FALSE(found(R"({"pages":[{"rows":[1]}]})"));
  EXPECT_FALSE(found(R"({"pages":[{}]})"));
  EXPECT_FALSE(found(R"({"pages":[]})")) << "one page was asked for";
  EXPECT_FALSE(found("nothing"));
}

}  // namespace
}  // namespace servanda::internal
