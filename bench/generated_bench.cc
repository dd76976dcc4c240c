// SPDX-License-Identifier: Apache-2.0
// What generated readers and writers cost beside parsing the text and copying the flat nodes out.

#include <benchmark/benchmark.h>

#include <string>

#include "gen/types/schemas.h"
#include "servanda/json.h"

namespace {

const std::string& scalars_text() {
  static const std::string text =
      R"({"id":"0190a5b0-7c1d-7000-8000-000000000001","at":"2026-05-01T12:00:00.250Z",)"
      R"("day":"2026-05-01","price":"39.9","amount":0.1,"count":9007199254740993,"small":-5,)"
      R"("ratio":0.5,"flag":true,"text":"a text of some length","level":"high","maybe":null,)"
      R"("note":"a note","list":[true,false],"levels":["low","high"]})";
  return text;
}

// About 4 KB: 100 small objects inside each other.
const std::string& tree_text() {
  static const std::string text = [] {
    std::string out = R"({"value":1,"children":[)";
    for (int i = 0; i < 100; ++i) {
      out += (i > 0 ? "," : "") + (R"({"value":)" + std::to_string(i) + R"(,"left":{"value":2}})");
    }
    return out + "]}";
  }();
  return text;
}

void parse(benchmark::State& state, const std::string& text) {
  servanda::JsonParser parser;
  for (auto _ : state) benchmark::DoNotOptimize(parser.parse(text));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}

template <typename T>
void read_value(benchmark::State& state, const std::string& text) {
  const auto document = servanda::JsonDocument::parse(text);
  for (auto _ : state) {
    T out;
    servanda::ReadError error;
    benchmark::DoNotOptimize(read(document->root(), out, error));
    benchmark::DoNotOptimize(out);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}

template <typename T>
void write_value(benchmark::State& state, const std::string& text) {
  const auto value = servanda::from_json_text<T>(text);
  std::string out;
  for (auto _ : state) {
    out.clear();
    servanda::JsonWriter writer(out);
    write(*value, writer);
    benchmark::DoNotOptimize(out);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}

// The lower bound of writing: the same text from flat nodes, without any type.
void write_nodes(benchmark::State& state, const std::string& text) {
  const auto document = servanda::JsonDocument::parse(text);
  std::string out;
  for (auto _ : state) {
    out.clear();
    servanda::JsonWriter writer(out);
    writer.value(document->root());
    benchmark::DoNotOptimize(out);
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}

void scalars_parse(benchmark::State& state) {
  parse(state, scalars_text());
}
void scalars_read(benchmark::State& state) {
  read_value<gen::types::Scalars>(state, scalars_text());
}
void scalars_write(benchmark::State& state) {
  write_value<gen::types::Scalars>(state, scalars_text());
}
void scalars_write_nodes(benchmark::State& state) {
  write_nodes(state, scalars_text());
}
void tree_parse(benchmark::State& state) {
  parse(state, tree_text());
}
void tree_read(benchmark::State& state) {
  read_value<gen::types::Tree>(state, tree_text());
}
void tree_write(benchmark::State& state) {
  write_value<gen::types::Tree>(state, tree_text());
}
void tree_write_nodes(benchmark::State& state) {
  write_nodes(state, tree_text());
}

BENCHMARK(scalars_parse);
BENCHMARK(scalars_read);
BENCHMARK(scalars_write);
BENCHMARK(scalars_write_nodes);
BENCHMARK(tree_parse);
BENCHMARK(tree_read);
BENCHMARK(tree_write);
BENCHMARK(tree_write_nodes);

}  // namespace
