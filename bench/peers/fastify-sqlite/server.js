// SPDX-License-Identifier: Apache-2.0
// The API of bench/contracts/products.yaml on Fastify 5 and better-sqlite3, in one process.
//
//   node server.js PORT DATABASE ACCESS_LOG
//
// What it does, so that the comparison can be judged:
//  - Durability: WAL with synchronous=FULL, set explicitly because better-sqlite3 is built with
//    NORMAL in WAL mode. A POST is answered after its own commit and fsync; better-sqlite3 is
//    synchronous, so commits of several requests do not share one.
//  - Memory: a page cache of 64 MiB and no memory map, as our reader has.
//  - Statements: prepared once. Point reads and lists are one statement each.
//  - Table: an ordinary table with the 36-character id as text primary key. Text spares the
//    conversion between bytes and text per request, and node's heap has no use for a blob.
//  - Order of amounts: the price is kept as text and as an integer of cents; the latter is indexed.
//  - Times are kept as the text that is answered; tags as JSON text, parsed per row for the
//    serializer.
//  - Indexes: the same six as ours: unique sku; category, category + name, category + price,
//    name, price, each ended by the id.
//  - Lists: filter by category, sort by name or descending price, keyset cursor (base64url of the
//    last value and id, not signed), one row more than the page to know whether there is a next.
//  - Validation: compiled ajv for path, query and body; the body is strict (nothing coerced,
//    removed or defaulted), and ajv stops at the first error. Integers are doubles: a stock above
//    2^53 would not be exact; the contract's maximum is below that.
//  - Answers: fast-json-stringify from the response schema; ETag from the version and 304 for
//    If-None-Match; Location at 201; 409 for a taken sku; 404; errors as problem details.
//  - Ids: UUIDv7, random bytes taken from a pool of 4 KiB.
//  - Access log: one JSON line per request by pino through its asynchronous destination with a
//    buffer of 4 KiB: method, route, path, status, duration, length, request id. Fastify's own
//    request logging and its child loggers are off, which is the cheapest way to log.
//  - Not done, though ours does: metrics, trace context, idempotency keys, deadlines, limits of
//    load, exact 64-bit integers, all validation errors at once. This favours the peer.
'use strict';
const crypto = require('node:crypto');
const Ajv = require('ajv');
const addFormats = require('ajv-formats');
const Database = require('better-sqlite3');
const fastify = require('fastify');
const pino = require('pino');

const [port, databasePath, logPath] = process.argv.slice(2);
if (!logPath) throw new Error('usage: node server.js PORT DATABASE ACCESS_LOG');

const db = new Database(databasePath);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.pragma('cache_size = -65536');
db.exec(`
  CREATE TABLE IF NOT EXISTS products (
    id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, sku TEXT NOT NULL, category TEXT NOT NULL,
    price TEXT NOT NULL, price_cents INTEGER NOT NULL, stock INTEGER NOT NULL,
    active INTEGER NOT NULL, tags TEXT NOT NULL, created_at TEXT NOT NULL,
    version INTEGER NOT NULL) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS products_sku ON products (sku);
  CREATE INDEX IF NOT EXISTS products_category ON products (category, id);
  CREATE INDEX IF NOT EXISTS products_category_name ON products (category, name, id);
  CREATE INDEX IF NOT EXISTS products_category_price ON products (category, price_cents, id);
  CREATE INDEX IF NOT EXISTS products_name ON products (name, id);
  CREATE INDEX IF NOT EXISTS products_price ON products (price_cents, id);
`);

// -- statements ----------------------------------------------------------------------------------

const kColumns = 'id, name, sku, category, price, price_cents, stock, active, tags, ' +
  'created_at AS createdAt, version';
const selectProduct = db.prepare(`SELECT ${kColumns} FROM products WHERE id = ?`);
const insertProduct = db.prepare(
  'INSERT INTO products (id, name, sku, category, price, price_cents, stock, active, tags, ' +
  'created_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)');
