// SPDX-License-Identifier: Apache-2.0
#include "contract/generate/generate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "contract/generate/names.h"
#include "contract/plan/test_plan.h"

namespace servanda {
namespace {

using Files = std::map<std::string, std::string>;
using ::testing::HasSubstr;
using ::testing::Not;

// A contract with these component schemas (YAML flow mappings).
std::string contract_of(const std::string& schemas, const std::string& paths = "{}") {
  return "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: " + paths +
         "\ncomponents:\n  schemas:\n" + schemas;
}

Files generated(const std::string& text, GenerateOptions options = {.name_space = "shop"}) {
  PlanText contract(text);
  EXPECT_NE(contract.plan(), nullptr) << contract.findings();
  if (contract.plan() == nullptr) return {};
  auto files = generate_cpp(contract.compiled.contract, *contract.plan(), options);
  EXPECT_TRUE(files) << files.error().message;
  Files out;
  if (!files) return out;
  for (const GeneratedFile& file : *files) {
    EXPECT_TRUE(file.content.starts_with(std::string(kGeneratedMarker) + "\n")) << file.name;
    EXPECT_TRUE(out.emplace(file.name, file.content).second) << file.name;
  }
  EXPECT_TRUE(std::ranges::is_sorted(*files, {}, &GeneratedFile::name));
  return out;
}

std::string refusal(const std::string& text,
                    const GenerateOptions& options = {.name_space = "shop"}) {
  PlanText contract(text);
  if (contract.plan() == nullptr) return contract.findings();
  auto files = generate_cpp(contract.compiled.contract, *contract.plan(), options);
  return files ? "" : files.error().message;
}

constexpr const char* kTwo =
    "    A: {type: object, properties: {b: {$ref: '#/components/schemas/B'}}}\n"
    "    B: {type: object, properties: {text: {type: string}}}\n"
    "    C: {type: object, properties: {text: {type: string}}}\n";

TEST(Generate, GivesTheSameBytesForTheSameContract) {
  EXPECT_EQ(generated(contract_of(kTwo)), generated(contract_of(kTwo)));
}

TEST(Generate, ChangesOnlyWhatAnEditChanges) {
  const Files before = generated(contract_of(kTwo), {"shop", 8});
  std::string edited = kTwo;
  edited.replace(edited.rfind("text"), 4, "word");
  const Files after = generated(contract_of(edited + "    D: {type: integer}\n"), {"shop", 8});
  std::set<std::string> changed;
  for (const auto& [name, content] : after) {
    const auto old = before.find(name);
    if (old == before.end() || old->second != content) changed.insert(name);
  }
  changed.erase("shop/schemas.h");
  changed.erase("shop/contract.cc");
  // The header of C, the source that holds its functions, and the new D. A and B stay.
  EXPECT_TRUE(changed.contains("shop/schemas/c.h"));
  EXPECT_TRUE(changed.contains("shop/schemas/d.h"));
  EXPECT_EQ(changed.size(), 3u) << ::testing::PrintToString(changed);
}

TEST(Generate, KeepsTheHashInASourceOfItsOwn) {
  const Files files = generated(contract_of(kTwo));
  PlanText contract(contract_of(kTwo));
  EXPECT_THAT(files.at("shop/contract.cc"), HasSubstr("\"" + contract.plan()->hash + "\""));
  for (const auto& [name, content] : files) {
    if (name == "shop/contract.cc") continue;
    EXPECT_THAT(content, Not(HasSubstr(contract.plan()->hash)));
  }
}

TEST(Generate, PutsTypesThatHoldEachOtherIntoOneHeader) {
  const Files files = generated(
      contract_of("    A: {type: object, properties: {b: {$ref: '#/components/schemas/B'}}}\n"
                  "    B: {type: object, properties: {a: {$ref: '#/components/schemas/A'}}}\n"));
  EXPECT_THAT(files.at("shop/schemas/a.h"), HasSubstr("std::optional<servanda::Box<A>> a;"));
  EXPECT_THAT(files.at("shop/schemas/b.h"), HasSubstr("#include \"shop/schemas/a.h\""));
}

constexpr const char* kServices =
    "openapi: 3.1.0\ninfo: {title: T, version: '1'}\n"
    "x-servanda: {services: {a-b: {title: First}, a--b: {}, ctx: {}}}\n"
    "paths:\n"
    "  /a: {get: {operationId: service, x-servanda: {service: a--b}, "
    "responses: {'200': {description: ok}}}}\n"
    "components:\n"
    "  schemas:\n"
    "    Ctx: {type: object, required: [id], x-servanda: {resource: {service: ctx}}, "
    "properties: {id: {type: string}}}\n"
    "    Plain: {type: object, properties: {id: {type: string}}}\n";

TEST(Generate, NamesServicesAndWhatIsTheirs) {
  const Files files = generated(kServices);
  const std::string& services = files.at("shop/services.h");
  EXPECT_THAT(services, HasSubstr("namespace shop::service {"));
  EXPECT_THAT(services, HasSubstr("// First\nstruct AB {\n  static constexpr std::string_view "
                                  "kName = \"a-b\";\n  using Ctx = servanda::ServiceCtx<AB>;\n};"));
  EXPECT_THAT(services, HasSubstr("struct AB2 {\n  static constexpr std::string_view kName = "
                                  "\"a--b\";"));
  EXPECT_THAT(services, HasSubstr("struct Ctx2 {\n  static constexpr std::string_view kName = "
                                  "\"ctx\";\n  using Ctx = servanda::ServiceCtx<Ctx2>;"));
  EXPECT_THAT(services, Not(HasSubstr("namespace shop {")));
  EXPECT_THAT(files.at("shop/operations/service2.h"),
              HasSubstr("struct Service2 {\n  using Service = service::AB2;\n"));
  EXPECT_THAT(files.at("shop/schemas/ctx.h"),
              HasSubstr("constexpr service::Ctx2 owner_of(const Ctx*) {\n  return {};\n}"));
  EXPECT_THAT(files.at("shop/schemas/ctx.h"), HasSubstr("#include \"shop/services.h\""));
  EXPECT_THAT(files.at("shop/schemas/plain.h"), Not(HasSubstr("service")));
}

TEST(Generate, SaysWhatQueriesMayNameAndWhichIndexesThereAre) {
  const Files files = generated(contract_of(
      "    Order:\n      type: object\n      required: [name]\n"
      "      x-servanda: {resource: {key: name, softDelete: {restore: 1h}, unique: [[code]], "
      "indexes: [[-aRatherLongNameOfAProperty, name]]}}\n"
      "      properties:\n        tags: {type: array, items: {type: string}}\n"
      "        name: {type: string}\n        code: {type: string, enum: [a, b]}\n"
      "        twice: {type: integer, readOnly: true, x-servanda: {computed: self.n * 2}}\n"
      "        n: {type: integer}\n        aRatherLongNameOfAProperty: {type: number}\n"
      "        purgedAt: {type: string, format: date-time, readOnly: true, "
      "x-servanda: {generated: purged}}\n"
      "    Plain: {type: object, properties: {id: {type: string}}}\n"));
  EXPECT_THAT(files.at("shop/schemas/order.h"), HasSubstr(R"(
constexpr auto table_of(const Order*)
    -> servanda::RowTable<1, 6,
                          servanda::Columns<nullptr, &Order::name, &Order::code, &Order::n,
                                            &Order::a_rather_long_name_of_a_property>,
                          servanda::UniqueOn<servanda::RowScope::kLive, 2>,
                          servanda::IndexOn<servanda::RowScope::kLive, ~4, 1>,
                          servanda::IndexOn<servanda::RowScope::kDeleted, 6>> {
  return {};
}
)"));
  EXPECT_THAT(files.at("shop/schemas/order.h"), HasSubstr("#include \"servanda/query/table.h\""));
  EXPECT_THAT(files.at("shop/schemas/plain.h"), Not(HasSubstr("table")));
}

TEST(Generate, HasTheContextOfTheOnlyServiceAtHand) {
  const Files files = generated(contract_of("    ctx: {type: object}\n    Ctx: {type: string}\n"));
  const std::string& services = files.at("shop/services.h");
  EXPECT_THAT(services, HasSubstr("struct Main {\n  static constexpr std::string_view kName = "
                                  "\"main\";"));
  EXPECT_THAT(services, HasSubstr("namespace shop {\n\n// What handlers are given.\nusing Ctx = "
                                  "service::Main::Ctx;\n"));
  EXPECT_THAT(files.at("shop/schemas/ctx2.h"), HasSubstr("using Ctx2 = "));
  EXPECT_THAT(files.at("shop/schemas/ctx3.h"), HasSubstr("using Ctx3 = "));
}

TEST(Generate, NamesItsNamespaceFromTheRootWhereOneInsideHidesIt) {
  const std::string contract =
      contract_of(kTwo,
                  "{/a: {get: {operationId: a, responses: {'200': {description: ok, content: "
                  "{application/json: {schema: {$ref: '#/components/schemas/A'}}}}}}}}");
  for (const auto& [name_space, body] : {std::pair("shop", " shop::A body"),
                                         {"op", " ::op::A body"},
                                         {"service", " ::service::A body"},
                                         {"a::b::a", " ::a::b::a::A body"},
                                         {"op1::service", " op1::service::A body"},
                                         {"a::ab", " a::ab::A body"}}) {
    const Files files = generated(contract, {name_space, 0});
    EXPECT_THAT(files.at(namespace_folder(name_space) + "/operations/a.h"), HasSubstr(body));
  }
}

TEST(Generate, NestsNamespacesAndFolders) {
  const Files files = generated(contract_of(kTwo), {"company::shop", 0});
  EXPECT_THAT(files.at("company/shop/schemas/a.h"), HasSubstr("namespace company::shop {"));
  EXPECT_EQ(namespace_folder("a::b::c"), "a/b/c");
}

TEST(Generate, RefusesNamespacesThatAreNone) {
  for (const char* wrong : {"", "1shop", "my shop", "a::", "::a", "a:b", "class", "std", "servanda",
                            "a::servanda", "_a", "a__b"}) {
    EXPECT_THAT(refusal(contract_of(kTwo), {wrong, 0}), HasSubstr("write identifiers")) << wrong;
  }
  EXPECT_EQ(refusal(contract_of(kTwo), {"a::b_2", 0}), "");
}

TEST(Generate, SpreadsTheCodeOverAsManySourcesAsAskedFor) {
  const Files most = generated(contract_of(kTwo), {"shop", GenerateLimits::kSourcesMax});
  EXPECT_TRUE(most.contains("shop/source_1023.cc"));
  EXPECT_THAT(refusal(contract_of(kTwo), {"shop", GenerateLimits::kSourcesMax + 1}),
              HasSubstr("1025 sources are too many"));
}

TEST(Generate, KeepsSourcesBelowTheirBound) {
  std::string many;
  for (int i = 0; i < 400; ++i) {
    many += "    Type" + std::to_string(i) + ": {type: object, required: [first], properties: {" +
            "first: {type: string}, second: {type: integer}, third: {type: boolean}}}\n";
  }
  const Files files = generated(contract_of(many));
  EXPECT_FALSE(files.contains("shop/source_0000.cc") && !files.contains("shop/source_0001.cc"));
  for (const auto& [name, content] : files) {
    if (!name.starts_with("shop/source_")) continue;
    // The functions; includes come on top.
    EXPECT_LT(content.size(), GenerateLimits::kSourceBytesMax + (64u << 10)) << name;
  }
}

TEST(Generate, RefusesStructsWithTooManyMembers) {
  const auto with = [](size_t count) {
    std::string text = "    Wide: {type: object, properties: {";
    for (size_t i = 0; i < count; ++i) text += "p" + std::to_string(i) + ": {type: string}, ";
    return contract_of(text + "}}\n");
  };
  EXPECT_EQ(refusal(with(GenerateLimits::kMembersMax)), "");
  EXPECT_THAT(refusal(with(GenerateLimits::kMembersMax + 1)),
              HasSubstr("The schema of Wide has over 4096 properties; split it."));
}

TEST(Generate, ReadsAllOfThatIsDeeperThanItsBoundAsJson) {
  std::string chain = "    S0: {type: object, properties: {a: {type: string}}}\n";
  for (int i = 1; i <= 80; ++i) {
    chain += "    S" + std::to_string(i) + ": {allOf: [{$ref: '#/components/schemas/S" +
             std::to_string(i - 1) + "'}, {properties: {b" + std::to_string(i) +
             ": {type: string}}}]}\n";
  }
  const Files files = generated(contract_of(chain));
  // Each level is a branch of allOf and the reference in it.
  EXPECT_THAT(files.at("shop/schemas/s32.h"), HasSubstr("struct S32 {"));
  EXPECT_THAT(files.at("shop/schemas/s33.h"), HasSubstr("using S33 = servanda::Json;"));
}

TEST(Generate, RefusesMoreTypesThanItsBound) {
  EXPECT_EQ(refusal(contract_of(kTwo), {.name_space = "shop", .declarations_max = 3}), "");
  EXPECT_EQ(refusal(contract_of(kTwo), {.name_space = "shop", .declarations_max = 2}),
            "The contract needs over 2 C++ types; split it.");
}

TEST(Generate, MakesPlainerTypesOfHugeEnumsAndUnions) {
  std::string texts;
  for (int i = 0; i < 4096; ++i) texts += "t" + std::to_string(i) + ", ";
  std::string branches;
  for (int i = 0; i < 500; ++i) {
    branches += "{type: object, required: [p" + std::to_string(i) + "], properties: {p" +
                std::to_string(i) + ": {type: string}}}, ";
  }
  const Files files = generated(contract_of("    E: {type: string, enum: [" + texts + "]}\n" +
                                            "    F: {type: string, enum: [" + texts + "more]}\n" +
                                            "    U: {oneOf: [" + branches + "]}\n" +
                                            "    V: {oneOf: [" + branches + "{type: string}]}\n"));
  EXPECT_THAT(files.at("shop/schemas/e.h"), HasSubstr("enum class E "));
  EXPECT_THAT(files.at("shop/schemas/f.h"), HasSubstr("using F = std::string;"));
  EXPECT_THAT(files.at("shop/schemas/u.h"), HasSubstr("struct U {"));
  EXPECT_THAT(files.at("shop/schemas/v.h"), HasSubstr("using V = servanda::Json;"));
}

TEST(Generate, FollowsLongChainsOfReferencesWithoutStack) {
  std::string chain = "    S0: {type: string}\n";
  for (int i = 1; i <= 5000; ++i) {
    chain += "    S" + std::to_string(i) +
             ": {type: object, properties: {next: {$ref: '#/components/schemas/S" +
             std::to_string(i - 1) + "'}}}\n";
  }
  EXPECT_TRUE(generated(contract_of(chain)).contains("shop/schemas/s5000.h"));
}

TEST(Generate, MakesJsonOfAlternativesThatCannotBeToldApart) {
  const Files files = generated(contract_of(
      "    A: {type: object, properties: {x: {type: string}}}\n"
      "    B: {type: object, properties: {y: {type: string}}}\n"
      "    U: {oneOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/B'}]}\n"
      "    V: {oneOf: [{type: array, items: {type: integer}}, {type: array, items: {}}]}\n"
      "    W: {oneOf: [{type: array, items: {type: integer}}, {type: array, items: {type: "
      "number}}]}\n"
      "    X: {oneOf: [{type: array, items: {type: integer}}, {type: array, items: {type: "
      "string}}]}\n"));
  EXPECT_THAT(files.at("shop/schemas/u.h"), HasSubstr("using U = servanda::Json;"));
  EXPECT_THAT(files.at("shop/schemas/v.h"), HasSubstr("using V = servanda::Json;"));
  EXPECT_THAT(files.at("shop/schemas/w.h"), HasSubstr("using W = servanda::Json;"));
  EXPECT_THAT(files.at("shop/schemas/x.h"), HasSubstr("struct X {"));
}

TEST(Generate, HoldsSchemasOfItselfInUnions) {
  const Files files = generated(contract_of(
      "    J: {oneOf: [{type: string}, {type: array, items: {$ref: '#/components/schemas/J'}}, "
      "{type: object, additionalProperties: {$ref: '#/components/schemas/J'}}]}\n"));
  EXPECT_THAT(
      files.at("shop/schemas/j.h"),
      HasSubstr("std::variant<std::string, std::vector<J>, std::map<std::string, J>> value;"));
}

TEST(Names, ArePlainIdentifiers) {
  using internal::constant_name;
  using internal::member_name;
  using internal::type_name;
  EXPECT_EQ(type_name("order-line_item"), "OrderLineItem");
  EXPECT_EQ(type_name("EOF"), "Eof");
  EXPECT_EQ(type_name("2fa"), "N2fa");
  EXPECT_EQ(type_name("1.10"), "N1_10");
  EXPECT_EQ(type_name(""), "Unnamed");
  EXPECT_EQ(type_name("é"), "XC3a9");
  EXPECT_EQ(member_name("createdAt"), "created_at");
  EXPECT_EQ(member_name("class"), "class_");
  EXPECT_EQ(member_name("linux"), "linux_");
  EXPECT_EQ(member_name("title[prefix]"), "title_prefix");
  EXPECT_EQ(constant_name("-price"), "kMinusPrice");
  EXPECT_EQ(constant_name("+1"), "kPlus1");
  EXPECT_EQ(constant_name("name,-price"), "kNameMinusPrice");
  EXPECT_EQ(constant_name(""), "kEmpty");
  EXPECT_EQ(constant_name(">="), "kX3e3d");
  EXPECT_EQ(type_name(std::string(500, 'a')).size(), 120u);
}

TEST(Generate, MakesATagForEveryEventThatSomethingEmits) {
  const std::string one =
      "\n  /a: {post: {operationId: makeA, x-servanda: {emits: [aMade, body, a-made]}, responses: "
      "{'200': {description: ok}}}}\nwebhooks:\n"
      "  body: {post: {requestBody: {content: {application/json: {schema: {type: array, items: "
      "{type: integer}}}}}, responses: {'200': {description: ok}}}}\n"
      "  aMade: {post: {description: An A., requestBody: {content: {application/json: {schema: "
      "{$ref: '#/components/schemas/A'}}}}, responses: {'200': {description: ok}}}}\n"
      "  a-made: {post: {requestBody: {content: {application/json: {schema: {type: object, "
      "properties: {n: {type: integer}}}}}}, responses: {'200': {description: ok}}}}\n"
      "  unused: {post: {requestBody: {content: {application/json: {schema: {type: string}}}}, "
      "responses: {'200': {description: ok}}}}";
  Files files = generated(contract_of(kTwo, one));
  EXPECT_THAT(files["shop/events/a_made.h"], HasSubstr(R"(namespace shop::event {

// An A.
struct AMade {
  static constexpr std::string_view kName = "aMade";
  static std::string_view contract_hash() { return kContractHash; }
  using Body = shop::A;
};
)"));
  EXPECT_THAT(files["shop/events/a_made.h"], HasSubstr("#include \"shop/schemas/a.h\""));
  EXPECT_THAT(files["shop/events/body2.h"], HasSubstr("using Body = std::vector<std::int64_t>;"));
  EXPECT_THAT(files["shop/events/a_made2.h"], HasSubstr("using Body = shop::AMade2Body;"));
  EXPECT_TRUE(files.contains("shop/schemas/a_made2_body.h"));
  EXPECT_THAT(files["shop/events.h"], HasSubstr("#include \"shop/events/a_made2.h\""));
  EXPECT_THAT(files["shop/events.h"], Not(HasSubstr("unused")));
  EXPECT_FALSE(generated(contract_of(kTwo)).contains("shop/events.h"));
}

TEST(Generate, TiesErrorBodiesOfCodeToTheirSchema) {
  const std::string schemas =
      "    Fault: {type: object, x-servanda: {problem: code}, properties: {a: {type: string}}}\n"
      "    Alias: {$ref: '#/components/schemas/Fault'}\n"
      "    Plain: {type: object, properties: {a: {type: string}}}\n";
  const auto body = [](std::string_view status, std::string_view schema) {
    return "'" + std::string(status) +
           "': {description: no, content: {application/json: {schema: {$ref: "
           "'#/components/schemas/" +
           std::string(schema) + "'}}}}";
  };
  const std::string paths = "{/a: {get: {operationId: a, responses: {" + body("404", "Fault") +
                            ", " + body("409", "Alias") + ", " + body("412", "Plain") + "}}}}";
  Files files = generated(contract_of(schemas, paths));
  EXPECT_THAT(files["shop/schemas/fault.h"],
              HasSubstr("inline servanda::ProblemSchema problem_schema(const Fault*) {\n"
                        "  return {\"Fault\", kContractHash};\n}\n"));
  EXPECT_THAT(files["shop/schemas/fault.h"], HasSubstr("#include \"shop/contract.h\""));
  EXPECT_THAT(files["shop/schemas/plain.h"], Not(HasSubstr("problem_schema")));
  EXPECT_THAT(files["shop/schemas/plain.h"], Not(HasSubstr("shop/contract.h")));
}

TEST(Generate, TiesErrorBodiesOfOtherFilesToTheNameThatTheyHaveHere) {
  PlanText contract(MemoryFiles(
      {{"api.yaml",
        contract_of(
            "    Near: {$ref: 'more.yaml#/components/schemas/Far'}\n",
            "{/a: {get: {operationId: a, responses: {default: {description: no, content: "
            "{application/json: {schema: {$ref: 'more.yaml#/components/schemas/Far'}}}}}}}}")},
       {"more.yaml",
        "components: {schemas: {Far: {type: object, x-servanda: {problem: code}, properties: {a: "
        "{type: string}}}}}"}}));
  ASSERT_NE(contract.plan(), nullptr) << contract.findings();
  const auto files =
      generate_cpp(contract.compiled.contract, *contract.plan(), {.name_space = "shop"});
  ASSERT_TRUE(files) << files.error().message;
  const auto near = std::ranges::find(*files, "shop/schemas/near.h", &GeneratedFile::name);
  ASSERT_NE(near, files->end());
  EXPECT_THAT(near->content, HasSubstr("using Near = Far;"));
  EXPECT_THAT(near->content, HasSubstr("problem_schema(const Near*) {\n  return {\"Near\", "));
}

TEST(Generate, MarksWhatIsMadeInCppWhenRowsAreShown) {
  const std::string schemas =
      "    Row:\n      type: object\n      required: [size]\n      x-servanda: {resource: {}}\n"
      "      properties:\n        id: {type: string, format: uuid, readOnly: true}\n"
      "        size: {type: integer, readOnly: true, x-servanda: {computed: code}}\n"
      "        twice: {type: integer, readOnly: true, x-servanda: {computed: 1 + 1}}\n"
      "        any: {type: [array, 'null'], items: {type: string}, readOnly: true, x-servanda: "
      "{computed: code}}\n"
      "    Other: {type: object, x-servanda: {resource: {}}, properties: {id: {type: string, "
      "format: uuid, readOnly: true}}}\n";
  Files files = generated(contract_of(schemas), {"shop", 1});
  EXPECT_THAT(files["shop/schemas/row.h"], HasSubstr(R"(
constexpr std::array<std::string_view, 2> computed_members(const Row*) {
  return {{"size", "any"}};
}
inline std::string_view contract_hash_of(const Row*) {
  return kContractHash;
}
void write_computed(const Row& value, servanda::MadeValues& values);
)"));
  EXPECT_THAT(files["shop/schemas/row.h"], HasSubstr("#include \"shop/contract.h\""));
  EXPECT_THAT(files["shop/source_0000.cc"], HasSubstr(R"(
void write_computed(const Row& value, servanda::MadeValues& values) {
  values.add(value.size);
  values.add(value.any);
}
)"));
  // No row has them.
  EXPECT_THAT(files["shop/source_0000.cc"], HasSubstr(R"(kMembers[] = {
      "id",
      "twice"};)"));
  EXPECT_THAT(files["shop/schemas/other.h"], Not(HasSubstr("computed_members")));
  EXPECT_THAT(files["shop/schemas/other.h"], Not(HasSubstr("contract.h")));
}

TEST(Names, AreGivenOnce) {
  internal::Scope scope;
  EXPECT_EQ(scope.take("Order"), "Order");
  EXPECT_EQ(scope.take("Order"), "Order2");
  EXPECT_EQ(scope.take("order"), "order");
  EXPECT_EQ(scope.take("order"), "order_2");
  EXPECT_EQ(scope.take("class_"), "class_");
  EXPECT_EQ(scope.take("class_"), "class_2");
  EXPECT_EQ(scope.take("A1"), "A1");
  EXPECT_EQ(scope.take("A1"), "A1_2");
}

TEST(Comments, CannotBeLeft) {
  using internal::comment;
  EXPECT_EQ(comment("", 0), "");
  EXPECT_EQ(comment("a\\\nb \\ \\\r\n\\", 2), "  // a\n  // b\n");
  EXPECT_EQ(comment("a\x0b\x0c\rb\xE2\x80\xAE", 0), "// a b\n");
  EXPECT_EQ(comment("what?\?/\nnext", 0), "// what? ?/\n// next\n");
  const std::string long_text = comment(std::string(3000, 'x') + " y", 0);
  EXPECT_EQ(std::ranges::count(long_text, '\n'), 2);
  std::string lines;
  for (int i = 0; i < 30; ++i) lines += "line\n";
  EXPECT_EQ(std::ranges::count(comment(lines, 0), '\n'), 8);
  EXPECT_EQ(std::ranges::count(comment(lines, 0, 3), '\n'), 3);
}

TEST(Literals, HoldAnyBytes) {
  using internal::literal;
  EXPECT_EQ(literal("a\"\\\n?\?/"), R"("a\"\\\012?\?/")");
  EXPECT_EQ(literal("\xC3\xA9"), R"("\303\251")");
  EXPECT_EQ(literal(std::string_view("a\0b", 3)), R"(std::string_view("a\000b", 3))");
}

}  // namespace
}  // namespace servanda
