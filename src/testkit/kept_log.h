// SPDX-License-Identifier: Apache-2.0
#pragma once
// Log lines that stay in memory.

#include <string>
#include <string_view>

#include "telemetry/log_sink.h"

namespace servanda {

// Keeps every line.
//
// Threads: of whoever writes and reads it, one at a time.
class KeptLog : public LogSink {
 public:
  void write(std::string_view lines) override { text_ += lines; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace servanda
