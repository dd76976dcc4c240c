// SPDX-License-Identifier: Apache-2.0
// servanda_cases [--services | --serialised] FILE|FOLDER...: runs behaviour cases in one process;
// with --services in one for each service of their contract and a gateway (on simulated io, all of
// it); with --serialised in one whose handlers get the answers of others as text. Exit code 0 when
// all passed, 77 when the only one was skipped, 1 otherwise.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

#include "case_run.h"

namespace {

namespace fs = std::filesystem;
using servanda::cases::Outcome;
using servanda::cases::Shape;

std::vector<fs::path> case_files(int first, int count, char** arguments) {
  std::vector<fs::path> files;
  for (int i = first; i < count; ++i) {
    if (!fs::is_directory(arguments[i])) {
      files.emplace_back(arguments[i]);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(arguments[i])) {
      if (entry.path().extension() == ".case") files.push_back(entry.path());
    }
  }
  std::ranges::sort(files);
  return files;
}

Shape shape_named(std::string_view option) {
  if (option == "--services") return Shape::kServices;
  return option == "--serialised" ? Shape::kSerialised : Shape::kMonolith;
}

Outcome run_one(const fs::path& path, Shape shape) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return {Outcome::Kind::kFailed, "cannot be read"};
  std::ostringstream text;
  text << stream.rdbuf();
  auto file = servanda::cases::parse_case(std::move(text).str());
  if (!file) return {Outcome::Kind::kFailed, file.error().message};
  std::string data = fs::temp_directory_path() / "servanda-case-XXXXXX";
  if (mkdtemp(data.data()) == nullptr) return {Outcome::Kind::kFailed, "no temporary folder"};
  Outcome outcome = servanda::cases::run_case(*file, shape, SERVANDA_SOURCE_DIR, data);
  fs::remove_all(data);
  return outcome;
}

}  // namespace

int main(int count, char** arguments) {
  int passed = 0;
  int failed = 0;
  int skipped = 0;
  const Shape shape = shape_named(count > 1 ? arguments[1] : "");
  const int first = shape == Shape::kMonolith ? 1 : 2;
  for (const fs::path& path : case_files(first, count, arguments)) {
    const Outcome outcome = run_one(path, shape);
    switch (outcome.kind) {
      case Outcome::Kind::kPassed:
        ++passed;
        break;
      case Outcome::Kind::kFailed:
        ++failed;
        std::printf("FAILED %s: %s\n", path.c_str(), outcome.message.c_str());
        break;
      case Outcome::Kind::kSkipped:
        ++skipped;
        std::printf("skipped %s: %s\n", path.c_str(), outcome.message.c_str());
        break;
    }
  }
  std::printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
  if (failed > 0 || passed + skipped == 0) return 1;
  return passed == 0 ? 77 : 0;
}
