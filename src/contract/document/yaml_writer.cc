// SPDX-License-Identifier: Apache-2.0
#include "contract/document/yaml_writer.h"

#include <cstdio>

#include "contract/document/yaml_parser.h"

namespace servanda::internal {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

// Whether every character may stand unescaped: no control characters, and none of the separators
// and marks that readers treat specially.
bool is_printable(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c < 0x20 && c != '\n') || c == 0x7F) return false;
    if (c < 0xC2) continue;
    if (c == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) return false;
    if (c != 0xE2 && c != 0xEF) continue;
    if (is_one_of(text.substr(i, 3), {"\xE2\x80\xA8", "\xE2\x80\xA9", "\xEF\xBB\xBF",
                                      "\xEF\xBF\xBE", "\xEF\xBF\xBF"})) {
      return false;
    }
  }
  return true;
}

// Words that YAML 1.1 readers take for booleans.
bool is_old_boolean(std::string_view text) {
  return is_one_of(text, {"y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "on", "On",
                          "ON", "off", "Off", "OFF"});
}

bool is_plain_safe(std::string_view text) {
  if (text.empty() || is_old_boolean(text)) return false;
  if (read_plain(text).kind != JsonKind::kString) return false;
  const char first = text[0];
  const bool letter = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') ||
                      first == '_' || first == '/' || first == '$' || first == '(' ||
                      static_cast<unsigned char>(first) >= 0x80;
  if (!letter || text.back() == ' ' || text.back() == ':') return false;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == ':' && text[i + 1] == ' ') return false;
    if (text[i] == ' ' && text[i + 1] == '#') return false;
  }
  return text.find('\n') == std::string_view::npos && is_printable(text);
}

// Whether a literal block shows the text unchanged.
bool fits_literal(std::string_view text) {
  return text.find('\n') != std::string_view::npos && text[0] != ' ' && text[0] != '\n' &&
         is_printable(text);
}

class YamlWriter {
 public:
  YamlWriter(std::string& out, size_t bytes_max) : out_(&out), bytes_max_(bytes_max) {}

  bool write(const Node& node) {
    write_value(node, 0, false);
    if (node.size == 0) *out_ += '\n';
    return out_->size() <= bytes_max_;
  }

 private:
  void indent(size_t depth) { out_->append(depth * 2, ' '); }

  // Writes what stands behind "key:" or "-"; `behind` tells that something stands before it on the
  // line. Collections end with a line feed, scalars do not.
  void write_value(const Node& node, size_t depth, bool behind) {
    if (out_->size() > bytes_max_) return;
    if (node.size > 0) {
      if (behind) *out_ += '\n';
      return node.is_object() ? write_members(node, depth) : write_items(node, depth);
    }
    if (behind) *out_ += ' ';
    switch (node.kind) {
      case JsonKind::kNull:
        *out_ += "null";
        break;
      case JsonKind::kBoolean:
        *out_ += node.boolean ? "true" : "false";
        break;
      case JsonKind::kInteger:
      case JsonKind::kNumber:
        *out_ += node.text;
        break;
      case JsonKind::kString:
        return write_string(node.text, depth);
      case JsonKind::kArray:
        *out_ += "[]";
        break;
      case JsonKind::kObject:
        *out_ += "{}";
        break;
    }
  }

  void write_members(const Node& node, size_t depth) {
    bool first = true;
    for (const NodeEntry& entry : node) {
      // The first member of an item stands on the line of its dash.
      if (!first || !after_dash_) indent(depth);
      first = false;
      after_dash_ = false;
      write_key(entry.key);
      *out_ += ':';
      write_value(*entry.value, depth + 1, true);
      if (entry.value->size == 0) *out_ += '\n';
      if (out_->size() > bytes_max_) return;
    }
  }

  void write_items(const Node& node, size_t depth) {
    bool first = true;
    for (const NodeEntry& entry : node) {
      if (!first || !after_dash_) indent(depth);
      first = false;
      *out_ += '-';
      const Node& item = *entry.value;
      if (item.size > 0) {
        *out_ += ' ';
        after_dash_ = true;
        write_value(item, depth + 1, false);
        after_dash_ = false;
      } else {
        after_dash_ = false;
        write_value(item, depth + 1, true);
        *out_ += '\n';
      }
      if (out_->size() > bytes_max_) return;
    }
  }

  void write_key(std::string_view key) {
    if (is_plain_safe(key)) {
      *out_ += key;
    } else {
      write_quoted(key);
    }
  }

  void write_string(std::string_view text, size_t depth) {
    if (is_plain_safe(text)) {
      *out_ += text;
    } else if (fits_literal(text)) {
      write_literal(text, depth);
    } else {
      write_quoted(text);
    }
  }

  void write_literal(std::string_view text, size_t depth) {
    const bool ends = text.ends_with('\n');
    const bool keeps = text.ends_with("\n\n");
    *out_ += keeps ? "|+" : ends ? "|" : "|-";
    if (ends) text.remove_suffix(1);
    while (true) {
      const size_t end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      *out_ += '\n';
      if (!line.empty()) {
        indent(depth == 0 ? 1 : depth);
        *out_ += line;
      }
      if (end == std::string_view::npos) return;
      text.remove_prefix(end + 1);
    }
  }

  void write_quoted(std::string_view text) {
    if (is_printable(text) && text.find('\n') == std::string_view::npos) {
      *out_ += '\'';
      for (const char c : text) {
        if (c == '\'') *out_ += '\'';
        *out_ += c;
      }
      *out_ += '\'';
      return;
    }
    *out_ += '"';
    for (size_t i = 0; i < text.size(); ++i) write_escaped(text, i);
    *out_ += '"';
  }

  void write_escaped(std::string_view text, size_t& at) {
    constexpr std::string_view kSpecial = "\"\\\n\t\r";
    constexpr std::string_view kLetters = "\"\\ntr";
    const auto c = static_cast<unsigned char>(text[at]);
    if (const size_t found = kSpecial.find(text[at]); found != std::string_view::npos) {
      *out_ += '\\';
      *out_ += kLetters[found];
      return;
    }
    const auto next = [&](size_t i) { return static_cast<unsigned char>(text[at + i]) & 0x3Fu; };
    uint32_t code_point = 0;
    size_t length = 1;
    if (c < 0x20 || c == 0x7F) {
      code_point = c;
    } else if (c == 0xC2) {
      code_point = 0x80 | next(1);
      length = 2;
    } else if (c >= 0xE0 && c < 0xF0) {
      code_point = (c & 0x0Fu) << 12 | next(1) << 6 | next(2);
      length = 3;
    } else {
      *out_ += text[at];
      return;
    }
    if (is_printable(text.substr(at, length))) {
      *out_ += text.substr(at, length);
    } else {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", code_point);
      *out_ += code;
    }
    at += length - 1;
  }

  std::string* out_;
  size_t bytes_max_;
  bool after_dash_ = false;
};

}  // namespace

bool write_yaml(std::string& out, const Node& node, size_t bytes_max) {
  return YamlWriter(out, bytes_max).write(node);
}

}  // namespace servanda::internal
