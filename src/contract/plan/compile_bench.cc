// SPDX-License-Identifier: Apache-2.0
// Loading and compiling a generated contract of 1,200 and of 20,000 operations: time and peak
// memory. The contract is written by tools/generate_contract.py and kept in the system's temporary
// folder.

#include <benchmark/benchmark.h>
#include <malloc.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "contract/plan/load.h"

namespace servanda {
namespace {

class OneFile : public FileSource {
 public:
  explicit OneFile(std::filesystem::path path) : path_(std::move(path)) {}
  Result<std::string> read(std::string_view) override {
    std::ifstream stream(path_, std::ios::binary);
    std::string text(std::filesystem::file_size(path_), '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    return text;
  }

 private:
  std::filesystem::path path_;
};

std::filesystem::path generated(int64_t operations, const std::string& format) {
  auto path = std::filesystem::temp_directory_path() /
              ("servanda-generated-" + std::to_string(operations) + "." + format);
  if (std::filesystem::exists(path)) return path;
  auto part = path;
  part += ".part";
  std::string command =
      "python3 '" SERVANDA_SOURCE_DIR "/tools/generate_contract.py' --operations " +
      std::to_string(operations) + " --format " + format + " > '" + part.string() + "'";
  if (std::system(command.c_str()) != 0) return {};
  std::filesystem::rename(part, path);
  return path;
}

// Kilobytes from /proc/self/status.
int64_t status_kb(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(field + ":")) return std::stoll(line.substr(field.size() + 1));
  }
  return 0;
}

void run(benchmark::State& state, const std::string& format) {
  auto path = generated(state.range(0), format);
  if (path.empty()) return state.SkipWithError("tools/generate_contract.py failed.");
  OneFile files(path);
  LoadOptions options;
  options.limits.file_bytes_max = 1u << 30;
  options.limits.total_bytes_max = 1u << 30;
  options.compile.publish = CompileOptions::Publish::kNo;
  int64_t before = 0;
  int64_t peak = 0;
  int64_t plan_only = 0;
  for (auto _ : state) {
    state.PauseTiming();
    malloc_trim(0);
    std::ofstream("/proc/self/clear_refs") << "5";  // The peak starts anew.
    before = status_kb("VmRSS");
    state.ResumeTiming();
    CompiledContract compiled = compile_contract(files, "contract." + format, {}, options);
    state.PauseTiming();
    if (compiled.plan == nullptr) state.SkipWithError("The contract has errors.");
    peak = status_kb("VmHWM");
    malloc_trim(0);
    plan_only = status_kb("VmRSS");
    compiled = {};
    state.ResumeTiming();
  }
  state.counters["peak_MB"] = static_cast<double>(peak - before) / 1024;
  state.counters["plan_MB"] = static_cast<double>(plan_only - before) / 1024;
  state.counters["input_MB"] = static_cast<double>(std::filesystem::file_size(path)) / 1e6;
}

void BM_CompileJsonContract(benchmark::State& state) {
  run(state, "json");
}
void BM_CompileYamlContract(benchmark::State& state) {
  run(state, "yaml");
}
BENCHMARK(BM_CompileJsonContract)->Arg(1'200)->Arg(20'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_CompileYamlContract)->Arg(1'200)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace servanda
