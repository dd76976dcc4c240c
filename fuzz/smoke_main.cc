// SPDX-License-Identifier: Apache-2.0
// Runs one fuzzer without libFuzzer: every file of its corpus, then mutations of them for a fixed
// number of runs. The same arguments give the same runs. For the sanitizer build's tests; long
// searches are libFuzzer's (`./dev fuzz`).
//
//   smoke_x CORPUS_FOLDER RUNS

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size);

namespace {

namespace fs = std::filesystem;

constexpr size_t kBytesMax = 4096;  // Of a mutated input, so that one run stays short.

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

std::vector<std::string> read_corpus(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<std::string> corpus;
  for (const fs::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

// One to four small changes: a byte set, removed, repeated, or a piece of another input put in.
std::string mutate(std::string input, const std::vector<std::string>& corpus,
                   std::mt19937_64& rng) {
  for (uint64_t change = rng() % 4 + 1; change > 0; --change) {
    const size_t at = input.empty() ? 0 : rng() % input.size();
    switch (rng() % 5) {
      case 0:
        if (!input.empty()) input[at] = static_cast<char>(rng());
        break;
      case 1:
        if (!input.empty()) input.erase(at, rng() % 8 + 1);
        break;
      case 2:
        input.insert(at, rng() % 16 + 1, static_cast<char>(rng()));
        break;
      case 3: {
        const std::string& other = corpus[rng() % corpus.size()];
        const size_t from = other.empty() ? 0 : rng() % other.size();
        input.insert(at, other, from, rng() % 64 + 1);
        break;
      }
      default:
        if (!input.empty()) input.insert(at, input.substr(at, rng() % 32 + 1));
        break;
    }
  }
  if (input.size() > kBytesMax) input.resize(kBytesMax);
  return input;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: %s CORPUS_FOLDER RUNS\n", arguments[0]);
    return 2;
  }
  const std::vector<std::string> corpus = read_corpus(arguments[1]);
  if (corpus.empty()) {
    std::fprintf(stderr, "the corpus %s is empty\n", arguments[1]);
    return 2;
  }
  for (const std::string& input : corpus) run(input);
  std::mt19937_64 rng(1);
  for (long runs = std::strtol(arguments[2], nullptr, 10); runs > 0; --runs) {
    run(mutate(corpus[rng() % corpus.size()], corpus, rng));
  }
  std::printf("%zu corpus files and %s mutations without a finding\n", corpus.size(), arguments[2]);
  return 0;
}
