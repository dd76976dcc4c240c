// SPDX-License-Identifier: Apache-2.0
#include "telemetry/trace_context.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

namespace servanda {
namespace {

constexpr std::string_view kParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

class SeededRng : public Rng {
 public:
  uint64_t next() override {
    if (!first.empty()) {
      const uint64_t value = first.back();
      first.pop_back();
      return value;
    }
    return engine_();
  }
  std::vector<uint64_t> first;  // Given out first, from the back.

 private:
  std::mt19937_64 engine_{42};
};

std::string text_of(const TraceContext& trace) {
  TraceparentText buffer;
  return std::string(traceparent_text(trace, buffer));
}

TEST(Traceparent, IsReadAsWritten) {
  const std::optional<TraceParent> parent = parse_traceparent(kParent);
  ASSERT_TRUE(parent);
  EXPECT_EQ(parent->trace_id[0], 0x0a);
  EXPECT_EQ(parent->trace_id[15], 0x9c);
  EXPECT_EQ(parent->parent_id[0], 0xb7);
  EXPECT_EQ(parent->parent_id[7], 0x31);
  EXPECT_EQ(parent->flags, TraceContext::kSampled);
}

TEST(Traceparent, IsRefusedWhenAnythingIsWrong) {
  const std::vector<std::string> bad = {
      "",
      "00",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-extra",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-010",
      "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00-00000000000000000000000000000000-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
      "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-B7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0A",
      "0X-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01",
      "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
      " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.what"};
  for (const std::string& text : bad) EXPECT_FALSE(parse_traceparent(text)) << text;
}

TEST(Traceparent, OfHigherVersionsIsReadUpToTheFlags) {
  const std::string rest(kParent.substr(2));
  EXPECT_TRUE(parse_traceparent("cc" + rest));
  EXPECT_TRUE(parse_traceparent("cc" + rest + "-"));
  EXPECT_TRUE(parse_traceparent("fe" + rest + "-what-the-future-brings"));
}

TEST(Traceparent, KeepsKnownFlagsOnly) {
  const std::string front(kParent.substr(0, 53));
  EXPECT_EQ(parse_traceparent(front + "ff")->flags, 3);
  EXPECT_EQ(parse_traceparent(front + "fc")->flags, 0);
  EXPECT_EQ(parse_traceparent(front + "02")->flags, TraceContext::kRandomId);
}

TEST(BeginTrace, ContinuesTheCallersTrace) {
  SeededRng rng;
  const TraceContext trace = begin_trace(kParent, "vendor=value", rng);
  EXPECT_TRUE(trace.has_parent());
  EXPECT_TRUE(trace.sampled());
  EXPECT_EQ(trace.state, "vendor=value");
  const std::string text = text_of(trace);
  EXPECT_EQ(text.substr(0, 36), kParent.substr(0, 36));
  EXPECT_NE(text.substr(36, 16), kParent.substr(36, 16));
  EXPECT_EQ(text.substr(52), "-01");
  EXPECT_TRUE(parse_traceparent(text));
}

TEST(BeginTrace, KeepsAnUnsampledTraceUnsampled) {
  SeededRng rng;
  const std::string parent = std::string(kParent.substr(0, 53)) + "00";
  EXPECT_FALSE(begin_trace(parent, "", rng).sampled());
}

TEST(BeginTrace, BeginsANewTraceWithoutAValidParent) {
  SeededRng rng;
  std::set<std::string> ids;
  for (const char* const parent : {"", "00-broken", "", ""}) {
    const TraceContext trace = begin_trace(parent, "vendor=value", rng);
    EXPECT_FALSE(trace.has_parent());
    EXPECT_EQ(trace.flags, TraceContext::kSampled | TraceContext::kRandomId);
    EXPECT_EQ(trace.state, "");
    TraceIdText id;
    EXPECT_TRUE(ids.insert(std::string(trace_id_text(trace, id))).second);
    EXPECT_TRUE(parse_traceparent(text_of(trace)));
  }
}

TEST(BeginTrace, NeverMakesAnAllZeroId) {
  SeededRng rng;
  rng.first = {0, 5, 0, 7, 0, 0, 0};  // Trace id 0 0, then 0 7; span id 0, then 5.
  const TraceContext trace = begin_trace("", "", rng);
  EXPECT_TRUE(parse_traceparent(text_of(trace)));
}

TEST(BeginTrace, DropsAnInvalidState) {
  SeededRng rng;
  EXPECT_EQ(begin_trace(kParent, "novalue", rng).state, "");
  EXPECT_EQ(begin_trace(kParent, "a=1,", rng).state, "a=1,");
}

TEST(ChildSpan, HasTheCallAsItsParent) {
  SeededRng rng;
  const TraceContext trace = begin_trace(kParent, "a=1", rng);
  const TraceContext child = child_span(trace, rng);
  EXPECT_EQ(child.trace_id, trace.trace_id);
  EXPECT_EQ(child.parent_id, trace.span_id);
  EXPECT_NE(child.span_id, trace.span_id);
  EXPECT_EQ(child.flags, trace.flags);
  EXPECT_EQ(child.state, "a=1");
}

TEST(TraceIds, AreWrittenInLowerHex) {
  SeededRng rng;
  const TraceContext trace = begin_trace(kParent, "", rng);
  TraceIdText trace_id;
  EXPECT_EQ(trace_id_text(trace, trace_id), "0af7651916cd43dd8448eb211c80319c");
  SpanIdText span_id;
  EXPECT_EQ(span_id_text(trace, span_id), text_of(trace).substr(36, 16));
}

TEST(Tracestate, FollowsTheGrammar) {
  for (const char* const good : {"", "a=1", "a=1,b=2", "a=1 , b=2\t,\tc=3", ",a=1,,", "1a=b",
                                 "tenant@system=x y!z", "a_b-c*d/e=~}", "a= x"}) {
    EXPECT_TRUE(is_valid_tracestate(good)) << good;
  }
  for (const char* const bad : {"a", "=1", "a=", "A=1", "a=b=c", "a=\x7f", "a=\xC3\xA4", "a b=1",
                                "@a=1", "a=x\ty", "-a=1", "a=1;b=2,c"}) {
    EXPECT_FALSE(is_valid_tracestate(bad)) << bad;
  }
}

TEST(Tracestate, HasUpTo32Members) {
  std::string state = "k=v";
  for (int i = 1; i < 32; ++i) state += ",k" + std::to_string(i) + "=v";
  EXPECT_TRUE(is_valid_tracestate(state));
  EXPECT_TRUE(is_valid_tracestate(state + ", ,"));
  EXPECT_FALSE(is_valid_tracestate(state + ",one=more"));
}

TEST(Tracestate, HasKeysAndValuesUpTo256) {
  EXPECT_TRUE(is_valid_tracestate(std::string(256, 'k') + "=v"));
  EXPECT_FALSE(is_valid_tracestate(std::string(257, 'k') + "=v"));
  EXPECT_TRUE(is_valid_tracestate("k=" + std::string(256, 'v')));
  EXPECT_FALSE(is_valid_tracestate("k=" + std::string(257, 'v')));
}

TEST(Tracestate, HasUpToFourKibibytes) {
  const std::string commas(kTracestateMax - 3, ',');
  EXPECT_TRUE(is_valid_tracestate("a=1" + commas));
  EXPECT_FALSE(is_valid_tracestate("a=1," + commas));
}

}  // namespace
}  // namespace servanda
