// SPDX-License-Identifier: Apache-2.0
#include "mail.h"

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <stdexcept>
#include <string>

#include "mail/events.h"
#include "mail/operations.h"
#include "mail/schemas.h"

namespace mail {
namespace {

using servanda::Code;
using servanda::Failure;
using servanda::from;
using servanda::Task;

using Runs = std::shared_ptr<std::atomic<int64_t>>;  // Of one program: what `run` counts.

// What a letter's text asks to go wrong.
Task<void> go_wrong(service::Mail::Ctx& c, Letter& letter) {
  const std::string& text = letter.text;
  if (text == "thrown") throw std::runtime_error("the stamp broke");
  if (text == "refused") throw Failure(Code::kConflict, "No stamps are left.", "no-stamps");
  if (text == "busy") throw Failure(Code::kUnavailable, "The stamps are being counted.", "busy");
  if (text == "emit") c.emit<event::Stamped>(letter.code);
  if (text == "insert" || text == "update" || text == "remove") {
    Letter other = letter;
    if (text == "insert") {
      other.code += "2";
      co_await c.db().insert(other);
    }
    if (text == "update") co_await c.db().update(other);
    if (text == "remove") co_await c.db().remove<Letter>(other.code);
  }
  if (text == "endless") {
    const op::GetLetter::In in{.code = letter.code};
    auto reply = co_await c.call<op::GetLetter>(in);
    throw Failure(Code::kConflict, reply ? "It ended." : "It did not end.",
                  reply ? "ended" : reply.problem().reason);
  }
}

// The postage to the town, by a call to the other service.
Task<int64_t> cents_to(service::Mail::Ctx& c, std::string town) {
  const op::GetRate::In in{.town = std::move(town)};
  auto rate = co_await c.call<op::GetRate>(in);
  co_return rate ? std::get<op::GetRate::Ok200>(rate.value()).body.cents : 0;
}

// Stamps with the place on the page and what the row says, "" for "unstamped".
Task<void> stamp(service::Mail::Ctx& c, std::span<Letter> letters, Runs runs) {
  const int64_t run = ++*runs;
  std::map<std::string, std::string> towns;
  for (Letter& one : letters) {
    Task<void> wrong = go_wrong(c, one);
    co_await wrong;
    one.run = run;
    one.stamp = one.code + ":" + one.text + ":" + std::to_string(one.double_.value_or(0)) + ":" +
                std::to_string(one.version.value_or(0));
    if (one.text == "too long") one.stamp = std::string(31, 'x');
    if (one.text == "unstamped") one.stamp.reset();
    if (one.text == "changed") {  // Nobody sees it.
      one.weight = 99;
      one.code = "other";
    }
    if (!one.office_id) continue;
    auto office = co_await c.db().get<Office>(*one.office_id);
    if (office) towns[one.code] = office->town;
  }
  if (towns.empty()) co_return;
  std::set<std::string> all;
  for (const auto& [code, town] : towns) all.insert(town);
  for (Letter& one : letters) {
    if (!towns.contains(one.code)) continue;
    Task<int64_t> asking = cents_to(c, towns[one.code]);
    const int64_t cents = co_await asking;
    LetterPostage postage{.cents = cents};
    postage.towns.emplace(all.begin(), all.end());
    one.postage.emplace();
    *one.postage = std::move(postage);
  }
}

Task<void> count_letters(service::Mail::Ctx& c, std::span<Office> offices, Runs runs) {
  const int64_t run = ++*runs;
  for (Office& one : offices) {
    one.run = run;
    const auto of_office = from<Letter>().where<&Letter::office_id>(one.code);
    const auto count = co_await c.db().count(of_office);
    one.letters = static_cast<int64_t>(count);
    const auto listed = co_await c.db().list(of_office);
    for (const Letter& letter : listed) {
      if (letter.text == "uncounted") --*one.letters;
    }
  }
}

Task<void> label(service::Rates::Ctx& c, std::span<Rate> rates) {
  for (Rate& one : rates) {
    const auto stored = co_await c.db().get<Rate>(one.town);
    one.label = one.town + " at " + std::to_string(stored ? stored->cents : 0);
  }
}

Task<op::CopyLetter::Out> copy_letter(service::Mail::Ctx& c, op::CopyLetter::In in) {
  auto letter = co_await c.db().get<Letter>(in.code);
  if (!letter) throw Failure(Code::kNotFound, "There is no such letter.");
  const auto listed = co_await c.db().list(from<Letter>().limit(10));
  Copy copy{.read = static_cast<int64_t>(listed.size())};
  for (const Letter& one : listed) copy.stamped = copy.stamped || one.stamp.has_value();
  letter->code += " copy";
  letter->stamp = std::string(100, 'x');  // Longer than its schema admits: it is passed over.
  const Letter inserted = co_await c.db().insert(*letter);
  letter->text += "!";
  const Letter updated = co_await c.db().update(*letter);
  copy.stamped = copy.stamped || inserted.stamp || updated.stamp || updated.run;
  co_return op::CopyLetter::Ok200{.body = copy};
}

}  // namespace

void add_handlers(servanda::App& app) {
  const Runs runs = std::make_shared<std::atomic<int64_t>>(0);
  app.compute<Letter>(
      [runs](service::Mail::Ctx& c, std::span<Letter> letters) { return stamp(c, letters, runs); });
  app.compute<Office>([runs](service::Mail::Ctx& c, std::span<Office> offices) {
    return count_letters(c, offices, runs);
  });
  app.compute<Rate>(label);
  app.handle<op::CopyLetter>(copy_letter);
}

}  // namespace mail
