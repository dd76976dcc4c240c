// SPDX-License-Identifier: Apache-2.0
#include "case_file.h"

#include <algorithm>

#include "base/text.h"

namespace servanda::cases {
namespace {

// Reads one file line by line; every function consumes the lines it understands.
class Reader {
 public:
  explicit Reader(std::string_view text) {
    while (!text.empty()) {
      const size_t end = text.find('\n');
      lines_.push_back(text.substr(0, end));
      text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
  }

  Result<CaseFile> read() {
    if (lines_.empty() || !lines_[0].starts_with("# ")) {
      return bad("the first line is a comment that says what the case shows");
    }
    file_.title = lines_[0].substr(2);
    at_ = 1;
    while (at_ < lines_.size()) {
      if (Result<void> done = read_one(); !done) return pass(done);
    }
    return std::move(file_);
  }

 private:
  std::unexpected<Error> bad(const std::string& what) const {
    return fail(Code::kInvalidArgument, "line " + std::to_string(at_ + 1) + ": " + what);
  }
  std::string_view line() const { return lines_[at_]; }
  // The text behind `prefix` and one space; nothing when the line does not start so.
  static std::optional<std::string_view> behind(std::string_view line, std::string_view prefix) {
    if (!line.starts_with(prefix)) return std::nullopt;
    line.remove_prefix(prefix.size());
    if (line.starts_with(' ')) line.remove_prefix(1);
    return line;
  }

  Result<void> read_one() {
    if (line().empty() || line().starts_with('#')) {
      ++at_;
      return {};
    }
    if (line().starts_with('>')) return read_request();
    if (line().starts_with("raw:")) return read_raw();
    if (line().starts_with('!')) return read_diagnostic();
    return read_word();
  }

  Result<void> read_word() {
    const int number = static_cast<int>(at_ + 1);
    const size_t colon = line().find(':');
    const std::string_view word = line().substr(0, colon);
    const std::string_view rest =
        colon == std::string_view::npos ? std::string_view() : trim(line().substr(colon + 1));
    const auto step = [&](Step::Kind kind, std::string_view text) {
      file_.steps.push_back({.kind = kind, .line = number, .text = std::string(text)});
      ++at_;
    };
    if (word == "pipeline") return step(Step::Kind::kPipelineStart, ""), Result<void>();
    if (word == "end") return step(Step::Kind::kPipelineEnd, ""), Result<void>();
    if (word == "restart") return step(Step::Kind::kRestart, ""), Result<void>();
    if (word == "crash") return step(Step::Kind::kCrash, ""), Result<void>();
    if (word == "down" && !rest.empty()) return step(Step::Kind::kDown, rest), Result<void>();
    if (word == "up" && !rest.empty()) return step(Step::Kind::kUp, rest), Result<void>();
    if (word == "reload") return step(Step::Kind::kReload, rest), Result<void>();
    if (word == "metric") return step(Step::Kind::kMetric, rest), Result<void>();
    if (word == "log") return step(Step::Kind::kLog, rest), Result<void>();
    if (word == "advance") return read_advance(rest);
    return read_setting(word, rest);
  }

  Result<void> read_setting(std::string_view name, std::string_view value) {
    if (!file_.steps.empty()) return bad("settings come before the first step");
    ++at_;
    if (name == "contract") {
      (value == "|" ? file_.contract_text : file_.contract) =
          value == "|" ? block() : std::string(value);
      return {};
    }
    if (name == "overlay") {
      const std::string inline_name =
          "overlay" + std::to_string(file_.overlays.size() + 1) + ".yaml";
      if (value == "|") {
        file_.overlays.emplace_back(inline_name, block());
      } else {
        file_.overlays.emplace_back(std::string(value), "");
      }
      return {};
    }
    if (name == "environment") return file_.environment = value, Result<void>();
    if (name == "shape" && value == "services")
      return file_.in_services_only = true, Result<void>();
    if (name == "handlers") {
      return file_.handlers = value, Result<void>();
    }
    const std::optional<int64_t> number = parse_integer(value);
    if (name == "seed" && number)
      return file_.seed = static_cast<uint64_t>(*number), Result<void>();
    if (name == "workers" && number)
      return file_.workers = static_cast<uint32_t>(*number), Result<void>();
    --at_;
    return bad("\"" + std::string(name) + "\" is no setting or step with this value");
  }

  // The indented lines that follow, without their common indent of two.
  std::string block() {
    std::string text;
    while (at_ < lines_.size() && (line().starts_with("  ") || line().empty())) {
      text += line().substr(std::min<size_t>(2, line().size()));
      text += '\n';
      ++at_;
    }
    return text;
  }

  Result<void> read_advance(std::string_view text) {
    const size_t digits = text.find_first_not_of("0123456789");
    const std::optional<int64_t> count = parse_integer(text.substr(0, digits));
    const std::string_view unit = digits == std::string_view::npos ? "" : text.substr(digits);
    const int64_t scale = unit == "ms"  ? 1'000'000
                          : unit == "s" ? 1'000'000'000
                          : unit == "m" ? 60'000'000'000
                          : unit == "h" ? 3'600'000'000'000
                                        : 0;
    if (!count || scale == 0) return bad("write advance: 10s, 250ms, 5m or 24h");
    file_.steps.push_back({.kind = Step::Kind::kAdvance,
                           .line = static_cast<int>(at_ + 1),
                           .advance_ns = *count * scale});
    ++at_;
    return {};
  }

  Result<void> read_request() {
    Step step{.kind = Step::Kind::kRequest, .line = static_cast<int>(at_ + 1)};
    bool first = true;
    while (at_ < lines_.size() && line().starts_with('>')) {
      std::string_view text = *behind(line(), ">");
      if (first && text.starts_with("admin ")) {
        step.admin = true;
        text.remove_prefix(6);
      }
      if (first && text.starts_with("at ")) {
        text.remove_prefix(3);
        const size_t space = std::min(text.find(' '), text.size());
        step.at = text.substr(0, space);
        text.remove_prefix(std::min(space + 1, text.size()));
      }
      if (!first) step.request += '\n';
      step.request += text;
      first = false;
      ++at_;
    }
    if (Result<void> done = read_answers(step); !done) return done;
    file_.steps.push_back(std::move(step));
    return {};
  }

  Result<void> read_raw() {
    Step step{.kind = Step::Kind::kRaw, .line = static_cast<int>(at_ + 1)};
    while (at_ < lines_.size() && line().starts_with("raw:")) {
      Result<std::string> bytes = unescape(*behind(line(), "raw:"));
      if (!bytes) return bad(bytes.error().message);
      step.text += *bytes;
      ++at_;
    }
    if (Result<void> done = read_answers(step); !done) return done;
    file_.steps.push_back(std::move(step));
    return {};
  }

  // One or, for raw steps, several blocks of `<` lines.
  Result<void> read_answers(Step& step) {
    while (at_ < lines_.size() && line().starts_with('<')) {
      Expectation expected{.line = static_cast<int>(at_ + 1)};
      if (Result<void> done = read_answer(expected); !done) return done;
      step.answers.push_back(std::move(expected));
      if (step.kind == Step::Kind::kRaw && at_ + 1 < lines_.size() && line().empty() &&
          lines_[at_ + 1].starts_with('<')) {
        ++at_;
      }
    }
    if (step.answers.empty()) return bad("a request is followed by `<` lines: its answer");
    return {};
  }

  Result<void> read_answer(Expectation& expected) {
    const std::string_view head = *behind(line(), "<");
    if (head == "closed") {
      expected.closed = true;
      ++at_;
      return {};
    }
    const std::optional<int64_t> status = parse_integer(head);
    if (!status) return bad("an answer begins with its status");
    expected.status = static_cast<int>(*status);
    ++at_;
    bool in_body = false;
    std::string body;
    for (; at_ < lines_.size() && line().starts_with('<'); ++at_) {
      const std::string_view text = *behind(line(), "<");
      if (!in_body && text.empty()) {
        in_body = true;
      } else if (!in_body && text == "closed") {
        expected.closed = true;
      } else if (!in_body) {
        if (Result<void> done = read_header(text, expected); !done) return done;
      } else {
        read_body_line(text, expected, body);
      }
    }
    if (!expected.body && !body.empty()) expected.body = std::move(body);
    return {};
  }

  Result<void> read_header(std::string_view text, Expectation& expected) {
    if (text == "(empty)") {
      expected.body = "";
      return {};
    }
    if (text.starts_with("~ ") || text.starts_with("!~ ")) {
      std::string unused;
      read_body_line(text, expected, unused);
      return {};
    }
    if (text.starts_with('!')) {
      expected.absent_headers.push_back(to_lower(text.substr(1)));
      return {};
    }
    const size_t colon = text.find(':');
    if (colon == std::string_view::npos) return bad("a header line is `name: pattern`");
    expected.headers.emplace_back(to_lower(text.substr(0, colon)),
                                  std::string(trim(text.substr(colon + 1))));
    return {};
  }

  static void read_body_line(std::string_view text, Expectation& expected, std::string& body) {
    if (text == "(empty)") {
      expected.body = "";
    } else if (text.starts_with("~ ")) {
      expected.contains.emplace_back(text.substr(2));
    } else if (text.starts_with("!~ ")) {
      expected.not_contains.emplace_back(text.substr(3));
    } else {
      if (!body.empty()) body += '\n';
      body += text;
    }
  }

  Result<void> read_diagnostic() {
    ExpectedDiagnostic expected{.line = static_cast<int>(at_ + 1)};
    if (line().starts_with("!!")) {
      expected.wanted = false;
      expected.rule = trim(line().substr(2));
    } else {
      const std::string_view rest = trim(line().substr(1));
      const std::vector<std::string_view> words = split(rest, ' ');
      if (words.size() < 2 || words.size() > 3) return bad("write `! severity rule [place]`");
      expected.severity = words[0];
      expected.rule = words[1];
      if (words.size() == 3) expected.place = words[2];
    }
    file_.diagnostics.push_back(std::move(expected));
    ++at_;
    return {};
  }

  std::vector<std::string_view> lines_;
  size_t at_ = 0;
  CaseFile file_;
};

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

}  // namespace

Result<CaseFile> parse_case(std::string_view text) {
  return Reader(text).read();
}

Result<std::string> unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    const char escape = ++i < text.size() ? text[i] : '\0';
    switch (escape) {
      case 'r':
        out += '\r';
        break;
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case '0':
        out += '\0';
        break;
      case '\\':
        out += '\\';
        break;
      case 'x': {
        const auto high = i + 1 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
        const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
        if (!high || !low) return fail(Code::kInvalidArgument, "\\x needs two hex digits");
        out += static_cast<char>(*high * 16 + *low);
        i += 2;
        break;
      }
      default:
        return fail(Code::kInvalidArgument, "unknown escape");
    }
  }
  return out;
}

}  // namespace servanda::cases
