#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills the server at random moments under write load and proves that no acknowledged write is lost or doubled.

    tools/kill.py --cycles 1000
    tools/kill.py --cycles 40 --server build/release/servanda --clients 8 --seed 7

Clients POST with an Idempotency-Key and PATCH rows of their own and one that all share, with a key or with
If-Match. Every cycle ends with SIGKILL for the server's process group; one in ten is killed again while it
starts. A client whose request was cut off looks whether it took effect (0 or 1 times), retries it, and looks
again (exactly 1). Now and then an acknowledged key is sent again and must answer the same bytes. At the end,
after one more kill, the whole table is read and compared with what was acknowledged, and SQLite checks the
file. Prints one line; exit code 1 and the place when something is lost, doubled or changed. The data folder
is kept then. Without a server, first, the comparison itself is shown tampered expectations and must object.
"""

import argparse
import collections
import contextlib
import hashlib
import http.client
import json
import os
import random
import re
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CONTRACT = os.path.join(ROOT, "bench", "contracts", "entries.yaml")
PATIENCE_S = 30    # For a start, for an answer, for the next server after a kill.
OWN_ROWS = 4       # Of each client's first posts, changed by it alone.
SHARED_CLIENT = 0  # Whose post number SHARED_NUMBER is the row that all clients change.
SHARED_NUMBER = OWN_ROWS
FAILURES_MAX = 20


class Failure(Exception):
    """A promise that was not kept; the text says where."""


# -- what was acknowledged -----------------------------------------------------------------------

def digest(entry):
    text = json.dumps(entry, separators=(",", ":"), ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=8).digest()


class Row:
    """A row that is changed: its version and balance after the last acknowledged change."""

    def __init__(self, entry):
        self.id, self.version, self.balance = entry["id"], entry["version"], entry["balance"]


class Ledger:
    """What one client was told: (id, digest) of each post, in order, and the rows it changes alone."""

    def __init__(self, client):
        self.client = client
        self.posts = []
        self.rows = {}  # By the number of the post.

    def mark(self, number):
        return f"c{self.client}-{number}"

    def add(self, entry):
        number = len(self.posts)
        self.posts.append((entry["id"], digest(entry)))
        if number < OWN_ROWS:
            self.rows[number] = Row(entry)


def shared_row(changes):
    """(failures, version, balance) of the row that all change, from each one's (version, balance)."""
    versions = sorted(version for version, _ in changes)
    failures = [f"shared row: {count} acknowledged changes made version {version}"
                for version, count in collections.Counter(versions).items() if count > 1]
    for before, after in zip([1, *versions], versions):
        if after > before + 1:
            failures.append(f"shared row: no acknowledged change made version {before + 1}")
    return failures, *max(changes, default=(1, None))


class Comparison:
    """All rows of the table, one after the other, with all that was acknowledged."""

    def __init__(self, ledgers, shared_changes):
        self.ledgers = ledgers
        self.seen = [bytearray(len(ledger.posts)) for ledger in ledgers]
        self.failures, version, balance = shared_row(shared_changes)
        self.shared = (version, balance)

    def take(self, entry):
        found = re.fullmatch(r"c(\d+)-(\d+)", entry["mark"])
        client, number = map(int, found.groups()) if found else (-1, -1)
        if not 0 <= client < len(self.ledgers) or number >= len(self.ledgers[client].posts):
            self.failures.append(f"{entry['mark']}: a row that no acknowledged or retried request made")
            return
        ledger, place = self.ledgers[client], f"{entry['mark']} (id {entry['id']})"
        if self.seen[client][number]:
            self.failures.append(f"{place}: there twice")
            return
        self.seen[client][number] = 1
        expected_id, expected_digest = ledger.posts[number]
        if entry["id"] != expected_id:
            self.failures.append(f"{place}: acknowledged as id {expected_id}")
        if (client, number) == (SHARED_CLIENT, SHARED_NUMBER):
            version, balance = self.shared
            self.compare_changes(place, entry, version, entry["balance"] if balance is None else balance)
        elif number in ledger.rows:
            self.compare_changes(place, entry, ledger.rows[number].version, ledger.rows[number].balance)
        elif digest(entry) != expected_digest:
            self.failures.append(f"{place}: not the acknowledged content: {entry}")

    def compare_changes(self, place, entry, version, balance):
        if (entry["version"], entry["balance"]) != (version, balance):
            self.failures.append(f"{place}: version {entry['version']} and balance {entry['balance']}, "
                                 f"acknowledged were version {version} and balance {balance}")

    def finish(self):
        for ledger, seen in zip(self.ledgers, self.seen):
            self.failures += [f"{ledger.mark(number)} (id {ledger.posts[number][0]}): acknowledged and lost"
                              for number in range(len(seen)) if not seen[number]]
        return self.failures


