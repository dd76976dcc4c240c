// SPDX-License-Identifier: Apache-2.0
#include "app/contract_files.h"

#include <filesystem>
#include <system_error>

#include "io/file.h"

namespace servanda {
namespace {

namespace fs = std::filesystem;

// Whether `path`, with links followed, lies in `folder`. A path that is not there does: reading it
// says so.
bool is_inside(const fs::path& path, const fs::path& folder) {
  std::error_code failed;
  const fs::path real = fs::weakly_canonical(path, failed);
  const fs::path root = fs::weakly_canonical(folder, failed);
  if (failed) return false;
  const fs::path relative = real.lexically_relative(root);
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

ContractFiles::ContractFiles(const std::string& entry) {
  const fs::path path(entry);
  folder_ = path.has_parent_path() ? path.parent_path().string() : ".";
  entry_ = path.filename().string();
}

std::string ContractFiles::add(const std::string& path) {
  // Names are paths below the contract's folder, so one from elsewhere is cut to what may stand
  // there, and moved aside when a file of the contract has that name.
  fs::path name;
  for (const fs::path& part : fs::path(path).lexically_normal()) {
    if (part != ".." && part != "/") name /= part;
  }
  std::error_code failed;
  const bool elsewhere = name != fs::path(path).lexically_normal();
  while (elsewhere && fs::exists(fs::path(folder_) / name, failed)) name = "overlay" / name;
  added_[name.string()] = path;
  return name.string();
}

Result<std::string> ContractFiles::read(std::string_view path) {
  std::string on_disk;
  if (const auto added = added_.find(path); added != added_.end()) {
    on_disk = added->second;
  } else {
    on_disk = (fs::path(folder_) / path).string();
    if (!is_inside(on_disk, folder_)) {
      return fail(Code::kPermissionDenied,
                  "The file " + std::string(path) + " lies outside the contract's folder.");
    }
  }
  touched_.insert(on_disk);
  return read_file(on_disk, kBytesMax);
}

std::vector<std::string> ContractFiles::touched() const {
  return {touched_.begin(), touched_.end()};
}

Result<std::string> OperatorFiles::read(std::string_view path) {
  return read_file(std::string(path), kBytesMax);
}

}  // namespace servanda
