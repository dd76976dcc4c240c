// SPDX-License-Identifier: Apache-2.0
#pragma once
// The REST door: from HTTP exchanges to calls and from answers to HTTP.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/header_field.h"
#include "base/task.h"
#include "call/worker.h"
#include "http/server.h"
#include "surface/rest/cors.h"

namespace servanda {

// What the REST surface adds to the contract.
struct RestOptions {
  CorsPolicy cors;
};

// Serves the worker's plan. Besides the contract's own operations it answers HEAD for every GET,
// OPTIONS with Allow, CORS preflights, and the published contract at /openapi.json and
// /openapi.yaml (GET and HEAD, with ETag) unless the contract declares these paths itself.
//
// Threads: one per worker. Lifetime: exchanges that are being handled must end first.
class RestSurface : public RequestHandler {
 public:
  RestSurface(WorkerContext& worker, RestOptions options);
  ~RestSurface() override;

  Task<void> handle(Exchange& exchange) override;

 private:
  // The published contract of the plan that was asked for last.
  struct Published {
    std::shared_ptr<const Plan> plan;
    std::string json_gzip;
    std::string yaml_gzip;
  };

  // False: the call has its answer already.
  [[nodiscard]] bool read_head(Call& call, const Exchange& exchange);
  // Whether this surface answers by itself; then the call has its answer.
  [[nodiscard]] bool answer_here(Call& call);
  [[nodiscard]] bool answer_options(Call& call);
  [[nodiscard]] bool answer_document(Call& call);
  void give_document(Call& call, std::string_view text, std::string_view type,
                     std::string& gzip_text);
  void write(Call& call, Exchange& exchange);

  WorkerContext& worker_;
  RestOptions options_;
  Published published_;
  std::vector<HeaderField> fields_;  // Recycled: filled and sent without a wait between.
};

}  // namespace servanda
