// SPDX-License-Identifier: Apache-2.0
// Form bodies as JSON: application/x-www-form-urlencoded and multipart/form-data.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "contract/plan/input.h"
#include "contract/plan/input_deep.h"
#include "contract/plan/input_text.h"

namespace servanda {
namespace {

using internal::Decoding;
using internal::DeepTree;
using internal::Delimiter;
using internal::MemberRule;
using internal::TextBuilder;

constexpr size_t kShownMax = 100;

std::string pointer_of(std::string_view name) {
  std::string pointer = "/";
  for (char c : name.substr(0, valid_utf8_prefix(name.substr(0, kShownMax)))) {
    pointer += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  return pointer;
}

void refuse(JsonBuilder& builder, Issues& issues, std::string pointer, std::string_view code,
            std::string detail) {
  builder.clear();
  builder.begin_object();
  builder.end_object();
  if (!issues.full()) {
    issues.add({"body", std::move(pointer), std::string(code), std::move(detail)});
  }
}

// "application/json", "application/*+json" and their parameters.
bool is_json_type(std::string_view type) {
  std::string_view essence = trim(type.substr(0, type.find(';')));
  return equals_ignoring_case(essence, "application/json") ||
         (essence.size() > 5 && equals_ignoring_case(essence.substr(essence.size() - 5), "+json"));
}

bool is_text_type(std::string_view type) {
  return type.size() > 5 && equals_ignoring_case(type.substr(0, 5), "text/");
}

// Whether a content type matches one that the encoding lists ("image/*" matches "image/png").
bool matches_type(std::string_view type, std::string_view range) {
  std::string_view essence = trim(type.substr(0, type.find(';')));
  std::string_view wanted = trim(range.substr(0, range.find(';')));
  if (wanted == "*/*" || equals_ignoring_case(essence, wanted)) return true;
  return wanted.size() > 2 && wanted.ends_with("/*") && essence.size() >= wanted.size() &&
         equals_ignoring_case(essence.substr(0, wanted.size() - 1),
                              wanted.substr(0, wanted.size() - 1));
}

const PropertyEncoding* encoding_of(const MediaType& media, std::string_view property) {
  auto found = std::ranges::find(media.encodings, property, &PropertyEncoding::property);
  return found == media.encodings.end() ? nullptr : &*found;
}

std::vector<MemberRule> member_rules(const MediaType& media) {
  std::vector<MemberRule> rules;
  for (const PropertyEncoding& encoding : media.encodings) {
    MemberRule rule{encoding.property};
    if (!encoding.content_types.empty() && is_json_type(encoding.content_types[0])) {
      rule.form = MemberRule::Form::kJson;
    } else if (!encoding.explode && encoding.style != ParameterStyle::kDeepObject) {
      rule.form = MemberRule::Form::kDelimited;
      if (encoding.style == ParameterStyle::kSpaceDelimited) rule.delimiter = Delimiter::kSpace;
      if (encoding.style == ParameterStyle::kPipeDelimited) rule.delimiter = Delimiter::kPipe;
    } else {
      continue;
    }
    rules.push_back(rule);
  }
  return rules;
}

// Brackets after a declared member's name lead into it; any other name is taken as it is.
internal::BracketName member_path(const TextShape& shape, std::string_view name) {
  auto declared = [&](std::string_view wanted) {
    return std::ranges::any_of(shape.members,
                               [&](const TextShape::Member& m) { return m.name == wanted; });
  };
  if (declared(name)) return {name, {}};
  internal::BracketName split = internal::split_brackets(name);
  return declared(split.base) ? split : internal::BracketName{name, {}};
}

// Builds a multipart body: parts of one name together, in order of first appearance.
class MultipartReader {
 public:
  MultipartReader(const MediaType& media, std::span<const BodyPart> parts, Arena& arena,
                  JsonParser& parser, JsonBuilder& builder, Issues& issues)
      : media_(media),
        parts_(parts),
        arena_(arena),
        parser_(parser),
        builder_(builder),
        issues_(issues) {}

  void run() {
    if (parts_.size() > InputLimits::kPairsMax) {
      return refuse(
          builder_, issues_, "", "limit",
          "The body must have at most " + std::to_string(InputLimits::kPairsMax) + " parts.");
    }
    builder_.begin_object();
    for (size_t i = 0; i < parts_.size(); ++i) {
      if (seen_before(i)) continue;
      if (!property(i)) return;
    }
    builder_.end_object();
  }

 private:
  bool seen_before(size_t i) const {
    return std::ranges::find(parts_.first(i), parts_[i].name, &BodyPart::name) !=
           parts_.first(i).end();
  }

  bool property(size_t first) {
    std::string_view name = parts_[first].name;
    if (!is_valid_utf8(name) || name.find('\0') != std::string_view::npos) {
      refuse(builder_, issues_, pointer_of(name), "encoding", "A part's name must be UTF-8 text.");
      return false;
    }
    const TextShape& shape = internal::member_shape(media_.shape, name);
    bool arrays = shape.types.has(TypeMask::kArray) && !internal::is_any(shape.types);
    auto same_name = [&](const BodyPart& part) { return part.name == name; };
    size_t count = static_cast<size_t>(std::ranges::count_if(parts_, same_name));
    if (count > 1 && !arrays) {
      refuse(builder_, issues_, pointer_of(name), "duplicate", "Must be given once.");
      return false;
    }
    builder_.key(name);
    bool whole = count == 1 && (is_json_type(parts_[first].content_type) ||
                                TextBuilder::is_json_array(parts_[first].content, shape) ||
                                internal::admits_scalar(shape.types));
    if (!arrays || whole) return part(parts_[first], shape);
    builder_.begin_array();
    for (const BodyPart& candidate : parts_.subspan(first)) {
      if (candidate.name == name && !part(candidate, internal::item_shape(shape))) return false;
    }
    builder_.end_array();
    return true;
  }

  bool part(const BodyPart& part, const TextShape& shape) {
    const PropertyEncoding* encoding = encoding_of(media_, part.name);
    std::string_view type = part.content_type;
    if (encoding != nullptr && !encoding->content_types.empty()) {
      auto matches = [&](const std::string& range) { return matches_type(type, range); };
      if (type.empty()) {
        type = encoding->content_types[0];
      } else if (std::ranges::none_of(encoding->content_types, matches)) {
        refuse(builder_, issues_, pointer_of(part.name), "contentType",
               "Must be sent as " + encoding->content_types[0] + ".");
        return false;
      }
    }
    if (is_json_type(type)) return json(part);
    bool octets = !part.file_name.empty() || (!type.empty() && !is_text_type(type));
    if (octets && shape.types.has(TypeMask::kString)) {
      builder_.string(part.content);
      return true;
    }
    TextBuilder text(arena_, builder_, Decoding::kNone);
    if (text.value(part.content, shape)) return true;
    refuse(builder_, issues_, pointer_of(part.name), text.fault().code,
           std::move(text.fault().detail));
    return false;
  }

  // The parser's memory is taken back with its next document, so the text is read into the arena.
  bool json(const BodyPart& part) {
    auto parsed = parser_.parse(part.content);
    if (!parsed) {
      refuse(builder_, issues_, pointer_of(part.name), "json", parsed.error().message);
      return false;
    }
    internal::copy_json(builder_, *parsed, arena_);
    return true;
  }

  const MediaType& media_;
  std::span<const BodyPart> parts_;
  Arena& arena_;
  JsonParser& parser_;
  JsonBuilder& builder_;
  Issues& issues_;
};

}  // namespace

void read_form(const MediaType& media, std::string_view text, Arena& arena, JsonBuilder& builder,
               Issues& issues) {
  TextBuilder out(arena, builder, Decoding::kPercentPlus);
  DeepTree tree(out);
  size_t count = 0;
  while (!text.empty()) {
    size_t end = std::min(text.find('&'), text.size());
    std::string_view piece = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (piece.empty()) continue;
    if (++count > InputLimits::kPairsMax) {
      return refuse(
          builder, issues, "", "limit",
          "The form must have at most " + std::to_string(InputLimits::kPairsMax) + " fields.");
    }
    size_t equals = std::min(piece.find('='), piece.size());
    auto name = out.decode(piece.substr(0, equals));
    bool added = name.has_value();
    if (added && name->empty()) added = out.fail("style", "A field must have a name.");
    if (added) {
      auto [base, brackets] = member_path(media.shape, *name);
      added = tree.add(base, brackets, piece.substr(std::min(equals + 1, piece.size())));
    }
    if (!added) {
      return refuse(builder, issues, pointer_of(name.value_or("")), out.fault().code,
                    std::move(out.fault().detail));
    }
  }
  if (tree.build_form(media.shape, member_rules(media))) return;
  refuse(builder, issues, pointer_of(tree.failed_member()), out.fault().code,
         std::move(out.fault().detail));
}

void read_multipart(const MediaType& media, std::span<const BodyPart> parts, Arena& arena,
                    JsonParser& parser, JsonBuilder& builder, Issues& issues) {
  MultipartReader(media, parts, arena, parser, builder, issues).run();
}

}  // namespace servanda
