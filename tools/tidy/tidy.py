#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""House rules as a program: layers, sizes, banned calls, leftovers, dead files, headers that
compile alone. Prints one line per finding, `file:line: rule: sentence`, and exits 1 if there is any.

    tidy.py               every rule over the tree
    tidy.py --no-headers  without compiling each header on its own
"""

import concurrent.futures
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

FUNCTION_LINES_MAX = 70
SOURCE_LINES_MAX = 800
HEADER_LINES_MAX = 400
LINE_COLUMNS_MAX = 100

# (rule, pattern, folders it does not hold in, sentence). Matched on code with comments and string
# contents blanked.
BANNED = [
    ("throw", r"\bthrow\b", ("include/servanda/",), "return a Result; nothing in src/ throws"),
    ("catch-all", r"catch\s*\(\s*\.\.\.\s*\)", ("src/call/code_boundary.cc", "include/servanda/context.h"), "catch what the boundary names"),
    ("real-time", r"\b(steady_clock|system_clock|high_resolution_clock)::now|\bclock_gettime\s*\(|\bgettimeofday\s*\(|[^_\w.>]time\s*\(\s*(NULL|nullptr|0)?\s*\)",
     ("src/io",), "take time from a Clock"),
    ("real-randomness", r"\bstd::(random_device|mt19937(_64)?)\b|\b(rand|srand|getrandom)\s*\(", ("src/io",),
     "take randomness from an Rng"),
    ("sleep", r"\bthis_thread::sleep_|\b(usleep|nanosleep)\s*\(", ("src/io",), "wait on the loop"),
    ("print", r"\b(printf|puts|fprintf|perror)\s*\(|std::c(out|err|log)\b", ("src/app", "src/base/check.cc"),
     "write through the log or return text"),
    ("using-namespace", r"\busing\s+namespace\b", (), "name what you use"),
    ("sockets", r"#include\s*<sys/(epoll|eventfd|socket)\.h>", ("src/io", "bench/limit_server.cc"), "sockets and readiness stay inside io/"),
    ("vague-name", r"\b(class|struct)\s+\w*(Manager|Helper|Util|Utils|Info)\b", (), "name what it is"),
    ("thread", r"\bstd::(thread|jthread)\b", ("src/io", "src/app"), "threads come from io/ and app/"),
    ("lambda-coroutine", r"\[[^\]\[]*[&=\w][^\]\[]*\]\s*\([^()]*\)\s*(mutable\s*)?->\s*Task\b", (),
     "a coroutine is a named function, never a capturing lambda"),
]
TEXT_RULES = [
    ("leftover", r"\b(FIXME|XXX|HACK)\b|\bTODO\b(?!\(#\d+\))", "only TODO(#issue): text is allowed"),
]


class Finding:
    def __init__(self, path, line, rule, text):
        self.path, self.line, self.rule, self.text = path, line, rule, text

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


def blank_comments_and_strings(text):
    """The same text with the inside of comments, strings and characters replaced by spaces."""
    out = []
    i, n = 0, len(text)
    while i < n:
        two = text[i:i + 2]
        if two == "//":
            j = text.find("\n", i)
            j = n if j < 0 else j
            out.append(" " * (j - i))
        elif two == "/*":
            j = text.find("*/", i)
            j = n if j < 0 else j + 2
            out.append(re.sub(r"[^\n]", " ", text[i:j]))
        elif text.startswith('R"', i) and (i == 0 or not (text[i - 1].isalnum() or text[i - 1] == "_")):
            open_paren = text.find("(", i)
            close = ")" + text[i + 2:open_paren] + '"'
            j = text.find(close, open_paren)
            j = n if j < 0 else j + len(close)
            out.append('""' + re.sub(r"[^\n]", " ", text[i + 2:j]))
        elif text[i] == '"' or (text[i] == "'" and not (i and text[i - 1].isalnum())):
            quote, j = text[i], i + 1
            while j < n and text[j] != quote and text[j] != "\n":
                j += 2 if text[j] == "\\" else 1
            j = min(j + 1, n)
            out.append(quote + " " * max(0, j - i - 2) + quote)
        else:
            out.append(text[i])
            i += 1
            continue
        i = j
    return "".join(out)


def parse_layers(text):
    layers = {}
    for line in text.splitlines():
        match = re.match(r"^([a-z_/]+)\s*:(.*)$", line)
        if match:
            layers[match.group(1)] = match.group(2).split()
    return layers


def check_layer_order(layers, path):
    """Every folder may name only folders of earlier lines, so no cycle can be written down."""
    seen = set()
    for folder, uses in layers.items():
        for used in uses:
            if used not in seen:
                yield Finding(path, 1, "layer-order", f"{folder} uses {used}, which is not above it")
        seen.add(folder)


def folder_of(path):
    return os.path.dirname(path)[len("src/"):]


def check_includes(path, text, layers):
    folder = folder_of(path)
    if folder not in layers:
        yield Finding(path, 1, "layer", f"folder {folder} is not in tools/layers.txt")
        return
    allowed = set(layers[folder]) | {folder}
    # A test may also use io's simulation and the folders that its subject may use.
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
        if not match:
            continue
        included = os.path.dirname(match.group(1))
        if included.startswith("servanda") or included in allowed or included == "":
            continue
        if not included.startswith(tuple(layers)):
            continue  # Headers of libraries.
        yield Finding(path, number, "layer", f"{folder} may not include {included}")


def function_lengths(text):
    """Yields (first line, length) of functions in clang-formatted code."""
    lines = blank_comments_and_strings(text).splitlines()
    start = None
    for number, line in enumerate(lines, 1):
        if start is None:
            # A constructor's initialisers stand four columns deeper than the brace that ends it.
            initialisers = re.match(r"^(\s{4,8}):\s.*\{$", line)
            if initialisers:
                start, indent = number, len(initialisers.group(1)) - 4
                continue
            match = re.match(r"^(\s{0,4})(?!namespace|template|struct|class|enum|union|public|private|if|for|while|switch|do|else|return|case|extern)\S.*", line)
            if not match or not line.rstrip().endswith("{"):
                continue
            head = line
            back = number - 2
            while "(" not in head and back >= 0 and lines[back].strip() and not lines[back].rstrip().endswith((";", "}", "{")):
                head = lines[back] + head
                back -= 1
            if ")" in head and not re.search(r"=\s*\{$|\b(struct|class|enum|namespace)\b[^()]*\{$", head):
                start, indent = number, len(match.group(1))
                # A signature over several lines counts from its first line with this indent or less.
        elif re.match(r"^\s{%d}\}" % indent, line) and (len(line) - len(line.lstrip())) == indent:
            yield start, number - start + 1
            start = None


def check_sizes(path, text):
    lines = text.splitlines()
    limit = HEADER_LINES_MAX if path.endswith(".h") else SOURCE_LINES_MAX
    if len(lines) > limit:
        yield Finding(path, limit, "file-length", f"{len(lines)} lines, at most {limit}")
    data_lines = raw_string_lines(text)
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_COLUMNS_MAX and "http" not in line and number not in data_lines:
            yield Finding(path, number, "line-length", f"{len(line)} columns, at most {LINE_COLUMNS_MAX}")
    if path.endswith((".cc", ".h")) and not path.endswith("_test.cc"):
        for start, length in function_lengths(text):
            if length > FUNCTION_LINES_MAX:
                yield Finding(path, start, "function-length", f"{length} lines, at most {FUNCTION_LINES_MAX}")


def is_proof_file(path):
    """Tests, benchmarks, fuzzers and what only they include."""
    name = os.path.basename(path)
    return (not path.startswith("src/") or name.startswith("test_") or
            name.endswith(("_test.cc", "_bench.cc", "_fuzz.cc", "_for_test.h", "_for_test.cc", "_harness.h")))


def raw_string_lines(text):
    """Numbers of the lines that lie in or touch a raw string: their width is the data's."""
    numbers = set()
    for match in re.finditer(r'R"([^(\s]{0,16})\((.*?)\)\1"', text, re.DOTALL):
        first = text.count("\n", 0, match.start()) + 1
        numbers.update(range(first, first + match.group(0).count("\n") + 1))
    return numbers


