// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "http/head_parser.h"
#include "http/media.h"
#include "http/path.h"
#include "http/server_harness.h"

namespace {

constexpr std::string_view kHead =
    "GET /v1/products/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b?fields=id,name HTTP/1.1\r\n"
    "Host: shop.example\r\nUser-Agent: curl/8.5.0\r\nAccept: application/json\r\n"
    "Accept-Encoding: gzip, deflate, br\r\nAuthorization: Bearer 0123456789abcdef\r\n"
    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n";

void parse_head(benchmark::State& state) {
  servanda::HeadParser parser({});
  servanda::RequestHead head;
  for (auto _ : state) {
    parser.reset();
    benchmark::DoNotOptimize(parser.advance(kHead));
    parser.fill(kHead, head);
    benchmark::DoNotOptimize(head.path.data());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * kHead.size()));
}
BENCHMARK(parse_head);

void normalize(benchmark::State& state) {
  servanda::Arena arena;
  for (auto _ : state) {
    auto path =
        servanda::normalize_path("/v1/products/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", arena);
    benchmark::DoNotOptimize(path);
  }
}
BENCHMARK(normalize);

void choose_media_type(benchmark::State& state) {
  const servanda::ParsedMediaType offer = *servanda::parse_media_type("application/json");
  for (auto _ : state) {
    benchmark::DoNotOptimize(servanda::negotiate("application/json", {&offer, 1}));
  }
}
BENCHMARK(choose_media_type);

// One request and answer through the whole server, on simulated io: what is ours without a kernel,
// the simulation's own cost included.
void serve_one(benchmark::State& state) {
  servanda::internal::ServerHarness harness({.requests_per_connection_max = UINT32_MAX});
  const auto peer = harness.open();
  for (auto _ : state) {
    peer->send(kHead);
    harness.platform->run_ready();
    peer->clear_received();
  }
}
BENCHMARK(serve_one);

}  // namespace
