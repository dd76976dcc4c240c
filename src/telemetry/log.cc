// SPDX-License-Identifier: Apache-2.0
#include "telemetry/log.h"

#include "base/calendar.h"
#include "telemetry/log_text.h"

namespace servanda {
namespace {

constexpr size_t kTextMax = 4096;

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarn:
      return "WARN";
    case LogLevel::kError:
      return "ERROR";
  }
  return "ERROR";
}

std::string line_start(Timestamp time, LogLevel level, std::string_view message) {
  std::string line = "{\"time\":\"" + timestamp_text(time) + "\",\"severity\":\"";
  line += name_of(level);
  line += "\",\"message\":";
  internal::append_log_string(line, internal::cut_text(message, kTextMax));
  return line;
}

void append_field(std::string& line, const LogField& field) {
  line += ',';
  internal::append_log_string(line, internal::cut_text(field.name, kTextMax));
  line += ':';
  switch (field.kind) {
    case LogField::Kind::kText:
      internal::append_log_string(line, internal::cut_text(field.text, kTextMax));
      break;
    case LogField::Kind::kInteger:
      line += std::to_string(field.number);
      break;
    case LogField::Kind::kBoolean:
      line += field.number != 0 ? "true" : "false";
      break;
  }
}

}  // namespace

void Log::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  if (level < options_.level) return;
  std::string line = line_start(clock_->wall(), level, message);
  for (const LogField& field : fields) append_field(line, field);
  line += "}\n";
  const std::lock_guard lock(mutex_);
  if (waiting_.size() + line.size() > options_.bytes_max) {
    ++dropped_;
    return;
  }
  waiting_ += line;
  ++lines_;
}

size_t Log::drain(std::string& out) {
  std::string taken;
  uint64_t dropped = 0;
  size_t lines = 0;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(waiting_);
    lines = std::exchange(lines_, 0);
    dropped = dropped_ - dropped_reported_;
    dropped_reported_ = dropped_;
  }
  out += taken;
  if (dropped == 0) return lines;
  std::string line =
      line_start(clock_->wall(), LogLevel::kWarn, "Events were dropped because the log was full.");
  append_field(line, {"dropped", dropped});
  out += line + "}\n";
  return lines + 1;
}

uint64_t Log::dropped_approx() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

size_t LogDrain::run() {
  // What one turn may leave allocated for the next.
  constexpr size_t kBufferKept = size_t{1} << 20;
  buffer_.clear();
  size_t lines = log_->drain(buffer_);
  for (AccessLog* const log : access_logs_) lines += log->drain(buffer_);
  if (lines > 0) sink_->write(buffer_);
  if (buffer_.capacity() > kBufferKept) std::string().swap(buffer_);
  return lines;
}

uint64_t LogDrain::dropped_approx() const {
  uint64_t dropped = log_->dropped_approx();
  for (const AccessLog* const log : access_logs_) dropped += log->dropped_approx();
  return dropped;
}

}  // namespace servanda
