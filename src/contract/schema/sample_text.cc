// SPDX-License-Identifier: Apache-2.0
// Text for regular expressions and formats.
#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "contract/schema/sampler.h"

namespace servanda::internal {
namespace {

constexpr size_t kTextMax = 65'536;
constexpr char32_t kNoCharacter = 0xFFFFFFFF;

bool is_in(const CharSet& set, char32_t c) {
  const bool found = std::any_of(set.ranges.begin(), set.ranges.end(), [&](const auto& range) {
    return c >= range.first && c <= range.second;
  });
  return found != set.negated;
}

// One member of a Unicode property.
char32_t character_of_property(std::string_view name) {
  struct Member {
    std::string_view name;
    char32_t character;
  };
  static constexpr Member kMembers[] = {
      {"L", 'a'},         {"Ll", 'a'},          {"Lu", 'A'},          {"Lo", 0x4E2D},
      {"Lt", 0x01C5},     {"Lm", 0x02B0},       {"N", '1'},           {"Nd", '1'},
      {"Nl", 0x2160},     {"No", 0x00B2},       {"P", '-'},           {"Pd", '-'},
      {"Pc", '_'},        {"Po", '.'},          {"Ps", '('},          {"Pe", ')'},
      {"S", '+'},         {"Sc", '$'},          {"Sm", '+'},          {"So", 0x00A9},
      {"Sk", '^'},        {"Z", ' '},           {"Zs", ' '},          {"M", 0x0301},
      {"Mn", 0x0301},     {"Latin", 'a'},       {"Greek", 0x03B1},    {"Cyrillic", 0x0430},
      {"Han", 0x4E2D},    {"Hiragana", 0x3042}, {"Katakana", 0x30A2}, {"Hangul", 0xAC00},
      {"Arabic", 0x0627}, {"Hebrew", 0x05D0},   {"Thai", 0x0E01},
  };
  for (const Member& member : kMembers) {
    if (member.name == name) return member.character;
  }
  return kNoCharacter;
}

char32_t pick_from_ranges(const CharSet& set, Picker& picker) {
  constexpr std::string_view kPreferred = "a0AbB1cC2dD3eE4fF5xX9_-. ";
  if (picker.is_random() && !set.negated && !set.ranges.empty()) {
    const auto& [first, last] = set.ranges[picker.pick(static_cast<uint32_t>(set.ranges.size()))];
    if (last < 0x7F) return first + picker.pick(static_cast<uint32_t>(last - first + 1));
    // Wide ranges: something readable out of them.
    const char32_t c = static_cast<char32_t>('!' + picker.pick(94));
    if (is_in(set, c)) return c;
  }
  std::vector<char32_t> fitting;
  for (char c : kPreferred) {
    if (is_in(set, static_cast<char32_t>(c))) fitting.push_back(static_cast<char32_t>(c));
  }
  if (!fitting.empty()) return fitting[picker.pick(static_cast<uint32_t>(fitting.size()))];
  for (const auto& [first, last] : set.ranges) {
    if (!set.negated && (first < 0xD800 || first > 0xDFFF)) return first;
  }
  for (char32_t c = 0x21; c < 0x3000; ++c) {
    if (is_in(set, c)) return c;
  }
  return kNoCharacter;
}

class RegexWriter {
 public:
  RegexWriter(const RegexTree& tree, uint32_t extra, Picker& picker)
      : tree_(tree), extra_(extra), picker_(picker) {}

