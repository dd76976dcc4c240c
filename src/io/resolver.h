// SPDX-License-Identifier: Apache-2.0
#pragma once
// Host names to addresses, without keeping the loop waiting.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/task.h"
#include "io/link.h"
#include "io/loop.h"
#include "io/socket.h"

namespace servanda::internal {

// The system's answer, in its order, at most eight addresses; the port is 0. Waits for as long as
// the system does. Errors: kUnavailable, also when there is no address.
[[nodiscard]] Result<std::vector<SocketAddress>> resolve_by_system(const std::string& host);

// Asks the system on a thread of its own per question, which ends with the answer: between
// questions there is none. Nothing is remembered, so that a name that moves is followed; the same
// name asked for again while it is being looked up shares the answer.
//
// Threads: the loop's; destroying it does not wait for answers that are still to come.
class Resolver {
 public:
  static constexpr size_t kQuestionsMax = 16;  // Names at a time; beyond: kUnavailable.

  // Runs on the question's thread.
  using Ask = Result<std::vector<SocketAddress>> (*)(const std::string& host);
  explicit Resolver(Loop& loop, Ask ask = resolve_by_system);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  ~Resolver();

  // Errors: those of the answer, and kDeadlineExceeded.
  Task<Result<std::vector<SocketAddress>>> resolve(std::string host, Instant deadline);

 private:
  struct Door;
  class Waiter;
  struct Question;
  struct Errand;
  static void* run_errand(void* errand);
  Result<Question*> question_for(const std::string& host);
  void on_answer(uint64_t id, const Result<std::vector<SocketAddress>>& answer);

  Loop& loop_;
  Ask ask_;
  std::shared_ptr<Door> door_;  // What the threads know of this resolver.
  std::vector<std::unique_ptr<Question>> questions_;
  uint64_t next_id_ = 0;
};

}  // namespace servanda::internal
