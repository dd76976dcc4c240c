// SPDX-License-Identifier: Apache-2.0
#pragma once
// A backend of one contract on the simulated platform, with the real store, spoken to over HTTP.

#include <memory>
#include <string>
#include <string_view>

#include "app/backend.h"
#include "io/simulation.h"
#include "testkit/wire_client.h"

namespace servanda::model {

// Not shared between threads. Errors are sentences.
class Served {
 public:
  // `folder` is an empty folder for the store.
  Served(std::string yaml, std::string folder);
  ~Served();
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  // Compiles the contract and starts.
  Result<void> start();
  // Stops in an orderly way and starts on the same store.
  Result<void> restart();
  // Sends a request as cases write it and waits for its answer.
  Result<wire::WireAnswer> ask(std::string_view text);
  void advance(Duration time) { platform_->advance(time); }
  // The calendar's time, in microseconds since 1970.
  [[nodiscard]] int64_t wall_us() const { return platform_->clock().wall().us; }

 private:
  Result<void> start_backend();
  void stop();

  class Silence : public LogSink {
   public:
    void write(std::string_view /*lines*/) override {}
  };

  std::string yaml_;
  std::string folder_;
  Silence logs_;
  std::shared_ptr<const Plan> plan_;
  std::unique_ptr<SimulatedPlatform> platform_;
  std::unique_ptr<Loop> control_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<SimulatedPeer> peer_;
  size_t consumed_ = 0;
};

}  // namespace servanda::model
