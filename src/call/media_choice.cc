// SPDX-License-Identifier: Apache-2.0
#include "call/media_choice.h"

#include <string>

#include "call/media_names.h"
#include "call/mock_handler.h"
#include "call/worker.h"

namespace servanda {
namespace {

bool updates_rows(const Operation& operation) {
  return operation.resource && operation.resource->action == Action::kUpdate;
}

// The declared media type closest to `name`.
const MediaType* closest(std::span<const MediaType> declared, std::string_view name) {
  const MediaType* best = nullptr;
  int best_fit = 0;
  for (const MediaType& media : declared) {
    // The usual case: written the same.
    const int fit = media.range == name ? 100 : media_fit(media.range, name);
    if (fit > best_fit) {
      best = &media;
      best_fit = fit;
    }
  }
  return best;
}

// What the operation will answer with when all goes well.
const Response* expected_response(const Call& call) {
  const Operation& operation = *call.operation;
  switch (operation.handler) {
    case HandlerKind::kMock:
      return choose_mock_response(operation, call.preferences).response;
    case HandlerKind::kResource:
      if (!operation.resource->answers_body) return nullptr;
      return operation.response_for(operation.resource->status);
    case HandlerKind::kCode:
      return operation.response_for(operation.success_status());
    case HandlerKind::kUnimplemented:
    case HandlerKind::kRemote:
      return nullptr;
  }
  return nullptr;
}

// What the generated types of a response write: its first JSON, else its first concrete type. Null
// where it declares patterns only, of which the handler chooses.
const MediaType* coded_media(const Response& response) {
  const MediaType* first = nullptr;
  for (const MediaType& media : response.content) {
    const bool concrete = media.range.find('*') == std::string::npos;
    if (concrete && media.kind == MediaKind::kJson) return &media;
    if (concrete && first == nullptr) first = &media;
  }
  return first;
}

// Rows are written as JSON only.
bool can_make(const Operation& operation, const Response& response, const MediaType& media) {
  if (operation.handler == HandlerKind::kCode) {
    const MediaType* const coded = coded_media(response);
    return coded == nullptr || coded == &media;
  }
  return operation.handler != HandlerKind::kResource || media.kind == MediaKind::kJson;
}

bool refuse_unacceptable(Call& call, std::span<const std::string_view> offers) {
  std::string list;
  for (const std::string_view offer : offers) {
    if (!list.empty()) list += ", ";
    list += offer;
  }
  return refuse(call, Code::kNotAcceptable, "The answer comes only as: " + list + ".",
                "not-acceptable");
}

bool accepts_all(std::string_view accept) {
  return accept.empty() || accept == "*/*";
}

}  // namespace

const MediaType* choose_body_media(const Call& call) {
  const std::span<const MediaType> declared = call.operation->body->content;
  if (call.input.known.count(KnownField::kContentType) != 1) return nullptr;
  const std::string_view name = call.input.known[KnownField::kContentType];
  const ContentType type = read_content_type(name);
  if (!type.valid || !type.utf8) return nullptr;
  const MediaType* const media = closest(declared, name);
  if (!updates_rows(*call.operation)) return media;
  if (!type.json && !type.merge_patch) return nullptr;
  if (media != nullptr) return media;
  return closest(declared, type.json ? "application/merge-patch+json" : "application/json");
}

std::string_view concrete_type(std::string_view range, MediaKind kind) {
  if (range.find('*') == std::string_view::npos) return range;
  switch (kind) {
    case MediaKind::kJson:
      return "application/json";
    case MediaKind::kForm:
      return "application/x-www-form-urlencoded";
    case MediaKind::kText:
      return "text/plain; charset=utf-8";
    case MediaKind::kMultipart:
    case MediaKind::kOctets:
      return "application/octet-stream";
  }
  return "application/octet-stream";
}

bool negotiate(Call& call) {
  const std::string_view prefer = call.input.known[KnownField::kPrefer];
  if (!prefer.empty()) call.preferences = parse_preferences(prefer);
  const Response* const response = expected_response(call);
  if (response == nullptr || response->content.empty()) {
    if (call.operation->handler == HandlerKind::kResource) call.answer_type = "application/json";
    return true;
  }
  const std::string_view accept = call.input.known[KnownField::kAccept];
  if (response->content.size() == 1 && accepts_all(accept) &&
      can_make(*call.operation, *response, response->content.front())) {
    call.answer_media = &response->content.front();
    call.answer_type = concrete_type(call.answer_media->range, call.answer_media->kind);
    return true;
  }
  const size_t count = response->content.size();
  std::string_view* const offers = call.arena->array<std::string_view>(count);
  const MediaType** const media = call.arena->array<const MediaType*>(count);
  size_t offered = 0;
  for (const MediaType& one : response->content) {
    if (!can_make(*call.operation, *response, one)) continue;
    new (offers + offered) std::string_view(concrete_type(one.range, one.kind));
    media[offered++] = &one;
  }
  call.answer_type_varies = offered > 1;
  const std::optional<size_t> best = negotiate_media(accept, {offers, offered});
  if (!best) return refuse_unacceptable(call, {offers, offered});
  call.answer_media = media[*best];
  call.answer_type = offers[*best];
  return true;
}

}  // namespace servanda
