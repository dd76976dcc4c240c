// SPDX-License-Identifier: Apache-2.0
// Real contracts: what is said about each stands in test/golden/contracts, with the reason.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <sstream>

#include "contract/document/contract_document.h"
#include "contract/document/test_files.h"

namespace servanda {
namespace {

const std::filesystem::path kSuites = SERVANDA_SOURCE_DIR "/../shared/suites";
const std::filesystem::path kGolden = SERVANDA_SOURCE_DIR "/test/golden/contracts";

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
};

void PrintTo(const SuiteContract& suite, std::ostream* out) {
  *out << suite.name;
}

constexpr SuiteContract kContracts[] = {
    {"adyen-checkout-v67", "contracts/adyen", "json/CheckoutService-v67.json"},
    {"adyen-checkout-v68", "contracts/adyen", "json/CheckoutService-v68.json"},
    {"adyen-checkout-v69", "contracts/adyen", "json/CheckoutService-v69.json"},
    {"adyen-checkout-v70", "contracts/adyen", "json/CheckoutService-v70.json"},
    {"adyen-checkout-v71", "contracts/adyen", "json/CheckoutService-v71.json"},
    {"adyen-webhooks-v1", "contracts/adyen", "json/Webhooks-v1.json"},
    {"box", "contracts/box", "openapi.json"},
    {"digitalocean", "contracts/digitalocean", "specification/DigitalOcean-public.v2.yaml"},
    {"twilio-api-v2010", "contracts/twilio", "spec/json/twilio_api_v2010.json"},
    {"twilio-verify-v2", "contracts/twilio", "spec/json/twilio_verify_v2.json"},
    {"conduit", "realworld", "api/openapi.yml"},
};

class SuiteContracts : public testing::TestWithParam<SuiteContract> {};

// The golden file without its comments.
std::string golden(const std::string& name) {
  std::istringstream lines(content_of(kGolden / (name + ".txt")));
  std::string kept;
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line[0] != '#') kept += line + "\n";
  }
  return kept;
}

TEST_P(SuiteContracts, LoadWithExactlyTheKnownFindings) {
  const SuiteContract& suite = GetParam();
  if (!std::filesystem::exists(kSuites / suite.folder)) GTEST_SKIP() << "No suite contracts here.";
  FolderFiles files(kSuites / suite.folder);
  Diagnostics diagnostics;
  const ContractDocument contract = load_contract(files, suite.file, {}, diagnostics);
  diagnostics.sort();
  EXPECT_NE(contract.root, nullptr);
  EXPECT_EQ(diagnostics.left_out(), 0u);
  ASSERT_TRUE(std::filesystem::exists(kGolden / (std::string(suite.name) + ".txt")));
  std::string found = text_of(diagnostics, *contract.documents);
  EXPECT_EQ(found, golden(suite.name));
}

TEST_P(SuiteContracts, PublishAsOneDocumentThatLoadsWithoutFindings) {
  const SuiteContract& suite = GetParam();
  if (!std::filesystem::exists(kSuites / suite.folder)) GTEST_SKIP() << "No suite contracts here.";
  FolderFiles files(kSuites / suite.folder);
  Diagnostics diagnostics;
  ContractDocument contract = load_contract(files, suite.file, {}, diagnostics);
  ASSERT_NE(contract.root, nullptr);
  const PublishedContract published = publish(contract, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors());
  EXPECT_EQ(published.json.find("x-servanda"), std::string::npos);
  MemoryFiles again;
  again.put("p.json", published.json);
  again.put("p.yaml", published.yaml);
  for (const char* name : {"p.json", "p.yaml"}) {
    Diagnostics found;
    const ContractDocument loaded = load_contract(again, name, {}, found);
    EXPECT_EQ(text_of(found, *loaded.documents), "");
    ASSERT_NE(loaded.root, nullptr);
    std::string json;
    append_json(json, *loaded.root);
    EXPECT_TRUE(json == published.json) << name << " reads back differently";
  }
}

INSTANTIATE_TEST_SUITE_P(All, SuiteContracts, testing::ValuesIn(kContracts),
                         [](const testing::TestParamInfo<SuiteContract>& suite) {
                           std::string name = suite.param.name;
                           for (char& c : name) {
                             if (c == '-') c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace servanda
