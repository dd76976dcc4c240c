// SPDX-License-Identifier: Apache-2.0
#include "contract/schema/regex.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "contract/schema/regex_ast.h"

namespace servanda::internal {

struct Pattern::Engine {
  std::unique_ptr<re2::RE2> expression;
  bool wanted = true;  // False: the text must not match.
};

Pattern::Pattern() = default;
Pattern::~Pattern() = default;

namespace {

constexpr uint32_t kRe2RepeatMax = 1000;    // RE2 refuses larger counts.
constexpr size_t kRe2TextMax = 256 * 1024;  // What counted repeats may unfold to.

void append_code_point(std::string& out, char32_t c) {
  char text[16];
  std::snprintf(text, sizeof text, "\\x{%X}", static_cast<unsigned>(c));
  out += text;
}

// Writes a tree in RE2's syntax. Sets are spelled out code point by code point, so that nothing
// depends on RE2's own meaning of \d, \s or the dot.
class Writer {
 public:
  explicit Writer(const RegexTree& tree) : tree_(&tree) {}

  void write(uint32_t at) {
    if (out_.size() > kRe2TextMax) return;
    const RegexNode& node = tree_->nodes[at];
    switch (node.kind) {
      case RegexKind::kEmpty:
        out_ += "(?:)";
        break;
      case RegexKind::kSet:
        write_set(tree_->sets[node.value]);
        break;
      case RegexKind::kConcat:
        for (uint32_t child : node.children) write_closed(child);
        break;
      case RegexKind::kAlternate:
        for (size_t i = 0; i < node.children.size(); ++i) {
          if (i > 0) out_ += '|';
          write_closed(node.children[i]);
        }
        break;
      case RegexKind::kRepeat:
        write_repeat(node);
        break;
      case RegexKind::kBegin:
        out_ += "\\A";
        break;
      case RegexKind::kEnd:
        out_ += "\\z";
        break;
      case RegexKind::kWordBoundary:
        out_ += "\\b";
        break;
      case RegexKind::kNotWordBoundary:
        out_ += "\\B";
        break;
      case RegexKind::kLookahead:
      case RegexKind::kNegativeLookahead:
      case RegexKind::kLookbehind:
      case RegexKind::kBackReference:
        unsupported_ = at;
        break;
    }
  }
  [[nodiscard]] std::string take() { return std::move(out_); }
  // The first node that needs backtracking.
  [[nodiscard]] std::optional<uint32_t> unsupported() const { return unsupported_; }
  [[nodiscard]] bool too_long() const { return out_.size() > kRe2TextMax; }

 private:
  void write_closed(uint32_t at) {
    const RegexKind kind = tree_->nodes[at].kind;
    const bool open = kind == RegexKind::kAlternate || kind == RegexKind::kConcat;
    if (open) out_ += "(?:";
    write(at);
    if (open) out_ += ')';
  }

  void write_set(const CharSet& set) {
    if (set.ranges.empty() && set.properties.empty()) {
      out_ += set.negated ? "[\\x{0}-\\x{10FFFF}]" : "[^\\x{0}-\\x{10FFFF}]";
      return;
    }
    out_ += set.negated ? "[^" : "[";
    for (auto [first, last] : set.ranges) {
      append_code_point(out_, first);
      if (last == first) continue;
      out_ += '-';
      append_code_point(out_, last);
    }
    for (const CharSet::Property& property : set.properties) {
      out_ += property.negated ? "\\P{" : "\\p{";
      out_ += property.name;
      out_ += '}';
    }
    out_ += ']';
  }

  // Counts above RE2's own limit unfold into a row of smaller ones.
  void write_repeat(const RegexNode& node) {
    uint32_t least = node.min;
    while (least > kRe2RepeatMax && !too_long()) {
      write_counted(node.children[0], kRe2RepeatMax, kRe2RepeatMax);
      least -= kRe2RepeatMax;
    }
    if (node.max == kRepeatUnbounded) {
      write_counted(node.children[0], least, kRepeatUnbounded);
      return;
    }
    uint32_t optional = node.max - node.min;
    const uint32_t first = std::min(optional, kRe2RepeatMax - least);
    write_counted(node.children[0], least, least + first);
    optional -= first;
    while (optional > 0 && !too_long()) {
      const uint32_t part = std::min(optional, kRe2RepeatMax);
      write_counted(node.children[0], 0, part);
      optional -= part;
    }
  }

