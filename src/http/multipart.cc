// SPDX-License-Identifier: Apache-2.0
#include "http/multipart.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "http/fields.h"
#include "http/media.h"

namespace servanda {
namespace {

using internal::FieldReader;

constexpr size_t kBoundaryBytesMax = 70;  // RFC 2046 section 5.1.1.

bool is_boundary(std::string_view text) {
  if (text.empty() || text.size() > kBoundaryBytesMax || text.back() == ' ') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return internal::is_char(c, internal::kHexChar) || (c >= 'g' && c <= 'z') ||
           (c >= 'G' && c <= 'Z') ||
           std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
  });
}

class MultipartReader {
 public:
  MultipartReader(std::string_view body, std::string_view boundary, const MultipartLimits& limits,
                  Arena& arena)
      : rest_(body), limits_(limits), arena_(arena) {
    delimiter_ = arena.join("\r\n--", boundary);
  }

  Result<std::span<const FormPart>> read() {
    if (!rest_.starts_with(delimiter_.substr(2))) {
      return refuse("does not begin with its boundary");
    }
    rest_.remove_prefix(delimiter_.size() - 2);
    std::vector<FormPart> parts;
    for (;;) {
      const std::optional<bool> last = take_boundary_end();
      if (!last) return refuse("has a malformed boundary line");
      if (*last) break;
      if (parts.size() == limits_.parts_max) {
        return fail(Code::kTooLarge,
                    "The form has more than " + std::to_string(limits_.parts_max) + " parts.",
                    "multipart");
      }
      ++place_;
      parts.emplace_back();
      Result<void> read = read_part(parts.back());
      if (!read) return pass(read);
    }
    FormPart* const kept = arena_.array<FormPart>(parts.size());
    std::copy(parts.begin(), parts.end(), kept);
    return std::span<const FormPart>(kept, parts.size());
  }

 private:
  [[nodiscard]] std::unexpected<Error> refuse(std::string_view what,
                                              Code code = Code::kInvalidArgument) const {
    std::string message =
        place_ == 0 ? "The multipart body " : "Part " + std::to_string(place_) + " of the form ";
    message.append(what).append(".");
    return fail(code, std::move(message), "multipart");
  }

  // Behind a delimiter: "--" ends the form, a line end begins a part.
  std::optional<bool> take_boundary_end() {
    if (rest_.starts_with("--")) {
      const std::string_view behind = rest_.substr(2);
      if (behind.empty() || behind == "\r\n") return true;
      return {};
    }
    // RFC 2046 lets blanks stand behind a boundary.
    while (rest_.starts_with(' ') || rest_.starts_with('\t')) rest_.remove_prefix(1);
    if (!rest_.starts_with("\r\n")) return {};
    rest_.remove_prefix(2);
    return false;
  }

  Result<void> read_part(FormPart& part) {
    std::vector<HeaderField> fields;
    size_t head_bytes = 0;
    for (;;) {
      const size_t end = rest_.find("\r\n");
      const size_t line_bytes = std::min(end, rest_.size());
      head_bytes += line_bytes + 2;
      if (head_bytes > limits_.part_head_bytes_max + 2) {
        return refuse("has a head that is too long", Code::kTooLarge);
      }
      if (end == std::string_view::npos) return refuse("has no end of its head");
      const std::string_view line = rest_.substr(0, end);
      rest_.remove_prefix(end + 2);
      if (line.empty()) break;
      if (fields.size() == limits_.headers_per_part_max) {
        return refuse("has too many headers", Code::kTooLarge);
      }
      Result<void> taken = take_field(line, fields, part);
      if (!taken) return taken;
    }
    if (part.name.data() == nullptr) return refuse("has no form-data disposition with a name");
    HeaderField* const kept = arena_.array<HeaderField>(fields.size());
    std::copy(fields.begin(), fields.end(), kept);
    part.fields = {kept, fields.size()};
    return take_content(part);
  }

  Result<void> take_content(FormPart& part) {
    // An empty part's delimiter follows its head at once: the head's last line end is the
    // delimiter's first.
    if (rest_.starts_with(delimiter_.substr(2))) {
      part.content = rest_.substr(0, 0);
      rest_.remove_prefix(delimiter_.size() - 2);
      return {};
    }
    const size_t end = rest_.find(delimiter_);
    if (end == std::string_view::npos) return refuse("has no closing boundary");
    part.content = rest_.substr(0, end);
    rest_.remove_prefix(end + delimiter_.size());
    return {};
  }

