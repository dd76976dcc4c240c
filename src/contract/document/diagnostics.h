// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the compiler has to say about a contract: every finding at once, each with place and fix.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "contract/document/node.h"

namespace servanda {

// How much a finding matters.
enum class Severity : uint8_t {
  kError,    // The contract cannot be served.
  kWarning,  // It can, but not as its author may think.
  kNotice,   // Something was accepted or read in one of several ways.
};

// `rule` is a stable id in kebab-case ("ref-unresolved"), documented in docs/diagnostics.md.
struct Diagnostic {
  std::string_view rule;  // A string literal.
  Severity severity = Severity::kError;
  Place place;
  std::string message;  // One sentence: what is wrong.
  std::string fix;      // One sentence: the smallest change that helps. May be empty for notices.
};

// Collects findings. Keeps at most `kMax` and counts the rest, so that no document can exhaust
// memory with its mistakes. An error takes the place of a warning or notice when it is full.
class Diagnostics {
 public:
  static constexpr size_t kMax = 1000;
  void add(std::string_view rule, Severity severity, Place place, std::string message,
           std::string fix);
  void error(std::string_view rule, Place place, std::string message, std::string fix) {
    add(rule, Severity::kError, place, std::move(message), std::move(fix));
  }
  void warning(std::string_view rule, Place place, std::string message, std::string fix) {
    add(rule, Severity::kWarning, place, std::move(message), std::move(fix));
  }
  void notice(std::string_view rule, Place place, std::string message, std::string fix = {}) {
    add(rule, Severity::kNotice, place, std::move(message), std::move(fix));
  }
  [[nodiscard]] bool has_errors() const { return errors_ > 0; }
  [[nodiscard]] size_t errors() const { return errors_; }
  [[nodiscard]] size_t left_out() const { return left_out_; }
  // In order of file, line and column once sorted, each finding once.
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return all_; }
  void sort();

 private:
  void drop_repeated();
  std::vector<Diagnostic> all_;
  size_t errors_ = 0;
  size_t left_out_ = 0;
  size_t evict_from_ = kMax;  // When full: everything from here on is an error.
};

}  // namespace servanda
