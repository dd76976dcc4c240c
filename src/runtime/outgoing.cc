// SPDX-License-Identifier: Apache-2.0
// Requests: parameters and form bodies as text, by the styles of OpenAPI.
//
// What is written here is what contract/plan/input.h reads. Where a style has no text for a value,
// or would read it as another one, the request is refused instead of saying something else.

#include "servanda/outgoing.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace servanda {
namespace {

// Levels of brackets; what lies deeper is written as JSON text.
constexpr int kBracketsMax = 4;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

void append_encoded(std::string& out, std::string_view text) {
  if (std::ranges::all_of(text, is_unreserved)) {
    out += text;
  } else {
    out += percent_encode(text);
  }
}

// Characters of header names and, here, of cookie names.
bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_unreserved(c) || std::string_view("!#$%&'*+^`|").find(c) != std::string_view::npos;
  });
}

bool is_container(JsonValue value) {
  return value.is_array() || value.is_object();
}

bool holds_containers(JsonValue array) {
  for (const JsonValue item : array.items()) {
    if (is_container(item)) return true;
  }
  return false;
}

bool is_one_empty_text(JsonValue array) {
  if (array.size() != 1) return false;
  const JsonValue only = *array.items().begin();
  return only.is_string() && only.text().empty();
}

// The text of a value that is not null; JSON for containers.
std::string text_of(JsonValue value) {
  return value.is_string() ? std::string(value.text()) : json_text(value);
}

// What stands between the pieces of a list.
struct Separator {
  std::string_view written;
  char in_text;  // Pieces that hold it, decoded, cannot be told apart; 0: all can.
};

enum class Coding : uint8_t {
  kPercent,
  kPlain,  // Header fields.
};

// Why a value cannot be written; "" while all is well.
using Refusal = std::string;

// One list of pieces in one text.
class Pieces {
 public:
  Pieces(std::string& out, Separator separator, Coding coding)
      : out_(out), separator_(separator), coding_(coding) {}

  Refusal add(std::string_view text) {
    start();
    return append(text);
  }
  Refusal add_pair(std::string_view key, std::string_view value) {
    if (coding_ == Coding::kPlain && key.find('=') != std::string_view::npos) {
      return "has a member whose name holds \"=\"";
    }
    start();
    if (Refusal why = append(key); !why.empty()) return why;
    out_ += '=';
    return append(value);
  }

 private:
  void start() {
    if (!first_) out_ += separator_.written;
    first_ = false;
  }
  Refusal append(std::string_view text) {
    if (separator_.in_text != 0 && text.find(separator_.in_text) != std::string_view::npos) {
      std::string refusal = "holds \"";
      refusal += separator_.in_text;
      refusal += "\", which separates its pieces";
      return refusal;
    }
    if (coding_ == Coding::kPercent) {
      append_encoded(out_, text);
    } else if (trim(text) != text) {
      return "has a piece that begins or ends with a space";
    } else {
      out_ += text;
    }
    return {};
  }

  std::string& out_;
  Separator separator_;
  Coding coding_;
  bool first_ = true;
};

// The pieces of an array or object in one text.
Refusal append_list(std::string& out, JsonValue value, Separator separator, Coding coding,
                    Explode explode) {
  Pieces pieces(out, separator, coding);
  if (value.is_array()) {
    if (is_one_empty_text(value)) {
      return "is a list of one empty text, which is written like an empty list";
    }
    if (holds_containers(value)) return pieces.add(json_text(value));
    for (const JsonValue item : value.items()) {
      if (item.is_null()) return "holds null, which has no text";
      if (Refusal why = pieces.add(text_of(item)); !why.empty()) return why;
    }
    return {};
  }
  for (const JsonMember member : value.members()) {
    if (member.value.is_null()) return "holds null, which has no text";
    const std::string text = text_of(member.value);
    Refusal why;
    if (explode == Explode::kYes) {
      why = pieces.add_pair(member.key, text);
    } else {
      why = pieces.add(member.key);
      if (why.empty()) why = pieces.add(text);
    }
    if (!why.empty()) return why;
  }
  return {};
}

// name=value pairs of a query, a form body or a cookie field.
class Pairs {
 public:
  enum class Kind : uint8_t { kForm, kCookie };

  Pairs(std::string& out, Kind kind) : out_(out), kind_(kind) {}

  Refusal add(std::string_view name, std::string_view value) {
    if (Refusal why = start(name); !why.empty()) return why;
    append_encoded(out_, value);
    return {};
  }

  Refusal add_list(std::string_view name, JsonValue value, Separator separator) {
    if (Refusal why = start(name); !why.empty()) return why;
    return append_list(out_, value, separator, Coding::kPercent, Explode::kNo);
  }

  // The items of an array by repeating its name; nothing for an empty one.
  Refusal add_repeated(std::string_view name, JsonValue array) {
    if (holds_containers(array)) return add(name, json_text(array));
    for (const JsonValue item : array.items()) {
      if (item.is_null()) return "holds null, which has no text";
      if (Refusal why = add(name, text_of(item)); !why.empty()) return why;
    }
    return {};
  }

