// SPDX-License-Identifier: Apache-2.0
#pragma once
// The Plan: one contract, compiled once, immutable. Everything a running engine knows of it.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/document/contract_document.h"
#include "contract/plan/operation.h"
#include "contract/plan/resource.h"
#include "contract/plan/routes.h"
#include "contract/schema/schema.h"

namespace servanda {

// One way to prove who is calling (components.securitySchemes).
struct SecurityScheme {
  std::string name;
  enum class Type : uint8_t { kApiKey, kHttp, kMutualTls, kOauth2, kOpenIdConnect };
  Type type = Type::kHttp;
  ParameterIn in = ParameterIn::kHeader;  // kApiKey only.
  std::string parameter;                  // kApiKey: header, query or cookie name.
  std::string http_scheme;                // kHttp: lower case, "basic", "bearer".
};

// One service of the contract and the services it may call.
struct ServiceDeclaration {
  std::string name;
  std::string title;
  std::vector<std::string> calls;  // Names of other services; together they have no cycle.
  // Where it runs, as CompileOptions::placement says.
  enum class Runs : uint8_t {
    kHere,
    kElsewhere,   // In a process whose address is known: its operations are handed on.
    kOutOfReach,  // In one that this process neither serves for nor calls: no operation is at a
                  // door.
  } runs = Runs::kHere;
};

// An event that an operation may emit: an entry of `webhooks`.
struct EventDeclaration {
  std::string name;
  Schema schema;  // Of its body as JSON.
};

// How much calling between services one request may lead to; nothing where the contract is silent.
struct CallBudget {
  std::optional<uint32_t> depth;  // Calls one inside the other. Proven at load.
  std::optional<uint32_t> calls;  // Of the whole request. Kept while serving.
};

// One compiled contract.
//
// Threads: immutable after compile(); shared by all workers as shared_ptr<const Plan>.
struct Plan {
  std::string title;
  std::string version;
  std::string
      hash;  // Hex SHA-256 over the documents as compiled, overlays and annotations included.
  std::vector<ServiceDeclaration> services;
  CallBudget budget;
  std::vector<Resource> resources;
  std::vector<SecurityScheme> security_schemes;
  std::vector<Operation> operations;
  std::vector<EventDeclaration> events;     // Those that some operation emits, as they were met.
  std::vector<std::string> coded_problems;  // Schemas that say `problem: code`, by name.
  RouteTable routes;
  PublishedContract published;
  SchemaSet schemas;

  explicit Plan(SchemaSet owned_schemas) : schemas(std::move(owned_schemas)) {}
  // The service with this name, or null.
  [[nodiscard]] const ServiceDeclaration* find_service(std::string_view name) const;
};

// Which services run in the process that compiles a contract, and where the others are.
struct ServicePlacement {
  std::optional<std::vector<std::string>> here;  // Nothing: all of them.
  std::vector<std::string> elsewhere;  // Those with an address; counts for those not here only.
};

// Where the engine runs: decides what serves operations that nothing implements.
enum class Environment : uint8_t { kDevelopment, kStaging, kProduction };

// What compile_plan() may be told.
struct CompileOptions {
  Environment environment = Environment::kDevelopment;
  // The operationIds that C++ handlers are registered for: they serve what no resource does and
  // nothing says is mocked.
  std::vector<std::string> coded;
  // The security schemes that the serving program verifies: an operation of a resource or of C++
  // that asks for another is an error. Nothing: who will serve is not known, and it is a warning.
  std::optional<std::vector<std::string>> authenticated;
  ServicePlacement placement;
  // Whether to make Plan::published (serve needs it, check does not).
  enum class Publish : uint8_t { kYes, kNo } publish = Publish::kYes;
};

// Compiles a loaded contract. Null when `diagnostics` has errors; every finding is reported, not
// just the first. Consumes the documents: the Plan keeps nothing of them.
[[nodiscard]] std::shared_ptr<const Plan> compile_plan(ContractDocument contract,
                                                       const CompileOptions& options,
                                                       Diagnostics& diagnostics);

// The compiled contract as JSON for people and tools: operations with handler, policies, resources,
// indexes, routes.
[[nodiscard]] std::string plan_json(const Plan& plan);

}  // namespace servanda
