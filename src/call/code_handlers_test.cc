// SPDX-License-Identifier: Apache-2.0
// Whether hooks, authenticators and error bodies of a program fit a contract; handlers:
// rest_code_test.cc.
#include "call/code_handlers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "call/test_plans.h"

namespace servanda {
namespace {

using testing::HasSubstr;
using testing::Not;

class NoHook final : public Hook {
 public:
  NoHook(std::string operation, std::string resource, HookTime time = HookTime::kBefore,
         std::string hash = {})
      : operation_(std::move(operation)),
        resource_(std::move(resource)),
        time_(time),
        hash_(std::move(hash)) {}
  std::string_view operation_id() const override { return operation_; }
  std::string_view contract_hash() const override { return hash_; }
  std::string_view resource() const override { return resource_; }
  HookTime moment() const override { return time_; }
  Task<Result<std::string>> run(Ctx&, JsonValue, JsonValue) const override {
    co_return std::string();
  }

 private:
  std::string operation_;
  std::string resource_;
  HookTime time_;
  std::string hash_;
};

class NoValues final : public Computation {
 public:
  NoValues(std::string resource, std::vector<std::string_view> members, std::string hash = {})
      : resource_(std::move(resource)), members_(std::move(members)), hash_(std::move(hash)) {}
  std::string_view resource() const override { return resource_; }
  std::string_view contract_hash() const override { return hash_; }
  std::span<const std::string_view> members() const override { return members_; }
  Task<Result<void>> run(Ctx&, internal::ShownRows&, MadeValues&) const override {
    co_return Result<void>();
  }

 private:
  std::string resource_;
  std::vector<std::string_view> members_;
  std::string hash_;
};

Task<std::optional<Identity>> nobody(const CallContext&, std::string_view) {
  co_return std::nullopt;
}

constexpr std::string_view kContract = R"(
openapi: 3.1.0
info: {title: T, version: 1.0.0}
paths:
  /things:
    x-servanda: {resource: Thing}
    post: {operationId: make, requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}, responses: {'201': {description: ok}}}
  /things/{id}:
    x-servanda: {resource: Thing}
    parameters: [{name: id, in: path, required: true, schema: {type: string, format: uuid}}]
    get: {operationId: read, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}}
  /notes:
    x-servanda: {resource: Note}
    post: {operationId: note, requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}, responses: {'201': {description: ok}}}
  /notes:batch:
    x-servanda: {resource: Note}
    post: {operationId: notes, requestBody: {content: {application/json: {schema: {type: object}}}}, responses: {'200': {description: ok, content: {application/json: {schema: {type: object}}}}}}
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
  schemas:
    Thing: {type: object, x-servanda: {resource: {}}, properties: {id: {type: string, format: uuid, readOnly: true}}}
    Note: {type: object, x-servanda: {resource: {}}, properties: {id: {type: string, format: uuid, readOnly: true}}}
)";

std::string misfit(const CodeHandlers& handlers) {
  const auto plan = test::compile_text(kContract);
  const Result<void> fit = check_code_handlers(*plan, &handlers);
  return fit ? "" : fit.error().message;
}

TEST(CodeHandlers, HooksAreForBuiltInWritesOfTheirResource) {
  CodeHandlers handlers;
  handlers.add(std::make_unique<NoHook>("make", "Thing"));
  handlers.add(std::make_unique<NoHook>("make", "Thing", HookTime::kAfter));
  EXPECT_EQ(misfit(handlers), "");
  handlers.add(std::make_unique<NoHook>("make", "Thing"));
  handlers.add(std::make_unique<NoHook>("read", "Thing"));
  handlers.add(std::make_unique<NoHook>("mak", "Thing"));
  handlers.add(std::make_unique<NoHook>("note", "Thing", HookTime::kAfter));
  handlers.add(std::make_unique<NoHook>("note", "Note", HookTime::kBefore, "0123456789abcdef"));
  const std::string said = misfit(handlers);
  EXPECT_THAT(said, HasSubstr("\"make\" has two hooks at the same time"));
  EXPECT_THAT(said, HasSubstr("\"read\" has a hook, but is no built-in create, replace"));
  EXPECT_THAT(said, HasSubstr("\"mak\" has a hook, but the contract has no such operation (did you "
                              "mean \"make\"?)"));
  EXPECT_THAT(said, HasSubstr("\"note\" has a hook on \"Thing\", but writes \"Note\""));
  EXPECT_THAT(said, HasSubstr("which items of the batch \"notes\" would pass by"));
  EXPECT_THAT(said, HasSubstr("generated from another contract (0123456789ab, this one is "));
}

