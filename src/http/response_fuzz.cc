// SPDX-License-Identifier: Apache-2.0
// Any bytes as an upstream's answer: no crash, no leak, and the same outcome whether they come
// whole or one by one.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/client.h"
#include "io/simulation.h"

namespace {

using servanda::ClientAnswer;
using servanda::ClientLimits;
using servanda::ClientRequest;
using servanda::Duration;
using servanda::HttpClient;
using servanda::Result;
using servanda::Stream;
using servanda::Task;
using servanda::WireOptions;

// Answers the first connection with the same bytes whatever it is asked, and then ends it.
class Upstream {
 public:
  Upstream(servanda::Loop& loop, std::string_view bytes) : bytes_(bytes) {
    listener_ = std::move(*loop.listen("10.0.0.1:80"));
    listener_->start([this](std::unique_ptr<Stream> stream) {
      stream_ = std::move(stream);
      stream_->write_all(bytes_, [this](Result<void>) { stream_->end_writing(); });
    });
  }

 private:
  std::string_view bytes_;
  std::unique_ptr<servanda::Listener> listener_;
  std::unique_ptr<Stream> stream_;
};

Task<void> ask(servanda::Loop& loop, std::string_view method, std::string& outcome) {
  HttpClient client(loop, "10.0.0.1:80", {.answer_bytes_max = 512, .head_bytes_max = 512});
  const ClientRequest request{.method = method, .target = "/", .host = "a"};
  ClientAnswer answer;
  Task<Result<void>> sending = client.send(request, answer, loop.now() + Duration::seconds(10));
  Result<void> sent = co_await sending;
  if (!sent) {
    outcome = "error " + sent.error().reason + ": " + sent.error().message;
    co_return;
  }
  outcome = std::to_string(answer.status) + "\n";
  for (const servanda::HeaderField& field : answer.fields) {
    outcome.append(field.name).append("=").append(field.value).append("\n");
  }
  outcome += answer.body;
}

std::string outcome_of(std::string_view method, std::string_view bytes, WireOptions::Chunks reads) {
  const auto platform = servanda::make_simulated_platform(1);
  const auto loop = platform->make_loop();
  WireOptions options;
  options.reads = reads;
  platform->set_wire_options(options);
  Upstream upstream(*loop, bytes);
  std::string outcome = "nothing";
  spawn(ask(*loop, method, outcome));
  platform->advance(Duration::seconds(11));
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 4096) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const char* method : {"GET", "HEAD"}) {
    const std::string whole = outcome_of(method, bytes, WireOptions::Chunks::kWhole);
    const std::string split = outcome_of(method, bytes, WireOptions::Chunks::kSingleByte);
    if (whole == split && whole != "nothing") continue;
    std::fprintf(stderr, "whole:\n%s\n\nsplit:\n%s\n", whole.c_str(), split.c_str());
    std::abort();
  }
  return 0;
}