def entry_for_check(number, version=1):
    return {"id": f"id-{number}", "mark": f"c0-{number}", "balance": number, "note": "n", "version": version}


def failures_of(entries, tamper=None, changes=((2, 70), (3, 71))):
    ledger = Ledger(0)
    for number in range(7):
        ledger.add(entry_for_check(number))
    if tamper:
        tamper(ledger)
    comparison = Comparison([ledger], list(changes))
    for entry in entries:
        comparison.take(entry)
    return comparison.finish()


def check_the_check():
    """The comparison passes what is right and objects to every kind of wrong; a bug here ends the run."""
    right = [entry_for_check(number) for number in range(7)]
    right[SHARED_NUMBER] |= {"version": 3, "balance": 71}
    wrong = {
        "acknowledged and lost": failures_of(right[:-1]),
        "there twice": failures_of(right + right[-1:]),
        "acknowledged as id": failures_of(right, lambda ledger: ledger.posts.__setitem__(5, ("x", ledger.posts[5][1]))),
        "not the acknowledged content": failures_of(right[:6] + [right[6] | {"note": "other"}]),
        "no acknowledged or retried": failures_of(right + [entry_for_check(7)]),
        "acknowledged were version 2": failures_of(right, lambda ledger: setattr(ledger.rows[1], "version", 2)),
        "and balance 9": failures_of(right, lambda ledger: setattr(ledger.rows[1], "balance", 9)),
        "2 acknowledged changes made version 2": failures_of(right, changes=((2, 70), (2, 69), (3, 71))),
        "no acknowledged change made version 2": failures_of(right, changes=((3, 71),)),
        "acknowledged were version 4": failures_of(right, changes=((2, 70), (3, 71), (4, 71))),
    }
    if failures_of(right):
        raise SystemExit(f"kill.py objects to what is right: {failures_of(right)}")
    for text, failures in wrong.items():
        if len(failures) != 1 or text not in failures[0]:
            raise SystemExit(f'kill.py is blind: instead of one "{text}" it found {failures}')


# -- the server ----------------------------------------------------------------------------------

class Door:
    """The server that runs now, if any. Clients wait here for the next one.

    Threads: start, kill and stop by the main thread; the rest by any.
    """

    def __init__(self, program, folder):
        config = os.path.join(folder, "kill.yaml")
        with open(config, "w") as file:
            file.write("environment: production\ntelemetry:\n  logs: off\n")
        self.database = os.path.join(folder, "data", "store.db")
        self.command = [program, "serve", CONTRACT, "--config", config, "--listen", "127.0.0.1:0",
                        "--admin", "127.0.0.1:0", "--data", os.path.dirname(self.database)]
        self.changed = threading.Condition()
        self.generation, self.port, self.process = 0, None, None
        self.slowest_start_s = 0.0

    def spawn(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        start_new_session=True)

    def start(self):
        begun = time.monotonic()
        self.spawn()
        text = b""
        while not (ready := re.search(rb"ready in .* at http://127\.0\.0\.1:(\d+)", text)):
            readable, _, _ = select.select([self.process.stderr], [], [], PATIENCE_S)
            part = os.read(self.process.stderr.fileno(), 65536) if readable else b""
            text += part
            if not part:  # It ended, or says nothing for too long.
                self.process.kill()
                self.process.wait()
                raise Failure(f"the server did not start: {text.decode(errors='replace')[-2000:]!r}")
        self.slowest_start_s = max(self.slowest_start_s, time.monotonic() - begun)
        with self.changed:
            self.port = int(ready.group(1))
            self.generation += 1
            self.changed.notify_all()

    def end(self, how):
        with self.changed:
            self.port = None
        code = self.process.poll()
        if code is None:
            os.killpg(self.process.pid, how)
            code = self.process.wait(PATIENCE_S)
        text = self.process.stderr.read().decode(errors="replace")
        self.process.stderr.close()
        if code != (0 if how == signal.SIGTERM else -how):
            raise Failure(f"the server ended by itself with {code}: {text[-2000:]!r}")

    def kill(self):
        self.end(signal.SIGKILL)

    def kill_at_start(self, after_s):
        self.spawn()
        time.sleep(after_s)
        self.end(signal.SIGKILL)

    def wait(self, generation):
        """(port, generation) of a server newer than `generation`."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.port and self.generation > generation, PATIENCE_S):
                raise Failure("no server came back")
            return self.port, self.generation

    def killed(self, generation):
        """Whether the server of that generation was or is being killed."""
        with self.changed:
            return self.port is None or self.generation != generation


class Connection:
    """One client's connection, made anew after each kill."""

    def __init__(self, door):
        self.door, self.generation, self.http = door, 0, None

    def send(self, method, path, body=None, **fields):
        """(status, fields, body), or None when a kill cut it off."""
        if self.http is None:
            port, self.generation = self.door.wait(self.generation)
            self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        try:
            self.http.request(method, path, body, {name.replace("_", "-"): text for name, text in fields.items()})
            answer = self.http.getresponse()
            return answer.status, answer.headers, answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.http.close()
            self.http = None
            # Door.end() notes the kill before it kills, so this cannot come too early.
            if not self.door.killed(self.generation):
                raise Failure(f"{method} {path}: {error!r}, but the server was not killed") from error
            return None

    def get(self, path):
        while (answer := self.send("GET", path)) is None:
            pass
        status, _, body = answer
        if status != 200:
            raise Failure(f"GET {path}: {status} {body[:500]!r}")
        return json.loads(body)


