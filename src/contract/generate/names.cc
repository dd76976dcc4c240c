// SPDX-License-Identifier: Apache-2.0
#include "contract/generate/names.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "base/text.h"

namespace servanda::internal {
namespace {

constexpr size_t kNameBytesMax = 120;
constexpr size_t kCommentColumns = 96;

// Keywords, namespaces that generated code names, and macros of C headers and compilers.
constexpr std::string_view kReserved =
    " NULL alignas alignof and and_eq asm auto bitand bitor bool break case catch char"
    " char16_t char32_t char8_t class co_await co_return co_yield compl concept const"
    " const_cast consteval constexpr constinit continue decltype default delete do double"
    " dynamic_cast else enum errno explicit export extern false float for friend goto"
    " i386 if inline int linux long mutable namespace new noexcept not not_eq nullptr"
    " operator or or_eq private protected public register reinterpret_cast requires"
    " return servanda short signed sizeof static static_assert static_cast std stderr"
    " stdin stdout struct switch template this thread_local throw true try typedef typeid"
    " typename union unix unsigned using virtual void volatile wchar_t while xor xor_eq ";

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word(char c) {
  return is_upper(c) || is_lower(c) || is_digit(c);
}

// Whether a sign here belongs to what follows it, as in "-1" or "name,-price", and joins no words.
bool is_sign(std::string_view text, size_t at) {
  if (text[at] != '-' && text[at] != '+') return false;
  if (at + 1 >= text.size() || !is_word(text[at + 1])) return false;
  return at == 0 || std::string_view(" ,;:|([").find(text[at - 1]) != std::string_view::npos;
}

// The text in letters, digits and single spaces. Signs keep their meaning, and what has no letters
// and digits at all is spelled in hexadecimal.
std::string plain_words(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool word_before = !out.empty() && out.back() != ' ';
    if (is_word(text[i])) {
      out += text[i];
    } else if (is_sign(text, i)) {
      if (word_before) out += ' ';
      out += text[i] == '-' ? "minus " : "plus ";
    } else if (word_before) {
      out += ' ';
    }
  }
  while (out.ends_with(' ')) out.pop_back();
  if (!out.empty() || text.empty()) return out;
  out = "x ";
  for (const char c : text.substr(0, 16)) {
    const auto byte = static_cast<uint8_t>(c);
    out += hex({&byte, 1});
  }
  return out;
}

std::string cut(std::string name) {
  if (name.size() > kNameBytesMax) name.resize(kNameBytesMax);
  return name;
}

// Words joined, each with a capital. A word of capitals alone keeps only its first, so that no name
// is a macro.
std::string camel_case(std::string_view text) {
  std::string out;
  const std::string words = plain_words(text);
  for (const std::string_view word : split(words, ' ')) {
    if (word.empty()) continue;
    const bool shouts = word.size() > 1 && std::ranges::none_of(word, is_lower);
    const std::string lower = shouts ? to_lower(word) : std::string(word);
    // Digits of neighbouring words stay apart: "1.10" and "11.0" differ.
    if (!out.empty() && is_digit(out.back()) && is_digit(lower.front())) out += '_';
    out += is_lower(lower.front()) ? static_cast<char>(lower.front() - 'a' + 'A') : lower.front();
    out += lower.substr(1);
  }
  return cut(std::move(out));
}

bool is_reserved(std::string_view name) {
  return kReserved.find(" " + std::string(name) + " ") != std::string_view::npos;
}

// Code points that turn the direction of text: a reader would see other code than the compiler.
bool is_bidi_control(std::string_view text, size_t at) {
  if (text.size() - at < 3) return false;
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[at + i]); };
  if (byte(0) != 0xE2) return false;
  const bool marks = byte(1) == 0x80 &&
                     (byte(2) == 0x8E || byte(2) == 0x8F || (byte(2) >= 0xA8 && byte(2) <= 0xAE));
  return marks || (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);
}

