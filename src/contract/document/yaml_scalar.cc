// SPDX-License-Identifier: Apache-2.0
// Scalars: plain, single-quoted, double-quoted, literal and folded.

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "contract/document/yaml_parser.h"

namespace servanda::internal {
namespace {

constexpr std::string_view kFlowIndicators = ",[]{}";
bool is_flow_indicator(char c) {
  return kFlowIndicators.find(c) != std::string_view::npos;
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

}  // namespace

bool YamlParser::read_quoted(Scalar& scalar, int parent_indent) {
  scalar.place = place();
  scalar.line = places_.line();
  scalar.plain = false;
  return peek() == '"' ? read_double_quoted(scalar, parent_indent)
                       : read_single_quoted(scalar, parent_indent);
}

bool YamlParser::read_single_quoted(Scalar& scalar, int parent_indent) {
  const char* const start = ++at_;
  while (!line_ends_ahead(0) && *at_ != '\'') ++at_;
  if (peek() == '\'' && peek(1) != '\'') {
    scalar.text = {start, static_cast<size_t>(at_ - start)};
    ++at_;
    return true;
  }
  scratch_.assign(start, at_);
  while (true) {
    if (peek() == '\'') {
      ++at_;
      if (peek() != '\'') break;
      scratch_ += *at_++;
    } else if (line_ends_ahead(0)) {
      if (!fold_break(scalar, parent_indent, 0, false)) return false;
    } else {
      scratch_ += *at_++;
    }
  }
  scalar.text = input_->arena->copy(scratch_);
  return true;
}

bool YamlParser::read_double_quoted(Scalar& scalar, int parent_indent) {
  const char* const start = ++at_;
  while (!line_ends_ahead(0) && *at_ != '"' && *at_ != '\\') ++at_;
  if (peek() == '"') {
    scalar.text = {start, static_cast<size_t>(at_ - start)};
    ++at_;
    return true;
  }
  scratch_.assign(start, at_);
  size_t untrimmed = 0;  // Blanks up to here came from escapes and stay.
  while (peek() != '"' || at_end()) {
    if (line_ends_ahead(0)) {
      if (!fold_break(scalar, parent_indent, untrimmed, false)) return false;
    } else if (peek() == '\\' && line_ends_ahead(1)) {
      ++at_;
      if (!fold_break(scalar, parent_indent, untrimmed, true)) return false;
      untrimmed = scratch_.size();
    } else if (peek() == '\\') {
      if (!read_escape(untrimmed)) return false;
    } else {
      scratch_ += *at_++;
    }
  }
  ++at_;
  scalar.text = input_->arena->copy(scratch_);
  return true;
}

// A line break inside quotes: one becomes a space (nothing when escaped), more become line feeds.
bool YamlParser::fold_break(const Scalar& scalar, int parent_indent, size_t untrimmed,
                            bool escaped) {
  if (!escaped) {
    while (scratch_.size() > untrimmed && is_blank(scratch_.back())) scratch_.pop_back();
  }
  size_t breaks = 0;
  while (!at_end() && line_ends_ahead(0)) {
    skip_line_break();
    ++breaks;
    const char* const line = at_;
    while (peek() == ' ') ++at_;
    const int indent = static_cast<int>(at_ - line);
    while (is_blank(peek())) ++at_;
    if (line_ends_ahead(0)) continue;
    const bool marker = indent == 0 && at_ == line && at_document_marker();
    if (indent <= parent_indent || marker) {
      at_ = line + std::min(indent, std::max(parent_indent, 0));
      break;
    }
    if (breaks == 1) {
      if (!escaped) scratch_ += ' ';
    } else {
      scratch_.append(breaks - 1, '\n');
    }
    return true;
  }
  return error("yaml-syntax", scalar.place, "This quote is never closed.",
               "Close it, and indent continued lines deeper than their key.");
}

bool YamlParser::read_escape(size_t& untrimmed) {
  constexpr std::string_view kLetters = "0abt\tnvfre \"/\\N_LP";
  using std::string_view_literals::operator""sv;
  constexpr std::u32string_view kMeanings =
      U"\0\a\b\t\t\n\v\f\r\x1B \"/\\\u0085\u00A0\u2028\u2029"sv;
  static_assert(kLetters.size() == kMeanings.size());
  const char letter = peek(1);
  if (letter == 'x' || letter == 'u' || letter == 'U') {
    if (!read_unicode_escape(letter == 'x' ? 2 : letter == 'u' ? 4 : 8)) return false;
  } else {
    const size_t found = kLetters.find(letter);
    if (letter == '\0' || found == std::string_view::npos) {
      return syntax_error("A backslash is followed by no escape that YAML knows.",
                          "Double the backslash, or use single quotes.");
    }
    append_utf8(scratch_, kMeanings[found]);
    at_ += 2;
  }
  untrimmed = scratch_.size();
  return true;
}

bool YamlParser::read_unicode_escape(size_t digits) {
  const auto unit_at = [this, digits](const char* at, uint32_t& unit) {
    if (static_cast<size_t>(end_ - at) < 2 + digits) return false;
    const auto [stop, problem] = std::from_chars(at + 2, at + 2 + digits, unit, 16);
    return problem == std::errc() && stop == at + 2 + digits;
  };
  uint32_t unit = 0;
  if (!unit_at(at_, unit) || unit > 0x10FFFF) {
    return syntax_error("An escape names no Unicode character.",
                        "Write as many hexadecimal digits as the escape needs.");
  }
  size_t used = 2 + digits;
  if (unit >= 0xD800 && unit <= 0xDFFF) {
    uint32_t low = 0;
    const bool pair = unit < 0xDC00 && digits == 4 && peek(6) == '\\' && peek(7) == 'u' &&
                      unit_at(at_ + 6, low) && low >= 0xDC00 && low <= 0xDFFF;
    if (!pair) {
      return syntax_error("A surrogate stands alone.", "Write both halves of the pair.");
    }
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    used = 12;
  }
  append_utf8(scratch_, unit);
  at_ += used;
  return true;
}

bool YamlParser::check_plain_start(Ground ground) {
  const char c = peek();
  const bool flow_blank = ground == Ground::kFlow && peek(1) != '\0' && is_flow_indicator(peek(1));
  const bool needs_more = c == '-' || c == '?' || c == ':';
  const bool reserved = std::string_view(",[]{}#&*!|>'\"%@`").find(c) != std::string_view::npos;
  if (!at_end() && !reserved && !(needs_more && (blank_ahead(1) || flow_blank))) return true;
  return syntax_error(said({"A value cannot begin with ", shown_character(rest()), "."}),
                      "Put the value in quotes.");
}

// The part of a plain scalar on this line, without blanks at its end. at_ stands behind it.
std::string_view YamlParser::read_plain_line(Ground ground) {
  const char* const start = at_;
  const char* last = at_;  // Behind the last character that is not blank.
  while (!line_ends_ahead(0)) {
    const char c = *at_;
    if (c == ':') {
      const bool ends = blank_ahead(1) || (ground == Ground::kFlow && is_flow_indicator(peek(1)));
      if (ends) break;
    } else if (c == '#' && at_ > start && is_blank(at_[-1])) {
      break;
    } else if (ground == Ground::kFlow && is_flow_indicator(c)) {
      break;
    }
    ++at_;
    if (!is_blank(c)) last = at_;
  }
  at_ = last;
  return {start, static_cast<size_t>(last - start)};
}

bool YamlParser::read_plain_first(Scalar& scalar, Ground ground) {
  if (!check_plain_start(ground)) return false;
  scalar.place = place();
  scalar.line = places_.line();
  scalar.plain = true;
  scalar.text = read_plain_line(ground);
  return true;
}

// Further lines of a plain scalar: those indented deeper than the parent, in flow all that fit.
bool YamlParser::read_plain_more(Scalar& scalar, int parent_indent, Ground ground) {
  bool copied = false;
  while (true) {
    skip_blanks();
    if (at_end() || !line_ends_ahead(0)) break;
    size_t breaks = 0;
    int indent = 0;
    while (!at_end() && line_ends_ahead(0)) {
      skip_line_break();
      ++breaks;
      const char* const line = at_;
      while (peek() == ' ') ++at_;
      indent = static_cast<int>(at_ - line);
      while (is_blank(peek())) ++at_;
      if (!line_ends_ahead(0) && (ground == Ground::kBlock && indent <= parent_indent)) {
        at_ = line + indent;
        break;
      }
    }
    if (at_end() || at_document_marker() || peek() == '#') break;
    if (ground == Ground::kBlock && indent <= parent_indent) break;
    if (ground == Ground::kFlow && (is_flow_indicator(peek()) || at_flow_colon(false))) break;
    if (!copied) scratch_.assign(scalar.text);
    copied = true;
    if (breaks == 1) {
      scratch_ += ' ';
    } else {
      scratch_.append(breaks - 1, '\n');
    }
    const std::string_view more = read_plain_line(ground);
    if (more.empty()) {
      return syntax_error(said({"Unexpected ", shown_character(rest()), " in the value begun at ",
                                line_and_column(scalar.place), "."}),
                          "Put the value in quotes.");
    }
    scratch_ += more;
  }
  if (copied) scalar.text = input_->arena->copy(scratch_);
  return true;
}

Node* YamlParser::read_literal(int parent_indent, const Properties& properties) {
  Scalar scalar;
  scalar.place = place();
  scalar.line = places_.line();
  LiteralHeader header;
  if (!read_literal_header(header)) return nullptr;
  int indent = std::max(parent_indent, 0) + header.indent;
  if (header.indent == 0 && !detect_literal_indent(parent_indent, indent)) return nullptr;
  read_literal_lines(header, indent);
  scalar.text = input_->arena->copy(scratch_);
  return make_scalar(scalar, properties);
}

bool YamlParser::read_literal_header(LiteralHeader& header) {
  header.folded = *at_++ == '>';
  for (int i = 0; i < 2; ++i) {
    const char c = peek();
    if ((c == '+' || c == '-') && header.chomping == ' ') {
      header.chomping = c;
    } else if (c >= '1' && c <= '9' && header.indent == 0) {
      header.indent = c - '0';
    } else {
      break;
    }
    ++at_;
  }
  if (!blank_ahead(0)) {
    return syntax_error(said({"Unexpected ", shown_character(rest()), " behind '|' or '>'."}),
                        "Begin the text on the next line, or put the value in quotes.");
  }
  skip_blanks();
  if (at_comment()) skip_to_line_end();
  if (!line_ends_ahead(0)) {
    return syntax_error("Text stands on the line of '|' or '>'.",
                        "Begin the text on the next line, or put the value in quotes.");
  }
  skip_line_break();
  return true;
}

// Looks ahead for the first line that is not empty: its indentation is the block's.
bool YamlParser::detect_literal_indent(int parent_indent, int& indent) {
  int deepest_empty = 0;
  const char* line = at_;
  while (true) {
    const char* c = line;
    while (c < end_ && *c == ' ') ++c;
    const int spaces = static_cast<int>(c - line);
    if (c == end_ || *c == '\n' || *c == '\r') {
      deepest_empty = std::max(deepest_empty, spaces);
      while (c < end_ && *c != '\n') ++c;
      if (c < end_) {
        line = c + 1;
        continue;
      }
      indent = std::max(deepest_empty, parent_indent + 1);
      return true;
    }
    indent = spaces > parent_indent ? spaces : parent_indent + 1;
    if (spaces <= parent_indent || deepest_empty <= spaces) return true;
    return syntax_error("An empty line before the text is indented deeper than the text.",
                        "Remove the spaces of the empty line.");
  }
}

void YamlParser::read_literal_lines(const LiteralHeader& header, int indent) {
  scratch_.clear();
  size_t breaks = 0;
  bool any = false;
  bool previous_deeper = false;
  while (!at_end()) {
    const char* const line = at_;
    while (at_ - line < indent && peek() == ' ') ++at_;
    if (!line_ends_ahead(0)) {
      if (at_ - line < indent || at_document_marker()) {
        at_ = line;
        break;
      }
      const bool deeper = is_blank(*at_);
      if (header.folded && any && !deeper && !previous_deeper) {
        if (breaks == 1) {
          scratch_ += ' ';
        } else {
          scratch_.append(breaks - 1, '\n');
        }
      } else {
        scratch_.append(breaks, '\n');
      }
      const char* const text = at_;
      skip_to_line_end();
      scratch_.append(text, at_);
      previous_deeper = deeper;
      any = true;
      breaks = 0;
    }
    if (at_end()) break;
    skip_line_break();
    ++breaks;
  }
  if (header.chomping == '+') scratch_.append(breaks, '\n');
  if (header.chomping == ' ' && any && breaks > 0) scratch_ += '\n';
}

}  // namespace servanda::internal