  void write_counted(uint32_t child, uint32_t min, uint32_t max) {
    out_ += "(?:";
    write(child);
    out_ += ')';
    if (max == kRepeatUnbounded && min <= 1) {
      out_ += min == 0 ? '*' : '+';
      return;
    }
    out_ += '{' + std::to_string(min) + ',';
    if (max != kRepeatUnbounded) out_ += std::to_string(max);
    out_ += '}';
  }

  const RegexTree* tree_;
  std::string out_;
  std::optional<uint32_t> unsupported_;
};

std::string place_in(std::string_view pattern, uint32_t at) {
  std::string near(pattern.substr(std::min<size_t>(at, pattern.size()), 16));
  return near.empty() ? "at its end" : "at offset " + std::to_string(at) + " (\"" + near + "\")";
}

}  // namespace

// Chooses how a tree is run.
class PatternCompiler {
 public:
  using Problem = Pattern::Problem;

  explicit PatternCompiler(std::string_view source) : source_(source), tree_(parse_regex(source)) {}

  Pattern::Compiled compile() {
    if (!tree_.error.empty()) {
      return Problem{"pattern-invalid",
                     "The pattern is not a regular expression: " + tree_.error + ", " +
                         place_in(source_, tree_.error_at) + ".",
                     "Correct the expression (ECMA-262 syntax, u flag)."};
    }
    made_.reset(new Pattern);
    made_->source_ = source_;
    if (!plain_loop()) {
      if (std::optional<Problem> problem = engines()) return *std::move(problem);
    }
    return std::move(made_);
  }

 private:
  enum class Anchor : uint8_t { kNone, kStart };
  enum class Wanted : uint8_t { kMatch, kNoMatch };

  // The items of the top-level row.
  std::vector<uint32_t> row() const {
    const RegexNode& root = tree_.nodes[tree_.root];
    return root.kind == RegexKind::kConcat ? root.children : std::vector<uint32_t>{tree_.root};
  }

  // Fills the steps if the expression is "^", character sets with or without counts, and perhaps
  // "$", such that taking as many as possible at each step is always right.
  bool plain_loop() {
    std::vector<uint32_t> items = row();
    if (items.empty() || tree_.nodes[items.front()].kind != RegexKind::kBegin) return false;
    items.erase(items.begin());
    made_->to_end_ = !items.empty() && tree_.nodes[items.back()].kind == RegexKind::kEnd;
    if (made_->to_end_) items.pop_back();
    std::vector<Pattern::Step> steps;
    for (uint32_t item : items) {
      std::optional<Pattern::Step> step = step_of(item);
      if (!step) return false;
      steps.push_back(*step);
    }
    if (!is_deterministic(steps)) return false;
    made_->steps_ = std::move(steps);
    return !made_->steps_.empty();
  }

  std::optional<Pattern::Step> step_of(uint32_t at) const {
    const RegexNode* node = &tree_.nodes[at];
    Pattern::Step step;
    if (node->kind == RegexKind::kRepeat) {
      step.min = node->min;
      step.max = node->max;
      node = &tree_.nodes[node->children[0]];
    }
    if (node->kind != RegexKind::kSet) return std::nullopt;
    const CharSet& set = tree_.sets[node->value];
    if (!set.properties.empty()) return std::nullopt;
    char32_t covered_to = 0x80;  // Above ASCII: all or nothing.
    for (auto [first, last] : set.ranges) {
      for (char32_t c = first; c <= last && c < 0x80; ++c) step.ascii[c >> 6] |= 1ull << (c & 63);
      if (last < 0x80) continue;
      if (first > covered_to) return std::nullopt;
      covered_to = last + 1;
    }
    if (covered_to != 0x80 && covered_to != 0x110000) return std::nullopt;
    step.others = covered_to != 0x80;
    return step;
  }

  bool is_deterministic(const std::vector<Pattern::Step>& steps) const {
    for (size_t i = 0; i < steps.size(); ++i) {
      if (steps[i].min == steps[i].max) continue;
      for (size_t j = i + 1; j < steps.size(); ++j) {
        const bool overlap = (steps[i].ascii[0] & steps[j].ascii[0]) != 0 ||
                             (steps[i].ascii[1] & steps[j].ascii[1]) != 0 ||
                             (steps[i].others && steps[j].others);
        if (overlap) return false;
        if (steps[j].min > 0) break;
      }
    }
    return true;
  }

