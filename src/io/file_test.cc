// SPDX-License-Identifier: Apache-2.0
#include "io/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "io/simulation.h"

namespace servanda {
namespace {

class Files : public testing::Test {
 protected:
  Files() {
    std::string pattern = (std::filesystem::temp_directory_path() / "servanda-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~Files() override { std::filesystem::remove_all(directory_); }
  [[nodiscard]] std::string path(const std::string& name) const { return directory_ + "/" + name; }
  static void put(const std::string& path, std::string_view text) {
    std::ofstream(path, std::ios::trunc) << text;
  }
  static unsigned mode_of(const std::string& path) {
    struct stat status {};
    ::stat(path.c_str(), &status);
    return status.st_mode & 0777;
  }
  std::string directory_;
};

TEST_F(Files, AreReadUpToALimit) {
  put(path("a"), "0123456789");
  EXPECT_EQ(read_file(path("a"), 10).value(), "0123456789");
  EXPECT_EQ(read_file(path("a"), 9).error().code, Code::kTooLarge);
  EXPECT_EQ(read_file(path("b"), 9).error().code, Code::kNotFound);
  EXPECT_EQ(read_file(directory_, 9).error().code, Code::kUnavailable);
  put(path("empty"), "");
  EXPECT_EQ(read_file(path("empty"), 0).value(), "");
}

TEST_F(Files, AreReplacedWholeAndPrivately) {
  put(path("a"), "old");
  ASSERT_TRUE(write_file_atomically(path("a"), "new content"));
  EXPECT_EQ(read_file(path("a"), 100).value(), "new content");
  EXPECT_EQ(mode_of(path("a")), 0600u);
  ASSERT_TRUE(write_file_atomically(path("b"), "x", FileAccess::kEveryoneReads));
  EXPECT_EQ(mode_of(path("b")), 0644u);
  size_t entries = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory_)) {
    ++entries;
  }
  EXPECT_EQ(entries, 2u);
}

TEST_F(Files, StayAsTheyWereWhenWritingFails) {
  EXPECT_EQ(write_file_atomically(path("no/such"), "x").error().code, Code::kNotFound);
  std::filesystem::create_directory(path("taken"));
  put(path("taken/file"), "x");
  EXPECT_FALSE(write_file_atomically(path("taken"), "x"));
  EXPECT_TRUE(std::filesystem::exists(path("taken/file")));
}

TEST_F(Files, GetPrivateDirectories) {
  ASSERT_TRUE(create_private_directory(path("x/y/z")));
  EXPECT_EQ(mode_of(path("x/y/z")), 0700u);
  EXPECT_TRUE(create_private_directory(path("x/y/z")));
  put(path("file"), "");
  EXPECT_EQ(create_private_directory(path("file")).error().code, Code::kConflict);
  EXPECT_FALSE(create_private_directory(path("file/below")));
}

TEST_F(Files, AreLockedByOneHolder) {
  Result<FileLock> held = FileLock::acquire(path("lock"));
  ASSERT_TRUE(held);
  EXPECT_EQ(FileLock::acquire(path("lock")).error().code, Code::kConflict);
  { const FileLock moved = std::move(*held); }
  EXPECT_TRUE(FileLock::acquire(path("lock")));
  EXPECT_EQ(FileLock::acquire(path("no/lock")).error().code, Code::kNotFound);
}

TEST_F(Files, AreWatchedThroughTheLoop) {
  const auto platform = make_simulated_platform(1);
  const auto loop = platform->make_loop();
  put(path("a"), "1");
  std::vector<std::string> seen;
  FileWatch watch(*loop, {path("a"), path("b")}, Duration::milliseconds(200),
                  [&](const std::vector<std::string>& paths) {
                    seen.insert(seen.end(), paths.begin(), paths.end());
                  });
  platform->advance(Duration::seconds(1));
  EXPECT_TRUE(seen.empty());
  put(path("a"), "12");
  put(path("b"), "");
  platform->advance(Duration::milliseconds(200));
  EXPECT_EQ(seen, (std::vector<std::string>{path("a"), path("b")}));
  seen.clear();
  std::filesystem::remove(path("b"));
  watch.set_paths({path("b")});
  put(path("a"), "123");
  platform->advance(Duration::seconds(1));
  EXPECT_EQ(seen, std::vector<std::string>{path("b")});
}

}  // namespace
}  // namespace servanda
