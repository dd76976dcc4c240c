// SPDX-License-Identifier: Apache-2.0
// Tags of operations made from types.yaml, and the files themselves.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "contract/plan/load.h"
#include "gen/types/contract.h"
#include "gen/types/operations.h"
#include "servanda/json.h"

namespace {

namespace fs = std::filesystem;
namespace op = gen::types::op;
using servanda::BodyKind;
using servanda::JsonDocument;
using servanda::JsonValue;

// The parameters of getThing from a JSON object with their places in order; null is "not given".
struct Arguments {
  JsonDocument document;
  std::vector<JsonValue> values;
  explicit Arguments(const std::string& array) : document(*JsonDocument::parse(array)) {
    for (const JsonValue value : document.root().items()) {
      values.push_back(value.is_null() ? JsonValue() : value);
    }
  }
};

const std::string kId = "\"0190a5b0-7c1d-7000-8000-000000000001\"";

TEST(GeneratedOperation, FillsDefaultsAndLeavesTheRestOut) {
  const Arguments given("[" + kId + ",null,null,null,null,null,null,null,null,null,\"t\"]");
  op::GetThing::In in;
  servanda::ReadError error;
  ASSERT_TRUE(read(servanda::Input{given.values, {}, {}}, in, error)) << error.field().detail;
  EXPECT_EQ("\"" + in.id.text() + "\"", kId);
  EXPECT_FALSE(in.id_in_query.has_value());
  EXPECT_EQ(in.limit, 50);
  EXPECT_EQ(in.ratio, 0.25);
  EXPECT_EQ(in.word, "a \"quoted\" one");
  EXPECT_TRUE(in.deep);
  EXPECT_EQ(in.order, op::GetThingOrder::kMinusName);
  EXPECT_FALSE(in.since.has_value());
  EXPECT_EQ(in.x_trace, "t");
  static_assert(
      std::is_same_v<decltype(in.mode), std::optional<servanda::Open<gen::types::ModeParameter>>>);
  static_assert(std::is_same_v<decltype(in.body_in_query), std::optional<std::string>>);
}

TEST(GeneratedOperation, GivesBackTheParametersThatItRead) {
  const std::string text = "[" + kId +
                           R"(,7,8,0.5,"w",false,"name","2026-05-01T12:00:00Z",["a","b"],)"
                           R"("x","t","fast"])";
  const Arguments given(text);
  op::GetThing::In in;
  servanda::ReadError error;
  ASSERT_TRUE(read(servanda::Input{given.values, {}, {}}, in, error)) << error.field().detail;
  std::string written;
  servanda::JsonWriter writer(written);
  write_parameters(in, writer);
  EXPECT_EQ(written, text);
}

TEST(GeneratedOperation, NamesTheParameterThatIsWrong) {
  op::GetThing::In in;
  servanda::ReadError error;
  ASSERT_FALSE(read(servanda::Input{}, in, error));
  EXPECT_EQ(error.field().in + " " + error.field().pointer + " " + error.field().detail,
            "path id is missing");
  const Arguments given("[" + kId + R"(,null,null,null,null,null,null,null,["a",1]])");
  servanda::ReadError second;
  ASSERT_FALSE(read(servanda::Input{given.values, {}, {}}, in, second));
  EXPECT_EQ(second.field().in + " " + second.field().pointer + " " + second.field().detail,
            "query tag at /1: must be a string, but is a number");
  EXPECT_EQ(second.to_error().message,
            "The query parameter tag at /1: must be a string, but is a number.");
}

TEST(GeneratedOperation, HasOneStructPerDeclaredResponse) {
  static_assert(std::is_same_v<op::GetThing::Out,
                               std::variant<op::GetThing::Ok200, op::GetThing::NotModified304,
                                            op::GetThing::ClientError4xx, op::GetThing::Default>>);
  static_assert(op::GetThing::kId == "getThing" && op::GetThing::kMethod == "GET" &&
                op::GetThing::kPath == "/things/{id}");
  static_assert(op::GetThing::kParameters[1].in == "query" &&
                op::GetThing::kParameters[1].name == "id");
  static_assert(op::GetThing::Ok200::kMediaType == "application/json");
  static_assert(op::GetThing::NotModified304::kBody == BodyKind::kNone);
  static_assert(op::GetThing::ClientError4xx::kFirstStatus == 400 &&
                op::GetThing::ClientError4xx::kLastStatus == 499);
  EXPECT_EQ(op::GetThing::ClientError4xx().status, 400);
  EXPECT_EQ(op::GetThing::Default().status, 500);
  // One response for several operations has one body type.
  static_assert(std::is_same_v<decltype(op::GetThing::Default::body),
                               decltype(op::GetThing::ClientError4xx::body)>);
}

TEST(GeneratedOperation, WritesHeaders) {
  op::GetThing::Ok200 answer;
  answer.etag = "\"1\"";
  answer.x_tags = {"a", "b"};
  std::vector<servanda::HeaderValue> headers;
  append_headers(answer, headers);
  ASSERT_EQ(headers.size(), 2u);
  EXPECT_EQ(std::string(headers[0].name) + ": " + headers[0].value, "ETag: \"1\"");
  EXPECT_EQ(std::string(headers[1].name) + ": " + headers[1].value, "X-Tags: a, b");
  static_assert(std::is_same_v<decltype(answer.x_odd), std::optional<std::string>>);
}

TEST(GeneratedOperation, TakesBodiesByTheirKind) {
  static_assert(op::PutFile::In::kBody == BodyKind::kRaw);
  static_assert(op::PutThing::In::kBody == BodyKind::kStructured);
  static_assert(std::is_same_v<decltype(op::PatchFile::In::body), servanda::Json>);
  static_assert(std::is_same_v<decltype(op::PutFile::Ok200::media_type), std::string>);
  static_assert(op::PutFile::Accepted202::kMediaType == "text/plain");
  op::PutFile::In file;
  servanda::ReadError error;
  EXPECT_TRUE(read(servanda::Input{{}, {}, "\xff\0x"}, file, error));
  EXPECT_FALSE(read(servanda::Input{}, file, error));
  const Arguments id("[" + kId + "]");
  op::PostThing::In post;
  EXPECT_TRUE(read(servanda::Input{id.values, {}, {}}, post, error));
  EXPECT_FALSE(post.body.has_value());
  const JsonDocument body = *JsonDocument::parse(R"({"note":7})");
  servanda::ReadError wrong;
  EXPECT_FALSE(read(servanda::Input{id.values, body.root(), {}}, post, wrong));
  EXPECT_EQ(wrong.field().in + wrong.field().pointer, "body/note");
}

// Files of a folder, as the engine reads them.
class Folder : public servanda::FileSource {
 public:
  servanda::Result<std::string> read(std::string_view path) override {
    std::ifstream stream(std::string(SERVANDA_SOURCE_DIR "/test/generated/") + std::string(path));
    if (!stream) return servanda::fail(servanda::Code::kNotFound, "No such file.");
    return std::string{std::istreambuf_iterator<char>(stream), {}};
  }
};

TEST(GeneratedContract, HasTheHashThatTheEngineComputesAtStartUp) {
  Folder files;
  const std::vector<std::string> overlays = {"types_overlay.yaml"};
  const auto compiled = servanda::compile_contract(files, "types.yaml", overlays);
  ASSERT_TRUE(compiled.plan);
  EXPECT_EQ(compiled.plan->hash, gen::types::kContractHash);
  const auto without = servanda::compile_contract(files, "types.yaml", {});
  ASSERT_TRUE(without.plan);
  EXPECT_NE(without.plan->hash, gen::types::kContractHash);
}

TEST(GeneratedContract, StandsInOneHeaderPerSchemaAndOperation) {
  const fs::path folder = fs::path(SERVANDA_GENERATED_FOLDER) / "gen/types";
  EXPECT_TRUE(fs::exists(folder / "schemas/scalars.h"));
  EXPECT_TRUE(fs::exists(folder / "operations/get_thing.h"));
  EXPECT_TRUE(fs::exists(folder / "source_0003.cc"));
  EXPECT_FALSE(fs::exists(folder / "source_0004.cc"));
}

}  // namespace