TEST(CodeHandlers, AuthenticatorsAreForSchemesOfTheContract) {
  CodeHandlers handlers;
  handlers.add(make_authenticator("token", nobody));
  EXPECT_EQ(misfit(handlers), "");
  handlers.add(make_authenticator("token", nobody));
  handlers.add(make_authenticator("tokens", nobody));
  const std::string said = misfit(handlers);
  EXPECT_THAT(said, HasSubstr("the security scheme \"token\" has two authenticators"));
  EXPECT_THAT(said,
              HasSubstr("\"tokens\" has an authenticator, but the contract has no such security "
                        "scheme (did you mean \"token\"?)"));
}

// What is generated for a schema with `problem: code`, of some contract or other.
struct Fault {
  std::string said;
};
struct Faults {};
struct Foreign {};
ProblemSchema problem_schema(const Fault*) {
  return {"Fault", ""};
}
ProblemSchema problem_schema(const Faults*) {
  return {"Faults", ""};
}
ProblemSchema problem_schema(const Foreign*) {
  return {"Blame", "fedcba9876543210"};
}
void write(const Fault& fault, JsonWriter& writer) {
  writer.string(fault.said);
}
void write(const Faults&, JsonWriter& writer) {
  writer.null();
}
void write(const Foreign&, JsonWriter& writer) {
  writer.null();
}

constexpr std::string_view kFaulty = R"(
openapi: 3.1.0
info: {title: T, version: 1.0.0}
x-servanda: {services: {near: {}, far: {}}}
paths:
  /near: {get: {operationId: askNear, x-servanda: {service: near, handler: mock}, responses: {'204': {description: ok}, 4XX: {description: no, content: {application/json: {schema: {$ref: '#/components/schemas/Fault'}}}}}}}
  /far: {get: {operationId: askFar, x-servanda: {service: far, handler: mock}, responses: {'204': {description: ok}, default: {description: no, content: {application/json: {schema: {$ref: '#/components/schemas/Blame'}}}}}}}
components:
  schemas:
    Fault: {type: object, required: [said], x-servanda: {problem: code}, properties: {said: {type: string}}}
    Blame: {type: object, required: [on], x-servanda: {problem: code}, properties: {on: {type: string}}}
)";

std::string faulty(const CodeHandlers* handlers, const ServicePlacement& placement = {}) {
  Diagnostics diagnostics;
  test::PlanFiles files{std::string(kFaulty)};
  CompileOptions options;
  options.placement = placement;
  const auto plan =
      compile_plan(load_contract(files, "contract.yaml", {}, diagnostics), options, diagnostics);
  EXPECT_NE(plan, nullptr);
  if (plan == nullptr) return "no plan";
  const Result<void> fit = check_code_handlers(*plan, handlers);
  return fit ? "" : fit.error().message;
}

// Two resources with values from C++; `how` serves the first, and the second stands in
// expansions.
std::string computing(std::string_view how) {
  return R"(
openapi: 3.1.0
info: {title: T, version: 1.0.0}
paths:
  /things:
    x-servanda: {)" +
         std::string(how) + R"(}
    get:
      operationId: list
      parameters: [{name: expand, in: query, schema: {type: string, enum: [note]}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}}}
components:
  schemas:
    Thing:
      type: object
      x-servanda: {resource: {}}
      properties:
        id: {type: string, format: uuid, readOnly: true}
        noteId: {type: string, format: uuid, x-servanda: {ref: Note}}
        size: {type: integer, readOnly: true, x-servanda: {computed: code}}
        both: {type: integer, readOnly: true, x-servanda: {computed: code}}
        half: {type: integer, readOnly: true, x-servanda: {computed: 1 + 1}}
        expand: {type: object, readOnly: true}
    Note:
      type: object
      x-servanda: {resource: {}}
      properties:
        id: {type: string, format: uuid, readOnly: true}
        size: {type: integer, readOnly: true, x-servanda: {computed: code}}
    Other:
      type: object
      x-servanda: {resource: {}}
      properties:
        id: {type: string, format: uuid, readOnly: true}
        size: {type: integer, readOnly: true, x-servanda: {computed: code}}
)";
}

std::string misfit_computing(std::string_view how, const CodeHandlers* handlers) {
  const auto plan = test::compile_text(computing(how));
  if (plan == nullptr) return "no plan";
  const Result<void> fit = check_code_handlers(*plan, handlers);
  return fit ? "" : fit.error().message;
}

TEST(CodeHandlers, ProblemsAreToldWhereTheContractSaysSo) {
  CodeHandlers handlers;
  handlers.add(make_problem_body<Fault>(
      [](const Problem& problem) { return Fault{.said = problem.message}; }));
  EXPECT_EQ(faulty(&handlers, {.here = {{"near"}}, .elsewhere = {"far"}}), "");
  EXPECT_THAT(faulty(&handlers),
              HasSubstr("\"Blame\" says \"problem: code\", but this program has no function that "
                        "tells problems as it (\"askFar\" is the first operation"));
  handlers.add(make_problem_body<Fault>([](const Problem&) { return Fault{}; }));
  handlers.add(make_problem_body<Faults>([](const Problem&) { return Faults{}; }));
  handlers.add(make_problem_body<Foreign>([](const Problem&) { return Foreign{}; }));
  const std::string said = faulty(&handlers);
  EXPECT_THAT(said, HasSubstr("problems are told as \"Fault\" by two functions"));
  EXPECT_THAT(said,
              HasSubstr("problems are told as \"Faults\", but the contract has no such schema "
                        "with \"x-servanda: {problem: code}\" (did you mean \"Fault\"?)"));
  EXPECT_THAT(said, HasSubstr("the types of \"Blame\" were generated from another contract "
                              "(fedcba987654, this one is "));
  EXPECT_THAT(said, Not(HasSubstr("no function")));
}

