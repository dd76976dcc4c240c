// SPDX-License-Identifier: Apache-2.0
// What people write: articles, comments, favorites, tags.
#include <algorithm>
#include <map>
#include <set>
#include <type_traits>

#include "conduit.h"
#include "conduit/operations.h"
#include "conduit/schemas.h"

namespace conduit {

using namespace servanda;

namespace {

using Ctx = service::Articles::Ctx;

constexpr int64_t kPageMax = 100;
constexpr int64_t kOffsetMax = 10'000;  // As far as the lists of several authors go.
constexpr uint32_t kCleanedMax = 300;   // Rows of one kind that go with an article.
constexpr uint32_t kTagsShown = 100;

// --- Who writes: the accounts service knows ---

using People = std::map<Uuid, Profile>;

Task<People> people(Ctx& c, std::set<Uuid> ids) {
  People found;
  if (ids.empty()) co_return std::move(found);
  op::ListProfiles::In in;
  in.ids.emplace(ids.begin(), ids.end());
  Reply<op::ListProfiles> reply = co_await c.call<op::ListProfiles>(in);
  for (Person& one : std::get<op::ListProfiles::Ok200>(reply.value()).body.profiles) {
    found.emplace(one.id, std::move(one.profile));
  }
  co_return std::move(found);
}

Task<std::optional<Uuid>> account_of(Ctx& c, std::string username) {
  op::ListProfiles::In in;
  in.username = std::move(username);
  Reply<op::ListProfiles> reply = co_await c.call<op::ListProfiles>(in);
  const auto& profiles = std::get<op::ListProfiles::Ok200>(reply.value()).body.profiles;
  if (profiles.empty()) co_return std::nullopt;
  co_return profiles.front().id;
}

Profile profile_in(const People& people, const Uuid& account) {
  const auto found = people.find(account);
  return found == people.end() ? Profile{.username = "(gone)"} : found->second;
}

// --- Articles as they are shown ---

Task<bool> is_favorite(Ctx& c, Uuid story) {
  if (c.principal().empty()) co_return false;
  auto favorite = co_await c.db().get<Favorite>(pair_id(caller(c), story.text()));
  co_return favorite.has_value();
}

Task<std::set<Uuid>> favorites_among(Ctx& c, const std::vector<Story>& stories) {
  std::set<Uuid> found;
  if (c.principal().empty() || stories.empty()) co_return std::move(found);
  std::vector<std::string> ids;
  for (const Story& one : stories) ids.push_back(pair_id(caller(c), one.id->text()));
  auto query = from<Favorite>().where<&Favorite::id, Is::kIn>(ids).limit(kPageMax);
  const std::vector<Favorite> favorites = co_await c.db().list(query);
  for (const Favorite& one : favorites) found.insert(one.story);
  co_return std::move(found);
}

// What articles have in common wherever they are shown.
template <typename Shown>
Shown shown_as(Story story, bool favorited, const People& people) {
  Shown out;
  out.slug = std::move(story.slug);
  out.title = std::move(story.title);
  out.description = std::move(story.description);
  out.tag_list = std::move(story.tag_list);
  out.created_at = story.created_at;
  out.updated_at = story.updated_at;
  out.favorited = favorited;
  out.favorites_count = story.favorites;
  out.author = profile_in(people, story.author);
  if constexpr (requires { out.body; }) out.body = std::move(story.body);
  return out;
}

Task<Article> article_of(Ctx& c, Story story) {
  const bool favorited = co_await is_favorite(c, *story.id);
  const std::set<Uuid> ids{story.author};
  const People authors = co_await people(c, ids);
  co_return shown_as<Article>(std::move(story), favorited, authors);
}

Task<Story> need_story(Ctx& c, std::string slug) {
  auto story = co_await c.db().first(from<Story>().where<&Story::slug>(slug));
  if (!story) throw Failure(Code::kNotFound, "There is no such article.");
  co_return std::move(*story);
}

void check_author(const Ctx& c, const Uuid& author) {
  if (author != caller(c)) throw Failure(Code::kPermissionDenied, "Only its author may do that.");
}

Task<Story> own_story(Ctx& c, std::string slug) {
  Story story = co_await need_story(c, std::move(slug));
  check_author(c, story.author);
  co_return std::move(story);
}

auto remarks_on(const Story& story, uint32_t most) {
  return from<Remark>().where<&Remark::story>(*story.id).sort<&Remark::number>().limit(most);
}

// --- Lists ---

// What was asked for of a list, the newest first.
template <typename Row, typename In>
auto page_asked(const In& in) {
  const auto first = std::clamp<int64_t>(in.offset.value_or(0), 0, kOffsetMax);
  const auto count = std::clamp<int64_t>(in.limit, 1, kPageMax);
  auto page = from<Row>().offset(static_cast<uint32_t>(first)).limit(static_cast<uint32_t>(count));
  return std::move(page).template sort<&Row::created_at, Direct::kDescending>();
}

using ArticlePage = decltype(op::GetArticles::Ok200::body);

// Stories, or those that rows of another kind refer to, in the order of the rows.
template <typename Row, typename... Parts>
Task<ArticlePage> page_by(Ctx& c, Query<Row, Parts...> query) {
  const auto count = co_await c.db().count(query);
  std::vector<Row> rows = co_await c.db().list(query);
  std::vector<Story> stories;
  if constexpr (std::is_same_v<Row, Story>) {
    stories = std::move(rows);
  } else {
    for (const Row& row : rows) {
      auto story = co_await c.db().get<Story>(row.story);
      if (story) stories.push_back(std::move(*story));
    }
  }
  std::set<Uuid> ids;
  for (const Story& one : stories) ids.insert(one.author);
  const People authors = co_await people(c, std::move(ids));
  const std::set<Uuid> favorites = co_await favorites_among(c, stories);
  ArticlePage page;
  page.articles_count = static_cast<int64_t>(count);
  using Shown = decltype(page.articles)::value_type;
  for (Story& one : stories) {
    const bool favorited = favorites.contains(*one.id);
    page.articles.push_back(shown_as<Shown>(std::move(one), favorited, authors));
  }
  co_return std::move(page);
}

Task<op::GetArticles::Out> get_articles(Ctx& c, op::GetArticles::In in) {
  op::GetArticles::Ok200 answer;
  const auto& username = in.author ? in.author : in.favorited;
  std::optional<Uuid> account;
  if (username) {
    account = co_await account_of(c, *username);
    if (!account) co_return std::move(answer);
  }
  if (in.tag) {
    answer.body = co_await page_by(c, page_asked<Tagging>(in).where<&Tagging::tag>(*in.tag));
  } else if (in.favorited) {
    answer.body = co_await page_by(c, page_asked<Favorite>(in).where<&Favorite::account>(*account));
  } else {
    answer.body = co_await page_by(c, page_asked<Story>(in).where_if<&Story::author>(account));
  }
  co_return std::move(answer);
}

// The newest of everyone who is followed.
Task<op::GetArticlesFeed::Out> get_feed(Ctx& c, op::GetArticlesFeed::In in) {
  const op::ListFollowees::In nothing;
  Reply<op::ListFollowees> reply = co_await c.call<op::ListFollowees>(nothing);
  const auto& authors = std::get<op::ListFollowees::Ok200>(reply.value()).body.ids;
  op::GetArticlesFeed::Ok200 answer;
  if (authors.empty()) co_return std::move(answer);
  answer.body = co_await page_by(c, page_asked<Story>(in).where<&Story::author, Is::kIn>(authors));
  co_return std::move(answer);
}

// --- Articles ---

// "How to train" as "how-to-train-" and what nobody else has.
std::string slug_of(std::string_view title, const Uuid& id) {
  std::string slug;
  for (const char c : title.substr(0, 80)) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      slug += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  if (!slug.empty() && slug.back() != '-') slug += '-';
  return slug + id.text().substr(24);
}

Task<void> count_tag(Ctx& c, std::string name, int64_t more) {
  auto tag = co_await c.db().get<Tag>(name);
  if (tag) {
    tag->stories = std::max<int64_t>(0, tag->stories + more);
    co_await c.db().update(*tag);
  } else {
    const Tag made{.name = name, .stories = more};
    co_await c.db().insert(made);
  }
}

Task<op::CreateArticle::Out> create_article(Ctx& c, op::CreateArticle::In in) {
  const NewArticle& asked = in.body.article;
  if (asked.title.empty()) throw refusal("title can't be blank");
  Story story{.id = c.new_uuid(), .author = caller(c)};
  story.slug = slug_of(asked.title, *story.id);
  story.title = asked.title;
  story.description = asked.description;
  story.body = asked.body;
  const auto given = asked.tag_list.value_or(std::vector<std::string>());
  const std::set<std::string> tags(given.begin(), given.end());
  story.tag_list.assign(tags.begin(), tags.end());
  story.created_at = story.updated_at = c.now();
  story = co_await c.db().insert(story);
  for (const std::string& tag : story.tag_list) {
    const Tagging tagging{.id = pair_id(*story.id, tag),
                          .tag = tag,
                          .story = *story.id,
                          .created_at = story.created_at};
    co_await c.db().insert(tagging);
    co_await count_tag(c, tag, 1);
  }
  Article article = co_await article_of(c, story);
  co_return op::CreateArticle::Created201{.body = {.article = std::move(article)}};
}

Task<op::GetArticle::Out> get_article(Ctx& c, op::GetArticle::In in) {
  const Story story = co_await need_story(c, in.slug);
  Article article = co_await article_of(c, story);
  co_return op::GetArticle::Ok200{.body = {.article = std::move(article)}};
}

Task<op::UpdateArticle::Out> update_article(Ctx& c, op::UpdateArticle::In in) {
  Story story = co_await own_story(c, in.slug);
  const UpdateArticle& changes = in.body.article;
  if (changes.title && *changes.title != story.title) {
    story.title = *changes.title;
    story.slug = slug_of(story.title, *story.id);
  }
  story.description = changes.description.value_or(story.description);
  story.body = changes.body.value_or(story.body);
  story.updated_at = c.now();
  story = co_await c.db().update(story);
  Article article = co_await article_of(c, story);
  co_return op::UpdateArticle::Ok200{.body = {.article = std::move(article)}};
}

// With its comments, favorites and tags; what is above kCleanedMax of a kind stays without effect.
Task<op::DeleteArticle::Out> delete_article(Ctx& c, op::DeleteArticle::In in) {
  const Story story = co_await own_story(c, in.slug);
  auto liked = from<Favorite>().where<&Favorite::story>(*story.id).limit(kCleanedMax);
  const std::vector<Favorite> favorites = co_await c.db().list(liked);
  const std::vector<Remark> remarks = co_await c.db().list(remarks_on(story, kCleanedMax));
  for (const Favorite& one : favorites) co_await c.db().remove<Favorite>(one.id);
  for (const Remark& one : remarks) co_await c.db().remove<Remark>(one.id);
  for (const std::string& tag : story.tag_list) {
    co_await c.db().remove<Tagging>(pair_id(*story.id, tag));
    co_await count_tag(c, tag, -1);
  }
  co_await c.db().remove<Story>(*story.id);
  co_return op::DeleteArticle::NoContent204{};
}

// --- Favorites ---

// For both operations: the one that creates a favorite wants it.
template <typename Op>
Task<typename Op::Out> set_favorite(Ctx& c, typename Op::In in) {
  const bool wanted = std::is_same_v<Op, op::CreateArticleFavorite>;
  Story story = co_await need_story(c, in.slug);
  const Favorite favorite{.id = pair_id(caller(c), story.id->text()),
                          .account = caller(c),
                          .story = *story.id,
                          .created_at = c.now()};
  const bool before = co_await is_favorite(c, *story.id);
  if (before != wanted) {
    if (before) co_await c.db().remove<Favorite>(favorite.id);
    if (!before) co_await c.db().insert(favorite);
    story.favorites += before ? -1 : 1;
    story = co_await c.db().update(story);
  }
  Article article = co_await article_of(c, story);
  co_return typename Op::Ok200{.body = {.article = std::move(article)}};
}

// --- Comments ---

Comment comment_of(const Remark& remark, const People& people) {
  Comment out;
  out.id = remark.number;
  out.body = remark.body;
  out.created_at = out.updated_at = remark.created_at;
  out.author = profile_in(people, remark.author);
  return out;
}

Task<op::CreateArticleComment::Out> create_comment(Ctx& c, op::CreateArticleComment::In in) {
  Story story = co_await need_story(c, in.slug);
  if (in.body.comment.body.empty()) throw refusal("body can't be blank");
  ++story.comments;
  Remark remark{.id = pair_id(*story.id, std::to_string(story.comments)),
                .number = story.comments,
                .story = *story.id};
  remark.author = caller(c);
  remark.body = in.body.comment.body;
  remark.created_at = c.now();
  co_await c.db().update(story);
  co_await c.db().insert(remark);
  const std::set<Uuid> ids{remark.author};
  const People authors = co_await people(c, ids);
  co_return op::CreateArticleComment::Ok200{.body = {.comment = comment_of(remark, authors)}};
}

Task<op::GetArticleComments::Out> get_comments(Ctx& c, op::GetArticleComments::In in) {
  const Story story = co_await need_story(c, in.slug);
  const std::vector<Remark> remarks = co_await c.db().list(remarks_on(story, kPageMax));
  std::set<Uuid> ids;
  for (const Remark& one : remarks) ids.insert(one.author);
  const People authors = co_await people(c, std::move(ids));
  op::GetArticleComments::Ok200 answer;
  for (const Remark& one : remarks) answer.body.comments.push_back(comment_of(one, authors));
  co_return std::move(answer);
}

Task<op::DeleteArticleComment::Out> delete_comment(Ctx& c, op::DeleteArticleComment::In in) {
  const Story story = co_await need_story(c, in.slug);
  auto remark = co_await c.db().get<Remark>(pair_id(*story.id, std::to_string(in.id)));
  if (!remark) throw Failure(Code::kNotFound, "There is no such comment.");
  check_author(c, remark->author);
  co_await c.db().remove<Remark>(remark->id);
  co_return op::DeleteArticleComment::NoContent204{};
}

// --- Tags ---

Task<op::GetTags::Out> get_tags(Ctx& c, op::GetTags::In) {
  auto used = from<Tag>().where<&Tag::stories, Is::kGreater>(0).limit(kTagsShown);
  auto tags = co_await c.db().list(std::move(used).sort<&Tag::stories, Direct::kDescending>());
  op::GetTags::Ok200 answer;
  for (const Tag& one : tags) answer.body.tags.push_back(one.name);
  co_return std::move(answer);
}

}  // namespace

void add_articles(App& app) {
  app.handle<op::GetArticles>(get_articles);
  app.handle<op::GetArticlesFeed>(get_feed);
  app.handle<op::CreateArticle>(create_article);
  app.handle<op::GetArticle>(get_article);
  app.handle<op::UpdateArticle>(update_article);
  app.handle<op::DeleteArticle>(delete_article);
  app.handle<op::CreateArticleFavorite>(set_favorite<op::CreateArticleFavorite>);
  app.handle<op::DeleteArticleFavorite>(set_favorite<op::DeleteArticleFavorite>);
  app.handle<op::CreateArticleComment>(create_comment);
  app.handle<op::GetArticleComments>(get_comments);
  app.handle<op::DeleteArticleComment>(delete_comment);
  app.handle<op::GetTags>(get_tags);
}

}  // namespace conduit
