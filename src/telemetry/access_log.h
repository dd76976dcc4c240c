// SPDX-License-Identifier: Apache-2.0
#pragma once
// The access log: a line per request, handed from its worker to the log writer through a bounded
// ring.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "telemetry/counter.h"
#include "telemetry/trace_context.h"

namespace servanda {

// One request that was answered. Views are copied by try_record(), cut to the lengths beside them.
struct AccessRecord {
  Timestamp at;  // When the request had arrived.
  Duration duration;
  int status = 0;
  uint64_t request_bytes = 0;  // Of the bodies.
  uint64_t response_bytes = 0;
  TraceContext trace;           // Without its state.
  std::string_view method;      // 32 bytes.
  std::string_view route;       // 256 bytes; the path template, empty when no operation matched.
  std::string_view operation;   // 128 bytes; operationId, empty when no operation matched.
  std::string_view path;        // 512 bytes; as sent, without the query, which may hold secrets.
  std::string_view peer;        // 64 bytes.
  std::string_view user_agent;  // 256 bytes.
  std::string_view error;       // 64 bytes; the problem's code word, empty on success.
};

// A ring of encoded records with one producer and one consumer.
//
// Threads: try_record() on the worker, drain() on the log writer; the rest anywhere.
class AccessLog {
 public:
  // `capacity` in bytes is rounded up to a power of two, at least 4 KiB; a record takes 150 to 350
  // typically. Memory is touched only as the ring fills.
  explicit AccessLog(size_t capacity = size_t{1} << 20);

  // False, and counted, when there is no room: the log never holds up a request. Does not allocate.
  bool try_record(const AccessRecord& record);

  // Appends every waiting record as a JSON line, and a warning line when records were dropped since
  // the last call. Returns the number of lines.
  size_t drain(std::string& out);

  // Bytes waiting; drain when it nears capacity().
  [[nodiscard]] size_t pending_approx() const;
  [[nodiscard]] size_t capacity() const { return capacity_; }
  // Since the start.
  [[nodiscard]] uint64_t dropped_approx() const { return dropped_.value(); }

 private:
  char* reserve(size_t size);

  size_t capacity_;
  std::unique_ptr<char[]> ring_;
  // Positions only grow; their distance is what waits. Each side's own line of the cache.
  alignas(64) std::atomic<uint64_t> written_{0};
  uint64_t read_seen_ = 0;  // The producer's last look at read_.
  Counter dropped_;
  alignas(64) std::atomic<uint64_t> read_{0};
  uint64_t dropped_reported_ = 0;
  int64_t second_ = INT64_MIN;  // Whose text is in second_text_.
  std::string second_text_;
};

}  // namespace servanda
