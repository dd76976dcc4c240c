// SPDX-License-Identifier: Apache-2.0
#pragma once
// The event log: what happens to the server itself, as JSON lines.

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "telemetry/access_log.h"
#include "telemetry/log_sink.h"

namespace servanda {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarn, kError };

// A named value of an event.
struct LogField {
  enum class Kind : uint8_t { kText, kInteger, kBoolean };
  LogField(std::string_view name, std::string_view text) : name(name), text(text) {}
  LogField(std::string_view name, const char* text) : name(name), text(text) {}
  LogField(std::string_view name, const std::string& text) : name(name), text(text) {}
  LogField(std::string_view name, int64_t number)
      : name(name), kind(Kind::kInteger), number(number) {}
  LogField(std::string_view name, int number) : LogField(name, static_cast<int64_t>(number)) {}
  LogField(std::string_view name, uint64_t number) : LogField(name, static_cast<int64_t>(number)) {}
  LogField(std::string_view name, bool flag)
      : name(name), kind(Kind::kBoolean), number(flag ? 1 : 0) {}

  std::string_view name;
  Kind kind = Kind::kText;
  std::string_view text;  // Cut to 4 KiB.
  int64_t number = 0;
};

// Collects events until they are drained. For what is rare: it takes a lock.
//
// Threads: any. Never blocks on I/O.
class Log {
 public:
  struct Options {
    LogLevel level = LogLevel::kInfo;      // Events below it are not kept.
    size_t bytes_max = size_t{256} << 10;  // Waiting; further events are dropped and counted.
  };
  explicit Log(const Clock& clock) : Log(clock, Options()) {}
  Log(const Clock& clock, Options options) : clock_(&clock), options_(options) {}

  // `message` is a sentence; what varies belongs into `fields`, whose names are snake_case.
  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

  // Moves every waiting line to the end of `out`, and a warning line when events were dropped since
  // the last call. Returns the number of lines.
  size_t drain(std::string& out);
  [[nodiscard]] uint64_t dropped_approx() const;

 private:
  const Clock* clock_;
  const Options options_;
  mutable std::mutex mutex_;  // Protects everything below.
  std::string waiting_;
  size_t lines_ = 0;
  uint64_t dropped_ = 0;
  uint64_t dropped_reported_ = 0;
};

// Empties all logs into one sink: what a log writer does every few milliseconds, and once more at
// the end.
//
// Threads: one. Everything it is given outlives it.
class LogDrain {
 public:
  LogDrain(LogSink& sink, Log& log, std::vector<AccessLog*> access_logs)
      : sink_(&sink), log_(&log), access_logs_(std::move(access_logs)) {}
  // Returns the number of lines written; the sink is not called for none.
  size_t run();
  // Access records and events lost since the start because their logs were full.
  [[nodiscard]] uint64_t dropped_approx() const;

 private:
  LogSink* sink_;
  Log* log_;
  std::vector<AccessLog*> access_logs_;
  std::string buffer_;
};

}  // namespace servanda
