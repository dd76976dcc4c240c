#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measurements side by side with their peers, in alternating rounds.

    run.py                 every measurement
    run.py hello json      only those named
    run.py --rounds 5 --seconds 3
    run.py read list write mixed growth --rows 1000000
    run.py read --quick    one short round over few rows: does it run, not how fast is it

Prints one table per measurement and writes build/release/results.json. The figure to trust is the
ratio of medians within one run; absolute times move with the machine. Server CPU is utime + stime of
the server's processes over completed requests; server on cpu 0, load on cpu 1, loopback, no TLS.
"""

import argparse
import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.dont_write_bytecode = True  # No __pycache__ beside the sources.
import conduit  # noqa: E402
import fill  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(ROOT, "build", "release")
TICKS = os.sysconf("SC_CLK_TCK")


# -- processes -----------------------------------------------------------------------------------

def children(pid):
    found = [pid]
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                for child in file.read().split():
                    found += children(int(child))
    return found


def cpu_seconds(pids):
    """(user, system) seconds of the process trees so far."""
    user = system = 0
    for one in itertools.chain.from_iterable(map(children, pids)):
        with contextlib.suppress(OSError):
            with open(f"/proc/{one}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            user += int(fields[11])
            system += int(fields[12])
    return user / TICKS, system / TICKS


def resident_kib(pid):
    total = 0
    for one in children(pid):
        with open(f"/proc/{one}/status") as file:
            total += int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))
    return total


def wait_for_port(port, process):
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        time.sleep(0.02)
    raise RuntimeError("server did not listen in 10 s")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A running server on cpu 0; `command` is a function of the port."""

    def __init__(self, name, command, folder):
        self.name, self.port = name, free_port()
        self.log = open(os.path.join(folder, f"{name}.log"), "wb")
        self.process = subprocess.Popen(["taskset", "-c", "0", *command(self.port, folder)],
                                        stdout=self.log, stderr=subprocess.STDOUT, cwd=folder)
        self.pids = [self.process.pid]
        wait_for_port(self.port, self.process)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def wrk(port, path, seconds, connections=64, script=None, arguments=(), headers=()):
    """One load of `seconds` from cpu 1: requests, rate, p50 and p99 in microseconds, errors."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency"]
    if script:
        command += ["-s", script]
    for header in headers:
        command += ["-H", header]
    text = subprocess.run([*command, f"http://127.0.0.1:{port}{path}", "--", *map(str, arguments)],
                          capture_output=True, text=True, check=True).stdout
    unit = {"us": 1, "ms": 1000, "s": 1_000_000}

    def percentile(mark):
        number, name = re.search(rf"{mark}%\s+([\d.]+)(us|ms|s)", text).groups()
        return float(number) * unit[name]

    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    return {"requests": int(re.search(r"(\d+) requests in", text).group(1)),
            "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)),
            "p50": percentile(50), "p99": percentile(99),
            "errors": int(bad.group(1)) if bad else 0,
            "socket_errors": sum(map(int, broken.groups())) if broken else 0}


def alternate(servers, load, rounds):
    """Rounds over all servers in turn; per server the medians of cost, rate and percentiles."""
    samples = {server.name: [] for server in servers}
    for server in servers:
        load(server, 1)  # Warm.
    for _ in range(rounds):
        for server in servers:
            before = cpu_seconds(server.pids)
            result = load(server, None)
            after = cpu_seconds(server.pids)
            if result["errors"] or result["socket_errors"]:
                raise RuntimeError(f"{server.name}: {result['errors']} answers were not 2xx, "
                                   f"{result['socket_errors']} connections broke or waited for 10 s")
            result["user"] = (after[0] - before[0]) * 1e6 / result["requests"]
            result["cpu"] = (sum(after) - sum(before)) * 1e6 / result["requests"]
            samples[server.name].append(result)
    return {name: {key: statistics.median(row[key] for row in rows)
                   for key in ("cpu", "user", "rate", "p50", "p99")} |
                  {"cpu_min": min(row["cpu"] for row in rows), "cpu_max": max(row["cpu"] for row in rows)}
            for name, rows in samples.items()}


def print_table(title, rows, base):
    print(f"\n{title}")
    print(f"  {'server':<26}{'CPU us/req':>12}{'[min..max]':>16}{'user us':>9}{'req/s':>10}{'p50 us':>9}{'p99 us':>9}"
          f"  ours as ratio")
    ours = rows[base]["cpu"]
    for name, row in rows.items():
        print(f"  {name:<26}{row['cpu']:>12.2f}{'[%.1f..%.1f]' % (row['cpu_min'], row['cpu_max']):>16}{row['user']:>9.2f}"
              f"{row['rate']:>10.0f}{row['p50']:>9.0f}{row['p99']:>9.0f}  {ours / row['cpu']:.2f}")


# -- servers -------------------------------------------------------------------------------------

HELLO = '{"message":"hello"}'


def nginx_command(port, folder):
    path = os.path.join(folder, f"nginx-{port}.conf")
    with open(path, "w") as file:
        file.write(f"""
