// SPDX-License-Identifier: Apache-2.0
#include "surface/rest/answer_fields.h"

#include <charconv>
#include <string>

namespace servanda {
namespace {

// `"7"`, or `"7-gzip"` for the compressed form: representations that differ in their bytes have
// different strong tags (RFC 9110, 8.8.3). The counter alone decides preconditions.
std::string_view etag_text(const Call& call) {
  const Answer& answer = call.answer;
  char number[24];
  std::string_view core = answer.tag;
  if (answer.version != 0) {
    const auto [end, failure] = std::to_chars(number, number + sizeof number, answer.version);
    core = std::string_view(number, static_cast<size_t>(end - number));
  }
  if (core.empty()) return {};
  const std::string_view ending = answer.coding == Answer::Coding::kGzip ? "-gzip\"" : "\"";
  return call.arena->join(call.arena->join("\"", core), ending);
}

std::string_view vary_text(const Call& call, OriginVaries origin_varies) {
  std::string_view text;
  const auto add = [&](bool wanted, std::string_view name) {
    if (!wanted) return;
    text = text.empty() ? name : call.arena->join(call.arena->join(text, ", "), name);
  };
  add(call.answer_type_varies, "accept");
  add(call.answer.varies_by_encoding, "accept-encoding");
  add(origin_varies == OriginVaries::kYes, "origin");
  add(call.answer.varies_by_prefer, "prefer");
  return text;
}

std::string_view seconds_text(const Call& call, int seconds) {
  return call.arena->copy(std::to_string(seconds));
}

}  // namespace

std::string_view methods_text(uint16_t methods, Arena& arena) {
  std::string text;
  constexpr Method kOrder[] = {Method::kGet,   Method::kHead,   Method::kPost,    Method::kPut,
                               Method::kPatch, Method::kDelete, Method::kOptions, Method::kTrace};
  for (const Method method : kOrder) {
    if ((methods >> static_cast<unsigned>(method) & 1) == 0) continue;
    if (!text.empty()) text += ", ";
    text += method_text(method);
  }
  return arena.copy(text);
}

void add_answer_fields(const Call& call, OriginVaries origin_varies,
                       std::vector<HeaderField>& fields) {
  const Answer& answer = call.answer;
  if (!answer.content_type.empty()) fields.emplace_back("content-type", answer.content_type);
  if (answer.relayed) {
    if (origin_varies == OriginVaries::kYes) fields.emplace_back("vary", "origin");
    fields.insert(fields.end(), answer.fields.begin(), answer.fields.end());
    return;
  }
  if (answer.coding == Answer::Coding::kGzip) fields.emplace_back("content-encoding", "gzip");
  fields.emplace_back("x-content-type-options", "nosniff");
  if (const std::string_view tag = etag_text(call); !tag.empty()) fields.emplace_back("etag", tag);
  if (!answer.location.empty()) fields.emplace_back("location", answer.location);
  if (answer.allowed_methods != 0) {
    fields.emplace_back("allow", methods_text(answer.allowed_methods, *call.arena));
  }
  if (answer.retry_after_s != 0) {
    fields.emplace_back("retry-after", seconds_text(call, answer.retry_after_s));
  }
  if (answer.minimal) fields.emplace_back("preference-applied", "return=minimal");
  if (answer.replayed) fields.emplace_back("idempotent-replayed", "true");
  // RFC 9745 wants the date since when. Contracts say only that, so the date is the earliest.
  if (call.operation != nullptr && call.operation->deprecated) {
    fields.emplace_back("deprecation", "@0");
  }
  if (const std::string_view vary = vary_text(call, origin_varies); !vary.empty()) {
    fields.emplace_back("vary", vary);
  }
  fields.insert(fields.end(), answer.fields.begin(), answer.fields.end());
}

}  // namespace servanda
