// SPDX-License-Identifier: Apache-2.0
#pragma once
// Contract and configuration files on disk.

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "contract/document/documents.h"

namespace servanda {

// The files of one contract: everything below the folder of its entry file, and the overlays that
// the command line names. A path that leaves the folder, also through a symbolic link, is refused.
//
// Threads: one at a time.
class ContractFiles : public FileSource {
 public:
  static constexpr size_t kBytesMax = DocumentLimits().file_bytes_max;  // One file.

  // `entry` is the contract's path as the user wrote it.
  explicit ContractFiles(const std::string& entry);
  // Makes a file from anywhere readable under the name returned, which is how it is printed.
  std::string add(const std::string& path);

  // The entry file's name for load_contract().
  [[nodiscard]] const std::string& entry() const { return entry_; }
  Result<std::string> read(std::string_view path) override;
  // Every file that was asked for, on disk: what a watcher looks at.
  [[nodiscard]] std::vector<std::string> touched() const;

 private:
  std::string folder_;
  std::string entry_;
  std::map<std::string, std::string, std::less<>> added_;
  std::set<std::string> touched_;
};

// Any file the operator names: configuration and secrets.
class OperatorFiles : public FileSource {
 public:
  static constexpr size_t kBytesMax = 1u << 20;
  Result<std::string> read(std::string_view path) override;
};

}  // namespace servanda