daemon off; worker_processes 1; pid {folder}/nginx-{port}.pid; error_log {folder}/nginx-error.log;
events {{ worker_connections 4096; }}
http {{
  log_format json escape=json '{{"time":"$time_iso8601","method":"$request_method","path":"$uri","status":$status,'
    '"duration":$request_time,"bytes":$body_bytes_sent,"peer":"$remote_addr","agent":"$http_user_agent","id":"$request_id"}}';
  access_log {folder}/nginx-access.log json buffer=64k flush=1s;
  keepalive_requests 1000000000;
  server {{ listen 127.0.0.1:{port} reuseport; default_type application/json;
    location = /v1/hello {{ return 200 '{HELLO}'; }} }}
}}
""")
    return ["/usr/sbin/nginx", "-c", path, "-p", folder]


def limit_command(port, _folder):
    return [os.path.join(BUILD, "bench", "limit_server"), str(port)]


def servanda_command(contract, environment="development", store=None, program="servanda", overlay=None, more=None):
    """With a store of its own in a new folder, unless `store` names one; `more`: further settings."""
    def command(port, folder):
        config = os.path.join(folder, f"settings-{port}.yaml")
        with open(config, "w") as file:
            json.dump({"workers": 1, "environment": environment} | (more or {}), file)
        overlays = ["--overlay", overlay] if overlay else []
        return [os.path.join(BUILD, program), "serve", contract, *overlays, "--config", config, "--listen",
                f"127.0.0.1:{port}", "--admin", "127.0.0.1:0", "--data",
                store or tempfile.mkdtemp(dir=folder, prefix="data-")]
    return command


SHOP = os.path.join(ROOT, "examples", "shop", "shop.yaml")


def measure_hello(options, folder):
    """A constant answer with everything on, beside nginx with its access log and the bare loop."""
    servers = [Server("servanda", servanda_command(SHOP), folder),
               Server("nginx return 200 + log", nginx_command, folder),
               Server("limit (bare epoll)", limit_command, folder)]
    try:
        rows = alternate(servers, lambda s, seconds: wrk(s.port, "/v1/hello", seconds or options.seconds),
                         options.rounds)
    finally:
        for server in servers:
            server.stop()
    print_table("hello: GET /v1/hello, 64 connections, one worker; goal: 0.85 of nginx, 1.25 of the limit",
                rows, "servanda")
    return rows


def google_benchmark(program, name_filter):
    text = subprocess.run([os.path.join(BUILD, "bench", program), f"--benchmark_filter={name_filter}",
                           "--benchmark_format=json", "--benchmark_min_time=0.3"],
                          capture_output=True, text=True, check=True).stdout
    return {row["name"]: row["cpu_time"] for row in json.loads(text)["benchmarks"]}


def node_peer(name):
    """A Node program of bench/peers copied under the build with its packages installed; its folder."""
    work = os.path.join(BUILD, "peers", name)
    shutil.copytree(os.path.join(ROOT, "bench", "peers", name), work, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("node_modules"))
    if not os.path.isdir(os.path.join(work, "node_modules")):
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=work, check=True)
    return work


def measure_json(options, _folder):
    """Parse and validate one typical body, beside JSON.parse and compiled ajv."""
    work = node_peer("ajv")
    ours, theirs = [], []
    for _ in range(options.rounds):
        ours.append(google_benchmark("servanda_contract_schema_bench", "parse_and_validate|validate_only"))
        theirs.append(json.loads(subprocess.run(["node", "bench.js"], cwd=work, capture_output=True, text=True,
                                                check=True).stdout))
    rows = {}
    print("\njson: CPU ns per document, medians; goal for parse + validate: 0.6 of ajv with JSON.parse")
    for name, ours_key, theirs_key in (("parse + validate", "parse_and_validate", "parse_validate_ns"),
                                       ("validate only", "validate_only", "validate_ns")):
        row = {"ours": statistics.median(run[ours_key] for run in ours),
               "ajv": statistics.median(run[theirs_key]["median"] for run in theirs)}
        row["ratio"] = row["ours"] / row["ajv"]
        rows[name] = row
        print(f"  {name:<20}{row['ours']:>8.0f} ours{row['ajv']:>8.0f} ajv {theirs[0]['version']}{row['ratio']:>8.2f}")
    return rows


def measure_request(_options, _folder):
    """CPU and heap allocations of one request from the exchange on: no socket, no HTTP parsing."""
    text = subprocess.run([os.path.join(BUILD, "bench", "servanda_surface_rest_bench"),
                           "--benchmark_format=json", "--benchmark_min_time=0.5"],
                          capture_output=True, text=True, check=True).stdout
    rows = {row["name"]: {"ns": row["cpu_time"], "allocations": row["allocations"]}
            for row in json.loads(text)["benchmarks"]}
    print("\nrequest: stages, surface, metrics and access record, without HTTP and the network")
    for name, row in rows.items():
        print(f"  {name:<28}{row['ns']:>8.0f} ns{row['allocations']:>8.2f} allocations")
    return rows


def timed(command):
    """(CPU seconds, peak KiB) of a command."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    stderr = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"{command}: {stderr.decode()[-2000:]}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def measure_compile(options, folder):
    """Compiling and publishing contracts of 1,200, 5,000 and 20,000 operations."""
    rows = {}
    print("\ncompile: CPU; goal for 1,200 operations: 2 s, 250 MB; linear from there")
    for operations in (1_200, 5_000, 20_000):
        for form in ("json", "yaml"):
            path = os.path.join(folder, f"big.{form}")
            with open(path, "w") as file:
                subprocess.run([sys.executable, os.path.join(ROOT, "tools", "generate_contract.py"), "--operations",
                                str(operations), "--format", form], stdout=file, check=True)
            row = {"mb": os.path.getsize(path) / 1e6}
            for command in ("routes", "publish"):
                samples = [timed([os.path.join(BUILD, "servanda"), command, path])
                           for _ in range(options.rounds if operations < 2000 else 1)]
                row[command] = {"seconds": statistics.median(s[0] for s in samples),
                                "peak_mib": statistics.median(s[1] for s in samples) / 1024}
            os.unlink(path)
            name = f"{operations} operations, {form}"
            rows[name] = row
            print(f"  {name:<26}{row['mb']:>7.1f} MB", end="")
            for command in ("routes", "publish"):
                one = row[command]
                print(f"   {command}{one['seconds']:>6.2f} s{one['seconds'] / row['mb'] * 1000:>4.0f} ms/MB"
                      f"{one['peak_mib']:>6.0f} MiB", end="")
            print()
    return rows


