#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the RealWorld Postman collection against the conduit example with newman.

usage: run.py [--services] PROGRAM CONTRACT OVERLAY COLLECTION

Every assertion has to pass on a fresh store, on the same store again with other people, and in four
runs at once; with --services as one process for each service and a gateway. Exits with 77 where newman or the collection is not there.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).resolve().parent


def newman():
    path = FOLDER / "node_modules" / "newman" / "bin" / "newman.js"
    return ["node", str(path)] if path.exists() else None


class Process:
    """The program on ports that the kernel chooses."""

    def __init__(self, program, contract, overlay, data, settings=None):
        environment = dict(os.environ, CONDUIT_SECRET="a secret of the tests, 32 bytes long")
        command = [program, "serve", contract, "--overlay", overlay, "--data", data,
                   "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
        if settings is not None:
            path = pathlib.Path(f"{data}.yaml")
            path.write_text(json.dumps(settings))
            command += ["--config", str(path)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                        text=True, env=environment)
        self.said = []
        for line in self.process.stderr:
            self.said.append(line)
            ready = re.search(r"operations at (http://\S+?),", line)
            if ready:
                self.url = ready.group(1)
                return
        raise SystemExit("the program does not serve:\n" + "".join(self.said))

    def stop(self):
        self.process.terminate()
        self.process.stderr.read()
        if self.process.wait() != 0:
            raise SystemExit(f"the program ended with {self.process.returncode}")


class Backend:
    """One process, or one for each service and a gateway; all stopped at the end."""

    def __init__(self, arguments, folder, shape):
        self.processes = []
        if shape == "monolith":
            self.add(Process(*arguments, f"{folder}/all"))
            return
        urls = {}
        for service in ["accounts", "articles", None]:  # Who is called comes before who calls.
            settings = {
                "run": [service] if service else [],
                "services": {name: {"url": url} for name, url in urls.items()},
                "auth": {"peers": {"secret": "what the processes share, 32 bytes"}},
            }
            self.add(Process(*arguments, f"{folder}/{service or 'gateway'}", settings))
            urls[service] = self.url

    def add(self, process):
        self.processes.append(process)
        self.url = process.url

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            process.stop()


def begin(backend, collection, person):
    return subprocess.Popen(
        newman() + ["run", collection, "--bail", "--color", "off",
                    "--env-var", f"APIURL={backend.url}/api",
                    "--env-var", f"USERNAME={person}",
                    "--env-var", f"EMAIL={person}@example.com",
                    "--env-var", f"PASSWORD=password of {person}"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(run, what):
    output = run.communicate()[0]
    counted = re.search(r"assertions\s*│\s*(\d+)\s*│\s*(\d+)", output)
    if run.returncode != 0 or not counted or counted.group(2) != "0":
        raise SystemExit(f"{what} failed:\n{output}")
    print(f"{what}: {counted.group(1)} assertions passed")


def main():
    shape = "services" if sys.argv[1] == "--services" else "monolith"
    program, contract, overlay, collection = sys.argv[-4:]
    if newman() is None or not pathlib.Path(collection).exists() or not pathlib.Path(contract).exists():
        print("newman or the collection is not here")
        raise SystemExit(77)
    arguments = (program, contract, overlay)
    with tempfile.TemporaryDirectory() as folder:
        with Backend(arguments, folder, shape) as backend:
            finish(begin(backend, collection, "anna"), "on a fresh store")
            finish(begin(backend, collection, "bert"), "on a used one")
            runs = [begin(backend, collection, f"crowd{i}") for i in range(4)]
            for i, run in enumerate(runs):
                finish(run, f"number {i + 1} of four at once")
        with Backend(arguments, folder, shape) as backend:
            finish(begin(backend, collection, "carl"), "after a restart")


if __name__ == "__main__":
    main()
