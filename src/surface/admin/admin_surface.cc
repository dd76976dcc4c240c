// SPDX-License-Identifier: Apache-2.0
#include "surface/admin/admin_surface.h"

#include <array>
#include <vector>

#include "base/gzip.h"
#include "base/json.h"
#include "base/problem.h"
#include "base/text.h"
#include "surface/admin/pages.h"

namespace servanda {
namespace {

constexpr size_t kPageBytesMax = 16u << 20;  // Uncompressed size of an embedded page.

bool is_loopback_name(std::string_view host) {
  const size_t colon = host.rfind(':');
  const bool has_port = colon != std::string_view::npos && host.find(']', colon) == host.npos;
  const std::string_view name = has_port ? host.substr(0, colon) : host;
  return name == "localhost" || name == "[::1]" ||
         (name.starts_with("127.") && name.find_first_not_of("0123456789.") == name.npos);
}

bool accepts_gzip(const RequestHead& head) {
  for (std::string_view coding : split(head.field("accept-encoding"), ',')) {
    const std::vector<std::string_view> parts = split(coding, ';');
    const bool refused = parts.size() > 1 && trim(parts[1]).starts_with("q=0") &&
                         trim(parts[1]).find_first_of("123456789") == std::string_view::npos;
    if (equals_ignoring_case(trim(parts[0]), "gzip")) return !refused;
  }
  return false;
}

void answer_text(Exchange& exchange, int status, std::string_view content_type,
                 std::string_view body) {
  const std::array fields = {HeaderField{"content-type", content_type},
                             HeaderField{"cache-control", "no-store"},
                             HeaderField{"x-content-type-options", "nosniff"}};
  exchange.answer(status, fields, body);
}

void answer_problem(Exchange& exchange, const Error& error) {
  answer_text(exchange, facts_of(error.code).http_status, "application/problem+json",
              problem_body(error, ""));
}

void answer_page(Exchange& exchange, const EmbeddedPage& page, std::string_view public_url) {
  // Scripts and styles come from here alone; tried requests may reach the public door alone.
  const std::string policy =
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
      "font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; connect-src 'self' " +
      std::string(public_url);
  std::vector<HeaderField> fields = {{"content-type", page.content_type},
                                     {"cache-control", "no-cache"},
                                     {"content-security-policy", policy},
                                     {"x-content-type-options", "nosniff"}};
  if (!page.gzipped) return exchange.answer(200, fields, page.content);
  fields.emplace_back("vary", "accept-encoding");
  if (accepts_gzip(exchange.head())) {
    fields.emplace_back("content-encoding", "gzip");
    return exchange.answer(200, fields, page.content);
  }
  Result<std::string> plain = gzip_decode(page.content, kPageBytesMax);
  if (!plain) return answer_problem(exchange, plain.error());
  exchange.answer(200, fields, *plain);
}

}  // namespace

void AdminSurface::serve_metrics(Exchange& exchange) const {
  const MetricsFormat format = choose_metrics_format(exchange.head().field("accept"));
  answer_text(exchange, 200, content_type_of(format), sources_.metrics(format));
}

void AdminSurface::serve_plan(Exchange& exchange) const {
  answer_text(exchange, 200, "application/json", plan_json(*sources_.plan()));
}

void AdminSurface::serve_readiness(Exchange& exchange) const {
  if (Result<void> ready = sources_.readiness(); !ready) {
    return answer_problem(exchange, ready.error());
  }
  answer_text(exchange, 200, "application/json", R"({"status":"ready"})");
}

void AdminSurface::serve_settings(Exchange& exchange) const {
  std::string body;
  JsonWriter writer(body);
  writer.begin_object();
  writer.key("server");
  writer.string(sources_.public_url());
  writer.end_object();
  answer_text(exchange, 200, "application/json", body);
}

Task<void> AdminSurface::handle(Exchange& exchange) {
  const RequestHead& head = exchange.head();
  const std::string_view path = head.path;
  if (!is_loopback_name(head.host)) {
    answer_problem(
        exchange, Error{Code::kMisdirected, "The admin door answers loopback names only.", {}, {}});
  } else if (head.method != "GET" && head.method != "HEAD") {
    const std::array fields = {HeaderField{"allow", "GET, HEAD"},
                               HeaderField{"content-type", "application/problem+json"}};
    exchange.answer(
        405, fields,
        problem_body(Error{Code::kMethodNotAllowed, "The admin door is read-only.", {}, {}}, ""));
  } else if (path == "/healthz") {
    answer_text(exchange, 200, "application/json", R"({"status":"alive"})");
  } else if (path == "/readyz") {
    serve_readiness(exchange);
  } else if (path == "/metrics") {
    serve_metrics(exchange);
  } else if (path == "/plan") {
    serve_plan(exchange);
  } else if (path == "/openapi.json") {
    answer_text(exchange, 200, "application/json", sources_.plan()->published.json);
  } else if (path == "/openapi.yaml") {
    answer_text(exchange, 200, "application/yaml", sources_.plan()->published.yaml);
  } else if (path == "/docs/settings.json") {
    serve_settings(exchange);
  } else if (const EmbeddedPage* page = find_page(path)) {
    answer_page(exchange, *page, sources_.public_url());
  } else {
    answer_problem(exchange,
                   Error{Code::kNotFound, "The admin door has no such page; see /.", {}, {}});
  }
  co_return;
}

}  // namespace servanda