def check_banned(path, text):
    is_proof = is_proof_file(path)
    code = blank_comments_and_strings(text)
    # Include lines keep their names: blanking removed them from quoted includes only.
    code_lines = code.splitlines()
    for number, line in enumerate(code_lines, 1):
        for rule, pattern, exempt, sentence in BANNED:
            if is_proof and rule in ("print", "thread", "real-randomness", "throw"):
                continue
            if path.startswith(exempt) if exempt else False:
                continue
            if re.search(pattern, line):
                yield Finding(path, number, rule, sentence)
    for number, line in enumerate(text.splitlines(), 1):
        for rule, pattern, sentence in TEXT_RULES:
            if re.search(pattern, line):
                yield Finding(path, number, rule, sentence)


def check_form(path, text):
    lines = text.splitlines()
    if not lines or "SPDX-License-Identifier: Apache-2.0" not in "\n".join(lines[:2]):
        yield Finding(path, 1, "licence", "the first line is the SPDX line")
    if path.endswith(".h") and "#pragma once" not in text:
        yield Finding(path, 1, "pragma-once", "a header starts with #pragma once")
    if text and not text.endswith("\n"):
        yield Finding(path, len(lines), "end-of-file", "the last line ends with a line feed")


def check_public_comments(path, text):
    """No public type without a comment above it."""
    if not path.endswith(".h"):
        return
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        if re.match(r"^(template <.*>\s*)?(class|struct|enum class)\s+(\[\[\w+\]\]\s*)?\w+[^;]*\{", line):
            before = number - 2
            while before >= 0 and lines[before].startswith("template"):
                before -= 1
            if before < 0 or not lines[before].lstrip().startswith("//"):
                if "{ k" in line or line.rstrip().endswith("};"):
                    continue  # A one-line enum or struct explains itself by its parts.
                if in_internal_namespace(lines, number):
                    continue
                yield Finding(path, number, "undocumented", "a public type has a comment above it")


