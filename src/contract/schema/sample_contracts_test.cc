// SPDX-License-Identifier: Apache-2.0
// Samples for real contracts, where they are at hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "contract/document/contract_document.h"
#include "contract/schema/sample.h"
#include "contract/schema/test_schemas.h"

namespace servanda {
namespace {

namespace fs = std::filesystem;

const fs::path kContracts = SERVANDA_SOURCE_DIR "/../shared/suites/contracts";

class DiskFiles : public FileSource {
 public:
  explicit DiskFiles(fs::path root) : root_(std::move(root)) {}
  Result<std::string> read(std::string_view path) override {
    std::ifstream file(root_ / path, std::ios::binary);
    if (!file) return fail(Code::kNotFound, "There is no such file.");
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
  }

 private:
  fs::path root_;
};

class CountingRng : public Rng {
 public:
  uint64_t next() override { return state_ = state_ * 6364136223846793005u + 1442695040888963407u; }

 private:
  uint64_t state_ = 7;
};

struct Found {
  size_t schemas = 0;
  std::vector<std::string> wrong;
};

// Checks a static and a dynamic sample of one schema.
void check_schema(const std::string& place, const Node& node, SchemaSet& set, Documents& documents,
                  Direction direction, Diagnostics& diagnostics, Found& found) {
  ++found.schemas;
  const Schema schema = set.compile(node, diagnostics);
  ValidationContext context;
  CountingRng rng;
  for (const auto& sample : {static_sample(node, set, documents, direction, diagnostics),
                             dynamic_sample(schema, direction, rng)}) {
    if (!sample) {
      found.wrong.push_back(place + ": no sample");
      continue;
    }
    const Result<JsonDocument> value = JsonDocument::parse(*sample);
    if (!value) {
      found.wrong.push_back(place + ": not JSON: " + sample->substr(0, 200));
    } else if (!schema.accepts(value->root(), direction, context)) {
      found.wrong.push_back(place + ": not accepted: " + sample->substr(0, 200));
    }
  }
}

void check_content(const std::string& place, Node& holder, SchemaSet& set, Documents& documents,
                   Direction direction, Diagnostics& diagnostics, Found& found) {
  const Node* content = holder.find("content");
  if (content == nullptr) return;
  for (const NodeEntry& media : *content) {
    const Node* schema = media.value->find("schema");
    if (schema == nullptr) continue;
    check_schema(place + " " + std::string(media.key), *schema, set, documents, direction,
                 diagnostics, found);
  }
}

void check_path(const std::string& name, Node& item, SchemaSet& set, Documents& documents,
                Diagnostics& diagnostics, Found& found) {
  for (const NodeEntry& entry : item) {
    if (!entry.value->is_object()) continue;
    const Node* operation = documents.follow(entry.value, diagnostics);
    if (operation == nullptr || operation->find("responses") == nullptr) continue;
    const std::string place = std::string(entry.key) + " " + name;
    if (Node* body = operation->find("requestBody")) {
      check_content(place + " request", *documents.follow(body, diagnostics), set, documents,
                    Direction::kRequest, diagnostics, found);
    }
    for (const NodeEntry& response : *operation->find("responses")) {
      check_content(place + " " + std::string(response.key),
                    *documents.follow(response.value, diagnostics), set, documents,
                    Direction::kResponse, diagnostics, found);
    }
  }
}

Found check_contract(const fs::path& root, std::string_view file) {
  Found found;
  DiskFiles files(root);
  Diagnostics diagnostics;
  ContractDocument contract = load_contract(files, file, {}, diagnostics);
  if (contract.root == nullptr) {
    found.wrong.push_back("not loaded");
    return found;
  }
  Documents& documents = *contract.documents;
  SchemaSet set(documents);
  for (std::string_view holder : {"paths", "webhooks"}) {
    const Node* paths = contract.root->find(holder);
    if (paths == nullptr) continue;
    for (const NodeEntry& path : *paths) {
      check_path(std::string(path.key), *documents.follow(path.value, diagnostics), set, documents,
                 diagnostics, found);
    }
  }
  for (const Diagnostic& one : diagnostics.all()) {
    if (one.severity != Severity::kError) continue;
    found.wrong.push_back(documents.place_text(one.place) + " " + one.message);
  }
  return found;
}

TEST(ContractSamples, FitEverySchemaOfBox) {
  if (!fs::exists(kContracts)) GTEST_SKIP() << "The contracts are not here.";
  const Found found = check_contract(kContracts / "box", "openapi.json");
  EXPECT_THAT(found.wrong, testing::IsEmpty());
  EXPECT_GT(found.schemas, 500u);
}

TEST(ContractSamples, FitEverySchemaOfTwilio) {
  if (!fs::exists(kContracts)) GTEST_SKIP() << "The contracts are not here.";
  size_t documents = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kContracts / "twilio")) {
    if (entry.path().extension() != ".json") continue;
    ++documents;
    const Found found =
        check_contract(entry.path().parent_path(), entry.path().filename().string());
    EXPECT_THAT(found.wrong, testing::IsEmpty()) << entry.path();
    EXPECT_GT(found.schemas, 50u) << entry.path();
  }
  EXPECT_EQ(documents, 2u);
}

TEST(ContractSamples, FitEverySchemaOfAdyen) {
  if (!fs::exists(kContracts)) GTEST_SKIP() << "The contracts are not here.";
  for (const auto& entry : fs::directory_iterator(kContracts / "adyen/json")) {
    const Found found =
        check_contract(entry.path().parent_path(), entry.path().filename().string());
    EXPECT_THAT(found.wrong, testing::IsEmpty()) << entry.path();
    EXPECT_GT(found.schemas, 10u) << entry.path();
  }
}

TEST(ContractSamples, FitEverySchemaOfDigitalOcean) {
  if (!fs::exists(kContracts)) GTEST_SKIP() << "The contracts are not here.";
  const Found found =
      check_contract(kContracts / "digitalocean", "specification/DigitalOcean-public.v2.yaml");
  // One request body is a "oneOf" whose second alternative is the first with a further optional
  // property: what fits one fits both, but for values that nobody means.
  const std::string overlapping = "post /v2/droplets/actions request application/json: no sample";
  EXPECT_THAT(found.wrong, testing::ElementsAre(overlapping, overlapping));
  EXPECT_GT(found.schemas, 1000u);
}

}  // namespace
}  // namespace servanda