def measure_footprint(options, folder):
    """Start-up of the example, idle memory, memory per idle connection, size of the binary."""
    starts = []
    for _ in range(max(5, options.rounds)):
        port = free_port()
        data = tempfile.mkdtemp(dir=folder)
        started = time.monotonic()
        process = subprocess.Popen(servanda_command(SHOP)(port, folder)[:-1] + [data],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        while b"ready" not in process.stderr.readline():
            if process.poll() is not None:
                raise RuntimeError("the example did not start")
        starts.append((time.monotonic() - started) * 1000)
        process.send_signal(signal.SIGTERM)
        process.wait()
    server = Server("servanda", servanda_command(SHOP), folder)
    try:
        wrk(server.port, "/v1/hello", 1)
        time.sleep(0.5)
        idle = resident_kib(server.process.pid)
        count = 2000
        sockets = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(count)]
        for one in sockets:  # A request each, so that buffers were used once.
            one.sendall(b"GET /v1/hello HTTP/1.1\r\nhost: a\r\n\r\n")
        for one in sockets:
            one.recv(4096)
        time.sleep(2)
        each = (resident_kib(server.process.pid) - idle) / count
        for one in sockets:
            one.close()
    finally:
        server.stop()
    rows = {"start_ms": statistics.median(starts), "idle_mib": idle / 1024, "kib_per_idle_connection": each,
            "binary_mib": os.path.getsize(os.path.join(BUILD, "servanda")) / 2**20}
    print("\nfootprint; goals: start 50 ms, idle 20 MB, 8 KB per idle connection")
    for name, value in rows.items():
        print(f"  {name:<28}{value:>10.2f}")
    return rows


# -- data: rows in a store, beside Fastify + better-sqlite3 ---------------------------------------

