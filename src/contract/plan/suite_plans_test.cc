// SPDX-License-Identifier: Apache-2.0
// Real contracts: what the plan compiler says about each stands in test/golden/plan, with the
// reason.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "contract/document/contract_document.h"
#include "contract/document/test_files.h"
#include "contract/plan/load.h"
#include "contract/plan/plan.h"

namespace servanda {
namespace {

const std::filesystem::path kSuites = SERVANDA_SOURCE_DIR "/../shared/suites";
const std::filesystem::path kGolden = SERVANDA_SOURCE_DIR "/test/golden/plan";

std::string content_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class FolderFiles : public FileSource {
 public:
  explicit FolderFiles(std::filesystem::path root) : root_(std::move(root)) {}
  Result<std::string> read(std::string_view path) override {
    const std::filesystem::path file = root_ / path;
    if (!std::filesystem::is_regular_file(file)) return fail(Code::kNotFound, "No such file.");
    return content_of(file);
  }

 private:
  std::filesystem::path root_;
};

struct SuiteContract {
  const char* name;
  const char* folder;
  const char* file;
  size_t operations;  // Counted independently of the compiler.
};

constexpr SuiteContract kContracts[] = {
    {"adyen-checkout-v67", "contracts/adyen", "json/CheckoutService-v67.json", 24},
    {"adyen-checkout-v68", "contracts/adyen", "json/CheckoutService-v68.json", 26},
    {"adyen-checkout-v69", "contracts/adyen", "json/CheckoutService-v69.json", 26},
    {"adyen-checkout-v70", "contracts/adyen", "json/CheckoutService-v70.json", 28},
    {"adyen-checkout-v71", "contracts/adyen", "json/CheckoutService-v71.json", 28},
    {"adyen-webhooks-v1", "contracts/adyen", "json/Webhooks-v1.json", 0},
    {"box", "contracts/box", "openapi.json", 296},
    {"digitalocean", "contracts/digitalocean", "specification/DigitalOcean-public.v2.yaml", 659},
    {"twilio-api-v2010", "contracts/twilio", "spec/json/twilio_api_v2010.json", 197},
    {"twilio-verify-v2", "contracts/twilio", "spec/json/twilio_verify_v2.json", 57},
    {"conduit", "realworld", "api/openapi.yml", 19},
};

// The golden file without its comments.
std::string golden(const std::string& name) {
  std::istringstream lines(content_of(kGolden / (name + ".txt")));
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != '#') kept += line + "\n";
  }
  return kept;
}

// A path that the template matches.
std::string sample_path(std::string_view path) {
  std::string out;
  bool inside = false;
  for (char c : path) {
    if (c == '{') out += 'x';
    if (c == '{' || c == '}') {
      inside = c == '{';
    } else if (!inside) {
      out += c == '#'   ? std::string("%23")
             : c == '<' ? "%3C"
             : c == '>' ? "%3E"
                        : std::string(1, c);
    }
  }
  return out;
}

class SuitePlans : public testing::TestWithParam<SuiteContract> {};

TEST_P(SuitePlans, CompileWithExactlyTheKnownFindings) {
  const SuiteContract& suite = GetParam();
  if (!std::filesystem::exists(kSuites / suite.folder)) GTEST_SKIP() << "No suite contracts here.";
  FolderFiles files(kSuites / suite.folder);
  Diagnostics of_documents;
  ContractDocument contract = load_contract(files, suite.file, {}, of_documents);
  ASSERT_NE(contract.root, nullptr);
  Diagnostics diagnostics;
  CompileOptions options;
  options.publish = CompileOptions::Publish::kNo;
  auto plan = compile_plan_from(contract, options, diagnostics);
  diagnostics.sort();
  EXPECT_EQ(diagnostics.left_out(), 0u);
  ASSERT_TRUE(std::filesystem::exists(kGolden / (std::string(suite.name) + ".txt")))
      << text_of(diagnostics, *contract.documents);
  EXPECT_EQ(text_of(diagnostics, *contract.documents), golden(suite.name));
  ASSERT_NE(plan, nullptr);
  EXPECT_EQ(plan->operations.size(), suite.operations);
  for (const Operation& operation : plan->operations) {
    RouteMatch match = plan->routes.match(operation.method, sample_path(operation.path));
    EXPECT_NE(match.operation, nullptr) << operation.path;
  }
}

INSTANTIATE_TEST_SUITE_P(All, SuitePlans, testing::ValuesIn(kContracts),
                         [](const testing::TestParamInfo<SuiteContract>& suite) {
                           std::string name = suite.param.name;
                           for (char& c : name) {
                             if (c == '-') c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace servanda