# -- clients -------------------------------------------------------------------------------------

class Client(threading.Thread):
    """Writes until told to stop, settling each request before the next."""

    def __init__(self, number, door, seed, board):
        super().__init__(daemon=True)
        self.door, self.board = door, board
        self.random = random.Random(f"{seed} {number}")
        self.connection = Connection(door)
        self.ledger = Ledger(number)
        self.shared_changes = []  # (version, balance)
        self.last_change = None   # (path, body, key, answer)
        self.changes = self.cut_off = self.took_effect = self.replays = self.refused = 0

    def run(self):
        try:
            while len(self.ledger.posts) <= SHARED_NUMBER:
                self.post()
            if self.ledger.client == SHARED_CLIENT:
                self.board.shared_id = self.ledger.posts[SHARED_NUMBER][0]
            while not self.board.stop.is_set():
                self.random.choices((self.post, self.change_by_key, self.change_by_version, self.change_shared,
                                     self.replay_post, self.replay_change), (50, 15, 15, 12, 5, 3))[0]()
        except Failure as failure:
            self.board.fail(f"client {self.ledger.client}: {failure}")
        except Exception as error:  # Of this program; it must not pass for a success.
            self.board.fail(f"client {self.ledger.client}: {error!r}")

    def body_of(self, number):
        mark = self.ledger.mark(number)
        return json.dumps({"mark": mark, "balance": number, "note": (mark + " ") * (number % 40)}).encode()

    def send_post(self, number):
        return self.connection.send("POST", "/v1/entries", self.body_of(number), Content_Type="application/json",
                                    Idempotency_Key=f"post-{self.ledger.mark(number)}")

    def marked(self, number):
        return self.connection.get(f"/v1/entries?mark={self.ledger.mark(number)}")["items"]

    def post(self):
        number = len(self.ledger.posts)
        mark, before, cut = self.ledger.mark(number), [], False
        while (answer := self.send_post(number)) is None:
            cut, before = True, self.marked(number)
            self.note_cut(len(before) == 1)
            if len(before) > 1:
                raise Failure(f"POST {mark}: {len(before)} rows after one request that was cut off: {before}")
        status, _, body = answer
        if status != 201:
            raise Failure(f"POST {mark}: {status} {body[:500]!r}; before the retry there was {before}")
        entry = json.loads(body)
        sent = json.loads(self.body_of(number))
        if {name: entry.get(name) for name in sent} != sent or entry["version"] != 1:
            raise Failure(f"POST {mark} answered {entry}")
        if before and before != [entry]:
            raise Failure(f"POST {mark}: there was {before}, the retry answered {entry}")
        if cut and (after := self.marked(number)) != [entry]:
            raise Failure(f"POST {mark}: answered {entry}, but there is {after}")
        self.ledger.add(entry)

    def note_cut(self, took_effect):
        self.cut_off += 1
        self.took_effect += took_effect

    def change(self, path, body, **fields):
        return self.connection.send("PATCH", path, body, Content_Type="application/merge-patch+json", **fields)

    def pick_row(self):
        """A row of its own, its path, and a balance that no other change sets."""
        self.changes += 1
        row = self.random.choice(list(self.ledger.rows.values()))
        return row, f"/v1/entries/{row.id}", self.changes * 1000 + self.ledger.client

    def settle_change(self, row, path, balance, entry):
        """The one change since the last acknowledged one is this."""
        if (entry["version"], entry["balance"]) != (row.version + 1, balance):
            raise Failure(f"PATCH {path}: {entry}, but acknowledged was version {row.version}, balance "
                          f"{row.balance}, and then balance {balance} was set once")
        row.version, row.balance = row.version + 1, balance

    def look_after_cut(self, row, path, balance):
        """What is there of a change that was cut off: all of it or nothing."""
        entry = self.connection.get(path)
        took_effect = (entry["version"], entry["balance"]) == (row.version + 1, balance)
        if not took_effect and (entry["version"], entry["balance"]) != (row.version, row.balance):
            raise Failure(f"PATCH {path}, cut off: {entry}, but acknowledged was version {row.version}, balance "
                          f"{row.balance}, and then balance {balance} was set once")
        self.note_cut(took_effect)
        return took_effect

    def change_by_key(self):
        row, path, balance = self.pick_row()
        key, body = f"change-{self.ledger.client}-{self.changes}", json.dumps({"balance": balance}).encode()
        cut = False
        while (answer := self.change(path, body, Idempotency_Key=key)) is None:
            cut = True
            self.look_after_cut(row, path, balance)
        status, _, text = answer
        if status != 200:
            raise Failure(f"PATCH {path} with key {key}: {status} {text[:500]!r}")
        self.settle_change(row, path, balance, json.loads(text))
        self.last_change = (path, body, key, text)
        if cut and (entry := self.connection.get(path)) != json.loads(text):
            raise Failure(f"PATCH {path}: answered {text!r}, but there is {entry}")

    def change_by_version(self):
        row, path, balance = self.pick_row()
        body, took_effect = json.dumps({"balance": balance}).encode(), False
        while (answer := self.change(path, body, If_Match=f'"{row.version}"')) is None:
            took_effect = self.look_after_cut(row, path, balance)
        status, _, text = answer
        if status != (412 if took_effect else 200):
            raise Failure(f"PATCH {path} if version {row.version}: {status} {text[:500]!r}, "
                          f"{'after' if took_effect else 'before'} it took effect")
        self.settle_change(row, path, balance, self.connection.get(path) if took_effect else json.loads(text))

    def change_shared(self):
        if self.board.shared_id is None:
            return
        self.changes += 1
        path, balance = f"/v1/entries/{self.board.shared_id}", self.changes * 1000 + self.ledger.client
        key = f"shared-{self.ledger.client}-{self.changes}"
        while (answer := self.change(path, json.dumps({"balance": balance}).encode(), Idempotency_Key=key)) is None:
            pass
        status, _, text = answer
        entry = json.loads(text)
        if status == 409 and entry["code"] == "version-moved":  # Too many at once: refused, so without effect.
            self.refused += 1
            return
        if status != 200 or entry["balance"] != balance:
            raise Failure(f"PATCH {path} (shared) with key {key}: {status} {entry}")
        self.shared_changes.append((entry["version"], balance))

    def replay_post(self):
        number = self.random.randrange(len(self.ledger.posts))
        while (answer := self.send_post(number)) is None:
            pass
        self.check_replay(f"POST {self.ledger.mark(number)}", 201, self.ledger.posts[number][1], answer)

    def replay_change(self):
        if self.last_change is None:
            return
        path, body, key, text = self.last_change
        while (answer := self.change(path, body, Idempotency_Key=key)) is None:
            pass
        self.check_replay(f"PATCH {path} with key {key}", 200, digest(json.loads(text)), answer)

    def check_replay(self, place, expected_status, expected_digest, answer):
        status, fields, body = answer
        if status != expected_status or digest(json.loads(body)) != expected_digest:
            raise Failure(f"{place} again: {status} {body[:500]!r}, which is not what was acknowledged")
        if fields.get("idempotent-replayed") != "true":
            raise Failure(f"{place} again: the same answer, but not marked as replayed")
        self.replays += 1


