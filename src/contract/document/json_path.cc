// SPDX-License-Identifier: Apache-2.0
// Parsing: RFC 9535 appendix A.
#include "contract/document/json_path.h"

#include <charconv>

#include "base/text.h"
#include "contract/document/reader.h"

namespace servanda::internal {
namespace {

constexpr int kDepthMax = 50;                            // Nested filters and parentheses.
constexpr size_t kTextMax = 10'000;                      // Bytes of a query.
constexpr int64_t kIntegerMax = (int64_t{1} << 53) - 1;  // RFC 9535 section 2.1.

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_first(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

bool JsonPath::Query::is_singular() const {
  for (const Segment& segment : segments) {
    if (segment.descendant || segment.selectors.size() != 1) return false;
    const Select kind = segment.selectors[0].kind;
    if (kind != Select::kName && kind != Select::kIndex) return false;
  }
  return true;
}

// Reads one query; the first error ends it.
class JsonPathParser {
 public:
  explicit JsonPathParser(std::string_view text) : text_(text) {}

  Result<JsonPath> parse() {
    if (text_.size() > kTextMax) {
      (void)refuse("The query is longer than 10000 bytes");
    } else if (!take('$')) {
      (void)refuse("A query begins with '$'");
    } else if (read_segments(path_.query_)) {
      skip_blanks();
      if (at_ < text_.size()) (void)refuse("Unexpected text");
    }
    if (error_.empty()) return std::move(path_);
    return fail(Code::kInvalidArgument,
                said({error_, " at character ", std::to_string(error_at_ + 1), "."}));
  }

 private:
  using Query = JsonPath::Query;
  using Selector = JsonPath::Selector;
  using Select = JsonPath::Select;
  using Logic = JsonPath::Logic;
  using Operand = JsonPath::Operand;
  using Comparable = JsonPath::Comparable;
  using Expression = JsonPath::Expression;

  bool refuse(std::string_view what) {
    if (error_.empty()) {
      error_ = what;
      error_at_ = at_;
    }
    return false;
  }
  [[nodiscard]] char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }

  bool read_segments(Query& query) {
    while (true) {
      const size_t before = at_;
      skip_blanks();
      JsonPath::Segment segment;
      if (take("..")) {
        segment.descendant = true;
        if (!(peek() == '[' ? read_bracket(segment) : read_dot_name(segment))) return false;
      } else if (take('.')) {
        if (!read_dot_name(segment)) return false;
      } else if (peek() == '[') {
        if (!read_bracket(segment)) return false;
      } else {
        at_ = before;
        return true;
      }
      query.segments.push_back(std::move(segment));
    }
  }

  bool read_dot_name(JsonPath::Segment& segment) {
    Selector selector;
    if (!take('*')) {
      if (!is_name_first(peek())) return refuse("Expected a name or '*' after '.'");
      selector.kind = Select::kName;
      while (is_name_first(peek()) || is_digit(peek()) || peek() == '-') {
        selector.name += text_[at_++];
      }
    }
    segment.selectors.push_back(std::move(selector));
    return true;
  }

  bool read_bracket(JsonPath::Segment& segment) {
    ++at_;
    do {
      skip_blanks();
      Selector selector;
      if (!read_selector(selector)) return false;
      segment.selectors.push_back(std::move(selector));
      skip_blanks();
    } while (take(','));
    return take(']') || refuse("Expected ',' or ']'");
  }

  bool read_selector(Selector& selector) {
    const char c = peek();
    if (c == '*') {
      ++at_;
      return true;
    }
    if (c == '\'' || c == '"') {
      selector.kind = Select::kName;
      return read_string(selector.name);
    }
    if (c == '?') {
      ++at_;
      selector.kind = Select::kFilter;
      return read_logic(selector.filter);
    }
    return read_index_or_slice(selector);
  }

  bool read_index_or_slice(Selector& selector) {
    selector.kind = Select::kIndex;
    if (peek() != ':' && !read_integer(selector.first)) return false;
    skip_blanks();
    if (!take(':')) return true;
    selector.kind = Select::kSlice;
    skip_blanks();
    if ((is_digit(peek()) || peek() == '-') && !read_integer(selector.last)) return false;
    skip_blanks();
    if (!take(':')) return true;
    skip_blanks();
    std::optional<int64_t> step;
    if ((is_digit(peek()) || peek() == '-') && !read_integer(step)) return false;
    selector.step = step.value_or(1);
    return true;
  }

  bool read_integer(std::optional<int64_t>& value) {
    const size_t start = at_;
    if (peek() == '-') ++at_;
    while (is_digit(peek())) ++at_;
    const std::string_view digits = text_.substr(start, at_ - start);
    value = digits == "-0" ? std::nullopt : parse_integer(digits);
    if (value && *value <= kIntegerMax && *value >= -kIntegerMax) return true;
    at_ = start;
    return refuse("Expected a name in quotes, an index, '*' or '?'");
  }

  bool read_string(std::string& value) {
    const char quote = text_[at_++];
    while (peek() != quote) {
      const char c = peek();
      if (static_cast<unsigned char>(c) < 0x20) return refuse("The quoted name is not closed");
      ++at_;
      if (c != '\\') {
        value += c;
      } else if (!read_escape(quote, value)) {
        return false;
      }
    }
    ++at_;
    return true;
  }

  bool read_escape(char quote, std::string& value) {
    constexpr std::string_view kLetters = "bfnrt/\\";
    constexpr std::string_view kMeanings = "\b\f\n\r\t/\\";
    const char c = peek();
    ++at_;
    if (c == quote) {
      value += c;
      return true;
    }
    if (const size_t found = kLetters.find(c); found != std::string_view::npos && c != '\0') {
      value += kMeanings[found];
      return true;
    }
    uint32_t unit = 0;
    if (c != 'u' || !read_unit(unit)) return refuse("Unknown escape in a quoted name");
    if (unit >= 0xD800 && unit <= 0xDBFF && take("\\u")) {
      uint32_t low = 0;
      if (!read_unit(low) || low < 0xDC00 || low > 0xDFFF) return refuse("A surrogate is alone");
      unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    }
    if (unit >= 0xD800 && unit <= 0xDFFF) return refuse("A surrogate is alone");
    append_utf8(value, unit);
    return true;
  }

  bool read_unit(uint32_t& unit) {
    if (at_ + 4 > text_.size()) return false;
    const char* const start = text_.data() + at_;
    const auto [end, problem] = std::from_chars(start, start + 4, unit, 16);
    at_ += 4;
    return problem == std::errc() && end == start + 4;
  }

  // a || b || c
  bool read_logic(uint32_t& index) {
    if (++depth_ > kDepthMax) return refuse("The query is nested too deeply");
    const bool ok = read_list(Logic::kOr, index);
    --depth_;
    return ok;
  }

  // A chain of one operator; a single operand stands for itself.
  bool read_list(Logic kind, uint32_t& index) {
    Expression list;
    list.kind = kind;
    do {
      uint32_t operand = 0;
      skip_blanks();
      const bool ok = kind == Logic::kOr ? read_list(Logic::kAnd, operand) : read_basic(operand);
      if (!ok) return false;
      list.operands.push_back(operand);
      skip_blanks();
    } while (take(kind == Logic::kOr ? "||" : "&&"));
    if (list.operands.size() == 1) {
      index = list.operands[0];
      return true;
    }
    return add(std::move(list), index);
  }

  bool add(Expression expression, uint32_t& index) {
    index = static_cast<uint32_t>(path_.expressions_.size());
    path_.expressions_.push_back(std::move(expression));
    return true;
  }

  bool read_basic(uint32_t& index) {
    if (peek() == '!' && peek(1) != '=') {
      ++at_;
      skip_blanks();
      uint32_t inner = 0;
      if (++depth_ > kDepthMax) return refuse("The query is nested too deeply");
      const bool ok = read_basic(inner);
      --depth_;
      return ok && add(Expression{.kind = Logic::kNot, .operands = {inner}}, index);
    }
    if (take('(')) {
      if (!read_logic(index)) return false;
      skip_blanks();
      return take(')') || refuse("Expected ')'");
    }
    return read_test(index);
  }

  // A comparison, or a query that tests for existence.
  bool read_test(uint32_t& index) {
    const size_t start = at_;
    Comparable left;
    if (!read_comparable(left)) return false;
    skip_blanks();
    Expression test;
    if (!read_operator(test.kind)) {
      if (left.kind != Operand::kQuery) {
        at_ = start;
        return refuse("Only a query can stand alone in a filter");
      }
      test.query = left.query;
      return add(std::move(test), index);
    }
    Comparable right;
    const size_t right_start = at_;
    skip_blanks();
    if (!read_comparable(right)) return false;
    if (!is_single(left) || !is_single(right)) {
      at_ = is_single(left) ? right_start : start;
      return refuse("A comparison needs queries that select at most one node");
    }
    test.operands = {add_comparable(std::move(left)), add_comparable(std::move(right))};
    return add(std::move(test), index);
  }

  [[nodiscard]] bool is_single(const Comparable& operand) const {
    return operand.kind != Operand::kQuery || path_.queries_[operand.query].is_singular();
  }

  uint32_t add_comparable(Comparable operand) {
    path_.comparables_.push_back(std::move(operand));
    return static_cast<uint32_t>(path_.comparables_.size() - 1);
  }

  bool read_operator(Logic& kind) {
    if (take("==")) return kind = Logic::kEqual, true;
    if (take("!=")) return kind = Logic::kUnequal, true;
    if (take("<=")) return kind = Logic::kAtMost, true;
    if (take(">=")) return kind = Logic::kAtLeast, true;
    if (take('<')) return kind = Logic::kLess, true;
    if (take('>')) return kind = Logic::kMore, true;
    return false;
  }

  bool read_comparable(Comparable& operand) {
    const char c = peek();
    if (c == '@' || c == '$') {
      operand.kind = Operand::kQuery;
      return read_query(operand.query);
    }
    if (c == '\'' || c == '"') {
      operand.literal = JsonKind::kString;
      return read_string(operand.text);
    }
    if (is_digit(c) || c == '-') return read_number(operand);
    return read_word(operand);
  }

  bool read_query(uint32_t& index) {
    if (++depth_ > kDepthMax) return refuse("The query is nested too deeply");
    Query query;
    query.relative = text_[at_++] == '@';
    const bool ok = read_segments(query);
    --depth_;
    index = static_cast<uint32_t>(path_.queries_.size());
    path_.queries_.push_back(std::move(query));
    return ok;
  }

  bool read_number(Comparable& operand) {
    const size_t start = at_;
    while (is_digit(peek()) || peek() == '-' || peek() == '+' || peek() == '.' || peek() == 'e' ||
           peek() == 'E') {
      ++at_;
    }
    operand.literal = JsonKind::kNumber;
    operand.text = text_.substr(start, at_ - start);
    if (is_json_number(operand.text)) return true;
    at_ = start;
    return refuse("Not a number");
  }

  bool read_word(Comparable& operand) {
    const size_t start = at_;
    while (is_name_first(peek()) || is_digit(peek())) ++at_;
    const std::string_view word = text_.substr(start, at_ - start);
    if (word == "true" || word == "false") {
      operand.literal = JsonKind::kBoolean;
      operand.boolean = word == "true";
      return true;
    }
    if (word == "null") return true;
    if (peek() == '(' && (word == "length" || word == "count" || word == "value")) {
      ++at_;
      return read_function(word, operand);
    }
    at_ = start;
    if (word == "match" || word == "search") {
      return refuse("match() and search() are not supported");
    }
    return refuse("Expected a query, a value or a function");
  }

  bool read_function(std::string_view name, Comparable& operand) {
    skip_blanks();
    if (++depth_ > kDepthMax) return refuse("The query is nested too deeply");
    Comparable argument;
    const size_t start = at_;
    if (!read_comparable(argument)) return false;
    --depth_;
    skip_blanks();
    if (!take(')')) return refuse("Expected ')'");
    if (name == "length") {
      operand.kind = Operand::kLength;
      if (!is_single(argument)) {
        at_ = start;
        return refuse("length() needs a query that selects at most one node");
      }
      operand.inner = add_comparable(std::move(argument));
      return true;
    }
    operand.kind = name == "count" ? Operand::kCount : Operand::kValue;
    operand.query = argument.query;
    if (argument.kind == Operand::kQuery) return true;
    at_ = start;
    return refuse("The function needs a query");
  }

  std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  JsonPath path_;
  std::string error_;
  size_t error_at_ = 0;
};

Result<JsonPath> JsonPath::parse(std::string_view text) {
  return JsonPathParser(text).parse();
}

}  // namespace servanda::internal
