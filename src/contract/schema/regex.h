// SPDX-License-Identifier: Apache-2.0
#pragma once
// Compiled "pattern" values: ECMA-262 expressions that match in linear time.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace servanda::internal {

// Memory that one expression may take, program and cache of states together.
inline constexpr int64_t kPatternBytesMax = 4 << 20;

// One compiled expression. Immutable; matches() may be called from any thread.
//
// An anchored row of character sets such as "^[A-Z]{3}-[0-9]+$" runs as a plain loop over the
// bytes; everything else runs on RE2. Lookaheads right behind a leading "^" become expressions of
// their own that must (or must not) match too; all other lookarounds, and back-references, need
// backtracking and are refused.
class Pattern {
 public:
  struct Problem {
    std::string_view rule;  // A literal, see docs/diagnostics.md.
    std::string message;
    std::string fix;
  };
  using Compiled = std::variant<std::unique_ptr<Pattern>, Problem>;

  [[nodiscard]] static Compiled compile(std::string_view source);
  ~Pattern();

  // Whether the expression is found anywhere in `text`, which is valid UTF-8.
  [[nodiscard]] bool matches(std::string_view text) const;
  [[nodiscard]] const std::string& source() const { return source_; }
  // Whether the plain loop is used, for tests and benchmarks.
  [[nodiscard]] bool is_plain_loop() const { return !steps_.empty(); }

 private:
  // One character set, min to max times.
  struct Step {
    uint64_t ascii[2] = {0, 0};
    bool others = false;  // All code points above ASCII (or none).
    uint32_t min = 1;
    uint32_t max = 1;
  };
  struct Engine;  // One RE2 expression.

  friend class PatternCompiler;
  Pattern();
  [[nodiscard]] bool run_steps(std::string_view text) const;

  std::string source_;
  std::vector<Step> steps_;
  bool to_end_ = false;  // The steps must consume the whole text.
  std::vector<Engine> engines_;
};

}  // namespace servanda::internal
