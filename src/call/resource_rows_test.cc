// SPDX-License-Identifier: Apache-2.0
#include "call/resource_rows.h"

#include <gtest/gtest.h>

namespace servanda {
namespace {

// The JSON that a value comes back as, or "-" when the column cannot hold it.
std::string through(ColumnType type, const std::string& json) {
  Arena arena;
  const auto document = JsonDocument::parse(json);
  EXPECT_TRUE(document.has_value()) << json;
  const std::optional<Value> value = value_from_json(type, document->root(), arena);
  if (!value) return "-";
  std::string out;
  append_value(out, type, *value);
  return out;
}

TEST(ResourceRows, KeepIntegersExactly) {
  EXPECT_EQ(through(ColumnType::kInteger, "9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(through(ColumnType::kInteger, "-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(through(ColumnType::kInteger, "9223372036854775808"), "-");
  EXPECT_EQ(through(ColumnType::kInteger, "-9223372036854775809"), "-");
  EXPECT_EQ(through(ColumnType::kInteger, "9223372036854775807.0"), "9223372036854775807");
  EXPECT_EQ(through(ColumnType::kInteger, "1e3"), "1000");
  EXPECT_EQ(through(ColumnType::kInteger, "-0.0"), "0");
  EXPECT_EQ(through(ColumnType::kInteger, "1e400"), "-");
  EXPECT_EQ(through(ColumnType::kInteger, "1.5"), "-");
  EXPECT_EQ(through(ColumnType::kInteger, "\"1\""), "-");
}

TEST(ResourceRows, KeepDecimalsAsText) {
  EXPECT_EQ(through(ColumnType::kDecimal, "\"0012.3400\""), "\"12.34\"");
  EXPECT_EQ(through(ColumnType::kDecimal, "\"0.1\""), "\"0.1\"");
  EXPECT_EQ(through(ColumnType::kDecimal, "\"" + std::string(1000, '9') + "\""),
            "\"" + std::string(1000, '9') + "\"");
  EXPECT_EQ(through(ColumnType::kDecimal, "\"" + std::string(1001, '9') + "\""), "-");
  EXPECT_EQ(through(ColumnType::kDecimal, "1"), "-");
}

TEST(ResourceRows, KeepTimesInUtcToTheMicrosecond) {
  EXPECT_EQ(through(ColumnType::kTimestamp, "\"2026-05-01T14:00:00.123456+02:00\""),
            "\"2026-05-01T12:00:00.123456Z\"");
  EXPECT_EQ(through(ColumnType::kTimestamp, "\"1969-12-31T23:59:59.5Z\""),
            "\"1969-12-31T23:59:59.500Z\"");
  EXPECT_EQ(through(ColumnType::kTimestamp, "\"yesterday\""), "-");
  EXPECT_EQ(through(ColumnType::kDate, "\"2000-02-29\""), "\"2000-02-29\"");
  EXPECT_EQ(through(ColumnType::kDate, "\"1900-02-29\""), "-");
}

TEST(ResourceRows, KeepTheOtherTypes) {
  EXPECT_EQ(through(ColumnType::kNumber, "0.1"), "0.1");
  EXPECT_EQ(through(ColumnType::kNumber, "1e999"), "-");
  EXPECT_EQ(through(ColumnType::kBoolean, "true"), "true");
  EXPECT_EQ(through(ColumnType::kBoolean, "1"), "-");
  EXPECT_EQ(through(ColumnType::kUuid, "\"0197A000-0000-7000-8000-00000000000F\""),
            "\"0197a000-0000-7000-8000-00000000000f\"");
  EXPECT_EQ(through(ColumnType::kUuid, "\"0197\""), "-");
  EXPECT_EQ(through(ColumnType::kText, "\"a\\u0000\\n\\\"\""), "\"a\\u0000\\n\\\"\"");
  EXPECT_EQ(through(ColumnType::kJson, "[1.50, {\"a\": null}]"), "[1.50,{\"a\":null}]");
  EXPECT_EQ(through(ColumnType::kText, "null"), "null");
}

Resource two_properties() {
  Resource resource;
  resource.properties.resize(3);
  resource.properties[0].name = "id";
  resource.properties[0].member = "\"id\":";
  resource.properties[1].name = "note";
  resource.properties[1].member = "\"note\":";
  resource.properties[1].nullable = true;
  resource.properties[2].name = "hidden";
  resource.properties[2].member = "\"hidden\":";
  resource.properties[2].write_only = true;
  return resource;
}

TEST(ResourceRows, WriteWhatTheReaderMaySee) {
  const Resource resource = two_properties();
  const Value values[] = {Value::of_text("a"), Value::null(), Value::of_text("h")};
  std::string client;
  append_row(client, resource, Row{values, 1}, RowReader::kClient, {});
  EXPECT_EQ(client, R"({"id":"a","note":null})");
  std::string engine;
  append_row(engine, resource, Row{values, 1}, RowReader::kEngine, {});
  EXPECT_EQ(engine, R"({"id":"a","note":null,"hidden":"h"})");
}

TEST(ResourceRows, ShowACounterAsTheRowsVersion) {
  Resource resource = two_properties();
  resource.properties[1].generated = Generated::kCounter;
  resource.properties[1].type = ColumnType::kInteger;
  const Value values[] = {Value::of_text("a"), Value::of_integer(1), Value::null()};
  std::string out;
  append_row(out, resource, Row{values, 9}, RowReader::kClient, {});
  EXPECT_EQ(out, R"({"id":"a","note":9})");
}

}  // namespace
}  // namespace servanda
