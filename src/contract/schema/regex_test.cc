// SPDX-License-Identifier: Apache-2.0
#include "contract/schema/regex.h"

#include <gtest/gtest.h>

#include <string>

#include "contract/schema/regex_ast.h"

namespace servanda::internal {
namespace {

std::unique_ptr<Pattern> compiled(std::string_view source) {
  Pattern::Compiled made = Pattern::compile(source);
  auto* pattern = std::get_if<std::unique_ptr<Pattern>>(&made);
  if (pattern == nullptr) {
    ADD_FAILURE() << source << ": " << std::get<Pattern::Problem>(made).message;
    return nullptr;
  }
  return std::move(*pattern);
}

bool matches(std::string_view source, std::string_view text) {
  const std::unique_ptr<Pattern> pattern = compiled(source);
  return pattern != nullptr && pattern->matches(text);
}

std::string rule_of(std::string_view source) {
  const Pattern::Compiled made = Pattern::compile(source);
  const auto* problem = std::get_if<Pattern::Problem>(&made);
  return problem == nullptr ? "" : std::string(problem->rule);
}

std::string message_of(std::string_view source) {
  const Pattern::Compiled made = Pattern::compile(source);
  const auto* problem = std::get_if<Pattern::Problem>(&made);
  return problem == nullptr ? "" : problem->message;
}

TEST(Pattern, IsFoundAnywhereUnlessAnchored) {
  EXPECT_TRUE(matches("b+", "abbc"));
  EXPECT_FALSE(matches("^b+", "abbc"));
  EXPECT_FALSE(matches("b$", "abbc"));
  EXPECT_FALSE(matches("^abc$", "abc\n"));
  EXPECT_TRUE(matches("", "anything"));
  EXPECT_TRUE(matches("^$", ""));
  EXPECT_FALSE(matches("^$", "a"));
}

TEST(Pattern, RunsRowsOfCharacterSetsWithoutRe2) {
  for (std::string_view source : {"^[A-Z]{3}-\\d{4}$", "^[a-z0-9_-]+$", "^AC[0-9a-fA-F]{32}$",
                                  "^\\+?[0-9]{1,5}$", "^[^/]{1,3}/", "^abc"}) {
    EXPECT_TRUE(compiled(source)->is_plain_loop()) << source;
  }
  // Where taking as much as possible may be wrong, RE2 decides.
  for (std::string_view source : {"^a*a$", "^[a-z]?[a-f]x$", "^a?b?a$", "^(a|b)$", "abc", "a$",
                                  "^\\p{L}$", "^[\\u00e0-\\u00ff]$"}) {
    EXPECT_FALSE(compiled(source)->is_plain_loop()) << source;
  }
  EXPECT_TRUE(matches("^a*a$", "aaa"));
  EXPECT_TRUE(matches("^[a-z]?[a-f]x$", "ax"));
}

TEST(Pattern, PlainLoopsCountCodePointsAndKeepBounds) {
  EXPECT_TRUE(matches("^[A-Z]{3}-\\d{4}$", "ABC-1234"));
  EXPECT_FALSE(matches("^[A-Z]{3}-\\d{4}$", "ABC-123"));
  EXPECT_FALSE(matches("^[A-Z]{3}-\\d{4}$", "ABC-12345"));
  EXPECT_FALSE(matches("^[A-Z]{3}-\\d{4}$", "AB-1234"));
  EXPECT_TRUE(matches("^[^/]{2}$", "\xC3\xA9\xF0\x9F\x90\xB2"));
  EXPECT_FALSE(matches("^[^/]{2}$", "\xC3\xA9"));
  EXPECT_TRUE(matches("^abc", "abcdef"));
  EXPECT_FALSE(matches("^abc", "ab"));
  EXPECT_FALSE(matches("^.$", "\n"));
  EXPECT_FALSE(matches("^[a]{2,3}$", "aaaa"));
}

TEST(Pattern, LargeCountsWorkUpToAnyNumber) {
  EXPECT_TRUE(matches("^a{2500}$", std::string(2500, 'a')));
  EXPECT_FALSE(matches("^a{2500}$", std::string(2499, 'a')));
  // Not a plain loop: RE2 alone stops at 1000.
  EXPECT_TRUE(matches("^(ab){1001}$", [] {
    std::string text;
    for (int i = 0; i < 1001; ++i) text += "ab";
    return text;
  }()));
  EXPECT_TRUE(matches("(ab){0,1500}c", "c"));
  EXPECT_FALSE(matches("^(ab){1,1500}$", ""));
}

TEST(Pattern, LookaheadsBehindTheAnchorAreConditionsOfTheirOwn) {
  const std::string_view password = "^(?=.*[A-Z])(?=.*\\d)(?!.*\\s).{8,}$";
  EXPECT_TRUE(matches(password, "Passw0rdX"));
  EXPECT_FALSE(matches(password, "passw0rdx"));
  EXPECT_FALSE(matches(password, "PasswordX"));
  EXPECT_FALSE(matches(password, "Passw0rd X"));
  EXPECT_FALSE(matches(password, "Pw0"));
  EXPECT_TRUE(matches("^(?!admin$)[a-z]+$", "administrator"));
  EXPECT_FALSE(matches("^(?!admin$)[a-z]+$", "admin"));
}

TEST(Pattern, WhatNeedsBacktrackingIsRefusedWithItsPlace) {
  EXPECT_EQ(rule_of("(a)\\1"), "pattern-not-linear");
  EXPECT_EQ(rule_of("(?<n>a)\\k<n>"), "pattern-not-linear");
  EXPECT_EQ(rule_of("(?<=a)b"), "pattern-not-linear");
  EXPECT_EQ(rule_of("(?<!a)b"), "pattern-not-linear");
  EXPECT_EQ(rule_of("a(?=b)"), "pattern-not-linear");
  EXPECT_EQ(rule_of("^(?=(a)\\1)a"), "pattern-not-linear");
  EXPECT_NE(message_of("abc(?=d)").find("offset 3 (\"(?=d)\")"), std::string::npos);
}

TEST(Pattern, WhatIsNoExpressionIsRefused) {
  for (std::string_view source : {"(",
                                  ")",
                                  "[a",
                                  "a**",
                                  "*a",
                                  "a{2,1}",
                                  "\\",
                                  "[z-a]",
                                  "(?P<n>a)",
                                  "(?i)a",
                                  "\\a",
                                  "\\1",
                                  "\\k<x>",
                                  "\\u{110000}",
                                  "\\xZ1",
                                  "\\c1",
                                  "\\p{Nonsense}",
                                  "\\pL",
                                  "(?<1a>b)",
                                  "^*",
                                  "(?<a>b)(?<a>c)",
                                  "\\u12"}) {
    EXPECT_EQ(rule_of(source), "pattern-invalid") << source;
  }
  EXPECT_NE(message_of("ab[c").find("at its end"), std::string::npos);
}

TEST(Pattern, SizeAndNestingHaveBounds) {
  EXPECT_EQ(rule_of(std::string(kRegexBytesMax, 'a')), "");
  EXPECT_EQ(rule_of(std::string(kRegexBytesMax + 1, 'a')), "pattern-invalid");
  const auto nested = [](uint32_t depth) {
    return std::string(depth, '(') + "a" + std::string(depth, ')');
  };
  EXPECT_EQ(rule_of(nested(kRegexDepthMax)), "");
  EXPECT_EQ(rule_of(nested(kRegexDepthMax + 1)), "pattern-invalid");
  EXPECT_EQ(rule_of("((a{999}b){999}c){999}"), "pattern-too-large");
  EXPECT_EQ(rule_of("(ab|\\p{L}){100000}"), "pattern-too-large");
}

TEST(Pattern, EscapesMeanWhatEcmaScriptSays) {
  EXPECT_TRUE(matches("^\\u0041\\x42\\cI\\u{1F432}$", "AB\t\xF0\x9F\x90\xB2"));
  EXPECT_TRUE(matches("^\\uD83D\\uDC32$", "\xF0\x9F\x90\xB2"));
  EXPECT_TRUE(matches("^[\\b]$", "\b"));
  EXPECT_TRUE(matches("^\\0$", std::string_view("\0", 1)));
  EXPECT_TRUE(matches("^[\\w-.]+$", "a-.b"));
  EXPECT_TRUE(matches("\\bcat\\b", "a cat."));
  EXPECT_FALSE(matches("\\bcat\\b", "concatenate"));
  EXPECT_TRUE(matches("a\\Bb", "ab"));
  EXPECT_FALSE(matches("[]", "a"));
  EXPECT_TRUE(matches("^[^]$", "\n"));
  EXPECT_TRUE(matches("^\\-\\_?$", "-_"));
  EXPECT_TRUE(matches("^a{,2}$", "a{,2}"));
  EXPECT_TRUE(matches("^}]$", "}]"));
  EXPECT_TRUE(matches("^\\p{Script=Greek}\\P{Lu}$", "\xCE\xB1z"));
  EXPECT_TRUE(matches("^[^\\P{L}]+$", "abc"));
  EXPECT_TRUE(matches("^\\p{ASCII}\\p{Any}$", "a\xC3\xA9"));
  EXPECT_FALSE(matches("^\\P{ASCII}$", "a"));
}

}  // namespace
}  // namespace servanda::internal
