// SPDX-License-Identifier: Apache-2.0
// The caller's side of generated operations. A request that is written must be understood by the
// engine's readers as what was said; an answer that is read must be the same when it is written and
// read again.
//
// Input: [operation, [parameters...], body] or [operation, status, media type, headers, body].

#include "servanda/outgoing.h"

#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "../test/generated/peer.h"
#include "gen/styles/operations.h"

namespace {

namespace op = gen::styles::op;
using servanda::HeaderValue;
using servanda::Incoming;
using servanda::JsonDocument;
using servanda::JsonValue;

void check(bool sound) {
  if (!sound) std::abort();
}

template <typename In>
std::string text_of(const In& in) {
  std::string text;
  servanda::JsonWriter writer(text);
  write_parameters(in, writer);
  if constexpr (requires { write(in, writer); }) write(in, writer);
  return text;
}

// Short texts without escapes and percent signs break no bound of readers and no rule of paths.
bool is_harmless(std::string_view said) {
  return said.size() <= 400 && said.find_first_of("\\%\x7f") == std::string_view::npos;
}

template <typename Op>
void check_request(JsonValue arguments, JsonValue body) {
  std::vector<JsonValue> parameters;
  for (const JsonValue value : arguments.items()) {
    parameters.push_back(value.is_null() ? JsonValue() : value);
  }
  typename Op::In in;
  servanda::ReadError error;
  if (!read(servanda::Input{parameters, body, {}}, in, error)) return;
  if constexpr (requires { in.level; }) {
    if (in.level && !in.level->is_recognized()) return;
  }
  servanda::Outgoing out;
  write(in, out);
  if (!out.refusal.empty()) return;
  static servanda::Peer& peer = *new servanda::Peer();
  const servanda::Peer::Heard heard = peer.hear(out);
  const std::string said = text_of(in);
  if (!heard.refusal.empty()) return check(!is_harmless(said));
  check(heard.operation == Op::kId);
  typename Op::In back;
  check(read(heard.input, back, error));
  // Objects without members are not told from absent ones.
  if (said.find("{}") == std::string::npos) check(text_of(back) == said);
}

// One answer from a response, as a service writes it.
struct Answer {
  int status = 0;
  std::string media_type;
  std::string body;
  std::vector<HeaderValue> headers;

  template <typename R>
  void fill(const R& response) {
    status = R::kFirstStatus;
    if constexpr (requires { response.status; }) status = response.status;
    media_type = R::kMediaType;
    if constexpr (R::kBody == servanda::BodyKind::kStructured) {
      servanda::JsonWriter writer(body);
      write(response, writer);
    } else if constexpr (R::kBody == servanda::BodyKind::kRaw) {
      if constexpr (requires { response.media_type; }) media_type = response.media_type;
      body = response.body;
    }
    append_headers(response, headers);
  }

  bool operator==(const Answer& other) const {
    if (headers.size() != other.headers.size()) return false;
    for (size_t i = 0; i < headers.size(); ++i) {
      if (headers[i].name != other.headers[i].name || headers[i].value != other.headers[i].value) {
        return false;
      }
    }
    return status == other.status && media_type == other.media_type && body == other.body;
  }
};

template <typename Out>
Answer written(const Out& out) {
  Answer answer;
  std::visit([&answer](const auto& response) { answer.fill(response); }, out);
  return answer;
}

template <typename Op>
void check_answer(const Incoming& incoming) {
  typename Op::Out out;
  servanda::ReadError error;
  if (!read(incoming, out, error)) return check(!error.field().detail.empty());
  const Answer first = written(out);
  // A body of a response that declares several media types is written as the first of them.
  Incoming again{first.status, first.media_type, first.body, {}, first.headers};
  std::optional<JsonDocument> document;
  if (servanda::is_json_media(first.media_type)) {
    auto parsed = JsonDocument::parse(first.body);
    check(parsed.has_value());
    document = std::move(*parsed);
    again.body = document->root();
  }
  typename Op::Out second;
  check(read(again, second, error));
  check(second.index() == out.index());
  check(written(second) == first);
}

void run_request(int64_t operation, JsonValue arguments, JsonValue body) {
  switch (operation) {
    case 0:
      return check_request<op::PathStyles>(arguments, body);
    case 1:
      return check_request<op::QueryStyles>(arguments, body);
    case 2:
      return check_request<op::FieldStyles>(arguments, body);
    case 3:
      return check_request<op::PostForm>(arguments, body);
    default:
      return check_request<op::PostJson>(arguments, body);
  }
}

void run_answer(const std::vector<JsonValue>& parts) {
  if (parts[1].kind() != servanda::JsonKind::kInteger || !parts[2].is_string() ||
      !parts[3].is_object()) {
    return;
  }
  Incoming incoming;
  incoming.status = static_cast<int>(parts[1].integer() % 1000);
  incoming.media_type = parts[2].text();
  std::vector<HeaderValue> headers;
  for (const servanda::JsonMember header : parts[3].members()) {
    if (header.value.is_string()) {
      headers.push_back({header.key, std::string(header.value.text())});
    }
  }
  incoming.headers = headers;
  const std::string text = servanda::json_text(parts[4]);
  incoming.body_text = parts[4].is_string() ? parts[4].text() : std::string_view(text);
  if (servanda::is_json_media(incoming.media_type)) incoming.body = parts[4];
  check_answer<op::PostForm>(incoming);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const auto document =
      JsonDocument::parse({reinterpret_cast<const char*>(bytes), size}, {.depth_max = 40});
  if (!document || !document->root().is_array()) return 0;
  std::vector<JsonValue> parts;
  for (const JsonValue part : document->root().items()) parts.push_back(part);
  if (parts.size() == 5) {
    run_answer(parts);
  } else if (parts.size() == 3 && parts[0].kind() == servanda::JsonKind::kInteger &&
             parts[1].is_array()) {
    run_request(parts[0].integer(), parts[1], parts[2].is_null() ? JsonValue() : parts[2]);
  }
  return 0;
}
