// SPDX-License-Identifier: Apache-2.0
#include "app/store_commands.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/commands.h"
#include "io/file.h"
#include "io/platform.h"
#include "store/sqlite/sqlite_store.h"

namespace servanda {
namespace {

namespace fs = std::filesystem;

// A contract with one resource; `schema` is the inside of its properties, in flow style.
std::string contract_with(const std::string& required, const std::string& properties) {
  return "openapi: 3.1.0\n"
         "info: {title: T, version: '1'}\n"
         "paths:\n"
         "  /things:\n"
         "    x-servanda: {resource: Thing}\n"
         "    get:\n"
         "      operationId: listThings\n"
         "      responses:\n"
         "        '200': {description: ok, content: {application/json: {schema: {type: object, "
         "properties: {items: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}}}}\n"
         "components:\n"
         "  schemas:\n"
         "    Thing:\n"
         "      type: object\n"
         "      required: [" +
         required + "]\n      properties: {id: {type: string, format: uuid, readOnly: true}, " +
         properties +
         "}\n"
         "      x-servanda: {resource: {key: id}}\n";
}

class StoreCommands : public ::testing::Test {
 protected:
  StoreCommands() {
    std::string name = (fs::temp_directory_path() / "servanda-app-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    write("id", "name: {type: string}");
  }
  ~StoreCommands() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) { return folder_ + "/" + name; }
  void write(const std::string& required, const std::string& properties) {
    ASSERT_TRUE(write_file_atomically(path("c.yaml"), contract_with(required, properties)));
  }
  // The exit code; what was printed is in out and err.
  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "servanda");
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int code = run_command(static_cast<int>(pointers.size()), pointers.data());
    out = ::testing::internal::GetCapturedStdout();
    err = ::testing::internal::GetCapturedStderr();
    return code;
  }
  enum class Asked { kPlan, kApply };
  int migrate(Asked asked) {
    std::vector<std::string> arguments = {"migrate", path("c.yaml"), "--data", path("d")};
    if (asked == Asked::kPlan) arguments.emplace_back("--plan");
    return run(arguments);
  }

  std::string folder_;
  std::string out;
  std::string err;
};

TEST_F(StoreCommands, ShowsAMigrationWithoutChangingAnythingAndThenAppliesIt) {
  EXPECT_EQ(migrate(Asked::kPlan), 0) << err;
  EXPECT_NE(out.find("Make table \"things\""), std::string::npos) << out;
  EXPECT_FALSE(fs::exists(path("d")));
  EXPECT_EQ(migrate(Asked::kApply), 0) << err;
  EXPECT_NE(out.find("Applied"), std::string::npos);
  EXPECT_EQ(migrate(Asked::kPlan), 0);
  EXPECT_NE(out.find("fits the contract"), std::string::npos);
  write("id", "name: {type: string}, size: {type: integer}");
  EXPECT_EQ(migrate(Asked::kPlan), 0);
  EXPECT_NE(out.find("Add column \"size\" (integer)"), std::string::npos) << out;
}

TEST_F(StoreCommands, RefusesAMigrationWithTheWayToGo) {
  ASSERT_EQ(migrate(Asked::kApply), 0) << err;
  write("id", "name: {type: integer}");
  for (const Asked asked : {Asked::kPlan, Asked::kApply}) {
    EXPECT_EQ(migrate(asked), 1);
    EXPECT_NE(out.find("1. Expand: "), std::string::npos) << out;
    EXPECT_NE(out.find("4. Contract: "), std::string::npos);
    EXPECT_NE(err.find("nothing is applied"), std::string::npos);
  }
  write("id", "name: {type: no-such-type}");
  EXPECT_EQ(migrate(Asked::kPlan), 1);
  EXPECT_NE(err.find("c.yaml"), std::string::npos);
}

TEST_F(StoreCommands, AppliesNothingWhileTheStoreIsHeldButPlansAndBacksUp) {
  ASSERT_EQ(migrate(Asked::kApply), 0) << err;
  const std::unique_ptr<Platform> platform = make_real_platform();
  const auto held = open_sqlite_store(path("d"), *platform);
  ASSERT_TRUE(held);
  write("id", "name: {type: string}, size: {type: integer}");
  EXPECT_EQ(migrate(Asked::kApply), 1);
  EXPECT_NE(err.find("another process serves from it"), std::string::npos) << err;
  EXPECT_EQ(migrate(Asked::kPlan), 0) << err;
  EXPECT_NE(out.find("\"size\""), std::string::npos);
  EXPECT_EQ(run({"backup", "--data", path("d"), "--to", path("b")}), 0) << err;
  EXPECT_EQ(run({"verify", "--data", path("d")}), 0) << err;
}

TEST_F(StoreCommands, BacksUpRestoresAndVerifies) {
  ASSERT_EQ(migrate(Asked::kApply), 0) << err;
  EXPECT_EQ(run({"backup", "--data", path("d"), "--to", path("b")}), 0) << err;
  EXPECT_NE(out.find("things: 0 rows"), std::string::npos) << out;
  EXPECT_EQ(run({"backup", "--data", path("d"), "--to", path("b")}), 1);
  EXPECT_NE(err.find("is there already"), std::string::npos);
  EXPECT_EQ(run({"restore", "--from", path("b"), "--data", path("d")}), 1);
  EXPECT_EQ(run({"restore", "--from", path("b"), "--data", path("e")}), 0) << err;
  EXPECT_EQ(run({"verify", "--data", path("e")}), 0) << err;
  EXPECT_NE(out.find("whole"), std::string::npos);
  ASSERT_TRUE(write_file_atomically(path("e/store.db"), std::string(9000, 'x')));
  EXPECT_EQ(run({"verify", "--data", path("e")}), 1);
  EXPECT_NE(err.find("damaged"), std::string::npos) << err;
  EXPECT_EQ(run({"verify", "--data", path("nowhere")}), 1);
  EXPECT_EQ(run({"verify"}), 2) << "the folder must be named";
}

}  // namespace
}  // namespace servanda
