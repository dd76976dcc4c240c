# SPDX-License-Identifier: Apache-2.0
"""Fills examples/conduit and its peer with the same people and articles."""
import base64
import calendar
import json
import sqlite3
import time
import urllib.request

SECRET = "a secret of the benchmark, 32 bytes or more"
PEOPLE, ARTICLES_EACH, FAVORITES, FOLLOWED = 50, 20, 300, 25


def request(port, method, path, body=None, token=None, base="/api"):
    headers = {"content-type": "application/json"} if body is not None else {}
    if token:
        headers["authorization"] = f"Token {token}"
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{base}{path}", method=method, headers=headers,
                                   data=None if body is None else json.dumps(body).encode())
    with urllib.request.urlopen(asked) as answer:
        return json.load(answer)


def subject(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]


def microseconds(text):
    """Of a time in UTC, whose fraction has no zeros at its end."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * 1_000_000 + int(fraction.ljust(6, "0") or 0)


def fill(port):
    """People who write, by the program itself; the token of one who favors and follows."""
    tokens, slugs = [], []
    for i in range(PEOPLE):
        user = request(port, "POST", "/users", {"user": {"username": f"person{i}", "email": f"p{i}@example.com",
                                                         "password": "open sesame"}})["user"]
        request(port, "PUT", "/user", {"user": {"bio": f"Writes about thing {i}.",
                                                "image": f"https://example.com/{i}.png"}}, user["token"])
        tokens.append(user["token"])
    for i in range(PEOPLE * ARTICLES_EACH):
        article = {"title": f"About thing number {i}", "description": f"All that is known of thing {i}.",
                   "body": "It is long. " * 50, "tagList": [f"tag{i % 7}", f"tag{i % 11}", "things"]}
        made = request(port, "POST", "/articles", {"article": article}, tokens[i % PEOPLE])
        slugs.append(made["article"]["slug"])
    for slug in slugs[::-1][:FAVORITES:2]:
        request(port, "POST", f"/articles/{slug}/favorite", token=tokens[0])
    for i in range(1, FOLLOWED + 1):
        request(port, "POST", f"/profiles/person{i}/follow", token=tokens[0])
    return tokens


def copy(port, tokens, database):
    """What `port` answers, into the tables of the peer."""
    caller = subject(tokens[0])
    accounts = {f"person{i}": subject(token) for i, token in enumerate(tokens)}
    target = sqlite3.connect(database)
    articles = []
    while len(articles) < PEOPLE * ARTICLES_EACH:
        articles += request(port, "GET", f"/articles?limit=100&offset={len(articles)}", token=tokens[0])["articles"]
    for number, one in enumerate(reversed(articles), 1):
        author = one["author"]
        target.execute("INSERT OR IGNORE INTO accounts VALUES (?, ?, ?, ?)",
                       (accounts[author["username"]], author["username"], author["bio"], author["image"]))
        if author["following"]:
            target.execute("INSERT OR IGNORE INTO follows VALUES (?, ?)", (caller, accounts[author["username"]]))
        target.execute("INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       (number, one["slug"], accounts[author["username"]], one["title"], one["description"],
                        "It is long. " * 50, json.dumps(one["tagList"]), one["favoritesCount"],
                        microseconds(one["createdAt"]), one["createdAt"],
                        one["updatedAt"]))
        if one["favorited"]:
            target.execute("INSERT INTO favorites VALUES (?, ?)", (caller, number))
    target.commit()
    target.close()