// Lines of words; control characters separate words, empty lines are dropped.
std::vector<std::vector<std::string>> comment_words(std::string_view text) {
  std::vector<std::vector<std::string>> lines(1);
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) lines.back().push_back(std::move(word));
    word.clear();
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      end_word();
      if (!lines.back().empty()) lines.emplace_back();
      if (lines.size() > kCommentLinesMax) break;
    } else if (static_cast<uint8_t>(c) <= 0x20 || c == 0x7f) {
      end_word();
    } else if (is_bidi_control(text, i)) {
      i += 2;
    } else {
      // Two in a row would begin a trigraph.
      if (c == '?' && word.ends_with('?')) end_word();
      word += c;
    }
  }
  end_word();
  return lines;
}

}  // namespace

std::string type_name(std::string_view text) {
  std::string name = camel_case(text);
  if (name.empty()) return "Unnamed";
  if (!is_upper(name.front())) name.insert(0, "N");
  return name;
}

std::string member_name(std::string_view text) {
  std::string name = cut(snake_case(plain_words(text)));
  if (name.empty()) return "unnamed";
  if (is_digit(name.front())) name.insert(0, "n");
  if (is_reserved(name)) name += '_';
  return name;
}

std::string constant_name(std::string_view text) {
  const std::string name = camel_case(text);
  return name.empty() ? "kEmpty" : "k" + name;
}

std::string literal(std::string_view bytes) {
  std::string out = "\"";
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    const bool trigraph = c == '?' && out.back() == '?';
    if (c == '"' || c == '\\' || trigraph) {
      out += '\\';
      out += c;
    } else if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      // Three octal digits end by themselves, whatever follows.
      out += '\\';
      for (const int shift : {6, 3, 0}) out += static_cast<char>('0' + (byte >> shift & 7));
    }
  }
  out += '"';
  if (bytes.find('\0') == std::string_view::npos) return out;
  return "std::string_view(" + out + ", " + std::to_string(bytes.size()) + ")";
}

std::string comment(std::string_view text, size_t indent, size_t lines_max) {
  std::string out;
  const std::string begin = std::string(indent, ' ') + "//";
  size_t lines = 0;
  for (const auto& words : comment_words(text)) {
    std::string line;
    const auto end_line = [&] {
      // A backslash at the end would make the next line part of the comment.
      while (line.ends_with('\\') || line.ends_with(' ')) line.pop_back();
      if (!line.empty() && lines++ < lines_max) out += begin + line + '\n';
      line.clear();
    };
    for (const std::string& word : words) {
      if (!line.empty() && indent + 3 + line.size() + word.size() > kCommentColumns) end_line();
      line += ' ' + word;
    }
    end_line();
  }
  return out;
}

Result<void> check_namespace(std::string_view name_space) {
  const auto refuse = [&](std::string why) -> Result<void> {
    return fail(Code::kInvalidArgument, "The namespace \"" + std::string(name_space) + "\" " +
                                            std::move(why) +
                                            "; write identifiers joined with ::, such as shop.");
  };
  std::string_view rest = name_space;
  for (;;) {
    const size_t end = std::min(rest.find("::"), rest.size());
    const std::string_view part = rest.substr(0, end);
    const bool identifier =
        !part.empty() && part.size() <= kNameBytesMax && !is_digit(part.front()) &&
        part.front() != '_' && part.find("__") == std::string_view::npos &&
        std::ranges::all_of(part, [](char c) { return is_word(c) || c == '_'; });
    if (!identifier) return refuse("is no C++ namespace");
    if (is_reserved(part)) return refuse("holds the reserved name " + std::string(part));
    if (end == rest.size()) return {};
    rest.remove_prefix(end + 2);
  }
}

std::string Scope::take(const std::string& wanted) {
  if (taken_.insert(wanted).second) return wanted;
  const bool is_snake = is_lower(wanted.front()) && !(wanted.size() > 1 && is_upper(wanted[1]));
  const bool joint = (is_snake && wanted.back() != '_') || is_digit(wanted.back());
  for (size_t n = 2;; ++n) {
    std::string name = wanted + (joint ? "_" : "") + std::to_string(n);
    if (taken_.insert(name).second) return name;
  }
}

std::string Scope::take_file(const std::string& wanted) {
  return take(to_lower(wanted));
}

}  // namespace servanda::internal
