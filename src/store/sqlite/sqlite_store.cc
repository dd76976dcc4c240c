// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/sqlite_store.h"

#include <utility>

#include "io/file.h"
#include "store/sqlite/store_core.h"

namespace servanda {
namespace {

// What an operator needs besides the sentence: which directory it is about.
std::unexpected<Error> in_directory(Error error, const std::string& directory) {
  error.message = "The data directory " + directory + " cannot be used: " + error.message;
  return std::unexpected<Error>(std::move(error));
}

Result<void> check_options(const SqliteOptions& options) {
  if (options.group_max == 0 || options.queue_max == 0 || options.statements_max < 16 ||
      options.list_rows_max == 0 || options.batch_writes_max == 0 ||
      options.list_steps_max < 10'000 || options.value_bytes_max < 4096 ||
      options.value_bytes_max > 1'000'000'000) {
    return fail(Code::kInvalidArgument, "A bound of the store is too small or too large.");
  }
  return {};
}

// SQLite gives its log and the log's index the mode of the database file, so that file is made
// first.
Result<void> make_private_file(const std::string& path) {
  Result<std::string> found = read_file(path, 0);
  if (found || found.error().code != Code::kNotFound) return {};
  return write_file_atomically(path, "", FileAccess::kOwnerOnly);
}

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite_store(std::string directory, Platform& platform,
                                                 SqliteOptions options) {
  Result<void> checked = check_options(options);
  if (!checked) return pass(checked);
  Result<void> made = create_private_directory(directory);
  if (!made) return in_directory(std::move(made.error()), directory);
  Result<FileLock> lock = FileLock::acquire(directory + "/lock");
  if (!lock) {
    if (lock.error().code == Code::kConflict) {
      lock.error().message = "another process serves from it; stop that one or choose another.";
    }
    return in_directory(std::move(lock.error()), directory);
  }
  const std::string path = directory + "/store.db";
  Result<void> file = make_private_file(path);
  if (!file) return in_directory(std::move(file.error()), directory);
  Result<std::unique_ptr<internal::Writer>> writer =
      internal::Writer::open(path, platform, options);
  if (!writer) return in_directory(std::move(writer.error()), directory);
  return std::unique_ptr<Store>(
      std::make_unique<internal::SqliteStore>(std::move(*lock), path, std::move(*writer), options));
}

}  // namespace servanda
