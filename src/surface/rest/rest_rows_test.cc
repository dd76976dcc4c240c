// SPDX-License-Identifier: Apache-2.0
// Rows that another process asks for, as its requests arrive at the door.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/digest.h"
#include "call/peer_claims.h"
#include "surface/rest/test_door.h"

namespace servanda {
namespace {

constexpr std::string_view kContract = R"(
openapi: 3.1.0
info: {title: T, version: '1'}
x-servanda: {services: {people: {}, books: {}}}
paths:
  /authors/{code}:
    x-servanda: {resource: Author}
    parameters: [{name: code, in: path, required: true, schema: {type: string}}]
    get: {operationId: getAuthor, responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Author'}}}}}}
    put:
      operationId: putAuthor
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Author'}}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Author'}}}}
        '201': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Author'}}}}
  /books/{code}:
    x-servanda: {resource: Book}
    parameters: [{name: code, in: path, required: true, schema: {type: string}}]
    get:
      operationId: getBook
      parameters: [{name: expand, in: query, schema: {type: string, enum: [author]}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}}
components:
  schemas:
    Author:
      type: object
      required: [code]
      x-servanda: {resource: {key: code, service: people}}
      properties: {code: {type: string}, name: {type: string}, bossId: {type: string, x-servanda: {ref: Author}}}
    Book:
      type: object
      required: [code]
      x-servanda: {resource: {key: code, service: books}}
      properties: {code: {type: string}, authorId: {type: string, x-servanda: {ref: Author}}, expand: {type: object, readOnly: true}}
)";

constexpr std::string_view kSecret = "thirty-two bytes that nobody knows";
constexpr std::string_view kAsked = R"({"resource":"Author","by":"code","values":["a","b"]})";

CallOptions with_peers() {
  auto peers = std::make_shared<PeerOptions>();
  peers->secret = kSecret;
  CallOptions options;
  options.peers = peers;
  return options;
}

class RestRows : public ::testing::Test {
 protected:
  RestRows() : door(test::compile_text(kContract), with_peers()) {
    const test::Reply made =
        door.send_json("PUT", "/authors/a", R"({"code":"a","name":"Ada","bossId":"b"})");
    EXPECT_EQ(made.status, 201) << made.body;
  }
  // What is answered when `operation` asks with this body, signed for `signed_body`.
  test::Reply ask(std::string operation, std::string_view body, std::string_view signed_body) {
    PeerClaims claims;
    claims.kind = PeerClaims::Kind::kRead;
    claims.operation = operation;
    claims.left = Duration::seconds(1);
    claims.depth = 1;
    const std::string digest = hex(sha256(signed_body));
    const std::string field =
        write_claims(claims, {"POST", "/servanda-rows", digest}, kSecret, door.loop.wall());
    return door.send("POST", "/servanda-rows?" + digest, {{"servanda-claims", field}},
                     std::string(body));
  }
  test::Reply ask(std::string operation, std::string_view body) {
    return ask(std::move(operation), body, body);
  }
  test::Door door;
};

TEST_F(RestRows, AreAnsweredAsTheContractHasTheOperationShowThem) {
  const test::Reply reply = ask("getBook", kAsked);
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("servanda-taken"), "given 0 0");
  EXPECT_EQ(reply.body,
            R"({"pages":[{"rows":[{"version":1,"values":{"code":"a","name":"Ada","bossId":"b"}}]},)"
            R"({"rows":[]}]})");
}

TEST_F(RestRows, ThatTheOperationDoesNotShowAreNotGiven) {
  const auto refused = [](const test::Reply& reply) {
    return reply.status == 503 && reply.header("servanda-taken") == "problem 0 0" &&
           reply.body.find("\"peer-contract\"") != std::string::npos;
  };
  EXPECT_TRUE(refused(ask("getAuthor", kAsked))) << "shows none of others";
  EXPECT_TRUE(refused(ask("getBook", R"({"resource":"Author","by":"bossId","values":["b"]})")));
  EXPECT_TRUE(refused(ask("getBook", R"({"resource":"Book","by":"code","values":["a"]})")));
  EXPECT_TRUE(refused(ask("getBook", "[]")));
  EXPECT_TRUE(refused(ask("getBook", "")));
  EXPECT_TRUE(refused(ask("getNothing", kAsked)));
}

TEST_F(RestRows, AreAskedForByTheBodyThatWasSigned) {
  const test::Reply reply =
      ask("getBook", R"({"resource":"Author","by":"code","values":["a"]})", kAsked);
  EXPECT_EQ(reply.status, 503);
}

TEST_F(RestRows, AreNotThereForAnybodyElse) {
  EXPECT_EQ(door.send("POST", "/servanda-rows", {}, std::string(kAsked)).status, 404);
}

}  // namespace
}  // namespace servanda
