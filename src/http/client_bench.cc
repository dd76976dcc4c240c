// SPDX-License-Identifier: Apache-2.0
// A warm exchange of our client with our server over loopback, both on one loop: time and heap
// allocations of the two together, the kernel's part included.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <new>
#include <string>

#include "http/client.h"
#include "http/server_harness.h"
#include "io/platform.h"

namespace {
size_t allocations = 0;
}  // namespace

// The pair is complete here; g++ 12 inlines one half and mistakes the other for a foreign one.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
void* operator new(size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}

namespace servanda {
namespace {

constexpr int kWarmUp = 100;

Task<void> exchange_all(benchmark::State& state, Loop& loop, HttpClient& client,
                        const ClientRequest& request, size_t& failed) {
  ClientAnswer answer;
  const Instant deadline = loop.now() + Duration::seconds(600);
  for (int i = 0; i < kWarmUp; ++i) {
    Task<Result<void>> sending = client.send(request, answer, deadline);
    Result<void> sent = co_await sending;
    if (!sent) ++failed;
  }
  const size_t before = allocations;
  for (auto _ : state) {
    Task<Result<void>> sending = client.send(request, answer, deadline);
    Result<void> sent = co_await sending;
    if (!sent) ++failed;
  }
  state.counters["allocations"] = benchmark::Counter(static_cast<double>(allocations - before),
                                                     benchmark::Counter::kAvgIterations);
  loop.stop();
}

void exchange(benchmark::State& state, const ClientRequest& request) {
  const auto platform = make_real_platform();
  const auto loop = platform->make_loop();
  internal::HabitsHandler handler(*loop);
  internal::RecordedEvents events;
  Server server(*loop, {.requests_per_connection_max = UINT32_MAX}, handler, events);
  Result<std::unique_ptr<Listener>> listener = loop->listen("127.0.0.1:0");
  if (!listener) return state.SkipWithError("cannot listen");
  const std::string address = (*listener)->address();
  server.start(std::move(*listener));
  HttpClient client(*loop, address, {});
  size_t failed = 0;
  spawn(exchange_all(state, *loop, client, request, failed));
  loop->run();
  if (failed > 0) state.SkipWithError("exchanges failed");
}

constexpr HeaderField kFields[] = {
    {"Accept", "application/json"},
    {"Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}};

void exchange_get(benchmark::State& state) {
  exchange(state, {.method = "GET",
                   .target = "/",
                   .host = "bench",
                   .fields = kFields,
                   .repeat = ClientRequest::Repeat::kOnLostConnection});
}
BENCHMARK(exchange_get);

// The server's handler makes text of what it answers, so here its allocations count too.
void exchange_echo_4k(benchmark::State& state) {
  const std::string body(4096, 'x');
  exchange(state, {.method = "POST",
                   .target = "/echo",
                   .host = "bench",
                   .fields = kFields,
                   .body = body,
                   .has_body = ClientRequest::Body::kPresent});
}
BENCHMARK(exchange_echo_4k);

void exchange_large_answer(benchmark::State& state) {
  exchange(state, {.method = "GET", .target = "/large?1000000", .host = "bench"});
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * 1'000'000);
}
BENCHMARK(exchange_large_answer);

}  // namespace
}  // namespace servanda
