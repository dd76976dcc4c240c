// SPDX-License-Identifier: Apache-2.0
// Requests written from inputs, read as the engine reads them; outputs read from answers.

#include "servanda/outgoing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "gen/styles/operations.h"
#include "gen/styles/schemas.h"
#include "peer.h"

namespace {

namespace op = gen::styles::op;
using gen::styles::Deep;
using gen::styles::Flat;
using servanda::Box;
using servanda::HeaderValue;
using servanda::Incoming;
using servanda::JsonDocument;
using servanda::Outgoing;
using servanda::Peer;
using servanda::ReadError;
using ::testing::HasSubstr;

template <typename In>
std::string parameters_text(const In& in) {
  std::string text;
  servanda::JsonWriter writer(text);
  write_parameters(in, writer);
  return text;
}

template <typename In>
Outgoing written(const In& in) {
  Outgoing out;
  write(in, out);
  EXPECT_EQ(out.refusal, "");
  return out;
}

template <typename In>
std::string refusal(const In& in) {
  Outgoing out;
  write(in, out);
  return out.refusal;
}

// What the peer understands is what was said. Returns the request.
template <typename Op>
Outgoing said_and_heard(const typename Op::In& in) {
  Outgoing out = written(in);
  Peer peer;
  const Peer::Heard heard = peer.hear(out);
  EXPECT_EQ(heard.operation, Op::kId) << out.path;
  EXPECT_EQ(heard.refusal, "") << out.path << " ? " << out.query;
  typename Op::In back;
  ReadError error;
  EXPECT_TRUE(read(heard.input, back, error)) << error.to_error().message;
  EXPECT_EQ(parameters_text(back), parameters_text(in));
  if constexpr (requires { back.body == in.body; }) {
    EXPECT_TRUE(back.body == in.body) << out.body;
  }
  return out;
}

Deep deep_value() {
  Deep inner;
  inner.text = "in & out=[x]";
  inner.list = {7};
  inner.named.emplace()["k e;y"] = "v,1";
  Deep deep;
  deep.text = "a+b c";
  deep.number = 0.25;
  deep.list = {1, -2};
  deep.flat = Flat{.a = 1, .b = "x", .c = false};
  deep.flats = {Flat{.a = 1}, Flat{.b = "2"}};
  deep.down = Box<Deep>(inner);
  return deep;
}

op::PathStyles::In path_input() {
  op::PathStyles::In in;
  in.one = "a/b c,d;é";
  in.list = {"x,1", "", "/"};
  in.object = Flat{.a = -1, .b = "R,G=B"};
  in.exploded = Flat{.a = 2, .b = "=;,", .c = true};
  in.label = -5;
  in.labels = {"x", "y;,"};
  in.label_object = Flat{.a = 7, .b = "b"};
  in.matrix = 0.5;
  in.matrix_list = {"m,1", "m;2"};
  in.matrices = {"", "=", "é"};
  in.matrix_object = Flat{.a = 1, .b = ";", .c = false};
  in.json = deep_value();
  return in;
}

TEST(OutgoingPath, WritesEveryStyle) {
  const Outgoing out = said_and_heard<op::PathStyles>(path_input());
  EXPECT_EQ(out.method, "GET");
  EXPECT_TRUE(
      out.path.starts_with("/v2/path/a%2Fb%20c%2Cd%3B%C3%A9/x%2C1,,%2F/a,-1,b,R%2CG%3DB/"
                           "a=2,b=%3D%3B%2C,c=true/.-5/.x.y%3B%2C/.a=7.b=b/;matrix=0.5/"
                           ";matrixList=m%2C1,m%3B2/;matrices=;matrices=%3D;matrices=%C3%A9"
                           "/;a=1;b=%3B;c=false/x%7B"))
      << out.path;
  EXPECT_TRUE(out.path.ends_with("%7D.y%20z")) << out.path;
  EXPECT_EQ(out.query + out.media_type + out.body, "");
  EXPECT_FALSE(out.has_body);
}

TEST(OutgoingPath, RefusesWhatNoPathSays) {
  const auto with = [](auto change) {
    op::PathStyles::In in = path_input();
    change(in);
    return refusal(in);
  };
  for (const char* text : {"", ".", ".."}) {
    EXPECT_EQ(with([&](auto& in) { in.one = text; }),
              "The path parameter one is written as \"" + std::string(text) +
                  "\", which is no segment of a path: give it another value.");
  }
  EXPECT_EQ(with([](auto& in) { in.one = "..."; }), "");
  EXPECT_THAT(with([](auto& in) { in.list = {}; }), HasSubstr("no segment of a path"));
  EXPECT_THAT(with([](auto& in) { in.labels = {}; }), HasSubstr("no segment of a path"));
  EXPECT_THAT(with([](auto& in) { in.labels = {"a.b"}; }),
              HasSubstr("labels holds \".\", which separates its pieces"));
  EXPECT_THAT(with([](auto& in) { in.matrices = {}; }), HasSubstr("is an empty list"));
  EXPECT_THAT(with([](auto& in) { in.matrix_list = {""}; }), HasSubstr("list of one empty text"));
  EXPECT_THAT(with([](auto& in) { in.matrix = std::numeric_limits<double>::infinity(); }),
              HasSubstr("matrix is null"));
  EXPECT_EQ(with([](auto& in) { in.matrix_list = {}; }), "");
}

op::QueryStyles::In query_input() {
  op::QueryStyles::In in;
  in.odd_name = "a&b=c+d %";
  in.flag = false;
  in.at = servanda::Timestamp{};
  in.id = servanda::Uuid::parse("0190a5b0-7c1d-7000-8000-000000000001");
  in.level = op::QueryStylesLevel::kHigh;
  in.ratio = -1.5e300;
  in.list = {"one"};
  in.joined = {"a,b", "c"};
  in.spaced = {"a+b", "c"};
  in.piped = {"a b", "c,d"};
  in.spread.emplace();
  in.spread->red = 1;
  in.spread->greens = {2};
  in.spread->blue = Flat{.a = 3};
  in.flat = Flat{.a = 100, .b = "b,c"};
  in.deep = deep_value();
  in.json = deep_value();
  in.objects = {Flat{.b = "x"}};
  in.limit = 7;
  return in;
}

TEST(OutgoingQuery, WritesEveryStyle) {
  const Outgoing out = said_and_heard<op::QueryStyles>(query_input());
  EXPECT_EQ(out.path, "/v2/query");
  EXPECT_TRUE(out.query.starts_with(
      "odd%20name%26=a%26b%3Dc%2Bd%20%25&flag=false&at=1970-01-01T00%3A00%3A00Z&"
      "id=0190a5b0-7c1d-7000-8000-000000000001&level=high&ratio=-1.5e%2B300&list=one&"
      "joined=a%2Cb,c&spaced=a%2Bb%20c&piped=a%20b%7Cc%2Cd&red=1&greens=2&blue=%7B%22a%22%3A3%7D&"
      "flat=a,100,b,b%2Cc&deep%5Btext%5D=a%2Bb%20c&deep%5Bnumber%5D=0.25&deep%5Blist%5D%5B%5D=1&"
      "deep%5Blist%5D%5B%5D=-2&deep%5Bflat%5D%5Ba%5D=1&"))
      << out.query;
  EXPECT_TRUE(out.query.ends_with("&limit=7"));
}

TEST(OutgoingQuery, LeavesOutWhatIsAbsent) {
  EXPECT_EQ(said_and_heard<op::QueryStyles>({}).query, "limit=50");
  op::QueryStyles::In in;
  in.list = std::vector<std::string>{};
  in.joined = std::vector<std::string>{};
  EXPECT_EQ(said_and_heard<op::QueryStyles>(in).query, "list=&joined=&limit=50");
  in = {};
  in.list = {"a", "", "b"};
  in.joined = {"", ""};
  EXPECT_EQ(said_and_heard<op::QueryStyles>(in).query, "list=a&list=&list=b&joined=,&limit=50");
}

TEST(OutgoingQuery, RefusesWhatItsStyleCannotSay) {
  op::QueryStyles::In in;
  in.spaced = {"a b"};
  EXPECT_THAT(refusal(in), HasSubstr("spaced holds \" \", which separates its pieces"));
  in = {};
  in.piped = {"a|b"};
  EXPECT_THAT(refusal(in), HasSubstr("piped holds \"|\", which separates its pieces"));
  in = {};
  in.list = {""};
  EXPECT_THAT(refusal(in), HasSubstr("list of one empty text"));
  in = {};
  in.deep.emplace().list = std::vector<int64_t>{};
  EXPECT_THAT(refusal(in), HasSubstr("deep holds an empty list"));
  in = {};
  in.deep.emplace().named.emplace()["a["] = "x";
  EXPECT_THAT(refusal(in), HasSubstr("name is empty or holds a bracket"));
}

TEST(OutgoingQuery, NestsBracketsToTheBoundOfReadersAndJsonBelow) {
  Deep at;
  at.text = "bottom";
  for (int level = 0; level < 3; ++level) {
    Deep above;
    above.down = Box<Deep>(at);
    at = above;
  }
  op::QueryStyles::In in;
  in.deep = at;
  EXPECT_THAT(said_and_heard<op::QueryStyles>(in).query, HasSubstr("%5Btext%5D=bottom"));
  Deep above;
  above.down = Box<Deep>(at);
  in.deep = above;
  EXPECT_THAT(said_and_heard<op::QueryStyles>(in).query,
              HasSubstr("%5Bdown%5D=%7B%22text%22%3A%22bottom%22%7D"));
}

TEST(OutgoingQuery, RefusesWhatIsNestedDeeperThanDocuments) {
  const auto nested = [](int levels) {
    Deep at;
    at.text = "bottom";
    for (int level = 1; level < levels; ++level) {
      Deep above;
      above.down = Box<Deep>(std::move(at));
      at = std::move(above);
    }
    op::QueryStyles::In in;
    in.deep = std::move(at);
    return refusal(in);
  };
  EXPECT_EQ(nested(64), "");
  EXPECT_THAT(nested(65), HasSubstr("deep is nested too deep"));
}

TEST(OutgoingFields, WritesHeadersAndOneCookieField) {
  op::FieldStyles::In in;
  in.x_text = "a, b;\tc=é";
  in.x_list = {"a", "b c", ""};
  in.x_flat = Flat{.a = 1, .b = "b"};
  in.x_pairs = Flat{.a = 1, .b = "b=c"};
  in.x_json = deep_value();
  in.session = "s;1, é";
  in.seen = {"a,b", "c;d"};
  in.spread.emplace();
  in.spread->cyan = 3;
  in.spread->key = "k";
  const Outgoing out = said_and_heard<op::FieldStyles>(in);
  ASSERT_EQ(out.headers.size(), 6u);
  EXPECT_EQ(out.headers[1].value, "a,b c,");
  EXPECT_EQ(out.headers[2].value, "a,1,b,b");
  EXPECT_EQ(out.headers[3].value, "a=1,b=b=c");
  EXPECT_EQ(out.headers[5].name, "Cookie");
  EXPECT_EQ(out.headers[5].value, "session=s%3B1%2C%20%C3%A9; seen=a%2Cb,c%3Bd; cyan=3; key=k");
}

TEST(OutgoingFields, RefusesWhatWouldBreakAField) {
  op::FieldStyles::In in;
  for (const char* text : {"a\r\nX-Evil: 1", "a\nb", "\x7f"}) {
    in.x_text = text;
    EXPECT_THAT(refusal(in), HasSubstr("X-Text holds a control character"));
  }
  in.x_text = " a";
  EXPECT_THAT(refusal(in), HasSubstr("begins or ends with a space"));
  op::FieldStyles::In lists;
  lists.x_list = {"a,b"};
  EXPECT_THAT(refusal(lists), HasSubstr("X-List holds \",\""));
  lists.x_list = {"a", "b "};
  EXPECT_THAT(refusal(lists), HasSubstr("a piece that begins or ends with a space"));
}

TEST(OutgoingBody, WritesFormsByTheirEncoding) {
  op::PostForm::In in;
  in.body.name = "n&m";
  in.body.count = 3;
  in.body.list = {"a", "b c"};
  in.body.flat = Flat{.a = 1};
  in.body.flats = {Flat{.a = 1}, Flat{.b = "+"}};
  in.body.deep = deep_value();
  in.body.joined = {"a,b", "c"};
  in.body.spaced = {"a", "b"};
  in.body.piped = {"a", "b"};
  in.body.json = deep_value();
  const Outgoing out = said_and_heard<op::PostForm>(in);
  EXPECT_TRUE(out.has_body);
  EXPECT_EQ(out.media_type, "application/x-www-form-urlencoded");
  EXPECT_TRUE(out.body.starts_with("name=n%26m&count=3&list=a&list=b%20c&flat=%7B%22a%22%3A1%7D&"))
      << out.body;
  EXPECT_THAT(out.body, HasSubstr("&deep%5Btext%5D=a%2Bb%20c&"));
  EXPECT_THAT(out.body, HasSubstr("&joined=a%2Cb,c&spaced=a%20b&piped=a%7Cb&json=%7B"));
  in.body.list = std::vector<std::string>{};
  EXPECT_EQ(refusal(in),
            "The form body holds an empty list, which has no text: give it another value.");
}

TEST(OutgoingBody, PrefersJsonAndLeavesOutWhatIsAbsent) {
  op::PostJson::In in;
  EXPECT_FALSE(said_and_heard<op::PostJson>(in).has_body);
  in.body = Flat{.b = "x"};
  const Outgoing out = said_and_heard<op::PostJson>(in);
  EXPECT_EQ(out.media_type + out.body, "application/json{\"b\":\"x\"}");
}

TEST(OutgoingBody, WritesRawOnesAsTheyAre) {
  op::PatchText::In in;
  in.body = "a\xff\nb";
  const Outgoing out = said_and_heard<op::PatchText>(in);
  EXPECT_EQ(out.media_type + out.body, "text/plaina\xff\nb");
}

TEST(OutgoingBody, RefusesMultipart) {
  op::PutUpload::In in;
  EXPECT_EQ(refusal(in), "");
  in.body = Flat{};
  EXPECT_EQ(refusal(in),
            "The body cannot be written as multipart/form-data: declare application/json or a form "
            "beside it.");
}

TEST(Outgoing, IsEmptiedForTheNextRequest) {
  Outgoing out;
  op::QueryStyles::In refused;
  refused.list = {""};
  write(refused, out);
  write(op::PatchText::In{.body = "x"}, out);
  write(op::PathStyles::In(path_input()), out);
  EXPECT_EQ(out.refusal + out.query + out.body + out.media_type, "");
  EXPECT_FALSE(out.has_body);
}

// An answer and what it borrows.
class Answer {
 public:
  Answer(int status, std::string media_type, std::string body,
         std::vector<HeaderValue> headers = {})
      : media_type_(std::move(media_type)), body_(std::move(body)), headers_(std::move(headers)) {
    incoming_ = {status, media_type_, body_, {}, headers_};
    if (!servanda::is_json_media(media_type_) || body_.empty()) return;
    document_ = *JsonDocument::parse(body_);
    incoming_.body = document_.root();
  }
  template <typename Out>
  std::string read_into(Out& out) const {
    ReadError error;
    return read(incoming_, out, error) ? "" : error.to_error().message;
  }

