// SPDX-License-Identifier: Apache-2.0
// People: who they are, how they prove it, whom they follow.
#include <cstdlib>
#include <set>

#include "conduit.h"
#include "conduit/operations.h"
#include "conduit/schemas.h"

namespace conduit {

using namespace servanda;

namespace {

using Ctx = service::Accounts::Ctx;

constexpr uint32_t kFolloweesMax = 100;

// Signed with CONDUIT_SECRET; without it they end with the process.
const Tokens& tokens() {
  const char* secret = std::getenv("CONDUIT_SECRET");
  static const Tokens made = secret == nullptr ? Tokens() : Tokens(secret);
  return made;
}

template <auto member>
Task<std::optional<Account>> find_account(Ctx& c, const std::string& value) {
  return c.db().first(from<Account>().where<member>(value));
}

Task<Account> need_account(Ctx& c, std::string username) {
  auto account = co_await find_account<&Account::username>(c, username);
  if (!account) throw Failure(Code::kNotFound, "Nobody has this name.");
  co_return std::move(*account);
}

Task<Account> own_account(Ctx& c) {
  auto account = co_await c.db().get<Account>(caller(c));
  if (!account) throw Failure(Code::kUnauthenticated, "This account is gone.");
  co_return std::move(*account);
}

Task<bool> is_followed(Ctx& c, Uuid account) {
  if (c.principal().empty()) co_return false;
  auto follow = co_await c.db().get<Follow>(pair_id(caller(c), account.text()));
  co_return follow.has_value();
}

Task<std::set<Uuid>> followed_among(Ctx& c, const std::vector<Account>& accounts) {
  std::set<Uuid> followed;
  if (c.principal().empty() || accounts.empty()) co_return std::move(followed);
  std::vector<std::string> ids;
  for (const Account& one : accounts) ids.push_back(pair_id(caller(c), one.id->text()));
  auto rows = co_await c.db().list(from<Follow>().where<&Follow::id, Is::kIn>(ids).limit(100));
  for (const Follow& one : rows) followed.insert(one.followee);
  co_return std::move(followed);
}

// Says which property somebody else has already.
template <auto member>
Task<void> check_unique(Ctx& c, std::string property, Account account) {
  if ((account.*member).empty()) throw refusal(property + " can't be blank");
  auto other = co_await find_account<member>(c, account.*member);
  if (other && other->id != account.id) throw refusal(property + " has already been taken");
}

User user_of(const Ctx& c, const Account& account) {
  return {.email = account.email,
          .token = tokens().issue(account.id->text(), c.now()),
          .username = account.username,
          .bio = account.bio,
          .image = account.image};
}

Profile profile_of(const Account& account, bool following) {
  return {.username = account.username,
          .bio = account.bio,
          .image = account.image,
          .following = following};
}

Task<std::string> hashed(Ctx& c, std::string password) {
  if (password.empty()) throw refusal("password can't be blank");
  const auto work = [password] { return hash_password(password); };
  return c.blocking(work);
}

Task<op::CreateUser::Out> create_user(Ctx& c, op::CreateUser::In in) {
  Account account{.username = in.body.user.username, .email = in.body.user.email};
  co_await check_unique<&Account::username>(c, "username", account);
  co_await check_unique<&Account::email>(c, "email", account);
  account.password_hash = co_await hashed(c, in.body.user.password);
  account = co_await c.db().insert(account);
  co_return op::CreateUser::Created201{.body = {.user = user_of(c, account)}};
}

Task<op::Login::Out> login(Ctx& c, op::Login::In in) {
  auto account = co_await find_account<&Account::email>(c, in.body.user.email);
  const std::string hash = account ? account->password_hash : std::string();
  const auto work = [hash, password = in.body.user.password] {
    // Who is not known takes as long as who is.
    static const std::string nobody = hash_password("nobody");
    return is_password(password, hash.empty() ? nobody : hash);
  };
  const bool right = co_await c.blocking(work);
  if (!account || !right) throw Failure(Code::kUnauthenticated, "Wrong e-mail or password.");
  co_return op::Login::Ok200{.body = {.user = user_of(c, *account)}};
}

Task<op::GetCurrentUser::Out> get_current_user(Ctx& c, op::GetCurrentUser::In) {
  const Account account = co_await own_account(c);
  co_return op::GetCurrentUser::Ok200{.body = {.user = user_of(c, account)}};
}

Task<op::UpdateCurrentUser::Out> update_current_user(Ctx& c, op::UpdateCurrentUser::In in) {
  const UpdateUser& changes = in.body.user;
  Account account = co_await own_account(c);
  account.username = changes.username.value_or(account.username);
  account.email = changes.email.value_or(account.email);
  account.bio = changes.bio.value_or(account.bio);
  account.image = changes.image.value_or(account.image);
  co_await check_unique<&Account::username>(c, "username", account);
  co_await check_unique<&Account::email>(c, "email", account);
  if (changes.password) account.password_hash = co_await hashed(c, *changes.password);
  account = co_await c.db().update(account);
  co_return op::UpdateCurrentUser::Ok200{.body = {.user = user_of(c, account)}};
}

Task<op::GetProfileByUsername::Out> get_profile(Ctx& c, op::GetProfileByUsername::In in) {
  const Account account = co_await need_account(c, in.username);
  const bool following = co_await is_followed(c, *account.id);
  co_return op::GetProfileByUsername::Ok200{.body = {.profile = profile_of(account, following)}};
}

Task<op::FollowUserByUsername::Out> follow(Ctx& c, op::FollowUserByUsername::In in) {
  const Account account = co_await need_account(c, in.username);
  const Follow edge{
      .id = pair_id(caller(c), account.id->text()), .follower = caller(c), .followee = *account.id};
  const bool following = co_await is_followed(c, *account.id);
  if (!following) {
    auto query = from<Follow>().where<&Follow::follower>(edge.follower);
    const auto count = co_await c.db().count(query, kFolloweesMax);
    if (count == kFolloweesMax) throw refusal("you follow 100 people already");
    co_await c.db().insert(edge);
  }
  co_return op::FollowUserByUsername::Ok200{.body = {.profile = profile_of(account, true)}};
}

Task<op::UnfollowUserByUsername::Out> unfollow(Ctx& c, op::UnfollowUserByUsername::In in) {
  const Account account = co_await need_account(c, in.username);
  co_await c.db().remove<Follow>(pair_id(caller(c), account.id->text()));
  co_return op::UnfollowUserByUsername::Ok200{.body = {.profile = profile_of(account, false)}};
}

// --- For the other service ---

Task<op::ListProfiles::Out> list_profiles(Ctx& c, op::ListProfiles::In in) {
  std::vector<Account> found;
  if (in.ids && !in.ids->empty()) {
    found = co_await c.db().list(from<Account>().where<&Account::id, Is::kIn>(*in.ids).limit(100));
  }
  if (in.username) {
    auto account = co_await find_account<&Account::username>(c, *in.username);
    if (account) found.push_back(std::move(*account));
  }
  const std::set<Uuid> followed = co_await followed_among(c, found);
  op::ListProfiles::Ok200 answer;
  for (const Account& one : found) {
    answer.body.profiles.push_back({*one.id, profile_of(one, followed.contains(*one.id))});
  }
  co_return std::move(answer);
}

Task<op::ListFollowees::Out> list_followees(Ctx& c, op::ListFollowees::In) {
  auto query = from<Follow>().where<&Follow::follower>(caller(c)).limit(kFolloweesMax);
  const std::vector<Follow> follows = co_await c.db().list(query);
  op::ListFollowees::Ok200 answer;
  for (const Follow& one : follows) answer.body.ids.push_back(one.followee);
  co_return std::move(answer);
}

}  // namespace

Uuid caller(const servanda::Ctx& c) {
  return *Uuid::parse(c.principal());
}

std::string pair_id(const Uuid& first, std::string_view second) {
  return first.text() + "." + std::string(second);
}

Failure refusal(std::string sentence) {
  return Failure(Code::kUnprocessable, std::move(sentence), "refused");
}

Task<std::optional<Identity>> by_token(const CallContext& c, std::string_view credential) {
  if (!credential.starts_with("Token ")) co_return std::nullopt;
  const auto account = tokens().verify(credential.substr(6), c.now());
  if (!account) co_return std::nullopt;
  co_return Identity{.principal = *account};
}

void add_accounts(App& app) {
  app.authenticate("Token", by_token);
  app.handle<op::CreateUser>(create_user);
  app.handle<op::Login>(login);
  app.handle<op::GetCurrentUser>(get_current_user);
  app.handle<op::UpdateCurrentUser>(update_current_user);
  app.handle<op::GetProfileByUsername>(get_profile);
  app.handle<op::FollowUserByUsername>(follow);
  app.handle<op::UnfollowUserByUsername>(unfollow);
  app.handle<op::ListProfiles>(list_profiles);
  app.handle<op::ListFollowees>(list_followees);
}

}  // namespace conduit
