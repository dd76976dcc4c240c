// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/log_again.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "store/sqlite/layer_file.h"

namespace servanda::internal {
namespace {

// The format of the log (sqlite.org/fileformat2.html, "The Write-Ahead Log"): a header of 32 bytes
// with the page size at 8, then frames of a 24-byte header, page number first, and one page.
constexpr int64_t kLogHeaderBytes = 32;
constexpr int64_t kFrameHeaderBytes = 24;
constexpr int64_t kChunkBytes = 64 * 1024;

uint32_t big_endian(const unsigned char* from) {
  return uint32_t{from[0]} << 24 | uint32_t{from[1]} << 16 | uint32_t{from[2]} << 8 | from[3];
}

std::unexpected<Error> disk_failed() {
  return fail(Code::kUnavailable, "The store's disk failed (while writing the log again).",
              "io-error");
}

// The offsets of the pages that the log has frames of, each once.
std::vector<int64_t> pages_of(LayerFile& log, int64_t log_bytes, int64_t page_bytes) {
  std::vector<int64_t> pages;
  std::vector<unsigned char> header;
  const int64_t frame_bytes = kFrameHeaderBytes + page_bytes;
  for (int64_t at = kLogHeaderBytes; at + frame_bytes <= log_bytes && log.good();
       at += frame_bytes) {
    log.read(header, at, 4);
    const uint32_t number = big_endian(header.data());
    if (number > 0) pages.push_back((int64_t{number} - 1) * page_bytes);
  }
  std::sort(pages.begin(), pages.end());
  pages.erase(std::unique(pages.begin(), pages.end()), pages.end());
  return pages;
}

bool write_both(LayerFile& log, LayerFile& database) {
  const int64_t log_bytes = log.size();
  std::vector<unsigned char> scratch;
  if (log_bytes >= kLogHeaderBytes) {
    log.read(scratch, 8, 4);
    const int64_t page_bytes = log.good() ? big_endian(scratch.data()) : 0;
    // Frames that are left over from an earlier round of the log may name any page; those beyond
    // the file have never been moved into it.
    const int64_t database_bytes = database.size();
    if (page_bytes >= 512 && page_bytes <= 65536) {
      for (const int64_t page : pages_of(log, log_bytes, page_bytes)) {
        if (page + page_bytes <= database_bytes) database.write_again(scratch, page, page_bytes);
      }
    }
  }
  for (int64_t at = 0; at < log_bytes && log.good(); at += kChunkBytes) {
    log.write_again(scratch, at, std::min(kChunkBytes, log_bytes - at));
  }
  log.sync();
  database.sync();
  return log.good() && database.good();
}

}  // namespace

Result<void> write_log_again(const std::string& database_path, const std::string& vfs) {
  sqlite3_vfs* layer = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
  const FileNames names(database_path);
  if (!layer || !names.database()) return disk_failed();
  int there = 0;
  if (layer->xAccess(layer, names.log(), SQLITE_ACCESS_EXISTS, &there) != SQLITE_OK) {
    return disk_failed();
  }
  if (there == 0) return {};
  LayerFile log(layer, names.log(), SQLITE_OPEN_WAL);
  LayerFile database(layer, names.database(), SQLITE_OPEN_MAIN_DB);
  if (!log.good() || !database.good() || !write_both(log, database)) return disk_failed();
  return {};
}

}  // namespace servanda::internal
