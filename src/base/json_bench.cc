// SPDX-License-Identifier: Apache-2.0
// Reading and writing JSON: ours beside simdjson's on-demand reader walked into the same nodes.

#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <string>

#include "base/json.h"
#include "base/text.h"

namespace servanda {
namespace {

// 274 bytes, ten members, one of them an object.
std::string small_object() {
  return R"({"id":"0190a5c2-7e1b-7c3a-9f00-3a1b2c3d4e5f",)"
         R"("name":"Desk lamp, brushed brass, 180 mm","price":"39.90",)"
         R"("stock":120,"weight":1.25,"active":true,"category":"lighting",)"
         R"("tags":["desk","brass","led"],"size":{"width":18,"height":42,"depth":18},)"
         R"("created_at":"2026-05-01T12:00:00Z"})";
}

// An object with `count` small objects in an array.
std::string list_of(int count) {
  std::string text = R"({"items":[)";
  for (int i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + small_object();
  return text + R"(],"next":null})";
}

std::string document(int64_t which) {
  if (which == 0) return small_object();
  return list_of(which == 1 ? 4 : 81);
}

void parse_json(benchmark::State& state) {
  const std::string text = document(state.range(0));
  JsonParser parser;
  for (auto _ : state) {
    const Result<JsonValue> value = parser.parse(text);
    if (!value) return state.SkipWithError("not parsed");
    benchmark::DoNotOptimize(value->node());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
  state.SetLabel(std::to_string(text.size()) + " bytes");
}
BENCHMARK(parse_json)->DenseRange(0, 2);

void write_json(benchmark::State& state) {
  JsonParser parser;
  const Result<JsonValue> value = parser.parse(document(state.range(0)));
  std::string out;
  for (auto _ : state) {
    out.clear();
    JsonWriter(out).value(*value);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(write_json)->DenseRange(0, 2);

void canonicalise_json(benchmark::State& state) {
  JsonParser parser;
  const Result<JsonValue> value = parser.parse(document(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(json_canonical(*value));
}
BENCHMARK(canonicalise_json)->DenseRange(0, 1);

using simdjson::ondemand::json_type;

bool walk(simdjson::ondemand::value value, JsonBuilder& builder);

bool walk_object(simdjson::ondemand::value value, JsonBuilder& builder) {
  builder.begin_object();
  simdjson::ondemand::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return false;
  for (auto field : object) {
    std::string_view key;
    simdjson::ondemand::value inner;
    if (field.unescaped_key().get(key) != simdjson::SUCCESS) return false;
    builder.key(key);
    if (field.value().get(inner) != simdjson::SUCCESS || !walk(inner, builder)) return false;
  }
  builder.end_object();
  return true;
}

bool walk_array(simdjson::ondemand::value value, JsonBuilder& builder) {
  builder.begin_array();
  simdjson::ondemand::array array;
  if (value.get_array().get(array) != simdjson::SUCCESS) return false;
  for (auto item : array) {
    simdjson::ondemand::value inner;
    if (item.get(inner) != simdjson::SUCCESS || !walk(inner, builder)) return false;
  }
  builder.end_array();
  return true;
}

// Without looking for duplicate names, which simdjson leaves to its user.
bool walk(simdjson::ondemand::value value, JsonBuilder& builder) {
  json_type type;
  if (value.type().get(type) != simdjson::SUCCESS) return false;
  switch (type) {
    case json_type::object:
      return walk_object(value, builder);
    case json_type::array:
      return walk_array(value, builder);
    case json_type::string: {
      std::string_view text;
      if (value.get_string().get(text) != simdjson::SUCCESS) return false;
      builder.string(text);
      return true;
    }
    case json_type::number: {
      const std::string_view token = trim(value.raw_json_token());
      if (!is_json_number(token)) return false;
      builder.number(token);
      return true;
    }
    case json_type::boolean: {
      bool flag = false;
      if (value.get_bool().get(flag) != simdjson::SUCCESS) return false;
      builder.boolean(flag);
      return true;
    }
    case json_type::null:
      builder.null();
      return true;
  }
  return false;
}

void parse_with_simdjson(benchmark::State& state) {
  const std::string text = document(state.range(0));
  simdjson::ondemand::parser parser;
  JsonBuilder builder;
  std::string padded;
  for (auto _ : state) {
    padded.assign(text);
    padded.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    builder.clear();
    simdjson::ondemand::document parsed;
    simdjson::ondemand::value root;
    if (parser.iterate(padded).get(parsed) != simdjson::SUCCESS ||
        parsed.get_value().get(root) != simdjson::SUCCESS || !walk(root, builder)) {
      return state.SkipWithError("not parsed");
    }
    benchmark::DoNotOptimize(builder.root().node());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}
BENCHMARK(parse_with_simdjson)->DenseRange(0, 2);

}  // namespace
}  // namespace servanda
