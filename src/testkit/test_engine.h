// SPDX-License-Identifier: Apache-2.0
#pragma once
// What a TestServer stands on: a Backend on simulated io, and the connections of the test.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/backend.h"
#include "base/json.h"
#include "base/result.h"
#include "call/code_handlers.h"
#include "call/stand_ins.h"
#include "contract/plan/plan.h"
#include "io/simulation.h"
#include "io/temporary_directory.h"
#include "servanda/test.h"
#include "store/store.h"
#include "testkit/kept_log.h"

namespace servanda::internal {

// Threads: one. Errors are sentences for whoever wrote the test.
class TestEngine {
 public:
  enum class Stop : uint8_t { kOrderly, kCrash };

  [[nodiscard]] static Result<std::shared_ptr<TestEngine>> open(
      std::shared_ptr<const CodeHandlers> handlers, const TestOptions& options);
  ~TestEngine();

  // Sends whole requests on connections that wait for no other answer.
  [[nodiscard]] Result<uint64_t> send(std::string_view bytes, std::string_view method);
  // The answer, once. Runs what is ready at this instant.
  [[nodiscard]] Result<TestAnswer> take(uint64_t call);
  [[nodiscard]] Result<JsonDocument> read_rows(std::string_view resource);
  [[nodiscard]] Result<JsonDocument> read_row(std::string_view resource, const std::string& key);
  [[nodiscard]] Result<void> start_again(Stop how);
  // The bodies of all events of this name, as one array.
  [[nodiscard]] Result<JsonDocument> read_events(std::string_view name,
                                                 std::string_view contract_hash);
  [[nodiscard]] Result<size_t> count_events();
  [[nodiscard]] Result<void> set_fake(std::shared_ptr<const CodeHandler> fake);
  [[nodiscard]] Result<void> remove_fake(std::string_view operation_id);

  [[nodiscard]] Timestamp now() const { return platform_->clock().wall(); }
  void advance(Duration span) { platform_->advance(span); }
  [[nodiscard]] const std::string& log();
  [[nodiscard]] std::vector<TestProblem>& problems() { return problems_; }

 private:
  // A connection; `call` is 0 while it waits for no answer.
  struct Connection {
    std::unique_ptr<SimulatedPeer> peer;
    uint64_t call = 0;
    bool to_head = false;
  };

  TestEngine(std::shared_ptr<const CodeHandlers> handlers, const TestOptions& options,
             std::optional<TemporaryDirectory> folder, std::shared_ptr<const Plan> plan);
  [[nodiscard]] Result<void> start();
  void stop(Stop how);
  [[nodiscard]] Result<const Resource*> find_resource(std::string_view name) const;
  // Fails for types that were generated from another contract; "" fits any.
  [[nodiscard]] Result<void> check_hash(std::string_view of, std::string_view hash) const;
  // All that are committed.
  [[nodiscard]] Result<std::vector<StoredEvent>> all_events();
  static Task<void> drain(Backend& backend, Instant deadline, bool& done);

  const std::shared_ptr<const CodeHandlers> handlers_;
  const std::shared_ptr<StandIns> stand_ins_;
  std::optional<TemporaryDirectory> folder_;
  Config config_;
  const std::shared_ptr<const Plan> plan_;
  std::unique_ptr<SimulatedPlatform> platform_;
  KeptLog log_;
  std::unique_ptr<Loop> control_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Session> session_;
  std::vector<Connection> connections_;
  uint64_t calls_ = 0;
  std::vector<TestProblem> problems_;
};

}  // namespace servanda::internal
