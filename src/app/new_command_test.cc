// SPDX-License-Identifier: Apache-2.0
#include "app/new_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "app/commands.h"
#include "app/version.h"
#include "io/file.h"

namespace servanda {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;

// Every test runs in an empty folder of its own.
class NewCommand : public ::testing::Test {
 protected:
  NewCommand() : before_(fs::current_path()) {
    std::string name = (fs::temp_directory_path() / "servanda-new-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    fs::current_path(folder_);
  }
  ~NewCommand() override {
    fs::current_path(before_);
    fs::remove_all(folder_);
  }

  // The exit code; what was said is in out and err.
  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"servanda", "new"});
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = run_command(static_cast<int>(pointers.size()), pointers.data());
    std::fflush(stdout);
    out = testing::internal::GetCapturedStdout();
    err = testing::internal::GetCapturedStderr();
    return code;
  }

  static std::set<std::string> entries(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

  fs::path before_;
  fs::path folder_;
  std::string out;
  std::string err;
};

TEST_F(NewCommand, MakesAContractAndItsConfiguration) {
  ASSERT_EQ(run({"shop"}), 0) << err;
  EXPECT_EQ(out, "Made shop: servanda.yaml, shop.yaml\nNext: cd shop && servanda serve\n");
  EXPECT_EQ(entries("shop"), (std::set<std::string>{"servanda.yaml", "shop.yaml"}));
}

TEST_F(NewCommand, MakesAProgram) {
  ASSERT_EQ(run({"shop", "--cpp"}), 0) << err;
  EXPECT_THAT(out, HasSubstr("Next: cd shop && cmake -B build && cmake --build build && "
                             "ctest --test-dir build && build/shop serve\n"));
  EXPECT_EQ(entries("shop"), (std::set<std::string>{".gitignore", "CMakeLists.txt", "README.md",
                                                    "handlers.cc", "handlers.h", "handlers_test.cc",
                                                    "main.cc", "servanda.yaml", "shop.yaml"}));
}

TEST_F(NewCommand, LeavesWhatIsThereAlone) {
  fs::create_directory("empty");
  ASSERT_TRUE(write_file_atomically("file", "mine"));
  fs::create_symlink("nowhere", "link");
  for (const char* name : {"empty", "file", "link"}) {
    for (const std::vector<std::string>& more : {std::vector<std::string>{name}, {name, "--cpp"}}) {
      EXPECT_EQ(run(more), 1);
      EXPECT_EQ(err,
                "servanda: " + std::string(name) + " is there already; nothing was changed.\n");
    }
  }
  EXPECT_EQ(entries("empty"), std::set<std::string>{});
  EXPECT_EQ(entries("."), (std::set<std::string>{"empty", "file", "link"}));
}

TEST_F(NewCommand, SaysWhatIsWrongWithAName) {
  EXPECT_EQ(run({"My_Shop", "--cpp"}), 1);
  EXPECT_THAT(err, HasSubstr("lower-case letters, digits and hyphens"));
  EXPECT_EQ(run({"install", "--cpp"}), 1);
  EXPECT_THAT(err, HasSubstr("such as install-api"));
  EXPECT_EQ(run({"--cpp"}), 2);
  EXPECT_EQ(entries("."), std::set<std::string>{});
}

TEST_F(NewCommand, SaysWhereItMayNotWrite) {
  fs::current_path("/proc/self");  // Where nobody can make folders.
  EXPECT_EQ(run({"shop", "--cpp"}), 1);
  EXPECT_THAT(err, HasSubstr("The folder shop cannot be made here: "));
  EXPECT_THAT(err, HasSubstr("Run this in a folder that you may write to."));
}

// A limit on the size of files stands for a full disk: the configuration still fits.
TEST_F(NewCommand, LeavesNothingHalfWritten) {
  struct rlimit limit {};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto before = signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small {
    512, limit.rlim_max
  };
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const int code = run({"shop", "--cpp"});
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  signal(SIGXFSZ, before);
  EXPECT_EQ(code, 1);
  EXPECT_THAT(err, HasSubstr("shop.yaml"));
  EXPECT_THAT(err, HasSubstr("Nothing was left behind."));
  EXPECT_EQ(entries("."), std::set<std::string>{});
}

}  // namespace
}  // namespace servanda