  Result<void> take_field(std::string_view line, std::vector<HeaderField>& fields, FormPart& part) {
    const size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (colon == std::string_view::npos || !internal::is_token(name)) {
      return refuse("has a header line without a valid name");
    }
    const std::string_view value = internal::trim_blanks(line.substr(colon + 1));
    if (!internal::all_chars(value, internal::kValueChar)) {
      return refuse("has a header with a control character");
    }
    fields.push_back({name, value});
    if (equals_ignoring_case(name, "content-disposition")) {
      if (part.name.data()) return refuse("has two dispositions");
      return take_disposition(value, part);
    }
    if (equals_ignoring_case(name, "content-type")) {
      if (part.content_type.data()) return refuse("has two content types");
      part.content_type = value;
    }
    return {};
  }

  Result<void> take_disposition(std::string_view value, FormPart& part) {
    FieldReader in(value);
    if (!equals_ignoring_case(in.take_token(), "form-data")) {
      return refuse("is not form-data");
    }
    for (in.skip_blanks(); in.take(';'); in.skip_blanks()) {
      in.skip_blanks();
      const std::string_view name = in.take_token();
      if (name.empty() && in.at_end()) break;
      if (name.empty() || !in.take('=')) return refuse("has a malformed disposition");
      std::string_view text;
      if (!take_text(in, text)) return refuse("has a malformed disposition");
      Result<void> kept = keep_parameter(name, text, part);
      if (!kept) return kept;
    }
    if (!in.at_end()) return refuse("has a malformed disposition");
    return {};
  }

  bool take_text(FieldReader& in, std::string_view& text) {
    if (in.peek() != '"') {
      text = in.take_token();
      return !text.empty();
    }
    if (!in.take_quoted(text)) return false;
    if (text.find('\\') != std::string_view::npos) text = arena_.copy(unescape(text));
    return true;
  }

  // Only quotes and backslashes are escaped in practice; any other backslash is a path's.
  static std::string unescape(std::string_view text) {
    std::string plain;
    for (size_t at = 0; at < text.size(); ++at) {
      const bool escapes =
          text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
      if (escapes) ++at;
      plain += text[at];
    }
    return plain;
  }

  Result<void> keep_parameter(std::string_view name, std::string_view text, FormPart& part) {
    if (equals_ignoring_case(name, "name")) {
      if (part.name.data()) return refuse("has two names");
      if (text.size() > limits_.name_bytes_max) return refuse("has a name that is too long");
      if (!is_valid_utf8(text)) return refuse("has a name that is not UTF-8");
      part.name = text.data() ? text : std::string_view("");
    } else if (equals_ignoring_case(name, "filename")) {
      if (part.file_name.data()) return refuse("has two file names");
      if (text.size() > limits_.file_name_bytes_max) {
        return refuse("has a file name that is too long");
      }
      if (!is_valid_utf8(text)) return refuse("has a file name that is not UTF-8");
      const size_t directory = text.find_last_of("/\\");
      if (directory != std::string_view::npos) text.remove_prefix(directory + 1);
      part.file_name = text == "." || text == ".." ? std::string_view("") : text;
    } else if (equals_ignoring_case(name, "filename*")) {
      // RFC 7578 section 4.2 forbids it; two spellings of one name invite confusion.
      return refuse("has an extended file name");
    }
    return {};
  }

  std::string_view rest_;
  const MultipartLimits& limits_;
  Arena& arena_;
  std::string_view delimiter_;  // CR LF, two dashes, the boundary.
  size_t place_ = 0;
};

}  // namespace

std::optional<std::string_view> multipart_boundary(std::string_view content_type, Arena& arena) {
  const std::optional<ParsedMediaType> media = parse_media_type(content_type);
  if (!media || !media->is("multipart", "form-data")) return {};
  const MediaParameter* boundary = media->parameter("boundary");
  if (!boundary) return {};
  const std::string_view text = arena.copy(boundary->text());
  if (!is_boundary(text)) return {};
  return text;
}

Result<std::span<const FormPart>> parse_multipart(std::string_view body, std::string_view boundary,
                                                  const MultipartLimits& limits, Arena& arena) {
  return MultipartReader(body, boundary, limits, arena).read();
}

}  // namespace servanda
