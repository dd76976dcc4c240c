// SPDX-License-Identifier: Apache-2.0
#include "http/conditions.h"

#include <algorithm>

#include "http/fields.h"

namespace servanda {
namespace {

using internal::FieldReader;

constexpr size_t kTagsMax = 64;

// etagc: visible characters but the quote, and high bytes. A backslash escapes nothing here.
bool is_tag_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x21 || (byte >= 0x23 && byte != 0x7f);
}

bool take_tag(FieldReader& in, EntityTag& tag) {
  if (in.take('W')) {
    if (!in.take('/')) return false;
    tag.strength = EntityTag::Strength::kWeak;
  }
  if (!in.take('"')) return false;
  const std::string_view rest = in.rest();
  const size_t end = rest.find('"');
  if (end == std::string_view::npos) return false;
  tag.opaque = rest.substr(0, end);
  if (!std::all_of(tag.opaque.begin(), tag.opaque.end(), is_tag_char)) return false;
  in = FieldReader(rest.substr(end + 1));
  return true;
}

}  // namespace

std::optional<EntityTag> parse_entity_tag(std::string_view text) {
  FieldReader in(internal::trim_blanks(text));
  EntityTag tag;
  if (!take_tag(in, tag) || !in.at_end()) return {};
  return tag;
}

bool EntityTagList::matches_strongly(const EntityTag& current) const {
  if (any) return true;
  if (current.strength == EntityTag::Strength::kWeak) return false;
  return std::any_of(tags.begin(), tags.end(), [&](const EntityTag& tag) {
    return tag.strength == EntityTag::Strength::kStrong && tag.opaque == current.opaque;
  });
}

bool EntityTagList::matches_weakly(const EntityTag& current) const {
  return any || std::any_of(tags.begin(), tags.end(),
                            [&](const EntityTag& tag) { return tag.opaque == current.opaque; });
}

std::optional<EntityTagList> parse_entity_tags(std::string_view text) {
  FieldReader in(internal::trim_blanks(text));
  EntityTagList list;
  if (in.rest() == "*") {
    list.any = true;
    return list;
  }
  for (;;) {
    in.skip_blanks();
    if (!in.at_end() && in.peek() != ',') {
      EntityTag tag;
      if (list.tags.size() == kTagsMax || !take_tag(in, tag)) return {};
      list.tags.push_back(tag);
      in.skip_blanks();
    }
    if (in.at_end()) break;
    if (!in.take(',')) return {};
  }
  if (list.tags.empty()) return {};
  return list;
}

}  // namespace servanda
