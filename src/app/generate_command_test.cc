// SPDX-License-Identifier: Apache-2.0
#include "app/generate_command.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "app/commands.h"
#include "contract/generate/generate.h"
#include "io/file.h"

namespace servanda {
namespace {

namespace fs = std::filesystem;

constexpr const char* kContract =
    "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\n"
    "components:\n  schemas:\n    A: {type: object, properties: {a: {$ref: 'b.yaml#/B'}}}\n";

class GenerateCommand : public ::testing::Test {
 protected:
  GenerateCommand() {
    std::string name = (fs::temp_directory_path() / "servanda-gen-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    write("api.yaml", kContract);
    write("b.yaml", "B: {type: object, properties: {b: {type: string}}}\n");
  }
  ~GenerateCommand() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) { return folder_ + "/" + name; }
  void write(const std::string& name, const std::string& text) {
    ASSERT_TRUE(write_file_atomically(path(name), text));
  }
  std::string content(const std::string& name) {
    return read_file(path(name), 1u << 20).value_or("");
  }
  // The exit code; what was said is in out and err.
  int run(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"servanda", "gen",       "cpp",         path("api.yaml"),
                                          "-o",       path("out"), "--namespace", "shop"};
    arguments.insert(arguments.end(), more.begin(), more.end());
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

  std::string folder_;
  std::string out;
  std::string err;
};

TEST_F(GenerateCommand, WritesFilesOnlyWhenTheirContentChanges) {
  ASSERT_EQ(run(), 0) << err;
  EXPECT_NE(out.find("8 files written, 0 unchanged, 0 removed"), std::string::npos) << out;
  const auto before = fs::last_write_time(path("out/shop/schemas/a.h"));
  ASSERT_EQ(run(), 0) << err;
  EXPECT_NE(out.find("0 files written, 8 unchanged, 0 removed"), std::string::npos) << out;
  write("b.yaml", "B: {type: object, properties: {b: {type: integer}}}\n");
  ASSERT_EQ(run(), 0) << err;
  // The header of B and the hash: the text of its functions does not name the type.
  EXPECT_NE(out.find("2 files written, 6 unchanged, 0 removed"), std::string::npos) << out;
  EXPECT_EQ(fs::last_write_time(path("out/shop/schemas/a.h")), before);
}

TEST_F(GenerateCommand, RemovesWhatItWroteAndNothingElse) {
  ASSERT_EQ(run(), 0) << err;
  write("out/shop/schemas/mine.h", "// By hand.\n");
  write("out/shop/other.txt", std::string(kGeneratedMarker) + "\n");
  write("api.yaml",
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\n"
        "components: {schemas: {C: {type: object, properties: {c: {type: string}}}}}\n");
  ASSERT_EQ(run(), 0) << err;
  EXPECT_FALSE(fs::exists(path("out/shop/schemas/a.h")));
  EXPECT_FALSE(fs::exists(path("out/shop/schemas/b.h")));
  EXPECT_TRUE(fs::exists(path("out/shop/schemas/c.h")));
  EXPECT_TRUE(fs::exists(path("out/shop/schemas/mine.h")));
  EXPECT_TRUE(fs::exists(path("out/shop/other.txt")));
}

TEST_F(GenerateCommand, LeavesFilesOfOthersAlone) {
  fs::create_directories(path("out/shop/schemas"));
  write("out/shop/schemas/a.h", "// By hand.\n");
  EXPECT_EQ(run(), 1);
  EXPECT_NE(err.find("a.h was not written by this command"), std::string::npos) << err;
  EXPECT_EQ(content("out/shop/schemas/a.h"), "// By hand.\n");
}

TEST_F(GenerateCommand, TellsTheBuildWhatItReadAndWrote) {
  ASSERT_EQ(run({"--depfile", path("d"), "--list", path("l"), "--sources", "3"}), 0) << err;
  EXPECT_EQ(content("d"), path("out/shop/contract.cc") + ": \\\n  " + path("api.yaml") + " \\\n  " +
                              path("b.yaml") + "\n");
  EXPECT_NE(content("l").find(path("out/shop/schemas/b.h") + "\n"), std::string::npos);
  EXPECT_NE(content("l").find(path("out/shop/source_0002.cc") + "\n"), std::string::npos);
}

TEST_F(GenerateCommand, TakesOverlaysFromAnywhere) {
  write("ours.yaml",
        "overlay: 1.0.0\ninfo: {title: O, version: '1'}\nactions:\n"
        "  - {target: $.components.schemas.A.properties, update: {ours: {type: string}}}\n");
  ASSERT_EQ(run({"--overlay", path("ours.yaml")}), 0) << err;
  EXPECT_NE(content("out/shop/schemas/a.h").find(" ours{};"), std::string::npos);
}

TEST_F(GenerateCommand, SaysWhatIsWrong) {
  EXPECT_EQ(run({"--namespace", "my shop"}), 2);
  EXPECT_EQ(run({"--sources", "1025"}), 2);
  write("api.yaml", "openapi: 3.1.0\n");
  EXPECT_EQ(run(), 1);
  EXPECT_NE(err.find("error"), std::string::npos);
  EXPECT_FALSE(fs::exists(path("out")));
}

}  // namespace
}  // namespace servanda