  // One member of an object whose members are pairs of their own.
  Refusal add_member(std::string_view name, JsonValue value) {
    if (name.empty()) return "has a member without a name";
    if (value.is_null()) return "holds null, which has no text";
    if (!value.is_array()) return add(name, text_of(value));
    if (value.size() == 0) return "holds an empty list, which has no text";
    return add_repeated(name, value);
  }

  // A value below a name with brackets.
  Refusal add_brackets(const std::string& name, JsonValue value, int depth) {
    if (value.is_null()) return "holds null, which has no text";
    if (value.is_object() && value.size() > 0 && depth < kBracketsMax) {
      for (const JsonMember member : value.members()) {
        if (member.key.empty() || member.key.find_first_of("[]") != std::string_view::npos) {
          return "has a member whose name is empty or holds a bracket";
        }
        const std::string inner = name + "[" + std::string(member.key) + "]";
        if (Refusal why = add_brackets(inner, member.value, depth + 1); !why.empty()) return why;
      }
      return {};
    }
    if (!value.is_array() || holds_containers(value)) return add(name, text_of(value));
    if (value.size() == 0) return "holds an empty list, which has no text";
    // Brackets also say of a single item that it is one of a list.
    return add_repeated(depth < kBracketsMax ? name + "[]" : name, value);
  }

 private:
  Refusal start(std::string_view name) {
    if (kind_ == Kind::kCookie && !is_token(name)) return "has a name that no cookie can have";
    if (!out_.empty()) out_ += kind_ == Kind::kCookie ? "; " : "&";
    if (kind_ == Kind::kCookie) {
      out_ += name;
    } else {
      append_encoded(out_, name);
    }
    out_ += '=';
    return {};
  }

  std::string& out_;
  const Kind kind_;
};

Separator separator_of(TextStyle style) {
  if (style == TextStyle::kSpaceDelimited) return {"%20", ' '};
  if (style == TextStyle::kPipeDelimited) return {"%7C", '|'};
  return {",", 0};
}

Refusal append_pairs_parameter(Pairs pairs, std::string_view name, ParameterForm form,
                               JsonValue value) {
  if (!is_container(value)) return pairs.add(name, text_of(value));
  if (value.is_object() && form.style == TextStyle::kDeepObject) {
    // Without members there is nothing to say.
    return value.size() == 0 ? Refusal() : pairs.add_brackets(std::string(name), value, 0);
  }
  if (value.is_object() && form.style == TextStyle::kForm && form.explode == Explode::kYes) {
    for (const JsonMember member : value.members()) {
      if (Refusal why = pairs.add_member(member.key, member.value); !why.empty()) return why;
    }
    return {};
  }
  if (value.is_array() && form.explode == Explode::kYes && !is_one_empty_text(value) &&
      value.size() > 0) {
    return pairs.add_repeated(name, value);
  }
  return pairs.add_list(name, value, separator_of(form.style));
}

Refusal append_matrix(std::string& out, std::string_view name, ParameterForm form,
                      JsonValue value) {
  const bool explode = form.explode == Explode::kYes;
  if (value.is_object() && explode) {
    out += ';';
    return append_list(out, value, {";", 0}, Coding::kPercent, Explode::kYes);
  }
  if (value.is_array() && explode && !holds_containers(value)) {
    if (value.size() == 0) return "is an empty list, which has no text";
    for (const JsonValue item : value.items()) {
      if (item.is_null()) return "holds null, which has no text";
      out += ';';
      append_encoded(out, name);
      out += '=';
      append_encoded(out, text_of(item));
    }
    return {};
  }
  if (value.is_array() && explode) return "holds lists or objects, which have no text";
  out += ';';
  append_encoded(out, name);
  out += '=';
  if (is_container(value)) return append_list(out, value, {",", 0}, Coding::kPercent, Explode::kNo);
  append_encoded(out, text_of(value));
  return {};
}

Refusal append_path(std::string& out, std::string_view name, ParameterForm form, JsonValue value) {
  const size_t begin = out.size();
  Refusal why;
  if (form.style == TextStyle::kMatrix) {
    why = append_matrix(out, name, form, value);
  } else {
    const bool label = form.style == TextStyle::kLabel;
    if (label) out += '.';
    const bool dotted = label && form.explode == Explode::kYes;
    if (is_container(value)) {
      // A percent-encoded dot is the same as a plain one (RFC 3986, section 2.3).
      why = append_list(out, value, dotted ? Separator{".", '.'} : Separator{",", 0},
                        Coding::kPercent, form.explode);
    } else {
      append_encoded(out, text_of(value));
    }
  }
  if (!why.empty()) return why;
  const std::string_view written = std::string_view(out).substr(begin);
  if (written.empty() || written == "." || written == "..") {
    return "is written as \"" + std::string(written) + "\", which is no segment of a path";
  }
  return {};
}