def in_internal_namespace(lines, number):
    depth = False
    for line in lines[:number]:
        if re.match(r"^namespace (servanda::)?internal\b|^namespace \{", line):
            depth = True
        elif re.match(r"^}  // namespace (servanda::)?internal", line):
            depth = False
    return depth


def check_dead_headers(sources):
    included = set()
    for text in sources.values():
        included.update(re.findall(r'#\s*include\s*"([^"]+)"', text))
    for path in sources:
        if path.startswith("src/") and path.endswith(".h") and path[len("src/"):] not in included:
            yield Finding(path, 1, "dead-file", "nothing includes this header")


def check_headers_alone(paths):
    """Compiles each header on its own, two at a time."""
    includes = ["-I", os.path.join(ROOT, "src"), "-I", os.path.join(ROOT, "include")]

    def compile_one(path):
        done = subprocess.run(["g++", "-std=c++23", "-fsyntax-only", "-Wall", "-Wextra", "-Werror",
                               "-Wno-missing-field-initializers", '-DSERVANDA_SOURCE_DIR="."', *includes,
                               "-include", path, "-x", "c++", os.devnull],
                              cwd=ROOT, capture_output=True, text=True)
        return path, done.returncode, done.stderr

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for path, code, stderr in pool.map(compile_one, paths):
            errors = [line for line in stderr.splitlines() if "error" in line]
            if code != 0:
                yield Finding(path, 1, "header-alone", errors[0] if errors else "does not compile alone")


def tracked_sources():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "src", "include", "test", "bench", "fuzz"],
                            cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    paths = [p for p in listed if p.endswith((".h", ".cc")) and os.path.exists(os.path.join(ROOT, p))]
    result = {}
    for path in paths:
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            result[path] = file.read()
    return result


def main(arguments):
    with open(os.path.join(ROOT, "tools/layers.txt"), encoding="utf-8") as file:
        layers = parse_layers(file.read())
    findings = list(check_layer_order(layers, "tools/layers.txt"))
    sources = tracked_sources()
    for path, text in sources.items():
        findings += check_form(path, text)
        findings += check_sizes(path, text)
        findings += check_banned(path, text)
        if path.startswith("src/"):
            findings += check_includes(path, text, layers)
            findings += check_public_comments(path, text)
    findings += check_dead_headers(sources)
    if "--no-headers" not in arguments:
        findings += check_headers_alone([p for p in sources if p.endswith(".h") and p.startswith(("src/", "include/"))])
    for finding in findings:
        print(finding)
    print(f"tidy: {len(sources)} files, {len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
