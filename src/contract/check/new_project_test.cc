// SPDX-License-Identifier: Apache-2.0
#include "contract/check/new_project.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/check/report.h"
#include "contract/check/test_contracts.h"

namespace servanda {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names_of(const std::vector<NewFile>& files) {
  std::vector<std::string> names;
  for (const NewFile& file : files) names.push_back(file.name);
  return names;
}

std::string text_of_file(const std::vector<NewFile>& files, std::string_view name) {
  for (const NewFile& file : files) {
    if (file.name == name) return file.text;
  }
  return "there is no such file";
}

TEST(NewProject, OfAContractIsTheContractAndItsConfiguration) {
  const auto files = new_project("shop", NewKind::kContract);
  ASSERT_TRUE(files);
  EXPECT_THAT(names_of(*files), ElementsAre("servanda.yaml", "shop.yaml"));
}

TEST(NewProject, OfAProgramHasEverythingToBuildAndTestIt) {
  const auto files = new_project("my-shop", NewKind::kProgram);
  ASSERT_TRUE(files);
  EXPECT_THAT(names_of(*files),
              ElementsAre("servanda.yaml", "my-shop.yaml", "main.cc", "handlers.h", "handlers.cc",
                          "handlers_test.cc", "CMakeLists.txt", "README.md", ".gitignore"));
  for (const NewFile& file : *files) {
    EXPECT_EQ(file.text.find('@'), std::string::npos) << file.name;
    EXPECT_TRUE(file.text.ends_with("\n")) << file.name;
  }
  EXPECT_THAT(text_of_file(*files, "CMakeLists.txt"),
              HasSubstr("servanda_contract(my-shop_handlers my-shop.yaml NAMESPACE api"));
}

// Names that YAML would read as something else than text are among them.
TEST(NewProject, HasAContractWithoutFindingsWhateverItsName) {
  for (const std::string& name :
       {std::string("my-shop"), std::string("null"), std::string("true"), std::string("class"),
        std::string("a-"), std::string("a--b"), std::string(40, 'z')}) {
    for (const NewKind kind : {NewKind::kContract, NewKind::kProgram}) {
      const auto files = new_project(name, kind);
      ASSERT_TRUE(files) << name;
      const CompiledContract contract = checked(text_of_file(*files, name + ".yaml"));
      EXPECT_EQ(report(ReportFormat::kText, name, contract.diagnostics, contract.places),
                "No findings.\n");
    }
  }
}

TEST(NewProject, OfAProgramServesAResourceAndOneOperationFromCode) {
  const auto files = new_project("shop", NewKind::kProgram);
  ASSERT_TRUE(files);
  const CompiledContract contract = checked(text_of_file(*files, "shop.yaml"));
  ASSERT_NE(contract.plan, nullptr);
  std::vector<std::string> served;
  for (const Operation& operation : contract.plan->operations) {
    served.push_back(operation.id + (operation.resource ? " rows" : " code"));
  }
  EXPECT_THAT(served,
              ElementsAre("listItems rows", "createItem rows", "getItem rows", "takeItems code"));
}

TEST(NewProject, RefusesNamesThatCannotBe) {
  for (const char* name : {"", "9a", "A", "a_b", "a/b", "..", "servanda"}) {
    for (const NewKind kind : {NewKind::kContract, NewKind::kProgram}) {
      const auto files = new_project(name, kind);
      ASSERT_FALSE(files) << name;
      EXPECT_EQ(files.error().code, Code::kInvalidArgument) << name;
    }
  }
  EXPECT_TRUE(new_project("test", NewKind::kContract));
  const auto files = new_project("test", NewKind::kProgram);
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().message,
            "CMake has a target of its own that is named test; choose another name, such as "
            "test-api.");
}

}  // namespace
}  // namespace servanda
