// SPDX-License-Identifier: Apache-2.0
// The parameters of one call: who owns which piece of text, then one value for each.

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"
#include "contract/plan/input.h"
#include "contract/plan/input_deep.h"
#include "contract/plan/input_text.h"

namespace servanda {

using internal::Decoding;
using internal::DeepTree;
using internal::Delimiter;
using internal::PairList;
using internal::Pieces;
using internal::TextBuilder;
using internal::TextFault;
using internal::TextPair;

namespace {

Decoding decoding_of(ParameterIn in) {
  switch (in) {
    case ParameterIn::kQuery:
      return Decoding::kPercentPlus;
    case ParameterIn::kHeader:
      return Decoding::kNone;
    case ParameterIn::kPath:
    case ParameterIn::kCookie:
      break;
  }
  return Decoding::kPercent;
}

// A name from outside as it may stand in an answer.
std::string cut_name(std::string_view name) {
  constexpr size_t kShownMax = 100;
  if (name.size() <= kShownMax) return std::string(name);
  return std::string(name.substr(0, valid_utf8_prefix(name.substr(0, kShownMax)))) + "...";
}

bool is_array(const Parameter& parameter) {
  return parameter.shape.types.has(TypeMask::kArray) && !internal::is_any(parameter.shape.types);
}

bool is_object(const Parameter& parameter) {
  return parameter.shape.types.has(TypeMask::kObject) && !internal::is_any(parameter.shape.types);
}

bool is_scalar(const Parameter& parameter) {
  return internal::admits_scalar(parameter.shape.types) || internal::is_any(parameter.shape.types);
}

// Whether members of the object stand beside other parameters under names of their own.
bool spreads_members(const Parameter& parameter) {
  return parameter.style == ParameterStyle::kForm && parameter.explode && !parameter.is_json &&
         is_object(parameter);
}

Delimiter delimiter_of(ParameterStyle style) {
  switch (style) {
    case ParameterStyle::kSpaceDelimited:
      return Delimiter::kSpace;
    case ParameterStyle::kPipeDelimited:
      return Delimiter::kPipe;
    default:
      return Delimiter::kComma;
  }
}

bool holds_delimiter(std::string_view raw, Delimiter delimiter) {
  Pieces pieces(raw, delimiter);
  return pieces.next() && pieces.next();
}

}  // namespace

JsonBuilder& ParameterValues::take_builder() {
  if (builders_used_ == builders_.size()) builders_.push_back(std::make_unique<JsonBuilder>());
  JsonBuilder& builder = *builders_[builders_used_++];
  builder.clear();
  return builder;
}

void ParameterValues::clear() {
  values_.clear();
  given_.clear();
  pairs_.clear();
  lists_.clear();
  builders_used_ = 0;
}

void ParameterValues::set_only(size_t count, size_t index, JsonValue value) {
  clear();
  values_.assign(count, JsonValue());
  given_.assign(count, false);
  values_[index] = value;
  given_[index] = true;
}

class ParameterReader {
 public:
  ParameterReader(const Operation& operation, const RawInput& raw, Arena& arena,
                  ValidationContext& context, ParameterValues& values, Issues& issues)
      : operation_(operation),
        raw_(raw),
        arena_(arena),
        context_(context),
        out_(values),
        issues_(issues) {}

  void run() {
    size_t count = operation_.parameters.size();
    out_.clear();
    out_.values_.resize(count);
    out_.given_.resize(count, false);
    out_.lists_.resize(count);
    split_query();
    bool cookies = false;
    for (const Parameter& p : operation_.parameters) cookies |= p.in == ParameterIn::kCookie;
    if (cookies) split_cookies();
    size_t path_index = 0;
    for (size_t i = 0; i < count; ++i) {
      switch (operation_.parameters[i].in) {
        case ParameterIn::kPath:
          read_path(i, path_index++);
          break;
        case ParameterIn::kHeader:
          read_header(i);
          break;
        case ParameterIn::kQuery:
        case ParameterIn::kCookie:
          read_pairs(i);
          break;
      }
    }
  }

 private:
  // --- Who owns which pair.

