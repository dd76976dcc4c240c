// SPDX-License-Identifier: Apache-2.0
#include "app/log_writer.h"

#include <utility>

namespace servanda {

LogWriter::LogWriter(Platform& platform, Loop& control, LogSink& sink, Log& log)
    : control_(control), sink_(sink), log_(log), executor_(platform.make_executor("log")) {}

LogWriter::~LogWriter() {
  finish();
}

void LogWriter::finish() {
  if (!executor_) return;
  control_.cancel(timer_);
  executor_.reset();
  if (!drain_) drain_.emplace(sink_, log_, std::vector<AccessLog*>());
  drain_->run();
  drain_.reset();
}

void LogWriter::start(std::vector<AccessLog*> access_logs) {
  drain_.emplace(sink_, log_, std::move(access_logs));
  arm();
}

void LogWriter::flush() {
  if (drain_) drain_->run();
}

uint64_t LogWriter::dropped_approx() const {
  return drain_ ? drain_->dropped_approx() : 0;
}

void LogWriter::arm() {
  timer_ = control_.at(control_.now() + kInterval, [this] {
    // One drain at a time: a slow sink must not make a queue of them.
    if (!running_.exchange(true)) {
      executor_->post([this] {
        drain_->run();
        running_.store(false);
      });
    }
    arm();
  });
}

}  // namespace servanda
