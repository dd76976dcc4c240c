// SPDX-License-Identifier: Apache-2.0
#include "call/mock_handler.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/gzip.h"
#include "base/text.h"
#include "call/answer_header.h"
#include "call/respond.h"
#include "call/worker.h"
#include "contract/schema/sample.h"

namespace servanda {
namespace {

constexpr int kGzipLevelOnce = 6;  // Paid once per answer and worker.

bool has_no_body(int status) {
  return status < 200 || status == 204 || status == 304;
}

// The same numbers every time: a static answer does not change from call to call.
class FixedNumbers final : public Rng {
 public:
  uint64_t next() override {
    state_ += 0x9e3779b97f4a7c15;
    uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
  }

 private:
  uint64_t state_ = 7;
};

// JSON text as a body of another media type: a string stands for its content.
std::string as_text(Call& call, std::string json) {
  const Result<JsonValue> value = call.worker->scratch_parser().parse(json, {kJsonDepthMax});
  if (value && value->is_string()) return std::string(value->text());
  if (value && value->is_null()) return {};
  return json;
}

std::optional<std::string> make_sample(Call& call, Schema schema) {
  if (call.preferences.values == Preferences::Values::kDynamic) {
    return dynamic_sample(schema, Direction::kResponse, call.worker->cheap_rng());
  }
  FixedNumbers numbers;
  return dynamic_sample(schema, Direction::kResponse, numbers);
}

const MediaExample* named_example(const MediaType& media, std::string_view name) {
  for (const MediaExample& example : media.examples) {
    if (example.name == name) return &example;
  }
  return nullptr;
}

// The first example that the media type's own schema accepts; documents often carry others.
const MediaExample* conforming_example(Call& call, const MediaType& media) {
  for (const MediaExample& example : media.examples) {
    Issues issues(1);
    if (conforms_to(call, media, example.body, issues)) return &example;
  }
  return nullptr;
}

// The body in its media type's form. False: the call has been refused.
bool make_body(Call& call, const MediaType& media, std::string& body) {
  const Preferences& preferences = call.preferences;
  if (!preferences.example.empty()) {
    const MediaExample* const example = named_example(media, preferences.example);
    if (example == nullptr) {
      return refuse(call, Code::kNotFound,
                    "The contract declares no example of this name for the answer.",
                    "no-such-example");
    }
    body = example->body;
    return true;
  }
  if (preferences.values == Preferences::Values::kStatic) {
    if (const MediaExample* const example = conforming_example(call, media)) {
      body = example->body;
      return true;
    }
  }
  std::optional<std::string> made;
  if (media.schema.exists()) made = make_sample(call, media.schema);
  if (made) {
    body = media.kind == MediaKind::kJson ? std::move(*made) : as_text(call, std::move(*made));
    return true;
  }
  if (!media.examples.empty()) {
    body = media.examples.front().body;
    return true;
  }
  if (media.schema.exists()) {
    return refuse(call, Code::kInternal,
                  "No answer that conforms to the contract could be made: add an example.",
                  "mock-impossible");
  }
  body = media.kind == MediaKind::kJson ? "null" : "";
  return true;
}

void make_headers(Call& call, const Response& response, MockAnswer& answer) {
  for (const ResponseHeader& header : response.headers) {
    std::string name = to_lower(header.name);
    if (is_engines_field(name)) continue;
    std::optional<std::string> value = header.example;
    if (!value && header.schema.exists()) {
      value = make_sample(call, header.schema);
      if (value) value = as_text(call, std::move(*value));
    }
    if (!value || !is_field_text(*value)) continue;
    answer.header_names.push_back(std::move(name));
    answer.header_values.push_back(std::move(*value));
  }
}

// Null: the call has been refused.
std::unique_ptr<MockAnswer> make_answer(Call& call, const MockChoice& choice) {
  auto answer = std::make_unique<MockAnswer>();
  answer->code = call.preferences.code;
  answer->example = call.preferences.example;
  answer->media = call.answer_media;
  answer->asked_type = call.answer_type;
  answer->status = choice.status;
  if (choice.response == nullptr) return answer;
  make_headers(call, *choice.response, *answer);
  if (call.answer_media == nullptr || has_no_body(choice.status)) return answer;
  if (!make_body(call, *call.answer_media, answer->body)) return nullptr;
  answer->content_type = call.answer_type;
  if (call.worker->options().environment == Environment::kDevelopment) {
    Issues issues;
    if (!conforms_to(call, *call.answer_media, answer->body, issues)) {
      refuse_nonconforming(call, issues);
      return nullptr;
    }
  }
  if (answer->body.size() >= kGzipBytesMin && is_compressible(answer->content_type)) {
    gzip_append(answer->gzip_body, answer->body, kGzipLevelOnce);
    if (answer->gzip_body.size() >= answer->body.size()) answer->gzip_body.clear();
  }
  return answer;
}

void give(Call& call, const MockAnswer& made) {
  Answer& answer = call.answer;
  answer.status = made.status;
  answer.content_type = made.content_type;
  answer.body = made.body;
  answer.gzip_body = made.gzip_body;
  answer.conforms = true;
  for (size_t i = 0; i < made.header_names.size(); ++i) {
    answer.add_field(made.header_names[i], made.header_values[i]);
  }
}

const MockAnswer* find_made(const MockAnswers& answers, const Call& call) {
  for (const auto& made : answers.made) {
    if (made->code == call.preferences.code && made->media == call.answer_media &&
        made->example == call.preferences.example && made->asked_type == call.answer_type) {
      return made.get();
    }
  }
  return nullptr;
}

// Hands over an answer that is not kept: it is copied into the call.
void give_once(Call& call, std::unique_ptr<MockAnswer> made) {
  call.answer.text = std::move(made->body);
  call.answer.status = made->status;
  call.answer.use_text(made->content_type.empty() ? std::string_view() : call.answer_type);
  call.answer.conforms = true;
  for (size_t i = 0; i < made->header_names.size(); ++i) {
    call.answer.add_field(call.arena->copy(made->header_names[i]),
                          call.arena->copy(made->header_values[i]));
  }
}

}  // namespace

MockChoice choose_mock_response(const Operation& operation, const Preferences& preferences) {
  if (preferences.code != 0) {
    return {operation.response_for(preferences.code), preferences.code};
  }
  const Response* fallback = nullptr;
  for (const Response& response : operation.responses) {
    const int status = response.first_status;
    const bool success = status >= 200 && status <= 299;
    const bool lower = fallback == nullptr ||
                       !(fallback->first_status >= 200 && fallback->first_status <= 299) ||
                       status < fallback->first_status;
    if (success && lower) fallback = &response;
  }
  if (fallback != nullptr) return {fallback, fallback->first_status};
  for (const Response& response : operation.responses) {
    if (response.is_default()) return {&response, 200};
  }
  if (operation.responses.empty()) return {nullptr, 200};
  return {&operation.responses.front(), operation.responses.front().first_status};
}

void handle_mock(Call& call) {
  const MockChoice choice = choose_mock_response(*call.operation, call.preferences);
  if (call.preferences.code != 0 && choice.response == nullptr) {
    refuse(call, Code::kNotFound, "The contract declares no answer with this status.",
           "no-such-response");
    return;
  }
  std::unique_ptr<MockAnswers>& answers = call.engine->state(*call.operation).mock;
  if (!answers) answers = std::make_unique<MockAnswers>();
  const bool dynamic = call.preferences.values == Preferences::Values::kDynamic;
  const MockAnswer* made = dynamic ? nullptr : find_made(*answers, call);
  if (made == nullptr) {
    std::unique_ptr<MockAnswer> fresh = make_answer(call, choice);
    if (!fresh) return;
    // Answers that calls may be looking at are never dropped, so a full cache keeps what it has.
    if (dynamic || answers->made.size() >= kMockAnswersMax) {
      give_once(call, std::move(fresh));
      return;
    }
    made = fresh.get();
    answers->made.push_back(std::move(fresh));
  }
  give(call, *made);
}

}  // namespace servanda