  void split_query() {
    std::string_view rest = raw_.query;
    size_t count = 0;
    while (!rest.empty()) {
      size_t end = std::min(rest.find('&'), rest.size());
      std::string_view piece = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (piece.empty()) continue;
      if (++count > InputLimits::kPairsMax) {
        add_issue(ParameterIn::kQuery, "", "limit",
                  "The query must have at most " + std::to_string(InputLimits::kPairsMax) +
                      " parameters.");
        return;
      }
      size_t equals = std::min(piece.find('='), piece.size());
      std::string_view raw_name = piece.substr(0, equals);
      std::string_view value = piece.substr(std::min(equals + 1, piece.size()));
      auto name = internal::decode_text(raw_name, Decoding::kPercentPlus, arena_);
      if (!name) {
        add_issue(ParameterIn::kQuery, raw_name, "encoding",
                  "A parameter's name must be percent-encoded UTF-8 text without NUL.");
        continue;
      }
      give(ParameterIn::kQuery, *name, value);
    }
  }

  void split_cookies() {
    Pieces pieces(raw_.cookie_field, Delimiter::kSemicolon);
    size_t count = 0;
    while (auto piece = pieces.next()) {
      std::string_view pair = trim(*piece);
      size_t equals = pair.find('=');
      if (equals == std::string_view::npos) continue;
      if (++count > InputLimits::kPairsMax) {
        add_issue(ParameterIn::kCookie, "", "limit",
                  "There must be at most " + std::to_string(InputLimits::kPairsMax) + " cookies.");
        return;
      }
      give(ParameterIn::kCookie, pair.substr(0, equals), pair.substr(equals + 1));
    }
  }

  void give(ParameterIn in, std::string_view name, std::string_view value) {
    size_t owner = find_owner(in, name);
    if (owner == operation_.parameters.size()) {
      if (in == ParameterIn::kQuery) report_unknown(name);
      return;
    }
    out_.pairs_.push_back({name, value, 0});
    auto number = static_cast<uint32_t>(out_.pairs_.size());
    PairList& list = out_.lists_[owner];
    (list.last == 0 ? list.first : out_.pairs_[list.last - 1].next) = number;
    list.last = number;
    ++list.count;
  }

  // Names that parameters declare come first, members of spread objects next, and undeclared names
  // go to the first spread object that invites them.
  size_t find_owner(ParameterIn in, std::string_view name) const {
    const auto& parameters = operation_.parameters;
    for (size_t i = 0; i < parameters.size(); ++i) {
      const Parameter& p = parameters[i];
      if (p.in != in) continue;
      if (p.name == name && (!spreads_members(p) || is_scalar(p) || is_array(p))) return i;
      if (p.style == ParameterStyle::kDeepObject && name.size() > p.name.size() &&
          name[p.name.size()] == '[' && name.starts_with(p.name)) {
        return i;
      }
    }
    size_t inviting = parameters.size();
    for (size_t i = 0; i < parameters.size(); ++i) {
      const Parameter& p = parameters[i];
      if (p.in != in || !spreads_members(p)) continue;
      for (const TextShape::Member& member : p.shape.members) {
        if (member.name == name) return i;
      }
      if (p.shape.open && in == ParameterIn::kQuery) inviting = std::min(inviting, i);
    }
    return is_credential(in, name) ? parameters.size() : inviting;
  }

  bool is_credential(ParameterIn in, std::string_view name) const {
    return in == ParameterIn::kQuery && std::ranges::find(operation_.query_credentials, name) !=
                                            operation_.query_credentials.end();
  }

  void report_unknown(std::string_view name) {
    if (operation_.unknown_query == Operation::UnknownQuery::kIgnore ||
        is_credential(ParameterIn::kQuery, name)) {
      return;
    }
    std::vector<std::string_view> names;
    for (const Parameter& p : operation_.parameters) {
      if (p.in == ParameterIn::kQuery) names.push_back(p.name);
    }
    std::string detail = "There is no such query parameter";
    auto near = nearest(name, names);
    detail += near ? "; did you mean `" + std::string(*near) + "`?" : ".";
    add_issue(ParameterIn::kQuery, name, "unknown", std::move(detail));
  }

  // --- One value for each parameter.

  void read_path(size_t i, size_t path_index) {
    if (raw_.path_values == nullptr || path_index >= raw_.path_values->count) return missing(i);
    std::string_view raw = raw_.path_values->values[path_index];
    const Parameter& p = operation_.parameters[i];
    if (p.is_json) return json(i, raw);
    if (p.style == ParameterStyle::kSimple) return simple(i, raw, Delimiter::kComma);
    char mark = p.style == ParameterStyle::kLabel ? '.' : ';';
    if (!raw.starts_with(mark)) {
      return report(i, "style", std::string("Must begin with `") + mark + "`.");
    }
    raw.remove_prefix(1);
    if (p.style == ParameterStyle::kLabel) {
      return simple(i, raw, p.explode ? Delimiter::kDot : Delimiter::kComma);
    }
    matrix(i, raw);
  }

