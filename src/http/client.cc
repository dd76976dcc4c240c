// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "http/client_state.h"
#include "http/fields.h"
#include "http/syntax.h"

namespace servanda {
namespace internal {
namespace {

// Whether the client writes this field itself.
bool is_own_field(std::string_view name) {
  switch (name.size()) {
    case 4:
      return equals_ignoring_case(name, "host");
    case 10:
      return equals_ignoring_case(name, "connection");
    case 14:
      return equals_ignoring_case(name, "content-length");
    case 17:
      return equals_ignoring_case(name, "transfer-encoding");
    default:
      return false;
  }
}

// Visible characters only, so that it is one word of a line.
bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c != 0x7f; });
}

Task<Result<void>> exchange(Ref<ClientState> state, const ClientRequest& request,
                            ClientAnswer& into, Instant deadline) {
  into.clear();
  if (!is_sound(request)) {
    SERVANDA_BUG("a request that no client may send");
    co_return Result<void>(fail(Code::kInternal, "The request cannot be sent.", "bug"));
  }
  ClientExchange exchange(*state, request, into, deadline);
  state->start(exchange);
  Result<void> ended = co_await exchange.ended;
  co_return ended;
}

}  // namespace

bool is_sound(const ClientRequest& request) {
  if (!is_token(request.method) || !is_word(request.target) || !is_word(request.host)) return false;
  if (request.has_body == ClientRequest::Body::kNone && !request.body.empty()) return false;
  return std::ranges::all_of(request.fields, [](const HeaderField& field) {
    return is_token(field.name) && is_field_content(field.value) && !is_own_field(field.name);
  });
}

void append_request_head(std::string& out, const ClientRequest& request) {
  out.append(request.method).append(" ").append(request.target);
  out.append(" HTTP/1.1\r\nHost: ").append(request.host).append("\r\n");
  for (const HeaderField& field : request.fields) {
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  if (request.has_body == ClientRequest::Body::kPresent) {
    char length[20];
    const auto [end, error] = std::to_chars(length, length + sizeof length, request.body.size());
    out.append("Content-Length: ").append(length, end).append("\r\n");
  }
  out.append("\r\n");
}

}  // namespace internal

std::string_view ClientAnswer::field(std::string_view lower_case_name) const {
  for (const HeaderField& field : fields) {
    if (equals_ignoring_case(field.name, lower_case_name)) return field.value;
  }
  return {};
}

void ClientAnswer::clear() {
  status = 0;
  fields.clear();
  body.clear();
  head.clear();
}

HttpClient::HttpClient(Loop& loop, std::string address, const ClientLimits& limits)
    : state_(new internal::ClientState(loop, std::move(address), limits)) {}

HttpClient::~HttpClient() {
  state_->close();
}

Task<Result<void>> HttpClient::send(const ClientRequest& request, ClientAnswer& into,
                                    Instant deadline) {
  return internal::exchange(state_, request, into, deadline);
}

size_t HttpClient::connections() const {
  return state_->connections;
}

size_t HttpClient::idle() const {
  return state_->idle_count;
}

size_t HttpClient::waiting() const {
  return state_->waiting_count;
}

}  // namespace servanda
