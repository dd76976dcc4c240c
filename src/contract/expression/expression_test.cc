// SPDX-License-Identifier: Apache-2.0
// Reading and type-checking: what is an expression, and what its author is told when it is none.
#include "contract/expression/expression.h"

#include <gtest/gtest.h>

#include "contract/expression/test_product.h"

namespace servanda {
namespace {

using Kind = ExpressionKind;
using Sort = ExpressionError::Sort;

std::expected<Expression, ExpressionError> compiled(std::string_view text,
                                                    Kind wanted = Kind::kAny) {
  return compile_expression(text, product_scope(), wanted);
}

// "column: message. fix", or "" when all is well.
std::string problem(std::string_view text, Kind wanted = Kind::kAny) {
  const auto made = compiled(text, wanted);
  if (made) return {};
  const ExpressionError& error = made.error();
  std::string shown = std::to_string(column_of(text, error.offset)) + ": " + error.message + ".";
  if (!error.fix.empty()) shown += " " + error.fix;
  return shown;
}

// "integer" or "integer?" where it may be null.
std::string type_of(std::string_view text) {
  const auto made = compiled(text);
  if (!made) return "error " + problem(text);
  return std::string(kind_with_article(made->type().kind)) + (made->type().nullable ? "?" : "");
}

TEST(Expression, HasTheTypeThatItsPartsGiveIt) {
  EXPECT_EQ(type_of("1"), "an integer");
  EXPECT_EQ(type_of("1.50"), "a decimal");
  EXPECT_EQ(type_of("1e3"), "a double");
  EXPECT_EQ(type_of("null"), "null?");
  EXPECT_EQ(type_of("'a' + \"b\""), "text");
  EXPECT_EQ(type_of("[1, 2.5, null]"), "a list");
  EXPECT_EQ(type_of("now"), "a date-time");
  EXPECT_EQ(type_of("self.sold * 2 - 1"), "an integer");
  EXPECT_EQ(type_of("self.price * self.sold"), "a decimal");
  EXPECT_EQ(type_of("self.weight * 2"), "a double");
  EXPECT_EQ(type_of("2.5 / self.weight"), "a double");
  EXPECT_EQ(type_of("self.stock + 1"), "an integer?");
  EXPECT_EQ(type_of("self.stock > 1"), "a boolean?");
  EXPECT_EQ(type_of("self.stock == null"), "a boolean");
  EXPECT_EQ(type_of("self.stock in [1, 2]"), "a boolean");
  EXPECT_EQ(type_of("'a' in self.tags"), "a boolean?");
  EXPECT_EQ(type_of("self.meta.a.b"), "a value of any type?");
  EXPECT_EQ(type_of("self.box.width"), "an integer?");
  EXPECT_EQ(type_of("self['first-name'].size()"), "an integer?");
  EXPECT_EQ(type_of("size(self.name)"), "an integer");
  EXPECT_EQ(type_of("self.name.startsWith('a') && !self.name.endsWith('b')"), "a boolean");
  EXPECT_EQ(type_of("self.active ? self.sold : self.price"), "a decimal");
  EXPECT_EQ(type_of("self.due < now"), "a boolean?");
}

TEST(Expression, KnowsWhereNullHasBeenRuledOut) {
  EXPECT_EQ(type_of("has(self.stock) ? self.stock + 1 : 0"), "an integer");
  EXPECT_EQ(type_of("self.stock != null ? self.stock : 0"), "an integer");
  EXPECT_EQ(type_of("self.stock == null ? 0 : self.stock"), "an integer");
  EXPECT_EQ(type_of("!has(self.stock) ? 0 : self.stock"), "an integer");
  EXPECT_EQ(type_of("has(self.stock) && self.stock > 1"), "a boolean");
  EXPECT_EQ(type_of("!has(self.stock) || self.stock > 1"), "a boolean");
  EXPECT_EQ(type_of("has(self.box.width) ? self.box.width : 0"), "an integer");
  EXPECT_EQ(type_of("has(self.stock) && has(self.sku) ? self.sku : 'x'"), "text");
  EXPECT_EQ(type_of("self.stock == 3 ? self.stock : 0"), "an integer");
  // What was said of one name says nothing of another, nor of the other branch.
  EXPECT_EQ(type_of("has(self.sku) ? self.stock : 0"), "an integer?");
  EXPECT_EQ(type_of("has(self.stock) ? 0 : self.stock"), "an integer?");
  EXPECT_EQ(type_of("has(self.stock) || self.stock > 1"), "a boolean?");
  EXPECT_EQ(type_of("(has(self.stock) ? 1 : 2) + self.stock"), "an integer?");
  EXPECT_EQ(type_of("has(self.box) ? self.box.made : self.published"), "a date?");
}

TEST(Expression, LiteralsBecomeWhatTheyStandBeside) {
  EXPECT_EQ(problem("self.due < '2026-05-01T12:00:00Z'"), "");
  EXPECT_EQ(problem("'2026-05-01' == self.published"), "");
  EXPECT_EQ(problem("self.published in ['2026-05-01', null]"), "");
  EXPECT_EQ(problem("self.id == '0197a000-0000-7000-8000-000000000001'"), "");
  EXPECT_EQ(problem("self.price > '9.50'"), "");
  EXPECT_EQ(problem("self.weight in [1, 2.5]"), "");
  EXPECT_EQ(problem("self.weight == (self.active ? 1 : 2.5)"), "");
  EXPECT_EQ(problem("self.active ? '2026-05-01' : '2026-05-02'", Kind::kDate), "");
  EXPECT_EQ(problem("1", Kind::kNumber), "");
  EXPECT_EQ(problem("self.weight == 9007199254740992"), "");
  EXPECT_NE(problem("self.weight * 9007199254740993"), "");
  EXPECT_EQ(problem("self.published < '2026-13-01'"),
            "16: a date and text are compared. Write the text as a date, such as '2026-05-01'.");
  EXPECT_EQ(problem("self.due < 'soon'"),
            "10: a date-time and text are compared. Write the text as a date-time, such as "
            "'2026-05-01T12:00:00Z'.");
}

TEST(Expression, NamesThatAreNotThereAreToldWithTheNearest) {
  EXPECT_EQ(problem("self.prise * 2"),
            "6: unknown property \"prise\" of Product. Did you mean \"price\"?");
  EXPECT_EQ(problem("self.box.widht"),
            "10: unknown property \"widht\" of Box. Did you mean \"width\"?");
  EXPECT_EQ(problem("price * 2"), "1: there is no name \"price\". Write self.price.");
  EXPECT_EQ(problem("sefl.price"), "1: there is no name \"sefl\". Did you mean \"self\"?");
  EXPECT_EQ(problem("caller.id"),
            "1: \"caller\" cannot be used here: a row is the same for everybody. These can be "
            "named: self, now.");
  EXPECT_EQ(problem("self.secret"),
            "6: \"secret\" cannot be used here: it is writeOnly. Use another property.");
  EXPECT_EQ(problem("self"),
            "1: \"self\" is an object, not a value. Name one of its members: self.x.");
  EXPECT_EQ(problem("self.name.first"),
            "11: there is no \"first\" in text. Only objects have members.");
  EXPECT_EQ(problem("now.year"),
            "5: there is no \"year\" in a date-time. Only objects have "
            "members.");
}

TEST(Expression, OperandsThatDoNotFitAreTold) {
  EXPECT_EQ(problem("self.name > 5"),
            "11: text and an integer are compared. Use values of one type.");
  EXPECT_EQ(problem("self.sold == '5'"),
            "11: an integer and text are compared. Write a number without quotes.");
  EXPECT_EQ(problem("self.name + 1"),
            "6: \"+\" cannot be used on text. Add numbers to numbers, or text to text.");
  EXPECT_EQ(problem("self.price / 2"),
            "12: decimals have no exact quotient. Multiply by a decimal instead: self.x * 0.01.");
  EXPECT_EQ(problem("self.price % 2"),
            "12: only integers have a remainder. Use integers on both sides of \"%\".");
  EXPECT_EQ(problem("self.price * self.weight"),
            "12: a decimal and a double cannot be combined exactly by \"*\". A double is not "
            "exact: declare both as integers, or as decimals (type: string, format: decimal).");
  EXPECT_NE(problem("self.sold * self.weight"), "");
  EXPECT_EQ(problem("self.sold < self.weight"), "");
  EXPECT_EQ(problem("self.active && self.name"),
            "21: \"&&\" needs true or false, not text. Compare it: self.x == 'a'.");
  EXPECT_EQ(problem("self.sold ? 1 : 2"),
            "6: \"?\" needs true or false before it, not an integer. Compare it, or ask has().");
  EXPECT_EQ(problem("self.active ? 1 : 'a'"),
            "13: one result is an integer, the other is text. Give both results the same type.");
  EXPECT_EQ(problem("self.active < true"), "6: a boolean has no order. Compare it with == or !=.");
  EXPECT_EQ(problem("self.id < self.id"), "6: a UUID has no order. Compare it with == or !=.");
  EXPECT_EQ(problem("self.tags == ['a']"),
            "11: lists and objects are not compared as a whole. Compare their members, use size(), "
            "or compare with null.");
  EXPECT_EQ(problem("self.tags != null"), "");
  EXPECT_EQ(problem("self.name in self.sold"),
            "19: \"in\" needs a list, not an integer. Write a list: self.x in ['a', 'b'].");
  EXPECT_EQ(problem("1 in self.tags"),
            "3: an integer is looked for in a list of which each item "
            "is text. Look for a value of the items' type.");
  EXPECT_EQ(problem("[1, 'a']"),
            "5: the list holds an integer and text. Give all items the same type.");
  EXPECT_EQ(problem("[[1]]"),
            "2: a list holds single values, not a list. Name the member that is "
            "meant.");
  EXPECT_EQ(problem("self.sold.size()"),
            "6: an integer has no size. Use size() on text, lists and objects.");
  EXPECT_EQ(problem("self.tags.contains('a')"),
            "6: contains() needs text, not a list. Write 'a' in self.x to look into a list.");
  EXPECT_EQ(problem("has(1)"), "5: has() asks for a property. Write has(self.x).");
  EXPECT_EQ(problem("-self.name"), "7: \"-\" cannot be used on text. Use numbers.");
}

TEST(Expression, ResultsThatAreNotWantedAreTold) {
  EXPECT_EQ(problem("self.sold", Kind::kText), "6: the result is an integer, not text.");
  EXPECT_EQ(problem("self.sold", Kind::kDecimal), "");
  EXPECT_EQ(problem("self.price", Kind::kNumber), "6: the result is a decimal, not a double.");
  EXPECT_EQ(problem("self.price", Kind::kInteger), "6: the result is a decimal, not an integer.");
  EXPECT_EQ(problem("self.meta.x", Kind::kInteger), "");
  EXPECT_EQ(problem("null", Kind::kInteger), "");
  EXPECT_EQ(compiled("self.sold", Kind::kText).error().sort, Sort::kResult);
}

TEST(Expression, TextThatIsNoneIsToldWithItsPlace) {
  EXPECT_EQ(problem(""),
            "1: the end stands where a value is expected. See docs/expressions.md for "
            "what may stand here.");
  EXPECT_EQ(problem("self.price = 1"),
            "12: \"=\" is no operator. Write \"==\" to compare; nothing is assigned.");
  EXPECT_EQ(problem("true & false"), "6: \"&\" is no operator. Write \"&&\".");
  EXPECT_EQ(problem("true and false"),
            "6: \"and\" stands where an operator or the end is expected. Write \"&&\".");
  EXPECT_EQ(problem("'abc"), "1: the text that begins here has no end. Close it with '.");
  EXPECT_EQ(problem("'\\x'"),
            "2: this is no escape of text. Write \\\\, \\', \\\", \\/, \\n, \\r, "
            "\\t, \\b, \\f, \\uXXXX or \\UXXXXXXXX.");
  for (const char* escape : {"'\\u12'", "'\\uD800'", "'\\u0000'", "'\\U00110000'", "'\\u12G4'"}) {
    EXPECT_TRUE(problem(escape).starts_with("2: this is no escape")) << escape;
  }
  EXPECT_TRUE(problem("01").starts_with("1: this is no number")) << problem("01");
  EXPECT_TRUE(problem("1a").starts_with("1: this is no number"));
  EXPECT_TRUE(problem("1 # 2").starts_with("3: \"#\" is no operator"));
  EXPECT_TRUE(problem("'ä' # 2").starts_with("5: \"#\" is no operator"));
  EXPECT_TRUE(problem("1 \x01").starts_with("3: a character that has no meaning"));
  EXPECT_TRUE(problem("'\xFF'").starts_with("2: this is not UTF-8"));
  EXPECT_TRUE(problem("(1").starts_with("3: the end stands where \")\" is expected"));
  EXPECT_TRUE(problem("1 ? 2").starts_with("6: the end stands where \":\" is expected"));
  EXPECT_TRUE(problem("(1, 2)").starts_with("1: a pair of brackets holds one expression"));
  EXPECT_TRUE(problem("()").starts_with("1: a pair of brackets holds one expression"));
  EXPECT_TRUE(problem("self.tags[0]").starts_with("10: lists are not read by place"));
  EXPECT_TRUE(problem("self.").starts_with("6: the end stands where a member's name"));
  EXPECT_TRUE(problem("length(self.name)").starts_with("1: there is no function length()"));
  EXPECT_TRUE(problem("self.name.lower()").starts_with("11: there is no function lower() of"));
  EXPECT_TRUE(problem("contains(self.name)").ends_with("behind a value: self.x.contains('a')."));
  EXPECT_TRUE(problem("has()").starts_with("1: has() has another number of arguments"));
  EXPECT_TRUE(problem("self.name.contains()").starts_with("11: contains() has another number"));
  EXPECT_TRUE(problem("in [1]").starts_with("1: \"in\" stands where a value is expected"));
  EXPECT_TRUE(problem("1e999").starts_with("1: this number is beyond the range of a double"));
}

TEST(Expression, IntegersHave64Bits) {
  EXPECT_EQ(problem("9223372036854775807"), "");
  EXPECT_EQ(problem("-9223372036854775808"), "");
  EXPECT_TRUE(problem("9223372036854775808").starts_with("1: this integer has more than 64 bits"));
  EXPECT_TRUE(problem("-9223372036854775809").starts_with("1: this integer has more than 64 bits"));
}

std::string repeated(std::string_view part, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += part;
  return text;
}

TEST(Expression, HasAtMost2000Characters) {
  const std::string umlauts = "'" + repeated("ä", 1998) + "'";
  EXPECT_EQ(problem(umlauts), "");
  EXPECT_EQ(problem(umlauts + " "), "1: the expression has more than 2000 characters. Shorten it.");
  EXPECT_EQ(compiled(umlauts + " ").error().sort, Sort::kLimit);
}

TEST(Expression, IsNestedAtMost16Deep) {
  EXPECT_EQ(problem(repeated("(", 16) + "1" + repeated(")", 16)), "");
  EXPECT_EQ(problem(repeated("(", 17) + "1" + repeated(")", 17)),
            "18: the expression is nested deeper than 16 levels. Flatten it.");
  EXPECT_EQ(problem(repeated("true ? ", 16) + "1" + repeated(" : 2", 16)), "");
  EXPECT_NE(problem(repeated("true ? ", 17) + "1" + repeated(" : 2", 17)), "");
  EXPECT_EQ(problem(repeated("has(", 17) + "1" + repeated(")", 17)),
            "69: the expression is nested deeper than 16 levels. Flatten it.");
  // Brackets beside each other, and choices behind choices, are not nested.
  EXPECT_EQ(problem(repeated("(1) + ", 40) + "1"), "");
  EXPECT_EQ(problem(repeated("self.active ? 1 : ", 49) + "2"), "");
}

TEST(Expression, HasAtMost200Nodes) {
  // 100 literals and 99 signs, and a negation.
  EXPECT_EQ(problem("-(" + repeated("1 + ", 99) + "1)"), "");
  EXPECT_EQ(problem("--(" + repeated("1 + ", 99) + "1)"),
            "1: the expression has more than 200 names, literals and operators. Shorten it.");
  EXPECT_EQ(problem(repeated("!", 199) + "true"), "");
  EXPECT_NE(problem(repeated("!", 200) + "true"), "");
}

TEST(Expression, KnowsWhichRootsItReads) {
  EXPECT_TRUE(compiled("self.due < now")->uses(0));
  EXPECT_TRUE(compiled("self.due < now")->uses(1));
  EXPECT_FALSE(compiled("self.sold + 1")->uses(1));
  EXPECT_FALSE(compiled("now")->uses(0));
  EXPECT_FALSE(compiled("1")->uses(0));
}

}  // namespace
}  // namespace servanda