  // Text whose pieces all hang on one delimiter: simple and label styles, header values.
  void simple(size_t i, std::string_view raw, Delimiter delimiter) {
    const Parameter& p = operation_.parameters[i];
    if (is_scalar(p) && !(is_array(p) && holds_delimiter(raw, delimiter))) return scalar(i, raw);
    TextBuilder text(arena_, out_.take_builder(), decoding_of(p.in));
    bool done = is_array(p) ? text.array(raw, delimiter, p.shape)
                : p.explode ? text.paired_object(raw, delimiter, p.shape)
                            : text.flat_object(raw, delimiter, p.shape);
    finish(i, text, done);
  }

  // `raw` is ";n=v;n=w" without its first semicolon.
  void matrix(size_t i, std::string_view raw) {
    const Parameter& p = operation_.parameters[i];
    if (p.explode && is_object(p) && !is_scalar(p)) return simple(i, raw, Delimiter::kSemicolon);
    TextBuilder text(arena_, out_.take_builder(), Decoding::kPercent);
    Pieces pieces(raw, Delimiter::kSemicolon);
    std::vector<std::string_view> found;
    while (auto piece = pieces.next()) {
      size_t equals = std::min(piece->find('='), piece->size());
      auto name = text.decode(piece->substr(0, equals));
      if (!name) return finish(i, text, false);
      if (*name != p.name) return report(i, "style", "Must be written as ;" + p.name + "=value.");
      found.push_back(piece->substr(std::min(equals + 1, piece->size())));
      if (found.size() > InputLimits::kItemsMax) {
        return report(i, "limit",
                      "Must have at most " + std::to_string(InputLimits::kItemsMax) + " items.");
      }
    }
    if (p.explode && is_array(p) && (found.size() > 1 || !is_scalar(p))) {
      text.builder().begin_array();
      for (std::string_view item : found) {
        if (!text.value(item, internal::item_shape(p.shape))) return finish(i, text, false);
      }
      text.builder().end_array();
      return finish(i, text, true);
    }
    if (found.size() != 1) return report(i, "duplicate", "Must be given once.");
    simple(i, found[0], Delimiter::kComma);
  }

  void read_header(size_t i) {
    const Parameter& p = operation_.parameters[i];
    std::string_view joined;
    size_t count = 0;
    for (const HeaderField& field : raw_.fields) {
      if (!equals_ignoring_case(field.name, p.name)) continue;
      joined = ++count == 1 ? field.value : arena_.join(arena_.join(joined, ","), field.value);
    }
    if (count == 0) return missing(i);
    if (count > 1 && !is_array(p)) return report(i, "duplicate", "Must be given once.");
    if (p.is_json) return json(i, joined);
    simple(i, joined, Delimiter::kCommaTrimmed);
  }

  void read_pairs(size_t i) {
    const Parameter& p = operation_.parameters[i];
    const PairList& list = out_.lists_[i];
    if (list.count == 0) return missing(i);
    const TextPair& first = out_.pairs_[list.first - 1];
    if (p.style == ParameterStyle::kDeepObject) return deep(i, p.name.size());
    if (spreads_members(p) && first.name != p.name) return deep(i, 0);
    bool array = is_array(p) && !p.is_json;
    if (array && p.explode && (list.count > 1 || !is_scalar(p))) return repeated(i);
    if (list.count > 1) return report(i, "duplicate", "Must be given once.");
    if (p.is_json) return json(i, first.value);
    Delimiter delimiter = delimiter_of(p.style);
    if (is_scalar(p) && !(array && !p.explode && holds_delimiter(first.value, delimiter))) {
      return scalar(i, first.value);
    }
    if (first.value.empty() && p.allow_empty) return leave_out(i);
    TextBuilder text(arena_, out_.take_builder(), decoding_of(p.in));
    finish(i, text,
           array ? text.array(first.value, delimiter, p.shape)
                 : text.flat_object(first.value, delimiter, p.shape));
  }

  // An object from pairs: `prefix` bytes of their names are the parameter's own.
  void deep(size_t i, size_t prefix) {
    const Parameter& p = operation_.parameters[i];
    TextBuilder text(arena_, out_.take_builder(), decoding_of(p.in));
    DeepTree tree(text);
    bool done = true;
    for (uint32_t at = out_.lists_[i].first; done && at != 0; at = out_.pairs_[at - 1].next) {
      const TextPair& pair = out_.pairs_[at - 1];
      if (prefix == 0) {
        done = tree.add(pair.name, {}, pair.value);
      } else {
        done = tree.add({}, pair.name.substr(prefix), pair.value);
      }
    }
    finish(i, text, done && tree.build(p.shape));
  }