const kSorts = {
  '': {order: 'id', test: 'id > ?', values: (row) => [row.id]},
  name: {order: 'name, id', test: '(name, id) > (?, ?)', values: (row) => [row.name, row.id]},
  '-price': {
    order: 'price_cents DESC, id DESC',
    test: '(price_cents, id) < (?, ?)',
    values: (row) => [row.price_cents, row.id],
  },
};
const lists = new Map();
for (const [sort, {order, test}] of Object.entries(kSorts)) {
  for (const filtered of [false, true]) {
    for (const after of [false, true]) {
      const where = [filtered && 'category = ?', after && test].filter(Boolean).join(' AND ');
      lists.set(`${sort}|${filtered}|${after}`, db.prepare(
        `SELECT ${kColumns} FROM products ${where && 'WHERE ' + where} ORDER BY ${order} LIMIT ?`));
    }
  }
}

function toProduct(row) {
  row.active = row.active === 1;
  row.tags = JSON.parse(row.tags);
  return row;
}

function cents(price) {
  const point = price.indexOf('.');
  if (point < 0) return Number(price) * 100;
  return Number(price.slice(0, point)) * 100 + Number(price.slice(point + 1).padEnd(2, '0'));
}

// -- ids -----------------------------------------------------------------------------------------

const kHex = Array.from({length: 256}, (_, byte) => byte.toString(16).padStart(2, '0'));
const pool = Buffer.allocUnsafe(4096);
let poolAt = pool.length;

function uuid7(now) {
  if (poolAt + 10 > pool.length) {
    crypto.randomFillSync(pool);
    poolAt = 0;
  }
  const at = poolAt;
  poolAt += 10;
  const time = now.toString(16).padStart(12, '0');
  return time.slice(0, 8) + '-' + time.slice(8) + '-' + kHex[0x70 | (pool[at] & 15)] +
    kHex[pool[at + 1]] + '-' + kHex[0x80 | (pool[at + 2] & 63)] + kHex[pool[at + 3]] + '-' +
    kHex[pool[at + 4]] + kHex[pool[at + 5]] + kHex[pool[at + 6]] + kHex[pool[at + 7]] +
    kHex[pool[at + 8]] + kHex[pool[at + 9]];
}

// -- schemas -------------------------------------------------------------------------------------

const kWritable = {
  name: {type: 'string', minLength: 1, maxLength: 200},
  sku: {type: 'string', pattern: '^[A-Z]{3}-[0-9]{8,12}$', maxLength: 16},
  category: {type: 'string', minLength: 1, maxLength: 60},
  price: {type: 'string', pattern: '^[0-9]{1,9}(\\.[0-9]{1,2})?$', maxLength: 12},
  stock: {type: 'integer', minimum: 0, maximum: 1000000000},
  active: {type: 'boolean'},
  tags: {
    type: 'array', maxItems: 20, uniqueItems: true, items: {type: 'string', maxLength: 30},
  },
};
const kProductBody = {
  type: 'object', additionalProperties: false, required: Object.keys(kWritable),
  properties: kWritable,
};
const kProductAnswer = {
  type: 'object',
  required: ['id', ...Object.keys(kWritable), 'createdAt', 'version'],
  properties: {
    id: {type: 'string'}, name: {type: 'string'}, sku: {type: 'string'},
    category: {type: 'string'}, price: {type: 'string'}, stock: {type: 'integer'},
    active: {type: 'boolean'}, tags: {type: 'array', items: {type: 'string'}},
    createdAt: {type: 'string'}, version: {type: 'integer'},
  },
};
const kPageAnswer = {
  type: 'object', required: ['items'],
  properties: {items: {type: 'array', items: kProductAnswer}, next: {type: 'string'}},
};
const kListQuery = {
  type: 'object', additionalProperties: false,
  properties: {
    category: {type: 'string', maxLength: 60},
    sort: {type: 'string', enum: ['name', '-price']},
    limit: {type: 'integer', minimum: 1, maximum: 500, default: 50},
    cursor: {type: 'string', maxLength: 2000},
  },
};
const kIdParams = {
  type: 'object', required: ['id'], properties: {id: {type: 'string', format: 'uuid'}},
};

