// SPDX-License-Identifier: Apache-2.0
#pragma once
// The caller's side of an operation: its request on the wire from a generated In, and a generated
// Out from its answer. What handlers do from the other side is in servanda/json.h.
//
//   servanda::Outgoing request;
//   write(in, request);                   // shop::op::GetOrder::In
//   if (!request.refusal.empty()) ...     // Some value has no text in its place.
//   ...                                   // Send it, get an Incoming.
//   shop::op::GetOrder::Out out;
//   servanda::ReadError error;
//   if (!read(answer, out, error)) ...    // No declared response: a problem, most likely.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/json.h"
#include "servanda/json.h"
#include "servanda/types.h"

namespace servanda {

// A request for one operation. Generated code has `void write(const Op::In&, Outgoing&)`, which
// replaces whatever was in it and keeps its memory.
struct Outgoing {
  std::string_view method;           // "GET"; lives as long as the program.
  std::string path;                  // Percent-encoded, with the base path of the contract.
  std::string query;                 // Without '?'; "" when there is none.
  std::vector<HeaderValue> headers;  // Of parameters; cookies are one field "Cookie".
  std::string media_type;            // Of the body; "" when there is none.
  std::string body;
  bool has_body = false;
  // Not empty: a sentence that says which value no text stands for where it would have to, such as
  // a line break in a header field. Nothing may be sent then.
  std::string refusal;
};

// An answer to such a request. Generated code has
// `bool read(const Incoming&, Op::Out&, ReadError&)`. It picks the declared response by status
// (exact, then range, then default) and, where it has a body, by media type. False when none fits
// or the one that does cannot be read.
//
// Lifetime: everything is borrowed; an Out owns what it was read from.
struct Incoming {
  int status = 0;
  std::string_view media_type;  // The value of Content-Type; "" when there is none.
  std::string_view body_text;   // As it came.
  JsonValue body;               // Parsed, when is_json_media(media_type); else absent.
  std::span<const HeaderValue> headers;
};

// Whether a body of this media type is JSON; parameters such as charset are passed over.
[[nodiscard]] bool is_json_media(std::string_view media_type);
// Whether a media type falls under a range: "*/*", "text/*", "application/*+json", or the type
// itself. Parameters are passed over.
[[nodiscard]] bool media_fits(std::string_view range, std::string_view media_type);

// --- What generated code is made of: requests.

// How a parameter is written (OpenAPI, "Style Values"); kJson: as `content: application/json`.
enum class TextStyle : uint8_t {
  kSimple,
  kLabel,
  kMatrix,
  kForm,
  kSpaceDelimited,
  kPipeDelimited,
  kDeepObject,
  kJson,
};
enum class Explode : uint8_t { kNo, kYes };
struct ParameterForm {
  TextStyle style = TextStyle::kForm;
  Explode explode = Explode::kYes;
};

// How a member of a form body is written where that is not by repeating its name.
enum class FormStyle : uint8_t { kJson, kComma, kSpace, kPipe, kBrackets };
struct FormRule {
  std::string_view member;
  FormStyle style = FormStyle::kJson;
};

// Empties `out` for another request.
void begin_request(Outgoing& out, std::string_view method);
// A parameter from the text of a scalar.
void put_text_parameter(Outgoing& out, const ParameterName& name, ParameterForm form,
                        std::string_view text);
// A parameter from any value as JSON text.
void put_json_parameter(Outgoing& out, const ParameterName& name, ParameterForm form,
                        std::string_view json);
// A form body from an object as JSON text.
void put_form_body(Outgoing& out, std::span<const FormRule> rules, std::string_view json);
void put_raw_body(Outgoing& out, std::string_view media_type, std::string_view body);
void refuse_body(Outgoing& out, std::string_view media_type);

namespace internal {
// Values whose text in a request is that of a header field. Not double, which has values without.
template <typename T>
concept PlainText = std::same_as<T, bool> || std::same_as<T, int32_t> || std::same_as<T, int64_t> ||
                    std::same_as<T, Uuid> || std::same_as<T, Timestamp> || std::same_as<T, Date> ||
                    std::same_as<T, Decimal> || std::same_as<T, DecimalNumber>;
template <typename T>
inline constexpr bool kIsOpen = false;
template <typename E>
inline constexpr bool kIsOpen<Open<E>> = true;
}  // namespace internal

template <typename T>
void put_parameter(Outgoing& out, const ParameterName& name, ParameterForm form, const T& value) {
  if (form.style == TextStyle::kJson) {
    put_json_parameter(out, name, form, to_json_text(value));
  } else if constexpr (std::same_as<T, std::string>) {
    put_text_parameter(out, name, form, value);
  } else if constexpr (internal::kIsOpen<T>) {
    put_text_parameter(out, name, form, value.text());
  } else if constexpr (internal::PlainText<T>) {
    put_text_parameter(out, name, form, header_text(value));
  } else {
    put_json_parameter(out, name, form, to_json_text(value));
  }
}
// Nothing where there is no value.
template <typename T>
void put_parameter(Outgoing& out, const ParameterName& name, ParameterForm form,
                   const std::optional<T>& value) {
  if (value) put_parameter(out, name, form, *value);
}

template <typename T>
void put_json_body(Outgoing& out, std::string_view media_type, const T& body) {
  out.media_type = media_type;
  out.has_body = true;
  JsonWriter writer(out.body);
  write(body, writer);
}

// --- What generated code is made of: answers.

// A header's text as JSON, for the type that reads it.
enum class HeaderKind : uint8_t { kText, kNumber, kBoolean };
[[nodiscard]] JsonNode header_node(std::string_view text, HeaderKind kind);
// The value of a header field by its name, in any case; the first of several.
[[nodiscard]] std::optional<std::string_view> header_value(const Incoming& answer,
                                                           std::string_view name);
// All values of header fields with this name, split at commas.
[[nodiscard]] std::vector<std::string_view> header_items(const Incoming& answer,
                                                         std::string_view name);

namespace internal {
template <typename T>
inline constexpr HeaderKind kHeaderKind =
    std::same_as<T, bool> ? HeaderKind::kBoolean
    : std::same_as<T, int32_t> || std::same_as<T, int64_t> || std::same_as<T, double> ||
            std::same_as<T, DecimalNumber>
        ? HeaderKind::kNumber
        : HeaderKind::kText;
}  // namespace internal

// One value from its text, the opposite of header_text().
template <typename T>
[[nodiscard]] bool read_header_text(std::string_view text, T& out, ReadError& error) {
  const JsonNode node = header_node(text, internal::kHeaderKind<T>);
  return read(JsonValue(&node), out, error);
}
// An empty text is null.
template <typename T>
[[nodiscard]] bool read_header_text(std::string_view text, Nullable<T>& out, ReadError& error) {
  if (text.empty()) {
    out = nullptr;
    return true;
  }
  return read_header_text(text, out.emplace(), error);
}

// Reads the declared header `name`. One that is not given leaves `out` as it is.
template <typename T>
[[nodiscard]] bool read_header(const Incoming& answer, std::string_view name, Presence presence,
                               T& out, ReadError& error) {
  const std::optional<std::string_view> text = header_value(answer, name);
  if (text && read_header_text(*text, out, error)) return true;
  if (!text && presence == Presence::kOptional) return true;
  if (!text) (void)error.fail("required", "is missing");
  return error.in_parameter({"header", name});
}
template <typename T>
[[nodiscard]] bool read_header(const Incoming& answer, std::string_view name, Presence presence,
                               std::vector<T>& out, ReadError& error) {
  if (!header_value(answer, name)) {
    if (presence == Presence::kOptional) return true;
    (void)error.fail("required", "is missing");
    return error.in_parameter({"header", name});
  }
  out.clear();
  for (const std::string_view text : header_items(answer, name)) {
    T item{};
    if (!read_header_text(text, item, error)) {
      (void)error.in_item(out.size());
      return error.in_parameter({"header", name});
    }
    out.push_back(std::move(item));
  }
  return true;
}
template <typename T>
[[nodiscard]] bool read_header(const Incoming& answer, std::string_view name, Presence presence,
                               Nullable<std::vector<T>>& out, ReadError& error) {
  if (header_value(answer, name) == "") {
    out = nullptr;
    return true;
  }
  return read_header(answer, name, presence, out.emplace(), error);
}
template <typename T>
[[nodiscard]] bool read_header(const Incoming& answer, std::string_view name, Presence presence,
                               std::optional<T>& out, ReadError& error) {
  if (!header_value(answer, name)) return true;
  return read_header(answer, name, presence, out.emplace(), error);
}

// Whether answers have the bodies that their responses declare: those to HEAD never do.
enum class BodyPresence : uint8_t { kDeclared, kNever };

namespace internal {
enum class Fit : uint8_t { kNo, kRead, kFailed };

template <BodyPresence presence, typename R>
[[nodiscard]] bool response_fits(const Incoming& answer) {
  const bool is_default = R::kFirstStatus == 0;
  if (!is_default && (answer.status < R::kFirstStatus || answer.status > R::kLastStatus)) {
    return false;
  }
  if constexpr (R::kBody == BodyKind::kNone || presence == BodyPresence::kNever) {
    return true;
  } else {
    if (R::kBody == BodyKind::kStructured && !answer.body.exists()) return false;
    for (const std::string_view range : R::kMediaTypes) {
      if (media_fits(range, answer.media_type)) return true;
    }
    return false;
  }
}

template <BodyPresence presence, typename R, typename Out>
[[nodiscard]] Fit read_response(const Incoming& answer, Out& out, ReadError& error) {
  if (!response_fits<presence, R>(answer)) return Fit::kNo;
  R& response = out.template emplace<R>();
  if constexpr (requires { response.status; }) response.status = answer.status;
  if constexpr (presence == BodyPresence::kNever || R::kBody == BodyKind::kNone) {
    return read_headers(answer, response, error) ? Fit::kRead : Fit::kFailed;
  } else if constexpr (R::kBody == BodyKind::kStructured) {
    if (!read(answer.body, response, error)) return Fit::kFailed;
  } else if constexpr (R::kBody == BodyKind::kRaw) {
    response.body = answer.body_text;
    if constexpr (requires { response.media_type; }) response.media_type = answer.media_type;
  }
  return read_headers(answer, response, error) ? Fit::kRead : Fit::kFailed;
}

// Says that no declared response fits; returns false.
bool fail_undeclared(const Incoming& answer, ReadError& error);
}  // namespace internal

// Reads the first of the responses R that fits.
template <BodyPresence presence, typename... R, typename Out>
[[nodiscard]] bool read_answer(const Incoming& answer, Out& out, ReadError& error) {
  internal::Fit found = internal::Fit::kNo;
  (void)(((found = internal::read_response<presence, R>(answer, out, error)) !=
          internal::Fit::kNo) ||
         ...);
  if (found == internal::Fit::kNo) return internal::fail_undeclared(answer, error);
  return found == internal::Fit::kRead;
}

}  // namespace servanda