PRODUCTS = os.path.join(ROOT, "bench", "contracts", "products.yaml")
PRODUCTS_LOAD = os.path.join(ROOT, "bench", "products.lua")
OURS, FASTIFY = "servanda", "fastify-sqlite"
GROWTH_ROWS = (10_000, 100_000, 1_000_000, 10_000_000)
RUNS = itertools.count(1)


def products_command(kind, store):
    """The products API over the store in the folder `store`; makes the tables if there are none."""
    if kind == OURS:
        return servanda_command(PRODUCTS, "production", store)
    program = os.path.join(node_peer("fastify-sqlite"), "server.js")
    return lambda port, folder: ["env", "NODE_ENV=production", "node", program, str(port),
                                 store_file(kind, store), os.path.join(folder, "fastify-access.log")]


def store_file(kind, store):
    return os.path.join(store, "store.db" if kind == OURS else "fastify.db")


def filled_store(kind, rows, options, folder):
    """A folder with a store of `rows` rows, made once. Whoever writes works on a copy."""
    store = os.path.join(options.stores or folder, f"{kind}-{rows}")
    if not os.path.isdir(store):
        unfinished = tempfile.mkdtemp(dir=os.path.dirname(store), prefix="unfinished-")
        Server(f"{kind}-tables", products_command(kind, unfinished), folder).stop()
        fill.fill(kind, store_file(kind, unfinished), rows)
        os.rename(unfinished, store)
    return store


@contextlib.contextmanager
def product_servers(kinds_and_rows, options, folder, writes):
    """Servers over filled stores, over copies of them if the load writes."""
    servers, copies = [], []
    try:
        for kind, rows in kinds_and_rows:
            store = filled_store(kind, rows, options, folder)
            if writes:
                copies.append(tempfile.mkdtemp(dir=folder, prefix="copy-"))
                store = shutil.copytree(store, copies[-1], dirs_exist_ok=True)
            name = kind if len({rows for _, rows in kinds_and_rows}) == 1 else f"{kind}, {rows} rows"
            servers.append(Server(name, products_command(kind, store), folder))
            servers[-1].rows = rows
        yield servers
    finally:
        for server in servers:
            server.stop()
        for copy in copies:
            shutil.rmtree(copy)


