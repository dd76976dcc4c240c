// SPDX-License-Identifier: Apache-2.0
#include "surface/rest/rest_surface.h"

#include <utility>

#include "base/gzip.h"
#include "call/match.h"
#include "call/peer_claims.h"
#include "call/peer_door.h"
#include "call/preconditions.h"
#include "call/record.h"
#include "call/stages.h"
#include "http/path.h"
#include "surface/rest/answer_fields.h"

namespace servanda {
namespace {

constexpr std::string_view kJsonPath = "/openapi.json";
constexpr std::string_view kYamlPath = "/openapi.yaml";
constexpr int kGzipLevelOnce = 6;

constexpr uint16_t bit(Method method) {
  return static_cast<uint16_t>(1u << static_cast<unsigned>(method));
}
constexpr uint16_t kDocumentMethods =
    bit(Method::kGet) | bit(Method::kHead) | bit(Method::kOptions);

class ExchangeBody final : public BodySource {
 public:
  explicit ExchangeBody(Exchange& exchange) : exchange_(exchange) {}
  Task<Result<std::string_view>> read(size_t bytes_max) override {
    return exchange_.read_body(bytes_max);
  }

 private:
  Exchange& exchange_;
};

bool is_document_path(std::string_view path) {
  return path == kJsonPath || path == kYamlPath;
}

// Whether the contract itself has an operation at exactly this path.
bool is_declared(const Plan& plan, std::string_view path) {
  const RouteMatch found = plan.routes.match(Method::kGet, path);
  return found.operation != nullptr && found.operation->path == path;
}

bool has_body(const RequestHead& head) {
  switch (head.body) {
    case RequestHead::BodyKind::kNone:
      return false;
    case RequestHead::BodyKind::kSized:
      return head.content_length > 0;
    case RequestHead::BodyKind::kChunked:
      return true;
  }
  return false;
}

bool is_preflight(const Call& call) {
  return call.input.known.has(KnownField::kOrigin) &&
         call.input.known.has(KnownField::kRequestedMethod);
}

}  // namespace

RestSurface::RestSurface(WorkerContext& worker, RestOptions options)
    : worker_(worker), options_(std::move(options)) {
  fields_.reserve(32);
}

RestSurface::~RestSurface() = default;

Task<void> RestSurface::handle(Exchange& exchange) {
  std::unique_ptr<Call> call = worker_.take_call(exchange.arena());
  ExchangeBody body(exchange);
  if (has_body(exchange.head())) call->input.body = &body;
  if (!read_head(*call, exchange) || (!take_claims(*call) && answer_here(*call)) ||
      call->answer.error) {
    finish_call(*call);
  } else {
    co_await run_stages(*call);
  }
  write(*call, exchange);
  worker_.give_back(std::move(call));
}

bool RestSurface::read_head(Call& call, const Exchange& exchange) {
  const RequestHead& head = exchange.head();
  CallInput& input = call.input;
  input.method = parse_method(head.method);
  input.method_text = head.method;
  input.path = input.raw_path = head.path;
  input.query = head.query;
  input.fields = head.fields;
  input.known.read(head.fields, *call.arena);
  input.peer = exchange.peer_address();
  input.received_at = head.received_at;
  if (head.body == RequestHead::BodyKind::kSized) input.content_length = head.content_length;
  begin_trace(call);
  if (head.path == "*") return true;
  Result<std::string_view> path = normalize_path(head.path, *call.arena);
  if (!path) return refuse(call, std::move(path.error()));
  input.path = *path;
  return true;
}

bool RestSurface::answer_here(Call& call) {
  if (call.input.method == Method::kOptions) return answer_options(call);
  return is_document_path(call.input.path) && answer_document(call);
}

bool RestSurface::answer_options(Call& call) {
  Answer& answer = call.answer;
  const Plan& plan = call.engine->plan();
  uint16_t methods = allowed_methods(call);
  const bool document = is_document_path(call.input.path) && !plan.published.json.empty() &&
                        !is_declared(plan, call.input.path);
  if (document) methods |= kDocumentMethods;
  if (call.input.path == "*") {
    answer.status = 204;
    answer.allowed_methods = 0;
    return true;
  }
  const bool preflight = is_preflight(call);
  const bool declared = plan.routes.match(Method::kOptions, call.input.path).operation != nullptr;
  if (declared && !preflight) return false;
  if (methods == 0) return false;  // The stages say 404.
  answer.status = 204;
  answer.allowed_methods = methods;
  if (preflight) {
    add_preflight_fields(
        options_.cors, call.input.known[KnownField::kOrigin], methods_text(methods, *call.arena),
        call.input.known[KnownField::kRequestedHeaders], *call.arena, answer.fields);
    answer.add_field("vary", "access-control-request-method, access-control-request-headers");
  }
  return true;
}

bool RestSurface::answer_document(Call& call) {
  const std::shared_ptr<const Plan>& plan = call.engine->shared_plan();
  if (plan->published.json.empty() || is_declared(*plan, call.input.path)) return false;
  if (call.input.method != Method::kGet && call.input.method != Method::kHead) {
    refuse(call, Code::kMethodNotAllowed, "The published contract can only be read.",
           "method-not-allowed");
    call.answer.allowed_methods = kDocumentMethods;
    return true;
  }
  if (published_.plan != plan) published_ = Published{plan, {}, {}};
  if (call.input.path == kJsonPath) {
    give_document(call, plan->published.json, "application/json", published_.json_gzip);
  } else {
    give_document(call, plan->published.yaml, "application/yaml", published_.yaml_gzip);
  }
  return true;
}

void RestSurface::give_document(Call& call, std::string_view text, std::string_view type,
                                std::string& gzip_text) {
  Answer& answer = call.answer;
  const std::string_view tag = std::string_view(call.engine->plan().hash).substr(0, 16);
  answer.tag = tag;
  answer.add_field("cache-control", "no-cache");
  if (gzip_text.empty()) gzip_append(gzip_text, text, kGzipLevelOnce);
  const bool known = matches_any_tag(call.input.known[KnownField::kIfNoneMatch], tag);
  answer.status = known ? 304 : 200;
  answer.content_type = type;
  answer.body = text;
  answer.gzip_body = gzip_text;
  answer.conforms = true;
}

void RestSurface::write(Call& call, Exchange& exchange) {
  fields_.clear();
  const bool is_peer = call.peer != Call::Peer::kNone;  // Whose own door sees to other origins.
  const std::string_view origin =
      is_peer ? std::string_view() : call.input.known[KnownField::kOrigin];
  const bool varies = !is_peer && options_.cors.origins == CorsPolicy::Origins::kListed;
  add_answer_fields(call, varies ? OriginVaries::kYes : OriginVaries::kNo, fields_);
  if (is_peer) fields_.emplace_back(kTakenField, taken_text(call));
  if (!origin.empty() && !(call.input.method == Method::kOptions && is_preflight(call))) {
    add_cors_fields(options_.cors, origin, fields_);
  }
  add_trace_field(call, fields_);
  if (call.answer.length_unknown) {  // An answer to HEAD without Content-Length.
    exchange.start_answer(call.answer.status, fields_);
    exchange.end_answer();
    return;
  }
  exchange.answer(call.answer.status, fields_, call.answer.body);
}

}  // namespace servanda
