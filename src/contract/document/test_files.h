// SPDX-License-Identifier: Apache-2.0
#pragma once
// For tests: files that exist only in memory.

#include <map>
#include <string>
#include <string_view>

#include "contract/document/documents.h"

namespace servanda {

// A map from paths to content.
class MemoryFiles : public FileSource {
 public:
  MemoryFiles() = default;
  explicit MemoryFiles(std::map<std::string, std::string, std::less<>> files)
      : files_(std::move(files)) {}

  Result<std::string> read(std::string_view path) override {
    ++reads_;
    const auto found = files_.find(path);
    if (found == files_.end()) return fail(Code::kNotFound, "There is no such file.");
    return found->second;
  }
  void put(std::string path, std::string content) { files_[std::move(path)] = std::move(content); }
  [[nodiscard]] int reads() const { return reads_; }

 private:
  std::map<std::string, std::string, std::less<>> files_;
  int reads_ = 0;
};

// Everything found, one line each: "a.yaml:1:2 error rule: message".
inline std::string text_of(const Diagnostics& diagnostics, const Documents& documents) {
  std::string out;
  for (const Diagnostic& one : diagnostics.all()) {
    out += documents.place_text(one.place);
    out += one.severity == Severity::kError     ? " error "
           : one.severity == Severity::kWarning ? " warning "
                                                : " notice ";
    out += one.rule;
    out += ": " + one.message + "\n";
  }
  return out;
}

}  // namespace servanda
