#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fills the products table of a stopped server with rows made from a seed.

    fill.py servanda DATA/store.db 1000000
    fill.py fastify-sqlite FILE.db 1000000 --seed 7

The server made the file by starting once; it must not run meanwhile. Both kinds get the same rows in the
same way: indexes away, one transaction, indexes back. Row n has the id id_text(n), which bench/*.lua compute
too; its category is n % CATEGORIES.
"""

import argparse
import datetime
import random
import sqlite3
import uuid

CATEGORIES = 100
FIRST_MS = 1_750_000_000_000  # Ids and times count up from here, a millisecond per row.
ADJECTIVES = ("small", "brushed", "oaken", "folding", "quiet", "bright", "woven", "heavy", "slim", "round")
NOUNS = ("lamp", "shelf", "chair", "kettle", "basket", "mirror", "carpet", "bench", "clock", "drawer")
TAGS = ("new", "brass", "garden", "limited", "refurbished", "outdoor", "desk")


def id_text(row):
    """A UUIDv7 that tells nothing but the row's number."""
    ms, tail = FIRST_MS + row, row * 69069 % 2**32
    return f"{ms >> 16:08x}-{ms & 0xffff:04x}-7000-8000-0000{tail:08x}"


def category_of(row):
    return f"category-{row % CATEGORIES:02d}"


def decimal_order(cents):
    """The bytes by which the store orders a positive amount with two decimals (decimal_sort_key)."""
    digits = str(cents)
    magnitude = len(digits) - 2
    digits = digits.rstrip("0")
    digits += "0" * (len(digits) % 2)
    pairs = bytes(int(digits[i:i + 2]) + 1 for i in range(0, len(digits), 2))
    return b"\x03" + (magnitude + 0x8000).to_bytes(2, "big") + pairs


def decimal_text(cents):
    """Canonical: no zeros at the end of the fraction."""
    fraction = f"{cents % 100:02d}".rstrip("0")
    return f"{cents // 100}.{fraction}" if fraction else str(cents // 100)


def products(rows, seed):
    """What a row holds, whatever the layout: one tuple per row, in the order of ids."""
    draw = random.Random(seed)
    for row in range(rows):
        name = f"{draw.choice(ADJECTIVES)} {draw.choice(NOUNS)} of series {draw.randrange(100_000)}"
        tags = ",".join(f'"{tag}"' for tag in draw.sample(TAGS, draw.randrange(4)))
        yield (row, name, f"LMP-{row:08d}", category_of(row), draw.randrange(1, 1_000_000),
               draw.randrange(10_000), draw.randrange(10) > 0, f"[{tags}]")


def servanda_row(product):
    row, name, sku, category, cents, stock, active, tags = product
    created = (FIRST_MS + row) * 1000 + row % 9 + 1
    return (uuid.UUID(id_text(row)).bytes, name, sku, category, decimal_text(cents), stock, int(active), tags,
            created, 1, decimal_order(cents), 1)


def fastify_row(product):
    row, name, sku, category, cents, stock, active, tags = product
    created = datetime.datetime.fromtimestamp((FIRST_MS + row) // 1000, datetime.timezone.utc)
    micros = (FIRST_MS + row) % 1000 * 1000 + row % 9 + 1
    return (id_text(row), name, sku, category, decimal_text(cents), cents, stock, int(active), tags,
            created.strftime("%Y-%m-%dT%H:%M:%S.") + f"{micros:06d}Z", 1)


LAYOUTS = {
    "servanda": (servanda_row, ("id", "name", "sku", "category", "price", "stock", "active", "tags", "created_at",
                                "version", "price#order", "_version")),
    "fastify-sqlite": (fastify_row, ("id", "name", "sku", "category", "price", "price_cents", "stock", "active",
                                     "tags", "created_at", "version")),
}


def fill(kind, path, rows, seed=1):
    """Rows 0 .. rows-1 into an empty products table; leaves the file without a write-ahead log."""
    make, columns = LAYOUTS[kind]
    names = ", ".join(f'"{name}"' for name in columns)
    database = sqlite3.connect(f"file:{path}?mode=rw", uri=True, isolation_level=None)
    try:
        there = [row[1] for row in database.execute("PRAGMA table_info(products)")]
        if sorted(there) != sorted(columns):
            raise RuntimeError(f"{path}: products has other columns than fill.py knows: {there}")
        indexes = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND"
                                   " tbl_name = 'products' AND sql IS NOT NULL").fetchall()
        database.execute("PRAGMA cache_size = -262144")
        # Rows are added to an empty table: a rollback journal stays tiny where a write-ahead log would hold all.
        mode, = database.execute("PRAGMA journal_mode").fetchone()
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN EXCLUSIVE")
        for name, _ in indexes:
            database.execute(f'DROP INDEX "{name}"')
        database.executemany(f"INSERT INTO products ({names}) VALUES ({', '.join('?' * len(columns))})",
                             map(make, products(rows, seed)))
        for _, sql in indexes:
            database.execute(sql)
        database.execute("COMMIT")
        database.execute(f"PRAGMA journal_mode = {mode}")
    finally:
        database.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=LAYOUTS)
    parser.add_argument("path")
    parser.add_argument("rows", type=int)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    fill(options.kind, options.path, options.rows, options.seed)


if __name__ == "__main__":
    main()