  std::optional<Problem> engines() {
    std::vector<uint32_t> items = row();
    size_t next = 0;
    std::vector<uint32_t> conditions;
    if (tree_.nodes[items[0]].kind == RegexKind::kBegin) {
      for (next = 1; next < items.size(); ++next) {
        const RegexKind kind = tree_.nodes[items[next]].kind;
        if (kind != RegexKind::kLookahead && kind != RegexKind::kNegativeLookahead) break;
        conditions.push_back(items[next]);
      }
    }
    for (uint32_t condition : conditions) {
      const Wanted wanted =
          tree_.nodes[condition].kind == RegexKind::kLookahead ? Wanted::kMatch : Wanted::kNoMatch;
      std::optional<Problem> problem =
          add_engine({tree_.nodes[condition].children[0]}, Anchor::kStart, wanted);
      if (problem) return problem;
    }
    if (conditions.empty()) return add_engine({tree_.root}, Anchor::kNone, Wanted::kMatch);
    return add_engine({items.begin() + static_cast<ptrdiff_t>(next), items.end()}, Anchor::kStart,
                      Wanted::kMatch);
  }

  std::optional<Problem> add_engine(const std::vector<uint32_t>& items, Anchor anchor,
                                    Wanted wanted) {
    Writer writer(tree_);
    for (uint32_t item : items) writer.write(item);
    if (writer.unsupported()) return not_linear(tree_.nodes[*writer.unsupported()]);
    if (writer.too_long()) return too_large();
    std::string text = writer.take();
    if (anchor == Anchor::kStart) text = "\\A(?:" + text + ")";
    // Most expressions fit little memory; only those that do not may have more.
    for (int64_t memory = kPatternBytesMax / 16; memory <= kPatternBytesMax; memory *= 4) {
      re2::RE2::Options options;
      options.set_log_errors(false);
      options.set_max_mem(memory);
      options.set_never_capture(true);
      auto expression = std::make_unique<re2::RE2>(text, options);
      if (!expression->ok()) continue;
      made_->engines_.push_back({std::move(expression), wanted == Wanted::kMatch});
      return std::nullopt;
    }
    return too_large();
  }

  [[nodiscard]] Problem not_linear(const RegexNode& node) const {
    const std::string_view what = node.kind == RegexKind::kBackReference ? "A back-reference"
                                  : node.kind == RegexKind::kLookbehind  ? "A lookbehind"
                                                                         : "A lookahead";
    return Problem{"pattern-not-linear",
                   std::string(what) + " cannot be matched in linear time, " +
                       place_in(source_, node.value) + ".",
                   node.kind == RegexKind::kBackReference
                       ? "Write the alternatives out, or check this in a handler."
                       : "Move lookaheads directly behind a leading \"^\", or split the condition "
                         "into several patterns under \"allOf\" and \"not\"."};
  }

  [[nodiscard]] Problem too_large() const {
    return Problem{"pattern-too-large",
                   "The pattern needs more memory than the limit of 4 MiB allows.",
                   "Use smaller counts in {n,m}, or \"maxLength\" instead of them."};
  }

  std::string_view source_;
  RegexTree tree_;
  std::unique_ptr<Pattern> made_;
};

Pattern::Compiled Pattern::compile(std::string_view source) {
  return PatternCompiler(source).compile();
}

bool Pattern::matches(std::string_view text) const {
  if (!steps_.empty()) return run_steps(text);
  for (const Engine& engine : engines_) {
    const bool found =
        engine.expression->Match(text, 0, text.size(), re2::RE2::UNANCHORED, nullptr, 0);
    if (found != engine.wanted) return false;
  }
  return true;
}

bool Pattern::run_steps(std::string_view text) const {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (const Step& step : steps_) {
    uint32_t count = 0;
    while (count < step.max && at < end) {
      const auto byte = static_cast<uint8_t>(*at);
      if (byte < 0x80) {
        if ((step.ascii[byte >> 6] >> (byte & 63) & 1) == 0) break;
        ++at;
      } else {
        if (!step.others) break;
        do {
          ++at;
        } while (at < end && (static_cast<uint8_t>(*at) & 0xC0) == 0x80);
      }
      ++count;
    }
    if (count < step.min) return false;
  }
  return !to_end_ || at == end;
}

}  // namespace servanda::internal
