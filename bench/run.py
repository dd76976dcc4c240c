#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measurements side by side with their peers, in alternating rounds.

    run.py                 every measurement
    run.py hello json      only those named
    run.py --rounds 5 --seconds 3

Prints one table per measurement and writes build/release/results.json. The figure to trust is the
ratio of medians within one run; absolute times move with the machine. Server CPU is utime + stime of
the server's processes over completed requests; server on cpu 0, load on cpu 1, loopback, no TLS.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

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


def cpu_seconds(pid):
    """(user, system) seconds of the process tree so far."""
    user = system = 0
    for one in children(pid):
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
        wait_for_port(self.port, self.process)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def wrk(port, path, seconds, connections=64, script=None):
    """One load of `seconds` from cpu 1: requests, rate, p50 and p99 in microseconds, errors."""
    command = ["taskset", "-c", "1", "wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    if script:
        command += ["-s", script]
    text = subprocess.run(command + [f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True,
                          check=True).stdout
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
            before = cpu_seconds(server.process.pid)
            result = load(server, None)
            after = cpu_seconds(server.process.pid)
            if result["errors"]:
                raise RuntimeError(f"{server.name}: {result['errors']} answers were not 2xx")
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


def servanda_command(contract, extra=()):
    def command(port, folder):
        config = os.path.join(folder, "servanda.yaml")
        with open(config, "w") as file:
            file.write("workers: 1\n")
        return [os.path.join(BUILD, "servanda"), "serve", contract, "--config", config, "--listen",
                f"127.0.0.1:{port}", "--admin", "127.0.0.1:0", "--data",
                tempfile.mkdtemp(dir=folder, prefix="data-"), *extra]
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


def measure_json(options, _folder):
    """Parse and validate one typical body, beside JSON.parse and compiled ajv."""
    peer = os.path.join(ROOT, "bench", "peers", "ajv")
    work = os.path.join(BUILD, "peers", "ajv")
    shutil.copytree(peer, work, dirs_exist_ok=True)
    if not os.path.isdir(os.path.join(work, "node_modules")):
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=work, check=True)
    ours, theirs = [], []
    for _ in range(options.rounds):
        ours.append(google_benchmark("contract_schema_bench", "ParseAndValidate"))
        theirs.append(json.loads(subprocess.run(["node", "bench.js"], cwd=work, capture_output=True, text=True,
                                                check=True).stdout))
    rows = {name: statistics.median(row[name] for row in ours) for name in ours[0]}
    rows |= {f"ajv {name}": statistics.median(row[name] for row in theirs) for name in theirs[0]
             if isinstance(theirs[0][name], (int, float))}
    print("\njson: parse + validate one body, ns; goal: 0.6 of ajv with JSON.parse")
    for name, value in rows.items():
        print(f"  {name:<60}{value:>12.0f}")
    return rows


def timed(command):
    """(seconds, peak KiB) of a command."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    stderr = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"{command}: {stderr.decode()[-2000:]}")
    return time.monotonic() - start, usage.ru_maxrss


def measure_compile(options, folder):
    """Compiling contracts of 1,200 and 20,000 operations."""
    rows = {}
    for operations in (1_200, 20_000):
        for form in ("json", "yaml"):
            path = os.path.join(folder, f"big-{operations}.{form}")
            with open(path, "w") as file:
                subprocess.run([sys.executable, os.path.join(ROOT, "tools", "generate_contract.py"), "--operations",
                                str(operations), "--format", form], stdout=file, check=True)
            samples = [timed([os.path.join(BUILD, "servanda"), "routes", path])
                       for _ in range(options.rounds if operations < 2000 else 1)]
            rows[f"{operations} operations, {form}"] = {
                "mb": os.path.getsize(path) / 1e6, "seconds": statistics.median(s[0] for s in samples),
                "peak_mib": statistics.median(s[1] for s in samples) / 1024}
    print("\ncompile: `servanda routes`; goal for 1,200 operations: 2 s, 250 MB; linear from there")
    for name, row in rows.items():
        print(f"  {name:<28}{row['mb']:>8.1f} MB{row['seconds']:>8.2f} s{row['peak_mib']:>9.0f} MiB peak"
              f"{row['seconds'] / row['mb'] * 1000:>8.0f} ms/MB")
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


MEASUREMENTS = {"hello": measure_hello, "json": measure_json, "compile": measure_compile,
                "footprint": measure_footprint}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    options = parser.parse_args()
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
