// SPDX-License-Identifier: Apache-2.0
#include "app/new_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "contract/check/new_project.h"
#include "io/file.h"

namespace servanda {
namespace {

namespace fs = std::filesystem;

struct NewArguments {
  std::string name;
  bool cpp = false;
};

int complain(const std::string& sentence) {
  std::fprintf(stderr, "servanda: %s\n", sentence.c_str());
  return 1;
}

// Makes the folder with all files in it, or leaves everything as it was.
Result<void> write_project(const std::string& folder, const std::vector<NewFile>& files) {
  std::error_code failed;
  const bool made = fs::create_directory(folder, failed);
  if (!made &&
      (!failed || failed == std::errc::file_exists || fs::exists(fs::symlink_status(folder)))) {
    return fail(Code::kConflict, folder + " is there already; nothing was changed.");
  }
  if (!made) {
    return fail(Code::kUnavailable, "The folder " + folder +
                                        " cannot be made here: " + failed.message() +
                                        ". Run this in a folder that you may write to.");
  }
  for (const NewFile& file : files) {
    Result<void> written =
        write_file_atomically(folder + "/" + file.name, file.text, FileAccess::kEveryoneReads);
    if (written) continue;
    fs::remove_all(folder, failed);
    written.error().message += " Nothing was left behind.";
    return written;
  }
  return {};
}

int run_new(const NewArguments& arguments) {
  const std::string& name = arguments.name;
  const NewKind kind = arguments.cpp ? NewKind::kProgram : NewKind::kContract;
  Result<std::vector<NewFile>> files = new_project(name, kind);
  if (!files) return complain(files.error().message);
  if (Result<void> written = write_project(name, *files); !written) {
    return complain(written.error().message);
  }
  std::string names;
  for (const NewFile& file : *files) names += (names.empty() ? "" : ", ") + file.name;
  std::printf("Made %s: %s\nNext: cd %s && ", name.c_str(), names.c_str(), name.c_str());
  if (kind == NewKind::kProgram) {
    std::printf(
        "cmake -B build && cmake --build build && ctest --test-dir build && build/%s serve\n",
        name.c_str());
  } else {
    std::printf("servanda serve\n");
  }
  return 0;
}

}  // namespace

void add_new_command(CLI::App& app, int& code) {
  auto arguments = std::make_shared<NewArguments>();
  CLI::App* command = app.add_subcommand("new", "Begin a project in a folder of its own");
  command->add_option("name", arguments->name, "lower-case letters, digits, hyphens")->required();
  command->add_flag("--cpp", arguments->cpp, "with handlers in C++: a program, its test, CMake");
  command->callback([arguments, &code] { code = run_new(*arguments); });
}

}  // namespace servanda