  bool write(uint32_t at) {
    const RegexNode& node = tree_.nodes[at];
    switch (node.kind) {
      case RegexKind::kSet:
        return write_set(tree_.sets[node.value]);
      case RegexKind::kConcat:
        return std::all_of(node.children.begin(), node.children.end(),
                           [this](uint32_t child) { return write(child); });
      case RegexKind::kAlternate:
        return write(node.children[picker_.pick(static_cast<uint32_t>(node.children.size()))]);
      case RegexKind::kRepeat:
        return write_repeat(node);
      case RegexKind::kBackReference:
        return false;
      default:
        return true;
    }
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  bool write_set(const CharSet& set) {
    char32_t c = set.ranges.empty() && !set.negated ? kNoCharacter : pick_from_ranges(set, picker_);
    if (!set.negated && !set.properties.empty()) {
      for (const CharSet::Property& property : set.properties) {
        const char32_t member = property.negated ? '-' : character_of_property(property.name);
        if (member != kNoCharacter) c = member;
      }
    }
    if (c == kNoCharacter || out_.size() > kTextMax) return false;
    append_utf8(out_, c);
    return true;
  }

  bool write_repeat(const RegexNode& node) {
    // One repetition reads better than none where any number is allowed.
    const uint32_t least = node.max > 1 ? std::max(node.min, 1u) : node.min;
    const uint32_t count = std::min(node.max, least + std::min(extra_, kRepeatMore));
    for (uint32_t i = 0; i < count; ++i) {
      if (!write(node.children[0])) return false;
    }
    return true;
  }

  static constexpr uint32_t kRepeatMore = 65'536;
  const RegexTree& tree_;
  uint32_t extra_;
  Picker& picker_;
  std::string out_;
};

std::string printed(const char* form, uint32_t a, uint32_t b, uint32_t c) {
  char text[64];
  std::snprintf(text, sizeof text, form, a, b, c);
  return text;
}

std::string random_hex(Picker& picker, int digits) {
  std::string out;
  for (int i = 0; i < digits; ++i) out += "0123456789abcdef"[picker.pick(16)];
  return out;
}

std::string uuid_text(Picker& picker) {
  if (!picker.is_random()) {
    return "0190a7c8-7b3f-7c2e-9a51-" + printed("%012u", picker.variant(), 0, 0);
  }
  return random_hex(picker, 8) + "-" + random_hex(picker, 4) + "-4" + random_hex(picker, 3) + "-a" +
         random_hex(picker, 3) + "-" + random_hex(picker, 12);
}

}  // namespace

std::optional<std::string> text_for_regex(const RegexTree& tree, uint32_t extra, Picker& picker) {
  if (!tree.error.empty()) return std::nullopt;
  RegexWriter writer(tree, extra, picker);
  if (!writer.write(tree.root)) return std::nullopt;
  return writer.take();
}

std::string text_for_format(Format format, Picker& picker) {
  const uint32_t number = picker.is_random() ? picker.pick(100'000) : picker.variant();
  const uint32_t day = 1 + number % 28;
  const uint32_t second = number % 60;
  const std::string word = picker.is_random() || number > 0 ? std::to_string(number) : "";
  switch (format) {
    case Format::kDateTime:
      return printed("2026-05-%02uT12:00:%02uZ", day, second, 0);
    case Format::kDate:
      return printed("2026-05-%02u", day, 0, 0);
    case Format::kTime:
      return printed("12:00:%02uZ", second, 0, 0);
    case Format::kDuration:
      return printed("PT%uH", 1 + number, 0, 0);
    case Format::kEmail:
    case Format::kIdnEmail:
      return "user" + word + "@example.com";
    case Format::kHostname:
      return "www" + word + ".example.com";
    case Format::kIpv4:
      return printed("192.0.2.%u", 1 + number % 254, 0, 0);
    case Format::kIpv6:
      return printed("2001:db8::%x", 1 + number % 0xFFFF, 0, 0);
    case Format::kUri:
    case Format::kUriReference:
    case Format::kIri:
    case Format::kIriReference:
      return "https://example.com/" + word;
    case Format::kUriTemplate:
      return "/items" + word + "/{id}";
    case Format::kUuid:
      return uuid_text(picker);
    case Format::kJsonPointer:
      return "/items/" + std::to_string(number);
    case Format::kRelativeJsonPointer:
      return std::to_string(number) + "/id";
    case Format::kRegex:
      return "^[a-z]+" + word + "$";
    case Format::kByte:
      return number % 2 == 0 ? "c2FtcGxl" : "c2FtcGxlcw==";
    case Format::kDecimal:
      return std::to_string(number) + ".5";
    default:
      return "string" + word;
  }
}

}  // namespace servanda::internal
