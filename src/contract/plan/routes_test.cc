// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/routes.h"

#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "contract/plan/operation.h"
#include "contract/plan/route_build.h"

namespace servanda {
namespace {

// A table made of "METHOD template" lines, asked with "METHOD path".
class Routes {
 public:
  explicit Routes(std::initializer_list<std::string_view> routes) {
    for (std::string_view route : routes) {
      size_t space = route.find(' ');
      Operation& operation = operations_.emplace_back();
      operation.index = static_cast<uint32_t>(operations_.size() - 1);
      operation.method = *parse_method(route.substr(0, space));
      operation.path = route.substr(space + 1);
      builder_.add(*parse_path_template(operation.path), operation.method, &operation,
                   operation.index);
    }
    table_ = builder_.build();
  }

  // The template that answers and its values: "/a/{x} x=1"; "405" or "404".
  std::string ask(std::string_view request) const {
    size_t space = request.find(' ');
    RouteMatch match =
        table_.match(*parse_method(request.substr(0, space)), request.substr(space + 1));
    if (match.operation == nullptr) return match.path_exists ? "405" : "404";
    std::string text = match.operation->path;
    for (size_t i = 0; i < match.path_values.count; ++i) {
      text += " " + std::string(match.path_values.values[i]);
    }
    return text;
  }
  const RouteTable& table() const { return table_; }
  std::vector<std::string> ambiguities() const {
    std::vector<std::string> out;
    for (const RouteAmbiguity& found : builder_.ambiguities(100)) {
      out.push_back(operations_[found.winner].path + " > " + operations_[found.loser].path + " " +
                    found.example);
    }
    return out;
  }