TEST(CodeHandlers, ProblemsOfOtherProcessesNeedNoFunction) {
  EXPECT_EQ(faulty(nullptr, {.here = {{}}, .elsewhere = {"near", "far"}}), "") << "a gateway";
  const std::string said = faulty(nullptr);
  EXPECT_THAT(said, HasSubstr("\"Fault\" says \"problem: code\""));
  EXPECT_THAT(said, HasSubstr("\"Blame\" says \"problem: code\""));
}

TEST(Problems, SayTheWordsOfTheirCode) {
  Problem problem;
  problem.code = Code::kConflict;
  EXPECT_EQ(problem.word(), "conflict");
  EXPECT_EQ(problem.title(), "Conflict with the current state");
  EXPECT_EQ(problem.type(), "https://servanda.dev/problems/conflict");
  EXPECT_FALSE(problem.is_retryable());
  problem.reason = "version-moved";
  EXPECT_EQ(problem.word(), "version-moved");
  EXPECT_TRUE(problem.is_retryable());
}

TEST(CodeHandlers, WhatBuiltInHandlersShowHasToBeComputed) {
  const std::string none = misfit_computing("resource: Thing", nullptr);
  EXPECT_EQ(none,
            "The C++ handlers do not fit the contract: \"Thing.size\" says \"computed: code\", but "
            "this program computes nothing of \"Thing\" (app.compute<Thing>(...)); \"Thing.both\" "
            "says \"computed: code\", but this program computes nothing of \"Thing\" "
            "(app.compute<Thing>(...)); \"Note.size\" says \"computed: code\", but this program "
            "computes nothing of \"Note\" (app.compute<Note>(...)).");
  CodeHandlers handlers;
  EXPECT_EQ(misfit_computing("resource: Thing", &handlers), none);
  handlers.add(std::make_unique<NoValues>("Thing", std::vector<std::string_view>{"size", "both"}));
  EXPECT_THAT(misfit_computing("resource: Thing", &handlers), HasSubstr("\"Note.size\" says"));
  handlers.add(std::make_unique<NoValues>("Note", std::vector<std::string_view>{"size"}));
  EXPECT_EQ(misfit_computing("resource: Thing", &handlers), "");
  EXPECT_EQ(misfit_computing("handler: mock", nullptr), "") << "no row is shown";
  EXPECT_EQ(misfit_computing("handler: mock", &handlers), "");
}

TEST(CodeHandlers, ComputeOnceForResourcesThatAskForIt) {
  using Names = std::vector<std::string_view>;
  CodeHandlers handlers;
  handlers.add(std::make_unique<NoValues>("Thing", Names{"size", "both"}));
  handlers.add(std::make_unique<NoValues>("Note", Names{"size"}));
  handlers.add(std::make_unique<NoValues>("Note", Names{"size"}));
  handlers.add(std::make_unique<NoValues>("Thin", Names{"size"}));
  handlers.add(std::make_unique<NoValues>("Other", Names{"size"}, "0123456789abcdef"));
  const std::string said = misfit_computing("resource: Thing", &handlers);
  EXPECT_THAT(said, HasSubstr("\"Note\" is computed by two functions"));
  EXPECT_THAT(said, HasSubstr("\"Thin\" is computed, but the contract has no such resource (did "
                              "you mean \"Thing\"?)"));
  EXPECT_THAT(said, HasSubstr("the types of \"Other\" were generated from another contract "
                              "(0123456789ab, this one is "));
  EXPECT_THAT(said, testing::Not(HasSubstr("Thing.size")));

  CodeHandlers unasked;
  unasked.add(std::make_unique<NoValues>("Thing", Names{"size", "half"}));
  EXPECT_THAT(misfit_computing("handler: mock", &unasked),
              HasSubstr("\"Thing.half\" is computed in C++, but the contract does not say "
                        "\"computed: code\" there"));
}

TEST(CodeHandlers, TellTheCompilerWhatThereIs) {
  CodeHandlers handlers;
  CompileOptions options;
  handlers.describe(options);
  EXPECT_TRUE(options.authenticated.has_value()) << "none, which is known";
  handlers.add(make_authenticator("token", nobody));
  handlers.describe(options);
  EXPECT_THAT(*options.authenticated, testing::ElementsAre("token"));
}

}  // namespace
}  // namespace servanda
