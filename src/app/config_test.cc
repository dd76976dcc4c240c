// SPDX-License-Identifier: Apache-2.0
#include "app/config.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "contract/plan/load.h"

namespace servanda {
namespace {

class KnownFiles : public FileSource {
 public:
  std::map<std::string, std::string> files;
  Result<std::string> read(std::string_view path) override {
    const auto found = files.find(std::string(path));
    if (found != files.end()) return found->second;
    return fail(Code::kNotFound, "There is no file " + std::string(path) + ".");
  }
};

// One reading of configuration files.
struct Read {
  Config config;
  std::vector<std::string> errors;  // "rule line:column: message fix"
};

Read read(const std::vector<std::string>& texts) {
  KnownFiles files;
  files.files["secret"] = "0123456789abcdef0123456789abcdef\n";
  std::vector<std::string> names;
  for (size_t i = 0; i < texts.size(); ++i) {
    names.push_back("c" + std::to_string(i) + ".yaml");
    files.files[names.back()] = texts[i];
  }
  Documents documents(files);
  Diagnostics diagnostics;
  const ConfigSources sources{&files, [](const std::string& name) -> std::optional<std::string> {
                                if (name == "HOST") return "stock.internal";
                                return std::nullopt;
                              }};
  Read result{read_config(names, sources, documents, diagnostics), {}};
  for (const Diagnostic& found : diagnostics.all()) {
    result.errors.push_back(std::string(found.rule) + ": " + found.message + " " + found.fix);
  }
  return result;
}

std::string only_error(const std::string& text) {
  const Read result = read({text});
  return result.errors.size() == 1 ? result.errors[0]
                                   : std::to_string(result.errors.size()) + " errors";
}

constexpr const char* kContract =
    "openapi: 3.1.0\n"
    "info: {title: T, version: '1'}\n"
    "x-servanda: {services: {front: {calls: [stock]}, stock: {}, audit: {}}}\n"
    "paths: {}\n";

std::shared_ptr<const Plan> plan_for(const Config& config) {
  KnownFiles files;
  files.files["api.yaml"] = kContract;
  LoadOptions options;
  options.compile.placement = placement_of(config);
  return compile_contract(files, "api.yaml", {}, options).plan;
}

// Why the configuration does not go with the contract; "" when it does.
std::string misplaced(const std::string& text) {
  const Read result = read({text});
  if (!result.errors.empty()) return "no configuration: " + result.errors[0];
  const std::shared_ptr<const Plan> plan = plan_for(result.config);
  const Result<void> checked = check_placement(result.config, *plan);
  return checked ? "" : checked.error().message;
}

TEST(Config, WithoutFilesEverythingRunsHere) {
  const Read result = read({});
  EXPECT_FALSE(result.config.run);
  EXPECT_TRUE(result.config.peers.services.empty());
  EXPECT_TRUE(result.config.peers.secret.empty());
  EXPECT_FALSE(placement_of(result.config).here);
}

TEST(Config, ReadsServicesAndTheSecret) {
  const Read result =
      read({"run: [front]\n"
            "services:\n"
            "  stock: {url: 'http://${HOST}:8081/'}\n"
            "  audit: {urls: ['http://10.0.0.4', 'http://[::1]:9', 'http://[::1]']}\n"
            "auth: {peers: {secret: '${file:secret}'}}\n"});
  EXPECT_EQ(result.errors, std::vector<std::string>());
  EXPECT_EQ(result.config.run, std::vector<std::string>{"front"});
  ASSERT_NE(result.config.peers.find("stock"), nullptr);
  EXPECT_EQ(result.config.peers.find("stock")->addresses,
            std::vector<std::string>{"stock.internal:8081"});
  EXPECT_EQ(result.config.peers.find("audit")->addresses,
            (std::vector<std::string>{"10.0.0.4:80", "[::1]:9", "[::1]:80"}));
  EXPECT_EQ(result.config.peers.secret, "0123456789abcdef0123456789abcdef");
}

TEST(Config, LaterFilesReplaceTheServicesThatTheyName) {
  const Read result =
      read({"services: {stock: {urls: ['http://a:1', 'http://b:1']}, audit: {url: "
            "'http://c:1'}}\nrun: [front]\n",
            "services: {stock: {url: 'http://d:1'}}\nrun: []\n"});
  EXPECT_EQ(result.errors, std::vector<std::string>());
  EXPECT_EQ(result.config.peers.find("stock")->addresses, std::vector<std::string>{"d:1"});
  EXPECT_EQ(result.config.peers.find("audit")->addresses, std::vector<std::string>{"c:1"});
  ASSERT_TRUE(result.config.run);
  EXPECT_TRUE(result.config.run->empty());
}

TEST(Config, RefusesWhatIsNoAddress) {
  for (const char* url :
       {"stock:80", "ftp://stock:80", "http://", "http://stock:0", "http://stock:65536",
        "http://stock:80/v1", "http://u@stock", "http://:80"}) {
    EXPECT_EQ(only_error("services: {stock: {url: '" + std::string(url) + "'}}"),
              "config-value: \"" + std::string(url) +
                  "\" is no address of a process. Write http://HOST:PORT, with nothing behind it.");
  }
  EXPECT_TRUE(only_error("services: {stock: {url: 'https://stock:443'}}")
                  .starts_with("not-supported-yet: TLS between processes"));
  EXPECT_EQ(only_error("services: {stock: {}}"),
            "config-value: The service \"stock\" has no address. Write {url: "
            "\"http://HOST:PORT\"}.");
  EXPECT_EQ(only_error("services: {stock: {urll: 'http://a'}}"),
            "config-unknown-key: \"urll\" is no key of services.stock. Did you mean \"url\"?");
  EXPECT_TRUE(only_error("services: {stock: {url: 'http://a', balance: ewma}}")
                  .starts_with("not-supported-yet"));
  EXPECT_TRUE(only_error("run: front").starts_with("config-type: run is a list"));
}

TEST(Config, ASecretHas32BytesOrMore) {
  const std::string least(32, 's');
  EXPECT_EQ(read({"auth: {peers: {secret: '" + least + "'}}"}).config.peers.secret, least);
  EXPECT_EQ(only_error("auth: {peers: {secret: '" + least.substr(1) + "'}}"),
            "config-value: The secret of the processes has 31 bytes. Use 32 random bytes or more, "
            "such as from \"openssl rand -hex 32\".");
  EXPECT_TRUE(only_error("auth: {issuers: []}").starts_with("not-supported-yet"));
}

constexpr const char* kSecret = "auth: {peers: {secret: '0123456789abcdef0123456789abcdef'}}\n";

TEST(Placement, NamesServicesOfTheContractOnly) {
  EXPECT_EQ(misplaced("run: [fornt]\n" + std::string(kSecret)),
            "run names \"fornt\", which is no service of the contract (it has front, stock, audit)"
            ": did you mean \"front\"?");
  EXPECT_EQ(misplaced("services: {elsewhere: {url: 'http://a:1'}}"),
            "services names \"elsewhere\", which is no service of the contract (it has front, "
            "stock, audit).");
}

TEST(Placement, NeedsTheAddressesOfWhatIsCalled) {
  EXPECT_EQ(misplaced("run: [front]\n" + std::string(kSecret)),
            "\"front\" calls \"stock\", which does not run here: add services: {stock: {url: "
            "\"http://HOST:PORT\"}}, or add it to run.");
  EXPECT_EQ(
      misplaced("run: [front]\nservices: {stock: {url: 'http://a:1'}}\n" + std::string(kSecret)),
      "");
  EXPECT_EQ(misplaced("run: [front, stock]\n" + std::string(kSecret)), "");
  EXPECT_EQ(misplaced("run: [stock]\n" + std::string(kSecret)), "");
  EXPECT_EQ(misplaced("run: []\nservices: {stock: {url: 'http://a:1'}, audit: {url: "
                      "'http://b:1'}}\n" +
                      std::string(kSecret)),
            "This process runs no service and has no address of \"front\": add services: {front: "
            "{url: \"http://HOST:PORT\"}}.");
}

TEST(Placement, NeedsASecret) {
  EXPECT_TRUE(misplaced("run: [stock]").starts_with("run is set, so that processes call each "));
}

TEST(Placement, SaysWhereEachServiceRuns) {
  const Read result =
      read({"run: [front]\nservices: {stock: {url: 'http://a:1'}, front: {url: "
            "'http://b:1'}}\n"});
  const std::shared_ptr<const Plan> plan = plan_for(result.config);
  using Runs = ServiceDeclaration::Runs;
  EXPECT_EQ(plan->find_service("front")->runs, Runs::kHere);
  EXPECT_EQ(plan->find_service("stock")->runs, Runs::kElsewhere);
  EXPECT_EQ(plan->find_service("audit")->runs, Runs::kOutOfReach);
  EXPECT_EQ(plan->find_service("nobody"), nullptr);
}

}  // namespace
}  // namespace servanda
