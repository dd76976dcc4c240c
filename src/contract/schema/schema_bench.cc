// SPDX-License-Identifier: Apache-2.0
// Parse and validate the body that bench/peers/ajv uses, under the same schema. Run from the
// repository's root, or name the folder of the two files in SERVANDA_BENCH_AJV.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "base/json.h"
#include "contract/schema/regex.h"
#include "contract/schema/schema.h"

namespace servanda {
namespace {

class NoFiles : public FileSource {
 public:
  Result<std::string> read(std::string_view) override {
    return fail(Code::kNotFound, "There are no files.");
  }
};

std::string read_shared(const std::string& name) {
  const char* folder = std::getenv("SERVANDA_BENCH_AJV");
  std::ifstream file(std::string(folder == nullptr ? "bench/peers/ajv" : folder) + "/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  std::string content = std::move(text).str();
  while (content.ends_with('\n')) content.pop_back();
  return content;
}

// The shared schema compiled, with the shared body.
struct Subject {
  NoFiles files;
  Documents documents{files};
  Diagnostics diagnostics;
  SchemaSet set{documents};
  Schema schema;
  std::string body = read_shared("body.json");

  bool load(std::string text) {
    const Node* root = documents.load_text("schema.json", std::move(text), diagnostics);
    if (root == nullptr) return false;
    schema = set.compile(*root, diagnostics);
    return !diagnostics.has_errors() && !body.empty();
  }
};

void parse_and_validate(benchmark::State& state) {
  Subject subject;
  if (!subject.load(read_shared("schema.json"))) return state.SkipWithError("no schema or body");
  JsonParser parser;
  ValidationContext context;
  Issues issues;
  for (auto _ : state) {
    const Result<JsonValue> value = parser.parse(subject.body);
    if (!value || !subject.schema.validate(*value, Direction::kRequest, context, issues)) {
      return state.SkipWithError("refused");
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * subject.body.size()));
}
BENCHMARK(parse_and_validate);

void validate_only(benchmark::State& state) {
  Subject subject;
  if (!subject.load(read_shared("schema.json"))) return state.SkipWithError("no schema or body");
  const Result<JsonDocument> value = JsonDocument::parse(subject.body);
  ValidationContext context;
  Issues issues;
  for (auto _ : state) {
    if (!subject.schema.validate(value->root(), Direction::kRequest, context, issues)) {
      return state.SkipWithError("refused");
    }
  }
}
BENCHMARK(validate_only);

// The same body with three mistakes: what an answer 422 costs.
void explain(benchmark::State& state) {
  Subject subject;
  if (!subject.load(read_shared("schema.json"))) return state.SkipWithError("no schema or body");
  const Result<JsonDocument> value =
      JsonDocument::parse(R"({"id":"x","name":"","stock":-1,"price":1,"active":true,)"
                          R"("category":"lighting","size":{"width":1,"height":1}})");
  ValidationContext context;
  for (auto _ : state) {
    Issues issues;
    benchmark::DoNotOptimize(
        subject.schema.validate(value->root(), Direction::kRequest, context, issues));
  }
}
BENCHMARK(explain);

// One pattern as a plain loop and, with a group around it, on RE2.
void match_pattern(benchmark::State& state) {
  auto compiled = internal::Pattern::compile(state.range(0) == 0 ? "^[A-Z]{3}-[0-9]{4,8}$"
                                                                 : "^([A-Z]{3}|x)-[0-9]{4,8}$");
  const auto& pattern = std::get<std::unique_ptr<internal::Pattern>>(compiled);
  const std::string text = "LMP-00412";
  for (auto _ : state) benchmark::DoNotOptimize(pattern->matches(text));
  state.SetLabel(pattern->is_plain_loop() ? "plain loop" : "RE2");
}
BENCHMARK(match_pattern)->Arg(0)->Arg(1);

// Compiling `count` object schemas of ten properties that refer to each other.
void compile_schemas(benchmark::State& state) {
  std::string text = R"({"$defs": {)";
  const int64_t count = state.range(0);
  for (int64_t i = 0; i < count; ++i) {
    if (i > 0) text += ",";
    text += "\"S" + std::to_string(i) + R"(": {"type": "object", "required": ["a", "b"],
      "properties": {"a": {"type": "string", "maxLength": 40}, "b": {"type": "integer"},
      "c": {"type": "string", "format": "date-time"}, "d": {"enum": ["x", "y", "z"]},
      "e": {"type": "array", "items": {"type": "string"}}, "f": {"type": "number"},
      "g": {"$ref": "#/$defs/S)" +
            std::to_string((i + 1) % count) + R"("}}})";
  }
  text += R"(}, "$ref": "#/$defs/S0"})";
  for (auto _ : state) {
    state.PauseTiming();
    auto subject = std::make_unique<Subject>();
    const Node* root = subject->documents.load_text("s.json", text, subject->diagnostics);
    state.ResumeTiming();
    benchmark::DoNotOptimize(subject->set.compile(*root, subject->diagnostics));
    state.PauseTiming();
    subject.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * count);
}
BENCHMARK(compile_schemas)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace servanda
