// SPDX-License-Identifier: Apache-2.0
// What C++ makes of rows when they are shown, with the test kit: when it runs, what it sees, what
// starts. The answers themselves: test/cases/computed.

#include "mail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <servanda/test.h>

#include <functional>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "mail/operations.h"
#include "mail/schemas.h"

namespace mail {
namespace {

using servanda::App;
using servanda::from;
using servanda::Task;
using servanda::TestServer;
using ::testing::HasSubstr;

constexpr const char* kContract = SERVANDA_SOURCE_DIR "/test/contracts/mail.yaml";
constexpr std::string_view kJson = "application/json";

Task<op::CopyLetter::Out> copy_nothing(servanda::Ctx&, op::CopyLetter::In) {
  co_return op::CopyLetter::Ok200{};
}

Task<void> keep_office(servanda::Ctx&, std::span<Office>) {
  co_return;
}

Task<void> keep_rate(servanda::Ctx&, std::span<Rate>) {
  co_return;
}

using Stamp = std::function<Task<void>(service::Mail::Ctx&, std::span<Letter>)>;

// A program in which letters get their stamps from `stamp`.
class Program {
 public:
  explicit Program(Stamp stamp) {
    app.compute<Letter>(std::move(stamp));
    app.compute<Office>(keep_office);
    app.compute<Rate>(keep_rate);
    app.handle<op::CopyLetter>(copy_nothing);
  }
  App app;
};

op::CreateLetter::In letter(std::string code, std::string text) {
  op::CreateLetter::In in;
  in.body.code = std::move(code);
  in.body.text = std::move(text);
  return in;
}

op::UpdateLetter::In rewrite(std::string code, std::string text) {
  op::UpdateLetter::In in;
  in.code = code;
  in.body.code = std::move(code);
  in.body.text = std::move(text);
  return in;
}

Task<void> stamp_counting(std::span<Letter> letters, size_t& runs) {
  ++runs;
  for (Letter& one : letters) one.stamp = "stamped";
  co_return;
}

TEST(ValuesFromCpp, AreNotMadeForAHead) {
  size_t runs = 0;
  Program program(
      [&runs](servanda::Ctx&, std::span<Letter> letters) { return stamp_counting(letters, runs); });
  TestServer server(program.app, {.contract = kContract});
  (void)server.call<op::CreateLetter>(letter("a", "hi")).as<op::CreateLetter::Created201>();
  EXPECT_EQ(runs, 1u);
  const std::vector<std::pair<std::string, bool>> targets = {{"/v1/letters/a", true},
                                                             {"/v1/letters", false},
                                                             {"/v1/letters/a?expand=office", false},
                                                             {"/v1/offices?expand=letters", false}};
  for (const auto& [target, tagged] : targets) {
    const auto head = server.request("HEAD", target);
    EXPECT_EQ(head.status, 200) << target;
    EXPECT_FALSE(head.header("content-length")) << target;
    EXPECT_EQ(head.header("etag").has_value(), tagged) << target;
    EXPECT_EQ(head.body, "") << target;
  }
  const auto plain = server.request("HEAD", "/v1/letters/a?fields=text");
  EXPECT_TRUE(plain.header("content-length")) << "it shows nothing that C++ makes";
  EXPECT_EQ(server.request("HEAD", "/v1/letters/a", "", {{"if-none-match", "\"1\""}}).status, 200);
  EXPECT_EQ(server.request("HEAD", "/v1/letters/none").status, 404);
  EXPECT_EQ(runs, 1u);
  EXPECT_EQ(server.request("GET", "/v1/letters/a").status, 200);
  EXPECT_EQ(runs, 2u);
}

// Says what it finds of its own row, and how many letters there are.
Task<void> look_around(service::Mail::Ctx& c, std::span<Letter> letters) {
  const auto count = co_await c.db().count(from<Letter>());
  const auto listed = co_await c.db().list(from<Letter>());
  for (Letter& one : letters) {
    const auto found = co_await c.db().get<Letter>(one.code);
    EXPECT_TRUE(!found || !found->stamp) << "rows that are read have none";
    EXPECT_TRUE(!found || found->double_ == one.double_) << "what expressions compute is there";
    one.stamp = (found ? found->text : "-") + " of " + std::to_string(count) + "," +
                std::to_string(listed.size());
  }
}

TEST(ValuesFromCpp, AreMadeOfRowsAsAWriteLeavesThem) {
  Program program(look_around);
  TestServer server(program.app, {.contract = kContract});
  const auto stamp_of = [](const auto& shown) { return shown.body.stamp.value_or("none"); };
  const auto created = server.call<op::CreateLetter>(letter("a", "one"));
  EXPECT_EQ(stamp_of(created.as<op::CreateLetter::Created201>()), "one of 0,0");
  const auto updated = server.call<op::UpdateLetter>(rewrite("a", "two"));
  EXPECT_EQ(stamp_of(updated.as<op::UpdateLetter::Ok200>()), "two of 1,1");
  const auto read = server.call<op::GetLetter>({.code = "a"});
  EXPECT_EQ(stamp_of(read.as<op::GetLetter::Ok200>()), "two of 1,1");
  const auto deleted = server.call<op::DeleteLetter>({.code = "a"});
  EXPECT_EQ(stamp_of(deleted.as<op::DeleteLetter::Ok200>()), "- of 1,1");
  const auto restored = server.call<op::RestoreLetter>({.code = "a"});
  EXPECT_EQ(stamp_of(restored.as<op::RestoreLetter::Ok200>()), "two of 0,0");
  EXPECT_FALSE(server.row<Letter>(std::string("a"))->stamp) << "it is stored nowhere";
}

// Stamps with the version, after a while on another thread.
Task<void> stamp_slowly(servanda::Ctx& c, std::span<Letter> letters, size_t& runs) {
  ++runs;
  const auto work = [] { return std::string("version "); };
  const std::string text = co_await c.blocking(work);
  for (Letter& one : letters) one.stamp = text + std::to_string(*one.version);
}

TEST(ValuesFromCpp, AreMadeAgainWhenTheWriteIs) {
  size_t runs = 0;
  Program program([&runs](servanda::Ctx& c, std::span<Letter> letters) {
    return stamp_slowly(c, letters, runs);
  });
  TestServer server(program.app, {.contract = kContract});
  (void)server.call<op::CreateLetter>(letter("a", "hi")).as<op::CreateLetter::Created201>();
  const auto replies =
      server.call_all<op::UpdateLetter>(std::vector<op::UpdateLetter::In>(8, rewrite("a", "ho")));
  std::set<std::string> stamps;
  for (const auto& reply : replies) {
    const Letter& shown = reply.as<op::UpdateLetter::Ok200>().body;
    EXPECT_EQ(shown.stamp, "version " + std::to_string(*shown.version));
    stamps.insert(*shown.stamp);
  }
  EXPECT_EQ(stamps.size(), 8u);
  EXPECT_GT(runs, 9u) << "some of them met";
  EXPECT_EQ(server.row<Letter>(std::string("a"))->version, 9);
}

// Where the text says so, changes the very row that it is shown.
Task<void> meddle(service::Mail::Ctx& c, std::span<Letter> letters) {
  for (Letter& one : letters) {
    one.stamp = "s";
    if (one.text != "meddled") continue;
    const op::UpdateLetter::In in = rewrite(one.code, "other");
    auto reply = co_await c.call<op::UpdateLetter>(in);
    EXPECT_TRUE(reply);
  }
}

TEST(ValuesFromCpp, AreNotMadeAgainAfterAnEffectOutside) {
  Program program(meddle);
  TestServer server(program.app, {.contract = kContract});
  (void)server.call<op::CreateLetter>(letter("a", "hi")).as<op::CreateLetter::Created201>();
  const auto reply = server.call<op::UpdateLetter>(rewrite("a", "meddled"));
  ASSERT_TRUE(reply.problem);
  EXPECT_EQ(reply.problem->code, "version-moved");
  EXPECT_THAT(reply.problem->message, HasSubstr("was not run again"));
  EXPECT_EQ(server.row<Letter>(std::string("a"))->text, "other");
  EXPECT_EQ(server.row<Letter>(std::string("a"))->version, 2);

  for (const std::string_view atomic : {"true", "false"}) {
    const auto batch =
        server.request("POST", "/v1/letters:batch",
                       R"({"atomic":)" + std::string(atomic) +
                           R"(,"items":[{"action":"update","id":"a","value":{"text":"meddled"}}]})",
                       {{"content-type", std::string(kJson)}});
    EXPECT_EQ(batch.status, 409) << batch.body;
    EXPECT_THAT(batch.body, HasSubstr("version-moved"));
    EXPECT_THAT(batch.body, HasSubstr("has called other operations already"));
  }
  EXPECT_EQ(server.row<Letter>(std::string("a"))->version, 4) << "one effect of each";
}

TEST(ValuesFromCpp, StandInAnswersThatAreTooLargeToKeep) {
  App app;
  add_handlers(app);
  TestServer server(
      app, {.contract = kContract, .environment = servanda::TestOptions::Environment::kProduction});
  const std::string body = servanda::to_json_text(letter("a", std::string(300'000, 'x')).body);
  const servanda::TestHeaders headers = {{"content-type", std::string(kJson)},
                                         {"idempotency-key", "one"}};
  const auto first = server.request("POST", "/v1/letters", body, headers);
  EXPECT_EQ(first.status, 201);
  EXPECT_THAT(first.body, HasSubstr(R"("stamp":"a:xxx)"));
  const auto again = server.request("POST", "/v1/letters", body, headers);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.header("idempotent-replayed"), "true");
  EXPECT_THAT(again.body, HasSubstr(R"("stamp":"a:xxx)"));
}

std::string refusal(const App& app) {
  try {
    const TestServer server(app, {.contract = kContract});
  } catch (const std::runtime_error& thrown) {
    return thrown.what();
  }
  return "";
}

TEST(ValuesFromCpp, AreAskedForAtTheStart) {
  App none;
  none.handle<op::CopyLetter>(copy_nothing);
  EXPECT_THAT(refusal(none),
              HasSubstr("\"Letter.run\" says \"computed: code\", but this program "
                        "computes nothing of \"Letter\" (app.compute<Letter>(...))"));
  EXPECT_THAT(refusal(none), HasSubstr("\"Office.letters\" says"));
  App all;
  add_handlers(all);
  EXPECT_EQ(refusal(all), "");
  all.compute<Office>(keep_office);
  EXPECT_THAT(refusal(all), HasSubstr("\"Office\" is computed by two functions"));
}

}  // namespace
}  // namespace mail
