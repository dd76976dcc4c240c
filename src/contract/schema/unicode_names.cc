// SPDX-License-Identifier: Apache-2.0
#include "contract/schema/unicode_names.h"

#include <iterator>

namespace servanda::internal {
namespace {

struct Alias {
  std::string_view name;
  std::string_view known;
};

constexpr Alias kCategories[] = {
    {"C", "C"},
    {"Other", "C"},
    {"Cc", "Cc"},
    {"Control", "Cc"},
    {"cntrl", "Cc"},
    {"Cf", "Cf"},
    {"Format", "Cf"},
    {"Co", "Co"},
    {"Private_Use", "Co"},
    {"Cs", "Cs"},
    {"Surrogate", "Cs"},
    {"L", "L"},
    {"Letter", "L"},
    {"Ll", "Ll"},
    {"Lowercase_Letter", "Ll"},
    {"Lm", "Lm"},
    {"Modifier_Letter", "Lm"},
    {"Lo", "Lo"},
    {"Other_Letter", "Lo"},
    {"Lt", "Lt"},
    {"Titlecase_Letter", "Lt"},
    {"Lu", "Lu"},
    {"Uppercase_Letter", "Lu"},
    {"M", "M"},
    {"Mark", "M"},
    {"Combining_Mark", "M"},
    {"Mc", "Mc"},
    {"Spacing_Mark", "Mc"},
    {"Me", "Me"},
    {"Enclosing_Mark", "Me"},
    {"Mn", "Mn"},
    {"Nonspacing_Mark", "Mn"},
    {"N", "N"},
    {"Number", "N"},
    {"Nd", "Nd"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Nl", "Nl"},
    {"Letter_Number", "Nl"},
    {"No", "No"},
    {"Other_Number", "No"},
    {"P", "P"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Pc", "Pc"},
    {"Connector_Punctuation", "Pc"},
    {"Pd", "Pd"},
    {"Dash_Punctuation", "Pd"},
    {"Pe", "Pe"},
    {"Close_Punctuation", "Pe"},
    {"Pf", "Pf"},
    {"Final_Punctuation", "Pf"},
    {"Pi", "Pi"},
    {"Initial_Punctuation", "Pi"},
    {"Po", "Po"},
    {"Other_Punctuation", "Po"},
    {"Ps", "Ps"},
    {"Open_Punctuation", "Ps"},
    {"S", "S"},
    {"Symbol", "S"},
    {"Sc", "Sc"},
    {"Currency_Symbol", "Sc"},
    {"Sk", "Sk"},
    {"Modifier_Symbol", "Sk"},
    {"Sm", "Sm"},
    {"Math_Symbol", "Sm"},
    {"So", "So"},
    {"Other_Symbol", "So"},
    {"Z", "Z"},
    {"Separator", "Z"},
    {"Zl", "Zl"},
    {"Line_Separator", "Zl"},
    {"Zp", "Zp"},
    {"Paragraph_Separator", "Zp"},
    {"Zs", "Zs"},
    {"Space_Separator", "Zs"},
};

// Scripts in use by living languages and common symbols, with their four-letter aliases.
constexpr Alias kScripts[] = {
    {"Arabic", "Arabic"},
    {"Arab", "Arabic"},
    {"Armenian", "Armenian"},
    {"Armn", "Armenian"},
    {"Bengali", "Bengali"},
    {"Beng", "Bengali"},
    {"Bopomofo", "Bopomofo"},
    {"Bopo", "Bopomofo"},
    {"Braille", "Braille"},
    {"Brai", "Braille"},
    {"Canadian_Aboriginal", "Canadian_Aboriginal"},
    {"Cans", "Canadian_Aboriginal"},
    {"Cherokee", "Cherokee"},
    {"Cher", "Cherokee"},
    {"Common", "Common"},
    {"Zyyy", "Common"},
    {"Coptic", "Coptic"},
    {"Copt", "Coptic"},
    {"Cyrillic", "Cyrillic"},
    {"Cyrl", "Cyrillic"},
    {"Devanagari", "Devanagari"},
    {"Deva", "Devanagari"},
    {"Ethiopic", "Ethiopic"},
    {"Ethi", "Ethiopic"},
    {"Georgian", "Georgian"},
    {"Geor", "Georgian"},
    {"Greek", "Greek"},
    {"Grek", "Greek"},
    {"Gujarati", "Gujarati"},
    {"Gujr", "Gujarati"},
    {"Gurmukhi", "Gurmukhi"},
    {"Guru", "Gurmukhi"},
    {"Han", "Han"},
    {"Hani", "Han"},
    {"Hangul", "Hangul"},
    {"Hang", "Hangul"},
    {"Hebrew", "Hebrew"},
    {"Hebr", "Hebrew"},
    {"Hiragana", "Hiragana"},
    {"Hira", "Hiragana"},
    {"Inherited", "Inherited"},
    {"Zinh", "Inherited"},
    {"Kannada", "Kannada"},
    {"Knda", "Kannada"},
    {"Katakana", "Katakana"},
    {"Kana", "Katakana"},
    {"Khmer", "Khmer"},
    {"Khmr", "Khmer"},
    {"Lao", "Lao"},
    {"Laoo", "Lao"},
    {"Latin", "Latin"},
    {"Latn", "Latin"},
    {"Malayalam", "Malayalam"},
    {"Mlym", "Malayalam"},
    {"Mongolian", "Mongolian"},
    {"Mong", "Mongolian"},
    {"Myanmar", "Myanmar"},
    {"Mymr", "Myanmar"},
    {"Oriya", "Oriya"},
    {"Orya", "Oriya"},
    {"Sinhala", "Sinhala"},
    {"Sinh", "Sinhala"},
    {"Syriac", "Syriac"},
    {"Syrc", "Syriac"},
    {"Tamil", "Tamil"},
    {"Taml", "Tamil"},
    {"Telugu", "Telugu"},
    {"Telu", "Telugu"},
    {"Thaana", "Thaana"},
    {"Thaa", "Thaana"},
    {"Thai", "Thai"},
    {"Tibetan", "Tibetan"},
    {"Tibt", "Tibetan"},
    {"Tifinagh", "Tifinagh"},
    {"Tfng", "Tifinagh"},
    {"Vai", "Vai"},
    {"Vaii", "Vai"},
    {"Yi", "Yi"},
    {"Yiii", "Yi"},
};

template <size_t kCount>
std::string_view find_alias(const Alias (&table)[kCount], std::string_view name) {
  for (const Alias& alias : table) {
    if (alias.name == name) return alias.known;
  }
  return {};
}

}  // namespace

std::string_view unicode_property_name(std::string_view name) {
  const size_t equals = name.find('=');
  if (equals == std::string_view::npos) return find_alias(kCategories, name);
  const std::string_view property = name.substr(0, equals);
  const std::string_view value = name.substr(equals + 1);
  if (property == "General_Category" || property == "gc") return find_alias(kCategories, value);
  if (property == "Script" || property == "sc") return find_alias(kScripts, value);
  return {};
}

}  // namespace servanda::internal
