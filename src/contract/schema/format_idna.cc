// SPDX-License-Identifier: Apache-2.0
// Internationalised labels: punycode (RFC 3492) and the code point rules of RFC 5892.
#include <re2/re2.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "contract/schema/format.h"

namespace servanda::internal {
namespace {

using CodePoints = std::vector<char32_t>;

constexpr uint32_t kBase = 36;
constexpr size_t kLabelMax = 63;

int punycode_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0' + 26;
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'z' ? lower - 'a' : -1;
}

uint32_t adapted_bias(uint32_t delta, uint32_t count, uint32_t damping) {
  delta /= damping;
  delta += delta / count;
  uint32_t k = 0;
  while (delta > 455) {
    delta /= 35;
    k += kBase;
  }
  return k + 36 * delta / (delta + 38);
}

// Section 6.2. False when the text is not punycode.
bool decode_punycode(std::string_view text, CodePoints& out) {
  if (text.size() > kLabelMax) return false;
  size_t at = 0;
  if (const size_t dash = text.rfind('-'); dash != std::string_view::npos) {
    for (char c : text.substr(0, dash)) out.push_back(static_cast<char32_t>(c));
    at = dash + 1;
  }
  uint64_t n = 128;
  uint64_t i = 0;
  uint32_t bias = 72;
  if (at >= text.size()) return false;
  while (at < text.size()) {
    const uint64_t before = i;
    uint64_t weight = 1;
    for (uint32_t k = kBase;; k += kBase) {
      if (at >= text.size()) return false;
      const int digit = punycode_digit(text[at++]);
      if (digit < 0) return false;
      i += static_cast<uint64_t>(digit) * weight;
      const uint32_t threshold = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
      if (i > UINT32_MAX) return false;
      if (static_cast<uint32_t>(digit) < threshold) break;
      weight *= kBase - threshold;
      if (weight > UINT32_MAX) return false;
    }
    const auto count = static_cast<uint32_t>(out.size() + 1);
    bias = adapted_bias(static_cast<uint32_t>(i - before), count, before == 0 ? 700 : 2);
    n += i / count;
    i %= count;
    if (n > 0x10FFFF || (n >= 0xD800 && n <= 0xDFFF)) return false;
    out.insert(out.begin() + static_cast<ptrdiff_t>(i), static_cast<char32_t>(n));
    ++i;
  }
  return true;
}

bool is_within(char32_t c, char32_t first, char32_t last) {
  return c >= first && c <= last;
}
bool is_greek(char32_t c) {
  return is_within(c, 0x370, 0x3FF) || is_within(c, 0x1F00, 0x1FFF);
}
bool is_hebrew(char32_t c) {
  return is_within(c, 0x591, 0x5F4) || is_within(c, 0xFB1D, 0xFB4F);
}
bool is_kana_or_han(char32_t c) {
  return is_within(c, 0x3041, 0x309F) || (is_within(c, 0x30A1, 0x30FF) && c != 0x30FB) ||
         is_within(c, 0x31F0, 0x31FF) || c == 0x3005 || c == 0x3007 ||
         is_within(c, 0x3400, 0x4DBF) || is_within(c, 0x4E00, 0x9FFF) ||
         is_within(c, 0xF900, 0xFAFF) || is_within(c, 0x20000, 0x323AF);
}

bool is_virama(char32_t c) {
  constexpr char32_t kViramas[] = {0x94D,  0x9CD,  0xA4D,  0xACD,  0xB4D,  0xBCD,  0xC4D,
                                   0xCCD,  0xD4D,  0xDCA,  0xE3A,  0xF84,  0x1039, 0x103A,
                                   0x1714, 0x1734, 0x17D2, 0x1A60, 0x1B44, 0x1BAA, 0xA806,
                                   0xA8C4, 0xA953, 0xA9C0, 0xABED};
  for (char32_t virama : kViramas) {
    if (c == virama) return true;
  }
  return false;
}

// Letters that join to both sides or only to the right one (Arabic and Syriac blocks).
bool joins_right(char32_t c) {
  return is_within(c, 0x622, 0x625) || c == 0x627 || c == 0x629 || is_within(c, 0x62F, 0x632) ||
         c == 0x648 || is_within(c, 0x671, 0x673) || is_within(c, 0x675, 0x677) ||
         is_within(c, 0x688, 0x699) || is_within(c, 0x6C3, 0x6CB) || c == 0x6CD || c == 0x710;
}
bool joins_both(char32_t c) {
  return (is_within(c, 0x620, 0x64A) || is_within(c, 0x66E, 0x6D3) || is_within(c, 0x712, 0x72F) ||
          is_within(c, 0x750, 0x77F)) &&
         !joins_right(c) && c != 0x621;
}

bool is_joiner_allowed(const CodePoints& label, size_t at) {
  if (at > 0 && is_virama(label[at - 1])) return true;
  if (label[at] == 0x200D) return false;
  return at > 0 && at + 1 < label.size() && joins_both(label[at - 1]) &&
         (joins_both(label[at + 1]) || joins_right(label[at + 1]));
}

bool holds(const CodePoints& label, bool (*wanted)(char32_t)) {
  for (char32_t c : label) {
    if (wanted(c)) return true;
  }
  return false;
}

// RFC 5892, appendix A: what may stand only beside certain others.
bool keeps_context_rules(const CodePoints& label) {
  const bool arabic_digits = holds(label, [](char32_t c) { return is_within(c, 0x660, 0x669); });
  const bool extended_digits = holds(label, [](char32_t c) { return is_within(c, 0x6F0, 0x6F9); });
  if (arabic_digits && extended_digits) return false;
  for (size_t i = 0; i < label.size(); ++i) {
    const char32_t before = i > 0 ? label[i - 1] : 0;
    const char32_t after = i + 1 < label.size() ? label[i + 1] : 0;
    switch (label[i]) {
      case 0xB7:
        if (before != 'l' || after != 'l') return false;
        break;
      case 0x375:
        if (!is_greek(after)) return false;
        break;
      case 0x5F3:
      case 0x5F4:
        if (!is_hebrew(before)) return false;
        break;
      case 0x30FB:
        if (!holds(label, is_kana_or_han)) return false;
        break;
      case 0x200C:
      case 0x200D:
        if (!is_joiner_allowed(label, i)) return false;
        break;
      default:
        break;
    }
  }
  return true;
}

// Letters, marks and digits that do not change under case folding, with the exceptions of
// RFC 5892, section 2.6.
bool has_only_valid_code_points(const CodePoints& label, std::string_view text) {
  static const re2::RE2 valid(
      "[\\p{Ll}\\p{Lo}\\p{Lm}\\p{Mn}\\p{Mc}\\p{Nd}\\-"
      "\\x{B7}\\x{375}\\x{5F3}\\x{5F4}\\x{30FB}\\x{200C}\\x{200D}"
      "\\x{6FD}\\x{6FE}\\x{F0B}\\x{3007}]+");
  if (!re2::RE2::FullMatch(re2::StringPiece(text.data(), text.size()), valid)) return false;
  return !holds(label, [](char32_t c) {
    return c == 0x640 || c == 0x7FA || is_within(c, 0x302E, 0x302F) ||
           is_within(c, 0x3031, 0x3035) || c == 0x303B;
  });
}

}  // namespace

bool is_a_label_tail(std::string_view punycode) {
  static const re2::RE2 starts_with_mark("\\A\\p{M}");
  CodePoints label;
  if (!decode_punycode(punycode, label)) return false;
  std::string text;
  bool ascii = true;
  for (char32_t& c : label) {
    if (is_within(c, 'A', 'Z')) c |= 0x20;
    ascii = ascii && c < 0x80;
    append_utf8(text, c);
  }
  if (ascii || text.starts_with('-') || text.ends_with('-')) return false;
  if (label.size() >= 4 && label[2] == '-' && label[3] == '-') return false;
  if (re2::RE2::PartialMatch(text, starts_with_mark)) return false;
  return has_only_valid_code_points(label, text) && keeps_context_rules(label);
}

}  // namespace servanda::internal