  void repeated(size_t i) {
    const Parameter& p = operation_.parameters[i];
    const PairList& list = out_.lists_[i];
    TextBuilder text(arena_, out_.take_builder(), decoding_of(p.in));
    std::string_view only = out_.pairs_[list.first - 1].value;
    if (list.count == 1 && (only.empty() || TextBuilder::is_json_array(only, p.shape))) {
      return finish(i, text, text.array(only, Delimiter::kComma, p.shape));
    }
    text.builder().begin_array();
    for (uint32_t at = list.first; at != 0; at = out_.pairs_[at - 1].next) {
      const TextPair& pair = out_.pairs_[at - 1];
      if (!text.value(pair.value, internal::item_shape(p.shape))) return finish(i, text, false);
    }
    text.builder().end_array();
    finish(i, text, true);
  }

  void json(size_t i, std::string_view raw) {
    TextBuilder text(arena_, out_.take_builder(), decoding_of(operation_.parameters[i].in));
    auto decoded = text.decode(raw);
    finish(i, text, decoded && text.json(*decoded));
  }

  void scalar(size_t i, std::string_view raw) {
    const Parameter& p = operation_.parameters[i];
    auto text = internal::decode_text(raw, decoding_of(p.in), arena_);
    if (!text) {
      TextBuilder refused(arena_, out_.take_builder(), decoding_of(p.in));
      (void)refused.decode(raw);
      return finish(i, refused, false);
    }
    TypeMask types = p.shape.types;
    if (text->empty() && p.allow_empty && !types.has(TypeMask::kString)) return leave_out(i);
    auto* node = arena_.make<JsonNode>();
    if (!internal::scalar_from_text(*text, types, *node)) {
      return report(i, "type", "Must be " + internal::types_text(types) + ".");
    }
    if (accepts(i, JsonValue(node))) return keep(i, JsonValue(node));
    if (node->kind != JsonKind::kString && types.has(TypeMask::kString)) {
      auto* as_text = arena_.make<JsonNode>();
      (void)internal::scalar_from_text(*text, {TypeMask::kString}, *as_text);
      if (accepts(i, JsonValue(as_text))) return keep(i, JsonValue(as_text));
    }
    refuse(i, JsonValue(node));
  }

  // --- Outcomes.

  bool accepts(size_t i, JsonValue value) {
    const Schema& schema = operation_.parameters[i].schema;
    return !schema.exists() || schema.accepts(value, Direction::kRequest, context_);
  }

  void keep(size_t i, JsonValue value) {
    out_.values_[i] = value;
    out_.given_[i] = true;
  }

  void finish(size_t i, TextBuilder& text, bool done) {
    if (!done) return report(i, text.fault().code, std::move(text.fault().detail));
    JsonValue value = text.builder().root();
    accepts(i, value) ? keep(i, value) : refuse(i, value);
  }

  void refuse(size_t i, JsonValue value) {
    const Parameter& p = operation_.parameters[i];
    Issues found(1);
    p.schema.validate(value, Direction::kRequest, context_, found);
    if (found.empty()) return report(i, "schema", "Must conform to its schema.");
    FieldError& first = found.fields()[0];
    if (!first.pointer.empty()) first.detail = "At " + first.pointer + ": " + first.detail;
    report(i, first.code, std::move(first.detail));
  }

  void missing(size_t i) {
    const Parameter& p = operation_.parameters[i];
    if (p.required) return report(i, "required", "Must be given.");
    leave_out(i);
  }

  void leave_out(size_t i) {
    const Parameter& p = operation_.parameters[i];
    if (p.default_value) out_.values_[i] = p.default_value->root();
  }

  void report(size_t i, std::string_view code, std::string detail) {
    const Parameter& p = operation_.parameters[i];
    add_issue(p.in, p.name, code, std::move(detail));
  }

  void add_issue(ParameterIn in, std::string_view name, std::string_view code, std::string detail) {
    if (issues_.full()) return;
    issues_.add(
        {std::string(parameter_in_text(in)), cut_name(name), std::string(code), std::move(detail)});
  }

  const Operation& operation_;
  const RawInput& raw_;
  Arena& arena_;
  ValidationContext& context_;
  ParameterValues& out_;
  Issues& issues_;
};

void read_parameters(const Operation& operation, const RawInput& raw, Arena& arena,
                     ValidationContext& context, ParameterValues& values, Issues& issues) {
  ParameterReader(operation, raw, arena, context, values, issues).run();
}

}  // namespace servanda