// -- server --------------------------------------------------------------------------------------

const destination = pino.destination({dest: logPath, sync: false, minLength: 4096});
const log = pino({base: null}, destination);
const app = fastify({logger: false});
const strict = addFormats(new Ajv());
const coercing = addFormats(new Ajv({coerceTypes: true, useDefaults: true}));
app.setValidatorCompiler(
  ({schema, httpPart}) => (httpPart === 'body' ? strict : coercing).compile(schema));

function problem(reply, status, title, detail) {
  reply.code(status).type('application/problem+json');
  return reply.send(JSON.stringify({type: 'about:blank', title, status, detail}));
}

app.setErrorHandler((error, request, reply) => {
  if (error.validation) return problem(reply, 422, 'Invalid input', error.message);
  const status = error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : 500;
  if (status === 500) log.error(error);
  return problem(reply, status, 'Refused', status === 500 ? 'Internal error.' : error.message);
});

app.addHook('onResponse', (request, reply, done) => {
  log.info({
    id: request.id, method: request.method, route: request.routeOptions.url, path: request.url,
    status: reply.statusCode, ms: reply.elapsedTime, bytes: reply.getHeader('content-length'),
  });
  done();
});

app.get('/v1/products/:id', {schema: {params: kIdParams, response: {200: kProductAnswer}}},
  (request, reply) => {
    const row = selectProduct.get(request.params.id.toLowerCase());
    if (row === undefined) return problem(reply, 404, 'Not found', 'There is no such product.');
    const etag = `"${row.version}"`;
    reply.header('etag', etag);
    if (request.headers['if-none-match'] === etag) return reply.code(304).send();
    reply.send(toProduct(row));
  });

app.get('/v1/products', {schema: {querystring: kListQuery, response: {200: kPageAnswer}}},
  (request, reply) => {
    const {category, sort = '', limit, cursor} = request.query;
    const values = category === undefined ? [] : [category];
    if (cursor !== undefined) {
      try {
        values.push(...JSON.parse(Buffer.from(cursor, 'base64url').toString()));
      } catch {
        return problem(reply, 400, 'Invalid cursor', 'The cursor is not one of this API.');
      }
    }
    const list = lists.get(`${sort}|${category !== undefined}|${cursor !== undefined}`);
    const rows = list.all(...values, limit + 1);
    const page = {items: rows};
    if (rows.length > limit) {
      rows.pop();
      const last = kSorts[sort].values(rows[limit - 1]);
      page.next = Buffer.from(JSON.stringify(last)).toString('base64url');
    }
    rows.forEach(toProduct);
    reply.send(page);
  });

app.post('/v1/products', {schema: {body: kProductBody, response: {201: kProductAnswer}}},
  (request, reply) => {
    const product = request.body;
    const now = new Date();
    product.id = uuid7(now.getTime());
    product.createdAt = now.toISOString();
    product.version = 1;
    try {
      insertProduct.run(product.id, product.name, product.sku, product.category, product.price,
        cents(product.price), product.stock, product.active ? 1 : 0,
        JSON.stringify(product.tags), product.createdAt);
    } catch (error) {
      if (error.code !== 'SQLITE_CONSTRAINT_UNIQUE') throw error;
      return problem(reply, 409, 'Conflict', `The sku "${product.sku}" is taken.`);
    }
    reply.code(201).header('etag', '"1"').header('location', `/v1/products/${product.id}`);
    reply.send(product);
  });

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    app.close().then(() => {
      db.close();
      destination.flushSync();
      process.exit(0);
    });
  });
}

app.listen({port: Number(port), host: '127.0.0.1'});
