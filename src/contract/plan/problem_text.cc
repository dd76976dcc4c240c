// SPDX-License-Identifier: Apache-2.0
#include "contract/plan/problem_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <vector>

#include "base/calendar.h"
#include "base/json.h"
#include "base/problem.h"
#include "base/text.h"

namespace servanda {
namespace {

// The names in a JSON Pointer: "/a~1b/0" has "a/b" and "0".
std::vector<std::string> names_of(std::string_view pointer) {
  std::vector<std::string> names;
  if (pointer.empty()) return names;
  for (const std::string_view part : split(pointer.substr(1), '/')) {
    std::string& name = names.emplace_back();
    for (size_t i = 0; i < part.size(); ++i) {
      const bool escape = part[i] == '~' && i + 1 < part.size();
      name += !escape ? part[i] : part[i + 1] == '1' ? '/' : '~';
      if (escape) ++i;
    }
  }
  return names;
}

// "/address/0/city" as "address.0.city"; a parameter's name stays as it is; "" for a whole body.
std::string name_of(const FieldError& field) {
  if (field.in != "body") return field.pointer;
  std::string text;
  for (const std::string& name : names_of(field.pointer)) {
    if (!text.empty()) text += '.';
    text += name;
  }
  return text;
}

// The words of a contract are compared without regard to case, "_" and "-".
bool is_same_word(std::string_view a, std::string_view b) {
  const auto next = [](std::string_view text, size_t& at) {
    while (at < text.size() && (text[at] == '_' || text[at] == '-')) ++at;
    if (at == text.size()) return '\0';
    const char c = text[at++];
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  size_t i = 0;
  size_t j = 0;
  for (;;) {
    const char x = next(a, i);
    if (x != next(b, j)) return false;
    if (x == '\0') return true;
  }
}

// The first `characters` of valid UTF-8.
std::string_view shortened(std::string_view text, uint32_t characters) {
  size_t at = 0;
  for (uint32_t seen = 0; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (begins && seen++ == characters) break;
  }
  return text.substr(0, at);
}

class ProblemWriter {
 public:
  ProblemWriter(std::string& out, const Error& error, const ProblemContext& context)
      : writer_(out), error_(error), facts_(facts_of(error.code)), context_(context) {}

  void write_object(const std::vector<ProblemMember>& members, const FieldError* field) {
    writer_.begin_object();
    for (const ProblemMember& member : members) write_member(member, field);
    writer_.end_object();
  }

 private:
  void write_member(const ProblemMember& member, const FieldError* field) {
    switch (member.part) {
      case ProblemPart::kConstant:
        writer_.key(member.name);
        return writer_.raw(member.json);
      case ProblemPart::kStatus:
        if (member.as_text) return write_text(member, std::to_string(context_.status));
        writer_.key(member.name);
        return writer_.integer(context_.status);
      case ProblemPart::kRetryable:
        writer_.key(member.name);
        return writer_.boolean(is_retryable(error_));
      case ProblemPart::kObject:
        if (is_silent(member, field)) return;
        writer_.key(member.name);
        return write_object(member.members, field);
      case ProblemPart::kSentences:
        return write_sentences(member);
      case ProblemPart::kFields:
        return write_fields(member);
      case ProblemPart::kByField:
        return write_by_field(member);
      case ProblemPart::kFieldPath:
        return write_path(member, field);
      default:
        return write_text(member, text_of(member.part, field));
    }
  }

  // Whether an object that may be left out would be about a field where there is none.
  [[nodiscard]] static bool is_silent(const ProblemMember& member, const FieldError* field) {
    if (member.required || field != nullptr) return false;
    return std::ranges::all_of(member.members, [&](const ProblemMember& one) {
      return (one.part >= ProblemPart::kFieldName && one.part <= ProblemPart::kIn) ||
             (one.part == ProblemPart::kObject && is_silent(one, field));
    });
  }

  [[nodiscard]] std::string text_of(ProblemPart part, const FieldError* field) const {
    switch (part) {
      case ProblemPart::kType:
        return problem_type(error_);
      case ProblemPart::kTitle:
        return std::string(facts_.title);
      case ProblemPart::kDetail:
        return detail();
      case ProblemPart::kCode:
        return std::string(problem_code(error_));
      case ProblemPart::kRequestId:
        return std::string(context_.request_id);
      case ProblemPart::kInstance:
        return std::string(context_.path);
      case ProblemPart::kTime:
        return timestamp_text(context_.now);
      case ProblemPart::kFieldName:
        return field == nullptr ? std::string() : name_of(*field);
      case ProblemPart::kPointer:
        return field == nullptr ? std::string() : field->pointer;
      case ProblemPart::kIn:
        return field == nullptr ? std::string() : field->in;
      case ProblemPart::kFieldCode:
        return field == nullptr ? std::string(problem_code(error_)) : field->code;
      case ProblemPart::kFieldDetail:
        return field == nullptr ? detail() : field->detail;
      default:
        return {};
    }
  }

  [[nodiscard]] std::string detail() const {
    return error_.message.empty() ? std::string(facts_.title) : error_.message;
  }

  void write_text(const ProblemMember& member, std::string_view text) {
    if (!member.words.empty()) {
      const auto word =
          std::find_if(member.words.begin(), member.words.end(),
                       [&](const std::string& one) { return is_same_word(one, text); });
      if (word == member.words.end()) return;
      text = *word;
    }
    if (text.empty() && !member.required) return;
    if (member.length_max != 0) text = shortened(text, member.length_max);
    writer_.key(member.name);
    writer_.string(text);
  }

  // A failing field in one sentence that names it.
  static std::string sentence(const FieldError& field) {
    const std::string name = name_of(field);
    return name.empty() ? field.detail : name + ": " + field.detail;
  }

  void write_sentences(const ProblemMember& member) {
    writer_.key(member.name);
    writer_.begin_array();
    for (const FieldError& field : error_.fields) writer_.string(sentence(field));
    if (error_.fields.empty()) writer_.string(detail());
    writer_.end_array();
  }

  void write_fields(const ProblemMember& member) {
    if (error_.fields.empty() && !member.required) return;
    writer_.key(member.name);
    writer_.begin_array();
    for (const FieldError& field : error_.fields) write_object(member.members, &field);
    if (error_.fields.empty()) write_object(member.members, nullptr);
    writer_.end_array();
  }

  void write_path(const ProblemMember& member, const FieldError* field) {
    writer_.key(member.name);
    writer_.begin_array();
    if (field != nullptr) {
      writer_.string(field->in);
      const bool is_pointer = field->in == "body";
      if (!is_pointer) writer_.string(field->pointer);
      if (is_pointer) {
        for (const std::string& name : names_of(field->pointer)) writer_.string(name);
      }
    }
    writer_.end_array();
  }

  void write_by_field(const ProblemMember& member) {
    std::map<std::string, std::vector<std::string>> sentences;
    const bool one_name = !member.only_name.empty();
    for (const FieldError& field : error_.fields) {
      if (one_name) {
        sentences[member.only_name].push_back(sentence(field));
      } else {
        const std::string name = name_of(field);
        sentences[name.empty() ? "body" : name].push_back(field.detail);
      }
    }
    if (sentences.empty()) sentences[one_name ? member.only_name : "body"].push_back(detail());
    writer_.key(member.name);
    writer_.begin_object();
    for (const auto& [name, texts] : sentences) {
      writer_.key(name);
      if (!member.as_list) {
        writer_.string(texts.front());
        continue;
      }
      writer_.begin_array();
      for (const std::string& text : texts) writer_.string(text);
      writer_.end_array();
    }
    writer_.end_object();
  }

  JsonWriter writer_;
  const Error& error_;
  const CodeFacts& facts_;
  const ProblemContext& context_;
};

}  // namespace

std::string problem_text(const ProblemForm& form, const Error& error,
                         const ProblemContext& context) {
  if (form.members.empty()) return problem_body(error, context.request_id, context.status);
  std::string out;
  ProblemWriter(out, error, context).write_object(form.members, nullptr);
  return out;
}

}  // namespace servanda
