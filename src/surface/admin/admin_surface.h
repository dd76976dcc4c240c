// SPDX-License-Identifier: Apache-2.0
#pragma once
// The admin door: health, readiness, metrics, the plan, the API reference.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "contract/plan/plan.h"
#include "http/server.h"
#include "telemetry/prometheus.h"

namespace servanda {

// What the admin door shows. Every function is called on the admin worker's thread and must not
// wait for a request's thread.
struct AdminSources {
  std::function<std::string(MetricsFormat)> metrics;
  std::function<std::shared_ptr<const Plan>()> plan;
  // Whether traffic should come here; the error's message is the reason when not.
  std::function<Result<void>()> readiness;
  // Base URL of the public door for requests tried in the reference, "http://127.0.0.1:8080".
  std::function<std::string()> public_url;
};

// Serves /, /docs, /healthz, /readyz, /metrics, /plan, /openapi.json and /openapi.yaml.
//
// It has no sign-in, so it is meant for loopback: requests whose Host is no loopback name are
// refused with 421, which keeps web pages that rebind DNS out.
//
// Threads: one, the admin worker's.
class AdminSurface : public RequestHandler {
 public:
  explicit AdminSurface(AdminSources sources) : sources_(std::move(sources)) {}
  Task<void> handle(Exchange& exchange) override;

 private:
  void serve_metrics(Exchange& exchange) const;
  void serve_plan(Exchange& exchange) const;
  void serve_readiness(Exchange& exchange) const;
  void serve_settings(Exchange& exchange) const;
  AdminSources sources_;
};

}  // namespace servanda