class Board:
    """What clients and the main thread tell each other."""

    def __init__(self):
        self.stop = threading.Event()
        self.failures = []
        self.shared_id = None

    def fail(self, text):
        self.failures.append(text)
        self.stop.set()


# -- the run -------------------------------------------------------------------------------------

def run_cycles(options, door, clients, board):
    draw = random.Random(options.seed)
    for client in clients:
        client.start()
    for cycle in range(options.cycles):
        if board.stop.wait(draw.uniform(0.05, 1.1)):
            return
        door.kill()
        if draw.randrange(10) == 0:
            door.kill_at_start(draw.uniform(0, 0.03))
        door.start()
        if (cycle + 1) % 50 == 0:
            posts = sum(len(client.ledger.posts) for client in clients)
            print(f"cycle {cycle + 1} of {options.cycles}, {posts} rows", file=sys.stderr)


def settle(clients, board):
    """Lets every client end its request."""
    board.stop.set()
    for client in clients:
        client.join(2 * PATIENCE_S)
        if client.is_alive():
            board.fail(f"client {client.ledger.client} is stuck")


def compare_all(door, clients, draw):
    """The whole table, then some keys acknowledged at any time before."""
    comparison = Comparison([client.ledger for client in clients],
                            [change for client in clients for change in client.shared_changes])
    connection, path = Connection(door), "/v1/entries?limit=500"
    while path:
        page = connection.get(path)
        for entry in page["items"]:
            comparison.take(entry)
        path = "next" in page and f"/v1/entries?limit=500&cursor={page['next']}"
    failures = comparison.finish()
    for client in clients:
        client.random = draw
        for _ in range(200):
            client.replay_post()
    return failures


