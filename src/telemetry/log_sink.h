// SPDX-License-Identifier: Apache-2.0
#pragma once
// Where log lines go.

#include <string_view>

namespace servanda {

// Threads: called by one thread at a time.
class LogSink {
 public:
  virtual ~LogSink() = default;
  // Takes whole lines, each ended by '\n'. May block: it is never called on a worker. What cannot
  // be written is lost; the sink counts or reports it as it sees fit.
  virtual void write(std::string_view lines) = 0;
};

}  // namespace servanda