def check_same_answers(servers):
    """That all servers answer the same for a row and for both lists; wrk looks at the status only."""
    rows = servers[0].rows
    paths = [f"/v1/products/{fill.id_text(row)}" for row in (0, rows // 2, rows - 1)]
    paths += [f"/v1/products?category=category-07&sort={sort}&limit=50" for sort in ("name", "-price")]
    for path in paths:
        answers = []
        for server in servers:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}") as answer:
                answers.append(json.load(answer))
            if answers[-1].pop("next", None) is None and len(answers[-1].get("items", ())) > 50:
                raise RuntimeError(f"{server.name}: {path} has too many items")
        if any(answer != answers[0] for answer in answers):
            raise RuntimeError(f"{path} is answered differently: {answers}")


def products_load(kind, options):
    """Warming takes long enough for the peer's compiler to settle at the rate of its durable writes."""
    warm_seconds = 1 if options.quick else 10
    return lambda server, seconds: wrk(server.port, "/", warm_seconds if seconds else options.seconds,
                                       script=PRODUCTS_LOAD, arguments=(kind, server.rows, next(RUNS)))


def measure_products(kind, goal, options, folder):
    with product_servers([(OURS, options.rows), (FASTIFY, options.rows)], options, folder,
                         writes=kind in ("write", "mixed")) as servers:
        check_same_answers(servers)
        rows = alternate(servers, products_load(kind, options), options.rounds)
    print_table(f"{kind}: {goal}; {options.rows} rows, 64 connections, one worker, synchronous=FULL", rows, OURS)
    print(f"  rate of ours over theirs: {rows[OURS]['rate'] / rows[FASTIFY]['rate']:.2f}")
    return rows


def measure_read(options, folder):
    """GET by key at random."""
    return measure_products("read", "GET /v1/products/{id} at random; goal: 0.30 of their CPU", options, folder)


def measure_list(options, folder):
    """Pages of 50 rows with a filter and a sort."""
    return measure_products("list", "50 of a category by name or -price; goal: 0.30 of their CPU", options, folder)


def measure_write(options, folder):
    """Durable POST with validation."""
    return measure_products("write", "durable POST; goal: 10 times their rate, p99 10 ms", options, folder)


def measure_mixed(options, folder):
    """9 of 10 requests read by key, 1 of 10 adds a row."""
    return measure_products("mixed", "90 % GET by key, 10 % POST", options, folder)


def tree_depth(database, name):
    """Pages from the root to a leaf of a table or an index, from the file itself."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)) as connection:
        page, = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()
        page_bytes, = connection.execute("PRAGMA page_size").fetchone()
    depth = 1
    with open(database, "rb") as file:
        while True:
            file.seek((page - 1) * page_bytes)
            header = file.read(12)
            if header[0] not in (2, 5):  # A leaf.
                return depth
            page, depth = int.from_bytes(header[8:], "big"), depth + 1


def measure_growth(options, folder):
    """Ours only: what a point read costs as the table grows, beside the pages it has to pass."""
    sizes = [rows for rows in GROWTH_ROWS if rows <= max(options.rows, GROWTH_ROWS[1 if options.quick else 2])]
    with product_servers([(OURS, rows) for rows in sizes], options, folder, writes=False) as servers:
        rows = alternate(servers, products_load("read", options), options.rounds)
        for server in servers:
            file = store_file(OURS, filled_store(OURS, server.rows, options, folder))
            rows[server.name]["pages"] = (tree_depth(file, "products") +
                                          tree_depth(file, "sqlite_autoindex_products_1"))
    first = servers[0].name
    print_table("growth: GET /v1/products/{id} at random; goal: no faster than the tree's depth", rows, first)
    for name, row in rows.items():
        print(f"  {name:<26}{row['pages']:>3} pages a read, {row['pages'] / rows[first]['pages']:.2f} times; "
              f"CPU {row['cpu'] / rows[first]['cpu']:.2f} times")
    return rows


def conduit_servers(folder):
    """examples/conduit and its peer, not yet filled."""
    here = os.path.join(ROOT, "examples", "conduit")
    os.environ["CONDUIT_SECRET"] = conduit.SECRET
    database = os.path.join(folder, "fastify-conduit.db")
    program = os.path.join(node_peer("fastify-conduit"), "server.js")
    return [Server(OURS, servanda_command(os.path.join(here, "api.yaml"), "production",
                                          program="examples/conduit/conduit",
                                          overlay=os.path.join(here, "conduit.overlay.yaml")), folder),
            Server("fastify-conduit", lambda port, folder: ["env", "NODE_ENV=production", "node", program, str(port),
                                                            database, os.path.join(folder, "access.log")], folder)]


CONDUIT_LOADS = (("signed in, 20 of 1,000", "/api/articles", True), ("anonymous, 20", "/api/articles", False),
                 ("anonymous, 1", "/api/articles?limit=1", False), ("anonymous, none", "/api/articles?author=nobody", False))


def measure_conduit(options, folder):
    """Pages of articles with authors and favorites, from handlers of two services."""
    servers = conduit_servers(folder)
    try:
        tokens = conduit.fill(servers[0].port)
        conduit.copy(servers[0].port, tokens, os.path.join(folder, "fastify-conduit.db"))
        for path in ("/articles", "/articles?limit=100&offset=900"):
            answers = [conduit.request(server.port, "GET", path, token=tokens[0]) for server in servers]
            if answers[0] != answers[1]:
                raise RuntimeError(f"{path} is answered differently")
        results = {}
        for title, path, signed_in in CONDUIT_LOADS:
            headers = [f"authorization: Token {tokens[0]}"] if signed_in else []
            # The peer has no filter by author.
            asked = servers if "author" not in path else servers[:1]
            results[title] = alternate(asked, lambda server, seconds, path=path, headers=headers: wrk(
                server.port, path, seconds or options.seconds, headers=headers), options.rounds)
            print_table(f"conduit: GET /api/articles, {title}; 64 connections, one worker; goal: 0.25 of their CPU",
                        results[title], OURS)
    finally:
        for server in servers:
            server.stop()
    return results


class Shape:
    """Some processes of one backend; the last one has the door."""

    def __init__(self, name, processes):
        self.name, self.port = name, processes[-1].port
        self.pids = [pid for process in processes for pid in process.pids]


def measure_shapes(options, folder):
    """Pages of Conduit from one process, from one for each service, and through a gateway."""
    here = os.path.join(ROOT, "examples", "conduit")
    os.environ["CONDUIT_SECRET"] = conduit.SECRET
    addresses = {}

    def start(name, run):
        settings = {"run": run, "auth": {"peers": {"secret": conduit.SECRET}},
                    "services": {service: {"url": url} for service, url in addresses.items()}}
        store = os.path.join(folder, name) if run else None
        server = Server(name, servanda_command(
            os.path.join(here, "api.yaml"), "production", store, program="examples/conduit/conduit",
            overlay=os.path.join(here, "conduit.overlay.yaml"), more=settings), folder)
        addresses.update({service: f"http://127.0.0.1:{server.port}" for service in run})
        return server

    servers = [start("all", ["accounts", "articles"])]
    try:
        tokens = conduit.fill(servers[0].port)
        servers.pop().stop()
        for copy in ("accounts", "articles"):
            shutil.copytree(os.path.join(folder, "all"), os.path.join(folder, copy))
        everything = start("all", ["accounts", "articles"])
        servers += [everything]
        before_all = start("gateway of one", [])
        addresses.clear()
        accounts = start("accounts", ["accounts"])
        articles = start("articles", ["articles"])
        before_each = start("gateway", [])
        servers += [before_all, accounts, articles, before_each]
        shapes = [Shape("one process", [everything]), Shape("a gateway before it", [everything, before_all]),
                  Shape("two processes", [accounts, articles]),
                  Shape("a gateway before them", [accounts, articles, before_each])]
        results = {}
        # No page needs a call to the other service when it is empty, and one when it has articles.
        for title, path in (("no article", "/articles?author=nobody"), ("one article", "/articles?limit=1"),
                            ("20 articles", "/articles")):
            answers = [conduit.request(shape.port, "GET", path, token=tokens[0]) for shape in shapes]
            if any(answer != answers[0] for answer in answers):
                raise RuntimeError(f"{path} is answered differently")
            results[title] = alternate(shapes, lambda shape, seconds, path=path: wrk(
                shape.port, "/api" + path, seconds or options.seconds,
                headers=[f"authorization: Token {tokens[0]}"]), options.rounds)
            print_table(f"shapes: GET /api{path}, {title}; 64 connections, one worker a process, CPU of all processes",
                        results[title], "one process")
    finally:
        for server in reversed(servers):
            server.stop()
    return results


class Door:
    """One of several paths of a server, as a server of its own."""

    def __init__(self, server, name, path):
        self.name, self.path, self.port, self.pids = name, path, server.port, server.pids


def measure_handler(options, folder):
    """One row by a handler in C++ and by the built-in read, in one process."""
    store = shutil.copytree(filled_store(OURS, options.rows, options, folder), os.path.join(folder, "handler"))
    server = Server("handler", servanda_command(PRODUCTS, "production", store, program="bench/handler_server",
                                                overlay=os.path.join(ROOT, "bench/contracts/handler.overlay.yaml")),
                    folder)
    doors = [Door(server, "handler", "/v1/handled/"), Door(server, "built-in", "/v1/products/")]
    row = fill.id_text(options.rows // 2)
    try:
        answers = [conduit.request(server.port, "GET", door.path + row, base="") for door in doors]
        if answers[0] != answers[1]:
            raise RuntimeError("the handler answers otherwise than the built-in read")
        rows = alternate(doors, lambda door, seconds: wrk(door.port, door.path + row, seconds or options.seconds),
                         options.rounds)
    finally:
        server.stop()
    print_table("handler: GET of one row, 64 connections, one worker; goal: 1.2 of the built-in read", rows, "handler")
    return rows


MEASUREMENTS = {"hello": measure_hello, "request": measure_request, "json": measure_json,
                "compile": measure_compile, "footprint": measure_footprint, "read": measure_read,
                "list": measure_list, "write": measure_write, "mixed": measure_mixed, "growth": measure_growth,
                "conduit": measure_conduit, "shapes": measure_shapes, "handler": measure_handler}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=100_000, help="in the store; growth goes to 1,000,000 anyway")
    parser.add_argument("--stores", type=os.path.abspath, metavar="FOLDER",
                        help="where filled stores are kept and taken from, so that a next run need not fill them")
    parser.add_argument("--quick", action="store_true", help="one round of 1 s, 10,000 rows")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds, options.rows = 1, 1, 10_000
    if options.stores:
        os.makedirs(options.stores, exist_ok=True)
    unknown = [name for name in options.names if name not in MEASUREMENTS]
    if unknown:
        parser.error(f"no measurement is called {unknown[0]}: {', '.join(MEASUREMENTS)}")
    results = {}
    with tempfile.TemporaryDirectory(prefix="servanda-bench-") as folder:
        for name in options.names or MEASUREMENTS:
            results[name] = MEASUREMENTS[name](options, folder)
    with open(os.path.join(BUILD, "results.json"), "w") as file:
        json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
