// SPDX-License-Identifier: Apache-2.0
// GET /api/articles of examples/conduit/api.yaml on Fastify 5 and better-sqlite3, in one process.
//
//   CONDUIT_SECRET=... node server.js PORT DATABASE ACCESS_LOG
//
// What it does, so that the comparison can be judged:
//  - One statement reads a page with authors, favorites and whom the caller follows; one counts.
//    Both are prepared once; the page's order has an index. Page cache of 64 MiB.
//  - The token is verified per request (HMAC by node:crypto), without looking for the account.
//  - Validation: compiled ajv for the query. Answers: fast-json-stringify from the response schema.
//  - Access log: one JSON line per request by pino through its asynchronous destination.
//  - Times are kept as the text that is answered and, to be ordered by, as microseconds; tags as
//    JSON text, parsed per row.
//  - Not done, though ours does: two services of which one asks the other, metrics, trace context,
//    deadlines, limits of load. This favours the peer.
'use strict';
const crypto = require('node:crypto');
const Database = require('better-sqlite3');
const fastify = require('fastify');
const pino = require('pino');

const [port, databasePath, logPath] = process.argv.slice(2);
if (!logPath) throw new Error('usage: node server.js PORT DATABASE ACCESS_LOG');
const secret = process.env.CONDUIT_SECRET;

const db = new Database(databasePath);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.pragma('cache_size = -65536');
db.exec(`
  CREATE TABLE IF NOT EXISTS accounts (
    id TEXT NOT NULL PRIMARY KEY, username TEXT NOT NULL UNIQUE, bio TEXT NOT NULL,
    image TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS follows (
    follower TEXT NOT NULL, followee TEXT NOT NULL, PRIMARY KEY (follower, followee))
    STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS articles (
    id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, author TEXT NOT NULL, title TEXT NOT NULL,
    description TEXT NOT NULL, body TEXT NOT NULL, tags TEXT NOT NULL, favorites INTEGER NOT NULL,
    created_us INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS articles_created ON articles (created_us DESC, id DESC);
  CREATE TABLE IF NOT EXISTS favorites (
    account TEXT NOT NULL, article INTEGER NOT NULL, PRIMARY KEY (account, article))
    STRICT, WITHOUT ROWID;
`);

const selectPage = db.prepare(`
  SELECT a.slug, a.title, a.description, a.tags, a.created_at AS createdAt,
    a.updated_at AS updatedAt, a.favorites AS favoritesCount, u.username, u.bio, u.image,
    EXISTS (SELECT 1 FROM favorites f WHERE f.account = ? AND f.article = a.id) AS favorited,
    EXISTS (SELECT 1 FROM follows w WHERE w.follower = ? AND w.followee = a.author) AS following
  FROM articles a JOIN accounts u ON u.id = a.author
  ORDER BY a.created_us DESC, a.id DESC LIMIT ? OFFSET ?`);
const countArticles = db.prepare('SELECT count(*) AS count FROM articles').pluck();

const kHeader = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9';

// The subject of "Token ...", '' without one, undefined when it is not valid.
function subjectOf(authorization) {
  if (authorization === undefined) return '';
  const [head, payload, signature] = authorization.slice(6).split('.');
  if (!authorization.startsWith('Token ') || head !== kHeader || signature === undefined) return;
  const wanted = crypto.createHmac('sha256', secret).update(`${head}.${payload}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== wanted.length || !crypto.timingSafeEqual(given, wanted)) return;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return claims.exp > Date.now() / 1000 ? claims.sub : undefined;
}

function toArticle(row) {
  return {
    slug: row.slug, title: row.title, description: row.description, tagList: JSON.parse(row.tags),
    createdAt: row.createdAt, updatedAt: row.updatedAt, favorited: row.favorited === 1,
    favoritesCount: row.favoritesCount,
    author: {username: row.username, bio: row.bio, image: row.image, following: row.following === 1},
  };
}

const text = {type: 'string'};
const kPage = {
  type: 'object', required: ['articles', 'articlesCount'],
  properties: {
    articles: {
      type: 'array',
      items: {
        type: 'object',
        required: ['slug', 'title', 'description', 'tagList', 'createdAt', 'updatedAt', 'favorited',
          'favoritesCount', 'author'],
        properties: {
          slug: text, title: text, description: text, tagList: {type: 'array', items: text},
          createdAt: text, updatedAt: text, favorited: {type: 'boolean'},
          favoritesCount: {type: 'integer'},
          author: {
            type: 'object', required: ['username', 'bio', 'image', 'following'],
            properties: {username: text, bio: text, image: text, following: {type: 'boolean'}},
          },
        },
      },
    },
    articlesCount: {type: 'integer'},
  },
};
const kQuery = {
  type: 'object', additionalProperties: false,
  properties: {
    offset: {type: 'integer', minimum: 0, default: 0},
    limit: {type: 'integer', minimum: 1, default: 20},
  },
};

const log = pino({base: null}, pino.destination({dest: logPath, sync: false, minLength: 4096}));
const app = fastify({logger: false});
app.addHook('onResponse', (request, reply, done) => {
  log.info({
    id: request.id, method: request.method, route: request.routeOptions.url, path: request.url,
    status: reply.statusCode, ms: reply.elapsedTime, bytes: reply.getHeader('content-length'),
  });
  done();
});

app.get('/api/articles', {schema: {querystring: kQuery, response: {200: kPage}}},
  (request, reply) => {
    const caller = subjectOf(request.headers.authorization);
    if (caller === undefined) return reply.code(401).send();
    const {limit, offset} = request.query;
    const rows = selectPage.all(caller, caller, Math.min(limit, 100), offset);
    return {articles: rows.map(toArticle), articlesCount: countArticles.get()};
  });

app.listen({port: Number(port), host: '127.0.0.1'});
process.on('SIGTERM', () => app.close().then(() => process.exit(0)));
