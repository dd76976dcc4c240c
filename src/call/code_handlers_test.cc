// SPDX-License-Identifier: Apache-2.0
// Whether hooks and authenticators of a program fit a contract; handlers: rest_code_test.cc.
#include "call/code_handlers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "call/test_plans.h"

namespace servanda {
namespace {

using testing::HasSubstr;

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
