// SPDX-License-Identifier: Apache-2.0
// Reading a contract of about 13 MB and 1,200 operations as JSON and as YAML, and all of its load.

#include <benchmark/benchmark.h>

#include <string>

#include "contract/document/contract_document.h"
#include "contract/document/test_files.h"
#include "contract/document/yaml_writer.h"

namespace servanda {
namespace {

constexpr int kOperations = 1'200;
constexpr size_t kBytes = 13'000'000;

void append_property(std::string& out, int schema, int property) {
  const std::string number = std::to_string(property);
  out += "\"property_" + number + "\": {\n          \"description\": \"The property " + number +
         ", described in a sentence of the length that people write.\",\n          ";
  if (property % 7 == 0) {
    out += "\"$ref\": \"#/components/schemas/Schema" + std::to_string(schema / 2) + "\"";
  } else if (property % 5 == 0) {
    out +=
        "\"type\": \"array\",\n          \"items\": {\"type\": \"string\", \"enum\": [\"a\", "
        "\"b\", \"c\"]}";
  } else {
    out +=
        "\"type\": \"string\",\n          \"nullable\": true,\n          \"maxLength\": 255,\n   "
        "       \"example\": \"an example\"";
  }
  out += "\n        }";
}

void append_operation(std::string& out, int i) {
  const std::string number = std::to_string(i);
  out +=
      "    \"/resources" + number + "/{id}\": {\n      \"get\": {\n        \"operationId\": \"get" +
      number + "\",\n        \"parameters\": [{\"name\": \"id\", \"in\": \"path\", \"required\": " +
      "true, \"schema\": {\"type\": \"string\", \"format\": \"uuid\"}}],\n        \"responses\": " +
      "{\n          \"200\": {\n            \"description\": \"The resource.\",\n            " +
      "\"content\": {\"application/json\": {\"schema\": {\"$ref\": " +
      "\"#/components/schemas/Schema" + number + "\"}}}\n          }\n        }\n      }\n    }";
}

// Written once, indented like contracts that generators write.
const std::string& contract_json() {
  static const std::string json = [] {
    std::string out =
        "{\n  \"openapi\": \"3.0.3\",\n  \"info\": {\"title\": \"Large\", "
        "\"version\": \"1\"},\n  \"paths\": {\n";
    for (int i = 0; i < kOperations; ++i) {
      if (i > 0) out += ",\n";
      append_operation(out, i);
    }
    out += "\n  },\n  \"components\": {\"schemas\": {\n";
    for (int i = 0; i < kOperations; ++i) {
      if (i > 0) out += ",\n";
      out += "    \"Schema" + std::to_string(i) + "\": {\n      \"type\": \"object\",\n      " +
             "\"properties\": {\n        ";
      const size_t end = out.size() + (kBytes - out.size()) / (kOperations - i) - 60;
      for (int property = 0; out.size() < end; ++property) {
        if (property > 0) out += ",\n        ";
        append_property(out, i, property);
      }
      out += "\n      }\n    }";
    }
    return out + "\n  }}\n}\n";
  }();
  return json;
}

const std::string& contract_yaml() {
  static const std::string yaml = [] {
    MemoryFiles files;
    Documents documents(files);
    Diagnostics diagnostics;
    const Node* root = documents.load_text("a.json", contract_json(), diagnostics);
    std::string out;
    if (root != nullptr) (void)internal::write_yaml(out, *root, size_t{100} << 20);
    return out;
  }();
  return yaml;
}

void read(benchmark::State& state, const std::string& text, const char* name) {
  size_t held = 0;
  for (auto _ : state) {
    MemoryFiles files;
    Documents documents(files);
    Diagnostics diagnostics;
    if (documents.load_text(name, text, diagnostics) == nullptr) {
      state.SkipWithError("not read");
      return;
    }
    held = documents.arena().bytes_held();
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
  state.counters["text_MB"] = static_cast<double>(text.size()) / 1e6;
  state.counters["nodes_MB"] = static_cast<double>(held) / 1e6;
}

void load(benchmark::State& state, const std::string& text, const char* name) {
  MemoryFiles files;
  files.put(name, text);
  for (auto _ : state) {
    Diagnostics diagnostics;
    if (load_contract(files, name, {}, diagnostics).root == nullptr) {
      state.SkipWithError("not loaded");
      return;
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * text.size()));
}

void ReadJson(benchmark::State& state) {
  read(state, contract_json(), "a.json");
}
void ReadYaml(benchmark::State& state) {
  read(state, contract_yaml(), "a.yaml");
}
void LoadContractJson(benchmark::State& state) {
  load(state, contract_json(), "a.json");
}
void LoadContractYaml(benchmark::State& state) {
  load(state, contract_yaml(), "a.yaml");
}
void Publish(benchmark::State& state) {
  MemoryFiles files;
  files.put("a.json", contract_json());
  Diagnostics diagnostics;
  ContractDocument contract = load_contract(files, "a.json", {}, diagnostics);
  for (auto _ : state) {
    benchmark::DoNotOptimize(publish(contract, diagnostics).json.size());
  }
}

BENCHMARK(ReadJson)->Unit(benchmark::kMillisecond);
BENCHMARK(ReadYaml)->Unit(benchmark::kMillisecond);
BENCHMARK(LoadContractJson)->Unit(benchmark::kMillisecond);
BENCHMARK(LoadContractYaml)->Unit(benchmark::kMillisecond);
BENCHMARK(Publish)->Unit(benchmark::kMillisecond)->Iterations(5);

}  // namespace
}  // namespace servanda
