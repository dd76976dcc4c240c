// SPDX-License-Identifier: Apache-2.0
// Values that are made when a row is shown: of every stored type, and out of free-form objects.
#include "call/computed_values.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/ids.h"
#include "call/resource_rows.h"
#include "call/test_plans.h"

namespace servanda {
namespace {

// A contract whose resource is stored as `meta` (free-form), `day` and `rank`, and computes `made`.
std::shared_ptr<const Plan> plan_with(std::string_view schema, std::string_view expression) {
  const std::string contract = R"(
openapi: 3.1.0
info: {title: T, version: '1'}
x-servanda: {services: {t: {}}}
paths: {}
components:
  schemas:
    Thing:
      type: object
      required: [id]
      x-servanda: {resource: {}}
      properties:
        made: {)" + std::string(schema) +
                               R"(, readOnly: true, x-servanda: {computed: ")" +
                               std::string(expression) + R"("}}
        id: {type: string, format: uuid, readOnly: true}
        meta: {type: object}
        day: {type: string, format: date}
        rank: {type: number}
        secret: {type: string, writeOnly: true}
)";
  return test::compile_text(contract);
}

const Uuid kId = *Uuid::parse("0197a000-0000-7000-8000-000000000001");

std::string shown(std::string_view schema, std::string_view expression,
                  std::string_view meta = "{}", RowReader reader = RowReader::kClient) {
  const std::shared_ptr<const Plan> plan = plan_with(schema, expression);
  if (plan == nullptr) return "no plan";
  const Value values[] = {
      Value::of_bytes({reinterpret_cast<const char*>(kId.bytes.data()), kId.bytes.size()}),
      Value::of_text(meta), Value::of_integer(1), Value::of_number(2.5), Value::of_text("s")};
  std::string out;
  append_row(out, plan->resources[0], Row{values, 1}, reader, Timestamp{1'500'000});
  const std::string_view end = R"("id":"0197a000-0000-7000-8000-000000000001")";
  return out.substr(1, out.find(end) - 1);
}

TEST(ComputedValues, AreOfEveryStoredType) {
  EXPECT_EQ(shown("type: string, format: uuid", "self.id"),
            R"("made":"0197a000-0000-7000-8000-000000000001",)");
  EXPECT_EQ(shown("type: string, format: date", "self.day"), R"("made":"1970-01-02",)");
  EXPECT_EQ(shown("type: string, format: date-time", "now"),
            R"("made":"1970-01-01T00:00:01.500Z",)");
  EXPECT_EQ(shown("type: number", "self.rank * 2"), R"("made":5,)");
  EXPECT_EQ(shown("type: integer", "size(self.meta)", R"({"a":1,"b":2})"), R"("made":2,)");
  EXPECT_EQ(shown("type: string, format: decimal", "1 + 2"), R"("made":"3",)");
  EXPECT_EQ(shown("type: boolean", "self.day < '1970-01-03'"), R"("made":true,)");
  EXPECT_EQ(shown("type: string", "'a' + 'b'"), R"("made":"ab",)");
}

TEST(ComputedValues, OutOfFreeFormObjectsMustBeOfTheDeclaredType) {
  const std::string meta =
      R"({"i":5,"d":1.25,"t":"x\n","day":"1970-01-03","dec":"1.50","big":1e400,"l":[1],"b":true})";
  const auto of = [&](std::string_view schema, std::string_view member) {
    return shown(schema, "self.meta." + std::string(member), meta);
  };
  EXPECT_EQ(of("type: integer", "i"), R"("made":5,)");
  EXPECT_EQ(of("type: number", "i"), R"("made":5,)");
  EXPECT_EQ(of("type: number", "d"), R"("made":1.25,)");
  EXPECT_EQ(of("type: string, format: decimal", "i"), R"("made":"5",)");
  EXPECT_EQ(of("type: string, format: decimal", "d"), R"("made":"1.25",)");
  EXPECT_EQ(of("type: string, format: decimal", "dec"), R"("made":"1.5",)");
  EXPECT_EQ(of("type: string", "t"), R"("made":"x\n",)");
  EXPECT_EQ(of("type: string, format: date", "day"), R"("made":"1970-01-03",)");
  EXPECT_EQ(of("type: boolean", "b"), R"("made":true,)");
  EXPECT_EQ(of("type: integer", "d"), "");
  EXPECT_EQ(of("type: integer", "t"), "");
  EXPECT_EQ(of("type: boolean", "t"), "");
  EXPECT_EQ(of("type: number", "t"), "");
  EXPECT_EQ(of("type: number", "big"), "");
  EXPECT_EQ(of("type: string", "i"), "");
  EXPECT_EQ(of("type: string", "l"), "");
  EXPECT_EQ(of("type: string", "none"), "");
  EXPECT_EQ(of("type: string, format: date", "t"), "");
  EXPECT_EQ(of("type: [string, 'null'], format: date", "t"), R"("made":null,)");
}

TEST(ComputedValues, AreForClientsOnly) {
  EXPECT_EQ(shown("type: string", "'a'", "{}", RowReader::kEngine), "");
}

TEST(ComputedValues, DependOnTimeOnlyWhereTheyReadIt) {
  EXPECT_TRUE(plan_with("type: string, format: date-time", "now")->resources[0].shows_time());
  EXPECT_FALSE(plan_with("type: string", "'now'")->resources[0].shows_time());
}

}  // namespace
}  // namespace servanda
