// SPDX-License-Identifier: Apache-2.0
#include "io/resolver.h"

#include <netdb.h>
#include <pthread.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

namespace servanda::internal {
namespace {

constexpr size_t kAddressesMax = 8;

using Addresses = std::vector<SocketAddress>;

}  // namespace

// Shared with the threads, one of which may outlive the resolver and its loop: the system cannot be
// told to stop looking.
struct Resolver::Door {
  std::mutex mutex;
  Resolver* resolver = nullptr;  // Guarded by mutex; null when it is gone.
};

struct Resolver::Errand {
  std::shared_ptr<Door> door;
  Ask ask;
  std::string host;
  uint64_t id;
};

// One who waits for an answer, in his coroutine.
class Resolver::Waiter : public Link<Waiter> {
 public:
  Waiter(Loop& loop, Instant deadline) : loop_(loop) {
    timer_ = loop.at(deadline, [this] {
      end(fail(Code::kDeadlineExceeded, "Looking up the host took too long.", "resolve"));
    });
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() { loop_.cancel(timer_); }
  // He may be gone behind this.
  void end(Result<Addresses> answer) {
    unlink();
    loop_.cancel(timer_);
    answered.set(std::move(answer));
  }
  Completion<Result<Addresses>> answered;

 private:
  Loop& loop_;
  Loop::TimerId timer_ = 0;
};

struct Resolver::Question {
  uint64_t id;
  std::string host;
  Link<Waiter> waiters;
};

Result<Addresses> resolve_by_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) {
    return fail(Code::kUnavailable,
                "Cannot find the host: " + std::string(::gai_strerror(error)) + ".", "resolve");
  }
  Addresses addresses;
  for (const addrinfo* one = found; one && addresses.size() < kAddressesMax; one = one->ai_next) {
    if (one->ai_family != AF_INET && one->ai_family != AF_INET6) continue;
    SocketAddress& address = addresses.emplace_back();
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
  }
  ::freeaddrinfo(found);
  if (addresses.empty()) {
    return fail(Code::kUnavailable, "The host has no address.", "resolve");
  }
  return addresses;
}

Resolver::Resolver(Loop& loop, Ask ask) : loop_(loop), ask_(ask), door_(std::make_shared<Door>()) {
  door_->resolver = this;
}

Resolver::~Resolver() {
  const std::lock_guard lock(door_->mutex);
  door_->resolver = nullptr;
}

void* Resolver::run_errand(void* raw) {
  const std::unique_ptr<Errand> errand(static_cast<Errand*>(raw));
  Result<Addresses> answer = errand->ask(errand->host);
  const std::lock_guard lock(errand->door->mutex);
  if (Resolver* const resolver = errand->door->resolver) {
    // The work goes with the loop, and the loop with the resolver, or after it.
    resolver->loop_.post([door = errand->door, id = errand->id, answer = std::move(answer)] {
      if (door->resolver) door->resolver->on_answer(id, answer);
    });
  }
  return nullptr;
}

Result<Resolver::Question*> Resolver::question_for(const std::string& host) {
  const auto same =
      std::ranges::find_if(questions_, [&](const auto& one) { return one->host == host; });
  if (same != questions_.end()) return same->get();
  if (questions_.size() >= kQuestionsMax) {
    return fail(Code::kUnavailable, "Too many hosts are being looked up.", "resolve");
  }
  auto errand = std::make_unique<Errand>(Errand{door_, ask_, host, next_id_});
  pthread_t thread{};
  const int error = ::pthread_create(&thread, nullptr, run_errand, errand.get());
  if (error != 0) {
    return fail(Code::kUnavailable, "Cannot look up the host: " + system_reason(error) + ".",
                "resolve");
  }
  (void)errand.release();  // The thread's now.
  ::pthread_detach(thread);
  questions_.push_back(std::make_unique<Question>(next_id_, host));
  ++next_id_;
  return questions_.back().get();
}

Task<Result<Addresses>> Resolver::resolve(std::string host, Instant deadline) {
  Result<Question*> question = question_for(host);
  if (!question) co_return Result<Addresses>(pass(question));
  Waiter waiter(loop_, deadline);
  (*question)->waiters.push_back(waiter);
  Result<Addresses> answer = co_await waiter.answered;
  co_return answer;
}

void Resolver::on_answer(uint64_t id, const Result<Addresses>& answer) {
  const auto asked =
      std::ranges::find_if(questions_, [&](const auto& one) { return one->id == id; });
  if (asked == questions_.end()) return;
  const std::unique_ptr<Question> question = std::move(*asked);
  questions_.erase(asked);
  while (!question->waiters.empty()) question->waiters.first().end(answer);
}

}  // namespace servanda::internal