Refusal append_header(std::string& out, ParameterForm form, JsonValue value) {
  if (is_container(value)) {
    return append_list(out, value, {",", ','}, Coding::kPlain, form.explode);
  }
  out += text_of(value);
  return {};
}

Refusal check_header(std::string_view text) {
  const bool odd = std::ranges::any_of(text, [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  });
  if (odd) return "holds a control character, which no header field can";
  if (trim(text) != text) return "begins or ends with a space, which header fields lose";
  return {};
}

std::string& cookie_field(Outgoing& out) {
  for (HeaderValue& header : out.headers) {
    if (header.name == "Cookie") return header.value;
  }
  return out.headers.emplace_back(HeaderValue{"Cookie", {}}).value;
}

void refuse(Outgoing& out, const ParameterName& name, const Refusal& why) {
  if (why.empty() || !out.refusal.empty()) return;
  out.refusal = "The " + std::string(name.in) + " parameter " + std::string(name.name) + " " + why +
                ": give it another value.";
}

void put_value(Outgoing& out, const ParameterName& name, ParameterForm form, JsonValue value) {
  if (!out.refusal.empty()) return;
  Refusal why;
  if (value.is_null()) {
    why = "is null, which has no text";
  } else if (name.in == "path") {
    why = append_path(out.path, name.name, form, value);
  } else if (name.in == "header") {
    std::string& text = out.headers.emplace_back(HeaderValue{name.name, {}}).value;
    why = append_header(text, form, value);
    if (why.empty()) why = check_header(text);
  } else if (name.in == "cookie") {
    why = append_pairs_parameter({cookie_field(out), Pairs::Kind::kCookie}, name.name, form, value);
  } else {
    why = append_pairs_parameter({out.query, Pairs::Kind::kForm}, name.name, form, value);
  }
  refuse(out, name, why);
}

Refusal append_form_member(Pairs& pairs, std::span<const FormRule> rules, JsonMember member) {
  const auto rule = std::ranges::find(rules, member.key, &FormRule::member);
  if (rule == rules.end()) return pairs.add_member(member.key, member.value);
  if (member.value.is_null()) return "holds null, which has no text";
  switch (rule->style) {
    case FormStyle::kJson:
      return pairs.add(member.key, json_text(member.value));
    case FormStyle::kBrackets:
      return pairs.add_brackets(std::string(member.key), member.value, 0);
    case FormStyle::kComma:
    case FormStyle::kSpace:
    case FormStyle::kPipe:
      break;
  }
  if (!is_container(member.value)) return pairs.add(member.key, text_of(member.value));
  const TextStyle style = rule->style == FormStyle::kSpace  ? TextStyle::kSpaceDelimited
                          : rule->style == FormStyle::kPipe ? TextStyle::kPipeDelimited
                                                            : TextStyle::kForm;
  return pairs.add_list(member.key, member.value, separator_of(style));
}

}  // namespace

void begin_request(Outgoing& out, std::string_view method) {
  out.method = method;
  out.path.clear();
  out.query.clear();
  out.headers.clear();
  out.media_type.clear();
  out.body.clear();
  out.has_body = false;
  out.refusal.clear();
}

void put_text_parameter(Outgoing& out, const ParameterName& name, ParameterForm form,
                        std::string_view text) {
  JsonNode node;
  node.kind = JsonKind::kString;
  node.size = static_cast<uint32_t>(text.size());
  node.text = text.data();
  put_value(out, name, form, JsonValue(&node));
}

void put_json_parameter(Outgoing& out, const ParameterName& name, ParameterForm form,
                        std::string_view json) {
  if (form.style == TextStyle::kJson) {
    return put_text_parameter(out, name, {TextStyle::kSimple, Explode::kNo}, json);
  }
  const Result<JsonDocument> document = JsonDocument::parse(json);
  if (!document) return refuse(out, name, "is nested too deep");
  put_value(out, name, form, document->root());
}

void put_form_body(Outgoing& out, std::span<const FormRule> rules, std::string_view json) {
  out.media_type = "application/x-www-form-urlencoded";
  out.has_body = true;
  const Result<JsonDocument> document = JsonDocument::parse(json);
  Refusal why;
  if (!document) {
    why = "is nested too deep";
  } else if (!document->root().is_object()) {
    why = "is no object";
  } else {
    Pairs pairs(out.body, Pairs::Kind::kForm);
    for (const JsonMember member : document->root().members()) {
      why = append_form_member(pairs, rules, member);
      if (!why.empty()) break;
    }
  }
  if (!why.empty() && out.refusal.empty()) {
    out.refusal = "The form body " + why + ": give it another value.";
  }
}

void put_raw_body(Outgoing& out, std::string_view media_type, std::string_view body) {
  out.media_type = media_type;
  out.body = body;
  out.has_body = true;
}

void refuse_body(Outgoing& out, std::string_view media_type) {
  if (!out.refusal.empty()) return;
  out.refusal = "The body cannot be written as " + std::string(media_type) +
                ": declare application/json or a form beside it.";
}

}  // namespace servanda