 private:
  std::string media_type_;
  std::string body_;
  std::vector<HeaderValue> headers_;
  JsonDocument document_ = *JsonDocument::parse("null");
  Incoming incoming_;
};

using PostForm = op::PostForm;

TEST(IncomingAnswer, IsPickedByStatusAndMediaType) {
  PostForm::Out out;
  EXPECT_EQ(Answer(200, "text/plain; charset=utf-8", "hi").read_into(out), "");
  EXPECT_EQ(std::get<PostForm::Ok200>(out).body, "hi");
  EXPECT_EQ(Answer(202, "", "").read_into(out), "");
  EXPECT_TRUE(std::holds_alternative<PostForm::Accepted202>(out));
  EXPECT_EQ(Answer(299, "image/png", "\xff").read_into(out), "");
  EXPECT_EQ(std::get<PostForm::Success2xx>(out).status, 299);
  EXPECT_EQ(std::get<PostForm::Success2xx>(out).media_type, "image/png");
  EXPECT_EQ(Answer(200, "Image/PNG", "x").read_into(out), "");
  EXPECT_EQ(std::get<PostForm::Success2xx>(out).status, 200);
  EXPECT_EQ(Answer(409, "application/json", R"({"why":"x"})").read_into(out), "");
  EXPECT_EQ(std::get<PostForm::Conflict409>(out).body.why, "x");
  EXPECT_EQ(Answer(409, "application/problem+json", R"({"title":"T"})").read_into(out), "");
  EXPECT_EQ(std::get<PostForm::Default>(out).body.title, "T");
  EXPECT_EQ(std::get<PostForm::Default>(out).status, 409);
}

TEST(IncomingAnswer, IsRefusedWhenNothingDeclaredFits) {
  PostForm::Out out;
  EXPECT_EQ(Answer(200, "text/html", "x").read_into(out),
            "The value is no declared response: it has status 200 and text/html.");
  EXPECT_EQ(Answer(418, "", "").read_into(out),
            "The value is no declared response: it has status 418 and no media type.");
  EXPECT_EQ(Answer(409, "application/json", "").read_into(out),
            "The value is no declared response: it has status 409 and application/json.");
  EXPECT_EQ(Answer(409, "application/json", "{}").read_into(out), "The value at /why is missing.");
  op::PatchText::Out other;
  EXPECT_NE(Answer(200, "", "").read_into(other), "");
  EXPECT_NE(Answer(203, "", "").read_into(other), "");
  EXPECT_EQ(Answer(204, "", "").read_into(other), "");
}

TEST(IncomingAnswer, ReadsHeadersByTheirTypes) {
  std::vector<HeaderValue> headers = {
      {"x-count", "12"},       {"X-Ratio", "0.5"},
      {"X-Flag", "true"},      {"X-Id", "0190a5b0-7c1d-7000-8000-000000000001"},
      {"X-Day", "2026-02-28"}, {"X-Level", "extreme"},
      {"X-Numbers", "1, 2"},   {"X-Numbers", "3"},
      {"X-Maybe", ""},         {"X-Days", "2026-02-28,2026-03-01"}};
  PostForm::Out out;
  ASSERT_EQ(Answer(201, "application/vnd.flat+json", "{\"a\":1}", headers).read_into(out), "");
  const auto& made = std::get<PostForm::Created201>(out);
  EXPECT_EQ(made.body.a, 1);
  EXPECT_EQ(made.x_count, 12);
  EXPECT_EQ(made.x_ratio, 0.5);
  EXPECT_EQ(made.x_flag, true);
  EXPECT_EQ(made.x_id->text(), headers[3].value);
  EXPECT_EQ(made.x_day->text(), "2026-02-28");
  EXPECT_EQ(made.x_level->text(), "extreme");
  EXPECT_EQ(*made.x_numbers, (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ((**made.x_days)[1].text(), "2026-03-01");
  ASSERT_TRUE(made.x_maybe.has_value());
  EXPECT_TRUE(made.x_maybe->is_null());
  // What is written as a header is read back.
  std::vector<HeaderValue> again;
  append_headers(made, again);
  PostForm::Out second;
  ASSERT_EQ(Answer(201, "application/json", "{}", again).read_into(second), "");
  EXPECT_EQ(*std::get<PostForm::Created201>(second).x_numbers, (std::vector<int64_t>{1, 2, 3}));
  headers[9].value = "";
  ASSERT_EQ(Answer(201, "application/json", "{}", headers).read_into(second), "");
  EXPECT_TRUE(std::get<PostForm::Created201>(second).x_days->is_null());
}

TEST(IncomingAnswer, NamesTheHeaderThatIsWrong) {
  const auto with = [](std::vector<HeaderValue> headers) {
    PostForm::Out out;
    return Answer(201, "application/json", "{}", std::move(headers)).read_into(out);
  };
  EXPECT_EQ(with({}), "The header parameter X-Count is missing.");
  EXPECT_EQ(with({{"X-Count", "1.5"}}), "The header parameter X-Count must be an integer.");
  EXPECT_EQ(with({{"X-Count", "+1"}}),
            "The header parameter X-Count must be an integer, but is a string.");
  EXPECT_EQ(with({{"X-Count", "1"}, {"X-Flag", "yes"}}),
            "The header parameter X-Flag must be a boolean, but is a string.");
  EXPECT_EQ(with({{"X-Count", "1"}, {"X-Numbers", "1,x"}}),
            "The header parameter X-Numbers at /1: must be an integer, but is a string.");
  EXPECT_EQ(with({{"X-Count", "1"}, {"X-Numbers", "1,"}}),
            "The header parameter X-Numbers at /1: must be an integer, but is a string.");
  EXPECT_EQ(with({{"X-Count", "1"}, {"X-Numbers", ""}}), "");
}

TEST(IncomingAnswer, HasNoBodyForHead) {
  op::HeadForm::Out out;
  EXPECT_EQ(Answer(200, "application/json", "", {{"X-Size", "7"}}).read_into(out), "");
  EXPECT_EQ(std::get<op::HeadForm::Ok200>(out).x_size, 7);
}

TEST(MediaFits, FollowsRanges) {
  using servanda::is_json_media;
  using servanda::media_fits;
  EXPECT_TRUE(media_fits("*/*", "text/plain"));
  EXPECT_FALSE(media_fits("*/*", ""));
  EXPECT_TRUE(media_fits("Text/*", "text/plain;a=b"));
  EXPECT_FALSE(media_fits("text/*", "texts/plain"));
  EXPECT_TRUE(media_fits("application/*+json", "application/problem+JSON"));
  EXPECT_FALSE(media_fits("application/*+json", "application/json"));
  EXPECT_TRUE(media_fits("application/json;v=1", "application/json"));
  EXPECT_TRUE(is_json_media("application/JSON ; charset=utf-8"));
  EXPECT_TRUE(is_json_media("application/a+json"));
  EXPECT_FALSE(is_json_media("+json"));
  EXPECT_FALSE(is_json_media("application/jsonl"));
}

}  // namespace
