// SPDX-License-Identifier: Apache-2.0
#include "app/generate_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "contract/document/documents.h"
#include "contract/generate/generate.h"
#include "io/file.h"

namespace servanda {
namespace {

namespace fs = std::filesystem;

struct GenerateArguments {
  std::string contract;
  std::vector<std::string> overlays;
  std::string output;
  GenerateOptions options;
  std::string depfile;
  std::string listing;
};

int complain(const std::string& sentence) {
  std::fprintf(stderr, "servanda: %s\n", sentence.c_str());
  return 1;
}

constexpr size_t kGeneratedBytesMax = 64u << 20;

// Whether the file is one that this command wrote, now or earlier.
bool is_ours(const fs::path& path) {
  Result<std::string> text = read_file(path.string(), kGeneratedBytesMax);
  return text && text->starts_with(kGeneratedMarker);
}

// What happened to the output folder.
struct Outcome {
  size_t written = 0;
  size_t kept = 0;
  size_t removed = 0;
};

// Files keep their time when their content stays, so that a build compiles only what changed.
Result<void> write_if_changed(const fs::path& path, const std::string& content, Outcome& outcome) {
  Result<std::string> present = read_file(path.string(), kGeneratedBytesMax);
  if (present && *present == content) {
    ++outcome.kept;
    return {};
  }
  if (present && !present->starts_with(kGeneratedMarker)) {
    return fail(Code::kConflict, path.string() +
                                     " was not written by this command; move it away or choose "
                                     "another output folder.");
  }
  std::error_code failed;
  fs::create_directories(path.parent_path(), failed);
  if (failed) {
    return fail(Code::kUnavailable, "The folder " + path.parent_path().string() +
                                        " cannot be made: " + failed.message() + ".");
  }
  ++outcome.written;
  return write_file_atomically(path.string(), content, FileAccess::kEveryoneReads);
}

// Removes what earlier runs wrote and this one did not. Looks only where this command writes: the
// namespace's folder, its schemas and its operations.
void remove_stale(const fs::path& folder, const std::set<fs::path>& current, Outcome& outcome) {
  for (const fs::path& place : {folder, folder / "schemas", folder / "operations"}) {
    std::error_code failed;
    std::vector<fs::path> stale;
    for (const auto& entry : fs::directory_iterator(place, failed)) {
      const std::string extension = entry.path().extension().string();
      if (!entry.is_regular_file(failed) || (extension != ".h" && extension != ".cc")) continue;
      if (!current.contains(entry.path()) && is_ours(entry.path())) stale.push_back(entry.path());
    }
    for (const fs::path& path : stale) {
      if (fs::remove(path, failed)) ++outcome.removed;
    }
  }
}

// A path as Make and Ninja read it in a depfile.
std::string depfile_path(const fs::path& path) {
  std::string out;
  for (const char c : fs::absolute(path).lexically_normal().string()) {
    if (c == ' ' || c == '#' || c == '\\') out += '\\';
    if (c == '$') out += '$';
    out += c;
  }
  return out;
}

Result<void> write_depfile(const std::string& path, const fs::path& target,
                           const std::vector<std::string>& files_read) {
  std::string text = depfile_path(target) + ":";
  for (const std::string& file : files_read) text += " \\\n  " + depfile_path(file);
  return write_file_atomically(path, text + "\n", FileAccess::kEveryoneReads);
}

Result<void> write_listing(const std::string& path, const std::set<fs::path>& files) {
  std::string text;
  for (const fs::path& file : files) text += file.string() + "\n";
  Result<std::string> present = read_file(path, kGeneratedBytesMax);
  if (present && *present == text) return {};
  return write_file_atomically(path, text, FileAccess::kEveryoneReads);
}

Result<Outcome> write_all(const GenerateArguments& arguments,
                          const std::vector<GeneratedFile>& files,
                          const std::vector<std::string>& files_read) {
  Outcome outcome;
  const fs::path output(arguments.output);
  const fs::path folder = output / namespace_folder(arguments.options.name_space);
  std::set<fs::path> current;
  for (const GeneratedFile& file : files) {
    const fs::path path = output / file.name;
    current.insert(path);
    if (Result<void> done = write_if_changed(path, file.content, outcome); !done) {
      return pass(done);
    }
  }
  remove_stale(folder, current, outcome);
  if (!arguments.listing.empty()) {
    if (Result<void> done = write_listing(arguments.listing, current); !done) return pass(done);
  }
  if (!arguments.depfile.empty()) {
    Result<void> done = write_depfile(arguments.depfile, folder / "contract.cc", files_read);
    if (!done) return pass(done);
  }
  return outcome;
}

int run_generate(const GenerateArguments& arguments, const LoadForGeneration& load) {
  std::vector<std::string> files_read;
  CompiledContract compiled = load(arguments.contract, arguments.overlays, files_read);
  if (!compiled.plan) return 1;
  Result<std::vector<GeneratedFile>> files =
      generate_cpp(compiled.contract, *compiled.plan, arguments.options);
  if (!files) return complain(files.error().message);
  Result<Outcome> outcome = write_all(arguments, *files, files_read);
  if (!outcome) return complain(outcome.error().message);
  std::printf("%s: %zu files written, %zu unchanged, %zu removed\n", arguments.output.c_str(),
              outcome->written, outcome->kept, outcome->removed);
  return 0;
}

}  // namespace

void add_generate_command(CLI::App& app, int& code, LoadForGeneration load) {
  auto arguments = std::make_shared<GenerateArguments>();
  CLI::App* gen = app.add_subcommand("gen", "Generate code from a contract");
  gen->require_subcommand(1);
  CLI::App* cpp = gen->add_subcommand("cpp", "C++ types, readers and writers for its operations");
  cpp->add_option("contract", arguments->contract,
                  "OpenAPI document, YAML or JSON (default: the one in this folder)");
  cpp->add_option("--overlay", arguments->overlays, "OpenAPI Overlay document, applied in order")
      ->type_name("FILE");
  cpp->add_option("-o,--output", arguments->output,
                  "folder to write to; put it on the include path")
      ->type_name("DIR")
      ->required();
  cpp->add_option("--namespace", arguments->options.name_space, "such as shop or company::shop")
      ->required();
  cpp->add_option("--sources", arguments->options.sources,
                  "number of sources to spread the code over (default: by its size)")
      ->check(CLI::Range(uint32_t{1}, GenerateLimits::kSourcesMax));
  cpp->add_option("--depfile", arguments->depfile, "also write a Makefile rule of what was read")
      ->type_name("FILE");
  cpp->add_option("--list", arguments->listing, "also write the names of all generated files")
      ->type_name("FILE");
  cpp->callback(
      [arguments, &code, load = std::move(load)] { code = run_generate(*arguments, load); });
}

}  // namespace servanda