def check_file(door):
    with contextlib.closing(sqlite3.connect(f"file:{door.database}?mode=ro", uri=True)) as database:
        found = database.execute("PRAGMA integrity_check").fetchall()
    return [] if found == [("ok",)] else [f"integrity check: {found[:5]}"]


def prove(options, folder):
    """(failures, clients, door) after all cycles and the comparison."""
    board, door = Board(), Door(os.path.abspath(options.server), folder)
    clients = [Client(number, door, options.seed, board) for number in range(options.clients)]
    try:
        door.start()
        run_cycles(options, door, clients, board)
        settle(clients, board)
        if not board.failures:
            door.kill()
            door.start()
            board.failures += compare_all(door, clients, random.Random(options.seed))
        door.end(signal.SIGTERM)
        board.failures += check_file(door)
    except Failure as failure:
        board.fail(str(failure))
    finally:
        if door.process and door.process.poll() is None:
            os.killpg(door.process.pid, signal.SIGKILL)
            door.process.wait()
    return board.failures, clients, door


def summary(options, clients, door, begun):
    def total(of):
        return sum(map(of, clients))
    posts = total(lambda client: len(client.ledger.posts))
    changes = total(lambda client: len(client.shared_changes) + sum(
        row.version - 1 for row in client.ledger.rows.values()))
    return (f"{options.cycles} kills in {time.monotonic() - begun:.0f} s: {posts} posts and {changes} changes "
            f"acknowledged, {total(lambda client: client.cut_off)} cut off of which "
            f"{total(lambda client: client.took_effect)} had taken effect, "
            f"{total(lambda client: client.replays)} acknowledged keys sent again, "
            f"{total(lambda client: client.refused)} contended changes refused; slowest start "
            f"{door.slowest_start_s * 1000:.0f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default=os.path.join(ROOT, "build", "release", "servanda"), metavar="PATH")
    parser.add_argument("--cycles", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    check_the_check()
    begun = time.monotonic()
    folder = tempfile.mkdtemp(prefix="servanda-kill-")
    failures, clients, door = prove(options, folder)
    line = summary(options, clients, door, begun)
    if failures:
        print("\n".join(failures[:FAILURES_MAX]), file=sys.stderr)
        print(f"FAILED, {len(failures)} times; {line}; data kept in {folder}")
        sys.exit(1)
    shutil.rmtree(folder)
    print(f"no write lost, none doubled; {line}")


if __name__ == "__main__":
    main()