 private:
  std::deque<Operation> operations_;
  RouteTableBuilder builder_;
  RouteTable table_;
};

TEST(RouteTable, MatchesStaticPathsExactly) {
  Routes routes({"GET /", "GET /v1/products", "GET /v1/products/"});
  EXPECT_EQ(routes.ask("GET /"), "/");
  EXPECT_EQ(routes.ask("GET /v1/products"), "/v1/products");
  EXPECT_EQ(routes.ask("GET /v1/products/"), "/v1/products/");
  EXPECT_EQ(routes.ask("GET /v1/product"), "404");
  EXPECT_EQ(routes.ask("GET /v1"), "404");
  EXPECT_EQ(routes.ask("GET /v1/products//"), "404");
  EXPECT_EQ(routes.ask("GET /V1/products"), "404");
}

TEST(RouteTable, FindsNothingWhenEmpty) {
  Routes routes({});
  EXPECT_EQ(routes.ask("GET /"), "404");
  EXPECT_EQ(RouteTable().match(Method::kGet, "/").operation, nullptr);
  EXPECT_EQ(routes.table().match(Method::kGet, "").operation, nullptr);
  EXPECT_EQ(routes.table().match(Method::kGet, "*").operation, nullptr);
}

TEST(RouteTable, GivesPathValuesInTemplateOrder) {
  Routes routes({"GET /a/{x}/b/{y}"});
  EXPECT_EQ(routes.ask("GET /a/1/b/2"), "/a/{x}/b/{y} 1 2");
  EXPECT_EQ(routes.ask("GET /a//b/2"), "404");
  EXPECT_EQ(routes.ask("GET /a/1/b/"), "404");
}

TEST(RouteTable, PrefersLiteralsThenPartialsThenVariables) {
  Routes routes({"GET /f/{id}", "GET /f/{id}.json", "GET /f/me", "GET /f/{id}.tar.json"});
  EXPECT_EQ(routes.ask("GET /f/me"), "/f/me");
  EXPECT_EQ(routes.ask("GET /f/me.json"), "/f/{id}.json me");
  EXPECT_EQ(routes.ask("GET /f/me.tar.json"), "/f/{id}.tar.json me");
  EXPECT_EQ(routes.ask("GET /f/you"), "/f/{id} you");
}

TEST(RouteTable, KeepsCustomMethodsOfCollectionsApartFromVariables) {
  Routes routes({"POST /v1/things", "POST /v1/things:batch", "GET /v1/things/{id}",
                 "POST /v1/{collection}", "POST /v1/things/{id}"});
  EXPECT_EQ(routes.ask("POST /v1/things:batch"), "/v1/things:batch");
  EXPECT_EQ(routes.ask("POST /v1/things%3Abatch"), "/v1/things:batch");
  EXPECT_EQ(routes.ask("POST /v1/things"), "/v1/things");
  EXPECT_EQ(routes.ask("POST /v1/things:other"), "/v1/{collection} things:other");
  EXPECT_EQ(routes.ask("GET /v1/things/:batch"), "/v1/things/{id} :batch");
  EXPECT_EQ(routes.ask("GET /v1/things:batch"), "405");
}

TEST(RouteTable, LetsTheLeftmostDifferenceDecide) {
  Routes routes({"GET /{a}/me", "GET /books/{b}"});
  EXPECT_EQ(routes.ask("GET /books/me"), "/books/{b} me");
  EXPECT_EQ(routes.ask("GET /films/me"), "/{a}/me films");
}

TEST(RouteTable, GoesBackWhereALiteralLeadsNowhere) {
  Routes routes({"GET /a/b/c", "GET /a/{x}/d", "GET /{y}/b/e", "GET /{z}.x/{w}/{v}"});
  EXPECT_EQ(routes.ask("GET /a/b/d"), "/a/{x}/d b");
  EXPECT_EQ(routes.ask("GET /a/b/e"), "/{y}/b/e a");
  EXPECT_EQ(routes.ask("GET /q.x/b/f"), "/{z}.x/{w}/{v} q b f");
  EXPECT_EQ(routes.ask("GET /q.x/b/e"), "/{z}.x/{w}/{v} q b e");
  EXPECT_EQ(routes.ask("GET /a/b/f"), "404");
}

TEST(RouteTable, MatchesLiteralsAfterDecodingButNeverSplitsAtAnEncodedSlash) {
  Routes routes(
      {"GET /caf\u00e9/{x}", "GET /a/b", "GET /c%2Fd", "GET /f/{id}#frag", "GET /p/{n}.é"});
  EXPECT_EQ(routes.ask("GET /caf%C3%A9/1%2F2"), "/caf\u00e9/{x} 1%2F2");
  EXPECT_EQ(routes.ask("GET /caf%c3%a9/%41"), "/caf\u00e9/{x} %41");
  EXPECT_EQ(routes.ask("GET /%61/b"), "/a/b");
  EXPECT_EQ(routes.ask("GET /a%2Fb"), "404");
  EXPECT_EQ(routes.ask("GET /c%2fd"), "/c%2Fd");
  EXPECT_EQ(routes.ask("GET /c/d"), "404");
  EXPECT_EQ(routes.ask("GET /f/%37%23frag"), "/f/{id}#frag %37");
  EXPECT_EQ(routes.ask("GET /p/%25a%2E%C3%A9"), "/p/{n}.é %25a");
  EXPECT_EQ(routes.ask("GET /p/%zz.%C3%A9"), "/p/{n}.é %zz");
}

TEST(RouteTable, TellsAMissingMethodFromAMissingPath) {
  Routes routes({"GET /a/{x}", "DELETE /a/{x}", "PUT /a/me"});
  EXPECT_EQ(routes.ask("POST /a/1"), "405");
  EXPECT_EQ(routes.ask("GET /a/me"), "405");
  EXPECT_EQ(routes.ask("POST /b"), "404");
  RouteMatch match = routes.table().match(Method::kPost, "/a/1");
  EXPECT_EQ(match.allowed,
            (1 << static_cast<int>(Method::kGet)) | (1 << static_cast<int>(Method::kDelete)));
}

TEST(RouteTable, KeepsManyRoutesApart) {
  std::deque<Operation> operations;
  RouteTableBuilder builder;
  for (int i = 0; i < 3000; ++i) {
    Operation& operation = operations.emplace_back();
    operation.path =
        "/r" + std::to_string(i) + (i % 3 == 0 ? "/all" : "/{id}/x" + std::to_string(i));
    builder.add(*parse_path_template(operation.path), Method::kGet, &operation);
  }
  RouteTable table = builder.build();
  for (int i = 0; i < 3000; ++i) {
    std::string n = std::to_string(i);
    std::string path = "/r" + n + (i % 3 == 0 ? "/all" : "/7/x" + n);
    EXPECT_EQ(table.match(Method::kGet, path).operation, &operations[static_cast<size_t>(i)]);
    EXPECT_EQ(table.match(Method::kGet, path + "y").operation, nullptr);
  }
}

TEST(RouteTable, ReportsTemplatesThatCompete) {
  EXPECT_EQ(Routes({"GET /{a}/me", "GET /books/{b}"}).ambiguities(),
            (std::vector<std::string>{"/books/{b} > /{a}/me /books/me"}));
  EXPECT_EQ(Routes({"GET /books/{b}", "GET /books/me", "GET /{a}/{b}"}).ambiguities().size(), 0u);
  EXPECT_EQ(Routes({"GET /x{a}/{b}", "GET /{a}/q"}).ambiguities().size(), 1u);
  EXPECT_EQ(Routes({"GET /a/{x}/c", "GET /{y}/b/d"}).ambiguities().size(), 0u);
  EXPECT_EQ(Routes({"GET /a/{x}/c/{z}", "GET /{y}/b/c/d"}).ambiguities().size(), 1u);
}

TEST(RouteTable, BoundsTheListOfCompetitors) {
  std::deque<Operation> operations;
  RouteTableBuilder builder;
  for (int i = 0; i < 40; ++i) {
    Operation& operation = operations.emplace_back();
    builder.add(*parse_path_template("/b" + std::to_string(i) + "/{x}"), Method::kGet, &operation);
  }
  Operation& crossing = operations.emplace_back();
  builder.add(*parse_path_template("/{a}/me"), Method::kGet, &crossing);
  EXPECT_EQ(builder.ambiguities(100).size(), 40u);
  EXPECT_EQ(builder.ambiguities(7).size(), 7u);
}

TEST(Method, HasOneTextEach) {
  for (int i = 0; i < kMethodCount; ++i) {
    auto method = static_cast<Method>(i);
    EXPECT_EQ(parse_method(method_text(method)), method);
  }
  EXPECT_EQ(parse_method("get"), std::nullopt);
  EXPECT_EQ(parse_method("CONNECT"), std::nullopt);
}

TEST(Operation, PicksTheResponseByCodeThenRangeThenDefault) {
  Operation operation;
  Response exact, range, fallback;
  exact.first_status = exact.last_status = 404;
  range.first_status = 400;
  range.last_status = 499;
  operation.responses = {};
  operation.responses.push_back(std::move(exact));
  operation.responses.push_back(std::move(range));
  EXPECT_EQ(operation.response_for(404), &operation.responses[0]);
  EXPECT_EQ(operation.response_for(409), &operation.responses[1]);
  EXPECT_EQ(operation.response_for(500), nullptr);
  operation.responses.push_back(std::move(fallback));
  EXPECT_EQ(operation.response_for(500), &operation.responses[2]);
}

TEST(Operation, HasTheLowestDeclaredSuccessStatus) {
  Operation operation;
  EXPECT_EQ(operation.success_status(), 200);
  for (int status : {404, 204, 201}) {
    Response response;
    response.first_status = response.last_status = status;
    operation.responses.push_back(std::move(response));
  }
  EXPECT_EQ(operation.success_status(), 201);
}

}  // namespace
}  // namespace servanda
