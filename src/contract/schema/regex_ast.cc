// SPDX-License-Identifier: Apache-2.0
#include "contract/schema/regex_ast.h"

#include <algorithm>
#include <optional>

#include "contract/schema/unicode_names.h"

namespace servanda::internal {

void CharSet::normalize() {
  std::sort(ranges.begin(), ranges.end());
  std::vector<std::pair<char32_t, char32_t>> merged;
  for (auto [first, last] : ranges) {
    if (!merged.empty() && first <= merged.back().second + 1) {
      merged.back().second = std::max(merged.back().second, last);
    } else {
      merged.emplace_back(first, last);
    }
  }
  ranges = std::move(merged);
}

void CharSet::invert() {
  normalize();
  std::vector<std::pair<char32_t, char32_t>> inverse;
  char32_t next = 0;
  for (auto [first, last] : ranges) {
    if (first > next) inverse.emplace_back(next, first - 1);
    next = last + 1;
  }
  if (next <= 0x10FFFF) inverse.emplace_back(next, 0x10FFFF);
  ranges = std::move(inverse);
}

namespace {

void add_digits(CharSet& set) {
  set.add('0', '9');
}

void add_word(CharSet& set) {
  set.add('0', '9');
  set.add('A', 'Z');
  set.add('_', '_');
  set.add('a', 'z');
}

// WhiteSpace and LineTerminator of ECMA-262.
void add_space(CharSet& set) {
  set.add(0x09, 0x0D);
  for (char32_t one : {0x20, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF}) {
    set.add(one, one);
  }
  set.add(0x2000, 0x200A);
}

std::optional<CharSet> class_of_letter(char letter) {
  CharSet set;
  switch (letter | 0x20) {
    case 'd':
      add_digits(set);
      break;
    case 'w':
      add_word(set);
      break;
    case 's':
      add_space(set);
      break;
    default:
      return std::nullopt;
  }
  set.normalize();
  if (letter < 'a') set.invert();
  return set;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  RegexTree read() {
    if (text_.size() > kRegexBytesMax) {
      fail("it is longer than 16 KiB");
      return std::move(tree_);
    }
    tree_.root = alternation(0);
    if (tree_.error.empty() && at_ < text_.size()) fail("a ')' has no '(' before it");
    if (tree_.error.empty()) check_references();
    return std::move(tree_);
  }

 private:
  [[nodiscard]] bool done() const { return at_ >= text_.size() || !tree_.error.empty(); }
  [[nodiscard]] char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool starts(std::string_view what) const {
    return text_.substr(at_).starts_with(what);
  }
  bool take(std::string_view what) {
    if (!starts(what)) return false;
    at_ += what.size();
    return true;
  }
  void fail(std::string what) {
    if (!tree_.error.empty()) return;
    tree_.error = std::move(what);
    tree_.error_at = static_cast<uint32_t>(at_);
  }

  uint32_t node(RegexKind kind, uint32_t value = 0) {
    RegexNode made;
    made.kind = kind;
    made.value = value;
    tree_.nodes.push_back(std::move(made));
    return static_cast<uint32_t>(tree_.nodes.size() - 1);
  }
  uint32_t set_node(CharSet set) {
    if (set.properties.empty() && set.negated) {
      set.invert();
      set.negated = false;
    } else {
      set.normalize();
    }
    tree_.sets.push_back(std::move(set));
    return node(RegexKind::kSet, static_cast<uint32_t>(tree_.sets.size() - 1));
  }
  uint32_t one(char32_t c) {
    CharSet set;
    set.add(c, c);
    return set_node(std::move(set));
  }

  uint32_t alternation(uint32_t depth) {
    if (depth > kRegexDepthMax) {
      fail("groups are nested more than 100 deep");
      return 0;
    }
    std::vector<uint32_t> branches{sequence(depth)};
    while (!done() && take("|")) branches.push_back(sequence(depth));
    if (branches.size() == 1) return branches[0];
    const uint32_t made = node(RegexKind::kAlternate);
    tree_.nodes[made].children = std::move(branches);
    return made;
  }

  uint32_t sequence(uint32_t depth) {
    std::vector<uint32_t> items;
    while (!done() && peek() != '|' && peek() != ')') items.push_back(term(depth));
    if (items.empty()) return node(RegexKind::kEmpty);
    if (items.size() == 1) return items[0];
    const uint32_t made = node(RegexKind::kConcat);
    tree_.nodes[made].children = std::move(items);
    return made;
  }

  uint32_t term(uint32_t depth) {
    const uint32_t item = atom(depth);
    if (!tree_.error.empty()) return item;
    uint32_t min = 0;
    uint32_t max = 0;
    if (!quantifier(min, max)) return item;
    const RegexKind kind = item < tree_.nodes.size() ? tree_.nodes[item].kind : RegexKind::kEmpty;
    if (kind == RegexKind::kBegin || kind == RegexKind::kEnd ||
        (kind >= RegexKind::kWordBoundary && kind <= RegexKind::kLookbehind && !grouped_)) {
      fail("an assertion cannot be repeated");
      return item;
    }
    const uint32_t made = node(RegexKind::kRepeat, static_cast<uint32_t>(at_));
    tree_.nodes[made].min = min;
    tree_.nodes[made].max = max;
    tree_.nodes[made].children = {item};
    if (starts("*") || starts("+") || starts("?")) fail("a quantifier follows a quantifier");
    return made;
  }

  bool quantifier(uint32_t& min, uint32_t& max) {
    if (done()) return false;
    max = kRepeatUnbounded;
    if (take("*")) {
      min = 0;
    } else if (take("+")) {
      min = 1;
    } else if (take("?")) {
      min = 0;
      max = 1;
    } else if (!counted(min, max)) {
      return false;
    }
    take("?");  // Laziness does not change whether a text matches.
    return true;
  }

  bool counted(uint32_t& min, uint32_t& max) {
    if (peek() != '{' || !is_digit(peek(1))) return false;
    const size_t start = at_;
    ++at_;
    min = number();
    max = min;
    if (take(",")) max = is_digit(peek()) ? number() : kRepeatUnbounded;
    if (!take("}")) {
      at_ = start;
      return false;
    }
    if (max < min) fail("the numbers in {n,m} are out of order");
    return true;
  }

  uint32_t number() {
    uint64_t value = 0;
    while (is_digit(peek())) {
      value = std::min<uint64_t>(value * 10 + static_cast<uint64_t>(peek() - '0'), UINT32_MAX - 1);
      ++at_;
    }
    return static_cast<uint32_t>(value);
  }

  uint32_t atom(uint32_t depth) {
    grouped_ = false;
    const uint32_t place = static_cast<uint32_t>(at_);
    const char c = peek();
    switch (c) {
      case '^':
        ++at_;
        return node(RegexKind::kBegin, place);
      case '$':
        ++at_;
        return node(RegexKind::kEnd, place);
      case '(':
        return group(depth);
      case '[':
        return set_node(bracket());
      case '\\':
        return escape();
      case '.': {
        ++at_;
        CharSet set;
        for (char32_t end : {0x0A, 0x0D, 0x2028, 0x2029}) set.add(end, end);
        set.negated = true;
        return set_node(std::move(set));
      }
      case '*':
      case '+':
      case '?':
        fail("a quantifier has nothing to repeat");
        return 0;
      case '{':
        if (uint32_t a, b; counted(a, b)) {
          fail("a quantifier has nothing to repeat");
          return 0;
        }
        break;
      default:
        break;
    }
    return one(code_point());
  }

  char32_t code_point() {
    const auto lead = static_cast<uint8_t>(text_[at_++]);
    if (lead < 0x80) return lead;
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    char32_t value = lead & (0x3Fu >> more);
    for (int i = 0; i < more && at_ < text_.size(); ++i) {
      value = value << 6 | (static_cast<uint8_t>(text_[at_++]) & 0x3F);
    }
    return value;
  }

  uint32_t group(uint32_t depth) {
    const uint32_t place = static_cast<uint32_t>(at_);
    ++at_;
    RegexKind kind = RegexKind::kEmpty;
    if (take("?:")) {
    } else if (take("?=")) {
      kind = RegexKind::kLookahead;
    } else if (take("?!")) {
      kind = RegexKind::kNegativeLookahead;
    } else if (take("?<=") || take("?<!")) {
      kind = RegexKind::kLookbehind;
    } else if (take("?<")) {
      const std::string name = group_name();
      if (std::find(names_.begin(), names_.end(), name) != names_.end()) {
        fail("two groups have the same name");
      }
      names_.push_back(name);
      ++groups_;
    } else if (starts("?")) {
      fail("'(?' is followed by something that ECMA-262 does not know");
    } else {
      ++groups_;
    }
    const uint32_t inner = tree_.error.empty() ? alternation(depth + 1) : 0;
    if (tree_.error.empty() && !take(")")) fail("a '(' has no ')' after it");
    grouped_ = kind == RegexKind::kEmpty;
    if (kind == RegexKind::kEmpty || !tree_.error.empty()) return inner;
    const uint32_t made = node(kind, place);
    tree_.nodes[made].children = {inner};
    return made;
  }

  std::string group_name() {
    std::string name;
    while (at_ < text_.size() && peek() != '>') name += text_[at_++];
    if (!take(">") || name.empty() || is_digit(name[0])) fail("a group name is not well formed");
    return name;
  }

  uint32_t escape() {
    const uint32_t place = static_cast<uint32_t>(at_);
    const char c = peek(1);
    if (c == 'b' || c == 'B') {
      at_ += 2;
      return node(c == 'b' ? RegexKind::kWordBoundary : RegexKind::kNotWordBoundary, place);
    }
    if (c >= '1' && c <= '9') {
      ++at_;
      highest_reference_ = std::max(highest_reference_, number());
      return node(RegexKind::kBackReference, place);
    }
    if (c == 'k') {
      at_ += 2;
      if (!take("<")) fail("\\k needs a group name");
      named_references_.push_back(tree_.error.empty() ? group_name() : "");
      return node(RegexKind::kBackReference, place);
    }
    CharSet set;
    char32_t single = 0;
    if (class_escape(set, single)) return set_node(std::move(set));
    return tree_.error.empty() ? one(single) : 0;
  }

  // Reads an escape that stands for code points, at the backslash. True: `set` holds a class;
  // false: `single` holds one code point (or there was an error).
  bool class_escape(CharSet& set, char32_t& single) {
    ++at_;
    if (at_ >= text_.size()) {
      fail("it ends in a backslash");
      return false;
    }
    const char c = text_[at_];
    if (std::optional<CharSet> named = class_of_letter(c); is_letter(c) && named) {
      ++at_;
      set = std::move(*named);
      return true;
    }
    if (c == 'p' || c == 'P') return property(set);
    single = character_escape(c);
    return false;
  }

  char32_t character_escape(char c) {
    if (static_cast<uint8_t>(c) >= 0x80) {
      fail("a backslash stands before a character that needs none");
      return 0;
    }
    ++at_;
    switch (c) {
      case 't':
        return '\t';
      case 'n':
        return '\n';
      case 'v':
        return '\v';
      case 'f':
        return '\f';
      case 'r':
        return '\r';
      case '0':
        if (is_digit(peek())) fail("octal escapes are not allowed");
        return 0;
      case 'c':
        if (!is_letter(peek())) {
          fail("\\c needs a letter");
          return 0;
        }
        return static_cast<char32_t>(text_[at_++] & 0x1F);
      case 'x':
        return hex_digits(2);
      case 'u':
        return unicode_escape();
      default:
        break;
    }
    if (is_letter(c) || is_digit(c)) {
      --at_;
      fail(std::string("\\").append(1, c).append(" is not an escape of ECMA-262"));
    }
    return static_cast<char32_t>(c);
  }

  char32_t hex_digits(int count) {
    char32_t value = 0;
    for (int i = 0; i < count; ++i) {
      const int digit = hex_value(peek());
      if (digit < 0) {
        fail("an escape needs more hexadecimal digits");
        return 0;
      }
      value = value * 16 + static_cast<char32_t>(digit);
      ++at_;
    }
    return value;
  }

  char32_t unicode_escape() {
    if (!take("{")) {
      const char32_t high = hex_digits(4);
      if (high < 0xD800 || high > 0xDBFF || !starts("\\u") || hex_value(peek(2)) < 0) return high;
      const size_t mark = at_;
      at_ += 2;
      const char32_t low = hex_digits(4);
      if (low >= 0xDC00 && low <= 0xDFFF) return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
      at_ = mark;
      return high;
    }
    char32_t value = 0;
    if (hex_value(peek()) < 0) fail("\\u{ needs hexadecimal digits");
    while (hex_value(peek()) >= 0 && value <= 0x10FFFF) {
      value = value * 16 + static_cast<char32_t>(hex_value(text_[at_++]));
    }
    if (value > 0x10FFFF || !take("}")) fail("\\u{...} is not a code point");
    return value;
  }

  bool property(CharSet& set) {
    const bool negated = text_[at_++] == 'P';
    const size_t end = text_.find('}', at_);
    if (peek() != '{' || end == std::string_view::npos) {
      fail("\\p needs a property in braces");
      return false;
    }
    const std::string_view name = text_.substr(at_ + 1, end - at_ - 1);
    if (name == "Any" || name == "ASCII") {
      set.add(0, name == "ASCII" ? 0x7F : 0x10FFFF);
      if (negated) set.invert();
    } else if (const std::string_view known = unicode_property_name(name); !known.empty()) {
      set.properties.push_back({std::string(known), negated});
    } else {
      fail("the property \\p{" + std::string(name) + "} is unknown or not supported");
    }
    at_ = end + 1;
    return true;
  }

  CharSet bracket() {
    ++at_;
    CharSet set;
    set.negated = take("^");
    while (!done() && peek() != ']') {
      char32_t low = 0;
      if (!class_atom(set, low)) continue;
      char32_t high = low;
      if (peek() == '-' && peek(1) != ']' && at_ + 1 < text_.size()) {
        const size_t dash = at_++;
        CharSet other;
        if (class_atom(other, high)) {
          if (high < low && tree_.error.empty()) fail("a range in brackets is out of order");
        } else {
          at_ = dash;  // "a-\d": the dash is itself.
          high = low;
        }
      }
      set.add(low, high);
    }
    if (tree_.error.empty() && !take("]")) fail("a '[' has no ']' after it");
    return set;
  }

  // True: one code point in `single`; false: a class was added to `set`.
  bool class_atom(CharSet& set, char32_t& single) {
    if (peek() != '\\') {
      single = code_point();
      return true;
    }
    if (peek(1) == 'b') {
      at_ += 2;
      single = '\b';
      return true;
    }
    CharSet inner;
    if (!class_escape(inner, single)) return true;
    set.ranges.insert(set.ranges.end(), inner.ranges.begin(), inner.ranges.end());
    set.properties.insert(set.properties.end(), inner.properties.begin(), inner.properties.end());
    return false;
  }

  void check_references() {
    if (highest_reference_ > groups_) fail("a back-reference names a group that does not exist");
    for (const std::string& name : named_references_) {
      if (std::find(names_.begin(), names_.end(), name) == names_.end()) {
        fail("\\k<" + name + "> names a group that does not exist");
      }
    }
  }

  std::string_view text_;
  size_t at_ = 0;
  RegexTree tree_;
  std::vector<std::string> names_;
  std::vector<std::string> named_references_;
  uint32_t groups_ = 0;
  uint32_t highest_reference_ = 0;
  bool grouped_ = false;  // Whether the atom read last was a group.
};

}  // namespace

RegexTree parse_regex(std::string_view pattern) {
  return Reader(pattern).read();
}

}  // namespace servanda::internal
