// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/layer_file.h"

namespace servanda::internal {

FileNames::FileNames(const std::string& database)
    : name_(sqlite3_create_filename(database.c_str(), (database + "-journal").c_str(),
                                    (database + "-wal").c_str(), 0, nullptr)) {}

LayerFile::LayerFile(sqlite3_vfs* layer, const char* path, int flags)
    : memory_(std::make_unique<std::byte[]>(static_cast<size_t>(layer->szOsFile))) {
  int out = 0;
  code_ = layer->xOpen(layer, path, file(), flags | SQLITE_OPEN_READWRITE, &out);
}

LayerFile::~LayerFile() {
  if (file()->pMethods) file()->pMethods->xClose(file());
}

int64_t LayerFile::size() {
  sqlite3_int64 bytes = 0;
  if (good()) code_ = file()->pMethods->xFileSize(file(), &bytes);
  return good() ? bytes : 0;
}

void LayerFile::read(std::vector<unsigned char>& into, int64_t at, int64_t size) {
  into.resize(static_cast<size_t>(size));
  if (good()) code_ = file()->pMethods->xRead(file(), into.data(), static_cast<int>(size), at);
}

void LayerFile::write_again(std::vector<unsigned char>& scratch, int64_t at, int64_t size) {
  read(scratch, at, size);
  if (good()) code_ = file()->pMethods->xWrite(file(), scratch.data(), static_cast<int>(size), at);
}

void LayerFile::sync() {
  if (good()) code_ = file()->pMethods->xSync(file(), SQLITE_SYNC_FULL);
}

}  // namespace servanda::internal
